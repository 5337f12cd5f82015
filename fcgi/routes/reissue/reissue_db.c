/* SQL of filing an application. */
#include <stdio.h>
#include <string.h>

#include "base/random.h"
#include "reissue.h"
#include "store/certificate.h"
#include "store/event.h"
#include "store/outbox.h"
#include "web/keyform.h"

#define NUMBER_TRIES 8

static const struct db_statement state = {
	.name = "reissue state",
	.sql = "SELECT w.filed, w.oldest,"
	       " EXISTS (SELECT 1 FROM certificate c LEFT JOIN revocation r ON r.ca = c.ca AND r.serial = c.serial"
	       "  WHERE c.iin = ? AND c.purpose = 'sign' AND r.serial IS NULL AND UTC_TIMESTAMP(6) BETWEEN c.not_before AND c.not_after),"
	       " l.email, l.locality, l.store"
	       " FROM (SELECT COUNT(*) AS filed, MIN(created_at) AS oldest FROM application"
	       "  WHERE iin = ? AND origin = 'cabinet' AND status <> 'withdrawn' AND created_at > UTC_TIMESTAMP(6) - INTERVAL 30 DAY) w"
	       " LEFT JOIN (SELECT email, locality, store FROM application WHERE iin = ? AND origin <> 'public' ORDER BY created_at DESC, "
	       "number DESC LIMIT 1) l "
	       "ON TRUE",
};
static const struct db_statement meet = {
	.name = "reissue meet",
	.sql = "UPDATE citizen SET version = version + 1 WHERE iin = ?",
};
static const struct db_statement remember_key = {
	.name = "reissue remember-key",
	.sql = "INSERT INTO public_key (spki_hash, number, purpose) VALUES (?, ?, ?)",
};
static const struct db_statement file = {
	.name = "reissue file",
	.sql = "INSERT INTO application (number, iin, template, origin, status, email, locality, store, csr_auth, csr_sign, hash_auth, "
	       "hash_sign,"
	       " requested_by, created_at, changed_at)"
	       " VALUES (?, ?, 'person', 'cabinet', 'new', ?, ?, ?, ?, ?, ?, ?, ?, UTC_TIMESTAMP(6), UTC_TIMESTAMP(6))",
};
static const struct db_statement history = {
	.name = "reissue history",
	.sql = "INSERT INTO application_status (number, status, at, actor, serial) VALUES (?, 'new', UTC_TIMESTAMP(6), 'citizen', ?)",
};
/* The same requests octet for octet, with the same answers beside them: the form was sent again because its answer was lost. */
static const struct db_statement same = {
	.name = "reissue same",
	.sql =
	    "SELECT number FROM application WHERE iin = ? AND hash_auth = ? AND hash_sign = ? AND email = ? AND locality = ? AND store = ?"
	    " AND origin = 'cabinet' AND status = 'new' LIMIT 1",
};

const struct db_statement *const reissue_statements[] = {
	&state,
	&meet,
	&remember_key,
	&file,
	&history,
	&same,
	NULL,
};

struct filing {
	struct request *r;
	const struct reissue *form;
	char *number;
	enum reissue_refusal *refusal;
	bool collision; /* the number was taken: draw another */
};

enum rc
reissue_db_state(struct request *r, struct reissue_state *out)
{
	struct db_result *row = NULL;
	enum rc rc;

	memset(out, 0, sizeof(*out));
	rc = db_one(r->db, &state, DB_IN(db_text(r->session.iin), db_text(r->session.iin), db_text(r->session.iin)), &row);
	if (rc != RC_OK)
		return rc;
	out->filed = db_get_int(row, 0);
	out->next = db_is_null(row, 1) ? 0 : db_get_instant(row, 1) + APPLICATION_DAYS * DAY;
	out->can_sign = db_get_int(row, 2) != 0;
	snprintf(out->email, sizeof(out->email), "%s", db_get_text(row, 3));
	snprintf(out->locality, sizeof(out->locality), "%s", db_get_text(row, 4));
	snprintf(out->store, sizeof(out->store), "%s", db_get_text(row, 5));
	db_result_free(row);
	return RC_OK;
}

