/* An Open Packaging Conventions package (ECMA-376, part 2): a ZIP of named parts. libzip lives in package.c alone. */
#ifndef CABINET_DOCUMENT_PACKAGE_H
#define CABINET_DOCUMENT_PACKAGE_H

#include <stddef.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/rc.h"

struct package_part {
	const char *name; /* "word/document.xml" */
	const char *data;
	size_t len;
};

/* The parts in this order, deflated, all of that time, appended to out; on error out is as it was. RC_INTERNAL: logged. */
MUST_USE enum rc package_write(struct buf *out, const struct package_part *, size_t count, instant made);

#endif
