/* SQL of login and logout. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/encode.h"
#include "base/hash.h"
#include "login.h"
#include "store/certificate.h"
#include "store/event.h"
#include "store/outbox.h"
#include "store/rate.h"
#include "store/session.h"
#include "store/signed_form.h"
#include "store/tries.h"
#include "web/shown.h"

#define IN_HOUR 3600

enum { LOOK_AHEAD = CERTIFICATE_COLUMN_COUNT, LOOK_USED, LOOK_LANGUAGE, LOOK_SEEN };
static const struct db_statement look = {
	.name = "login look",
	.sql = "SELECT " CERTIFICATE_COLUMNS ", " RATE_AHEAD(
	    "t.tat") ", f.digest, c.language, c.login_browser <=> ? AND c.login_tat > UTC_TIMESTAMP(6) - INTERVAL 1 YEAR"
		     " FROM" CERTIFICATE_TABLES " LEFT JOIN rate_limit t ON t.name = ? LEFT JOIN signed_form f ON f.digest = ?"
		     " LEFT JOIN citizen c ON c.iin = ? WHERE " CERTIFICATE_IS,
};
/* A browser of the last year, in whatever version. */
static const struct db_statement like = {
	.name = "login like",
	.sql = "SELECT 1 FROM session WHERE iin = ? AND created_at > UTC_TIMESTAMP(6) - INTERVAL 1 YEAR"
	       " AND REGEXP_REPLACE(user_agent, '[0-9._]+', '') = REGEXP_REPLACE(?, '[0-9._]+', '') LIMIT 1",
};
static const struct db_statement used = {
	.name = "login used",
	.sql = "SELECT 1 FROM signed_form WHERE digest = ?",
};

/*
 * The row that revocation of any of this person's keys raises too, and that counts their logins: whoever signs is this person, nobody else can use up what
 * they have left. Nothing that history is kept of changes.
 */
#define MEET                                                                                                                               \
	"UPDATE citizen SET version = version + 1, login_browser = ?, login_tat = " RATE_NEXT(                                             \
	    "login_tat") " WHERE iin = ? AND surname = ? AND name = ? AND patronymic = ? AND " RATE_OPEN("login_tat")
#define MEET_VALUES 9
static const struct db_statement meet = { .name = "login meet", .sql = MEET };
/*
 * What nearly every login is, as one statement: a person known by this name, no key revoked meanwhile. Whatever else it meets, it leaves nothing behind, and
 * the steps are taken one by one, which also tells why. A step that waited for the citizen's row sees what the one before it did.
 */
static const struct db_statement usual = {
	.name = "login usual",
	.sql = "BEGIN NOT ATOMIC START TRANSACTION; " SIGNED_FORM_KEEP "; " MEET "; IF ROW_COUNT() = 1 AND NOT EXISTS (" CERTIFICATE_REVOKED
	       ") THEN " SESSION_INSERT "; " EVENT_INSERT "; COMMIT; ELSE " DB_TURN_BACK "; END IF; END",
};
static const struct db_statement ahead = {
	.name = "login ahead",
	.sql = "SELECT " RATE_AHEAD("login_tat") " FROM citizen WHERE iin = ?",
};
/* A person who comes for the first time gets a row; IGNORE covers just the one that is there already. */
static const struct db_statement welcome = {
	.name = "login welcome",
	.sql = "INSERT IGNORE INTO citizen (iin, surname, name, patronymic, created_at) VALUES (?, ?, ?, ?, UTC_TIMESTAMP(6))",
};
/* The names follow the newest certificate. */
static const struct db_statement names = {
	.name = "login names",
	.sql = "UPDATE citizen SET surname = ?, name = ?, patronymic = ?, version = version + 1 WHERE iin = ?",
};

const struct db_statement *const login_statements[] = { &look, &like, &used, &meet, &usual, &ahead, &welcome, &names, NULL };

