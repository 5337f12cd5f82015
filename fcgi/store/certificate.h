/* Is this certificate good? By rows, never by parsing a CRL in a request. */
#ifndef CABINET_STORE_CERTIFICATE_H
#define CABINET_STORE_CERTIFICATE_H

#include "form/form.h"
#include "store/db.h"

extern const struct db_statement *const certificate_statements[];

/*
 * Certificate of our own CA: octet-equal to the row in state issued of a CA that is active or retired, not distrusted, and that CA's signature over it; valid by database time; not revoked;
 * purpose; natural person. RC_OK, or RC_BAD_INPUT with *rule (RULE_CERTIFICATE_*); RC_UNAVAILABLE when it could not be found out.
 * iin: demanded owner, or NULL.
 */
MUST_USE enum rc certificate_db_check(
    struct db *, const struct conf *, const struct cert *, enum cert_purpose, const char *iin, enum form_rule *rule);
/* Under the citizen's row lock: still neither revoked nor expired? RC_OK, or RC_CONFLICT. */
MUST_USE enum rc certificate_db_still_good(struct db *, const uint8_t serial[SERIAL_SIZE]);

#endif
