/*
 * The shape of the Signature: a closed table (XMLDSig 1.1). What is not named here is refused, known to be harmless or not.
 * Namespace prefixes are free; white space may stand between elements, CR of "&#13;" included.
 */
#include <string.h>
#include <strings.h>

#include "form/parts.h"

#define C14N "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"
#define EXC_C14N "http://www.w3.org/2001/10/xml-exc-c14n#"
#define ENVELOPED FORM_DSIG "enveloped-signature"
#define SHA256 "http://www.w3.org/2001/04/xmlenc#sha256"

static const struct {
	const char *uri;
	enum sig_algorithm algorithm;
} signature_methods[] = {
	{ "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256", SIG_RSA_SHA256 },
	{ "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256", SIG_ECDSA_P256_SHA256 },
};

/* After the enveloped-signature transform. All four give the same octets of a plain document (form_canonical). */
static const char *const document_canonicalizations[] = { C14N, C14N "#WithComments", EXC_C14N, EXC_C14N "WithComments" };

static bool
is_dsig(const xmlNode *node, const char *name)
{
	return node != NULL && form_is_element(node, FORM_DSIG, name);
}

static xmlNode *
element_from(xmlNode *node)
{
	while (node != NULL && node->type != XML_ELEMENT_NODE)
		node = node->next;
	return node;
}

static xmlNode *
first_element(const xmlNode *parent)
{
	return parent == NULL ? NULL : element_from(parent->children);
}

static xmlNode *
next_element(const xmlNode *node)
{
	return node == NULL ? NULL : element_from(node->next);
}

/* The value of an attribute without namespace; NULL: absent. Borrowed. */
static const char *
attribute(const xmlNode *node, const char *name)
{
	for (const xmlAttr *a = node->properties; a != NULL; a = a->next)
		if (a->ns == NULL && strcmp((const char *)a->name, name) == 0)
			return a->children == NULL ? "" : (const char *)a->children->content;
	return NULL;
}

/* No attribute but this one (NULL: none), no namespace declared but that of its own element. */
static bool
has_only(const xmlNode *node, const char *allowed)
{
	for (const xmlAttr *a = node->properties; a != NULL; a = a->next)
		if (allowed == NULL || a->ns != NULL || strcmp((const char *)a->name, allowed) != 0)
			return false;
	for (const xmlNs *ns = node->nsDef; ns != NULL; ns = ns->next)
		if (node->ns == NULL || strcmp((const char *)ns->href, (const char *)node->ns->href) != 0)
			return false;
	return true;
}

static bool
holds_elements_only(const xmlNode *node)
{
	for (const xmlNode *n = node->children; n != NULL; n = n->next)
		if (n->type != XML_ELEMENT_NODE && (n->type != XML_TEXT_NODE || !xmlIsBlankNode(n)))
			return false;
	return true;
}

/* An element of XMLDSig with this name, no attribute and text only. */
static bool
is_leaf(const xmlNode *node, const char *name)
{
	return is_dsig(node, name) && has_only(node, NULL) && form_text(node) != NULL;
}

/* An element of XMLDSig with this name, no attribute, nothing but elements; first: the first of them. */
static bool
is_branch(const xmlNode *node, const char *name, xmlNode **first)
{
	if (!is_dsig(node, name) || !has_only(node, NULL) || !holds_elements_only(node))
		return false;
	*first = first_element(node);
	return *first != NULL;
}

/* Algorithm="uri" and nothing in it: parameters (InclusiveNamespaces, HMACOutputLength, XPath, …) are not in the table. NULL otherwise. */
static const char *
plain_algorithm(const xmlNode *node)
{
	const char *uri = node == NULL ? NULL : attribute(node, "Algorithm");

	return uri != NULL && has_only(node, "Algorithm") && holds_elements_only(node) && first_element(node) == NULL ? uri : NULL;
}

enum rc
rule_signature_count(struct form_check *c)
{
	size_t count = 0;

	for (xmlNode *node = c->root; node != NULL; node = form_next_node(node, c->root))
		if (is_dsig(node, "Signature")) {
			c->signature = node;
			count++;
		}
	if (count != 1)
		return form_refuse(c, RULE_SIGNATURE_COUNT, "%zu signatures", count);
	return RC_OK;
}

