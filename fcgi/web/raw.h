/*
 * Programs that speak with other programs (OCSP): no pages, sessions, forms or tokens, no table of routes. They get the request's octets and give
 * back octets; what they do changes nothing that a person decided. Requests that wait at the same time may be answered together.
 */
#ifndef CABINET_WEB_RAW_H
#define CABINET_WEB_RAW_H

#include "web/dispatch.h"

#define RAW_TOGETHER_MAX 16

/* One request: GET (then body is empty) or POST. The answer goes to r: its body, headers and content_type, or its status alone. */
struct raw_call {
	struct request *r;
	const char *target; /* as the client wrote it, with its query */
	const char *content_type;
	struct buf body;
	char id[65]; /* for raw_log */
};

struct raw_program {
	size_t body_max; /* octets of a body; more: 413 */
	size_t together; /* requests that are taken at once when so many wait, 1…RAW_TOGETHER_MAX */
	/* Answers each call, and logs what is worth it. count: 1…together. */
	void (*answer)(struct raw_call *call, size_t count);
	/* May be NULL. Once, before the first request. RC_OK, or the program does not start. */
	enum rc (*start)(const struct conf *);
};

/* What is logged from here on is of this call. */
void raw_log(const struct raw_call *);

/* dispatch for count requests of a raw program: each r as there. */
void raw_dispatch(struct request r[], const struct service *, const struct gateway in[], size_t count);

#endif
