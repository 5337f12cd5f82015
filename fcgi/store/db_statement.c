#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "store/db_private.h"

#define PARAMETERS_MAX 40
#define COLUMN_FIRST_SIZE 8192 /* octets; longer values are fetched a second time */
#define CHARSET_BINARY 63
#define SLOW (125 * SECOND) /* more than the longest max_statement_time that a statement sets for itself */
/* a large result takes its time: the limit of SESSION_SETUP is for single answers */
#define STREAM_SETUP "SET STATEMENT max_statement_time = 0 FOR "

void
prepared_clear(struct prepared *p)
{
	if (p->stmt != NULL)
		mysql_stmt_close(p->stmt);
	p->stmt = NULL;
	for (unsigned i = 0; i < p->columns; i++)
		free(p->column[i].data);
	free(p->column);
	p->column = NULL;
	free(p->bind);
	p->bind = NULL;
	p->columns = 0;
}

static enum rc
statement_failed(struct db *db, const struct prepared *p)
{
	char text[512];

	/* copied: the statement may be closed before the text is written */
	snprintf(text, sizeof(text), "%s", mysql_stmt_error(p->stmt));
	return db_failed(db, p->def->name, mysql_stmt_errno(p->stmt), text);
}

static bool
column_type(const MYSQL_FIELD *field, enum db_type *type)
{
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wswitch-enum"
	switch (field->type) {
	case MYSQL_TYPE_TINY:
	case MYSQL_TYPE_SHORT:
	case MYSQL_TYPE_INT24:
	case MYSQL_TYPE_LONG:
	case MYSQL_TYPE_LONGLONG:
	case MYSQL_TYPE_YEAR:
	case MYSQL_TYPE_NEWDECIMAL:
		*type = DB_INT;
		return true;
	case MYSQL_TYPE_DATE:
	case MYSQL_TYPE_DATETIME:
	case MYSQL_TYPE_TIMESTAMP:
		*type = DB_INSTANT;
		return true;
	case MYSQL_TYPE_ENUM:
	case MYSQL_TYPE_NULL:
	case MYSQL_TYPE_STRING:
	case MYSQL_TYPE_VAR_STRING:
	case MYSQL_TYPE_VARCHAR:
	case MYSQL_TYPE_TINY_BLOB:
	case MYSQL_TYPE_BLOB:
	case MYSQL_TYPE_MEDIUM_BLOB:
	case MYSQL_TYPE_LONG_BLOB:
		*type = field->charsetnr == CHARSET_BINARY && (field->flags & ENUM_FLAG) == 0 ? DB_BYTES : DB_TEXT;
		return true;
	default:
		return false;
	}
#pragma GCC diagnostic pop
}

static void
column_bind(MYSQL_BIND *bind, struct column *c, unsigned long room)
{
	memset(bind, 0, sizeof(*bind));
	bind->is_null = &c->null;
	bind->error = &c->error;
	bind->length = &c->len;
	if (c->type == DB_INT) {
		bind->buffer_type = MYSQL_TYPE_LONGLONG;
		bind->buffer = &c->integer;
		bind->buffer_length = sizeof(c->integer);
	} else if (c->type == DB_INSTANT) {
		bind->buffer_type = MYSQL_TYPE_DATETIME;
		bind->buffer = &c->time;
		bind->buffer_length = sizeof(c->time);
	} else {
		bind->buffer_type = c->type == DB_BYTES ? MYSQL_TYPE_BLOB : MYSQL_TYPE_STRING;
		bind->buffer = c->data;
		bind->buffer_length = room;
	}
}

/* Result columns by the server's metadata; none for a statement that is no SELECT. */
static enum rc
prepared_columns(struct prepared *p)
{
	MYSQL_RES *meta;
	enum rc rc = RC_OK;

	if ((meta = mysql_stmt_result_metadata(p->stmt)) == NULL)
		return RC_OK;
	p->columns = mysql_num_fields(meta);
	p->column = mem_zero(p->columns, sizeof(*p->column));
	p->bind = mem_zero(p->columns, sizeof(*p->bind));
	for (unsigned i = 0; i < p->columns; i++) {
		const MYSQL_FIELD *field = mysql_fetch_field_direct(meta, i);
		struct column *c = &p->column[i];
		unsigned long room = field->length < COLUMN_FIRST_SIZE ? field->length + 1 : COLUMN_FIRST_SIZE;

		if (!column_type(field, &c->type)) {
			log_error("db", "%s: column %u: type %d is not supported", p->def->name, i, (int)field->type);
			rc = RC_INTERNAL;
			break;
		}
		if (c->type == DB_TEXT || c->type == DB_BYTES)
			c->data = mem_zero(1, room);
		column_bind(&p->bind[i], c, room);
	}
	mysql_free_result(meta);
	return rc;
}

