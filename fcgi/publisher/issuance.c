#include <string.h>

#include "base/log.h"
#include "issuance.h"
#include "pki/csr.h"
#include "pki/issue.h"
#include "pki/lint.h"
#include "pki/throwaway.h"

static enum rc
build_part(struct publisher *p, const struct issuance *i, const struct certificate_part *part, instant now, struct buf *tbs)
{
	struct issue_request r = { .profile = p->profiles[part->purpose],
		.subject = { i->common_name, i->surname, i->patronymic, i->iin },
		.spki = part->csr->spki,
		.spki_len = part->csr->spki_len,
		.not_before = now };

	memcpy(r.serial, part->serial, SERIAL_SIZE);
	return issue_tbs(tbs, &r, p->ca);
}

static enum rc
lint_part(const struct publisher *p, const struct certificate_part *part)
{
	const char *clause;

	return lint_tbs(part->tbs.data, part->tbs.len, p->ca, p->profiles[part->purpose], &clause);
}

/* Octet by octet what is kept in the part. */
static enum rc
compare_part(struct publisher *p, const struct issuance *i, const struct certificate_part *part, instant not_before)
{
	struct buf again = BUF_INIT;
	enum rc rc = build_part(p, i, part, not_before, &again);

	if (rc == RC_OK && (again.len != part->tbs.len || memcmp(again.data, part->tbs.data, again.len) != 0)) {
		log_error("issuance", "%s: %s: what is kept is not what these inputs give", i->number, cert_purpose_name(part->purpose));
		rc = RC_BAD_INPUT;
	}
	buf_free(&again);
	return rc;
}

enum rc
issuance_build(struct publisher *p, struct issuance *i, instant now)
{
	enum rc rc = RC_OK;

	for (size_t n = 0; rc == RC_OK && n < i->count; n++) {
		struct certificate_part *part = &i->part[n];

		issue_serial(part->serial);
		buf_reset(&part->tbs);
		rc = build_part(p, i, part, now, &part->tbs);
		if (rc == RC_OK)
			rc = compare_part(p, i, part, now);
		if (rc == RC_OK)
			rc = lint_part(p, part);
		buf_reset(&part->lint);
		if (rc == RC_OK)
			rc = throwaway_certificate(&part->lint, part->tbs.data, part->tbs.len);
		part->is_linted = rc == RC_OK;
	}
	return rc;
}

enum rc
issuance_build_again(struct publisher *p, struct issuance *i)
{
	enum rc rc = RC_OK;
	instant not_before;

	for (size_t n = 0; rc == RC_OK && n < i->count; n++) {
		rc = issue_tbs_not_before(&not_before, i->part[n].tbs.data, i->part[n].tbs.len);
		if (rc == RC_OK)
			rc = compare_part(p, i, &i->part[n], not_before);
	}
	return rc;
}

/* The key that goes out is the key that came in. */
static bool
holds_key(const struct certificate_part *part)
{
	size_t len;
	const uint8_t *spki = cert_spki(part->certificate, &len);

	return len == part->csr->spki_len && memcmp(spki, part->csr->spki, len) == 0;
}

enum rc
issuance_sign(struct publisher *p, struct issuance *i)
{
	enum rc rc = RC_OK;

	for (size_t n = 0; rc == RC_OK && n < i->count; n++) {
		struct certificate_part *part = &i->part[n];

		/* what was kept before a crash has passed the lints of another process */
		if (!part->is_linted)
			rc = lint_part(p, part);
		if (rc == RC_OK)
			rc = issue_sign(&part->certificate, part->tbs.data, part->tbs.len, p->key);
		if (rc == RC_OK && !holds_key(part)) {
			log_error("issuance", "%s: another key than the request's", i->number);
			rc = RC_BAD_INPUT;
		}
	}
	return rc;
}

enum rc
issuance_store(struct publisher *p, struct issuance *const *list, size_t count)
{
	enum rc rc = issuance_db_store_all(p, list, count);

	for (size_t i = 0; rc == RC_OK && i < count; i++)
		for (size_t n = 0; n < list[i]->count; n++)
			log_info("issued", "%s: %s: %s", list[i]->number, cert_purpose_name(list[i]->part[n].purpose),
			    cert_subject(list[i]->part[n].certificate));
	return rc;
}

enum rc
issuance_finish(struct publisher *p, struct issuance *i)
{
	enum rc rc = issuance_sign(p, i);

	return rc == RC_OK ? issuance_store(p, &i, 1) : rc;
}

void
issuance_free(struct issuance *i)
{
	for (size_t n = 0; n < ISSUANCE_MAX; n++) {
		buf_free(&i->part[n].tbs);
		buf_free(&i->part[n].lint);
		cert_free(i->part[n].certificate);
		i->part[n].certificate = NULL;
	}
}
