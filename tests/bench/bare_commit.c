/*
 * bare_commit: the least that a FastCGI program can do for a POST that must not be lost. It reads the body, commits one row, and redirects.
 * usage: bare_commit SOCKET DATABASE PASSWORD-FILE, with the listening socket as descriptor 0.
 */
#include <fcgiapp.h>
#include <mysql.h>

#include "base/hash.h"
#include "bench.h"

#define BODY_MAX 262144

int
main(int argc, char **argv)
{
	static const char sql[] = "INSERT INTO login_used (digest, expires_at) VALUES (?, UTC_TIMESTAMP() + INTERVAL 1 HOUR)";
	static const char done[] = "Status: 303 See Other\r\nLocation: /keys\r\nContent-Length: 0\r\nCache-Control: no-store\r\n\r\n";
	static const char failed[] = "Status: 500 Internal Server Error\r\n\r\n";
	static char body[BODY_MAX];
	struct buf password = BUF_INIT;
	uint8_t digest[32];
	MYSQL *db = mysql_init(NULL);
	MYSQL_STMT *statement;
	MYSQL_BIND in = { .buffer_type = MYSQL_TYPE_BLOB, .buffer = digest, .buffer_length = sizeof(digest) };
	FCGX_Request request;

	bench_check(argc == 4, "usage: bare_commit SOCKET DATABASE PASSWORD-FILE");
	bench_check(buf_read_file(&password, argv[3], 256), "password");
	password.data[strcspn(password.data, "\n")] = '\0';
	bench_check(mysql_real_connect(db, "localhost", "cabinet_status", password.data, argv[2], 0, argv[1], 0) != NULL, mysql_error(db));
	statement = mysql_stmt_init(db);
	bench_check(mysql_stmt_prepare(statement, sql, sizeof(sql) - 1) == 0, mysql_stmt_error(statement));
	bench_check(FCGX_Init() == 0 && FCGX_InitRequest(&request, 0, 0) == 0, "no FastCGI socket");
	while (FCGX_Accept_r(&request) >= 0) {
		int len = FCGX_GetStr(body, sizeof(body), request.in);

		hash_sha256(digest, body, len > 0 ? (size_t)len : 0);
		if (mysql_stmt_bind_param(statement, &in) == 0 && mysql_stmt_execute(statement) == 0)
			FCGX_PutStr(done, (int)sizeof(done) - 1, request.out);
		else
			FCGX_PutStr(failed, (int)sizeof(failed) - 1, request.out);
		FCGX_Finish_r(&request);
	}
	return 0;
}
