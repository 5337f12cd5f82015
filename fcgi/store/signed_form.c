#include <stdlib.h>
#include <string.h>

#include "base/encode.h"
#include "base/hash.h"
#include "base/mem.h"
#include "store/certificate.h"
#include "store/event.h"
#include "store/signed_form.h"

enum { REUSE_DOCUMENT };
static const struct db_statement form_reuse = {
	.name = "form reuse",
	.sql = "SELECT document FROM form_issued WHERE kind = ? AND iin <=> ? AND subject = ? AND variant = ? AND language = ? AND site = "
	       "? AND state = "
	       "'issued'"
	       " AND expires_at > UTC_TIMESTAMP(6) + INTERVAL 1 HOUR ORDER BY expires_at DESC LIMIT 1",
};
static const struct db_statement form_issue = {
	.name = "form issue",
	.sql = "INSERT INTO form_issued (digest, kind, iin, subject, variant, language, site, document, issued_at, expires_at)"
	       " VALUES (?, ?, ?, ?, ?, ?, ?, ?, UTC_TIMESTAMP(6), ?)",
};
enum { FIND_KIND, FIND_IIN, FIND_SUBJECT, FIND_VARIANT, FIND_DOCUMENT, FIND_STATE, FIND_EXPIRES, FIND_NOW, FIND_SITE };
static const struct db_statement form_find = {
	.name = "form find",
	.sql = "SELECT kind, iin, subject, variant, document, state, expires_at, UTC_TIMESTAMP(6), site FROM form_issued WHERE digest = ?",
};
static const struct db_statement form_kept = {
	.name = "form kept",
	.sql = "SELECT 1 FROM signed_form WHERE digest = ?",
};
static const struct db_statement form_tried = {
	.name = "form tried",
	.sql = "UPDATE form_issued SET tries = tries + 1 WHERE digest = ?",
};
static const struct db_statement form_use = {
	.name = "form use",
	.sql = "UPDATE form_issued SET state = 'used' WHERE digest = ? AND state = 'issued' AND expires_at > UTC_TIMESTAMP(6)",
};
static const struct db_statement form_keep = { .name = "form keep", .sql = SIGNED_FORM_KEEP };

const struct db_statement *const signed_form_statements[] = { &form_reuse, &form_issue, &form_find, &form_kept, &form_tried, &form_use,
	&form_keep, NULL };
const struct db_statement *const signed_form_keep_statements[] = { &form_keep, NULL };

enum rc
signed_form_db_issue(struct db *db, const char *site, enum form_kind kind, const char *iin, const char *subject, const char *variant,
    const char *lang, void (*make)(struct buf *, void *), void *arg, instant expires, struct buf *document)
{
	const char *name = form_kind_name(kind);
	struct buf made = BUF_INIT;
	uint8_t digest[HASH_SIZE];
	struct db_result *row;
	const uint8_t *data;
	size_t len;
	enum rc rc;

	rc = db_one(
	    db, &form_reuse, DB_IN(db_text(name), db_text(iin), db_text(subject), db_text(variant), db_text(lang), db_text(site)), &row);
	if (rc == RC_OK) {
		data = db_get_bytes(row, REUSE_DOCUMENT, &len);
		buf_add(document, data, len);
		db_result_free(row);
		return RC_OK;
	}
	if (rc != RC_NOT_FOUND)
		return rc;
	make(&made, arg);
	hash_sha256(digest, made.data, made.len);
	rc = db_exec(db, &form_issue,
	    DB_IN(db_bytes(digest, sizeof(digest)), db_text(name), db_text(iin), db_text(subject), db_text(variant), db_text(lang),
		db_text(site), db_bytes(made.data, made.len), db_instant(expires)),
	    NULL);
	if (rc == RC_OK)
		buf_add(document, made.data, made.len);
	buf_free(&made);
	return rc;
}

struct look {
	struct db *db;
	const struct signed_form_query *query;
	char **variant;
};

static enum form_rule
row_rule(const struct db_result *row, const struct signed_form_query *q, const char *canonical, size_t len)
{
	size_t issued_len;
	const uint8_t *issued = db_get_bytes(row, FIND_DOCUMENT, &issued_len);

	if (issued_len != len || memcmp(issued, canonical, len) != 0 || strcmp(db_get_text(row, FIND_KIND), form_kind_name(q->kind)) != 0 ||
	    strcmp(db_get_text(row, FIND_SUBJECT), q->subject) != 0 || strcmp(db_get_text(row, FIND_SITE), q->conf->site) != 0)
		return RULE_DOCUMENT;
	if (db_get_instant(row, FIND_NOW) >= db_get_instant(row, FIND_EXPIRES))
		return RULE_EXPIRED;
	/* only a proof is bound to its application instead of a person */
	if (db_is_null(row, FIND_IIN) ? q->kind != FORM_PROOF : strcmp(db_get_text(row, FIND_IIN), q->iin) != 0)
		return RULE_OWNER;
	return strcmp(db_get_text(row, FIND_STATE), "issued") == 0 ? RULE_NONE : RULE_USED;
}

