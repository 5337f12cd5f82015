/*
 * GET /keys: every certificate of the citizen, filters, paging by key. GET /keys/{serial}: one, with its revocation and when that takes effect.
 * GET /keys/{serial}.cer, .pem: the certificate. GET /password: the page that changes a key file's password in the browser.
 * Errors: 404 not this citizen's; 422 a filter that says nothing.
 * DB:     keys: SELECT certificate, ca, application, revocation, compromise, crl.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/encode.h"
#include "keys.h"
#include "pki/cert.h"
#include "store/event.h"
#include "store/register.h"
#include "web/filter.h"
#include "web/paging.h"
#include "web/route.h"
#include "web/shown.h"

#define FRESH (10 * MINUTE) /* how long a revocation is news on the certificate's page */

#define CARDS "SELECT" REGISTER_CARD_COLUMNS " FROM" REGISTER_CARD_TABLES " WHERE "
#define NEWEST_FIRST " ORDER BY c.issued_at DESC, c.serial DESC LIMIT ?"
/* A number or a serial is looked up as such: whoever has thousands of certificates does not wait for a walk through all of them. */
#define LIST(also)                                                                                                                         \
	CARDS also "c.iin = ? AND c.issued_at >= ? AND c.issued_at < ?"                                                                    \
		   " AND (c.issued_at < ? OR c.serial < ?) AND (? = '' OR c.algorithm = ?)" NEWEST_FIRST
/* The page that nearly everybody sees: nothing for MariaDB to weigh. */
static const struct db_statement newest = {
	.name = "keys newest",
	.sql = CARDS "c.iin = ?" NEWEST_FIRST,
};
static const struct db_statement list = {
	.name = "keys list",
	.sql = LIST(""),
};
static const struct db_statement list_of_number = {
	.name = "keys list of an application",
	.sql = LIST("c.number = ? AND "),
};
static const struct db_statement list_of_serial = {
	.name = "keys list of a serial",
	.sql = LIST("c.serial = UNHEX(?) AND (? = '' OR c.number = ?) AND "),
};
static const struct db_statement der = {
	.name = "keys der",
	.sql = "SELECT der FROM certificate WHERE serial = ? AND iin = ?",
};
static const struct db_statement *const keys_statements[] = { &newest, &list, &list_of_number, &list_of_serial, &der, NULL };

/* ---- list */

enum { FIELD_APPLICATION, FIELD_SERIAL, FIELD_CREATED, FIELD_ALGORITHM, FIELD_AFTER, FIELD_FOR, FIELD_COUNT };

static bool
is_number(const char *value)
{
	return strlen(value) == NUMBER_SIZE - 1 && strspn(value, "0123456789") == NUMBER_SIZE - 1;
}

static bool
is_serial(const char *value)
{
	return strlen(value) == SERIAL_HEX_SIZE - 1 && strspn(value, "0123456789abcdefABCDEF") == SERIAL_HEX_SIZE - 1;
}

static bool
is_algorithm(const char *value)
{
	return strcmp(value, "RSA-2048") == 0 || strcmp(value, "EC-P256") == 0;
}

static const struct field_spec form[FIELD_COUNT] = {
	[FIELD_APPLICATION] = { "application", 14, 0, is_number, "error.number" },
	[FIELD_SERIAL] = { "serial", 40, 0, is_serial, "error.serial" },
	[FIELD_CREATED] = { "created", 10, 0, paging_is_day, "error.date" },
	[FIELD_ALGORITHM] = { "algorithm", 16, 0, is_algorithm, "error.algorithm" },
	[FIELD_AFTER] = { "after", 64, 0, NULL, NULL },
	[FIELD_FOR] = { "for", 16, 0, NULL, NULL },
};

static void
next_page(struct request *r, const struct field *field, instant at, const char *serial)
{
	const struct filter filter = { "/keys", form, field, FIELD_AFTER, FIELD_FOR };
	struct buf href = BUF_INIT;
	char after[SERIAL_HEX_SIZE + 24];

	snprintf(after, sizeof(after), "%" PRId64 "-%s", at, serial);
	filter_address(&href, &filter, "after", after, FIELD_AFTER);
	page_set(r->page, "pager.next", buf_text(&href));
	buf_free(&href);
}

