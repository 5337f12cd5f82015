#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "pki_ca.h"

#define SERIAL "0A0000000000000000000000000000000000002A"
#define LENGTH(a) (sizeof(a) / sizeof((a)[0]))

static struct ca ca;
static EVP_PKEY *key;

static X509 *
person(void)
{
	X509 *x = x509_begin(key, SERIAL);
	X509_NAME *name = X509_get_subject_name(x);

	name_add(name, "CN", MBSTRING_UTF8, "ДЕМОҒАЛИЕВ ӘДІЛ");
	name_add(name, "SN", MBSTRING_UTF8, "ДЕМОҒАЛИЕВ");
	name_add(name, "serialNumber", MBSTRING_ASC, "IIN900101300811");
	name_add(name, "C", MBSTRING_ASC, "KZ");
	name_add(name, "GN", MBSTRING_UTF8, "ҚАНАТҰЛЫ");
	X509_set_issuer_name(x, X509_get_subject_name(ca.x509));
	extension_add(x, ca.x509, "authorityKeyIdentifier", "keyid");
	return x;
}

static X509 *
with_usage(const char *usage, const char *extended)
{
	X509 *x = person();

	if (usage != NULL)
		extension_add(x, ca.x509, "keyUsage", usage);
	if (extended != NULL)
		extension_add(x, ca.x509, "extendedKeyUsage", extended);
	return x;
}

static struct cert *
finish(X509 *x)
{
	struct cert *c;

	must(X509_sign(x, ca.key, EVP_sha256()) > 0, "sign");
	c = x509_cert(x);
	X509_free(x);
	return c;
}

static bool
parses(X509 *x)
{
	unsigned char *der = NULL;
	struct cert *c;
	bool ok;
	int len;

	must(X509_sign(x, ca.key, EVP_sha256()) > 0, "sign");
	len = i2d_X509(x, &der);
	must(len > 0, "encode");
	ok = cert_parse(&c, der, (size_t)len) == RC_OK;
	if (ok)
		cert_free(c);
	OPENSSL_free(der);
	X509_free(x);
	return ok;
}

static void
fields(void **state)
{
	struct cert *c = finish(person());
	X509 *x = person();
	uint8_t serial[SERIAL_SIZE], hash[32], wanted[32];
	uint8_t *spki;
	const uint8_t *given;
	size_t len, given_len;

	(void)state;
	assert_string_equal(cert_common_name(c), "ДЕМОҒАЛИЕВ ӘДІЛ");
	assert_string_equal(cert_surname(c), "ДЕМОҒАЛИЕВ");
	assert_string_equal(cert_name(c), "ӘДІЛ");
	assert_string_equal(cert_patronymic(c), "ҚАНАТҰЛЫ");
	assert_string_equal(cert_full_name(c), "ДЕМОҒАЛИЕВ ӘДІЛ ҚАНАТҰЛЫ");
	assert_string_equal(cert_iin(c), "900101300811");
	assert_string_equal(cert_subject(c), "CN=ДЕМОҒАЛИЕВ ӘДІЛ, SURNAME=ДЕМОҒАЛИЕВ, SERIALNUMBER=IIN900101300811, C=KZ, G=ҚАНАТҰЛЫ");
	assert_string_equal(cert_issuer(c), "C=KZ, CN=ДЕМО КУӘЛАНДЫРУШЫ ОРТАЛЫҚ");
	assert_string_equal(cert_issuer_cn(c), "ДЕМО КУӘЛАНДЫРУШЫ ОРТАЛЫҚ");
	assert_string_equal(cert_algorithm(c), "RSA-2048");
	cert_serial(c, serial);
	assert_int_equal(serial[0], 0x0a);
	assert_int_equal(serial[19], 0x2a);
	len = spki_of(key, &spki);
	given = cert_spki(c, &given_len);
	assert_int_equal(given_len, len);
	assert_memory_equal(given, spki, len);
	EVP_Digest(spki, len, wanted, NULL, EVP_sha256(), NULL);
	cert_spki_hash(c, hash);
	assert_memory_equal(hash, wanted, sizeof(hash));
	X509_pubkey_digest(x, EVP_sha1(), wanted, NULL);
	cert_key_id(c, hash);
	assert_memory_equal(hash, wanted, 20);
	X509_free(x);
	OPENSSL_free(spki);
	assert_true(cert_not_after(c) - cert_not_before(c) == 366 * DAY);
	assert_false(cert_is_organisation(c));
	assert_true(cert_is_signed_by(c, ca.cert));
	assert_true(cert_is_signed_by(ca.cert, ca.cert));
	cert_free(c);
}

