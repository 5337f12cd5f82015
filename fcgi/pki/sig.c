#include <pthread.h>
#include <string.h>

#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/x509.h>

#include "base/log.h"
#include "pki/openssl.h"
#include "pki/sig.h"

/* Object identifiers of sha256WithRSAEncryption … (1.2.840.113549.1.1.11-13) and ecdsa-with-SHA256 … (1.2.840.10045.4.3.2-4), with header. */
#define RSA_PREFIX "\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01"
#define EC_PREFIX "\x06\x08\x2a\x86\x48\xce\x3d\x04\x03"
#define PREFIX_LEN(p) (sizeof(p) - 1)

enum digest { DIGEST_256, DIGEST_384, DIGEST_512, DIGESTS };

/* Fetched once: a fetch looks through the providers. */
static EVP_MD *digests[DIGESTS];
static pthread_once_t fetched = PTHREAD_ONCE_INIT;

static void
release(void)
{
	for (int i = 0; i < DIGESTS; i++) {
		EVP_MD_free(digests[i]);
		digests[i] = NULL;
	}
}

static void
fetch(void)
{
	static const char *const names[] = { [DIGEST_256] = "SHA256", [DIGEST_384] = "SHA384", [DIGEST_512] = "SHA512" };

	for (int i = 0; i < DIGESTS; i++)
		if ((digests[i] = EVP_MD_fetch(NULL, names[i], NULL)) == NULL)
			log_fatal("hash-failed", "signature: libcrypto: no %s in its providers", names[i]);
	(void)OPENSSL_atexit(release);
}

/* signature: as OpenSSL wants it: RSA octets, or SEQUENCE { r, s }. */
static bool
verify(struct key *key, enum digest digest, const void *data, size_t len, const uint8_t *signature, size_t signature_len)
{
	EVP_PKEY *evp = key_evp(key);
	EVP_PKEY_CTX *context = NULL;
	uint8_t value[EVP_MAX_MD_SIZE];
	unsigned value_len;
	bool ok = false;

	(void)pthread_once(&fetched, fetch);
	if (evp == NULL || (key_kind(key) == KEY_RSA && signature_len != (size_t)EVP_PKEY_get_size(evp)))
		return false;
	context = EVP_PKEY_CTX_new_from_pkey(NULL, evp, NULL);
	/* an RSA context is for PKCS#1 1.5 unless told otherwise */
	ok = context != NULL && EVP_Digest(data, len, value, &value_len, digests[digest], NULL) == 1 &&
	     EVP_PKEY_verify_init(context) == 1 && EVP_PKEY_CTX_set_signature_md(context, digests[digest]) == 1 &&
	     EVP_PKEY_verify(context, signature, signature_len, value, value_len) == 1;
	EVP_PKEY_CTX_free(context);
	ERR_clear_error();
	return ok;
}

bool
sig_key_fits(enum sig_algorithm algorithm, const struct key *key)
{
	return key_is_accepted(key) && key_kind(key) == (algorithm == SIG_RSA_SHA256 ? KEY_RSA : KEY_EC_P256);
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
sig_verify_xml(enum sig_algorithm algorithm, struct key *key, const void *data, size_t len, const uint8_t *signature, size_t signature_len)
{
	uint8_t *der = NULL;
	int der_len;
	bool ok;

	if (!sig_key_fits(algorithm, key))
		return false;
	if (algorithm == SIG_RSA_SHA256)
		return verify(key, DIGEST_256, data, len, signature, signature_len);
	der_len = signature_len == 64 ? ecdsa_to_der(&der, signature) : -1;
	ok = der_len > 0 && verify(key, DIGEST_256, data, len, der, (size_t)der_len);
	OPENSSL_free(der);
	return ok;
}

/*
 * In digest order behind the prefix: 11, 12, 13 of RSA with NULL or without (RFC 4055, 5: both must be taken); 2, 3, 4 of ECDSA, nothing
 * behind (RFC 5758, 3.2). false: another algorithm.
 */
static bool
read_algorithm(struct slice algorithm, enum key_kind *kind, enum digest *digest)
{
	const uint8_t *p = algorithm.data;
	size_t len = algorithm.len;
	uint8_t arc;

	if (len < 2 || p[0] != 0x30 || p[1] != len - 2)
		return false;
	p += 2;
	len -= 2;
	if (len > PREFIX_LEN(RSA_PREFIX) && memcmp(p, RSA_PREFIX, PREFIX_LEN(RSA_PREFIX)) == 0) {
		arc = p[PREFIX_LEN(RSA_PREFIX)];
		*kind = KEY_RSA;
		*digest = arc == 11 ? DIGEST_256 : arc == 12 ? DIGEST_384 : DIGEST_512;
		p += PREFIX_LEN(RSA_PREFIX) + 1;
		len -= PREFIX_LEN(RSA_PREFIX) + 1;
		return arc >= 11 && arc <= 13 && (len == 0 || (len == 2 && p[0] == 0x05 && p[1] == 0));
	}
	if (len != PREFIX_LEN(EC_PREFIX) + 1 || memcmp(p, EC_PREFIX, PREFIX_LEN(EC_PREFIX)) != 0)
		return false;
	arc = p[PREFIX_LEN(EC_PREFIX)];
	*kind = KEY_EC_P256;
	*digest = arc == 2 ? DIGEST_256 : arc == 3 ? DIGEST_384 : DIGEST_512;
	return arc >= 2 && arc <= 4;
}

bool
sig_verify_x509(struct slice algorithm, struct key *key, struct slice data, struct slice signature)
{
	enum key_kind kind;
	enum digest digest;

	return read_algorithm(algorithm, &kind, &digest) && key_is_accepted(key) && key_kind(key) == kind &&
	       verify(key, digest, data.data, data.len, signature.data, signature.len);
}
