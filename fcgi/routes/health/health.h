/* Between health.c and its SQL. */
#ifndef CABINET_ROUTES_HEALTH_H
#define CABINET_ROUTES_HEALTH_H

#include "store/db.h"

extern const struct db_statement *const health_statements[];

struct health_list { /* the newest published CRL of a kind */
	bool exists;
	int64_t number;
	instant this_update, next_update;
};

struct health_count { /* how many, and since when the oldest; since 0: none */
	int64_t count;
	instant since;
};

struct health {
	instant now; /* the database's, as all times here */
	struct health_list base, delta;
	struct health_count queue;	 /* applications that wait for certificates */
	struct health_count unpublished; /* revocations on no CRL, looked at by the publisher or not */
	struct health_count mail;
	int64_t refused; /* revocations that the publisher found wanting */
	int64_t issued;	 /* certificates of the last hour */
	instant lease;	 /* until when the publisher holds it */
};

MUST_USE enum rc health_db_read(struct db *, struct health *);

#endif
