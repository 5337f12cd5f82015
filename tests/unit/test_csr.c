#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/encode.h"
#include "base/hash.h"
#include "pki/csr.h"
#include "pki_ca.h"

#define IIN "900101300811"

static EVP_PKEY *rsa, *ec;

struct octets {
	uint8_t data[CSR_MAX];
	size_t len;
};

/* serial_number: of the subject; NULL: none. */
static struct octets
request(EVP_PKEY *key, const char *serial_number, const EVP_MD *md)
{
	X509_REQ *r = X509_REQ_new();
	struct octets out;
	uint8_t *p = out.data;
	int len;

	must(r != NULL && X509_REQ_set_pubkey(r, key) == 1, "request");
	if (serial_number != NULL)
		name_add(X509_REQ_get_subject_name(r), "serialNumber", MBSTRING_UTF8, serial_number);
	must(X509_REQ_sign(r, key, md) > 0, "sign");
	len = i2d_X509_REQ(r, &p);
	must(len > 0, "encode");
	out.len = (size_t)len;
	X509_REQ_free(r);
	return out;
}

static enum csr_fault
fault_of(const struct octets *o, const char *iin)
{
	enum csr_fault fault;
	struct csr csr;
	const struct csr zero = { .der = NULL };
	enum rc rc = csr_parse_der(&csr, o->data, o->len, iin, &fault);

	assert_int_equal(rc, fault == CSR_OK ? RC_OK : RC_BAD_INPUT);
	if (rc != RC_OK)
		assert_memory_equal(&csr, &zero, sizeof(csr));
	csr_free(&csr);
	return fault;
}

static void
fields(void **state)
{
	struct octets o = request(rsa, "IIN" IIN, EVP_sha256());
	enum csr_fault fault;
	uint8_t hash[32], *spki;
	size_t len = spki_of(rsa, &spki);
	struct csr csr;

	(void)state;
	assert_int_equal(csr_parse_der(&csr, o.data, o.len, IIN, &fault), RC_OK);
	assert_int_equal(csr.der_len, o.len);
	assert_memory_equal(csr.der, o.data, o.len);
	assert_int_equal(csr.spki_len, len);
	assert_memory_equal(csr.spki, spki, len);
	hash_sha256(hash, spki, len);
	assert_memory_equal(csr.spki_hash, hash, 32);
	hash_sha256(hash, o.data, o.len);
	assert_memory_equal(csr.hash, hash, 32);
	assert_string_equal(csr.algorithm, "RSA-2048");
	csr_free(&csr);
	OPENSSL_free(spki);
	o = request(ec, NULL, EVP_sha256());
	assert_int_equal(csr_parse_der(&csr, o.data, o.len, IIN, &fault), RC_OK);
	assert_string_equal(csr.algorithm, "EC-P256");
	csr_free(&csr);
}

static void
text_forms(void **state)
{
	static const char *const labels[] = { "CERTIFICATE REQUEST", "NEW CERTIFICATE REQUEST", NULL };
	struct octets o = request(rsa, NULL, EVP_sha256());
	struct buf text = BUF_INIT;
	enum csr_fault fault;
	struct csr csr;

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		buf_reset(&text);
		if (labels[i] != NULL)
			pem_encode(&text, labels[i], o.data, o.len);
		else
			base64_encode(&text, o.data, o.len);
		assert_int_equal(csr_parse(&csr, buf_text(&text), text.len, IIN, &fault), RC_OK);
		assert_int_equal(csr.der_len, o.len);
		csr_free(&csr);
	}
	buf_reset(&text);
	pem_encode(&text, "CERTIFICATE", o.data, o.len);
	assert_int_equal(csr_parse(&csr, buf_text(&text), text.len, IIN, &fault), RC_BAD_INPUT);
	assert_int_equal(fault, CSR_MALFORMED);
	assert_int_equal(csr_parse(&csr, "", 0, IIN, &fault), RC_BAD_INPUT);
	assert_int_equal(csr_parse(&csr, "!", 1, IIN, &fault), RC_BAD_INPUT);
	buf_free(&text);
}

static void
iins(void **state)
{
	static const struct {
		const char *given;
		enum csr_fault fault;
	} cases[] = { { "IIN" IIN, CSR_OK }, { IIN, CSR_OK }, { "ABC-1", CSR_OK }, { "IIN123456789011", CSR_OTHER_IIN },
		{ "iin123456789011", CSR_OTHER_IIN }, { "123456789011", CSR_OTHER_IIN }, { "IIN" IIN "1", CSR_OTHER_IIN },
		{ "IIN", CSR_OTHER_IIN } };

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct octets o = request(ec, cases[i].given, EVP_sha256());

		if (fault_of(&o, IIN) != cases[i].fault)
			fail_msg("%s", cases[i].given);
		assert_int_equal(fault_of(&o, NULL), CSR_OK);
	}
}

