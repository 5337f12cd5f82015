#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/conf.h"

#define LENGTH(a) (sizeof(a) / sizeof((a)[0]))
#define HEAD "mode = demo\nsite = https://localhost:8443\nplain_site = http://localhost:8444\noid_arc = 1.3.6.1.4.1.32473\n"

static enum rc
parse(struct conf **c, const char *text, struct buf *errors)
{
	return conf_parse(c, "/etc/cabinet/c.conf", text, strlen(text), errors);
}

static void
expect_good(const char *text)
{
	struct buf errors = BUF_INIT;
	struct conf *c;

	if (parse(&c, text, &errors) != RC_OK)
		fail_msg("refused: %s%s", text, buf_text(&errors));
	assert_int_equal(errors.len, 0);
	conf_free(c);
	buf_free(&errors);
}

/* said: all that must be said, to the letter. */
static void
expect_bad(const char *text, const char *said)
{
	struct buf errors = BUF_INIT;
	struct conf *c;

	if (parse(&c, text, &errors) != RC_BAD_INPUT)
		fail_msg("taken: %s", text);
	assert_null(c);
	assert_string_equal(buf_text(&errors), said);
	buf_free(&errors);
}

static void
defaults(void **state)
{
	struct buf errors = BUF_INIT;
	struct conf *c;

	(void)state;
	assert_int_equal(parse(&c, HEAD, &errors), RC_OK);
	assert_false(c->production);
	assert_string_equal(c->site, "https://localhost:8443");
	assert_string_equal(c->plain_site, "http://localhost:8444");
	assert_string_equal(c->oid_arc, "1.3.6.1.4.1.32473");
	assert_string_equal(c->db_socket, "/run/mysqld/mysqld.sock");
	assert_string_equal(c->db_name, "cabinet");
	assert_string_equal(c->db_password_dir, "");
	assert_int_equal(c->session_idle, 900);
	assert_int_equal(c->session_absolute, 28800);
	assert_int_equal(c->applications_limit, 50);
	assert_int_equal(c->list_page, 10);
	assert_int_equal(c->worker_requests, 10000);
	assert_int_equal(c->body_max, 262144);
	assert_true(c->check_iin);
	assert_null(c->ca_key);
	assert_int_equal(c->crl_base_seconds, 86400);
	assert_int_equal(c->crl_delta_seconds, 3600);
	assert_int_equal(c->crl_delta_spacing, 5);
	assert_int_equal(c->certificate_days, 365);
	conf_free(c);
	conf_free(NULL);
	buf_free(&errors);
}

static void
forms_of_lines(void **state)
{
	struct buf errors = BUF_INIT;
	struct conf *c;

	(void)state;
	assert_int_equal(parse(&c,
			     HEAD "\n  # comment\r\n\tviews\t=\t../views \t\r\nsecret_file=/a b/c#d # behind\ncheck_iin = false\nlist_page "
				  "=7\ndb_password_dir = # empty\n"
				  "session_idle = 60\n[publisher] # section\nca_key = ca.key\ncertificate_days = 1095",
			     &errors),
	    RC_OK);
	assert_string_equal(c->views, "/etc/cabinet/../views");
	assert_string_equal(c->secret_file, "/a b/c#d");
	assert_string_equal(c->db_password_dir, "");
	assert_false(c->check_iin);
	assert_int_equal(c->list_page, 7);
	assert_int_equal(c->session_idle, 60);
	assert_string_equal(c->ca_key, "/etc/cabinet/ca.key");
	assert_int_equal(c->certificate_days, 1095);
	conf_free(c);
	buf_free(&errors);
}

static void
every_mistake_with_its_line(void **state)
{
	(void)state;
	expect_bad("mode = test\nsite = https://localhost:8443/\nnonsense\nviews = a\nviews = b\ncolour = red\nlist_page = "
		   "0\n[printer]\nink = black\n"
		   "[publisher]\nviews = c\ncertificate_days = 1096\n",
	    "/etc/cabinet/c.conf:1: mode: must be production or demo\n"
	    "/etc/cabinet/c.conf:2: site: must be https://host or https://host:port: lower case, no path, not port 443\n"
	    "/etc/cabinet/c.conf:3: must be: name = value\n"
	    "/etc/cabinet/c.conf:5: views: repeated, stands already in line 4\n"
	    "/etc/cabinet/c.conf:6: unknown name: colour\n"
	    "/etc/cabinet/c.conf:7: list_page: must be a whole number from 1 to 100\n"
	    "/etc/cabinet/c.conf:8: unknown section [printer]\n"
	    "/etc/cabinet/c.conf:11: unknown name: views\n"
	    "/etc/cabinet/c.conf:12: publisher.certificate_days: must be a whole number from 1 to 1095\n"
	    "/etc/cabinet/c.conf:12: plain_site: missing\n"
	    "/etc/cabinet/c.conf:12: oid_arc: missing\n");
	expect_bad("",
	    "/etc/cabinet/c.conf:1: mode: missing\n/etc/cabinet/c.conf:1: site: missing\n/etc/cabinet/c.conf:1: plain_site: missing\n"
	    "/etc/cabinet/c.conf:1: oid_arc: missing\n");
}

