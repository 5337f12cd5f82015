#include <stdlib.h>

#include "base/log.h"
#include "pki/cert.h"
#include "store/event.h"
#include "store/text.h"

#define DETAIL_MAX 512

static const struct db_statement event_insert = {
	.name = "event insert",
	.sql = "INSERT INTO event (program, request, kind, iin, number, serial, form, rule, address, detail) VALUES (?, ?, ?, ?, ?, ?, ?, "
	       "?, ?, ?)",
};

const struct db_statement *const event_statements[] = { &event_insert, NULL };

enum rc
event_db_insert(struct db *db, const struct event *e)
{
	char *detail = text_clean(e->detail, DETAIL_MAX);
	enum rc rc;

	rc = db_exec(db, &event_insert,
	    DB_IN(db_text(log_program_name()), db_text(log_request_id()), db_text(e->kind), db_text(e->iin), db_text(e->application),
		db_bytes(e->serial, SERIAL_SIZE), db_bytes(e->form, 32), db_text(e->rule), db_text(e->address), db_text(detail)),
	    NULL);
	free(detail);
	return rc;
}
