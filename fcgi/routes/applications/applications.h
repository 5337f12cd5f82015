/* The citizen's applications: list, page, confirmation by signature, withdrawal. */
#ifndef CABINET_APPLICATIONS_H
#define CABINET_APPLICATIONS_H

#include "store/application.h"
#include "store/signed_form.h"
#include "web/filter.h"
#include "web/request.h"

struct applications_filter {
	const char *number;    /* "" or 14 digits */
	const char *serial;    /* "" or 40 hex: of a certificate issued for it */
	const char *algorithm; /* "" or that of such a certificate */
	instant from, to;      /* created in [from, to) */
	instant after_at;      /* page by key: older than this row; 0: first page */
	const char *after_number;
	const struct filter *shown; /* for the next page's address */
};

extern const struct db_statement *const applications_statements[];

/* applications.N.*, and pager.next when there are more. */
MUST_USE enum rc applications_db_list(struct request *, const struct applications_filter *);
/*
 * One transaction: use up the document, meet in the citizen's row, keep it, new -> signed, history, event.
 * RC_CONFLICT: *rule RULE_USED or RULE_CERTIFICATE_REVOKED, or RULE_NONE when the application is no longer new.
 */
MUST_USE enum rc applications_db_confirm(struct request *, const struct application *, const struct signed_form_query *,
    const struct form_result *, const char *signed_text, size_t len, enum form_rule *rule);
/* new -> withdrawn; gives the attempt back. RC_CONFLICT: no longer new. */
MUST_USE enum rc applications_db_withdraw(struct request *, const struct application *);

#endif
