/* Reissue: an application for two new key pairs, filed with a session. */
#ifndef CABINET_REISSUE_H
#define CABINET_REISSUE_H

#include "pki/csr.h"
#include "web/request.h"

#define APPLICATION_DAYS 30 /* the rolling window of conf->applications_limit */

struct reissue_state {				  /* what the form shows before anything is typed */
	int64_t filed;				  /* applications in the window */
	instant next;				  /* when the oldest of them leaves it */
	bool can_sign;				  /* holds a valid signing certificate */
	char email[255], locality[10], store[32]; /* of the last application, else "" */
};

struct reissue { /* a checked form */
	const char *email, *locality, *store;
	struct csr auth, sign;
};

enum reissue_refusal { REISSUE_OK, REISSUE_LIMIT, REISSUE_NO_SIGNING_KEY, REISSUE_KNOWN_KEY, REISSUE_LOCALITY };

extern const struct db_statement *const reissue_statements[];

MUST_USE enum rc reissue_db_state(struct request *, struct reissue_state *);
/*
 * One transaction under the citizen's row: limit, keys never seen, application, its first status, event.
 * RC_CONFLICT with *refusal set: nothing was filed. number: 14 digits and NUL.
 */
MUST_USE enum rc reissue_db_file(struct request *, const struct reissue *, char number[15], enum reissue_refusal *);
/* The application that this very form has filed before and that still waits for its signature. RC_NOT_FOUND: none. */
MUST_USE enum rc reissue_db_same(struct request *, const struct reissue *, char number[15]);

#endif
