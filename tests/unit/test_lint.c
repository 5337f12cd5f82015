/* A certificate for each lint, good but for the one thing that is wrong: exactly that lint's clause is told. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <openssl/core_names.h>
#include <openssl/param_build.h>

#include "pki/der.h"
#include "pki/issue.h"
#include "pki/lint.h"
#include "pki_ca.h"

static struct ca ca;
static struct profile *profile;
static uint8_t *spki, *ec_spki;
static size_t spki_len, ec_spki_len;

static X509 *
good(const uint8_t *key, size_t key_len)
{
	struct issue_request r = { .profile = profile,
		.subject = { "ДЕМОҒАЛИЕВ ӘДІЛ", "ДЕМОҒАЛИЕВ", "ҚАНАТҰЛЫ", "900101300811" },
		.spki = key,
		.spki_len = key_len,
		.not_before = clock_now() };
	struct buf tbs = BUF_INIT, der = BUF_INIT;
	const uint8_t *p;
	size_t at;
	X509 *x;

	issue_serial(r.serial);
	must(issue_tbs(&tbs, &r, ca.cert) == RC_OK, "tbs");
	at = der_begin(&der, DER_SEQUENCE);
	buf_add(&der, tbs.data, tbs.len);
	issuer_algorithm(&der);
	der_add(&der, DER_BIT_STRING, "\0\0", 2);
	der_end(&der, at);
	p = (const uint8_t *)der.data;
	x = d2i_X509(NULL, &p, (long)der.len);
	must(x != NULL, "certificate");
	buf_free(&tbs);
	buf_free(&der);
	return x;
}

/* Frees x. */
static void
expect(X509 *x, const char *clause)
{
	unsigned char *tbs = NULL;
	int len = i2d_re_X509_tbs(x, &tbs);
	const char *got = NULL;
	enum rc rc;

	must(len > 0, "tbs");
	rc = lint_tbs(tbs, (size_t)len, ca.cert, profile, &got);

	assert_int_equal(rc, clause == NULL ? RC_OK : RC_BAD_INPUT);
	if ((got == NULL) != (clause == NULL) || (got != NULL && strncmp(got, clause, strlen(clause)) != 0))
		fail_msg("wanted \"%s\", got \"%s\"", clause == NULL ? "" : clause, got == NULL ? "" : got);
	OPENSSL_free(tbs);
	X509_free(x);
}

static void
passes(void **state)
{
	(void)state;
	expect(good(spki, spki_len), NULL);
	expect(good(ec_spki, ec_spki_len), NULL);
}

static void
serial(X509 *x, const char *hex)
{
	BIGNUM *n = NULL;

	must(BN_hex2bn(&n, hex) > 0 && BN_to_ASN1_INTEGER(n, X509_get_serialNumber(x)) != NULL, "serial");
	BN_free(n);
}

static void
heads(void **state)
{
	X509 *x;
	X509_NAME *name;

	(void)state;
	x = good(spki, spki_len);
	X509_set_version(x, X509_VERSION_1);
	expect(x, "RFC 5280 section 4.1.2.1");
	x = good(spki, spki_len);
	serial(x, "-2FB1B60B7E62A0DB8D2D7C0F6D6B2A0C2C3C9A11");
	expect(x, "RFC 5280 section 4.1.2.2");
	x = good(spki, spki_len);
	serial(x, "2FB1B60B7E62A0DB8D2D7C0F6D6B2A0C2C3C9A");
	expect(x, "RFC 5280 section 4.1.2.2");
	x = good(spki, spki_len);
	serial(x, "1000000000000000000000000000000000000001");
	expect(x, "BR 7.1");
	x = good(spki, spki_len);
	name = X509_NAME_new();
	name_add(name, "CN", MBSTRING_UTF8, "ДЕМО КУӘЛАНДЫРУШЫ ОРТАЛЫҚ");
	X509_set_issuer_name(x, name);
	X509_NAME_free(name);
	expect(x, "RFC 5280 section 4.1.2.4");
}

