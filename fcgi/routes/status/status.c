/*
 * GET /status: search by number, own open applications. GET /status/{number}: state, history, installation.
 * GET …/certificates: PEM for the new key files. POST …/installed: the citizen has them.
 * Errors: 404 not this citizen's, or not issued yet; 409 installed before it was issued.
 * DB:     status: UPDATE application.status; INSERT application_status, event.
 */
#include <string.h>

#include "status.h"
#include "store/event.h"
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

static enum rc
status_page(struct request *r, int status)
{
	struct application a;
	struct application_step step[APPLICATION_STEPS];
	size_t count, certificates;
	enum rc rc;

	if ((rc = application_db_find(r->db, r->param[0], r->session.iin, &a)) != RC_OK)
		return rc;
	if ((rc = application_db_history(r->db, a.number, step, &count)) != RC_OK)
		return rc;
	if ((rc = status_db_certificates(r, a.number, &certificates)) != RC_OK)
		return rc;
	shown_application(r, &a, step, count);
	page_set_int(r->page, "own", 1);
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
	struct buf pem = BUF_INIT;
	enum rc rc;

	rc = status_db_chain(r, r->param[0], &pem);
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

	if ((rc = application_db_find(r->db, r->param[0], r->session.iin, &a)) != RC_OK)
		return rc;
	rc = status_db_installed(r, &a);
	if (rc == RC_OK)
		return response_redirect(r, "/status/%s", a.number);
	if (rc != RC_CONFLICT)
		return rc;
	response_message(r, NULL, "error.status", NULL);
	return status_page(r, 409);
}

static const struct route routes[] = {
	{ METHOD_GET, "/status", ROLE_CITIZEN, search_get },
	{ METHOD_GET, "/status/{number}", ROLE_CITIZEN, status_get },
	{ METHOD_GET, "/status/{number}/certificates", ROLE_CITIZEN, certificates_get },
	{ METHOD_POST, "/status/{number}/installed", ROLE_CITIZEN, installed_post },
};

static const struct db_statement *const *const statements[] = {
	status_statements,
	application_statements,
	session_statements,
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
			      .views = (const char *const[]){ "status/search.cs", "status/show.cs", NULL } },
	    argc, argv);
}
