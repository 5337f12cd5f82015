#include <string.h>

#include "ocsp.h"

#define COLUMNS "r.serial IS NOT NULL, COALESCE(r.reason, 0), r.revoked_at, UTC_TIMESTAMP(6)"

/* Primary keys alone, each given as a value: the server looks at two rows at most, and plans nothing. A row: the certificate was issued. */
enum { FIND_REVOKED, FIND_REASON, FIND_REVOKED_AT, FIND_NOW, FIND_SERIAL, FIND_ISSUED = FIND_SERIAL, FIND_CA };
static const struct db_statement find = {
	.name = "ocsp find",
	.sql = "SELECT " COLUMNS
	       ", c.serial FROM certificate c LEFT JOIN revocation r ON r.ca = ? AND r.serial = ? WHERE c.serial = ? AND c.ca = ?",
};
/* The same for some at once, in any order: planning costs as much as three single ones, so it pays from there on. */
#define SOME 8
#define SOME_FROM 3
static const struct db_statement find_some = {
	.name = "ocsp find some",
	.sql = "SELECT " COLUMNS
	       ", c.serial FROM certificate c LEFT JOIN revocation r FORCE INDEX (PRIMARY) ON r.ca = c.ca AND r.serial = c.serial"
	       " WHERE c.ca = ? AND c.serial IN (?, ?, ?, ?, ?, ?, ?, ?)",
};
/* One, beginning with the CA, so that there is a row for what was never issued, and the CA's own number. */
static const struct db_statement find_all = {
	.name = "ocsp find all",
	.sql = "SELECT " COLUMNS ", c.serial IS NOT NULL, a.id FROM ca a LEFT JOIN certificate c ON c.serial = ? AND c.ca = a.id"
	       " LEFT JOIN revocation r ON r.ca = a.id AND r.serial = ? WHERE a.key_id = ?",
};

const struct db_statement *const ocsp_statements[] = { &find, &find_some, &find_all, NULL };

/* The number of a CA's row never changes; should it all the same, nothing is found under the old one, and find_all tells the new one. */
static struct {
	uint8_t key_id[20];
	int64_t id; /* 0: not asked yet */
} known;

static struct ocsp_answer
answer_of(const struct db_result *row, bool is_issued)
{
	if (db_get_int(row, FIND_REVOKED) != 0)
		return (struct ocsp_answer){ OCSP_REVOKED, db_get_instant(row, FIND_REVOKED_AT), (int)db_get_int(row, FIND_REASON) };
	return (struct ocsp_answer){ .status = is_issued ? OCSP_GOOD : OCSP_UNKNOWN };
}

/* Of several looks the first: nothing is said of a time after it was looked at. */
static void
note_time(instant *now, const struct db_result *row)
{
	instant at = db_get_instant(row, FIND_NOW);

	if (*now == 0 || at < *now)
		*now = at;
}

static enum rc
find_whole(struct db *db, const uint8_t ca_key_id[20], const uint8_t serial[SERIAL_SIZE], struct ocsp_answer *out, instant *now)
{
	const struct db_value number = db_bytes(serial, SERIAL_SIZE);
	struct db_result *row;
	enum rc rc = db_one(db, &find_all, DB_IN(number, number, db_bytes(ca_key_id, 20)), &row);

	known.id = rc == RC_OK ? db_get_int(row, FIND_CA) : 0;
	memcpy(known.key_id, ca_key_id, sizeof(known.key_id));
	if (rc != RC_OK)
		return rc;
	*out = answer_of(row, db_get_int(row, FIND_ISSUED) != 0);
	note_time(now, row);
	db_result_free(row);
	return RC_OK;
}

/* Marks in found what has a row. */
static enum rc
find_issued(struct db *db, const uint8_t (*serials)[SERIAL_SIZE], struct ocsp_answer *answers, bool *found, size_t count, instant *now)
{
	const struct db_value ca = db_int(known.id), first = db_bytes(serials[0], SERIAL_SIZE);
	struct db_value in[1 + SOME] = { ca };
	uint8_t serial[SERIAL_SIZE];
	struct db_result *row;
	enum rc rc;

	for (size_t i = 0; i < SOME; i++)
		in[1 + i] = db_bytes(serials[i < count ? i : 0], SERIAL_SIZE);
	rc = count == 1 ? db_query(db, &find, DB_IN(ca, first, first, ca), &row) : db_query(db, &find_some, in, 1 + SOME, &row);
	if (rc != RC_OK)
		return rc;
	while ((rc = db_next(row)) == RC_OK) {
		note_time(now, row);
		for (size_t i = 0; db_copy_bytes(row, FIND_SERIAL, serial, SERIAL_SIZE) && i < count; i++) {
			if (memcmp(serial, serials[i], SERIAL_SIZE) != 0)
				continue;
			answers[i] = answer_of(row, true);
			found[i] = true;
		}
	}
	db_result_free(row);
	return rc == RC_NOT_FOUND ? RC_OK : rc;
}

enum rc
ocsp_db_find(struct db *db, const uint8_t ca_key_id[20], const uint8_t (*serials)[SERIAL_SIZE], struct ocsp_answer *answers, size_t count,
    instant *now)
{
	const bool is_known = known.id != 0 && memcmp(known.key_id, ca_key_id, sizeof(known.key_id)) == 0;
	enum rc rc = RC_OK;

	*now = 0;
	for (size_t done = 0, n; rc == RC_OK && done < count; done += n) {
		bool found[SOME] = { false };

		n = count - done >= SOME ? SOME : count - done >= SOME_FROM ? count - done : 1;
		if (is_known)
			rc = find_issued(db, serials + done, answers + done, found, n, now);
		for (size_t i = 0; rc == RC_OK && i < n; i++)
			if (!found[i])
				rc = find_whole(db, ca_key_id, serials[done + i], &answers[done + i], now);
	}
	return rc;
}
