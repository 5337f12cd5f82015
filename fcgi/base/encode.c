#include <string.h>

#include "base/encode.h"

static const char HEX[] = "0123456789abcdef";
static const char HEX_UPPER[] = "0123456789ABCDEF";
static const char BASE64[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
static const char BASE64URL[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

void
hex_encode(char *out, const uint8_t *data, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++) {
		*out++ = HEX[data[i] >> 4];
		*out++ = HEX[data[i] & 15];
	}
	*out = '\0';
}

static int
hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return -1;
}

bool
hex_decode(uint8_t *out, size_t len, const char *text)
{
	size_t i;
	int high, low;

	for (i = 0; i < len; i++) {
		high = hex_digit(text[2 * i]);
		if (high == -1)
			return false;
		low = hex_digit(text[2 * i + 1]);
		if (low == -1)
			return false;
		out[i] = (uint8_t)(high << 4 | low);
	}
	return text[2 * len] == '\0';
}

static void
base64_groups(struct buf *out, const char *alphabet, const uint8_t *data, size_t len)
{
	char chunk[4 * 64];
	size_t n;
	uint32_t v;

	for (n = 0; len >= 3; data += 3, len -= 3) {
		v = (uint32_t)data[0] << 16 | (uint32_t)data[1] << 8 | data[2];
		chunk[n++] = alphabet[v >> 18];
		chunk[n++] = alphabet[v >> 12 & 63];
		chunk[n++] = alphabet[v >> 6 & 63];
		chunk[n++] = alphabet[v & 63];
		if (n == sizeof(chunk)) {
			buf_add(out, chunk, n);
			n = 0;
		}
	}
	buf_add(out, chunk, n);
	if (len == 0)
		return;
	v = (uint32_t)data[0] << 16 | (len == 2 ? (uint32_t)data[1] << 8 : 0);
	buf_putc(out, alphabet[v >> 18]);
	buf_putc(out, alphabet[v >> 12 & 63]);
	if (len == 2)
		buf_putc(out, alphabet[v >> 6 & 63]);
}

void
base64_encode(struct buf *out, const uint8_t *data, size_t len)
{
	base64_groups(out, BASE64, data, len);
	if (len % 3 != 0)
		buf_puts(out, len % 3 == 1 ? "==" : "=");
}

void
base64url_encode(struct buf *out, const uint8_t *data, size_t len)
{
	base64_groups(out, BASE64URL, data, len);
}

static int
base64_digit(char c, bool url)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	if (c == (url ? '-' : '+'))
		return 62;
	if (c == (url ? '_' : '/'))
		return 63;
	return -1;
}

#define NO_DIGIT 0x80
#define X NO_DIGIT
static const uint8_t base64_value[256] = {
	X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X,				  /* 00 */
	X, X, X, X, X, X, X, X, X, X, X, 62, X, X, X, 63, 52, 53, 54, 55, 56, 57, 58, 59, 60, 61, X, X, X, X, X, X,		  /* 20 */
	X, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, X, X, X, X, X,		  /* 40 */
	X, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51, X, X, X, X, X, /* 60 */
	X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X,				  /* 80 */
	X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X,				  /* a0 */
	X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X,				  /* c0 */
	X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X,				  /* e0 */
};
#undef X

struct decoder {
	struct buf *out;
	uint8_t chunk[3 * 64];
	size_t n;
	uint32_t v;	 /* bits of the group so far */
	unsigned digits; /* in the group, 0-3 */
	unsigned pads;
};

/* false: padding before this digit. */
static bool
decoder_digit(struct decoder *d, int digit)
{
	if (d->pads > 0)
		return false;
	d->v = d->v << 6 | (uint32_t)digit;
	if (++d->digits < 4)
		return true;
	d->chunk[d->n++] = (uint8_t)(d->v >> 16);
	d->chunk[d->n++] = (uint8_t)(d->v >> 8);
	d->chunk[d->n++] = (uint8_t)d->v;
	d->v = 0;
	d->digits = 0;
	if (d->n == sizeof(d->chunk)) {
		buf_add(d->out, d->chunk, d->n);
		d->n = 0;
	}
	return true;
}

