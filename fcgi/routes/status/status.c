/*
 * GET /status: search by number, own open applications. GET /status/{number}: state, history, installation.
 * GET …/certificates: PEM for the new key files. POST …/installed: the citizen has them. POST …/proof: status_proof.c.
 * Who:    the citizen with a session, or whoever proved a pending key of this application a moment ago; others get a document to sign.
 * Errors: 404 not this citizen's, or not issued yet; 409 installed before it was issued.
 * DB:     status: UPDATE application.status; INSERT application_status, event.
 */
#include <string.h>

#include "status.h"
#include "store/document_used.h"
#include "store/event.h"
#include "store/rate.h"
#include "store/signed_form.h"
#include "web/held.h"
#include "web/route.h"
#include "web/shown.h"

enum { FIELD_NUMBER, FIELD_COUNT };

static bool
is_number(const char *value)
{
	return strlen(value) == NUMBER_SIZE - 1 && strspn(value, "0123456789") == NUMBER_SIZE - 1;
}

static const struct field_spec form[FIELD_COUNT] = {
	[FIELD_NUMBER] = { "number", 14, 0, is_number, "error.number" },
};

static enum rc
search_page(struct request *r, int status)
{
	enum rc rc;

	if ((rc = status_db_open(r)) != RC_OK)
		return rc;
	return response_view(r, status, "status/search.cs");
}

static enum rc
search_get(struct request *r)
{
	struct field field[FIELD_COUNT];
	struct application a;
	bool good;
	enum rc rc;

	good = fields_take(r->fields, form, FIELD_COUNT, field) == RC_OK;
	if (!r->signed_in)
		return good && field[FIELD_NUMBER].len > 0 ? response_redirect(r, "/status/%s", field[FIELD_NUMBER].value)
							   : RC_UNAUTHENTICATED;
	response_fields(r, form, field, FIELD_COUNT);
	if (!good)
		return search_page(r, 422);
	if (field[FIELD_NUMBER].len == 0)
		return search_page(r, 200);
	rc = application_db_find(r->db, field[FIELD_NUMBER].value, r->session.iin, &a);
	if (rc == RC_NOT_FOUND) {
		response_message(r, "number", "error.not_found_application", NULL);
		return search_page(r, 404);
	}
	return rc == RC_OK ? response_redirect(r, "/status/%s", a.number) : rc;
}

/* One's own by the session, or one whose pending key was there a moment ago, and its history. RC_UNAUTHENTICATED: neither session nor proof. */
static enum rc
find_whole(struct request *r, struct application *a, struct application_step step[APPLICATION_STEPS], size_t *count)
{
	enum rc rc = RC_UNAUTHENTICATED;

	if (r->signed_in)
		rc = application_db_find_whole(r->db, r->param[0], r->session.iin, a, step, count);
	if ((rc != RC_UNAUTHENTICATED && rc != RC_NOT_FOUND) || !held_proof_is_for(r, r->param[0]))
		return rc;
	if ((rc = application_db_find_any(r->db, r->param[0], a)) != RC_OK)
		return rc;
	return application_db_history(r->db, a->number, step, count);
}

/* The application alone. */
static enum rc
find(struct request *r, struct application *a)
{
	enum rc rc = RC_UNAUTHENTICATED;

	if (r->signed_in)
		rc = application_db_find(r->db, r->param[0], r->session.iin, a);
	if ((rc == RC_UNAUTHENTICATED || rc == RC_NOT_FOUND) && held_proof_is_for(r, r->param[0]))
		rc = application_db_find_any(r->db, r->param[0], a);
	return rc;
}

static enum rc
status_page(struct request *r, int status)
{
	struct application a;
	struct application_step step[APPLICATION_STEPS];
	size_t count, certificates;
	enum rc rc;

	if ((rc = find_whole(r, &a, step, &count)) != RC_OK)
		return rc == RC_UNAUTHENTICATED ? status_proof_page(r, 200) : rc;
	if ((rc = status_db_certificates(r, &a, &certificates)) != RC_OK)
		return rc;
	if (!r->signed_in)
		route_pre_session(r);
	if ((rc = status_show_code(r)) != RC_OK)
		return rc;
	shown_application(r, &a, step, count);
	page_set(r->page, "application.origin_code", a.origin);
	page_set_int(r->page, "waiting", strcmp(a.status, "signed") == 0 || strcmp(a.status, "signing") == 0);
	page_set_int(r->page, "issued", certificates > 0);
	page_set_int(r->page, "installed", strcmp(a.status, "installed") == 0);
	return response_view(r, status, "status/show.cs");
}

static enum rc
status_get(struct request *r)
{
	return status_page(r, 200);
}

static enum rc
certificates_get(struct request *r)
{
	struct application a;
	struct buf pem = BUF_INIT;
	enum rc rc;

	if ((rc = find(r, &a)) != RC_OK)
		return rc;
	rc = status_db_chain(r, &a, &pem);
	if (rc == RC_OK)
		rc = response_data(r, "application/x-pem-file", "certificates.pem", pem.data, pem.len);
	buf_free(&pem);
	return rc;
}

static enum rc
installed_post(struct request *r)
{
	struct application a;
	enum rc rc;

	if ((rc = find(r, &a)) != RC_OK)
		return rc;
	rc = status_db_installed(r, &a);
	if (rc == RC_OK)
		return response_redirect(r, "/status/%s", a.number);
	if (rc != RC_CONFLICT)
		return rc;
	rc = event_db_insert(r->db, &(struct event){ .kind = "act-refused",
					.iin = r->session.iin,
					.application = a.number,
					.serial = r->session.serial,
					.rule = "state",
					.address = r->address,
					.detail = "installed" });
	if (rc != RC_OK)
		return rc;
	response_message(r, NULL, "error.status", NULL);
	return status_page(r, 409);
}

/* Also for who has a session: showing the pending keys confirms that a public application is one's own. */
static enum rc
proof_get(struct request *r)
{
	return status_proof_page(r, 200);
}

static const struct route routes[] = {
	{ METHOD_GET, "/status", ROLE_VISITOR, search_get },
	{ METHOD_GET, "/status/{number}", ROLE_VISITOR, status_get },
	{ METHOD_GET, "/status/{number}/certificates", ROLE_VISITOR, certificates_get },
	{ METHOD_POST, "/status/{number}/installed", ROLE_VISITOR, installed_post },
	{ METHOD_GET, "/status/{number}/proof", ROLE_VISITOR, proof_get },
	{ METHOD_POST, "/status/{number}/proof", ROLE_VISITOR, status_proof_post },
};

static const struct db_statement *const *const statements[] = {
	status_statements,
	status_proof_statements,
	application_statements,
	application_any_statements,
	session_statements,
	signed_form_keep_statements,
	document_used_statements,
	rate_statements,
	event_statements,
	NULL,
};

int
main(int argc, char **argv)
{
	return route_main(&(const struct program){ .name = "status",
			      .account = "cabinet_status",
			      .routes = routes,
			      .count = sizeof(routes) / sizeof(routes[0]),
			      .statements = statements,
			      .body_max = BODY_SIGNED,
			      .views = (const char *const[]){ "status/search.cs", "status/show.cs", "status/proof.cs", NULL } },
	    argc, argv);
}
