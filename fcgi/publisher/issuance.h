/* Between issuance.c and its SQL. */
#ifndef CABINET_PUBLISHER_ISSUANCE_H
#define CABINET_PUBLISHER_ISSUANCE_H

#include "publisher.h"

/* Everything that makes signed parts an issue, in one transaction. RC_CONFLICT: the signer was revoked, or somebody stored them already. */
MUST_USE enum rc issuance_db_store(struct publisher *, struct issuance *);

#endif
