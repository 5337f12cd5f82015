#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/encode.h"
#include "base/hash.h"
#include "base/mem.h"
#include "mailer.h"

#define FOLD 75 /* octets of a line (RFC 5545, 3.1) */

/* The texts of one mail: places and their values. */
struct words {
	enum lang lang;
	const struct i18n_arg *args;
};

static void
add(struct buf *out, const struct words *w, const char *code)
{
	i18n_format(out, w->lang, code, w->args);
}

/* "mail.<kind>.<part>" */
static void
add_of_kind(struct buf *out, const struct words *w, const char *kind, const char *part)
{
	char code[64];

	snprintf(code, sizeof(code), "mail.%s.%s", kind, part);
	add(out, w, code);
}

static void
add_paragraph(struct buf *out, const struct words *w, const char *code)
{
	add(out, w, code);
	buf_puts(out, "\n\n");
}

static void
write_body(struct buf *out, const struct conf *conf, const struct words *w, const struct mail *m)
{
	bool is_code = strcmp(m->kind, "code") == 0;

	/* an address that nobody has confirmed learns no name */
	if (!is_code)
		add_paragraph(out, w, "mail.greeting");
	add_of_kind(out, w, m->kind, "text");
	buf_puts(out, "\n\n");
	if (m->link[0] != '\0') {
		add_paragraph(out, w, "mail.when");
		add(out, w, "mail.not_me");
		buf_printf(out, "\n%s/notice/%s\n\n", conf->site, m->link);
	}
	if (!is_code)
		add_paragraph(out, w, m->is_security ? "mail.always" : "mail.opt_out");
	buf_puts(out, "-- \n");
	add(out, w, "mail.foot");
	buf_puts(out, "\n");
	if (!conf->production) {
		add(out, w, "frame.demo_text");
		buf_puts(out, "\n");
	}
}

/* ---- iCalendar (RFC 5545) */

/* One content line, folded between characters. */
static void
add_line(struct buf *out, const char *line)
{
	size_t room = FOLD, step;

	for (const char *at = line; (step = utf8_sequence(at, strlen(at))) > 0; at += step) {
		if (step > room) {
			buf_puts(out, "\r\n ");
			room = FOLD - 1;
		}
		buf_add(out, at, step);
		room -= step;
	}
	buf_puts(out, "\r\n");
}

/* NAME:text, with the characters of TEXT escaped (RFC 5545, 3.3.11). */
static void
add_text(struct buf *out, const char *name, const char *text)
{
	struct buf line = BUF_INIT;

	buf_printf(&line, "%s:", name);
	for (const char *c = text; *c != '\0'; c++) {
		if (strchr("\\;,", *c) != NULL)
			buf_putc(&line, '\\');
		if (*c == '\n')
			buf_puts(&line, "\\n");
		else
			buf_putc(&line, *c);
	}
	add_line(out, buf_text(&line));
	buf_free(&line);
}

/* "2026-11-23T10:00:00Z" without its signs: the form of RFC 5545, 3.3.5. */
static void
add_time(struct buf *out, const char *name, instant at)
{
	char iso[CLOCK_ISO_SIZE];

	clock_iso(iso, at);
	buf_printf(out, "%s:", name);
	for (const char *c = iso; *c != '\0'; c++)
		if (*c != '-' && *c != ':')
			buf_putc(out, *c);
	buf_puts(out, "\r\n");
}

static void
write_calendar(struct buf *out, const struct letter *l, const struct conf *conf, const struct words *w, const struct mail *m, instant end)
{
	struct buf text = BUF_INIT;

	buf_puts(out, "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Cabinet//Notices//EN\r\nMETHOD:PUBLISH\r\nBEGIN:VEVENT\r\n");
	/* the notices of one pair are one entry in the calendar */
	buf_printf(out, "UID:expiry-%s@%s\r\n", m->subject, strchr(l->message_id, '@') + 1);
	add_time(out, "DTSTAMP", m->now);
	add_time(out, "DTSTART", end);
	add(&text, w, "mail.expiry.event");
	add_text(out, "SUMMARY", buf_text(&text));
	buf_reset(&text);
	add(&text, w, "mail.expiry.text");
	add_text(out, "DESCRIPTION", buf_text(&text));
	buf_printf(out, "URL:%s/reissue\r\nBEGIN:VALARM\r\nACTION:DISPLAY\r\nTRIGGER:-P1D\r\n", conf->site);
	buf_reset(&text);
	add(&text, w, "mail.expiry.event");
	add_text(out, "DESCRIPTION", buf_text(&text));
	buf_puts(out, "END:VALARM\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n");
	buf_free(&text);
}

/* ---- the letter */

static void
make_message_id(struct letter *l, const struct conf *conf, const char *id)
{
	uint8_t digest[HASH_SIZE];
	char hex[33];
	const char *host = strstr(conf->site, "://") + 3;

	hash_sha256(digest, id, strlen(id));
	hex_encode(hex, digest, 16);
	snprintf(l->message_id, sizeof(l->message_id), "%s@%.*s", hex, (int)strcspn(host, ":"), host);
}

void
letter_write(struct letter *l, const struct conf *conf, const struct mail *m)
{
	bool is_expiry = strcmp(m->kind, "expiry") == 0;
	char shown[CLOCK_SHOWN_SIZE], until[CLOCK_SHOWN_SIZE], day[11], reason[32], end_text[CLOCK_ISO_SIZE];
	const char *serials = is_expiry && strlen(m->detail) > CLOCK_ISO_SIZE ? m->detail + CLOCK_ISO_SIZE : m->subject;
	instant end = m->at;

	/* detail of an expiry: "<end> <serial> <serial>" */
	snprintf(end_text, sizeof(end_text), "%.*s", CLOCK_ISO_SIZE - 1, m->detail);
	if (is_expiry && !clock_iso_parse(&end, end_text))
		end = m->at;
	clock_shown(shown, end);
	snprintf(day, sizeof(day), "%.10s", shown);
	clock_shown(until, m->link_until);
	snprintf(reason, sizeof(reason), "reason.%.1s.text", m->detail);
	const struct words w = { m->lang,
		(const struct i18n_arg[]){ { "name", m->name }, { "number", m->subject }, { "serials", serials }, { "detail", m->detail },
		    { "time", shown }, { "day", day }, { "until", until }, { "code", m->code }, { "site", conf->site },
		    { "phone", conf->support_phone }, { "email", conf->support_email },
		    { "reason", strcmp(m->kind, "revoked") == 0 ? i18n_text(m->lang, reason) : "" }, { NULL, NULL } } };

	make_message_id(l, conf, m->id);
	l->from = conf->mail_from;
	l->from_name = i18n_text(m->lang, "frame.name");
	l->to = m->to;
	l->lang = m->lang;
	l->date = m->now;
	add_of_kind(&l->subject, &w, m->kind, "subject");
	write_body(&l->body, conf, &w, m);
	if (is_expiry)
		write_calendar(&l->calendar, l, conf, &w, m, end);
}

void
letter_free(struct letter *l)
{
	buf_free(&l->subject);
	buf_free(&l->body);
	buf_free(&l->calendar);
}

void
mail_free(struct mail *m)
{
	free(m->name);
	m->name = NULL;
	hash_wipe(m->code, sizeof(m->code));
	hash_wipe(m->link, sizeof(m->link));
}
