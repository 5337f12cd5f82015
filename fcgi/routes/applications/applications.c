/*
 * GET /applications: the citizen's applications. GET /applications/{number}: one, with the document to sign while it waits for that.
 * POST …/confirm: the signed consent: new -> signed; the publisher verifies it again and issues. POST …/refuse: withdrawn.
 * In:     confirm: status=signed, agree=1, signed (XML, urn:cabinet:1 confirmation)
 * Out:    303 /status/{number}; refuse: 303 /applications/{number}
 * Errors: 404 not this citizen's; 409 no longer new; 422 the field, or the rule the document broke.
 * DB:     applications: UPDATE form_issued, citizen.version, application.status; INSERT signed_form, application_status, event.
 */
#include <stdlib.h>
#include <string.h>

#include "applications.h"
#include "store/certificate.h"
#include "store/event.h"
#include "web/filter.h"
#include "web/paging.h"
#include "web/route.h"
#include "web/shown.h"

#define CONSENT_LIFE (24 * HOUR)

/* ---- list */

enum { LIST_APPLICATION, LIST_SERIAL, LIST_CREATED, LIST_ALGORITHM, LIST_AFTER, LIST_COUNT };

static bool
is_number(const char *value)
{
	return strlen(value) == NUMBER_SIZE - 1 && strspn(value, "0123456789") == NUMBER_SIZE - 1;
}

static bool
is_serial(const char *value)
{
	return strlen(value) == SERIAL_HEX_SIZE - 1 && strspn(value, "0123456789abcdefABCDEF") == SERIAL_HEX_SIZE - 1;
}

static bool
is_algorithm(const char *value)
{
	return strcmp(value, "RSA-2048") == 0 || strcmp(value, "EC-P256") == 0;
}

static const struct field_spec list_form[LIST_COUNT] = {
	[LIST_APPLICATION] = { "application", 14, 0, is_number, "error.number" },
	[LIST_SERIAL] = { "serial", 40, 0, is_serial, "error.serial" },
	[LIST_CREATED] = { "created", 10, 0, paging_is_day, "error.date" },
	[LIST_ALGORITHM] = { "algorithm", 16, 0, is_algorithm, "error.algorithm" },
	[LIST_AFTER] = { "after", 64, 0, NULL, NULL },
};

static enum rc
applications_get(struct request *r)
{
	struct field field[LIST_COUNT];
	const struct filter shown = { "/applications", list_form, field, LIST_AFTER, 0 };
	struct applications_filter filter = { .shown = &shown };
	char after_number[NUMBER_SIZE];
	bool good;
	enum rc rc;

	/* parse: a filter with a fault shows the fault and no list */
	good = fields_take(r->fields, list_form, LIST_COUNT, field) == RC_OK;
	response_fields(r, list_form, field, LIST_COUNT);
	if (!paging_parse(field[LIST_AFTER].value, &filter.after_at, after_number, sizeof(after_number)))
		filter.after_at = 0;
	filter_show(r, &shown, filter.after_at == 0);
	if (!good)
		return response_view(r, 422, "applications/list.cs");
	filter.number = field[LIST_APPLICATION].value;
	filter.serial = field[LIST_SERIAL].value;
	filter.algorithm = field[LIST_ALGORITHM].value;
	paging_day(field[LIST_CREATED].value, &filter.from, &filter.to);
	filter.after_number = filter.after_at != 0 ? after_number : "";
	rc = applications_db_list(r, &filter);
	return rc == RC_OK ? response_view(r, 200, "applications/list.cs") : rc;
}

/* ---- one application */

struct making {
	struct request *r;
	const struct application *a;
};

static void
statement_make(struct buf *out, const struct request *r, const struct application *a)
{
	i18n_format(out, r->lang, "statement.confirmation",
	    (const struct i18n_arg[]){ { "name", r->session.full_name }, { "iin", r->session.iin }, { "number", a->number },
		{ "from", shown_word(r, "status", "new") }, { "to", shown_word(r, "status", "signed") }, { NULL, NULL } });
}

static void
document_make(struct buf *out, void *arg)
{
	const struct making *m = arg;
	const struct form_citizen citizen = { m->r->session.iin, m->r->session.full_name };
	const struct form_application application = { m->a->number, m->a->template_name, m->a->origin, m->a->email, m->a->locality,
		m->a->store, m->a->created, m->a->hash_auth, m->a->hash_sign };
	struct form_header header = { .site = m->r->conf->site, .lang = lang_name(m->r->lang) };
	struct buf statement = BUF_INIT;

	statement_make(&statement, m->r, m->a);
	form_id(header.id);
	header.issued = m->r->session.now;
	header.expires = header.issued + CONSENT_LIFE;
	header.statement = buf_text(&statement);
	form_make_confirmation(out, &header, &citizen, &application, "new", "signed");
	buf_free(&statement);
}

static enum rc
show_document(struct request *r, const struct application *a)
{
	struct making m = { r, a };
	struct buf document = BUF_INIT, statement = BUF_INIT;
	enum rc rc;

	rc = signed_form_db_issue(r->db, FORM_CONFIRMATION, r->session.iin, a->number, "", lang_name(r->lang), document_make, &m,
	    r->session.now + CONSENT_LIFE, &document);
	if (rc == RC_OK) {
		statement_make(&statement, r, a);
		page_set(r->page, "document", buf_text(&document));
		page_set(r->page, "statement", buf_text(&statement));
		page_set(r->page, "status_from", shown_word(r, "status", "new"));
		page_set(r->page, "status_to", shown_word(r, "status", "signed"));
	}
	buf_free(&document);
	buf_free(&statement);
	return rc;
}

