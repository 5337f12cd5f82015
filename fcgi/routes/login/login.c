/*
 * GET /login: the page with a document to sign. POST /login: the signed document opens a session. POST /logout ends it. GET /session: how many
 * seconds it still lasts, as text.
 * In:     signed (XML, urn:cabinet:1 login), back (local path)
 * Out:    303 to back, or /keys
 * Errors: 422 the document, with the rule it broke; 429 too many refused from this address, or too many sessions of this person; 503 database away. A refused document is not used up.
 * DB:     login: INSERT signed_form, citizen, session, outbox, event; refused: rate_limit, event.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "login.h"
#include "store/certificate.h"
#include "store/event.h"
#include "store/outbox.h"
#include "store/rate.h"
#include "store/session.h"
#include "store/signed_form.h"
#include "store/tries.h"
#include "web/held.h"
#include "web/route.h"

#define LANGUAGE_SECONDS (365L * 24 * 3600)

enum { FIELD_SIGNED, FIELD_BACK, FIELD_ELSEWHERE, FIELD_COUNT };
static const struct field_spec form[FIELD_COUNT] = {
	[FIELD_SIGNED] = { .name = "signed",
	    .max = FORM_MAX + 1,
	    .flags = FIELD_REQUIRED | FIELD_UPLOAD,
	    .missing = "error.signed_missing" },
	[FIELD_BACK] = { .name = "back", .max = 512, .is_valid = request_is_local, .invalid = "error.control" },
	[FIELD_ELSEWHERE] = { .name = "elsewhere", .max = 1 },
};

struct checking {
	struct request *r;
	const struct form_result *result;
	struct entrance *entrance;
	instant expires;
	bool held; /* the document is this browser's and alive */
};

static enum rc
check_issued(void *arg, const char *canonical, size_t len, enum form_rule *rule)
{
	struct checking *c = arg;
	enum rc rc = held_document_check(c->r, canonical, len, &c->expires, rule);

	c->held = rc == RC_OK;
	return rc;
}

static enum rc
check_certificate(void *arg, const struct cert *cert, enum form_rule *rule)
{
	const struct checking *c = arg;

	return login_db_look(c->r, cert, c->result->digest, c->entrance, rule);
}

static enum rc
login_page(struct request *r, int status, const struct field *field)
{
	page_set(r->page, "value.back", field[FIELD_BACK].error == NULL ? field[FIELD_BACK].value : "");
	return response_view(r, status, "login/login.cs");
}

static enum rc
login_get(struct request *r)
{
	struct field field[FIELD_COUNT];
	bool elsewhere;

	/* a bad "back" is dropped: the page itself asks for nothing but a signature */
	if (fields_take(r->fields, form, FIELD_COUNT, field) == RC_OK || field[FIELD_ELSEWHERE].error == NULL)
		elsewhere = strcmp(field[FIELD_ELSEWHERE].value, "1") == 0;
	else
		elsewhere = false;
	login_document_issue(r, elsewhere);
	page_set_int(r->page, "elsewhere", elsewhere);
	return login_page(r, 200, field);
}

/* Nothing is used up: after the wait the same document may still hold. */
static enum rc
limited(struct request *r, int64_t wait, const struct field *field)
{
	log_info("login-limited", "%" PRId64 " s left", wait);
	response_retry_after(r, wait);
	response_message(r, NULL, "error.login_limit", NULL);
	login_document_issue(r, false);
	return login_page(r, 429, field);
}

/* Looked at before anything is written: whoever goes on over the limit costs one question. */
static enum rc
refuse(struct request *r, const struct form_result *result, const struct checking *c, const struct field *field)
{
	int64_t wait = 0;
	enum rc rc;

	if ((rc = tries_db_look(r->db, r->conf, r->address, &wait)) == RC_LIMITED)
		return limited(r, wait, field);
	if (rc != RC_OK || ((rc = login_db_refused(r, result)) != RC_OK && rc != RC_LIMITED))
		return rc;
	response_refused(r, result->rule);
	/* what this browser holds can be signed again; otherwise it gets a new one */
	if (c->held && result->rule != RULE_USED) {
		route_pre_session(r);
		held_document_show(r, result->canonical, c->expires);
	} else
		login_document_issue(r, false);
	return login_page(r, 422, field);
}

