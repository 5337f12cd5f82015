/*
 * Who has no key yet shows a pending one: GET /status/{number} without a session gives a document to sign, whether that number exists or not;
 * POST …/proof takes it back, signed with one of the two keys of the stored requests, and opens this application alone, for 15 minutes.
 */
#include <string.h>

#include "base/hash.h"
#include "status.h"
#include "store/document_used.h"
#include "store/tries.h"
#include "web/held.h"
#include "web/route.h"

#define LIFE (5 * MINUTE)

enum { FIELD_SIGNED, FIELD_COUNT };
static const struct field_spec form[FIELD_COUNT] = {
	[FIELD_SIGNED] = { "signed", FORM_MAX + 1, FIELD_REQUIRED | FIELD_UPLOAD, NULL, NULL },
};

struct checking {
	struct request *r;
	instant expires;
};

enum rc
status_proof_page(struct request *r, int status)
{
	struct form_header header = { .site = r->conf->site, .lang = lang_name(r->lang), .statement = "" };
	struct buf document = BUF_INIT;
	enum rc rc;

	form_id(header.id);
	header.issued = clock_now();
	header.expires = header.issued + LIFE;
	form_make_proof(&document, &header, r->param[0]);
	held_document_keep(r, &document, header.expires);
	buf_free(&document);
	if ((rc = status_show_code(r)) != RC_OK)
		return rc;
	page_set(r->page, "number", r->param[0]);
	page_set_int(r->page, "elsewhere", 1);
	return response_view(r, status, "status/proof.cs");
}

/* This browser's, alive, not used, and for the number of this address. */
static enum rc
check_issued(void *arg, const char *canonical, size_t len, enum form_rule *rule)
{
	struct checking *c = arg;
	struct form_content content;
	uint8_t digest[HASH_SIZE];
	bool fits, used;
	enum rc rc;

	if ((rc = held_document_check(c->r, canonical, len, &c->expires, rule)) != RC_OK)
		return rc;
	*rule = RULE_DOCUMENT;
	if (form_content_parse(&content, canonical, len) != RC_OK)
		return RC_BAD_INPUT;
	fits = content.kind == FORM_PROOF && strcmp(content.number, c->r->param[0]) == 0;
	form_content_free(&content);
	if (!fits)
		return RC_BAD_INPUT;
	hash_sha256(digest, canonical, len);
	if ((rc = document_db_is_used(c->r->db, digest, &used)) != RC_OK)
		return rc;
	*rule = used ? RULE_USED : RULE_NONE;
	return used ? RC_BAD_INPUT : RC_OK;
}

/* With either key. What is wrong with a signature tells nothing about the key, so that an unknown number answers like a known one. */
static enum rc
verify(struct checking *c, const struct status_keys *keys, const struct field *signed_field, struct form_result *result)
{
	enum rc rc = RC_BAD_INPUT;

	for (size_t i = 0; rc == RC_BAD_INPUT && i < keys->count; i++) {
		const struct form_checks checks = {
			.issued = check_issued, .arg = c, .spki = (const uint8_t *)buf_text(&keys->spki[i]), .spki_len = keys->spki[i].len
		};

		form_result_free(result);
		rc = form_verify(signed_field->value, signed_field->len, FORM_PROOF, &checks, result);
		if (rc == RC_BAD_INPUT && result->rule == RULE_ALGORITHM && result->canonical != NULL)
			result->rule = RULE_SIGNATURE;
		if (rc == RC_BAD_INPUT && result->rule != RULE_SIGNATURE)
			break;
	}
	return rc;
}

enum rc
status_proof_post(struct request *r)
{
	struct field field[FIELD_COUNT];
	struct form_result result = { .rule = RULE_NONE };
	struct status_keys keys = { .count = 0 };
	struct checking c = { .r = r };
	int64_t wait = 0;
	enum rc rc;

	/* parse */
	if (fields_take(r->fields, form, FIELD_COUNT, field) != RC_OK) {
		response_fields(r, form, field, FIELD_COUNT);
		return status_proof_page(r, 422);
	}

	/* authorize: the signature itself, unless too many from there were refused */
	if ((rc = tries_db_look(r->db, r->conf, r->address, &wait)) == RC_LIMITED) {
		response_retry_after(r, wait);
		response_message(r, NULL, "error.login_limit", NULL);
		return status_proof_page(r, 429);
	}
	if (rc == RC_OK)
		rc = status_db_keys(r, r->param[0], &keys);
	if (rc == RC_OK)
		rc = verify(&c, &keys, &field[FIELD_SIGNED], &result);

	/* act */
	if (rc == RC_OK &&
	    (rc = status_db_prove(r, &keys, &result, c.expires, field[FIELD_SIGNED].value, field[FIELD_SIGNED].len)) == RC_CONFLICT) {
		result.rule = RULE_USED;
		rc = RC_BAD_INPUT;
	}

	/* render */
	if (rc == RC_OK) {
		held_proof_give(r, r->param[0]);
		rc = response_redirect(r, "/status/%s", r->param[0]);
	} else if (rc == RC_BAD_INPUT && ((rc = status_db_proof_refused(r, &keys, &result)) == RC_OK || rc == RC_LIMITED)) {
		response_refused(r, result.rule);
		rc = status_proof_page(r, 422);
	}
	form_result_free(&result);
	status_keys_free(&keys);
	return rc;
}
