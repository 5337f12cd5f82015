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

/* The pair that a new one would replace: what is valid of the pair whose certificate opened this session. */
struct replaced {
	char number[NUMBER_SIZE]; /* application it was issued for */
	uint8_t serial[FORM_CERTIFICATES][SERIAL_SIZE];
	size_t count;
};

enum code_outcome { CODE_RIGHT, CODE_WRONG, CODE_LOCKED };
#define CODE_TRIES 5

#define APPLICATIONS_CERTIFICATES 4 /* of one application; two are issued */

struct applications_evidence { /* what the statement shows beside the application */
	char *consent;	       /* owned; the sentence as it was signed; NULL: not signed by the citizen */
	struct {
		char serial[SERIAL_HEX_SIZE], purpose[16];
		instant not_before, not_after;
	} certificate[APPLICATIONS_CERTIFICATES];
	size_t certificates;
};

extern const struct db_statement *const applications_statements[];

MUST_USE enum rc applications_db_replaced(struct request *, struct replaced *);
/* The filing code of a public application; each wrong one costs a try. *left: tries that are left. */
MUST_USE enum rc applications_db_code(struct request *, const struct application *, const char *typed, enum code_outcome *, int64_t *left);

/* applications.N.*, and pager.next when there are more. */
MUST_USE enum rc applications_db_list(struct request *, const struct applications_filter *);
/*
 * replaces: the document names certificates to be revoked later.
 * One transaction: use up the document, meet in the citizen's row, keep it, new -> signed, history, event.
 * RC_CONFLICT: *rule RULE_USED or RULE_CERTIFICATE_REVOKED, or RULE_NONE when the application is no longer new.
 */
MUST_USE enum rc applications_db_confirm(struct request *, const struct application *, const struct signed_form_query *,
    const struct form_result *, const char *signed_text, size_t len, bool replaces, enum form_rule *rule);
/* new -> withdrawn, which gives the attempt back; a public one, which somebody else filed: new -> refused. RC_CONFLICT: no longer new. */
MUST_USE enum rc applications_db_withdraw(struct request *, const struct application *);
/* RC_NOT_FOUND: no such application, or somebody else's. consent is the caller's to free. */
MUST_USE enum rc applications_db_evidence(struct request *, const char *number, struct applications_evidence *);

/* The sentence that confirms this application, in the page's language. */
void applications_consent(struct buf *, const struct request *, const struct application *);

/* applications_statement.c: GET …/statement.pdf and …/statement.docx */
MUST_USE enum rc statement_pdf_get(struct request *);
MUST_USE enum rc statement_docx_get(struct request *);

#endif
