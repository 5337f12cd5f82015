/*
 * The key of the issuing CA. A program that loads one does so before anything else, and gives it to nobody. RSA 2048…4096, SHA-256,
 * PKCS#1 1.5: signatures have a fixed size and are the same for the same octets.
 */
#ifndef CABINET_PKI_ISSUER_KEY_H
#define CABINET_PKI_ISSUER_KEY_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "pki/cert.h"

struct issuer_key;

/*
 * key_path: encrypted PEM (PKCS#8); an unencrypted one is refused. passphrase_path: first line; regular file, mode 0600 or narrower. The key must be
 * that of the certificate, a CA. RC_BAD_INPUT with a log line otherwise. certificate is borrowed and must outlive the key.
 */
MUST_USE enum rc issuer_key_load(
    struct issuer_key **out, const char *key_path, const char *passphrase_path, const struct cert *certificate);
void issuer_key_free(struct issuer_key *);

const struct cert *issuer_key_certificate(const struct issuer_key *);
size_t issuer_key_signature_size(const struct issuer_key *); /* octets */

/* Signature over parts fed one after the other. */
struct issuer_signing;
struct issuer_signing *issuer_sign_begin(const struct issuer_key *);
void issuer_sign_add(struct issuer_signing *, const void *data, size_t len);
/* Frees; appends the signature (RC_INTERNAL: nothing appended). out NULL: gives up. */
enum rc issuer_sign_end(struct issuer_signing *, struct buf *out);

/* AlgorithmIdentifier of the signatures, DER: sha256WithRSAEncryption with NULL (RFC 4055, 5). */
void issuer_algorithm(struct buf *);

#endif
