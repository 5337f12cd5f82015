#include <string.h>

#include "base/encode.h"
#include "store/register.h"

static const struct db_statement find = {
	.name = "register find",
	.sql = "SELECT" REGISTER_COLUMNS " FROM" REGISTER_TABLES " WHERE c.serial = ? AND c.iin = ?",
};

const struct db_statement *const register_statements[] = { &find, NULL };

/* The arrays hold whole columns; what is longer all the same is cut. */
static void
copy(char *to, size_t size, const struct db_result *row, unsigned column)
{
	const char *text = db_get_text(row, column);
	size_t len = strnlen(text, size - 1);

	memcpy(to, text, len);
	to[len] = '\0';
}

#define COPY(to, row, column) copy((to), sizeof(to), (row), (column))

enum rc
register_entry_read(const struct db_result *row, struct register_entry *e)
{
	uint8_t serial[SERIAL_SIZE], key_id[20];

	if (!db_copy_bytes(row, 0, serial, sizeof(serial)) || !db_copy_bytes(row, 9, key_id, sizeof(key_id)))
		return RC_INTERNAL;
	hex_encode(e->serial, serial, sizeof(serial));
	hex_encode(e->key_id, key_id, sizeof(key_id));
	COPY(e->number, row, 1);
	COPY(e->purpose, row, 2);
	COPY(e->algorithm, row, 3);
	COPY(e->origin, row, 4);
	COPY(e->ca, row, 5);
	COPY(e->full_name, row, 6);
	COPY(e->subject, row, 7);
	COPY(e->issuer, row, 8);
	e->not_before = db_get_instant(row, 10);
	e->not_after = db_get_instant(row, 11);
	e->issued = db_get_instant(row, 12);
	e->now = db_get_instant(row, 13);
	e->revoked = db_get_int(row, 14) != 0;
	e->reason = (int)db_get_int(row, 15);
	e->revoked_at = db_get_instant(row, 16);
	e->first_delta = db_get_int(row, 17);
	e->first_base = db_get_int(row, 18);
	e->refused = db_get_int(row, 19) != 0;
	e->application_created = db_get_instant(row, 20);
	COPY(e->application_status, row, 21);
	return RC_OK;
}

enum rc
register_card_read(const struct db_result *row, struct register_entry *e)
{
	uint8_t serial[SERIAL_SIZE];

	memset(e, 0, sizeof(*e));
	if (!db_copy_bytes(row, 0, serial, sizeof(serial)))
		return RC_INTERNAL;
	hex_encode(e->serial, serial, sizeof(serial));
	COPY(e->purpose, row, 1);
	COPY(e->algorithm, row, 2);
	COPY(e->ca, row, 3);
	COPY(e->full_name, row, 4);
	e->not_before = db_get_instant(row, 5);
	e->not_after = db_get_instant(row, 6);
	e->issued = db_get_instant(row, 7);
	e->now = db_get_instant(row, 8);
	e->revoked = db_get_int(row, 9) != 0;
	e->reason = (int)db_get_int(row, 10);
	e->revoked_at = db_get_instant(row, 11);
	e->refused = db_get_int(row, 12) != 0;
	return RC_OK;
}

enum rc
register_db_find(struct db *db, const char *serial, const char *iin, struct register_entry *e)
{
	struct db_result *row = NULL;
	uint8_t octets[SERIAL_SIZE];
	enum rc rc;

	if (!hex_decode(octets, sizeof(octets), serial))
		return RC_NOT_FOUND;
	if ((rc = db_one(db, &find, DB_IN(db_bytes(octets, sizeof(octets)), db_text(iin)), &row)) != RC_OK)
		return rc;
	rc = register_entry_read(row, e);
	db_result_free(row);
	return rc;
}