static void
bad_lines(void **state)
{
	static const struct {
		const char *line, *said;
	} cases[] = {
		{ "publisher.ca_key = x", "unknown name: publisher.ca_key" },
		{ "ca_key = x", "unknown name: ca_key" },
		{ "= x", "unknown name: " },
		{ "Views = x", "unknown name: Views" },
		{ "views", "must be: name = value" },
		{ "views =", "views: empty" },
		{ "views = # x", "views: empty" },
		{ "db_socket =", "db_socket: empty" },
		{ "[publisher", "section without ]" },
		{ "[]", "unknown section []" },
		{ "[", "section without ]" },
		{ "[Publisher]", "unknown section [Publisher]" },
		{ "views = a\rb", "control character, or not UTF-8" },
		{ "views = a\x1b[2J", "control character, or not UTF-8" },
		{ "views = \xff", "control character, or not UTF-8" },
		{ "\xef\xbb\xbfviews = a", "unknown name: \xef\xbb\xbfviews" },
		{ "check_iin = 1", "check_iin: must be true or false" },
		{ "check_iin = TRUE", "check_iin: must be true or false" },
		{ "db_name = a-b", "db_name: only a-z, 0-9 and _, at most 64" },
		{ "db_name = x;drop", "db_name: only a-z, 0-9 and _, at most 64" },
		{ "support_phone = call me", "support_phone: not a telephone number" },
		{ "support_email = a", "support_email: not an e-mail address" },
		{ "support_email = @a.kz", "support_email: not an e-mail address" },
		{ "support_email = a@b@c.kz", "support_email: not an e-mail address" },
		{ "support_email = a b@c.kz", "support_email: not an e-mail address" },
		{ "session_absolute = 300", "session_absolute: shorter than session_idle" },
	};
	char text[1024], said[256];

	(void)state;
	for (size_t i = 0; i < LENGTH(cases); i++) {
		(void)snprintf(text, sizeof(text), HEAD "%s\n", cases[i].line);
		(void)snprintf(said, sizeof(said), "/etc/cabinet/c.conf:5: %s\n", cases[i].said);
		expect_bad(text, said);
	}
	expect_bad(HEAD "[publisher]\ncrl_base_seconds = 600\n",
	    "/etc/cabinet/c.conf:6: publisher.crl_delta_seconds: longer than publisher.crl_base_seconds\n");
}

static void
nul_and_length(void **state)
{
	static const char text[] = HEAD "views = a\0b\n";
	struct buf errors = BUF_INIT, b = BUF_INIT;
	struct conf *c;

	(void)state;
	assert_int_equal(conf_parse(&c, "c", text, sizeof(text) - 1, &errors), RC_BAD_INPUT);
	assert_string_equal(buf_text(&errors), "c:5: control character, or not UTF-8\n");
	buf_printf(&b, HEAD "views = %01001d\n", 0);
	expect_bad(buf_text(&b), "/etc/cabinet/c.conf:5: views: longer than 1000 octets\n");
	buf_reset(&b);
	buf_printf(&b, HEAD "%0500d = 1\n", 0);
	expect_bad(buf_text(&b), "/etc/cabinet/c.conf:5: unknown name: 0000000000000000000000000000000000000000000000000000000000000000\n");
	buf_free(&b);
	buf_free(&errors);
}

static void
integers(void **state)
{
	static const char *const bad[] = { "59", "3601", "0", "-60", "+60", "060", "6e2", "60.0", "60 s", "0x60", "99999999999999999999",
		"18446744073709551676" };
	char text[512];

	(void)state;
	for (size_t i = 0; i < LENGTH(bad); i++) {
		(void)snprintf(text, sizeof(text), HEAD "session_idle = %s\n", bad[i]);
		expect_bad(text, "/etc/cabinet/c.conf:5: session_idle: must be a whole number from 60 to 3600\n");
	}
	expect_good(HEAD "session_idle = 60\n");
	expect_good(HEAD "session_idle = 3600\n");
}

