/* Names of kinds and rules, identifiers, and the end of a result. */
#include <stdlib.h>
#include <string.h>

#include "base/encode.h"
#include "base/random.h"
#include "form/form.h"

static const char *const kinds[] = {
	[FORM_LOGIN] = "login",
	[FORM_CONFIRMATION] = "confirmation",
	[FORM_REVOCATION] = "revocation",
	[FORM_PROOF] = "proof",
	[FORM_DECISION] = "decision",
};

static const char *const rules[RULE_COUNT] = {
	[RULE_NONE] = "none",
	[RULE_SIZE] = "size",
	[RULE_STRUCTURE] = "structure",
	[RULE_WELLFORMED] = "wellformed",
	[RULE_DOCTYPE] = "doctype",
	[RULE_KIND] = "kind",
	[RULE_SIGNATURE_COUNT] = "signature-count",
	[RULE_SIGNATURE_PLACE] = "signature-place",
	[RULE_SIGNATURE_SHAPE] = "signature-shape",
	[RULE_REFERENCE] = "reference",
	[RULE_TRANSFORMS] = "transforms",
	[RULE_ALGORITHM] = "algorithm",
	[RULE_KEYINFO] = "keyinfo",
	[RULE_DOCUMENT] = "document",
	[RULE_EXPIRED] = "expired",
	[RULE_OWNER] = "owner",
	[RULE_USED] = "used",
	[RULE_CERTIFICATE] = "certificate",
	[RULE_CERTIFICATE_CA] = "certificate-ca",
	[RULE_CERTIFICATE_TIME] = "certificate-time",
	[RULE_CERTIFICATE_REVOKED] = "certificate-revoked",
	[RULE_CERTIFICATE_PURPOSE] = "certificate-purpose",
	[RULE_CERTIFICATE_PERSON] = "certificate-person",
	[RULE_CERTIFICATE_IIN] = "certificate-iin",
	[RULE_DIGEST] = "digest",
	[RULE_SIGNATURE] = "signature",
};

const char *
form_kind_name(enum form_kind kind)
{
	return kinds[kind];
}

bool
form_kind_parse(enum form_kind *kind, const char *name)
{
	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
		if (strcmp(kinds[i], name) == 0) {
			*kind = (enum form_kind)i;
			return true;
		}
	return false;
}

const char *
form_rule_name(enum form_rule rule)
{
	return rule < RULE_COUNT ? rules[rule] : "none";
}

void
form_id(char out[FORM_ID_SIZE])
{
	uint8_t octets[(FORM_ID_SIZE - 1) / 2];

	random_bytes(octets, sizeof octets);
	hex_encode(out, octets, sizeof octets);
}

void
form_result_free(struct form_result *result)
{
	cert_free(result->certificate);
	free(result->canonical);
	memset(result, 0, sizeof *result);
}
