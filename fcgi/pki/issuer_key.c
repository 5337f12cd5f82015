#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "base/hash.h"
#include "base/log.h"
#include "base/mem.h"
#include "pki/der.h"
#include "pki/issuer_key.h"
#include "pki/openssl.h"

#define PASSPHRASE_MAX 256

struct issuer_key {
	EVP_PKEY *key;
	const struct cert *certificate;
};

struct issuer_signing {
	EVP_MD_CTX *context;
	size_t size;
	bool ok;
};

/* out: PASSPHRASE_MAX + 1 octets. */
static bool
read_passphrase(char *out, const char *path)
{
	struct stat st;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	ssize_t n = -1;

	if (fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && (st.st_mode & 077) == 0)
		n = read(fd, out, PASSPHRASE_MAX);
	if (fd >= 0)
		close(fd);
	if (n <= 0)
		return false;
	out[n] = '\0';
	out[strcspn(out, "\r\n")] = '\0';
	return out[0] != '\0';
}

static int
give_passphrase(char *out, int size, int rwflag, void *arg)
{
	size_t len = strlen(arg);

	(void)rwflag;
	if (size < 0 || len > (size_t)size)
		return -1;
	memcpy(out, arg, len);
	return (int)len;
}

static EVP_PKEY *
read_key(const char *path, char *passphrase)
{
	BIO *file = BIO_new_file(path, "r");
	char *name = NULL, *header = NULL;
	unsigned char *data = NULL;
	long len = 0;
	EVP_PKEY *key = NULL;

	/* a key that lies open on the disk is refused, not used: so the label is looked at first */
	if (file != NULL && PEM_read_bio(file, &name, &header, &data, &len) == 1 && strcmp(name, PEM_STRING_PKCS8) == 0 &&
	    BIO_reset(file) == 0)
		key = PEM_read_bio_PrivateKey(file, NULL, give_passphrase, passphrase);
	OPENSSL_free(name);
	OPENSSL_free(header);
	OPENSSL_clear_free(data, (size_t)len);
	BIO_free(file);
	return key;
}

enum rc
issuer_key_load(struct issuer_key **out, const char *key_path, const char *passphrase_path, const struct cert *certificate)
{
	char passphrase[PASSPHRASE_MAX + 1], algorithm[KEY_ALGORITHM_SIZE];
	X509 *ca = cert_x509(certificate);
	EVP_PKEY *key = NULL;
	const char *fault = NULL;

	*out = NULL;
	if (!read_passphrase(passphrase, passphrase_path)) {
		log_error("ca-key", "%s: passphrase: not a regular file of mode 0600 with a line in it", passphrase_path);
		return RC_BAD_INPUT;
	}
	key = read_key(key_path, passphrase);
	hash_wipe(passphrase, sizeof(passphrase));
	if (key == NULL)
		fault = "not an encrypted PKCS#8 key in PEM, or another passphrase";
	else if (!EVP_PKEY_is_a(key, "RSA") || !key_describe(key, algorithm))
		fault = "not RSA of 2048 to 4096 bits";
	else if (ca == NULL)
		fault = "OpenSSL does not read the certificate";
	else if (EVP_PKEY_eq(X509_get0_pubkey(ca), key) != 1)
		fault = "not the key of the certificate";
	else if (X509_check_ca(ca) != 1 || (X509_get_key_usage(ca) & (KU_KEY_CERT_SIGN | KU_CRL_SIGN)) != (KU_KEY_CERT_SIGN | KU_CRL_SIGN))
		fault = "RFC 5280 section 4.2.1.3: the certificate may not sign certificates and CRLs";
	if (fault != NULL) {
		openssl_warn("ca-key", key_path, fault);
		EVP_PKEY_free(key);
		return RC_BAD_INPUT;
	}
	ERR_clear_error();
	*out = mem_zero(1, sizeof(**out));
	(*out)->key = key;
	(*out)->certificate = certificate;
	return RC_OK;
}

void
issuer_key_free(struct issuer_key *k)
{
	if (k == NULL)
		return;
	EVP_PKEY_free(k->key);
	free(k);
}

const struct cert *
issuer_key_certificate(const struct issuer_key *k)
{
	return k->certificate;
}

size_t
issuer_key_signature_size(const struct issuer_key *k)
{
	return (size_t)EVP_PKEY_get_size(k->key);
}

struct issuer_signing *
issuer_sign_begin(const struct issuer_key *k)
{
	struct issuer_signing *s = mem_zero(1, sizeof(*s));

	s->size = issuer_key_signature_size(k);
	s->context = EVP_MD_CTX_new();
	s->ok = s->context != NULL && EVP_DigestSignInit(s->context, NULL, EVP_sha256(), NULL, k->key) == 1;
	return s;
}

void
issuer_sign_add(struct issuer_signing *s, const void *data, size_t len)
{
	s->ok = s->ok && EVP_DigestSignUpdate(s->context, data, len) == 1;
}

enum rc
issuer_sign_end(struct issuer_signing *s, struct buf *out)
{
	uint8_t signature[KEY_RSA_MAX / 8];
	size_t len = sizeof(signature);
	bool ok = out != NULL && s->ok && EVP_DigestSignFinal(s->context, signature, &len) == 1 && len == s->size;

	if (ok)
		buf_add(out, signature, len);
	else if (out != NULL)
		openssl_warn("ca-key", "sign", "no signature");
	EVP_MD_CTX_free(s->context);
	free(s);
	return ok ? RC_OK : RC_INTERNAL;
}

void
issuer_algorithm(struct buf *b)
{
	size_t sequence = der_begin(b, DER_SEQUENCE);

	der_oid_nid(b, NID_sha256WithRSAEncryption);
	der_add(b, DER_NULL, "", 0);
	der_end(b, sequence);
}
