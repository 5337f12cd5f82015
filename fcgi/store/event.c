#include <stdlib.h>

#include "base/log.h"
#include "base/mem.h"
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

#define COLUMNS 10

enum rc
event_db_insert_all(struct db *db, const struct event *events, size_t count)
{
	struct db_value *in = mem_zero(count * COLUMNS, sizeof(*in));
	char **detail = mem_zero(count, sizeof(*detail));
	enum rc rc;

	for (size_t i = 0; i < count; i++) {
		const struct event *e = &events[i];
		struct db_value *v = &in[i * COLUMNS];

		detail[i] = text_clean(e->detail, DETAIL_MAX);
		*v++ = db_text(log_program_name());
		*v++ = db_text(log_request_id());
		*v++ = db_text(e->kind);
		*v++ = db_text(e->iin);
		*v++ = db_text(e->application);
		*v++ = db_bytes(e->serial, SERIAL_SIZE);
		*v++ = db_bytes(e->form, 32);
		*v++ = db_text(e->rule);
		*v++ = db_text(e->address);
		*v++ = db_text(detail[i]);
	}
	rc = count == 1 ? db_exec(db, &event_insert, in, COLUMNS, NULL) : db_exec_rows(db, &event_insert, in, COLUMNS, count, NULL);
	for (size_t i = 0; i < count; i++)
		free(detail[i]);
	free(detail);
	free(in);
	return rc;
}

enum rc
event_db_insert(struct db *db, const struct event *e)
{
	return event_db_insert_all(db, e, 1);
}
