/* The tree: the only calls of libxml2's parser. */
#include <string.h>

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
