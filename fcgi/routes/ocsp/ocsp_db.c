#include "ocsp.h"

/* Unique keys alone: three rows at most, whatever the tables hold. */
enum { FIND_ISSUED, FIND_REVOKED, FIND_REASON, FIND_REVOKED_AT, FIND_NOW };
static const struct db_statement find = {
	.name = "ocsp find",
	.sql = "SELECT c.serial IS NOT NULL, r.serial IS NOT NULL, COALESCE(r.reason, 0), r.revoked_at, UTC_TIMESTAMP(6) FROM ca a"
	       " LEFT JOIN certificate c ON c.serial = ? AND c.ca = a.id LEFT JOIN revocation r ON r.ca = a.id AND r.serial = ?"
	       " WHERE a.key_id = ?",
};

const struct db_statement *const ocsp_statements[] = { &find, NULL };

enum rc
ocsp_db_find(struct db *db, const uint8_t ca_key_id[20], const uint8_t serial[SERIAL_SIZE], struct ocsp_answer *out, instant *now)
{
	struct db_result *row;
	enum rc rc = db_one(db, &find, DB_IN(db_bytes(serial, SERIAL_SIZE), db_bytes(serial, SERIAL_SIZE), db_bytes(ca_key_id, 20)), &row);

	if (rc != RC_OK)
		return rc;
	*out = (struct ocsp_answer){ .status = OCSP_UNKNOWN };
	if (db_get_int(row, FIND_REVOKED) != 0)
		*out = (struct ocsp_answer){ OCSP_REVOKED, db_get_instant(row, FIND_REVOKED_AT), (int)db_get_int(row, FIND_REASON) };
	else if (db_get_int(row, FIND_ISSUED) != 0)
		out->status = OCSP_GOOD;
	*now = db_get_instant(row, FIND_NOW);
	db_result_free(row);
	return RC_OK;
}
