/* SQL of the citizen's applications. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "applications.h"
#include "base/encode.h"
#include "base/hash.h"
#include "store/certificate.h"
#include "store/event.h"
#include "web/held.h"
#include "web/paging.h"
#include "web/shown.h"
#include "web/view.h"

static const struct db_statement list = {
	.name = "applications list",
	.sql = "SELECT a.number, a.template, a.origin, a.status, a.created_at FROM application a"
	       " WHERE a.iin = ? AND a.created_at >= ? AND a.created_at < ? AND (a.created_at < ? OR a.number < ?) AND (? = '' OR a.number "
	       "= ?)"
	       " AND (? = '' OR EXISTS (SELECT 1 FROM certificate c WHERE c.serial = UNHEX(?) AND c.number = a.number))"
	       " AND (? = '' OR EXISTS (SELECT 1 FROM certificate k WHERE k.number = a.number AND k.algorithm = ?))"
	       " ORDER BY a.created_at DESC, a.number DESC LIMIT ?",
};
static const struct db_statement meet = {
	.name = "applications meet",
	.sql = "UPDATE citizen SET version = version + 1 WHERE iin = ?",
};
static const struct db_statement confirm = {
	.name = "applications confirm",
	.sql = "UPDATE application SET status = 'signed', form = ?, replaces = ?, changed_at = UTC_TIMESTAMP(6) WHERE number = ? AND iin = "
	       "? AND status "
	       "= 'new'",
};
static const struct db_statement withdraw = {
	.name = "applications withdraw",
	.sql = "UPDATE application SET status = ?, changed_at = UTC_TIMESTAMP(6) WHERE number = ? AND iin = ? AND status = 'new'",
};
static const struct db_statement history = {
	.name = "applications history",
	.sql = "INSERT INTO application_status (number, status, at, actor, serial, form) VALUES (?, ?, UTC_TIMESTAMP(6), 'citizen', ?, ?)",
};
/* application.form is the document that confirmed it: repeated in each row, so that one question is enough */
static const struct db_statement evidence = {
	.name = "applications evidence",
	.sql = "SELECT f.document, c.serial, c.purpose, c.not_before, c.not_after FROM application a"
	       " LEFT JOIN signed_form f ON f.digest = a.form LEFT JOIN certificate c ON c.number = a.number AND c.iin = a.iin"
	       " WHERE a.number = ? AND a.iin = ? ORDER BY c.purpose",
};

/* the pair of the session's certificate, as far as it can still be revoked */
static const struct db_statement pair = {
	.name = "applications pair",
	.sql = "SELECT p.serial, p.number FROM certificate s JOIN certificate p ON p.number = s.number AND p.iin = s.iin"
	       " LEFT JOIN revocation r ON r.serial = p.serial"
	       " WHERE s.serial = ? AND s.iin = ? AND r.serial IS NULL AND p.not_after > UTC_TIMESTAMP(6) ORDER BY p.purpose LIMIT 2",
};
static const struct db_statement code_try = {
	.name = "applications code-try",
	.sql = "UPDATE application SET code_tries = code_tries + 1 WHERE number = ? AND iin = ? AND status = 'new' AND code_tries < ?",
};
static const struct db_statement code_right = {
	.name = "applications code-right",
	.sql = "UPDATE application SET code_tries = code_tries - 1 WHERE number = ? AND iin = ? AND code_tries > 0",
};
static const struct db_statement code_kept = {
	.name = "applications code-kept",
	.sql = "SELECT code_hash, code_tries FROM application WHERE number = ? AND iin = ?",
};

const struct db_statement *const applications_statements[] = { &list, &meet, &confirm, &withdraw, &history, &pair, &code_try, &code_right,
	&code_kept, &evidence, NULL };

