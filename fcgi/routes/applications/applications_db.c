/* SQL of the citizen's applications. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "applications.h"
#include "store/certificate.h"
#include "store/event.h"
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
	.sql = "UPDATE application SET status = 'signed', form = ?, changed_at = UTC_TIMESTAMP(6) WHERE number = ? AND iin = ? AND status "
	       "= 'new'",
};
static const struct db_statement withdraw = {
	.name = "applications withdraw",
	.sql = "UPDATE application SET status = 'withdrawn', changed_at = UTC_TIMESTAMP(6) WHERE number = ? AND iin = ? AND status = 'new'",
};
static const struct db_statement history = {
	.name = "applications history",
	.sql = "INSERT INTO application_status (number, status, at, actor, serial, form) VALUES (?, ?, UTC_TIMESTAMP(6), 'citizen', ?, ?)",
};

const struct db_statement *const applications_statements[] = { &list, &meet, &confirm, &withdraw, &history, NULL };

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
	rc = db_exec(db, &confirm, DB_IN(db_bytes(digest, 32), db_text(d->application->number), db_text(d->r->session.iin)), &changed);
	if (rc != RC_OK)
		return rc;
	if (changed != 1)
		return RC_CONFLICT;
	return record(db, d, "signed", "application-confirmed", serial, digest);
}

enum rc
applications_db_confirm(struct request *r, const struct application *a, const struct signed_form_query *query,
    const struct form_result *result, const char *signed_text, size_t len, enum form_rule *rule)
{
	struct decision d = { r, a, query, result, signed_text, len, rule };

	return db_transaction(r->db, confirm_act, &d);
}

static enum rc
withdraw_act(struct db *db, void *arg)
{
	const struct decision *d = arg;
	uint64_t changed = 0;
	enum rc rc;

	if ((rc = db_exec(db, &meet, DB_IN(db_text(d->r->session.iin)), NULL)) != RC_OK)
		return rc;
	if ((rc = certificate_db_still_good(db, d->r->session.serial)) != RC_OK)
		return rc == RC_CONFLICT ? RC_UNAUTHENTICATED : rc;
	if ((rc = db_exec(db, &withdraw, DB_IN(db_text(d->application->number), db_text(d->r->session.iin)), &changed)) != RC_OK)
		return rc;
	if (changed != 1)
		return RC_CONFLICT;
	return record(db, d, "withdrawn", "application-withdrawn", d->r->session.serial, NULL);
}

enum rc
applications_db_withdraw(struct request *r, const struct application *a)
{
	struct decision d = { .r = r, .application = a };

	return db_transaction(r->db, withdraw_act, &d);
}