static enum rc
ask(struct request *r, const struct field *field, instant after_at, const uint8_t after_serial[SERIAL_SIZE], struct db_result **rows)
{
	const struct db_value serial = db_text(field[FIELD_SERIAL].value), number = db_text(field[FIELD_APPLICATION].value);
	const struct db_value algorithm = db_text(field[FIELD_ALGORITHM].value), iin = db_text(r->session.iin);
	const struct db_value after = db_instant(after_at != 0 ? after_at : PAGING_FOREVER), last = db_bytes(after_serial, SERIAL_SIZE);
	const struct db_value limit = db_int(r->conf->list_page + 1);
	struct db_value begin, end;
	instant from, to;

	paging_day(field[FIELD_CREATED].value, &from, &to);
	begin = db_instant(from);
	end = db_instant(after_at != 0 && after_at + 1 < to ? after_at + 1 : to);
	if (field[FIELD_SERIAL].len > 0)
		return db_query(
		    r->db, &list_of_serial, DB_IN(serial, number, number, iin, begin, end, after, last, algorithm, algorithm, limit), rows);
	if (field[FIELD_APPLICATION].len > 0)
		return db_query(r->db, &list_of_number, DB_IN(number, iin, begin, end, after, last, algorithm, algorithm, limit), rows);
	if (after_at == 0 && field[FIELD_CREATED].len == 0 && field[FIELD_ALGORITHM].len == 0)
		return db_query(r->db, &newest, DB_IN(iin, limit), rows);
	return db_query(r->db, &list, DB_IN(iin, begin, end, after, last, algorithm, algorithm, limit), rows);
}

static enum rc
show_list(struct request *r, const struct field *field)
{
	struct register_entry entry;
	struct db_result *rows = NULL;
	char after[SERIAL_HEX_SIZE], last[SERIAL_HEX_SIZE] = "";
	uint8_t after_serial[SERIAL_SIZE] = { 0 };
	instant after_at = 0, last_at = 0;
	int64_t n = 0;
	size_t past = 0;
	enum rc rc;

	if (!paging_parse(field[FIELD_AFTER].value, &after_at, after, sizeof(after)) ||
	    !hex_decode(after_serial, sizeof(after_serial), after))
		after_at = 0;
	filter_show(r, &(const struct filter){ "/keys", form, field, FIELD_AFTER, FIELD_FOR }, after_at == 0);
	if ((rc = ask(r, field, after_at, after_serial, &rows)) != RC_OK)
		return rc;
	while ((rc = db_next(rows)) == RC_OK && (rc = register_card_read(rows, &entry)) == RC_OK) {
		if (n == r->conf->list_page) {
			next_page(r, field, last_at, last);
			rc = RC_NOT_FOUND;
			break;
		}
		if (shown_is_past(&entry))
			shown_row(r, "past", past++, &entry);
		else
			shown_row(r, "valid", (size_t)n - past, &entry);
		n++;
		last_at = entry.issued;
		memcpy(last, entry.serial, sizeof(last));
	}
	db_result_free(rows);
	page_set_int(r->page, "past_count", (int64_t)past);
	return rc == RC_NOT_FOUND ? RC_OK : rc;
}

static enum rc
keys_get(struct request *r)
{
	struct field field[FIELD_COUNT];
	bool good;
	enum rc rc;

	good = fields_take(r->fields, form, FIELD_COUNT, field) == RC_OK;
	response_fields(r, form, field, FIELD_COUNT);
	page_set_int(r->page, "for_revoke", strcmp(field[FIELD_FOR].value, "revoke") == 0);
	if (!good)
		return response_view(r, 422, "keys/list.cs");
	if ((rc = show_list(r, field)) != RC_OK)
		return rc;
	return response_view(r, 200, "keys/list.cs");
}

/* ---- one certificate */

