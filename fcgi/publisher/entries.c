/*
 * What stands on a list, entry by entry. A delta, and a base that is not the newest claimed one, come from the register's rows; the newest base comes
 * from the blocks that the database keeps in step with them (schema/006_crl_block.sql), packed again here where a row has changed.
 */
#include <string.h>

#include "base/log.h"
#include "pki/crl.h"
#include "publisher.h"

#define TIME_SIZE 5
#define PACKED_SIZE (SERIAL_SIZE + 1 + 2 * TIME_SIZE)
#define PACKED_SIZE_SQL "31"
#define SECONDS_SQL(column) "UNHEX(LPAD(HEX(COALESCE(TIMESTAMPDIFF(SECOND, '1970-01-01', " column "), 0)), 10, '0'))"

static const struct db_statement has_newer = {
	.name = "entries has newer",
	.sql = "SELECT number FROM crl WHERE ca = ? AND kind = 'base' AND number > ? LIMIT 1",
};
static const struct db_statement has_stale = {
	.name = "entries has stale",
	.sql = "SELECT block FROM crl_block WHERE ca = ? AND entries IS NULL LIMIT 1",
};
/* The rows are locked: what another transaction has changed is seen as it leaves it, and then its block is stale no more. */
static const struct db_statement pack = {
	.name = "entries pack",
	.sql = PUBLICATION_LONG "UPDATE crl_block b SET packed = (SELECT GROUP_CONCAT(CONCAT(r.serial, CHAR(r.reason), " SECONDS_SQL(
	    "r.revoked_at") ", " SECONDS_SQL("r.invalid_since") ") ORDER BY r.serial SEPARATOR '')"
								" FROM revocation r FORCE INDEX (crl_entries)"
								" WHERE r.ca = b.ca AND r.crl_block = b.block AND r.first_crl_number IS "
								"NOT NULL"
								" AND r.last_crl_number IS NULL LOCK IN SHARE MODE),"
								" entries = COALESCE(LENGTH(packed) DIV " PACKED_SIZE_SQL
								", 0) WHERE ca = ? AND entries IS NULL",
	.slow = true,
};
static const struct db_statement doubt = {
	.name = "entries doubt",
	.sql = PUBLICATION_LONG "UPDATE crl_block SET entries = NULL WHERE ca = ?",
	.slow = true,
};
static const struct db_statement blocks = {
	.name = "entries blocks",
	.sql = "SELECT entries, packed FROM crl_block WHERE ca = ? ORDER BY block",
	.stream = true,
};
#define ENTRIES "SELECT serial, reason, revoked_at, invalid_since FROM "
static const struct db_statement rows_base = {
	.name = "entries rows base",
	.sql = PUBLICATION_LONG ENTRIES PUBLICATION_ORDERED PUBLICATION_ON_BASE " ORDER BY crl_block, serial",
	.stream = true,
};
static const struct db_statement rows_delta = {
	.name = "entries rows delta",
	.sql = ENTRIES PUBLICATION_UNCLAIMED PUBLICATION_ON_DELTA " ORDER BY serial",
	.stream = true,
};

const struct db_statement *const entries_statements[] = { &has_newer, &has_stale, &pack, &doubt, &blocks, &rows_base, &rows_delta, NULL };

static enum rc
pack_act(struct db *db, void *arg)
{
	const struct publisher *p = arg;
	uint64_t packed = 0;
	enum rc rc = db_exec(db, &pack, DB_IN(db_int(p->ca_id)), &packed);

	if (rc == RC_OK)
		log_info("entries", "%llu blocks packed anew", (unsigned long long)packed);
	return rc;
}

static enum rc
is_there(struct publisher *p, const struct db_statement *statement, const struct db_value *in, size_t count, bool *out)
{
	struct db_result *row;
	enum rc rc = db_one(p->db, statement, in, count, &row);

	*out = rc == RC_OK;
	if (rc == RC_OK)
		db_result_free(row);
	return rc == RC_NOT_FOUND ? RC_OK : rc;
}

static enum rc
open_blocks(struct publisher *p, struct entries *e)
{
	bool stale = false;
	enum rc rc = is_there(p, &has_stale, DB_IN(db_int(p->ca_id)), &stale);

	if (rc == RC_OK && stale)
		rc = lease_transaction(p, pack_act, p);
	return rc == RC_OK ? db_query(p->db, &blocks, DB_IN(db_int(p->ca_id)), &e->rows) : rc;
}

enum rc
entries_open(struct publisher *p, const struct publication *c, bool by_rows, struct entries *e)
{
	const struct db_value ca = db_int(p->ca_id), n = db_int(c->number), base = db_int(c->base_number);
	bool newer = false;
	enum rc rc = RC_OK;

	memset(e, 0, sizeof(*e));
	if (c->is_delta)
		return db_query(p->db, &rows_delta, DB_IN(ca, base, n, n, base), &e->rows);
	if (!by_rows && (rc = is_there(p, &has_newer, DB_IN(ca, n), &newer)) != RC_OK)
		return rc;
	e->is_packed = !by_rows && !newer;
	return e->is_packed ? open_blocks(p, e) : db_query(p->db, &rows_base, DB_IN(ca, n, n), &e->rows);
}

static enum rc
next_row(struct entries *e, struct crl_entry *out)
{
	enum rc rc = db_next(e->rows);

	if (rc != RC_OK)
		return rc;
	out->reason = (int)db_get_int(e->rows, 1);
	out->revoked_at = db_get_instant(e->rows, 2);
	out->invalid_since = db_get_instant(e->rows, 3);
	return db_copy_bytes(e->rows, 0, out->serial, SERIAL_SIZE) ? RC_OK : RC_INTERNAL;
}

static enum rc
next_block(struct entries *e)
{
	size_t len;
	enum rc rc = db_next(e->rows);

	if (rc != RC_OK)
		return rc;
	e->at = db_get_bytes(e->rows, 1, &len);
	e->end = e->at + len;
	if (db_is_null(e->rows, 0) || (uint64_t)db_get_int(e->rows, 0) * PACKED_SIZE != len) {
		log_error("entries", "a block went stale while it was read, or is not of its length");
		return RC_INTERNAL;
	}
	return RC_OK;
}

static instant
take_time(const uint8_t *p)
{
	int64_t seconds = 0;

	for (int i = 0; i < TIME_SIZE; i++)
		seconds = seconds << 8 | p[i];
	return seconds * SECOND;
}

enum rc
entries_next(struct entries *e, struct crl_entry *out)
{
	enum rc rc;

	if (!e->is_packed)
		return next_row(e, out);
	while (e->at == e->end)
		if ((rc = next_block(e)) != RC_OK)
			return rc;
	memcpy(out->serial, e->at, SERIAL_SIZE);
	out->reason = e->at[SERIAL_SIZE];
	out->revoked_at = take_time(e->at + SERIAL_SIZE + 1);
	out->invalid_since = take_time(e->at + SERIAL_SIZE + 1 + TIME_SIZE);
	e->at += PACKED_SIZE;
	return RC_OK;
}

void
entries_close(struct entries *e)
{
	db_result_free(e->rows);
	e->rows = NULL;
}

static enum rc
doubt_act(struct db *db, void *arg)
{
	const struct publisher *p = arg;

	return db_exec(db, &doubt, DB_IN(db_int(p->ca_id)), NULL);
}

enum rc
entries_doubt(struct publisher *p)
{
	return lease_transaction(p, doubt_act, p);
}
