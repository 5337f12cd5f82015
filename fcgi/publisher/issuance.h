/* Between issuance.c and its SQL. */
#ifndef CABINET_PUBLISHER_ISSUANCE_H
#define CABINET_PUBLISHER_ISSUANCE_H

#include "publisher.h"

/* Everything that makes signed parts issues, in one transaction. RC_CONFLICT: one's signer was revoked, or somebody stored it already. */
MUST_USE enum rc issuance_db_store_all(struct publisher *, struct issuance *const *, size_t count);

#endif