enum rc
prepared_prepare(struct db *db, struct prepared *p)
{
	char *sql = mem_format("%s%s", p->def->stream ? STREAM_SETUP : "", p->def->sql);
	enum rc rc;

	if ((p->stmt = mysql_stmt_init(db->mysql)) == NULL)
		log_fatal("memory", "db: %s: out of memory", p->def->name);
	if (mysql_stmt_prepare(p->stmt, sql, strlen(sql)) != 0)
		rc = statement_failed(db, p);
	else
		rc = prepared_columns(p);
	free(sql);
	return rc;
}

static void
time_from_instant(MYSQL_TIME *out, instant at)
{
	const struct civil c = clock_civil(at);

	if (c.year < 0 || c.year > 9999)
		log_fatal("db", "instant %lld is out of range", (long long)at);
	memset(out, 0, sizeof(*out));
	out->year = (unsigned)c.year;
	out->month = c.month;
	out->day = c.day;
	out->hour = c.hour;
	out->minute = c.minute;
	out->second = c.second;
	out->second_part = (unsigned long)(at - clock_of_civil(c));
	out->time_type = MYSQL_TIMESTAMP_DATETIME;
}

static instant
time_to_instant(const MYSQL_TIME *in)
{
	const struct civil c = { in->year, in->month, in->day, in->hour, in->minute, in->second };

	return clock_of_civil(c) + (instant)in->second_part;
}

/* One statement may wait longer than the connection does otherwise: the library asks to be woken, and here it is, or told that time is over. */
static int
execute_slowly(const struct db *db, MYSQL_STMT *stmt)
{
	int failed = 0, status = mysql_stmt_execute_start(&failed, stmt);
	const int64_t end = clock_since_boot() + SLOW;

	while (status != 0) {
		const bool writes = (status & MYSQL_WAIT_WRITE) != 0;
		struct pollfd fd = { .fd = (int)mysql_get_socket(db->mysql), .events = writes ? POLLOUT : POLLIN };
		const int64_t left = end - clock_since_boot();
		const int ready = poll(&fd, 1, left > 0 ? (int)(left * 1000 / SECOND) : 0);

		if (ready < 0 && errno == EINTR)
			continue;
		status = mysql_stmt_execute_cont(&failed, stmt,
		    ready <= 0 ? MYSQL_WAIT_TIMEOUT
		    : writes   ? MYSQL_WAIT_WRITE
			       : MYSQL_WAIT_READ);
	}
	return failed;
}

enum rc
prepared_execute(struct db *db, struct prepared *p, const struct db_value *in, size_t count)
{
	static const enum enum_field_types types[] = { [DB_NULL] = MYSQL_TYPE_NULL,
		[DB_INT] = MYSQL_TYPE_LONGLONG,
		[DB_TEXT] = MYSQL_TYPE_STRING,
		[DB_BYTES] = MYSQL_TYPE_BLOB,
		[DB_INSTANT] = MYSQL_TYPE_DATETIME };
	MYSQL_BIND bind[PARAMETERS_MAX];
	MYSQL_TIME time[PARAMETERS_MAX];
	int64_t integer[PARAMETERS_MAX];

	if (count > PARAMETERS_MAX || count != mysql_stmt_param_count(p->stmt))
		log_fatal("db", "%s: %zu values for %lu parameters", p->def->name, count, mysql_stmt_param_count(p->stmt));
	memset(bind, 0, sizeof(bind));
	for (size_t i = 0; i < count; i++) {
		bind[i].buffer_type = types[in[i].type];
		if (in[i].type == DB_INT) {
			integer[i] = in[i].integer;
			bind[i].buffer = &integer[i];
		} else if (in[i].type == DB_INSTANT) {
			time_from_instant(&time[i], in[i].integer);
			bind[i].buffer = &time[i];
			bind[i].buffer_length = sizeof(time[i]);
		} else if (in[i].type != DB_NULL) {
			bind[i].buffer = (void *)(uintptr_t)in[i].data; /* the library only reads it */
			bind[i].buffer_length = (unsigned long)in[i].len;
		}
	}
	if ((count > 0 && mysql_stmt_bind_param(p->stmt, bind) != 0) ||
	    (p->def->slow ? execute_slowly(db, p->stmt) : mysql_stmt_execute(p->stmt)) != 0)
		return statement_failed(db, p);
	return RC_OK;
}