static void
dates(void **state)
{
	X509 *x;
	ASN1_TIME *t = ASN1_TIME_new();

	(void)state;
	x = good(spki, spki_len);
	X509_gmtime_adj(X509_getm_notBefore(x), 366 * 86400L);
	expect(x, "RFC 5280 section 4.1.2.5");
	x = good(spki, spki_len);
	X509_gmtime_adj(X509_getm_notAfter(x), 366 * 86400L);
	expect(x, "RFC 5280 section 4.1.2.5");
	x = good(spki, spki_len);
	X509_gmtime_adj(X509_getm_notBefore(x), -3 * 86400L);
	expect(x, "RFC 5280 section 4.1.2.5");
	/* before 2050 in the form for later */
	x = good(spki, spki_len);
	ASN1_GENERALIZEDTIME_adj(t, time(NULL), 100, 0);
	X509_set1_notAfter(x, t);
	expect(x, "RFC 5280 section 4.1.2.5");
	/* without seconds */
	x = good(spki, spki_len);
	ASN1_STRING_set(X509_getm_notAfter(x), "3001010000Z", 11);
	expect(x, "RFC 5280 section 4.1.2.5");
	ASN1_TIME_free(t);
}

/* The subject rewritten by edit(). */
static X509 *
renamed(void (*edit)(X509_NAME *))
{
	X509 *x = good(spki, spki_len);

	edit(X509_get_subject_name(x));
	return x;
}
static void
replace(X509_NAME *name, int nid, int type, const char *value)
{
	int at = X509_NAME_get_index_by_NID(name, nid, -1);

	if (at >= 0)
		X509_NAME_ENTRY_free(X509_NAME_delete_entry(name, at));
	if (value != NULL)
		must(X509_NAME_add_entry_by_NID(name, nid, type, (const unsigned char *)value, -1, at, 0) == 1, "name");
}
static void
no_country(X509_NAME *n)
{
	replace(n, NID_countryName, 0, NULL);
}
static void
other_country(X509_NAME *n)
{
	replace(n, NID_countryName, V_ASN1_PRINTABLESTRING, "RU");
}
static void
no_iin(X509_NAME *n)
{
	replace(n, NID_serialNumber, 0, NULL);
}
static void
iin_without_mark(X509_NAME *n)
{
	replace(n, NID_serialNumber, V_ASN1_PRINTABLESTRING, "900101300811");
}
static void
iin_short(X509_NAME *n)
{
	replace(n, NID_serialNumber, V_ASN1_PRINTABLESTRING, "IIN90010130081");
}
static void
iin_utf8(X509_NAME *n)
{
	replace(n, NID_serialNumber, V_ASN1_UTF8STRING, "IIN900101300811");
}
static void
control(X509_NAME *n)
{
	replace(n, NID_givenName, V_ASN1_UTF8STRING, "ҚАНАТ\nҰЛЫ");
}
static void
bmp_name(X509_NAME *n)
{
	replace(n, NID_givenName, V_ASN1_T61STRING, "ABC");
}
static void
organisation(X509_NAME *n)
{
	replace(n, NID_organizationName, V_ASN1_UTF8STRING, "ТОО");
}
static void
twice(X509_NAME *n)
{
	name_add(n, "SN", MBSTRING_UTF8, "ДЕМОҒАЛИЕВ");
}
static void
long_name(X509_NAME *n)
{
	replace(n, NID_surname, V_ASN1_UTF8STRING,
	    "ДЕМОҒАЛИЕВДЕМОҒАЛИЕВДЕМОҒАЛИЕВДЕМОҒАЛИЕВДЕМОҒАЛИЕВДЕМОҒАЛИЕВДЕМОҒАЛИЕВДЕМОҒАЛИЕВДЕМОҒАЛИЕВДЕМОҒАЛИЕВДЕМОҒАЛИЕВДЕМОҒАЛИЕВДЕМОҒА"
	    "ЛИЕВ");
}
static void
other_surname(X509_NAME *n)
{
	replace(n, NID_surname, V_ASN1_UTF8STRING, "ДЕМОҒАЛИ");
}
static void
reordered(X509_NAME *n)
{
	X509_NAME_ENTRY *first = X509_NAME_delete_entry(n, 0);

	X509_NAME_add_entry(n, first, -1, 0);
	X509_NAME_ENTRY_free(first);
}

static void
names(void **state)
{
	static void (*const edits[])(X509_NAME *) = { no_country, other_country, no_iin, iin_without_mark, iin_short, iin_utf8, control,
		bmp_name, organisation, twice, long_name };

	(void)state;
	for (size_t i = 0; i < sizeof(edits) / sizeof(edits[0]); i++)
		expect(renamed(edits[i]), "RFC 5280 section 4.1.2.6: subject attributes");
	expect(renamed(reordered), "RFC 5280 section 4.1.2.6: order");
	expect(renamed(other_surname), "RFC 5280 section 4.1.2.6: order");
}

