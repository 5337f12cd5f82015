/*
 * Refused documents of people without a session (login, proof of a pending key), counted by the address they came from. Nobody's person is charged: whose
 * certificate came along proves nothing.
 */
#ifndef CABINET_STORE_TRIES_H
#define CABINET_STORE_TRIES_H

#include "store/event.h"
#include "store/rate.h"

/* Statements: those of rate and event. */

/* For a statement that looks at it among other things. */
struct rate tries_rate(const struct conf *, const char *address);
/* A look only: RC_LIMITED, and the seconds until one is left again. */
MUST_USE enum rc tries_db_look(struct db *, const struct conf *, const char *address, int64_t *wait);
/* One more from event->address, and its event. RC_LIMITED: it was the one too many, and there is no event. */
MUST_USE enum rc tries_db_refused(struct db *, const struct conf *, const struct event *);

#endif
