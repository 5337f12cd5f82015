#include "web/fields.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/encode.h"
#include "base/mem.h"

#define PART_HEADERS_MAX 8
#define PART_HEADER_LINE 1024
#define BOUNDARY_MAX 70 /* RFC 2046, 5.1.1 */

struct entry {
	const char *name;
	char *value; /* NUL-terminated */
	size_t len;
};

struct fields {
	char *data; /* copy of the body, decoded in place */
	size_t count;
	struct entry *entry; /* FIELDS_COUNT_MAX of them; apart, because taking a field trims it */
};

struct text {
	const char *s;
	size_t len;
};

static const char type_urlencoded[] = "application/x-www-form-urlencoded";
static const char type_multipart[] = "multipart/form-data";

static bool
is_media_type(const char *content_type, const char *wanted)
{
	size_t len = strlen(wanted);

	return strncasecmp(content_type, wanted, len) == 0 &&
	       (content_type[len] == '\0' || content_type[len] == ';' || content_type[len] == ' ' || content_type[len] == '\t');
}

bool
fields_is_form(const char *content_type)
{
	return is_media_type(content_type, type_urlencoded) || is_media_type(content_type, type_multipart);
}

static bool
is_name(const char *name, size_t len)
{
	if (len == 0 || len > FIELDS_NAME_MAX)
		return false;
	for (size_t i = 0; i < len; i++) {
		if (name[i] <= ' ' || name[i] > '~' || name[i] == '"' || name[i] == '\\')
			return false;
	}
	return true;
}

static bool
add(struct fields *f, const char *name, char *value, size_t len)
{
	if (f->count == FIELDS_COUNT_MAX)
		return false;
	f->entry[f->count++] = (struct entry){ name, value, len };
	return true;
}

static int
hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

int
fields_octet(const char *digits)
{
	int high = hex_digit(digits[0]), low = high < 0 ? -1 : hex_digit(digits[1]);

	return low < 0 ? -1 : high * 16 + low;
}

/* In place; the result is never longer than what it came from. */
static bool
unescape(char *s, size_t len, size_t *out)
{
	size_t n = 0;

	for (size_t i = 0; i < len; i++) {
		if (s[i] == '+') {
			s[n++] = ' ';
		} else if (s[i] == '%') {
			int octet = len - i < 3 ? -1 : fields_octet(s + i + 1);

			if (octet < 0)
				return false;
			s[n++] = (char)octet;
			i += 2;
		} else {
			s[n++] = s[i];
		}
	}
	*out = n;
	return true;
}

/* name=value between start and end; *end is a separator or the NUL behind the data, so both halves have room for their NUL. */
static bool
add_pair(struct fields *f, char *start, char *end)
{
	char *equals = memchr(start, '=', (size_t)(end - start));
	char *name_end = equals != NULL ? equals : end;
	char *value;
	size_t name_len, len = 0;

	if (!unescape(start, (size_t)(name_end - start), &name_len) || !is_name(start, name_len))
		return false;
	if (equals != NULL) {
		value = equals + 1;
		if (!unescape(value, (size_t)(end - value), &len))
			return false;
		value[len] = '\0';
	} else {
		value = start + name_len;
	}
	start[name_len] = '\0';
	return add(f, start, value, len);
}

static bool
parse_urlencoded(struct fields *f, size_t len)
{
	char *pos = f->data, *end = f->data + len;

	while (pos < end) {
		char *stop = memchr(pos, '&', (size_t)(end - pos));

		if (stop == NULL)
			stop = end;
		if (stop > pos && !add_pair(f, pos, stop))
			return false;
		pos = stop + 1;
	}
	return true;
}

static void
skip_blanks(const char **pos, const char *end)
{
	while (*pos < end && (**pos == ' ' || **pos == '\t'))
		(*pos)++;
}

static bool
is_token(char c)
{
	return c > ' ' && c <= '~' && strchr("()<>@,;:\\\"/[]?={}", c) == NULL;
}

/*
 * One "; name=value" or "; name=\"value\"" (RFC 9110, 5.6.6). 1: read; 0: nothing left; -1: syntax. A quoted value is given as written:
 * browsers and curl differ in how they escape a quote, and only file names, which nobody reads, may hold one.
 */
static int
parameter_next(const char **pos, const char *end, struct text *name, struct text *value)
{
	skip_blanks(pos, end);
	if (*pos == end)
		return 0;
	if (*(*pos)++ != ';')
		return -1;
	skip_blanks(pos, end);
	name->s = *pos;
	while (*pos < end && is_token(**pos))
		(*pos)++;
	name->len = (size_t)(*pos - name->s);
	if (name->len == 0 || *pos == end || *(*pos)++ != '=')
		return -1;
	if (*pos < end && **pos == '"') {
		value->s = ++(*pos);
		while (*pos < end && **pos != '"')
			*pos += **pos == '\\' && end - *pos > 1 ? 2 : 1;
		if (*pos == end)
			return -1;
		value->len = (size_t)(*pos - value->s);
		(*pos)++;
	} else {
		value->s = *pos;
		while (*pos<end &&* * pos> ' ' && **pos != ';')
			(*pos)++;
		value->len = (size_t)(*pos - value->s);
	}
	return 1;
}