#define INSTANT_SIZE 27 /* "2026-11-28 10:00:00.000000" and NUL */

struct parameter_rows { /* of one parameter; all owned but what data points to */
	int64_t *integer;
	const void **data;
	unsigned long *len;
	char (*instant)[INSTANT_SIZE];
	char *indicator;
};

/* As text: the library's own form of dates in arrays is not documented. */
static void
instant_text(char out[INSTANT_SIZE], instant at)
{
	const struct civil c = clock_civil(at);

	snprintf(out, INSTANT_SIZE, "%04u-%02u-%02u %02u:%02u:%02u.%06u", (unsigned)(c.year % 10000), c.month % 100, c.day % 100,
	    c.hour % 100, c.minute % 100, c.second % 100, (unsigned)(at - clock_of_civil(c)) % 1000000);
}

static void
parameter_bind(MYSQL_BIND *bind, struct parameter_rows *r, const struct db_value *in, size_t columns, size_t rows)
{
	enum db_type type = DB_NULL;

	r->indicator = mem_zero(rows, 1);
	r->integer = mem_zero(rows, sizeof(*r->integer));
	r->data = mem_zero(rows, sizeof(*r->data));
	r->len = mem_zero(rows, sizeof(*r->len));
	r->instant = mem_zero(rows, sizeof(*r->instant));
	for (size_t i = 0; i < rows; i++) {
		const struct db_value *v = &in[i * columns];

		if (v->type != DB_NULL && type != DB_NULL && v->type != type)
			log_fatal("db", "values of two types for one parameter");
		type = v->type == DB_NULL ? type : v->type;
		r->indicator[i] = v->type == DB_NULL ? STMT_INDICATOR_NULL : STMT_INDICATOR_NONE;
		r->integer[i] = v->integer;
		r->data[i] = v->data == NULL ? "" : v->data;
		r->len[i] = (unsigned long)v->len;
		if (v->type == DB_INSTANT) {
			instant_text(r->instant[i], v->integer);
			r->data[i] = r->instant[i];
			r->len[i] = INSTANT_SIZE - 1;
		}
	}
	bind->buffer_type = type == DB_INT ? MYSQL_TYPE_LONGLONG : type == DB_BYTES ? MYSQL_TYPE_BLOB : MYSQL_TYPE_STRING;
	bind->buffer = type == DB_INT ? (void *)r->integer : (void *)r->data;
	bind->length = r->len;
	bind->u.indicator = r->indicator;
}

enum rc
prepared_execute_rows(struct db *db, struct prepared *p, const struct db_value *in, size_t columns, size_t rows)
{
	MYSQL_BIND bind[PARAMETERS_MAX];
	struct parameter_rows parameter[PARAMETERS_MAX];
	unsigned count = (unsigned)rows;
	enum rc rc = RC_OK;

	if (columns > PARAMETERS_MAX || columns == 0 || columns != mysql_stmt_param_count(p->stmt) || rows == 0)
		log_fatal("db", "%s: %zu values for %lu parameters", p->def->name, columns, mysql_stmt_param_count(p->stmt));
	memset(bind, 0, sizeof(bind));
	for (size_t i = 0; i < columns; i++)
		parameter_bind(&bind[i], &parameter[i], in + i, columns, rows);
	if (mysql_stmt_attr_set(p->stmt, STMT_ATTR_ARRAY_SIZE, &count) != 0 || mysql_stmt_bind_param(p->stmt, bind) != 0 ||
	    mysql_stmt_execute(p->stmt) != 0)
		rc = statement_failed(db, p);
	count = 0;
	/* a statement whose connection was lost is closed by now */
	if (p->stmt != NULL)
		(void)mysql_stmt_attr_set(p->stmt, STMT_ATTR_ARRAY_SIZE, &count);
	for (size_t i = 0; i < columns; i++) {
		free(parameter[i].indicator);
		free(parameter[i].integer);
		free(parameter[i].data);
		free(parameter[i].len);
		free(parameter[i].instant);
	}
	return rc;
}