/* The group that is not whole. Left-over bits must be zero (RFC 4648, 3.5): octets have one text form only. */
static bool
decoder_end(struct decoder *d, bool padded)
{
	if (d->digits == 1 || (padded ? d->pads != (4 - d->digits) % 4 : d->pads != 0))
		return false;
	if (d->digits == 2) {
		if ((d->v & 0xf) != 0)
			return false;
		d->chunk[d->n++] = (uint8_t)(d->v >> 4);
	} else if (d->digits == 3) {
		if ((d->v & 3) != 0)
			return false;
		d->chunk[d->n++] = (uint8_t)(d->v >> 10);
		d->chunk[d->n++] = (uint8_t)(d->v >> 2);
	}
	buf_add(d->out, d->chunk, d->n);
	return !d->out->overflow;
}

/* Whole groups, four digits each, as far as they go without anything between. Returns the characters taken. */
static size_t
decoder_groups(struct decoder *d, const char *text, size_t len)
{
	size_t i;

	for (i = 0; len - i >= 4; i += 4) {
		uint8_t a = base64_value[(unsigned char)text[i]], b = base64_value[(unsigned char)text[i + 1]];
		uint8_t c = base64_value[(unsigned char)text[i + 2]], e = base64_value[(unsigned char)text[i + 3]];

		if (((a | b | c | e) & NO_DIGIT) != 0)
			break;
		d->chunk[d->n++] = (uint8_t)(a << 2 | b >> 4);
		d->chunk[d->n++] = (uint8_t)(b << 4 | c >> 2);
		d->chunk[d->n++] = (uint8_t)(c << 6 | e);
		if (d->n == sizeof(d->chunk)) {
			buf_add(d->out, d->chunk, d->n);
			d->n = 0;
		}
	}
	return i;
}

static bool
decode64(struct buf *out, const char *text, size_t len, bool url)
{
	struct decoder d = { .out = out };
	size_t i, before = out->len;
	int digit;
	bool ok = true;

	for (i = 0; ok && i < len; i++) {
		if (!url && d.digits == 0 && d.pads == 0 && (i += decoder_groups(&d, text + i, len - i)) == len)
			break;
		digit = base64_digit(text[i], url);
		if (digit != -1)
			ok = decoder_digit(&d, digit);
		else if (url)
			ok = false;
		else if (text[i] == '=')
			ok = ++d.pads <= 2;
		else
			ok = text[i] == ' ' || text[i] == '\t' || text[i] == '\r' || text[i] == '\n';
	}
	if (ok)
		ok = decoder_end(&d, !url);
	if (!ok && out->data != NULL) {
		out->len = before;
		out->data[before] = '\0';
	}
	return ok;
}

bool
base64_decode(struct buf *out, const char *text, size_t len)
{
	return decode64(out, text, len, false);
}

bool
base64url_decode(struct buf *out, const char *text, size_t len)
{
	return decode64(out, text, len, true);
}

/* The line at text, without its end and without white space behind; *next: octets to the line after it. */
static size_t
line_length(const char *text, size_t len, size_t *next)
{
	size_t n;

	for (n = 0; n < len && text[n] != '\n' && text[n] != '\r'; n++)
		continue;
	*next = n < len ? n + 1 : n;
	while (n > 0 && (text[n - 1] == ' ' || text[n - 1] == '\t'))
		n--;
	return n;
}

static bool
is_boundary(const char *line, size_t len, const char *word, const char *label)
{
	size_t w = strlen(word), l = strlen(label);

	return len == w + l + 5 && memcmp(line, word, w) == 0 && memcmp(line + w, label, l) == 0 && memcmp(line + w + l, "-----", 5) == 0;
}

bool
pem_decode(struct buf *out, const char *label, const char *text, size_t len)
{
	size_t i, n, next, begin = 0;
	bool inside = false;

	for (i = 0; i < len; i += next) {
		n = line_length(text + i, len - i, &next);
		if (!inside && is_boundary(text + i, n, "-----BEGIN ", label)) {
			inside = true;
			begin = i + next;
		} else if (inside && is_boundary(text + i, n, "-----END ", label)) {
			n = out->len;
			return base64_decode(out, text + begin, i - begin) && out->len > n;
		}
	}
	return false;
}

