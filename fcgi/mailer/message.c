#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/encode.h"
#include "mailer.h"

#define WORD_OCTETS 42 /* of one encoded-word: 56 characters of base64, 68 with its frame; a line has 76 at most (RFC 2047, 2) */
#define LINE_OCTETS 57 /* of one line of a body: 76 characters of base64 */

/* Encoded-words, cut between characters, on folded lines. */
static void
add_words(struct buf *out, const char *text)
{
	const char *at = text;

	while (*at != '\0') {
		size_t len = 0, step;

		while ((step = utf8_sequence(at + len, strlen(at + len))) > 0 && len + step <= WORD_OCTETS)
			len += step;
		if (len == 0)
			break;
		if (at != text)
			buf_puts(out, "\r\n ");
		buf_puts(out, "=?UTF-8?B?");
		base64_encode(out, (const uint8_t *)at, len);
		buf_puts(out, "?=");
		at += len;
	}
}

static void
add_base64(struct buf *out, const char *data, size_t len)
{
	for (size_t at = 0; at < len; at += LINE_OCTETS) {
		base64_encode(out, (const uint8_t *)data + at, len - at < LINE_OCTETS ? len - at : LINE_OCTETS);
		buf_puts(out, "\r\n");
	}
}

/* Canonical line ends of text (RFC 2046, 4.1.1) under the base64. */
static void
add_body(struct buf *out, const char *text)
{
	struct buf canonical = BUF_INIT;

	for (const char *c = text; *c != '\0'; c++) {
		if (*c == '\n')
			buf_putc(&canonical, '\r');
		buf_putc(&canonical, *c);
	}
	add_base64(out, buf_text(&canonical), canonical.len);
	buf_free(&canonical);
}

/* RFC 5322, 3.3; the names of days and months are the C locale's, which no program of ours leaves. */
static void
add_date(struct buf *out, instant date)
{
	time_t seconds = (time_t)(date / SECOND);
	struct tm tm;
	char text[64];

	if (gmtime_r(&seconds, &tm) != NULL && strftime(text, sizeof(text), "%a, %d %b %Y %H:%M:%S +0000", &tm) > 0)
		buf_printf(out, "Date: %s\r\n", text);
}

static void
add_head(struct buf *out, const struct letter *l)
{
	buf_puts(out, "From: ");
	add_words(out, l->from_name);
	buf_printf(out, "\r\n <%s>\r\nTo: <%s>\r\nSubject: ", l->from, l->to);
	add_words(out, buf_text(&l->subject));
	buf_puts(out, "\r\n");
	add_date(out, l->date);
	buf_printf(out, "Message-ID: <%s>\r\nMIME-Version: 1.0\r\nContent-Language: %s\r\nAuto-Submitted: auto-generated\r\n",
	    l->message_id, lang_name(l->lang));
}

static void
add_text_part(struct buf *out, const struct letter *l)
{
	buf_puts(out, "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n");
	add_body(out, buf_text(&l->body));
}

void
message_make(struct buf *out, const struct letter *l)
{
	/* base64 has no "=_", so the boundary stands in no part (RFC 2045, 6.7) */
	static const char boundary[] = "=_cabinet_part_=";

	add_head(out, l);
	if (l->calendar.len == 0) {
		add_text_part(out, l);
		return;
	}
	buf_printf(out, "Content-Type: multipart/mixed; boundary=\"%s\"\r\n\r\n--%s\r\n", boundary, boundary);
	add_text_part(out, l);
	buf_printf(out,
	    "--%s\r\nContent-Type: text/calendar; charset=utf-8; method=PUBLISH; name=\"keys.ics\"\r\n"
	    "Content-Disposition: attachment; filename=\"keys.ics\"\r\nContent-Transfer-Encoding: base64\r\n\r\n",
	    boundary);
	add_base64(out, l->calendar.data, l->calendar.len);
	buf_printf(out, "--%s--\r\n", boundary);
}