static void
row_take(struct db_result *r, const struct prepared *p)
{
	struct cell *cell = db_result_row(r);

	for (unsigned i = 0; i < p->columns; i++) {
		const struct column *c = &p->column[i];

		if (c->null)
			cell[i].null = true;
		else if (c->type == DB_INT)
			cell[i].integer = c->integer;
		else if (c->type == DB_INSTANT)
			cell[i].integer = time_to_instant(&c->time);
		else
			db_result_data(r, &cell[i], c->data, c->len);
	}
}

/* Values longer than their buffers are fetched again into longer ones; a number that does not fit is an error. */
static enum rc
prepared_refetch(struct db *db, struct prepared *p)
{
	for (unsigned i = 0; i < p->columns; i++) {
		struct column *c = &p->column[i];
		bool variable = c->type == DB_TEXT || c->type == DB_BYTES;

		if (c->null || (variable && c->len <= p->bind[i].buffer_length) || (!variable && !c->error))
			continue;
		if (!variable) {
			log_error("db", "%s: column %u: value out of range", p->def->name, i);
			return RC_INTERNAL;
		}
		free(c->data);
		c->data = mem_zero(1, c->len + 1);
		column_bind(&p->bind[i], c, c->len + 1);
		if (mysql_stmt_fetch_column(p->stmt, &p->bind[i], i, 0) != 0)
			return statement_failed(db, p);
	}
	return mysql_stmt_bind_result(p->stmt, p->bind) != 0 ? statement_failed(db, p) : RC_OK;
}

static enum rc
row_fetch(struct db *db, struct prepared *p, struct db_result *r)
{
	enum rc rc;

	switch (mysql_stmt_fetch(p->stmt)) {
	case 0:
		break;
	case MYSQL_NO_DATA:
		return RC_NOT_FOUND;
	case MYSQL_DATA_TRUNCATED:
		if ((rc = prepared_refetch(db, p)) != RC_OK)
			return rc;
		break;
	default:
		return statement_failed(db, p);
	}
	row_take(r, p);
	return RC_OK;
}

static struct db_result *
result_new(const struct prepared *p)
{
	struct db_result *r = db_result_new(p->def->name, p->columns);

	for (unsigned i = 0; i < p->columns; i++)
		r->types[i] = p->column[i].type;
	return r;
}

static enum rc
result_bind(struct db *db, struct prepared *p)
{
	if (p->columns == 0)
		log_fatal("db", "%s: no SELECT", p->def->name);
	return mysql_stmt_bind_result(p->stmt, p->bind) != 0 ? statement_failed(db, p) : RC_OK;
}

/* Rows are taken over whole, so that the statement and the connection are free again before the caller looks at the first one. */
enum rc
prepared_fetch_all(struct db *db, struct prepared *p, struct db_result **out)
{
	struct db_result *r;
	enum rc rc;

	if ((rc = result_bind(db, p)) != RC_OK)
		return rc;
	if (mysql_stmt_store_result(p->stmt) != 0)
		return statement_failed(db, p);
	r = result_new(p);
	while ((rc = row_fetch(db, p, r)) == RC_OK)
		continue;
	if (p->stmt != NULL)
		mysql_stmt_free_result(p->stmt);
	if (rc != RC_NOT_FOUND) {
		db_result_free(r);
		return rc;
	}
	*out = r;
	return RC_OK;
}

struct stream {
	struct db *db;
	struct prepared *prepared;
	bool ended;
};

static enum rc
stream_fetch(struct db_result *r, void *source)
{
	struct stream *s = source;
	enum rc rc;

	if (s->ended)
		return RC_NOT_FOUND;
	rc = row_fetch(s->db, s->prepared, r);
	s->ended = rc != RC_OK;
	return rc;
}

static void
stream_release(struct db_result *r, void *source)
{
	struct stream *s = source;

	/* a connection lost or reopened meanwhile has forgotten this result */
	if (s->db->streaming == r) {
		s->db->streaming = NULL;
		mysql_stmt_free_result(s->prepared->stmt);
	}
	free(s);
}

enum rc
prepared_stream(struct db *db, struct prepared *p, struct db_result **out)
{
	struct stream *s;
	enum rc rc;

	if ((rc = result_bind(db, p)) != RC_OK)
		return rc;
	s = mem_zero(1, sizeof(*s));
	s->db = db;
	s->prepared = p;
	*out = result_new(p);
	(*out)->fetch = stream_fetch;
	(*out)->release = stream_release;
	(*out)->source = s;
	db->streaming = *out;
	return RC_OK;
}
