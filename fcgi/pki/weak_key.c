#include <string.h>

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/sha.h>

#include "pki/weak_key.h"

#define PRIMES_BELOW 65536
#define ODD_PRIMES 6541 /* below 2^16 */
#define GROUP 4		/* their product has less than 64 bits */
#define GROUPS ((ODD_PRIMES + GROUP - 1) / GROUP)
#define LIMBS (KEY_RSA_MAX / 64)
#define ROCA_BELOW 168 /* the public test's primes end with 167 */
#define REMEMBERED 8

__extension__ typedef unsigned __int128 wide;

/* Where the last prime group has fewer than GROUP primes, 1 fills it up. */
static struct {
	uint16_t prime[GROUPS * GROUP];
	uint64_t product[GROUPS];
	uint64_t inverse[GROUPS]; /* of the product, modulo 2^64 */
	struct {
		uint64_t inverse, most; /* of the prime; a multiple of it times the inverse is at most this */
	} single[GROUPS * GROUP];
	bool is_made;
} table;

/* Newton: each step doubles the number of right bits; an odd number is its own inverse modulo 8. */
static uint64_t
inverse_of(uint64_t odd)
{
	uint64_t x = odd;

	for (int i = 0; i < 5; i++)
		x *= 2 - odd * x;
	return x;
}

static void
table_make(void)
{
	static bool composite[PRIMES_BELOW];
	size_t n = 0;

	for (size_t p = 3; p < PRIMES_BELOW; p += 2) {
		if (composite[p])
			continue;
		table.prime[n++] = (uint16_t)p;
		for (size_t q = p * p; q < PRIMES_BELOW; q += 2 * p)
			composite[q] = true;
	}
	while (n < sizeof(table.prime) / sizeof(table.prime[0]))
		table.prime[n++] = 1;
	for (size_t g = 0; g < GROUPS; g++) {
		table.product[g] = 1;
		for (size_t i = g * GROUP; i < (g + 1) * GROUP; i++) {
			table.product[g] *= table.prime[i];
			table.single[i].inverse = inverse_of(table.prime[i]);
			table.single[i].most = table.prime[i] == 1 ? 0 : UINT64_MAX / table.prime[i];
		}
		table.inverse[g] = inverse_of(table.product[g]);
	}
	table.is_made = true;
}

/* Least limb first. */
static size_t
limbs_of(uint64_t limb[LIMBS], const BIGNUM *n)
{
	unsigned char octets[LIMBS * 8];

	if (BN_bn2lebinpad(n, octets, sizeof(octets)) < 0)
		return 0;
	for (size_t i = 0; i < LIMBS; i++) {
		limb[i] = 0;
		for (size_t k = 8; k > 0; k--)
			limb[i] = limb[i] << 8 | octets[i * 8 + k - 1];
	}
	return (size_t)(BN_num_bits(n) + 63) / 64;
}

/* One limb of an exact division from the low end (Jebelean): what is carried out of the last one is zero modulo p exactly when n is. */
static inline uint64_t
divide_limb(uint64_t rest, uint64_t limb, size_t group)
{
	const uint64_t quotient = (limb - rest) * table.inverse[group];

	return (uint64_t)((wide)quotient * table.product[group] >> 64) + (limb < rest);
}

/* One of the group's primes divides what was left over modulo their product. */
static inline bool
has_prime(uint64_t rest, size_t group)
{
	bool found = false;

	for (size_t i = group * GROUP; i < (group + 1) * GROUP; i++)
		found |= rest * table.single[i].inverse <= table.single[i].most;
	return found;
}

/* Four products at a time, since each step of one waits for the one before. */
static bool
has_small_factor(const BIGNUM *n)
{
	uint64_t limb[LIMBS];
	size_t count = limbs_of(limb, n);

	_Static_assert(GROUP == 4 && GROUPS % GROUP == 0, "no products are left over");
	for (size_t g = 0; g < GROUPS; g += GROUP) {
		uint64_t a = 0, b = 0, c = 0, d = 0;

		for (size_t i = 0; i < count; i++) {
			a = divide_limb(a, limb[i], g);
			b = divide_limb(b, limb[i], g + 1);
			c = divide_limb(c, limb[i], g + 2);
			d = divide_limb(d, limb[i], g + 3);
		}
		if (has_prime(a, g) || has_prime(b, g + 1) || has_prime(c, g + 2) || has_prime(d, g + 3))
			return true;
	}
	return false;
}

/* Nemec and others, «The Return of Coppersmith's Attack», 2017: primes of the form k * M + (65537^a mod M) leave their mark on every p that divides M. */
static bool
is_roca(const BIGNUM *n)
{
	for (size_t i = 0; table.prime[i] < ROCA_BELOW; i++) {
		const unsigned p = table.prime[i], generator = 65537 % p;
		const unsigned wanted = (unsigned)BN_mod_word(n, p);
		unsigned power = 1;

		do
			power = power * generator % p;
		while (power != wanted && power != 1);
		if (power != wanted)
			return false;
	}
	return true;
}

