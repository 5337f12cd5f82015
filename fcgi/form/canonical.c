/* The tree and its canonical forms: the only calls of libxml2's parser and C14N. */
#include <string.h>

#include <libxml/c14n.h>
#include <libxml/parser.h>
#include <libxml/xmlerror.h>

#include "form/parts.h"

static void
say_nothing(void *context, xmlErrorPtr error)
{
	(void)context;
	(void)error;
}

void
form_quiet(struct form_quiet *before)
{
	before->handler = xmlStructuredError;
	before->context = xmlStructuredErrorContext;
	xmlSetStructuredErrorFunc(NULL, say_nothing);
}

void
form_loud(const struct form_quiet *before)
{
	xmlSetStructuredErrorFunc(before->context, before->handler);
	xmlResetLastError();
}

/*
 * Without NOENT, DTDLOAD, XINCLUDE and HUGE; CDATA sections become text, which is what C14N makes of them. Encoding and DOCTYPE were settled by
 * form_scan; the encoding is named so that nothing is guessed.
 */
xmlDoc *
form_tree(const char *data, size_t len)
{
	xmlParserCtxt *parser;
	xmlDoc *doc;

	if (len >= 3 && memcmp(data, "\xef\xbb\xbf", 3) == 0) {
		data += 3;
		len -= 3;
	}
	parser = xmlNewParserCtxt();
	if (parser == NULL)
		return NULL;
	doc = xmlCtxtReadMemory(
	    parser, data, (int)len, NULL, "UTF-8", XML_PARSE_NONET | XML_PARSE_NOCDATA | XML_PARSE_NOERROR | XML_PARSE_NOWARNING);
	if (doc != NULL && (!parser->wellFormed || !parser->nsWellFormed || doc->intSubset != NULL)) {
		xmlFreeDoc(doc);
		doc = NULL;
	}
	xmlFreeParserCtxt(parser);
	return doc;
}

xmlNode *
form_next_node(const xmlNode *node, const xmlNode *top)
{
	if (node->type == XML_ELEMENT_NODE && node->children != NULL)
		return node->children;
	while (node != top && node->next == NULL)
		node = node->parent;
	return node == top ? NULL : node->next;
}

bool
form_is_element(const xmlNode *node, const char *namespace, const char *name)
{
	return node != NULL && node->type == XML_ELEMENT_NODE && node->ns != NULL && strcmp((const char *)node->ns->href, namespace) == 0 &&
	       strcmp((const char *)node->name, name) == 0;
}

const char *
form_text(const xmlNode *node)
{
	if (node->children == NULL)
		return "";
	if (node->children->type != XML_TEXT_NODE || node->children->next != NULL)
		return NULL;
	return (const char *)node->children->content;
}

static bool
element_is_plain(const xmlNode *node)
{
	if (node->ns == NULL || node->ns->prefix != NULL || strcmp((const char *)node->ns->href, FORM_NAMESPACE) != 0)
		return false;
	for (const xmlNs *ns = node->nsDef; ns != NULL; ns = ns->next)
		if (ns->prefix != NULL || strcmp((const char *)ns->href, FORM_NAMESPACE) != 0)
			return false;
	for (const xmlAttr *a = node->properties; a != NULL; a = a->next)
		if (a->ns != NULL)
			return false;
	return true;
}

bool
form_is_plain(const xmlDoc *doc, const xmlNode *except)
{
	const xmlNode *root = xmlDocGetRootElement(doc), *node = root;

	if (doc->children != root || root->next != NULL)
		return false; /* comment or processing instruction beside the root */
	while (node != NULL) {
		if (node == except) {
			if (node->next == NULL)
				break; /* the last child of the root (rule_signature_place) */
			node = node->next;
			continue;
		}
		if (node->type != XML_TEXT_NODE && (node->type != XML_ELEMENT_NODE || !element_is_plain(node)))
			return false;
		node = form_next_node(node, root);
	}
	return true;
}

char *
form_canonical(xmlDoc *doc, xmlNode *signature, size_t *len)
{
	xmlNode *parent = signature == NULL ? NULL : signature->parent;
	xmlChar *octets = NULL;
	int n;

	/*
	 * The enveloped-signature transform takes the element out of the node set and leaves the text around it (XMLDSig 1.1, 6.6.4). Taking it out
	 * of the tree for a moment is the same and spares a visibility test per node.
	 */
	if (signature != NULL)
		xmlUnlinkNode(signature);
	n = xmlC14NDocDumpMemory(doc, NULL, XML_C14N_1_0, NULL, 1, &octets);
	if (signature != NULL)
		xmlAddChild(parent, signature);
	if (n < 0) {
		xmlFree(octets);
		return NULL;
	}
	*len = (size_t)n;
	return (char *)octets;
}

/* Namespace nodes have no parent of their own: C14N names the element they are in scope of. */
static int
is_below(void *top, xmlNodePtr node, xmlNodePtr parent)
{
	const xmlNode *n = node->type == XML_NAMESPACE_DECL ? parent : node;

	while (n != NULL && n != top)
		n = n->parent;
	return n != NULL;
}

bool
form_canonical_part(xmlDoc *doc, xmlNode *part, bool exclusive, struct buf *out)
{
	xmlOutputBuffer *octets = xmlAllocOutputBuffer(NULL);
	bool done;

	if (octets == NULL)
		return false;
	done = xmlC14NExecute(doc, is_below, part, exclusive ? XML_C14N_EXCLUSIVE_1_0 : XML_C14N_1_0, NULL, 0, octets) >= 0;
	if (done)
		buf_add(out, xmlOutputBufferGetContent(octets), xmlOutputBufferGetSize(octets));
	xmlOutputBufferClose(octets);
	return done;
}
