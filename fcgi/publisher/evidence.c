#include <string.h>

#include "base/encode.h"
#include "base/hash.h"
#include "base/log.h"
#include "base/mem.h"
#include "publisher.h"

#define CLOCK_SLACK (5 * MINUTE) /* between the clocks of two nodes */

enum { FORM_KIND, FORM_IIN, FORM_DOCUMENT, FORM_SIGNED, FORM_ACCEPTED_AT, FORM_NOW };
static const struct db_statement find_form = {
	.name = "evidence form",
	.sql = "SELECT kind, iin, document, signed, accepted_at, UTC_TIMESTAMP(6) FROM signed_form WHERE digest = ?",
};
enum { SIGNER_DER, SIGNER_IIN, SIGNER_CA, SIGNER_CA_STATE, SIGNER_CA_DER, SIGNER_REVOKED_AT, SIGNER_REVOKED_BY };
static const struct db_statement find_signer = {
	.name = "evidence signer",
	.sql = "SELECT k.der, k.iin, a.id, a.state, a.certificate, r.revoked_at, r.form"
	       " FROM certificate k JOIN ca a ON a.id = k.ca LEFT JOIN revocation r ON r.serial = k.serial WHERE k.serial = ?",
};
static const struct db_statement is_revoked = {
	.name = "evidence revoked",
	.sql = "SELECT serial FROM revocation WHERE serial = ?",
};

const struct db_statement *const evidence_statements[] = { &find_form, &find_signer, &is_revoked, NULL };

struct checking {
	struct publisher *p;
	enum form_kind kind;
	const char *iin;
	const uint8_t *digest;
	const uint8_t *document;
	size_t document_len;
	instant accepted_at;
};

/* The document is the one that was issued: what the row holds, and the row is the one that its digest names. */
static enum rc
check_issued(void *arg, const char *canonical, size_t len, enum form_rule *rule)
{
	const struct checking *c = arg;
	uint8_t hash[HASH_SIZE];

	hash_sha256(hash, canonical, len);
	if (len == c->document_len && memcmp(canonical, c->document, len) == 0 && memcmp(hash, c->digest, sizeof(hash)) == 0)
		return RC_OK;
	*rule = RULE_DOCUMENT;
	return RC_BAD_INPUT;
}

/* The CA in whose name we sign is taken from our own file, another one from its row. */
static bool
is_of_our_ca(const struct checking *c, const struct db_result *row, const struct cert *cert)
{
	const uint8_t *ca_der;
	struct cert *ca;
	size_t len;
	bool ok;

	if (strcmp(db_get_text(row, SIGNER_CA_STATE), "distrusted") == 0)
		return false;
	if (db_get_int(row, SIGNER_CA) == c->p->ca_id)
		return cert_is_signed_by(cert, c->p->ca);
	ca_der = db_get_bytes(row, SIGNER_CA_DER, &len);
	if (cert_parse(&ca, ca_der, len) != RC_OK)
		return false;
	ok = cert_is_signed_by(ca, c->p->root) && cert_is_signed_by(cert, ca);
	cert_free(ca);
	return ok;
}

/* A revocation may be signed with the key it revokes; any other revocation of the signer that came before counts. */
static bool
is_revoked_for(const struct checking *c, const struct db_result *row)
{
	uint8_t by[HASH_SIZE];

	if (db_is_null(row, SIGNER_REVOKED_AT))
		return false;
	if (c->kind != FORM_REVOCATION)
		return true;
	if (db_copy_bytes(row, SIGNER_REVOKED_BY, by, sizeof(by)) && memcmp(by, c->digest, sizeof(by)) == 0)
		return false;
	/* the route has looked under the citizen's lock already; here the clocks of two nodes may differ */
	return db_get_instant(row, SIGNER_REVOKED_AT) < c->accepted_at - CLOCK_SLACK;
}

static enum form_rule
signer_rule(const struct checking *c, const struct db_result *row, const struct cert *cert)
{
	const struct form_demand demand = { .purpose = c->kind == FORM_DECISION ? PURPOSE_OPERATOR : PURPOSE_SIGN,
		.oid_arc = c->p->conf->oid_arc };
	struct form_standing standing = { .now = c->accepted_at };
	const uint8_t *der, *stored;
	size_t len, stored_len;
	enum form_rule rule;

	der = cert_der(cert, &len);
	stored = db_get_bytes(row, SIGNER_DER, &stored_len);
	standing.trusted = len == stored_len && memcmp(der, stored, len) == 0 && is_of_our_ca(c, row, cert);
	standing.revoked = is_revoked_for(c, row);
	if ((rule = form_signer_rule(cert, &standing, &demand)) != RULE_NONE)
		return rule;
	/* a person decides on their own application, an operator on anybody's but their own */
	if (strcmp(db_get_text(row, SIGNER_IIN), cert_iin(cert)) != 0 ||
	    (strcmp(cert_iin(cert), c->iin) == 0) == (c->kind == FORM_DECISION))
		return RULE_CERTIFICATE_IIN;
	return RULE_NONE;
}