enum rc
applications_db_list(struct request *r, const struct applications_filter *f)
{
	struct db_result *rows = NULL;
	struct buf href = BUF_INIT;
	char text[NUMBER_SIZE] = "", time[CLOCK_SHOWN_SIZE], after[NUMBER_SIZE + 24], href_own[32];
	instant last = 0;
	int64_t n = 0;
	enum rc rc;

	/* the row after which the page starts: strictly older, or of the same microsecond with a smaller number */
	rc = db_query(r->db, &list,
	    DB_IN(db_text(r->session.iin), db_instant(f->from),
		db_instant(f->after_at != 0 && f->after_at + 1 < f->to ? f->after_at + 1 : f->to),
		db_instant(f->after_at != 0 ? f->after_at : PAGING_FOREVER), db_text(f->after_number), db_text(f->number),
		db_text(f->number), db_text(f->serial), db_text(f->serial), db_text(f->algorithm), db_text(f->algorithm),
		db_int(r->conf->list_page + 1)),
	    &rows);
	if (rc != RC_OK)
		return rc;
	while ((rc = db_next(rows)) == RC_OK) {
		if (n == r->conf->list_page) {
			snprintf(after, sizeof(after), "%" PRId64 "-%s", last, text);
			filter_address(&href, f->shown, "after", after, f->shown->count);
			page_set(r->page, "pager.next", buf_text(&href));
			continue;
		}
		snprintf(text, sizeof(text), "%s", db_get_text(rows, 0));
		last = db_get_instant(rows, 4);
		page_item(r->page, "applications", (size_t)n, "number", text);
		page_item(r->page, "applications", (size_t)n, "template", shown_word(r, "template", db_get_text(rows, 1)));
		page_item(r->page, "applications", (size_t)n, "origin", shown_word(r, "origin", db_get_text(rows, 2)));
		page_item(r->page, "applications", (size_t)n, "status", db_get_text(rows, 3));
		page_item(r->page, "applications", (size_t)n, "status_text", shown_word(r, "status", db_get_text(rows, 3)));
		clock_shown(time, last);
		page_item(r->page, "applications", (size_t)n, "created", time);
		snprintf(href_own, sizeof(href_own), "/applications/%s", text);
		page_item(r->page, "applications", (size_t)n, "href", href_own);
		n++;
	}
	db_result_free(rows);
	buf_free(&href);
	return rc == RC_NOT_FOUND ? RC_OK : rc;
}

struct decision {
	struct request *r;
	const struct application *application;
	const struct signed_form_query *query;
	const struct form_result *result;
	const char *signed_text;
	size_t len;
	bool replaces;
	enum form_rule *rule;
};

/* The history row and the event behind a changed application. form: NULL for acts without a signature. */
static enum rc
record(struct db *db, const struct decision *d, const char *status, const char *kind, const uint8_t *serial, const uint8_t *form)
{
	enum rc rc;

	rc = db_exec(db, &history,
	    DB_IN(db_text(d->application->number), db_text(status), db_bytes(serial, SERIAL_SIZE),
		form != NULL ? db_bytes(form, 32) : db_null()),
	    NULL);
	if (rc != RC_OK)
		return rc;
	return event_db_insert(db, &(struct event){ .kind = kind,
				       .iin = d->r->session.iin,
				       .application = d->application->number,
				       .serial = serial,
				       .form = form,
				       .address = d->r->address });
}

static enum rc
confirm_act(struct db *db, void *arg)
{
	const struct decision *d = arg;
	const uint8_t *digest = d->result->digest;
	uint8_t serial[SERIAL_SIZE];
	uint64_t changed = 0;
	enum rc rc;

	cert_serial(d->result->certificate, serial);
	*d->rule = RULE_USED;
	if ((rc = signed_form_db_use(db, digest)) != RC_OK)
		return rc;
	*d->rule = RULE_CERTIFICATE_REVOKED;
	if ((rc = db_exec(db, &meet, DB_IN(db_text(d->r->session.iin)), NULL)) != RC_OK)
		return rc;
	if ((rc = certificate_db_still_good(db, serial)) != RC_OK)
		return rc;
	*d->rule = RULE_NONE;
	if ((rc = signed_form_db_keep(db, d->query, d->result, d->signed_text, d->len)) != RC_OK)
		return rc;
	rc = db_exec(db, &confirm,
	    DB_IN(db_bytes(digest, 32), db_text(d->replaces ? "asked" : "no"), db_text(d->application->number), db_text(d->r->session.iin)),
	    &changed);
	if (rc != RC_OK)
		return rc;
	if (changed != 1)
		return RC_CONFLICT;
	return record(db, d, "signed", "application-confirmed", serial, digest);
}

enum rc
applications_db_confirm(struct request *r, const struct application *a, const struct signed_form_query *query,
    const struct form_result *result, const char *signed_text, size_t len, bool replaces, enum form_rule *rule)
{
	struct decision d = { r, a, query, result, signed_text, len, replaces, rule };

	return db_transaction(r->db, confirm_act, &d);
}

static enum rc
withdraw_act(struct db *db, void *arg)
{
	const struct decision *d = arg;
	bool is_public = strcmp(d->application->origin, "public") == 0;
	const char *status = is_public ? "refused" : "withdrawn";
	uint64_t changed = 0;
	enum rc rc;

	if ((rc = db_exec(db, &meet, DB_IN(db_text(d->r->session.iin)), NULL)) != RC_OK)
		return rc;
	if ((rc = certificate_db_still_good(db, d->r->session.serial)) != RC_OK)
		return rc == RC_CONFLICT ? RC_UNAUTHENTICATED : rc;
	if ((rc = db_exec(db, &withdraw, DB_IN(db_text(status), db_text(d->application->number), db_text(d->r->session.iin)), &changed)) !=
	    RC_OK)
		return rc;
	if (changed != 1)
		return RC_CONFLICT;
	return record(db, d, status, is_public ? "application-disowned" : "application-withdrawn", d->r->session.serial, NULL);
}

