/* A first application, filed by whoever has no key yet. */
#ifndef CABINET_APPLY_H
#define CABINET_APPLY_H

#include "pki/csr.h"
#include "web/request.h"

struct apply { /* a checked form */
	const char *iin, *surname, *name, *patronymic, *email, *locality, *store;
	const char *code; /* filing code of this browser */
	struct csr auth, sign;
};

enum apply_refusal { APPLY_OK, APPLY_LIMIT, APPLY_KNOWN_KEY, APPLY_LOCALITY };

extern const struct db_statement *const apply_statements[];

/*
 * One transaction: limits of the address and of the IIN, keys never seen, application, its first status, event. Looks at nothing that belongs to the
 * person of that IIN, so that no answer can tell about them. RC_CONFLICT with *refusal set: nothing was filed. number: 14 digits and NUL.
 */
MUST_USE enum rc apply_db_file(struct request *, const struct apply *, char number[15], enum apply_refusal *);
MUST_USE enum rc apply_db_refused(struct request *, enum apply_refusal);

#endif
