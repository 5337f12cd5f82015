#include <stdio.h>
#include <stdlib.h>

#include "store/outbox.h"
#include "store/text.h"

#define DETAIL_MAX 512

static const struct db_statement outbox_insert = {
	.name = "outbox insert",
	.sql = "INSERT INTO outbox (id, kind, iin, language, subject, detail, email, at, next_at)"
	       " VALUES (?, ?, ?, ?, ?, ?, ?, UTC_TIMESTAMP(6), UTC_TIMESTAMP(6))",
};

const struct db_statement *const outbox_statements[] = { &outbox_insert, NULL };

void
outbox_id(char out[OUTBOX_ID_SIZE], const char *kind, const char *key)
{
	snprintf(out, OUTBOX_ID_SIZE, "%s:%s", kind, key);
}

enum rc
outbox_db_put(struct db *db, const struct outbox_mail *m)
{
	char id[OUTBOX_ID_SIZE], *detail = text_clean(m->detail == NULL ? "" : m->detail, DETAIL_MAX);
	enum rc rc;

	outbox_id(id, m->kind, m->key);
	rc = db_exec(db, &outbox_insert,
	    DB_IN(db_text(id), db_text(m->kind), db_text(m->iin), db_text(m->lang), db_text(m->subject == NULL ? "" : m->subject),
		db_text(detail), db_text(m->email)),
	    NULL);
	free(detail);
	return rc == RC_CONFLICT ? RC_OK : rc;
}
