#include "store/rate.h"

#include "base/buf.h"
#include "base/hash.h"

static const struct db_statement row = {
	.name = "rate row",
	.sql = "INSERT IGNORE INTO rate_limit (name, tat) VALUES (?, '2000-01-01 00:00:00')",
};
/* what is left over before the theoretical arrival time must hold one more */
static const struct db_statement take = {
	.name = "rate take",
	.sql = "UPDATE rate_limit SET tat = GREATEST(tat, UTC_TIMESTAMP(6)) + INTERVAL ? MICROSECOND"
	       " WHERE name = ? AND tat <= UTC_TIMESTAMP(6) + INTERVAL ? MICROSECOND",
};

const struct db_statement *const rate_statements[] = { &row, &take, NULL };

enum rc
rate_db_take(struct db *db, const struct conf *conf, const struct rate *rate)
{
	struct buf text = BUF_INIT;
	uint8_t name[HASH_SIZE];
	int64_t one = rate->seconds * SECOND / rate->count;
	uint64_t taken = 0;
	enum rc rc;

	buf_printf(&text, "rate:%s:%s", rate->what, rate->whose);
	hash_hmac(name, conf->secret, sizeof(conf->secret), text.data, text.len);
	buf_free(&text);
	if ((rc = db_exec(db, &row, DB_IN(db_bytes(name, sizeof(name))), NULL)) != RC_OK)
		return rc;
	rc = db_exec(db, &take, DB_IN(db_int(one), db_bytes(name, sizeof(name)), db_int(one * (rate->count - 1))), &taken);
	return rc == RC_OK && taken != 1 ? RC_LIMITED : rc;
}
