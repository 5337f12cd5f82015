#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/encode.h"
#include "base/hash.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/random.h"
#include "store/session.h"
#include "store/text.h"

#define COOKIE_OCTETS 32
#define AGENT_MAX 200
#define SEEN_EVERY (30 * SECOND)

enum {
	FIND_IIN,
	FIND_SURNAME,
	FIND_NAME,
	FIND_PATRONYMIC,
	FIND_FULL_NAME,
	FIND_LANGUAGE,
	FIND_SERIAL,
	FIND_CREATED,
	FIND_SEEN,
	FIND_EXPIRES,
	FIND_ENDED,
	FIND_LAST_PAGE,
	FIND_NOT_AFTER,
	FIND_CA_STATE,
	FIND_REVOKED,
	FIND_NOW
};
static const struct db_statement session_find = {
	.name = "session find",
	.sql = "SELECT s.iin, c.surname, c.name, c.patronymic, k.full_name, c.language, s.serial, s.created_at, s.seen_at, s.expires_at, "
	       "s.ended_at,"
	       " s.last_page, k.not_after, a.state, r.serial, UTC_TIMESTAMP(6)"
	       " FROM session s JOIN citizen c ON c.iin = s.iin JOIN certificate k ON k.serial = s.serial JOIN ca a ON a.id = k.ca"
	       " LEFT JOIN revocation r ON r.serial = s.serial WHERE s.id = ?",
};
static const struct db_statement session_seen = {
	.name = "session seen",
	.sql = "UPDATE session SET seen_at = UTC_TIMESTAMP(6) WHERE id = ? AND ended_at IS NULL",
};
static const struct db_statement session_promise = {
	.name = "session promise",
	.sql = "UPDATE session SET last_page = ? WHERE id = ? AND ended_at IS NULL",
};
static const struct db_statement session_consume = {
	.name = "session last page",
	.sql = "UPDATE session SET last_page = NULL, ended_at = UTC_TIMESTAMP(6), end_reason = 'revoked'"
	       " WHERE id = ? AND last_page = ? AND ended_at IS NULL",
};
static const struct db_statement session_insert = { .name = "session insert", .sql = SESSION_INSERT };
static const struct db_statement session_end = {
	.name = "session end",
	.sql = "UPDATE session SET ended_at = UTC_TIMESTAMP(6), end_reason = ? WHERE id = ? AND ended_at IS NULL",
};

const struct db_statement *const session_statements[] = { &session_find, &session_seen, &session_promise, &session_consume, NULL };
const struct db_statement *const session_login_statements[] = { &session_insert, NULL };
const struct db_statement *const session_logout_statements[] = { &session_end, NULL };

/* The database never sees a cookie, only its SHA-256: who reads the table cannot take a session over. */
static bool
cookie_id(uint8_t id[32], const char *cookie)
{
	static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

	if (cookie == NULL || strlen(cookie) != SESSION_COOKIE_SIZE - 1 || strspn(cookie, alphabet) != SESSION_COOKIE_SIZE - 1)
		return false;
	hash_sha256(id, cookie, SESSION_COOKIE_SIZE - 1);
	return true;
}

/* The revoked key's one promised page: taken by the UPDATE, so that two requests at once get it once. */
static enum rc
last_page_consume(struct db *db, const struct db_result *row, const uint8_t id[32], const char *path)
{
	uint64_t taken;
	enum rc rc;

	if (db_is_null(row, FIND_LAST_PAGE) || strcmp(db_get_text(row, FIND_LAST_PAGE), path) != 0)
		return RC_UNAUTHENTICATED;
	if ((rc = db_exec(db, &session_consume, DB_IN(db_bytes(id, 32), db_text(path)), &taken)) != RC_OK)
		return rc;
	return taken == 1 ? RC_OK : RC_UNAUTHENTICATED;
}

static bool
row_is_over(const struct conf *conf, const struct db_result *row)
{
	instant now = db_get_instant(row, FIND_NOW);

	return !db_is_null(row, FIND_ENDED) || now >= db_get_instant(row, FIND_EXPIRES) ||
	       now - db_get_instant(row, FIND_SEEN) >= conf->session_idle * SECOND || now > db_get_instant(row, FIND_NOT_AFTER) ||
	       strcmp(db_get_text(row, FIND_CA_STATE), "distrusted") == 0;
}

/* A database that cannot write now costs the person idle time, not the page. */
static void
raise_seen(struct db *db, struct session *s)
{
	if (db_exec(db, &session_seen, DB_IN(db_bytes(s->id, 32)), NULL) == RC_OK)
		s->seen = s->now;
	else
		log_warn("session", "seen: not written");
}

static instant
end_of(const struct conf *conf, const struct db_result *row, instant seen)
{
	instant end = seen + conf->session_idle * SECOND;

	if (db_get_instant(row, FIND_EXPIRES) < end)
		end = db_get_instant(row, FIND_EXPIRES);
	return db_get_instant(row, FIND_NOT_AFTER) < end ? db_get_instant(row, FIND_NOT_AFTER) : end;
}

