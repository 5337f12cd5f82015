/*
 * GET /apply: the form of a first application, with the code that will show who filed it. POST /apply: files it.
 * In:     iin, surname, name, patronymic, email, locality (KATO code), store, csr_auth, csr_sign (PKCS#10 as PEM; only their keys count)
 * Out:    303 /status/{number}; it waits there for the registration centre, or for the citizen's own confirmation in the cabinet
 * Errors: 422 beside the field; 429 too many from this address or for this IIN, in the same words
 * DB:     apply: INSERT rate_limit, public_key, application, application_status, event. A GET writes nothing.
 */
#include <string.h>

#include "apply.h"
#include "base/iin.h"
#include "store/event.h"
#include "store/rate.h"
#include "web/held.h"
#include "web/keyform.h"
#include "web/route.h"

enum {
	FIELD_IIN,
	FIELD_SURNAME,
	FIELD_NAME,
	FIELD_PATRONYMIC,
	FIELD_EMAIL,
	FIELD_LOCALITY,
	FIELD_STORE,
	FIELD_CSR_AUTH,
	FIELD_CSR_SIGN,
	FIELD_COUNT
};

#define RETRY_SECONDS 3600
#define NAME_MAX 200 /* octets: 100 letters of two */

/*
 * Letters of any script; of ASCII nothing but letters and what joins the parts of a name. By lead octet: C2 begins the signs of Latin-1, E2
 * punctuation, directions and symbols (the apostrophe U+2019 passes), EE and EF private use and specials, F0 and above emoji.
 */
static bool
is_name(const char *value)
{
	for (const char *c = value; *c != '\0'; c++) {
		const unsigned char octet = (unsigned char)*c;

		if (octet < 0x80 && !((octet >= 'A' && octet <= 'Z') || (octet >= 'a' && octet <= 'z') || strchr(" -'.", *c) != NULL))
			return false;
		if (octet == 0xc2 || octet >= 0xee || (octet == 0xe2 && strncmp(c, "\u2019", 3) != 0))
			return false;
	}
	return true;
}

static const struct field_spec form[FIELD_COUNT] = {
	[FIELD_IIN] = { "iin", 12, FIELD_REQUIRED, iin_is_wellformed, "error.iin" },
	[FIELD_SURNAME] = { "surname", NAME_MAX, FIELD_REQUIRED, is_name, "error.name" },
	[FIELD_NAME] = { "name", NAME_MAX, FIELD_REQUIRED, is_name, "error.name" },
	[FIELD_PATRONYMIC] = { "patronymic", NAME_MAX, 0, is_name, "error.name" },
	[FIELD_EMAIL] = { "email", 254, 0, field_is_email, "error.email" },
	[FIELD_LOCALITY] = { "locality", 9, FIELD_REQUIRED, keyform_is_locality, "error.locality" },
	[FIELD_STORE] = { "store", 32, FIELD_REQUIRED, keyform_is_store, "error.store" },
	[FIELD_CSR_AUTH] = { "csr_auth", 2 * CSR_MAX, FIELD_REQUIRED | FIELD_MULTILINE, NULL, NULL },
	[FIELD_CSR_SIGN] = { "csr_sign", 2 * CSR_MAX, FIELD_REQUIRED | FIELD_MULTILINE, NULL, NULL },
};

static enum rc
apply_page(struct request *r, int status)
{
	char code[HELD_CODE_SIZE];
	enum rc rc;

	if ((rc = keyform_db_localities(r)) != RC_OK)
		return rc;
	route_pre_session(r);
	held_code(r, code);
	page_set(r->page, "code", code);
	page_set_int(r->page, "check_iin", r->conf->check_iin);
	return response_view(r, status, "apply/form.cs");
}

static enum rc
apply_get(struct request *r)
{
	page_set(r->page, "value.store", "PKCS12");
	return apply_page(r, 200);
}

static enum rc
refuse(struct request *r, enum apply_refusal refusal)
{
	int status = 422;
	enum rc rc;

	switch (refusal) {
	case APPLY_LIMIT:
		response_message(r, NULL, "error.apply_limit", NULL);
		/* the same for both limits: the answer tells nothing about an IIN */
		response_retry_after(r, RETRY_SECONDS);
		status = 429;
		break;
	case APPLY_KNOWN_KEY:
		response_message(r, "csr_auth", "error.csr_known_key", NULL);
		break;
	case APPLY_LOCALITY:
		response_message(r, "locality", "error.locality", NULL);
		break;
	case APPLY_OK:
		return RC_INTERNAL;
	}
	rc = apply_db_refused(r, refusal);
	return rc == RC_OK ? apply_page(r, status) : rc;
}

static bool
take_iin(struct request *r, const struct field *iin)
{
	if (iin->error != NULL || !r->conf->check_iin || iin_is_valid(iin->value))
		return iin->error == NULL;
	response_message(r, "iin", "error.iin", NULL);
	return false;
}

static enum rc
apply_post(struct request *r)
{
	struct field field[FIELD_COUNT];
	struct apply filed = { 0 };
	enum apply_refusal refusal = APPLY_OK;
	char number[15], code[HELD_CODE_SIZE];
	bool good, iin_good;
	enum rc rc;

	/* parse */
	good = fields_take(r->fields, form, FIELD_COUNT, field) == RC_OK;
	response_fields(r, form, field, FIELD_COUNT);
	iin_good = take_iin(r, &field[FIELD_IIN]);
	good = iin_good && good;
	/* whose keys these are is known only with an IIN */
	if (iin_good)
		good = keyform_take_requests(
			   r, &field[FIELD_CSR_AUTH], &field[FIELD_CSR_SIGN], field[FIELD_IIN].value, &filed.auth, &filed.sign) &&
		       good;
	if (!good) {
		rc = apply_page(r, 422);
		goto out;
	}
	held_code(r, code);
	filed.iin = field[FIELD_IIN].value;
	filed.surname = field[FIELD_SURNAME].value;
	filed.name = field[FIELD_NAME].value;
	filed.patronymic = field[FIELD_PATRONYMIC].value;
	filed.email = field[FIELD_EMAIL].value;
	filed.locality = field[FIELD_LOCALITY].value;
	filed.store = field[FIELD_STORE].value;
	filed.code = code;

	/* act */
	rc = apply_db_file(r, &filed, number, &refusal);

	/* render */
	if (rc == RC_OK)
		rc = response_redirect(r, "/status/%s", number);
	else if (rc == RC_CONFLICT && refusal != APPLY_OK)
		rc = refuse(r, refusal);
out:
	csr_free(&filed.auth);
	csr_free(&filed.sign);
	return rc;
}

static const struct route routes[] = {
	{ METHOD_GET, "/apply", ROLE_ANYONE, apply_get },
	{ METHOD_POST, "/apply", ROLE_ANYONE, apply_post },
};

static const struct db_statement *const *const statements[] = { apply_statements, keyform_statements, rate_statements, event_statements,
	NULL };

int
main(int argc, char **argv)
{
	return route_main(&(const struct program){ .name = "apply",
			      .account = "cabinet_apply",
			      .routes = routes,
			      .count = sizeof(routes) / sizeof(routes[0]),
			      .statements = statements,
			      .body_max = BODY_REQUESTS,
			      .views = (const char *const[]){ "apply/form.cs", NULL } },
	    argc, argv);
}
