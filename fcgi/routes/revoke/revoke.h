/* Revocation of own certificates by a signed decision. */
#ifndef CABINET_REVOKE_H
#define CABINET_REVOKE_H

#include "store/register.h"
#include "store/signed_form.h"
#include "web/request.h"

#define VARIANT_SIZE 65

struct revocation {			 /* what is to be decided */
	struct register_entry key, also; /* also.serial "" if only one */
	int reason;			 /* RFC 5280, 5.3.1; one that a person can honestly choose */
	instant compromised_since;	 /* reason 1: begin of the day from which somebody else may have had the key; 0: not told */
};

/* Revoked already, for another reason than 1: what the citizen may still say is that the key is compromised. */
bool revoke_is_raise(const struct revocation *);

extern const struct db_statement *const revoke_statements[];

/* The other valid certificate of the same application. RC_NOT_FOUND: none. */
MUST_USE enum rc revoke_db_pair(struct request *, const struct register_entry *, struct register_entry *pair);
/* Valid signing certificates of the citizen other than these two. */
MUST_USE enum rc revoke_db_other_signing_keys(struct request *, const char *serial, const char *also, int64_t *count);
/* Variant of the newest document that still waits for a signature; RC_NOT_FOUND. */
MUST_USE enum rc revoke_db_variant(struct request *, const char *serial, char variant[VARIANT_SIZE]);
/*
 * One transaction: use up the document, meet in the citizen's row, keep it, enter the revocations, event for each; the session whose key it
 * was may show the result once more. RC_CONFLICT: *rule RULE_USED or RULE_CERTIFICATE_REVOKED (the signer's), or RULE_NONE: revoked already, or reported already as compromised.
 */
MUST_USE enum rc revoke_db_enter(struct request *, const struct revocation *, const struct signed_form_query *, const struct form_result *,
    const char *signed_text, size_t len, enum form_rule *rule);

#endif
