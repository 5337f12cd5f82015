/*
 * Limits of what people do, race-free: the generic cell rate algorithm, one row for each thing counted, one UPDATE for each act. The row's name is
 * a keyed hash, so that the table tells nothing about anybody.
 */
#ifndef CABINET_STORE_RATE_H
#define CABINET_STORE_RATE_H

#include "store/db.h"

#define RATE_NAME_SIZE 32

extern const struct db_statement *const rate_statements[];

struct rate {
	const char *what;  /* "apply-iin" */
	const char *whose; /* the IIN, the address: becomes part of the hash only */
	int64_t count;	   /* acts … */
	int64_t seconds;   /* … in so many seconds; all of them may come at once */
	bool is_address;   /* whose is an address; of IPv6 its /64 counts, the least that a customer is given (RFC 6177) */
};

/* Inside a transaction: takes one. RC_LIMITED: none left; roll back. */
MUST_USE enum rc rate_db_take(struct db *, const struct conf *, const struct rate *);
/* A look only, anywhere: RC_LIMITED when none is left, and the seconds until there is one. */
MUST_USE enum rc rate_db_look(struct db *, const struct conf *, const struct rate *, int64_t *wait);

/*
 * For statements of others. The arrival time is a DATETIME(6): "tat = RATE_NEXT("tat") WHERE … AND RATE_OPEN("tat")" takes one in an UPDATE of a row that is
 * written anyway; their parameters are RATE_NEXT_IN and RATE_OPEN_IN. RATE_AHEAD in a SELECT is what rate_wait reads.
 * An arrival time that lies further ahead than any act could have put it was written before the clock went back, and counts for nothing: nobody waits
 * for a day because of that.
 */
#define RATE_NEXT(tat)                                                                                                                     \
	"IF(" tat " > UTC_TIMESTAMP(6) + INTERVAL ? MICROSECOND, UTC_TIMESTAMP(6), GREATEST(" tat ", UTC_TIMESTAMP(6))) + INTERVAL ? "     \
	"MICROSECOND"
#define RATE_OPEN(tat) "(" tat " <= UTC_TIMESTAMP(6) + INTERVAL ? MICROSECOND OR " tat " > UTC_TIMESTAMP(6) + INTERVAL ? MICROSECOND)"
#define RATE_AHEAD(tat) "TIMESTAMPDIFF(MICROSECOND, UTC_TIMESTAMP(6), " tat ")"
#define RATE_NEXT_IN(rate) db_int(rate_horizon(rate)), db_int(rate_one(rate))
#define RATE_OPEN_IN(rate) db_int(rate_one(rate) * ((rate)->count - 1)), db_int(rate_horizon(rate))
int64_t rate_one(const struct rate *);	   /* microseconds that one act takes */
int64_t rate_horizon(const struct rate *); /* microseconds; further ahead no act puts the arrival time */
/* RC_LIMITED: none is left, and the seconds until there is one. */
MUST_USE enum rc rate_wait(const struct rate *, int64_t ahead, int64_t *wait);
/* The row's name in rate_limit. */
void rate_name(uint8_t name[RATE_NAME_SIZE], const struct conf *, const struct rate *);

#endif
