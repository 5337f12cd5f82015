#include <string.h>

#include <openssl/err.h>
#include <openssl/objects.h>

#include "base/encode.h"
#include "pki/der.h"

#define YEAR_1950 (-631152000 * SECOND)
#define YEAR_2050 (2524608000 * SECOND)

size_t
der_header(uint8_t *out, uint8_t tag, uint64_t len)
{
	size_t n = 2;

	out[0] = tag;
	if (len < 0x80)
		out[1] = (uint8_t)len;
	else {
		size_t octets = 1;

		while (octets < 8 && (len >> (8 * octets)) != 0)
			octets++;
		out[1] = (uint8_t)(0x80 | octets);
		while (octets > 0)
			out[n++] = (uint8_t)(len >> (8 * --octets));
	}
	return n;
}

size_t
der_begin(struct buf *b, uint8_t tag)
{
	buf_putc(b, (char)tag);
	buf_putc(b, 0);
	return b->len;
}

void
der_end(struct buf *b, size_t begin)
{
	uint8_t header[DER_HEADER_MAX];
	size_t len, n;

	if (b->overflow)
		return;
	len = b->len - begin;
	n = der_header(header, (uint8_t)b->data[begin - 2], len);
	if (n > 2) {
		buf_add(b, header, n - 2);
		if (b->overflow)
			return;
		memmove(b->data + begin - 2 + n, b->data + begin, len);
	}
	memcpy(b->data + begin - 2, header, n);
}

void
der_add(struct buf *b, uint8_t tag, const void *data, size_t len)
{
	uint8_t header[DER_HEADER_MAX];

	buf_add(b, header, der_header(header, tag, len));
	buf_add(b, data, len);
}

void
der_text(struct buf *b, uint8_t tag, const char *text)
{
	der_add(b, tag, text, strlen(text));
}

void
der_unsigned(struct buf *b, const uint8_t *data, size_t len)
{
	size_t begin;

	while (len > 1 && data[0] == 0) {
		data++;
		len--;
	}
	begin = der_begin(b, DER_INTEGER);
	if ((data[0] & 0x80) != 0)
		buf_putc(b, 0);
	buf_add(b, data, len);
	der_end(b, begin);
}

void
der_number(struct buf *b, uint64_t n)
{
	uint8_t octets[8];

	for (int i = 0; i < 8; i++)
		octets[i] = (uint8_t)(n >> (8 * (7 - i)));
	der_unsigned(b, octets, sizeof(octets));
}

static void
add_object(struct buf *b, const ASN1_OBJECT *object)
{
	der_add(b, DER_OID, OBJ_get0_data(object), OBJ_length(object));
}

bool
der_oid(struct buf *b, const char *dotted)
{
	ASN1_OBJECT *object = OBJ_txt2obj(dotted, 1);

	ERR_clear_error();
	if (object == NULL)
		return false;
	add_object(b, object);
	ASN1_OBJECT_free(object);
	return true;
}

void
der_oid_nid(struct buf *b, int nid)
{
	add_object(b, OBJ_nid2obj(nid));
}

static void
put_digits(uint8_t *out, unsigned n)
{
	out[0] = (uint8_t)('0' + n / 10 % 10);
	out[1] = (uint8_t)('0' + n % 10);
}

size_t
der_time_write(uint8_t out[DER_TIME_MAX], uint8_t tag, instant t)
{
	const struct civil c = clock_civil(t);
	const unsigned year = (unsigned)c.year;
	uint8_t *p = out + 2;

	out[0] = tag;
	if (tag == DER_GENERALIZEDTIME) {
		put_digits(p, year / 100);
		p += 2;
	}
	put_digits(p, year % 100);
	put_digits(p + 2, c.month);
	put_digits(p + 4, c.day);
	put_digits(p + 6, c.hour);
	put_digits(p + 8, c.minute);
	put_digits(p + 10, c.second);
	p[12] = 'Z';
	out[1] = (uint8_t)(p + 13 - out - 2);
	return (size_t)(p + 13 - out);
}

uint8_t
der_time_tag(instant t)
{
	return t >= YEAR_1950 && t < YEAR_2050 ? DER_UTCTIME : DER_GENERALIZEDTIME;
}

void
der_time(struct buf *b, instant t)
{
	uint8_t text[DER_TIME_MAX];

	buf_add(b, text, der_time_write(text, der_time_tag(t), t));
}

bool
der_next(const uint8_t **p, const uint8_t *end, uint8_t *tag, const uint8_t **value, size_t *len)
{
	const uint8_t *q = *p;
	size_t n;

	if (end - q < 2 || (q[0] & 0x1f) == 0x1f)
		return false;
	*tag = q[0];
	n = q[1];
	q += 2;
	if (n >= 0x80) {
		size_t octets = n & 0x7f;

		if (octets == 0 || octets > 4 || (size_t)(end - q) < octets || q[0] == 0)
			return false;
		for (n = 0; octets > 0; octets--)
			n = n << 8 | *q++;
		if (n < 0x80)
			return false;
	}
	if ((size_t)(end - q) < n)
		return false;
	*value = q;
	*len = n;
	*p = q + n;
	return true;
}

