#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"

#define LENGTH(a) (sizeof(a) / sizeof((a)[0]))

static instant
at(const char *text)
{
	instant when = 0;

	if (!clock_iso_parse(&when, text))
		fail_msg("refused: %s", text);
	return when;
}

static void
iso(void **state)
{
	static const char *const good[] = { "1970-01-01T00:00:00Z", "2026-11-23T10:00:00Z", "2024-02-29T23:59:59Z", "2000-02-29T00:00:00Z",
		"9999-12-31T23:59:59Z", "0000-01-01T00:00:00Z", "1969-12-31T23:59:59Z", "2038-01-19T03:14:08Z" };
	char text[CLOCK_ISO_SIZE];

	(void)state;
	for (size_t i = 0; i < LENGTH(good); i++) {
		clock_iso(text, at(good[i]));
		assert_string_equal(text, good[i]);
	}
	assert_true(at("1970-01-01T00:00:00Z") == 0);
	assert_true(at("2024-02-29T18:00:00Z") == 1709229600 * SECOND);
	/* Cut, never rounded up; below 1970 too. */
	clock_iso(text, 1999999);
	assert_string_equal(text, "1970-01-01T00:00:01Z");
	clock_iso(text, -1);
	assert_string_equal(text, "1969-12-31T23:59:59Z");
	clock_iso(text, INT64_MAX);
	assert_string_equal(text, "9999-12-31T23:59:59Z");
	clock_iso(text, INT64_MIN);
	assert_string_equal(text, "0000-01-01T00:00:00Z");
}

static void
iso_refused(void **state)
{
	static const char *const bad[] = { "", "2026-11-23", "2026-11-23T10:00:00", "2026-11-23T10:00:00z", "2026-11-23 10:00:00Z",
		"2026-11-23T10:00:00Z ", " 2026-11-23T10:00:00Z", "2026-11-23T10:00:00.0Z", "2026-11-23T10:00:00+05:00",
		"2026-13-23T10:00:00Z", "2026-00-23T10:00:00Z", "2026-02-29T10:00:00Z", "1900-02-29T10:00:00Z", "2026-11-31T10:00:00Z",
		"2026-11-00T10:00:00Z", "2026-11-23T24:00:00Z", "2026-11-23T10:60:00Z", "2026-12-31T23:59:60Z", "2026-11-2xT10:00:00Z",
		"-026-11-23T10:00:00Z", "2026-11-23T+1:00:00Z" };
	instant when = 7;

	(void)state;
	for (size_t i = 0; i < LENGTH(bad); i++)
		if (clock_iso_parse(&when, bad[i]))
			fail_msg("taken: %s", bad[i]);
	assert_true(when == 7);
}

/* The zone went from +06 to +05 on 2024-03-01 at 00:00, which became 23:00 of 2024-02-29. */
static void
shown_in_almaty(void **state)
{
	char text[CLOCK_SHOWN_SIZE], day[7];

	(void)state;
	clock_shown(text, at("2016-02-04T11:46:30Z"));
	assert_string_equal(text, "04.02.2016 (17:46)");
	clock_shown(text, at("2024-02-29T17:59:59Z"));
	assert_string_equal(text, "29.02.2024 (23:59)");
	clock_shown(text, at("2024-02-29T18:00:00Z"));
	assert_string_equal(text, "29.02.2024 (23:00)");
	clock_shown(text, at("2024-02-29T19:00:00Z"));
	assert_string_equal(text, "01.03.2024 (00:00)");
	clock_shown_seconds(text, at("2026-11-23T12:46:09Z"));
	assert_string_equal(text, "17:46:09");
	clock_local_yymmdd(day, at("2026-11-23T18:59:59Z"));
	assert_string_equal(day, "261123");
	clock_local_yymmdd(day, at("2026-11-23T19:00:00Z"));
	assert_string_equal(day, "261124");
	clock_shown(text, INT64_MAX);
	clock_shown(text, INT64_MIN);
	clock_local_yymmdd(day, INT64_MIN);
}

static void
expect_day(const char *day, const char *from, const char *to)
{
	char text[CLOCK_ISO_SIZE];
	instant a, b;

	if (!clock_local_day(&a, &b, day))
		fail_msg("refused: %s", day);
	clock_iso(text, a);
	assert_string_equal(text, from);
	clock_iso(text, b);
	assert_string_equal(text, to);
}

