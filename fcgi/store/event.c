#include <stdlib.h>

#include "base/log.h"
#include "base/mem.h"
#include "pki/cert.h"
#include "store/event.h"
#include "store/text.h"

#define DETAIL_MAX 512

static const struct db_statement event_insert = { .name = "event insert", .sql = EVENT_INSERT };

const struct db_statement *const event_statements[] = { &event_insert, NULL };

void
event_values(struct db_value in[EVENT_VALUES], const struct event *e, char **detail)
{
	*detail = text_clean(e->detail, DETAIL_MAX);
	*in++ = db_text(log_program_name());
	*in++ = db_text(log_request_id());
	*in++ = db_text(e->kind);
	*in++ = db_text(e->iin);
	*in++ = db_text(e->application);
	*in++ = db_bytes(e->serial, SERIAL_SIZE);
	*in++ = db_bytes(e->form, 32);
	*in++ = db_text(e->rule);
	*in++ = db_text(e->address);
	*in++ = db_text(*detail);
}

enum rc
event_db_insert_all(struct db *db, const struct event *events, size_t count)
{
	struct db_value *in = mem_zero(count * EVENT_VALUES, sizeof(*in));
	char **detail = mem_zero(count, sizeof(*detail));
	enum rc rc;

	for (size_t i = 0; i < count; i++)
		event_values(&in[i * EVENT_VALUES], &events[i], &detail[i]);
	rc = count == 1 ? db_exec(db, &event_insert, in, EVENT_VALUES, NULL)
			: db_exec_rows(db, &event_insert, in, EVENT_VALUES, count, NULL);
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
