/*
 * Keys and signatures beside OpenSSL. The first octet picks what the rest is: a SubjectPublicKeyInfo; what to change in a good RSA or ECDSA signature
 * (by exclusive or, so that none at all is a good one); an AlgorithmIdentifier of a certificate's signature. Checked beside "no crash": a key that is
 * accepted is the same key to OpenSSL, and both verifiers say the same.
 */
#include <stdlib.h>
#include <string.h>

#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/x509.h>

#include "base/log.h"
#include "pki/openssl.h"
#include "pki/sig.h"

#define MESSAGE "<SignedInfo>"
#define MESSAGE_LEN (sizeof(MESSAGE) - 1)

static struct signed_by {
	EVP_PKEY *evp;
	struct key *key;
	uint8_t value[512]; /* RSA; ECDSA: r||s */
	size_t len;
} rsa, ec;

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
must(bool holds)
{
	if (!holds)
		abort();
}

static void
make(struct signed_by *s, EVP_PKEY *evp)
{
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	uint8_t *spki = NULL;
	int len = i2d_PUBKEY(evp, &spki);

	s->evp = evp;
	s->key = key_read(spki, (size_t)len);
	s->len = sizeof(s->value);
	must(key_is_accepted(s->key) && EVP_DigestSignInit(context, NULL, EVP_sha256(), NULL, evp) == 1 &&
	     EVP_DigestSign(context, s->value, &s->len, (const uint8_t *)MESSAGE, MESSAGE_LEN) == 1);
	if (EVP_PKEY_is_a(evp, "EC")) {
		const uint8_t *p = s->value;
		ECDSA_SIG *sig = d2i_ECDSA_SIG(NULL, &p, (long)s->len);

		must(BN_bn2binpad(ECDSA_SIG_get0_r(sig), s->value, 32) == 32 &&
		     BN_bn2binpad(ECDSA_SIG_get0_s(sig), s->value + 32, 32) == 32);
		s->len = 64;
		ECDSA_SIG_free(sig);
	}
	EVP_MD_CTX_free(context);
	OPENSSL_free(spki);
}

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	log_open("fuzz", LOG_LEVEL_ERROR);
	make(&rsa, EVP_RSA_gen(2048));
	make(&ec, EVP_EC_gen("P-256"));
	return 0;
}

static void
check_key(const uint8_t *data, size_t size)
{
	const uint8_t *p = data;
	struct key *key = key_read(data, size);
	char name[KEY_ALGORITHM_SIZE];
	EVP_PKEY *theirs;

	if (key_is_accepted(key)) {
		theirs = d2i_PUBKEY(NULL, &p, (long)size);
		must(theirs != NULL && p == data + size && key_describe(theirs, name) && strcmp(name, key_algorithm(key)) == 0 &&
		     key_evp(key) != NULL && EVP_PKEY_eq(theirs, key_evp(key)) == 1);
		EVP_PKEY_free(theirs);
	} else
		must(key_evp(key) == NULL);
	key_free(key);
}

static bool
openssl_verifies(EVP_PKEY *evp, const uint8_t *value, size_t len)
{
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	bool ok = EVP_DigestVerifyInit(context, NULL, EVP_sha256(), NULL, evp) == 1 &&
		  EVP_DigestVerify(context, value, len, (const uint8_t *)MESSAGE, MESSAGE_LEN) == 1;

	EVP_MD_CTX_free(context);
	ERR_clear_error();
	return ok;
}

/* The first octet: how much shorter or longer than the good one. */
static void
check_signature(const struct signed_by *s, enum sig_algorithm algorithm, const uint8_t *data, size_t size)
{
	uint8_t value[512 + 128] = { 0 }, *der = NULL;
	size_t len = s->len;
	bool ours, theirs;

	memcpy(value, s->value, s->len);
	if (size > 0) {
		len = len + data[0] % 8 - (data[0] / 8) % 8;
		data++;
		size--;
	}
	for (size_t i = 0; i < size && i < len; i++)
		value[i] ^= data[i];
	ours = sig_verify_xml(algorithm, s->key, MESSAGE, MESSAGE_LEN, value, len);
	if (algorithm == SIG_RSA_SHA256)
		theirs = openssl_verifies(s->evp, value, len);
	else {
		ECDSA_SIG *sig = ECDSA_SIG_new();
		int der_len = -1;

		if (len == 64 && ECDSA_SIG_set0(sig, BN_bin2bn(value, 32, NULL), BN_bin2bn(value + 32, 32, NULL)) == 1)
			der_len = i2d_ECDSA_SIG(sig, &der);
		theirs = der_len > 0 && openssl_verifies(s->evp, der, (size_t)der_len);
		ECDSA_SIG_free(sig);
		OPENSSL_free(der);
	}
	must(ours == theirs);
}

static void
check_algorithm(const uint8_t *data, size_t size)
{
	const uint8_t *p = data;
	struct slice algorithm = { data, size }, message = { (const uint8_t *)MESSAGE, MESSAGE_LEN }, value = { rsa.value, rsa.len };
	const ASN1_OBJECT *object;
	X509_ALGOR *theirs;

	if (!sig_verify_x509(algorithm, rsa.key, message, value))
		return;
	theirs = d2i_X509_ALGOR(NULL, &p, (long)size);
	must(theirs != NULL && p == data + size);
	X509_ALGOR_get0(&object, NULL, NULL, theirs);
	must(OBJ_obj2nid(object) == NID_sha256WithRSAEncryption);
	X509_ALGOR_free(theirs);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size == 0)
		return 0;
	switch (data[0] % 4) {
	case 0:
		check_key(data + 1, size - 1);
		break;
	case 1:
		check_signature(&rsa, SIG_RSA_SHA256, data + 1, size - 1);
		break;
	case 2:
		check_signature(&ec, SIG_ECDSA_P256_SHA256, data + 1, size - 1);
		break;
	default:
		check_algorithm(data + 1, size - 1);
	}
	return 0;
}
