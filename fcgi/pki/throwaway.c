#include <openssl/err.h>
#include <openssl/rsa.h>

#include "pki/der.h"
#include "pki/issuer_key.h"
#include "pki/openssl.h"
#include "pki/throwaway.h"

#define BITS 512 /* far below what any program accepts; and its making costs nothing */

enum rc
throwaway_certificate(struct buf *der, const void *tbs, size_t len)
{
	static EVP_PKEY *key;
	uint8_t signature[1 + BITS / 8] = { 0 };
	size_t signature_len = BITS / 8, sequence;
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	bool ok;

	if (key == NULL)
		key = EVP_RSA_gen(BITS);
	ok = key != NULL && context != NULL && EVP_DigestSignInit(context, NULL, EVP_sha256(), NULL, key) == 1 &&
	     EVP_DigestSign(context, signature + 1, &signature_len, tbs, len) == 1;
	EVP_MD_CTX_free(context);
	if (!ok) {
		openssl_warn("issue", "throw-away key", "no signature");
		return RC_INTERNAL;
	}
	sequence = der_begin(der, DER_SEQUENCE);
	buf_add(der, tbs, len);
	issuer_algorithm(der);
	der_add(der, DER_BIT_STRING, signature, 1 + signature_len);
	der_end(der, sequence);
	return RC_OK;
}
