#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/encode.h"
#include "base/log.h"

/* Nothing here allocates: the last thing said before the end may be that there is no memory. */

#define LINE_SIZE 8192
#define ID_MAX 64
/* Kept back for what closes a line that was cut. */
#define TAIL "\",\"cut\":true}\n"

struct line {
	char data[LINE_SIZE];
	size_t len;
	bool cut;
};

static const char *log_program = "";
static enum log_level log_floor = LOG_LEVEL_INFO;
static char log_id[ID_MAX + 1];

void
log_open(const char *program, enum log_level level)
{
	log_program = program;
	log_floor = level;
}

const char *
log_program_name(void)
{
	return log_program;
}

void
log_request(const char *id)
{
	size_t i;

	for (i = 0; id != NULL && id[i] != '\0' && i < ID_MAX; i++) {
		log_id[i] = '?';
		if (id[i] > ' ' && id[i] <= '~')
			log_id[i] = id[i];
	}
	log_id[i] = '\0';
}

const char *
log_request_id(void)
{
	return log_id;
}

static const char *
level_name(enum log_level level)
{
	switch (level) {
	case LOG_LEVEL_DEBUG:
		return "debug";
	case LOG_LEVEL_INFO:
		return "info";
	case LOG_LEVEL_WARN:
		return "warn";
	case LOG_LEVEL_ERROR:
		return "error";
	}
	return "error";
}

/* All or nothing, so that no escape and no UTF-8 sequence is cut in two. */
static void
line_add(struct line *l, const char *s, size_t len)
{
	if (l->cut || len > LINE_SIZE - sizeof(TAIL) - l->len) {
		l->cut = true;
		return;
	}
	memcpy(l->data + l->len, s, len);
	l->len += len;
}

static void
line_puts(struct line *l, const char *s)
{
	line_add(l, s, strlen(s));
}

/* JSON string contents (RFC 8259, 7); what is not UTF-8 becomes U+FFFD, one for each octet. */
static void
line_escape(struct line *l, const char *s, size_t len)
{
	static const char digits[] = "0123456789abcdef";
	size_t n;
	unsigned char c;

	while (len > 0 && !l->cut) {
		c = (unsigned char)*s;
		n = utf8_sequence(s, len);
		if (n == 0) {
			n = 1;
			line_puts(l, "\xef\xbf\xbd");
		} else if (c == '"' || c == '\\') {
			line_add(l, (const char[]){ '\\', *s }, 2);
		} else if (c == '\n') {
			line_puts(l, "\\n");
		} else if (c < 0x20 || c == 0x7f) {
			line_add(l, (const char[]){ '\\', 'u', '0', '0', digits[c >> 4], digits[c & 15] }, 6);
		} else {
			line_add(l, s, n);
		}
		s += n;
		len -= n;
	}
}

static void
line_member(struct line *l, const char *name, const char *value, size_t len)
{
	line_puts(l, l->len == 0 ? "{\"" : "\",\"");
	line_puts(l, name);
	line_puts(l, "\":\"");
	line_escape(l, value, len);
}

static void
line_write(const struct line *l)
{
	ssize_t n;

	/* One write: lines of several processes on one pipe or file stay whole. What cannot be written has no other place to go. */
	do
		n = write(STDERR_FILENO, l->data, l->len);
	while (n == -1 && errno == EINTR);
}

static void __attribute__((format(printf, 3, 0))) write_line(enum log_level level, const char *event, const char *fmt, va_list ap)
{
	struct line l;
	char detail[LINE_SIZE], time[CLOCK_ISO_SIZE + 4];
	instant now;
	int n;

	l.len = 0;
	l.cut = false;
	n = vsnprintf(detail, sizeof(detail), fmt, ap);
	if (n < 0)
		detail[0] = '\0';
	now = clock_now();
	clock_iso(time, now);
	(void)snprintf(time + CLOCK_ISO_SIZE - 2, 6, ".%03uZ", (unsigned)(now / 1000) % 1000);
	line_member(&l, "time", time, strlen(time));
	line_member(&l, "level", level_name(level), strlen(level_name(level)));
	line_member(&l, "program", log_program, strlen(log_program));
	line_member(&l, "request", log_id, strlen(log_id));
	line_member(&l, "event", event, strlen(event));
	line_member(&l, "detail", detail, strlen(detail));
	if (n >= (int)sizeof(detail))
		l.cut = true;
	if (l.cut) {
		memcpy(l.data + l.len, TAIL, sizeof(TAIL) - 1);
		l.len += sizeof(TAIL) - 1;
	} else {
		line_puts(&l, "\"}\n");
	}
	line_write(&l);
}

void
log_write(enum log_level level, const char *event, const char *fmt, ...)
{
	va_list ap;
	int saved;

	if (level < log_floor)
		return;
	saved = errno;
	va_start(ap, fmt);
	write_line(level, event, fmt, ap);
	va_end(ap);
	errno = saved;
}

_Noreturn void
log_fatal(const char *event, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	write_line(LOG_LEVEL_ERROR, event, fmt, ap);
	va_end(ap);
	exit(1);
}
