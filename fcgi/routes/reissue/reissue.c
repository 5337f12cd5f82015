/*
 * GET /reissue: the form, filled from the certificate and the last application. POST /reissue: files the application.
 * In:     email, locality (KATO code), store, csr_auth, csr_sign (PKCS#10 as PEM; only their keys count)
 * Out:    303 /applications/{number}, where it waits for the citizen's signature
 * Errors: 422 beside the field (each proof of possession, key strength, known or equal keys, another IIN; the same form sent again is
 *         refused too, with the way to the application that it has filed); 429 at the limit, with the
 *         time of the next attempt
 * DB:     reissue: UPDATE citizen.version; INSERT public_key, application, application_status, event.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "reissue.h"
#include "store/certificate.h"
#include "store/event.h"
#include "web/keyform.h"
#include "store/outbox.h"
#include "web/route.h"

enum { FIELD_EMAIL, FIELD_LOCALITY, FIELD_STORE, FIELD_CSR_AUTH, FIELD_CSR_SIGN, FIELD_COUNT };

static const struct field_spec form[FIELD_COUNT] = {
	[FIELD_EMAIL] = { "email", 254, 0, field_is_email, "error.email" },
	[FIELD_LOCALITY] = { "locality", 9, FIELD_REQUIRED, keyform_is_locality, "error.locality" },
	[FIELD_STORE] = { "store", 32, FIELD_REQUIRED, keyform_is_store, "error.store" },
	[FIELD_CSR_AUTH] = { "csr_auth", 2 * CSR_MAX, FIELD_REQUIRED | FIELD_MULTILINE, NULL, NULL },
	[FIELD_CSR_SIGN] = { "csr_sign", 2 * CSR_MAX, FIELD_REQUIRED | FIELD_MULTILINE, NULL, NULL },
};

static void
show_attempts(struct request *r, const struct reissue_state *state)
{
	int64_t left = r->conf->applications_limit - state->filed;
	struct buf text = BUF_INIT;
	char left_text[24], limit[24], code[32], next[CLOCK_SHOWN_SIZE];

	if (left < 0)
		left = 0;
	snprintf(left_text, sizeof(left_text), "%" PRId64, left);
	snprintf(limit, sizeof(limit), "%" PRId64, r->conf->applications_limit);
	snprintf(code, sizeof(code), "attempts.%s", i18n_plural(r->lang, left));
	i18n_format(
	    &text, r->lang, code, (const struct i18n_arg[]){ { "left", left_text }, { "limit", limit }, { "days", "30" }, { NULL, NULL } });
	page_set(r->page, "attempts.text", buf_text(&text));
	page_set(r->page, "attempts.left", left_text);
	buf_free(&text);
	if (left == 0) {
		clock_shown(next, state->next);
		page_set(r->page, "attempts.next", next);
	}
}

/* typed: the form came back with faults, its values are in the page already */
static enum rc
reissue_page(struct request *r, int status, bool typed)
{
	struct reissue_state state;
	enum rc rc;

	if ((rc = reissue_db_state(r, &state)) != RC_OK || (rc = keyform_db_localities(r)) != RC_OK)
		return rc;
	show_attempts(r, &state);
	page_set(r->page, "citizen.iin", r->session.iin);
	page_set(r->page, "citizen.surname", r->session.surname);
	page_set(r->page, "citizen.name", r->session.name);
	page_set(r->page, "citizen.patronymic", r->session.patronymic);
	page_setf(r->page, "citizen.common_name", "%s%s%s", r->session.surname, r->session.name[0] != '\0' ? " " : "", r->session.name);
	page_set_int(r->page, "can_reissue", state.can_sign);
	if (!typed) {
		page_set(r->page, "value.email", state.email);
		page_set(r->page, "value.locality", state.locality);
		page_set(r->page, "value.store", state.store[0] != '\0' ? state.store : "PKCS12");
	}
	return response_view(r, status, "reissue/form.cs");
}

static enum rc
reissue_get(struct request *r)
{
	return reissue_page(r, 200, false);
}