static void
row_take(struct session *out, const struct db_result *row)
{
	snprintf(out->iin, sizeof(out->iin), "%s", db_get_text(row, FIND_IIN));
	snprintf(out->lang, sizeof(out->lang), "%s", db_get_text(row, FIND_LANGUAGE));
	out->surname = mem_string(db_get_text(row, FIND_SURNAME));
	out->name = mem_string(db_get_text(row, FIND_NAME));
	out->patronymic = mem_string(db_get_text(row, FIND_PATRONYMIC));
	out->full_name = mem_string(db_get_text(row, FIND_FULL_NAME));
	out->created = db_get_instant(row, FIND_CREATED);
	out->seen = db_get_instant(row, FIND_SEEN);
	out->now = db_get_instant(row, FIND_NOW);
}

enum rc
session_db_find(struct db *db, const struct conf *conf, const char *cookie, const char *path, bool background, struct session *out)
{
	struct db_result *row = NULL;
	enum rc rc;

	memset(out, 0, sizeof(*out));
	if (!cookie_id(out->id, cookie))
		return RC_UNAUTHENTICATED;
	if ((rc = db_one(db, &session_find, DB_IN(db_bytes(out->id, 32)), &row)) != RC_OK)
		return rc == RC_NOT_FOUND ? RC_UNAUTHENTICATED : rc;
	rc = RC_UNAUTHENTICATED;
	if (row_is_over(conf, row) || !db_copy_bytes(row, FIND_SERIAL, out->serial, SERIAL_SIZE))
		goto out;
	if (!db_is_null(row, FIND_REVOKED)) {
		if ((rc = last_page_consume(db, row, out->id, path)) != RC_OK)
			goto out;
		out->last_page = true;
	}
	row_take(out, row);
	if (!out->last_page && !background && out->now - out->seen >= SEEN_EVERY)
		raise_seen(db, out);
	out->ends = end_of(conf, row, out->seen);
	rc = RC_OK;
out:
	db_result_free(row);
	return rc;
}

void
session_free(struct session *s)
{
	if (s == NULL)
		return;
	free(s->surname);
	free(s->name);
	free(s->patronymic);
	free(s->full_name);
	memset(s, 0, sizeof(*s));
}

void
session_opening_make(struct session_opening *o, const char *user_agent)
{
	uint8_t secret[COOKIE_OCTETS];
	struct buf text = BUF_INIT;

	random_bytes(secret, sizeof(secret));
	base64url_encode(&text, secret, sizeof(secret));
	snprintf(o->cookie, sizeof(o->cookie), "%s", buf_text(&text));
	hash_sha256(o->id, o->cookie, SESSION_COOKIE_SIZE - 1);
	o->agent = text_clean(user_agent == NULL ? "" : user_agent, AGENT_MAX);
	hash_wipe(secret, sizeof(secret));
	hash_wipe(text.data, text.len);
	buf_free(&text);
}

void
session_opening_free(struct session_opening *o)
{
	hash_wipe(o->cookie, sizeof(o->cookie));
	free(o->agent);
	o->agent = NULL;
}

void
session_values(struct db_value in[SESSION_VALUES], const struct session_opening *o, const struct conf *conf, const char *iin,
    const uint8_t serial[SERIAL_SIZE], const char *address)
{
	*in++ = db_bytes(o->id, sizeof(o->id));
	*in++ = db_text(iin);
	*in++ = db_bytes(serial, SERIAL_SIZE);
	*in++ = db_text(address);
	*in++ = db_text(o->agent);
	*in++ = db_int(conf->session_absolute);
}

enum rc
session_db_insert(struct db *db, const struct session_opening *o, const struct conf *conf, const char *iin,
    const uint8_t serial[SERIAL_SIZE], const char *address)
{
	struct db_value in[SESSION_VALUES];

	session_values(in, o, conf, iin, serial, address);
	return db_exec(db, &session_insert, in, SESSION_VALUES, NULL);
}

enum rc
session_db_end(struct db *db, const uint8_t id[32], const char *reason)
{
	return db_exec(db, &session_end, DB_IN(db_text(reason), db_bytes(id, 32)), NULL);
}

enum rc
session_db_replace(struct db *db, const char *cookie)
{
	uint8_t id[32];

	return cookie_id(id, cookie) ? session_db_end(db, id, "replaced") : RC_OK;
}

enum rc
session_db_promise(struct db *db, const uint8_t id[32], const char *path)
{
	uint64_t open;
	enum rc rc;

	if ((rc = db_exec(db, &session_promise, DB_IN(db_text(path), db_bytes(id, 32)), &open)) != RC_OK)
		return rc;
	return open == 1 ? RC_OK : RC_CONFLICT;
}
