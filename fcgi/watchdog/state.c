/* What the database itself tells: is everybody at work, does anything wait, was anything refused; and which certificates end soon. */
#include <stdio.h>

#include "base/log.h"
#include "watchdog.h"

#define QUEUE_WARNING (2 * MINUTE) /* a signed application becomes certificates in seconds */
#define QUEUE_ALARM (10 * MINUTE)
#define LEASE_ALARM (2 * MINUTE) /* cron starts the publisher every minute */
#define MAIL_WARNING HOUR
#define REFUSED_DAYS 7 /* an alarm for so long, a warning after that */
#define AUTHORITY_WARNING (90 * DAY)
#define AUTHORITY_ALARM (30 * DAY)

static const struct db_statement begin = {
	.name = "state begin",
	.sql = "SELECT id, UTC_TIMESTAMP(6) FROM ca WHERE key_id = ?",
};
static const struct db_statement queue = {
	.name = "state queue",
	.sql = "SELECT COUNT(*), MIN(changed_at) FROM application WHERE status IN ('signed', 'signing')",
};
/* When very many wait, their number does not matter any more: no more than these are counted. */
#define MOST " LIMIT 100000) some"
static const struct db_statement waiting = {
	.name = "state waiting",
	.sql = "SELECT COUNT(*), MIN(revoked_at) FROM (SELECT revoked_at FROM revocation FORCE INDEX (waiting)"
	       " WHERE ca = ? AND verified_at IS NULL AND refused IS NULL" MOST,
};
static const struct db_statement unpublished = {
	.name = "state unpublished",
	.sql = "SELECT COUNT(*), MIN(verified_at) FROM (SELECT verified_at FROM revocation FORCE INDEX (claims) WHERE ca = ?"
	       " AND crl_number IS NULL AND delta_number IS NULL AND verified_at IS NOT NULL AND refused IS NULL" MOST,
};
static const struct db_statement refused = {
	.name = "state refused",
	.sql = "SELECT COUNT(*), MAX(revoked_at) FROM revocation FORCE INDEX (waiting)"
	       " WHERE ca = ? AND verified_at IS NULL AND refused IS NOT NULL",
};
static const struct db_statement lease = {
	.name = "state lease",
	.sql = "SELECT 1, expires_at FROM lease WHERE name = 'publisher'",
};
static const struct db_statement mail = {
	.name = "state mail",
	.sql = "SELECT COUNT(*), MIN(next_at) FROM outbox WHERE state = 'queued'",
};

const struct db_statement *const state_statements[] = { &begin, &queue, &waiting, &unpublished, &refused, &lease, &mail, NULL };

enum rc
state_begin(struct watchdog *w)
{
	uint8_t key_id[20];
	struct db_result *row;
	enum rc rc;

	cert_key_id(w->ca, key_id);
	rc = db_one(w->db, &begin, DB_IN(db_bytes(key_id, sizeof(key_id))), &row);
	if (rc == RC_NOT_FOUND)
		found(w, CHECK_DATABASE, LEVEL_ALARM, "%s: the register does not know this CA", cert_subject(w->ca));
	if (rc != RC_OK)
		return rc;
	w->ca_id = db_get_int(row, 0);
	w->now = db_get_instant(row, 1);
	db_result_free(row);
	return RC_OK;
}

/* A count, and since when. */
static enum rc
ask(struct watchdog *w, const struct db_statement *statement, bool of_ca, int64_t *count, instant *since)
{
	struct db_result *row;
	enum rc rc = of_ca ? db_one(w->db, statement, DB_IN(db_int(w->ca_id)), &row) : db_one(w->db, statement, DB_NONE, &row);

	*count = 0;
	*since = 0;
	if (rc != RC_OK)
		return rc == RC_NOT_FOUND ? RC_OK : rc;
	*count = db_get_int(row, 0);
	*since = db_get_instant(row, 1);
	db_result_free(row);
	return RC_OK;
}

static void
judge_age(struct watchdog *w, enum check check, const char *what, int64_t count, instant since, instant warning, instant alarm)
{
	instant age = w->now - since;

	if (count == 0 || age < warning)
		return;
	found(w, check, age < alarm ? LEVEL_WARNING : LEVEL_ALARM, "%lld %s, the oldest for %lld s", (long long)count, what,
	    (long long)(age / SECOND));
}

static void
judge_end(struct watchdog *w, const char *what, const struct cert *c)
{
	instant left = cert_not_after(c) - w->now;

	if (left < AUTHORITY_WARNING)
		found(w, CHECK_EXPIRY, left < AUTHORITY_ALARM ? LEVEL_ALARM : LEVEL_WARNING, "%s: %s: ends in %lld days", what,
		    cert_subject(c), (long long)(left / DAY));
}

enum rc
state_check(struct watchdog *w)
{
	int64_t count;
	instant since;
	enum rc rc;

	judge_end(w, "root", w->root);
	judge_end(w, "issuing CA", w->ca);
	if ((rc = ask(w, &queue, false, &count, &since)) != RC_OK)
		return rc;
	judge_age(w, CHECK_QUEUE, "applications wait for certificates", count, since, QUEUE_WARNING, QUEUE_ALARM);
	if ((rc = ask(w, &waiting, true, &count, &since)) != RC_OK)
		return rc;
	judge_age(w, CHECK_REVOCATIONS, "revocations wait for the publisher", count, since, QUEUE_WARNING, QUEUE_ALARM);
	if ((rc = ask(w, &unpublished, true, &count, &since)) != RC_OK)
		return rc;
	judge_age(w, CHECK_REVOCATIONS, "revocations are on no CRL", count, since, QUEUE_WARNING, QUEUE_ALARM);
	if ((rc = ask(w, &refused, true, &count, &since)) != RC_OK)
		return rc;
	if (count > 0)
		found(w, CHECK_REVOCATIONS, w->now - since < REFUSED_DAYS * DAY ? LEVEL_ALARM : LEVEL_WARNING,
		    "%lld revocations in the register were refused by the publisher: no signed document stands behind them",
		    (long long)count);
	if ((rc = ask(w, &lease, false, &count, &since)) != RC_OK)
		return rc;
	if (count == 0 || w->now - since > LEASE_ALARM)
		found(
		    w, CHECK_PUBLISHER, LEVEL_ALARM, "no publisher has held the lease for %lld s", (long long)((w->now - since) / SECOND));
	if ((rc = ask(w, &mail, false, &count, &since)) != RC_OK)
		return rc;
	judge_age(w, CHECK_MAIL, "mails wait", count, since, MAIL_WARNING, DAY);
	return RC_OK;
}
