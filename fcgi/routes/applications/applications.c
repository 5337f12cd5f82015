/*
 * GET /applications: the citizen's applications. GET /applications/{number}: one, with the document to sign while it waits for that.
 * GET …/statement.pdf, …/statement.docx: the statement to keep, in applications_statement.c.
 * POST …/confirm: the signed consent: new -> signed; the publisher verifies it again and issues. POST …/refuse: withdrawn.
 * In:     confirm: status=signed, agree=1, signed (XML, urn:cabinet:1 confirmation); of a public application also code, unless the pending keys
 *         were shown; page: replace=1 for a document that also revokes the old pair later
 * Out:    303 /status/{number}; refuse: 303 /applications/{number}
 * Errors: 404 not this citizen's; 409 no longer new; 422 the field, or the rule the document broke.
 * DB:     applications: UPDATE form_issued, citizen.version, application.status; INSERT signed_form, application_status, event.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "applications.h"
#include "base/encode.h"
#include "store/certificate.h"
#include "store/event.h"
#include "web/filter.h"
#include "web/held.h"
#include "web/paging.h"
#include "web/route.h"
#include "web/shown.h"

#define CONSENT_LIFE (24 * HOUR)
#define REPLACE "replace-" /* variant of a confirmation that names certificates to be revoked */

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
	const struct replaced *replaced; /* count 0: nothing is replaced */
};

static bool
is_public(const struct application *a)
{
	return strcmp(a->origin, "public") == 0;
}

/* The guide's sentence; then where it was filed, when not in the cabinet; then what is revoked afterwards. */
static void
statement_make(struct buf *out, const struct request *r, const struct application *a, const struct replaced *replaced)
{
	struct buf serials = BUF_INIT;
	char created[CLOCK_SHOWN_SIZE], hex[SERIAL_HEX_SIZE];

	i18n_format(out, r->lang, "statement.confirmation",
	    (const struct i18n_arg[]){ { "name", r->session.full_name }, { "iin", r->session.iin }, { "number", a->number },
		{ "from", shown_word(r, "status", "new") }, { "to", shown_word(r, "status", "signed") }, { NULL, NULL } });
	if (is_public(a)) {
		clock_shown(created, a->created);
		buf_putc(out, ' ');
		i18n_format(out, r->lang, "statement.filed",
		    (const struct i18n_arg[]){ { "created", created }, { "site", r->conf->site }, { NULL, NULL } });
	}
	if (replaced->count > 0) {
		for (size_t i = 0; i < replaced->count; i++) {
			hex_encode(hex, replaced->serial[i], SERIAL_SIZE);
			buf_printf(&serials, "%s%s", i > 0 ? ", " : "", hex);
		}
		buf_putc(out, ' ');
		i18n_format(out, r->lang, "statement.replace",
		    (const struct i18n_arg[]){
			{ "serials", buf_text(&serials) }, { "reason", i18n_text(r->lang, "reason.4.text") }, { NULL, NULL } });
	}
	buf_free(&serials);
}

void
applications_consent(struct buf *out, const struct request *r, const struct application *a)
{
	static const struct replaced none;

	statement_make(out, r, a, &none);
}

static void
document_make(struct buf *out, void *arg)
{
	const struct making *m = arg;
	const struct application *a = m->a;
	const struct form_citizen citizen = { m->r->session.iin, m->r->session.full_name };
	const struct form_application application = { .number = a->number,
		.template_name = a->template_name,
		.origin = a->origin,
		.email = a->email,
		.locality = a->locality,
		.store = a->store,
		.created = a->created,
		.request_auth = a->hash_auth,
		.request_sign = a->hash_sign,
		.replaced = m->replaced->serial,
		.replaced_count = m->replaced->count };
	struct form_header header = { .site = m->r->conf->site, .lang = lang_name(m->r->lang) };
	struct buf statement = BUF_INIT;

	statement_make(&statement, m->r, m->a, m->replaced);
	form_id(header.id);
	header.issued = m->r->session.now;
	header.expires = header.issued + CONSENT_LIFE;
	header.statement = buf_text(&statement);
	form_make_confirmation(out, &header, &citizen, &application, "new", "signed");
	buf_free(&statement);
}

/* The variant says whether a pair is replaced, and which: a document is shown again only for the same wish. */
static enum rc
show_document(struct request *r, const struct application *a, const struct replaced *replaced)
{
	struct making m = { r, a, replaced };
	struct buf document = BUF_INIT, statement = BUF_INIT, variant = BUF_INIT;
	enum rc rc;

	if (replaced->count > 0)
		buf_printf(&variant, REPLACE "%s-%zu", replaced->number, replaced->count);
	rc = signed_form_db_issue(r->db, r->conf->site, FORM_CONFIRMATION, r->session.iin, a->number, buf_text(&variant),
	    lang_name(r->lang), document_make, &m, r->session.now + CONSENT_LIFE, &document);
	if (rc == RC_OK) {
		statement_make(&statement, r, a, replaced);
		shown_document(r, buf_text(&document));
		page_set(r->page, "statement", buf_text(&statement));
		page_set(r->page, "status_from", shown_word(r, "status", "new"));
		page_set(r->page, "status_to", shown_word(r, "status", "signed"));
	}
	buf_free(&document);
	buf_free(&statement);
	buf_free(&variant);
	return rc;
}

enum { PAGE_REPLACE, PAGE_COUNT };
static const struct field_spec page_form[PAGE_COUNT] = {
	[PAGE_REPLACE] = { .name = "replace", .max = 1 },
};

