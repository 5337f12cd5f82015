/*
 * CRLs (RFC 5280, 5) as files, streamed: any number of entries in a constant amount of memory, written and read in one pass.
 * Base CRL: CRLNumber, AKI, Freshest CRL. Delta CRL: CRLNumber, AKI, critical deltaCRLIndicator.
 */
#ifndef CABINET_PKI_CRL_H
#define CABINET_PKI_CRL_H

#include "pki/issuer_key.h"

struct crl_entry {
	uint8_t serial[SERIAL_SIZE];
	instant revoked_at;
	int reason;	       /* RFC 5280, 5.3.1; 0 has no extension */
	instant invalid_since; /* invalidityDate, 5.3.2; 0: none */
};

struct crl_plan {
	uint64_t number, base_number; /* base_number 0: a base CRL, otherwise BaseCRLNumber of a delta */
	instant this_update, next_update;
	uint64_t entries, octets; /* announced: number of entries and sum of crl_entry_size over them */
	const char *freshest;	  /* base: URI of the delta CRL */
};

struct crl_info {
	uint64_t number, base_number; /* base_number 0: a base CRL */
	instant this_update, next_update;
	uint64_t entries, size; /* size: octets of the file */
	uint8_t tbs_sha256[32]; /* of TBSCertList, which the signature covers; crl_write leaves it to the reader */
	const char *fault;	/* crl_read: what is wrong with it, with its clause; static */
};

/* Octets of one entry in DER. */
size_t crl_entry_size(const struct crl_entry *);

/* RC_OK: *out is the next one; RC_NOT_FOUND: no more; anything else stops the writer with that. */
typedef enum rc (*crl_next)(void *arg, struct crl_entry *out);
/*
 * Entries must rise strictly by serial. RC_INTERNAL: they did not, or were not as announced (the file is then worthless);
 * RC_UNAVAILABLE: the file could not be written. fd is at its beginning and stays open.
 */
MUST_USE enum rc crl_write(int fd, const struct crl_plan *, const struct issuer_key *, crl_next, void *arg, struct crl_info *out);

/* Each entry of a file in turn; false stops with RC_BAD_INPUT. */
typedef bool (*crl_each)(void *arg, const struct crl_entry *);
/*
 * Reads a DER file whole: profile of crl_write, nothing behind it, strict order, issuer and key identifier of ca, signature by its key. Each
 * rule that is broken has its clause in out->fault and in the log.
 * each may be NULL. RC_NOT_FOUND: no such file; RC_BAD_INPUT with a log line otherwise.
 */
MUST_USE enum rc crl_read(const char *path, const struct cert *ca, crl_each, void *arg, struct crl_info *out);
/* The same of a CA that makes no delta CRLs, such as the root: no base of it names one. */
MUST_USE enum rc crl_read_alone(const char *path, const struct cert *ca, struct crl_info *out);

/*
 * Entries of a file that crl_read has accepted, one by one. RC_OK: *out is the next one; RC_NOT_FOUND: no more; RC_BAD_INPUT: the file is another
 * one by now. To be closed after RC_OK of crl_walk_open.
 */
struct crl_walk;
MUST_USE enum rc crl_walk_open(struct crl_walk **, const char *path);
MUST_USE enum rc crl_walk_next(struct crl_walk *, struct crl_entry *out);
MUST_USE enum rc crl_walk_serial(struct crl_walk *, uint8_t out[SERIAL_SIZE]); /* the next one's serial alone */
void crl_walk_close(struct crl_walk *);					       /* takes NULL */

#endif
