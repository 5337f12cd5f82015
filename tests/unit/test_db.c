#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <sys/wait.h>

#include "base/mem.h"
#include "base/log.h"
#include "database.h"

static const struct db_statement put = { .name = "put",
	.sql = "INSERT INTO t (id, i, e, d, b, m, f, s, u) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)" };
static const struct db_statement get = { .name = "get", .sql = "SELECT i, e, d, b, m, f, s, u FROM t WHERE id = ?" };
static const struct db_statement big = { .name = "big", .sql = "INSERT INTO t (id, m) VALUES (?, ?)" };
static const struct db_statement bigs = { .name = "bigs", .sql = "SELECT m FROM t WHERE id BETWEEN ? AND ? ORDER BY id" };
static const struct db_statement sums = { .name = "sums",
	.sql = "SELECT COUNT(*), SUM(i), MAX(d), UTC_TIMESTAMP(6), COALESCE(SUM(i), 0) FROM t WHERE id = ?" };
static const struct db_statement add = { .name = "add", .sql = "UPDATE t SET i = i + ? WHERE id = ?" };
static const struct db_statement same = { .name = "same", .sql = "UPDATE t SET i = i WHERE id = ?" };
static const struct db_statement settings = { .name = "settings",
	.sql = "SELECT @@time_zone, @@tx_isolation, @@character_set_connection, @@sql_mode, CONNECTION_ID()" };
static const struct db_statement stream = { .name = "stream", .sql = "SELECT seq FROM seq_1_to_5000", .stream = true };
#define SIX_SECONDS "SET STATEMENT max_statement_time = 30 FOR UPDATE t SET i = i + ? WHERE id = ? AND SLEEP(6) = 0"
static const struct db_statement slow = { .name = "slow", .sql = SIX_SECONDS, .slow = true };
static const struct db_statement slow_count = {
	.name = "slow count",
	.sql = "SET STATEMENT max_statement_time = 30 FOR SELECT COUNT(*), SLEEP(6) FROM t WHERE id = ?",
	.slow = true,
};
static const struct db_statement impatient = { .name = "impatient", .sql = SIX_SECONDS };
static const struct db_statement whole = { .name = "whole",
	.sql =
	    "BEGIN NOT ATOMIC START TRANSACTION; UPDATE t SET i = i + 1 WHERE id = ?; INSERT INTO t (id, i) VALUES (?, 0); COMMIT; END" };
static const struct db_statement turned = { .name = "turned",
	.sql = "BEGIN NOT ATOMIC START TRANSACTION; UPDATE t SET i = i + 1 WHERE id = ?; " DB_TURN_BACK "; END" };
static const struct db_statement cross = { .name = "cross",
	.sql =
	    "BEGIN NOT ATOMIC START TRANSACTION; UPDATE t SET i = i + 1 WHERE id = ?; DO SLEEP(0.5); UPDATE t SET i = i + 1 WHERE id = ?; "
	    "COMMIT; END" };
static const struct db_statement *const statements[] = { &put, &get, &big, &bigs, &sums, &add, &same, &settings, &stream, &get, &slow,
	&slow_count, &impatient, &whole, &turned, &cross, NULL };
static const struct db_statement *const *const lists[] = { statements, statements, NULL };

static struct conf root;

static int
setup(void **state)
{
	if (database_setup(state) != 0)
		return -1;
	root = database_conf(true);
	sql("CREATE TABLE t (id INT NOT NULL PRIMARY KEY, i BIGINT, e ENUM('a','әріп'), d DATETIME(6), b BLOB, m MEDIUMBLOB, f BINARY(20),"
	    " s VARCHAR(20), u BIGINT UNSIGNED) ENGINE=InnoDB");
	return 0;
}

static struct db *
opened(void)
{
	struct db *db;

	assert_int_equal(db_open(&db, &root, "root", lists), RC_OK);
	return db;
}

static int64_t
value_of(struct db *db, int64_t id)
{
	struct db_result *row;
	int64_t value;

	assert_int_equal(db_one(db, &get, DB_IN(db_int(id)), &row), RC_OK);
	value = db_get_int(row, 0);
	db_result_free(row);
	return value;
}

static void
put_number(struct db *db, int64_t id, int64_t value)
{
	assert_int_equal(
	    db_exec(db, &put, DB_IN(db_int(id), db_int(value), db_null(), db_null(), db_null(), db_null(), db_null(), db_null(), db_null()),
		NULL),
	    RC_OK);
}

