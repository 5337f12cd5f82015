/*
 * GET /keys/{serial}/revoke: the choice of a reason; with ?reason= (&also= for the pair, &since= a day with
 * reason 1): the document to sign. chosen=1 comes from the form: without a reason the choice is refused. Of a revoked
 * certificate only ?reason=1: a second decision may say that the key is compromised, and nothing else.
 * POST /keys/{serial}/revoke/confirm: the citizen's signed decision to revoke one of their own certificates, or both of a pair.
 * In:     reason, also (40 hex), since (day), agree=1, signed (XML, urn:cabinet:1 revocation)
 * Out:    303 /keys/{serial}; the publisher puts the serials on the next delta CRL.
 * Errors: 404 not this citizen's; 409 revoked or expired already; 422 the field, or the rule the document broke.
 * DB:     revoke: UPDATE form_issued, citizen.version, session.last_page; INSERT signed_form, revocation or compromise, event.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/encode.h"
#include "base/log.h"
#include "revoke.h"
#include "store/certificate.h"
#include "store/event.h"
#include "store/outbox.h"
#include "web/paging.h"
#include "web/route.h"
#include "web/shown.h"

#define REASON_COMPROMISE 1 /* RFC 5280, 5.3.1 */
#define DAY_LENGTH 10	    /* of what clock_shown writes: "04.02.2016" */
#define NO_REASON (-1)
#define DECISION_LIFE (24 * HOUR)

/* RFC 5280, 5.3.1: the reasons a natural person can honestly choose, in the order they are offered. */
static const int reasons[] = { 1, 4, 5, 3, 0 };

enum { FIELD_REASON, FIELD_ALSO, FIELD_SINCE, FIELD_CHOSEN, FIELD_AGREE, FIELD_SIGNED, FIELD_COUNT };

static bool
is_reason(const char *value)
{
	for (size_t i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++)
		if (value[0] - '0' == reasons[i] && value[1] == '\0')
			return true;
	return false;
}

static bool
is_serial(const char *value)
{
	uint8_t octets[SERIAL_SIZE];

	return hex_decode(octets, sizeof(octets), value);
}

static bool
is_agreed(const char *value)
{
	return strcmp(value, "1") == 0;
}

static const struct field_spec form[FIELD_COUNT] = {
	[FIELD_REASON] = { "reason", 1, 0, is_reason, "error.reason" },
	[FIELD_ALSO] = { "also", 40, 0, is_serial, "error.also" },
	[FIELD_SINCE] = { "since", 10, 0, paging_is_day, "error.date" },
	/* an unanswered choice sends nothing by itself */
	[FIELD_CHOSEN] = { "chosen", 1, 0, is_agreed, "error.reason" },
	[FIELD_AGREE] = { "agree", 8, FIELD_REQUIRED, is_agreed, "error.agree", "error.agree" },
	[FIELD_SIGNED] = { "signed", FORM_MAX + 1, FIELD_REQUIRED | FIELD_UPLOAD, NULL, NULL, "error.signed_missing" },
};
#define CHOICE_COUNT FIELD_AGREE /* GET has the ones before it */

/* ---- what is to be decided */

static bool
is_valid(const struct register_entry *e)
{
	return !e->revoked && e->now <= e->not_after;
}

bool
revoke_is_raise(const struct revocation *v)
{
	return v->key.revoked && !v->key.refused && v->key.reason != REASON_COMPROMISE && v->key.now <= v->key.not_after &&
	       v->reason == REASON_COMPROMISE && v->also.serial[0] == '\0';
}

/* Something may be decided about it still. */
static bool
is_open(const struct revocation *v)
{
	return is_valid(&v->key) || revoke_is_raise(v);
}

/* "1", "1+<serial>", "1+<serial>@<seconds>": kept beside the issued document, so that what is obeyed is what was issued. */
static void
variant_make(char variant[VARIANT_SIZE], const struct revocation *v)
{
	int n = snprintf(variant, VARIANT_SIZE, "%d%s%s", v->reason, v->also.serial[0] != '\0' ? "+" : "", v->also.serial);

	if (v->compromised_since != 0 && n > 0 && n < VARIANT_SIZE)
		snprintf(variant + n, (size_t)(VARIANT_SIZE - n), "@%" PRId64, v->compromised_since / SECOND);
}

