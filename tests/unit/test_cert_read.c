/* cert_read beside OpenSSL: whatever ours accepts, OpenSSL accepts and reads alike; and what ours refuses beyond that. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cert_oracle.h"
#include "pki/der.h"
#include "pki_ca.h"

#define ROUNDS 3000 /* changed certificates of each kind */

static struct ca ca;
static EVP_PKEY *rsa, *ec;

struct octets {
	uint8_t data[CERT_MAX + 16];
	size_t len;
};

/* A person's certificate with every extension that is read; `change` may add to it before it is signed. */
static struct octets
person(EVP_PKEY *key, void (*change)(X509 *))
{
	X509 *x = x509_begin(key, "1A0000000000000000000000000000000000002A");
	X509_NAME *name = X509_get_subject_name(x);
	struct octets out;
	uint8_t *p = out.data;
	int len;

	name_add(name, "CN", MBSTRING_UTF8, "ДЕМОҒАЛИЕВ ӘДІЛ");
	name_add(name, "SN", MBSTRING_UTF8, "ДЕМОҒАЛИЕВ");
	name_add(name, "serialNumber", MBSTRING_ASC, "IIN900101300811");
	name_add(name, "C", MBSTRING_ASC, "KZ");
	name_add(name, "emailAddress", V_ASN1_IA5STRING, "a,b@example.kz");
	X509_set_issuer_name(x, X509_get_subject_name(ca.x509));
	extension_add(x, ca.x509, "authorityKeyIdentifier", "keyid:always,issuer:always");
	extension_add(x, ca.x509, "subjectKeyIdentifier", "hash");
	extension_add(x, ca.x509, "keyUsage", "critical,digitalSignature,nonRepudiation");
	extension_add(x, ca.x509, "extendedKeyUsage", "emailProtection," ARC ".4.1.1");
	extension_add(x, ca.x509, "certificatePolicies", "DER:30:06:30:04:06:02:2a:03");
	extension_add(x, ca.x509, "subjectAltName", "email:a@example.kz,URI:http://a,IP:1.2.3.4,otherName:1.2.3;UTF8:ә");
	extension_add(x, ca.x509, "crlDistributionPoints", "URI:http://a/b.crl,URI:http://c/d.crl");
	extension_add(x, ca.x509, "authorityInfoAccess", "OCSP;URI:http://a");
	if (change != NULL)
		change(x);
	must(X509_sign(x, ca.key, EVP_sha256()) > 0, "sign");
	len = i2d_X509(x, &p);
	must(len > 0 && len <= CERT_MAX, "DER");
	out.len = (size_t)len;
	X509_free(x);
	return out;
}

static struct octets
octets_of(const struct cert *c)
{
	struct octets out;
	const uint8_t *der = cert_der(c, &out.len);

	memcpy(out.data, der, out.len);
	return out;
}

/* true: accepted, and OpenSSL agrees. Fails when it does not. */
static bool
accepts(const struct octets *o, const char *what)
{
	struct cert *c;
	const char *fault;

	if (cert_parse(&c, o->data, o->len) != RC_OK)
		return false;
	if ((fault = oracle_says(c, ca.cert)) != NULL)
		fail_msg("%s: OpenSSL does not agree: %s", what, fault);
	cert_free(c);
	return true;
}

static void
accepted_ones_agree(void **state)
{
	struct octets o = person(rsa, NULL);
	struct cert *c;

	(void)state;
	assert_true(accepts(&o, "RSA"));
	must(cert_parse(&c, o.data, o.len) == RC_OK, "parse");
	assert_true(cert_is_signed_by(c, ca.cert));
	assert_true(cert_has_purpose(c, PURPOSE_SIGN, ARC));
	assert_false(cert_has_purpose(c, PURPOSE_AUTH, ARC));
	cert_free(c);
	o = person(ec, NULL);
	assert_true(accepts(&o, "P-256"));
	o = octets_of(ca.cert);
	assert_true(accepts(&o, "CA"));
}

static uint32_t
random_below(uint32_t n)
{
	static uint64_t state = 88172645463325252;

	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (uint32_t)(state >> 32) % n;
}

