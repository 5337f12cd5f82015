/* A CRL file as a row of DER values, held one block at a time; not for other folders. */
#ifndef CABINET_PKI_CRL_SCAN_H
#define CABINET_PKI_CRL_SCAN_H

#include <openssl/evp.h>

#include "pki/crl.h"
#include "pki/der.h"

#define CRL_VALUE_MAX 4096 /* octets of any one value that is held in memory */

struct crl_scan {
	int fd;
	uint8_t *window;	 /* owned */
	size_t at, end, is_from; /* in window: next octet; behind the last; first one of the to-be-signed part that is not in its digest */
	uint64_t before;	 /* octets of the file before the window */
	EVP_MD_CTX *digest;	 /* of the to-be-signed part; NULL: none */
	bool is_signed;		 /* inside the to-be-signed part */
	const char *fault;	 /* the first one; static */
};

/* RC_NOT_FOUND: no such file; RC_BAD_INPUT with fault: not a file. *size: its octets. To be closed after RC_OK. */
MUST_USE enum rc crl_scan_open(struct crl_scan *, const char *path, uint64_t *size);
void crl_scan_close(struct crl_scan *);

/* Keeps the first fault; false. */
bool crl_scan_fail(struct crl_scan *, const char *fault);
uint64_t crl_scan_at(const struct crl_scan *); /* octets taken so far */
/* Begins or ends the to-be-signed part here. */
void crl_scan_signed(struct crl_scan *, bool);
/* n octets, at most CRL_VALUE_MAX; borrowed until the next call. NULL: the file ends before. */
const uint8_t *crl_scan_take(struct crl_scan *, size_t n);
/* Tag and length of the next value, which stays to be taken. Octets of the header; 0: none. */
size_t crl_scan_header(struct crl_scan *, uint8_t *tag, uint64_t *len);
/* The next value whole, header included, borrowed as above. NULL: none, or longer than CRL_VALUE_MAX. */
const uint8_t *crl_scan_value(struct crl_scan *, size_t *size);

/*
 * One entry of revokedCertificates. Only what the file says; what a list may say is looked at in crl_read. NULL, or the clause that it breaks.
 */
const char *crl_entry_parse(struct crl_entry *, const uint8_t *der, size_t len);

#endif
