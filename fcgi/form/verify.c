/*
 * The rules, in the order of enum form_rule: cheap before expensive, shape before content, the issued document before the certificate, the
 * signature last. No rule reads a value out of what came back: it is compared as a whole with what was issued.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/encode.h"
#include "base/hash.h"
#include "base/log.h"
#include "form/parts.h"

#define SIGNATURE_MAX 512 /* octets of SignatureValue: RSA-4096 */

enum rc
form_refuse(struct form_check *c, enum form_rule rule, const char *fmt, ...)
{
	va_list ap;

	c->result->rule = rule;
	va_start(ap, fmt);
	vsnprintf(c->result->detail, sizeof c->result->detail, fmt, ap);
	va_end(ap);
	/* It may quote the document, and may have been cut inside a character. */
	for (char *p = c->result->detail; *p != '\0'; p++)
		if (*p < 0x20 || *p > 0x7e)
			*p = '?';
	return RC_BAD_INPUT;
}

static enum rc
rule_size(struct form_check *c)
{
	if (c->len == 0 || c->len > FORM_MAX)
		return form_refuse(c, RULE_SIZE, "%zu octets", c->len);
	return RC_OK;
}

static enum rc
rule_structure(struct form_check *c)
{
	c->scanned = form_scan(c->data, c->len, &c->why);
	if (c->scanned == RULE_STRUCTURE)
		return form_refuse(c, RULE_STRUCTURE, "%s over the cap", c->why);
	return RC_OK;
}

static enum rc
rule_wellformed_text(struct form_check *c)
{
	if (c->scanned == RULE_WELLFORMED)
		return form_refuse(c, RULE_WELLFORMED, "%s", c->why);
	if (!utf8_is_valid(c->data, c->len))
		return form_refuse(c, RULE_WELLFORMED, "not UTF-8");
	return RC_OK;
}

/* Before the tree, so that no entity is ever declared, let alone expanded. */
static enum rc
rule_doctype(struct form_check *c)
{
	if (c->scanned == RULE_DOCTYPE)
		return form_refuse(c, RULE_DOCTYPE, "DOCTYPE");
	return RC_OK;
}

static enum rc
rule_wellformed(struct form_check *c)
{
	c->doc = form_tree(c->data, c->len);
	if (c->doc == NULL)
		return form_refuse(c, RULE_WELLFORMED, "does not parse");
	return RC_OK;
}

static enum rc
rule_kind(struct form_check *c)
{
	c->root = xmlDocGetRootElement(c->doc);
	if (!form_is_element(c->root, FORM_NAMESPACE, form_kind_name(c->kind)))
		return form_refuse(c, RULE_KIND, "root %s", (const char *)c->root->name);
	return RC_OK;
}

/* An answer of a callback: accepted, refused by one of its rules, or not to be found out. */
static enum rc
answered(struct form_check *c, enum rc rc, enum form_rule rule, enum form_rule otherwise)
{
	char serial[SERIAL_HEX_SIZE] = "";
	uint8_t octets[SERIAL_SIZE];

	if (rc != RC_BAD_INPUT)
		return rc;
	if (c->result->certificate != NULL) {
		cert_serial(c->result->certificate, octets);
		hex_encode(serial, octets, sizeof octets);
	}
	return form_refuse(c, rule == RULE_NONE ? otherwise : rule, "by the record%s%s", serial[0] != '\0' ? ": certificate " : "", serial);
}

static enum rc
rule_document(struct form_check *c)
{
	struct form_result *r = c->result;
	struct buf canonical = BUF_INIT;
	enum form_rule rule = RULE_NONE;
	enum rc rc;

	if (!form_canonical(c->doc, c->signature, &canonical)) {
		buf_free(&canonical);
		return form_refuse(c, RULE_DOCUMENT, "nodes or namespaces that are never issued");
	}
	r->canonical = canonical.data;
	r->canonical_len = canonical.len;
	hash_sha256(r->digest, r->canonical, r->canonical_len);
	rc = c->checks->issued(c->checks->arg, r->canonical, r->canonical_len, &rule);
	return answered(c, rc, rule, RULE_DOCUMENT);
}

static enum rc
rule_certificate(struct form_check *c)
{
	const char *text;
	struct buf der = BUF_CAPPED(CERT_MAX);
	bool parsed;

	if (c->kind == FORM_PROOF) {
		c->key = c->request_key = key_read(c->checks->spki, c->checks->spki_len);
		return RC_OK;
	}
	text = form_text(c->certificate);
	parsed = base64_decode(&der, text, strlen(text)) && !der.overflow &&
		 cert_parse(&c->result->certificate, (const uint8_t *)buf_text(&der), der.len) == RC_OK;
	buf_free(&der);
	if (!parsed)
		return form_refuse(c, RULE_CERTIFICATE, "X509Certificate does not parse");
	c->key = cert_key(c->result->certificate);
	return RC_OK;
}

static enum rc
rule_certificate_trusted(struct form_check *c)
{
	enum form_rule rule = RULE_NONE;
	enum rc rc;

	if (c->kind == FORM_PROOF)
		return RC_OK;
	rc = c->checks->certificate(c->checks->arg, c->result->certificate, &rule);
	return answered(c, rc, rule, RULE_CERTIFICATE_CA);
}

