/* Growing octet buffer with a cap. Always NUL-terminated behind len, so data is a C string when it holds text. */
#ifndef CABINET_BASE_BUF_H
#define CABINET_BASE_BUF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buf {
	char *data; /* owned; NULL while empty and never written */
	size_t len;
	size_t size; /* allocated */
	size_t cap;  /* 0: no cap; otherwise a write beyond sets overflow; it and all later ones are dropped */
	bool overflow;
};

#define BUF_INIT                                                                                                                           \
	{                                                                                                                                  \
		NULL, 0, 0, 0, false                                                                                                       \
	}
#define BUF_CAPPED(n)                                                                                                                      \
	{                                                                                                                                  \
		NULL, 0, 0, (n), false                                                                                                     \
	}

void buf_free(struct buf *);  /* back to BUF_INIT, keeps cap */
void buf_reset(struct buf *); /* len = 0, no overflow, keeps memory */
void buf_add(struct buf *, const void *data, size_t len);
void buf_puts(struct buf *, const char *s);
void buf_putc(struct buf *, char c);
void buf_printf(struct buf *, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
const char *buf_text(const struct buf *); /* never NULL */

/* Whole file into b (what was in it is dropped), at most max octets. false: could not be read or longer, errno tells (EFBIG). */
bool buf_read_file(struct buf *b, const char *path, size_t max);
bool buf_read_fd(struct buf *b, int fd, size_t max); /* the same from an open file, to its end; fd stays open */

#endif
