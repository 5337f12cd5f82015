/*
 * The key of the OCSP responder with its certificate and the CA's, in one file, so that they cannot come apart: PKCS#8 key, responder's certificate,
 * CA's certificate, all PEM. RSA-2048 or P-256, SHA-256. The publisher writes it, the OCSP program reads it.
 */
#ifndef CABINET_PKI_RESPONDER_KEY_H
#define CABINET_PKI_RESPONDER_KEY_H

#include "base/buf.h"
#include "pki/cert.h"

#define RESPONDER_SIGNATURE_MAX 512 /* octets */

struct responder_key;

/*
 * Everything fits: key to certificate, certificate to CA, key usage digitalSignature, extended key usage OCSPSigning and nothing else,
 * id-pkix-ocsp-nocheck; and the key makes a signature that verifies. The validity is not looked at. RC_NOT_FOUND: no such file;
 * RC_BAD_INPUT with a log line: anything else, also a file that others may read or the group may write.
 */
MUST_USE enum rc responder_key_load(struct responder_key **out, const char *path);
void responder_key_free(struct responder_key *); /* takes NULL */

/* Borrowed. */
const struct cert *responder_key_certificate(const struct responder_key *);
const struct cert *responder_key_ca(const struct responder_key *);
const uint8_t *responder_key_id(const struct responder_key *); /* 20 octets */

/* out has RESPONDER_SIGNATURE_MAX octets. RC_INTERNAL: no signature. */
MUST_USE enum rc responder_key_sign(struct responder_key *, const void *data, size_t len, uint8_t *out, size_t *out_len);

/* A new key: "EC-P256" or "RSA-2048". secret: PEM, appended, the caller wipes it; spki: DER, appended. RC_INTERNAL: none. */
MUST_USE enum rc responder_key_generate(const char *algorithm, struct buf *secret, struct buf *spki);
/* The file's octets: secret as responder_key_generate made it. The caller wipes out. */
void responder_key_file(struct buf *out, const struct buf *secret, const struct cert *responder, const struct cert *ca);

#endif
