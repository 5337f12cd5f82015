/*
 * A route program: its table of routes, statements and views. main is three lines: return route_main(&program);
 * The table declares needs and the web floor enforces them: session, CSRF token, Origin / Sec-Fetch-Site, method, body limit.
 */
#ifndef CABINET_WEB_ROUTE_H
#define CABINET_WEB_ROUTE_H

#include "base/conf.h"
#include "web/request.h"
#include "web/fields.h"
#include "web/response.h"
#include "web/view.h"

#define BODY_WORDS 4096	    /* a token and a few words */
#define BODY_TYPED 16384    /* fields that a person types in: what was pasted by mistake is told of beside its field */
#define BODY_REQUESTS 65536 /* two requests for certificates, names */
#define BODY_SIGNED 262144  /* a signed document of FORM_MAX octets, each as %XX, and the document that it was made from */

enum role {		 /* no default: a row with role 0 does not start */
	ROLE_ANYONE = 1, /* no session looked at */
	ROLE_VISITOR,	 /* session looked at if there, else pre-session */
	ROLE_CITIZEN,	 /* session needed: otherwise 303 /login?back= */
	ROLE_LOCAL	 /* loopback or listed addresses only; otherwise 404 */
};

struct route {
	enum method method;
	const char *pattern; /* "/keys/{serial}/revoke"; {serial} 40 hex, {number} 14 digits, {code} [0-9a-zA-Z_-]{1,64}; else 404 */
	enum role role;
	enum rc (*handle)(struct request *); /* RC_OK: answered by a response_* call; else its error page */
};

struct program {
	const char *name;    /* "keys" */
	const char *account; /* "cabinet_keys"; NULL: no database */
	const struct route *routes;
	size_t count;
	const struct db_statement *const *const *statements; /* lists, NULL-terminated; NULL without account */
	const char *const *views;			     /* templates, NULL-terminated */
	bool has_children;				     /* makes documents apart (document/apart.h): may fork */
	const char *(*file)(const struct conf *, size_t n);  /* n-th file or folder that requests open; "" if not set, NULL: no more */
	const struct raw_program *raw;			     /* not NULL: in place of routes and views (raw.h) */
	size_t body_max;     /* octets of the largest form: BODY_*, as in conf/nginx/cabinet-site.conf; 0: BODY_WORDS */
	enum conf_role role; /* which files of the configuration it needs; 0: those of the pages */
};

/*
 * Options: -c FILE configuration (default /etc/cabinet/cabinet.conf); --check: loads and prepares everything, the database too, exit 0 or 1.
 * FastCGI on descriptor 0, one request at a time (raw programs: what waits together), prefork by multiwatch.
 * Prepares statements and views before the first accept, then keeps no right that a request does not need (base/sandbox.h). SIGTERM: the running request is answered, then exit 0. Recycled after
 * conf->worker_requests. A database that is away: every route that needs it answers 503 with Retry-After, and reconnects.
 */
int route_main(const struct program *, int argc, char **argv);

/* The pre-session cookie "__Host-login" for anonymous forms: sets it (random part fresh or kept) and fills r->csrf and r->pre_session. */
void route_pre_session(struct request *);

/* Does path fit? Number of parameters copied, or -1. */
int route_match(const char *pattern, const char *path, char param[REQUEST_PARAMS][REQUEST_PARAM_SIZE]);
/* Every row has a method, a role, a handler and a pattern of known places, and a session only where there is an account; logs what is not so. */
bool route_table_is_valid(const struct program *);
/* path of a POST becomes the page that holds its form: itself when it has a GET row, else the nearest one above, else "/". */
void route_form_page(const struct program *, struct buf *path);
/* First 43 characters of the pre-session cookie; "" unless the cookie is well-formed. */
void route_pre_session_random(char out[44], const char *cookie);

#endif
