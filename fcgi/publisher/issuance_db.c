/* SQL of issuing: each statement runs inside a transaction that began with the fence. */
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
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

/* For many applications at once: what would stop one of them shows as a row less, and then each is looked at by itself. */
static const struct db_statement start = {
	.name = "issuance start",
	.sql =
	    "UPDATE application SET status = 'signing', reason = '', changed_at = UTC_TIMESTAMP(6) WHERE number = ? AND status = 'signed'"
	    " AND NOT EXISTS (SELECT 1 FROM revocation WHERE serial = ?)"
	    " AND NOT EXISTS (SELECT 1 FROM blocked_key WHERE spki_hash IN (?, ?, ?, ?))",
};
static const struct db_statement advance = {
	.name = "issuance advance",
	.sql =
	    "UPDATE application SET status = 'issued', reason = '', changed_at = UTC_TIMESTAMP(6) WHERE number = ? AND status = 'signing'"
	    " AND NOT EXISTS (SELECT 1 FROM revocation WHERE serial = ?)",
};

const struct db_statement *const issuance_statements[] = { &start, &advance, &meet, &status, &history, &key_find, &key_insert, &key_blocked,
	&keep, &keep_lint, &kept, &stored, &abandon, &store, NULL };

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

/* ---- many applications, each step in one message */

#define PURPOSE(part) db_text(cert_purpose_name((part)->purpose))

struct many {
	struct publisher *p;
	struct issuance *const *list;
	size_t count, parts; /* parts: certificates of all of them */
	struct db_value *in; /* room for the values of one statement */
};

#define COLUMNS_MAX 14

static enum rc
many_act(struct publisher *p, struct issuance *const *list, size_t count, enum rc (*act)(struct db *, void *))
{
	struct many m = { p, list, count, 0, NULL };
	enum rc rc;

	for (size_t i = 0; i < count; i++)
		m.parts += list[i]->count;
	m.in = mem_zero(2 * (count + m.parts) * COLUMNS_MAX, sizeof(*m.in));
	rc = lease_transaction(p, act, &m);
	free(m.in);
	return rc;
}

/* rows of values up to end: each must have found its row. */
static enum rc
run(struct db *db, const struct db_statement *statement, const struct many *m, const struct db_value *end, size_t columns)
{
	const size_t rows = (size_t)(end - m->in) / columns;
	uint64_t affected = 0;
	enum rc rc =
	    rows == 1 ? db_exec(db, statement, m->in, columns, &affected) : db_exec_rows(db, statement, m->in, columns, rows, &affected);

	return rc == RC_OK && affected != rows ? RC_CONFLICT : rc;
}

static enum rc
meet_all(struct db *db, const struct many *m)
{
	struct db_value *v = m->in;

	for (size_t i = 0; i < m->count; i++) {
		*v++ = db_text(m->list[i]->iin);
		if (m->list[i]->signer_iin != NULL)
			*v++ = db_text(m->list[i]->signer_iin);
	}
	return run(db, &meet, m, v, 1);
}

/* Under the locks of their citizens' rows: the signers are not revoked, the keys not blocked. */
static enum rc
start_all(struct db *db, const struct many *m)
{
	uint8_t(*listed)[CSR_LISTED_SIZE] = mem_zero(ISSUANCE_MAX * m->count, sizeof(*listed)), (*at)[CSR_LISTED_SIZE] = listed;
	struct db_value *v = m->in;
	enum rc rc;

	for (size_t i = 0; i < m->count; i++) {
		const struct issuance *one = m->list[i];

		*v++ = db_text(one->number);
		*v++ = db_bytes(one->authorized_by, SERIAL_SIZE);
		/* an application of one certificate asks for its key twice */
		for (size_t n = 0; n < ISSUANCE_MAX; n++, at++) {
			const struct csr *csr = one->part[n < one->count ? n : 0].csr;

			*v++ = db_bytes(csr->spki_hash, sizeof(csr->spki_hash));
			*v = v[-1];
			if (csr_listed_as(csr, *at))
				*v = db_bytes(*at, sizeof(*at));
			v++;
		}
	}
	rc = run(db, &start, m, v, 2 + 2 * ISSUANCE_MAX);
	free(listed);
	return rc;
}

static enum rc
advance_all(struct db *db, const struct many *m)
{
	struct db_value *v = m->in;

	for (size_t i = 0; i < m->count; i++) {
		*v++ = db_text(m->list[i]->number);
		*v++ = db_bytes(m->list[i]->authorized_by, SERIAL_SIZE);
	}
	return run(db, &advance, m, v, 2);
}

static enum rc
history_all(struct db *db, const struct many *m, const char *to, bool with_form)
{
	struct db_value *v = m->in;

	for (size_t i = 0; i < m->count; i++) {
		*v++ = db_text(m->list[i]->number);
		*v++ = db_text(to);
		*v++ = db_text("publisher");
		*v++ = db_null();
		*v++ = db_bytes(with_form ? m->list[i]->form : NULL, 32);
		*v++ = db_text("");
	}
	return run(db, &history, m, v, 6);
}

static enum rc
take_keys(struct db *db, const struct many *m)
{
	struct db_value *v = m->in;

	for (size_t i = 0; i < m->count; i++)
		for (size_t n = 0; n < m->list[i]->count; n++) {
			const struct certificate_part *part = &m->list[i]->part[n];

			*v++ = db_bytes(part->csr->spki_hash, 32);
			*v++ = db_text(m->list[i]->number);
			*v++ = PURPOSE(part);
		}
	return run(db, &key_insert, m, v, 3);
}