struct enter {
	struct request *r;
	const struct form_result *result;
	const struct signed_form_query *query;
	const char *signed_text;
	size_t len;
	uint8_t browser[HASH_SIZE];
	struct rate rate; /* of this person */
	struct event event;
	struct session_opening opening;
	struct entrance *out;
	enum form_rule *rule;
};

/* The same questions about a document whose certificate is none of ours. */
static enum rc
unknown_look(struct request *r, const uint8_t digest[32], int64_t *wait, enum form_rule *rule)
{
	struct db_result *row = NULL;
	enum rc rc;

	if ((rc = tries_db_look(r->db, r->conf, r->address, wait)) != RC_OK)
		return rc;
	rc = db_one(r->db, &used, DB_IN(db_bytes(digest, 32)), &row);
	if (rc != RC_OK && rc != RC_NOT_FOUND)
		return rc;
	*rule = rc == RC_OK ? RULE_USED : RULE_CERTIFICATE_CA;
	if (rc == RC_OK)
		db_result_free(row);
	return RC_BAD_INPUT;
}

static void
browser_digest(uint8_t out[HASH_SIZE], const struct request *r)
{
	hash_sha256(out, r->user_agent, strlen(r->user_agent));
}

enum rc
login_db_look(struct request *r, const struct cert *cert, const uint8_t digest[32], struct entrance *out, enum form_rule *rule)
{
	const struct rate tries = tries_rate(r->conf, r->address);
	const struct db_value iin = db_text(cert_iin(cert));
	uint8_t serial[SERIAL_SIZE], name[RATE_NAME_SIZE], browser[HASH_SIZE];
	struct db_result *row = NULL;
	enum rc rc;

	cert_serial(cert, serial);
	rate_name(name, r->conf, &tries);
	browser_digest(browser, r);
	rc = db_one(r->db, &look,
	    DB_IN(db_bytes(browser, sizeof(browser)), db_bytes(name, sizeof(name)), db_bytes(digest, 32), iin,
		db_bytes(serial, sizeof(serial))),
	    &row);
	if (rc == RC_NOT_FOUND)
		return unknown_look(r, digest, &out->wait, rule);
	if (rc != RC_OK)
		return rc;
	if ((rc = rate_wait(&tries, db_get_int(row, LOOK_AHEAD), &out->wait)) == RC_OK) {
		*rule = !db_is_null(row, LOOK_USED) ? RULE_USED : certificate_row_rule(row, r->conf, cert, PURPOSE_AUTH, NULL);
		rc = *rule == RULE_NONE ? RC_OK : RC_BAD_INPUT;
	}
	snprintf(out->lang, sizeof(out->lang), "%s", db_get_text(row, LOOK_LANGUAGE));
	out->seen_browser = db_get_int(row, LOOK_SEEN) != 0;
	db_result_free(row);
	return rc;
}

static enum rc
limit_told(struct db *db, const char *iin, const struct rate *rate, int64_t *wait)
{
	struct db_result *row = NULL;
	enum rc rc;

	if ((rc = db_one(db, &ahead, DB_IN(db_text(iin)), &row)) != RC_OK)
		return rc == RC_NOT_FOUND ? RC_INTERNAL : rc;
	/* somewhere between the two statements it ended */
	rc = rate_wait(rate, db_get_int(row, 0), wait);
	if (rc == RC_OK)
		*wait = 1;
	db_result_free(row);
	return RC_LIMITED;
}

static void
meet_values(struct db_value in[MEET_VALUES], const struct enter *e)
{
	const struct cert *cert = e->result->certificate;
	const struct db_value rate_next[] = { RATE_NEXT_IN(&e->rate) }, rate_open[] = { RATE_OPEN_IN(&e->rate) };

	*in++ = db_bytes(e->browser, sizeof(e->browser));
	*in++ = rate_next[0];
	*in++ = rate_next[1];
	*in++ = db_text(cert_iin(cert));
	*in++ = db_text(cert_surname(cert));
	*in++ = db_text(cert_name(cert));
	*in++ = db_text(cert_patronymic(cert));
	*in++ = rate_open[0];
	*in++ = rate_open[1];
}

