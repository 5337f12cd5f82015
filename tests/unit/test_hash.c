#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/encode.h"
#include "base/hash.h"
#include "base/random.h"

static void
expect(const uint8_t hash[HASH_SIZE], const char *hex)
{
	char text[2 * HASH_SIZE + 1];

	hex_encode(text, hash, HASH_SIZE);
	assert_string_equal(text, hex);
}

/* FIPS 180-4, examples */
static void
sha256(void **state)
{
	uint8_t h[HASH_SIZE];

	(void)state;
	hash_sha256(h, "", 0);
	expect(h, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
	hash_sha256(h, NULL, 0);
	expect(h, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
	hash_sha256(h, "abc", 3);
	expect(h, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	hash_sha256(h, "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 56);
	expect(h, "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
}

/* RFC 4231, 4.2, 4.3, 4.7 */
static void
hmac(void **state)
{
	static const char long_text[] = "Test Using Larger Than Block-Size Key - Hash Key First";
	uint8_t h[HASH_SIZE], key[131];

	(void)state;
	memset(key, 0x0b, 20);
	hash_hmac(h, key, 20, "Hi There", 8);
	expect(h, "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
	hash_hmac(h, "Jefe", 4, "what do ya want for nothing?", 28);
	expect(h, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
	memset(key, 0xaa, sizeof(key));
	hash_hmac(h, key, sizeof(key), long_text, sizeof(long_text) - 1);
	expect(h, "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
	/* No key is a key of no octets, never the one before. */
	hash_hmac(h, NULL, 0, NULL, 0);
	expect(h, "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
}

static void
equal_and_wipe(void **state)
{
	uint8_t a[4] = { 1, 2, 3, 4 }, b[4] = { 1, 2, 3, 5 };

	(void)state;
	assert_true(hash_equal(a, b, 3));
	assert_false(hash_equal(a, b, 4));
	b[3] = 4;
	b[0] = 0x81;
	assert_false(hash_equal(a, b, 4));
	assert_true(hash_equal(a, b, 0));
	hash_wipe(a, 3);
	assert_memory_equal(a, "\0\0\0\4", 4);
}

static void
random_octets(void **state)
{
	uint8_t a[32] = { 0 }, b[32] = { 0 }, guarded[4] = { 7, 7, 7, 7 };

	(void)state;
	random_bytes(a, sizeof(a));
	random_bytes(b, sizeof(b));
	assert_memory_not_equal(a, b, sizeof(a));
	random_bytes(guarded, 0);
	random_bytes(guarded + 1, 2);
	assert_int_equal(guarded[0], 7);
	assert_int_equal(guarded[3], 7);
}

static void
random_digits_are_uniform(void **state)
{
	char text[10001];
	unsigned count[10] = { 0 };
	double chi = 0;

	(void)state;
	random_digits(text, 10000);
	assert_int_equal(strlen(text), 10000);
	for (size_t i = 0; i < 10000; i++) {
		assert_in_range(text[i], '0', '9');
		count[text[i] - '0']++;
	}
	for (size_t i = 0; i < 10; i++)
		chi += (count[i] - 1000.0) * (count[i] - 1000.0) / 1000.0;
	/* 9 degrees of freedom: above 60 once in 10^9 runs; octets taken modulo ten without care would not show, a stuck digit does. */
	assert_true(chi < 60);
	random_digits(text, 0);
	assert_string_equal(text, "");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sha256),
		cmocka_unit_test(hmac),
		cmocka_unit_test(equal_and_wipe),
		cmocka_unit_test(random_octets),
		cmocka_unit_test(random_digits_are_uniform),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
