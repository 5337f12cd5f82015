#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/log.h"

#define ZONE "Asia/Almaty"
/* 0000-01-01T00:00:00Z and 9999-12-31T23:59:59Z: what the four digits of a year can say. */
#define SECONDS_MIN INT64_C(-62167219200)
#define SECONDS_MAX INT64_C(253402300799)

static pthread_once_t zone_loaded = PTHREAD_ONCE_INIT;

static long
offset_at(time_t t)
{
	struct tm tm;

	return localtime_r(&t, &tm) == NULL ? 0 : tm.tm_gmtoff;
}

/* The zone of the process becomes Almaty, whatever TZ said. A zone that libc does not find is UTC without a word, hence the two probes. */
static void
zone_load(void)
{
	if (setenv("TZ", ":" ZONE, 1) == -1)
		log_fatal("no-zone", "clock: setenv: out of memory");
	tzset();
	if (offset_at(1709164800) != 6 * 3600L) /* 2024-02-29T00:00:00Z */
		log_fatal("no-zone", "clock: " ZONE ": not in the system's zone table (package tzdata)");
	if (offset_at(1709337600) != 5 * 3600L) /* 2024-03-02T00:00:00Z */
		log_fatal("no-zone", "clock: " ZONE ": the system's zone table is older than the change of 2024-03-01 (tzdata 2024a)");
}

instant
clock_now(void)
{
	struct timespec ts;

	if (clock_gettime(CLOCK_REALTIME, &ts) == -1)
		abort();
	return (instant)ts.tv_sec * SECOND + ts.tv_nsec / 1000;
}

int64_t
clock_since_boot(void)
{
	struct timespec now;

	clock_gettime(CLOCK_BOOTTIME, &now);
	return (int64_t)now.tv_sec * SECOND + now.tv_nsec / 1000;
}

/* Rounded down, also before 1970. */
static time_t
seconds_of(instant when)
{
	int64_t s = when / SECOND - (when % SECOND < 0 ? 1 : 0);

	return s < SECONDS_MIN ? SECONDS_MIN : s > SECONDS_MAX ? SECONDS_MAX : s;
}

static void
local_time(struct tm *tm, time_t t)
{
	(void)pthread_once(&zone_loaded, zone_load);
	/* The last hours of 9999 are in the year 10000 there. */
	if (t > SECONDS_MAX - DAY / SECOND)
		t = SECONDS_MAX - DAY / SECOND;
	if (localtime_r(&t, tm) == NULL)
		log_fatal("no-zone", "clock: localtime_r: failed for %lld", (long long)t);
}

static char *
put(char *out, int value, int digits)
{
	int i;

	for (i = digits - 1; i >= 0; i--) {
		out[i] = (char)('0' + value % 10);
		value /= 10;
	}
	return out + digits;
}

static char *
put_char(char *out, char c)
{
	*out = c;
	return out + 1;
}

void
clock_iso(char out[CLOCK_ISO_SIZE], instant when)
{
	time_t t = seconds_of(when);
	struct tm tm;

	if (gmtime_r(&t, &tm) == NULL)
		abort();
	out = put_char(put(out, tm.tm_year + 1900, 4), '-');
	out = put_char(put(out, tm.tm_mon + 1, 2), '-');
	out = put_char(put(out, tm.tm_mday, 2), 'T');
	out = put_char(put(out, tm.tm_hour, 2), ':');
	out = put_char(put(out, tm.tm_min, 2), ':');
	out = put_char(put(out, tm.tm_sec, 2), 'Z');
	*out = '\0';
}

/* text against pattern, where 0 stands for a digit and all else for itself; both end together. */
static bool
has_form(const char *text, const char *pattern)
{
	for (; *pattern != '\0'; text++, pattern++)
		if (*pattern == '0' ? *text < '0' || *text > '9' : *text != *pattern)
			return false;
	return *text == '\0';
}

static int
number(const char *text, int digits)
{
	int v = 0;

	while (digits-- > 0)
		v = v * 10 + *text++ - '0';
	return v;
}

/* Seconds from 1970 of the date at 00:00:00Z; false: no such day. */
static bool
utc_midnight(int64_t *out, int year, int month, int day)
{
	struct tm tm = { .tm_year = year - 1900, .tm_mon = month - 1, .tm_mday = day };

	/* timegm rolls the 31st of April over into May: a day that exists comes back as it was. */
	*out = timegm(&tm);
	return tm.tm_year == year - 1900 && tm.tm_mon == month - 1 && tm.tm_mday == day;
}

bool
clock_iso_parse(instant *out, const char *text)
{
	int64_t day;
	int hour, minute, second;

	if (!has_form(text, "0000-00-00T00:00:00Z"))
		return false;
	hour = number(text + 11, 2);
	minute = number(text + 14, 2);
	second = number(text + 17, 2);
	if (hour > 23 || minute > 59 || second > 59 || !utc_midnight(&day, number(text, 4), number(text + 5, 2), number(text + 8, 2)))
		return false;
	*out = (day + hour * 3600L + minute * 60L + second) * SECOND;
	return true;
}

