/*
 * OCSP (RFC 6960): requests as a responder reads them, answers as it makes them and as a relying program reads them. DER both ways, by our own
 * reader and writer: nothing here allocates but the buffers that the caller gives.
 */
#ifndef CABINET_PKI_OCSP_H
#define CABINET_PKI_OCSP_H

#include "base/buf.h"
#include "pki/cert.h"

#define OCSP_REQUEST_MAX 4096 /* octets of a request */
#define OCSP_IDS_MAX 16	      /* certificates of one request */
#define OCSP_NONCE_MAX 128    /* octets (RFC 9654, 2.1) */

/* ---- ocsp_request.c ------------------------------------------------------------------------------------------------------- */

enum ocsp_hash { OCSP_SHA1, OCSP_SHA256, OCSP_HASH_OTHER };

struct ocsp_id { /* CertID (4.1.1); all borrowed from the request's octets */
	const uint8_t *der;
	size_t len;
	enum ocsp_hash hash;
	const uint8_t *name_hash, *key_hash; /* as long as the hash is; NULL for another hash */
	bool has_serial;		     /* false: negative or longer than 20 octets, so of no certificate of ours */
	uint8_t serial[SERIAL_SIZE];	     /* left-padded */
};

struct ocsp_request {
	struct ocsp_id id[OCSP_IDS_MAX];
	size_t count;	      /* at least 1 */
	const uint8_t *nonce; /* borrowed; NULL: none */
	size_t nonce_len;     /* 1…OCSP_NONCE_MAX */
};

/*
 * The whole of der is one OCSPRequest. A signature over it (optionalSignature) is skipped, not verified: who asks is of no matter here.
 * RC_BAD_INPUT with *fault (static, with its clause): malformedRequest.
 */
MUST_USE enum rc ocsp_request_parse(struct ocsp_request *, const uint8_t *der, size_t len, const char **fault);
/* Appends a request for these serials (count times SERIAL_SIZE octets) of ca, SHA-1 or SHA-256; nonce may be NULL. */
void ocsp_request_make(
    struct buf *, const struct cert *ca, enum ocsp_hash, const uint8_t *serials, size_t count, const uint8_t *nonce, size_t nonce_len);

struct ocsp_issuer { /* a CA as CertIDs name it */
	uint8_t name_sha1[20], key_sha1[20], name_sha256[32], key_sha256[32];
};
void ocsp_issuer_of(struct ocsp_issuer *, const struct cert *ca);
bool ocsp_id_is_of(const struct ocsp_id *, const struct ocsp_issuer *);

/* ---- ocsp_response.c ------------------------------------------------------------------------------------------------------ */

enum ocsp_error { /* OCSPResponseStatus (4.2.1) */
	OCSP_MALFORMED = 1,
	OCSP_INTERNAL = 2,
	OCSP_TRY_LATER = 3,
	OCSP_UNAUTHORIZED = 6
};

enum ocsp_status { OCSP_GOOD, OCSP_REVOKED, OCSP_UNKNOWN };

struct ocsp_answer {
	enum ocsp_status status;
	instant revoked_at; /* OCSP_REVOKED */
	int reason;	    /* RFC 5280, 5.3.1; 0 is left out */
};

/* Whole seconds; producedAt is this_update. */
struct ocsp_times {
	instant this_update, next_update;
};

/* Appends an answer without a signature: the status alone. */
void ocsp_error(struct buf *, enum ocsp_error);
/* Appends ResponseData: one SingleResponse for each id, in their order; answers has request->count of them. key_id: of the responder. */
void ocsp_tbs(
    struct buf *, const struct ocsp_request *, const struct ocsp_answer *answers, const struct ocsp_times *, const uint8_t key_id[20]);
/* Appends the OCSPResponse around tbs: signature by a key of the responder's certificate, which goes with it. */
void ocsp_response(
    struct buf *, const void *tbs, size_t tbs_len, const void *signature, size_t signature_len, const struct cert *responder);

/* ---- ocsp_read.c ---------------------------------------------------------------------------------------------------------- */

struct ocsp_read {
	struct ocsp_answer answer[OCSP_IDS_MAX];    /* in the order of the request */
	struct ocsp_times times;		    /* the same for all */
	const uint8_t *tbs, *signature, *responder; /* borrowed from der; responder: certificate, DER */
	size_t tbs_len, signature_len, responder_len;
	bool is_ec; /* signature: ecdsa-with-SHA256; otherwise sha256WithRSAEncryption */
};

/*
 * The lint of our answers, failing closed: der is an answer to request in the one shape that ocsp_response makes: successful, basic, by key,
 * times in order and around now, the ids asked for and no others, the nonce asked for, one certificate. The signature itself is not looked at.
 * key_id: of the responder. RC_BAD_INPUT with *clause (static).
 */
MUST_USE enum rc ocsp_lint(struct ocsp_read *, const uint8_t *der, size_t len, const struct ocsp_request *, const uint8_t key_id[20],
    instant now, const char **clause);
/*
 * The same as a relying program that knows ca alone does it: the certificate that came with the answer is a responder's of ca, valid now, and
 * its key made the signature. *responder is owned by the caller after RC_OK. RC_UNAVAILABLE: tryLater, with *clause.
 */
MUST_USE enum rc ocsp_verify(struct ocsp_read *, struct cert **responder, const uint8_t *der, size_t len, const struct ocsp_request *,
    const struct cert *ca, instant now, const char **clause);

#endif
