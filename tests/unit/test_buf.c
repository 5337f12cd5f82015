#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/mem.h"

static void
grows_and_stays_a_string(void **state)
{
	struct buf b = BUF_INIT;
	size_t i;

	(void)state;
	assert_string_equal(buf_text(&b), "");
	for (i = 0; i < 10000; i++) {
		buf_putc(&b, (char)('a' + i % 26));
		assert_int_equal(b.data[b.len], 0);
	}
	assert_int_equal(b.len, 10000);
	assert_int_equal(b.data[9999], 'a' + 9999 % 26);
	buf_reset(&b);
	assert_string_equal(buf_text(&b), "");
	buf_printf(&b, "%s-%d", "x", 42);
	buf_puts(&b, "!");
	buf_add(&b, "\0z", 2);
	assert_int_equal(b.len, 7);
	assert_memory_equal(b.data, "x-42!\0z", 8);
	buf_free(&b);
	assert_null(b.data);
	assert_int_equal(b.size, 0);
}

static void
printf_of_any_length(void **state)
{
	struct buf b = BUF_INIT;

	(void)state;
	/* Around the first allocation, where an off-by-one would lose the last octet. */
	for (int n = 250; n < 260; n++) {
		buf_reset(&b);
		buf_printf(&b, "%*d", n, 7);
		assert_int_equal(b.len, n);
		assert_int_equal(b.data[n - 1], '7');
		buf_free(&b);
	}
}

static void
cap_drops_whole_writes(void **state)
{
	struct buf b = BUF_CAPPED(8);

	(void)state;
	buf_puts(&b, "12345678");
	assert_false(b.overflow);
	buf_putc(&b, '9');
	assert_true(b.overflow);
	assert_string_equal(buf_text(&b), "12345678");
	buf_reset(&b);
	assert_false(b.overflow);
	buf_puts(&b, "1234");
	buf_puts(&b, "56789");
	assert_true(b.overflow);
	/* What would fit is dropped too: no text with a hole in it. */
	buf_puts(&b, "x");
	buf_printf(&b, "%d", 1);
	assert_string_equal(buf_text(&b), "1234");
	buf_free(&b);
	assert_int_equal(b.cap, 8);
	assert_false(b.overflow);
}

static void
empty_writes(void **state)
{
	struct buf b = BUF_CAPPED(1);

	(void)state;
	buf_add(&b, NULL, 0);
	buf_puts(&b, "");
	assert_int_equal(b.len, 0);
	assert_false(b.overflow);
	buf_free(&b);
	buf_free(&b);
}

static void
reads_files(void **state)
{
	char path[] = "/tmp/test_buf.XXXXXX", text[20000];
	struct buf b = BUF_INIT;
	int fd = mkstemp(path);

	(void)state;
	assert_true(fd >= 0);
	memset(text, 'x', sizeof(text));
	assert_int_equal(write(fd, text, sizeof(text)), sizeof(text));
	buf_puts(&b, "what was here before");
	assert_true(buf_read_file(&b, path, sizeof(text)));
	assert_int_equal(b.len, sizeof(text));
	assert_memory_equal(b.data, text, sizeof(text));
	assert_false(buf_read_file(&b, path, sizeof(text) - 1));
	assert_int_equal(errno, EFBIG);
	assert_int_equal(b.len, 0);
	b.cap = 100;
	assert_false(buf_read_file(&b, path, sizeof(text)));
	assert_int_equal(errno, EFBIG);
	b.cap = 0;
	assert_int_equal(close(fd), 0);
	assert_int_equal(unlink(path), 0);
	assert_false(buf_read_file(&b, path, 10));
	assert_int_equal(errno, ENOENT);
	assert_false(buf_read_file(&b, "/", 10));
	assert_int_equal(errno, EISDIR);
	assert_true(buf_read_file(&b, "/dev/null", 0));
	assert_int_equal(b.len, 0);
	buf_free(&b);
}

static void
mem_ends_with_nul(void **state)
{
	char *s = mem_copy("ab\0c", 4), *t = mem_format("%s/%d", "a", 7), *u = mem_copy(NULL, 0), *v = mem_string("");
	unsigned char *z = mem_zero(3, 5);

	(void)state;
	assert_memory_equal(s, "ab\0c", 5);
	assert_string_equal(t, "a/7");
	assert_string_equal(u, "");
	assert_string_equal(v, "");
	assert_memory_equal(z, "\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 15);
	free(s);
	free(t);
	free(u);
	free(v);
	free(z);
	z = mem_zero(0, 5);
	assert_non_null(z);
	free(z);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(grows_and_stays_a_string),
		cmocka_unit_test(printf_of_any_length),
		cmocka_unit_test(cap_drops_whole_writes),
		cmocka_unit_test(empty_writes),
		cmocka_unit_test(reads_files),
		cmocka_unit_test(mem_ends_with_nul),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
