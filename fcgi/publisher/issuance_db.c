/* SQL of issuing: each statement runs inside a transaction that began with the fence. */
#include <string.h>

#include "base/log.h"
#include "pki/csr.h"
#include "issuance.h"
#include "store/event.h"
#include "store/outbox.h"

static const struct db_statement meet = {
	.name = "issuance meet",
	.sql = "UPDATE citizen SET version = version + 1 WHERE iin = ?",
};
static const struct db_statement status = {
	.name = "issuance status",
	.sql = "UPDATE application SET status = ?, reason = ?, changed_at = UTC_TIMESTAMP(6) WHERE number = ? AND status = ?",
};
static const struct db_statement history = {
	.name = "issuance history",
	.sql =
	    "INSERT INTO application_status (number, status, at, actor, serial, form, reason) VALUES (?, ?, UTC_TIMESTAMP(6), ?, ?, ?, ?)",
};
static const struct db_statement key_find = {
	.name = "issuance key find",
	.sql = "SELECT number, purpose FROM public_key WHERE spki_hash = ?",
};
static const struct db_statement key_insert = {
	.name = "issuance key insert",
	.sql = "INSERT INTO public_key (spki_hash, number, purpose) VALUES (?, ?, ?)",
};
static const struct db_statement key_blocked = {
	.name = "issuance key blocked",
	.sql = "SELECT reason FROM blocked_key WHERE spki_hash IN (?, ?) LIMIT 1",
};
static const struct db_statement keep = {
	.name = "issuance keep",
	.sql = "INSERT INTO serial_reservation (serial, ca, number, purpose, state, tbs, reserved_at)"
	       " VALUES (?, ?, ?, ?, 'kept', ?, UTC_TIMESTAMP(6))",
};
static const struct db_statement keep_lint = {
	.name = "issuance keep lint",
	.sql = "INSERT INTO lint_certificate (serial, ca, number, purpose, der, made_at) VALUES (?, ?, ?, ?, ?, UTC_TIMESTAMP(6))",
};
static const struct db_statement kept = {
	.name = "issuance kept",
	.sql =
	    "SELECT serial, tbs FROM serial_reservation WHERE number = ? AND purpose = ? AND ca = ? AND state = 'kept' AND tbs IS NOT NULL",
};
static const struct db_statement stored = {
	.name = "issuance stored",
	.sql = "UPDATE serial_reservation SET state = 'stored' WHERE serial = ? AND state = 'kept'",
};
static const struct db_statement abandon = {
	.name = "issuance abandon",
	.sql = "UPDATE serial_reservation SET state = 'abandoned' WHERE number = ? AND state IN ('reserved', 'kept')",
};
static const struct db_statement store = {
	.name = "issuance store",
	.sql =
	    "INSERT INTO certificate (serial, ca, iin, number, purpose, algorithm, subject, full_name, not_before, not_after, key_id, der,"
	    " authorized_by, form, issued_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, UTC_TIMESTAMP(6))",
};

const struct db_statement *const issuance_statements[] = { &meet, &status, &history, &key_find, &key_insert, &key_blocked, &keep,
	&keep_lint, &kept, &stored, &abandon, &store, NULL };

enum rc
issuance_db_meet(struct db *db, const char *iin)
{
	uint64_t affected = 0;
	enum rc rc = db_exec(db, &meet, DB_IN(db_text(iin)), &affected);

	if (rc == RC_OK && affected != 1) {
		log_error("issuance", "citizen of an application: no row");
		return RC_INTERNAL;
	}
	return rc;
}

enum rc
issuance_db_status(struct db *db, const char *number, const char *from, const char *to, const char *reason)
{
	uint64_t affected = 0;
	enum rc rc = db_exec(db, &status, DB_IN(db_text(to), db_text(reason), db_text(number), db_text(from)), &affected);

	return rc == RC_OK && affected != 1 ? RC_CONFLICT : rc;
}

enum rc
issuance_db_history(
    struct db *db, const char *number, const char *to, const char *actor, const uint8_t *serial, const uint8_t *form, const char *reason)
{
	return db_exec(db, &history,
	    DB_IN(db_text(number), db_text(to), db_text(actor), serial == NULL ? db_null() : db_bytes(serial, SERIAL_SIZE),
		form == NULL ? db_null() : db_bytes(form, 32), db_text(reason)),
	    NULL);
}

enum rc
issuance_db_abandon(struct db *db, const char *number)
{
	return db_exec(db, &abandon, DB_IN(db_text(number)), NULL);
}

enum rc
issuance_db_key(struct db *db, const struct issuance *i, const struct certificate_part *part)
{
	struct db_result *row;
	const char *purpose = cert_purpose_name(part->purpose);
	bool same;
	enum rc rc = db_one(db, &key_find, DB_IN(db_bytes(part->csr->spki_hash, 32)), &row);

	if (rc == RC_NOT_FOUND)
		return db_exec(db, &key_insert, DB_IN(db_bytes(part->csr->spki_hash, 32), db_text(i->number), db_text(purpose)), NULL);
	if (rc != RC_OK)
		return rc;
	same = strcmp(db_get_text(row, 0), i->number) == 0 && strcmp(db_get_text(row, 1), purpose) == 0;
	db_result_free(row);
	return same ? RC_OK : RC_CONFLICT;
}

