#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "web/fields.h"

#define FORM "application/x-www-form-urlencoded"
#define PARTS "multipart/form-data; boundary=XyZ"

static bool
is_letters(const char *value)
{
	return value[strspn(value, "abc")] == '\0';
}

/* Parses, takes one field, copies its value to out (size 64). Returns the parse result. */
static enum rc
take_one(const char *type, const char *data, size_t len, const struct field_spec *spec, char out[64], const char **error)
{
	struct fields *f;
	struct field field;
	enum rc rc = fields_parse(&f, type, data, len), taken;

	out[0] = '\0';
	*error = NULL;
	if (rc != RC_OK) {
		assert_null(f);
		return rc;
	}
	taken = fields_take(f, spec, 1, &field);
	assert_int_equal(taken, field.error != NULL ? RC_BAD_INPUT : RC_OK);
	assert_int_equal(field.value[field.len], '\0');
	snprintf(out, 64, "%s", field.value);
	*error = field.error;
	fields_free(f);
	return RC_OK;
}

struct example {
	const char *body;
	unsigned flags;
	const char *value; /* NULL: syntax */
	const char *error;
};

static void
run(const char *type, const struct example *examples, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct field_spec spec = { "a", 8, examples[i].flags, is_letters, "error.email" };
		char value[64];
		const char *error;
		enum rc rc = take_one(type, examples[i].body, strlen(examples[i].body), &spec, value, &error);

		if (rc != (examples[i].value == NULL ? RC_BAD_INPUT : RC_OK))
			fail_msg("%s: %s", examples[i].body, rc_name(rc));
		if (examples[i].value == NULL)
			continue;
		assert_string_equal(value, examples[i].value);
		if (examples[i].error == NULL)
			assert_null(error);
		else
			assert_string_equal(error != NULL ? error : "none", examples[i].error);
	}
}

static void
urlencoded(void **state)
{
	static const struct example examples[] = {
		{ "a=abc", 0, "abc", NULL },
		{ "b=1&a=%61b%63&c", 0, "abc", NULL },
		{ "", 0, "", NULL },
		{ "&&a=a&", 0, "a", NULL },
		{ "a", 0, "", NULL },
		{ "a=+%20abc+%09", 0, "abc", NULL },
		{ "", FIELD_REQUIRED, "", "error.required" },
		{ "a=++", FIELD_REQUIRED, "", "error.required" },
		{ "a=abcabcabc", 0, "abcabcabc", "error.too_long" },
		{ "a=xyz", 0, "xyz", "error.email" },
		{ "a=a%0D%0Ab", FIELD_MULTILINE, "a\nb", "error.email" },
		{ "a=a%0D%0A%0D%0A", FIELD_MULTILINE, "a", NULL },
	};

	(void)state;
	run(FORM, examples, sizeof(examples) / sizeof(examples[0]));
	run(FORM "; charset=UTF-8", examples, 2);
}

static void
urlencoded_hostile(void **state)
{
	static const struct example examples[] = {
		{ "a=%", 0, NULL, NULL },
		{ "a=%4", 0, NULL, NULL },
		{ "a=%g1", 0, NULL, NULL },
		{ "a=%+1", 0, NULL, NULL },
		{ "a=%4&b=1", 0, NULL, NULL },
		{ "=abc", 0, NULL, NULL },
		{ "%00=abc", 0, NULL, NULL },
		{ "a%0a=abc", 0, NULL, NULL },
		{ "a=a&a=a", 0, "", "error.twice" },
		{ "a=&a=a", 0, "", "error.twice" },
		{ "a=&a=a", FIELD_UPLOAD, "a", NULL },
		{ "a=a&a=a", FIELD_UPLOAD, "", "error.twice" },
		{ "a=a%00b", 0, "a", "error.control" },
		{ "a=a%0Ab", 0, "a\nb", "error.control" },
		{ "a=a%0Db", FIELD_MULTILINE, "a\rb", "error.control" },
		{ "a=a%C2%85b", 0,
		    "a\xc2\x85"
		    "b",
		    "error.control" },
		{ "a=a%7F", 0, "a\x7f", "error.control" },
		{ "a=%FF", 0, "\xff", "error.not_utf8" },
		{ "a=%C0%AF", 0, "\xc0\xaf", "error.not_utf8" },
		{ "a=%ED%A0%80", 0, "\xed\xa0\x80", "error.not_utf8" },
	};

	(void)state;
	run(FORM, examples, sizeof(examples) / sizeof(examples[0]));
}

