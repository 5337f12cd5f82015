#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>

#include "web/i18n.h"

static const struct i18n_word words[] = {
	{ "login.title", "Вход" },
	{ "attempts.many", "Осталось {left} попыток из {limit} за {days} дней" },
	{ "odd", "{left}{left} {} {unknown} {left" },
	{ "", "empty code" },
};

static int
fill(void **state)
{
	(void)state;
	i18n_fill(LANG_RU, words, sizeof(words) / sizeof(words[0]));
	return 0;
}

static int
clear(void **state)
{
	(void)state;
	i18n_fill(LANG_RU, NULL, 0);
	return 0;
}

static void
names(void **state)
{
	enum lang lang;

	(void)state;
	assert_int_equal(lang_parse(&lang, "kk"), 0);
	assert_int_equal(lang, LANG_KK);
	assert_string_equal(lang_name(LANG_EN), "en");
	assert_int_equal(lang_parse(&lang, ""), -1);
	assert_int_equal(lang_parse(&lang, "RU"), -1);
	assert_int_equal(lang_parse(&lang, "ru "), -1);
}

static void
accepted(void **state)
{
	(void)state;
	assert_int_equal(i18n_accepted(""), LANG_RU);
	assert_int_equal(i18n_accepted("kk"), LANG_KK);
	assert_int_equal(i18n_accepted("kk-KZ,ru;q=0.9,en;q=0.8"), LANG_KK);
	assert_int_equal(i18n_accepted("de-DE, en-GB;q=0.7, ru;q=0.3"), LANG_EN);
	assert_int_equal(i18n_accepted("ru;q=0.2, EN;q=0.21"), LANG_EN);
	assert_int_equal(i18n_accepted("fr, de"), LANG_RU);
	/* hostile: nonsense never wins over what is said clearly */
	assert_int_equal(i18n_accepted(",,,;q=,;;,kk;q=9,en;q=0.1"), LANG_EN);
	assert_int_equal(i18n_accepted("kkx,en;q=0"), LANG_RU);
	assert_int_equal(i18n_accepted("kk;q=0.00001,en;q=0.001"), LANG_EN);
	assert_int_equal(i18n_accepted("k"), LANG_RU);
	assert_int_equal(i18n_accepted("en;q"), LANG_EN);
	assert_int_equal(i18n_accepted("en;q="), LANG_RU);
}

static void
texts(void **state)
{
	(void)state;
	assert_string_equal(i18n_text(LANG_RU, "login.title"), "Вход");
	assert_string_equal(i18n_find(LANG_RU, ""), "empty code");
	assert_null(i18n_find(LANG_RU, "login"));
	assert_null(i18n_find(LANG_KK, "login.title"));
	assert_string_equal(i18n_text(LANG_KK, "login.title"), "login.title");
}

static void
formats(void **state)
{
	const struct i18n_arg args[] = { { "left", "47" }, { "limit", "50" }, { "days", "{left}" }, { NULL, NULL } };
	const struct i18n_arg none[] = { { "left", NULL }, { NULL, NULL } };
	struct buf out = BUF_INIT;

	(void)state;
	/* a value is never read as text with places */
	i18n_format(&out, LANG_RU, "attempts.many", args);
	assert_string_equal(buf_text(&out), "Осталось 47 попыток из 50 за {left} дней");
	buf_reset(&out);
	i18n_format(&out, LANG_RU, "odd", args);
	assert_string_equal(buf_text(&out), "4747 {} {unknown} {left");
	buf_reset(&out);
	i18n_format(&out, LANG_RU, "odd", none);
	assert_string_equal(buf_text(&out), " {} {unknown} {left");
	buf_reset(&out);
	i18n_format(&out, LANG_RU, "login.title", NULL);
	assert_string_equal(buf_text(&out), "Вход");
	buf_free(&out);
}

static void
plurals(void **state)
{
	static const struct {
		int64_t n;
		const char *form;
	} ru[] = { { 0, "many" }, { 1, "one" }, { 2, "few" }, { 4, "few" }, { 5, "many" }, { 11, "many" }, { 12, "many" }, { 14, "many" },
		{ 21, "one" }, { 22, "few" }, { 111, "many" }, { 101, "one" }, { 50, "many" }, { -1, "one" }, { INT64_MIN, "many" } };

	(void)state;
	for (size_t i = 0; i < sizeof(ru) / sizeof(ru[0]); i++)
		assert_string_equal(i18n_plural(LANG_RU, ru[i].n), ru[i].form);
	assert_string_equal(i18n_plural(LANG_KK, 1), "one");
	assert_string_equal(i18n_plural(LANG_KK, 2), "many");
	assert_string_equal(i18n_plural(LANG_EN, 21), "many");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names),
		cmocka_unit_test(accepted),
		cmocka_unit_test(texts),
		cmocka_unit_test(formats),
		cmocka_unit_test(plurals),
	};

	return cmocka_run_group_tests(tests, fill, clear);
}