/* form_checks.issued: a look only, nothing is used up. */
static enum rc
look_issued(void *arg, const char *canonical, size_t len, enum form_rule *rule)
{
	const struct look *look = arg;
	uint8_t digest[HASH_SIZE];
	struct db_result *row;
	enum rc rc;

	hash_sha256(digest, canonical, len);
	rc = db_one(look->db, &form_find, DB_IN(db_bytes(digest, sizeof(digest))), &row);
	if (rc == RC_OK) {
		*rule = row_rule(row, look->query, canonical, len);
		if (*rule != RULE_DOCUMENT && *rule != RULE_OWNER)
			*look->variant = mem_string(db_get_text(row, FIND_VARIANT));
	} else if (rc == RC_NOT_FOUND) {
		/* obeyed long ago and purged since, or never ours */
		if ((rc = db_one(look->db, &form_kept, DB_IN(db_bytes(digest, sizeof(digest))), &row)) != RC_OK && rc != RC_NOT_FOUND)
			return rc;
		*rule = rc == RC_OK ? RULE_USED : RULE_DOCUMENT;
		if (rc != RC_OK)
			return RC_BAD_INPUT;
	} else {
		return rc;
	}
	db_result_free(row);
	return *rule == RULE_NONE ? RC_OK : RC_BAD_INPUT;
}

static enum rc
look_certificate(void *arg, const struct cert *cert, enum form_rule *rule)
{
	const struct look *look = arg;

	return certificate_db_check(look->db, look->query->conf, cert, look->query->purpose, look->query->iin, rule);
}

static enum rc
refusal_event(struct db *db, const struct signed_form_query *q, const struct form_result *result, const char *rule, const char *detail,
    const char *address)
{
	uint8_t serial[SERIAL_SIZE];
	const char *number = q->kind == FORM_CONFIRMATION || q->kind == FORM_PROOF ? q->subject : NULL;
	struct event e = { .kind = "form-refused",
		.iin = q->iin,
		.application = number,
		.form = result->canonical != NULL ? result->digest : NULL,
		.rule = rule,
		.address = address,
		.detail = detail };

	if (result->certificate != NULL) {
		cert_serial(result->certificate, serial);
		e.serial = serial;
	}
	return event_db_insert(db, &e);
}

/* A refusal is counted at the document, when it is one of ours, and told to the auditor either way. */
static enum rc
refusal_record(struct db *db, const struct signed_form_query *q, const struct form_result *result, const char *address)
{
	enum rc rc = RC_OK;

	if (result->canonical != NULL)
		rc = db_exec(db, &form_tried, DB_IN(db_bytes(result->digest, sizeof(result->digest))), NULL);
	return rc == RC_OK ? refusal_event(db, q, result, form_rule_name(result->rule), result->detail, address) : rc;
}

enum rc
signed_form_db_late(
    struct db *db, const struct signed_form_query *q, const struct form_result *result, enum form_rule rule, const char *address)
{
	return refusal_event(db, q, result, rule == RULE_NONE ? "state" : form_rule_name(rule), "the act came too late", address);
}

enum rc
signed_form_db_check(struct db *db, const struct signed_form_query *q, const char *data, size_t len, const char *address,
    struct form_result *result, char **variant)
{
	struct look look = { db, q, variant };
	struct form_checks checks = { .issued = look_issued,
		.certificate = q->kind == FORM_PROOF ? NULL : look_certificate,
		.arg = &look,
		.spki = q->spki,
		.spki_len = q->spki_len };
	enum rc rc, recorded;

	*variant = NULL;
	rc = form_verify(data, len, q->kind, &checks, result);
	if (rc == RC_BAD_INPUT && (recorded = refusal_record(db, q, result, address)) != RC_OK)
		return recorded;
	return rc;
}

enum rc
signed_form_db_use(struct db *db, const uint8_t digest[32])
{
	uint64_t used;
	enum rc rc;

	if ((rc = db_exec(db, &form_use, DB_IN(db_bytes(digest, 32)), &used)) != RC_OK)
		return rc;
	return used == 1 ? RC_OK : RC_CONFLICT;
}

void
signed_form_values(struct db_value in[SIGNED_FORM_VALUES], struct signed_form_signer *signer, const struct signed_form_query *q,
    const struct form_result *result, const char *data, size_t len)
{
	const struct cert *cert = result->certificate;

	signer->hex[0] = '\0';
	if (cert != NULL) {
		cert_serial(cert, signer->serial);
		hex_encode(signer->hex, signer->serial, sizeof(signer->serial));
	}
	*in++ = db_bytes(result->digest, 32);
	*in++ = db_text(form_kind_name(q->kind));
	*in++ = db_text(q->iin == NULL && cert != NULL ? cert_iin(cert) : q->iin);
	*in++ = db_text(q->subject == NULL ? signer->hex : q->subject);
	*in++ = db_bytes(result->canonical, result->canonical_len);
	*in++ = db_bytes(data, len);
	*in++ = db_bytes(cert == NULL ? NULL : signer->serial, SERIAL_SIZE);
}

enum rc
signed_form_db_keep(struct db *db, const struct signed_form_query *q, const struct form_result *result, const char *data, size_t len)
{
	struct db_value in[SIGNED_FORM_VALUES];
	struct signed_form_signer signer;

	signed_form_values(in, &signer, q, result, data, len);
	return db_exec(db, &form_keep, in, SIGNED_FORM_VALUES, NULL);
}
