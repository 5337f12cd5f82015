/*
 * /ocsp: the responder of the issuing CA (RFC 6960; GET and caching as in RFC 5019; nonce as in RFC 9654). POST /ocsp with the request as body, or
 * GET /ocsp/{base64 of the request, escaped}. Every answer asks the register: nothing is known here beforehand.
 */
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "base/encode.h"
#include "base/hash.h"
#include "base/log.h"
#include "ocsp.h"
#include "web/fields.h"
#include "web/raw.h"

static const char place[] = "/ocsp";

/* An answer that is no answer: nobody may keep it. */
static void
refuse(struct request *r, enum ocsp_error error)
{
	buf_reset(&r->body);
	ocsp_error(&r->body, error);
	if (error == OCSP_TRY_LATER)
		buf_puts(&r->headers, "Retry-After: 5\r\n");
}

/* The request out of the address (RFC 6960, A.1): base64 whose '/', '+' and '=' may be escaped. false: no such thing. */
static bool
request_of_target(struct buf *out, const char *target)
{
	struct buf text = BUF_CAPPED(2 * OCSP_REQUEST_MAX);
	const char *p = target + strlen(place);
	bool ok = *p++ == '/';

	while (ok && *p != '\0' && *p != '?') {
		int c = (unsigned char)*p++;

		if (c == '%' && (c = fields_octet(p)) >= 0)
			p += 2;
		ok = c > ' ' && c < 0x7f;
		buf_putc(&text, (char)c);
	}
	ok = ok && !text.overflow && base64_decode(out, buf_text(&text), text.len);
	buf_free(&text);
	return ok;
}

/* One request on its way to an answer. */
struct pending {
	const struct raw_call *call; /* NULL: refused already */
	struct buf decoded;	     /* memory of asked, when it came in the address */
	struct ocsp_request asked;
	struct ocsp_answer answers[OCSP_IDS_MAX];
};

static bool
is_at_place(const char *target)
{
	size_t len = strlen(place);

	return strncmp(target, place, len) == 0 && (target[len] == '\0' || target[len] == '/' || target[len] == '?');
}

static bool
is_ours(const struct ocsp_request *asked, const struct ocsp_issuer *issuer)
{
	for (size_t i = 0; i < asked->count; i++)
		if (!ocsp_id_is_of(&asked->id[i], issuer))
			return false;
	return true;
}

/* Everything that the signature covers but the times. */
static void
name_of(uint8_t out[KEPT_NAME_SIZE], const struct ocsp_signer *signer, const struct ocsp_request *asked, const struct ocsp_answer *answers,
    int64_t seconds)
{
	struct buf all = BUF_INIT;
	int64_t state[3];

	buf_add(&all, responder_key_id(signer->key), 20);
	for (size_t i = 0; i < asked->count; i++) {
		state[0] = answers[i].status | (int64_t)answers[i].reason << 8;
		state[1] = answers[i].revoked_at;
		state[2] = seconds;
		buf_add(&all, asked->id[i].der, asked->id[i].len);
		buf_add(&all, state, sizeof(state));
	}
	hash_sha256(out, all.data, all.len);
	buf_free(&all);
}

/* thisUpdate is now, or of at most half of an answer's life ago when it says the same as then. Never beyond the responder's own end. */
static struct ocsp_times
times_of(const struct ocsp_signer *signer, instant at, int64_t seconds)
{
	instant end = cert_not_after(responder_key_certificate(signer->key));
	struct ocsp_times t = { at - at % SECOND, at - at % SECOND + seconds * SECOND };

	if (t.next_update > end)
		t.next_update = end;
	return t;
}

static enum rc
sign(struct buf *tbs, const struct ocsp_signer *signer, const struct ocsp_request *asked, const struct ocsp_answer *answers, instant now,
    int64_t seconds, struct ocsp_times *times, uint8_t *signature, size_t *len)
{
	const bool is_kept = asked->nonce == NULL;
	uint8_t name[KEPT_NAME_SIZE];
	instant at;
	enum rc rc;

	*times = times_of(signer, now, seconds);
	if (is_kept) {
		name_of(name, signer, asked, answers, seconds);
		if (ocsp_kept_find(name, now - seconds * SECOND / 2, now, &at, signature, len)) {
			*times = times_of(signer, at, seconds);
			ocsp_tbs(tbs, asked, answers, times, responder_key_id(signer->key));
			return RC_OK;
		}
	}
	ocsp_tbs(tbs, asked, answers, times, responder_key_id(signer->key));
	rc = responder_key_sign(signer->key, tbs->data, tbs->len, signature, len);
	if (rc == RC_OK && is_kept)
		ocsp_kept_put(name, times->this_update, signature, *len);
	return rc;
}

