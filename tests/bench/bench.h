/*
 * What the C programs of the verification benchmark share. Each is one peer: it loads FOLDER (see documents.c), makes sure that every document is
 * accepted and a changed one refused, warms up, says "ready", and then answers each line of its input with the CPU microseconds a document that
 * one round over all of them took. So the runner can let peers take turns.
 */
#ifndef CABINET_BENCH_H
#define CABINET_BENCH_H

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/buf.h"

#define BENCH_IIN "900101300811"
#define BENCH_REVOKED 1000000 /* serial numbers of revoked certificates begin here */
#define BENCH_FILE_MAX 67108864

/* 0x1b and the number, big-endian: rising. */
static inline void
bench_serial(uint8_t out[20], size_t number)
{
	memset(out, 0, 20);
	out[0] = 0x1b;
	for (int i = 0; i < 8; i++)
		out[19 - i] = (uint8_t)(number >> (8 * i));
}

static inline void
bench_check(bool holds, const char *what)
{
	if (!holds) {
		fprintf(stderr, "bench: %s\n", what);
		exit(1);
	}
}

/* false: there is none of that number. */
static inline bool
bench_read(struct buf *out, const char *folder, size_t number, const char *ending)
{
	char path[4096];

	snprintf(path, sizeof(path), "%s/%zu.%s", folder, number, ending);
	return buf_read_file(out, path, BENCH_FILE_MAX);
}

/* A letter of the signature value changed. */
static inline struct buf
bench_changed(const struct buf *document)
{
	struct buf changed = BUF_INIT;
	char *at;

	buf_add(&changed, document->data, document->len);
	at = strstr(changed.data, "<SignatureValue>");
	bench_check(at != NULL, "no signature");
	at += 40;
	*at = *at == 'A' ? 'B' : 'A';
	return changed;
}

static inline double
bench_cpu(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

/* verify(arg, i): document i is accepted. */
static inline double
bench_round(bool (*verify)(void *, size_t), void *arg, size_t count)
{
	double before = bench_cpu();

	for (size_t i = 0; i < count; i++)
		bench_check(verify(arg, i), "a good document was refused");
	return (bench_cpu() - before) / (double)count;
}

static inline void
bench_serve(bool (*verify)(void *, size_t), void *arg, size_t count)
{
	char line[16];

	bench_round(verify, arg, count);
	puts("ready");
	fflush(stdout);
	while (fgets(line, sizeof(line), stdin) != NULL) {
		printf("%.1f\n", bench_round(verify, arg, count));
		fflush(stdout);
	}
}

#endif
