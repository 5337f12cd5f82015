/* PKCS#10 certification request (RFC 2986): only its key, its proof of possession and a differing IIN are of interest. */
#ifndef CABINET_PKI_CSR_H
#define CABINET_PKI_CSR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/iin.h"
#include "base/rc.h"

#define CSR_MAX 8192 /* octets of DER */

enum csr_fault {
	CSR_OK,
	CSR_MALFORMED,	   /* no PKCS#10, or octets behind it */
	CSR_WEAK_KEY,	   /* RSA below 2048 or above 4096, public exponent not odd >= 65537, other algorithms, other curves */
	CSR_KNOWN_WEAK,	   /* others can find its private key (weak_key.h) */
	CSR_BAD_SIGNATURE, /* proof of possession does not verify */
	CSR_OTHER_IIN	   /* subject names an IIN that is not the citizen's */
};
const char *csr_fault_name(enum csr_fault); /* "malformed", "weak-key", "known-weak-key", "bad-signature", "other-iin" */

struct csr {
	uint8_t *der; /* owned */
	size_t der_len;
	uint8_t *spki; /* owned, SubjectPublicKeyInfo DER */
	size_t spki_len;
	uint8_t spki_hash[32]; /* SHA-256 of spki */
	uint8_t hash[32];      /* SHA-256 of der: what the citizen signs */
	char algorithm[16];    /* "RSA-2048", "EC-P256" */
};

/*
 * text: PEM ("CERTIFICATE REQUEST" or "NEW CERTIFICATE REQUEST") or base64 of DER. iin: the citizen's; a request without an IIN is fine.
 * RC_BAD_INPUT with *fault set; *out is all zero then.
 */
MUST_USE enum rc csr_parse(struct csr *out, const char *text, size_t len, const char *iin, enum csr_fault *fault);
MUST_USE enum rc csr_parse_der(struct csr *out, const uint8_t *der, size_t len, const char *iin, enum csr_fault *fault);
void csr_free(struct csr *);

#define CSR_LISTED_SIZE 32
/*
 * How lists of keys that were made without chance name this key, were it on one (CVE-2008-0166, openssl-vulnkey(1)): the last ten octets of the
 * SHA-1 of "Modulus=<hex>\n", behind zeros, where no SHA-256 is. false: no RSA key, those lists have no other.
 */
bool csr_listed_as(const struct csr *, uint8_t out[CSR_LISTED_SIZE]);

#endif
