/*
 * Limits of what people do, race-free: the generic cell rate algorithm, one row for each thing counted, one UPDATE for each act. The row's name is
 * a keyed hash, so that the table tells nothing about anybody.
 */
#ifndef CABINET_STORE_RATE_H
#define CABINET_STORE_RATE_H

#include "store/db.h"

extern const struct db_statement *const rate_statements[];

struct rate {
	const char *what;  /* "apply-iin" */
	const char *whose; /* the IIN, the address: becomes part of the hash only */
	int64_t count;	   /* acts … */
	int64_t seconds;   /* … in so many seconds; all of them may come at once */
};

/* Inside a transaction: takes one. RC_LIMITED: none left; roll back. */
MUST_USE enum rc rate_db_take(struct db *, const struct conf *, const struct rate *);
/* A look only, anywhere: RC_LIMITED when none is left, and the seconds until there is one. */
MUST_USE enum rc rate_db_look(struct db *, const struct conf *, const struct rate *, int64_t *wait);

#endif
