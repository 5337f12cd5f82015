/* What the forms that ask for new keys have in common: store, locality, the two requests. */
#ifndef CABINET_WEB_KEYFORM_H
#define CABINET_WEB_KEYFORM_H

#include "pki/csr.h"
#include "web/fields.h"
#include "web/request.h"

/* For struct field_spec.is_valid. */
bool keyform_is_store(const char *);
bool keyform_is_locality(const char *); /* shape only */

/*
 * Both PKCS#10 requests of a form, fields "csr_auth" and "csr_sign". false: each fault stands at its field; a field with an error of its own is passed
 * over. iin: whose; the keys differ. Free both with csr_free either way.
 */
bool keyform_take_requests(
    struct request *, const struct field *auth_field, const struct field *sign_field, const char *iin, struct csr *auth, struct csr *sign);

extern const struct db_statement *const keyform_statements[];

/* Rows of table locality, upper levels, as localities.N.{code,name,region}. */
MUST_USE enum rc keyform_db_localities(struct request *);
/* RC_NOT_FOUND: no such code. */
MUST_USE enum rc keyform_db_has_locality(struct db *, const char *code);

#endif
