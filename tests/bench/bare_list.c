/*
 * bare_list: the least that a FastCGI program can do for the list page. It asks MariaDB the questions that the cabinet asks, reads the answers, and
 * sends a page that was made before. usage: bare_list SOCKET DATABASE PASSWORD-FILE QUESTION-FOLDER PAGE-FILE, with the listening socket as
 * descriptor 0. QUESTION-FOLDER/session.sql and list.sql: SQL as the cabinet prepares it; PAGE-FILE: headers, empty line, page.
 */
#include <fcgiapp.h>
#include <mysql.h>

#include "base/hash.h"
#include "bench.h"

#define COLUMNS 32
#define PARAMETERS 16
#define ROOM 2048

struct question {
	MYSQL_STMT *statement;
	MYSQL_BIND in[PARAMETERS], out[COLUMNS];
	MYSQL_TIME time[COLUMNS];
	long long number_in, number[COLUMNS];
	unsigned long length[COLUMNS];
	char text[COLUMNS][ROOM];
	my_bool null[COLUMNS];
};

static void
text_in(MYSQL_BIND *b, enum enum_field_types type, const void *data, size_t len)
{
	*b = (MYSQL_BIND){ .buffer_type = type, .buffer = (void *)(uintptr_t)data, .buffer_length = (unsigned long)len };
}

static void
column_out(struct question *q, unsigned i, const MYSQL_FIELD *field)
{
	MYSQL_BIND *b = &q->out[i];

	b->is_null = &q->null[i];
	b->length = &q->length[i];
	if (field->type == MYSQL_TYPE_DATETIME) {
		b->buffer_type = MYSQL_TYPE_DATETIME;
		b->buffer = &q->time[i];
	} else if (IS_NUM(field->type)) {
		b->buffer_type = MYSQL_TYPE_LONGLONG;
		b->buffer = &q->number[i];
	} else {
		b->buffer_type = MYSQL_TYPE_BLOB;
		b->buffer = q->text[i];
		b->buffer_length = ROOM;
	}
}

static void
prepare(struct question *q, MYSQL *db, const char *folder, const char *name, unsigned parameters)
{
	char path[4096];
	struct buf sql = BUF_INIT;
	MYSQL_RES *meta;

	snprintf(path, sizeof(path), "%s/%s.sql", folder, name);
	bench_check(buf_read_file(&sql, path, BENCH_FILE_MAX), path);
	q->statement = mysql_stmt_init(db);
	bench_check(mysql_stmt_prepare(q->statement, sql.data, sql.len) == 0, mysql_stmt_error(q->statement));
	bench_check(mysql_stmt_param_count(q->statement) == parameters, "the cabinet asks with other parameters now");
	meta = mysql_stmt_result_metadata(q->statement);
	bench_check(meta != NULL && mysql_num_fields(meta) <= COLUMNS, "columns");
	for (unsigned i = 0; i < mysql_num_fields(meta); i++)
		column_out(q, i, mysql_fetch_field_direct(meta, i));
	mysql_free_result(meta);
	buf_free(&sql);
}

/* Number of rows, each read into q. */
static unsigned
ask(struct question *q)
{
	unsigned rows = 0;

	bench_check(mysql_stmt_bind_param(q->statement, q->in) == 0 && mysql_stmt_execute(q->statement) == 0 &&
			mysql_stmt_bind_result(q->statement, q->out) == 0 && mysql_stmt_store_result(q->statement) == 0,
	    mysql_stmt_error(q->statement));
	while (mysql_stmt_fetch(q->statement) == 0)
		rows++;
	mysql_stmt_free_result(q->statement);
	return rows;
}

int
main(int argc, char **argv)
{
	static struct question session, list;
	static const char failed[] = "Status: 500 Internal Server Error\r\n\r\n";
	struct buf password = BUF_INIT, page = BUF_INIT;
	uint8_t id[32];
	MYSQL *db = mysql_init(NULL);
	FCGX_Request request;

	bench_check(argc == 6, "usage: bare_list SOCKET DATABASE PASSWORD-FILE QUESTION-FOLDER PAGE-FILE");
	bench_check(buf_read_file(&password, argv[3], 256) && buf_read_file(&page, argv[5], BENCH_FILE_MAX), "files");
	password.data[strcspn(password.data, "\n")] = '\0';
	mysql_options(db, MYSQL_SET_CHARSET_NAME, "utf8mb4");
	bench_check(mysql_real_connect(db, "localhost", "cabinet_keys", password.data, argv[2], 0, argv[1], 0) != NULL, mysql_error(db));
	prepare(&session, db, argv[4], "session", 1);
	prepare(&list, db, argv[4], "list", 2);
	text_in(&session.in[0], MYSQL_TYPE_BLOB, id, sizeof(id));
	text_in(&list.in[0], MYSQL_TYPE_STRING, session.text[0], 12);
	list.number_in = 11;
	text_in(&list.in[1], MYSQL_TYPE_LONGLONG, &list.number_in, sizeof(list.number_in));
	bench_check(FCGX_Init() == 0 && FCGX_InitRequest(&request, 0, 0) == 0, "no FastCGI socket");
	while (FCGX_Accept_r(&request) >= 0) {
		const char *cookie = FCGX_GetParam("COOKIE_SESSION", request.envp);

		hash_sha256(id, cookie != NULL ? cookie : "", cookie != NULL ? strlen(cookie) : 0);
		if (ask(&session) == 1 && ask(&list) == 11)
			FCGX_PutStr(page.data, (int)page.len, request.out);
		else
			FCGX_PutStr(failed, (int)sizeof(failed) - 1, request.out);
		FCGX_Finish_r(&request);
	}
	return 0;
}