/* X.690, 8.3.2: the first nine bits are neither all zero nor all one. */
static bool
integer_is_valid(const uint8_t *value, size_t len)
{
	return len > 0 && (len == 1 || !((value[0] == 0 && (value[1] & 0x80) == 0) || (value[0] == 0xff && (value[1] & 0x80) != 0)));
}

/* X.690, 8.6.2 and 11.2.1: the unused bits are zero. */
static bool
bits_are_valid(const uint8_t *value, size_t len)
{
	return len > 0 && value[0] <= 7 && (len > 1 ? (value[len - 1] & ((1U << value[0]) - 1)) == 0 : value[0] == 0);
}

/* X.690, 8.19.2: each arc ends, and none begins with an octet that says nothing. */
static bool
oid_is_valid(const uint8_t *value, size_t len)
{
	bool begins = true;

	for (size_t i = 0; i < len; i++) {
		if (begins && value[i] == 0x80)
			return false;
		begins = (value[i] & 0x80) == 0;
	}
	return len > 0 && begins;
}

static bool
universal_is_valid(uint8_t tag, const uint8_t *value, size_t len)
{
	switch (tag) {
	case DER_BOOLEAN:
		return len == 1 && (value[0] == 0 || value[0] == 0xff);
	case DER_INTEGER:
	case DER_ENUMERATED:
		return integer_is_valid(value, len);
	case DER_BIT_STRING:
		return bits_are_valid(value, len);
	case DER_NULL:
		return len == 0;
	case DER_OID:
		return oid_is_valid(value, len);
	case DER_UTF8:
		return utf8_is_valid((const char *)value, len);
	case DER_BMP:
		return len % 2 == 0;
	case DER_UNIVERSAL:
		return len % 4 == 0;
	case DER_OCTET_STRING:
	case DER_NUMERIC:
	case DER_PRINTABLE:
	case DER_T61:
	case DER_IA5:
	case DER_VISIBLE:
	case DER_UTCTIME:
	case DER_GENERALIZEDTIME:
		return true;
	default:
		return false;
	}
}

static bool
values_are_valid(const uint8_t *p, const uint8_t *end, int depth)
{
	const uint8_t *value;
	uint8_t tag;
	size_t len;

	while (p < end) {
		if (!der_next(&p, end, &tag, &value, &len))
			return false;
		if (tag == DER_SEQUENCE || tag == DER_SET || (tag & 0xe0) == 0xa0) {
			if (depth == 0 || !values_are_valid(value, value + len, depth - 1))
				return false;
		} else if ((tag & 0xe0) != 0x80 && !universal_is_valid(tag, value, len))
			return false;
	}
	return true;
}

bool
der_is_valid(const uint8_t *data, size_t len)
{
	return values_are_valid(data, data + len, DER_DEPTH - 1);
}

static bool
is_day(const struct civil *c)
{
	static const unsigned days[] = { 0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	const bool leap = c->year % 4 == 0 && (c->year % 100 != 0 || c->year % 400 == 0);

	return c->day <= days[c->month] + (leap && c->month == 2 ? 1 : 0);
}

/* Two digits, at most max; false otherwise. */
static bool
take_digits(unsigned *out, const uint8_t *p, unsigned min, unsigned max)
{
	const unsigned tens = (unsigned)p[0] - '0', ones = (unsigned)p[1] - '0';

	*out = tens * 10 + ones;
	return tens < 10 && ones < 10 && *out >= min && *out <= max;
}

bool
der_time_parse(instant *out, const uint8_t *data, size_t len)
{
	struct civil c;
	unsigned century, year;
	const uint8_t *p = data + 2;

	if (len == DER_TIME_MAX && data[0] == DER_GENERALIZEDTIME && data[1] == 15) {
		if (!take_digits(&century, p, 0, 99) || !take_digits(&year, p + 2, 0, 99))
			return false;
		p += 4;
	} else if (len == DER_TIME_MAX - 2 && data[0] == DER_UTCTIME && data[1] == 13) {
		if (!take_digits(&year, p, 0, 99))
			return false;
		century = year < 50 ? 20 : 19;
		p += 2;
	} else
		return false;
	c.year = century * 100 + year;
	if (!take_digits(&c.month, p, 1, 12) || !take_digits(&c.day, p + 2, 1, 31) || !take_digits(&c.hour, p + 4, 0, 23) ||
	    !take_digits(&c.minute, p + 6, 0, 59) || !take_digits(&c.second, p + 8, 0, 59) || p[10] != 'Z' || !is_day(&c))
		return false;
	*out = clock_of_civil(c);
	return true;
}