static bool
is_word(struct text text, const char *word)
{
	return text.len == strlen(word) && strncasecmp(text.s, word, text.len) == 0;
}

/* CR LF "--" boundary, the delimiter between parts. Returns its length, 0 for a bad Content-Type. */
static size_t
delimiter_parse(char out[BOUNDARY_MAX + 5], const char *content_type)
{
	const char *pos = content_type + strlen(type_multipart), *end = content_type + strlen(content_type);
	struct text name, value, boundary = { NULL, 0 };
	int more;

	while ((more = parameter_next(&pos, end, &name, &value)) == 1) {
		if (!is_word(name, "boundary"))
			continue;
		if (boundary.s != NULL)
			return 0;
		boundary = value;
	}
	if (more < 0 || boundary.len == 0 || boundary.len > BOUNDARY_MAX)
		return 0;
	for (size_t i = 0; i < boundary.len; i++) {
		if (strchr("0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ'()+_,-./:=?", boundary.s[i]) == NULL ||
		    boundary.s[i] == '\0')
			return 0;
	}
	memcpy(out, "\r\n--", 4);
	memcpy(out + 4, boundary.s, boundary.len);
	return boundary.len + 4;
}

static bool
disposition_parse(const char *pos, const char *end, struct text *field)
{
	struct text name, value;
	int more;

	skip_blanks(&pos, end);
	if (end - pos < 9 || strncasecmp(pos, "form-data", 9) != 0)
		return false;
	pos += 9;
	while ((more = parameter_next(&pos, end, &name, &value)) == 1) {
		if (!is_word(name, "name"))
			continue;
		if (field->s != NULL)
			return false;
		*field = value;
	}
	return more == 0 && field->s != NULL && is_name(field->s, field->len);
}

/* The lines up to and with the empty one; name of the part into *field. Returns what follows, NULL on syntax. */
static char *
part_headers(char *pos, char *end, struct text *field)
{
	for (int i = 0; i <= PART_HEADERS_MAX; i++) {
		char *stop = memmem(pos, (size_t)(end - pos), "\r\n", 2);
		char *colon;
		struct text name;

		if (stop == NULL || stop - pos > PART_HEADER_LINE)
			return NULL;
		if (stop == pos)
			return field->s != NULL ? stop + 2 : NULL;
		if ((colon = memchr(pos, ':', (size_t)(stop - pos))) == NULL)
			return NULL;
		name = (struct text){ pos, (size_t)(colon - pos) };
		if (is_word(name, "content-disposition")) {
			if (field->s != NULL || !disposition_parse(colon + 1, stop, field))
				return NULL;
		} else if (is_word(name, "content-transfer-encoding")) {
			/* RFC 7578, 4.7: not used over HTTP; decoding it would be a second meaning of the same octets */
			return NULL;
		}
		pos = stop + 2;
	}
	return NULL;
}

static bool
parse_multipart(struct fields *f, size_t len, const char *content_type)
{
	char delimiter[BOUNDARY_MAX + 5];
	size_t size = delimiter_parse(delimiter, content_type);
	char *pos = f->data, *end = f->data + len;

	if (size == 0 || len < size || memcmp(pos, delimiter + 2, size - 2) != 0)
		return false;
	pos += size - 2;
	for (;;) {
		struct text field = { NULL, 0 };
		char *stop;

		if (end - pos >= 2 && memcmp(pos, "--", 2) == 0)
			return end - pos == 2 || (end - pos == 4 && memcmp(pos + 2, "\r\n", 2) == 0);
		if (end - pos < 2 || memcmp(pos, "\r\n", 2) != 0)
			return false;
		if ((pos = part_headers(pos + 2, end, &field)) == NULL)
			return false;
		if ((stop = memmem(pos, (size_t)(end - pos), delimiter, size)) == NULL)
			return false;
		f->data[(size_t)(field.s - f->data) + field.len] = '\0';
		*stop = '\0';
		if (!add(f, field.s, pos, (size_t)(stop - pos)))
			return false;
		pos = stop + size;
	}
}