/* One to three places changed: an octet, a bit, or two octets that stand for each other's place. */
static void
disturb(struct octets *o)
{
	for (uint32_t i = random_below(3) + 1; i > 0; i--) {
		uint32_t at = random_below((uint32_t)o->len), kind = random_below(4);

		if (kind == 0)
			o->data[at] = (uint8_t)random_below(256);
		else if (kind == 1)
			o->data[at] ^= (uint8_t)(1U << random_below(8));
		else if (kind == 2)
			o->data[at] = (uint8_t)(o->data[at] + 1);
		else
			o->data[at] = o->data[random_below((uint32_t)o->len)];
	}
}

static void
changed_ones_agree(void **state)
{
	const struct octets kinds[] = { person(rsa, NULL), person(ec, NULL), octets_of(ca.cert) };
	int accepted = 0;

	(void)state;
	for (size_t k = 0; k < sizeof(kinds) / sizeof(kinds[0]); k++)
		for (int i = 0; i < ROUNDS; i++) {
			struct octets o = kinds[k];

			disturb(&o);
			accepted += accepts(&o, "changed");
		}
	/* most changes hit text, keys and the signature, which are still octets of a certificate */
	print_message("%d of %d accepted\n", accepted, 3 * ROUNDS);
	assert_in_range(accepted, ROUNDS / 2, 3 * ROUNDS - ROUNDS / 2);
}

/* The first place where `from` stands, of the same length. */
static struct octets
patched(const struct octets *base, const char *from, const char *to, size_t len)
{
	struct octets o = *base;
	uint8_t *at = memmem(o.data, o.len, from, len);

	must(at != NULL, "octets to be changed");
	memcpy(at, to, len);
	return o;
}

static void
refuses_what_is_not_der(void **state)
{
	static const struct {
		const char *name, *from, *to;
		size_t len;
	} cases[] = {
		{ "version 2", "\xa0\x03\x02\x01\x02", "\xa0\x03\x02\x01\x01", 5 },
		{ "version 4", "\xa0\x03\x02\x01\x02", "\xa0\x03\x02\x01\x03", 5 },
		{ "version a BIT STRING", "\xa0\x03\x02\x01\x02", "\xa0\x03\x03\x01\x02", 5 },
		{ "serial negative", "\x02\x14\x1a\x00", "\x02\x14\x9a\x00", 4 },
		{ "serial with a leading zero", "\x02\x14\x1a\x00", "\x02\x14\x00\x1a", 4 },
		{ "algorithm of the signature inside", "\x01\x01\x0b\x05\x00\x30", "\x01\x01\x0c\x05\x00\x30", 6 },
		{ "critical as 01", "\x01\x01\xff\x04", "\x01\x01\x01\x04", 4 },
		{ "key usage with a bit left over", "\x03\x02\x06\xc0", "\x03\x02\x06\xe0", 4 },
		{ "key usage without a bit", "\x03\x02\x06\xc0", "\x03\x02\x06\x00", 4 },
		{ "CN a VisibleString", "\x55\x04\x06\x13\x02KZ", "\x55\x04\x06\x1a\x02KZ", 7 },
		{ "CN a SEQUENCE", "\x55\x04\x06\x13\x02KZ", "\x55\x04\x06\x30\x02KZ", 7 },
		{ "CN not 7 bit", "\x55\x04\x06\x13\x02KZ", "\x55\x04\x06\x13\x02K\xda", 7 },
		{ "CN an odd BMPString", "\x13\x0fIIN", "\x1e\x0fIIN", 5 },
		{ "CN broken UTF-8", "\x0c\x1d\xd0\x94", "\x0c\x1d\xd0\x14", 4 },
		{ "object identifier with an empty arc", "\x2b\x06\x01\x05\x05\x07\x03\x04", "\x2b\x06\x01\x05\x05\x07\x80\x04", 8 },
		{ "object identifier that does not end", "\x2b\x06\x01\x05\x05\x07\x03\x04", "\x2b\x06\x01\x05\x05\x07\x03\x84", 8 },
		{ "the same extension twice", "\x55\x1d\x0e\x04", "\x55\x1d\x23\x04", 4 },
		{ "name constraints", "\x55\x1d\x0e\x04", "\x55\x1d\x1e\x04", 4 },
		{ "policy constraints", "\x55\x1d\x0e\x04", "\x55\x1d\x24\x04", 4 },
		{ "critical as 02", "\x06\x03\x55\x1d\x0f\x01\x01\xff", "\x06\x03\x55\x1d\x0f\x01\x01\x02", 8 },
		{ "an unknown critical one", "\x06\x03\x55\x1d\x0f\x01\x01\xff", "\x06\x03\x55\x1d\x63\x01\x01\xff", 8 },
		{ "signature with bits left over", "\x03\x82\x01\x01\x00", "\x03\x82\x01\x01\x01", 5 },
	};
	struct octets good = person(rsa, NULL), o;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		o = patched(&good, cases[i].from, cases[i].to, cases[i].len);
		if (accepts(&o, cases[i].name))
			fail_msg("%s: accepted", cases[i].name);
	}
	/* lengths: one octet too many, and indefinite */
	must(good.data[0] == 0x30 && good.data[1] == 0x82, "a length of two octets");
	o = good;
	memmove(o.data + 3, good.data + 2, good.len - 2);
	o.data[1] = 0x83;
	o.data[2] = 0;
	o.len++;
	assert_false(accepts(&o, "long length"));
	o = good;
	memmove(o.data + 2, good.data + 4, good.len - 4);
	o.data[1] = 0x80;
	memset(o.data + good.len - 2, 0, 2);
	assert_false(accepts(&o, "indefinite length"));
}