/* An RSA key of this modulus and exponent in place of the right one, with its own key identifier. */
static X509 *
with_key(EVP_PKEY *key)
{
	X509 *x = good(spki, spki_len);
	uint8_t hash[EVP_MAX_MD_SIZE];
	unsigned len = 0;
	ASN1_OCTET_STRING *id = ASN1_OCTET_STRING_new();

	must(X509_set_pubkey(x, key) == 1 && X509_pubkey_digest(x, EVP_sha1(), hash, &len) == 1, "key");
	ASN1_OCTET_STRING_set(id, hash, (int)len);
	must(X509_add1_ext_i2d(x, NID_subject_key_identifier, id, 0, X509V3_ADD_REPLACE) == 1, "identifier");
	ASN1_OCTET_STRING_free(id);
	return x;
}

static EVP_PKEY *
rsa_of(const BIGNUM *n, unsigned e)
{
	OSSL_PARAM_BLD *b = OSSL_PARAM_BLD_new();
	BIGNUM *exponent = BN_new();
	EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, "RSA", NULL);
	EVP_PKEY *key = NULL;
	OSSL_PARAM *params;

	BN_set_word(exponent, e);
	OSSL_PARAM_BLD_push_BN(b, OSSL_PKEY_PARAM_RSA_N, n);
	OSSL_PARAM_BLD_push_BN(b, OSSL_PKEY_PARAM_RSA_E, exponent);
	params = OSSL_PARAM_BLD_to_param(b);
	must(EVP_PKEY_fromdata_init(context) == 1 && EVP_PKEY_fromdata(context, &key, EVP_PKEY_PUBLIC_KEY, params) == 1, "RSA");
	OSSL_PARAM_free(params);
	OSSL_PARAM_BLD_free(b);
	EVP_PKEY_CTX_free(context);
	BN_free(exponent);
	return key;
}

static void
keys(void **state)
{
	static const struct {
		const char *kind, *name;
		size_t bits;
	} others[] = { { "EC", "P-384", 0 }, { "RSA", NULL, 1024 }, { "ED25519", NULL, 0 } };
	BIGNUM *n = NULL, *square = BN_new();
	BN_CTX *context = BN_CTX_new();
	EVP_PKEY *key = EVP_RSA_gen(2048);

	(void)state;
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		EVP_PKEY *other = i == 0   ? EVP_EC_gen(others[i].name)
				  : i == 1 ? EVP_RSA_gen((unsigned)others[i].bits)
					   : EVP_PKEY_Q_keygen(NULL, NULL, others[i].kind);

		expect(with_key(other), "RFC 5280 section 4.1.2.7, RFC 8017");
		EVP_PKEY_free(other);
	}
	must(EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_RSA_N, &n) == 1, "modulus");
	for (size_t i = 0; i < 3; i++) {
		static const unsigned exponents[] = { 3, 65535, 65538 };
		EVP_PKEY *other = rsa_of(n, exponents[i]);

		expect(with_key(other), "RFC 5280 section 4.1.2.7, RFC 8017");
		EVP_PKEY_free(other);
	}
	EVP_PKEY_free(key);
	expect(with_key(ca.key), "RFC 5280 section 4.1.2.7: key is the CA's own");
	/* the square of one prime */
	BN_generate_prime_ex(n, 1024, 0, NULL, NULL, NULL);
	BN_sqr(square, n, context);
	key = rsa_of(square, 65537);
	expect(with_key(key), "RFC 5280 section 4.1.2.7, BR 6.1.1.3");
	EVP_PKEY_free(key);
	BN_free(n);
	BN_free(square);
	BN_CTX_free(context);
}

static X509 *
without(int nid)
{
	X509 *x = good(spki, spki_len);

	X509_EXTENSION_free(X509_delete_ext(x, X509_get_ext_by_NID(x, nid, -1)));
	return x;
}
static X509 *
with_criticality(int nid, int critical)
{
	X509 *x = good(spki, spki_len);

	X509_EXTENSION_set_critical(X509_get_ext(x, X509_get_ext_by_NID(x, nid, -1)), critical);
	return x;
}
static X509 *
with(const char *type, const char *value)
{
	X509 *x = good(spki, spki_len);
	int nid = OBJ_txt2nid(type), at = X509_get_ext_by_NID(x, nid, -1);
	CONF *conf = NCONF_new(NULL);
	X509_EXTENSION *e;
	X509V3_CTX context;

	if (at >= 0)
		X509_EXTENSION_free(X509_delete_ext(x, at));
	/* policies want a configuration, an empty one will do */
	X509V3_set_ctx(&context, ca.x509, x, NULL, NULL, 0);
	X509V3_set_nconf(&context, conf);
	e = X509V3_EXT_nconf(conf, &context, type, value);
	must(e != NULL && X509_add_ext(x, e, -1) == 1, type);
	X509_EXTENSION_free(e);
	NCONF_free(conf);
	return x;
}

