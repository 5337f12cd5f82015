#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "store/db_result.h"

struct db_value
db_null(void)
{
	return (struct db_value){ DB_NULL, 0, NULL, 0 };
}

struct db_value
db_int(int64_t i)
{
	return (struct db_value){ DB_INT, i, NULL, 0 };
}

struct db_value
db_text(const char *s)
{
	return s == NULL ? db_null() : (struct db_value){ DB_TEXT, 0, s, strlen(s) };
}

struct db_value
db_bytes(const void *data, size_t len)
{
	return data == NULL ? db_null() : (struct db_value){ DB_BYTES, 0, data, len };
}

struct db_value
db_instant(instant at)
{
	return (struct db_value){ DB_INSTANT, at, NULL, 0 };
}

struct db_result *
db_result_new(const char *statement, unsigned columns)
{
	struct db_result *r = mem_zero(1, sizeof(*r));

	r->statement = statement;
	r->columns = columns;
	r->types = mem_zero(columns, sizeof(*r->types));
	return r;
}

struct cell *
db_result_row(struct db_result *r)
{
	struct cell *cell;

	if (r->rows == r->room) {
		r->room = r->room == 0 ? 1 : r->room * 4;
		if ((cell = reallocarray(r->cells, r->room * r->columns, sizeof(*r->cells))) == NULL)
			log_fatal("memory", "db: out of memory");
		r->cells = cell;
	}
	cell = &r->cells[r->rows++ * r->columns];
	memset(cell, 0, r->columns * sizeof(*cell));
	return cell;
}

void
db_result_data(struct db_result *r, struct cell *cell, const void *data, size_t len)
{
	cell->offset = r->data.len;
	cell->len = len;
	buf_add(&r->data, data, len);
	buf_putc(&r->data, '\0');
}

enum rc
db_next(struct db_result *r)
{
	enum rc rc;

	if (r->fetch != NULL) {
		r->rows = r->next = 0;
		buf_reset(&r->data);
		if ((rc = r->fetch(r, r->source)) != RC_OK)
			return rc;
	}
	if (r->next == r->rows)
		return RC_NOT_FOUND;
	r->next++;
	return RC_OK;
}

void
db_result_free(struct db_result *r)
{
	if (r == NULL)
		return;
	if (r->release != NULL)
		r->release(r, r->source);
	free(r->types);
	free(r->cells);
	buf_free(&r->data);
	free(r);
}

enum rc
db_one(struct db *db, const struct db_statement *def, const struct db_value *in, size_t count, struct db_result **out)
{
	enum rc rc;

	if ((rc = db_query(db, def, in, count, out)) != RC_OK)
		return rc;
	if ((rc = db_next(*out)) != RC_OK) {
		db_result_free(*out);
		*out = NULL;
	}
	return rc;
}

static const struct cell *
result_cell(const struct db_result *r, unsigned column, enum db_type type)
{
	if (column >= r->columns || r->next == 0 || (type != DB_NULL && r->types[column] != type))
		log_fatal("db", "%s: column %u is not there, or of another type", r->statement, column);
	return &r->cells[(r->next - 1) * r->columns + column];
}

bool
db_is_null(const struct db_result *r, unsigned column)
{
	return result_cell(r, column, DB_NULL)->null;
}

int64_t
db_get_int(const struct db_result *r, unsigned column)
{
	return result_cell(r, column, DB_INT)->integer;
}

const char *
db_get_text(const struct db_result *r, unsigned column)
{
	const struct cell *c = result_cell(r, column, DB_TEXT);

	return c->null ? "" : r->data.data + c->offset;
}

const uint8_t *
db_get_bytes(const struct db_result *r, unsigned column, size_t *len)
{
	const struct cell *c = result_cell(r, column, DB_BYTES);

	*len = c->len;
	return (const uint8_t *)(c->null ? "" : r->data.data + c->offset);
}

bool
db_copy_bytes(const struct db_result *r, unsigned column, void *out, size_t len)
{
	const struct cell *c = result_cell(r, column, DB_BYTES);

	if (c->null || c->len != len)
		return false;
	memcpy(out, r->data.data + c->offset, len);
	return true;
}

instant
db_get_instant(const struct db_result *r, unsigned column)
{
	return result_cell(r, column, DB_INSTANT)->integer;
}