/* What waits for the citizen's signature: the document, with the wish about the old pair, and what a public application asks for besides. */
static enum rc
show_decision(struct request *r, const struct application *a)
{
	struct field field[PAGE_COUNT];
	struct replaced replaced;
	bool wished;
	enum rc rc;

	if ((rc = applications_db_replaced(r, &replaced)) != RC_OK)
		return rc;
	wished = fields_take(r->fields, page_form, PAGE_COUNT, field) == RC_OK && strcmp(field[PAGE_REPLACE].value, "1") == 0;
	page_set_int(r->page, "can_replace", replaced.count > 0);
	page_set_int(r->page, "replace", wished && replaced.count > 0);
	if (!wished)
		replaced.count = 0;
	page_set_int(r->page, "public", is_public(a));
	page_set_int(r->page, "need_code", is_public(a) && !held_proof_is_for(r, a->number));
	return show_document(r, a, &replaced);
}

static enum rc
application_page(struct request *r, int status)
{
	struct application a;
	struct application_step step[APPLICATION_STEPS];
	bool waits;
	size_t count;
	enum rc rc;

	if ((rc = application_db_find_whole(r->db, r->param[0], r->session.iin, &a, step, &count)) != RC_OK)
		return rc;
	shown_application(r, &a, step, count);
	waits = strcmp(a.status, "new") == 0;
	page_set_int(r->page, "can_confirm", waits);
	page_set_int(r->page, "can_withdraw", waits);
	if (waits && (rc = show_decision(r, &a)) != RC_OK)
		return rc;
	return response_view(r, status, "applications/show.cs");
}

static enum rc
application_get(struct request *r)
{
	return application_page(r, 200);
}

/* ---- confirmation */

enum { FIELD_STATUS, FIELD_AGREE, FIELD_SIGNED, FIELD_CODE, FIELD_COUNT };

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
	[FIELD_CODE] = { .name = "code", .max = 32 },
};

/*
 * Was a public application filed by this very person? The pending keys were shown in this browser, or the filing code is told. RC_CONFLICT: it was
 * not; the message stands at the field.
 */
static enum rc
check_filer(struct request *r, const struct application *a, const struct field *code)
{
	enum code_outcome outcome;
	char text[24];
	int64_t left;
	enum rc rc;

	if (!is_public(a) || held_proof_is_for(r, a->number))
		return RC_OK;
	if (code->error != NULL || code->len == 0) {
		response_message(r, "code", "error.code_missing", NULL);
		return RC_CONFLICT;
	}
	if ((rc = applications_db_code(r, a, code->value, &outcome, &left)) != RC_OK || outcome == CODE_RIGHT)
		return rc;
	snprintf(text, sizeof(text), "%lld", (long long)left);
	response_message(r, "code", outcome == CODE_WRONG && left > 0 ? "error.code" : "error.code_locked",
	    (const struct i18n_arg[]){ { "left", text }, { NULL, NULL } });
	return RC_CONFLICT;
}

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
	if ((rc = check_filer(r, &a, &field[FIELD_CODE])) != RC_OK)
		return rc == RC_CONFLICT ? application_page(r, 422) : rc;
	rc = signed_form_db_check(r->db, &query, field[FIELD_SIGNED].value, field[FIELD_SIGNED].len, r->address, &result, &variant);
	if (rc == RC_BAD_INPUT) {
		response_refused(r, result.rule);
		rc = application_page(r, 422);
		goto out;
	}
	if (rc != RC_OK)
		goto out;

	/* act */
	rc = applications_db_confirm(r, &a, &query, &result, field[FIELD_SIGNED].value, field[FIELD_SIGNED].len,
	    variant != NULL && strncmp(variant, REPLACE, strlen(REPLACE)) == 0, &rule);

	/* render */
	if (rc == RC_OK) {
		response_tell(r, "confirmed");
		rc = response_redirect(r, "/status/%s", a.number);
	} else if (rc == RC_CONFLICT && (rc = signed_form_db_late(r->db, &query, &result, rule, r->address)) == RC_OK) {
		if (rule != RULE_NONE)
			response_refused(r, rule);
		else
			response_message(r, "status", "error.status", NULL);
		rc = application_page(r, rule != RULE_NONE ? 422 : 409);
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
	if (rc == RC_OK) {
		if (strcmp(a.origin, "cabinet") == 0)
			response_tell(r, "withdrawn");
		return response_redirect(r, "/applications/%s", a.number);
	}
	if (rc != RC_CONFLICT)
		return rc;
	rc = event_db_insert(r->db, &(struct event){ .kind = "act-refused",
					.iin = r->session.iin,
					.application = a.number,
					.serial = r->session.serial,
					.rule = "state",
					.address = r->address,
					.detail = "withdrawal" });
	if (rc != RC_OK)
		return rc;
	response_message(r, NULL, "error.status", NULL);
	return application_page(r, 409);
}

static const struct route routes[] = {
	{ METHOD_GET, "/applications", ROLE_CITIZEN, applications_get },
	{ METHOD_GET, "/applications/{number}", ROLE_CITIZEN, application_get },
	{ METHOD_GET, "/applications/{number}/statement.pdf", ROLE_CITIZEN, statement_pdf_get },
	{ METHOD_GET, "/applications/{number}/statement.docx", ROLE_CITIZEN, statement_docx_get },
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
			      .body_max = BODY_SIGNED,
			      .views = (const char *const[]){ "applications/list.cs", "applications/show.cs", NULL },
			      .has_children = true },
	    argc, argv);
}
