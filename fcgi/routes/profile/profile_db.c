/* SQL of the profile. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/encode.h"
#include "base/hash.h"
#include "base/random.h"
#include "profile.h"
#include "store/certificate.h"
#include "store/event.h"
#include "web/shown.h"
#include "web/view.h"

#define KEY_OCTETS 16

static const struct db_statement find = {
	.name = "profile find",
	.sql = "SELECT c.language, c.notify, c.email, p.email, p.code, p.tries, p.expires_at, p.saved_at, p.confirmed_at, p.mail, "
	       "UTC_TIMESTAMP(6)"
	       " FROM citizen c LEFT JOIN profile p ON p.iin = c.iin WHERE c.iin = ?",
};
enum { LIST_KIND, LIST_TEXT, LIST_AT, LIST_STATE };
/* Former addresses, of no kind, and notices; a copy to a former address is the same notice. */
static const struct db_statement lists = {
	.name = "profile lists",
	.sql = "(SELECT '' AS kind, email, until AS at, '' AS state, '' AS id FROM email_former WHERE iin = ? AND until > UTC_TIMESTAMP(6)"
	       " ORDER BY until DESC LIMIT 5) UNION ALL (SELECT kind, subject, at, state, id FROM outbox WHERE iin = ? AND kind <> 'code'"
	       " AND id NOT LIKE '%:copy:%' ORDER BY at DESC, id LIMIT 10) ORDER BY at DESC, id",
};
static const struct db_statement meet = {
	.name = "profile meet",
	.sql = "UPDATE citizen SET version = version + 1 WHERE iin = ?",
};
static const struct db_statement save = {
	.name = "profile save",
	.sql = "UPDATE citizen SET language = ?, notify = ? WHERE iin = ?",
};
static const struct db_statement begin = {
	.name = "profile begin",
	.sql = "INSERT IGNORE INTO profile (iin) VALUES (?)",
};
static const struct db_statement saved = {
	.name = "profile saved",
	.sql = "UPDATE profile SET saved_at = UTC_TIMESTAMP(6) WHERE iin = ?",
};
/* Five codes in 24 hours: the window and its count are looked at and written by one statement. */
static const struct db_statement ask = {
	.name = "profile ask",
	.sql = "UPDATE profile SET email = ?, mail = ?, code = NULL, tries = 0, expires_at = NULL,"
	       " asked = IF(asked_at > UTC_TIMESTAMP(6) - INTERVAL 1 DAY, asked + 1, 1),"
	       " asked_at = IF(asked_at > UTC_TIMESTAMP(6) - INTERVAL 1 DAY, asked_at, UTC_TIMESTAMP(6))"
	       " WHERE iin = ? AND (asked < 5 OR asked_at IS NULL OR asked_at <= UTC_TIMESTAMP(6) - INTERVAL 1 DAY)",
};
static const struct db_statement attempt = {
	.name = "profile attempt",
	.sql = "UPDATE profile SET tries = tries + 1 WHERE iin = ? AND code IS NOT NULL AND tries < 5 AND expires_at > UTC_TIMESTAMP(6)",
};
static const struct db_statement use = {
	.name = "profile use",
	.sql = "UPDATE profile SET email = NULL, mail = NULL, code = NULL, expires_at = NULL, tries = 0, confirmed_at = UTC_TIMESTAMP(6)"
	       " WHERE iin = ? AND code = ? AND email = ?",
};
static const struct db_statement keep_former = {
	.name = "profile keep-former",
	.sql = "INSERT INTO email_former (iin, email, until) VALUES (?, ?, UTC_TIMESTAMP(6) + INTERVAL 72 HOUR)",
};
static const struct db_statement keep_longer = {
	.name = "profile keep-longer",
	.sql = "UPDATE email_former SET until = UTC_TIMESTAMP(6) + INTERVAL 72 HOUR WHERE iin = ? AND email = ?",
};
static const struct db_statement set_email = {
	.name = "profile set-email",
	.sql = "UPDATE citizen SET email = ? WHERE iin = ?",
};

const struct db_statement *const profile_statements[] = { &find, &lists, &meet, &save, &begin, &saved, &ask, &attempt, &use, &keep_former,
	&keep_longer, &set_email, NULL };

static void
row_take(const struct db_result *row, struct profile *p)
{
	snprintf(p->lang, sizeof(p->lang), "%s", db_get_text(row, 0));
	p->notify = db_get_int(row, 1) != 0;
	snprintf(p->email, sizeof(p->email), "%s", db_get_text(row, 2));
	snprintf(p->pending, sizeof(p->pending), "%s", db_get_text(row, 3));
	p->is_sent = !db_is_null(row, 4);
	p->tries = db_get_int(row, 5);
	p->expires = db_get_instant(row, 6);
	p->saved = db_get_instant(row, 7);
	p->confirmed = db_get_instant(row, 8);
	p->now = db_get_instant(row, 10);
}

