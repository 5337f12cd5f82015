#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"

void *
mem_zero(size_t n, size_t size)
{
	void *p;

	/* calloc may answer NULL for nothing; here NULL would mean no memory. */
	p = n == 0 || size == 0 ? calloc(1, 1) : calloc(n, size);
	if (p == NULL)
		log_fatal("out-of-memory", "mem: calloc: %zu times %zu octets", n, size);
	return p;
}

void *
mem_copy(const void *data, size_t len)
{
	char *p;

	if (len == SIZE_MAX)
		log_fatal("out-of-memory", "mem: copy: length %zu", len);
	p = mem_zero(len + 1, 1);
	if (len > 0)
		memcpy(p, data, len);
	return p;
}

char *
mem_string(const char *s)
{
	return mem_copy(s, strlen(s));
}

char *
mem_format(const char *fmt, ...)
{
	va_list ap;
	char *s;
	int n;

	va_start(ap, fmt);
	n = vasprintf(&s, fmt, ap);
	va_end(ap);
	if (n < 0)
		log_fatal("out-of-memory", "mem: vasprintf: %s", fmt);
	return s;
}