static void
kill_connection(struct db *db)
{
	struct db_result *row;

	assert_int_equal(db_one(db, &settings, DB_NONE, &row), RC_OK);
	sql("KILL %lld", (long long)db_get_int(row, 4));
	db_result_free(row);
}

static void
test_values_come_back(void **state)
{
	static const uint8_t octets[20] = { 0, 1, 0xff, 0 };
	const instant at = 1795514400123456;
	struct db *db = opened();
	struct db_result *row;
	const uint8_t *data;
	uint8_t copy[20];
	size_t len;

	(void)state;
	assert_int_equal(db_exec(db, &put,
			     DB_IN(db_int(1), db_int(INT64_MIN), db_text("әріп"), db_instant(at), db_bytes("", 0), db_bytes(octets, 5),
				 db_bytes(octets, 20), db_text("Ұлы \"Дала\"'; --"), db_int(INT64_MAX)),
			     NULL),
	    RC_OK);
	assert_int_equal(db_one(db, &get, DB_IN(db_int(1)), &row), RC_OK);
	assert_true(db_get_int(row, 0) == INT64_MIN);
	assert_string_equal(db_get_text(row, 1), "әріп");
	assert_true(db_get_instant(row, 2) == at);
	assert_non_null(db_get_bytes(row, 3, &len));
	assert_int_equal(len, 0);
	assert_false(db_is_null(row, 3));
	data = db_get_bytes(row, 4, &len);
	assert_int_equal(len, 5);
	assert_memory_equal(data, octets, 5);
	assert_true(db_copy_bytes(row, 5, copy, sizeof(copy)));
	assert_memory_equal(copy, octets, 20);
	assert_false(db_copy_bytes(row, 5, copy, 19));
	assert_string_equal(db_get_text(row, 6), "Ұлы \"Дала\"'; --");
	assert_true(db_get_int(row, 7) == INT64_MAX);
	assert_int_equal(db_next(row), RC_NOT_FOUND);
	db_result_free(row);
	db_close(db);
}

static void
test_nulls_come_back(void **state)
{
	struct db *db = opened();
	struct db_result *row;
	size_t len;

	(void)state;
	assert_int_equal(
	    db_exec(db, &put,
		DB_IN(db_int(2), db_null(), db_text(NULL), db_null(), db_bytes(NULL, 3), db_null(), db_null(), db_null(), db_null()), NULL),
	    RC_OK);
	assert_int_equal(db_one(db, &get, DB_IN(db_int(2)), &row), RC_OK);
	for (unsigned i = 0; i < 8; i++)
		assert_true(db_is_null(row, i));
	assert_int_equal(db_get_int(row, 0), 0);
	assert_string_equal(db_get_text(row, 1), "");
	assert_int_equal(db_get_instant(row, 2), 0);
	assert_non_null(db_get_bytes(row, 3, &len));
	assert_int_equal(len, 0);
	db_result_free(row);
	assert_int_equal(db_one(db, &get, DB_IN(db_int(-5)), &row), RC_NOT_FOUND);
	assert_null(row);
	db_close(db);
}

static void
test_instants(void **state)
{
	static const instant at[] = { 0, -1, -SECOND, 951782399999999, 4102444800000000, -2208988800000000 };
	struct db *db = opened();
	struct db_result *row;

	(void)state;
	for (size_t i = 0; i < sizeof(at) / sizeof(at[0]); i++) {
		assert_int_equal(db_exec(db, &put,
				     DB_IN(db_int(100 + (int64_t)i), db_null(), db_null(), db_instant(at[i]), db_null(), db_null(),
					 db_null(), db_null(), db_null()),
				     NULL),
		    RC_OK);
		assert_int_equal(db_one(db, &get, DB_IN(db_int(100 + (int64_t)i)), &row), RC_OK);
		assert_true(db_get_instant(row, 2) == at[i]);
		db_result_free(row);
	}
	db_close(db);
}