static void
origins(void **state)
{
	static const char *const good[] = { "https://a", "https://a.kz", "https://cabinet.example.kz:8443", "https://xn--80aa.kz",
		"https://127.0.0.1:1", "https://a:65535" };
	static const char *const bad[] = { "http://a.kz", "https://", "https://a.kz/", "https://a.kz/x", "https://a.kz?", "https://a.kz#x",
		"https://A.kz", "https://a.kz:443", "https://a.kz:", "https://a.kz:0", "https://a.kz:65536", "https://a.kz:08443",
		"https://a.kz:84x", "https://u@a.kz", "https://a..kz", "https://.a.kz", "https://a.kz.", "https://-a.kz", "https://a-.kz",
		"https://a_b.kz", "https://a.kz:1:2", "a.kz", "HTTPS://a.kz", "https:/a.kz", "https://a b", "https://\xd0\xba\xd0\xb7",
		"https://[::1]" };
	char text[512];

	(void)state;
	for (size_t i = 0; i < LENGTH(good); i++) {
		(void)snprintf(text, sizeof(text), "mode = demo\nplain_site = http://a\noid_arc = 1.3.6.1.4.1.32473\nsite = %s\n", good[i]);
		expect_good(text);
	}
	for (size_t i = 0; i < LENGTH(bad); i++) {
		(void)snprintf(text, sizeof(text), "mode = demo\nplain_site = http://a\noid_arc = 1.3.6.1.4.1.32473\nsite = %s\n", bad[i]);
		expect_bad(
		    text, "/etc/cabinet/c.conf:4: site: must be https://host or https://host:port: lower case, no path, not port 443\n");
	}
	expect_bad("mode = demo\nsite = https://a\noid_arc = 1.3.6.1.4.1.32473\nplain_site = https://a\n",
	    "/etc/cabinet/c.conf:4: plain_site: must be http://host or http://host:port: lower case, no path, not port 80\n");
}

static void
mail_servers(void **state)
{
	static const char *const good[] = { "smtp://mail.example.kz", "smtp://localhost:25", "smtps://mail.example.kz:465", "" };
	static const char *const bad[] = { "mail.example.kz", "http://mail.example.kz", "smtp://", "smtp://a/b", "smtp://a:0",
		"smtp://a:65536", "smtp://user@a", "smtp://A", "smtps://a b", "file:///etc/passwd", "smtp://a:25:25" };
	char text[512];

	(void)state;
	for (size_t i = 0; i < LENGTH(good); i++) {
		(void)snprintf(text, sizeof(text), HEAD "[mailer]\nsmtp = %s\n", good[i]);
		expect_good(text);
	}
	for (size_t i = 0; i < LENGTH(bad); i++) {
		(void)snprintf(text, sizeof(text), HEAD "[mailer]\nsmtp = %s\n", bad[i]);
		expect_bad(
		    text, "/etc/cabinet/c.conf:6: mailer.smtp: must be smtp://host:port or smtps://host:port: lower case, no path\n");
	}
	expect_good(HEAD "monitors = 10.0.0.1 2001:db8::1\n");
	expect_good(HEAD "monitors =\n");
	expect_bad(
	    HEAD "monitors = 10.0.0.0/8\n", "/etc/cabinet/c.conf:5: monitors: must be addresses of IPv4 or IPv6, separated by blanks\n");
	expect_bad(
	    HEAD "monitors = localhost\n", "/etc/cabinet/c.conf:5: monitors: must be addresses of IPv4 or IPv6, separated by blanks\n");
	expect_bad(HEAD "[mailer]\nsmtp_user = a b\n", "/etc/cabinet/c.conf:6: mailer.smtp_user: only visible ASCII, at most 254\n");
	expect_bad(HEAD "[mailer]\nsmtp_user = a\n", "/etc/cabinet/c.conf:6: mailer.smtp_user: without mailer.smtp\n");
}

