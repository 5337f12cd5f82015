/* SQL of the registration centre. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "registrar.h"
#include "store/certificate.h"
#include "store/event.h"
#include "store/signed_form.h"

static const struct db_statement list = {
	.name = "registrar list",
	.sql = "SELECT number, created_at, status, iin, surname, name, patronymic FROM application"
	       " WHERE (status = 'new' AND origin = 'public') OR status = 'failed' ORDER BY created_at, number LIMIT 1000",
};
static const struct db_statement typed = {
	.name = "registrar typed",
	.sql = "SELECT surname, name, patronymic FROM application WHERE number = ?",
};
static const struct db_statement citizen = {
	.name = "registrar citizen",
	.sql = "SELECT surname, name, patronymic FROM citizen WHERE iin = ?",
};
static const struct db_statement meet = {
	.name = "registrar meet",
	.sql = "UPDATE citizen SET version = version + 1 WHERE iin = ?",
};
/* a retry goes on with the form that was there */
static const struct db_statement change = {
	.name = "registrar change",
	.sql = "UPDATE application SET status = ?, reason = ?, form = COALESCE(?, form), changed_at = UTC_TIMESTAMP(6) WHERE number = ? "
	       "AND status = ?",
};
static const struct db_statement history = {
	.name = "registrar history",
	.sql = "INSERT INTO application_status (number, status, at, actor, serial, form, reason) VALUES (?, ?, UTC_TIMESTAMP(6), "
	       "'registrar', ?, ?, ?)",
};

const struct db_statement *const registrar_statements[] = { &list, &typed, &citizen, &meet, &change, &history, NULL };

enum rc
registrar_db_list(struct db *db)
{
	struct db_result *rows = NULL;
	char created[CLOCK_SHOWN_SIZE];
	enum rc rc = db_query(db, &list, DB_NONE, &rows);

	if (rc != RC_OK)
		return rc;
	while ((rc = db_next(rows)) == RC_OK) {
		clock_shown(created, db_get_instant(rows, 1));
		printf("%s\t%s\t%s\t%s\t%s %s %s\n", db_get_text(rows, 0), created, db_get_text(rows, 2), db_get_text(rows, 3),
		    db_get_text(rows, 4), db_get_text(rows, 5), db_get_text(rows, 6));
	}
	db_result_free(rows);
	return rc == RC_NOT_FOUND ? RC_OK : rc;
}

enum rc
registrar_db_citizen(struct db *db, const char *iin, char **names)
{
	struct db_result *row = NULL;
	enum rc rc = db_one(db, &citizen, DB_IN(db_text(iin)), &row);

	if (rc != RC_OK)
		return rc;
	*names = mem_format("%s %s %s", db_get_text(row, 0), db_get_text(row, 1), db_get_text(row, 2));
	db_result_free(row);
	return RC_OK;
}

enum rc
registrar_db_typed(struct db *db, const char *number, struct typed *out)
{
	struct db_result *row = NULL;
	enum rc rc = db_one(db, &typed, DB_IN(db_text(number)), &row);

	if (rc != RC_OK)
		return rc;
	out->surname = mem_string(db_get_text(row, 0));
	out->name = mem_string(db_get_text(row, 1));
	out->patronymic = mem_string(db_get_text(row, 2));
	db_result_free(row);
	return RC_OK;
}

void
typed_free(struct typed *t)
{
	free(t->surname);
	free(t->name);
	free(t->patronymic);
	memset(t, 0, sizeof(*t));
}

static enum rc
decide_act(struct db *db, void *arg)
{
	const struct decision *d = arg;
	const struct application *a = d->application;
	const struct signed_form_query query = {
		.kind = FORM_DECISION, .iin = a->iin, .subject = a->number, .purpose = PURPOSE_OPERATOR, .conf = d->r->conf
	};
	const bool is_retry = strcmp(d->verdict, "retry") == 0;
	const struct db_value form = db_bytes(d->result->digest, 32);
	uint8_t serial[SERIAL_SIZE];
	uint64_t changed = 0;
	char kind[32];
	enum rc rc;

	cert_serial(d->result->certificate, serial);
	/* a revocation of the operator's key raises the same row */
	if ((rc = db_exec(db, &meet, DB_IN(db_text(cert_iin(d->result->certificate))), NULL)) != RC_OK ||
	    (rc = certificate_db_still_good(db, serial)) != RC_OK ||
	    (rc = signed_form_db_keep(db, &query, d->result, d->signed_text, d->len)) != RC_OK)
		return rc;
	rc = db_exec(db, &change,
	    DB_IN(db_text(d->to), db_text(strcmp(d->to, "refused") == 0 ? d->r->reason : ""), is_retry ? db_null() : form,
		db_text(a->number), db_text(d->from)),
	    &changed);
	if (rc == RC_OK && changed != 1)
		return RC_CONFLICT;
	if (rc == RC_OK)
		rc = db_exec(db, &history,
		    DB_IN(db_text(a->number), db_text(d->to), db_bytes(serial, SERIAL_SIZE), form, db_text(d->r->reason)), NULL);
	snprintf(kind, sizeof(kind), "decision-%s", d->verdict);
	if (rc == RC_OK)
		rc = event_db_insert(db, &(struct event){ .kind = kind,
					     .iin = a->iin,
					     .application = a->number,
					     .serial = serial,
					     .form = d->result->digest,
					     .detail = d->r->reason });
	return rc;
}

enum rc
registrar_db_decide(struct db *db, const struct decision *d)
{
	struct decision copy = *d;

	return db_transaction(db, decide_act, &copy);
}
