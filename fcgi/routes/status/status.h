/* Status of an application, its certificates, and "installed". */
#ifndef CABINET_STATUS_H
#define CABINET_STATUS_H

#include "store/application.h"
#include "web/request.h"

extern const struct db_statement *const status_statements[];

/* open.N.* : own applications that still wait for something, newest first, at most ten. */
MUST_USE enum rc status_db_open(struct request *);
/* certificates.N.* of an application. *count: how many there are. */
MUST_USE enum rc status_db_certificates(struct request *, const char *number, size_t *count);
/* PEM of authentication certificate, signing certificate, issuing CA, root. RC_NOT_FOUND until issued. */
MUST_USE enum rc status_db_chain(struct request *, const char *number, struct buf *pem);
/* issued -> installed; a second time changes nothing. RC_CONFLICT: not issued yet. */
MUST_USE enum rc status_db_installed(struct request *, const struct application *);

#endif
