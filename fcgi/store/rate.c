#include "store/rate.h"

#include "base/buf.h"
#include "base/hash.h"

static const struct db_statement row = {
	.name = "rate row",
	.sql = "INSERT IGNORE INTO rate_limit (name, tat) VALUES (?, '2000-01-01 00:00:00')",
};
/*
 * What is left over before the theoretical arrival time must hold one more. An arrival time that lies further ahead than any act could have put it
 * was written before the clock went back, and counts for nothing: nobody waits for a day because of that.
 */
static const struct db_statement take = {
	.name = "rate take",
	.sql = "UPDATE rate_limit SET tat = IF(tat > UTC_TIMESTAMP(6) + INTERVAL ? MICROSECOND, UTC_TIMESTAMP(6), GREATEST(tat, "
	       "UTC_TIMESTAMP(6)))"
	       " + INTERVAL ? MICROSECOND WHERE name = ?"
	       " AND (tat <= UTC_TIMESTAMP(6) + INTERVAL ? MICROSECOND OR tat > UTC_TIMESTAMP(6) + INTERVAL ? MICROSECOND)",
};
static const struct db_statement look = {
	.name = "rate look",
	.sql = "SELECT TIMESTAMPDIFF(MICROSECOND, UTC_TIMESTAMP(6), tat) FROM rate_limit WHERE name = ?",
};

const struct db_statement *const rate_statements[] = { &row, &take, &look, NULL };

static void
row_name(uint8_t name[HASH_SIZE], const struct conf *conf, const struct rate *rate)
{
	struct buf text = BUF_INIT;

	buf_printf(&text, "rate:%s:%s", rate->what, rate->whose);
	hash_hmac(name, conf->secret, sizeof(conf->secret), text.data, text.len);
	buf_free(&text);
}

/* Further ahead than this no act puts the arrival time: twice the whole window, for clocks of several nodes. */
static int64_t
horizon(const struct rate *rate)
{
	return 2 * rate->seconds * SECOND;
}

static enum rc
take_one(struct db *db, const uint8_t name[HASH_SIZE], const struct rate *rate, uint64_t *taken)
{
	int64_t one = rate->seconds * SECOND / rate->count;

	return db_exec(db, &take,
	    DB_IN(db_int(horizon(rate)), db_int(one), db_bytes(name, HASH_SIZE), db_int(one * (rate->count - 1)), db_int(horizon(rate))),
	    taken);
}

enum rc
rate_db_take(struct db *db, const struct conf *conf, const struct rate *rate)
{
	uint8_t name[HASH_SIZE];
	uint64_t taken = 0;
	enum rc rc;

	row_name(name, conf, rate);
	/* the row is there, but for the first time */
	rc = take_one(db, name, rate, &taken);
	if (rc != RC_OK || taken == 1)
		return rc;
	if ((rc = db_exec(db, &row, DB_IN(db_bytes(name, sizeof(name))), NULL)) != RC_OK)
		return rc;
	rc = take_one(db, name, rate, &taken);
	return rc == RC_OK && taken != 1 ? RC_LIMITED : rc;
}

enum rc
rate_db_look(struct db *db, const struct conf *conf, const struct rate *rate, int64_t *wait)
{
	struct db_result *found = NULL;
	uint8_t name[HASH_SIZE];
	int64_t one = rate->seconds * SECOND / rate->count, ahead = 0, over;
	enum rc rc;

	*wait = 0;
	row_name(name, conf, rate);
	rc = db_one(db, &look, DB_IN(db_bytes(name, sizeof(name))), &found);
	if (rc == RC_OK) {
		ahead = db_get_int(found, 0);
		db_result_free(found);
	}
	over = ahead > horizon(rate) ? 0 : ahead - one * (rate->count - 1);
	if (rc != RC_OK || over <= 0)
		return rc == RC_NOT_FOUND ? RC_OK : rc;
	*wait = (over + SECOND - 1) / SECOND;
	return RC_LIMITED;
}
