#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/hash.h"
#include "base/log.h"
#include "base/mem.h"
#include "store/db_private.h"

#include <errmsg.h>
#include <mysqld_error.h>

#define CONNECT_SECONDS 3
#define TIMEOUT_SECONDS 5
#define SILENCE (SECOND * 3 / 2) /* a connection lost after so long was a server that does not answer, not one that was started again */
#define REST (2 * SECOND)	 /* then nobody else waits for it as long: the queue before the program is answered at once */
#define ATTEMPTS 3
#define PASSWORD_MAX 256
#define ACCOUNT_PREFIX "cabinet_"
#define ER_WSREP_NOT_READY 1047 /* this Galera node has no quorum (ER_UNKNOWN_COM_ERROR elsewhere) */

/*
 * READ COMMITTED: a transaction that has waited for the citizen's row must see what the one before it did, whatever it read earlier.
 * The server gives a statement up a second before the client would stop waiting for it.
 */
#define SESSION_SETUP                                                                                                                      \
	"SET SESSION time_zone = '+00:00', tx_isolation = 'READ-COMMITTED', innodb_lock_wait_timeout = 3, max_statement_time = 4, "        \
	"sql_mode = 'STRICT_ALL_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_ZERO_DATE,NO_ZERO_IN_DATE,NO_ENGINE_SUBSTITUTION'"

static void
db_disconnect(struct db *db)
{
	for (size_t i = 0; i < db->count; i++)
		prepared_clear(&db->prepared[i]);
	db->streaming = NULL;
	if (db->mysql != NULL)
		mysql_close(db->mysql);
	db->mysql = NULL;
}

enum rc
db_failed(struct db *db, const char *statement, unsigned code, const char *text)
{
	switch (code) {
	case ER_DUP_ENTRY:
		/* an expected answer; the text would show the value */
		log_debug("db", "%s: %u duplicate key", statement, code);
		return RC_CONFLICT;
	case DB_TURNED_BACK:
		return RC_NOT_FOUND;
	case ER_LOCK_DEADLOCK:
	case ER_LOCK_WAIT_TIMEOUT:
	case ER_CHECKREAD:
	case ER_WSREP_NOT_READY:
		log_warn("db", "%s: %u %s", statement, code, text);
		db->conflict = true;
		return RC_UNAVAILABLE;
	case ER_STATEMENT_TIMEOUT:
		log_error("db", "%s: %u %s", statement, code, text);
		return RC_UNAVAILABLE;
	case ER_TABLEACCESS_DENIED_ERROR:
	case ER_COLUMNACCESS_DENIED_ERROR:
		log_error("db", "%s: %u %s (account %s)", statement, code, text, db->account);
		return RC_INTERNAL;
	case ER_SERVER_SHUTDOWN:
	case ER_CONNECTION_KILLED:
	case ER_NEED_REPREPARE:
	case ER_CON_COUNT_ERROR:
	case ER_TOO_MANY_USER_CONNECTIONS:
	case ER_USER_LIMIT_REACHED:
		break;
	default:
		if (code >= CR_MIN_ERROR && code <= CR_MYSQL_LAST_ERROR && code != CR_INVALID_PARAMETER_NO && code != CR_PARAMS_NOT_BOUND)
			break;
		log_error("db", "%s: %u %s", statement, code, text);
		return RC_INTERNAL;
	}
	log_error("db", "%s: %u %s", statement, code, text);
	db->lost = true;
	db->unsent = code == CR_SERVER_GONE_ERROR;
	if (clock_since_boot() - db->asked >= SILENCE)
		db->rest_until = clock_since_boot() + REST;
	db_disconnect(db);
	return RC_UNAVAILABLE;
}

static enum rc
connection_failed(struct db *db, const char *what)
{
	char text[512];

	snprintf(text, sizeof(text), "%s", mysql_error(db->mysql));
	return db_failed(db, what, mysql_errno(db->mysql), text);
}

char *
db_password_file(const struct conf *conf, const char *account)
{
	if (account == NULL || conf->db_password_dir == NULL || conf->db_password_dir[0] == '\0')
		return NULL;
	if (strncmp(account, ACCOUNT_PREFIX, strlen(ACCOUNT_PREFIX)) == 0)
		account += strlen(ACCOUNT_PREFIX);
	return mem_format("%s/%s", conf->db_password_dir, account);
}

/* The password file is read at each connect, so that nothing of it stays in memory. */
static enum rc
password_read(const struct db *db, char out[PASSWORD_MAX])
{
	char *path = db_password_file(db->conf, db->account);
	struct buf b = BUF_INIT;
	enum rc rc = RC_OK;

	out[0] = '\0';
	if (path == NULL)
		return RC_OK;
	if (!buf_read_file(&b, path, PASSWORD_MAX - 1)) {
		log_error("db", "%s: password file %s: %s", db->account, path, strerror(errno));
		rc = RC_INTERNAL;
	} else {
		snprintf(out, PASSWORD_MAX, "%s", buf_text(&b));
		out[strcspn(out, "\r\n")] = '\0';
		hash_wipe(b.data, b.len);
	}
	buf_free(&b);
	free(path);
	return rc;
}