static void
short_names(void **state)
{
	X509 *x = x509_begin(key, "01");
	struct cert *c;
	uint8_t serial[SERIAL_SIZE], wanted[SERIAL_SIZE] = { 0 };

	(void)state;
	X509_set_issuer_name(x, X509_get_subject_name(ca.x509));
	name_add(X509_get_subject_name(x), "CN", MBSTRING_UTF8, "a, CN=b");
	c = finish(x);
	wanted[19] = 1;
	cert_serial(c, serial);
	assert_memory_equal(serial, wanted, SERIAL_SIZE);
	/* one name cannot pass for two */
	assert_string_equal(cert_subject(c), "CN=a\\, CN\\=b");
	assert_string_equal(cert_iin(c), "");
	assert_string_equal(cert_patronymic(c), "");
	cert_free(c);
}

static void
purposes(void **state)
{
	static const struct {
		const char *usage, *extended;
		bool auth, sign, operator;
	} cases[] = {
		{ "critical,digitalSignature,keyEncipherment", "clientAuth," ARC ".4.1.1", true, false, false },
		{ "critical,digitalSignature,nonRepudiation", "emailProtection," ARC ".4.1.1", false, true, false },
		{ "critical,digitalSignature,nonRepudiation", "emailProtection," ARC ".4.2.3", false, false, true },
		{ "critical,digitalSignature", "clientAuth", false, false, false },
		{ "critical,digitalSignature", ARC ".4.1.1", false, false, false },
		{ "critical,digitalSignature", "clientAuth," ARC ".4.1.11", false, false, false },
		{ "critical,digitalSignature", "clientAuth,1.2.398.3.3.4.1.1", false, false, false },
		{ "critical,digitalSignature", "emailProtection," ARC ".4.1.1", false, false, false },
		{ "critical,digitalSignature", "anyExtendedKeyUsage", false, false, false },
		{ NULL, "clientAuth,emailProtection," ARC ".4.1.1", false, false, false },
		{ "critical,digitalSignature,nonRepudiation", NULL, false, false, false },
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(cases); i++) {
		struct cert *c = finish(with_usage(cases[i].usage, cases[i].extended));

		if (cert_has_purpose(c, PURPOSE_AUTH, ARC) != cases[i].auth || cert_has_purpose(c, PURPOSE_SIGN, ARC) != cases[i].sign ||
		    cert_has_purpose(c, PURPOSE_OPERATOR, ARC) != cases[i].operator)
			fail_msg("case %zu", i);
		cert_free(c);
	}
}

/* CA:TRUE without keyCertSign issues nothing, and is no person's certificate all the same. */
static void
a_ca_is_nobody(void **state)
{
	X509 *x = with_usage("critical,digitalSignature", "clientAuth," ARC ".4.1.1");
	struct cert *c;

	(void)state;
	extension_add(x, ca.x509, "basicConstraints", "critical,CA:TRUE");
	c = finish(x);
	assert_false(cert_has_purpose(c, PURPOSE_AUTH, ARC));
	cert_free(c);
}

static void
persons(void **state)
{
	X509 *x = person();
	struct cert *c;

	(void)state;
	name_add(X509_get_subject_name(x), "serialNumber", MBSTRING_ASC, "IIN123456789011");
	c = finish(x);
	assert_string_equal(cert_iin(c), "");
	cert_free(c);
	x = person();
	name_add(X509_get_subject_name(x), "OU", MBSTRING_ASC, "BIN123456789012");
	c = finish(x);
	assert_true(cert_is_organisation(c));
	cert_free(c);
	x = person();
	name_add(X509_get_subject_name(x), "O", MBSTRING_UTF8, "АО");
	c = finish(x);
	assert_true(cert_is_organisation(c));
	cert_free(c);
}

