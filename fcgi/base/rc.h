/* Kinds of results. One vocabulary for the whole program; mapped once to an HTTP status, in web/response.c. */
#ifndef CABINET_BASE_RC_H
#define CABINET_BASE_RC_H

enum rc {
	RC_OK,
	RC_BAD_INPUT,	    /* 422: the person can mend it */
	RC_UNAUTHENTICATED, /* 303 to /login, or 401 where no page is meant */
	RC_FORBIDDEN,	    /* 403 */
	RC_NOT_FOUND,	    /* 404: absent, or somebody else's */
	RC_CONFLICT,	    /* 409: true once, not any more */
	RC_LIMITED,	    /* 429 with Retry-After */
	RC_UNAVAILABLE,	    /* 503 with Retry-After: try again later */
	RC_INTERNAL	    /* 500: our fault, logged where it was found */
};

#define MUST_USE __attribute__((warn_unused_result))

/* Lower-case word for logs: "ok", "bad-input", … Never NULL. */
const char *rc_name(enum rc);

#endif