enum rc
applications_db_withdraw(struct request *r, const struct application *a)
{
	struct decision d = { .r = r, .application = a };

	return db_transaction(r->db, withdraw_act, &d);
}

enum rc
applications_db_replaced(struct request *r, struct replaced *out)
{
	struct db_result *rows = NULL;
	enum rc rc;

	memset(out, 0, sizeof(*out));
	rc = db_query(r->db, &pair, DB_IN(db_bytes(r->session.serial, SERIAL_SIZE), db_text(r->session.iin)), &rows);
	if (rc != RC_OK)
		return rc;
	while (out->count < FORM_CERTIFICATES && (rc = db_next(rows)) == RC_OK) {
		if (!db_copy_bytes(rows, 0, out->serial[out->count], SERIAL_SIZE)) {
			rc = RC_INTERNAL;
			break;
		}
		snprintf(out->number, sizeof(out->number), "%s", db_get_text(rows, 1));
		out->count++;
	}
	db_result_free(rows);
	return rc == RC_NOT_FOUND ? RC_OK : rc;
}

struct trying {
	struct request *r;
	const struct application *a;
	const char *typed;
	enum code_outcome *outcome;
	int64_t *left;
};

/* The try is taken before the look, so that two at once do not share one; a right code gives it back. */
static enum rc
code_act(struct db *db, void *arg)
{
	const struct trying *t = arg;
	const struct db_value number = db_text(t->a->number), iin = db_text(t->r->session.iin);
	struct db_result *row = NULL;
	uint8_t hash[HASH_SIZE], kept[HASH_SIZE];
	uint64_t taken = 0;
	enum rc rc;

	*t->outcome = CODE_LOCKED;
	*t->left = 0;
	if ((rc = db_exec(db, &code_try, DB_IN(number, iin, db_int(CODE_TRIES)), &taken)) != RC_OK || taken != 1)
		return rc;
	if ((rc = db_one(db, &code_kept, DB_IN(number, iin), &row)) != RC_OK)
		return rc;
	*t->left = CODE_TRIES - db_get_int(row, 1);
	*t->outcome = held_code_hash(t->r->conf, t->a->number, t->typed, hash) && db_copy_bytes(row, 0, kept, sizeof(kept)) &&
			      hash_equal(hash, kept, sizeof(kept))
			  ? CODE_RIGHT
			  : CODE_WRONG;
	db_result_free(row);
	if (*t->outcome == CODE_RIGHT)
		return db_exec(db, &code_right, DB_IN(number, iin), NULL);
	return event_db_insert(db, &(struct event){ .kind = "code-refused",
				       .iin = t->r->session.iin,
				       .application = t->a->number,
				       .serial = t->r->session.serial,
				       .address = t->r->address });
}

enum rc
applications_db_code(struct request *r, const struct application *a, const char *typed, enum code_outcome *outcome, int64_t *left)
{
	struct trying t = { r, a, typed, outcome, left };

	return db_transaction(r->db, code_act, &t);
}

/* The sentence of a confirmation; NULL for any other document (an operator's decision). */
static char *
consent_of(const struct db_result *row)
{
	struct form_content content = { 0 };
	const uint8_t *document;
	char *consent = NULL;
	size_t len;

	if (db_is_null(row, 0))
		return NULL;
	document = db_get_bytes(row, 0, &len);
	if (form_content_parse(&content, (const char *)document, len) != RC_OK)
		return NULL;
	if (content.kind == FORM_CONFIRMATION) {
		consent = content.statement;
		content.statement = NULL;
	}
	form_content_free(&content);
	return consent;
}

enum rc
applications_db_evidence(struct request *r, const char *number, struct applications_evidence *e)
{
	struct db_result *rows = NULL;
	uint8_t serial[SERIAL_SIZE];
	bool first = true;
	enum rc rc;

	*e = (struct applications_evidence){ 0 };
	if ((rc = db_query(r->db, &evidence, DB_IN(db_text(number), db_text(r->session.iin)), &rows)) != RC_OK)
		return rc;
	while (e->certificates < APPLICATIONS_CERTIFICATES && (rc = db_next(rows)) == RC_OK) {
		if (first)
			e->consent = consent_of(rows);
		first = false;
		if (!db_copy_bytes(rows, 1, serial, sizeof(serial)))
			continue; /* nothing issued */
		hex_encode(e->certificate[e->certificates].serial, serial, sizeof(serial));
		snprintf(e->certificate[e->certificates].purpose, sizeof(e->certificate[0].purpose), "%s", db_get_text(rows, 2));
		e->certificate[e->certificates].not_before = db_get_instant(rows, 3);
		e->certificate[e->certificates].not_after = db_get_instant(rows, 4);
		e->certificates++;
	}
	db_result_free(rows);
	if (rc == RC_OK || (rc == RC_NOT_FOUND && !first))
		return RC_OK;
	free(e->consent);
	e->consent = NULL;
	return rc;
}
