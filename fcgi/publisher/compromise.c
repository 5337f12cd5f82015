/*
 * A certificate that is revoked already, and its owner says now that the key is compromised: the one thing that a second decision may change. The
 * register's row gets the reason once the publisher has verified that decision too, and goes on the next delta and base CRL with it.
 */
#include <string.h>

#include "base/encode.h"
#include "base/log.h"
#include "publisher.h"
#include "store/event.h"

enum { FIND_SERIAL, FIND_IIN, FIND_FORM, FIND_INVALID_SINCE, FIND_OWNER, FIND_DER };
static const struct db_statement find = {
	.name = "compromise find",
	.sql = "SELECT o.serial, o.iin, o.form, o.invalid_since, k.iin, k.der FROM compromise o"
	       " JOIN certificate k ON k.serial = o.serial AND k.ca = o.ca JOIN revocation r ON r.ca = o.ca AND r.serial = o.serial"
	       " WHERE o.ca = ? AND o.verified_at IS NULL AND o.refused IS NULL AND r.verified_at IS NOT NULL LIMIT 20",
};
static const struct db_statement settle = {
	.name = "compromise settle",
	.sql = "UPDATE compromise SET verified_at = IF(? IS NULL, UTC_TIMESTAMP(6), NULL), refused = ?"
	       " WHERE serial = ? AND verified_at IS NULL AND refused IS NULL",
};
/* An entry that has left with its certificate's end comes back on no list; the register says why it was revoked all the same. */
static const struct db_statement raise_reason = {
	.name = "compromise raise",
	.sql = "UPDATE revocation SET reason = 1, invalid_since = ?, raised_at = UTC_TIMESTAMP(6),"
	       " crl_number = IF(last_crl_number IS NULL, NULL, crl_number), delta_number = IF(last_crl_number IS NULL, NULL, delta_number)"
	       " WHERE ca = ? AND serial = ? AND reason <> 1 AND verified_at IS NOT NULL AND refused IS NULL",
};

const struct db_statement *const compromise_statements[] = { &find, &settle, &raise_reason, NULL };

struct raising {
	struct publisher *p;
	uint8_t serial[SERIAL_SIZE], form[32], spki_hash[32];
	const char *iin; /* borrowed from the row */
	instant invalid_since;
	const char *rule; /* why it is refused; NULL: it holds */
};

static const char *
content_rule(const struct raising *w, const struct evidence *e)
{
	if (e->content.certificates != 1 || memcmp(e->content.certificate[0].serial, w->serial, SERIAL_SIZE) != 0)
		return "serial";
	if (e->content.reason != REASON_KEY_COMPROMISE)
		return "reason";
	return e->content.compromised_since != w->invalid_since ? "compromised-since" : NULL;
}

static enum rc
look(struct raising *w, const struct db_result *row)
{
	struct evidence evidence;
	enum form_rule rule;
	struct cert *cert;
	size_t len;
	const uint8_t *der = db_get_bytes(row, FIND_DER, &len);
	enum rc rc;

	w->iin = db_get_text(row, FIND_IIN);
	w->invalid_since = db_get_instant(row, FIND_INVALID_SINCE);
	w->rule = NULL;
	if (!db_copy_bytes(row, FIND_SERIAL, w->serial, SERIAL_SIZE) || !db_copy_bytes(row, FIND_FORM, w->form, sizeof(w->form)))
		return RC_INTERNAL;
	if (strcmp(db_get_text(row, FIND_OWNER), w->iin) != 0 || cert_parse(&cert, der, len) != RC_OK) {
		w->rule = form_rule_name(RULE_CERTIFICATE_IIN);
		return RC_OK;
	}
	cert_spki_hash(cert, w->spki_hash);
	cert_free(cert);
	rc = evidence_verify(w->p, w->form, FORM_REVOCATION, w->iin, &evidence, &rule);
	if (rc == RC_BAD_INPUT)
		w->rule = form_rule_name(rule);
	else if (rc == RC_OK) {
		w->rule = content_rule(w, &evidence);
		evidence_free(&evidence);
	}
	return rc == RC_BAD_INPUT ? RC_OK : rc;
}

static enum rc
settle_act(struct db *db, void *arg)
{
	const struct raising *w = arg;
	const struct db_value serial = db_bytes(w->serial, SERIAL_SIZE);
	uint64_t changed = 0;
	enum rc rc = db_exec(db, &settle, DB_IN(db_text(w->rule), db_text(w->rule), serial), &changed);

	if (rc == RC_OK && changed != 1)
		return RC_CONFLICT;
	if (rc == RC_OK && w->rule == NULL) {
		rc = db_exec(db, &raise_reason,
		    DB_IN(w->invalid_since == 0 ? db_null() : db_instant(w->invalid_since), db_int(w->p->ca_id), serial), &changed);
		if (rc == RC_OK)
			rc = revocation_db_block_key(db, w->spki_hash, w->serial);
	}
	if (rc == RC_OK)
		rc = event_db_insert(db, &(struct event){ .kind = w->rule == NULL ? "compromise-verified" : "compromise-refused",
					     .iin = w->iin,
					     .serial = w->serial,
					     .form = w->form,
					     .rule = w->rule });
	return rc;
}

enum rc
compromise_work(struct publisher *p)
{
	struct raising w = { .p = p };
	struct db_result *rows;
	char hex[SERIAL_HEX_SIZE];
	enum rc rc = db_query(p->db, &find, DB_IN(db_int(p->ca_id)), &rows), one = RC_OK;

	if (rc != RC_OK)
		return rc;
	while (!p->is_lost && one == RC_OK && (rc = db_next(rows)) == RC_OK) {
		one = look(&w, rows);
		if (one == RC_OK)
			one = lease_transaction(p, settle_act, &w);
		if (one != RC_OK)
			break;
		hex_encode(hex, w.serial, sizeof(w.serial));
		if (w.rule == NULL)
			log_info("compromise", "%s: verified, the reason is keyCompromise now", hex);
		else
			log_error("compromise", "ALARM: %s: reported without a document that holds: %s", hex, w.rule);
	}
	db_result_free(rows);
	return one != RC_OK ? one : rc == RC_NOT_FOUND ? RC_OK : rc;
}
