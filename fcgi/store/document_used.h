/* Proofs of a pending key, which have no row before their use: the row is their use. */
#ifndef CABINET_STORE_DOCUMENT_USED_H
#define CABINET_STORE_DOCUMENT_USED_H

#include "store/db.h"

extern const struct db_statement *const document_used_statements[];

/* A look only. */
MUST_USE enum rc document_db_is_used(struct db *, const uint8_t digest[32], bool *used);
/* First statement of the acting transaction. RC_CONFLICT: used already. expires: the document's end, after which the row may go. */
MUST_USE enum rc document_db_use(struct db *, const uint8_t digest[32], instant expires);

#endif