static enum rc
application_page(struct request *r, int status)
{
	struct application a;
	struct application_step step[APPLICATION_STEPS];
	bool waits;
	size_t count;
	enum rc rc;

	if ((rc = application_db_find(r->db, r->param[0], r->session.iin, &a)) != RC_OK)
		return rc;
	if ((rc = application_db_history(r->db, a.number, step, &count)) != RC_OK)
		return rc;
	shown_application(r, &a, step, count);
	waits = strcmp(a.status, "new") == 0;
	page_set_int(r->page, "can_confirm", waits);
	page_set_int(r->page, "can_withdraw", waits);
	if (waits && (rc = show_document(r, &a)) != RC_OK)
		return rc;
	return response_view(r, status, "applications/show.cs");
}

static enum rc
application_get(struct request *r)
{
	return application_page(r, 200);
}

/* ---- confirmation */

enum { FIELD_STATUS, FIELD_AGREE, FIELD_SIGNED, FIELD_COUNT };

static bool
is_signed(const char *value)
{
	return strcmp(value, "signed") == 0;
}

static bool
is_agreed(const char *value)
{
	return strcmp(value, "1") == 0;
}

static const struct field_spec form[FIELD_COUNT] = {
	[FIELD_STATUS] = { "status", 16, FIELD_REQUIRED, is_signed, "error.status" },
	[FIELD_AGREE] = { "agree", 8, FIELD_REQUIRED, is_agreed, "error.agree", "error.agree" },
	[FIELD_SIGNED] = { "signed", FORM_MAX + 1, FIELD_REQUIRED | FIELD_UPLOAD, NULL, NULL, "error.signed_missing" },
};

static enum rc
confirm_post(struct request *r)
{
	struct field field[FIELD_COUNT];
	struct application a;
	struct form_result result = { .rule = RULE_NONE };
	const struct signed_form_query query = {
		.kind = FORM_CONFIRMATION, .iin = r->session.iin, .subject = r->param[0], .purpose = PURPOSE_SIGN, .conf = r->conf
	};
	enum form_rule rule = RULE_NONE;
	char *variant = NULL;
	enum rc rc;

	/* parse */
	if (fields_take(r->fields, form, FIELD_COUNT, field) != RC_OK) {
		response_fields(r, form, field, FIELD_COUNT);
		return application_page(r, 422);
	}

	/* authorize: ownership is in the WHERE clause, the decision in the signature */
	if ((rc = application_db_find(r->db, r->param[0], r->session.iin, &a)) != RC_OK)
		return rc;
	rc = signed_form_db_check(r->db, &query, field[FIELD_SIGNED].value, field[FIELD_SIGNED].len, r->address, &result, &variant);
	if (rc == RC_BAD_INPUT) {
		response_refused(r, result.rule);
		rc = application_page(r, 422);
		goto out;
	}
	if (rc != RC_OK)
		goto out;

	/* act */
	rc = applications_db_confirm(r, &a, &query, &result, field[FIELD_SIGNED].value, field[FIELD_SIGNED].len, &rule);

	/* render */
	if (rc == RC_OK)
		rc = response_redirect(r, "/status/%s", a.number);
	else if (rc == RC_CONFLICT && rule != RULE_NONE) {
		response_refused(r, rule);
		rc = application_page(r, 422);
	} else if (rc == RC_CONFLICT) {
		response_message(r, "status", "error.status", NULL);
		rc = application_page(r, 409);
	}
out:
	form_result_free(&result);
	free(variant);
	return rc;
}

static enum rc
refuse_post(struct request *r)
{
	struct application a;
	enum rc rc;

	if ((rc = application_db_find(r->db, r->param[0], r->session.iin, &a)) != RC_OK)
		return rc;
	rc = applications_db_withdraw(r, &a);
	if (rc == RC_OK)
		return response_redirect(r, "/applications/%s", a.number);
	if (rc != RC_CONFLICT)
		return rc;
	response_message(r, NULL, "error.status", NULL);
	return application_page(r, 409);
}

static const struct route routes[] = {
	{ METHOD_GET, "/applications", ROLE_CITIZEN, applications_get },
	{ METHOD_GET, "/applications/{number}", ROLE_CITIZEN, application_get },
	{ METHOD_POST, "/applications/{number}/confirm", ROLE_CITIZEN, confirm_post },
	{ METHOD_POST, "/applications/{number}/refuse", ROLE_CITIZEN, refuse_post },
};

static const struct db_statement *const *const statements[] = {
	applications_statements,
	application_statements,
	session_statements,
	certificate_statements,
	signed_form_statements,
	event_statements,
	NULL,
};

int
main(int argc, char **argv)
{
	return route_main(&(const struct program){ .name = "applications",
			      .account = "cabinet_applications",
			      .routes = routes,
			      .count = sizeof(routes) / sizeof(routes[0]),
			      .statements = statements,
			      .views = (const char *const[]){ "applications/list.cs", "applications/show.cs", NULL } },
	    argc, argv);
}