static bool
has_slow(const struct db *db)
{
	for (size_t i = 0; i < db->count; i++)
		if (db->prepared[i].def->slow)
			return true;
	return false;
}

static enum rc
db_connect(struct db *db)
{
	const unsigned connect_seconds = CONNECT_SECONDS, seconds = TIMEOUT_SECONDS, off = 0;
	const my_bool report = 1;
	char password[PASSWORD_MAX];
	enum rc rc;

	if (clock_since_boot() < db->rest_until) {
		log_warn("db", "connect: not tried: the server kept silent a moment ago");
		return RC_UNAVAILABLE;
	}
	if ((rc = password_read(db, password)) != RC_OK)
		return rc;
	db->asked = clock_since_boot();
	if ((db->mysql = mysql_init(NULL)) == NULL)
		log_fatal("memory", "db: out of memory");
	mysql_options(db->mysql, MYSQL_OPT_CONNECT_TIMEOUT, &connect_seconds);
	mysql_options(db->mysql, MYSQL_OPT_READ_TIMEOUT, &seconds);
	mysql_options(db->mysql, MYSQL_OPT_WRITE_TIMEOUT, &seconds);
	mysql_options(db->mysql, MYSQL_OPT_LOCAL_INFILE, &off);
	mysql_options(db->mysql, MYSQL_REPORT_DATA_TRUNCATION, &report);
	mysql_options(db->mysql, MYSQL_SET_CHARSET_NAME, "utf8mb4");
	/* for slow statements alone: everything else waits as before */
	if (has_slow(db))
		mysql_options(db->mysql, MYSQL_OPT_NONBLOCK, NULL);
	mysql_options(db->mysql, MYSQL_INIT_COMMAND, SESSION_SETUP);
	/* CLIENT_FOUND_ROWS: "affected" counts the rows that matched, so that writing the same value again is no failure */
	if (mysql_real_connect(
		db->mysql, "localhost", db->account, password, db->conf->db_name, 0, db->conf->db_socket, CLIENT_FOUND_ROWS) == NULL)
		rc = connection_failed(db, "connect");
	hash_wipe(password, sizeof(password));
	for (size_t i = 0; rc == RC_OK && i < db->count; i++)
		rc = prepared_prepare(db, &db->prepared[i]);
	if (rc != RC_OK)
		db_disconnect(db);
	return rc;
}

enum rc
db_open(struct db **out, const struct conf *conf, const char *account, const struct db_statement *const *const *lists)
{
	struct db *db = mem_zero(1, sizeof(*db));
	size_t room = 0;
	enum rc rc;

	*out = NULL;
	db->conf = conf;
	db->account = mem_string(account);
	for (size_t l = 0; lists[l] != NULL; l++)
		for (size_t s = 0; lists[l][s] != NULL; s++)
			room++;
	db->prepared = mem_zero(room + 1, sizeof(*db->prepared));
	for (size_t l = 0; lists[l] != NULL; l++)
		for (size_t s = 0; lists[l][s] != NULL; s++) {
			size_t i = 0;

			/* two modules may share a statement */
			while (i < db->count && db->prepared[i].def != lists[l][s])
				i++;
			if (i == db->count)
				db->prepared[db->count++].def = lists[l][s];
		}
	rc = db_connect(db);
	if (rc == RC_OK || rc == RC_UNAVAILABLE)
		*out = db;
	else
		db_close(db);
	return rc;
}

void
db_close(struct db *db)
{
	if (db == NULL)
		return;
	db_disconnect(db);
	free(db->prepared);
	free(db->account);
	free(db);
}

static struct prepared *
db_find(struct db *db, const struct db_statement *def)
{
	for (size_t i = 0; i < db->count; i++)
		if (db->prepared[i].def == def)
			return &db->prepared[i];
	log_fatal("db", "%s: not in this program's lists", def->name);
}

/* Ready to send: connected, and not in the middle of a streamed result or a transaction whose connection is gone. */
static enum rc
db_ready(struct db *db, const char *what)
{
	if (db->streaming != NULL) {
		log_error("db", "%s: the connection is busy with a streamed result", what);
		return RC_INTERNAL;
	}
	db->asked = clock_since_boot();
	if (db->mysql != NULL)
		return RC_OK;
	return db->in_transaction ? RC_UNAVAILABLE : db_connect(db);
}

