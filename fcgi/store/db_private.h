/* One connection and its prepared statements. Internal to the db*.c files; the only file that includes mysql.h. */
#ifndef CABINET_STORE_DB_PRIVATE_H
#define CABINET_STORE_DB_PRIVATE_H

#include <mysql.h>

#include "store/db_result.h"

struct column {
	enum db_type type;
	char *data; /* owned; text and octets */
	int64_t integer;
	MYSQL_TIME time;
	unsigned long len;
	my_bool null, error;
};

struct prepared {
	const struct db_statement *def;
	MYSQL_STMT *stmt; /* NULL while there is no connection */
	unsigned columns;
	struct column *column; /* owned */
	MYSQL_BIND *bind;      /* owned; points into column */
};

struct db {
	const struct conf *conf;
	char *account;
	MYSQL *mysql; /* NULL while there is no connection */
	struct prepared *prepared;
	size_t count;
	struct db_result *streaming; /* the one result that keeps the connection busy, or NULL */
	bool in_transaction;
	int64_t asked;	    /* clock_since_boot: when the server was last asked something */
	int64_t rest_until; /* the same clock: until then a server that kept silent is not asked again */
	bool lost;	    /* the connection went away inside this transaction */
	bool unsent;	    /* it was found to be gone when something was to be sent: the server has not seen that */
	bool conflict;	    /* another transaction won: repeat */
};

/* What an error means; logs it once and drops a connection that cannot be used any more. */
MUST_USE enum rc db_failed(struct db *, const char *statement, unsigned code, const char *text);

MUST_USE enum rc prepared_prepare(struct db *, struct prepared *);
void prepared_clear(struct prepared *);
/* The connection stands. After a SELECT comes prepared_fetch_all or prepared_stream. */
MUST_USE enum rc prepared_execute(struct db *, struct prepared *, const struct db_value *in, size_t count);
/* No SELECT; rows values for each parameter (MariaDB's COM_STMT_BULK_EXECUTE). */
MUST_USE enum rc prepared_execute_rows(struct db *, struct prepared *, const struct db_value *in, size_t columns, size_t rows);
MUST_USE enum rc prepared_fetch_all(struct db *, struct prepared *, struct db_result **out);
MUST_USE enum rc prepared_stream(struct db *, struct prepared *, struct db_result **out);

#endif
