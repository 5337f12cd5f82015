#include "store/document_used.h"

static const struct db_statement find = {
	.name = "document find-used",
	.sql = "SELECT 1 FROM login_used WHERE digest = ?",
};
static const struct db_statement use = {
	.name = "document use",
	.sql = "INSERT INTO login_used (digest, expires_at) VALUES (?, ?)",
};

const struct db_statement *const document_used_statements[] = { &find, &use, NULL };

enum rc
document_db_is_used(struct db *db, const uint8_t digest[32], bool *used)
{
	struct db_result *row = NULL;
	enum rc rc;

	rc = db_one(db, &find, DB_IN(db_bytes(digest, 32)), &row);
	*used = rc == RC_OK;
	if (rc == RC_OK)
		db_result_free(row);
	return rc == RC_NOT_FOUND ? RC_OK : rc;
}

enum rc
document_db_use(struct db *db, const uint8_t digest[32], instant expires)
{
	return db_exec(db, &use, DB_IN(db_bytes(digest, 32), db_instant(expires)), NULL);
}
