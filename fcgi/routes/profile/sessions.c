/*
 * POST /profile/sessions: ends one of the citizen's own sessions, or all but this one.
 * In:     session (64 hex, as the page names it), or others=1
 * Out:    303 /profile; / when the session that asked has ended itself
 * Errors: 404 no open session of this citizen; 422 neither is named.
 * DB:     profile: UPDATE session; INSERT event.
 */
#include <string.h>

#include "profile.h"
#include "web/route.h"

enum { FIELD_SESSION, FIELD_OTHERS, FIELD_COUNT };

static bool
is_handle(const char *value)
{
	return strlen(value) == SESSION_HANDLE_SIZE - 1 && strspn(value, "0123456789abcdef") == SESSION_HANDLE_SIZE - 1;
}

static bool
is_one(const char *value)
{
	return strcmp(value, "1") == 0;
}

static const struct field_spec form[FIELD_COUNT] = {
	[FIELD_SESSION] = { .name = "session", .max = SESSION_HANDLE_SIZE - 1, .is_valid = is_handle, .invalid = "error.session" },
	[FIELD_OTHERS] = { .name = "others", .max = 1, .is_valid = is_one, .invalid = "error.session" },
};

enum rc
sessions_post(struct request *r)
{
	struct field field[FIELD_COUNT];
	bool own = false;
	enum rc rc;

	/* parse */
	rc = fields_take(r->fields, form, FIELD_COUNT, field);
	if (rc != RC_OK || (field[FIELD_SESSION].len > 0) == (field[FIELD_OTHERS].len > 0)) {
		response_message(r, NULL, "error.session", NULL);
		return profile_page(r, 422, false);
	}

	/* act: whose session it is, is in the WHERE clause */
	if (field[FIELD_OTHERS].len > 0)
		rc = sessions_db_end_others(r);
	else
		rc = sessions_db_end(r, field[FIELD_SESSION].value, &own);

	/* render */
	if (rc != RC_OK)
		return rc;
	if (own)
		response_cookie(r, "__Host-session", "", 0);
	return response_redirect(r, "%s", own ? "/" : "/profile");
}