static enum rc
keep_with(struct db *db, const struct many *m, const struct db_statement *statement, bool is_lint)
{
	struct db_value *v = m->in;

	for (size_t i = 0; i < m->count; i++)
		for (size_t n = 0; n < m->list[i]->count; n++) {
			const struct certificate_part *part = &m->list[i]->part[n];
			const struct buf *octets = is_lint ? &part->lint : &part->tbs;

			*v++ = db_bytes(part->serial, SERIAL_SIZE);
			*v++ = db_int(m->p->ca_id);
			*v++ = db_text(m->list[i]->number);
			*v++ = PURPOSE(part);
			*v++ = db_bytes(octets->data, octets->len);
		}
	return run(db, statement, m, v, 5);
}

static enum rc
keep_many(struct db *db, const struct many *m)
{
	enum rc rc = keep_with(db, m, &keep, false);

	return rc == RC_OK ? keep_with(db, m, &keep_lint, true) : rc;
}

enum rc
issuance_db_keep_parts(struct db *db, struct publisher *p, struct issuance *i)
{
	struct db_value in[ISSUANCE_MAX * COLUMNS_MAX];
	const struct many m = { p, &i, 1, i->count, in };

	return keep_many(db, &m);
}

static enum rc
keep_all_act(struct db *db, void *arg)
{
	const struct many *m = arg;
	enum rc rc = meet_all(db, m);

	if (rc == RC_OK)
		rc = take_keys(db, m);
	if (rc == RC_OK)
		rc = start_all(db, m);
	if (rc == RC_OK)
		rc = history_all(db, m, "signing", true);
	return rc == RC_OK ? keep_many(db, m) : rc;
}

enum rc
issuance_db_keep_all(struct publisher *p, struct issuance *const *list, size_t count)
{
	return many_act(p, list, count, keep_all_act);
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
are_stored(struct db *db, const struct many *m)
{
	struct db_value *v = m->in;

	for (size_t i = 0; i < m->count; i++)
		for (size_t n = 0; n < m->list[i]->count; n++)
			*v++ = db_bytes(m->list[i]->part[n].serial, SERIAL_SIZE);
	return run(db, &stored, m, v, 1);
}

static enum rc
store_certificates(struct db *db, const struct many *m)
{
	uint8_t(*key_id)[20] = mem_zero(m->parts, sizeof(*key_id)), (*at)[20] = key_id;
	struct db_value *v = m->in;
	enum rc rc;

	for (size_t i = 0; i < m->count; i++)
		for (size_t n = 0; n < m->list[i]->count; n++) {
			const struct issuance *one = m->list[i];
			const struct cert *c = one->part[n].certificate;
			const uint8_t *der;
			size_t len;

			der = cert_der(c, &len);
			cert_key_id(c, *at);
			*v++ = db_bytes(one->part[n].serial, SERIAL_SIZE);
			*v++ = db_int(m->p->ca_id);
			*v++ = db_text(one->iin);
			*v++ = db_text(one->number);
			*v++ = PURPOSE(&one->part[n]);
			*v++ = db_text(cert_algorithm(c));
			*v++ = db_text(cert_subject(c));
			*v++ = db_text(cert_full_name(c));
			*v++ = db_instant(cert_not_before(c));
			*v++ = db_instant(cert_not_after(c));
			*v++ = db_bytes(*at++, sizeof(*at));
			*v++ = db_bytes(der, len);
			*v++ = db_bytes(one->authorized_by, SERIAL_SIZE);
			*v++ = db_bytes(one->form, 32);
		}
	rc = run(db, &store, m, v, COLUMNS_MAX);
	free(key_id);
	return rc;
}

static enum rc
tell(struct db *db, const struct many *m)
{
	struct event *events = mem_zero(m->parts, sizeof(*events)), *e = events;
	enum rc rc;

	for (size_t i = 0; i < m->count; i++)
		for (size_t n = 0; n < m->list[i]->count; n++)
			*e++ = (struct event){ .kind = "certificate-issued",
				.iin = m->list[i]->iin,
				.application = m->list[i]->number,
				.serial = m->list[i]->part[n].serial,
				.form = m->list[i]->form,
				.detail = cert_purpose_name(m->list[i]->part[n].purpose) };
	rc = event_db_insert_all(db, events, m->parts);
	free(events);
	return rc;
}

static enum rc
store_act(struct db *db, void *arg)
{
	const struct many *m = arg;
	enum rc rc = meet_all(db, m);

	if (rc == RC_OK)
		rc = advance_all(db, m);
	if (rc == RC_OK)
		rc = are_stored(db, m);
	if (rc == RC_OK)
		rc = store_certificates(db, m);
	if (rc == RC_OK)
		rc = tell(db, m);
	if (rc == RC_OK)
		rc = history_all(db, m, "issued", false);
	for (size_t i = 0; rc == RC_OK && i < m->count; i++)
		rc = outbox_db_put(
		    db, &(struct outbox_mail){
			    .kind = "issued", .key = m->list[i]->number, .iin = m->list[i]->iin, .subject = m->list[i]->number });
	return rc;
}

enum rc
issuance_db_store_all(struct publisher *p, struct issuance *const *list, size_t count)
{
	return many_act(p, list, count, store_act);
}
