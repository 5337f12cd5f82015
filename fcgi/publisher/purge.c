/* What was merely issued and never signed, and uses of login documents that nobody can present any more: rows of no evidence. */
#include "base/log.h"
#include "publisher.h"

/* A used document is in signed_form for ever; a month lets an auditor see what was offered and not taken. */
static const struct db_statement purge_forms = {
	.name = "purge forms",
	.sql = "DELETE FROM form_issued WHERE expires_at < UTC_TIMESTAMP(6) - INTERVAL 30 DAY LIMIT 5000",
};
/* The document's own end is checked before its use is looked up: a day covers any clock. */
static const struct db_statement purge_logins = {
	.name = "purge logins",
	.sql = "DELETE FROM login_used WHERE expires_at < UTC_TIMESTAMP(6) - INTERVAL 1 DAY LIMIT 5000",
};

/* An arrival time that has passed limits nothing. */
static const struct db_statement purge_rates = {
	.name = "purge rates",
	.sql = "DELETE FROM rate_limit WHERE tat < UTC_TIMESTAMP(6) - INTERVAL 1 DAY LIMIT 5000",
};

const struct db_statement *const purge_statements[] = { &purge_forms, &purge_logins, &purge_rates, NULL };

enum rc
purge_work(struct publisher *p)
{
	uint64_t forms = 0, logins = 0;
	enum rc rc;

	if ((rc = db_exec(p->db, &purge_forms, DB_NONE, &forms)) != RC_OK ||
	    (rc = db_exec(p->db, &purge_logins, DB_NONE, &logins)) != RC_OK || (rc = db_exec(p->db, &purge_rates, DB_NONE, NULL)) != RC_OK)
		return rc;
	if (forms + logins > 0)
		log_info("purge", "%llu documents, %llu uses of login documents", (unsigned long long)forms, (unsigned long long)logins);
	return RC_OK;
}
