#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <openssl/ecdsa.h>

#include "pki/sig.h"
#include "pki_ca.h"

static const char message[] = "Я подтверждаю";

static bool
fits(enum sig_algorithm algorithm, const uint8_t *spki, size_t len)
{
	struct key *k = key_read(spki, len);
	bool ok = sig_key_fits(algorithm, k);

	key_free(k);
	return ok;
}

struct signed_message {
	EVP_PKEY *key;
	uint8_t *spki;
	size_t spki_len;
	uint8_t der[512], raw[64]; /* as OpenSSL makes it; ECDSA: r||s */
	size_t der_len;
};

static struct signed_message rsa, ec;

static struct signed_message
make(EVP_PKEY *key, const EVP_MD *md)
{
	struct signed_message m = { .key = key, .der_len = sizeof(m.der) };
	EVP_MD_CTX *context = EVP_MD_CTX_new();

	m.spki_len = spki_of(key, &m.spki);
	must(EVP_DigestSignInit(context, NULL, md, NULL, key) == 1 &&
		 EVP_DigestSign(context, m.der, &m.der_len, (const uint8_t *)message, sizeof(message)) == 1,
	    "sign");
	EVP_MD_CTX_free(context);
	if (EVP_PKEY_is_a(key, "EC") && EVP_PKEY_get_bits(key) == 256) {
		const uint8_t *p = m.der;
		ECDSA_SIG *sig = d2i_ECDSA_SIG(NULL, &p, (long)m.der_len);

		must(sig != NULL && BN_bn2binpad(ECDSA_SIG_get0_r(sig), m.raw, 32) == 32 &&
			 BN_bn2binpad(ECDSA_SIG_get0_s(sig), m.raw + 32, 32) == 32,
		    "r||s");
		ECDSA_SIG_free(sig);
	}
	return m;
}

static void
end(struct signed_message *m)
{
	OPENSSL_free(m->spki);
	EVP_PKEY_free(m->key);
}

static bool
verifies(enum sig_algorithm algorithm, const struct signed_message *m, size_t message_len, const uint8_t *signature, size_t len)
{
	struct key *k = key_read(m->spki, m->spki_len);
	bool ok = sig_verify_xml(algorithm, k, message, message_len, signature, len);

	key_free(k);
	return ok;
}

static bool
verify_rsa(const struct signed_message *m, const uint8_t *signature, size_t len)
{
	return verifies(SIG_RSA_SHA256, m, sizeof(message), signature, len);
}

static bool
verify_ec(const struct signed_message *m, const uint8_t *signature, size_t len)
{
	return verifies(SIG_ECDSA_P256_SHA256, m, sizeof(message), signature, len);
}

static void
accepted(void **state)
{
	(void)state;
	assert_true(verify_rsa(&rsa, rsa.der, rsa.der_len));
	assert_true(verify_ec(&ec, ec.raw, 64));
	assert_true(fits(SIG_RSA_SHA256, rsa.spki, rsa.spki_len));
	assert_true(fits(SIG_ECDSA_P256_SHA256, ec.spki, ec.spki_len));
}

static void
unlike_key(void **state)
{
	struct signed_message weak = make(EVP_RSA_gen(1024), EVP_sha256()), sha1 = make(EVP_RSA_gen(2048), EVP_sha1());
	struct signed_message p384 = make(EVP_EC_gen("P-384"), EVP_sha256());

	(void)state;
	assert_false(fits(SIG_RSA_SHA256, ec.spki, ec.spki_len));
	assert_false(fits(SIG_ECDSA_P256_SHA256, rsa.spki, rsa.spki_len));
	assert_false(fits(SIG_RSA_SHA256, weak.spki, weak.spki_len));
	assert_false(fits(SIG_ECDSA_P256_SHA256, p384.spki, p384.spki_len));
	assert_false(verify_rsa(&weak, weak.der, weak.der_len));
	assert_false(verify_rsa(&sha1, sha1.der, sha1.der_len));
	assert_false(verify_rsa(&ec, ec.raw, 64));
	assert_false(verify_ec(&rsa, rsa.der, 64));
	end(&weak);
	end(&sha1);
	end(&p384);
}

static void
hostile_spki(void **state)
{
	uint8_t copy[1024];

	(void)state;
	memcpy(copy, rsa.spki, rsa.spki_len);
	copy[rsa.spki_len] = 0;
	assert_false(fits(SIG_RSA_SHA256, copy, rsa.spki_len + 1));
	for (size_t n = 0; n < rsa.spki_len; n++)
		assert_false(fits(SIG_RSA_SHA256, copy, n));
	assert_false(fits(SIG_RSA_SHA256, NULL, 0));
}

static void
hostile_signature(void **state)
{
	uint8_t zero[512] = { 0 };

	(void)state;
	for (size_t n = 0; n < rsa.der_len; n++) {
		rsa.der[n] ^= 0x80;
		assert_false(verify_rsa(&rsa, rsa.der, rsa.der_len));
		rsa.der[n] ^= 0x80;
	}
	for (size_t n = 0; n < 64; n++) {
		ec.raw[n] ^= 0x01;
		assert_false(verify_ec(&ec, ec.raw, 64));
		ec.raw[n] ^= 0x01;
	}
	for (size_t n = 0; n <= 300; n++) {
		assert_false(verify_rsa(&rsa, zero, n));
		assert_false(verify_ec(&ec, zero, n));
	}
	/* the form of X.509 is not the form of XML */
	assert_false(verify_ec(&ec, ec.der, ec.der_len));
	assert_false(verify_ec(&ec, ec.raw, 63));
	assert_false(verify_rsa(&rsa, rsa.der, rsa.der_len - 1));
	assert_false(verifies(SIG_RSA_SHA256, &rsa, sizeof(message) - 1, rsa.der, rsa.der_len));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(accepted),
		cmocka_unit_test(unlike_key),
		cmocka_unit_test(hostile_spki),
		cmocka_unit_test(hostile_signature),
	};
	int failed;

	log_open("test", LOG_LEVEL_ERROR);
	rsa = make(EVP_RSA_gen(2048), EVP_sha256());
	ec = make(EVP_EC_gen("P-256"), EVP_sha256());
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	end(&rsa);
	end(&ec);
	return failed;
}
