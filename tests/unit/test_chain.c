/* Paths to pinned CAs, and what their CRLs say at a time. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <dlfcn.h>

#include "pki/chain.h"
#include "pki/crl.h"
#include "pki/issuer_key.h"
#include "pki/lint.h"
#include "pki/ocsp.h"
#include "pki/openssl.h"
#include "pki_ca.h"

static struct ca root, ca;
static EVP_PKEY *key;
static instant now;

/* A certificate by issuer; CA:TRUE with usage, or a person's. */
static struct cert *
issue(const struct ca *issuer, EVP_PKEY *subject_key, const char *name, const char *ca_usage, long from, long until)
{
	X509 *x = x509_begin(
	    subject_key, ca_usage != NULL ? "1100000000000000000000000000000000000002" : "1200000000000000000000000000000000000003");
	struct cert *c;

	name_add(X509_get_subject_name(x), "CN", MBSTRING_UTF8, name);
	X509_set_issuer_name(x, X509_get_subject_name(issuer->x509));
	X509_gmtime_adj(X509_getm_notBefore(x), from);
	X509_gmtime_adj(X509_getm_notAfter(x), until);
	if (ca_usage != NULL) {
		extension_add(x, issuer->x509, "basicConstraints", "critical,CA:TRUE");
		extension_add(x, issuer->x509, "keyUsage", ca_usage);
	} else
		extension_add(x, issuer->x509, "keyUsage", "critical,digitalSignature");
	extension_add(x, issuer->x509, "subjectKeyIdentifier", "hash");
	extension_add(x, issuer->x509, "authorityKeyIdentifier", "keyid");
	must(X509_sign(x, issuer->key, EVP_sha256()) > 0, "sign");
	c = x509_cert(x);
	X509_free(x);
	return c;
}

static struct ca
below(const struct ca *issuer, const char *name, const char *usage, long until)
{
	struct ca c = { .key = EVP_RSA_gen(2048) };
	size_t len;
	const uint8_t *der;

	c.cert = issue(issuer, c.key, name, usage, -86400, until);
	der = cert_der(c.cert, &len);
	c.x509 = d2i_X509(NULL, &der, (long)len);
	return c;
}

struct entry {
	const struct cert *cert;
	long when; /* seconds from now */
	int reason;
};

static void
add_crl(struct chain *chain, const struct ca *issuer, EVP_PKEY *by, long from, long until, const struct entry *e, long delta_of)
{
	X509_CRL *crl = X509_CRL_new();
	ASN1_TIME *t = ASN1_TIME_new();
	ASN1_INTEGER *number = ASN1_INTEGER_new();
	uint8_t *der = NULL;
	int len;

	X509_CRL_set_version(crl, X509_CRL_VERSION_2);
	X509_CRL_set_issuer_name(crl, X509_get_subject_name(issuer->x509));
	X509_CRL_set1_lastUpdate(crl, X509_gmtime_adj(t, from));
	X509_CRL_set1_nextUpdate(crl, X509_gmtime_adj(t, until));
	ASN1_INTEGER_set(number, delta_of + 1);
	X509_CRL_add1_ext_i2d(crl, NID_crl_number, number, 0, 0);
	if (delta_of > 0) {
		ASN1_INTEGER_set(number, delta_of);
		X509_CRL_add1_ext_i2d(crl, NID_delta_crl, number, 1, 0);
	}
	if (e != NULL) {
		X509_REVOKED *r = X509_REVOKED_new();
		ASN1_ENUMERATED *reason = ASN1_ENUMERATED_new();
		uint8_t serial[SERIAL_SIZE];
		BIGNUM *bn;

		cert_serial(e->cert, serial);
		bn = BN_bin2bn(serial, sizeof(serial), NULL);
		BN_to_ASN1_INTEGER(bn, number);
		X509_REVOKED_set_serialNumber(r, number);
		X509_REVOKED_set_revocationDate(r, X509_gmtime_adj(t, e->when));
		ASN1_ENUMERATED_set(reason, e->reason);
		if (e->reason != 0)
			X509_REVOKED_add1_ext_i2d(r, NID_crl_reason, reason, 0, 0);
		X509_CRL_add0_revoked(crl, r);
		ASN1_ENUMERATED_free(reason);
		BN_free(bn);
	}
	must(X509_CRL_sign(crl, by, EVP_sha256()) > 0, "CRL");
	len = i2d_X509_CRL(crl, &der);
	must(len > 0 && chain_add_crl(chain, der, (size_t)len) == RC_OK, "CRL");
	OPENSSL_free(der);
	ASN1_INTEGER_free(number);
	ASN1_TIME_free(t);
	X509_CRL_free(crl);
}

static struct chain *
pinned(const struct ca *first, const struct ca *second)
{
	struct chain *chain = chain_new();

	must(chain_add_ca(chain, first->cert) == RC_OK && (second == NULL || chain_add_ca(chain, second->cert) == RC_OK), "CA");
	return chain;
}

