#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/iin.h"

#define LENGTH(a) (sizeof(a) / sizeof((a)[0]))

static void
wellformed(void **state)
{
	static const char *const bad[] = { "", "12345678901", "1234567890112", " 12345678901", "12345678901 ", "12345678901a",
		"-12345678901", "12345678901\n", "\xd9\xa1\xd9\xa1\xd9\xa1\xd9\xa1\xd9\xa1\xd9\xa1", "IIN123456789" };

	(void)state;
	/* The guide's persona: no date, no check digit, and yet it stands in a certificate. */
	assert_true(iin_is_wellformed("123456789011"));
	assert_true(iin_is_wellformed("000000000000"));
	for (size_t i = 0; i < LENGTH(bad); i++)
		if (iin_is_wellformed(bad[i]) || iin_is_valid(bad[i]))
			fail_msg("taken: %s", bad[i]);
}

static void
valid(void **state)
{
	(void)state;
	assert_true(iin_is_valid("061211600012"));
	assert_true(iin_is_valid("900101300811"));
	assert_false(iin_is_valid("123456789011"));
}

/* The check digit by another way than the code's: the weight of the second pass is that of the first, two further on. */
static int
check_digit(const char *digits)
{
	for (int pass = 0; pass < 2; pass++) {
		int sum = 0;

		for (int i = 0; i < 11; i++)
			sum += (digits[i] - '0') * ((i + 2 * pass) % 11 + 1);
		if (sum % 11 < 10)
			return sum % 11;
	}
	return -1;
}

/* Number of check digits that are taken for these 11 digits; *digit: the last of them. */
static int
count_taken(const char *digits, int *digit)
{
	char text[IIN_SIZE];
	int count = 0;

	memcpy(text, digits, 11);
	text[12] = '\0';
	for (int i = 0; i <= 9; i++) {
		text[11] = (char)('0' + i);
		if (iin_is_valid(text)) {
			count++;
			*digit = i;
		}
	}
	return count;
}

static void
one_check_digit(void **state)
{
	static const char *const prefixes[] = { "90010130081", "06121160001", "85123140012", "99123130001", "70070720345", "01020350099" };
	int digit = -1;

	(void)state;
	for (size_t i = 0; i < LENGTH(prefixes); i++) {
		int expected = check_digit(prefixes[i]);

		assert_int_equal(count_taken(prefixes[i], &digit), expected == -1 ? 0 : 1);
		if (expected != -1)
			assert_int_equal(digit, expected);
	}
	/* Both passes give 10: the number does not exist. */
	assert_int_equal(check_digit("90010130080"), -1);
	assert_int_equal(count_taken("90010130080", &digit), 0);
	assert_int_equal(check_digit("12345678901"), 3);
}

static void
dates(void **state)
{
	static const struct {
		const char *prefix; /* YYMMDD and the 7th digit */
		bool exists;
	} cases[] = { { "9001013", true }, { "0002296", true }, { "0002293", false }, { "0002291", false }, { "0402295", true },
		{ "0302295", false }, { "0002290", true }, { "0402290", true }, { "0302290", false }, { "9013013", false },
		{ "9000013", false }, { "9001003", false }, { "9001323", false }, { "9004313", false }, { "9004303", true },
		{ "9012313", true }, { "9001010", true }, { "9001011", true }, { "9001017", false }, { "9001018", false },
		{ "9001019", false } };
	char text[12];
	int digit, taken;

	(void)state;
	for (size_t i = 0; i < LENGTH(cases); i++) {
		taken = 0;
		/* Some number behind each date has a check digit. */
		for (int n = 0; n < 10; n++) {
			memcpy(text, cases[i].prefix, 7);
			memcpy(text + 7, "0000", 5);
			text[10] = (char)('0' + n);
			taken += count_taken(text, &digit);
		}
		if ((taken > 0) != cases[i].exists)
			fail_msg("%s: %d taken", cases[i].prefix, taken);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(wellformed),
		cmocka_unit_test(valid),
		cmocka_unit_test(one_check_digit),
		cmocka_unit_test(dates),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
