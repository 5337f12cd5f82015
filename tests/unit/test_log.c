#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/encode.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/rc.h"

#define LINE_MAX_OCTETS 8192

static int saved_stderr, fds[2];

/* stderr is a pipe between the two; what was said fits into it. */
static void
listen_to_stderr(void)
{
	assert_int_equal(pipe2(fds, O_NONBLOCK), 0);
	saved_stderr = dup(STDERR_FILENO);
	assert_int_not_equal(dup2(fds[1], STDERR_FILENO), -1);
}

static const char *
what_was_said(void)
{
	static char said[65536];
	ssize_t n;

	(void)dup2(saved_stderr, STDERR_FILENO);
	(void)close(saved_stderr);
	(void)close(fds[1]);
	n = read(fds[0], said, sizeof(said) - 1);
	(void)close(fds[0]);
	said[n > 0 ? n : 0] = '\0';
	return said;
}

static void
one_line_of_json(void **state)
{
	const char *said;

	(void)state;
	log_open("keys", LOG_LEVEL_INFO);
	log_request("0123abcd");
	listen_to_stderr();
	log_warn("crl-late", "%s: %s: %d", "ca.crl", "nextUpdate", 7);
	said = what_was_said();
	/* {"time":"2026-11-23T10:00:00.000Z", */
	assert_memory_equal(said, "{\"time\":\"20", 11);
	assert_string_equal(said + 33, "\",\"level\":\"warn\",\"program\":\"keys\",\"request\":\"0123abcd\",\"event\":\"crl-late\","
				       "\"detail\":\"ca.crl: nextUpdate: 7\"}\n");
	assert_int_equal(said[28], '.');
	assert_int_equal(said[32], 'Z');
}

static void
levels(void **state)
{
	const char *said;

	(void)state;
	log_open("keys", LOG_LEVEL_WARN);
	listen_to_stderr();
	log_debug("a", "-");
	log_info("b", "-");
	log_warn("c", "-");
	log_error("d", "-");
	said = what_was_said();
	assert_null(strstr(said, "\"debug\""));
	assert_null(strstr(said, "\"info\""));
	assert_non_null(strstr(said, "\"level\":\"warn\""));
	assert_non_null(strstr(said, "\"level\":\"error\""));
}

static void
values_cannot_break_out(void **state)
{
	const char *said;

	(void)state;
	log_open("keys", LOG_LEVEL_INFO);
	listen_to_stderr();
	log_info("e", "%s", "\"},\n{\"level\":\"\\\r\t\x01\x7f\x1b[2J");
	said = what_was_said();
	assert_non_null(strstr(said, "\"detail\":\"\\\"},\\n{\\\"level\\\":\\\"\\\\\\u000d\\u0009\\u0001\\u007f\\u001b[2J\"}\n"));
	assert_ptr_equal(strchr(said, '\n'), said + strlen(said) - 1);
}

static void
not_utf8_is_replaced(void **state)
{
	const char *said;

	(void)state;
	listen_to_stderr();
	log_info("e", "%s", "\xd0\xa2\xff\xc0\x80\xed\xa0\x80\xd0");
	said = what_was_said();
	assert_true(utf8_is_valid(said, strlen(said)));
	assert_non_null(
	    strstr(said, "\"detail\":\"\xd0\xa2\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"}\n"));
}

static void
expect_cut(const char *unit, size_t shift)
{
	char *text = mem_zero(20001, 1);
	const char *said;
	size_t n;

	memset(text, 'x', shift);
	for (n = shift; n + strlen(unit) <= 20000; n += strlen(unit))
		memcpy(text + n, unit, strlen(unit));
	listen_to_stderr();
	log_info("e", "%s", text);
	said = what_was_said();
	free(text);
	n = strlen(said);
	assert_true(n > 4000 && n <= LINE_MAX_OCTETS);
	assert_true(utf8_is_valid(said, n));
	assert_ptr_equal(strchr(said, '\n'), said + n - 1);
	assert_string_equal(said + n - 14, "\",\"cut\":true}\n");
	/* No escape is cut in two. */
	assert_int_not_equal(said[n - 15], '\\');
}

static void
long_lines_are_cut(void **state)
{
	(void)state;
	for (size_t shift = 0; shift < 12; shift++) {
		expect_cut("a", shift);
		expect_cut("\n", shift);
		expect_cut("\x01", shift);
		expect_cut("\xff", shift);
		expect_cut("\xf0\x90\x80\x80", shift);
	}
}

static void
request_id(void **state)
{
	char text[101];

	(void)state;
	memset(text, 'a', 100);
	text[100] = '\0';
	log_request(text);
	assert_int_equal(strlen(log_request_id()), 64);
	log_request("a\"b\nc\xff d");
	assert_string_equal(log_request_id(), "a\"b?c??d");
	log_request(NULL);
	assert_string_equal(log_request_id(), "");
}

static void
errno_is_kept(void **state)
{
	int kept;

	(void)state;
	listen_to_stderr();
	errno = ENOTTY;
	log_info("e", "-");
	kept = errno;
	(void)what_was_said();
	assert_int_equal(kept, ENOTTY);
}

static void
fatal_ends_with_1(void **state)
{
	const char *said;
	int status;
	pid_t pid;

	(void)state;
	listen_to_stderr();
	pid = fork();
	if (pid == 0)
		log_fatal("out-of-memory", "mem: calloc: %d", 1);
	(void)waitpid(pid, &status, 0);
	said = what_was_said();
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 1);
	assert_non_null(strstr(said, "\"level\":\"error\""));
	assert_non_null(strstr(said, "\"event\":\"out-of-memory\""));
}

static void
rc_names(void **state)
{
	(void)state;
	assert_string_equal(rc_name(RC_OK), "ok");
	assert_string_equal(rc_name(RC_BAD_INPUT), "bad-input");
	assert_string_equal(rc_name(RC_INTERNAL), "internal");
	assert_string_equal(rc_name((enum rc)99), "unknown");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_line_of_json),
		cmocka_unit_test(levels),
		cmocka_unit_test(values_cannot_break_out),
		cmocka_unit_test(not_utf8_is_replaced),
		cmocka_unit_test(long_lines_are_cut),
		cmocka_unit_test(request_id),
		cmocka_unit_test(errno_is_kept),
		cmocka_unit_test(fatal_ends_with_1),
		cmocka_unit_test(rc_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
