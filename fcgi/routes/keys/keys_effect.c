#include <stdio.h>
#include <string.h>

#include "base/encode.h"
#include "keys.h"
#include "web/view.h"

#define DAY_LENGTH 10 /* of what clock_shown writes: "04.02.2016" */
#define EXACT_SIZE 48

/* The first list of its kind that holds the entry and is in its place; one that was claimed and never made is passed over. */
#define LIST(alias, kind, since)                                                                                                           \
	" LEFT JOIN crl " alias " ON " alias ".ca = r.ca AND " alias ".kind = '" kind "' AND " alias                                       \
	".number = (SELECT MIN(number) FROM crl"                                                                                           \
	" WHERE ca = r.ca AND kind = '" kind "' AND published_at IS NOT NULL AND number >= " since ")"

enum { DELTA, DELTA_AT, BASE, BASE_AT, REPORTED_AT, RAISED_AT, RAISED_DELTA, RAISED_DELTA_AT, RAISED_BASE, RAISED_BASE_AT, LAST };
static const struct db_statement effect = {
	.name = "keys effect",
	.sql =
	    "SELECT COALESCE(d.number, 0), d.published_at, COALESCE(b.number, 0), b.published_at, o.reported_at, r.raised_at,"
	    " COALESCE(x.number, 0), x.published_at, COALESCE(y.number, 0), y.published_at, COALESCE(r.last_crl_number, 0) FROM revocation "
	    "r" LIST("d", "delta", "r.first_delta_number") LIST("b", "base", "r.first_crl_number") LIST("x", "delta", "r.delta_number")
		LIST("y", "base", "r.crl_number") " LEFT JOIN compromise o ON o.serial = r.serial AND o.refused IS NULL WHERE r.serial = ?",
};
static const struct db_statement current = {
	.name = "keys current list",
	.sql = "SELECT l.this_update, l.next_update FROM crl l JOIN revocation r ON r.ca = l.ca"
	       " WHERE r.serial = ? AND l.kind = ? AND l.published_at IS NOT NULL ORDER BY l.number DESC LIMIT 1",
};

const struct db_statement *const effect_statements[] = { &effect, &current, NULL };

static void
set_exact(struct request *r, const char *name, instant at)
{
	char day[CLOCK_SHOWN_SIZE], seconds[CLOCK_SHOWN_SIZE], text[EXACT_SIZE];

	clock_shown(day, at);
	clock_shown_seconds(seconds, at);
	snprintf(text, sizeof(text), "%.*s (%s)", DAY_LENGTH, day, seconds);
	page_set(r->page, name, text);
}

/* When the next list of a kind is due: a list is renewed at half of its validity, and has to be by its end. Nothing when that has passed too. */
static enum rc
set_due(struct request *r, const struct register_entry *e, const char *kind, const char *name)
{
	uint8_t serial[SERIAL_SIZE];
	struct db_result *row;
	instant made, end, due;
	char text[CLOCK_SHOWN_SIZE];
	enum rc rc;

	if (!hex_decode(serial, sizeof(serial), e->serial))
		return RC_INTERNAL;
	if ((rc = db_one(r->db, &current, DB_IN(db_bytes(serial, sizeof(serial)), db_text(kind)), &row)) != RC_OK)
		return rc == RC_NOT_FOUND ? RC_OK : rc;
	made = db_get_instant(row, 0);
	end = db_get_instant(row, 1);
	db_result_free(row);
	due = e->now < made + (end - made) / 2 ? made + (end - made) / 2 : end;
	if (e->now >= due)
		return RC_OK;
	/* minutes are shown: the one by whose beginning it will be there */
	clock_shown(text, (due + MINUTE - 1) / MINUTE * MINUTE);
	page_set(r->page, name, text);
	return RC_OK;
}

/* effect.<name>, effect.<name>_at; or effect.<name>_due, and somebody waits. */
static enum rc
set_list(
    struct request *r, const struct register_entry *e, const struct db_result *row, unsigned number, const char *kind, const char *name)
{
	char full[48];

	if (db_get_int(row, number) == 0) {
		page_set_int(r->page, "effect.waits", 1);
		snprintf(full, sizeof(full), "effect.%s_due", name);
		return set_due(r, e, kind, full);
	}
	snprintf(full, sizeof(full), "effect.%s", name);
	page_set_int(r->page, full, db_get_int(row, number));
	snprintf(full, sizeof(full), "effect.%s_at", name);
	set_exact(r, full, db_get_instant(row, number + 1));
	return RC_OK;
}

static enum rc
show_row(struct request *r, const struct register_entry *e, const struct db_result *row)
{
	enum rc rc = RC_OK;

	/* what has expired before it was on a base goes there once all the same; what has left goes nowhere */
	if (db_get_int(row, LAST) != 0)
		page_set_int(r->page, "effect.last", db_get_int(row, LAST));
	rc = set_list(r, e, row, DELTA, "delta", "delta");
	if (rc == RC_OK)
		rc = set_list(r, e, row, BASE, "base", "base");
	if (rc != RC_OK || db_is_null(row, REPORTED_AT))
		return rc;
	set_exact(r, "effect.reported", db_get_instant(row, REPORTED_AT));
	if (db_is_null(row, RAISED_AT)) {
		page_set_int(r->page, "effect.waits", 1);
		return RC_OK;
	}
	page_set_int(r->page, "effect.raised", 1);
	rc = set_list(r, e, row, RAISED_DELTA, "delta", "raised_delta");
	if (rc == RC_OK)
		rc = set_list(r, e, row, RAISED_BASE, "base", "raised_base");
	return rc;
}

enum rc
effect_show(struct request *r, const struct register_entry *e)
{
	uint8_t serial[SERIAL_SIZE];
	struct db_result *row;
	enum rc rc;

	set_exact(r, "effect.registered", e->revoked_at);
	page_set_int(r->page, "effect.refused", e->refused);
	if (e->refused)
		return RC_OK;
	if (!hex_decode(serial, sizeof(serial), e->serial))
		return RC_INTERNAL;
	if ((rc = db_one(r->db, &effect, DB_IN(db_bytes(serial, sizeof(serial))), &row)) != RC_OK)
		return rc == RC_NOT_FOUND ? RC_INTERNAL : rc;
	rc = show_row(r, e, row);
	db_result_free(row);
	return rc;
}
