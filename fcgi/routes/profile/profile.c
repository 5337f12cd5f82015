/*
 * GET /profile: who the citizen is, settings, open sessions, the last notices. POST /profile: language, notices, address. POST /profile/email: the code of a
 * new address, which counts only then; the old one is told and stays in force for 72 hours for what concerns security.
 * In:     language (ru kk en), notify (0 1), email (empty: as it is); code (6 digits)
 * Out:    303 /profile, with the cookie "language"
 * Errors: 422 beside the field: a code that is wrong, used up, expired; 429 too many codes in a day.
 * DB:     profile: UPDATE citizen, profile; INSERT email_former, outbox, event.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "notice.h"
#include "profile.h"
#include "store/certificate.h"
#include "store/event.h"
#include "web/route.h"

#define LANGUAGE_SECONDS (365L * 24 * 3600)
#define FRESH (10 * SECOND) /* so long a page says that what was sent has been done */

/* ---- page */

static void
show_profile(struct request *r, const struct profile *p, int status, bool typed)
{
	char until[CLOCK_SHOWN_SIZE];

	page_set(r->page, "citizen.iin", r->session.iin);
	page_set(r->page, "citizen.full_name", r->session.full_name);
	page_set(r->page, "profile.email", p->email);
	page_set(r->page, "profile.pending", p->pending);
	page_set(r->page, "profile.language", p->lang[0] != '\0' ? p->lang : lang_name(r->lang));
	page_set_int(r->page, "profile.notify", p->notify);
	page_set_int(r->page, "profile.sent", p->is_sent && p->now < p->expires);
	page_set_int(r->page, "profile.late", p->is_sent && p->now >= p->expires);
	page_set_int(r->page, "profile.used_up", p->tries >= CODE_TRIES);
	if (p->is_sent) {
		clock_shown_seconds(until, p->expires);
		page_set(r->page, "profile.until", until);
	}
	if (typed)
		return;
	page_set(r->page, "value.language", p->lang[0] != '\0' ? p->lang : lang_name(r->lang));
	page_set_int(r->page, "value.notify", p->notify);
	page_set(r->page, "value.email", p->email);
	if (status != 200)
		return;
	if (p->confirmed != 0 && p->now - p->confirmed < FRESH) {
		page_set(r->page, "notice.kind", "success");
		page_set(r->page, "notice.text", i18n_text(r->lang, "profile.done_email"));
	} else if (p->saved != 0 && p->now - p->saved < FRESH) {
		page_set(r->page, "notice.kind", "success");
		page_set(r->page, "notice.text", i18n_text(r->lang, "profile.done"));
	}
}

enum rc
profile_page(struct request *r, int status, bool typed)
{
	struct profile p;
	bool ended = false;
	enum rc rc;

	if ((rc = profile_db_find(r, &p)) != RC_OK || (rc = profile_db_lists(r)) != RC_OK || (rc = sessions_db_list(r, &ended)) != RC_OK)
		return rc;
	page_set_int(r->page, "sessions_ended", ended && status == 200);
	show_profile(r, &p, status, typed);
	return response_view(r, status, "profile/profile.cs");
}

static enum rc
profile_get(struct request *r)
{
	return profile_page(r, 200, false);
}

/* ---- settings */

enum { FIELD_LANGUAGE, FIELD_NOTIFY, FIELD_EMAIL, FIELD_COUNT };

static bool
is_language(const char *value)
{
	enum lang lang;

	return lang_parse(&lang, value) == 0;
}

static bool
is_choice(const char *value)
{
	return strcmp(value, "0") == 0 || strcmp(value, "1") == 0;
}

static const struct field_spec form[FIELD_COUNT] = {
	[FIELD_LANGUAGE] = { "language", 2, FIELD_REQUIRED, is_language, "error.language" },
	[FIELD_NOTIFY] = { "notify", 1, FIELD_REQUIRED, is_choice, "error.notify" },
	[FIELD_EMAIL] = { "email", EMAIL_SIZE - 1, 0, field_is_email, "error.email" },
};

static enum rc
profile_post(struct request *r)
{
	struct field field[FIELD_COUNT];
	struct settings settings;
	enum rc rc;

	/* parse */
	rc = fields_take(r->fields, form, FIELD_COUNT, field);
	response_fields(r, form, field, FIELD_COUNT);
	if (rc != RC_OK)
		return profile_page(r, 422, true);
	settings.lang = field[FIELD_LANGUAGE].value;
	settings.notify = field[FIELD_NOTIFY].value[0] == '1';
	settings.email = field[FIELD_EMAIL].value;

	/* act */
	rc = profile_db_save(r, &settings);

	/* render */
	if (rc == RC_LIMITED) {
		response_message(r, "email", "error.email_limit", NULL);
		return profile_page(r, 429, true);
	}
	if (rc != RC_OK)
		return rc;
	response_cookie(r, "language", settings.lang, LANGUAGE_SECONDS);
	return response_redirect(r, "/profile");
}

/* ---- code of a new address */

static bool
is_code(const char *value)
{
	return strlen(value) == CODE_DIGITS && strspn(value, "0123456789") == CODE_DIGITS;
}

static enum rc
email_post(struct request *r)
{
	static const struct field_spec spec = { "code", CODE_DIGITS, FIELD_REQUIRED, is_code, "error.code_digits" };
	static const char *const codes[] = { [CODE_NONE] = "error.code_none",
		[CODE_NOT_SENT] = "error.code_not_sent",
		[CODE_EXPIRED] = "error.code_expired",
		[CODE_USED_UP] = "error.code_used_up",
		[CODE_WRONG] = "error.code_wrong" };
	struct field field;
	enum code_refusal refusal;
	enum rc rc;

	if (fields_take(r->fields, &spec, 1, &field) != RC_OK) {
		response_fields(r, &spec, &field, 1);
		return profile_page(r, 422, false);
	}
	rc = profile_db_confirm(r, field.value, &refusal);
	if (rc == RC_OK)
		return response_redirect(r, "/profile");
	if (rc != RC_CONFLICT)
		return rc;
	response_message(r, "code", codes[refusal], NULL);
	return profile_page(r, 422, false);
}

static const struct route routes[] = {
	{ METHOD_GET, "/profile", ROLE_CITIZEN, profile_get },
	{ METHOD_POST, "/profile", ROLE_CITIZEN, profile_post },
	{ METHOD_GET, "/profile/email", ROLE_CITIZEN, profile_get },
	{ METHOD_POST, "/profile/email", ROLE_CITIZEN, email_post },
	{ METHOD_POST, "/profile/sessions", ROLE_CITIZEN, sessions_post },
	{ METHOD_GET, "/notice/{code}", ROLE_ANYONE, notice_get },
	{ METHOD_POST, "/notice/{code}", ROLE_ANYONE, notice_post },
};

static const struct db_statement *const *const statements[] = {
	profile_statements,
	sessions_statements,
	notice_statements,
	outbox_statements,
	session_statements,
	certificate_statements,
	event_statements,
	NULL,
};

int
main(int argc, char **argv)
{
	return route_main(&(const struct program){ .name = "profile",
			      .account = "cabinet_profile",
			      .routes = routes,
			      .count = sizeof(routes) / sizeof(routes[0]),
			      .statements = statements,
			      .body_max = BODY_TYPED,
			      .views = (const char *const[]){ "profile/profile.cs", "profile/notice.cs", NULL } },
	    argc, argv);
}