enum rc
rule_signature_place(struct form_check *c)
{
	if (c->signature->parent != c->root || c->root->last != c->signature)
		return form_refuse(c, RULE_SIGNATURE_PLACE, "not the last child of the root");
	return RC_OK;
}

static bool
is_id(const xmlAttr *a)
{
	return strcasecmp((const char *)a->name, "Id") == 0;
}

enum rc
rule_signature_shape(struct form_check *c)
{
	xmlNode *part;

	for (xmlNode *node = c->signature; node != NULL; node = form_next_node(node, c->signature)) {
		if (node->type != XML_ELEMENT_NODE && node->type != XML_TEXT_NODE)
			return form_refuse(c, RULE_SIGNATURE_SHAPE, "comment or processing instruction in Signature");
		if (node->type == XML_ELEMENT_NODE)
			for (const xmlAttr *a = node->properties; a != NULL; a = a->next)
				if (is_id(a))
					return form_refuse(c, RULE_SIGNATURE_SHAPE, "attribute %s", (const char *)a->name);
	}
	if (!is_branch(c->signature, "Signature", &c->signed_info) || !is_dsig(c->signed_info, "SignedInfo"))
		return form_refuse(c, RULE_SIGNATURE_SHAPE, "Signature");
	c->signature_value = next_element(c->signed_info);
	if (!is_leaf(c->signature_value, "SignatureValue"))
		return form_refuse(c, RULE_SIGNATURE_SHAPE, "SignatureValue");
	c->key_info = next_element(c->signature_value);
	if (c->key_info != NULL && (!is_dsig(c->key_info, "KeyInfo") || next_element(c->key_info) != NULL))
		return form_refuse(c, RULE_SIGNATURE_SHAPE, "more than SignedInfo, SignatureValue, KeyInfo");
	if (!is_branch(c->signed_info, "SignedInfo", &part) || !is_dsig(part, "CanonicalizationMethod") ||
	    !is_dsig(part = next_element(part), "SignatureMethod"))
		return form_refuse(c, RULE_SIGNATURE_SHAPE, "SignedInfo");
	while ((part = next_element(part)) != NULL)
		if (!is_dsig(part, "Reference"))
			return form_refuse(c, RULE_SIGNATURE_SHAPE, "SignedInfo");
	return RC_OK;
}

enum rc
rule_reference(struct form_check *c)
{
	xmlNode *part;
	const char *uri;

	c->reference = next_element(next_element(first_element(c->signed_info)));
	if (c->reference == NULL || next_element(c->reference) != NULL)
		return form_refuse(c, RULE_REFERENCE, "not one Reference");
	uri = attribute(c->reference, "URI");
	if (uri == NULL || *uri != '\0')
		return form_refuse(c, RULE_REFERENCE, "URI %s", uri == NULL ? "absent" : uri);
	if (!has_only(c->reference, "URI") || !holds_elements_only(c->reference))
		return form_refuse(c, RULE_REFERENCE, "attributes or text");
	part = first_element(c->reference);
	if (is_dsig(part, "Transforms"))
		part = next_element(part);
	if (!is_dsig(part, "DigestMethod") || !is_leaf(c->digest_value = next_element(part), "DigestValue") ||
	    next_element(c->digest_value) != NULL)
		return form_refuse(c, RULE_REFERENCE, "parts");
	return RC_OK;
}

enum rc
rule_transforms(struct form_check *c)
{
	xmlNode *first, *second;
	const char *uri;

	if (!is_branch(first_element(c->reference), "Transforms", &first) || !is_dsig(first, "Transform"))
		return form_refuse(c, RULE_TRANSFORMS, "no Transforms");
	uri = plain_algorithm(first);
	if (uri == NULL || strcmp(uri, ENVELOPED) != 0)
		return form_refuse(c, RULE_TRANSFORMS, "first: %s", uri == NULL ? "with parameters" : uri);
	second = next_element(first);
	if (!is_dsig(second, "Transform") || next_element(second) != NULL)
		return form_refuse(c, RULE_TRANSFORMS, "not two transforms");
	uri = plain_algorithm(second);
	for (size_t i = 0; uri != NULL && i < sizeof document_canonicalizations / sizeof document_canonicalizations[0]; i++)
		if (strcmp(uri, document_canonicalizations[i]) == 0)
			return RC_OK;
	return form_refuse(c, RULE_TRANSFORMS, "second: %s", uri == NULL ? "with parameters" : uri);
}