static void
test_long_values_are_whole(void **state)
{
	static const size_t lengths[] = { 10, 20000, 8191, 8192, 8193, 0, 700000, 3 };
	struct db *db = opened();
	struct db_result *rows;
	char *data = mem_zero(1, 700000);

	(void)state;
	for (size_t i = 0; i < 700000; i++)
		data[i] = (char)(i * 7 + i / 251);
	for (size_t i = 0; i < 8; i++)
		assert_int_equal(db_exec(db, &big, DB_IN(db_int(200 + (int64_t)i), db_bytes(data, lengths[i])), NULL), RC_OK);
	for (int round = 0; round < 2; round++) {
		assert_int_equal(db_query(db, &bigs, DB_IN(db_int(200), db_int(207)), &rows), RC_OK);
		for (size_t i = 0; i < 8; i++) {
			size_t len;
			const uint8_t *got;

			assert_int_equal(db_next(rows), RC_OK);
			got = db_get_bytes(rows, 0, &len);
			assert_int_equal(len, lengths[i]);
			assert_memory_equal(got, data, len);
		}
		assert_int_equal(db_next(rows), RC_NOT_FOUND);
		db_result_free(rows);
	}
	free(data);
	db_close(db);
}

static void
test_nothing_is_cut_silently(void **state)
{
	struct db *db = opened();
	struct db_result *row;

	(void)state;
	assert_int_equal(db_exec(db, &put,
			     DB_IN(db_int(300), db_null(), db_null(), db_null(), db_null(), db_null(), db_null(),
				 db_text("longer than 20 letters"), db_null()),
			     NULL),
	    RC_INTERNAL);
	assert_int_equal(
	    db_exec(db, &put, DB_IN(db_int(300), db_null(), db_text("b"), db_null(), db_null(), db_null(), db_null(), db_null(), db_null()),
		NULL),
	    RC_INTERNAL);
	assert_int_equal(
	    db_exec(db, &put,
		DB_IN(db_int(300), db_null(), db_null(), db_null(), db_null(), db_null(), db_null(), db_text("\xff\xfe"), db_null()), NULL),
	    RC_INTERNAL);
	assert_int_equal(db_one(db, &get, DB_IN(db_int(300)), &row), RC_NOT_FOUND);
	sql("INSERT INTO t (id, u) VALUES (300, 18446744073709551615)");
	assert_int_equal(db_one(db, &get, DB_IN(db_int(300)), &row), RC_INTERNAL);
	assert_null(row);
	db_close(db);
}

static void
test_aggregates_and_settings(void **state)
{
	struct db *db = opened();
	struct db_result *row;

	(void)state;
	put_number(db, 400, 1234567890123);
	assert_int_equal(db_one(db, &sums, DB_IN(db_int(400)), &row), RC_OK);
	assert_int_equal(db_get_int(row, 0), 1);
	assert_true(db_get_int(row, 1) == 1234567890123);
	assert_true(db_is_null(row, 2));
	assert_true(llabs(db_get_instant(row, 3) - clock_now()) < 5 * SECOND);
	db_result_free(row);
	assert_int_equal(db_one(db, &sums, DB_IN(db_int(-1)), &row), RC_OK);
	assert_true(db_is_null(row, 1));
	assert_int_equal(db_get_int(row, 4), 0);
	db_result_free(row);
	assert_int_equal(db_one(db, &settings, DB_NONE, &row), RC_OK);
	assert_string_equal(db_get_text(row, 0), "+00:00");
	assert_string_equal(db_get_text(row, 1), "READ-COMMITTED");
	assert_string_equal(db_get_text(row, 2), "utf8mb4");
	assert_non_null(strstr(db_get_text(row, 3), "STRICT_ALL_TABLES"));
	db_result_free(row);
	db_close(db);
}

static void
test_duplicates_and_matches(void **state)
{
	struct db *db = opened();
	uint64_t matched;

	(void)state;
	put_number(db, 500, 1);
	assert_int_equal(db_exec(db, &big, DB_IN(db_int(500), db_null()), NULL), RC_CONFLICT);
	assert_int_equal(db_exec(db, &same, DB_IN(db_int(500)), &matched), RC_OK);
	assert_int_equal(matched, 1);
	assert_int_equal(db_exec(db, &same, DB_IN(db_int(501)), &matched), RC_OK);
	assert_int_equal(matched, 0);
	db_close(db);
}

/* What is said to be slow is waited for; what is not is given up after five seconds, with its connection. */
static void
test_slow(void **state)
{
	struct db *db = opened();
	struct db_result *row;
	uint64_t affected = 0;

	(void)state;
	assert_int_equal(db_exec(db, &big, DB_IN(db_int(9000), db_null()), NULL), RC_OK);
	assert_int_equal(db_exec(db, &slow, DB_IN(db_int(1), db_int(9000)), &affected), RC_OK);
	assert_int_equal(affected, 1);
	assert_int_equal(db_one(db, &slow_count, DB_IN(db_int(9000)), &row), RC_OK);
	assert_int_equal(db_get_int(row, 0), 1);
	db_result_free(row);
	assert_int_equal(db_exec(db, &same, DB_IN(db_int(9000)), &affected), RC_OK);
	assert_int_equal(affected, 1);
	assert_int_equal(db_exec(db, &impatient, DB_IN(db_int(1), db_int(9000)), NULL), RC_UNAVAILABLE);
	db_close(db);
}

