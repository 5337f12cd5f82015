#include <stdio.h>

#include "base/encode.h"
#include "store/application.h"

#define COLUMNS                                                                                                                            \
	"SELECT a.number, a.template, a.origin, a.status, a.store, a.reason, a.locality, l.name_ru, l.name_kk, a.email,"                   \
	" a.hash_auth, a.hash_sign, a.created_at, a.changed_at, a.iin"
#define TABLES " FROM application a LEFT JOIN locality l ON l.code = a.locality"
#define FIND COLUMNS TABLES " WHERE a.number = ?"
#define STEP 15 /* first column of a step behind those of the application */

static const struct db_statement find = {
	.name = "application find",
	.sql = FIND " AND a.iin = ?",
};
static const struct db_statement find_any = {
	.name = "application find-any",
	.sql = FIND,
};
static const struct db_statement whole = {
	.name = "application with history",
	.sql = COLUMNS ", s.status, s.actor, s.reason, s.serial, s.form, s.at" TABLES
		       " LEFT JOIN application_status s ON s.number = a.number WHERE a.number = ? AND a.iin = ? ORDER BY s.at, s.status",
};
static const struct db_statement history = {
	.name = "application history",
	.sql = "SELECT status, actor, reason, serial, form, at FROM application_status WHERE number = ? ORDER BY at, status",
};

const struct db_statement *const application_statements[] = { &find, &whole, &history, NULL };
const struct db_statement *const application_any_statements[] = { &find_any, NULL };

#define COPY(to, row, column) snprintf((to), sizeof(to), "%s", db_get_text((row), (column)))

/* Octets of a column in hex; "" when NULL or not len octets. */
static void
copy_hex(char *out, const struct db_result *row, unsigned column, size_t len)
{
	const uint8_t *data;
	size_t have;

	out[0] = '\0';
	data = db_get_bytes(row, column, &have);
	if (!db_is_null(row, column) && have == len)
		hex_encode(out, data, len);
}

static enum rc
read_row(const struct db_result *row, struct application *a)
{
	enum rc rc = RC_OK;

	COPY(a->number, row, 0);
	COPY(a->template_name, row, 1);
	COPY(a->origin, row, 2);
	COPY(a->status, row, 3);
	COPY(a->store, row, 4);
	COPY(a->reason, row, 5);
	COPY(a->locality, row, 6);
	COPY(a->locality_ru, row, 7);
	COPY(a->locality_kk, row, 8);
	COPY(a->email, row, 9);
	if (!db_is_null(row, 10) && !db_copy_bytes(row, 10, a->hash_auth, sizeof(a->hash_auth)))
		rc = RC_INTERNAL;
	if (!db_is_null(row, 11) && !db_copy_bytes(row, 11, a->hash_sign, sizeof(a->hash_sign)))
		rc = RC_INTERNAL;
	a->created = db_get_instant(row, 12);
	a->changed = db_get_instant(row, 13);
	COPY(a->iin, row, 14);
	return rc;
}

enum rc
application_db_find(struct db *db, const char *number, const char *iin, struct application *a)
{
	struct db_result *row = NULL;
	enum rc rc;

	*a = (struct application){ 0 };
	if ((rc = db_one(db, &find, DB_IN(db_text(number), db_text(iin)), &row)) != RC_OK)
		return rc;
	rc = read_row(row, a);
	db_result_free(row);
	return rc;
}

enum rc
application_db_find_any(struct db *db, const char *number, struct application *a)
{
	struct db_result *row = NULL;
	enum rc rc;

	*a = (struct application){ 0 };
	if ((rc = db_one(db, &find_any, DB_IN(db_text(number)), &row)) != RC_OK)
		return rc;
	rc = read_row(row, a);
	db_result_free(row);
	return rc;
}

static void
read_step(const struct db_result *row, unsigned first, struct application_step *s)
{
	COPY(s->status, row, first);
	COPY(s->actor, row, first + 1);
	COPY(s->reason, row, first + 2);
	copy_hex(s->serial, row, first + 3, SERIAL_SIZE);
	copy_hex(s->form, row, first + 4, 32);
	s->at = db_get_instant(row, first + 5);
}

enum rc
application_db_find_whole(struct db *db, const char *number, const char *iin, struct application *a,
    struct application_step step[APPLICATION_STEPS], size_t *count)
{
	struct db_result *rows = NULL;
	enum rc rc;

	*a = (struct application){ 0 };
	*count = 0;
	if ((rc = db_one(db, &whole, DB_IN(db_text(number), db_text(iin)), &rows)) != RC_OK)
		return rc;
	rc = read_row(rows, a);
	/* an application that nothing was recorded of has one row, without a step */
	while (rc == RC_OK && *count < APPLICATION_STEPS && !db_is_null(rows, STEP)) {
		read_step(rows, STEP, &step[(*count)++]);
		rc = db_next(rows);
	}
	db_result_free(rows);
	return rc == RC_NOT_FOUND ? RC_OK : rc;
}

enum rc
application_db_history(struct db *db, const char *number, struct application_step step[APPLICATION_STEPS], size_t *count)
{
	struct db_result *rows = NULL;
	enum rc rc;

	*count = 0;
	if ((rc = db_query(db, &history, DB_IN(db_text(number)), &rows)) != RC_OK)
		return rc;
	while (*count < APPLICATION_STEPS && (rc = db_next(rows)) == RC_OK) {
		read_step(rows, 0, &step[(*count)++]);
	}
	db_result_free(rows);
	return rc == RC_NOT_FOUND ? RC_OK : rc;
}