static void
add_bmp(X509 *x)
{
	must(X509_NAME_add_entry_by_txt(X509_get_subject_name(x), "L", V_ASN1_BMPSTRING,
		 (const uint8_t *)"\x04\x90\x00"
				  "A",
		 4, -1, 0) == 1,
	    "BMPString");
}

static void
add_latin(X509 *x)
{
	must(X509_NAME_add_entry_by_txt(X509_get_subject_name(x), "L", V_ASN1_T61STRING, (const uint8_t *)"\xe9t\xe9", 3, -1, 0) == 1,
	    "T61");
}

static void
add_unknown_type(X509 *x)
{
	must(X509_NAME_add_entry_by_txt(
		 X509_get_subject_name(x), "1.2.398.3.3.99999999999999999999", MBSTRING_UTF8, (const uint8_t *)"x", -1, -1, 0) == 1,
	    "type");
}

static void
add_two_in_one(X509 *x)
{
	must(X509_NAME_add_entry_by_txt(
		 X509_get_subject_name(x), "serialNumber", MBSTRING_ASC, (const uint8_t *)"IIN123456789011", -1, -1, -1) == 1,
	    "RDN");
}

static void
other_strings_are_read_as_openssl_does(void **state)
{
	void (*const good[])(X509 *) = { add_bmp, add_latin, add_unknown_type, add_two_in_one };

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		struct octets o = person(rsa, good[i]);

		if (!accepts(&o, "strings"))
			fail_msg("case %zu: refused", i);
	}
	struct octets whole = person(rsa, add_bmp), half = patched(&whole,
							"\x04\x90\x00"
							"A",
							"\xd8\x3d\x00"
							"A",
							4);
	assert_false(accepts(&half, "half a character"));
}

/* Such a certificate parses, so that it can be shown; its key signs nothing. */
static void
keys_outside_of_the_set(void **state)
{
	static const struct {
		const char *name, *from, *to;
		size_t len;
		const char *algorithm;
	} cases[] = {
		{ "even exponent", "\x02\x03\x01\x00\x01\xa3", "\x02\x03\x01\x00\x02\xa3", 6, "RSA-2048" },
		{ "small exponent", "\x02\x03\x01\x00\x01\xa3", "\x02\x03\x00\x80\x01\xa3", 6, "RSA-2048" },
		{ "exponent with a leading zero", "\x02\x03\x01\x00\x01\xa3", "\x02\x03\x00\x00\x03\xa3", 6, "unknown" },
		{ "negative modulus", "\x02\x82\x01\x01\x00", "\x02\x82\x01\x01\x80", 5, "unknown" },
		{ "RSA-PSS", "\x01\x01\x01\x05\x00\x03", "\x01\x01\x0a\x05\x00\x03", 6, "unknown" },
	};
	struct octets good = person(rsa, NULL), o;
	struct cert *c;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		o = patched(&good, cases[i].from, cases[i].to, cases[i].len);
		/* such an INTEGER inside of a BIT STRING is the key's own affair */
		must(cert_parse(&c, o.data, o.len) == RC_OK, cases[i].name);
		assert_false(key_is_accepted(cert_key(c)));
		assert_null(key_evp(cert_key(c)));
		assert_string_equal(cert_algorithm(c), cases[i].algorithm);
		cert_free(c);
	}
	good = person(ec, NULL);
	/* a point beside the curve */
	o = good;
	uint8_t *point = memmem(o.data, o.len, "\x03\x42\x00\x04", 4);
	must(point != NULL, "point");
	point[20] ^= 1;
	must(cert_parse(&c, o.data, o.len) == RC_OK, "point");
	assert_false(key_is_accepted(cert_key(c)));
	assert_string_equal(cert_algorithm(c), "unknown");
	cert_free(c);
}

