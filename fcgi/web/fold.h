/*
 * Templates are folded at start, once for each language: includes and macros are put in where they are named, what is known before the first
 * request (texts, settings) stands there escaped, conditions on it are decided, comments and blank lines go. What is left is a ClearSilver
 * template that makes the same page with a fraction of the steps. Pure text to text; nothing of ClearSilver is used.
 *
 * The commands are those that the views use: var, if, elif, else, each, with, set, def, call, include of a literal name, comments. Any other
 * is refused, and so is a macro that comes back to itself. A macro sees the names of its caller, as in ClearSilver.
 */
#ifndef CABINET_WEB_FOLD_H
#define CABINET_WEB_FOLD_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

struct fold_source {
	/* Text of a template; malloc'ed, NULL when it may not be read (logged). */
	char *(*read)(void *arg, const char *name);
	/* What a dotted name stands for on every page; NULL: only the request knows. Borrowed until fold returns. No template may set such a name. */
	const char *(*value)(void *arg, const char *name);
	void *arg;
};

/* Appends to out. false: the template is not one that fold knows (logged with file and command). */
bool fold(struct buf *out, const char *name, const struct fold_source *);

#endif
