/* SQL of login and logout. */
#include <stdio.h>
#include <string.h>

#include "base/encode.h"
#include "login.h"
#include "store/certificate.h"
#include "store/document_used.h"
#include "store/event.h"
#include "store/outbox.h"
#include "store/rate.h"
#include "store/session.h"
#include "store/signed_form.h"
#include "store/tries.h"
#include "web/shown.h"

#define IN_HOUR 3600

/* The row that revocation of any of this person's keys raises too. Nothing that history is kept of changes. */
static const struct db_statement meet = {
	.name = "login meet",
	.sql = "UPDATE citizen SET version = version + 1 WHERE iin = ? AND surname = ? AND name = ? AND patronymic = ?",
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

/* A browser is known by its name and system; its versions change every month. */
static const struct db_statement known = {
	.name = "login known",
	.sql = "SELECT c.language, EXISTS (SELECT 1 FROM session s WHERE s.iin = c.iin AND s.user_agent = ?"
	       " AND s.created_at > UTC_TIMESTAMP(6) - INTERVAL 1 YEAR) OR EXISTS (SELECT 1 FROM session s WHERE s.iin = c.iin"
	       " AND s.created_at > UTC_TIMESTAMP(6) - INTERVAL 1 YEAR"
	       " AND REGEXP_REPLACE(s.user_agent, '[0-9._]+', '') = REGEXP_REPLACE(?, '[0-9._]+', '')) FROM citizen c WHERE c.iin = ?",
};

const struct db_statement *const login_statements[] = { &meet, &welcome, &names, &known, NULL };

struct enter {
	struct request *r;
	const struct form_result *result;
	const struct signed_form_query *query;
	instant expires;
	const char *signed_text;
	size_t len;
	struct entrance *out;
	enum form_rule *rule;
};

static enum rc
citizen_meet(struct db *db, const struct cert *cert)
{
	const struct db_value iin = db_text(cert_iin(cert)), surname = db_text(cert_surname(cert)), name = db_text(cert_name(cert)),
			      patronymic = db_text(cert_patronymic(cert));
	uint64_t met;
	enum rc rc;

	if ((rc = db_exec(db, &meet, DB_IN(iin, surname, name, patronymic), &met)) != RC_OK || met == 1)
		return rc;
	if ((rc = db_exec(db, &welcome, DB_IN(iin, surname, name, patronymic), NULL)) != RC_OK)
		return rc;
	return db_exec(db, &names, DB_IN(surname, name, patronymic, iin), NULL);
}

/* Before this login's own session is there. */
static enum rc
browser_look(struct db *db, const struct enter *e, bool *is_known)
{
	struct db_result *row = NULL;
	enum rc rc;

	rc = db_one(
	    db, &known, DB_IN(db_text(e->r->user_agent), db_text(e->r->user_agent), db_text(cert_iin(e->result->certificate))), &row);
	if (rc != RC_OK)
		return rc == RC_NOT_FOUND ? RC_INTERNAL : rc;
	snprintf(e->out->lang, sizeof(e->out->lang), "%s", db_get_text(row, 0));
	*is_known = db_get_int(row, 1) != 0;
	db_result_free(row);
	return RC_OK;
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

/* Whoever signs is this person: nobody else can use up what they have left. */
static enum rc
person_may_enter(struct db *db, const struct enter *e)
{
	const struct conf *conf = e->r->conf;
	const struct rate rate = { "login-person", cert_iin(e->result->certificate), conf->logins_per_person, IN_HOUR };
	enum rc rc = rate_db_take(db, conf, &rate);

	return rc == RC_LIMITED ? rate_db_look(db, conf, &rate, &e->out->wait) : rc;
}

static enum rc
enter(struct db *db, void *arg)
{
	const struct enter *e = arg;
	const struct cert *cert = e->result->certificate;
	uint8_t serial[SERIAL_SIZE];
	bool is_known;
	enum rc rc;

	cert_serial(cert, serial);
	*e->rule = RULE_USED;
	if ((rc = document_db_use(db, e->result->digest, e->expires)) != RC_OK)
		return rc;
	if ((rc = citizen_meet(db, cert)) != RC_OK)
		return rc;
	*e->rule = RULE_CERTIFICATE_REVOKED;
	if ((rc = certificate_db_still_good(db, serial)) != RC_OK)
		return rc;
	if ((rc = person_may_enter(db, e)) != RC_OK)
		return rc;
	if ((rc = signed_form_db_keep(db, e->query, e->result, e->signed_text, e->len)) != RC_OK)
		return rc;
	if ((rc = browser_look(db, e, &is_known)) != RC_OK)
		return rc;
	if ((rc = session_db_replace(db, e->r->session_cookie)) != RC_OK)
		return rc;
	if ((rc = session_db_insert(db, e->r->conf, cert_iin(cert), serial, e->r->address, e->r->user_agent, e->out->cookie)) != RC_OK)
		return rc;
	if (!is_known && (rc = browser_tell(db, e)) != RC_OK)
		return rc;
	return event_db_insert(
	    db, &(struct event){
		    .kind = "login", .iin = cert_iin(cert), .serial = serial, .form = e->result->digest, .address = e->r->address });
}

enum rc
login_db_enter(struct request *r, const struct form_result *result, instant expires, const char *signed_text, size_t len,
    struct entrance *out, enum form_rule *rule)
{
	const struct signed_form_query query = {
		.kind = FORM_LOGIN,
		.iin = cert_iin(result->certificate),
		.subject = "",
		.purpose = PURPOSE_AUTH,
		.conf = r->conf,
	};
	struct enter e = { r, result, &query, expires, signed_text, len, out, rule };

	return db_transaction(r->db, enter, &e);
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