/* Known only now: the key may be of another kind than the algorithm, or too weak. */
static enum rc
rule_algorithm_fits_key(struct form_check *c)
{
	if (!sig_key_fits(c->algorithm, c->key))
		return form_refuse(c, RULE_ALGORITHM, "the key does not fit the signature algorithm");
	return RC_OK;
}

/*
 * The document is plain and equal to one we issued, so each canonicalization that rule_transforms lets pass gives the octets that were compared:
 * one namespace, without prefix, used by every element; no comment; no xml:* attribute (C14N 1.0, 2.3; Exclusive C14N, 3).
 */
static enum rc
rule_digest(struct form_check *c)
{
	const char *text = form_text(c->digest_value);
	struct buf value = BUF_CAPPED(HASH_SIZE);
	bool equal;

	equal = base64_decode(&value, text, strlen(text)) && !value.overflow && value.len == HASH_SIZE &&
		hash_equal(value.data, c->result->digest, HASH_SIZE);
	buf_free(&value);
	if (!equal)
		return form_refuse(c, RULE_DIGEST, "DigestValue is not the digest of the document");
	return RC_OK;
}

static enum rc
rule_signature(struct form_check *c)
{
	const char *text = form_text(c->signature_value);
	struct buf value = BUF_CAPPED(SIGNATURE_MAX), info = BUF_INIT;
	bool verified;

	verified = base64_decode(&value, text, strlen(text)) && !value.overflow &&
		   form_canonical_part(c->signed_info, c->exclusive, &info) &&
		   sig_verify_xml(c->algorithm, c->key, buf_text(&info), info.len, (const uint8_t *)buf_text(&value), value.len);
	buf_free(&value);
	buf_free(&info);
	if (!verified)
		return form_refuse(c, RULE_SIGNATURE, "SignatureValue does not verify");
	return RC_OK;
}

static const struct {
	enum form_rule rule, last; /* the rules that a step settles; last is RULE_NONE when it is but one */
	enum rc (*check)(struct form_check *);
} sequence[] = {
	{ RULE_SIZE, RULE_NONE, rule_size },
	{ RULE_STRUCTURE, RULE_NONE, rule_structure },
	{ RULE_WELLFORMED, RULE_NONE, rule_wellformed_text },
	{ RULE_DOCTYPE, RULE_NONE, rule_doctype },
	{ RULE_WELLFORMED, RULE_NONE, rule_wellformed },
	{ RULE_KIND, RULE_NONE, rule_kind },
	{ RULE_SIGNATURE_COUNT, RULE_NONE, rule_signature_count },
	{ RULE_SIGNATURE_PLACE, RULE_NONE, rule_signature_place },
	{ RULE_SIGNATURE_SHAPE, RULE_NONE, rule_signature_shape },
	{ RULE_REFERENCE, RULE_NONE, rule_reference },
	{ RULE_TRANSFORMS, RULE_NONE, rule_transforms },
	{ RULE_ALGORITHM, RULE_NONE, rule_algorithm },
	{ RULE_KEYINFO, RULE_NONE, rule_keyinfo },
	{ RULE_DOCUMENT, RULE_USED, rule_document },
	{ RULE_CERTIFICATE, RULE_NONE, rule_certificate },
	{ RULE_CERTIFICATE_CA, RULE_CERTIFICATE_IIN, rule_certificate_trusted },
	{ RULE_ALGORITHM, RULE_NONE, rule_algorithm_fits_key },
	{ RULE_DIGEST, RULE_NONE, rule_digest },
	{ RULE_SIGNATURE, RULE_NONE, rule_signature },
};

static bool
can_decide(enum form_kind kind, const struct form_checks *checks)
{
	return checks->issued != NULL && (kind == FORM_PROOF ? checks->spki != NULL : checks->certificate != NULL);
}

/* A step that was refused has kept what comes before the rule it broke. */
static void
note_passed(struct form_result *r, enum form_rule first, enum form_rule last)
{
	enum form_rule end = r->rule != RULE_NONE ? r->rule : last == RULE_NONE ? first + 1 : last + 1;

	for (enum form_rule rule = first; rule < end; rule++)
		r->passed |= 1U << rule;
	if (r->rule != RULE_NONE)
		r->passed &= ~(1U << r->rule);
}

enum rc
form_verify(const char *data, size_t len, enum form_kind kind, const struct form_checks *checks, struct form_result *result)
{
	struct form_check c = { .data = data, .len = len, .kind = kind, .checks = checks, .result = result };
	struct form_quiet before;
	enum rc rc = RC_OK;

	memset(result, 0, sizeof *result);
	if (!can_decide(kind, checks)) {
		log_error("form-verify", "%s: checks: a callback or the key is missing", form_kind_name(kind));
		return RC_INTERNAL;
	}
	form_quiet(&before);
	for (size_t i = 0; rc == RC_OK && i < sizeof sequence / sizeof sequence[0]; i++) {
		rc = sequence[i].check(&c);
		if (rc == RC_OK || rc == RC_BAD_INPUT)
			note_passed(result, sequence[i].rule, sequence[i].last);
	}
	xmlFreeDoc(c.doc);
	key_free(c.request_key);
	form_loud(&before);
	if (rc == RC_BAD_INPUT)
		log_info("form-refused", "%s: %s: %s", form_kind_name(kind), form_rule_name(result->rule), result->detail);
	return rc;
}
