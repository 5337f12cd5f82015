/*
 * Programs that speak with other programs (OCSP): no pages, sessions, forms or tokens, no table of routes. They get the request's octets and give
 * back octets; what they do changes nothing that a person decided.
 */
#ifndef CABINET_WEB_RAW_H
#define CABINET_WEB_RAW_H

#include "web/dispatch.h"

struct raw_program {
	size_t body_max; /* octets of a body; more: 413 */
	/*
	 * GET (then body is empty) or POST. Fills r->body, r->headers and r->content_type, or sets r->status alone; logs what is worth it.
	 * target: as the client wrote it, with its query.
	 */
	void (*answer)(struct request *r, const char *target, const char *content_type, const struct buf *body);
	/* May be NULL. Once, before the first request. RC_OK, or the program does not start. */
	enum rc (*start)(const struct conf *);
};

/* Part of dispatch. */
void raw_dispatch(struct request *, const struct raw_program *, const struct gateway *);

#endif
