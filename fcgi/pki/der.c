#include <string.h>
#include <time.h>

#include <openssl/err.h>
#include <openssl/objects.h>

#include "pki/der.h"
#include "pki/openssl.h"

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
der_read(const uint8_t **p, const uint8_t *end, uint8_t tag, const uint8_t **value, size_t *len)
{
	const uint8_t *q = *p;
	size_t n;

	if (end - q < 2 || q[0] != tag)
		return false;
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
der_time_parse(instant *out, const uint8_t *data, size_t len)
{
	const uint8_t *value, *p = data;
	size_t n;
	int type = V_ASN1_UTCTIME;
	ASN1_STRING *text;
	bool ok;

	if (!der_read(&p, data + len, DER_UTCTIME, &value, &n)) {
		type = V_ASN1_GENERALIZEDTIME;
		if (!der_read(&p, data + len, DER_GENERALIZEDTIME, &value, &n))
			return false;
	}
	text = ASN1_STRING_type_new(type);
	ok = p == data + len && n < DER_TIME_MAX && text != NULL && ASN1_STRING_set(text, value, (int)n) == 1 && time_parse(out, text);
	ASN1_STRING_free(text);
	ERR_clear_error();
	return ok;
}
