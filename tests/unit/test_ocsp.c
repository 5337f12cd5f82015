/* Requests and answers of OCSP against OpenSSL's own, and the reader of answers against a corpus of bad ones, each refused by its own clause. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <openssl/ocsp.h>

#include "ocsp_world.h"

#define NOW (1800000000 * SECOND)

static struct world w;

/* ---- requests ---------------------------------------------------------------------------------------------------------------- */

static struct ocsp_request
parsed(const struct buf *der)
{
	struct ocsp_request r;
	const char *fault;

	if (ocsp_request_parse(&r, (const uint8_t *)der->data, der->len, &fault) != RC_OK)
		fail_msg("refused: %s", fault);
	return r;
}

static void
refused(const void *der, size_t len, const char *clause)
{
	struct ocsp_request r;
	const char *fault;

	assert_int_equal(ocsp_request_parse(&r, der, len, &fault), RC_BAD_INPUT);
	if (strstr(fault, clause) == NULL)
		fail_msg("wanted \"%s\", got \"%s\"", clause, fault);
}

/* The same octets as OpenSSL's for the same questions, and read back as what they are. */
static void
requests(void **state)
{
	static const uint8_t nonce[32] = "thirty-two octets of a nonce....";

	(void)state;
	for (int is_sha256 = 0; is_sha256 < 2; is_sha256++)
		for (size_t count = 1; count <= 3; count++)
			for (size_t nonce_len = 0; nonce_len <= 32; nonce_len += 16) {
				OCSP_REQUEST *theirs = OCSP_REQUEST_new();
				struct buf der = BUF_INIT;
				struct ocsp_request r;
				uint8_t *octets = NULL;
				int len;

				for (size_t i = 0; i < count; i++) {
					ASN1_INTEGER *serial = world_serial(w.serial[i]);

					OCSP_request_add0_id(
					    theirs, OCSP_cert_id_new(is_sha256 ? EVP_sha256() : EVP_sha1(),
							X509_get_subject_name(w.ca.x509), X509_get0_pubkey_bitstr(w.ca.x509), serial));
					ASN1_INTEGER_free(serial);
				}
				if (nonce_len > 0)
					OCSP_request_add1_nonce(theirs, (unsigned char *)(uintptr_t)nonce, (int)nonce_len);
				len = i2d_OCSP_REQUEST(theirs, &octets);
				ocsp_request_make(&der, w.ca.cert, is_sha256 ? OCSP_SHA256 : OCSP_SHA1, w.serial[0], count,
				    nonce_len > 0 ? nonce : NULL, nonce_len);
				assert_int_equal(der.len, len);
				assert_memory_equal(der.data, octets, der.len);
				r = parsed(&der);
				assert_int_equal(r.count, count);
				for (size_t i = 0; i < count; i++) {
					assert_true(r.id[i].has_serial && ocsp_id_is_of(&r.id[i], &w.issuer));
					assert_false(ocsp_id_is_of(&r.id[i], &w.other_issuer));
					assert_memory_equal(r.id[i].serial, w.serial[i], SERIAL_SIZE);
				}
				assert_int_equal(r.nonce_len, nonce_len);
				if (nonce_len > 0)
					assert_memory_equal(r.nonce, nonce, nonce_len);
				OPENSSL_free(octets);
				OCSP_REQUEST_free(theirs);
				buf_free(&der);
			}
}

/* What a request may look like beside the plain one: each part by itself. Lengths stay below 128, so that they are one octet. */
struct shape {
	const char *version, *requestor, *algorithm, *serial, *single, *extensions, *behind;
	size_t ids;
};

static void
part(struct buf *b, const char *hex)
{
	for (; hex != NULL && *hex != '\0'; hex += 2) {
		char digits[3] = { hex[0], hex[1], '\0' };

		buf_putc(b, (char)strtol(digits, NULL, 16));
	}
}