static enum rc
check_certificate(void *arg, const struct cert *cert, enum form_rule *rule)
{
	const struct checking *c = arg;
	struct db_result *row;
	uint8_t serial[SERIAL_SIZE];
	enum rc rc;

	cert_serial(cert, serial);
	rc = db_one(c->p->db, &find_signer, DB_IN(db_bytes(serial, sizeof(serial))), &row);
	if (rc == RC_NOT_FOUND) {
		*rule = RULE_CERTIFICATE_CA;
		return RC_BAD_INPUT;
	}
	if (rc != RC_OK)
		return rc;
	*rule = signer_rule(c, row, cert);
	db_result_free(row);
	return *rule == RULE_NONE ? RC_OK : RC_BAD_INPUT;
}

/* What the document itself says: for this site and person, alive when it was accepted. accepted_at was written by a route program. */
static enum form_rule
content_rule(const struct checking *c, const struct form_content *content, instant now)
{
	if (content->kind != c->kind || content->site == NULL || strcmp(content->site, c->p->conf->site) != 0)
		return RULE_DOCUMENT;
	if (content->iin == NULL || strcmp(content->iin, c->iin) != 0)
		return RULE_OWNER;
	if (c->accepted_at < content->issued - CLOCK_SLACK || c->accepted_at > content->expires + CLOCK_SLACK ||
	    c->accepted_at > now + CLOCK_SLACK)
		return RULE_EXPIRED;
	return RULE_NONE;
}

static enum rc
verify_row(struct checking *c, const struct db_result *row, struct evidence *out, enum form_rule *rule)
{
	const struct form_checks checks = { .issued = check_issued, .certificate = check_certificate, .arg = c };
	struct form_result result = { .rule = RULE_NONE };
	const uint8_t *text;
	size_t len;
	enum rc rc;

	if (strcmp(db_get_text(row, FORM_KIND), form_kind_name(c->kind)) != 0 || strcmp(db_get_text(row, FORM_IIN), c->iin) != 0) {
		*rule = RULE_OWNER;
		return RC_BAD_INPUT;
	}
	c->document = db_get_bytes(row, FORM_DOCUMENT, &c->document_len);
	out->accepted_at = c->accepted_at = db_get_instant(row, FORM_ACCEPTED_AT);
	text = db_get_bytes(row, FORM_SIGNED, &len);
	rc = form_verify((const char *)text, len, c->kind, &checks, &result);
	*rule = result.rule;
	if (rc == RC_OK && (rc = form_content_parse(&out->content, result.canonical, result.canonical_len)) != RC_OK)
		*rule = RULE_DOCUMENT;
	if (rc == RC_OK && (*rule = content_rule(c, &out->content, db_get_instant(row, FORM_NOW))) != RULE_NONE)
		rc = RC_BAD_INPUT;
	if (rc == RC_OK) {
		out->signer = result.certificate;
		result.certificate = NULL;
		cert_serial(out->signer, out->signer_serial);
	}
	form_result_free(&result);
	return rc;
}

enum rc
evidence_verify(
    struct publisher *p, const uint8_t digest[32], enum form_kind kind, const char *iin, struct evidence *out, enum form_rule *rule)
{
	struct checking c = { .p = p, .kind = kind, .iin = iin, .digest = digest };
	struct db_result *row;
	enum rc rc;

	memset(out, 0, sizeof(*out));
	*rule = RULE_NONE;
	rc = db_one(p->db, &find_form, DB_IN(db_bytes(digest, 32)), &row);
	if (rc == RC_NOT_FOUND) {
		*rule = RULE_DOCUMENT;
		return RC_BAD_INPUT;
	}
	if (rc != RC_OK)
		return rc;
	rc = verify_row(&c, row, out, rule);
	db_result_free(row);
	if (rc != RC_OK)
		evidence_free(out);
	return rc;
}

void
evidence_free(struct evidence *e)
{
	form_content_free(&e->content);
	cert_free(e->signer);
	memset(e, 0, sizeof(*e));
}

enum rc
evidence_still_good(struct db *db, const uint8_t serial[SERIAL_SIZE])
{
	struct db_result *row;
	enum rc rc = db_one(db, &is_revoked, DB_IN(db_bytes(serial, SERIAL_SIZE)), &row);

	if (rc == RC_NOT_FOUND)
		return RC_OK;
	if (rc == RC_OK)
		db_result_free(row);
	return rc == RC_OK ? RC_CONFLICT : rc;
}
