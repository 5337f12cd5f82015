#include "pki/responder_key.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/sha.h>
#include <openssl/x509v3.h>

#include "base/encode.h"
#include "base/hash.h"
#include "base/log.h"
#include "base/mem.h"
#include "pki/openssl.h"

#define FILE_MAX 32768

struct responder_key {
	EVP_PKEY *key;
	EVP_PKEY_CTX *context; /* ready to sign, again and again: making one anew costs as much as the signature of an EC key */
	struct cert *certificate, *ca;
	uint8_t id[20];
};

/* RC_BAD_INPUT: it lies open. */
static enum rc
read_file(struct buf *out, const char *path)
{
	struct stat st;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	enum rc rc = RC_BAD_INPUT;

	if (fd < 0 && errno == ENOENT)
		return RC_NOT_FOUND;
	if (fd >= 0 && fstat(fd, &st) == 0 && (!S_ISREG(st.st_mode) || (st.st_mode & 037) != 0))
		log_error("responder-key", "%s: not a regular file of mode 0640 or narrower", path);
	else if (fd < 0 || !buf_read_fd(out, fd, FILE_MAX))
		log_error("responder-key", "%s: %s", path, strerror(errno));
	else
		rc = RC_OK;
	if (fd >= 0)
		close(fd);
	return rc;
}

/* An encrypted key is refused; nobody is asked at a terminal. */
static int
no_passphrase(char *out, int size, int rwflag, void *arg)
{
	(void)out;
	(void)size;
	(void)rwflag;
	(void)arg;
	return -1;
}

static struct cert *
read_certificate(BIO *pem)
{
	X509 *x = PEM_read_bio_X509(pem, NULL, NULL, NULL);
	uint8_t *der = NULL;
	int len = x == NULL ? -1 : i2d_X509(x, &der);
	struct cert *c = NULL;

	if (len > 0 && cert_parse(&c, der, (size_t)len) != RC_OK)
		c = NULL;
	OPENSSL_free(der);
	X509_free(x);
	return c;
}

static const char *
certificate_fault(const struct responder_key *k)
{
	X509 *x = cert_x509(k->certificate);

	if (x == NULL)
		return "OpenSSL does not read the certificate";
	if (X509_check_private_key(x, k->key) != 1)
		return "not the key of the certificate";
	if (strcmp(cert_algorithm(k->certificate), "EC-P256") != 0 && strcmp(cert_algorithm(k->certificate), "RSA-2048") != 0)
		return "neither P-256 nor RSA-2048";
	if (!cert_is_signed_by(k->certificate, k->ca))
		return "RFC 6960 section 4.2.2.2: the certificate is not by the CA beside it";
	if (X509_get_key_usage(x) != KU_DIGITAL_SIGNATURE || X509_get_extended_key_usage(x) != XKU_OCSP_SIGN || X509_check_ca(x) != 0)
		return "RFC 6960 section 4.2.2.2: the certificate is not for signing OCSP answers alone";
	if (X509_get_ext_by_NID(x, NID_id_pkix_OCSP_noCheck, -1) < 0)
		return "RFC 6960 section 4.2.2.2.1: no id-pkix-ocsp-nocheck";
	return NULL;
}

static bool
prepare(struct responder_key *k)
{
	k->context = EVP_PKEY_CTX_new(k->key, NULL);
	return k->context != NULL && EVP_PKEY_sign_init(k->context) == 1 && EVP_PKEY_CTX_set_signature_md(k->context, EVP_sha256()) == 1 &&
	       (!EVP_PKEY_is_a(k->key, "RSA") || EVP_PKEY_CTX_set_rsa_padding(k->context, RSA_PKCS1_PADDING) == 1);
}

/* A key that signs wrongly is found now, not by those who ask. */
static bool
proves_itself(struct responder_key *k)
{
	static const char text[] = "proof";
	uint8_t signature[RESPONDER_SIGNATURE_MAX];
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	size_t len;
	bool ok = context != NULL && responder_key_sign(k, text, sizeof(text), signature, &len) == RC_OK &&
		  EVP_DigestVerifyInit(context, NULL, EVP_sha256(), NULL, X509_get0_pubkey(cert_x509(k->certificate))) == 1 &&
		  EVP_DigestVerify(context, signature, len, (const uint8_t *)text, sizeof(text)) == 1;

	EVP_MD_CTX_free(context);
	return ok;
}