static void
arcs(void **state)
{
	static const char *const good[] = { "1.3.6.1.4.1.32473", "1.3.6.1.4.1.32473.1", "2.999.1",
		"2.25.329800735698586629295641978511506172918", "1.2.3980", "0.39.0", "1.2.39.8" };
	static const char *const bad[] = { "1", "1.3", "1.3.", ".1.3.6", "1..3.6", "3.1.1", "1.40.1", "0.100.1", "10.1.1", "1.3.06",
		"1.3.a", "1.3.-6", "1.3.6 1", "1.3.1234567890123456789012345678901234567890", "iso.3.6" };
	static const char *const state_owned[] = { "1.2.398", "1.2.398.3", "1.2.398.3.3.2.1" };
	static const char rest[] = "mode = demo\nsite = https://a\nplain_site = http://a\noid_arc = ";
	char text[512];

	(void)state;
	for (size_t i = 0; i < LENGTH(good); i++) {
		(void)snprintf(text, sizeof(text), "%s%s\n", rest, good[i]);
		expect_good(text);
	}
	for (size_t i = 0; i < LENGTH(bad); i++) {
		(void)snprintf(text, sizeof(text), "%s%s\n", rest, bad[i]);
		expect_bad(text, "/etc/cabinet/c.conf:4: oid_arc: not an object identifier in dotted decimal with at least three arcs\n");
	}
	for (size_t i = 0; i < LENGTH(state_owned); i++) {
		(void)snprintf(text, sizeof(text), "%s%s\n", rest, state_owned[i]);
		expect_bad(text, "/etc/cabinet/c.conf:4: oid_arc: arcs below 1.2.398 are the state's\n");
	}
}

static void
production_has_its_own_arc(void **state)
{
	static const char said[] =
	    "/etc/cabinet/c.conf:3: oid_arc: 1.3.6.1.4.1.32473 is the arc for examples; mode = production needs its own\n";

	(void)state;
	/* The order of the lines does not matter. */
	expect_bad("site = https://a\nplain_site = http://a\noid_arc = 1.3.6.1.4.1.32473\nmode = production\n", said);
	expect_bad("mode = production\nsite = https://a\noid_arc = 1.3.6.1.4.1.32473.7\nplain_site = http://a\n", said);
	expect_good("mode = production\nsite = https://a\nplain_site = http://a\noid_arc = 1.3.6.1.4.1.324731\n");
}

/* conf/cabinet.conf names everything, and its defaults are the program's. */
static void
example(void **state)
{
	static const char *const names[] = { "mode", "site", "plain_site", "oid_arc", "support_phone", "support_email", "views",
		"secret_file", "db_socket", "db_name", "db_password_dir", "session_idle", "session_absolute", "applications_limit",
		"list_page", "worker_requests", "body_max", "check_iin", "ca_certificate", "root_certificate", "ca_key",
		"ca_passphrase_file", "profiles", "crl_dir", "ca_dir", "lock_file", "crl_base_seconds", "crl_delta_seconds",
		"crl_delta_spacing", "crl_size_alarm", "certificate_days", "smtp", "smtp_user", "smtp_password_file", "smtp_ca", "mail_dir",
		"mail_from", "mail_lock_file", "monitors", "responder_file", "signature_file", "answer_seconds", "report_file" };
	struct buf text = BUF_INIT, errors = BUF_INIT;
	struct conf *c, *d;
	char line[64];

	(void)state;
	if (!buf_read_file(&text, "conf/cabinet.conf", 65536))
		fail_msg("conf/cabinet.conf: not found: tests start in the root of the project");
	for (size_t i = 0; i < LENGTH(names); i++) {
		(void)snprintf(line, sizeof(line), "\n%s =", names[i]);
		if (strstr(buf_text(&text), line) == NULL)
			fail_msg("conf/cabinet.conf: no %s", names[i]);
	}
	if (conf_parse(&c, "conf/cabinet.conf", buf_text(&text), text.len, &errors) != RC_OK)
		fail_msg("%s", buf_text(&errors));
	assert_int_equal(parse(&d, HEAD, &errors), RC_OK);
	assert_string_equal(c->views, "conf/../views");
	assert_string_equal(c->db_socket, d->db_socket);
	assert_string_equal(c->db_name, d->db_name);
	assert_string_equal(c->db_password_dir, d->db_password_dir);
	assert_memory_equal(
	    &c->session_idle, &d->session_idle, offsetof(struct conf, body_max) + sizeof(int64_t) - offsetof(struct conf, session_idle));
	assert_int_equal(c->check_iin, d->check_iin);
	assert_memory_equal(&c->crl_base_seconds, &d->crl_base_seconds, 5 * sizeof(int64_t));
	conf_free(c);
	conf_free(d);
	buf_free(&text);
	buf_free(&errors);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(defaults),
		cmocka_unit_test(forms_of_lines),
		cmocka_unit_test(every_mistake_with_its_line),
		cmocka_unit_test(bad_lines),
		cmocka_unit_test(nul_and_length),
		cmocka_unit_test(integers),
		cmocka_unit_test(origins),
		cmocka_unit_test(arcs),
		cmocka_unit_test(mail_servers),
		cmocka_unit_test(production_has_its_own_arc),
		cmocka_unit_test(example),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
