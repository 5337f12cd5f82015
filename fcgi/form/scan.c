/*
 * One pass over the octets before any tree exists. Within 64 KB a document can hold 8 000 attributes or nest 20 000 deep, and libxml2 takes
 * time that grows with their square; so they are counted here first. What this pass cannot read as tags is refused, because behind such a place
 * libxml2 might count otherwise than we do.
 */
#include <string.h>
#include <strings.h>

#include "form/parts.h"

struct part {
	const char *start;
	size_t len;
};

struct scan {
	const char *p, *end, *why;
	size_t depth, elements, attributes, namespaces;
	bool had_root;
	struct part open[FORM_DEPTH]; /* names of the elements around p */
};

static enum form_rule
malformed(struct scan *s, const char *why)
{
	s->why = why;
	return RULE_WELLFORMED;
}

static enum form_rule
over(struct scan *s, const char *why)
{
	s->why = why;
	return RULE_STRUCTURE;
}

static bool
is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static bool
at(const struct scan *s, const char *text)
{
	size_t len = strlen(text);

	return (size_t)(s->end - s->p) >= len && memcmp(s->p, text, len) == 0;
}

static bool
skip_space(struct scan *s)
{
	const char *before = s->p;

	while (s->p < s->end && is_space(*s->p))
		s->p++;
	return s->p > before;
}

/* Moves behind the next `text`; false: there is none. inside: what was passed over. */
static bool
skip_past(struct scan *s, const char *text, struct part *inside)
{
	const char *found = memmem(s->p, (size_t)(s->end - s->p), text, strlen(text));

	if (found == NULL)
		return false;
	*inside = (struct part){ s->p, (size_t)(found - s->p) };
	s->p = found + strlen(text);
	return true;
}

/* Whether the letters are those of an XML name is libxml2's to say; here only where it ends. */
static bool
name(struct scan *s, struct part *out)
{
	out->start = s->p;
	while (s->p < s->end && !is_space(*s->p) && memchr("/>=<\"'&?!", *s->p, 9) == NULL)
		s->p++;
	out->len = (size_t)(s->p - out->start);
	return out->len > 0;
}

/* name="value", as in XML 1.0, 3.1: no '<' in the value. */
static bool
attribute(struct scan *s, struct part *key, struct part *value)
{
	const char *close;

	if (!name(s, key))
		return false;
	skip_space(s);
	if (s->p >= s->end || *s->p != '=')
		return false;
	s->p++;
	skip_space(s);
	if (s->p >= s->end || (*s->p != '"' && *s->p != '\''))
		return false;
	close = memchr(s->p + 1, *s->p, (size_t)(s->end - s->p - 1));
	if (close == NULL)
		return false;
	*value = (struct part){ s->p + 1, (size_t)(close - s->p - 1) };
	s->p = close + 1;
	return memchr(value->start, '<', value->len) == NULL;
}

static bool
is(const struct part *part, const char *text)
{
	return part->len == strlen(text) && memcmp(part->start, text, part->len) == 0;
}

/* p stands behind "<?xml". Other versions have other characters and line ends; other encodings are not ours to decode. */
static enum form_rule
declaration(struct scan *s)
{
	struct part key, value;

	while (skip_space(s) && !at(s, "?>")) {
		if (!attribute(s, &key, &value))
			return malformed(s, "XML declaration");
		if (is(&key, "version") && !is(&value, "1.0"))
			return malformed(s, "XML version is not 1.0");
		if (is(&key, "encoding") && (value.len != 5 || strncasecmp(value.start, "UTF-8", 5) != 0))
			return malformed(s, "declared encoding is not UTF-8");
	}
	if (!at(s, "?>"))
		return malformed(s, "XML declaration");
	s->p += 2;
	return RULE_NONE;
}

static enum form_rule
close_tag(struct scan *s)
{
	struct part tag;

	if (!name(s, &tag))
		return malformed(s, "end tag");
	skip_space(s);
	if (!at(s, ">"))
		return malformed(s, "end tag");
	s->p++;
	if (s->depth == 0 || tag.len != s->open[s->depth - 1].len || memcmp(tag.start, s->open[s->depth - 1].start, tag.len) != 0)
		return malformed(s, "end tag does not match");
	s->depth--;
	return RULE_NONE;
}

static enum form_rule
attributes(struct scan *s)
{
	struct part key, value;
	bool spaced;

	for (;;) {
		spaced = skip_space(s);
		if (at(s, ">") || at(s, "/>"))
			return RULE_NONE;
		if (!spaced || !attribute(s, &key, &value))
			return malformed(s, "start tag");
		if (key.len >= 5 && memcmp(key.start, "xmlns", 5) == 0 && (key.len == 5 || key.start[5] == ':')) {
			if (++s->namespaces > FORM_NAMESPACES)
				return over(s, "namespaces");
		} else if (++s->attributes > FORM_ATTRIBUTES)
			return over(s, "attributes");
	}
}

static enum form_rule
open_tag(struct scan *s)
{
	struct part tag;
	enum form_rule rule;

	if (!name(s, &tag))
		return malformed(s, "start tag");
	if (s->depth == 0 && s->had_root)
		return malformed(s, "second root");
	if (s->depth == FORM_DEPTH)
		return over(s, "depth");
	if (++s->elements > FORM_ELEMENTS)
		return over(s, "elements");
	rule = attributes(s);
	if (rule != RULE_NONE)
		return rule;
	s->had_root = true;
	if (*s->p == '/') {
		s->p += 2;
		return RULE_NONE;
	}
	s->p++;
	s->open[s->depth++] = tag;
	return RULE_NONE;
}

static enum form_rule
markup(struct scan *s)
{
	struct part inside;

	if (at(s, "<!DOCTYPE")) {
		s->why = "DOCTYPE";
		return RULE_DOCTYPE;
	}
	if (at(s, "<!--")) {
		s->p += 4;
		if (!skip_past(s, "--", &inside) || !at(s, ">"))
			return malformed(s, "comment");
		s->p++;
		return RULE_NONE;
	}
	if (at(s, "<![CDATA[")) {
		s->p += 9;
		return s->depth > 0 && skip_past(s, "]]>", &inside) ? RULE_NONE : malformed(s, "CDATA section");
	}
	if (at(s, "<?")) {
		s->p += 2;
		return skip_past(s, "?>", &inside) ? RULE_NONE : malformed(s, "processing instruction");
	}
	if (at(s, "</")) {
		s->p += 2;
		return close_tag(s);
	}
	s->p++;
	return open_tag(s);
}

static enum form_rule
text(struct scan *s)
{
	const char *next = memchr(s->p, '<', (size_t)(s->end - s->p));

	if (next == NULL)
		next = s->end;
	if (s->depth == 0) {
		skip_space(s);
		if (s->p < next)
			return malformed(s, "text outside the root");
	}
	s->p = next;
	return RULE_NONE;
}

enum form_rule
form_scan(const char *data, size_t len, const char **why)
{
	struct scan s = { .p = data, .end = data + len, .why = "" };
	enum form_rule rule = RULE_NONE;

	if (at(&s, "\xef\xbb\xbf"))
		s.p += 3;
	if (at(&s, "<?xml") && s.end - s.p > 5 && is_space(s.p[5])) {
		s.p += 5;
		rule = declaration(&s);
	}
	while (rule == RULE_NONE && s.p < s.end)
		rule = *s.p == '<' ? markup(&s) : text(&s);
	if (rule == RULE_NONE && (s.depth > 0 || !s.had_root))
		rule = malformed(&s, "no end");
	*why = s.why;
	return rule;
}
