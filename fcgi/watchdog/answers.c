/* OCSP as a relying program asks: does it say what the register says, signed by a responder of this CA that may go on for a while. */
#include <stdlib.h>
#include <string.h>

#include "base/encode.h"
#include "base/mem.h"
#include "base/random.h"
#include "pki/issue.h"
#include "pki/ocsp.h"
#include "watchdog.h"

#define TRIES 3	      /* the register may change between the two looks */
#define NONCE_SIZE 32 /* RFC 9654, 2.1 */

/* What was revoked and is on no base yet, the newest days' revocations; and some certificates from a place drawn by lot. */
enum { ROW_SERIAL, ROW_IS_REVOKED, ROW_REASON, ROW_REVOKED_AT };
static const struct db_statement recent = {
	.name = "answers recent",
	.sql = "SELECT serial, 1, reason, revoked_at FROM revocation FORCE INDEX (claims) WHERE ca = ? AND crl_number IS NULL LIMIT 320",
};
static const struct db_statement sample = {
	.name = "answers sample",
	.sql = "SELECT c.serial, r.serial IS NOT NULL, COALESCE(r.reason, 0), r.revoked_at FROM certificate c"
	       " LEFT JOIN revocation r ON r.ca = c.ca AND r.serial = c.serial WHERE c.serial > ? AND c.ca = ? ORDER BY c.serial LIMIT 15",
};
static const struct db_statement again = {
	.name = "answers again",
	.sql = "SELECT c.serial, r.serial IS NOT NULL, COALESCE(r.reason, 0), r.revoked_at FROM certificate c"
	       " LEFT JOIN revocation r ON r.ca = c.ca AND r.serial = c.serial WHERE c.serial = ? AND c.ca = ?",
};

const struct db_statement *const answers_statements[] = { &recent, &sample, &again, NULL };

struct asking {
	struct watchdog *w;
	uint8_t serial[OCSP_IDS_MAX][SERIAL_SIZE];
	struct ocsp_answer wanted[OCSP_IDS_MAX];
	size_t count;
	bool is_judged; /* the responder's certificate, once a pass */
};

static bool
take_row(struct ocsp_answer *a, uint8_t serial[SERIAL_SIZE], const struct db_result *row)
{
	*a = (struct ocsp_answer){ .status = OCSP_GOOD };
	if (db_get_int(row, ROW_IS_REVOKED) != 0)
		*a = (struct ocsp_answer){ OCSP_REVOKED, db_get_instant(row, ROW_REVOKED_AT) / SECOND * SECOND,
			(int)db_get_int(row, ROW_REASON) };
	return db_copy_bytes(row, ROW_SERIAL, serial, SERIAL_SIZE);
}

static bool
is_same(const struct ocsp_answer *a, const struct ocsp_answer *b)
{
	return a->status == b->status && (a->status != OCSP_REVOKED || (a->revoked_at == b->revoked_at && a->reason == b->reason));
}

static void
judge_responder(struct asking *a, const struct cert *responder)
{
	instant life = cert_not_after(responder) - cert_not_before(responder), left = cert_not_after(responder) - a->w->now;

	if (a->is_judged)
		return;
	a->is_judged = true;
	if (left < life / 4)
		found(a->w, CHECK_EXPIRY, left < life / 10 ? LEVEL_ALARM : LEVEL_WARNING,
		    "responder: %s: ends in %lld hours, and was not renewed", cert_subject(responder), (long long)(left / HOUR));
}