static void
hostile_fields(void **state)
{
	X509 *x;

	(void)state;
	x = person();
	ASN1_INTEGER_set_int64(X509_get_serialNumber(x), -5);
	assert_false(parses(x));
	x = x509_begin(key, "7F000000000000000000000000000000000000000000");
	assert_false(parses(x));
	x = person();
	name_add(X509_get_subject_name(x), "L", MBSTRING_UTF8, "a\nb");
	assert_false(parses(x));
	x = person();
	must(X509_NAME_add_entry_by_txt(X509_get_subject_name(x), "L", MBSTRING_UTF8, (const unsigned char *)"a\0b", 3, -1, 0) == 1, "NUL");
	assert_false(parses(x));
	x = person();
	extension_add(x, ca.x509, "1.2.3.4", "critical,ASN1:UTF8:x");
	assert_false(parses(x));
	x = person();
	extension_add(x, ca.x509, "keyUsage", "critical,digitalSignature");
	extension_add(x, ca.x509, "keyUsage", "critical,nonRepudiation");
	assert_false(parses(x));
	x = person();
	X509_gmtime_adj(X509_getm_notAfter(x), -2 * 86400L);
	assert_false(parses(x));
}

static void
hostile_octets(void **state)
{
	struct cert *c = finish(with_usage("critical,digitalSignature", "clientAuth," ARC ".4.1.1")), *other;
	size_t len;
	const uint8_t *der = cert_der(c, &len);
	uint8_t *copy = malloc(len + 1);

	(void)state;
	must(copy != NULL, "memory");
	memcpy(copy, der, len);
	copy[len] = 0;
	assert_int_equal(cert_parse(&other, copy, len + 1), RC_BAD_INPUT);
	for (size_t n = 0; n < len; n++)
		assert_int_equal(cert_parse(&other, copy, n), RC_BAD_INPUT);
	/* whatever is changed, the CA did not sign it */
	for (size_t n = 0; n < len; n++) {
		copy[n] ^= 0x01;
		if (cert_parse(&other, copy, len) == RC_OK) {
			if (cert_is_signed_by(other, ca.cert))
				fail_msg("octet %zu changed and still signed", n);
			cert_free(other);
		}
		copy[n] ^= 0x01;
	}
	free(copy);
	cert_free(c);
}

static void
hostile_issuers(void **state)
{
	struct cert *c = finish(person());
	struct ca same_name = ca_make("critical,keyCertSign,cRLSign"), no_use = ca_make("critical,cRLSign");
	X509 *leaf = person();
	struct cert *self;

	(void)state;
	assert_false(cert_is_signed_by(c, same_name.cert));
	/* the same key, in a certificate that may not sign certificates */
	X509_set_pubkey(no_use.x509, ca.key);
	X509_sign(no_use.x509, ca.key, EVP_sha256());
	cert_free(no_use.cert);
	no_use.cert = x509_cert(no_use.x509);
	assert_false(cert_is_signed_by(c, no_use.cert));
	assert_false(cert_is_signed_by(c, c));
	/* issued by a leaf */
	X509_set_issuer_name(leaf, X509_get_subject_name(leaf));
	X509_sign(leaf, key, EVP_sha256());
	self = x509_cert(leaf);
	assert_false(cert_is_signed_by(self, self));
	cert_free(self);
	X509_free(leaf);
	/* SHA-1 under the CA's own key */
	leaf = person();
	X509_sign(leaf, ca.key, EVP_sha1());
	self = x509_cert(leaf);
	assert_false(cert_is_signed_by(self, ca.cert));
	cert_free(self);
	X509_free(leaf);
	ca_free(&same_name);
	ca_free(&no_use);
	cert_free(c);
}

static void
names(void **state)
{
	enum cert_purpose p;

	(void)state;
	for (int i = PURPOSE_AUTH; i <= PURPOSE_OPERATOR; i++) {
		assert_true(cert_purpose_parse(&p, cert_purpose_name((enum cert_purpose)i)));
		assert_int_equal(p, i);
	}
	assert_false(cert_purpose_parse(&p, "Auth"));
	assert_false(cert_purpose_parse(&p, ""));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fields),
		cmocka_unit_test(short_names),
		cmocka_unit_test(purposes),
		cmocka_unit_test(a_ca_is_nobody),
		cmocka_unit_test(persons),
		cmocka_unit_test(hostile_fields),
		cmocka_unit_test(hostile_octets),
		cmocka_unit_test(hostile_issuers),
		cmocka_unit_test(names),
	};
	int failed;

	log_open("test", LOG_LEVEL_ERROR);
	ca = ca_make("critical,keyCertSign,cRLSign");
	key = EVP_RSA_gen(2048);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	EVP_PKEY_free(key);
	ca_free(&ca);
	return failed;
}
