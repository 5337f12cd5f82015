/*
 * Reads an issued document back. Whether it is exactly as form_make_* wrote it is settled by making it again from what was read and comparing
 * the octets: what the reader overlooks shows there.
 */
#include <stdlib.h>
#include <string.h>

#include "base/encode.h"
#include "base/mem.h"
#include "form/parts.h"

/* Reads the children of one element in order. Once something is missing, everything after it fails too. */
struct reader {
	const xmlNode *next;
	bool failed;
};

static struct reader
inside(const xmlNode *element)
{
	return (struct reader){ element == NULL ? NULL : element->children, element == NULL };
}

static bool
is_next(const struct reader *r, const char *name)
{
	return !r->failed && form_is_element(r->next, FORM_NAMESPACE, name);
}

static const xmlNode *
element(struct reader *r, const char *name)
{
	const xmlNode *found = is_next(r, name) ? r->next : NULL;

	if (found == NULL) {
		r->failed = true;
		return NULL;
	}
	r->next = found->next;
	return found;
}

static const char *
text(struct reader *r, const char *name)
{
	const xmlNode *found = element(r, name);
	const char *value = found == NULL ? NULL : form_text(found);

	if (value == NULL)
		r->failed = true;
	return value == NULL ? "" : value;
}

static void
string(struct reader *r, const char *name, char **out)
{
	*out = mem_string(text(r, name));
}

static void
point_in_time(struct reader *r, const char *name, instant *out)
{
	if (!clock_iso_parse(out, text(r, name)))
		r->failed = true;
}

static void
octets(struct reader *r, const char *name, uint8_t *out, size_t len)
{
	const char *hex = text(r, name);

	if (strlen(hex) != 2 * len || !hex_decode(out, len, hex))
		r->failed = true;
}

static void
end(struct reader *r, struct reader *outer)
{
	if (r->failed || r->next != NULL)
		outer->failed = true;
}

static void
read_citizen(struct reader *outer, struct form_content *c)
{
	struct reader r = inside(element(outer, "citizen"));

	string(&r, "iin", &c->iin);
	if (c->kind == FORM_DECISION)
		string(&r, "surname", &c->surname);
	string(&r, "name", &c->name);
	if (c->kind == FORM_DECISION)
		string(&r, "patronymic", &c->patronymic);
	end(&r, outer);
}

static void
read_application(struct reader *outer, struct form_content *c)
{
	struct reader r = inside(element(outer, "application"));

	string(&r, "number", &c->number);
	if (c->kind == FORM_CONFIRMATION) {
		point_in_time(&r, "created", &c->created);
		string(&r, "template", &c->template_name);
		string(&r, "origin", &c->origin);
		string(&r, "email", &c->email);
		string(&r, "locality", &c->locality);
		string(&r, "store", &c->store);
	}
	if (c->kind != FORM_PROOF) {
		octets(&r, "request", c->request_auth, sizeof c->request_auth);
		octets(&r, "request", c->request_sign, sizeof c->request_sign);
	}
	end(&r, outer);
}

static void
read_replaced(struct reader *outer, struct form_content *c)
{
	struct reader r;

	if (!is_next(outer, "replace"))
		return;
	r = inside(element(outer, "replace"));
	do
		octets(&r, "serial", c->replaced[c->replaced_count++], SERIAL_SIZE);
	while (c->replaced_count < FORM_CERTIFICATES && is_next(&r, "serial"));
	end(&r, outer);
}

static void
read_certificates(struct reader *outer, struct form_content *c)
{
	struct reader r;
	size_t i;

	do {
		i = c->certificates++;
		r = inside(element(outer, "certificate"));
		octets(&r, "serial", c->certificate[i].serial, SERIAL_SIZE);
		string(&r, "issuer", &c->certificate[i].issuer);
		point_in_time(&r, "notAfter", &c->certificate[i].not_after);
		end(&r, outer);
	} while (c->certificates < FORM_CERTIFICATES && is_next(outer, "certificate"));
}

/* RFC 5280, 5.3.1: codes of one or two digits. */
static void
read_reason(struct reader *r, struct form_content *c)
{
	const char *code = text(r, "reason");
	size_t digits = strspn(code, "0123456789");

	if (digits < 1 || digits > 2 || code[digits] != '\0')
		r->failed = true;
	else
		c->reason = (int)strtol(code, NULL, 10);
}

static void
read_statement(struct reader *r, struct form_content *c)
{
	const xmlNode *node = r->next;
	const xmlAttr *lang;

	string(r, "statement", &c->statement);
	lang = r->failed ? NULL : node->properties;
	if (lang == NULL || lang->children == NULL) {
		r->failed = true;
		return;
	}
	c->lang = mem_string((const char *)lang->children->content);
}

