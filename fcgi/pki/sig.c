#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/x509.h>

#include "pki/openssl.h"
#include "pki/sig.h"

/* The whole of spki is one SubjectPublicKeyInfo with a key that fits; NULL otherwise. */
static EVP_PKEY *
key_for(enum sig_algorithm algorithm, const uint8_t *spki, size_t spki_len)
{
	const uint8_t *p = spki;
	EVP_PKEY *key = spki == NULL || spki_len == 0 || spki_len > CERT_MAX ? NULL : d2i_PUBKEY(NULL, &p, (long)spki_len);
	char name[KEY_ALGORITHM_SIZE];
	bool fits = key != NULL && p == spki + spki_len && key_describe(key, name) &&
		    EVP_PKEY_is_a(key, algorithm == SIG_RSA_SHA256 ? "RSA" : "EC");

	if (!fits) {
		EVP_PKEY_free(key);
		key = NULL;
	}
	ERR_clear_error();
	return key;
}

bool
sig_key_fits(enum sig_algorithm algorithm, const uint8_t *spki, size_t spki_len)
{
	EVP_PKEY *key = key_for(algorithm, spki, spki_len);

	EVP_PKEY_free(key);
	return key != NULL;
}

/* r||s as XML has it (XMLDSig 1.1, 6.4.3) to the SEQUENCE that OpenSSL wants. Owned by the caller. */
static int
ecdsa_to_der(uint8_t **out, const uint8_t signature[64])
{
	ECDSA_SIG *sig = ECDSA_SIG_new();
	BIGNUM *r = BN_bin2bn(signature, 32, NULL), *s = BN_bin2bn(signature + 32, 32, NULL);
	int len = -1;

	*out = NULL;
	if (sig != NULL && r != NULL && s != NULL && ECDSA_SIG_set0(sig, r, s) == 1) {
		r = s = NULL;
		len = i2d_ECDSA_SIG(sig, out);
	}
	BN_free(r);
	BN_free(s);
	ECDSA_SIG_free(sig);
	return len;
}

bool
sig_verify_xml(enum sig_algorithm algorithm, const uint8_t *spki, size_t spki_len, const void *data, size_t len, const uint8_t *signature,
    size_t signature_len)
{
	EVP_PKEY *key = key_for(algorithm, spki, spki_len);
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	uint8_t *der = NULL;
	bool ok = false;

	if (key == NULL || context == NULL)
		goto out;
	if (algorithm == SIG_ECDSA_P256_SHA256) {
		int der_len = signature_len == 64 ? ecdsa_to_der(&der, signature) : -1;

		if (der_len <= 0)
			goto out;
		signature = der;
		signature_len = (size_t)der_len;
	} else if (signature_len != (size_t)EVP_PKEY_get_size(key))
		goto out;
	ok = EVP_DigestVerifyInit(context, NULL, EVP_sha256(), NULL, key) == 1 &&
	     EVP_DigestVerify(context, signature, signature_len, data, len) == 1;
out:
	OPENSSL_free(der);
	EVP_MD_CTX_free(context);
	EVP_PKEY_free(key);
	ERR_clear_error();
	return ok;
}