static void
add_date(struct buf *headers, const char *name, instant t)
{
	time_t seconds = (time_t)(t / SECOND);
	struct tm tm;
	char text[32];

	gmtime_r(&seconds, &tm);
	strftime(text, sizeof(text), "%a, %d %b %Y %H:%M:%S GMT", &tm);
	buf_printf(headers, "%s: %s\r\n", name, text);
}

/* RFC 5019, 6.2: a cache keeps it no longer than a relying program would. */
static void
add_caching(struct request *r, const struct ocsp_times *times, instant now)
{
	uint8_t hash[HASH_SIZE];
	char etag[2 * 16 + 1];

	hash_sha256(hash, r->body.data, r->body.len);
	hex_encode(etag, hash, 16);
	buf_printf(&r->headers, "Cache-Control: max-age=%lld, public, no-transform, must-revalidate\r\nETag: \"%s\"\r\n",
	    (long long)((times->next_update - now) / SECOND), etag);
	add_date(&r->headers, "Last-Modified", times->this_update);
	add_date(&r->headers, "Expires", times->next_update);
}

/* Nothing leaves that our own reader of answers would not take. */
static bool
is_good(const struct request *r, const struct ocsp_signer *signer, const struct ocsp_request *asked, const struct ocsp_answer *answers,
    instant now)
{
	struct ocsp_read read;
	const char *clause;
	bool same;

	if (ocsp_lint(&read, (const uint8_t *)r->body.data, r->body.len, asked, responder_key_id(signer->key), now, &clause) != RC_OK) {
		log_error("lint", "OCSP answer: %s", clause);
		return false;
	}
	same = true;
	for (size_t i = 0; i < asked->count; i++)
		same = same && read.answer[i].status == answers[i].status && read.answer[i].reason == answers[i].reason;
	if (!same)
		log_error("lint", "OCSP answer: RFC 6960 section 2.2: it says something else than the register");
	return same;
}

static void
give(struct request *r, const struct ocsp_signer *signer, const struct ocsp_request *asked, const struct ocsp_answer *answers, instant now)
{
	uint8_t signature[RESPONDER_SIGNATURE_MAX];
	struct buf tbs = BUF_INIT;
	struct ocsp_times times;
	size_t len;
	enum rc rc = sign(&tbs, signer, asked, answers, now, r->conf->answer_seconds, &times, signature, &len);

	if (rc == RC_OK) {
		ocsp_response(&r->body, tbs.data, tbs.len, signature, len, responder_key_certificate(signer->key));
		if (!is_good(r, signer, asked, answers, now))
			rc = RC_INTERNAL;
	}
	buf_free(&tbs);
	if (rc != RC_OK)
		refuse(r, OCSP_INTERNAL);
	else if (r->method == METHOD_GET && asked->nonce == NULL)
		add_caching(r, &times, now);
}

/* All that is asked for, one after the other, and what the register says of it: at *now or a moment later. */
static enum rc
look_up(struct pending *p, size_t count, const struct ocsp_signer *signer, instant *now)
{
	uint8_t serials[OCSP_TOGETHER * OCSP_IDS_MAX][SERIAL_SIZE];
	struct ocsp_answer answers[OCSP_TOGETHER * OCSP_IDS_MAX];
	struct db *db = NULL;
	size_t n = 0;
	enum rc rc;

	for (size_t i = 0; i < count; i++) {
		for (size_t k = 0; p[i].call != NULL && k < p[i].asked.count; k++) {
			const struct ocsp_id *id = &p[i].asked.id[k];

			memset(serials[n], 0, SERIAL_SIZE);
			if (id->has_serial)
				memcpy(serials[n], id->serial, SERIAL_SIZE);
			db = p[i].call->r->db;
			n++;
		}
	}
	if (n == 0)
		return RC_OK;
	rc = ocsp_db_find(db, signer->ca_key_id, (const uint8_t(*)[SERIAL_SIZE])serials, answers, n, now);
	n = 0;
	for (size_t i = 0; rc == RC_OK && i < count; i++)
		for (size_t k = 0; p[i].call != NULL && k < p[i].asked.count; k++)
			p[i].answers[k] = answers[n++];
	return rc;
}

static bool
is_request_type(const char *type)
{
	static const char wanted[] = "application/ocsp-request";
	size_t len = strlen(wanted);

	return strncasecmp(type, wanted, len) == 0 && (type[len] == '\0' || type[len] == ';' || type[len] == ' ');
}

