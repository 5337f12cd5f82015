/* Status of an application, its certificates, and "installed". */
#ifndef CABINET_STATUS_H
#define CABINET_STATUS_H

#include "form/form.h"
#include "pki/csr.h"
#include "store/application.h"
#include "web/request.h"

extern const struct db_statement *const status_statements[];

/* open.N.* : own applications that still wait for something, newest first, at most ten. */
MUST_USE enum rc status_db_open(struct request *);
/* certificates.N.* of an application. *count: how many there are. */
MUST_USE enum rc status_db_certificates(struct request *, const struct application *, size_t *count);
/* PEM of authentication certificate, signing certificate, issuing CA, root. RC_NOT_FOUND until issued. */
MUST_USE enum rc status_db_chain(struct request *, const struct application *, struct buf *pem);
/* issued -> installed; a second time changes nothing. RC_CONFLICT: not issued yet. Without a session: by who proved a pending key. */
MUST_USE enum rc status_db_installed(struct request *, const struct application *);

/* ---- status_proof.c: without a session */

/* The page with a document to sign; the same for every number. */
MUST_USE enum rc status_proof_page(struct request *, int status);
MUST_USE enum rc status_proof_post(struct request *);

/* ---- status_proof_db.c */

#define STATUS_KEYS 2

struct status_keys { /* what a proof is verified with */
	bool known;  /* false: no such application; the key is one that signs no proof */
	char iin[IIN_SIZE];
	size_t count;
	struct buf spki[STATUS_KEYS];
};

extern const struct db_statement *const status_proof_statements[];

MUST_USE enum rc status_db_keys(struct request *, const char *number, struct status_keys *);
void status_keys_free(struct status_keys *);
/* One transaction: the document is used up and kept, event. RC_CONFLICT: used meanwhile. */
MUST_USE enum rc status_db_prove(
    struct request *, const struct status_keys *, const struct form_result *, instant expires, const char *signed_text, size_t len);
MUST_USE enum rc status_db_proof_refused(struct request *, const struct status_keys *, const struct form_result *);
/* code and code_until into the page, when this very browser filed the application of this address and it still waits. */
MUST_USE enum rc status_show_code(struct request *);

#endif
