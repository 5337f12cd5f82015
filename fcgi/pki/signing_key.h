/* A person's own key from a PKCS#12 file, with its certificate: what an operator signs decisions with. RSA 2048…4096 or P-256, SHA-256. */
#ifndef CABINET_PKI_SIGNING_KEY_H
#define CABINET_PKI_SIGNING_KEY_H

#include "base/buf.h"
#include "pki/cert.h"

struct signing_key;

/* RC_BAD_INPUT with a log line: no such file, wrong password, no key with its certificate in it, or a key outside the accepted set. */
MUST_USE enum rc signing_key_load(struct signing_key **out, const char *path, const char *password);
void signing_key_free(struct signing_key *); /* takes NULL */

const struct cert *signing_key_certificate(const struct signing_key *);
bool signing_key_is_ec(const struct signing_key *);
/* Appends the signature value as XMLDSig wants it (PKCS#1 1.5; r||s of P-256). RC_INTERNAL: nothing appended. */
MUST_USE enum rc signing_key_sign(const struct signing_key *, const void *data, size_t len, struct buf *out);

#endif
