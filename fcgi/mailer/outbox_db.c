/* SQL of the mailer. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/encode.h"
#include "base/hash.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/random.h"
#include "mailer.h"
#include "store/event.h"
#include "store/text.h"

#define CODE_DIGITS 6
#define LINK_OCTETS 32
#define LINK_LIFE (7 * DAY)
#define REASON_MAX 128
#define PAUSE_FIRST 60	    /* seconds after the first failure; doubled by each further one … */
#define PAUSE_LONGEST 14400 /* … up to this */

static const struct db_statement due = {
	.name = "mailer due",
	.sql = "SELECT id FROM outbox WHERE state = 'queued' AND next_at <= UTC_TIMESTAMP(6) ORDER BY next_at LIMIT 20",
};
/* A mailer that dies with a mail in its hands leaves it to be sent in ten minutes, under the same Message-ID. */
static const struct db_statement take = {
	.name = "mailer take",
	.sql = "UPDATE outbox SET attempts = attempts + 1, next_at = UTC_TIMESTAMP(6) + INTERVAL 10 MINUTE"
	       " WHERE id = ? AND state = 'queued' AND next_at <= UTC_TIMESTAMP(6)",
};
enum {
	FIND_KIND,
	FIND_IIN,
	FIND_LANGUAGE,
	FIND_SUBJECT,
	FIND_DETAIL,
	FIND_EMAIL,
	FIND_AT,
	FIND_ATTEMPTS,
	FIND_NAME,
	FIND_PATRONYMIC,
	FIND_CONFIRMED,
	FIND_NOTIFY,
	FIND_NOW
};
static const struct db_statement find = {
	.name = "mailer find",
	.sql = "SELECT o.kind, o.iin, COALESCE(c.language, o.language, 'ru'), o.subject, o.detail, o.email, o.at, o.attempts, c.name,"
	       " c.patronymic, c.email, c.notify, UTC_TIMESTAMP(6) FROM outbox o JOIN citizen c ON c.iin = o.iin WHERE o.id = ?",
};
static const struct db_statement skip = {
	.name = "mailer skip",
	.sql = "UPDATE outbox SET state = 'skipped', reason = ? WHERE id = ? AND state = 'queued'",
};
/* for addresses in force when it happened, whatever became of them since */
static const struct db_statement copy = {
	.name = "mailer copy",
	.sql =
	    "INSERT IGNORE INTO outbox (id, kind, iin, language, subject, detail, email, at, next_at)"
	    " SELECT CONCAT(o.id, ':copy:', LEFT(SHA2(f.email, 256), 16)), o.kind, o.iin, o.language, o.subject, o.detail, f.email, o.at,"
	    " UTC_TIMESTAMP(6) FROM outbox o JOIN email_former f ON f.iin = o.iin WHERE o.id = ? AND f.until > o.at AND f.email <> ?",
};
/* the fifteen minutes begin when the mail goes */
static const struct db_statement code = {
	.name = "mailer code",
	.sql = "UPDATE profile SET code = ?, expires_at = UTC_TIMESTAMP(6) + INTERVAL 15 MINUTE WHERE iin = ? AND mail = ? AND email = ?",
};
static const struct db_statement link_insert = {
	.name = "mailer link",
	.sql = "INSERT INTO notice_link (hash, mail, expires_at) VALUES (?, ?, ?)",
};
static const struct db_statement sent = {
	.name = "mailer sent",
	.sql = "UPDATE outbox SET state = 'sent', reason = '', email = ?, sent_at = UTC_TIMESTAMP(6) WHERE id = ? AND state = 'queued'",
};
static const struct db_statement failed = {
	.name = "mailer failed",
	.sql = "UPDATE outbox SET state = IF(at < UTC_TIMESTAMP(6) - INTERVAL 7 DAY, 'failed', 'queued'), reason = ?,"
	       " next_at = UTC_TIMESTAMP(6) + INTERVAL ? SECOND WHERE id = ? AND state = 'queued'",
};
/* One mail for the certificates of one application. A threshold counts from the day it is crossed until the next one is. */
static const struct db_statement expiries = {
	.name = "mailer expiries",
	.sql = "INSERT IGNORE INTO outbox (id, kind, iin, subject, detail, at, next_at)"
	       " SELECT CONCAT('expiry:', CONVERT(c.number USING utf8mb4) COLLATE utf8mb4_bin, ':', ?), 'expiry', c.iin, c.number,"
	       " CONCAT(DATE_FORMAT(MIN(c.not_after), '%Y-%m-%dT%H:%i:%sZ'), ' ', GROUP_CONCAT(LOWER(HEX(c.serial)) ORDER BY c.serial "
	       "SEPARATOR ' ')),"
	       " UTC_TIMESTAMP(6), UTC_TIMESTAMP(6) FROM certificate c LEFT JOIN revocation r ON r.serial = c.serial"
	       " WHERE c.not_after > UTC_TIMESTAMP(6) + INTERVAL ? DAY AND c.not_after <= UTC_TIMESTAMP(6) + INTERVAL ? DAY"
	       " AND c.issued_at < c.not_after - INTERVAL ? DAY AND c.purpose IN ('auth', 'sign') AND r.serial IS NULL"
	       " AND NOT EXISTS"
	       " (SELECT 1 FROM outbox o WHERE o.id = CONCAT('expiry:', CONVERT(c.number USING utf8mb4) COLLATE utf8mb4_bin, ':', ?))"
	       " GROUP BY c.number, c.iin LIMIT 1000",
};

