#include <arpa/inet.h>

#include "store/rate.h"

#include "base/buf.h"
#include "base/hash.h"

static const struct db_statement row = {
	.name = "rate row",
	.sql = "INSERT IGNORE INTO rate_limit (name, tat) VALUES (?, '2000-01-01 00:00:00')",
};
static const struct db_statement take = {
	.name = "rate take",
	.sql = "UPDATE rate_limit SET tat = " RATE_NEXT("tat") " WHERE name = ? AND " RATE_OPEN("tat"),
};
static const struct db_statement look = {
	.name = "rate look",
	.sql = "SELECT " RATE_AHEAD("tat") " FROM rate_limit WHERE name = ?",
};

const struct db_statement *const rate_statements[] = { &row, &take, &look, NULL };

static void
whose_put(struct buf *text, const struct rate *rate)
{
	struct in6_addr address;

	if (!rate->is_address || inet_pton(AF_INET6, rate->whose, &address) != 1 || IN6_IS_ADDR_V4MAPPED(&address))
		buf_puts(text, rate->whose);
	else
		for (size_t i = 0; i < 8; i++)
			buf_printf(text, "%02x", address.s6_addr[i]);
}

void
rate_name(uint8_t name[RATE_NAME_SIZE], const struct conf *conf, const struct rate *rate)
{
	struct buf text = BUF_INIT;

	buf_printf(&text, "rate:%s:", rate->what);
	whose_put(&text, rate);
	hash_hmac(name, conf->secret, sizeof(conf->secret), text.data, text.len);
	buf_free(&text);
}

int64_t
rate_one(const struct rate *rate)
{
	return rate->seconds * SECOND / rate->count;
}

/* Twice the whole window, for clocks of several nodes. */
int64_t
rate_horizon(const struct rate *rate)
{
	return 2 * rate->seconds * SECOND;
}

enum rc
rate_wait(const struct rate *rate, int64_t ahead, int64_t *wait)
{
	int64_t over = ahead > rate_horizon(rate) ? 0 : ahead - rate_one(rate) * (rate->count - 1);

	*wait = over > 0 ? (over + SECOND - 1) / SECOND : 0;
	return over > 0 ? RC_LIMITED : RC_OK;
}

static enum rc
take_one(struct db *db, const uint8_t name[RATE_NAME_SIZE], const struct rate *rate, uint64_t *taken)
{
	return db_exec(db, &take, DB_IN(RATE_NEXT_IN(rate), db_bytes(name, RATE_NAME_SIZE), RATE_OPEN_IN(rate)), taken);
}

enum rc
rate_db_take(struct db *db, const struct conf *conf, const struct rate *rate)
{
	uint8_t name[RATE_NAME_SIZE];
	uint64_t taken = 0;
	enum rc rc;

	rate_name(name, conf, rate);
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
	uint8_t name[RATE_NAME_SIZE];
	enum rc rc;

	*wait = 0;
	rate_name(name, conf, rate);
	rc = db_one(db, &look, DB_IN(db_bytes(name, sizeof(name))), &found);
	if (rc != RC_OK)
		return rc == RC_NOT_FOUND ? RC_OK : rc;
	rc = rate_wait(rate, db_get_int(found, 0), wait);
	db_result_free(found);
	return rc;
}