/* Sets p->call when it is ours to answer; otherwise r is refused. */
static void
parse(struct pending *p, const struct raw_call *call, const struct ocsp_signer *signer)
{
	struct request *r = call->r;
	const struct buf *octets = &call->body;
	const char *fault = "RFC 6960 appendix A.1: no base64 in the address";

	*p = (struct pending){ .decoded = BUF_INIT };
	if (!is_at_place(call->target) || (r->method == METHOD_POST && !is_request_type(call->content_type))) {
		r->status = is_at_place(call->target) ? 415 : 404;
		return;
	}
	snprintf(r->content_type, sizeof(r->content_type), "application/ocsp-response");
	if (r->method == METHOD_GET)
		octets = request_of_target(&p->decoded, call->target) ? &p->decoded : NULL;
	if (octets == NULL || ocsp_request_parse(&p->asked, (const uint8_t *)buf_text(octets), octets->len, &fault) != RC_OK) {
		log_info("refused", "malformed: %s", fault);
		refuse(r, OCSP_MALFORMED);
	} else if (signer == NULL) {
		log_error("responder-key", "%s: no key: nothing can be signed", r->conf->responder_file);
		refuse(r, OCSP_TRY_LATER);
	} else if (!is_ours(&p->asked, &signer->issuer))
		refuse(r, OCSP_UNAUTHORIZED);
	else
		p->call = call;
}

static void
finish(struct pending *p, const struct ocsp_signer *signer, enum rc looked_up, instant now)
{
	struct request *r = p->call->r;

	if (looked_up == RC_NOT_FOUND)
		log_error("ocsp", "%s: the database has no such CA", cert_subject(responder_key_ca(signer->key)));
	if (looked_up == RC_UNAVAILABLE || looked_up == RC_NOT_FOUND || (looked_up == RC_OK && !ocsp_signer_is_valid(signer, now)))
		refuse(r, OCSP_TRY_LATER);
	else if (looked_up != RC_OK)
		refuse(r, OCSP_INTERNAL);
	else
		give(r, signer, &p->asked, p->answers, now);
}

/*
 * In:     the requests, DER
 * Out:    200 with an OCSPResponse: good only for what this CA issued, revoked from the moment the register has it, unknown otherwise.
 * Errors: as OCSPResponse, never kept by caches: malformedRequest; unauthorized: another CA's certificate; tryLater: no database or no valid
 *         responder's key; internalError. 404 another address; 413; 415 another type.
 * DB:     ocsp: one SELECT for up to eight certificates asked for, whoever asks; one more for each that was not issued.
 */
static void
answer(struct raw_call *call, size_t count)
{
	const struct ocsp_signer *signer = ocsp_signer(call[0].r->conf);
	struct pending pending[OCSP_TOGETHER];
	instant now = 0;
	enum rc rc;

	for (size_t i = 0; i < count; i++) {
		raw_log(&call[i]);
		parse(&pending[i], &call[i], signer);
	}
	rc = look_up(pending, count, signer, &now);
	for (size_t i = 0; i < count; i++) {
		raw_log(&call[i]);
		if (pending[i].call != NULL)
			finish(&pending[i], signer, rc, now);
		buf_free(&pending[i].decoded);
	}
}

static enum rc
start(const struct conf *conf)
{
	if (conf->responder_file[0] == '\0') {
		log_error("start", "ocsp.responder_file is not set");
		return RC_BAD_INPUT;
	}
	ocsp_kept_open(conf);
	(void)ocsp_signer(conf);
	return RC_OK;
}

/* The folder, not the file: it is replaced. Nothing else is opened once the first request may come. */
static const char *
file(const struct conf *conf, size_t n)
{
	static char *folder;

	if (folder == NULL)
		folder = conf_folder(conf->responder_file);
	return n == 0 ? folder : NULL;
}

_Static_assert(OCSP_TOGETHER <= RAW_TOGETHER_MAX, "more than are taken at once");

static const struct raw_program raw = { OCSP_REQUEST_MAX, OCSP_TOGETHER, answer, start };
static const struct db_statement *const *const statements[] = { ocsp_statements, NULL };

static const struct program program = {
	.name = "ocsp",
	.account = "cabinet_ocsp",
	.statements = statements,
	.raw = &raw,
	.role = CONF_OCSP,
	.file = file,
};

int
main(int argc, char **argv)
{
	return route_main(&program, argc, argv);
}