enum rc
responder_key_load(struct responder_key **out, const char *path)
{
	struct responder_key *k;
	struct buf file = BUF_INIT;
	const char *fault;
	BIO *pem;
	enum rc rc = read_file(&file, path);

	*out = NULL;
	if (rc != RC_OK) {
		buf_free(&file);
		return rc;
	}
	k = mem_zero(1, sizeof(*k));
	pem = BIO_new_mem_buf(file.data, (int)file.len);
	k->key = PEM_read_bio_PrivateKey(pem, NULL, no_passphrase, NULL);
	k->certificate = read_certificate(pem);
	k->ca = read_certificate(pem);
	BIO_free(pem);
	hash_wipe(file.data, file.size);
	buf_free(&file);
	if (k->key == NULL || k->certificate == NULL || k->ca == NULL)
		fault = "not a key, its certificate and the CA's";
	else if ((fault = certificate_fault(k)) == NULL && (!prepare(k) || !proves_itself(k)))
		fault = "the key does not sign";
	if (fault != NULL) {
		openssl_warn("responder-key", path, fault);
		responder_key_free(k);
		return RC_BAD_INPUT;
	}
	ERR_clear_error();
	cert_key_id(k->certificate, k->id);
	*out = k;
	return RC_OK;
}

void
responder_key_free(struct responder_key *k)
{
	if (k == NULL)
		return;
	EVP_PKEY_CTX_free(k->context);
	EVP_PKEY_free(k->key);
	cert_free(k->certificate);
	cert_free(k->ca);
	free(k);
}

const struct cert *
responder_key_certificate(const struct responder_key *k)
{
	return k->certificate;
}

const struct cert *
responder_key_ca(const struct responder_key *k)
{
	return k->ca;
}

const uint8_t *
responder_key_id(const struct responder_key *k)
{
	return k->id;
}

enum rc
responder_key_sign(struct responder_key *k, const void *data, size_t len, uint8_t *out, size_t *out_len)
{
	uint8_t hash[SHA256_DIGEST_LENGTH];

	*out_len = RESPONDER_SIGNATURE_MAX;
	SHA256(data, len, hash);
	if (EVP_PKEY_sign(k->context, out, out_len, hash, sizeof(hash)) == 1)
		return RC_OK;
	openssl_warn("responder-key", "sign", "no signature");
	return RC_INTERNAL;
}

enum rc
responder_key_generate(const char *algorithm, struct buf *secret, struct buf *spki)
{
	EVP_PKEY *key = strcmp(algorithm, "RSA-2048") == 0 ? EVP_RSA_gen(2048) : EVP_EC_gen("P-256");
	BIO *pem = BIO_new(BIO_s_secmem());
	uint8_t *der = NULL;
	char *text;
	int len = key == NULL ? -1 : i2d_PUBKEY(key, &der);
	bool ok = len > 0 && pem != NULL && PEM_write_bio_PKCS8PrivateKey(pem, key, NULL, NULL, 0, NULL, NULL) == 1;

	if (ok) {
		buf_add(spki, der, (size_t)len);
		len = (int)BIO_get_mem_data(pem, &text);
		buf_add(secret, text, (size_t)len);
	} else
		openssl_warn("responder-key", algorithm, "no key was made");
	OPENSSL_free(der);
	BIO_free(pem);
	EVP_PKEY_free(key);
	return ok ? RC_OK : RC_INTERNAL;
}

static void
add_certificate(struct buf *out, const struct cert *c)
{
	size_t len;
	const uint8_t *der = cert_der(c, &len);

	pem_encode(out, "CERTIFICATE", der, len);
}

void
responder_key_file(struct buf *out, const struct buf *secret, const struct cert *responder, const struct cert *ca)
{
	buf_add(out, secret->data, secret->len);
	add_certificate(out, responder);
	add_certificate(out, ca);
}