static struct chain_result
verify(const struct chain *chain, const struct cert *leaf, instant at)
{
	struct chain_result r;

	chain_verify(chain, leaf, at, &r);
	assert_true(r.detail[0] != '\0');
	return r;
}

static void
paths(void **state)
{
	struct cert *leaf = issue(&ca, key, "Person", NULL, -3600, 86400);
	struct chain *both = pinned(&root, &ca), *issuing = pinned(&ca, NULL), *above = pinned(&root, NULL);
	struct chain_result r;

	(void)state;
	r = verify(both, leaf, now);
	assert_true(r.trusted);
	assert_string_equal(r.detail, "CA, ДЕМО КУӘЛАНДЫРУШЫ ОРТАЛЫҚ");
	assert_int_equal(r.revocation, CHAIN_NO_CRL);
	r = verify(issuing, leaf, now);
	assert_true(r.trusted);
	assert_string_equal(r.detail, "CA");
	/* the root alone says nothing: the CA between is not there */
	assert_false(verify(above, leaf, now).trusted);
	/* the leaf's own time is a rule of its own, the CA's is not */
	assert_true(verify(both, leaf, now + 2 * DAY).trusted);
	assert_true(verify(both, leaf, now - 2 * HOUR).trusted);
	assert_false(verify(both, leaf, now + 400 * DAY).trusted);
	assert_false(verify(issuing, leaf, now + 400 * DAY).trusted);
	assert_false(verify(both, leaf, now - 3 * DAY).trusted);
	chain_free(both);
	chain_free(issuing);
	chain_free(above);
	cert_free(leaf);
}

static void
hostile_paths(void **state)
{
	struct ca same_name = below(&root, "CA", "critical,keyCertSign,cRLSign", 86400);
	struct ca no_use = below(&root, "No use", "critical,cRLSign", 86400), deep = below(&ca, "Deep", "critical,keyCertSign", 86400);
	struct cert *leaf = issue(&ca, key, "Person", NULL, -3600, 86400), *self;
	struct chain *chain = pinned(&root, &same_name);
	X509 *x = X509_dup(cert_x509(leaf));

	(void)state;
	/* the same name, another key */
	assert_false(verify(chain, leaf, now).trusted);
	assert_int_equal(chain_add_ca(chain, no_use.cert), RC_BAD_INPUT);
	assert_int_equal(chain_add_ca(chain, leaf), RC_BAD_INPUT);
	chain_free(chain);
	/* a CA that is not pinned, below one that is and may not have one */
	chain = pinned(&root, &ca);
	self = issue(&deep, key, "Person", NULL, -3600, 86400);
	assert_false(verify(chain, self, now).trusted);
	cert_free(self);
	/* SHA-1 by the right key */
	must(X509_sign(x, ca.key, EVP_sha1()) > 0, "sign");
	self = x509_cert(x);
	assert_false(verify(chain, self, now).trusted);
	cert_free(self);
	X509_free(x);
	chain_free(chain);
	cert_free(leaf);
	ca_free(&same_name);
	ca_free(&no_use);
	ca_free(&deep);
}

/* No octets are known that cert_read accepts and OpenSSL does not: this one stands before OpenSSL's own and refuses when told to. */
static bool refuses;

int X509_check_purpose(X509 *, int, int);

int
X509_check_purpose(X509 *x, int id, int is_ca)
{
	int (*own)(X509 *, int, int);

	*(void **)&own = dlsym(RTLD_NEXT, "X509_check_purpose");
	return refuses ? -1 : own(x, id, is_ca);
}

static void
refused_by_openssl(void **state)
{
	struct chain *chain = pinned(&root, &ca);
	struct cert *leaf = issue(&ca, key, "Person", NULL, -3600, 86400);
	struct ca other = below(&root, "Another CA", "critical,keyCertSign,cRLSign", 86400);
	struct ocsp_issuer nobody, issuer;
	struct crl_info info;
	struct issuer_key *issuing = NULL;
	const char *clause = NULL;

	(void)state;
	memset(&nobody, 0, sizeof(nobody));
	refuses = true;
	assert_false(verify(chain, leaf, now).trusted);
	assert_int_equal(chain_add_ca(chain, other.cert), RC_BAD_INPUT);
	ocsp_issuer_of(&issuer, other.cert);
	assert_memory_equal(&issuer, &nobody, sizeof(nobody));
	assert_int_equal(crl_read("/dev/null", other.cert, NULL, NULL, &info), RC_BAD_INPUT);
	assert_int_equal(lint_tbs("", 0, other.cert, NULL, &clause), RC_BAD_INPUT);
	assert_int_equal(issuer_key_load(&issuing, "/dev/null", "/dev/null", other.cert), RC_BAD_INPUT);
	assert_null(issuing);
	refuses = false;
	/* nothing of it stays */
	assert_true(verify(chain, leaf, now).trusted);
	assert_int_equal(chain_add_ca(chain, other.cert), RC_OK);
	chain_free(chain);
	cert_free(leaf);
	ca_free(&other);
}

