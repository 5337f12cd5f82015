/*
 * From what the gateway hands over to a whole answer, in this order: address, method, origin, body, session, token, handler. Knows nothing of
 * FastCGI, so that tests run it by itself.
 */
#ifndef CABINET_WEB_DISPATCH_H
#define CABINET_WEB_DISPATCH_H

#include "web/route.h"

/* One process's services, owned by route_main. */
struct service {
	const struct program *program;
	const struct conf *conf;
	struct db *db; /* NULL for programs without an account */
	struct view *view;
};

/* One request as it came. Strings are "" when the client sent none; borrowed until dispatch_end. */
struct gateway {
	const char *method, *uri, *content_type, *content_length, *address;
	const char *user_agent, *accept_language, *origin, *fetch_site, *request_id;
	const char *cookie_session, *cookie_login, *cookie_proof, *cookie_language;
	const char *background;				  /* not "": the page asks by itself, nobody did anything */
	size_t (*read)(void *arg, char *out, size_t len); /* of the body: fewer than len octets at its end only */
	void *arg;
	const char *cookie_told; /* NULL: none */
	const char *has_session; /* not "" or NULL: the browser holds a session cookie, whether this program sees it or not */
};

/* r: zeroed before the first use, then used again. Afterwards r holds the answer. */
void dispatch(struct request *r, const struct service *, const struct gateway *);
/* Its first step, for raw_dispatch: r as before any answer. */
void dispatch_begin(struct request *r, const struct service *, const struct gateway *);
/* The body whole, at most max octets, appended. 0, or the HTTP status of its refusal. */
MUST_USE int dispatch_body(struct buf *body, size_t max, const struct gateway *);
/* Frees what belonged to this request. */
void dispatch_end(struct request *);

#endif
