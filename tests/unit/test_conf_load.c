#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/conf.h"

#define LENGTH(a) (sizeof(a) / sizeof((a)[0]))
#define HEAD "mode = demo\nsite = https://localhost:8443\nplain_site = http://localhost:8444\noid_arc = 1.3.6.1.4.1.32473\n"

static char dir[] = "/tmp/test_conf_load.XXXXXX";

static void
put_file(const char *name, const char *text, mode_t mode)
{
	char path[256];
	int fd;

	(void)snprintf(path, sizeof(path), "%s/%s", dir, name);
	(void)unlink(path);
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL, 0600);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	assert_int_equal(fchmod(fd, mode), 0);
	assert_int_equal(close(fd), 0);
}

/* conf_load with what it said on stderr; "@" in expected is the directory. */
static enum rc
load(struct conf **c, enum conf_role role, const char *expected)
{
	char path[256], said[8192];
	struct buf wanted = BUF_INIT;
	int saved, fds[2];
	const char *s;
	enum rc rc;
	ssize_t n;

	(void)snprintf(path, sizeof(path), "%s/cabinet.conf", dir);
	assert_int_equal(pipe2(fds, O_NONBLOCK), 0);
	saved = dup(STDERR_FILENO);
	(void)dup2(fds[1], STDERR_FILENO);
	rc = conf_load(c, path, role);
	(void)dup2(saved, STDERR_FILENO);
	(void)close(saved);
	(void)close(fds[1]);
	n = read(fds[0], said, sizeof(said) - 1);
	(void)close(fds[0]);
	said[n > 0 ? n : 0] = '\0';
	for (s = expected; *s != '\0'; s++) {
		if (*s == '@')
			buf_puts(&wanted, dir);
		else
			buf_putc(&wanted, *s);
	}
	assert_string_equal(said, buf_text(&wanted));
	buf_free(&wanted);
	return rc;
}

#define ROUTE_CONF HEAD "support_phone = 1414\nsupport_email = a@b.kz\nviews = .\nsecret_file = secret\n"
#define SECRET "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"

static void
route_role(void **state)
{
	struct conf *c;

	(void)state;
	put_file("cabinet.conf", ROUTE_CONF, 0644);
	put_file("secret", SECRET "\n", 0600);
	assert_int_equal(load(&c, CONF_ROUTE, ""), RC_OK);
	assert_int_equal(c->secret[0], 0x00);
	assert_int_equal(c->secret[31], 0xff);
	conf_free(c);
	put_file("secret", SECRET, 0400);
	assert_int_equal(load(&c, CONF_ROUTE, ""), RC_OK);
	conf_free(c);
	/* The secret is for the pages alone. */
	put_file("secret", SECRET, 0644);
	assert_int_equal(load(&c, CONF_TOOL, ""), RC_OK);
	assert_int_equal(c->secret[31], 0);
	conf_free(c);
}

static void
route_role_refused(void **state)
{
	static const char mode_said[] =
	    "@/cabinet.conf:8: secret_file: @/secret: a secret that group or others can use: its mode must be 0600 or 0400\n";
	static const char *const contents[] = { "", "00", SECRET "0", SECRET "\n\n", SECRET " ", SECRET "00112233445566778899",
		"\n00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff",
		"00112233445566778899AABBCCDDEEFF00112233445566778899aabbccddeeff" };
	static const mode_t modes[] = { 0644, 0640, 0604, 0660, 0620, 0601 };
	struct conf *c;

	(void)state;
	put_file("cabinet.conf", ROUTE_CONF, 0644);
	for (size_t i = 0; i < LENGTH(modes); i++) {
		put_file("secret", SECRET, modes[i]);
		assert_int_equal(load(&c, CONF_ROUTE, mode_said), RC_BAD_INPUT);
		assert_null(c);
	}
	for (size_t i = 0; i < LENGTH(contents); i++) {
		put_file("secret", contents[i], 0600);
		assert_int_equal(
		    load(&c, CONF_ROUTE, "@/cabinet.conf:8: secret_file: @/secret: must hold 64 lower-case hex digits and nothing else\n"),
		    RC_BAD_INPUT);
	}
	put_file("cabinet.conf", HEAD "views = cabinet.conf\nsecret_file = none\ndb_password_dir = gone\nlist_page = x\n", 0644);
	assert_int_equal(load(&c, CONF_ROUTE,
			     "@/cabinet.conf:8: list_page: must be a whole number from 1 to 100\n"
			     "@/cabinet.conf:8: support_phone: missing\n"
			     "@/cabinet.conf:8: support_email: missing\n"
			     "@/cabinet.conf:5: views: @/cabinet.conf: not a directory\n"
			     "@/cabinet.conf:6: secret_file: @/none: No such file or directory\n"
			     "@/cabinet.conf:7: db_password_dir: @/gone: No such file or directory\n"),
	    RC_BAD_INPUT);
	put_file("cabinet.conf", HEAD "support_phone = 1\nsupport_email = a@b\nviews = .\nsecret_file = .\n", 0644);
	assert_int_equal(load(&c, CONF_ROUTE, "@/cabinet.conf:8: secret_file: @/.: not a regular file\n"), RC_BAD_INPUT);
}

