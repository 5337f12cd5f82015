/* Is this certificate good? By rows, never by parsing a CRL in a request. */
#ifndef CABINET_STORE_CERTIFICATE_H
#define CABINET_STORE_CERTIFICATE_H

#include "form/form.h"
#include "store/db.h"

extern const struct db_statement *const certificate_statements[];
extern const struct db_statement *const certificate_revoked_statements[]; /* certificate_db_not_revoked alone */

/*
 * For a statement that asks more at the same time: "SELECT " CERTIFICATE_COLUMNS ", …" " FROM" CERTIFICATE_TABLES " LEFT JOIN … WHERE " CERTIFICATE_IS gives a
 * row if such a certificate was issued; the last part has one parameter, the serial.
 */
#define CERTIFICATE_COLUMNS "k.der, a.id, a.state, a.certificate, a.not_after, r.serial, UTC_TIMESTAMP(6)"
#define CERTIFICATE_COLUMN_COUNT 7
#define CERTIFICATE_TABLES " certificate k JOIN ca a ON a.id = k.ca LEFT JOIN revocation r ON r.serial = k.serial"
#define CERTIFICATE_IS "k.serial = ? AND k.state = 'issued'"
/* A row if it is revoked; one parameter, the serial. */
#define CERTIFICATE_REVOKED "SELECT 1 FROM revocation WHERE serial = ?"
/* certificate_db_check of such a row. */
enum form_rule certificate_row_rule(
    const struct db_result *row, const struct conf *, const struct cert *, enum cert_purpose, const char *iin);

/*
 * Certificate of our own CA: octet-equal to the row in state issued of a CA that is active or retired, not distrusted, and that CA's signature over it; valid by database time; not revoked;
 * purpose; natural person. RC_OK, or RC_BAD_INPUT with *rule (RULE_CERTIFICATE_*); RC_UNAVAILABLE when it could not be found out.
 * iin: demanded owner, or NULL.
 */
MUST_USE enum rc certificate_db_check(
    struct db *, const struct conf *, const struct cert *, enum cert_purpose, const char *iin, enum form_rule *rule);
/* Under the citizen's row lock: still neither revoked nor expired? RC_OK, or RC_CONFLICT. */
MUST_USE enum rc certificate_db_still_good(struct db *, const uint8_t serial[SERIAL_SIZE]);
/* The same where the certificate's row was looked at a moment ago: it does not change, but for its revocation. */
MUST_USE enum rc certificate_db_not_revoked(struct db *, const uint8_t serial[SERIAL_SIZE]);

#endif