enum rc
profile_db_find(struct request *r, struct profile *p)
{
	struct db_result *row = NULL;
	enum rc rc;

	memset(p, 0, sizeof(*p));
	if ((rc = db_one(r->db, &find, DB_IN(db_text(r->session.iin)), &row)) != RC_OK)
		return rc;
	row_take(row, p);
	db_result_free(row);
	return RC_OK;
}

static void
former_show(struct request *r, size_t n, const struct db_result *row)
{
	char until[CLOCK_SHOWN_SIZE];

	clock_shown(until, db_get_instant(row, LIST_AT));
	page_item(r->page, "former", n, "email", db_get_text(row, LIST_TEXT));
	page_item(r->page, "former", n, "until", until);
}

static void
told_show(struct request *r, size_t n, const struct db_result *row)
{
	char at[CLOCK_SHOWN_SIZE];

	page_item(r->page, "told", n, "kind", shown_word(r, "told", db_get_text(row, LIST_KIND)));
	page_item(r->page, "told", n, "subject", db_get_text(row, LIST_TEXT));
	clock_shown(at, db_get_instant(row, LIST_AT));
	page_item(r->page, "told", n, "at", at);
	page_item(r->page, "told", n, "state", db_get_text(row, LIST_STATE));
	page_item(r->page, "told", n, "state_text", shown_word(r, "told_state", db_get_text(row, LIST_STATE)));
}

enum rc
profile_db_lists(struct request *r)
{
	struct db_result *rows = NULL;
	size_t former = 0, told = 0;
	enum rc rc;

	if ((rc = db_query(r->db, &lists, DB_IN(db_text(r->session.iin), db_text(r->session.iin)), &rows)) != RC_OK)
		return rc;
	while ((rc = db_next(rows)) == RC_OK) {
		if (db_get_text(rows, LIST_KIND)[0] == '\0')
			former_show(r, former++, rows);
		else
			told_show(r, told++, rows);
	}
	db_result_free(rows);
	return rc == RC_NOT_FOUND ? RC_OK : rc;
}

struct saving {
	struct request *r;
	const struct settings *settings;
};

static void
random_key(char out[2 * KEY_OCTETS + 1])
{
	uint8_t octets[KEY_OCTETS];

	random_bytes(octets, sizeof(octets));
	hex_encode(out, octets, sizeof(octets));
}

enum rc
profile_db_enter(struct db *db, const struct request *r)
{
	enum rc rc;

	if ((rc = db_exec(db, &meet, DB_IN(db_text(r->session.iin)), NULL)) != RC_OK)
		return rc;
	rc = certificate_db_still_good(db, r->session.serial);
	return rc == RC_CONFLICT ? RC_UNAUTHENTICATED : rc;
}

static enum rc
email_ask(struct db *db, const struct request *r, const char *email)
{
	struct outbox_mail mail = { .kind = "code", .iin = r->session.iin, .lang = lang_name(r->lang), .email = email };
	char key[2 * KEY_OCTETS + 1], id[OUTBOX_ID_SIZE];
	uint64_t asked = 0;
	enum rc rc;

	random_key(key);
	mail.key = key;
	outbox_id(id, mail.kind, key);
	if ((rc = db_exec(db, &ask, DB_IN(db_text(email), db_text(id), db_text(r->session.iin)), &asked)) != RC_OK)
		return rc;
	if (asked != 1)
		return RC_LIMITED;
	if ((rc = outbox_db_put(db, &mail)) != RC_OK)
		return rc;
	return event_db_insert(
	    db, &(struct event){ .kind = "email-asked", .iin = r->session.iin, .serial = r->session.serial, .address = r->address });
}

static enum rc
save_act(struct db *db, void *arg)
{
	const struct saving *s = arg;
	struct request *r = s->r;
	const struct settings *to = s->settings;
	struct profile now;
	char key[2 * KEY_OCTETS + 1], detail[64];
	enum rc rc;

	if ((rc = profile_db_enter(db, r)) != RC_OK || (rc = profile_db_find(r, &now)) != RC_OK)
		return rc;
	rc = db_exec(db, &save, DB_IN(db_text(to->lang), db_int(to->notify), db_text(r->session.iin)), NULL);
	if (rc == RC_OK)
		rc = db_exec(db, &begin, DB_IN(db_text(r->session.iin)), NULL);
	if (rc == RC_OK)
		rc = db_exec(db, &saved, DB_IN(db_text(r->session.iin)), NULL);
	if (rc == RC_OK && to->email[0] != '\0' && strcmp(to->email, now.email) != 0)
		rc = email_ask(db, r, to->email);
	/* who took a session over must not silence its owner unnoticed */
	if (rc == RC_OK && now.notify && !to->notify) {
		random_key(key);
		rc = outbox_db_put(db, &(struct outbox_mail){ .kind = "notify_off", .key = key, .iin = r->session.iin, .lang = to->lang });
	}
	if (rc != RC_OK)
		return rc;
	snprintf(detail, sizeof(detail), "language %s, notify %d", to->lang, to->notify);
	return event_db_insert(
	    db, &(struct event){
		    .kind = "profile-saved", .iin = r->session.iin, .serial = r->session.serial, .address = r->address, .detail = detail });
}