static void
limits(void **state)
{
	struct fields *f;
	struct buf body = BUF_INIT;

	(void)state;
	for (int i = 0; i < FIELDS_COUNT_MAX; i++)
		buf_printf(&body, "f%d=1&", i);
	assert_int_equal(fields_parse(&f, FORM, body.data, body.len), RC_OK);
	fields_free(f);
	buf_puts(&body, "g=1");
	assert_int_equal(fields_parse(&f, FORM, body.data, body.len), RC_BAD_INPUT);
	assert_null(f);

	buf_reset(&body);
	for (int i = 0; i < FIELDS_NAME_MAX; i++)
		buf_putc(&body, 'n');
	assert_int_equal(fields_parse(&f, FORM, body.data, body.len), RC_OK);
	fields_free(f);
	buf_putc(&body, 'n');
	assert_int_equal(fields_parse(&f, FORM, body.data, body.len), RC_BAD_INPUT);

	buf_reset(&body);
	while (body.len < FIELDS_SIZE_MAX)
		buf_putc(&body, '&');
	assert_int_equal(fields_parse(&f, FORM, body.data, body.len), RC_OK);
	fields_free(f);
	buf_putc(&body, '&');
	assert_int_equal(fields_parse(&f, FORM, body.data, body.len), RC_BAD_INPUT);
	buf_free(&body);
}

static void
types(void **state)
{
	struct fields *f;

	(void)state;
	assert_true(fields_is_form("Application/X-WWW-form-urlencoded"));
	assert_true(fields_is_form("multipart/form-data; boundary=x"));
	assert_false(fields_is_form(""));
	assert_false(fields_is_form("text/plain"));
	assert_false(fields_is_form("application/x-www-form-urlencodedx"));
	assert_false(fields_is_form("application/json"));
	assert_int_equal(fields_parse(&f, "text/plain", "a=1", 3), RC_BAD_INPUT);
}

#define PART(name, value) "--XyZ\r\nContent-Disposition: form-data; name=\"" name "\"\r\n\r\n" value "\r\n"
#define FILE_PART(name, file, value)                                                                                                       \
	"--XyZ\r\nContent-Disposition: form-data; name=\"" name "\"; filename=\"" file "\"\r\nContent-Type: text/xml\r\n\r\n" value "\r\n"

static void
multipart(void **state)
{
	static const struct example examples[] = {
		{ "--XyZ--\r\n", 0, "", NULL },
		{ PART("a", "abc") "--XyZ--\r\n", 0, "abc", NULL },
		{ PART("b", "") PART("a", " abc ") PART("c", "x") "--XyZ--", 0, "abc", NULL },
		{ PART("a", "") FILE_PART("a", "doc.xml", "abc") "--XyZ--\r\n", FIELD_UPLOAD, "abc", NULL },
		{ FILE_PART("a", "", "") PART("a", "a\r\n") "--XyZ--\r\n", FIELD_UPLOAD, "a\r\n", "error.email" },
		{ FILE_PART("a", "x\\\"; name=\\\"b.xml", "abc") "--XyZ--\r\n", FIELD_UPLOAD, "abc", NULL },
		{ PART("a", "a\r\n--XyY") "--XyZ--\r\n", FIELD_MULTILINE, "a\n--XyY", "error.email" },
		{ "--XyZ\r\ncontent-disposition:form-data;name=a\r\n\r\nabc\r\n--XyZ--\r\n", 0, "abc", NULL },
	};

	(void)state;
	run(PARTS, examples, sizeof(examples) / sizeof(examples[0]));
	run("multipart/form-data; charset=utf-8; boundary=\"XyZ\"", examples, sizeof(examples) / sizeof(examples[0]));
}

static void
multipart_hostile(void **state)
{
	static const struct example examples[] = {
		{ "", 0, NULL, NULL },
		{ "--XyZ", 0, NULL, NULL },
		{ "preamble\r\n--XyZ--\r\n", 0, NULL, NULL },
		{ PART("a", "abc"), 0, NULL, NULL },
		{ PART("a", "abc") "--XyZ", 0, NULL, NULL },
		{ PART("a", "abc") "--XyZ--\r\nepilogue", 0, NULL, NULL },
		{ PART("a", "abc\r\n--XyZa") "--XyZ--\r\n", 0, NULL, NULL },
		{ PART("", "abc") "--XyZ--\r\n", 0, NULL, NULL },
		{ PART("a\"; name=\"b", "abc") "--XyZ--\r\n", 0, NULL, NULL },
		{ "--XyZ\r\n\r\nabc\r\n--XyZ--\r\n", 0, NULL, NULL },
		{ "--XyZ\r\nContent-Disposition: attachment; name=\"a\"\r\n\r\nabc\r\n--XyZ--\r\n", 0, NULL, NULL },
		{ "--XyZ\r\nContent-Disposition: form-data; name=\"a\r\n\r\nabc\r\n--XyZ--\r\n", 0, NULL, NULL },
		{ "--XyZ\r\nContent-Disposition: form-data; name=\"a\"\r\nContent-Disposition: form-data; "
		  "name=\"b\"\r\n\r\nabc\r\n--XyZ--\r\n",
		    0, NULL, NULL },
		{ "--XyZ\r\nContent-Disposition: form-data; name=\"a\"\r\nContent-Transfer-Encoding: base64\r\n\r\nYWJj\r\n--XyZ--\r\n", 0,
		    NULL, NULL },
		{ PART("a", "abc") PART("a", "") "--XyZ--\r\n", 0, "", "error.twice" },
		{ PART("a", "abc") FILE_PART("a", "b", "c") "--XyZ--\r\n", FIELD_UPLOAD, "", "error.twice" },
	};
	static const char *const types[] = { "multipart/form-data",
		"multipart/form-data; boundary=", "multipart/form-data; boundary=XyZ; boundary=XyZ", "multipart/form-data; boundary=\"XyZ",
		"multipart/form-data; boundary=X yZ", "multipart/form-data; boundary=X\xc3yZ",
		"multipart/form-data; boundary=01234567890123456789012345678901234567890123456789012345678901234567890" };
	struct fields *f;

	(void)state;
	run(PARTS, examples, sizeof(examples) / sizeof(examples[0]));
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		assert_int_equal(fields_parse(&f, types[i], "--XyZ--\r\n", 9), RC_BAD_INPUT);
}