/* One exchange. why: what is wrong with the answer as such. */
static bool
exchange(struct asking *a, struct ocsp_read *read, const char **why)
{
	struct buf request = BUF_INIT, answer = BUF_INIT;
	char *url = mem_format("%s/ocsp", a->w->conf->plain_site);
	uint8_t nonce[NONCE_SIZE];
	struct ocsp_request parsed;
	struct cert *responder = NULL;
	bool ok;

	random_bytes(nonce, sizeof(nonce));
	ocsp_request_make(&request, a->w->ca, OCSP_SHA256, a->serial[0], a->count, nonce, sizeof(nonce));
	ok = ocsp_request_parse(&parsed, (const uint8_t *)request.data, request.len, why) == RC_OK &&
	     fetch_answer(a->w->fetcher, url, "application/ocsp-request", &request, &answer, why) == RC_OK &&
	     ocsp_verify(read, &responder, (const uint8_t *)buf_text(&answer), answer.len, &parsed, a->w->ca, clock_now(), why) == RC_OK;
	if (ok)
		judge_responder(a, responder);
	cert_free(responder);
	buf_free(&request);
	buf_free(&answer);
	free(url);
	return ok;
}

/* Revoked between the two looks: then the register says so now. */
static enum rc
settle(struct asking *a, size_t i, const struct ocsp_answer *said)
{
	static const char *const words[] = { "good", "revoked", "unknown" };
	struct db_result *row;
	char hex[SERIAL_HEX_SIZE];
	uint8_t serial[SERIAL_SIZE];
	enum rc rc;

	if (a->wanted[i].status != OCSP_UNKNOWN) {
		if ((rc = db_one(a->w->db, &again, DB_IN(db_bytes(a->serial[i], SERIAL_SIZE), db_int(a->w->ca_id)), &row)) != RC_OK &&
		    rc != RC_NOT_FOUND)
			return rc;
		if (rc == RC_OK) {
			(void)take_row(&a->wanted[i], serial, row);
			db_result_free(row);
		}
	}
	if (is_same(&a->wanted[i], said))
		return RC_OK;
	hex_encode(hex, a->serial[i], SERIAL_SIZE);
	found(a->w, CHECK_OCSP, LEVEL_ALARM, "%s: OCSP says %s, the register %s%s", hex, words[said->status], words[a->wanted[i].status],
	    said->status == a->wanted[i].status ? ", with another time or reason" : "");
	return RC_OK;
}

static enum rc
ask(struct asking *a)
{
	struct ocsp_read read;
	const char *why = "";
	bool ok = false;
	enum rc rc = RC_OK;

	for (int i = 0; i < TRIES && !ok; i++)
		ok = exchange(a, &read, &why);
	if (!ok)
		found(a->w, CHECK_OCSP, LEVEL_ALARM, "%s/ocsp: %s", a->w->conf->plain_site, why);
	for (size_t i = 0; ok && rc == RC_OK && i < a->count; i++)
		if (!is_same(&a->wanted[i], &read.answer[i]))
			rc = settle(a, i, &read.answer[i]);
	a->count = 0;
	return rc;
}

static enum rc
ask_rows(struct asking *a, struct db_result *rows)
{
	enum rc rc = RC_OK, row;

	while (rc == RC_OK && (row = db_next(rows)) == RC_OK) {
		if (!take_row(&a->wanted[a->count], a->serial[a->count], rows))
			return RC_INTERNAL;
		if (++a->count == OCSP_IDS_MAX)
			rc = ask(a);
	}
	db_result_free(rows);
	return rc;
}

enum rc
answers_check(struct watchdog *w)
{
	struct asking *a = mem_zero(1, sizeof(*a));
	uint8_t place[SERIAL_SIZE];
	struct db_result *rows;
	enum rc rc;

	a->w = w;
	if ((rc = db_query(w->db, &recent, DB_IN(db_int(w->ca_id)), &rows)) == RC_OK)
		rc = ask_rows(a, rows);
	issue_serial(place);
	if (rc == RC_OK && (rc = db_query(w->db, &sample, DB_IN(db_bytes(place, SERIAL_SIZE), db_int(w->ca_id)), &rows)) == RC_OK)
		rc = ask_rows(a, rows);
	if (rc == RC_OK) {
		/* a serial that nobody has been given */
		issue_serial(a->serial[a->count]);
		a->wanted[a->count++] = (struct ocsp_answer){ .status = OCSP_UNKNOWN };
		rc = ask(a);
	}
	free(a);
	return rc;
}
