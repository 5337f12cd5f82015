#include <pthread.h>
#include <stdlib.h>

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include "base/hash.h"
#include "base/log.h"

/* Fetched once: a fetch looks through the providers and costs more than hashing a session cookie. */
static EVP_MD *sha256;
static EVP_MAC *hmac;
static pthread_once_t fetched = PTHREAD_ONCE_INIT;

static void
release(void)
{
	EVP_MAC_free(hmac);
	hmac = NULL;
	EVP_MD_free(sha256);
	sha256 = NULL;
}

static void
fetch(void)
{
	sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
	hmac = EVP_MAC_fetch(NULL, "HMAC", NULL);
	if (sha256 == NULL || hmac == NULL)
		log_fatal("hash-failed", "hash: libcrypto: no SHA256 or HMAC in its providers");
	(void)OPENSSL_atexit(release);
}

void
hash_sha256(uint8_t out[HASH_SIZE], const void *data, size_t len)
{
	(void)pthread_once(&fetched, fetch);
	if (EVP_Digest(data, len, out, NULL, sha256, NULL) != 1)
		log_fatal("hash-failed", "hash: libcrypto: SHA256 of %zu octets", len);
}

void
hash_hmac(uint8_t out[HASH_SIZE], const void *key, size_t key_len, const void *data, size_t len)
{
	char digest[] = "SHA256";
	OSSL_PARAM params[2];
	EVP_MAC_CTX *ctx;
	size_t n;

	(void)pthread_once(&fetched, fetch);
	params[0] = OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0);
	params[1] = OSSL_PARAM_construct_end();
	ctx = EVP_MAC_CTX_new(hmac);
	/* No key at all (NULL) would mean "the one set before". */
	if (ctx == NULL || EVP_MAC_init(ctx, key_len == 0 ? (const unsigned char *)"" : key, key_len, params) != 1 ||
	    (len > 0 && EVP_MAC_update(ctx, data, len) != 1) || EVP_MAC_final(ctx, out, &n, HASH_SIZE) != 1 || n != HASH_SIZE)
		log_fatal("hash-failed", "hash: libcrypto: HMAC-SHA256 of %zu octets", len);
	EVP_MAC_CTX_free(ctx);
}

bool
hash_equal(const void *a, const void *b, size_t len)
{
	return CRYPTO_memcmp(a, b, len) == 0;
}

void
hash_wipe(void *data, size_t len)
{
	OPENSSL_cleanse(data, len);
}
