/* SQL of the proof of a pending key, and of the filing code. */
#include <stdio.h>
#include <string.h>

#include "base/hash.h"
#include "status.h"
#include "store/document_used.h"
#include "store/event.h"
#include "store/signed_form.h"
#include "store/tries.h"
#include "web/held.h"
#include "web/view.h"

static const struct db_statement keys_find = {
	.name = "status keys",
	.sql = "SELECT iin, csr_auth, csr_sign FROM application WHERE number = ?",
};
/* a key that signs no proof: what an unknown number is verified with */
static const struct db_statement key_of_nobody = {
	.name = "status key-of-nobody",
	.sql = "SELECT certificate FROM ca ORDER BY id LIMIT 1",
};
static const struct db_statement code_find = {
	.name = "status code",
	.sql =
	    "SELECT code_hash, DATE_ADD(created_at, INTERVAL 30 DAY), status FROM application WHERE number = ? AND code_hash IS NOT NULL",
};

const struct db_statement *const status_proof_statements[] = { &keys_find, &key_of_nobody, &code_find, NULL };

static void
keys_add(struct status_keys *keys, const uint8_t *der, size_t len)
{
	struct csr csr;
	enum csr_fault fault;

	if (len == 0 || csr_parse_der(&csr, der, len, keys->iin, &fault) != RC_OK)
		return;
	buf_add(&keys->spki[keys->count++], csr.spki, csr.spki_len);
	csr_free(&csr);
}

static enum rc
keys_of_nobody(struct request *r, struct status_keys *keys)
{
	struct db_result *row = NULL;
	struct cert *ca = NULL;
	const uint8_t *data;
	size_t len;
	enum rc rc;

	if ((rc = db_one(r->db, &key_of_nobody, DB_NONE, &row)) != RC_OK)
		return rc == RC_NOT_FOUND ? RC_UNAVAILABLE : rc;
	data = db_get_bytes(row, 0, &len);
	if ((rc = cert_parse(&ca, data, len)) == RC_OK) {
		data = cert_spki(ca, &len);
		buf_add(&keys->spki[keys->count++], data, len);
	}
	cert_free(ca);
	db_result_free(row);
	return rc == RC_OK ? RC_OK : RC_INTERNAL;
}

enum rc
status_db_keys(struct request *r, const char *number, struct status_keys *keys)
{
	struct db_result *row = NULL;
	const uint8_t *der;
	size_t len;
	enum rc rc;

	rc = db_one(r->db, &keys_find, DB_IN(db_text(number)), &row);
	if (rc == RC_OK) {
		snprintf(keys->iin, sizeof(keys->iin), "%s", db_get_text(row, 0));
		for (unsigned column = 1; column <= 2; column++) {
			der = db_get_bytes(row, column, &len);
			keys_add(keys, der, len);
		}
		keys->known = keys->count > 0;
		db_result_free(row);
	} else if (rc != RC_NOT_FOUND)
		return rc;
	return keys->known ? RC_OK : keys_of_nobody(r, keys);
}

void
status_keys_free(struct status_keys *keys)
{
	for (size_t i = 0; i < STATUS_KEYS; i++)
		buf_free(&keys->spki[i]);
}

struct proving {
	struct request *r;
	const struct status_keys *keys;
	const struct form_result *result;
	instant expires;
	const char *signed_text;
	size_t len;
};

static enum rc
prove_act(struct db *db, void *arg)
{
	const struct proving *p = arg;
	const struct signed_form_query query = { .kind = FORM_PROOF, .iin = p->keys->iin, .subject = p->r->param[0], .conf = p->r->conf };
	enum rc rc;

	if ((rc = document_db_use(db, p->result->digest, p->expires)) != RC_OK)
		return rc;
	if ((rc = signed_form_db_keep(db, &query, p->result, p->signed_text, p->len)) != RC_OK)
		return rc;
	return event_db_insert(db, &(struct event){ .kind = "key-proved",
				       .iin = p->keys->iin,
				       .application = p->r->param[0],
				       .form = p->result->digest,
				       .address = p->r->address });
}

enum rc
status_db_prove(struct request *r, const struct status_keys *keys, const struct form_result *result, instant expires,
    const char *signed_text, size_t len)
{
	struct proving p = { r, keys, result, expires, signed_text, len };

	return keys->known ? db_transaction(r->db, prove_act, &p) : RC_INTERNAL;
}

enum rc
status_db_proof_refused(struct request *r, const struct status_keys *keys, const struct form_result *result)
{
	return tries_db_refused(r->db, r->conf,
	    &(struct event){ .kind = "proof-refused",
		.iin = keys->known ? keys->iin : NULL,
		.application = r->param[0],
		.form = result->canonical != NULL ? result->digest : NULL,
		.rule = form_rule_name(result->rule),
		.address = r->address,
		.detail = result->detail });
}

enum rc
status_show_code(struct request *r)
{
	struct db_result *row = NULL;
	char code[HELD_CODE_SIZE], until[CLOCK_SHOWN_SIZE];
	uint8_t hash[HASH_SIZE], kept[HASH_SIZE];
	enum rc rc;

	held_code(r, code);
	if (!held_code_hash(r->conf, r->param[0], code, hash))
		return RC_OK;
	if ((rc = db_one(r->db, &code_find, DB_IN(db_text(r->param[0])), &row)) != RC_OK)
		return rc == RC_NOT_FOUND ? RC_OK : rc;
	if (db_copy_bytes(row, 0, kept, sizeof(kept)) && hash_equal(hash, kept, sizeof(kept)) && strcmp(db_get_text(row, 2), "new") == 0) {
		clock_shown(until, db_get_instant(row, 1));
		page_set(r->page, "code", code);
		page_set(r->page, "code_until", until);
	}
	db_result_free(row);
	return RC_OK;
}