enum rc
db_exec(struct db *db, const struct db_statement *def, const struct db_value *in, size_t count, uint64_t *affected)
{
	struct prepared *p = db_find(db, def);
	enum rc rc;

	if ((rc = db_ready(db, def->name)) != RC_OK || (rc = prepared_execute(db, p, in, count)) != RC_OK)
		return rc;
	if (affected != NULL)
		*affected = mysql_stmt_affected_rows(p->stmt);
	return RC_OK;
}

enum rc
db_exec_rows(struct db *db, const struct db_statement *def, const struct db_value *in, size_t columns, size_t rows, uint64_t *affected)
{
	struct prepared *p = db_find(db, def);
	enum rc rc;

	if ((rc = db_ready(db, def->name)) != RC_OK || (rc = prepared_execute_rows(db, p, in, columns, rows)) != RC_OK)
		return rc;
	if (affected != NULL)
		*affected = mysql_stmt_affected_rows(p->stmt);
	return RC_OK;
}

static enum rc
query_once(struct db *db, struct prepared *p, const struct db_value *in, size_t count, struct db_result **out)
{
	enum rc rc;

	if ((rc = db_ready(db, p->def->name)) != RC_OK || (rc = prepared_execute(db, p, in, count)) != RC_OK)
		return rc;
	return p->def->stream ? prepared_stream(db, p, out) : prepared_fetch_all(db, p, out);
}

enum rc
db_query(struct db *db, const struct db_statement *def, const struct db_value *in, size_t count, struct db_result **out)
{
	struct prepared *p = db_find(db, def);
	bool connected = db->mysql != NULL;
	enum rc rc;

	*out = NULL;
	rc = query_once(db, p, in, count, out);
	if (rc == RC_UNAVAILABLE && connected && db->mysql == NULL && !db->in_transaction)
		rc = query_once(db, p, in, count, out);
	return rc;
}

static enum rc
db_command(struct db *db, const char *sql)
{
	db->asked = clock_since_boot();
	return mysql_real_query(db->mysql, sql, strlen(sql)) != 0 ? connection_failed(db, sql) : RC_OK;
}

/* A connection that was lost while idle is repaired here, before anything was done. */
static enum rc
transaction_begin(struct db *db)
{
	enum rc rc;

	if ((rc = db_ready(db, "START TRANSACTION")) != RC_OK)
		return rc;
	rc = db_command(db, "START TRANSACTION");
	if (rc == RC_UNAVAILABLE && db->mysql == NULL && (rc = db_connect(db)) == RC_OK)
		rc = db_command(db, "START TRANSACTION");
	return rc;
}

static enum rc
transaction_once(struct db *db, enum rc (*act)(struct db *, void *), void *arg)
{
	enum rc rc;

	db->conflict = db->lost = false;
	if ((rc = transaction_begin(db)) != RC_OK)
		return rc;
	db->conflict = db->lost = false;
	db->in_transaction = true;
	rc = act(db, arg);
	db->in_transaction = false;
	/* an act that overlooked a failure must not pass for done */
	if (db->lost)
		return RC_UNAVAILABLE;
	if (rc == RC_OK && !db->conflict) {
		rc = db_command(db, "COMMIT");
		/* a lost connection leaves the outcome unknown; Galera answers a conflict here, and then nothing was kept */
		if (rc == RC_OK || db->lost)
			return rc;
	}
	if (db_command(db, "ROLLBACK") != RC_OK)
		db_disconnect(db);
	return db->conflict ? RC_UNAVAILABLE : rc;
}

enum rc
db_transact(struct db *db, const struct db_statement *def, const struct db_value *in, size_t count)
{
	enum rc rc = RC_UNAVAILABLE;

	for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
		db->conflict = db->lost = db->unsent = false;
		if ((rc = db_exec(db, def, in, count, NULL)) == RC_OK)
			return rc;
		/* what failed inside has left its transaction open */
		if (db->mysql != NULL && db_command(db, "ROLLBACK") != RC_OK)
			db_disconnect(db);
		if (db->lost ? !db->unsent : !db->conflict)
			break;
	}
	return db->conflict ? RC_UNAVAILABLE : rc;
}

enum rc
db_transaction(struct db *db, enum rc (*act)(struct db *, void *), void *arg)
{
	enum rc rc = RC_UNAVAILABLE;

	if (db->in_transaction) {
		log_error("db", "transaction: begun inside another one");
		return RC_INTERNAL;
	}
	for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
		rc = transaction_once(db, act, arg);
		if (rc != RC_UNAVAILABLE || !db->conflict || db->lost)
			break;
	}
	return rc;
}

bool
db_is_alive(struct db *db)
{
	if (db_ready(db, "ping") != RC_OK)
		return false;
	if (mysql_ping(db->mysql) == 0)
		return true;
	return connection_failed(db, "ping") == RC_OK;
}