static struct buf
shaped(const struct shape *s)
{
	struct buf b = BUF_INIT;
	size_t request = der_begin(&b, DER_SEQUENCE), tbs = der_begin(&b, DER_SEQUENCE), list;

	part(&b, s->version);
	part(&b, s->requestor);
	list = der_begin(&b, DER_SEQUENCE);
	for (size_t i = 0; i < s->ids; i++) {
		size_t one = der_begin(&b, DER_SEQUENCE), id = der_begin(&b, DER_SEQUENCE);

		part(&b, s->algorithm != NULL ? s->algorithm : "300906052b0e03021a0500");
		der_add(&b, DER_OCTET_STRING, w.issuer.name_sha1, 20);
		der_add(&b, DER_OCTET_STRING, w.issuer.key_sha1, 20);
		part(&b, s->serial != NULL ? s->serial : "020120");
		der_end(&b, id);
		part(&b, s->single);
		der_end(&b, one);
	}
	der_end(&b, list);
	part(&b, s->extensions);
	der_end(&b, tbs);
	part(&b, s->behind);
	der_end(&b, request);
	return b;
}

#define NONCE_OID "06092b0601050507300102"

static void
shapes(void **state)
{
	static const struct shape good[] = {
		{ .ids = 1 },
		{ .ids = OCSP_IDS_MAX },
		{ .ids = 1, .version = "a003020100" },
		{ .ids = 1, .requestor = "a106820474657374" },
		{ .ids = 1, .algorithm = "300706052b0e03021a" },
		{ .ids = 1, .serial = "020100" },
		/* a signature is skipped */
		{ .ids = 1, .behind = "a0053003020100" },
		/* extensions that are not critical: unknown ones are passed over */
		{ .ids = 1, .extensions = "a20c300a300806032a0304040105" },
		{ .ids = 1, .single = "a00c300a300806032a0304040105" },
		{ .ids = 1, .extensions = "a2143012301006092b060105050730010204030401aa" },
	};
	static const struct {
		struct shape shape;
		const char *clause;
	} bad[] = {
		{ { .ids = 0 }, "no certificate" },
		{ { .ids = OCSP_IDS_MAX + 1 }, "more certificates" },
		{ { .ids = 1, .version = "a003020101" }, "version" },
		{ { .ids = 1, .version = "020100" }, "request list" },
		{ { .ids = 1, .algorithm = "300b06052b0e03021a05000500" }, "CertID" },
		{ { .ids = 1, .algorithm = "300a06052b0e03021a050100" }, "CertID" },
		{ { .ids = 1, .algorithm = "300d06096086480165030402010500" }, "CertID" },
		{ { .ids = 1, .serial = "0200" }, "CertID" },
		{ { .ids = 1, .serial = "02020001" }, "CertID" },
		{ { .ids = 1, .serial = "0202ff80" }, "CertID" },
		{ { .ids = 1, .serial = "020120020120" }, "CertID" },
		{ { .ids = 1, .serial = "0a0120" }, "CertID" },
		{ { .ids = 1, .single = "0500" }, "single request" },
		{ { .ids = 1, .single = "a0023000" }, "extensions" },
		{ { .ids = 1, .extensions = "a20f300d300b06032a03040101ff040105" }, "section 4.4" },
		{ { .ids = 1, .single = "a00f300d300b06032a03040101ff040105" }, "section 4.4" },
		{ { .ids = 1, .extensions = "a20f300d300b06032a0304010101040105" }, "section 4.1.1: extension" },
		{ { .ids = 1, .extensions = "a2023000" }, "extensions" },
		{ { .ids = 1, .extensions = "0500" }, "behind the request list" },
		{ { .ids = 1, .extensions = "a20c300a300806032a03040401050500" }, "behind the request list" },
		{ { .ids = 1, .behind = "0500" }, "octets behind it" },
		{ { .ids = 1, .behind = "a00530030201000500" }, "octets behind it" },
		/* nonces: empty, without their own OCTET STRING, with something behind, twice */
		{ { .ids = 1, .extensions = "a2133011300f" NONCE_OID "04020400" }, "RFC 9654" },
		{ { .ids = 1, .extensions = "a2143012301006092b0601050507300102040301aabb" }, "RFC 9654" },
		{ { .ids = 1, .extensions = "a2163014301206092b060105050730010204050401aa0500" }, "RFC 9654" },
		{ { .ids = 1, .extensions = "a2263024301006092b060105050730010204030401aa301006092b060105050730010204030401aa" },
		    "RFC 9654" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		struct buf b = shaped(&good[i]);
		struct ocsp_request r = parsed(&b);

		assert_int_equal(r.count, good[i].ids);
		assert_true(ocsp_id_is_of(&r.id[0], &w.issuer));
		buf_free(&b);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct buf b = shaped(&bad[i].shape);

		refused(b.data, b.len, bad[i].clause);
		buf_free(&b);
	}
}

/* Another hash, or a serial that is no certificate's of ours, is a good request about something else. */
static void
others(void **state)
{
	static const struct shape shapes_[] = {
		{ .ids = 1, .algorithm = "300d06096086480165030402020500" },
		{ .ids = 1, .serial = "0201ff" },
		{ .ids = 1, .serial = "0216010102030405060708090a0b0c0d0e0f101112131415" },
	};
	struct buf b;
	struct ocsp_request r;

	(void)state;
	b = shaped(&shapes_[0]);
	r = parsed(&b);
	assert_int_equal(r.id[0].hash, OCSP_HASH_OTHER);
	assert_false(ocsp_id_is_of(&r.id[0], &w.issuer));
	buf_free(&b);
	for (size_t i = 1; i < 3; i++) {
		b = shaped(&shapes_[i]);
		r = parsed(&b);
		assert_false(r.id[0].has_serial);
		buf_free(&b);
	}
}

static void
nonce_sizes(void **state)
{
	uint8_t nonce[OCSP_NONCE_MAX + 1];
	struct ocsp_request r;
	struct buf der = BUF_INIT;

	(void)state;
	memset(nonce, 0x5a, sizeof(nonce));
	for (size_t n = 1; n <= OCSP_NONCE_MAX; n++) {
		buf_reset(&der);
		ocsp_request_make(&der, w.ca.cert, OCSP_SHA1, w.serial[0], 1, nonce, n);
		r = parsed(&der);
		assert_int_equal(r.nonce_len, n);
	}
	buf_reset(&der);
	ocsp_request_make(&der, w.ca.cert, OCSP_SHA1, w.serial[0], 1, nonce, OCSP_NONCE_MAX + 1);
	refused(der.data, der.len, "RFC 9654");
	buf_reset(&der);
	ocsp_request_make(&der, w.ca.cert, OCSP_SHA1, w.serial[0], 1, nonce, 0);
	refused(der.data, der.len, "RFC 9654");
	buf_free(&der);
}

/* Cut anywhere it is refused; no octet changed makes it read outside. */
static void
broken_requests(void **state)
{
	struct buf der = BUF_INIT;
	struct ocsp_request r;
	const char *fault;

	(void)state;
	ocsp_request_make(&der, w.ca.cert, OCSP_SHA256, w.serial[0], 3, (const uint8_t *)"nonce", 5);
	for (size_t n = 0; n < der.len; n++) {
		/* of its own size, so that a sanitizer sees a step beyond */
		uint8_t *copy = malloc(n + 1);

		memcpy(copy, der.data, n);
		assert_int_equal(ocsp_request_parse(&r, copy, n, &fault), RC_BAD_INPUT);
		free(copy);
		for (int bit = 0; bit < 8; bit++) {
			der.data[n] = (char)(der.data[n] ^ 1 << bit);
			(void)!ocsp_request_parse(&r, (const uint8_t *)der.data, der.len, &fault);
			der.data[n] = (char)(der.data[n] ^ 1 << bit);
		}
	}
	buf_putc(&der, 0);
	refused(der.data, der.len, "octets behind it");
	buf_free(&der);
}

/* ---- answers ----------------------------------------------------------------------------------------------------------------- */

static struct ocsp_answer said[3] = { { OCSP_GOOD, 0, 0 }, { OCSP_REVOKED, NOW - 1000 * SECOND, 1 }, { OCSP_UNKNOWN, 0, 0 } };
static const uint8_t asked_nonce[16] = "sixteen octets..";

/* As OpenSSL's verifier sees it: chain by the CA alone, each status, the nonce. */
static void
openssl_agrees(const struct buf *response, const struct buf *request, size_t count)
{
	const uint8_t *p = (const uint8_t *)response->data, *q = (const uint8_t *)request->data;
	OCSP_RESPONSE *r = d2i_OCSP_RESPONSE(NULL, &p, (long)response->len);
	OCSP_REQUEST *asked = d2i_OCSP_REQUEST(NULL, &q, (long)request->len);
	OCSP_BASICRESP *basic;
	X509_STORE *store = X509_STORE_new();

	assert_non_null(r);
	assert_true(p == (const uint8_t *)response->data + response->len);
	assert_int_equal(OCSP_response_status(r), OCSP_RESPONSE_STATUS_SUCCESSFUL);
	basic = OCSP_response_get1_basic(r);
	assert_non_null(basic);
	X509_STORE_add_cert(store, w.ca.x509);
	X509_VERIFY_PARAM_set_time(X509_STORE_get0_param(store), (time_t)(NOW / SECOND));
	X509_STORE_set_flags(store, X509_V_FLAG_X509_STRICT);
	assert_int_equal(OCSP_basic_verify(basic, NULL, store, 0), 1);
	assert_int_equal(OCSP_check_nonce(asked, basic), 1);
	for (size_t i = 0; i < count; i++) {
		OCSP_CERTID *id = OCSP_onereq_get0_id(OCSP_request_onereq_get0(asked, (int)i));
		ASN1_GENERALIZEDTIME *revoked, *this_update, *next_update;
		int status, reason;

		assert_int_equal(OCSP_resp_find_status(basic, id, &status, &reason, &revoked, &this_update, &next_update), 1);
		assert_int_equal(status, said[i].status);
		if (said[i].status == OCSP_REVOKED) {
			assert_int_equal(reason, said[i].reason == 0 ? -1 : said[i].reason);
			assert_int_equal(X509_cmp_time(revoked, &(time_t){ (time_t)(said[i].revoked_at / SECOND) }), -1);
		}
		assert_non_null(next_update);
	}
	X509_STORE_free(store);
	OCSP_BASICRESP_free(basic);
	OCSP_RESPONSE_free(r);
	OCSP_REQUEST_free(asked);
}

static void
answers(void **state)
{
	(void)state;
	for (int is_rsa = 0; is_rsa < 2; is_rsa++)
		for (size_t count = 1; count <= 3; count++)
			for (int reason = 0; reason < 2; reason++) {
				struct buf request = BUF_INIT, response = BUF_INIT;
				struct ocsp_request r;
				struct ocsp_read read;
				struct cert *responder;
				const char *clause = "";

				said[1].reason = reason * 4;
				ocsp_request_make(&request, w.ca.cert, OCSP_SHA256, w.serial[0], count, asked_nonce, sizeof(asked_nonce));
				r = parsed(&request);
				world_answer(&response, w.key[is_rsa], &r, said, NOW);
				openssl_agrees(&response, &request, count);
				if (ocsp_verify(&read, &responder, (const uint8_t *)response.data, response.len, &r, w.ca.cert, NOW,
					&clause) != RC_OK)
					fail_msg("%s", clause);
				for (size_t i = 0; i < count; i++) {
					assert_int_equal(read.answer[i].status, said[i].status);
					assert_int_equal(read.answer[i].reason, said[i].reason);
					assert_true(read.answer[i].revoked_at == said[i].revoked_at);
				}
				assert_true(read.times.this_update == NOW && read.times.next_update == NOW + 60 * SECOND);
				assert_string_equal(cert_algorithm(responder), is_rsa ? "RSA-2048" : "EC-P256");
				cert_free(responder);
				buf_free(&request);
				buf_free(&response);
			}
	said[1].reason = 1;
}

static void
errors(void **state)
{
	static const enum ocsp_error all[] = { OCSP_MALFORMED, OCSP_INTERNAL, OCSP_TRY_LATER, OCSP_UNAUTHORIZED };

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		struct buf b = BUF_INIT;
		const uint8_t *p;
		OCSP_RESPONSE *r;

		ocsp_error(&b, all[i]);
		p = (const uint8_t *)b.data;
		r = d2i_OCSP_RESPONSE(NULL, &p, (long)b.len);
		assert_non_null(r);
		assert_int_equal(OCSP_response_status(r), all[i]);
		OCSP_RESPONSE_free(r);
		buf_free(&b);
	}
}

