/* Rows of a SELECT in memory, free of the connection. Internal to the db_*.c files. */
#ifndef CABINET_STORE_DB_RESULT_H
#define CABINET_STORE_DB_RESULT_H

#include "base/buf.h"
#include "store/db.h"

struct cell {
	int64_t integer;
	size_t offset, len; /* in data */
	bool null;
};

struct db_result {
	const char *statement; /* its name, for logs */
	unsigned columns;
	enum db_type *types; /* owned */
	struct cell *cells;  /* owned; rows * columns */
	size_t rows, room;
	size_t next; /* row that db_next answers next; the current one is next - 1 */
	struct buf data;
	/* streamed results alone: one more row, RC_NOT_FOUND at the end; and giving the connection back */
	enum rc (*fetch)(struct db_result *, void *source);
	void (*release)(struct db_result *, void *source);
	void *source;
};

struct db_result *db_result_new(const char *statement, unsigned columns);
/* A new row: columns cells, all of them 0. Valid until the next row. */
struct cell *db_result_row(struct db_result *);
void db_result_data(struct db_result *, struct cell *, const void *data, size_t len);

#endif
