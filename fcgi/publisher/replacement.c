/*
 * The pair that a new one replaces. The wish stands in the citizen's signed confirmation; it is carried out when the new authentication certificate
 * has opened a session, which proves that the new pair works, and after the document was verified once more.
 */
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "publisher.h"
#include "store/event.h"

#define SUPERSEDED 4 /* RFC 5280, 5.3.1 */

enum { FIND_NUMBER, FIND_IIN, FIND_FORM };
/* a login's document is kept for ever, its session is not */
static const struct db_statement find = {
	.name = "replacement find",
	.sql = "SELECT a.number, a.iin, a.form FROM application a WHERE a.replaces = 'asked' AND a.status IN ('issued', 'installed')"
	       " AND EXISTS (SELECT 1 FROM certificate k JOIN signed_form f ON f.iin = k.iin AND f.kind = 'login' AND f.signer = k.serial"
	       "  WHERE k.number = a.number AND k.iin = a.iin AND k.purpose = 'auth') LIMIT 20",
};
static const struct db_statement settle = {
	.name = "replacement settle",
	.sql = "UPDATE application SET replaces = ? WHERE number = ? AND replaces = 'asked'",
};
/* a certificate of this person, not of the new pair, and not revoked yet: what was revoked since stays as it is */
static const struct db_statement owned = {
	.name = "replacement owned",
	.sql = "SELECT k.ca, k.not_after FROM certificate k LEFT JOIN revocation r ON r.serial = k.serial"
	       " WHERE k.serial = ? AND k.iin = ? AND k.number <> ? AND r.serial IS NULL",
};
/* verified by whoever writes it */
static const struct db_statement revoke = {
	.name = "replacement revoke",
	.sql = "INSERT INTO revocation (ca, serial, iin, reason, revoked_at, form, not_after, verified_at)"
	       " VALUES (?, ?, ?, ?, UTC_TIMESTAMP(6), ?, ?, UTC_TIMESTAMP(6))",
};

const struct db_statement *const replacement_statements[] = { &find, &settle, &owned, &revoke, NULL };

struct replacing {
	struct publisher *p;
	char number[NUMBER_SIZE], iin[IIN_SIZE];
	uint8_t form[32];
	struct evidence evidence;
	const char *rule; /* why nothing is revoked; NULL: the document holds */
};

static enum rc
revoke_one(struct db *db, const struct replacing *w, const uint8_t serial[SERIAL_SIZE])
{
	struct db_result *row;
	instant not_after;
	int64_t ca;
	enum rc rc = db_one(db, &owned, DB_IN(db_bytes(serial, SERIAL_SIZE), db_text(w->iin), db_text(w->number)), &row);

	if (rc != RC_OK)
		return rc == RC_NOT_FOUND ? RC_OK : rc;
	ca = db_get_int(row, 0);
	not_after = db_get_instant(row, 1);
	db_result_free(row);
	rc = db_exec(db, &revoke,
	    DB_IN(db_int(ca), db_bytes(serial, SERIAL_SIZE), db_text(w->iin), db_int(SUPERSEDED), db_bytes(w->form, 32),
		db_instant(not_after)),
	    NULL);
	if (rc == RC_OK)
		rc = event_db_insert(db, &(struct event){ .kind = "revocation",
					     .iin = w->iin,
					     .application = w->number,
					     .serial = serial,
					     .form = w->form,
					     .detail = "replaced" });
	return rc;
}

static enum rc
settle_act(struct db *db, void *arg)
{
	const struct replacing *w = arg;
	const struct form_content *c = &w->evidence.content;
	uint64_t changed = 0;
	enum rc rc = issuance_db_meet(db, w->iin);

	if (rc == RC_OK)
		rc = db_exec(db, &settle, DB_IN(db_text(w->rule == NULL ? "done" : "refused"), db_text(w->number)), &changed);
	if (rc == RC_OK && changed != 1)
		return RC_CONFLICT;
	for (size_t i = 0; rc == RC_OK && w->rule == NULL && i < c->replaced_count; i++)
		rc = revoke_one(db, w, c->replaced[i]);
	if (rc == RC_OK && w->rule != NULL)
		rc = event_db_insert(
		    db, &(struct event){
			    .kind = "replacement-refused", .iin = w->iin, .application = w->number, .form = w->form, .rule = w->rule });
	return rc;
}

static enum rc
replace_one(struct publisher *p, const struct db_result *row)
{
	struct replacing w = { .p = p };
	enum form_rule rule = RULE_DOCUMENT;
	enum rc rc = RC_BAD_INPUT;

	snprintf(w.number, sizeof(w.number), "%s", db_get_text(row, FIND_NUMBER));
	snprintf(w.iin, sizeof(w.iin), "%s", db_get_text(row, FIND_IIN));
	if (db_copy_bytes(row, FIND_FORM, w.form, sizeof(w.form)))
		rc = evidence_verify(p, w.form, FORM_CONFIRMATION, w.iin, &w.evidence, &rule);
	if (rc == RC_BAD_INPUT)
		w.rule = form_rule_name(rule);
	else if (rc != RC_OK)
		return rc;
	else if (strcmp(w.evidence.content.number, w.number) != 0)
		w.rule = form_rule_name(RULE_DOCUMENT);
	rc = lease_transaction(p, settle_act, &w);
	if (rc == RC_OK && w.rule == NULL)
		log_info("replaced", "%s: the pair it replaces is revoked", w.number);
	else if (rc == RC_OK)
		log_warn("replaced", "%s: nothing is revoked: %s", w.number, w.rule);
	evidence_free(&w.evidence);
	return rc == RC_CONFLICT ? RC_OK : rc;
}

enum rc
replacement_work(struct publisher *p)
{
	struct db_result *rows;
	enum rc rc = db_query(p->db, &find, DB_NONE, &rows), one = RC_OK;

	if (rc != RC_OK)
		return rc;
	while (!p->is_lost && one == RC_OK && (rc = db_next(rows)) == RC_OK)
		one = replace_one(p, rows);
	db_result_free(rows);
	return rc == RC_NOT_FOUND || one != RC_OK ? one : rc;
}
