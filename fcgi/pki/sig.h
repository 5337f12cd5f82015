/*
 * Raw signatures by a certificate's or a request's key. The accepted set is closed: RSA >= 2048 PKCS#1 1.5 with SHA-256,
 * ECDSA P-256 with SHA-256 (XML form r||s, RFC 4050/XMLDSig 1.1; DER form in X.509).
 */
#ifndef CABINET_PKI_SIG_H
#define CABINET_PKI_SIG_H

#include "pki/cert_read.h"
#include "pki/key.h"

enum sig_algorithm { SIG_RSA_SHA256, SIG_ECDSA_P256_SHA256 };

/* The key fits the algorithm and is strong enough. */
bool sig_key_fits(enum sig_algorithm, const struct key *);
/* true only if the signature over data is valid under that key. ECDSA: raw r||s, 64 octets. */
bool sig_verify_xml(enum sig_algorithm, struct key *, const void *data, size_t len, const uint8_t *signature, size_t signature_len);
/* The same for certificates: algorithm is an AlgorithmIdentifier, whole: RSA PKCS#1 1.5 or ECDSA, with SHA-256, SHA-384 or SHA-512. */
bool sig_verify_x509(struct slice algorithm, struct key *, struct slice data, struct slice signature);

#endif