const struct db_statement *const mailer_statements[] = { &due, &take, &find, &skip, &copy, &code, &link_insert, &sent, &failed, &expiries,
	NULL };

enum rc
outbox_db_due(struct db *db, char (*id)[OUTBOX_ID_SIZE], size_t max, size_t *count)
{
	struct db_result *rows;
	enum rc rc;

	*count = 0;
	if ((rc = db_query(db, &due, DB_NONE, &rows)) != RC_OK)
		return rc;
	while (*count < max && (rc = db_next(rows)) == RC_OK)
		snprintf(id[(*count)++], OUTBOX_ID_SIZE, "%s", db_get_text(rows, 0));
	db_result_free(rows);
	return rc == RC_NOT_FOUND ? RC_OK : rc;
}

/* ---- taking */

static bool
is_security(const char *kind)
{
	static const char *const kinds[] = { "code", "revoked", "login", "email_changed", "notify_off" };

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strcmp(kind, kinds[i]) == 0)
			return true;
	return false;
}

struct taking {
	const char *id;
	struct mail *mail;
	const char *reason; /* why it must not go; NULL */
};

static void
row_take(struct mail *m, const struct db_result *row, const char *id)
{
	const char *patronymic = db_get_text(row, FIND_PATRONYMIC);

	snprintf(m->id, sizeof(m->id), "%s", id);
	snprintf(m->kind, sizeof(m->kind), "%s", db_get_text(row, FIND_KIND));
	snprintf(m->iin, sizeof(m->iin), "%s", db_get_text(row, FIND_IIN));
	snprintf(m->subject, sizeof(m->subject), "%s", db_get_text(row, FIND_SUBJECT));
	snprintf(m->detail, sizeof(m->detail), "%s", db_get_text(row, FIND_DETAIL));
	snprintf(m->to, sizeof(m->to), "%s", db_get_text(row, db_is_null(row, FIND_EMAIL) ? FIND_CONFIRMED : FIND_EMAIL));
	free(m->name);
	m->name = mem_format("%s%s%s", db_get_text(row, FIND_NAME), patronymic[0] != '\0' ? " " : "", patronymic);
	if (lang_parse(&m->lang, db_get_text(row, FIND_LANGUAGE)) != 0)
		m->lang = LANG_RU;
	m->at = db_get_instant(row, FIND_AT);
	m->now = db_get_instant(row, FIND_NOW);
	m->attempts = db_get_int(row, FIND_ATTEMPTS);
	m->is_security = is_security(m->kind);
}

/* Its code is made anew for every sending: the database keeps none that could be read. */
static enum rc
code_make(struct db *db, struct taking *t)
{
	struct mail *m = t->mail;
	uint8_t mac[HASH_SIZE];
	uint64_t waits = 0;
	enum rc rc;

	random_digits(m->code, CODE_DIGITS);
	hash_hmac(mac, m->id, strlen(m->id), m->code, CODE_DIGITS);
	rc = db_exec(db, &code, DB_IN(db_bytes(mac, sizeof(mac)), db_text(m->iin), db_text(m->id), db_text(m->to)), &waits);
	if (rc == RC_OK && waits != 1)
		t->reason = "superseded";
	return rc;
}