enum rc
profile_db_save(struct request *r, const struct settings *settings)
{
	struct saving s = { r, settings };

	return db_transaction(r->db, save_act, &s);
}

/* ---- the code */

struct confirming {
	struct request *r;
	uint8_t code[HASH_SIZE];
	char email[EMAIL_SIZE];
};

/* "n…@example.kz": enough for who knows the address, no use to who does not. */
static void
masked(char out[EMAIL_SIZE + 8], const char *email)
{
	const char *at = strrchr(email, '@');

	snprintf(out, EMAIL_SIZE + 8, "%.1s…%s", email, at != NULL ? at : "");
}

/* The address that is replaced keeps its force for a while; then the new one is the profile's. */
static enum rc
email_replace(struct db *db, struct request *r, const struct db_value iin, const struct db_value email)
{
	struct profile now;
	uint64_t there = 0;
	enum rc rc;

	if ((rc = profile_db_find(r, &now)) != RC_OK)
		return rc;
	if (now.email[0] != '\0') {
		if ((rc = db_exec(db, &keep_longer, DB_IN(iin, db_text(now.email)), &there)) != RC_OK)
			return rc;
		if (there == 0 && (rc = db_exec(db, &keep_former, DB_IN(iin, db_text(now.email)), NULL)) != RC_OK)
			return rc;
	}
	return db_exec(db, &set_email, DB_IN(email, iin), NULL);
}

static enum rc
confirm_act(struct db *db, void *arg)
{
	const struct confirming *c = arg;
	struct request *r = c->r;
	const struct db_value iin = db_text(r->session.iin), email = db_text(c->email);
	char key[2 * KEY_OCTETS + 1], shown[EMAIL_SIZE + 8];
	uint64_t used = 0;
	enum rc rc;

	if ((rc = profile_db_enter(db, r)) != RC_OK)
		return rc;
	if ((rc = db_exec(db, &use, DB_IN(iin, db_bytes(c->code, sizeof(c->code)), email), &used)) != RC_OK)
		return rc;
	if (used != 1)
		return RC_CONFLICT;
	if ((rc = email_replace(db, r, iin, email)) != RC_OK)
		return rc;
	random_key(key);
	masked(shown, c->email);
	rc = outbox_db_put(
	    db, &(struct outbox_mail){
		    .kind = "email_changed", .key = key, .iin = r->session.iin, .lang = lang_name(r->lang), .detail = shown });
	if (rc != RC_OK)
		return rc;
	return event_db_insert(
	    db, &(struct event){ .kind = "email-confirmed", .iin = r->session.iin, .serial = r->session.serial, .address = r->address });
}

/* A try costs before anything is compared; whatever answer follows, it was counted. */
static enum rc
code_compare(struct request *r, const char *code, struct confirming *c, enum code_refusal *refusal)
{
	struct db_result *row = NULL;
	uint64_t counted = 0;
	uint8_t mac[HASH_SIZE];
	instant now;
	enum rc rc;

	if ((rc = db_exec(r->db, &attempt, DB_IN(db_text(r->session.iin)), &counted)) != RC_OK ||
	    (rc = db_one(r->db, &find, DB_IN(db_text(r->session.iin)), &row)) != RC_OK)
		return rc;
	now = db_get_instant(row, 10);
	snprintf(c->email, sizeof(c->email), "%s", db_get_text(row, 3));
	hash_hmac(mac, db_get_text(row, 9), strlen(db_get_text(row, 9)), code, strlen(code));
	if (c->email[0] == '\0')
		*refusal = CODE_NONE;
	else if (db_is_null(row, 4))
		*refusal = CODE_NOT_SENT;
	else if (now >= db_get_instant(row, 6))
		*refusal = CODE_EXPIRED;
	else if (counted != 1)
		*refusal = CODE_USED_UP;
	else if (!db_copy_bytes(row, 4, c->code, sizeof(c->code)) || !hash_equal(mac, c->code, sizeof(mac)))
		*refusal = CODE_WRONG;
	db_result_free(row);
	return *refusal == CODE_OK ? RC_OK : RC_CONFLICT;
}

enum rc
profile_db_confirm(struct request *r, const char *code, enum code_refusal *refusal)
{
	static const char *const rules[] = { [CODE_NONE] = "code-none",
		[CODE_NOT_SENT] = "code-not-sent",
		[CODE_EXPIRED] = "code-expired",
		[CODE_USED_UP] = "code-used-up",
		[CODE_WRONG] = "code-wrong" };
	struct confirming c = { .r = r };
	enum rc rc, logged;

	*refusal = CODE_OK;
	rc = code_compare(r, code, &c, refusal);
	if (rc == RC_OK && (rc = db_transaction(r->db, confirm_act, &c)) == RC_CONFLICT)
		*refusal = CODE_NONE;
	if (rc != RC_CONFLICT)
		return rc;
	logged = event_db_insert(r->db, &(struct event){ .kind = "email-code-refused",
					    .iin = r->session.iin,
					    .serial = r->session.serial,
					    .address = r->address,
					    .rule = rules[*refusal] });
	return logged == RC_OK ? RC_CONFLICT : logged;
}
