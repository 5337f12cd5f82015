/*
 * MariaDB through Connector/C; mysql.h is included by db_private.h alone. A program's SQL is a closed list of prepared statements:
 * all are prepared before the first request, so a missing column grant stops the start and names the statement.
 */
#ifndef CABINET_STORE_DB_H
#define CABINET_STORE_DB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/conf.h"
#include "base/rc.h"

struct db;
struct db_result;

struct db_statement {
	const char *name; /* "session find": for logs */
	const char *sql;
	bool stream; /* rows are fetched one by one, not stored (large results): until the result is freed, nothing
						   else can be asked on this connection (RC_INTERNAL) */
	bool slow;   /* its first answer may take up to two minutes: not where a person waits. A SELECT: of a few short rows */
};

enum db_type { DB_NULL, DB_INT, DB_TEXT, DB_BYTES, DB_INSTANT };

struct db_value {
	enum db_type type;
	int64_t integer;  /* DB_INT; DB_INSTANT: microseconds since 1970, stored as DATETIME(6) UTC */
	const void *data; /* DB_TEXT, DB_BYTES; borrowed for the call */
	size_t len;
};
struct db_value db_null(void);
struct db_value db_int(int64_t);
struct db_value db_text(const char *); /* NULL becomes SQL NULL */
struct db_value db_bytes(const void *, size_t);
struct db_value db_instant(instant);

/* DB_IN(db_text(iin), db_int(3)) gives the two arguments "in, count". */
#define DB_IN(...) (const struct db_value[]){ __VA_ARGS__ }, (sizeof((const struct db_value[]){ __VA_ARGS__ }) / sizeof(struct db_value))
#define DB_NONE NULL, 0

/*
 * account: "cabinet_keys"; lists: NULL-terminated array of NULL-terminated arrays of statements, borrowed for ever.
 * Connects and prepares all. RC_UNAVAILABLE: no database now, and *out is usable (prepare happens at the first use that succeeds);
 * RC_INTERNAL: access denied, or a statement does not prepare (logged by name and account), and *out is NULL.
 * Transactions are READ COMMITTED: each statement sees what others had committed when it began.
 */
MUST_USE enum rc db_open(struct db **, const struct conf *, const char *account, const struct db_statement *const *const *lists);
void db_close(struct db *); /* takes NULL; results are freed before */

/* What every connect of this account reads again; owned. NULL: no password, the account is bound to an OS user. */
char *db_password_file(const struct conf *, const char *account);

/* INSERT, UPDATE, DELETE. affected: rows that matched, changed or not; may be NULL. RC_CONFLICT: duplicate key. RC_UNAVAILABLE: connection lost, or conflict with another transaction. */
MUST_USE enum rc db_exec(struct db *, const struct db_statement *, const struct db_value *in, size_t count, uint64_t *affected);

/* The same for many rows of values in one message: in[row * columns + column]; a column's values are of one type, or NULL. affected: in all. */
MUST_USE enum rc db_exec_rows(
    struct db *, const struct db_statement *, const struct db_value *in, size_t columns, size_t rows, uint64_t *affected);

/* SELECT. RC_OK with *out owned by the caller. Outside a transaction a lost connection is repaired and the read repeated once. */
MUST_USE enum rc db_query(struct db *, const struct db_statement *, const struct db_value *in, size_t count, struct db_result **out);
/* RC_OK: a row; RC_NOT_FOUND: no more; else an error. */
MUST_USE enum rc db_next(struct db_result *);
void db_result_free(struct db_result *); /* takes NULL */
/* First row or RC_NOT_FOUND; *out must be freed after RC_OK only. */
MUST_USE enum rc db_one(struct db *, const struct db_statement *, const struct db_value *in, size_t count, struct db_result **out);

/* Columns of the current row, from 0; borrowed until db_next or free. NULL: 0, "" (len 0), instant 0. Wrong type for a column aborts. */
bool db_is_null(const struct db_result *, unsigned column);
int64_t db_get_int(const struct db_result *, unsigned column);
const char *db_get_text(const struct db_result *, unsigned column); /* NUL-terminated */
const uint8_t *db_get_bytes(const struct db_result *, unsigned column, size_t *len);
/* false unless the column has exactly len octets */
bool db_copy_bytes(const struct db_result *, unsigned column, void *out, size_t len);
instant db_get_instant(const struct db_result *, unsigned column);

/*
 * START TRANSACTION, act, COMMIT; ROLLBACK unless act answers RC_OK. Deadlock, lock wait timeout and Galera conflicts repeat the
 * whole act, at most 3 times; act must therefore leave nothing behind in memory but results. A commit whose outcome is unknown is RC_UNAVAILABLE.
 */
MUST_USE enum rc db_transaction(struct db *, enum rc (*act)(struct db *, void *), void *arg);

/*
 * A whole transaction in one statement and one trip: "BEGIN NOT ATOMIC START TRANSACTION; IF …; COMMIT; ELSE " DB_TURN_BACK "; END IF; END", a compound
 * statement of MariaDB. RC_OK: it came to its COMMIT. RC_NOT_FOUND: it turned back, and nothing is kept; nor is anything of one that fails. Conflicts repeat it
 * as db_transaction, and so does a connection that was lost before it was sent. The server looks at what stands inside only when it runs: a grant that is
 * missing is not found at the start.
 */
#define DB_TURN_BACK "ROLLBACK; SIGNAL SQLSTATE '45000' SET MYSQL_ERRNO = 45000"
#define DB_TURNED_BACK 45000
MUST_USE enum rc db_transact(struct db *, const struct db_statement *, const struct db_value *in, size_t count);

bool db_is_alive(struct db *); /* ping, for readyz */

#endif
