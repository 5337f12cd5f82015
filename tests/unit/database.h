/*
 * A MariaDB of the test's own, with the project's schema and accounts: started once for a test program (about three seconds), below a
 * temporary folder that goes with it. The database is real because its answers are what is tested.
 */
#ifndef CABINET_TESTS_DATABASE_H
#define CABINET_TESTS_DATABASE_H

#include <libgen.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "store/db.h"

static char database_dir[] = "/tmp/cabinet-test-XXXXXX";
static char database_socket[sizeof(database_dir) + 16], database_passwords[sizeof(database_dir) + 16], database_name[] = "cabinet";
static char database_arc[] = "1.3.6.1.4.1.32473", database_no_passwords[] = "";

static inline const char *
tree_top(void)
{
	static char path[4096];
	ssize_t len = readlink("/proc/self/exe", path, sizeof(path) - 1);

	if (len < 0)
		abort();
	path[len] = '\0';
	/* <top>/build…/tests/<program> */
	for (int i = 0; i < 3; i++)
		dirname(path);
	return path;
}

static inline int __attribute__((format(printf, 1, 2))) shell(const char *fmt, ...)
{
	char command[8192];
	va_list ap;

	va_start(ap, fmt);
	if (vsnprintf(command, sizeof(command), fmt, ap) >= (int)sizeof(command))
		abort();
	va_end(ap);
	return system(command);
}

static inline int
database_start(void)
{
	return shell("%s/tests/lib/mariadb.sh start %s >/dev/null", tree_top(), database_dir);
}

static inline int
database_stop(void)
{
	return shell("%s/tests/lib/mariadb.sh stop %s", tree_top(), database_dir);
}

/* For cmocka's group setup and teardown. */
static inline int
database_setup(void **state)
{
	(void)state;
	if (mkdtemp(database_dir) == NULL)
		return -1;
	snprintf(database_socket, sizeof(database_socket), "%s/mariadb.sock", database_dir);
	snprintf(database_passwords, sizeof(database_passwords), "%s/passwords", database_dir);
	return database_start() == 0 && shell("%s/scripts/migrate --socket %s --passwords %s >/dev/null", tree_top(), database_socket,
					    database_passwords) == 0
		   ? 0
		   : -1;
}

static inline int
database_teardown(void **state)
{
	(void)state;
	return database_stop() == 0 && shell("rm -rf %s", database_dir) == 0 ? 0 : -1;
}

/* What programs are told. as_root: no passwords; otherwise those of the accounts. */
static inline struct conf
database_conf(bool as_root)
{
	static char site[] = "https://localhost:8443";

	return (struct conf){ .site = site,
		.db_socket = database_socket,
		.db_name = database_name,
		.oid_arc = database_arc,
		.session_idle = 900,
		.session_absolute = 28800,
		.db_password_dir = as_root ? database_no_passwords : database_passwords };
}

/* As root, by the client program: what no account of the cabinet may do. */
static inline void __attribute__((format(printf, 1, 2))) sql(const char *fmt, ...)
{
	char path[sizeof(database_dir) + 16], *text;
	va_list ap;
	FILE *f;

	snprintf(path, sizeof(path), "%s/statement.sql", database_dir);
	va_start(ap, fmt);
	if (vasprintf(&text, fmt, ap) < 0 || (f = fopen(path, "w")) == NULL || fputs(text, f) < 0 || fclose(f) != 0)
		abort();
	va_end(ap);
	free(text);
	if (shell("mariadb --no-defaults --socket=%s --user=root --default-character-set=utf8mb4 cabinet <%s", database_socket, path) != 0)
		abort();
}

#endif