/* Missed: a person who comes for the first time, or under another name than last time, or too often. */
static enum rc
citizen_meet(struct db *db, const struct enter *e)
{
	const struct cert *cert = e->result->certificate;
	const struct db_value iin = db_text(cert_iin(cert)), surname = db_text(cert_surname(cert)), name = db_text(cert_name(cert)),
			      patronymic = db_text(cert_patronymic(cert));
	struct db_value in[MEET_VALUES];
	uint64_t met;
	enum rc rc;

	meet_values(in, e);
	rc = db_exec(db, &meet, in, MEET_VALUES, &met);
	if (rc != RC_OK || met == 1)
		return rc;
	if ((rc = db_exec(db, &welcome, DB_IN(iin, surname, name, patronymic), NULL)) != RC_OK ||
	    (rc = db_exec(db, &names, DB_IN(surname, name, patronymic, iin), NULL)) != RC_OK)
		return rc;
	rc = db_exec(db, &meet, in, MEET_VALUES, &met);
	return rc != RC_OK || met == 1 ? rc : limit_told(db, cert_iin(cert), &e->rate, &e->out->wait);
}

/* A browser is known by its name and system; its versions change every month. Before this login's own session is there. */
static enum rc
browser_is_new(struct db *db, const struct enter *e, bool *is_new)
{
	struct db_result *row = NULL;
	enum rc rc;

	*is_new = false;
	if (e->out->seen_browser)
		return RC_OK;
	rc = db_one(db, &like, DB_IN(db_text(cert_iin(e->result->certificate)), db_text(e->r->user_agent)), &row);
	*is_new = rc == RC_NOT_FOUND;
	if (rc == RC_OK)
		db_result_free(row);
	return *is_new ? RC_OK : rc;
}

static enum rc
browser_tell(struct db *db, const struct enter *e)
{
	char digest[2 * 32 + 1], browser[SHOWN_BROWSER_SIZE], detail[128];

	hex_encode(digest, e->result->digest, sizeof(e->result->digest));
	shown_browser(browser, e->r->user_agent);
	snprintf(detail, sizeof(detail), "%s, %s", browser, e->r->address);
	return outbox_db_put(db,
	    &(struct outbox_mail){
		.kind = "login", .key = digest, .iin = cert_iin(e->result->certificate), .lang = lang_name(e->r->lang), .detail = detail });
}

static enum rc
enter(struct db *db, void *arg)
{
	const struct enter *e = arg;
	bool is_new;
	enum rc rc;

	/* the digest is the key of what is kept for ever: a document is used once */
	*e->rule = RULE_USED;
	if ((rc = signed_form_db_keep(db, e->query, e->result, e->signed_text, e->len)) != RC_OK)
		return rc;
	if ((rc = citizen_meet(db, e)) != RC_OK || (rc = browser_is_new(db, e, &is_new)) != RC_OK)
		return rc;
	*e->rule = RULE_CERTIFICATE_REVOKED;
	if ((rc = certificate_db_not_revoked(db, e->event.serial)) != RC_OK)
		return rc;
	if ((rc = session_db_insert(db, &e->opening, e->r->conf, e->event.iin, e->event.serial, e->r->address)) != RC_OK)
		return rc;
	if ((rc = session_db_replace(db, e->r->session_cookie)) != RC_OK)
		return rc;
	if (is_new && (rc = browser_tell(db, e)) != RC_OK)
		return rc;
	return event_db_insert(db, &e->event);
}

