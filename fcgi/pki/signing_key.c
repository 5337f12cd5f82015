#include "pki/signing_key.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/ecdsa.h>
#include <openssl/pkcs12.h>

#include "base/log.h"
#include "base/mem.h"
#include "pki/openssl.h"

#define P256_OCTETS 32
#define SIGNATURE_MAX 512 /* RSA-4096 */

struct signing_key {
	EVP_PKEY *key;	   /* owned */
	struct cert *cert; /* owned */
};

static enum rc
take_certificate(struct signing_key *k, X509 *x)
{
	uint8_t *der = NULL;
	int len = i2d_X509(x, &der);
	enum rc rc = len > 0 ? cert_parse(&k->cert, der, (size_t)len) : RC_BAD_INPUT;

	OPENSSL_free(der);
	return rc;
}

static PKCS12 *
read_file(const char *path)
{
	FILE *file = fopen(path, "rbe");
	PKCS12 *p12;

	if (file == NULL)
		return NULL;
	p12 = d2i_PKCS12_fp(file, NULL);
	(void)fclose(file);
	return p12;
}

enum rc
signing_key_load(struct signing_key **out, const char *path, const char *password)
{
	struct signing_key *k = mem_zero(1, sizeof(*k));
	PKCS12 *p12 = read_file(path);
	X509 *x = NULL;
	char algorithm[KEY_ALGORITHM_SIZE];
	bool ok;

	ok = p12 != NULL && PKCS12_parse(p12, password, &k->key, &x, NULL) == 1 && k->key != NULL && x != NULL &&
	     X509_check_private_key(x, k->key) == 1 && key_describe(k->key, algorithm) && take_certificate(k, x) == RC_OK;
	if (!ok)
		openssl_warn("signing-key", path, p12 == NULL ? "no PKCS#12 file" : "password, key or certificate");
	X509_free(x);
	PKCS12_free(p12);
	if (!ok) {
		signing_key_free(k);
		return RC_BAD_INPUT;
	}
	*out = k;
	return RC_OK;
}

void
signing_key_free(struct signing_key *k)
{
	if (k == NULL)
		return;
	EVP_PKEY_free(k->key);
	cert_free(k->cert);
	free(k);
}

const struct cert *
signing_key_certificate(const struct signing_key *k)
{
	return k->cert;
}

bool
signing_key_is_ec(const struct signing_key *k)
{
	return EVP_PKEY_get_base_id(k->key) == EVP_PKEY_EC;
}

/* X.509 has SEQUENCE { r, s } (RFC 5480), XMLDSig r||s (XMLDSig 1.1, 6.4.3). */
static bool
add_raw(struct buf *out, const uint8_t *der, size_t len)
{
	const unsigned char *at = der;
	ECDSA_SIG *sig = d2i_ECDSA_SIG(NULL, &at, (long)len);
	uint8_t raw[2 * P256_OCTETS];
	bool ok = sig != NULL && BN_bn2binpad(ECDSA_SIG_get0_r(sig), raw, P256_OCTETS) == P256_OCTETS &&
		  BN_bn2binpad(ECDSA_SIG_get0_s(sig), raw + P256_OCTETS, P256_OCTETS) == P256_OCTETS;

	ECDSA_SIG_free(sig);
	if (ok)
		buf_add(out, raw, sizeof(raw));
	return ok;
}

enum rc
signing_key_sign(const struct signing_key *k, const void *data, size_t len, struct buf *out)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	uint8_t value[SIGNATURE_MAX];
	size_t value_len = sizeof(value);
	bool ok = ctx != NULL && EVP_DigestSignInit(ctx, NULL, EVP_sha256(), NULL, k->key) == 1 &&
		  EVP_DigestSign(ctx, value, &value_len, data, len) == 1;

	EVP_MD_CTX_free(ctx);
	if (ok && signing_key_is_ec(k))
		ok = add_raw(out, value, value_len);
	else if (ok)
		buf_add(out, value, value_len);
	if (!ok)
		openssl_warn("signing-key", cert_subject(k->cert), "signature");
	return ok ? RC_OK : RC_INTERNAL;
}
