/* Allocation that does not fail: out of memory is logged and the process ends, to be restarted. */
#ifndef CABINET_BASE_MEM_H
#define CABINET_BASE_MEM_H

#include <stddef.h>

void *mem_zero(size_t n, size_t size);	      /* calloc */
void *mem_copy(const void *data, size_t len); /* len octets and one NUL behind them */
char *mem_string(const char *s);	      /* strdup */
char *mem_format(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

#endif
