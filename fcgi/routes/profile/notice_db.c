/* SQL of the links «Это был не я». */
#include <stdio.h>
#include <string.h>

#include "base/hash.h"
#include "profile.h"
#include "store/event.h"

static const struct db_statement find = {
	.name = "notice find",
	.sql = "SELECT o.kind, o.iin, o.subject, o.email, COALESCE(c.language, o.language), o.at, l.expires_at, l.used_at, l.result + 0,"
	       " UTC_TIMESTAMP(6) FROM notice_link l JOIN outbox o ON o.id = l.mail JOIN citizen c ON c.iin = o.iin WHERE l.hash = ?",
};
static const struct db_statement use = {
	.name = "notice use",
	.sql = "UPDATE notice_link SET used_at = UTC_TIMESTAMP(6), result = ? WHERE hash = ? AND used_at IS NULL AND expires_at > "
	       "UTC_TIMESTAMP(6)",
};
static const struct db_statement meet = {
	.name = "notice meet",
	.sql = "UPDATE citizen SET version = version + 1 WHERE iin = ?",
};
static const struct db_statement end_sessions = {
	.name = "notice end-sessions",
	.sql = "UPDATE session SET ended_at = UTC_TIMESTAMP(6), end_reason = 'notice' WHERE iin = ? AND ended_at IS NULL",
};
static const struct db_statement drop_pending = {
	.name = "notice drop-pending",
	.sql = "UPDATE profile SET email = NULL, mail = NULL, code = NULL, expires_at = NULL WHERE iin = ?",
};
/* also a signed one that the publisher has not taken up: its own change of status then finds nothing */
static const struct db_statement withdraw = {
	.name = "notice withdraw",
	.sql = "UPDATE application SET status = 'withdrawn', changed_at = UTC_TIMESTAMP(6) WHERE number = ? AND iin = ? AND status IN "
	       "('new', 'signed')",
};
static const struct db_statement history = {
	.name = "notice history",
	.sql = "INSERT INTO application_status (number, status, at, actor) VALUES (?, 'withdrawn', UTC_TIMESTAMP(6), 'citizen')",
};
/* the address that the link went to, if it is one that was replaced and is still in force */
static const struct db_statement restore = {
	.name = "notice restore",
	.sql = "UPDATE citizen c JOIN email_former f ON f.iin = c.iin SET c.email = f.email, c.notify = 1"
	       " WHERE c.iin = ? AND f.email = ? AND f.until > UTC_TIMESTAMP(6)",
};
static const struct db_statement notify_on = {
	.name = "notice notify-on",
	.sql = "UPDATE citizen SET notify = 1 WHERE iin = ? AND notify = 0",
};

const struct db_statement *const notice_statements[] = { &find, &use, &meet, &end_sessions, &drop_pending, &withdraw, &history, &restore,
	&notify_on, NULL };

static const char *const results[] = {
	[NOTICE_NONE] = NULL, [NOTICE_WITHDRAWN] = "withdrawn", [NOTICE_RESTORED] = "restored", [NOTICE_SESSIONS] = "sessions"
};

enum rc
notice_db_find(struct db *db, const char *code, struct notice *n)
{
	struct db_result *row = NULL;
	int64_t result;
	enum rc rc;

	memset(n, 0, sizeof(*n));
	hash_sha256(n->hash, code, strlen(code));
	if ((rc = db_one(db, &find, DB_IN(db_bytes(n->hash, sizeof(n->hash))), &row)) != RC_OK)
		return rc;
	snprintf(n->kind, sizeof(n->kind), "%s", db_get_text(row, 0));
	snprintf(n->iin, sizeof(n->iin), "%s", db_get_text(row, 1));
	if (strlen(db_get_text(row, 2)) == sizeof(n->number) - 1)
		snprintf(n->number, sizeof(n->number), "%s", db_get_text(row, 2));
	snprintf(n->email, sizeof(n->email), "%s", db_get_text(row, 3));
	snprintf(n->lang, sizeof(n->lang), "%s", db_get_text(row, 4));
	n->at = db_get_instant(row, 5);
	n->expires = db_get_instant(row, 6);
	n->is_used = !db_is_null(row, 7);
	result = db_get_int(row, 8);
	n->result = result >= NOTICE_WITHDRAWN && result <= NOTICE_SESSIONS ? (enum notice_result)result : NOTICE_NONE;
	n->now = db_get_instant(row, 9);
	db_result_free(row);
	return RC_OK;
}

struct stopping {
	struct request *r;
	const struct notice *notice;
};

static enum rc
application_stop(struct db *db, const struct notice *n, enum notice_result *result)
{
	uint64_t changed = 0;
	enum rc rc;

	rc = db_exec(db, &withdraw, DB_IN(db_text(n->number), db_text(n->iin)), &changed);
	if (rc != RC_OK || changed != 1)
		return rc;
	*result = NOTICE_WITHDRAWN;
	return db_exec(db, &history, DB_IN(db_text(n->number)), NULL);
}

static enum rc
email_restore(struct db *db, const struct notice *n, enum notice_result *result)
{
	uint64_t changed = 0;
	enum rc rc;

	if (strcmp(n->kind, "notify_off") == 0)
		rc = db_exec(db, &notify_on, DB_IN(db_text(n->iin)), &changed);
	else
		rc = db_exec(db, &restore, DB_IN(db_text(n->iin), db_text(n->email)), &changed);
	if (rc == RC_OK && changed == 1)
		*result = NOTICE_RESTORED;
	return rc;
}

static enum rc
stop_act(struct db *db, void *arg)
{
	const struct stopping *s = arg;
	const struct notice *n = s->notice;
	const struct db_value iin = db_text(n->iin);
	enum notice_result result = NOTICE_SESSIONS;
	uint64_t used = 0;
	enum rc rc;

	if ((rc = db_exec(db, &meet, DB_IN(iin), NULL)) != RC_OK || (rc = db_exec(db, &end_sessions, DB_IN(iin), NULL)) != RC_OK ||
	    (rc = db_exec(db, &drop_pending, DB_IN(iin), NULL)) != RC_OK)
		return rc;
	if (n->number[0] != '\0')
		rc = application_stop(db, n, &result);
	else if (strcmp(n->kind, "email_changed") == 0 || strcmp(n->kind, "notify_off") == 0)
		rc = email_restore(db, n, &result);
	if (rc == RC_OK)
		rc = db_exec(db, &use, DB_IN(db_text(results[result]), db_bytes(n->hash, sizeof(n->hash))), &used);
	if (rc == RC_OK && used != 1)
		return RC_CONFLICT;
	if (rc != RC_OK)
		return rc;
	return event_db_insert(db, &(struct event){ .kind = "notice-stopped",
				       .iin = n->iin,
				       .application = n->number[0] != '\0' ? n->number : NULL,
				       .address = s->r->address,
				       .detail = n->kind });
}

enum rc
notice_db_stop(struct request *r, const struct notice *n)
{
	struct stopping s = { r, n };

	return db_transaction(r->db, stop_act, &s);
}