/* Fills reason and also from a variant. RC_NOT_FOUND when the second certificate is not (or no longer) this citizen's. */
static enum rc
variant_take(struct request *r, const char *variant, struct revocation *v)
{
	const char *since = strchr(variant, '@');
	char serial[SERIAL_HEX_SIZE];

	v->reason = variant[0] - '0';
	v->also.serial[0] = '\0';
	v->compromised_since = since == NULL ? 0 : strtoll(since + 1, NULL, 10) * SECOND;
	if (variant[1] != '+')
		return RC_OK;
	snprintf(serial, sizeof(serial), "%s", variant + 2);
	return register_db_find(r->db, serial, r->session.iin, &v->also);
}

/* A day counts with reason 1 alone, and only if the key existed then and it is not yet to come. false: it says nothing. */
static bool
since_take(const struct field *field, struct revocation *v)
{
	instant from, to;

	v->compromised_since = 0;
	if (v->reason != REASON_COMPROMISE || field->len == 0)
		return true;
	if (field->error != NULL || !clock_local_day(&from, &to, field->value) || from > v->key.now || to <= v->key.not_before)
		return false;
	v->compromised_since = from;
	return true;
}

/* Only the other certificate of the same pair may come along. */
static enum rc
also_take(struct request *r, const char *serial, struct revocation *v)
{
	enum rc rc;

	v->also.serial[0] = '\0';
	if (serial[0] == '\0')
		return RC_OK;
	rc = register_db_find(r->db, serial, r->session.iin, &v->also);
	if (rc == RC_OK && (strcmp(v->also.number, v->key.number) != 0 || strcmp(serial, v->key.serial) == 0 || !is_valid(&v->also)))
		rc = RC_NOT_FOUND;
	if (rc != RC_OK)
		v->also.serial[0] = '\0';
	return rc;
}

static void
statement_make(struct buf *out, const struct request *r, const struct revocation *v)
{
	char reason[32], day[CLOCK_SHOWN_SIZE];

	snprintf(reason, sizeof(reason), "reason.%d.text", v->reason);
	i18n_format(out, r->lang, v->also.serial[0] != '\0' ? "statement.revocation_pair" : "statement.revocation",
	    (const struct i18n_arg[]){ { "name", r->session.full_name }, { "iin", r->session.iin }, { "serial", v->key.serial },
		{ "also", v->also.serial }, { "reason", i18n_text(r->lang, reason) }, { NULL, NULL } });
	if (v->compromised_since != 0) {
		clock_shown(day, v->compromised_since);
		day[DAY_LENGTH] = '\0';
		buf_putc(out, ' ');
		i18n_format(out, r->lang, "statement.compromised_since", (const struct i18n_arg[]){ { "day", day }, { NULL, NULL } });
	}
}

struct making {
	struct request *r;
	const struct revocation *v;
};

static void
certificate_make(struct form_certificate *out, const struct register_entry *e)
{
	if (!hex_decode(out->serial, sizeof(out->serial), e->serial))
		log_fatal("revoke", "serial of the register is not hex");
	out->issuer = e->issuer;
	out->not_after = e->not_after;
}

static void
document_make(struct buf *out, void *arg)
{
	const struct making *m = arg;
	const struct form_citizen citizen = { m->r->session.iin, m->r->session.full_name };
	struct form_certificate certificate[FORM_CERTIFICATES];
	struct form_header header = { .site = m->r->conf->site, .lang = lang_name(m->r->lang) };
	struct buf statement = BUF_INIT;
	size_t count = 1;

	certificate_make(&certificate[0], &m->v->key);
	if (m->v->also.serial[0] != '\0')
		certificate_make(&certificate[count++], &m->v->also);
	statement_make(&statement, m->r, m->v);
	form_id(header.id);
	header.issued = m->r->session.now;
	header.expires = header.issued + DECISION_LIFE;
	header.statement = buf_text(&statement);
	form_make_revocation(out, &header, &citizen, certificate, count, m->v->reason, m->v->compromised_since);
	buf_free(&statement);
}

/* ---- pages */

static enum rc
show_warnings(struct request *r, const struct revocation *v)
{
	int64_t others = 0;
	char session[SERIAL_HEX_SIZE];
	bool signing = strcmp(v->key.purpose, "sign") == 0 || (v->also.serial[0] != '\0' && strcmp(v->also.purpose, "sign") == 0);
	enum rc rc;

	if (v->key.revoked)
		return RC_OK;
	hex_encode(session, r->session.serial, SERIAL_SIZE);
	page_set_int(r->page, "warn_session", strcmp(session, v->key.serial) == 0 || strcmp(session, v->also.serial) == 0);
	if (!signing)
		return RC_OK;
	if ((rc = revoke_db_other_signing_keys(r, v->key.serial, v->also.serial, &others)) != RC_OK)
		return rc;
	page_set_int(r->page, "warn_last_sign", others == 0);
	return RC_OK;
}

