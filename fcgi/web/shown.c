#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/encode.h"
#include "web/shown.h"
#include "web/view.h"

#define SOON (60 * DAY) /* when a page begins to count the days */

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
shown_browser(char out[SHOWN_BROWSER_SIZE], const char *user_agent)
{
	static const char *const known[] = { "Edg/", "OPR/", "YaBrowser/", "Firefox/", "Chrome/", "Safari/", "curl/" };
	static const char *const shown[] = { "Edge", "Opera", "Yandex", "Firefox", "Chrome", "Safari", "curl" };
	const char *at;
	size_t i;

	for (i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if ((at = strstr(user_agent, known[i])) == NULL)
			continue;
		snprintf(
		    out, SHOWN_BROWSER_SIZE, "%s %.*s", shown[i], (int)strspn(at + strlen(known[i]), "0123456789"), at + strlen(known[i]));
		return;
	}
	snprintf(out, SHOWN_BROWSER_SIZE, "—");
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

/* Exclusive C14N twice and the signer's own certificate; a proof names no certificate, as there is none yet (form/shape.c). */
static const char empty_signature[] =
    "<Signature xmlns=\"http://www.w3.org/2000/09/xmldsig#\"><SignedInfo>"
    "<CanonicalizationMethod Algorithm=\"http://www.w3.org/2001/10/xml-exc-c14n#\"/>"
    "<SignatureMethod Algorithm=\"http://www.w3.org/2001/04/xmldsig-more#rsa-sha256\"/>"
    "<Reference URI=\"\"><Transforms><Transform Algorithm=\"http://www.w3.org/2000/09/xmldsig#enveloped-signature\"/>"
    "<Transform Algorithm=\"http://www.w3.org/2001/10/xml-exc-c14n#\"/></Transforms>"
    "<DigestMethod Algorithm=\"http://www.w3.org/2001/04/xmlenc#sha256\"/><DigestValue/></Reference></SignedInfo><SignatureValue/>";
static const char empty_certificate[] = "<KeyInfo><X509Data><X509Certificate/></X509Data></KeyInfo>";

static void
set_data(struct request *r, const char *name, const char *text, size_t len)
{
	struct buf address = BUF_INIT;

	buf_puts(&address, "data:application/xml;base64,");
	base64_encode(&address, (const uint8_t *)text, len);
	page_set(r->page, name, buf_text(&address));
	buf_free(&address);
}

void
shown_document(struct request *r, const char *document)
{
	const char *kind = document + strspn(document, "<"), *end = strrchr(document, '<');
	size_t kind_len = strcspn(kind, " >");
	struct buf prepared = BUF_INIT;

	page_set(r->page, "document", document);
	if (end == NULL)
		return;
	page_setf(r->page, "document_name", "%.*s.xml", (int)kind_len, kind);
	set_data(r, "document_href", document, strlen(document));
	buf_add(&prepared, document, (size_t)(end - document));
	buf_puts(&prepared, empty_signature);
	if (strncmp(kind, "proof", kind_len) != 0)
		buf_puts(&prepared, empty_certificate);
	buf_printf(&prepared, "</Signature>%s", end);
	set_data(r, "prepared_href", buf_text(&prepared), prepared.len);
	buf_free(&prepared);
}

static void
put_time(struct page_node *node, const char *name, instant at)
{
	char time[CLOCK_SHOWN_SIZE] = "";

	if (at != 0)
		clock_shown(time, at);
	page_put(node, name, time);
}

static const char *
validity(const struct register_entry *c)
{
	return c->now < c->not_before ? "not_yet" : c->now > c->not_after ? "expired" : "valid";
}

bool
shown_is_past(const struct register_entry *c)
{
	return c->revoked || c->now < c->not_before || c->now > c->not_after;
}

/* What views/key-parts.cs shows: codes where it has the words. */
static void
put_certificate(struct page_node *node, const struct register_entry *c)
{
	char days[24];

	page_put(node, "serial", c->serial);
	page_put(node, "purpose", c->purpose);
	page_put(node, "validity", validity(c));
	page_put(node, "revoked", c->revoked ? "1" : "0");
	page_put(node, "ca", c->ca);
	page_put(node, "full_name", c->full_name);
	page_put(node, "algorithm", c->algorithm);
	put_time(node, "not_before", c->not_before);
	put_time(node, "not_after", c->not_after);
	if (c->revoked) {
		put_time(node, "revoked_at", c->revoked_at);
		page_put(node, "can_raise", !c->refused && c->reason != 1 && c->now <= c->not_after ? "1" : "0");
	} else if (c->now <= c->not_after) {
		page_put(node, "can_revoke", "1");
	}
	if (!shown_is_past(c) && c->not_after - c->now < SOON) {
		snprintf(days, sizeof(days), "%" PRId64, (c->not_after - c->now) / DAY);
		page_put(node, "days_left", days);
		page_put(node, "soon", "1");
	}
}

void
shown_one(struct request *r, const char *prefix, const struct register_entry *c)
{
	struct page_node *node = page_node(r->page, prefix);
	char reason[32];

	put_certificate(node, c);
	page_put(node, "state", c->revoked ? "revoked" : validity(c));
	page_put(node, "number", c->number);
	page_put(node, "subject", c->subject);
	page_put(node, "issuer", c->issuer);
	page_put(node, "key_id", c->key_id);
	page_put(node, "origin", shown_word(r, "origin", c->origin));
	put_time(node, "issued_at", c->issued);
	snprintf(reason, sizeof(reason), "reason.%d.text", c->reason);
	page_put(node, "reason_text", c->revoked ? i18n_text(r->lang, reason) : "");
}

void
shown_row(struct request *r, const char *list, size_t index, const struct register_entry *c)
{
	put_certificate(page_element(r->page, list, index), c);
}