static void
test_stream(void **state)
{
	struct db *db = opened();
	struct db_result *rows, *row;
	int64_t sum = 0;
	enum rc rc;

	(void)state;
	assert_int_equal(db_query(db, &stream, DB_NONE, &rows), RC_OK);
	while ((rc = db_next(rows)) == RC_OK) {
		sum += db_get_int(rows, 0);
		/* the connection is taken */
		if (sum == 1) {
			assert_int_equal(db_query(db, &settings, DB_NONE, &row), RC_INTERNAL);
			assert_null(row);
		}
	}
	assert_int_equal(rc, RC_NOT_FOUND);
	assert_int_equal(db_next(rows), RC_NOT_FOUND);
	assert_true(sum == 5000 * 5001 / 2);
	db_result_free(rows);
	/* given up half-way, the connection is free again */
	assert_int_equal(db_query(db, &stream, DB_NONE, &rows), RC_OK);
	assert_int_equal(db_next(rows), RC_OK);
	db_result_free(rows);
	assert_int_equal(db_query(db, &settings, DB_NONE, &row), RC_OK);
	db_result_free(row);
	db_close(db);
}

static void
test_lost_connection(void **state)
{
	struct db *db = opened();
	struct db_result *row;

	(void)state;
	put_number(db, 600, 1);
	kill_connection(db);
	/* a read is repeated */
	assert_int_equal(db_one(db, &get, DB_IN(db_int(600)), &row), RC_OK);
	db_result_free(row);
	kill_connection(db);
	/* a write is not: nobody knows whether it happened */
	assert_int_equal(db_exec(db, &add, DB_IN(db_int(1), db_int(600)), NULL), RC_UNAVAILABLE);
	assert_int_equal(db_exec(db, &add, DB_IN(db_int(1), db_int(600)), NULL), RC_OK);
	assert_int_equal(value_of(db, 600), 2);
	db_close(db);
}

struct act {
	int64_t id;
	int calls;
	enum rc answer;
	bool kill, swallow;
};

static enum rc
act_add(struct db *db, void *arg)
{
	struct act *a = arg;
	enum rc rc;

	a->calls++;
	assert_int_equal(db_exec(db, &add, DB_IN(db_int(10), db_int(a->id)), NULL), RC_OK);
	if (a->kill) {
		kill_connection(db);
		rc = db_exec(db, &add, DB_IN(db_int(10), db_int(a->id)), NULL);
		assert_int_equal(rc, RC_UNAVAILABLE);
		/* still no new connection: it would not know of the first half */
		rc = db_exec(db, &add, DB_IN(db_int(10), db_int(a->id)), NULL);
		assert_int_equal(rc, RC_UNAVAILABLE);
		return a->swallow ? RC_OK : rc;
	}
	return a->answer;
}

static enum rc
act_nested(struct db *db, void *arg)
{
	return db_transaction(db, act_add, arg);
}

static void
test_transactions(void **state)
{
	struct db *db = opened();
	struct act a = { .id = 700 };

	(void)state;
	put_number(db, 700, 0);
	assert_int_equal(db_transaction(db, act_add, &a), RC_OK);
	assert_int_equal(value_of(db, 700), 10);
	a.answer = RC_FORBIDDEN;
	assert_int_equal(db_transaction(db, act_add, &a), RC_FORBIDDEN);
	a.answer = RC_UNAVAILABLE;
	assert_int_equal(db_transaction(db, act_add, &a), RC_UNAVAILABLE);
	assert_int_equal(a.calls, 3);
	assert_int_equal(value_of(db, 700), 10);
	a.answer = RC_OK;
	assert_int_equal(db_transaction(db, act_nested, &a), RC_INTERNAL);
	/* lost while idle: repaired before anything was done */
	kill_connection(db);
	assert_int_equal(db_transaction(db, act_add, &a), RC_OK);
	assert_int_equal(value_of(db, 700), 20);
	/* lost inside: all undone, and an act that does not look at its results does not pass for done */
	for (int swallow = 0; swallow < 2; swallow++) {
		a = (struct act){ .id = 700, .kill = true, .swallow = swallow == 1 };
		assert_int_equal(db_transaction(db, act_add, &a), RC_UNAVAILABLE);
		assert_int_equal(a.calls, 1);
		assert_int_equal(value_of(db, 700), 20);
	}
	db_close(db);
}

