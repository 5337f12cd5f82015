#include <string.h>
#include <time.h>

#include "pki/der.h"
#include "pki/ocsp.h"
#include "pki/ocsp_parts.h"

const uint8_t ocsp_ecdsa_sha256[OCSP_ECDSA_SIZE] = { 0x30, 0x0a, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02 };
const uint8_t ocsp_rsa_sha256[OCSP_RSA_SIZE] = { 0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0b, 0x05, 0x00 };
const uint8_t ocsp_oid_basic[OCSP_OID_SIZE] = { 0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x30, 0x01, 0x01 };
const uint8_t ocsp_oid_nonce[OCSP_OID_SIZE] = { 0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x30, 0x01, 0x02 };

void
ocsp_error(struct buf *b, enum ocsp_error error)
{
	const uint8_t octets[] = { DER_SEQUENCE, 3, DER_ENUMERATED, 1, (uint8_t)error };

	buf_add(b, octets, sizeof(octets));
}

static void
two_digits(char *out, int n)
{
	out[0] = (char)('0' + n / 10 % 10);
	out[1] = (char)('0' + n % 10);
}

/* YYYYMMDDHHMMSSZ, whole seconds (RFC 5280, 4.1.2.5.2): always GeneralizedTime here. */
static void
add_time(struct buf *b, instant t)
{
	time_t seconds = (time_t)(t / SECOND);
	struct tm tm;
	char text[15];

	gmtime_r(&seconds, &tm);
	two_digits(text, (tm.tm_year + 1900) / 100);
	two_digits(text + 2, (tm.tm_year + 1900) % 100);
	two_digits(text + 4, tm.tm_mon + 1);
	two_digits(text + 6, tm.tm_mday);
	two_digits(text + 8, tm.tm_hour);
	two_digits(text + 10, tm.tm_min);
	two_digits(text + 12, tm.tm_sec);
	text[14] = 'Z';
	der_add(b, DER_GENERALIZEDTIME, text, sizeof(text));
}

static void
add_status(struct buf *b, const struct ocsp_answer *a)
{
	size_t revoked, reason;

	if (a->status == OCSP_GOOD)
		der_add(b, DER_CONTEXT(0), "", 0);
	else if (a->status == OCSP_UNKNOWN)
		der_add(b, DER_CONTEXT(2), "", 0);
	else {
		revoked = der_begin(b, DER_CONTEXT_OF(1));
		add_time(b, a->revoked_at);
		if (a->reason != 0) {
			uint8_t code = (uint8_t)a->reason;

			reason = der_begin(b, DER_CONTEXT_OF(0));
			der_add(b, DER_ENUMERATED, &code, 1);
			der_end(b, reason);
		}
		der_end(b, revoked);
	}
}

static void
add_nonce(struct buf *b, const uint8_t *nonce, size_t len)
{
	size_t outer = der_begin(b, DER_CONTEXT_OF(1)), list = der_begin(b, DER_SEQUENCE), one = der_begin(b, DER_SEQUENCE), value;

	der_add(b, DER_OID, ocsp_oid_nonce, OCSP_OID_SIZE);
	value = der_begin(b, DER_OCTET_STRING);
	der_add(b, DER_OCTET_STRING, nonce, len);
	der_end(b, value);
	der_end(b, one);
	der_end(b, list);
	der_end(b, outer);
}

void
ocsp_tbs(struct buf *b, const struct ocsp_request *r, const struct ocsp_answer *answers, const struct ocsp_times *times,
    const uint8_t key_id[20])
{
	size_t tbs = der_begin(b, DER_SEQUENCE), part = der_begin(b, DER_CONTEXT_OF(2)), one;

	der_add(b, DER_OCTET_STRING, key_id, 20);
	der_end(b, part);
	add_time(b, times->this_update);
	part = der_begin(b, DER_SEQUENCE);
	for (size_t i = 0; i < r->count; i++) {
		size_t next;

		one = der_begin(b, DER_SEQUENCE);
		buf_add(b, r->id[i].der, r->id[i].len);
		add_status(b, &answers[i]);
		add_time(b, times->this_update);
		next = der_begin(b, DER_CONTEXT_OF(0));
		add_time(b, times->next_update);
		der_end(b, next);
		der_end(b, one);
	}
	der_end(b, part);
	if (r->nonce != NULL)
		add_nonce(b, r->nonce, r->nonce_len);
	der_end(b, tbs);
}

void
ocsp_response(struct buf *b, const void *tbs, size_t tbs_len, const void *signature, size_t signature_len, const struct cert *responder)
{
	bool is_ec = strncmp(cert_algorithm(responder), "EC", 2) == 0;
	size_t der_len, response, bytes, sequence, octets, basic, part;
	const uint8_t *der = cert_der(responder, &der_len);
	const uint8_t successful[] = { DER_ENUMERATED, 1, 0 };

	response = der_begin(b, DER_SEQUENCE);
	buf_add(b, successful, sizeof(successful));
	bytes = der_begin(b, DER_CONTEXT_OF(0));
	sequence = der_begin(b, DER_SEQUENCE);
	der_add(b, DER_OID, ocsp_oid_basic, OCSP_OID_SIZE);
	octets = der_begin(b, DER_OCTET_STRING);
	basic = der_begin(b, DER_SEQUENCE);
	buf_add(b, tbs, tbs_len);
	buf_add(b, is_ec ? ocsp_ecdsa_sha256 : ocsp_rsa_sha256, is_ec ? OCSP_ECDSA_SIZE : OCSP_RSA_SIZE);
	part = der_begin(b, DER_BIT_STRING);
	buf_putc(b, 0);
	buf_add(b, signature, signature_len);
	der_end(b, part);
	part = der_begin(b, DER_CONTEXT_OF(0));
	der_add(b, DER_SEQUENCE, der, der_len);
	der_end(b, part);
	der_end(b, basic);
	der_end(b, octets);
	der_end(b, sequence);
	der_end(b, bytes);
	der_end(b, response);
}
