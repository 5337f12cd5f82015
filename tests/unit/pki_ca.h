/* A CA for tests, made with OpenSSL's own interface, so that what it makes does not lean on the code under test. */
#ifndef CABINET_TESTS_PKI_CA_H
#define CABINET_TESTS_PKI_CA_H

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>

#include "base/buf.h"
#include "base/log.h"
#include "pki/cert.h"
#include "pki/issuer_key.h"
#include "pki/profile.h"

#define ARC "1.3.6.1.4.1.32473"

struct ca {
	EVP_PKEY *key;
	X509 *x509;
	struct cert *cert;
};

static inline void
must(bool holds, const char *what)
{
	if (!holds) {
		fprintf(stderr, "test CA: %s\n", what);
		abort();
	}
}

static inline void
name_add(X509_NAME *name, const char *type, int kind, const char *value)
{
	must(X509_NAME_add_entry_by_txt(name, type, kind, (const unsigned char *)value, -1, -1, 0) == 1, type);
}

static inline void
extension_add(X509 *x, X509 *issuer, const char *type, const char *value)
{
	X509V3_CTX context;
	X509_EXTENSION *e;

	X509V3_set_ctx(&context, issuer, x, NULL, NULL, 0);
	e = X509V3_EXT_nconf(NULL, &context, type, value);
	must(e != NULL && X509_add_ext(x, e, -1) == 1, type);
	X509_EXTENSION_free(e);
}

/* Version 3, dates from a day ago to a year ahead, key; no names, no extensions, not signed. */
static inline X509 *
x509_begin(EVP_PKEY *key, const char *serial_hex)
{
	X509 *x = X509_new();
	BIGNUM *serial = NULL;

	must(x != NULL && BN_hex2bn(&serial, serial_hex) > 0 && BN_to_ASN1_INTEGER(serial, X509_get_serialNumber(x)) != NULL, "serial");
	BN_free(serial);
	must(X509_set_version(x, X509_VERSION_3) == 1 && X509_gmtime_adj(X509_getm_notBefore(x), -86400) != NULL &&
		 X509_gmtime_adj(X509_getm_notAfter(x), 365 * 86400L) != NULL && X509_set_pubkey(x, key) == 1,
	    "certificate");
	return x;
}

static inline struct cert *
x509_cert(X509 *x)
{
	unsigned char *der = NULL;
	int len = i2d_X509(x, &der);
	struct cert *c = NULL;

	must(len > 0 && cert_parse(&c, der, (size_t)len) == RC_OK, "certificate does not parse");
	OPENSSL_free(der);
	return c;
}

/* usage: of the CA's key, "critical, keyCertSign, cRLSign". */
static inline struct ca
ca_make(const char *usage)
{
	struct ca ca = { .key = EVP_RSA_gen(2048) };
	X509_NAME *name;

	ca.x509 = x509_begin(ca.key, "10000000000000000000000000000000000000AA");
	X509_gmtime_adj(X509_getm_notAfter(ca.x509), 3650 * 86400L);
	name = X509_get_subject_name(ca.x509);
	name_add(name, "C", MBSTRING_ASC, "KZ");
	name_add(name, "CN", MBSTRING_UTF8, "ДЕМО КУӘЛАНДЫРУШЫ ОРТАЛЫҚ");
	X509_set_issuer_name(ca.x509, name);
	extension_add(ca.x509, ca.x509, "basicConstraints", "critical,CA:TRUE,pathlen:0");
	extension_add(ca.x509, ca.x509, "keyUsage", usage);
	extension_add(ca.x509, ca.x509, "subjectKeyIdentifier", "hash");
	must(X509_sign(ca.x509, ca.key, EVP_sha256()) > 0, "sign");
	ca.cert = x509_cert(ca.x509);
	return ca;
}

static inline void
ca_free(struct ca *ca)
{
	cert_free(ca->cert);
	X509_free(ca->x509);
	EVP_PKEY_free(ca->key);
}

static inline void
file_write(const char *path, const void *data, size_t len, mode_t mode)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, mode);

	must(fd >= 0 && fchmod(fd, mode) == 0 && write(fd, data, len) == (ssize_t)len && close(fd) == 0, path);
}

/* The CA's key by way of an encrypted file, as the publisher loads it. */
static inline struct issuer_key *
ca_issuer_key(const struct ca *ca)
{
	char directory[] = "/tmp/test-pki-XXXXXX", key_path[64], passphrase_path[64];
	struct issuer_key *key;
	BIO *pem = BIO_new(BIO_s_mem());
	char *text;
	long len;

	must(mkdtemp(directory) != NULL, "folder");
	snprintf(key_path, sizeof(key_path), "%s/key", directory);
	snprintf(passphrase_path, sizeof(passphrase_path), "%s/passphrase", directory);
	must(pem != NULL && PEM_write_bio_PKCS8PrivateKey(pem, ca->key, EVP_aes_256_cbc(), "secret", 6, NULL, NULL) == 1, "PEM");
	len = BIO_get_mem_data(pem, &text);
	file_write(key_path, text, (size_t)len, 0600);
	BIO_free(pem);
	file_write(passphrase_path, "secret\n", 7, 0600);
	must(issuer_key_load(&key, key_path, passphrase_path, ca->cert) == RC_OK, "issuer key");
	unlink(key_path);
	unlink(passphrase_path);
	rmdir(directory);
	return key;
}

static inline size_t
spki_of(EVP_PKEY *key, uint8_t **out)
{
	int len;

	*out = NULL;
	len = i2d_PUBKEY(key, out);
	must(len > 0, "public key");
	return (size_t)len;
}

#define PROFILE_TEXT                                                                                                                       \
	"key_usage_rsa = digitalSignature nonRepudiation\n"                                                                                \
	"key_usage_ec = digitalSignature nonRepudiation\n"                                                                                 \
	"extended_key_usage = emailProtection <arc>.4.1.1\n"                                                                               \
	"policy = <arc>.2.3\n"                                                                                                             \
	"cps = <site>/help\n"                                                                                                              \
	"notice = Правила: <site>/help\n"                                                                                           \
	"days = <certificate_days>\n"                                                                                                      \
	"crl = <plain_site>/crl/ca.crl\n"                                                                                                  \
	"freshest_crl = <plain_site>/crl/ca-delta.crl\n"                                                                                   \
	"ca_issuers = <plain_site>/ca/ca.cer\n"                                                                                            \
	"ocsp = <plain_site>/ocsp\n"

#define RESPONDER_TEXT                                                                                                                     \
	"common_name = OCSP <ca>\n"                                                                                                        \
	"key = EC-P256\n"                                                                                                                  \
	"key_usage_rsa = digitalSignature\n"                                                                                               \
	"key_usage_ec = digitalSignature\n"                                                                                                \
	"extended_key_usage = OCSPSigning\n"                                                                                               \
	"ocsp_nocheck = true\n"                                                                                                            \
	"days = 7\n"                                                                                                                       \
	"ca_issuers = <plain_site>/ca/ca.cer\n"

static inline enum rc
profile_of(struct profile **out, const char *text, struct buf *errors)
{
	const struct profile_values values = { ARC, "https://localhost:8443", "http://localhost:8444", 365, "ДЕМО ОРТАЛЫҚ" };

	return profile_parse(out, "p.conf", text, strlen(text), &values, errors);
}

static inline struct profile *
profile_make(void)
{
	struct buf errors = BUF_INIT;
	struct profile *p;

	must(profile_of(&p, PROFILE_TEXT, &errors) == RC_OK, buf_text(&errors));
	p->name = strdup("test");
	buf_free(&errors);
	return p;
}

#endif