void
clock_shown(char out[CLOCK_SHOWN_SIZE], instant when)
{
	struct tm tm;

	local_time(&tm, seconds_of(when));
	out = put_char(put(out, tm.tm_mday, 2), '.');
	out = put_char(put(out, tm.tm_mon + 1, 2), '.');
	out = put(out, tm.tm_year + 1900, 4);
	out = put_char(put_char(out, ' '), '(');
	out = put_char(put(out, tm.tm_hour, 2), ':');
	out = put_char(put(out, tm.tm_min, 2), ')');
	*out = '\0';
}

void
clock_shown_seconds(char out[CLOCK_SHOWN_SIZE], instant when)
{
	struct tm tm;

	local_time(&tm, seconds_of(when));
	out = put_char(put(out, tm.tm_hour, 2), ':');
	out = put_char(put(out, tm.tm_min, 2), ':');
	out = put(out, tm.tm_sec, 2);
	*out = '\0';
}

void
clock_local_yymmdd(char out[7], instant when)
{
	struct tm tm;

	local_time(&tm, seconds_of(when));
	out = put(out, tm.tm_year + 1900, 2);
	out = put(out, tm.tm_mon + 1, 2);
	out = put(out, tm.tm_mday, 2);
	*out = '\0';
}

/* The local date as one number that grows with it. */
static int
local_date(int64_t seconds)
{
	struct tm tm;

	local_time(&tm, seconds);
	return (tm.tm_year + 1900) * 10000 + (tm.tm_mon + 1) * 100 + tm.tm_mday;
}

/*
 * First second whose local date is not before date. Searched, not computed by mktime: on 1981-04-01 and its like there was no midnight, and
 * 2024-02-29 had its last hour twice. midnight: of that date in UTC; no zone is further away than 15 hours.
 */
static int64_t
local_midnight(int date, int64_t midnight)
{
	int64_t low = midnight - 15 * HOUR / SECOND, high = midnight + 15 * HOUR / SECOND, middle;

	while (low < high) {
		middle = low + (high - low) / 2;
		if (local_date(middle) < date)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

bool
clock_local_day(instant *from, instant *to, const char *text)
{
	int year, month, day, date;
	int64_t midnight;

	if (has_form(text, "00.00.0000")) {
		day = number(text, 2);
		month = number(text + 3, 2);
		year = number(text + 6, 4);
	} else if (has_form(text, "0000-00-00")) {
		year = number(text, 4);
		month = number(text + 5, 2);
		day = number(text + 8, 2);
	} else {
		return false;
	}
	/* The range of DATETIME in the database, less the day that would reach beyond it. */
	if (year < 1000 || !utc_midnight(&midnight, year, month, day) || midnight + 2 * (DAY / SECOND) > SECONDS_MAX)
		return false;
	date = year * 10000 + month * 100 + day;
	*from = local_midnight(date, midnight) * SECOND;
	*to = local_midnight(date + 1, midnight + DAY / SECOND) * SECOND;
	return true;
}

/*
 * Days since 1970-01-01 and back. A year is counted from March, so that the leap day is its last one; 400 years have 146097 days, and a day of
 * such a year is (153 * month + 2) / 5 days behind its first of March.
 */
static int64_t
days_of(int64_t year, unsigned month, unsigned day)
{
	const int64_t y = month <= 2 ? year - 1 : year, era = (y >= 0 ? y : y - 399) / 400;
	const uint32_t of_era = (uint32_t)(y - era * 400), of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;

	return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

struct civil
clock_civil(instant t)
{
	int64_t seconds = t / SECOND - (t % SECOND < 0 ? 1 : 0), days = seconds / 86400 - (seconds % 86400 < 0 ? 1 : 0);
	int64_t shifted = days + 719468, era = (shifted >= 0 ? shifted : shifted - 146096) / 146097;
	/* 32 bits from here: a list has a million of them */
	const uint32_t of_era = (uint32_t)(shifted - era * 146097);
	const uint32_t year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
	const uint32_t of_year = of_era - (365 * year + year / 4 - year / 100), month = (5 * of_year + 2) / 153;
	const uint32_t of_day = (uint32_t)(seconds - days * 86400);
	struct civil c = { .day = of_year - (153 * month + 2) / 5 + 1, .month = month < 10 ? month + 3 : month - 9 };

	c.year = year + era * 400 + (c.month <= 2 ? 1 : 0);
	c.hour = of_day / 3600;
	c.minute = of_day / 60 % 60;
	c.second = of_day % 60;
	return c;
}

instant
clock_of_civil(struct civil c)
{
	return ((days_of(c.year, c.month, c.day) * 24 + c.hour) * 60 + c.minute) * MINUTE + c.second * SECOND;
}