static void
revocations(void **state)
{
	struct cert *leaf = issue(&ca, key, "Person", NULL, -3600, 86400);
	const struct entry yesterday = { leaf, -600, 1 }, hold = { leaf, -600, 6 }, removed = { leaf, -60, 8 }, tomorrow = { leaf, 600, 1 };
	const struct entry of_ca = { ca.cert, -600, 2 };
	const struct {
		const char *name;
		const struct ca *issuer;
		EVP_PKEY *by;
		long from, until;
		const struct entry *entry, *delta; /* delta: on a delta beside it */
		enum chain_revocation expected;
	} cases[] = {
		{ "empty", &ca, ca.key, -3600, 3600, NULL, NULL, CHAIN_GOOD },
		{ "revoked", &ca, ca.key, -3600, 3600, &yesterday, NULL, CHAIN_REVOKED },
		{ "revoked later", &ca, ca.key, -3600, 3600, &tomorrow, NULL, CHAIN_GOOD },
		{ "on hold", &ca, ca.key, -3600, 3600, &hold, NULL, CHAIN_REVOKED },
		{ "on hold no longer", &ca, ca.key, -3600, 3600, &hold, &removed, CHAIN_GOOD },
		{ "by a delta", &ca, ca.key, -3600, 3600, NULL, &yesterday, CHAIN_REVOKED },
		{ "past its nextUpdate", &ca, ca.key, -7200, -3600, NULL, NULL, CHAIN_STALE },
		{ "past its nextUpdate, with a delta in force", &ca, ca.key, -7200, -3600, NULL, &tomorrow, CHAIN_STALE },
		{ "signed by another key", &ca, root.key, -3600, 3600, &yesterday, NULL, CHAIN_NO_CRL },
		{ "of another CA", &root, root.key, -3600, 3600, &yesterday, NULL, CHAIN_NO_CRL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct chain *chain = pinned(&root, &ca);
		struct chain_result r;

		add_crl(chain, cases[i].issuer, cases[i].by, cases[i].from, cases[i].until, cases[i].entry, 0);
		if (cases[i].delta != NULL)
			add_crl(chain, &ca, ca.key, -300, 3600, cases[i].delta, 1);
		r = verify(chain, leaf, now);
		if (!r.trusted || r.revocation != cases[i].expected)
			fail_msg("%s: trusted %d, %d instead of %d", cases[i].name, r.trusted, (int)r.revocation, (int)cases[i].expected);
		if (r.revocation == CHAIN_REVOKED)
			assert_in_range(now - r.revoked_at, 300 * SECOND, 601 * SECOND);
		chain_free(chain);
	}
	/* a CA of the path */
	struct chain *chain = pinned(&root, &ca);
	add_crl(chain, &root, root.key, -3600, 3600, &of_ca, 0);
	assert_false(verify(chain, leaf, now).trusted);
	chain_free(chain);
	cert_free(leaf);
}

static void
refuses_what_is_no_crl(void **state)
{
	struct chain *chain = chain_new();
	size_t len;
	const uint8_t *der = cert_der(ca.cert, &len);

	(void)state;
	assert_int_equal(chain_add_crl(chain, der, len), RC_BAD_INPUT);
	assert_int_equal(chain_add_crl(chain, der, 0), RC_BAD_INPUT);
	chain_free(chain);
	chain_free(NULL);
}

/* With one CA below it. */
static struct ca
root_make(void)
{
	struct ca c = ca_make("critical,keyCertSign,cRLSign");

	X509_EXTENSION_free(X509_delete_ext(c.x509, X509_get_ext_by_NID(c.x509, NID_basic_constraints, -1)));
	extension_add(c.x509, c.x509, "basicConstraints", "critical,CA:TRUE,pathlen:1");
	must(X509_sign(c.x509, c.key, EVP_sha256()) > 0, "sign");
	cert_free(c.cert);
	c.cert = x509_cert(c.x509);
	return c;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(paths),
		cmocka_unit_test(hostile_paths),
		cmocka_unit_test(refused_by_openssl),
		cmocka_unit_test(revocations),
		cmocka_unit_test(refuses_what_is_no_crl),
	};
	int failed;

	log_open("test", LOG_LEVEL_ERROR);
	root = root_make();
	key = EVP_RSA_gen(2048);
	ca = below(&root, "CA", "critical,keyCertSign,cRLSign", 300 * 86400L);
	now = clock_now();
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	EVP_PKEY_free(key);
	ca_free(&ca);
	ca_free(&root);
	return failed;
}