struct crossing {
	int64_t first, second;
	int in, out, calls;
};

static enum rc
act_cross(struct db *db, void *arg)
{
	struct crossing *c = arg;
	char byte = 0;
	enum rc rc;

	if ((rc = db_exec(db, &add, DB_IN(db_int(1), db_int(c->first)), NULL)) != RC_OK)
		return rc;
	/* the first time both wait until both hold their first row */
	if (c->calls++ == 0 && (write(c->out, &byte, 1) != 1 || read(c->in, &byte, 1) != 1))
		abort();
	/* whatever it says, this act goes on as if nothing were: the repetition does not depend on it */
	rc = db_exec(db, &add, DB_IN(db_int(1), db_int(c->second)), NULL);
	return rc == RC_UNAVAILABLE ? RC_OK : rc;
}

static void
test_deadlock_is_repeated(void **state)
{
	struct db *db = opened();
	int there[2], back[2], status;
	struct crossing c = { 0 };
	pid_t child;

	(void)state;
	put_number(db, 800, 0);
	put_number(db, 801, 0);
	assert_int_equal(pipe(there), 0);
	assert_int_equal(pipe(back), 0);
	if ((child = fork()) == 0) {
		struct db *mine;

		c = (struct crossing){ 801, 800, there[0], back[1], 0 };
		if (db_open(&mine, &root, "root", lists) != RC_OK || db_transaction(mine, act_cross, &c) != RC_OK)
			_exit(100);
		_exit(c.calls);
	}
	c = (struct crossing){ 800, 801, back[0], there[1], 0 };
	assert_int_equal(db_transaction(db, act_cross, &c), RC_OK);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	/* one of the two was the victim, once */
	assert_int_equal(c.calls + WEXITSTATUS(status), 3);
	assert_int_equal(value_of(db, 800), 2);
	assert_int_equal(value_of(db, 801), 2);
	db_close(db);
}

static void
test_one_statement_transactions(void **state)
{
	struct db *db = opened();

	(void)state;
	put_number(db, 710, 0);
	assert_int_equal(db_transact(db, &whole, DB_IN(db_int(710), db_int(711))), RC_OK);
	assert_int_equal(value_of(db, 710), 1);
	/* it turns back: the first row that it touched is as it was */
	assert_int_equal(db_transact(db, &turned, DB_IN(db_int(710))), RC_NOT_FOUND);
	assert_int_equal(value_of(db, 710), 1);
	/* it fails half way: nothing is left, and no transaction is open that would take what comes next with it */
	assert_int_equal(db_transact(db, &whole, DB_IN(db_int(710), db_int(711))), RC_CONFLICT);
	assert_int_equal(value_of(db, 710), 1);
	assert_int_equal(db_exec(db, &add, DB_IN(db_int(10), db_int(711)), NULL), RC_OK);
	kill_connection(db);
	assert_int_equal(value_of(db, 711), 10);
	/* lost while idle: the server has not seen it, and it is sent again */
	kill_connection(db);
	assert_int_equal(db_transact(db, &whole, DB_IN(db_int(710), db_int(712))), RC_OK);
	assert_int_equal(value_of(db, 710), 2);
	db_close(db);
}

/* Lost while it runs: whether it came to its end nobody knows, and it is not sent again. */
static void
test_one_statement_is_lost(void **state)
{
	struct db *db = opened();
	struct db_result *row;
	int64_t connection;
	int status;
	pid_t child;

	(void)state;
	put_number(db, 720, 0);
	put_number(db, 721, 0);
	assert_int_equal(db_one(db, &settings, DB_NONE, &row), RC_OK);
	connection = db_get_int(row, 4);
	db_result_free(row);
	if ((child = fork()) == 0) {
		usleep(200000);
		sql("KILL %lld", (long long)connection);
		_exit(0);
	}
	assert_int_equal(db_transact(db, &cross, DB_IN(db_int(720), db_int(721))), RC_UNAVAILABLE);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(value_of(db, 720), 0);
	assert_int_equal(value_of(db, 721), 0);
	db_close(db);
}

