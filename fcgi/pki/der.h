/* DER (X.690), as much as certificates and CRLs need: a writer into a buffer and a strict reader of tag, length, value. */
#ifndef CABINET_PKI_DER_H
#define CABINET_PKI_DER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/clock.h"

enum {
	DER_BOOLEAN = 0x01,
	DER_INTEGER = 0x02,
	DER_BIT_STRING = 0x03,
	DER_OCTET_STRING = 0x04,
	DER_NULL = 0x05,
	DER_OID = 0x06,
	DER_ENUMERATED = 0x0a,
	DER_UTF8 = 0x0c,
	DER_NUMERIC = 0x12,
	DER_PRINTABLE = 0x13,
	DER_T61 = 0x14,
	DER_IA5 = 0x16,
	DER_UTCTIME = 0x17,
	DER_GENERALIZEDTIME = 0x18,
	DER_VISIBLE = 0x1a,
	DER_UNIVERSAL = 0x1c,
	DER_BMP = 0x1e,
	DER_SEQUENCE = 0x30,
	DER_SET = 0x31
};
#define DER_CONTEXT(n) ((uint8_t)(0x80 | (n)))	  /* primitive */
#define DER_CONTEXT_OF(n) ((uint8_t)(0xa0 | (n))) /* constructed */

#define DER_HEADER_MAX 10 /* octets of tag and length */
#define DER_TIME_MAX 17	  /* octets of a whole UTCTime or GeneralizedTime */

/* what = der_begin(b, tag); …contents…; der_end(b, what): the length is put in at the end. */
size_t der_begin(struct buf *, uint8_t tag);
void der_end(struct buf *, size_t begin);
void der_add(struct buf *, uint8_t tag, const void *data, size_t len);
void der_text(struct buf *, uint8_t tag, const char *text);
/* Tag and length alone; out has DER_HEADER_MAX octets. Returns their number. */
size_t der_header(uint8_t *out, uint8_t tag, uint64_t len);
/* Unsigned big-endian integer: leading zeros cut, one put back where the top bit is set. */
void der_unsigned(struct buf *, const uint8_t *data, size_t len);
void der_number(struct buf *, uint64_t);
/* Dotted form, arcs of any size (2.25.<UUID> too). false: no object identifier. */
bool der_oid(struct buf *, const char *dotted);
void der_oid_nid(struct buf *, int nid); /* one that OpenSSL knows */
/* RFC 5280, 4.1.2.5: UTCTime through 2049, GeneralizedTime after; whole seconds, cut. */
void der_time(struct buf *, instant);
/* The same into out, as this type (UTCTime: 1950 through 2049); octets written. */
size_t der_time_write(uint8_t out[DER_TIME_MAX], uint8_t tag, instant);
uint8_t der_time_tag(instant); /* by that rule */

/* One value of this tag at *p (before end): *value, *len, and *p moved behind it. false: other tag, length not minimal or beyond end. */
static inline bool der_read(const uint8_t **p, const uint8_t *end, uint8_t tag, const uint8_t **value, size_t *len);
/* The same, whatever its tag. */
bool der_next(const uint8_t **p, const uint8_t *end, uint8_t *tag, const uint8_t **value, size_t *len);
/*
 * All of data is values in DER, to the innermost: definite and minimal lengths, one octet of tag, no constructed strings, well-formed BOOLEAN,
 * INTEGER, BIT STRING, NULL, OBJECT IDENTIFIER and UTF8String, at most DER_DEPTH levels. What implicit tags hold is not known here.
 */
#define DER_DEPTH 16
bool der_is_valid(const uint8_t *data, size_t len);
/* The whole of data is one UTCTime or GeneralizedTime in the form of RFC 5280, 4.1.2.5: with seconds, Z, no fraction. */
bool der_time_parse(instant *out, const uint8_t *data, size_t len);

/* Nearly all values are short, and a CRL has millions of them: those are read in place. */
static inline bool
der_read(const uint8_t **p, const uint8_t *end, uint8_t tag, const uint8_t **value, size_t *len)
{
	const uint8_t *q = *p;
	uint8_t found;

	if (q >= end || *q != tag)
		return false;
	if (end - q < 2 || q[1] >= 0x80 || (tag & 0x1f) == 0x1f)
		return der_next(p, end, &found, value, len);
	if (end - q - 2 < q[1])
		return false;
	*value = q + 2;
	*len = q[1];
	*p = q + 2 + q[1];
	return true;
}

#endif
