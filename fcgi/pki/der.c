#include <string.h>
#include <time.h>

#include <openssl/err.h>
#include <openssl/objects.h>

#include "base/encode.h"
#include "pki/der.h"

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

void
der_time(struct buf *b, instant t)
{
	time_t seconds = (time_t)(t / SECOND);
	struct tm tm;
	char text[32];
	bool utc;

	gmtime_r(&seconds, &tm);
	utc = tm.tm_year >= 50 && tm.tm_year < 150;
	strftime(text, sizeof(text), "%Y%m%d%H%M%SZ", &tm);
	der_text(b, utc ? DER_UTCTIME : DER_GENERALIZEDTIME, utc ? text + 2 : text);
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

bool
der_read(const uint8_t **p, const uint8_t *end, uint8_t tag, const uint8_t **value, size_t *len)
{
	uint8_t found;

	return *p < end && **p == tag && der_next(p, end, &found, value, len);
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

static int
pair(const uint8_t *text)
{
	return (text[0] - '0') * 10 + text[1] - '0';
}

/* Days from 1970-01-01 of a date of the Gregorian calendar; false: no such day. */
static bool
days_of(int64_t *out, int year, int month, int day)
{
	static const int before[] = { 0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365 };
	bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
	int64_t years = year - 1;

	if (year < 1 || month < 1 || month > 12 || day < 1 || day > before[month] - before[month - 1] + (leap && month == 2))
		return false;
	*out = years * 365 + years / 4 - years / 100 + years / 400 + before[month - 1] + day - 1 + (leap && month > 2) - 719162;
	return true;
}

bool
der_time_parse(instant *out, const uint8_t *data, size_t len)
{
	const uint8_t *value, *p = data, *end = data + len;
	size_t n;
	int64_t days;
	int year;

	if (!der_read(&p, end, DER_UTCTIME, &value, &n) && !der_read(&p, end, DER_GENERALIZEDTIME, &value, &n))
		return false;
	if (p != end || n != (data[0] == DER_UTCTIME ? 13 : 15) || value[n - 1] != 'Z')
		return false;
	for (size_t i = 0; i + 1 < n; i++)
		if (value[i] < '0' || value[i] > '9')
			return false;
	if (data[0] == DER_UTCTIME) {
		year = pair(value) + (pair(value) < 50 ? 2000 : 1900);
		value += 2;
	} else {
		year = pair(value) * 100 + pair(value + 2);
		value += 4;
	}
	if (!days_of(&days, year, pair(value), pair(value + 2)) || pair(value + 4) > 23 || pair(value + 6) > 59 || pair(value + 8) > 59)
		return false;
	*out = (((days * 24 + pair(value + 4)) * 60 + pair(value + 6)) * 60 + pair(value + 8)) * SECOND;
	return true;
}