static void
test_one_statement_is_repeated(void **state)
{
	struct db *db = opened();
	int status;
	pid_t child;

	(void)state;
	put_number(db, 810, 0);
	put_number(db, 811, 0);
	if ((child = fork()) == 0) {
		struct db *mine;

		if (db_open(&mine, &root, "root", lists) != RC_OK || db_transact(mine, &cross, DB_IN(db_int(811), db_int(810))) != RC_OK)
			_exit(1);
		_exit(0);
	}
	assert_int_equal(db_transact(db, &cross, DB_IN(db_int(810), db_int(811))), RC_OK);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	assert_int_equal(value_of(db, 810), 2);
	assert_int_equal(value_of(db, 811), 2);
	db_close(db);
}

static const struct db_statement forbidden = { .name = "erase the past", .sql = "DELETE FROM event" };
static const struct db_statement *const forbidden_statements[] = { &forbidden, NULL };
static const struct db_statement *const *const forbidden_lists[] = { forbidden_statements, NULL };
static const struct db_statement *const *const no_lists[] = { NULL };
static const struct db_statement broken = { .name = "broken", .sql = "SELECT no_such_column FROM t" };
static const struct db_statement *const broken_statements[] = { &broken, NULL };
static const struct db_statement *const *const broken_lists[] = { broken_statements, NULL };

static void
test_start_is_refused(void **state)
{
	struct conf conf = database_conf(false);
	struct db *db;

	(void)state;
	assert_int_equal(db_open(&db, &conf, "cabinet_keys", no_lists), RC_OK);
	db_close(db);
	assert_int_equal(db_open(&db, &conf, "cabinet_keys", forbidden_lists), RC_INTERNAL);
	assert_null(db);
	assert_int_equal(db_open(&db, &root, "root", broken_lists), RC_INTERNAL);
	assert_null(db);
	/* no password file; somebody else's password */
	assert_int_equal(db_open(&db, &conf, "cabinet_nobody", no_lists), RC_INTERNAL);
	assert_int_equal(db_open(&db, &root, "cabinet_keys", no_lists), RC_INTERNAL);
}

static void
test_server_comes_and_goes(void **state)
{
	static char nowhere[] = "/nonexistent/mariadb.sock";
	struct conf conf = root;
	struct db_result *row;
	struct act a = { .id = 900 };
	struct db *db;

	(void)state;
	conf.db_socket = nowhere;
	assert_int_equal(db_open(&db, &conf, "root", lists), RC_UNAVAILABLE);
	assert_non_null(db);
	assert_false(db_is_alive(db));
	assert_int_equal(db_query(db, &settings, DB_NONE, &row), RC_UNAVAILABLE);
	assert_int_equal(db_transaction(db, act_add, &a), RC_UNAVAILABLE);
	assert_int_equal(a.calls, 0);
	conf.db_socket = database_socket;
	put_number(db, 900, 0);
	assert_true(db_is_alive(db));
	assert_int_equal(database_stop(), 0);
	assert_false(db_is_alive(db));
	assert_int_equal(db_query(db, &get, DB_IN(db_int(900)), &row), RC_UNAVAILABLE);
	assert_null(row);
	assert_int_equal(database_start(), 0);
	assert_int_equal(value_of(db, 900), 0);
	assert_int_equal(db_transaction(db, act_add, &a), RC_OK);
	assert_int_equal(value_of(db, 900), 10);
	db_close(db);
	db_close(NULL);
	db_result_free(NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_values_come_back),
		cmocka_unit_test(test_nulls_come_back),
		cmocka_unit_test(test_instants),
		cmocka_unit_test(test_long_values_are_whole),
		cmocka_unit_test(test_nothing_is_cut_silently),
		cmocka_unit_test(test_aggregates_and_settings),
		cmocka_unit_test(test_duplicates_and_matches),
		cmocka_unit_test(test_stream),
		cmocka_unit_test(test_slow),
		cmocka_unit_test(test_lost_connection),
		cmocka_unit_test(test_transactions),
		cmocka_unit_test(test_deadlock_is_repeated),
		cmocka_unit_test(test_one_statement_transactions),
		cmocka_unit_test(test_one_statement_is_lost),
		cmocka_unit_test(test_one_statement_is_repeated),
		cmocka_unit_test(test_start_is_refused),
		cmocka_unit_test(test_server_comes_and_goes),
	};

	log_open("test", LOG_LEVEL_WARN);
	return cmocka_run_group_tests(tests, setup, database_teardown);
}
