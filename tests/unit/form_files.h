/* A temporary folder and other people's programs, for tests of documents. */
#ifndef CABINET_TESTS_FORM_FILES_H
#define CABINET_TESTS_FORM_FILES_H

#include <libgen.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"

/* The top of the tree: tests lie in <top>/build…/tests/. Static. */
static inline const char *
tree_top(void)
{
	static char path[4096];
	ssize_t len = readlink("/proc/self/exe", path, sizeof path - 1);

	if (len < 0)
		return ".";
	path[len] = '\0';
	for (int i = 0; i < 3; i++)
		dirname(path);
	return path;
}

static inline char *
folder_make(void)
{
	static char dir[32];

	strcpy(dir, "/tmp/cabinet-form-XXXXXX");
	return mkdtemp(dir);
}

static inline void
file_write(const char *dir, const char *name, const void *data, size_t len)
{
	char path[256];
	FILE *f;

	snprintf(path, sizeof path, "%s/%s", dir, name);
	f = fopen(path, "wb");
	if (f == NULL || fwrite(data, 1, len, f) != len || fclose(f) != 0) {
		perror(path);
		abort();
	}
}

static inline bool
file_read(struct buf *b, const char *dir, const char *name)
{
	char path[256];

	snprintf(path, sizeof path, "%s/%s", dir, name);
	return buf_read_file(b, path, 1 << 20);
}

/* Exit code of a shell command; its standard output is appended to out (NULL: thrown away). -1: it did not end by itself. */
static inline int run(struct buf *out, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static inline int
run(struct buf *out, const char *fmt, ...)
{
	char command[2048], chunk[4096];
	va_list ap;
	FILE *pipe;
	size_t n;
	int status;

	va_start(ap, fmt);
	vsnprintf(command, sizeof command, fmt, ap);
	va_end(ap);
	pipe = popen(command, "r");
	if (pipe == NULL)
		return -1;
	while ((n = fread(chunk, 1, sizeof chunk, pipe)) > 0)
		if (out != NULL)
			buf_add(out, chunk, n);
	status = pclose(pipe);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static inline void
folder_remove(const char *dir)
{
	if (run(NULL, "rm -rf '%s'", dir) != 0)
		perror(dir);
}

#endif
