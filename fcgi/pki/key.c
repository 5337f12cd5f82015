#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/params.h>

#include "base/log.h"
#include "base/mem.h"
#include "pki/der.h"
#include "pki/key.h"
#include "pki/openssl.h"

#define POINT_SIZE 65 /* 04 || X || Y */
#define EXPONENT_MAX 8

struct key {
	EVP_PKEY *evp; /* made when first asked for */
	enum key_kind kind;
	bool accepted;
	char algorithm[KEY_ALGORITHM_SIZE];
	const uint8_t *number; /* modulus or point, in spki */
	size_t number_len;
	uint64_t exponent;
	size_t spki_len;
	uint8_t spki[];
};

/* AlgorithmIdentifier of RSA with its NULL (RFC 3279, 2.3.1), and of EC on P-256 (RFC 5480, 2.1.1), whole. */
static const uint8_t rsa_algorithm[] = { 0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00 };
static const uint8_t p256_algorithm[] = { 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a, 0x86, 0x48,
	0xce, 0x3d, 0x03, 0x01, 0x07 };

/* A positive INTEGER without its leading zero. */
static bool
read_positive(const uint8_t **p, const uint8_t *end, const uint8_t **value, size_t *len)
{
	if (!der_read(p, end, DER_INTEGER, value, len) || *len == 0 || ((*value)[0] & 0x80) != 0)
		return false;
	if ((*value)[0] == 0) {
		if (*len == 1 || ((*value)[1] & 0x80) == 0)
			return false;
		(*value)++;
		(*len)--;
	}
	return true;
}

static size_t
bits_of(const uint8_t *number, size_t len)
{
	size_t bits = len * 8;

	for (uint8_t top = 0x80; (number[0] & top) == 0; top >>= 1)
		bits--;
	return bits;
}

/* RSAPublicKey (RFC 8017, A.1.1). */
static void
read_rsa(struct key *k, const uint8_t *data, size_t len)
{
	const uint8_t *p = data, *body, *end, *exponent;
	size_t n, exponent_len, bits;

	if (!der_read(&p, data + len, DER_SEQUENCE, &body, &n) || p != data + len)
		return;
	p = body;
	end = body + n;
	if (!read_positive(&p, end, &k->number, &k->number_len) || !read_positive(&p, end, &exponent, &exponent_len) || p != end)
		return;
	bits = bits_of(k->number, k->number_len);
	if (bits >= 100000)
		return;
	k->kind = KEY_RSA;
	snprintf(k->algorithm, sizeof(k->algorithm), "RSA-%zu", bits);
	if (exponent_len > EXPONENT_MAX)
		return;
	for (size_t i = 0; i < exponent_len; i++)
		k->exponent = k->exponent << 8 | exponent[i];
	k->accepted = bits >= KEY_RSA_MIN && bits <= KEY_RSA_MAX && (k->number[k->number_len - 1] & 1) == 1 && (k->exponent & 1) == 1 &&
		      k->exponent > 0x10000;
}

/* The key as data for a provider: it is looked for once a process, not once a key. */
static EVP_PKEY_CTX *
importer(const char *type)
{
	EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, type, NULL);

	if (context == NULL || EVP_PKEY_fromdata_init(context) != 1)
		log_fatal("key-failed", "key: libcrypto: no %s in its providers", type);
	return context;
}

static EVP_PKEY *
import_rsa(const struct key *k)
{
	static EVP_PKEY_CTX *context;
	uint8_t modulus[KEY_RSA_MAX / 8], exponent[EXPONENT_MAX];
	EVP_PKEY *evp = NULL;
	OSSL_PARAM params[3];

	/* OSSL_PARAM wants the machine's own order of octets */
	_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "the modulus would be written the wrong way round");
	for (size_t i = 0; i < k->number_len; i++)
		modulus[i] = k->number[k->number_len - 1 - i];
	memcpy(exponent, &k->exponent, sizeof(exponent));
	if (context == NULL)
		context = importer("RSA");
	params[0] = OSSL_PARAM_construct_BN(OSSL_PKEY_PARAM_RSA_N, modulus, k->number_len);
	params[1] = OSSL_PARAM_construct_BN(OSSL_PKEY_PARAM_RSA_E, exponent, sizeof(exponent));
	params[2] = OSSL_PARAM_construct_end();
	return EVP_PKEY_fromdata(context, &evp, EVP_PKEY_PUBLIC_KEY, params) == 1 ? evp : NULL;
}