static void
local_day(void **state)
{
	(void)state;
	expect_day("23.11.2026", "2026-11-22T19:00:00Z", "2026-11-23T19:00:00Z");
	expect_day("2026-11-23", "2026-11-22T19:00:00Z", "2026-11-23T19:00:00Z");
	expect_day("31.12.2026", "2026-12-30T19:00:00Z", "2026-12-31T19:00:00Z");
	expect_day("01.02.2024", "2024-01-31T18:00:00Z", "2024-02-01T18:00:00Z");
	/* 25 hours, since its last hour came twice */
	expect_day("29.02.2024", "2024-02-28T18:00:00Z", "2024-02-29T19:00:00Z");
	expect_day("01.03.2024", "2024-02-29T19:00:00Z", "2024-03-01T19:00:00Z");
	/* began at 01:00: summer time came at midnight */
	expect_day("01.04.1981", "1981-03-31T18:00:00Z", "1981-04-01T17:00:00Z");
	expect_day("29.12.9999", "9999-12-28T19:00:00Z", "9999-12-29T19:00:00Z");
}

static void
local_day_refused(void **state)
{
	static const char *const bad[] = { "", "29.02.2026", "31.04.2026", "32.01.2026", "00.01.2026", "01.13.2026", "01.00.2026",
		"1.1.2026", "01.01.26", "01/01/2026", "01.01.2026 ", " 01.01.2026", "2026-1-1", "2026-02-30", "20260101", "01.01.0000",
		"01.01.0999", "31.12.9999", "01-01-2026", "2026.01.01", "0x.01.2026", "\xd9\xa1\xd9\xa1.01.2026" };
	instant a = 1, b = 2;

	(void)state;
	for (size_t i = 0; i < LENGTH(bad); i++)
		if (clock_local_day(&a, &b, bad[i]))
			fail_msg("taken: %s", bad[i]);
	assert_true(a == 1 && b == 2);
}

/* Every day of some 3000 years, and the seconds around each end, against libc. */
static void
civil(void **state)
{
	(void)state;
	for (int64_t day = -719528; day < 400000; day++) {
		for (int64_t second = -1; second < 2; second++) {
			const time_t t = (time_t)(day * 86400 + second * 7919);
			struct civil c = clock_civil((instant)t * SECOND + 999999);
			struct tm tm;

			gmtime_r(&t, &tm);
			if (c.year != tm.tm_year + 1900 || c.month != (unsigned)tm.tm_mon + 1 || c.day != (unsigned)tm.tm_mday ||
			    c.hour != (unsigned)tm.tm_hour || c.minute != (unsigned)tm.tm_min || c.second != (unsigned)tm.tm_sec)
				fail_msg("%lld: %lld-%u-%u", (long long)t, (long long)c.year, c.month, c.day);
			assert_true(clock_of_civil(c) == (instant)t * SECOND);
		}
	}
	assert_true(clock_of_civil((struct civil){ 2026, 2, 31, 0, 0, 0 }) == at("2026-03-03T00:00:00Z"));
}

static void
utc_is_left_alone(void **state)
{
	struct tm tm = { .tm_year = 126, .tm_mon = 10, .tm_mday = 23 };
	time_t t;

	(void)state;
	t = timegm(&tm);
	assert_int_equal(t, 1795392000);
	assert_non_null(gmtime_r(&t, &tm));
	assert_int_equal(tm.tm_hour, 0);
	assert_true(llabs((long long)(clock_now() / SECOND) - (long long)time(NULL)) <= 1);
}

/* A child, because the zone is loaded once in a process; it must end with 1 and the reason on stderr. */
static void
no_zone_no_start(void **state)
{
	char text[CLOCK_SHOWN_SIZE], said[1024];
	int status, fds[2];
	ssize_t n;
	pid_t pid;

	(void)state;
	assert_int_equal(pipe(fds), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		(void)dup2(fds[1], STDERR_FILENO);
		(void)setenv("TZDIR", "/nonexistent", 1);
		clock_shown(text, 0);
		_exit(0);
	}
	assert_int_equal(close(fds[1]), 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	n = read(fds[0], said, sizeof(said) - 1);
	assert_true(n > 0);
	said[n] = '\0';
	assert_int_equal(close(fds[0]), 0);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 1);
	assert_non_null(strstr(said, "\"event\":\"no-zone\""));
	assert_non_null(strstr(said, "Asia/Almaty"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_zone_no_start), /* before the zone is loaded */
		cmocka_unit_test(iso),
		cmocka_unit_test(iso_refused),
		cmocka_unit_test(shown_in_almaty),
		cmocka_unit_test(local_day),
		cmocka_unit_test(local_day_refused),
		cmocka_unit_test(civil),
		cmocka_unit_test(utc_is_left_alone),
	};

	/* Whatever the process was told. */
	(void)setenv("TZ", "America/New_York", 1);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
