/* What applications and certificates look like on every page that shows them: codes become words, instants become local times. */
#ifndef CABINET_WEB_SHOWN_H
#define CABINET_WEB_SHOWN_H

#include "store/application.h"
#include "store/register.h"
#include "web/request.h"

/* application.* and history.N.* */
void shown_application(struct request *, const struct application *, const struct application_step *, size_t count);
/* Text of "<group>.<code>" in the request's language, e.g. ("status", "new"). Borrowed. */
const char *shown_word(const struct request *, const char *group, const char *code);
/* Why: of a failure the text of "fail.<reason>", of a refusal the words as they are; "" for none. Borrowed. */
const char *shown_reason(const struct request *, const char *status, const char *reason);

/*
 * A document to sign, for this page and for another program: document, document_name ("login.xml"), document_href and prepared_href, which hold the
 * whole document as a data: address, so that it is saved octet by octet and without a script; in the second it stands with an empty signature, which
 * xmlsec1 and its like fill.
 */
void shown_document(struct request *, const char *document);

#define SHOWN_BROWSER_SIZE 64
/* What a person recognises in a User-Agent: the last product they know, with its major version; "—" if none. */
void shown_browser(char out[SHOWN_BROWSER_SIZE], const char *user_agent);

/* <prefix>.<name> for a page about one certificate ("key", "pair"); prefix: a literal. */
void shown_one(struct request *, const char *prefix, const struct register_entry *);
/* <list>.<index>.<name> */
void shown_row(struct request *, const char *list, size_t index, const struct register_entry *);
/* Revoked, expired, or not valid yet. */
bool shown_is_past(const struct register_entry *);

#endif