static enum rc
choose_page(struct request *r, int status, struct revocation *v)
{
	struct register_entry pair;
	char code[8], name[32];
	enum rc rc;

	v->also.serial[0] = '\0';
	shown_one(r, "key", &v->key);
	for (size_t i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++) {
		snprintf(code, sizeof(code), "%d", reasons[i]);
		page_item(r->page, "reasons", i, "code", code);
		snprintf(name, sizeof(name), "reason.%d.text", reasons[i]);
		page_item(r->page, "reasons", i, "text", i18n_text(r->lang, name));
		snprintf(name, sizeof(name), "reason.%d.hint", reasons[i]);
		page_item(r->page, "reasons", i, "hint", i18n_text(r->lang, name));
	}
	rc = revoke_db_pair(r, &v->key, &pair);
	if (rc == RC_OK)
		shown_one(r, "pair", &pair);
	else if (rc != RC_NOT_FOUND)
		return rc;
	if ((rc = show_warnings(r, v)) != RC_OK)
		return rc;
	return response_view(r, status, "revoke/choose.cs");
}

static enum rc
confirm_page(struct request *r, int status, struct revocation *v)
{
	struct making m = { r, v };
	struct buf document = BUF_INIT, statement = BUF_INIT;
	char variant[VARIANT_SIZE], name[32], day[CLOCK_SHOWN_SIZE];
	enum rc rc;

	variant_make(variant, v);
	if ((rc = show_warnings(r, v)) != RC_OK)
		return rc;
	rc = signed_form_db_issue(r->db, r->conf->site, FORM_REVOCATION, r->session.iin, v->key.serial, variant, lang_name(r->lang),
	    document_make, &m, r->session.now + DECISION_LIFE, &document);
	if (rc == RC_OK) {
		statement_make(&statement, r, v);
		shown_one(r, "key", &v->key);
		if (v->also.serial[0] != '\0')
			shown_one(r, "also", &v->also);
		snprintf(name, sizeof(name), "reason.%d.text", v->reason);
		page_set(r->page, "reason.text", i18n_text(r->lang, name));
		page_set_int(r->page, "reason.code", v->reason);
		if (v->compromised_since != 0) {
			clock_shown(day, v->compromised_since);
			day[DAY_LENGTH] = '\0';
			page_set(r->page, "reason.since", day);
		}
		page_set(r->page, "statement", buf_text(&statement));
		shown_document(r, buf_text(&document));
		rc = response_view(r, status, "revoke/confirm.cs");
	}
	buf_free(&document);
	buf_free(&statement);
	return rc;
}

/* The page for a certificate that cannot be revoked (any more) is the certificate's own. */
static enum rc
already_page(struct request *r, struct revocation *v)
{
	response_message(r, NULL, v->key.revoked ? "error.revoked_already" : "error.expired_already", NULL);
	shown_one(r, "key", &v->key);
	return response_view(r, 409, "revoke/already.cs");
}

static enum rc
revoke_get(struct request *r)
{
	struct field field[FIELD_COUNT];
	struct revocation v = { 0 };
	bool good;
	enum rc rc;

	good = fields_take(r->fields, form, CHOICE_COUNT, field) == RC_OK;
	response_fields(r, form, field, CHOICE_COUNT);
	if ((rc = register_db_find(r->db, r->param[0], r->session.iin, &v.key)) != RC_OK)
		return rc;
	v.reason = field[FIELD_REASON].error == NULL && field[FIELD_REASON].len > 0 ? field[FIELD_REASON].value[0] - '0' : NO_REASON;
	if (!is_open(&v))
		return already_page(r, &v);
	if (!since_take(&field[FIELD_SINCE], &v)) {
		response_message(r, "since", "error.since", NULL);
		return choose_page(r, 422, &v);
	}
	if (!good)
		return choose_page(r, 422, &v);
	if (v.reason == NO_REASON && field[FIELD_CHOSEN].len == 0)
		return choose_page(r, 200, &v);
	if (v.reason == NO_REASON) {
		response_message(r, "reason", "error.reason", NULL);
		return choose_page(r, 422, &v);
	}
	rc = also_take(r, field[FIELD_ALSO].value, &v);
	if (rc == RC_NOT_FOUND) {
		response_message(r, "also", "error.also", NULL);
		return choose_page(r, 422, &v);
	}
	return rc == RC_OK ? confirm_page(r, 200, &v) : rc;
}

/*
 * On refusal the page carries a document that can be signed next: of the choice posted along, else of the newest document that was
 * issued for this certificate, else the choice itself.
 */
