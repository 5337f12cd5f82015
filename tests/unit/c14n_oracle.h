/*
 * The canonical octets of fcgi/form/c14n.c beside libxml2's. What ours refuses to write is not looked at; what it writes must be the same. Used by
 * test_form_c14n and by the fuzz target.
 */
#ifndef CABINET_TESTS_C14N_ORACLE_H
#define CABINET_TESTS_C14N_ORACLE_H

#include <string.h>

#include <libxml/c14n.h>

#include "form/parts.h"

/* Namespace nodes have no parent of their own: C14N names the element they are in scope of. */
static inline int
oracle_is_below(void *top, xmlNodePtr node, xmlNodePtr parent)
{
	const xmlNode *n = node->type == XML_NAMESPACE_DECL ? parent : node;

	while (n != NULL && n != top)
		n = n->parent;
	return n != NULL;
}

static inline int
oracle_is_outside(void *top, xmlNodePtr node, xmlNodePtr parent)
{
	return !oracle_is_below(top, node, parent);
}

static inline bool
oracle_same(xmlDoc *doc, xmlNode *node, bool below, int mode, int with_comments, const struct buf *ours)
{
	xmlOutputBuffer *theirs = xmlAllocOutputBuffer(NULL);
	bool same = xmlC14NExecute(doc, below ? oracle_is_below : oracle_is_outside, node, mode, NULL, with_comments, theirs) >= 0 &&
		    xmlOutputBufferGetSize(theirs) == ours->len &&
		    memcmp(xmlOutputBufferGetContent(theirs), buf_text(ours), ours->len) == 0;

	xmlOutputBufferClose(theirs);
	return same;
}

/* Attributes with a namespace above the part (xml:lang) would be inherited by it; rule_signature_shape lets none through. */
static inline bool
oracle_has_foreign_attribute(const xmlNode *node)
{
	for (const xmlAttr *a = node->properties; a != NULL; a = a->next)
		if (a->ns != NULL)
			return true;
	return false;
}

/* NULL: all that ours wrote is the same; otherwise what is not. written: how many forms were compared. */
static inline const char *
c14n_says(xmlDoc *doc, int *written)
{
	static const int modes[] = { XML_C14N_1_0, XML_C14N_EXCLUSIVE_1_0 };
	xmlNode *root = xmlDocGetRootElement(doc), *signature = root == NULL ? NULL : root->last;
	struct buf ours = BUF_INIT;
	const char *fault = NULL;

	if (signature != NULL && !form_is_element(signature, FORM_DSIG, "Signature"))
		signature = NULL;
	if (root == NULL || !form_canonical(doc, signature, &ours)) {
		buf_free(&ours);
		return NULL;
	}
	for (int i = 0; fault == NULL && i < 4; i++, (*written)++)
		if (!oracle_same(doc, signature, false, modes[i / 2], i % 2, &ours))
			fault = "document";
	for (xmlNode *n = signature; fault == NULL && n != NULL && !oracle_has_foreign_attribute(signature);
	     n = form_next_node(n, signature))
		for (int i = 0; n->type == XML_ELEMENT_NODE && i < 2; i++) {
			buf_reset(&ours);
			if (n->parent != root && oracle_has_foreign_attribute(n->parent))
				continue;
			if (form_canonical_part(n, i == 1, &ours) && ++*written > 0 && !oracle_same(doc, n, true, modes[i], 0, &ours))
				fault = i == 1 ? "part, exclusive" : "part, inclusive";
		}
	buf_free(&ours);
	return fault;
}

#endif
