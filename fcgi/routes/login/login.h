/* Login: the document that is signed, its cookie, and the acting transaction. */
#ifndef CABINET_LOGIN_H
#define CABINET_LOGIN_H

#include "form/form.h"
#include "web/request.h"

/* ---- login_document.c */

/* Makes a document, remembers it in the browser's cookie (web/held.h) and puts it into the page. */
void login_document_issue(struct request *, bool elsewhere);

/* ---- login_db.c */

extern const struct db_statement *const login_statements[];

struct entrance { /* what a login gives */
	char cookie[SESSION_COOKIE_SIZE];
	char lang[3];	   /* the citizen's choice; "" if none */
	bool seen_browser; /* the one of this person's latest login, within a year */
	int64_t wait;	   /* RC_LIMITED: seconds until this address or this person may try again */
};
/*
 * All that is asked about a document before its signature is checked, in one question, for form_checks.certificate: RC_LIMITED: too many from this address
 * were refused; RULE_USED; RULE_CERTIFICATE_*. digest: of the document.
 */
MUST_USE enum rc login_db_look(struct request *, const struct cert *, const uint8_t digest[32], struct entrance *, enum form_rule *rule);
/*
 * One transaction: keep the document, which uses it up, meet in the citizen's row, open the session, event, and a notice when the browser is a new one.
 * RC_CONFLICT: used, or revoked meanwhile. RC_LIMITED: this person entered too often.
 */
MUST_USE enum rc login_db_enter(
    struct request *, const struct form_result *, const char *signed_text, size_t len, struct entrance *, enum form_rule *rule);
/* RC_LIMITED: too many from this address; there is no event. */
MUST_USE enum rc login_db_refused(struct request *, const struct form_result *);
MUST_USE enum rc login_db_leave(struct request *);

#endif
