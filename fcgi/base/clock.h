/*
 * Time. Stored and exchanged in UTC; shown in Asia/Almaty (the zone went from +06 to +05 on 2024-03-01: always by the
 * system's zone table, never a fixed offset).
 */
#ifndef CABINET_BASE_CLOCK_H
#define CABINET_BASE_CLOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef int64_t instant; /* microseconds since 1970-01-01T00:00:00Z */

#define SECOND ((instant)1000000)
#define MINUTE (60 * SECOND)
#define HOUR (60 * MINUTE)
#define DAY (24 * HOUR)

instant clock_now(void); /* system clock; decisions use the database's time */
/* Microseconds, the machine's sleep among them: for spans. Nobody sets this clock. */
int64_t clock_since_boot(void);

struct civil { /* UTC, proleptic Gregorian */
	int64_t year;
	unsigned month, day, hour, minute, second; /* month and day from 1 */
};
struct civil clock_civil(instant); /* whole seconds, cut */
/* Fields in their ranges; a day that its month does not have runs over into the next. */
instant clock_of_civil(struct civil);

#define CLOCK_ISO_SIZE 21				       /* "2026-11-23T10:00:00Z" and NUL */
void clock_iso(char out[CLOCK_ISO_SIZE], instant);	       /* whole seconds, cut */
bool clock_iso_parse(instant *, const char *text);	       /* exactly that form */
#define CLOCK_SHOWN_SIZE 20				       /* "04.02.2016 (17:46)" and NUL */
void clock_shown(char out[CLOCK_SHOWN_SIZE], instant);	       /* Asia/Almaty, as in the guide */
void clock_shown_seconds(char out[CLOCK_SHOWN_SIZE], instant); /* "17:46:09", Asia/Almaty */
void clock_local_yymmdd(char out[7], instant);		       /* Asia/Almaty */
/* A calendar day typed by a person, dd.mm.yyyy or yyyy-mm-dd, Asia/Almaty: [from, to) in UTC. false: no such day. */
bool clock_local_day(instant *from, instant *to, const char *text);

#endif