static void
publisher_role(void **state)
{
	struct conf *c;

	(void)state;
	put_file("cabinet.conf",
	    HEAD "[publisher]\nca_certificate = ca.cer\nroot_certificate = root.cer\nca_key = ca.key\nca_passphrase_file = pass\nprofiles "
		 "= .\ncrl_dir = .\n"
		 "ca_dir = .\nlock_file = lock\n",
	    0600);
	put_file("ca.cer", "-", 0644);
	put_file("root.cer", "-", 0644);
	put_file("ca.key", "-", 0600);
	put_file("pass", "-", 0600);
	assert_int_equal(load(&c, CONF_PUBLISHER, ""), RC_OK);
	assert_non_null(strstr(c->lock_file, "/lock"));
	conf_free(c);
	put_file("ca.key", "-", 0640);
	put_file("pass", "-", 0604);
	assert_int_equal(
	    load(&c, CONF_PUBLISHER,
		"@/cabinet.conf:8: publisher.ca_key: @/ca.key: a secret that group or others can use: its mode must be 0600 or 0400\n"
		"@/cabinet.conf:9: publisher.ca_passphrase_file: @/pass: a secret that group or others can use: its mode must be 0600 or "
		"0400\n"),
	    RC_BAD_INPUT);
	put_file("cabinet.conf", HEAD "[publisher]\nlock_file = none/lock\n", 0600);
	assert_int_equal(load(&c, CONF_PUBLISHER,
			     "@/cabinet.conf:6: publisher.ca_certificate: missing\n@/cabinet.conf:6: publisher.root_certificate: missing\n"
			     "@/cabinet.conf:6: publisher.ca_key: missing\n@/cabinet.conf:6: publisher.ca_passphrase_file: missing\n"
			     "@/cabinet.conf:6: publisher.profiles: missing\n@/cabinet.conf:6: publisher.crl_dir: missing\n"
			     "@/cabinet.conf:6: publisher.ca_dir: missing\n@/cabinet.conf:6: publisher.lock_file: @/none/lock: No such "
			     "file or directory\n"),
	    RC_BAD_INPUT);
}

static void
no_file(void **state)
{
	char path[256];
	struct conf *c;

	(void)state;
	(void)snprintf(path, sizeof(path), "%s/cabinet.conf", dir);
	(void)unlink(path);
	assert_int_equal(load(&c, CONF_TOOL, "@/cabinet.conf:1: No such file or directory\n"), RC_BAD_INPUT);
	assert_null(c);
}

static void
secret_files(void **state)
{
	struct buf b = BUF_INIT;
	const char *why;
	char path[256];

	(void)state;
	(void)snprintf(path, sizeof(path), "%s/pass", dir);
	put_file("pass", "parol\n", 0600);
	assert_true(conf_read_secret(&b, path, 6, &why));
	assert_null(why);
	assert_string_equal(buf_text(&b), "parol\n");
	assert_false(conf_read_secret(&b, path, 5, &why));
	assert_string_equal(why, "File too large");
	put_file("pass", "parol\n", 0640);
	assert_false(conf_read_secret(&b, path, 6, &why));
	assert_non_null(strstr(why, "0600"));
	assert_false(conf_read_secret(&b, dir, 6, &why));
	assert_string_equal(why, "not a regular file");
	buf_free(&b);
}

static int
make_dir(void **state)
{
	(void)state;
	return mkdtemp(dir) == NULL ? -1 : 0;
}

static int
remove_dir(void **state)
{
	static const char *const names[] = { "cabinet.conf", "secret", "ca.cer", "root.cer", "ca.key", "pass" };
	char path[256];

	(void)state;
	for (size_t i = 0; i < LENGTH(names); i++) {
		(void)snprintf(path, sizeof(path), "%s/%s", dir, names[i]);
		(void)unlink(path);
	}
	return rmdir(dir);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(route_role),
		cmocka_unit_test(route_role_refused),
		cmocka_unit_test(publisher_role),
		cmocka_unit_test(no_file),
		cmocka_unit_test(secret_files),
	};

	return cmocka_run_group_tests(tests, make_dir, remove_dir);
}