static enum rc
refused_page(struct request *r, int status, const struct field *field, struct revocation *v)
{
	char variant[VARIANT_SIZE];
	enum rc rc;

	if (field[FIELD_REASON].len > 0 && field[FIELD_REASON].error == NULL) {
		v->reason = field[FIELD_REASON].value[0] - '0';
		if (!since_take(&field[FIELD_SINCE], v))
			return choose_page(r, status, v);
		rc = also_take(r, field[FIELD_ALSO].error == NULL ? field[FIELD_ALSO].value : "", v);
	} else if ((rc = revoke_db_variant(r, v->key.serial, variant)) == RC_OK)
		rc = variant_take(r, variant, v);
	if (rc == RC_NOT_FOUND)
		return is_valid(&v->key) ? choose_page(r, status, v) : already_page(r, v);
	if (rc == RC_OK && !is_open(v))
		return already_page(r, v);
	return rc == RC_OK ? confirm_page(r, status, v) : rc;
}

/* The act came too late. Nothing was entered, so the page must not say that this certificate is revoked unless it is. */
static enum rc
late_page(struct request *r, enum form_rule rule, const struct field *field, struct revocation *v)
{
	enum rc rc;

	if (rule != RULE_NONE) {
		response_refused(r, rule);
		return refused_page(r, 422, field, v);
	}
	if ((rc = register_db_find(r->db, r->param[0], r->session.iin, &v->key)) != RC_OK)
		return rc;
	if (!is_valid(&v->key))
		return already_page(r, v);
	/* it was the other one of the pair that had been revoked, or had expired */
	v->also.serial[0] = '\0';
	response_message(r, NULL, "error.revoked_also", NULL);
	return confirm_page(r, 409, v);
}

static enum rc
confirm_post(struct request *r)
{
	struct field field[FIELD_COUNT];
	struct revocation v = { 0 };
	struct form_result result = { .rule = RULE_NONE };
	const struct signed_form_query query = {
		.kind = FORM_REVOCATION, .iin = r->session.iin, .subject = r->param[0], .purpose = PURPOSE_SIGN, .conf = r->conf
	};
	enum form_rule rule = RULE_NONE;
	char *variant = NULL;
	bool good;
	enum rc rc;

	/* parse */
	good = fields_take(r->fields, form, FIELD_COUNT, field) == RC_OK;
	if ((rc = register_db_find(r->db, r->param[0], r->session.iin, &v.key)) != RC_OK)
		return rc;
	if (!good) {
		response_fields(r, form, field, FIELD_COUNT);
		return refused_page(r, 422, field, &v);
	}

	/* authorize: the certificate is the citizen's by the WHERE clause, the decision is in the signature */
	rc = signed_form_db_check(r->db, &query, field[FIELD_SIGNED].value, field[FIELD_SIGNED].len, r->address, &result, &variant);
	if (rc == RC_OK)
		rc = variant_take(r, variant, &v);
	if (rc == RC_BAD_INPUT) {
		response_refused(r, result.rule);
		rc = refused_page(r, 422, field, &v);
		goto out;
	}
	if (rc != RC_OK)
		goto out;

	/* act */
	rc = revoke_db_enter(r, &v, &query, &result, field[FIELD_SIGNED].value, field[FIELD_SIGNED].len, &rule);

	/* render */
	if (rc == RC_OK)
		rc = response_redirect(r, "/keys/%s", v.key.serial);
	else if (rc == RC_CONFLICT && (rc = signed_form_db_late(r->db, &query, &result, rule, r->address)) == RC_OK)
		rc = late_page(r, rule, field, &v);
out:
	form_result_free(&result);
	free(variant);
	return rc;
}

static const struct route routes[] = {
	{ METHOD_GET, "/keys/{serial}/revoke", ROLE_CITIZEN, revoke_get },
	{ METHOD_POST, "/keys/{serial}/revoke/confirm", ROLE_CITIZEN, confirm_post },
};

static const struct db_statement *const *const statements[] = {
	revoke_statements,
	register_statements,
	session_statements,
	certificate_statements,
	signed_form_statements,
	outbox_statements,
	event_statements,
	NULL,
};

int
main(int argc, char **argv)
{
	return route_main(&(const struct program){ .name = "revoke",
			      .account = "cabinet_revoke",
			      .routes = routes,
			      .count = sizeof(routes) / sizeof(routes[0]),
			      .statements = statements,
			      .body_max = BODY_SIGNED,
			      .views = (const char *const[]){ "revoke/choose.cs", "revoke/confirm.cs", "revoke/already.cs", NULL } },
	    argc, argv);
}