static bool
read_document(const xmlNode *root, struct form_content *c)
{
	struct reader r = inside(root);

	if (root == NULL || root->ns == NULL || !form_kind_parse(&c->kind, (const char *)root->name))
		return false;
	string(&r, "id", &c->id);
	string(&r, "site", &c->site);
	point_in_time(&r, "issued", &c->issued);
	point_in_time(&r, "expires", &c->expires);
	if (c->kind == FORM_CONFIRMATION || c->kind == FORM_REVOCATION || c->kind == FORM_DECISION)
		read_citizen(&r, c);
	if (c->kind == FORM_CONFIRMATION || c->kind == FORM_PROOF || c->kind == FORM_DECISION)
		read_application(&r, c);
	if (c->kind == FORM_CONFIRMATION) {
		read_replaced(&r, c);
		string(&r, "from", &c->from);
		string(&r, "to", &c->to);
	}
	if (c->kind == FORM_REVOCATION) {
		read_certificates(&r, c);
		read_reason(&r, c);
		if (is_next(&r, "compromisedSince"))
			point_in_time(&r, "compromisedSince", &c->compromised_since);
	}
	if (c->kind == FORM_DECISION) {
		string(&r, "verdict", &c->verdict);
		string(&r, "reason", &c->why);
	}
	if (c->kind != FORM_PROOF && c->kind != FORM_DECISION)
		read_statement(&r, c);
	return !r.failed && r.next == NULL && strlen(c->id) == FORM_ID_SIZE - 1;
}

static void
make_confirmation(struct buf *b, const struct form_header *h, const struct form_content *c)
{
	struct form_citizen person = { c->iin, c->name };
	struct form_application a = { .number = c->number,
		.template_name = c->template_name,
		.origin = c->origin,
		.email = c->email,
		.locality = c->locality,
		.store = c->store,
		.created = c->created,
		.request_auth = c->request_auth,
		.request_sign = c->request_sign,
		.replaced = c->replaced,
		.replaced_count = c->replaced_count };

	form_make_confirmation(b, h, &person, &a, c->from, c->to);
}

static void
make_revocation(struct buf *b, const struct form_header *h, const struct form_content *c)
{
	struct form_citizen person = { c->iin, c->name };
	struct form_certificate certificates[FORM_CERTIFICATES];

	for (size_t i = 0; i < c->certificates; i++) {
		memcpy(certificates[i].serial, c->certificate[i].serial, SERIAL_SIZE);
		certificates[i].issuer = c->certificate[i].issuer;
		certificates[i].not_after = c->certificate[i].not_after;
	}
	form_make_revocation(b, h, &person, certificates, c->certificates, c->reason, c->compromised_since);
}

static void
make_decision(struct buf *b, const struct form_header *h, const struct form_content *c)
{
	struct form_decision d = { .number = c->number,
		.iin = c->iin,
		.surname = c->surname,
		.name = c->name,
		.patronymic = c->patronymic,
		.request_auth = c->request_auth,
		.request_sign = c->request_sign,
		.verdict = c->verdict,
		.reason = c->why };

	form_make_decision(b, h, &d);
}

static bool
makes_the_same(const struct form_content *c, const char *canonical, size_t len)
{
	struct form_header h = { .site = c->site, .issued = c->issued, .expires = c->expires, .lang = c->lang, .statement = c->statement };
	struct buf b = BUF_INIT;
	bool same;

	memcpy(h.id, c->id, FORM_ID_SIZE);
	if (c->kind == FORM_LOGIN)
		form_make_login(&b, &h);
	else if (c->kind == FORM_CONFIRMATION)
		make_confirmation(&b, &h, c);
	else if (c->kind == FORM_REVOCATION)
		make_revocation(&b, &h, c);
	else if (c->kind == FORM_DECISION)
		make_decision(&b, &h, c);
	else
		form_make_proof(&b, &h, c->number);
	same = b.len == len && memcmp(b.data, canonical, len) == 0;
	buf_free(&b);
	return same;
}

enum rc
form_content_parse(struct form_content *c, const char *canonical, size_t len)
{
	struct form_quiet before;
	xmlDoc *doc = NULL;
	const char *why;
	bool good;

	memset(c, 0, sizeof *c);
	form_quiet(&before);
	good = len > 0 && len <= FORM_MAX && form_scan(canonical, len, &why) == RULE_NONE && utf8_is_valid(canonical, len) &&
	       (doc = form_tree(canonical, len)) != NULL && read_document(xmlDocGetRootElement(doc), c) &&
	       makes_the_same(c, canonical, len);
	xmlFreeDoc(doc);
	form_loud(&before);
	if (!good) {
		form_content_free(c);
		return RC_BAD_INPUT;
	}
	return RC_OK;
}

void
form_content_free(struct form_content *c)
{
	free(c->id);
	free(c->site);
	free(c->lang);
	free(c->statement);
	free(c->iin);
	free(c->name);
	free(c->number);
	free(c->template_name);
	free(c->origin);
	free(c->email);
	free(c->locality);
	free(c->store);
	free(c->from);
	free(c->to);
	free(c->surname);
	free(c->patronymic);
	free(c->verdict);
	free(c->why);
	for (size_t i = 0; i < FORM_CERTIFICATES; i++)
		free(c->certificate[i].issuer);
	memset(c, 0, sizeof *c);
}