/* ---- bad answers: whoever made them, the reader says what is wrong ------------------------------------------------------------- */

struct bad {
	const char *clause;
	/* what differs from a good one */
	instant this_update, next_update, read_at;
	const char *from, *to; /* octets of the response in hex, first place */
	size_t answered;       /* of three that were asked for; 0: all */
	bool no_nonce, other_nonce, swapped, other_key_id;
};

static void
replace(struct buf *b, const char *from, const char *to)
{
	struct buf a = BUF_INIT, c = BUF_INIT;
	size_t at = 0;

	part(&a, from);
	part(&c, to);
	must(a.len > 0 && a.len == c.len && b->len > a.len, "replacement");
	while (at + a.len < b->len && memcmp(b->data + at, buf_text(&a), a.len) != 0)
		at++;
	must(at + a.len < b->len, from);
	memcpy(b->data + at, buf_text(&c), c.len);
	buf_free(&a);
	buf_free(&c);
}

static const char *
lint_of(const struct bad *bad)
{
	static char told[200];
	struct buf asked = BUF_INIT, answered = BUF_INIT, tbs = BUF_INIT, response = BUF_INIT;
	uint8_t serials[3][SERIAL_SIZE], key_id[20], signature[RESPONDER_SIGNATURE_MAX];
	struct ocsp_request a, b;
	struct ocsp_times times = { NOW + bad->this_update, NOW + 60 * SECOND + bad->next_update };
	struct ocsp_answer one[3] = { said[0], said[1], said[2] };
	struct ocsp_read read;
	const char *clause;
	size_t len;

	memcpy(serials, w.serial, sizeof(serials));
	if (bad->swapped) {
		memcpy(serials[0], w.serial[1], SERIAL_SIZE);
		memcpy(serials[1], w.serial[0], SERIAL_SIZE);
	}
	ocsp_request_make(&asked, w.ca.cert, OCSP_SHA1, w.serial[0], 3, asked_nonce, sizeof(asked_nonce));
	ocsp_request_make(&answered, w.ca.cert, OCSP_SHA1, serials[0], bad->answered != 0 ? bad->answered : 3,
	    bad->no_nonce ? NULL : (const uint8_t *)(bad->other_nonce ? "sixteen_octets.." : "sixteen octets.."), 16);
	a = parsed(&asked);
	b = parsed(&answered);
	memcpy(key_id, responder_key_id(w.key[bad->other_key_id]), 20);
	ocsp_tbs(&tbs, &b, one, &times, key_id);
	assert_int_equal(responder_key_sign(w.key[0], tbs.data, tbs.len, signature, &len), RC_OK);
	ocsp_response(&response, tbs.data, tbs.len, signature, len, responder_key_certificate(w.key[0]));
	if (bad->from != NULL)
		replace(&response, bad->from, bad->to);
	told[0] = '\0';
	if (ocsp_lint(&read, (const uint8_t *)response.data, response.len, &a, responder_key_id(w.key[0]), NOW + bad->read_at, &clause) !=
	    RC_OK)
		snprintf(told, sizeof(told), "%s", clause);
	buf_free(&asked);
	buf_free(&answered);
	buf_free(&tbs);
	buf_free(&response);
	return told;
}