enum rc
fields_parse(struct fields **out, const char *content_type, const char *data, size_t len)
{
	struct fields *f;
	bool good;

	*out = NULL;
	if (len > FIELDS_SIZE_MAX)
		return RC_BAD_INPUT;
	f = mem_zero(1, sizeof(*f));
	f->data = mem_copy(data, len);
	f->entry = mem_zero(FIELDS_COUNT_MAX, sizeof(*f->entry));
	if (is_media_type(content_type, type_multipart))
		good = parse_multipart(f, len, content_type);
	else
		good = is_media_type(content_type, type_urlencoded) && parse_urlencoded(f, len);
	if (!good) {
		fields_free(f);
		return RC_BAD_INPUT;
	}
	*out = f;
	return RC_OK;
}

void
fields_free(struct fields *f)
{
	if (f == NULL)
		return;
	free(f->data);
	free(f->entry);
	free(f);
}

/* CR LF becomes LF; a CR that stands alone stays, and is refused as a control character. */
static void
mend_line_ends(struct entry *e)
{
	size_t n = 0;

	for (size_t i = 0; i < e->len; i++) {
		if (e->value[i] == '\r' && i + 1 < e->len && e->value[i + 1] == '\n')
			continue;
		e->value[n++] = e->value[i];
	}
	e->len = n;
	e->value[n] = '\0';
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static void
trim(struct entry *e)
{
	while (e->len > 0 && is_blank(e->value[e->len - 1]))
		e->len--;
	e->value[e->len] = '\0';
	while (e->len > 0 && is_blank(*e->value)) {
		e->value++;
		e->len--;
	}
}

/* C0, DEL and C1 (U+0080 to U+009F: C2 80 to C2 9F in UTF-8). */
static bool
has_control(const char *value, size_t len, bool multiline)
{
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)value[i];

		if (c < ' ' && !(multiline && (c == '\n' || c == '\t')))
			return true;
		if (c == 0x7f || (c == 0xc2 && i + 1 < len && (unsigned char)value[i + 1] < 0xa0))
			return true;
	}
	return false;
}

static const char *
missing(const struct field_spec *spec)
{
	if ((spec->flags & FIELD_REQUIRED) == 0)
		return NULL;
	return spec->missing != NULL ? spec->missing : "error.required";
}

static const char *
check(const struct field_spec *spec, struct entry *e)
{
	bool upload = (spec->flags & FIELD_UPLOAD) != 0, multiline = (spec->flags & FIELD_MULTILINE) != 0;

	if (!upload) {
		if (multiline)
			mend_line_ends(e);
		trim(e);
	}
	if (e->len == 0)
		return missing(spec);
	if (e->len > spec->max)
		return "error.too_long";
	if (!upload && has_control(e->value, e->len, multiline))
		return "error.control";
	if (!upload && !utf8_is_valid(e->value, e->len))
		return "error.not_utf8";
	if (spec->is_valid != NULL && !spec->is_valid(e->value))
		return spec->invalid;
	return NULL;
}

static void
take(const struct fields *f, const struct field_spec *spec, struct field *out)
{
	struct entry *found = NULL;

	*out = (struct field){ "", 0, NULL };
	for (size_t i = 0; f != NULL && i < f->count; i++) {
		struct entry *e = &f->entry[i];

		if (strcmp(e->name, spec->name) != 0 || ((spec->flags & FIELD_UPLOAD) != 0 && e->len == 0))
			continue;
		if (found != NULL) {
			out->error = "error.twice";
			return;
		}
		found = e;
	}
	if (found == NULL) {
		out->error = missing(spec);
		return;
	}
	out->error = check(spec, found);
	out->value = found->value;
	out->len = found->len;
}

enum rc
fields_take(const struct fields *f, const struct field_spec *spec, size_t count, struct field *out)
{
	enum rc rc = RC_OK;

	for (size_t i = 0; i < count; i++) {
		take(f, &spec[i], &out[i]);
		if (out[i].error != NULL)
			rc = RC_BAD_INPUT;
	}
	return rc;
}

/* atext of RFC 5322, 3.2.3, and the dot */
static bool
is_local_part(const char *text, size_t len)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!#$%&'*+-/=?^_`{|}~.";

	if (len < 1 || len > 64 || text[0] == '.' || text[len - 1] == '.')
		return false;
	for (size_t i = 0; i < len; i++)
		if (memchr(letters, text[i], sizeof(letters) - 1) == NULL || (text[i] == '.' && text[i + 1] == '.'))
			return false;
	return true;
}

/* Labels of RFC 1123, 2.1, at least two of them. */
static bool
is_domain(const char *text)
{
	size_t labels = 0, len;

	for (;; text += len + 1) {
		len = strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-");
		if (len < 1 || len > 63 || text[0] == '-' || text[len - 1] == '-')
			return false;
		labels++;
		if (text[len] != '.')
			return text[len] == '\0' && labels >= 2;
	}
}

bool
field_is_email(const char *text)
{
	const char *at = strchr(text, '@');

	return at != NULL && strlen(text) <= 254 && is_local_part(text, (size_t)(at - text)) && is_domain(at + 1);
}