enum rc
rule_algorithm(struct form_check *c)
{
	xmlNode *method = first_element(c->signed_info);
	const char *uri = plain_algorithm(method);

	if (uri == NULL || (strcmp(uri, C14N) != 0 && strcmp(uri, EXC_C14N) != 0))
		return form_refuse(c, RULE_ALGORITHM, "canonicalization: %s", uri == NULL ? "with parameters" : uri);
	c->exclusive = strcmp(uri, EXC_C14N) == 0;

	uri = plain_algorithm(xmlPreviousElementSibling(c->digest_value));
	if (uri == NULL || strcmp(uri, SHA256) != 0)
		return form_refuse(c, RULE_ALGORITHM, "digest: %s", uri == NULL ? "with parameters" : uri);

	uri = plain_algorithm(next_element(method));
	for (size_t i = 0; uri != NULL && i < sizeof signature_methods / sizeof signature_methods[0]; i++)
		if (strcmp(uri, signature_methods[i].uri) == 0) {
			c->algorithm = signature_methods[i].algorithm;
			return RC_OK;
		}
	return form_refuse(c, RULE_ALGORITHM, "signature: %s", uri == NULL ? "with parameters" : uri);
}

/* RSAKeyValue (XMLDSig 1.1, 4.5.2.2). */
static bool
is_rsa_key(const xmlNode *node)
{
	xmlNode *modulus, *exponent;

	return is_branch(node, "RSAKeyValue", &modulus) && is_leaf(modulus, "Modulus") &&
	       is_leaf(exponent = next_element(modulus), "Exponent") && next_element(exponent) == NULL;
}

static bool
is_dsig11(const xmlNode *node, const char *name)
{
	return node != NULL && form_is_element(node, FORM_DSIG11, name);
}

/* ECKeyValue with a named curve (XMLDSig 1.1, 4.5.2.3). */
static bool
is_ec_key(const xmlNode *node)
{
	xmlNode *curve, *point;

	if (!is_dsig11(node, "ECKeyValue") || !has_only(node, NULL) || !holds_elements_only(node))
		return false;
	curve = first_element(node);
	if (!is_dsig11(curve, "NamedCurve") || !has_only(curve, "URI") || curve->children != NULL)
		return false;
	point = next_element(curve);
	return is_dsig11(point, "PublicKey") && has_only(point, NULL) && form_text(point) != NULL && next_element(point) == NULL;
}

/* A proof names no certificate; a key given there is looked at for its shape and never used. */
static enum rc
keyinfo_of_proof(struct form_check *c)
{
	xmlNode *value, *key;

	if (c->key_info == NULL)
		return RC_OK;
	if (!is_branch(c->key_info, "KeyInfo", &value) || !is_branch(value, "KeyValue", &key) || next_element(value) != NULL ||
	    next_element(key) != NULL || (!is_rsa_key(key) && !is_ec_key(key)))
		return form_refuse(c, RULE_KEYINFO, "neither absent nor one KeyValue");
	return RC_OK;
}

enum rc
rule_keyinfo(struct form_check *c)
{
	xmlNode *data;

	if (c->kind == FORM_PROOF)
		return keyinfo_of_proof(c);
	if (c->key_info == NULL || !is_branch(c->key_info, "KeyInfo", &data) || !is_branch(data, "X509Data", &c->certificate) ||
	    next_element(data) != NULL || !is_leaf(c->certificate, "X509Certificate") || next_element(c->certificate) != NULL)
		return form_refuse(c, RULE_KEYINFO, "not exactly one X509Certificate");
	return RC_OK;
}
