/* Applications of the public page that nobody confirmed: 30 days, then their keys are worth nothing. */
#include <stdio.h>

#include "base/log.h"
#include "publisher.h"
#include "store/event.h"

enum { FIND_NUMBER, FIND_IIN };
static const struct db_statement find = {
	.name = "expiry find",
	.sql = "SELECT number, iin FROM application WHERE status = 'new' AND origin = 'public'"
	       " AND changed_at < UTC_TIMESTAMP(6) - INTERVAL 30 DAY LIMIT 100",
};

const struct db_statement *const expiry_statements[] = { &find, NULL };

struct expiring {
	char number[NUMBER_SIZE], iin[IIN_SIZE];
};

static enum rc
expire_act(struct db *db, void *arg)
{
	const struct expiring *e = arg;
	enum rc rc = issuance_db_status(db, e->number, "new", "expired", "");

	if (rc == RC_OK)
		rc = issuance_db_history(db, e->number, "expired", "publisher", NULL, NULL, "");
	if (rc == RC_OK)
		rc = event_db_insert(db, &(struct event){ .kind = "application-expired", .iin = e->iin, .application = e->number });
	return rc;
}

enum rc
expiry_work(struct publisher *p)
{
	struct expiring e;
	struct db_result *rows;
	enum rc rc = db_query(p->db, &find, DB_NONE, &rows), one = RC_OK;

	if (rc != RC_OK)
		return rc;
	while (!p->is_lost && one == RC_OK && (rc = db_next(rows)) == RC_OK) {
		snprintf(e.number, sizeof(e.number), "%s", db_get_text(rows, FIND_NUMBER));
		snprintf(e.iin, sizeof(e.iin), "%s", db_get_text(rows, FIND_IIN));
		one = lease_transaction(p, expire_act, &e);
		/* confirmed at this very moment */
		if (one == RC_CONFLICT)
			one = RC_OK;
		else if (one == RC_OK)
			log_info("expired", "%s: not confirmed in 30 days", e.number);
	}
	db_result_free(rows);
	return rc == RC_NOT_FOUND || one != RC_OK ? one : rc;
}
