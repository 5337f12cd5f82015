#include "health.h"

static const struct db_statement list = {
	.name = "health list",
	.sql = "SELECT number, this_update, next_update FROM crl WHERE kind = ? AND published_at IS NOT NULL ORDER BY ca DESC, number DESC "
	       "LIMIT 1",
};
static const struct db_statement queue = {
	.name = "health queue",
	.sql = "SELECT COUNT(*), MIN(changed_at) FROM application WHERE status IN ('signed', 'signing')",
};
static const struct db_statement unpublished = {
	.name = "health unpublished",
	.sql = "SELECT COUNT(*), MIN(revoked_at) FROM revocation WHERE ca IN (SELECT id FROM ca) AND crl_number IS NULL AND delta_number "
	       "IS NULL"
	       " AND refused IS NULL",
};
static const struct db_statement mail = {
	.name = "health mail",
	.sql = "SELECT COUNT(*), MIN(next_at) FROM outbox WHERE state = 'queued'",
};
static const struct db_statement refused = {
	.name = "health refused",
	.sql = "SELECT COUNT(*) FROM revocation WHERE ca IN (SELECT id FROM ca) AND verified_at IS NULL AND refused IS NOT NULL",
};
static const struct db_statement issued = {
	.name = "health issued",
	.sql = "SELECT COUNT(*) FROM event WHERE kind = 'certificate-issued' AND at > UTC_TIMESTAMP(6) - INTERVAL 1 HOUR",
};
static const struct db_statement lease = {
	.name = "health lease",
	.sql = "SELECT expires_at, UTC_TIMESTAMP(6) FROM lease WHERE name = 'publisher'",
};

const struct db_statement *const health_statements[] = { &list, &queue, &unpublished, &mail, &refused, &issued, &lease, NULL };

static enum rc
read_list(struct db *db, const char *kind, struct health_list *out)
{
	struct db_result *row;
	enum rc rc = db_one(db, &list, DB_IN(db_text(kind)), &row);

	if (rc != RC_OK)
		return rc == RC_NOT_FOUND ? RC_OK : rc;
	*out = (struct health_list){ true, db_get_int(row, 0), db_get_instant(row, 1), db_get_instant(row, 2) };
	db_result_free(row);
	return RC_OK;
}

static enum rc
read_count(struct db *db, const struct db_statement *statement, struct health_count *out)
{
	struct db_result *row;
	enum rc rc = db_one(db, statement, DB_NONE, &row);

	if (rc != RC_OK)
		return rc;
	*out = (struct health_count){ db_get_int(row, 0), db_get_instant(row, 1) };
	db_result_free(row);
	return RC_OK;
}

static enum rc
read_number(struct db *db, const struct db_statement *statement, int64_t *out)
{
	struct db_result *row;
	enum rc rc = db_one(db, statement, DB_NONE, &row);

	if (rc != RC_OK)
		return rc;
	*out = db_get_int(row, 0);
	db_result_free(row);
	return RC_OK;
}

enum rc
health_db_read(struct db *db, struct health *h)
{
	struct db_result *row;
	enum rc rc;

	*h = (struct health){ .now = 0 };
	if ((rc = db_one(db, &lease, DB_NONE, &row)) != RC_OK)
		return rc;
	h->lease = db_get_instant(row, 0);
	h->now = db_get_instant(row, 1);
	db_result_free(row);
	if ((rc = read_list(db, "base", &h->base)) == RC_OK && (rc = read_list(db, "delta", &h->delta)) == RC_OK &&
	    (rc = read_count(db, &queue, &h->queue)) == RC_OK && (rc = read_count(db, &unpublished, &h->unpublished)) == RC_OK &&
	    (rc = read_count(db, &mail, &h->mail)) == RC_OK && (rc = read_number(db, &refused, &h->refused)) == RC_OK)
		rc = read_number(db, &issued, &h->issued);
	return rc;
}