static enum rc
refuse(struct request *r, enum reissue_refusal refusal)
{
	struct reissue_state state;
	char next[CLOCK_SHOWN_SIZE];
	enum rc rc;
	int status = 422;

	switch (refusal) {
	case REISSUE_LIMIT:
		if ((rc = reissue_db_state(r, &state)) != RC_OK)
			return rc;
		clock_shown(next, state.next);
		response_message(r, NULL, "error.limit", (const struct i18n_arg[]){ { "time", next }, { NULL, NULL } });
		status = 429;
		break;
	case REISSUE_NO_SIGNING_KEY:
		response_message(r, NULL, "error.no_signing_key", NULL);
		status = 409;
		break;
	case REISSUE_KNOWN_KEY:
		response_message(r, "csr_auth", "error.csr_known_key", NULL);
		break;
	case REISSUE_LOCALITY:
		response_message(r, "locality", "error.locality", NULL);
		break;
	case REISSUE_OK:
		return RC_INTERNAL;
	}
	rc = event_db_insert(r->db, &(struct event){ .kind = "application-refused",
					.iin = r->session.iin,
					.serial = r->session.serial,
					.address = r->address,
					.rule = (const char *const[]){ [REISSUE_OK] = NULL,
					    [REISSUE_LIMIT] = "limit",
					    [REISSUE_NO_SIGNING_KEY] = "no-signing-key",
					    [REISSUE_KNOWN_KEY] = "known-key",
					    [REISSUE_LOCALITY] = "locality" }[refusal] });
	return rc == RC_OK ? reissue_page(r, status, true) : rc;
}

static enum rc
reissue_post(struct request *r)
{
	struct field field[FIELD_COUNT];
	struct reissue filed = { 0 };
	enum reissue_refusal refusal = REISSUE_OK;
	char number[15];
	bool good;
	enum rc rc;

	/* parse */
	good = fields_take(r->fields, form, FIELD_COUNT, field) == RC_OK;
	response_fields(r, form, field, FIELD_COUNT);
	good = keyform_take_requests(r, &field[FIELD_CSR_AUTH], &field[FIELD_CSR_SIGN], r->session.iin, &filed.auth, &filed.sign) && good;
	if (!good) {
		rc = reissue_page(r, 422, true);
		goto out;
	}
	filed.email = field[FIELD_EMAIL].value;
	filed.locality = field[FIELD_LOCALITY].value;
	filed.store = field[FIELD_STORE].value;

	/* act */
	rc = reissue_db_file(r, &filed, number, &refusal);

	/* render */
	if (rc == RC_OK)
		rc = response_redirect(r, "/applications/%s", number);
	else if (rc == RC_CONFLICT && refusal != REISSUE_OK) {
		/* keys are filed once; whose answer was lost on the way is shown where it went on */
		if ((rc = reissue_db_same(r, &filed, number)) == RC_OK)
			page_set(r->page, "filed.number", number);
		if (rc == RC_OK || rc == RC_NOT_FOUND)
			rc = refuse(r, refusal);
	}
out:
	csr_free(&filed.auth);
	csr_free(&filed.sign);
	return rc;
}

static const struct route routes[] = {
	{ METHOD_GET, "/reissue", ROLE_CITIZEN, reissue_get },
	{ METHOD_POST, "/reissue", ROLE_CITIZEN, reissue_post },
};

static const struct db_statement *const *const statements[] = {
	reissue_statements,
	keyform_statements,
	session_statements,
	certificate_statements,
	outbox_statements,
	event_statements,
	NULL,
};

int
main(int argc, char **argv)
{
	return route_main(&(const struct program){ .name = "reissue",
			      .account = "cabinet_reissue",
			      .routes = routes,
			      .count = sizeof(routes) / sizeof(routes[0]),
			      .statements = statements,
			      .body_max = BODY_REQUESTS,
			      .views = (const char *const[]){ "reissue/form.cs", NULL } },
	    argc, argv);
}
