#include <string.h>

#include "ocsp.h"

#define COLUMNS "r.serial IS NOT NULL, COALESCE(r.reason, 0), r.revoked_at, UTC_TIMESTAMP(6)"

/* Primary keys alone, each given as a value: the server looks at two rows at most, and plans nothing. A row: the certificate was issued. */
enum { FIND_REVOKED, FIND_REASON, FIND_REVOKED_AT, FIND_NOW, FIND_ISSUED, FIND_CA };
static const struct db_statement find = {
	.name = "ocsp find",
	.sql = "SELECT " COLUMNS " FROM certificate c LEFT JOIN revocation r ON r.ca = ? AND r.serial = ? WHERE c.serial = ? AND c.ca = ?",
};
/* The same beginning with the CA, so that there is a row for what was never issued, and the CA's own number. */
static const struct db_statement find_all = {
	.name = "ocsp find all",
	.sql = "SELECT " COLUMNS ", c.serial IS NOT NULL, a.id FROM ca a LEFT JOIN certificate c ON c.serial = ? AND c.ca = a.id"
	       " LEFT JOIN revocation r ON r.ca = a.id AND r.serial = ? WHERE a.key_id = ?",
};

const struct db_statement *const ocsp_statements[] = { &find, &find_all, NULL };

/* The number of a CA's row never changes; should it all the same, nothing is found under the old one, and find_all tells the new one. */
static struct {
	uint8_t key_id[20];
	int64_t id; /* 0: not asked yet */
} known;

static enum rc
find_whole(struct db *db, const uint8_t ca_key_id[20], struct db_value serial, struct db_result **row)
{
	enum rc rc = db_one(db, &find_all, DB_IN(serial, serial, db_bytes(ca_key_id, 20)), row);

	known.id = rc == RC_OK ? db_get_int(*row, FIND_CA) : 0;
	memcpy(known.key_id, ca_key_id, sizeof(known.key_id));
	return rc;
}

enum rc
ocsp_db_find(struct db *db, const uint8_t ca_key_id[20], const uint8_t serial[SERIAL_SIZE], struct ocsp_answer *out, instant *now)
{
	const struct db_value number = db_bytes(serial, SERIAL_SIZE), ca = db_int(known.id);
	bool is_issued = true;
	struct db_result *row;
	enum rc rc = RC_NOT_FOUND;

	if (known.id != 0 && memcmp(known.key_id, ca_key_id, sizeof(known.key_id)) == 0)
		rc = db_one(db, &find, DB_IN(ca, number, number, ca), &row);
	if (rc == RC_NOT_FOUND && (rc = find_whole(db, ca_key_id, number, &row)) == RC_OK)
		is_issued = db_get_int(row, FIND_ISSUED) != 0;
	if (rc != RC_OK)
		return rc;
	*out = (struct ocsp_answer){ .status = is_issued ? OCSP_GOOD : OCSP_UNKNOWN };
	if (db_get_int(row, FIND_REVOKED) != 0)
		*out = (struct ocsp_answer){ OCSP_REVOKED, db_get_instant(row, FIND_REVOKED_AT), (int)db_get_int(row, FIND_REASON) };
	*now = db_get_instant(row, FIND_NOW);
	db_result_free(row);
	return RC_OK;
}
