/* Work in a process of its own: what it makes comes back whole, or not at all. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/log.h"
#include "document/apart.h"

#define LARGE (300 * 1024) /* more than a pipe holds */

static enum rc
make_large(const void *arg, struct buf *out)
{
	for (int i = 0; i < LARGE; i++)
		buf_putc(out, *(const char *)arg);
	return RC_OK;
}

static enum rc
make_nothing(const void *arg, struct buf *out)
{
	(void)arg;
	(void)out;
	return RC_OK;
}

static enum rc
refuse(const void *arg, struct buf *out)
{
	buf_puts(out, arg);
	return RC_INTERNAL;
}

static enum rc
die(const void *arg, struct buf *out)
{
	(void)arg;
	buf_puts(out, "half");
	signal(SIGSEGV, SIG_DFL);
	raise(SIGSEGV);
	return RC_OK;
}

static enum rc
spin(const void *arg, struct buf *out)
{
	volatile unsigned n = 0;

	(void)out;
	while (n < UINT_MAX || arg == NULL)
		n++;
	return RC_OK;
}

static enum rc
take_memory(const void *arg, struct buf *out)
{
	char *much = malloc(512u << 20);

	(void)arg;
	buf_puts(out, much == NULL ? "none" : "all of it");
	free(much);
	return RC_OK;
}

static enum rc
look_at_descriptors(const void *arg, struct buf *out)
{
	int fd = *(const int *)arg;

	buf_puts(out, fcntl(fd, F_GETFD) < 0 && errno == EBADF && fcntl(STDIN_FILENO, F_GETFD) < 0 ? "closed" : "open");
	return RC_OK;
}

static void
comes_back(void **state)
{
	struct buf out = BUF_INIT;

	(void)state;
	buf_puts(&out, "before");
	assert_int_equal(apart_run(make_large, "x", LARGE, &out), RC_OK);
	assert_int_equal(out.len, LARGE + 6);
	assert_memory_equal(out.data, "beforexxx", 9);
	assert_int_equal(apart_run(make_nothing, NULL, 1, &out), RC_OK);
	assert_int_equal(out.len, LARGE + 6);
	buf_free(&out);
}

static void
fails(void **state)
{
	struct buf out = BUF_INIT;

	(void)state;
	assert_int_equal(apart_run(refuse, "half", 100, &out), RC_INTERNAL);
	assert_int_equal(apart_run(die, NULL, 100, &out), RC_INTERNAL);
	assert_int_equal(apart_run(make_large, "x", LARGE - 1, &out), RC_INTERNAL);
	assert_int_equal(out.len, 0);
	/* nobody is left behind */
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	assert_int_equal(errno, ECHILD);
}

static void
has_bounds(void **state)
{
	struct buf out = BUF_INIT;
	int fd = open("/dev/null", O_RDONLY);

	(void)state;
	assert_int_equal(apart_run(spin, NULL, 100, &out), RC_INTERNAL);
	assert_int_equal(out.len, 0);
	assert_int_equal(apart_run(look_at_descriptors, &fd, 100, &out), RC_OK);
	assert_string_equal(buf_text(&out), "closed");
	buf_reset(&out);
#ifndef __SANITIZE_ADDRESS__
	assert_int_equal(apart_run(take_memory, NULL, 100, &out), RC_OK);
	assert_string_equal(buf_text(&out), "none");
#else
	(void)take_memory;
#endif
	close(fd);
	buf_free(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(comes_back), cmocka_unit_test(fails), cmocka_unit_test(has_bounds) };

	log_open("test", LOG_LEVEL_ERROR);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
