#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/encode.h"
#include "base/log.h"
#include "base/mem.h"
#include "watchdog.h"

#define STATE_MAX 1024
#define TEXT_MAX 512

static const char *const names[CHECK_COUNT] = {
	[CHECK_DATABASE] = "database",
	[CHECK_BASE_CRL] = "base-crl",
	[CHECK_DELTA_CRL] = "delta-crl",
	[CHECK_ROOT_CRL] = "root-crl",
	[CHECK_OCSP] = "ocsp",
	[CHECK_CERTIFICATES] = "certificates",
	[CHECK_EXPIRY] = "expiry",
	[CHECK_QUEUE] = "queue",
	[CHECK_REVOCATIONS] = "revocations",
	[CHECK_PUBLISHER] = "publisher",
	[CHECK_MAIL] = "mail",
};

void
found(struct watchdog *w, enum check check, enum level level, const char *fmt, ...)
{
	char text[TEXT_MAX];
	va_list ap;

	va_start(ap, fmt);
	if (vsnprintf(text, sizeof(text), fmt, ap) < 0)
		text[0] = '\0';
	va_end(ap);
	if (level == LEVEL_ALARM)
		log_error(names[check], "ALARM: %s", text);
	else
		log_warn(names[check], "%s", text);
	if (w->level[check] < level)
		w->level[check] = level;
}

enum level
report_level(const struct watchdog *w)
{
	enum level highest = LEVEL_FINE;

	for (size_t i = 0; i < CHECK_COUNT; i++)
		if (highest < w->level[i])
			highest = w->level[i];
	return highest;
}

/* Whole or not at all. */
static enum rc
put(const char *path, const struct buf *text)
{
	char *temporary = mem_format("%s.new", path);
	int fd = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0644);
	bool ok = fd >= 0 && write(fd, text->data, text->len) == (ssize_t)text->len;

	if (fd >= 0 && close(fd) != 0)
		ok = false;
	ok = ok && rename(temporary, path) == 0;
	if (!ok)
		log_error("report", "%s: %s", path, strerror(errno));
	free(temporary);
	return ok ? RC_OK : RC_UNAVAILABLE;
}

static double
seconds(instant t)
{
	return (double)t / (double)SECOND;
}

/* A line: tag, number, base's number, thisUpdate, nextUpdate, entries, octets, SHA-256, when it was read. */
static void
put_list(struct buf *state, const struct seen_list *l)
{
	char sha256[65];

	hex_encode(sha256, l->info.tbs_sha256, sizeof(l->info.tbs_sha256));
	buf_printf(state, "%s %llu %llu %lld %lld %llu %llu %s %lld\n", l->tag[0] != '\0' ? l->tag : "-",
	    (unsigned long long)l->info.number, (unsigned long long)l->info.base_number, (long long)l->info.this_update,
	    (long long)l->info.next_update, (unsigned long long)l->info.entries, (unsigned long long)l->info.size, sha256,
	    (long long)l->read_at);
}

static bool
take_list(struct seen_list *l, char **text)
{
	char *at = *text;
	size_t len = strcspn(at, " \n");

	if (at[len] != ' ' || len >= TAG_SIZE)
		return false;
	if (strncmp(at, "- ", 2) != 0)
		memcpy(l->tag, at, len);
	l->info.number = strtoull(at + len, &at, 10);
	l->info.base_number = strtoull(at, &at, 10);
	l->info.this_update = strtoll(at, &at, 10);
	l->info.next_update = strtoll(at, &at, 10);
	l->info.entries = strtoull(at, &at, 10);
	l->info.size = strtoull(at, &at, 10);
	if (*at++ != ' ' || strlen(at) <= 64 || at[64] != ' ')
		return false;
	at[64] = '\0';
	if (!hex_decode(l->info.tbs_sha256, sizeof(l->info.tbs_sha256), at))
		return false;
	l->read_at = strtoll(at + 65, &at, 10);
	*text = at + 1;
	return *at == '\n';
}

enum rc
report_write(const struct watchdog *w)
{
	struct buf text = BUF_INIT, state = BUF_INIT;
	char *memory = mem_format("%s.state", w->conf->report_file), place[SERIAL_HEX_SIZE];
	enum rc rc;

	buf_puts(&text, "# HELP cabinet_watchdog_check What the watchdog found at its last look: 0 fine, 1 warning, 2 alarm.\n"
			"# TYPE cabinet_watchdog_check gauge\n");
	for (size_t i = 0; i < CHECK_COUNT; i++)
		buf_printf(&text, "cabinet_watchdog_check{check=\"%s\"} %d\n", names[i], (int)w->level[i]);
	buf_printf(&text,
	    "# TYPE cabinet_watchdog_level gauge\ncabinet_watchdog_level %d\n"
	    "# TYPE cabinet_watchdog_run_time_seconds gauge\ncabinet_watchdog_run_time_seconds %.0f\n"
	    "# TYPE cabinet_watchdog_certificates gauge\ncabinet_watchdog_certificates %llu\n"
	    "# HELP cabinet_watchdog_walk_time_seconds When the last walk through all certificates ended; 0: never.\n"
	    "# TYPE cabinet_watchdog_walk_time_seconds gauge\ncabinet_watchdog_walk_time_seconds %.0f\n",
	    (int)report_level(w), seconds(clock_now()), (unsigned long long)w->certificates, seconds(w->memory.ended));
	hex_encode(place, w->memory.place, SERIAL_SIZE);
	buf_printf(&state, "%lld %lld %s %lld %lld\n", (long long)w->memory.base, (long long)w->memory.delta, place,
	    (long long)w->memory.begun, (long long)w->memory.ended);
	for (size_t i = 0; i < 2; i++)
		put_list(&state, &w->memory.list[i]);
	rc = put(w->conf->report_file, &text);
	if (rc == RC_OK)
		rc = put(memory, &state);
	buf_free(&text);
	buf_free(&state);
	free(memory);
	return rc;
}

/* One that cannot be read is none: the walk begins again, no number was seen, and the lists are read whole. */
void
report_remember(struct watchdog *w)
{
	struct memory m = { .base = 0 };
	struct buf text = BUF_INIT;
	char *path = mem_format("%s.state", w->conf->report_file), *at = NULL;
	bool ok = buf_read_file(&text, path, STATE_MAX) && text.len > 0;

	if (ok) {
		m.base = strtoll(text.data, &at, 10);
		m.delta = strtoll(at, &at, 10);
		ok = *at++ == ' ' && strlen(at) > 40 && at[40] == ' ';
	}
	if (ok) {
		at[40] = '\0';
		ok = hex_decode(m.place, SERIAL_SIZE, at);
		m.begun = strtoll(at + 41, &at, 10);
		m.ended = strtoll(at, &at, 10);
		ok = ok && *at == '\n' && m.base >= 0 && m.delta >= 0;
	}
	at = ok ? at + 1 : NULL;
	if (ok && *at != '\0' && (!take_list(&m.list[0], &at) || !take_list(&m.list[1], &at)))
		memset(m.list, 0, sizeof(m.list));
	if (ok)
		w->memory = m;
	buf_free(&text);
	free(path);
}
