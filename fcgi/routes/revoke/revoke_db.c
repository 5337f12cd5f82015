/* SQL of revocation. */
#include <stdio.h>
#include <string.h>

#include "base/encode.h"
#include "revoke.h"
#include "store/certificate.h"
#include "store/event.h"
#include "store/outbox.h"
#include "store/session.h"

static const struct db_statement pair = {
	.name = "revoke pair",
	.sql =
	    "SELECT" REGISTER_COLUMNS " FROM" REGISTER_TABLES
	    " WHERE c.iin = ? AND c.number = ? AND c.serial <> UNHEX(?) AND r.serial IS NULL AND c.not_after >= UTC_TIMESTAMP(6) LIMIT 1",
};
static const struct db_statement other_signing_keys = {
	.name = "revoke other-signing-keys",
	.sql = "SELECT COUNT(*) FROM certificate c LEFT JOIN revocation r ON r.ca = c.ca AND r.serial = c.serial"
	       " WHERE c.iin = ? AND c.purpose = 'sign' AND r.serial IS NULL AND UTC_TIMESTAMP(6) BETWEEN c.not_before AND c.not_after"
	       " AND c.serial <> UNHEX(?) AND c.serial <> UNHEX(?)",
};
static const struct db_statement variant = {
	.name = "revoke variant",
	.sql = "SELECT variant FROM form_issued WHERE kind = 'revocation' AND iin = ? AND subject = ? AND state = 'issued'"
	       " AND expires_at > UTC_TIMESTAMP(6) ORDER BY issued_at DESC LIMIT 1",
};
static const struct db_statement meet = {
	.name = "revoke meet",
	.sql = "UPDATE citizen SET version = version + 1 WHERE iin = ?",
};
static const struct db_statement enter = {
	.name = "revoke enter",
	.sql = "INSERT INTO revocation (ca, serial, iin, reason, revoked_at, form, invalid_since)"
	       " SELECT ca, serial, iin, ?, UTC_TIMESTAMP(6), ?, ? FROM certificate WHERE serial = ? AND iin = ? AND not_after >= "
	       "UTC_TIMESTAMP(6)",
};

/* The one thing that may be said of a revoked certificate, and once. */
static const struct db_statement report = {
	.name = "revoke report",
	.sql = "INSERT INTO compromise (serial, ca, iin, form, reported_at, invalid_since)"
	       " SELECT k.serial, k.ca, k.iin, ?, UTC_TIMESTAMP(6), ? FROM certificate k JOIN revocation r ON r.ca = k.ca AND r.serial = "
	       "k.serial"
	       " WHERE k.serial = ? AND k.iin = ? AND k.not_after >= UTC_TIMESTAMP(6) AND r.reason <> 1 AND r.refused IS NULL",
};

const struct db_statement *const revoke_statements[] = { &pair, &other_signing_keys, &variant, &meet, &enter, &report, NULL };

enum rc
revoke_db_pair(struct request *r, const struct register_entry *key, struct register_entry *out)
{
	struct db_result *row = NULL;
	enum rc rc;

	rc = db_one(r->db, &pair, DB_IN(db_text(r->session.iin), db_text(key->number), db_text(key->serial)), &row);
	if (rc != RC_OK)
		return rc;
	rc = register_entry_read(row, out);
	db_result_free(row);
	return rc;
}

enum rc
revoke_db_other_signing_keys(struct request *r, const char *serial, const char *also, int64_t *count)
{
	struct db_result *row = NULL;
	enum rc rc;

	rc = db_one(r->db, &other_signing_keys, DB_IN(db_text(r->session.iin), db_text(serial), db_text(also)), &row);
	if (rc != RC_OK)
		return rc;
	*count = db_get_int(row, 0);
	db_result_free(row);
	return RC_OK;
}

enum rc
revoke_db_variant(struct request *r, const char *serial, char out[VARIANT_SIZE])
{
	struct db_result *row = NULL;
	enum rc rc;

	if ((rc = db_one(r->db, &variant, DB_IN(db_text(r->session.iin), db_text(serial)), &row)) != RC_OK)
		return rc;
	snprintf(out, VARIANT_SIZE, "%s", db_get_text(row, 0));
	db_result_free(row);
	return RC_OK;
}