static enum rc
keys_remember(struct db *db, const struct filing *f)
{
	enum rc rc;

	*f->refusal = REISSUE_KNOWN_KEY;
	rc = db_exec(db, &remember_key, DB_IN(db_bytes(f->form->auth.spki_hash, 32), db_text(f->number), db_text("auth")), NULL);
	if (rc != RC_OK)
		return rc;
	return db_exec(db, &remember_key, DB_IN(db_bytes(f->form->sign.spki_hash, 32), db_text(f->number), db_text("sign")), NULL);
}

/* Under the citizen's row lock nobody else of this person files, so that the count holds until the commit. */
static enum rc
may_file(struct db *db, const struct filing *f)
{
	struct reissue_state now;
	enum rc rc;

	if ((rc = db_exec(db, &meet, DB_IN(db_text(f->r->session.iin)), NULL)) != RC_OK)
		return rc;
	if ((rc = certificate_db_still_good(db, f->r->session.serial)) != RC_OK)
		return rc == RC_CONFLICT ? RC_UNAUTHENTICATED : rc;
	if ((rc = reissue_db_state(f->r, &now)) != RC_OK)
		return rc;
	if (!now.can_sign)
		*f->refusal = REISSUE_NO_SIGNING_KEY;
	else if (now.filed >= f->r->conf->applications_limit)
		*f->refusal = REISSUE_LIMIT;
	if (*f->refusal != REISSUE_OK)
		return RC_CONFLICT;
	rc = keyform_db_has_locality(db, f->form->locality);
	if (rc == RC_NOT_FOUND) {
		*f->refusal = REISSUE_LOCALITY;
		return RC_CONFLICT;
	}
	return rc;
}

static enum rc
file_one(struct db *db, void *arg)
{
	struct filing *f = arg;
	const struct request *r = f->r;
	const struct reissue *form = f->form;
	enum rc rc;

	f->collision = false;
	*f->refusal = REISSUE_OK;
	if ((rc = may_file(db, f)) != RC_OK || (rc = keys_remember(db, f)) != RC_OK)
		return rc;
	*f->refusal = REISSUE_OK;
	rc = db_exec(db, &file,
	    DB_IN(db_text(f->number), db_text(r->session.iin), db_text(form->email), db_text(form->locality), db_text(form->store),
		db_bytes(form->auth.der, form->auth.der_len), db_bytes(form->sign.der, form->sign.der_len), db_bytes(form->auth.hash, 32),
		db_bytes(form->sign.hash, 32), db_bytes(r->session.serial, SERIAL_SIZE)),
	    NULL);
	f->collision = rc == RC_CONFLICT;
	if (rc != RC_OK)
		return rc;
	if ((rc = db_exec(db, &history, DB_IN(db_text(f->number), db_bytes(r->session.serial, SERIAL_SIZE)), NULL)) != RC_OK)
		return rc;
	rc = outbox_db_put(
	    db, &(struct outbox_mail){
		    .kind = "filed", .key = f->number, .iin = r->session.iin, .lang = lang_name(r->lang), .subject = f->number });
	if (rc != RC_OK)
		return rc;
	return event_db_insert(db, &(struct event){ .kind = "application-filed",
				       .iin = r->session.iin,
				       .application = f->number,
				       .serial = r->session.serial,
				       .address = r->address });
}

enum rc
reissue_db_file(struct request *r, const struct reissue *form, char number[15], enum reissue_refusal *refusal)
{
	struct filing f = { r, form, number, refusal, false };
	enum rc rc = RC_INTERNAL;
	int tries;

	for (tries = 0; tries < NUMBER_TRIES; tries++) {
		random_digits(number, 8);
		clock_local_yymmdd(number + 8, clock_now());
		rc = db_transaction(r->db, file_one, &f);
		if (!f.collision)
			return rc;
	}
	return RC_UNAVAILABLE;
}

enum rc
reissue_db_same(struct request *r, const struct reissue *form, char number[15])
{
	struct db_result *row = NULL;
	enum rc rc;

	rc = db_one(r->db, &same,
	    DB_IN(db_text(r->session.iin), db_bytes(form->auth.hash, 32), db_bytes(form->sign.hash, 32), db_text(form->email),
		db_text(form->locality), db_text(form->store)),
	    &row);
	if (rc != RC_OK)
		return rc;
	snprintf(number, 15, "%s", db_get_text(row, 0));
	db_result_free(row);
	return RC_OK;
}
