/* What the files of fcgi/pki share about OpenSSL; not for other folders. */
#ifndef CABINET_PKI_OPENSSL_H
#define CABINET_PKI_OPENSSL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <openssl/evp.h>
#include <openssl/x509.h>

#include "base/buf.h"
#include "base/clock.h"
#include "pki/cert.h"
#include "pki/key.h"

#define KEY_ALGORITHM_SIZE 16
#define KEY_RSA_MIN 2048 /* bits */
#define KEY_RSA_MAX 4096

/* Logs "subject: source: reason" with the oldest error of OpenSSL's queue, and empties the queue. */
void openssl_warn(const char *event, const char *subject, const char *what);

/*
 * The key of a SubjectPublicKeyInfo, or NULL. Borrowed until four other keys were asked for: reading one costs more than all else that is done with it, and
 * request, lint and certificate ask for the same.
 */
EVP_PKEY *key_of(const uint8_t *spki, size_t len);
/* The same as our own reader has it, accepted or not; never NULL. */
struct key *key_recall(const uint8_t *spki, size_t len);
/* "RSA-2048", "EC-P256", "unknown". true: inside the accepted set (RSA 2048…4096 bits with odd 2^16 < e < 2^64; P-256, named curve). */
bool key_describe(EVP_PKEY *, char out[KEY_ALGORITHM_SIZE]);
/*
 * The one encoding of this key's SubjectPublicKeyInfo: NULL parameters of RSA (RFC 3279, 2.3.1), an uncompressed point of a named curve (RFC 5480, 2).
 * Otherwise the same key could come twice under two hashes. Only for keys that key_describe accepts.
 */
bool key_is_canonical(EVP_PKEY *, const uint8_t *spki, size_t len);
/* A signature algorithm of a certificate, CRL or request that we accept: RSA PKCS#1 1.5 or ECDSA with SHA-256, SHA-384, SHA-512. */
bool signature_is_accepted(int nid);

/* UTF-8 of one attribute's value. Appends. false: not UTF-8, control characters, or longer than 1000 octets. */
bool name_value(struct buf *out, const X509_NAME_ENTRY *);

/* UTCTime or GeneralizedTime in the DER form of RFC 5280, 4.1.2.5: with seconds, Z, no fraction. */
bool time_parse(instant *out, const ASN1_TIME *);

/*
 * The same certificate as OpenSSL has it, made when first asked for; borrowed, and there for as long as the certificate. NULL (logged): OpenSSL refuses what
 * cert_read accepts. No such octets are known, and a citizen may send the first ones: whoever takes a certificate in for OpenSSL's use asks here and refuses.
 */
X509 *cert_x509(const struct cert *);
/* The same key as OpenSSL has it, made when first asked for; NULL outside the accepted set; borrowed. */
EVP_PKEY *key_evp(struct key *);

#endif