static EVP_PKEY *
rsa_with(unsigned bits, unsigned long exponent)
{
	EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, "RSA", NULL);
	BIGNUM *e = BN_new();
	EVP_PKEY *key = NULL;

	must(context != NULL && BN_set_word(e, exponent) == 1 && EVP_PKEY_keygen_init(context) == 1 &&
		 EVP_PKEY_CTX_set_rsa_keygen_bits(context, (int)bits) == 1 && EVP_PKEY_CTX_set1_rsa_keygen_pubexp(context, e) == 1 &&
		 EVP_PKEY_generate(context, &key) == 1,
	    "RSA");
	BN_free(e);
	EVP_PKEY_CTX_free(context);
	return key;
}

static void
weak_keys(void **state)
{
	EVP_PKEY *keys[] = { rsa_with(1024, 65537), rsa_with(2047, 65537), rsa_with(2048, 3), rsa_with(2048, 257), EVP_EC_gen("P-384"),
		EVP_EC_gen("secp256k1"), EVP_PKEY_Q_keygen(NULL, NULL, "ED25519") };

	(void)state;
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		struct octets o = request(keys[i], NULL, i == 6 ? NULL : EVP_sha256());

		if (fault_of(&o, IIN) != CSR_WEAK_KEY)
			fail_msg("key %zu", i);
		EVP_PKEY_free(keys[i]);
	}
}

static void
weak_signature(void **state)
{
	struct octets o = request(rsa, NULL, EVP_sha1());

	(void)state;
	assert_int_equal(fault_of(&o, IIN), CSR_BAD_SIGNATURE);
}

/* Every octet is under the signature, or is the signature. */
static void
changed(void **state)
{
	(void)state;
	for (int i = 0; i < 2; i++) {
		struct octets o = request(i == 0 ? rsa : ec, "IIN" IIN, EVP_sha256());

		for (size_t n = 0; n < o.len; n++) {
			o.data[n] ^= 0x01;
			if (fault_of(&o, IIN) == CSR_OK)
				fail_msg("octet %zu of %d", n, i);
			o.data[n] ^= 0x01;
		}
		assert_int_equal(fault_of(&o, IIN), CSR_OK);
		for (size_t n = o.len - 1; n > 0; n--) {
			const struct octets cut = { .len = n };
			struct octets copy = o;

			copy.len = cut.len;
			assert_int_equal(fault_of(&copy, IIN), CSR_MALFORMED);
		}
		o.data[o.len++] = 0;
		assert_int_equal(fault_of(&o, IIN), CSR_MALFORMED);
	}
}

/* One key, two encodings: it could be certified twice. */
static void
compressed_point(void **state)
{
	EVP_PKEY *key = EVP_EC_gen("P-256");
	struct octets o;

	(void)state;
	must(EVP_PKEY_set_utf8_string_param(key, "point-format", "compressed") == 1, "point format");
	o = request(key, NULL, EVP_sha256());
	assert_int_equal(fault_of(&o, IIN), CSR_MALFORMED);
	EVP_PKEY_free(key);
}

/* As `openssl rsa -modulus` prints it, and the SHA-1 of that. */
static void
listed(void **state)
{
	const struct octets o = request(rsa, NULL, EVP_sha256()), other = request(ec, NULL, EVP_sha256());
	uint8_t got[CSR_LISTED_SIZE], wanted[CSR_LISTED_SIZE] = { 0 }, hash[20];
	struct buf line = BUF_INIT;
	enum csr_fault fault;
	BIGNUM *n = NULL;
	struct csr csr;
	char *hex;

	(void)state;
	assert_int_equal(EVP_PKEY_get_bn_param(rsa, "n", &n), 1);
	hex = BN_bn2hex(n);
	buf_printf(&line, "Modulus=%s\n", hex);
	assert_int_equal(EVP_Digest(line.data, line.len, hash, NULL, EVP_sha1(), NULL), 1);
	memcpy(wanted + 22, hash + 10, 10);
	assert_int_equal(csr_parse_der(&csr, o.data, o.len, NULL, &fault), RC_OK);
	assert_true(csr_listed_as(&csr, got));
	assert_memory_equal(got, wanted, sizeof(got));
	csr_free(&csr);
	assert_int_equal(csr_parse_der(&csr, other.data, other.len, NULL, &fault), RC_OK);
	assert_false(csr_listed_as(&csr, got));
	csr_free(&csr);
	OPENSSL_free(hex);
	BN_free(n);
	buf_free(&line);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fields),
		cmocka_unit_test(listed),
		cmocka_unit_test(text_forms),
		cmocka_unit_test(iins),
		cmocka_unit_test(weak_keys),
		cmocka_unit_test(weak_signature),
		cmocka_unit_test(changed),
		cmocka_unit_test(compressed_point),
	};
	int failed;

	log_open("test", LOG_LEVEL_ERROR);
	rsa = EVP_RSA_gen(2048);
	ec = EVP_EC_gen("P-256");
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	EVP_PKEY_free(rsa);
	EVP_PKEY_free(ec);
	return failed;
}
