/*
 * The makers. They write Canonical XML 1.0 directly: no declaration, start and end tag for empty elements, & < > CR escaped in text,
 * & < " TAB LF CR in attributes (C14N 1.0, 2.3), one namespace, declared once on the root.
 */
#include <stdio.h>
#include <string.h>

#include "base/encode.h"
#include "base/hash.h"
#include "form/form.h"
#include "form/parts.h"

/* Octets of the character at p, 1 to 4; 0: no character of XML 1.0 (2.2) begins here. */
static size_t
character(const char *p, size_t left)
{
	unsigned char lead = (unsigned char)*p;
	size_t len = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;

	if (len == 1)
		return lead >= 0x20 || lead == '\t' || lead == '\n' || lead == '\r';
	if (len > left || !utf8_is_valid(p, len))
		return 0;
	/* U+FFFE and U+FFFF are UTF-8, but not XML. */
	if (memcmp(p, "\xef\xbf\xbe", 3) == 0 || memcmp(p, "\xef\xbf\xbf", 3) == 0)
		return 0;
	return len;
}

/* What is no character is dropped. */
static void
add_escaped(struct buf *b, const char *text, const char *special)
{
	const char *end = text + strlen(text);

	while (text < end) {
		size_t run = 0, n;

		while (text + run < end && (n = character(text + run, (size_t)(end - text) - run)) > 0)
			run += n;
		xml_escape(b, text, run, special);
		text += run + (text + run < end);
	}
}

static void
start(struct buf *b, const char *name)
{
	buf_putc(b, '<');
	buf_puts(b, name);
	buf_putc(b, '>');
}

static void
end(struct buf *b, const char *name)
{
	buf_puts(b, "</");
	buf_puts(b, name);
	buf_putc(b, '>');
}

static void
element(struct buf *b, const char *name, const char *text)
{
	start(b, name);
	add_escaped(b, text, XML_TEXT);
	end(b, name);
}

static void
element_with(struct buf *b, const char *name, const char *attribute, const char *value, const char *text)
{
	buf_putc(b, '<');
	buf_puts(b, name);
	buf_putc(b, ' ');
	buf_puts(b, attribute);
	buf_puts(b, "=\"");
	add_escaped(b, value, XML_ATTRIBUTE);
	buf_puts(b, "\">");
	add_escaped(b, text, XML_TEXT);
	end(b, name);
}

static void
element_time(struct buf *b, const char *name, instant at)
{
	char iso[CLOCK_ISO_SIZE];

	clock_iso(iso, at);
	element(b, name, iso);
}

static void
header(struct buf *b, enum form_kind kind, const struct form_header *h)
{
	buf_putc(b, '<');
	buf_puts(b, form_kind_name(kind));
	buf_puts(b, " xmlns=\"" FORM_NAMESPACE "\">");
	element(b, "id", h->id);
	element(b, "site", h->site);
	element_time(b, "issued", h->issued);
	element_time(b, "expires", h->expires);
}

static void
statement(struct buf *b, const struct form_header *h)
{
	element_with(b, "statement", "lang", h->lang, h->statement);
}

static void
citizen(struct buf *b, const struct form_citizen *person)
{
	start(b, "citizen");
	element(b, "iin", person->iin);
	element(b, "name", person->name);
	end(b, "citizen");
}

static void
request(struct buf *b, const char *purpose, const uint8_t hash[HASH_SIZE])
{
	char hex[2 * HASH_SIZE + 1];

	hex_encode(hex, hash, HASH_SIZE);
	element_with(b, "request", "purpose", purpose, hex);
}

static void
certificate(struct buf *b, const struct form_certificate *c)
{
	char hex[SERIAL_HEX_SIZE];

	hex_encode(hex, c->serial, SERIAL_SIZE);
	start(b, "certificate");
	element(b, "serial", hex);
	element(b, "issuer", c->issuer);
	element_time(b, "notAfter", c->not_after);
	end(b, "certificate");
}

static void
replace(struct buf *b, const struct form_application *a)
{
	char hex[SERIAL_HEX_SIZE];

	if (a->replaced_count == 0)
		return;
	start(b, "replace");
	for (size_t i = 0; i < a->replaced_count; i++) {
		hex_encode(hex, a->replaced[i], SERIAL_SIZE);
		element(b, "serial", hex);
	}
	end(b, "replace");
}

void
form_make_login(struct buf *b, const struct form_header *h)
{
	header(b, FORM_LOGIN, h);
	statement(b, h);
	end(b, form_kind_name(FORM_LOGIN));
}

void
form_make_confirmation(struct buf *b, const struct form_header *h, const struct form_citizen *person, const struct form_application *a,
    const char *from, const char *to)
{
	header(b, FORM_CONFIRMATION, h);
	citizen(b, person);
	start(b, "application");
	element(b, "number", a->number);
	element_time(b, "created", a->created);
	element(b, "template", a->template_name);
	element(b, "origin", a->origin);
	element(b, "email", a->email);
	element(b, "locality", a->locality);
	element(b, "store", a->store);
	request(b, "auth", a->request_auth);
	request(b, "sign", a->request_sign);
	end(b, "application");
	replace(b, a);
	element(b, "from", from);
	element(b, "to", to);
	statement(b, h);
	end(b, form_kind_name(FORM_CONFIRMATION));
}

void
form_make_revocation(struct buf *b, const struct form_header *h, const struct form_citizen *person,
    const struct form_certificate *certificates, size_t count, int reason, instant compromised_since)
{
	char code[12];

	header(b, FORM_REVOCATION, h);
	citizen(b, person);
	for (size_t i = 0; i < count; i++)
		certificate(b, &certificates[i]);
	snprintf(code, sizeof code, "%d", reason);
	element(b, "reason", code);
	if (compromised_since != 0)
		element_time(b, "compromisedSince", compromised_since);
	statement(b, h);
	end(b, form_kind_name(FORM_REVOCATION));
}

void
form_make_decision(struct buf *b, const struct form_header *h, const struct form_decision *d)
{
	header(b, FORM_DECISION, h);
	start(b, "citizen");
	element(b, "iin", d->iin);
	element(b, "surname", d->surname);
	element(b, "name", d->name);
	element(b, "patronymic", d->patronymic);
	end(b, "citizen");
	start(b, "application");
	element(b, "number", d->number);
	request(b, "auth", d->request_auth);
	request(b, "sign", d->request_sign);
	end(b, "application");
	element(b, "verdict", d->verdict);
	element(b, "reason", d->reason);
	end(b, form_kind_name(FORM_DECISION));
}

void
form_make_proof(struct buf *b, const struct form_header *h, const char *number)
{
	header(b, FORM_PROOF, h);
	start(b, "application");
	element(b, "number", number);
	end(b, "application");
	end(b, form_kind_name(FORM_PROOF));
}
