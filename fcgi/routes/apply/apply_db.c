/* SQL of filing an application without a session. */
#include <string.h>

#include "apply.h"
#include "base/random.h"
#include "store/event.h"
#include "store/rate.h"
#include "web/held.h"
#include "web/keyform.h"

#define NUMBER_TRIES 8
#define IN_HOUR 3600
#define IN_DAY 86400

static const struct db_statement remember_key = {
	.name = "apply remember-key",
	.sql = "INSERT INTO public_key (spki_hash, number, purpose) VALUES (?, ?, ?)",
};
static const struct db_statement file = {
	.name = "apply file",
	.sql =
	    "INSERT INTO application (number, iin, template, origin, status, surname, name, patronymic, email, locality, store, csr_auth,"
	    " csr_sign, hash_auth, hash_sign, code_hash, created_at, changed_at)"
	    " VALUES (?, ?, 'person', 'public', 'new', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, UTC_TIMESTAMP(6), UTC_TIMESTAMP(6))",
};
static const struct db_statement history = {
	.name = "apply history",
	.sql = "INSERT INTO application_status (number, status, at, actor) VALUES (?, 'new', UTC_TIMESTAMP(6), 'citizen')",
};

const struct db_statement *const apply_statements[] = { &remember_key, &file, &history, NULL };

struct filing {
	struct request *r;
	const struct apply *form;
	char *number;
	enum apply_refusal *refusal;
	bool collision; /* the number was taken: draw another */
};

static enum rc
keys_remember(struct db *db, const struct filing *f)
{
	enum rc rc;

	*f->refusal = APPLY_KNOWN_KEY;
	rc = db_exec(db, &remember_key, DB_IN(db_bytes(f->form->auth.spki_hash, 32), db_text(f->number), db_text("auth")), NULL);
	if (rc != RC_OK)
		return rc;
	return db_exec(db, &remember_key, DB_IN(db_bytes(f->form->sign.spki_hash, 32), db_text(f->number), db_text("sign")), NULL);
}

/* Limits of their own: what strangers file here never counts against the applications of a citizen's cabinet. */
static enum rc
may_file(struct db *db, const struct filing *f)
{
	const struct conf *conf = f->r->conf;
	const struct rate address = { "apply-address", f->r->address, conf->apply_per_address, IN_HOUR, true };
	const struct rate iin = { "apply-iin", f->form->iin, conf->apply_per_iin, IN_DAY };
	enum rc rc;

	*f->refusal = APPLY_LIMIT;
	if ((rc = rate_db_take(db, conf, &address)) != RC_OK || (rc = rate_db_take(db, conf, &iin)) != RC_OK)
		return rc == RC_LIMITED ? RC_CONFLICT : rc;
	*f->refusal = APPLY_LOCALITY;
	rc = keyform_db_has_locality(db, f->form->locality);
	return rc == RC_NOT_FOUND ? RC_CONFLICT : rc;
}

static enum rc
file_one(struct db *db, void *arg)
{
	struct filing *f = arg;
	const struct apply *form = f->form;
	uint8_t code[32];
	enum rc rc;

	f->collision = false;
	if (!held_code_hash(f->r->conf, f->number, form->code, code))
		return RC_INTERNAL;
	if ((rc = may_file(db, f)) != RC_OK || (rc = keys_remember(db, f)) != RC_OK)
		return rc;
	*f->refusal = APPLY_OK;
	rc = db_exec(db, &file,
	    DB_IN(db_text(f->number), db_text(form->iin), db_text(form->surname), db_text(form->name), db_text(form->patronymic),
		db_text(form->email), db_text(form->locality), db_text(form->store), db_bytes(form->auth.der, form->auth.der_len),
		db_bytes(form->sign.der, form->sign.der_len), db_bytes(form->auth.hash, 32), db_bytes(form->sign.hash, 32),
		db_bytes(code, sizeof(code))),
	    NULL);
	f->collision = rc == RC_CONFLICT;
	if (rc != RC_OK)
		return rc;
	if ((rc = db_exec(db, &history, DB_IN(db_text(f->number)), NULL)) != RC_OK)
		return rc;
	return event_db_insert(db,
	    &(struct event){
		.kind = "application-filed", .iin = form->iin, .application = f->number, .address = f->r->address, .detail = "public" });
}

enum rc
apply_db_file(struct request *r, const struct apply *form, char number[15], enum apply_refusal *refusal)
{
	struct filing f = { r, form, number, refusal, false };
	enum rc rc;
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

/* Without the IIN: who was typed is no proof of who typed it. */
enum rc
apply_db_refused(struct request *r, enum apply_refusal refusal)
{
	static const char *const rules[] = {
		[APPLY_OK] = NULL, [APPLY_LIMIT] = "limit", [APPLY_KNOWN_KEY] = "known-key", [APPLY_LOCALITY] = "locality"
	};

	return event_db_insert(
	    r->db, &(struct event){ .kind = "application-refused", .address = r->address, .rule = rules[refusal], .detail = "public" });
}
