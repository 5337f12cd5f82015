#include <stdio.h>
#include <string.h>

#include <openssl/objects.h>

#include "base/encode.h"
#include "pki/cert_name.h"
#include "pki/der.h"

#define TEXT_MAX 1000

bool
name_is(const struct name_part *part, enum name_type type)
{
	return part->type.len == 3 && part->type.data[0] == 0x55 && part->type.data[1] == 0x04 && part->type.data[2] == type;
}

static bool
add_character(struct buf *out, uint32_t c)
{
	char utf8[4];
	size_t n = 1;

	if (c < 0x20 || c == 0x7f || (c >= 0xd800 && c < 0xe000) || c > 0x10ffff)
		return false;
	if (c < 0x80)
		utf8[0] = (char)c;
	else {
		n = c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
		for (size_t i = n; i-- > 1; c >>= 6)
			utf8[i] = (char)(0x80 | (c & 0x3f));
		utf8[0] = (char)((0xf00U >> n & 0xff) | c);
	}
	buf_add(out, utf8, n);
	return true;
}

/* Characters of `width` octets each. T61String is taken for Latin-1, which is what certificates put into it. */
static bool
add_wide(struct buf *out, const struct name_part *part, size_t width)
{
	for (size_t i = 0; i < part->value.len; i += width) {
		uint32_t c = 0;

		for (size_t k = 0; k < width; k++)
			c = c << 8 | part->value.data[i + k];
		if ((c > 0x7f && width == 1 && part->tag != DER_T61) || !add_character(out, c))
			return false;
	}
	return true;
}

bool
name_text(struct buf *out, const struct name_part *part)
{
	size_t before = out->len;
	bool ok;

	if (part->value.len > 4 * TEXT_MAX)
		return false;
	if (part->tag == DER_UTF8) {
		ok = utf8_is_valid((const char *)part->value.data, part->value.len);
		for (size_t i = 0; ok && i < part->value.len; i++)
			ok = part->value.data[i] >= 0x20 && part->value.data[i] != 0x7f;
		if (ok)
			buf_add(out, part->value.data, part->value.len);
	} else
		ok = add_wide(out, part, part->tag == DER_BMP ? 2 : part->tag == DER_UNIVERSAL ? 4 : 1);
	return ok && out->len - before <= TEXT_MAX;
}

/* The guide's and NCALayer's abbreviations; others as dotted numbers. */
static const char *
type_text(char *dotted, size_t size, const struct name_part *part)
{
	static const struct {
		enum name_type type;
		const char *text;
	} known[] = {
		{ NAME_CN, "CN" },
		{ NAME_SURNAME, "SURNAME" },
		{ NAME_SERIAL_NUMBER, "SERIALNUMBER" },
		{ NAME_COUNTRY, "C" },
		{ NAME_GIVEN_NAME, "G" },
		{ NAME_LOCALITY, "L" },
		{ NAME_STATE, "S" },
		{ NAME_ORGANISATION, "O" },
		{ NAME_UNIT, "OU" },
	};
	const uint8_t *der = part->type.data - 2; /* cert_read saw its header, which a long type would make longer */
	ASN1_OBJECT *object;

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (name_is(part, known[i].type))
			return known[i].text;
	if (part->type.len == 9 && memcmp(part->type.data, "\x2a\x86\x48\x86\xf7\x0d\x01\x09\x01", 9) == 0)
		return "E";
	snprintf(dotted, size, "?");
	if (part->type.len < 0x80 && (object = d2i_ASN1_OBJECT(NULL, &der, (long)part->type.len + 2)) != NULL) {
		OBJ_obj2txt(dotted, (int)size, object, 1);
		ASN1_OBJECT_free(object);
	}
	return dotted;
}

/* RFC 4514, 2.4, so that a value cannot pass for another attribute. */
static void
add_escaped(struct buf *out, const char *text)
{
	size_t n = strcspn(text, ",+\"\\<>;=");

	for (; text[n] != '\0'; n = strcspn(text, ",+\"\\<>;=")) {
		buf_add(out, text, n);
		buf_putc(out, '\\');
		buf_putc(out, text[n]);
		text += n + 1;
	}
	buf_add(out, text, n);
}

bool
name_line(struct buf *out, struct slice name)
{
	struct buf value = BUF_INIT;
	struct name_part part;
	const uint8_t *end, *p = name_begin(name, &end);
	const char *separator = "";
	char dotted[80];
	bool ok = true;

	while (ok && name_next(&p, end, &part)) {
		buf_reset(&value);
		ok = name_text(&value, &part);
		buf_puts(out, separator);
		buf_puts(out, type_text(dotted, sizeof(dotted), &part));
		buf_putc(out, '=');
		if (ok)
			add_escaped(out, buf_text(&value));
		separator = ", ";
	}
	buf_free(&value);
	return ok && out->len <= TEXT_MAX;
}