/* RSA-PSS of the right CA key; ECDSA named under an RSA key: signatures that no table of ours knows. */
static void
signatures_outside_of_the_set(void **state)
{
	X509 *x = x509_begin(rsa, "11");
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	EVP_PKEY_CTX *pss;
	struct cert *c;

	(void)state;
	X509_set_issuer_name(x, X509_get_subject_name(ca.x509));
	must(EVP_DigestSignInit(context, &pss, EVP_sha256(), NULL, ca.key) == 1 &&
		 EVP_PKEY_CTX_set_rsa_padding(pss, RSA_PKCS1_PSS_PADDING) == 1 && X509_sign_ctx(x, context) > 0,
	    "PSS");
	c = x509_cert(x);
	assert_int_equal(X509_verify(x, ca.key), 1);
	assert_false(cert_is_signed_by(c, ca.cert));
	cert_free(c);
	EVP_MD_CTX_free(context);
	for (int i = 0; i < 2; i++) {
		must(X509_sign(x, ca.key, i == 0 ? EVP_sha384() : EVP_sha512()) > 0, "sign");
		c = x509_cert(x);
		assert_true(cert_is_signed_by(c, ca.cert));
		cert_free(c);
	}
	X509_free(x);
}

static void
times_are_read_as_openssl_does(void **state)
{
	static const char *const texts[] = { "261128120000Z", "500101000000Z", "491231235959Z", "000229000000Z", "010229000000Z",
		"991231235960Z", "261328120000Z", "260028120000Z", "260100120000Z", "260431120000Z", "260101240000Z", "260101006000Z",
		"2601010000Z", "260101000000", "26010100000aZ", "20261128120000Z", "99991231235959Z", "00010101000000Z", "21000229000000Z",
		"20000229000000Z", "20261128120000.5Z", "20261128120000+0600" };

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		size_t len = strlen(texts[i]);
		ASN1_STRING *t = ASN1_STRING_type_new(len < 14 ? V_ASN1_UTCTIME : V_ASN1_GENERALIZEDTIME);
		struct buf der = BUF_INIT;
		instant ours = 0, theirs = 0;
		bool we, they;

		ASN1_STRING_set(t, texts[i], (int)len);
		der_text(&der, len < 14 ? DER_UTCTIME : DER_GENERALIZEDTIME, texts[i]);
		we = der_time_parse(&ours, (const uint8_t *)der.data, der.len);
		they = time_parse(&theirs, t);
		if (we != they || (we && ours != theirs))
			fail_msg("%s: %d %lld, OpenSSL %d %lld", texts[i], we, (long long)ours, they, (long long)theirs);
		ASN1_STRING_free(t);
		buf_free(&der);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(accepted_ones_agree),
		cmocka_unit_test(changed_ones_agree),
		cmocka_unit_test(refuses_what_is_not_der),
		cmocka_unit_test(other_strings_are_read_as_openssl_does),
		cmocka_unit_test(keys_outside_of_the_set),
		cmocka_unit_test(signatures_outside_of_the_set),
		cmocka_unit_test(times_are_read_as_openssl_does),
	};
	int failed;

	log_open("test", LOG_LEVEL_ERROR);
	ca = ca_make("critical,keyCertSign,cRLSign");
	rsa = EVP_RSA_gen(2048);
	ec = EVP_EC_gen("P-256");
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	EVP_PKEY_free(rsa);
	EVP_PKEY_free(ec);
	ca_free(&ca);
	return failed;
}
