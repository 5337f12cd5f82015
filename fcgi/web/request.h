/*
 * One HTTP request as a handler sees it, and the answer it builds. Handlers go parse → authorize → act → render; nothing is sent before the
 * handler has returned, so an answer is whole or an error page.
 */
#ifndef CABINET_WEB_REQUEST_H
#define CABINET_WEB_REQUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/conf.h"
#include "base/rc.h"
#include "store/db.h"
#include "store/session.h"
#include "web/csrf.h"
#include "web/i18n.h"

#define REQUEST_PARAMS 4

#define REQUEST_TARGET_MAX 2048 /* octets of path and query as sent */
#define REQUEST_PARAM_SIZE 65
#define REQUEST_AGENT_SIZE 201
#define REQUEST_COOKIE_MAX 512

struct fields;
struct page;
struct program;
struct route;
struct view;

enum method { METHOD_GET, METHOD_POST, METHOD_OTHER }; /* HEAD is GET without a body */

struct request {
	/* parsed and checked by the web floor; read only for handlers */
	enum method method;
	const char *path;		   /* "/keys/…", no query; decoded, local, no "..", UTF-8 */
	const char *query;		   /* raw, without '?'; "" if none */
	const char *param[REQUEST_PARAMS]; /* what {…} of the route's pattern matched, in order; else NULL */
	const char *address;		   /* client's, as nginx saw it */
	const char *user_agent;		   /* valid UTF-8, at most 200 octets */
	enum lang lang;			   /* cookie, else the citizen's choice, else Accept-Language, else ru */
	bool signed_in;
	struct session session;	  /* when signed_in */
	const char *pre_session;  /* value of the __Host-login cookie, "" if none */
	const char *proof_cookie; /* value of the __Host-proof cookie, "" if none: held.h */
	char csrf[CSRF_SIZE];	  /* token for forms of this answer; "" without session and pre-session */
	struct fields *fields;	  /* POST body, else query */
	/* services */
	const struct conf *conf;
	struct db *db;	   /* NULL for programs without an account */
	struct page *page; /* values for the view; head, menu, language, csrf are set already */
	struct view *view;
	/* the answer */
	int status; /* 200 unless set by a response_* call */
	struct buf body;
	struct buf headers;    /* complete "Name: value\r\n" lines beside the ones the web floor sends */
	char content_type[96]; /* the longest: DOCX, 71 */
	/* kept by the web floor */
	const struct program *program;
	const struct route *route;  /* NULL: address unknown */
	const char *session_cookie; /* "" if none */
	bool has_session;	    /* the browser holds one, even where this program does not see it */
	const char *told;	    /* code of the __Host-told cookie, "" if none: response_tell */
	bool failed;		    /* the answer is an error page */
	size_t messages;	    /* lines of the summary so far */
	struct buf target;	    /* memory of path */
	char param_text[REQUEST_PARAMS][REQUEST_PARAM_SIZE];
	char agent_text[REQUEST_AGENT_SIZE];
	char fresh[44]; /* memory of a pre_session set by this answer */
};

/*
 * Path of a request target (RFC 9112, 3.2.1), decoded; *query points into target, behind '?', or is "". RC_BAD_INPUT: not local, a wrong escape,
 * an empty, "." or ".." segment, an escaped '/', '\', a control character, not UTF-8, too long.
 */
MUST_USE enum rc request_target(struct buf *path, const char **query, const char *target);
/* May a Location header name it: "/…", not "//…", printable ASCII without '\'. For back=. */
bool request_is_local(const char *target);
/* Printable valid UTF-8 of at most size - 1 octets, cut between characters; what is neither becomes '?'. For User-Agent. */
void request_printable(char *out, size_t size, const char *text);

#endif