struct entering {
	struct request *r;
	const struct revocation *revocation;
	const struct signed_form_query *query;
	const struct form_result *result;
	const char *signed_text;
	size_t len;
	enum form_rule *rule;
};

static enum rc
enter_one(struct db *db, const struct entering *e, const char *serial_hex)
{
	const bool is_raise = revoke_is_raise(e->revocation);
	const struct db_value since = e->revocation->compromised_since == 0 ? db_null() : db_instant(e->revocation->compromised_since);
	uint8_t serial[SERIAL_SIZE];
	char path[64];
	uint64_t entered = 0;
	enum rc rc;

	if (!hex_decode(serial, sizeof(serial), serial_hex))
		return RC_INTERNAL;
	if (is_raise)
		rc = db_exec(db, &report,
		    DB_IN(db_bytes(e->result->digest, 32), since, db_bytes(serial, sizeof(serial)), db_text(e->r->session.iin)), &entered);
	else
		rc = db_exec(db, &enter,
		    DB_IN(db_int(e->revocation->reason), db_bytes(e->result->digest, 32), since, db_bytes(serial, sizeof(serial)),
			db_text(e->r->session.iin)),
		    &entered);
	if (rc != RC_OK)
		return rc;
	if (entered != 1)
		return RC_CONFLICT;
	if (memcmp(serial, e->r->session.serial, sizeof(serial)) == 0) {
		snprintf(path, sizeof(path), "/keys/%s", e->revocation->key.serial);
		if ((rc = session_db_promise(db, e->r->session.id, path)) != RC_OK)
			return rc;
	}
	return event_db_insert(db, &(struct event){ .kind = is_raise ? "compromise-reported" : "revocation",
				       .iin = e->r->session.iin,
				       .application = e->revocation->key.number,
				       .serial = serial,
				       .form = e->result->digest,
				       .address = e->r->address });
}

/* One mail for one decision. */
static enum rc
revocation_tell(struct db *db, const struct entering *e)
{
	const struct revocation *v = e->revocation;
	char digest[2 * 32 + 1], serials[2 * SERIAL_HEX_SIZE], reason[8];

	hex_encode(digest, e->result->digest, sizeof(e->result->digest));
	snprintf(serials, sizeof(serials), "%s%s%s", v->key.serial, v->also.serial[0] != '\0' ? " " : "", v->also.serial);
	snprintf(reason, sizeof(reason), "%d", v->reason);
	return outbox_db_put(db, &(struct outbox_mail){ .kind = "revoked",
				     .key = digest,
				     .iin = e->r->session.iin,
				     .lang = lang_name(e->r->lang),
				     .subject = serials,
				     .detail = reason });
}

static enum rc
enter_act(struct db *db, void *arg)
{
	const struct entering *e = arg;
	uint8_t signer[SERIAL_SIZE];
	enum rc rc;

	cert_serial(e->result->certificate, signer);
	*e->rule = RULE_USED;
	if ((rc = signed_form_db_use(db, e->result->digest)) != RC_OK)
		return rc;
	*e->rule = RULE_CERTIFICATE_REVOKED;
	if ((rc = db_exec(db, &meet, DB_IN(db_text(e->r->session.iin)), NULL)) != RC_OK)
		return rc;
	if ((rc = certificate_db_still_good(db, signer)) != RC_OK)
		return rc;
	*e->rule = RULE_NONE;
	if ((rc = signed_form_db_keep(db, e->query, e->result, e->signed_text, e->len)) != RC_OK)
		return rc;
	if ((rc = enter_one(db, e, e->revocation->key.serial)) != RC_OK)
		return rc;
	if (e->revocation->also.serial[0] != '\0' && (rc = enter_one(db, e, e->revocation->also.serial)) != RC_OK)
		return rc;
	return revocation_tell(db, e);
}

enum rc
revoke_db_enter(struct request *r, const struct revocation *revocation, const struct signed_form_query *query,
    const struct form_result *result, const char *signed_text, size_t len, enum form_rule *rule)
{
	struct entering e = { r, revocation, query, result, signed_text, len, rule };

	return db_transaction(r->db, enter_act, &e);
}