static void
multipart_limits(void **state)
{
	struct buf body = BUF_INIT;
	struct fields *f;

	(void)state;
	buf_puts(&body, "--XyZ\r\nContent-Disposition: form-data; name=\"a\"\r\n");
	for (int i = 0; i < 20; i++)
		buf_puts(&body, "X-A: b\r\n");
	buf_puts(&body, "\r\nabc\r\n--XyZ--\r\n");
	assert_int_equal(fields_parse(&f, PARTS, body.data, body.len), RC_BAD_INPUT);

	buf_reset(&body);
	buf_puts(&body, "--XyZ\r\nContent-Disposition: form-data; name=\"a\"; filename=\"");
	for (int i = 0; i < 2000; i++)
		buf_putc(&body, 'f');
	buf_puts(&body, "\"\r\n\r\nabc\r\n--XyZ--\r\n");
	assert_int_equal(fields_parse(&f, PARTS, body.data, body.len), RC_BAD_INPUT);

	buf_reset(&body);
	for (int i = 0; i <= FIELDS_COUNT_MAX; i++)
		buf_puts(&body, PART("a", "1"));
	buf_puts(&body, "--XyZ--\r\n");
	assert_int_equal(fields_parse(&f, PARTS, body.data, body.len), RC_BAD_INPUT);
	buf_free(&body);
}

/* An uploaded file keeps every octet; as text the same is refused. */
static void
octets(void **state)
{
	static const char body[] = PART("a", "\x00\xff\r\n") "--XyZ--\r\n";
	struct field_spec spec = { "a", 64, FIELD_UPLOAD, NULL, NULL };
	struct field field;
	struct fields *f;

	(void)state;
	assert_int_equal(fields_parse(&f, PARTS, body, sizeof(body) - 1), RC_OK);
	assert_int_equal(fields_take(f, &spec, 1, &field), RC_OK);
	assert_int_equal(field.len, 4);
	assert_memory_equal(field.value, "\x00\xff\r\n", 4);
	spec.flags = 0;
	assert_int_equal(fields_take(f, &spec, 1, &field), RC_BAD_INPUT);
	assert_string_equal(field.error, "error.control");
	fields_free(f);
}

/* Cut anywhere, a body is refused or read, and nothing is touched outside (under the sanitizers). */
static void
cut(void **state)
{
	static const char body[] = PART("a", "abc") FILE_PART("b", "c", "d") "--XyZ--\r\n";

	(void)state;
	for (size_t len = 0; len < sizeof(body) - 3; len++) {
		struct fields *f;
		/* its own memory, so that a read behind it is seen */
		char *copy = mem_copy(body, len);

		assert_int_equal(fields_parse(&f, PARTS, copy, len), RC_BAD_INPUT);
		free(copy);
	}
}

static void
emails(void **state)
{
	static const char *const good[] = { "a@b.kz", "first.last+tag@mail.example.com", "x_y-z@a-b.c1" };
	static const char *const bad[] = { "", "a", "@b.kz", "a@", "a@b", "a@.kz", "a@b.", "a@b..kz", "a@-b.kz", "a@b-.kz", "a b@c.kz",
		"a@b@c.kz", ".a@b.kz", "a.@b.kz", "a..b@c.kz", "\"a\"@b.kz", "<a@b.kz>", "a@b.kz,c@d.kz", "a@b.kz\nBcc: x", "\xd0\xb0@b.kz",
		"a@[127.0.0.1]" };

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		if (!field_is_email(good[i]))
			fail_msg("refused: %s", good[i]);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (field_is_email(bad[i]))
			fail_msg("accepted: %s", bad[i]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(urlencoded),
		cmocka_unit_test(urlencoded_hostile),
		cmocka_unit_test(limits),
		cmocka_unit_test(types),
		cmocka_unit_test(multipart),
		cmocka_unit_test(multipart_hostile),
		cmocka_unit_test(multipart_limits),
		cmocka_unit_test(octets),
		cmocka_unit_test(cut),
		cmocka_unit_test(emails),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