void
pem_encode(struct buf *out, const char *label, const uint8_t *data, size_t len)
{
	size_t n;

	buf_printf(out, "-----BEGIN %s-----\n", label);
	for (; len > 0; data += n, len -= n) {
		n = len < 48 ? len : 48; /* 64 characters: RFC 7468, 3 */
		base64_encode(out, data, n);
		buf_putc(out, '\n');
	}
	buf_printf(out, "-----END %s-----\n", label);
}

static bool
is_continuation(const unsigned char *s, size_t i, size_t len)
{
	return i < len && (s[i] & 0xc0) == 0x80;
}

size_t
utf8_sequence(const char *text, size_t len)
{
	const unsigned char *s = (const unsigned char *)text;

	if (len == 0 || s[0] == 0 || (s[0] >= 0x80 && s[0] < 0xc2) || s[0] > 0xf4)
		return 0;
	if (s[0] < 0x80)
		return 1;
	if (!is_continuation(s, 1, len))
		return 0;
	if (s[0] < 0xe0)
		return 2;
	/* Second octet: overlong after E0 and F0, surrogates after ED, above 10FFFF after F4 (RFC 3629, 4). */
	if ((s[0] == 0xe0 && s[1] < 0xa0) || (s[0] == 0xed && s[1] > 0x9f) || (s[0] == 0xf0 && s[1] < 0x90) ||
	    (s[0] == 0xf4 && s[1] > 0x8f))
		return 0;
	if (!is_continuation(s, 2, len))
		return 0;
	if (s[0] < 0xf0)
		return 3;
	return is_continuation(s, 3, len) ? 4 : 0;
}

bool
utf8_is_valid(const char *text, size_t len)
{
	size_t n;

	for (; len > 0; text += n, len -= n) {
		/* most text is Latin or Cyrillic: one octet or two */
		if ((unsigned char)*text - 1U < 0x7f)
			n = 1;
		else if ((unsigned char)*text - 0xc2U < 0x1e && is_continuation((const unsigned char *)text, 1, len))
			n = 2;
		else if ((n = utf8_sequence(text, len)) == 0)
			return false;
	}
	return true;
}

size_t
utf8_length(const char *text, size_t len)
{
	size_t i, n = 0;

	for (i = 0; i < len; i++)
		if (((unsigned char)text[i] & 0xc0) != 0x80)
			n++;
	return n;
}

static bool
is_unreserved(char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_' || c == '~';
}

void
url_encode(struct buf *out, const char *text)
{
	unsigned char c;

	for (; *text != '\0'; text++) {
		c = (unsigned char)*text;
		if (is_unreserved(*text))
			buf_putc(out, *text);
		else
			buf_add(out, (const char[]){ '%', HEX_UPPER[c >> 4], HEX_UPPER[c & 15] }, 3);
	}
}

void
html_escape(struct buf *out, const char *text)
{
	static const char special[] = "&<>\"'\r";
	static const char *const reference[] = { "&amp;", "&lt;", "&gt;", "&quot;", "&#39;", "" };

	for (;;) {
		size_t plain = strcspn(text, special);

		buf_add(out, text, plain);
		text += plain;
		if (*text == '\0')
			return;
		buf_puts(out, reference[strchr(special, *text++) - special]);
	}
}

void
xml_escape(struct buf *out, const char *text, size_t len, const char *special)
{
	static const char *const reference[] = {
		['&'] = "&amp;", ['<'] = "&lt;", ['>'] = "&gt;", ['"'] = "&quot;", ['\t'] = "&#x9;", ['\n'] = "&#xA;", ['\r'] = "&#xD;"
	};
	bool is_special[256] = { false };
	size_t from = 0;

	for (const char *c = special; *c != '\0'; c++)
		is_special[(unsigned char)*c] = true;
	for (size_t i = 0; i < len; i++) {
		if (!is_special[(unsigned char)text[i]])
			continue;
		buf_add(out, text + from, i - from);
		buf_puts(out, reference[(unsigned char)text[i]]);
		from = i + 1;
	}
	buf_add(out, text + from, len - from);
}
