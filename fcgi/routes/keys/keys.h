/* Certificates of the citizen, and since when their revocations hold. */
#ifndef CABINET_KEYS_H
#define CABINET_KEYS_H

#include "store/register.h"
#include "web/request.h"

extern const struct db_statement *const effect_statements[];

/*
 * effect.*: since when the revocation holds, in the register and on which lists, and what is yet to come. A list counts from the moment its file was
 * in its place; before, the page says when it is due. effect.waits is set while something is still to come.
 */
MUST_USE enum rc effect_show(struct request *, const struct register_entry *);

#endif
