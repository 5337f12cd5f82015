/*
 * Paths to pinned CAs (RFC 5280, 6) by X509_verify_cert, and revocation by the CRLs at hand: for certificates that no row of ours knows. Everything
 * given is trusted as it is: a path ends at the first self-signed certificate, or at a pinned one above which nothing is known.
 */
#ifndef CABINET_PKI_CHAIN_H
#define CABINET_PKI_CHAIN_H

#include "pki/cert.h"

struct chain;

struct chain *chain_new(void);
void chain_free(struct chain *);
/* Pins a CA. RC_BAD_INPUT: not a CA that may sign certificates (logged). */
MUST_USE enum rc chain_add_ca(struct chain *, const struct cert *);
/* A CRL, DER, nothing behind it: base or delta. Whose it is, and whether that CA signed it, is found out when it is used. RC_BAD_INPUT (logged). */
MUST_USE enum rc chain_add_crl(struct chain *, const uint8_t *der, size_t len);

enum chain_revocation {
	CHAIN_NO_CRL, /* none of this issuer */
	CHAIN_STALE,  /* the CRL is past its nextUpdate at that time */
	CHAIN_GOOD,   /* not on it */
	CHAIN_REVOKED
};
struct chain_result {
	bool
	    trusted; /* a path to a pinned CA, every CA of it valid at that time and not revoked; the leaf's own validity is not looked at */
	char detail[160];		  /* why not; or the path: "CN, CN" */
	enum chain_revocation revocation; /* of the leaf; only when trusted */
	instant revoked_at;		  /* CHAIN_REVOKED */
};
void chain_verify(const struct chain *, const struct cert *leaf, instant at, struct chain_result *);

#endif
