#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "web/csrf.h"
#include "web/route.h"

#define RANDOM "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOP_" /* 43 */
#define SERIAL "1f000000000000000000000000000000000000ab"

static enum rc
say(struct request *r)
{
	(void)r;
	return RC_OK;
}

static void
patterns(void **state)
{
	char param[REQUEST_PARAMS][REQUEST_PARAM_SIZE];

	(void)state;
	assert_int_equal(route_match("/", "/", param), 0);
	assert_int_equal(route_match("/keys/{serial}.cer", "/keys/" SERIAL ".cer", param), 1);
	assert_string_equal(param[0], SERIAL);
	assert_int_equal(route_match("/status/{number}/installed", "/status/12345678261123/installed", param), 1);
	assert_string_equal(param[0], "12345678261123");
	assert_int_equal(route_match("/receipts/{code}", "/receipts/a-Z_9", param), 1);
	/* hostile */
	assert_int_equal(route_match("/", "", param), -1);
	assert_int_equal(route_match("/", "/x", param), -1);
	assert_int_equal(route_match("/help", "/help/", param), -1);
	assert_int_equal(route_match("/help", "/hel", param), -1);
	assert_int_equal(route_match("/keys/{serial}", "/keys/1F000000000000000000000000000000000000ab", param), -1);
	assert_int_equal(route_match("/keys/{serial}", "/keys/" SERIAL "0", param), -1);
	assert_int_equal(route_match("/keys/{serial}", "/keys/" SERIAL "/", param), -1);
	assert_int_equal(route_match("/keys/{serial}", "/keys/1f", param), -1);
	assert_int_equal(route_match("/keys/{serial}", "/keys/", param), -1);
	assert_int_equal(route_match("/status/{number}", "/status/1234567826112", param), -1);
	assert_int_equal(route_match("/status/{number}", "/status/123456782611234", param), -1);
	assert_int_equal(route_match("/receipts/{code}", "/receipts/", param), -1);
	assert_int_equal(route_match("/receipts/{code}", "/receipts/a.b", param), -1);
	assert_int_equal(
	    route_match("/receipts/{code}", "/receipts/01234567890123456789012345678901234567890123456789012345678901234", param), -1);
}

static void
tables(void **state)
{
	static const struct {
		struct route row;
		const char *account;
		bool good;
	} cases[] = {
		{ { METHOD_GET, "/a", ROLE_ANYONE, say }, NULL, true },
		{ { METHOD_POST, "/a/{code}", ROLE_CITIZEN, say }, "account", true },
		{ { METHOD_GET, "/a", 0, say }, "account", false },
		{ { METHOD_GET, "/a", ROLE_CITIZEN, say }, NULL, false },
		{ { METHOD_GET, "/a", ROLE_VISITOR, say }, NULL, false },
		{ { METHOD_OTHER, "/a", ROLE_ANYONE, say }, NULL, false },
		{ { METHOD_GET, "a", ROLE_ANYONE, say }, NULL, false },
		{ { METHOD_GET, "/{any}", ROLE_ANYONE, say }, NULL, false },
		{ { METHOD_GET, "/{code}{code}{code}{code}{code}", ROLE_ANYONE, say }, NULL, false },
		{ { METHOD_GET, "/a", ROLE_ANYONE, NULL }, NULL, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct program one = { "one", cases[i].account, &cases[i].row, 1, NULL, NULL };

		assert_int_equal(route_table_is_valid(&one), cases[i].good);
	}
	assert_false(route_table_is_valid(&(const struct program){ "none", NULL, NULL, 0, NULL, NULL }));
}

static void
targets(void **state)
{
	static const struct {
		const char *target, *path, *query;
	} good[] = { { "/", "/", "" }, { "/a?b=c?d", "/a", "b=c?d" }, { "/%D2%9A/%41+", "/Қ/A+", "" }, { "/a/", "/a/", "" },
		{ "/?", "/", "" }, { "/a?x=%zz", "/a", "x=%zz" }, { "/.a/..b", "/.a/..b", "" } };
	static const char *const bad[] = { "", "a", "http://host/", "*", "//", "//host", "/a//b", "/../etc", "/a/..", "/a/.", "/./",
		"/a/%2e%2e/b", "/%2e", "/a%2fb", "/a%5cb", "/a\\b", "/%00", "/a%0a", "/%7f", "/%", "/%4", "/%4g", "/%C0%AF", "/%ff",
		"/\xd0\xb0", "/a b", "/a#b", "/a?b c", "/a?b#c", "/a?b\n" };
	struct buf path = BUF_INIT, big = BUF_INIT;
	const char *query;

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		assert_int_equal(request_target(&path, &query, good[i].target), RC_OK);
		assert_string_equal(buf_text(&path), good[i].path);
		assert_string_equal(query, good[i].query);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		if (request_target(&path, &query, bad[i]) != RC_BAD_INPUT)
			fail_msg("accepted: %s", bad[i]);
	}
	buf_putc(&big, '/');
	while (big.len < REQUEST_TARGET_MAX)
		buf_putc(&big, 'a');
	assert_int_equal(request_target(&path, &query, big.data), RC_OK);
	buf_putc(&big, 'a');
	assert_int_equal(request_target(&path, &query, big.data), RC_BAD_INPUT);
	buf_free(&big);
	buf_free(&path);
}

static void
small_parsers(void **state)
{
	static const char *const local[] = { "/", "/keys?a=b&c=%2F" };
	static const char *const foreign[] = { "", "//evil.kz", "/\\evil.kz", "/a\\b", "https://evil.kz/", "javascript:1", "/a b",
		"/a\r\nX: y", "/\t/evil.kz", "/\xd0\xb0" };
	static const char *const cookies[] = { "", "short", (RANDOM "x"), (RANDOM ".a b"), (RANDOM ".\xff"), (RANDOM ";"), ("+" RANDOM) };
	char out[16], bound[44];

	(void)state;
	for (size_t i = 0; i < sizeof(local) / sizeof(local[0]); i++)
		assert_true(request_is_local(local[i]));
	for (size_t i = 0; i < sizeof(foreign) / sizeof(foreign[0]); i++)
		assert_false(request_is_local(foreign[i]));
	request_printable(out, sizeof(out),
	    "a\x01\xff"
	    "Ж\xd0"
	    "b\xc2\x85");
	assert_string_equal(out, "a??Ж?b?");
	request_printable(out, sizeof(out), "012345678901234");
	assert_string_equal(out, "012345678901234");
	request_printable(out, sizeof(out), "01234567890123ЖЖ");
	assert_string_equal(out, "01234567890123");
	route_pre_session_random(bound, RANDOM ".1700000000.mac-_");
	assert_string_equal(bound, RANDOM);
	for (size_t i = 0; i < sizeof(cookies) / sizeof(cookies[0]); i++) {
		route_pre_session_random(bound, cookies[i]);
		assert_string_equal(bound, "");
	}
}

static void
cookies_are_one_line(void **state)
{
	struct request r = { 0 };

	(void)state;
	response_cookie(&r, "__Host-a", "1", -1);
	response_cookie(&r, "ab", "2", 0);
	response_cookie(&r, "a", "3", 60);
	assert_string_equal(buf_text(&r.headers), "X-Cookie-ab: 2; Max-Age=0\r\n"
						  "X-Cookie-a: 3; Max-Age=60\r\n");
	buf_free(&r.headers);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(patterns),
		cmocka_unit_test(tables),
		cmocka_unit_test(targets),
		cmocka_unit_test(small_parsers),
		cmocka_unit_test(cookies_are_one_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
