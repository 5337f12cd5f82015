#include <stdbool.h>
#include <stddef.h>

#include "base/iin.h"

bool
iin_is_wellformed(const char *text)
{
	size_t i;

	for (i = 0; i < IIN_SIZE - 1; i++)
		if (text[i] < '0' || text[i] > '9')
			return false;
	return text[i] == '\0';
}

static int
two_digits(const char *text)
{
	return (text[0] - '0') * 10 + text[1] - '0';
}

static bool
has_birth_date(const char *text)
{
	static const int days[12] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	int century, year, month, day;

	/* 7th digit: 1-2 the 19th century, 3-4 the 20th, 5-6 the 21st; 0 does not tell, and only 2000 of the round years is a leap year. */
	if (text[6] > '6')
		return false;
	century = text[6] == '0' ? 2000 : 1800 + (text[6] - '1') / 2 * 100;
	year = century + two_digits(text);
	month = two_digits(text + 2);
	day = two_digits(text + 4);
	if (month < 1 || month > 12 || day < 1)
		return false;
	if (month == 2 && year % 4 == 0 && (year % 100 != 0 || year % 400 == 0))
		return day <= 29;
	return day <= days[month - 1];
}

static int
weighted_sum(const char *text, const int weight[11])
{
	int i, sum = 0;

	for (i = 0; i < 11; i++)
		sum += (text[i] - '0') * weight[i];
	return sum % 11;
}

bool
iin_is_valid(const char *text)
{
	static const int first[11] = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11 };
	static const int second[11] = { 3, 4, 5, 6, 7, 8, 9, 10, 11, 1, 2 };
	int digit;

	if (!iin_is_wellformed(text) || !has_birth_date(text))
		return false;
	digit = weighted_sum(text, first);
	if (digit == 10)
		digit = weighted_sum(text, second);
	/* 10 again: such a number is never issued, and no digit equals it. */
	return text[11] - '0' == digit;
}
