/*
 * Work done in a child process that ends with it: what a library keeps, leaks or breaks over hostile text is gone afterwards, and its time and memory
 * have bounds of their own.
 */
#ifndef CABINET_DOCUMENT_APART_H
#define CABINET_DOCUMENT_APART_H

#include <stddef.h>

#include "base/buf.h"
#include "base/rc.h"

#define APART_SECONDS 3		  /* of processor time; twice that by the clock */
#define APART_MEMORY (256u << 20) /* octets of address space */

/*
 * Forks; the child calls make(arg, its own out) with no descriptor open but stderr, and may log and read fonts, nothing else (base/sandbox.h).
 * RC_OK: what it made, at most max octets, is appended to out. RC_INTERNAL, logged, out as it was: make failed, the child died or took too long, or it
 * made more. Single-threaded callers only.
 */
MUST_USE enum rc apart_run(enum rc (*make)(const void *arg, struct buf *out), const void *arg, size_t max, struct buf *out);

#endif