/* floor(sqrt(n)) into root. */
static bool
square_root(BIGNUM *root, const BIGNUM *n, BN_CTX *context)
{
	BIGNUM *next;
	bool ok;

	BN_CTX_start(context);
	next = BN_CTX_get(context);
	/* from above, so that it only falls */
	ok = next != NULL && BN_set_word(root, 0) == 1 && BN_set_bit(root, (BN_num_bits(n) + 1) / 2) == 1;
	while (ok) {
		ok = BN_div(next, NULL, n, root, context) == 1 && BN_add(next, next, root) == 1 && BN_rshift1(next, next) == 1;
		if (!ok || BN_cmp(next, root) >= 0)
			break;
		ok = BN_copy(root, next) != NULL;
	}
	BN_CTX_end(context);
	return ok;
}

static bool
is_square(const BIGNUM *n, BIGNUM *root, BIGNUM *scratch, BN_CTX *context)
{
	/* most numbers that are no squares show it modulo these */
	static const unsigned moduli[] = { 64, 63, 61, 11, 17, 19, 23 };
	static uint64_t squares[sizeof(moduli) / sizeof(moduli[0])]; /* bit r: r is a square modulo it */
	BN_ULONG rest = BN_mod_word(n, (BN_ULONG)64 * 63 * 61 * 11 * 17 * 19 * 23);

	if (squares[0] == 0)
		for (size_t i = 0; i < sizeof(moduli) / sizeof(moduli[0]); i++)
			for (unsigned x = 0; x < moduli[i]; x++)
				squares[i] |= UINT64_C(1) << x * x % moduli[i];
	for (size_t i = 0; i < sizeof(moduli) / sizeof(moduli[0]); i++)
		if ((squares[i] >> rest % moduli[i] & 1) == 0)
			return false;
	return square_root(root, n, context) && BN_sqr(scratch, root, context) == 1 && BN_cmp(scratch, n) == 0;
}

/* n = a^2 - b^2 with a just above the root. */
static bool
has_close_factors(const BIGNUM *n, BN_CTX *context)
{
	BIGNUM *a, *b2, *root, *scratch;
	bool found = false, ok;

	BN_CTX_start(context);
	a = BN_CTX_get(context);
	b2 = BN_CTX_get(context);
	root = BN_CTX_get(context);
	scratch = BN_CTX_get(context);
	ok = scratch != NULL && square_root(a, n, context) && BN_sqr(b2, a, context) == 1 && BN_sub(b2, b2, n) == 1;
	/* a square itself: both factors are the root */
	found = ok && BN_is_zero(b2);
	for (int i = 0; ok && !found && i < WEAK_FERMAT_ROUNDS; i++) {
		/* (a + 1)^2 = a^2 + 2a + 1 */
		ok = BN_lshift1(scratch, a) == 1 && BN_add_word(scratch, 1) == 1 && BN_add(b2, b2, scratch) == 1 && BN_add_word(a, 1) == 1;
		found = ok && is_square(b2, root, scratch, context);
	}
	BN_CTX_end(context);
	return found || !ok;
}

static const char *
find(const BIGNUM *n)
{
	BN_CTX *context;
	bool close;

	if (!table.is_made)
		table_make();
	if (!BN_is_odd(n) || has_small_factor(n))
		return "BR 6.1.6: modulus with a factor below 2^16";
	if (is_roca(n))
		return "CVE-2017-15361 (ROCA): modulus of a broken generator";
	context = BN_CTX_new();
	close = context == NULL || has_close_factors(n, context);
	BN_CTX_free(context);
	return close ? "CVE-2022-26320: prime factors close to each other" : NULL;
}

const char *
weak_key_find(EVP_PKEY *key)
{
	static struct {
		uint8_t hash[SHA256_DIGEST_LENGTH];
		const char *found;
		bool is_known;
	} last[REMEMBERED];
	static size_t turn;
	uint8_t octets[KEY_RSA_MAX / 8], hash[SHA256_DIGEST_LENGTH];
	BIGNUM *n = NULL;
	size_t at = 0;
	int len;

	if (!EVP_PKEY_is_a(key, "RSA"))
		return NULL;
	if (EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_RSA_N, &n) != 1 || BN_num_bits(n) > KEY_RSA_MAX ||
	    (len = BN_bn2bin(n, octets)) <= 0 || EVP_Digest(octets, (size_t)len, hash, NULL, EVP_sha256(), NULL) != 1) {
		BN_free(n);
		ERR_clear_error();
		return "RFC 8017 section 3.1: no modulus";
	}
	while (at < REMEMBERED && (!last[at].is_known || memcmp(last[at].hash, hash, sizeof(hash)) != 0))
		at++;
	if (at == REMEMBERED) {
		at = turn++ % REMEMBERED;
		last[at].found = find(n);
		last[at].is_known = true;
		memcpy(last[at].hash, hash, sizeof(hash));
	}
	BN_free(n);
	ERR_clear_error();
	return last[at].found;
}