static enum rc
link_make(struct db *db, struct mail *m)
{
	uint8_t octets[LINK_OCTETS], hash[HASH_SIZE];
	struct buf text = BUF_INIT;

	random_bytes(octets, sizeof(octets));
	base64url_encode(&text, octets, sizeof(octets));
	snprintf(m->link, sizeof(m->link), "%s", buf_text(&text));
	hash_wipe(text.data, text.len);
	buf_free(&text);
	hash_sha256(hash, m->link, strlen(m->link));
	m->link_until = m->now + LINK_LIFE;
	return db_exec(db, &link_insert, DB_IN(db_bytes(hash, sizeof(hash)), db_text(m->id), db_instant(m->link_until)), NULL);
}

static enum rc
prepare(struct db *db, struct taking *t, bool is_primary, bool notify)
{
	struct mail *m = t->mail;
	enum rc rc = RC_OK;

	if (strcmp(m->kind, "code") == 0)
		return code_make(db, t);
	if (m->is_security && is_primary)
		rc = db_exec(db, &copy, DB_IN(db_text(m->id), db_text(m->to)), NULL);
	if (m->to[0] == '\0')
		t->reason = "no confirmed address";
	else if (!notify && !m->is_security)
		t->reason = "notices are off";
	else if (rc == RC_OK && strcmp(m->kind, "expiry") != 0)
		rc = link_make(db, m);
	return rc;
}

static enum rc
take_act(struct db *db, void *arg)
{
	struct taking *t = arg;
	struct db_result *row;
	uint64_t taken = 0;
	bool is_primary, notify;
	enum rc rc;

	t->reason = NULL;
	if ((rc = db_exec(db, &take, DB_IN(db_text(t->id)), &taken)) != RC_OK)
		return rc;
	if (taken != 1)
		return RC_NOT_FOUND;
	if ((rc = db_one(db, &find, DB_IN(db_text(t->id)), &row)) != RC_OK)
		return rc;
	row_take(t->mail, row, t->id);
	is_primary = db_is_null(row, FIND_EMAIL);
	notify = db_get_int(row, FIND_NOTIFY) != 0;
	db_result_free(row);
	if ((rc = prepare(db, t, is_primary, notify)) == RC_OK && t->reason != NULL)
		rc = db_exec(db, &skip, DB_IN(db_text(t->reason), db_text(t->id)), NULL);
	return rc;
}

enum rc
outbox_db_take(struct db *db, const char *id, struct mail *m)
{
	struct taking t = { id, m, NULL };
	enum rc rc = db_transaction(db, take_act, &t);

	if (rc == RC_OK && t.reason != NULL) {
		log_info("mail-skipped", "%s: %s", m->kind, t.reason);
		return RC_NOT_FOUND;
	}
	return rc;
}

/* ---- what became of it */

static enum rc
sent_act(struct db *db, void *arg)
{
	const struct mail *m = arg;
	enum rc rc = db_exec(db, &sent, DB_IN(db_text(m->to), db_text(m->id)), NULL);

	return rc == RC_OK ? event_db_insert(db, &(struct event){ .kind = "mail-sent", .iin = m->iin, .detail = m->kind }) : rc;
}

enum rc
outbox_db_sent(struct db *db, const struct mail *m)
{
	struct mail copy_of = *m;

	return db_transaction(db, sent_act, &copy_of);
}

enum rc
outbox_db_failed(struct db *db, const struct mail *m, const char *reason)
{
	char *text = text_clean(reason, REASON_MAX);
	int64_t pause = PAUSE_FIRST;
	enum rc rc;

	for (int64_t i = 1; i < m->attempts && pause < PAUSE_LONGEST; i++)
		pause *= 2;
	if (pause > PAUSE_LONGEST)
		pause = PAUSE_LONGEST;
	rc = db_exec(db, &failed, DB_IN(db_text(text), db_int(pause), db_text(m->id)), NULL);
	free(text);
	return rc;
}

enum rc
outbox_db_expiries(struct db *db)
{
	/* days before the end, and those of the notice after it */
	static const int64_t days[][2] = { { 30, 14 }, { 14, 7 }, { 7, 1 }, { 1, 0 } };
	uint64_t made = 0;
	enum rc rc = RC_OK;

	for (size_t i = 0; rc == RC_OK && i < sizeof(days) / sizeof(days[0]); i++) {
		rc = db_exec(db, &expiries,
		    DB_IN(db_int(days[i][0]), db_int(days[i][1]), db_int(days[i][0]), db_int(days[i][0]), db_int(days[i][0])), &made);
		if (rc == RC_OK && made > 0)
			log_info("expiry", "%lld days: %llu pairs", (long long)days[i][0], (unsigned long long)made);
	}
	return rc;
}
