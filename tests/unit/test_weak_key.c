/* Keys whose private key others can find: one of each kind, made here with its weakness, and some that are sound. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/param_build.h>
#include <openssl/rsa.h>

#include "pki/weak_key.h"

static EVP_PKEY *
public_key(const BIGNUM *n)
{
	OSSL_PARAM_BLD *b = OSSL_PARAM_BLD_new();
	BIGNUM *e = BN_new();
	EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, "RSA", NULL);
	EVP_PKEY *key = NULL;
	OSSL_PARAM *params;

	BN_set_word(e, 65537);
	OSSL_PARAM_BLD_push_BN(b, OSSL_PKEY_PARAM_RSA_N, n);
	OSSL_PARAM_BLD_push_BN(b, OSSL_PKEY_PARAM_RSA_E, e);
	params = OSSL_PARAM_BLD_to_param(b);
	assert_int_equal(EVP_PKEY_fromdata_init(context), 1);
	assert_int_equal(EVP_PKEY_fromdata(context, &key, EVP_PKEY_PUBLIC_KEY, params), 1);
	OSSL_PARAM_free(params);
	OSSL_PARAM_BLD_free(b);
	EVP_PKEY_CTX_free(context);
	BN_free(e);
	return key;
}

static void
expect(const BIGNUM *n, const char *wanted)
{
	EVP_PKEY *key = public_key(n);
	const char *got = weak_key_find(key);

	if (wanted == NULL)
		assert_null(got);
	else if (got == NULL || strstr(got, wanted) == NULL)
		fail_msg("wanted %s, got %s", wanted, got == NULL ? "nothing" : got);
	assert_ptr_equal(weak_key_find(key), got);
	EVP_PKEY_free(key);
}

static void
sound(void **state)
{
	(void)state;
	for (int i = 0; i < 12; i++) {
		EVP_PKEY *key = EVP_RSA_gen(i == 0 ? 4096U : i == 1 ? 3072U : 2048U);

		assert_null(weak_key_find(key));
		EVP_PKEY_free(key);
	}
}

static BIGNUM *
prime(int bits)
{
	BIGNUM *p = BN_new();

	assert_int_equal(BN_generate_prime_ex(p, bits, 0, NULL, NULL, NULL), 1);
	return p;
}

static void
small_factors(void **state)
{
	/* first, last of the table, both ends of a group, and the first one that is too large to be found */
	static const unsigned factors[] = { 3, 5, 7, 11, 13, 251, 257, 65519, 65521 };
	BN_CTX *context = BN_CTX_new();

	(void)state;
	for (size_t i = 0; i < sizeof(factors) / sizeof(factors[0]); i++) {
		BIGNUM *n = BN_new();

		BN_rand(n, 2030, BN_RAND_TOP_ONE, BN_RAND_BOTTOM_ODD);
		BN_mul_word(n, factors[i]);
		expect(n, "BR 6.1.6");
		BN_free(n);
	}
	for (unsigned p = 3; p < 65536; p += 2) {
		BIGNUM *n;
		unsigned q = 3;

		while (q * q <= p && p % q != 0)
			q += 2;
		if (q * q <= p || p % 97 != 1)
			continue;
		n = prime(40);
		BN_lshift(n, n, 2000);
		BN_add_word(n, 1);
		while (BN_mod_word(n, p) != 0)
			BN_add_word(n, 2);
		expect(n, "BR 6.1.6");
		BN_free(n);
	}
	{
		BIGNUM *n = prime(2032), *p = BN_new();

		BN_set_word(p, 65537);
		BN_mul(n, n, p, context);
		expect(n, NULL);
		BN_add_word(n, 1);
		expect(n, "BR 6.1.6");
		BN_free(n);
		BN_free(p);
	}
	BN_CTX_free(context);
}

static void
close_primes(void **state)
{
	BN_CTX *context = BN_CTX_new();
	BIGNUM *p = prime(1024), *q = BN_dup(p), *n = BN_new();

	(void)state;
	BN_sqr(n, p, context);
	expect(n, "CVE-2022-26320");
	/* the next prime, and one some hundred of them on */
	for (int i = 0; i < 300; i++) {
		do
			BN_add_word(q, 2);
		while (i % 100 == 0 && BN_check_prime(q, context, NULL) != 1);
		if (i % 100 == 0) {
			BN_mul(n, p, q, context);
			expect(n, "CVE-2022-26320");
		}
	}
	/* apart by what a sound generator leaves between them at the least (FIPS 186-5, A.1.3): not this weakness */
	BN_free(q);
	q = prime(1024);
	BN_mul(n, p, q, context);
	expect(n, NULL);
	BN_free(p);
	BN_free(q);
	BN_free(n);
	BN_CTX_free(context);
}

/* A prime of the broken generator's form: k * M + 65537^a mod M, M the product of the first 126 primes (for keys of 2048 bits). */
static BIGNUM *
roca_prime(BN_CTX *context)
{
	BIGNUM *m = BN_new(), *k = BN_new(), *a = BN_new(), *g = BN_new(), *p = BN_new();
	unsigned count = 0;

	BN_one(m);
	for (unsigned c = 2; count < 126; c++) {
		unsigned d = 2;

		while (d * d <= c && c % d != 0)
			d++;
		if (d * d <= c)
			continue;
		BN_mul_word(m, c);
		count++;
	}
	BN_set_word(g, 65537);
	do {
		BN_rand(k, 1024 - BN_num_bits(m), BN_RAND_TOP_TWO, BN_RAND_BOTTOM_ANY);
		BN_rand(a, 250, BN_RAND_TOP_ANY, BN_RAND_BOTTOM_ANY);
		BN_mod_exp(p, g, a, m, context);
		BN_mul(k, k, m, context);
		BN_add(p, p, k);
	} while (BN_check_prime(p, context, NULL) != 1);
	BN_free(m);
	BN_free(k);
	BN_free(a);
	BN_free(g);
	return p;
}

static void
roca(void **state)
{
	BN_CTX *context = BN_CTX_new();
	BIGNUM *p = roca_prime(context), *q = roca_prime(context), *n = BN_new(), *r = prime(1024);

	(void)state;
	BN_mul(n, p, q, context);
	expect(n, "CVE-2017-15361");
	/* the mark needs both primes */
	BN_mul(n, p, r, context);
	expect(n, NULL);
	BN_free(p);
	BN_free(q);
	BN_free(r);
	BN_free(n);
	BN_CTX_free(context);
}

static void
curves(void **state)
{
	EVP_PKEY *key = EVP_EC_gen("P-256");

	(void)state;
	assert_null(weak_key_find(key));
	EVP_PKEY_free(key);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sound),
		cmocka_unit_test(small_factors),
		cmocka_unit_test(close_primes),
		cmocka_unit_test(roca),
		cmocka_unit_test(curves),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
