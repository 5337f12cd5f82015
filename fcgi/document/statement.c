#include "document/statement.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/encode.h"

#define REPLACEMENT "\xef\xbf\xbd" /* U+FFFD */

static uint32_t
code_point(const char *s, size_t len)
{
	const unsigned char *u = (const unsigned char *)s;

	switch (len) {
	case 1:
		return u[0];
	case 2:
		return (u[0] & 0x1fu) << 6 | (u[1] & 0x3fu);
	case 3:
		return (u[0] & 0x0fu) << 12 | (u[1] & 0x3fu) << 6 | (u[2] & 0x3fu);
	default:
		return (u[0] & 0x07u) << 18 | (u[1] & 0x3fu) << 12 | (u[2] & 0x3fu) << 6 | (u[3] & 0x3fu);
	}
}

static bool
is_space(uint32_t c)
{
	return c == ' ' || (c >= '\t' && c <= '\r') || c == 0x85 || c == 0x2028 || c == 0x2029;
}

/* XML 1.0, 2.2, without the controls that no reader shows. */
static bool
is_text(uint32_t c)
{
	return c >= 0x20 && !(c >= 0x7f && c <= 0x9f) && c != 0xfffe && c != 0xffff;
}

static void
clean(struct buf *out, const char *text)
{
	size_t left = strlen(text);

	while (left > 0) {
		size_t len = utf8_sequence(text, left);
		uint32_t c = len > 0 ? code_point(text, len) : 0;

		if (is_space(c))
			buf_putc(out, ' ');
		else if (is_text(c))
			buf_add(out, text, len);
		else
			buf_puts(out, REPLACEMENT);
		if (len == 0)
			len = 1;
		text += len;
		left -= len;
	}
}

/* NULL: too long. */
static char *
cleaned(const char *text)
{
	struct buf out = BUF_CAPPED(STATEMENT_TEXT_MAX);

	clean(&out, text != NULL ? text : "");
	if (out.overflow) {
		buf_free(&out);
		return NULL;
	}
	if (out.data == NULL)
		buf_puts(&out, "");
	return out.data;
}

void
statement_add(struct statement *s, enum statement_kind kind, const char *label, const char *text)
{
	char *label_copy, *text_copy;

	if (s->count == STATEMENT_PARTS) {
		s->overflow = true;
		return;
	}
	label_copy = cleaned(label);
	text_copy = cleaned(text);
	if (label_copy == NULL || text_copy == NULL) {
		free(label_copy);
		free(text_copy);
		s->overflow = true;
		return;
	}
	s->part[s->count++] = (struct statement_part){ kind, label_copy, text_copy };
}

const char *
statement_text(const struct statement *s, enum statement_kind kind)
{
	for (size_t i = 0; i < s->count; i++)
		if (s->part[i].kind == kind)
			return s->part[i].text;
	return "";
}

void
statement_free(struct statement *s)
{
	for (size_t i = 0; i < s->count; i++) {
		free(s->part[i].label);
		free(s->part[i].text);
	}
	s->count = 0;
	s->overflow = false;
}

size_t
statement_place(const char **text, enum statement_place *place)
{
	static const char this_page[] = "{page}", all_pages[] = "{pages}";
	const char *begin = *text, *end = begin;

	for (; *end != '\0'; end++) {
		if (strncmp(end, this_page, sizeof(this_page) - 1) == 0) {
			*place = STATEMENT_THIS_PAGE;
			*text = end + sizeof(this_page) - 1;
			return (size_t)(end - begin);
		}
		if (strncmp(end, all_pages, sizeof(all_pages) - 1) == 0) {
			*place = STATEMENT_ALL_PAGES;
			*text = end + sizeof(all_pages) - 1;
			return (size_t)(end - begin);
		}
	}
	*place = STATEMENT_END;
	*text = end;
	return (size_t)(end - begin);
}