static void
extensions(void **state)
{
	static const int wanted[] = { NID_authority_key_identifier, NID_subject_key_identifier, NID_key_usage, NID_ext_key_usage,
		NID_certificate_policies, NID_crl_distribution_points, NID_freshest_crl, NID_info_access };

	(void)state;
	for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++) {
		expect(without(wanted[i]), "RFC 5280 section 4.2: extensions");
		expect(with_criticality(wanted[i], wanted[i] != NID_key_usage), "RFC 5280 section 4.2: extensions");
	}
	expect(with("basicConstraints", "CA:TRUE"), "RFC 5280 section 4.2: extensions");
	expect(with("subjectAltName", "DNS:example.kz"), "RFC 5280 section 4.2: extensions");
	expect(with("nsComment", "x"), "RFC 5280 section 4.2: extensions");
	expect(with("subjectKeyIdentifier", "0102030405060708090a0b0c0d0e0f1011121314"), "RFC 5280 section 4.2.1.2");
	expect(with("keyUsage", "critical,digitalSignature"), "RFC 5280 section 4.2.1.3");
	expect(with("keyUsage", "critical,digitalSignature,nonRepudiation,keyCertSign"), "RFC 5280 section 4.2.1.3");
	expect(with("certificatePolicies", "1.3.6.1.4.1.32473.2.4"), "RFC 5280 section 4.2.1.4");
	expect(with("certificatePolicies", "2.5.29.32.0"), "RFC 5280 section 4.2.1.4");
	expect(with("certificatePolicies", "1.3.6.1.4.1.32473.2.3, 1.3.6.1.4.1.32473.2.4"), "RFC 5280 section 4.2.1.4");
	expect(with("extendedKeyUsage", "emailProtection"), "RFC 5280 section 4.2.1.12");
	expect(with("extendedKeyUsage", "emailProtection, anyExtendedKeyUsage"), "RFC 5280 section 4.2.1.12");
	expect(with("crlDistributionPoints", "URI:http://localhost:8444/crl/other.crl"), "RFC 5280 section 4.2.1.13");
	expect(with("freshestCRL", "URI:http://localhost:8444/crl/ca.crl"), "RFC 5280 section 4.2.1.15");
	expect(with("authorityInfoAccess", "caIssuers;URI:http://localhost:8444/ca/other.cer"), "RFC 5280 section 4.2.2.1");
	{
		/* of another CA's key */
		struct ca other = ca_make("critical, keyCertSign, cRLSign");
		X509 *x = without(NID_authority_key_identifier);

		extension_add(x, other.x509, "authorityKeyIdentifier", "keyid");
		expect(x, "RFC 5280 section 4.2.1.1");
		x = without(NID_authority_key_identifier);
		extension_add(x, ca.x509, "authorityKeyIdentifier", "keyid,issuer:always");
		expect(x, "RFC 5280 section 4.2.1.1");
		ca_free(&other);
	}
}

static int
begin(void **state)
{
	EVP_PKEY *key = EVP_RSA_gen(2048), *ec = EVP_EC_gen("P-256");

	(void)state;
	log_open("test", LOG_LEVEL_ERROR);
	ca = ca_make("critical, keyCertSign, cRLSign");
	profile = profile_make();
	spki_len = spki_of(key, &spki);
	ec_spki_len = spki_of(ec, &ec_spki);
	EVP_PKEY_free(key);
	EVP_PKEY_free(ec);
	return 0;
}

static int
end(void **state)
{
	(void)state;
	OPENSSL_free(spki);
	OPENSSL_free(ec_spki);
	profile_free(profile);
	ca_free(&ca);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(passes),
		cmocka_unit_test(heads),
		cmocka_unit_test(dates),
		cmocka_unit_test(names),
		cmocka_unit_test(keys),
		cmocka_unit_test(extensions),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
