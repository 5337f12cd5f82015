#include <sys/types.h>

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/log.h"

#define FIRST_SIZE 256

void
buf_free(struct buf *b)
{
	free(b->data);
	b->data = NULL;
	b->len = 0;
	b->size = 0;
	b->overflow = false;
}

void
buf_reset(struct buf *b)
{
	b->len = 0;
	b->overflow = false;
	if (b->data != NULL)
		b->data[0] = '\0';
}

/* Room for len more octets and the NUL. false: over the cap, and from then on until buf_reset. */
static bool
make_room(struct buf *b, size_t len)
{
	size_t size;
	char *data;

	if (b->overflow || (b->cap != 0 && (b->len > b->cap || len > b->cap - b->len))) {
		b->overflow = true;
		return false;
	}
	if (len < b->size - b->len)
		return true;
	if (len > SIZE_MAX / 4 || b->len > SIZE_MAX / 4)
		log_fatal("out-of-memory", "buf: %zu and %zu octets", b->len, len);
	size = b->size < FIRST_SIZE ? FIRST_SIZE : b->size;
	while (size <= b->len + len)
		size *= 2;
	data = realloc(b->data, size);
	if (data == NULL)
		log_fatal("out-of-memory", "buf: realloc: %zu octets", size);
	b->data = data;
	b->size = size;
	return true;
}

void
buf_add(struct buf *b, const void *data, size_t len)
{
	if (!make_room(b, len))
		return;
	if (len > 0)
		memcpy(b->data + b->len, data, len);
	b->len += len;
	b->data[b->len] = '\0';
}

void
buf_puts(struct buf *b, const char *s)
{
	buf_add(b, s, strlen(s));
}

void
buf_putc(struct buf *b, char c)
{
	buf_add(b, &c, 1);
}

void
buf_printf(struct buf *b, const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (n < 0)
		log_fatal("format-failed", "buf: vsnprintf: %s: %s", fmt, strerror(errno));
	if (!make_room(b, (size_t)n))
		return;
	va_start(ap, fmt);
	n = vsnprintf(b->data + b->len, (size_t)n + 1, fmt, ap);
	va_end(ap);
	if (n > 0)
		b->len += (size_t)n;
}

const char *
buf_text(const struct buf *b)
{
	return b->data == NULL ? "" : b->data;
}

static bool
read_all(struct buf *b, int fd, size_t max)
{
	char chunk[16384];
	ssize_t n;

	for (;;) {
		n = read(fd, chunk, sizeof(chunk));
		if (n == 0)
			break;
		if (n < 0 && errno == EINTR)
			continue;
		if (n > 0 && (size_t)n > max - b->len)
			errno = EFBIG;
		if (n < 0 || (size_t)n > max - b->len)
			break;
		buf_add(b, chunk, (size_t)n);
		if (b->overflow) {
			errno = EFBIG;
			n = -1;
			break;
		}
	}
	/* What is read here may be a secret. */
	explicit_bzero(chunk, sizeof(chunk));
	return n == 0;
}

bool
buf_read_fd(struct buf *b, int fd, size_t max)
{
	int saved;

	buf_reset(b);
	if (read_all(b, fd, max))
		return true;
	saved = errno;
	buf_reset(b);
	errno = saved;
	return false;
}

bool
buf_read_file(struct buf *b, const char *path, size_t max)
{
	int fd, saved;
	bool ok;

	buf_reset(b);
	/* O_NONBLOCK: a pipe without a writer is an empty file, not a hanging program. */
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (fd == -1)
		return false;
	ok = buf_read_fd(b, fd, max);
	saved = errno;
	(void)close(fd);
	errno = saved;
	return ok;
}
