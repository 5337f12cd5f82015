/* The public pages: front page, help, and the switch of the language. No session, no database. */
#include "web/route.h"

#define LANGUAGE_SECONDS (365L * 24 * 3600)

/* GET /: what this is, the way in, the way to help. */
static enum rc
index_get(struct request *r)
{
	return response_view(r, 200, "home/index.cs");
}

/* GET /help: terms, browsers, certificates and CRLs of the CA. */
static enum rc
help_get(struct request *r)
{
	return response_view(r, 200, "home/help.cs");
}

static bool
is_language(const char *value)
{
	enum lang lang;

	return lang_parse(&lang, value) == 0;
}

/*
 * GET /language: the language of the pages to come.
 * In:     to (ru, kk, en), back (local address, else "/")
 * Out:    303 back, with the cookie "language"
 * Errors: 422 another language
 */
static enum rc
language_get(struct request *r)
{
	enum { TO, BACK, COUNT };
	static const struct field_spec spec[COUNT] = {
		[TO] = { "to", 2, FIELD_REQUIRED, is_language, "error.required" },
		[BACK] = { "back", REQUEST_TARGET_MAX, 0, request_is_local, "error.required" },
	};
	struct field field[COUNT];

	/* a wrong way back is no reason to refuse the language */
	if (fields_take(r->fields, spec, COUNT, field) != RC_OK && field[TO].error != NULL)
		return RC_BAD_INPUT;
	response_cookie(r, "language", field[TO].value, LANGUAGE_SECONDS);
	return response_redirect(r, "%s", field[BACK].error == NULL && field[BACK].len > 0 ? field[BACK].value : "/");
}

static const struct route routes[] = {
	{ METHOD_GET, "/", ROLE_ANYONE, index_get },
	{ METHOD_GET, "/help", ROLE_ANYONE, help_get },
	{ METHOD_GET, "/language", ROLE_ANYONE, language_get },
};

static const char *const views[] = { "home/index.cs", "home/help.cs", NULL };

static const struct program program = {
	.name = "home",
	.routes = routes,
	.count = sizeof(routes) / sizeof(routes[0]),
	.views = views,
};

int
main(int argc, char **argv)
{
	return route_main(&program, argc, argv);
}
