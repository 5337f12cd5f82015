/*
 * What a browser holds for us in cookies, so that an anonymous GET writes nothing to the database: documents to be signed that have no row before
 * their use, and the proof that a pending key was there a moment ago. All of it is keyed with the server's secret; none of it is secret itself.
 */
#ifndef CABINET_WEB_HELD_H
#define CABINET_WEB_HELD_H

#include "form/form.h"
#include "web/request.h"

/* ---- documents: keyed hashes in the pre-session cookie "<random>[.<expires>.<mac>]…", newest first, at most 8 */

/* Remembers the document in this answer's cookie and puts it into the page. expires: its end. */
void held_document_keep(struct request *, const struct buf *document, instant expires);
/* Puts a document that this browser still holds back into the page. */
void held_document_show(struct request *, const char *document, instant expires);
/* Was it given to this browser, and is it alive? RC_BAD_INPUT: RULE_OWNER, RULE_DOCUMENT, RULE_EXPIRED. *expires: its end. */
MUST_USE enum rc held_document_check(const struct request *, const char *canonical, size_t len, instant *expires, enum form_rule *);

/* ---- proof of a pending key: cookie "__Host-proof" = "<number>.<expires>.<mac>", for one application, 15 minutes */

void held_proof_give(struct request *, const char *number);
bool held_proof_is_for(const struct request *, const char *number);

/* ---- filing code of a public application: derived from the random part of the pre-session cookie, so that only this browser sees it again */

#define HELD_CODE_LEN 10  /* of Crockford's base 32: no I, L, O, U */
#define HELD_CODE_SIZE 12 /* "XXXXX-XXXXX" and NUL */

/* "" without a pre-session. */
void held_code(const struct request *, char out[HELD_CODE_SIZE]);
/* What the database keeps of it. false: not a code. typed: small letters, blanks and hyphens do not matter, O is 0, I and L are 1. */
MUST_USE bool held_code_hash(const struct conf *, const char *number, const char *typed, uint8_t out[32]);

#endif
