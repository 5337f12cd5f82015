/*
 * Any octets as a request, and as an answer to it. Checked beside "no crash": what is accepted lies inside the input and within its caps, and a
 * request that was accepted can be answered so that our own reader accepts the answer.
 */
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "pki/der.h"
#include "pki/ocsp.h"

#define NOW (1800000000 * SECOND)

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	log_open("fuzz", LOG_LEVEL_ERROR);
	return 0;
}

static void
inside(const uint8_t *p, size_t len, const uint8_t *data, size_t size)
{
	if (p < data || len > size || p + len > data + size)
		abort();
}

/* A signature and a certificate of the right shape: the reader of answers looks at no more. */
static void
answer(struct buf *out, const struct ocsp_request *r)
{
	static const uint8_t algorithm[] = { 0x30, 0x0a, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02 };
	static const uint8_t oid[] = { 0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x30, 0x01, 0x01 };
	static const uint8_t key_id[20];
	struct ocsp_answer answers[OCSP_IDS_MAX];
	struct ocsp_times times = { NOW, NOW + MINUTE };
	size_t response = der_begin(out, DER_SEQUENCE), bytes, sequence, octets, basic, part;

	for (size_t i = 0; i < r->count; i++)
		answers[i] = (struct ocsp_answer){ (enum ocsp_status)(i % 3), i % 3 == OCSP_REVOKED ? NOW - HOUR : 0,
			i % 3 == OCSP_REVOKED ? 4 : 0 };
	der_add(out, DER_ENUMERATED, "\0", 1);
	bytes = der_begin(out, DER_CONTEXT_OF(0));
	sequence = der_begin(out, DER_SEQUENCE);
	der_add(out, DER_OID, oid, sizeof(oid));
	octets = der_begin(out, DER_OCTET_STRING);
	basic = der_begin(out, DER_SEQUENCE);
	ocsp_tbs(out, r, answers, &times, key_id);
	buf_add(out, algorithm, sizeof(algorithm));
	der_add(out, DER_BIT_STRING, "\0signature", 10);
	part = der_begin(out, DER_CONTEXT_OF(0));
	der_add(out, DER_SEQUENCE, "\x30\x00", 2);
	der_end(out, part);
	der_end(out, basic);
	der_end(out, octets);
	der_end(out, sequence);
	der_end(out, bytes);
	der_end(out, response);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint8_t key_id[20], plain[] = "0B0@0>0<0:0\t\x06\x05+\x0e\x03\x02\x1a\x05\x00"
						   "\x04\x14....................\x04\x14....................\x02\x01 ";
	struct buf out = BUF_INIT;
	struct ocsp_request r;
	struct ocsp_read read;
	const char *fault;

	if (ocsp_request_parse(&r, data, size, &fault) == RC_OK) {
		if (r.count < 1 || r.count > OCSP_IDS_MAX || (r.nonce != NULL && (r.nonce_len < 1 || r.nonce_len > OCSP_NONCE_MAX)))
			abort();
		for (size_t i = 0; i < r.count; i++)
			inside(r.id[i].der, r.id[i].len, data, size);
		if (r.nonce != NULL)
			inside(r.nonce, r.nonce_len, data, size);
		answer(&out, &r);
		if (ocsp_lint(&read, (const uint8_t *)out.data, out.len, &r, key_id, NOW, &fault) != RC_OK)
			abort();
		buf_free(&out);
	} else if (fault == NULL)
		abort();
	if (ocsp_request_parse(&r, plain, sizeof(plain) - 1, &fault) != RC_OK)
		abort();
	if (ocsp_lint(&read, data, size, &r, key_id, NOW, &fault) == RC_OK) {
		inside(read.tbs, read.tbs_len, data, size);
		inside(read.signature, read.signature_len, data, size);
		inside(read.responder, read.responder_len, data, size);
	}
	return 0;
}
