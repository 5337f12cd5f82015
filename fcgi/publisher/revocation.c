#include <string.h>

#include "base/encode.h"
#include "base/log.h"
#include "publisher.h"
#include "store/event.h"

#define BATCH_SLACK (5 * MINUTE) /* between acceptance of the document and the row of the register */

enum { FIND_SERIAL, FIND_IIN, FIND_REASON, FIND_REVOKED_AT, FIND_FORM, FIND_OWNER, FIND_DER, FIND_INVALID_SINCE };
static const struct db_statement find = {
	.name = "revocation find",
	.sql = "SELECT r.serial, r.iin, r.reason, r.revoked_at, r.form, k.iin, k.der, r.invalid_since"
	       " FROM revocation r FORCE INDEX (waiting) LEFT JOIN certificate k ON k.serial = r.serial AND k.ca = r.ca"
	       " WHERE r.ca = ? AND r.verified_at IS NULL AND r.refused IS NULL LIMIT 100",
};
static const struct db_statement verified = {
	.name = "revocation verified",
	.sql = "UPDATE revocation SET verified_at = UTC_TIMESTAMP(6), not_after = ? WHERE ca = ? AND serial = ? AND verified_at IS NULL "
	       "AND refused IS NULL",
};
static const struct db_statement refused = {
	.name = "revocation refused",
	.sql = "UPDATE revocation SET refused = ? WHERE ca = ? AND serial = ? AND verified_at IS NULL AND refused IS NULL",
};

/* A key that was given away gets no certificate any more, whoever asks for one. */
static const struct db_statement block = {
	.name = "revocation block key",
	.sql = "INSERT IGNORE INTO blocked_key (spki_hash, reason, serial, at) VALUES (?, 'compromised', ?, UTC_TIMESTAMP(6))",
};

const struct db_statement *const revocation_statements[] = { &find, &verified, &refused, &block, NULL };

struct looking {
	struct publisher *p;
	uint8_t serial[SERIAL_SIZE], form[32];
	bool has_form;
	const char *iin; /* borrowed from the row */
	int reason;
	instant revoked_at, invalid_since;
	instant not_after; /* of the certificate */
	uint8_t spki_hash[32];
	const char *rule; /* why it is refused; NULL: it holds */
};

/* The document names this certificate and this reason, and the register's date is the one of its acceptance: nobody may date it back. */
static const char *
content_rule(const struct looking *l, const struct evidence *e)
{
	size_t n = 0;

	while (n < e->content.certificates && memcmp(e->content.certificate[n].serial, l->serial, SERIAL_SIZE) != 0)
		n++;
	if (n == e->content.certificates)
		return "serial";
	if (e->content.reason != l->reason)
		return "reason";
	if (e->content.compromised_since != l->invalid_since)
		return "compromised-since";
	if (l->revoked_at < e->accepted_at - BATCH_SLACK || l->revoked_at > e->accepted_at + BATCH_SLACK)
		return "date";
	return NULL;
}

/* From the certificate itself, not from columns. */
static bool
certificate_facts(struct looking *l, const struct db_result *row)
{
	size_t len;
	const uint8_t *der = db_get_bytes(row, FIND_DER, &len);
	struct cert *cert;

	if (cert_parse(&cert, der, len) != RC_OK)
		return false;
	l->not_after = cert_not_after(cert);
	cert_spki_hash(cert, l->spki_hash);
	cert_free(cert);
	return true;
}

static enum rc
look(struct looking *l, const struct db_result *row)
{
	struct evidence evidence;
	enum form_rule rule;
	enum rc rc;

	l->iin = db_get_text(row, FIND_IIN);
	l->reason = (int)db_get_int(row, FIND_REASON);
	l->revoked_at = db_get_instant(row, FIND_REVOKED_AT);
	l->has_form = db_copy_bytes(row, FIND_FORM, l->form, sizeof(l->form));
	l->invalid_since = db_get_instant(row, FIND_INVALID_SINCE);
	l->rule = NULL;
	if (!db_copy_bytes(row, FIND_SERIAL, l->serial, SERIAL_SIZE) || db_is_null(row, FIND_OWNER) ||
	    strcmp(db_get_text(row, FIND_OWNER), l->iin) != 0)
		l->rule = "certificate-iin";
	else if (!certificate_facts(l, row))
		l->rule = form_rule_name(RULE_CERTIFICATE_CA);
	else if (!l->has_form)
		l->rule = form_rule_name(RULE_DOCUMENT);
	if (l->rule != NULL)
		return RC_OK;
	rc = evidence_verify(l->p, l->form, FORM_REVOCATION, l->iin, &evidence, &rule);
	if (rc == RC_BAD_INPUT) {
		l->rule = form_rule_name(rule);
		return RC_OK;
	}
	if (rc == RC_OK) {
		l->rule = content_rule(l, &evidence);
		evidence_free(&evidence);
	}
	return rc;
}

enum rc
revocation_db_block_key(struct db *db, const uint8_t spki_hash[32], const uint8_t serial[SERIAL_SIZE])
{
	return db_exec(db, &block, DB_IN(db_bytes(spki_hash, 32), db_bytes(serial, SERIAL_SIZE)), NULL);
}

static enum rc
mark_act(struct db *db, void *arg)
{
	const struct looking *l = arg;
	const struct db_value ca = db_int(l->p->ca_id), serial = db_bytes(l->serial, SERIAL_SIZE);
	uint64_t affected = 0;
	enum rc rc;

	if (l->rule == NULL)
		rc = db_exec(db, &verified, DB_IN(db_instant(l->not_after), ca, serial), &affected);
	else
		rc = db_exec(db, &refused, DB_IN(db_text(l->rule), ca, serial), &affected);
	if (rc == RC_OK && affected != 1)
		return RC_CONFLICT;
	if (rc == RC_OK && l->rule == NULL && l->reason == REASON_KEY_COMPROMISE)
		rc = revocation_db_block_key(db, l->spki_hash, l->serial);
	if (rc == RC_OK)
		rc = event_db_insert(db, &(struct event){ .kind = l->rule == NULL ? "revocation-verified" : "revocation-refused",
					     .iin = l->iin,
					     .serial = l->serial,
					     .form = l->has_form ? l->form : NULL,
					     .rule = l->rule });
	return rc;
}

enum rc
revocation_work(struct publisher *p)
{
	struct looking l = { .p = p };
	struct db_result *rows;
	char hex[SERIAL_HEX_SIZE];
	enum rc rc = db_query(p->db, &find, DB_IN(db_int(p->ca_id)), &rows), one = RC_OK;

	if (rc != RC_OK)
		return rc;
	while (!p->is_lost && one == RC_OK && (rc = db_next(rows)) == RC_OK) {
		one = look(&l, rows);
		if (one == RC_OK)
			one = lease_transaction(p, mark_act, &l);
		if (one != RC_OK)
			break;
		hex_encode(hex, l.serial, sizeof(l.serial));
		if (l.rule == NULL)
			log_info("revocation", "%s: verified, reason %d", hex, l.reason);
		else
			log_error("revocation", "ALARM: %s: in the register without a document that holds: %s", hex, l.rule);
	}
	db_result_free(rows);
	return rc == RC_NOT_FOUND ? RC_OK : one != RC_OK ? one : rc;
}
