/* Lists: the filter fields that several lists share, and paging by key. */
#ifndef CABINET_WEB_PAGING_H
#define CABINET_WEB_PAGING_H

#include <stdbool.h>
#include <stddef.h>

#include "base/clock.h"

#define PAGING_FOREVER (INT64_C(253402300799) * SECOND) /* 9999-12-31T23:59:59Z: the last DATETIME */

/* A day typed by a person, or "" (from 0 to for ever): fits struct field_spec.is_valid. */
bool paging_is_day(const char *);
void paging_day(const char *text, instant *from, instant *to);

/* "<microseconds>-<key>": the row after which the page starts. key: letters and digits, less than size. false: not of that form. */
bool paging_parse(const char *after, instant *at, char *key, size_t size);

#endif
