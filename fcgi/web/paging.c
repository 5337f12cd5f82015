#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "web/paging.h"

bool
paging_is_day(const char *text)
{
	instant from, to;

	return clock_local_day(&from, &to, text);
}

void
paging_day(const char *text, instant *from, instant *to)
{
	if (text[0] == '\0' || !clock_local_day(from, to, text)) {
		*from = 0;
		*to = PAGING_FOREVER;
	}
}

bool
paging_parse(const char *after, instant *at, char *key, size_t size)
{
	size_t digits = strspn(after, "0123456789"), len;

	if (digits < 1 || digits > 18 || after[digits] != '-')
		return false;
	len = strlen(after + digits + 1);
	if (len < 1 || len >= size)
		return false;
	for (size_t i = 0; i < len; i++)
		if (!isalnum((unsigned char)after[digits + 1 + i]))
			return false;
	*at = strtoll(after, NULL, 10);
	memcpy(key, after + digits + 1, len + 1);
	return *at > 0 && *at < PAGING_FOREVER;
}
