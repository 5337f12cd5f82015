/*
 * Any octets as a signed document of each kind, and as an issued document. Checked beside "no crash":
 * verdict and result agree, what passes every rule has its canonical form, and canonical octets are those of libxml2. The record accepts all, so
 * that the last rules are reached.
 * The first octet picks the kind.
 */
#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>
#include <openssl/x509.h>

#include "../unit/c14n_oracle.h"
#include "base/encode.h"
#include "base/log.h"

static enum rc
issued(void *arg, const char *canonical, size_t len, enum form_rule *rule)
{
	struct form_content content;

	(void)arg;
	(void)rule;
	/* Not always equal to one that we made; when it is, it must read. */
	if (form_content_parse(&content, canonical, len) == RC_OK)
		form_content_free(&content);
	return RC_OK;
}

static enum rc
certificate(void *arg, const struct cert *cert, enum form_rule *rule)
{
	size_t len;

	(void)arg;
	(void)rule;
	if (cert_der(cert, &len) == NULL || cert_spki(cert, &len) == NULL)
		abort();
	return RC_OK;
}

static void
request_key(uint8_t **spki, size_t *len)
{
	EVP_PKEY *key = EVP_EC_gen("P-256");
	int n = i2d_PUBKEY(key, spki);

	if (n <= 0)
		abort();
	*len = (size_t)n;
	EVP_PKEY_free(key);
}

/* On everything that form_verify would make a tree of. */
static void
check_canonical(const char *data, size_t len)
{
	struct form_quiet before;
	const char *why, *fault = NULL;
	xmlDoc *doc = NULL;
	int written = 0;

	form_quiet(&before);
	if (len > 0 && len <= FORM_MAX && form_scan(data, len, &why) == RULE_NONE && utf8_is_valid(data, len) &&
	    (doc = form_tree(data, len)) != NULL)
		fault = c14n_says(doc, &written);
	xmlFreeDoc(doc);
	form_loud(&before);
	if (fault != NULL) {
		fprintf(stderr, "libxml2 does not agree: %s\n", fault);
		abort();
	}
}

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	log_open("fuzz", LOG_LEVEL_ERROR);
	return 0;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static uint8_t *spki;
	static size_t spki_len;
	struct form_checks checks = { .issued = issued, .certificate = certificate };
	struct form_content content;
	struct form_result result;
	enum form_kind kind;
	enum rc rc;

	if (size == 0)
		return 0;
	if (spki == NULL)
		request_key(&spki, &spki_len);
	checks.spki = spki;
	checks.spki_len = spki_len;
	kind = (enum form_kind)(data[0] % (FORM_DECISION + 1));
	rc = form_verify((const char *)data + 1, size - 1, kind, &checks, &result);
	if ((rc != RC_OK && rc != RC_BAD_INPUT) || (rc == RC_OK) != (result.rule == RULE_NONE) || (rc == RC_OK && result.canonical == NULL))
		abort();
	form_result_free(&result);
	check_canonical((const char *)data + 1, size - 1);
	if (form_content_parse(&content, (const char *)data + 1, size - 1) == RC_OK)
		form_content_free(&content);
	return 0;
}