static enum rc
show_effect(struct request *r, const struct register_entry *e)
{
	if (e->now - e->revoked_at < FRESH && !e->refused) {
		page_set(r->page, "notice.kind", "success");
		page_set(r->page, "notice.text", shown_word(r, "notice", "revoked"));
	}
	return effect_show(r, e);
}

/* Рис. 20: the application the certificate came from, as it stands now. */
static void
show_application(struct request *r, const struct register_entry *e)
{
	char time[CLOCK_SHOWN_SIZE];

	clock_shown(time, e->application_created);
	page_set(r->page, "application.created", time);
	page_set(r->page, "application.status", e->application_status);
	page_set(r->page, "application.status_text", shown_word(r, "status", e->application_status));
}

static enum rc
key_get(struct request *r)
{
	struct register_entry entry;
	enum rc rc;

	if ((rc = register_db_find(r->db, r->param[0], r->session.iin, &entry)) != RC_OK)
		return rc;
	shown_one(r, "key", &entry);
	show_application(r, &entry);
	if (entry.revoked && (rc = show_effect(r, &entry)) != RC_OK)
		return rc;
	page_set_int(r->page, "last_page", r->session.last_page);
	return response_view(r, 200, "keys/show.cs");
}

static enum rc
find_der(struct request *r, struct buf *out)
{
	struct db_result *row = NULL;
	uint8_t serial[SERIAL_SIZE];
	const uint8_t *data;
	size_t len;
	enum rc rc;

	if (!hex_decode(serial, sizeof(serial), r->param[0]))
		return RC_NOT_FOUND;
	if ((rc = db_one(r->db, &der, DB_IN(db_bytes(serial, sizeof(serial)), db_text(r->session.iin)), &row)) != RC_OK)
		return rc;
	data = db_get_bytes(row, 0, &len);
	buf_add(out, data, len);
	db_result_free(row);
	return RC_OK;
}

static enum rc
cer_get(struct request *r)
{
	struct buf data = BUF_INIT;
	char name[SERIAL_HEX_SIZE + 4];
	enum rc rc;

	if ((rc = find_der(r, &data)) == RC_OK) {
		snprintf(name, sizeof(name), "%s.cer", r->param[0]);
		rc = response_data(r, "application/pkix-cert", name, data.data, data.len);
	}
	buf_free(&data);
	return rc;
}

static enum rc
pem_get(struct request *r)
{
	struct buf data = BUF_INIT, pem = BUF_INIT;
	char name[SERIAL_HEX_SIZE + 4];
	enum rc rc;

	if ((rc = find_der(r, &data)) == RC_OK) {
		pem_encode(&pem, "CERTIFICATE", (const uint8_t *)data.data, data.len);
		snprintf(name, sizeof(name), "%s.pem", r->param[0]);
		rc = response_data(r, "application/x-pem-file", name, pem.data, pem.len);
	}
	buf_free(&data);
	buf_free(&pem);
	return rc;
}

static enum rc
password_get(struct request *r)
{
	return response_view(r, 200, "keys/password.cs");
}

static const struct route routes[] = {
	{ METHOD_GET, "/keys", ROLE_CITIZEN, keys_get },
	{ METHOD_GET, "/keys/{serial}", ROLE_CITIZEN, key_get },
	{ METHOD_GET, "/keys/{serial}.cer", ROLE_CITIZEN, cer_get },
	{ METHOD_GET, "/keys/{serial}.pem", ROLE_CITIZEN, pem_get },
	{ METHOD_GET, "/password", ROLE_CITIZEN, password_get },
};

static const struct db_statement *const *const statements[] = {
	keys_statements,
	effect_statements,
	register_statements,
	session_statements,
	event_statements,
	NULL,
};

int
main(int argc, char **argv)
{
	return route_main(&(const struct program){ .name = "keys",
			      .account = "cabinet_keys",
			      .routes = routes,
			      .count = sizeof(routes) / sizeof(routes[0]),
			      .statements = statements,
			      .views = (const char *const[]){ "keys/list.cs", "keys/show.cs", "keys/password.cs", NULL } },
	    argc, argv);
}
