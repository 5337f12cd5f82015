#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "web/shown.h"
#include "web/view.h"

const char *
shown_word(const struct request *r, const char *group, const char *code)
{
	char name[288];

	snprintf(name, sizeof(name), "%s.%s", group, code);
	return i18n_text(r->lang, name);
}

const char *
shown_reason(const struct request *r, const char *status, const char *reason)
{
	/* a refusal has the operator's own words, a failure a code of the CA */
	return reason[0] == '\0' || strcmp(status, "failed") != 0 ? reason : shown_word(r, "fail", reason);
}

void
shown_application(struct request *r, const struct application *a, const struct application_step *step, size_t count)
{
	char time[CLOCK_SHOWN_SIZE];
	size_t i;

	page_set(r->page, "application.number", a->number);
	clock_shown(time, a->created);
	page_set(r->page, "application.created", time);
	page_set(r->page, "application.template", shown_word(r, "template", a->template_name));
	page_set(r->page, "application.origin", shown_word(r, "origin", a->origin));
	page_set(r->page, "application.status", a->status);
	page_set(r->page, "application.status_text", shown_word(r, "status", a->status));
	page_set(r->page, "application.email", a->email);
	page_set(r->page, "application.locality", r->lang == LANG_KK ? a->locality_kk : a->locality_ru);
	page_set(r->page, "application.store", shown_word(r, "store", a->store));
	page_set(r->page, "application.reason", shown_reason(r, a->status, a->reason));
	for (i = 0; i < count; i++) {
		clock_shown(time, step[i].at);
		page_item(r->page, "history", i, "at", time);
		page_item(r->page, "history", i, "status", step[i].status);
		page_item(r->page, "history", i, "status_text", shown_word(r, "status", step[i].status));
		page_item(r->page, "history", i, "actor", shown_word(r, "actor", step[i].actor));
		page_item(r->page, "history", i, "serial", step[i].serial);
		page_item(r->page, "history", i, "form", step[i].form);
		page_item(r->page, "history", i, "reason", shown_reason(r, step[i].status, step[i].reason));
	}
}

/* Where a value goes: into "key.serial", or into "keys.3.serial". */
struct place {
	struct request *r;
	const char *prefix;
	bool is_list;
	size_t index;
};

static void
put(const struct place *p, const char *name, const char *value)
{
	char full[64];

	if (p->is_list) {
		page_item(p->r->page, p->prefix, p->index, name, value);
		return;
	}
	snprintf(full, sizeof(full), "%s.%s", p->prefix, name);
	page_set(p->r->page, full, value);
}

static void
put_time(const struct place *p, const char *name, instant at)
{
	char time[CLOCK_SHOWN_SIZE] = "";

	if (at != 0)
		clock_shown(time, at);
	put(p, name, time);
}

static void
put_validity(const struct place *p, const struct register_entry *c)
{
	const char *validity = c->now < c->not_before ? "not_yet" : c->now > c->not_after ? "expired" : "valid";
	char days[24];

	put_time(p, "not_before", c->not_before);
	put_time(p, "not_after", c->not_after);
	put(p, "valid", strcmp(validity, "valid") == 0 ? "1" : "0");
	put(p, "valid_text", shown_word(p->r, "validity", validity));
	put(p, "state", c->revoked ? "revoked" : validity);
	snprintf(days, sizeof(days), "%" PRId64, c->now > c->not_after ? 0 : (c->not_after - c->now) / DAY);
	put(p, "days_left", days);
}

static void
put_revocation(const struct place *p, const struct register_entry *c)
{
	char reason[32];

	put(p, "revoked", c->revoked ? "1" : "0");
	put(p, "revoked_text", shown_word(p->r, "revocation", c->revoked ? "revoked" : "good"));
	put_time(p, "revoked_at", c->revoked_at);
	snprintf(reason, sizeof(reason), "reason.%d.text", c->reason);
	put(p, "reason_text", c->revoked ? i18n_text(p->r->lang, reason) : "");
	put(p, "can_revoke", !c->revoked && c->now <= c->not_after ? "1" : "0");
	put(p, "can_raise", c->revoked && !c->refused && c->reason != 1 && c->now <= c->not_after ? "1" : "0");
}

static void
put_certificate(const struct place *p, const struct register_entry *c)
{
	char href[64];

	put(p, "serial", c->serial);
	put(p, "ca", c->ca);
	put(p, "user_type", shown_word(p->r, "user_type", "person"));
	put(p, "iin", p->r->session.iin);
	put(p, "full_name", c->full_name);
	put(p, "template", shown_word(p->r, "purpose", c->purpose));
	put(p, "purpose", c->purpose);
	put(p, "algorithm", c->algorithm);
	put(p, "number", c->number);
	snprintf(href, sizeof(href), "/keys/%s", c->serial);
	put(p, "href", href);
	put_validity(p, c);
	put_revocation(p, c);
}

void
shown_one(struct request *r, const char *prefix, const struct register_entry *c)
{
	const struct place p = { r, prefix, false, 0 };

	put_certificate(&p, c);
	put(&p, "subject", c->subject);
	put(&p, "issuer", c->issuer);
	put(&p, "key_id", c->key_id);
	put(&p, "origin", shown_word(r, "origin", c->origin));
	put_time(&p, "issued_at", c->issued);
}

void
shown_row(struct request *r, const char *list, size_t index, const struct register_entry *c)
{
	const struct place p = { r, list, true, index };

	put_certificate(&p, c);
}