/* The point is refused unless it lies on the curve. */
static EVP_PKEY *
import_p256(const struct key *k)
{
	static EVP_PKEY_CTX *context;
	char curve[] = "prime256v1";
	uint8_t point[POINT_SIZE];
	EVP_PKEY *evp = NULL;
	OSSL_PARAM params[3];

	memcpy(point, k->number, sizeof(point));
	if (context == NULL)
		context = importer("EC");
	params[0] = OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, curve, 0);
	params[1] = OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, point, sizeof(point));
	params[2] = OSSL_PARAM_construct_end();
	return EVP_PKEY_fromdata(context, &evp, EVP_PKEY_PUBLIC_KEY, params) == 1 ? evp : NULL;
}

EVP_PKEY *
key_evp(struct key *k)
{
	if (k->evp == NULL && k->accepted) {
		k->evp = k->kind == KEY_RSA ? import_rsa(k) : import_p256(k);
		ERR_clear_error();
	}
	return k->evp;
}

static void
read_point(struct key *k, const uint8_t *data, size_t len)
{
	if (len != POINT_SIZE || data[0] != 0x04)
		return;
	k->kind = KEY_EC_P256;
	k->number = data;
	k->number_len = len;
	k->accepted = true;
	if (key_evp(k) != NULL)
		snprintf(k->algorithm, sizeof(k->algorithm), "EC-P256");
	else {
		k->kind = KEY_OTHER;
		k->accepted = false;
	}
}

static bool
is_algorithm(const uint8_t *algorithm, size_t len, const uint8_t *wanted, size_t wanted_len)
{
	return len == wanted_len && memcmp(algorithm, wanted, len) == 0;
}

static void
read_spki(struct key *k)
{
	const uint8_t *p = k->spki, *end = k->spki + k->spki_len, *body, *inner, *bits;
	size_t n, inner_len, bits_len, algorithm_len;

	if (!der_read(&p, end, DER_SEQUENCE, &body, &n) || p != end)
		return;
	p = body;
	if (!der_read(&p, end, DER_SEQUENCE, &inner, &inner_len))
		return;
	algorithm_len = (size_t)(p - body);
	if (!der_read(&p, end, DER_BIT_STRING, &bits, &bits_len) || p != end || bits_len < 2 || bits[0] != 0)
		return;
	if (is_algorithm(body, algorithm_len, rsa_algorithm, sizeof(rsa_algorithm)))
		read_rsa(k, bits + 1, bits_len - 1);
	else if (is_algorithm(body, algorithm_len, p256_algorithm, sizeof(p256_algorithm)))
		read_point(k, bits + 1, bits_len - 1);
}

struct key *
key_read(const uint8_t *spki, size_t len)
{
	struct key *k;

	if (spki == NULL || len > CERT_MAX)
		len = 0;
	k = mem_zero(1, sizeof(*k) + len);
	if (len > 0)
		memcpy(k->spki, spki, len);
	k->spki_len = len;
	snprintf(k->algorithm, sizeof(k->algorithm), "unknown");
	read_spki(k);
	return k;
}

void
key_free(struct key *k)
{
	if (k == NULL)
		return;
	EVP_PKEY_free(k->evp);
	free(k);
}

enum key_kind
key_kind(const struct key *k)
{
	return k->kind;
}

bool
key_is_accepted(const struct key *k)
{
	return k->accepted;
}

const char *
key_algorithm(const struct key *k)
{
	return k->algorithm;
}

const uint8_t *
key_spki(const struct key *k, size_t *len)
{
	*len = k->spki_len;
	return k->spki;
}