/* RC_NOT_FOUND: not the usual case, and nothing has happened. */
static enum rc
enter_usually(struct db *db, const struct enter *e)
{
	struct db_value in[SIGNED_FORM_VALUES + MEET_VALUES + 1 + SESSION_VALUES + EVENT_VALUES], *v = in;
	struct signed_form_signer signer;
	char *detail;
	enum rc rc;

	/* a new browser is told of, the session before in this one ends */
	if (!e->out->seen_browser || e->r->session_cookie[0] != '\0')
		return RC_NOT_FOUND;
	signed_form_values(v, &signer, e->query, e->result, e->signed_text, e->len);
	meet_values(v += SIGNED_FORM_VALUES, e);
	*(v += MEET_VALUES) = db_bytes(e->event.serial, SERIAL_SIZE);
	session_values(v += 1, &e->opening, e->r->conf, e->event.iin, e->event.serial, e->r->address);
	event_values(v += SESSION_VALUES, &e->event, &detail);
	*e->rule = RULE_USED;
	rc = db_transact(db, &usual, in, sizeof(in) / sizeof(in[0]));
	free(detail);
	return rc;
}

enum rc
login_db_enter(
    struct request *r, const struct form_result *result, const char *signed_text, size_t len, struct entrance *out, enum form_rule *rule)
{
	const struct cert *cert = result->certificate;
	const struct signed_form_query query = {
		.kind = FORM_LOGIN,
		.iin = cert_iin(cert),
		.subject = "",
		.purpose = PURPOSE_AUTH,
		.conf = r->conf,
	};
	uint8_t serial[SERIAL_SIZE];
	struct enter e = { .r = r, .result = result, .query = &query, .signed_text = signed_text, .len = len, .out = out, .rule = rule };
	enum rc rc;

	cert_serial(cert, serial);
	browser_digest(e.browser, r);
	e.rate = (struct rate){ "login-person", cert_iin(cert), r->conf->logins_per_person, IN_HOUR, false };
	e.event = (struct event){ .kind = "login", .iin = cert_iin(cert), .serial = serial, .form = result->digest, .address = r->address };
	session_opening_make(&e.opening, r->user_agent);
	if ((rc = enter_usually(r->db, &e)) == RC_NOT_FOUND)
		rc = db_transaction(r->db, enter, &e);
	snprintf(out->cookie, sizeof(out->cookie), "%s", rc == RC_OK ? e.opening.cookie : "");
	session_opening_free(&e.opening);
	return rc;
}

/*
 * A certificate of no CA that we trust says nothing about the person it names: it stays out of that person's trail, and is told as a claim.
 */
enum rc
login_db_refused(struct request *r, const struct form_result *result)
{
	struct event e = { .kind = "login-refused",
		.form = result->canonical != NULL ? result->digest : NULL,
		.rule = form_rule_name(result->rule),
		.address = r->address };
	struct buf detail = BUF_INIT;
	uint8_t serial[SERIAL_SIZE];
	char hex[SERIAL_HEX_SIZE];
	enum rc rc;

	buf_puts(&detail, result->detail);
	if (result->certificate != NULL) {
		cert_serial(result->certificate, serial);
		if (result->rule > RULE_CERTIFICATE_CA && iin_is_wellformed(cert_iin(result->certificate))) {
			e.iin = cert_iin(result->certificate);
			e.serial = serial;
		} else {
			hex_encode(hex, serial, sizeof(serial));
			buf_printf(&detail, "; claims %s, serial %s", cert_subject(result->certificate), hex);
		}
	}
	e.detail = buf_text(&detail);
	rc = tries_db_refused(r->db, r->conf, &e);
	buf_free(&detail);
	return rc;
}

static enum rc
leave(struct db *db, void *arg)
{
	struct request *r = arg;
	enum rc rc;

	if ((rc = session_db_end(db, r->session.id, "logout")) != RC_OK)
		return rc;
	return event_db_insert(
	    db, &(struct event){ .kind = "logout", .iin = r->session.iin, .serial = r->session.serial, .address = r->address });
}

enum rc
login_db_leave(struct request *r)
{
	return db_transaction(r->db, leave, r);
}
