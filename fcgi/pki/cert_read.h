/*
 * The reader of X.509 certificates (RFC 5280, 4.1 and 4.2), for fcgi/pki only: slices of the octets, no memory, no OpenSSL. At least as strict as
 * OpenSSL's: what it accepts, d2i_X509 accepts with the same fields and without a fault in an extension (tests/unit/cert_oracle.h holds it to that).
 *
 * Beyond OpenSSL it demands DER to the innermost octet, version 3 or 1, no unique identifiers, the same signature algorithm inside and outside, no
 * extension twice, and refuses extensions that change what a path means and that nothing here obeys (name and policy constraints, proxies).
 */
#ifndef CABINET_PKI_CERT_READ_H
#define CABINET_PKI_CERT_READ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/iin.h"

struct slice {
	const uint8_t *data; /* borrowed; NULL: absent */
	size_t len;
};

/* Key usage (RFC 5280, 4.2.1.3). */
enum { USAGE_DIGITAL_SIGNATURE = 0x80, USAGE_NON_REPUDIATION = 0x40, USAGE_CERT_SIGN = 0x04, USAGE_CRL_SIGN = 0x02 };

struct cert_parts {
	struct slice tbs;	      /* to-be-signed part, with its header, as are the next four */
	struct slice algorithm;	      /* AlgorithmIdentifier of the signature */
	struct slice issuer, subject; /* Name */
	struct slice spki;
	struct slice public_key; /* octets of the BIT STRING in spki */
	struct slice signature;	 /* octets of the BIT STRING */
	struct slice serial;	 /* value of the INTEGER, sign octet cut; at most SERIAL_SIZE octets */
	instant not_before, not_after;
	bool has_usage, is_ca; /* is_ca: basicConstraints with cA */
	uint8_t usage;	       /* first octet; 0 if absent */
	struct slice extended; /* extKeyUsage: the object identifiers, one after the other */
	struct slice subject_key_id, authority_key_id;
	struct slice authority_issuer, authority_serial; /* of authorityKeyIdentifier: GeneralNames, value of the INTEGER */
};

/* NULL: read; otherwise the clause broken, static words. */
const char *cert_read(struct cert_parts *, const uint8_t *der, size_t len);

/* One attribute of a name. */
struct name_part {
	struct slice type, value; /* object identifier without header; the string without header */
	uint8_t tag;		  /* of the string */
};
/* Next attribute at *p of the RDNs before end, which cert_read has accepted. false: none left. start: into the Name's value. */
bool name_next(const uint8_t **p, const uint8_t *end, struct name_part *);
/* Where the RDNs of a Name begin and end. */
const uint8_t *name_begin(struct slice name, const uint8_t **end);

#endif
