/* What form_verify asks, answered from memory; keys and signers; tables of changes with the one rule each must meet. */
#ifndef CABINET_TESTS_FORM_WORLD_H
#define CABINET_TESTS_FORM_WORLD_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "base/log.h"
#include "form_samples.h"
#include "form_signer.h"

#define SHA256_URI "http://www.w3.org/2001/04/xmlenc#sha256"

/* What stands for the database. */
struct world {
	struct buf issued;
	const struct signer *trusted;
	enum rc issued_rc, certificate_rc;
	enum form_rule issued_rule, certificate_rule;
	int asked_issued, asked_certificate;
};

static EVP_PKEY *rsa, *other_rsa, *weak_rsa, *ec, *other_curve;
static struct signer citizen, stranger, weak, citizen_ec, odd_curve;

static inline enum rc
world_issued(void *arg, const char *canonical, size_t len, enum form_rule *rule)
{
	struct world *w = arg;

	w->asked_issued++;
	if (len != w->issued.len || memcmp(canonical, w->issued.data, len) != 0) {
		*rule = RULE_DOCUMENT;
		return RC_BAD_INPUT;
	}
	*rule = w->issued_rule;
	return w->issued_rule != RULE_NONE ? RC_BAD_INPUT : w->issued_rc;
}

static inline enum rc
world_certificate(void *arg, const struct cert *cert, enum form_rule *rule)
{
	struct world *w = arg;
	size_t len;
	const uint8_t *der = cert_der(cert, &len);

	w->asked_certificate++;
	if (w->trusted == NULL || len != w->trusted->certificate_len || memcmp(der, w->trusted->certificate, len) != 0) {
		*rule = RULE_CERTIFICATE_CA;
		return RC_BAD_INPUT;
	}
	*rule = w->certificate_rule;
	return w->certificate_rule != RULE_NONE ? RC_BAD_INPUT : w->certificate_rc;
}

static inline struct form_checks
checks_of(struct world *w)
{
	return (struct form_checks){ .issued = world_issued, .certificate = world_certificate, .arg = w };
}

static inline enum form_rule
verdict(struct world *w, enum form_kind kind, const char *data, size_t len)
{
	struct form_checks checks = checks_of(w);
	struct form_result result;
	enum rc rc = form_verify(data, len, kind, &checks, &result);
	enum form_rule rule = result.rule;

	assert_int_equal(rc, rule == RULE_NONE ? RC_OK : RC_BAD_INPUT);
	/* every rule but RULE_NONE, or up to the one that was broken */
	assert_int_equal(result.passed & (rule == RULE_NONE ? ~1U : 1U << rule), rule == RULE_NONE ? (1U << RULE_COUNT) - 2 : 0);
	if (rc == RC_OK) {
		uint8_t digest[32];

		hash_sha256(digest, w->issued.data, w->issued.len);
		assert_memory_equal(result.digest, digest, 32);
		assert_int_equal(result.canonical_len, w->issued.len);
		assert_memory_equal(result.canonical, w->issued.data, w->issued.len);
		assert_non_null(result.certificate);
	} else
		assert_true(result.detail[0] != '\0');
	form_result_free(&result);
	return rule;
}

static inline void
assert_rule(enum form_rule got, enum form_rule expected, const char *name)
{
	if (got != expected)
		fail_msg("%s: %s instead of %s", name, form_rule_name(got), form_rule_name(expected));
}

static inline struct world
world_of(enum form_kind kind, const struct signer *trusted)
{
	struct world w = { .trusted = trusted };

	sample_document(&w.issued, kind, "Мен, a & b < c,\nкелісемін\r\n");
	return w;
}

struct change {
	const char *name, *from, *to;
	enum form_rule rule;
	bool again; /* at the last place where `from` stands, not the first */
};

static inline void
changed(struct buf *out, const struct buf *in, const struct change *c)
{
	const char *at = strstr(in->data, c->from);

	if (at == NULL)
		fail_msg("%s: '%s' is not in the document", c->name, c->from);
	for (const char *next = at; c->again && (next = strstr(next + 1, c->from)) != NULL;)
		at = next;
	buf_add(out, in->data, (size_t)(at - in->data));
	buf_puts(out, c->to);
	buf_puts(out, at + strlen(c->from));
}

static inline void
assert_changes(const struct change *cases, size_t count, const struct shape *shape)
{
	for (size_t i = 0; i < count; i++) {
		struct world w = world_of(FORM_LOGIN, &citizen);
		struct buf signed_form = BUF_INIT, b = BUF_INIT;

		signer_document(&signed_form, w.issued.data, w.issued.len, &citizen, shape);
		changed(&b, &signed_form, &cases[i]);
		assert_rule(verdict(&w, FORM_LOGIN, b.data, b.len), cases[i].rule, cases[i].name);
		buf_free(&b);
		buf_free(&signed_form);
		buf_free(&w.issued);
	}
}
#define assert_all(cases, shape) assert_changes(cases, sizeof(cases) / sizeof((cases)[0]), shape)

static inline int
make_keys(void **state)
{
	uint8_t serial[20] = { 0x1a, 1 };

	(void)state;
	rsa = EVP_RSA_gen(2048);
	other_rsa = EVP_RSA_gen(2048);
	weak_rsa = EVP_RSA_gen(1024);
	ec = EVP_EC_gen("P-256");
	other_curve = EVP_EC_gen("P-384");
	citizen = signer_make(rsa, NULL, serial);
	stranger = signer_make(other_rsa, NULL, serial);
	weak = signer_make(weak_rsa, NULL, serial);
	citizen_ec = signer_make(ec, NULL, serial);
	odd_curve = signer_make(other_curve, NULL, serial);
	return 0;
}

static inline int
free_keys(void **state)
{
	EVP_PKEY *const keys[] = { rsa, other_rsa, weak_rsa, ec, other_curve };
	struct signer *const signers[] = { &citizen, &stranger, &weak, &citizen_ec, &odd_curve };

	(void)state;
	for (size_t i = 0; i < 5; i++) {
		EVP_PKEY_free(keys[i]);
		signer_free(signers[i]);
	}
	return 0;
}

#endif