/* NOW is 20270115080000Z */
#define PRODUCED "180f32303237303131353038303030305a30"
#define THIS "180f32303237303131353038303030305aa0"

static void
corpus(void **state)
{
	static const struct bad cases[] = {
		{ .clause = "" },
		{ .clause = "", .read_at = 59 * SECOND },
		{ .clause = "nextUpdate is not behind", .next_update = -60 * SECOND },
		{ .clause = "nextUpdate is not behind", .next_update = -61 * SECOND },
		{ .clause = "section 3.2: not made yet", .read_at = -6 * MINUTE },
		{ .clause = "too old", .read_at = 10 * MINUTE },
		{ .clause = "thisUpdate is behind producedAt", .from = PRODUCED, .to = "180f32303237303131353037353935395a30" },
		{ .clause = "producedAt", .from = PRODUCED, .to = "180f32303237313331353038303030305a30" },
		{ .clause = "producedAt", .from = PRODUCED, .to = "180f32303237303233313038303030305a30" },
		{ .clause = "producedAt", .from = PRODUCED, .to = "180f32303237303131353038303036305a30" },
		{ .clause = "times of one answer differ", .from = THIS, .to = "180f32303237303131353037353935395aa0" },
		{ .clause = "fewer responses", .answered = 2 },
		{ .clause = "not the certificate that was asked for", .swapped = true },
		{ .clause = "nonce is missing", .no_nonce = true },
		{ .clause = "another nonce", .other_nonce = true },
		{ .clause = "another nonce", .from = "06092b060105050730010204", .to = "06092b060105050730010304" },
		{ .clause = "section 4.2.2.3", .other_key_id = true },
		{ .clause = "by key", .from = "a2160414", .to = "a1160414" },
		{ .clause = "section 4.2.2.3", .from = "a2160414", .to = "a2160514" },
		{ .clause = "certStatus", .from = "a0030a0101", .to = "a0030a0107" },
		{ .clause = "certStatus", .from = "a0030a0101", .to = "a0030a0100" },
		{ .clause = "certStatus", .from = "a0030a0101", .to = "a0030a010b" },
		{ .clause = "certStatus", .from = "8200180f", .to = "8300180f" },
		{ .clause = "certStatus", .from = "8000180f", .to = "a000180f" },
		{ .clause = "signature algorithm", .from = "300a06082a8648ce3d040302", .to = "300a06082a8648ce3d040303" },
		{ .clause = "not successful", .from = "0a0100a0", .to = "0a0103a0" },
		{ .clause = "id-pkix-ocsp-basic", .from = "06092b0601050507300101", .to = "06092b0601050507300103" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *told = lint_of(&cases[i]);

		if (cases[i].clause[0] == '\0' ? told[0] != '\0' : strstr(told, cases[i].clause) == NULL)
			fail_msg("case %zu: wanted \"%s\", got \"%s\"", i, cases[i].clause, told);
	}
}

/* No octet can be cut or changed so that the answer still verifies and says something else. */
static void
broken_answers(void **state)
{
	struct buf request = BUF_INIT, response = BUF_INIT;
	struct ocsp_request r;
	struct ocsp_read read;
	struct cert *responder;
	const char *clause;

	(void)state;
	ocsp_request_make(&request, w.ca.cert, OCSP_SHA1, w.serial[0], 3, asked_nonce, sizeof(asked_nonce));
	r = parsed(&request);
	world_answer(&response, w.key[0], &r, said, NOW);
	for (size_t n = 0; n < response.len; n++) {
		uint8_t *copy = malloc(n + 1);

		memcpy(copy, response.data, n);
		assert_int_equal(ocsp_lint(&read, copy, n, &r, responder_key_id(w.key[0]), NOW, &clause), RC_BAD_INPUT);
		free(copy);
		response.data[n] = (char)(response.data[n] ^ 0x01);
		if (ocsp_verify(&read, &responder, (const uint8_t *)response.data, response.len, &r, w.ca.cert, NOW, &clause) == RC_OK)
			fail_msg("octet %zu", n);
		response.data[n] = (char)(response.data[n] ^ 0x01);
	}
	buf_putc(&response, 0);
	assert_int_equal(
	    ocsp_lint(&read, (const uint8_t *)response.data, response.len, &r, responder_key_id(w.key[0]), NOW, &clause), RC_BAD_INPUT);
	buf_free(&request);
	buf_free(&response);
}

static void
expect_verdict(
    const struct buf *response, const struct ocsp_request *r, const struct cert *ca, instant now, enum rc wanted, const char *clause)
{
	struct ocsp_read read;
	struct cert *responder;
	const char *told;

	assert_int_equal(ocsp_verify(&read, &responder, (const uint8_t *)response->data, response->len, r, ca, now, &told), wanted);
	assert_null(responder);
	if (strstr(told, clause) == NULL)
		fail_msg("wanted \"%s\", got \"%s\"", clause, told);
}

/* A responder that may not speak for this CA. */
static void
responders(void **state)
{
	struct buf request = BUF_INIT, response = BUF_INIT, tbs = BUF_INIT;
	uint8_t signature[RESPONDER_SIGNATURE_MAX];
	struct ocsp_request r;
	struct ocsp_times times = { NOW, NOW + 60 * SECOND };
	struct ocsp_times late = { NOW + 8 * DAY, NOW + 8 * DAY + 60 * SECOND };
	struct cert *person = world_person(&w);
	size_t len;

	(void)state;
	ocsp_request_make(&request, w.ca.cert, OCSP_SHA1, w.serial[0], 1, NULL, 0);
	r = parsed(&request);
	world_answer(&response, w.key[0], &r, said, NOW);
	expect_verdict(&response, &r, w.other.cert, NOW, RC_BAD_INPUT, "not by this CA");
	buf_reset(&response);
	ocsp_error(&response, OCSP_TRY_LATER);
	expect_verdict(&response, &r, w.ca.cert, NOW, RC_UNAVAILABLE, "tryLater");
	/* signed when its certificate had ended */
	buf_reset(&response);
	ocsp_tbs(&tbs, &r, said, &late, responder_key_id(w.key[0]));
	assert_int_equal(responder_key_sign(w.key[0], tbs.data, tbs.len, signature, &len), RC_OK);
	ocsp_response(&response, tbs.data, tbs.len, signature, len, responder_key_certificate(w.key[0]));
	expect_verdict(&response, &r, w.ca.cert, NOW + 8 * DAY, RC_BAD_INPUT, "not valid now");
	/* RSA signature, EC certificate: and the other way round */
	buf_reset(&response);
	buf_reset(&tbs);
	ocsp_tbs(&tbs, &r, said, &times, responder_key_id(w.key[0]));
	assert_int_equal(responder_key_sign(w.key[1], tbs.data, tbs.len, signature, &len), RC_OK);
	ocsp_response(&response, tbs.data, tbs.len, signature, len, responder_key_certificate(w.key[0]));
	expect_verdict(&response, &r, w.ca.cert, NOW, RC_BAD_INPUT, "does not verify");
	/* a person's certificate of the same CA */
	buf_reset(&response);
	buf_reset(&tbs);
	{
		uint8_t key_id[20];

		cert_key_id(person, key_id);
		ocsp_tbs(&tbs, &r, said, &times, key_id);
	}
	assert_int_equal(responder_key_sign(w.key[0], tbs.data, tbs.len, signature, &len), RC_OK);
	ocsp_response(&response, tbs.data, tbs.len, signature, len, person);
	expect_verdict(&response, &r, w.ca.cert, NOW, RC_BAD_INPUT, "no responder's");
	cert_free(person);
	buf_free(&tbs);
	buf_free(&request);
	buf_free(&response);
}

/* ---- the key's file ---------------------------------------------------------------------------------------------------------- */

static enum rc
load(const struct buf *file, mode_t mode)
{
	char path[] = "/tmp/test-ocsp-XXXXXX";
	int fd = mkstemp(path);
	struct responder_key *key;
	enum rc rc;

	must(fd >= 0, "file");
	close(fd);
	file_write(path, file->data, file->len, mode);
	rc = responder_key_load(&key, path);
	assert_true((rc == RC_OK) == (key != NULL));
	responder_key_free(key);
	unlink(path);
	return rc;
}

static void
key_files(void **state)
{
	struct buf secret = BUF_INIT, spki = BUF_INIT, file = BUF_INIT, other = BUF_INIT, other_spki = BUF_INIT;
	struct cert *responder, *person = world_person(&w);
	struct responder_key *key;

	(void)state;
	assert_int_equal(responder_key_load(&key, "/tmp/there-is-no-such-file"), RC_NOT_FOUND);
	assert_null(key);
	assert_int_equal(responder_key_generate("EC-P256", &secret, &spki), RC_OK);
	assert_int_equal(responder_key_generate("EC-P256", &other, &other_spki), RC_OK);
	responder = world_responder(&w, &spki, NOW);
	responder_key_file(&file, &secret, responder, w.ca.cert);
	assert_int_equal(load(&file, 0600), RC_OK);
	assert_int_equal(load(&file, 0640), RC_OK);
	assert_int_equal(load(&file, 0644), RC_BAD_INPUT);
	assert_int_equal(load(&file, 0660), RC_BAD_INPUT);
	assert_int_equal(load(&file, 0604), RC_BAD_INPUT);
	/* another key, another CA, a person's certificate, half a file */
	buf_reset(&file);
	responder_key_file(&file, &other, responder, w.ca.cert);
	assert_int_equal(load(&file, 0600), RC_BAD_INPUT);
	buf_reset(&file);
	responder_key_file(&file, &secret, responder, w.other.cert);
	assert_int_equal(load(&file, 0600), RC_BAD_INPUT);
	buf_reset(&file);
	responder_key_file(&file, &secret, person, w.ca.cert);
	assert_int_equal(load(&file, 0600), RC_BAD_INPUT);
	buf_reset(&file);
	responder_key_file(&file, &secret, w.ca.cert, w.ca.cert);
	assert_int_equal(load(&file, 0600), RC_BAD_INPUT);
	buf_reset(&file);
	responder_key_file(&file, &secret, responder, w.ca.cert);
	file.len /= 2;
	assert_int_equal(load(&file, 0600), RC_BAD_INPUT);
	file.len = 0;
	assert_int_equal(load(&file, 0600), RC_BAD_INPUT);
	cert_free(responder);
	cert_free(person);
	buf_free(&secret);
	buf_free(&other);
	buf_free(&spki);
	buf_free(&other_spki);
	buf_free(&file);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(requests),
		cmocka_unit_test(shapes),
		cmocka_unit_test(others),
		cmocka_unit_test(nonce_sizes),
		cmocka_unit_test(broken_requests),
		cmocka_unit_test(answers),
		cmocka_unit_test(errors),
		cmocka_unit_test(corpus),
		cmocka_unit_test(broken_answers),
		cmocka_unit_test(responders),
		cmocka_unit_test(key_files),
	};
	int failed;

	log_open("test", LOG_LEVEL_ERROR);
	world_open(&w, NOW);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	world_close(&w);
	return failed;
}
