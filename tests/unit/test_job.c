#include <getopt.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/job.h"

#define WORDS_MAX 8

static bool
words(struct job *job, const char *const *list)
{
	char *argv[WORDS_MAX + 2] = { (char *)(uintptr_t) "job" };
	int argc = 1;

	for (; list[argc - 1] != NULL; argc++)
		argv[argc] = (char *)(uintptr_t)list[argc - 1];
	optind = 0;
	opterr = 0;
	*job = (struct job){ .seconds = 58 };
	return job_words(job, "once", argc, argv);
}
#define WORDS(...)                                                                                                                         \
	(const char *const[])                                                                                                              \
	{                                                                                                                                  \
		__VA_ARGS__, NULL                                                                                                          \
	}

static void
good_words(void **state)
{
	struct job job;

	(void)state;
	assert_true(words(&job, WORDS("-c", "cabinet.conf")));
	assert_string_equal(job.conf_path, "cabinet.conf");
	assert_int_equal(job.seconds, 58);
	assert_false(job.flag);
	assert_int_equal(job.words, 3);
	assert_true(words(&job, WORDS("--once", "--for", "86400", "-c", "a")));
	assert_true(job.flag);
	assert_int_equal(job.seconds, 86400);
	/* what another word says is not read */
	assert_true(words(&job, WORDS("-c", "a", "enrol", "--template", "person")));
	assert_int_equal(job.words, 3);
}

static void
wrong_words(void **state)
{
	static const char *const seconds[] = { "0", "86401", "-1", "", "x", "5x", "99999999999999999999" };
	struct job job;

	(void)state;
	assert_false(words(&job, WORDS("--once")));
	assert_false(words(&job, WORDS("-c")));
	assert_false(words(&job, WORDS("-c", "a", "--whole")));
	assert_false(words(&job, WORDS("-c", "a", "--for")));
	for (size_t i = 0; i < sizeof(seconds) / sizeof(seconds[0]); i++)
		assert_false(words(&job, WORDS("-c", "a", "--for", seconds[i])));
}

/* The end that a signal asks for ends a pause, and there is none after it. Last: it cannot be taken back. */
static void
pauses(void **state)
{
	int64_t start = clock_since_boot();

	(void)state;
	job_begin("test");
	job_pause(20000);
	assert_true(clock_since_boot() - start >= 20000);
	job_pause(-SECOND);
	assert_false(job_is_stopped());
	assert_int_equal(raise(SIGTERM), 0);
	assert_true(job_is_stopped());
	start = clock_since_boot();
	job_pause(HOUR);
	assert_true(clock_since_boot() - start < MINUTE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(good_words),
		cmocka_unit_test(wrong_words),
		cmocka_unit_test(pauses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