static enum rc
login_post(struct request *r)
{
	struct field field[FIELD_COUNT];
	struct form_result result = { .rule = RULE_NONE };
	struct entrance entrance = { .wait = 0 };
	struct checking c = { .r = r, .result = &result, .entrance = &entrance };
	const struct form_checks checks = { .issued = check_issued, .certificate = check_certificate, .arg = &c };
	enum rc rc;

	/* parse */
	if (fields_take(r->fields, form, FIELD_COUNT, field) != RC_OK && field[FIELD_SIGNED].error != NULL) {
		login_document_issue(r, false);
		response_fields(r, form, field, FIELD_COUNT);
		return login_page(r, 422, field);
	}

	/* authorize: the signature itself, unless too many from there were refused */
	rc = form_verify(field[FIELD_SIGNED].value, field[FIELD_SIGNED].len, FORM_LOGIN, &checks, &result);

	/* act */
	if (rc == RC_OK) {
		rc = login_db_enter(r, &result, field[FIELD_SIGNED].value, field[FIELD_SIGNED].len, &entrance, &result.rule);
		if (rc == RC_CONFLICT)
			rc = RC_BAD_INPUT;
	}

	/* render */
	if (rc == RC_BAD_INPUT)
		rc = refuse(r, &result, &c, field);
	else if (rc == RC_LIMITED)
		rc = limited(r, entrance.wait, field);
	else if (rc == RC_OK) {
		response_cookie(r, "__Host-session", entrance.cookie, -1);
		if (entrance.lang[0] != '\0')
			response_cookie(r, "language", entrance.lang, LANGUAGE_SECONDS);
		response_tell(r, "welcome");
		rc = response_redirect(
		    r, "%s", field[FIELD_BACK].error == NULL && field[FIELD_BACK].len > 0 ? field[FIELD_BACK].value : "/keys");
	}
	form_result_free(&result);
	return rc;
}

static enum rc
logout_post(struct request *r)
{
	enum rc rc;

	if ((rc = login_db_leave(r)) != RC_OK)
		return rc;
	response_cookie(r, "__Host-session", "", 0);
	response_tell(r, "logged_out");
	return response_redirect(r, "/");
}

/* «Продолжить»: that it came is what it does. With X-Background it only tells how long the session still lasts. */
static enum rc
session_get(struct request *r)
{
	char left[24];
	int len = snprintf(left, sizeof(left), "%" PRId64 "\n", (r->session.ends - r->session.now + SECOND - 1) / SECOND);

	return response_data(r, "text/plain; charset=utf-8", NULL, left, (size_t)len);
}

static const struct route routes[] = {
	{ METHOD_GET, "/login", ROLE_ANYONE, login_get },
	{ METHOD_POST, "/login", ROLE_ANYONE, login_post },
	{ METHOD_POST, "/logout", ROLE_CITIZEN, logout_post },
	{ METHOD_GET, "/session", ROLE_CITIZEN, session_get },
};

static const struct db_statement *const *const statements[] = {
	login_statements,
	session_statements,
	session_login_statements,
	session_logout_statements,
	certificate_revoked_statements,
	signed_form_keep_statements,
	outbox_statements,
	rate_statements,
	event_statements,
	NULL,
};

int
main(int argc, char **argv)
{
	return route_main(&(const struct program){ .name = "login",
			      .account = "cabinet_login",
			      .routes = routes,
			      .count = sizeof(routes) / sizeof(routes[0]),
			      .statements = statements,
			      .body_max = BODY_SIGNED,
			      .views = (const char *const[]){ "login/login.cs", NULL } },
	    argc, argv);
}
