/*
 * The canonical octets (C14N 1.0; Exclusive C14N 1.0) of the two things that are ever canonicalized: a plain document, where all the transforms of
 * the table agree, and a SignedInfo that has passed rule_signature_shape. Written here because libxml2's writer visits the whole tree for each part
 * of it and tests each node; the tests and the fuzz target hold these octets against libxml2's. What is outside of that is refused, not guessed.
 */
#include <string.h>

#include "base/encode.h"
#include "form/parts.h"

#define SCOPE_MAX 64

struct writer {
	struct buf *out;
	bool exclusive;
	const xmlNs *rendered[SCOPE_MAX]; /* declarations that stand in the output around this place */
	size_t count;
};

static void
add_text(struct buf *out, const xmlChar *text, const char *special)
{
	xml_escape(out, (const char *)text, strlen((const char *)text), special);
}

/* The attribute without namespace that comes next after `before` (NULL: the first) by name; NULL: none left. */
static const xmlAttr *
next_attribute(const xmlNode *node, const xmlAttr *before)
{
	const xmlAttr *next = NULL;

	for (const xmlAttr *a = node->properties; a != NULL; a = a->next)
		if ((before == NULL || xmlStrcmp(a->name, before->name) > 0) && (next == NULL || xmlStrcmp(a->name, next->name) < 0))
			next = a;
	return next;
}

static bool
add_attributes(struct buf *out, const xmlNode *node)
{
	for (const xmlAttr *a = next_attribute(node, NULL); a != NULL; a = next_attribute(node, a)) {
		if (a->ns != NULL)
			return false;
		buf_putc(out, ' ');
		buf_puts(out, (const char *)a->name);
		buf_puts(out, "=\"");
		for (const xmlNode *n = a->children; n != NULL; n = n->next) {
			if (n->type != XML_TEXT_NODE)
				return false;
			add_text(out, n->content, XML_ATTRIBUTE);
		}
		buf_putc(out, '"');
	}
	return true;
}

/* ---- a plain document ---------------------------------------------------------------------------------------------------- */

static bool
is_plain(const xmlNode *node)
{
	if (node->ns == NULL || node->ns->prefix != NULL || strcmp((const char *)node->ns->href, FORM_NAMESPACE) != 0)
		return false;
	for (const xmlNs *ns = node->nsDef; ns != NULL; ns = ns->next)
		if (ns->prefix != NULL || strcmp((const char *)ns->href, FORM_NAMESPACE) != 0)
			return false;
	return true;
}

static bool
add_plain(struct buf *out, const xmlNode *node, const xmlNode *except, bool is_root)
{
	if (!is_plain(node))
		return false;
	buf_putc(out, '<');
	buf_puts(out, (const char *)node->name);
	if (is_root)
		buf_puts(out, " xmlns=\"" FORM_NAMESPACE "\"");
	if (!add_attributes(out, node))
		return false;
	buf_putc(out, '>');
	for (const xmlNode *n = node->children; n != NULL; n = n->next) {
		if (n == except)
			continue;
		if (n->type == XML_TEXT_NODE)
			add_text(out, n->content, XML_TEXT);
		else if (n->type != XML_ELEMENT_NODE || !add_plain(out, n, except, false))
			return false;
	}
	buf_puts(out, "</");
	buf_puts(out, (const char *)node->name);
	buf_putc(out, '>');
	return true;
}

bool
form_canonical(const xmlDoc *doc, const xmlNode *signature, struct buf *out)
{
	const xmlNode *root = xmlDocGetRootElement(doc);

	/* no comment or processing instruction beside the root */
	return doc->children == root && root->next == NULL && add_plain(out, root, signature, true);
}

/* ---- a part of a document ------------------------------------------------------------------------------------------------ */

static bool
has_prefix(const xmlNs *ns, const xmlNs *other)
{
	return xmlStrEqual(ns->prefix, other->prefix);
}

/* "" (the default namespace) before all others. */
static bool
is_before(const xmlNs *ns, const xmlNs *other)
{
	return xmlStrcmp(ns->prefix, other->prefix) < 0;
}

/* Declared above the element with the same meaning, as far as the output is concerned. */
static bool
is_rendered(const struct writer *w, const xmlNs *ns)
{
	for (size_t i = w->count; i-- > 0;)
		if (has_prefix(w->rendered[i], ns))
			return xmlStrEqual(w->rendered[i]->href, ns->href);
	return false;
}

/* Puts ns into the sorted list, unless its prefix is there. false: no room. */
static bool
insert(const xmlNs **list, size_t *count, const xmlNs *ns)
{
	size_t at = *count;

	for (size_t i = 0; i < *count; i++)
		if (has_prefix(list[i], ns))
			return true;
	if (*count == FORM_NAMESPACES)
		return false;
	for (; at > 0 && is_before(ns, list[at - 1]); at--)
		list[at] = list[at - 1];
	list[at] = ns;
	(*count)++;
	return true;
}

/*
 * What the start tag declares: exclusive (3), the namespace of the element's own name; otherwise (C14N 1.0, 2.3) what is new at the element and, at
 * the apex, all that is in scope. Attributes have no namespace here.
 */
static bool
add_namespaces(struct writer *w, const xmlNode *node, bool apex)
{
	const xmlNs *list[FORM_NAMESPACES];
	size_t count = 0;

	if (w->exclusive)
		list[count++] = node->ns;
	else
		for (const xmlNode *n = node; n != NULL && n->type == XML_ELEMENT_NODE; n = apex ? n->parent : NULL)
			for (const xmlNs *ns = n->nsDef; ns != NULL; ns = ns->next)
				if (!insert(list, &count, ns))
					return false;
	for (size_t i = 0; i < count; i++) {
		if (list[i]->href == NULL || *list[i]->href == '\0')
			return false;
		if (is_rendered(w, list[i]))
			continue;
		if (w->count == SCOPE_MAX)
			return false;
		buf_puts(w->out, list[i]->prefix == NULL ? " xmlns" : " xmlns:");
		buf_puts(w->out, list[i]->prefix == NULL ? "" : (const char *)list[i]->prefix);
		buf_puts(w->out, "=\"");
		add_text(w->out, list[i]->href, XML_ATTRIBUTE);
		buf_putc(w->out, '"');
		w->rendered[w->count++] = list[i];
	}
	return true;
}

static void
add_name(struct buf *out, const xmlNode *node)
{
	if (node->ns->prefix != NULL) {
		buf_puts(out, (const char *)node->ns->prefix);
		buf_putc(out, ':');
	}
	buf_puts(out, (const char *)node->name);
}

static bool
add_element(struct writer *w, const xmlNode *node, bool apex)
{
	size_t outside = w->count;

	if (node->ns == NULL)
		return false;
	buf_putc(w->out, '<');
	add_name(w->out, node);
	if (!add_namespaces(w, node, apex) || !add_attributes(w->out, node))
		return false;
	buf_putc(w->out, '>');
	for (const xmlNode *n = node->children; n != NULL; n = n->next)
		if (n->type == XML_TEXT_NODE)
			add_text(w->out, n->content, XML_TEXT);
		else if (n->type != XML_ELEMENT_NODE || !add_element(w, n, false))
			return false;
	buf_puts(w->out, "</");
	add_name(w->out, node);
	buf_putc(w->out, '>');
	w->count = outside;
	return true;
}

bool
form_canonical_part(const xmlNode *part, bool exclusive, struct buf *out)
{
	struct writer w = { .out = out, .exclusive = exclusive };

	return add_element(&w, part, true);
}