enum rc
issuance_db_key_blocked(struct db *db, const struct certificate_part *part)
{
	const struct db_value hash = db_bytes(part->csr->spki_hash, 32);
	uint8_t listed[CSR_LISTED_SIZE];
	struct db_result *row;
	enum rc rc =
	    db_one(db, &key_blocked, DB_IN(hash, csr_listed_as(part->csr, listed) ? db_bytes(listed, sizeof(listed)) : hash), &row);

	if (rc == RC_OK)
		db_result_free(row);
	return rc == RC_OK ? RC_CONFLICT : rc == RC_NOT_FOUND ? RC_OK : rc;
}

enum rc
issuance_db_keep_parts(struct db *db, const struct publisher *p, const struct issuance *i)
{
	enum rc rc = RC_OK;

	for (size_t n = 0; rc == RC_OK && n < i->count; n++) {
		const struct certificate_part *part = &i->part[n];

		rc = db_exec(db, &keep,
		    DB_IN(db_bytes(part->serial, SERIAL_SIZE), db_int(p->ca_id), db_text(i->number),
			db_text(cert_purpose_name(part->purpose)), db_bytes(part->tbs.data, part->tbs.len)),
		    NULL);
		if (rc == RC_OK)
			rc = db_exec(db, &keep_lint,
			    DB_IN(db_bytes(part->serial, SERIAL_SIZE), db_int(p->ca_id), db_text(i->number),
				db_text(cert_purpose_name(part->purpose)), db_bytes(part->lint.data, part->lint.len)),
			    NULL);
	}
	return rc;
}

enum rc
issuance_db_kept(struct publisher *p, struct issuance *i)
{
	enum rc rc = RC_OK;

	for (size_t n = 0; rc == RC_OK && n < i->count; n++) {
		struct certificate_part *part = &i->part[n];
		struct db_result *row;
		const uint8_t *tbs;
		size_t len;

		rc = db_one(p->db, &kept, DB_IN(db_text(i->number), db_text(cert_purpose_name(part->purpose)), db_int(p->ca_id)), &row);
		if (rc != RC_OK)
			break;
		tbs = db_get_bytes(row, 1, &len);
		buf_reset(&part->tbs);
		buf_add(&part->tbs, tbs, len);
		if (!db_copy_bytes(row, 0, part->serial, SERIAL_SIZE))
			rc = RC_INTERNAL;
		db_result_free(row);
	}
	return rc;
}

static enum rc
store_part(struct db *db, const struct publisher *p, const struct issuance *i, const struct certificate_part *part)
{
	const struct cert *c = part->certificate;
	uint8_t key_id[20];
	const uint8_t *der;
	size_t len;
	uint64_t affected = 0;
	enum rc rc;

	cert_key_id(c, key_id);
	der = cert_der(c, &len);
	rc = db_exec(db, &stored, DB_IN(db_bytes(part->serial, SERIAL_SIZE)), &affected);
	if (rc == RC_OK && affected != 1)
		return RC_CONFLICT;
	if (rc == RC_OK)
		rc = db_exec(db, &store,
		    DB_IN(db_bytes(part->serial, SERIAL_SIZE), db_int(p->ca_id), db_text(i->iin), db_text(i->number),
			db_text(cert_purpose_name(part->purpose)), db_text(cert_algorithm(c)), db_text(cert_subject(c)),
			db_text(cert_full_name(c)), db_instant(cert_not_before(c)), db_instant(cert_not_after(c)),
			db_bytes(key_id, sizeof(key_id)), db_bytes(der, len),
			i->authorized_by == NULL ? db_null() : db_bytes(i->authorized_by, SERIAL_SIZE),
			i->form == NULL ? db_null() : db_bytes(i->form, 32)),
		    NULL);
	if (rc == RC_OK)
		rc = event_db_insert(db, &(struct event){ .kind = "certificate-issued",
					     .iin = i->iin,
					     .application = i->number,
					     .serial = part->serial,
					     .form = i->form,
					     .detail = cert_purpose_name(part->purpose) });
	return rc;
}

struct storing {
	struct publisher *p;
	struct issuance *i;
};

static enum rc
store_act(struct db *db, void *arg)
{
	const struct storing *s = arg;
	const struct issuance *i = s->i;
	enum rc rc = issuance_db_meet(db, i->iin);

	if (rc == RC_OK && i->signer_iin != NULL)
		rc = issuance_db_meet(db, i->signer_iin);
	if (rc == RC_OK && i->authorized_by != NULL)
		rc = evidence_still_good(db, i->authorized_by);
	for (size_t n = 0; rc == RC_OK && n < i->count; n++)
		rc = store_part(db, s->p, i, &i->part[n]);
	if (rc == RC_OK)
		rc = issuance_db_status(db, i->number, "signing", "issued", "");
	if (rc == RC_OK)
		rc = issuance_db_history(db, i->number, "issued", "publisher", NULL, NULL, "");
	if (rc == RC_OK)
		rc = outbox_db_put(db, &(struct outbox_mail){ .kind = "issued", .key = i->number, .iin = i->iin, .subject = i->number });
	return rc;
}

enum rc
issuance_db_store(struct publisher *p, struct issuance *i)
{
	struct storing s = { p, i };

	return lease_transaction(p, store_act, &s);
}
