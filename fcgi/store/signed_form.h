/*
 * Documents that were issued, and signed ones that were accepted. Issued ones lie in form_issued (purged), accepted ones in signed_form
 * (kept as they came, octet by octet). This is the one place where form_verify is wired to the database.
 */
#ifndef CABINET_STORE_SIGNED_FORM_H
#define CABINET_STORE_SIGNED_FORM_H

#include "form/form.h"
#include "store/db.h"

extern const struct db_statement *const signed_form_statements[]; /* issue, look at, use up, keep: programs that take citizens' decisions */
extern const struct db_statement
    *const signed_form_keep_statements[]; /* keep alone: program login, whose documents have no row before their use */

/*
 * The document for (site, kind, iin, subject, variant, lang): the one issued before while it is unused and has at least an hour to live, otherwise `make`
 * is called to append a new one. iin: NULL for a proof, which is bound to its application. subject: application number or serial in hex; variant: e.g. reason code and second serial.
 */
MUST_USE enum rc signed_form_db_issue(struct db *, const char *site, enum form_kind, const char *iin, const char *subject,
    const char *variant, const char *lang, void (*make)(struct buf *, void *arg), void *arg, instant expires, struct buf *document);

struct signed_form_query {
	enum form_kind kind;
	const char *iin;     /* of the session; proof: of the application; login: NULL, the certificate's is kept */
	const char *subject; /* application number or serial the address names; login: NULL, the certificate's serial is kept */
	enum cert_purpose purpose;
	const struct conf *conf;
	const uint8_t *spki; /* FORM_PROOF: key of the stored request, SubjectPublicKeyInfo DER */
	size_t spki_len;
};
/*
 * All rules of form_verify with issued documents and certificates looked up by row. RC_OK: accepted, nothing changed yet.
 * RC_BAD_INPUT: refused by result->rule; the document's tries are counted and one event "form-refused" is written.
 * variant: copy of the issued row's variant once the document is known to be this citizen's, else NULL (caller frees with free()).
 * RC_UNAVAILABLE: neither accepted nor refused.
 */
MUST_USE enum rc signed_form_db_check(struct db *, const struct signed_form_query *, const char *data, size_t len, const char *address,
    struct form_result *result, char **variant);

/* First statement of the acting transaction: issued -> used, exactly one row. RC_CONFLICT: used up meanwhile. */
MUST_USE enum rc signed_form_db_use(struct db *, const uint8_t digest[32]);
/* Then: keep it. signed octets as they came; signer: certificate serial, NULL for proof. */
MUST_USE enum rc signed_form_db_keep(
    struct db *, const struct signed_form_query *, const struct form_result *, const char *data, size_t len);

/* For a transaction that is one statement (db_transact): the INSERT of signed_form_db_keep and its values, which borrow all, signer too. */
#define SIGNED_FORM_KEEP                                                                                                                   \
	"INSERT INTO signed_form (digest, kind, iin, subject, document, signed, signer, accepted_at)"                                      \
	" VALUES (?, ?, ?, ?, ?, ?, ?, UTC_TIMESTAMP(6))"
#define SIGNED_FORM_VALUES 7
struct signed_form_signer {
	uint8_t serial[SERIAL_SIZE];
	char hex[SERIAL_HEX_SIZE];
};
void signed_form_values(struct db_value in[SIGNED_FORM_VALUES], struct signed_form_signer *, const struct signed_form_query *,
    const struct form_result *, const char *data, size_t len);

/*
 * The document was good, the act came too late (used meanwhile, signer revoked meanwhile, nothing left to change): the transaction is gone, this event
 * says why. rule: RULE_NONE when the state had changed.
 */
MUST_USE enum rc signed_form_db_late(
    struct db *, const struct signed_form_query *, const struct form_result *, enum form_rule rule, const char *address);

#endif
