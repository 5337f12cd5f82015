#include <string.h>

#include "pki/cert.h"
#include "pki/cert_read.h"
#include "pki/der.h"

#define EXTENSIONS_MAX 32

static bool
is_oid(struct slice oid, const char *octets, size_t len)
{
	return oid.len == len && memcmp(oid.data, octets, len) == 0;
}

/* The value of one TLV that is all of in. */
static bool
whole(struct slice in, uint8_t tag, struct slice *out)
{
	const uint8_t *p = in.data;

	return der_read(&p, in.data + in.len, tag, &out->data, &out->len) && p == in.data + in.len;
}

/* One TLV at *p, header and all. */
static bool
take(const uint8_t **p, const uint8_t *end, uint8_t tag, struct slice *out)
{
	const uint8_t *value;
	size_t len;

	out->data = *p;
	if (!der_read(p, end, tag, &value, &len))
		return false;
	out->len = (size_t)(*p - out->data);
	return true;
}

/* ---- names --------------------------------------------------------------------------------------------------------------- */

static bool
is_string(uint8_t tag)
{
	return tag == DER_UTF8 || tag == DER_PRINTABLE || tag == DER_IA5 || tag == DER_NUMERIC || tag == DER_T61 || tag == DER_BMP ||
	       tag == DER_UNIVERSAL;
}

/* BMPString and UniversalString hold code points that there are; UTF8String was looked at before. */
static bool
characters_are_valid(uint8_t tag, struct slice value)
{
	size_t width = tag == DER_BMP ? 2 : 4;

	for (size_t i = 0; (tag == DER_BMP || tag == DER_UNIVERSAL) && i < value.len; i += width) {
		uint32_t c = 0;

		for (size_t k = 0; k < width; k++)
			c = c << 8 | value.data[i + k];
		if ((c >= 0xd800 && c < 0xe000) || c > 0x10ffff)
			return false;
	}
	return true;
}

static bool
read_attribute(const uint8_t *p, const uint8_t *end, struct name_part *out)
{
	return der_read(&p, end, DER_OID, &out->type.data, &out->type.len) &&
	       der_next(&p, end, &out->tag, &out->value.data, &out->value.len) && p == end && is_string(out->tag) &&
	       characters_are_valid(out->tag, out->value);
}

/* Name ::= SEQUENCE OF SET SIZE (1..MAX) OF SEQUENCE { type, value }. */
static bool
name_is_valid(struct slice name)
{
	struct slice rdns, set, attribute;
	struct name_part part;
	const uint8_t *p, *q;

	if (!whole(name, DER_SEQUENCE, &rdns))
		return false;
	for (p = rdns.data; p < rdns.data + rdns.len;) {
		if (!der_read(&p, rdns.data + rdns.len, DER_SET, &set.data, &set.len) || set.len == 0)
			return false;
		for (q = set.data; q < set.data + set.len;)
			if (!der_read(&q, set.data + set.len, DER_SEQUENCE, &attribute.data, &attribute.len) ||
			    !read_attribute(attribute.data, attribute.data + attribute.len, &part))
				return false;
	}
	return true;
}

const uint8_t *
name_begin(struct slice name, const uint8_t **end)
{
	struct slice rdns;

	if (!whole(name, DER_SEQUENCE, &rdns))
		rdns = (struct slice){ name.data, 0 };
	*end = rdns.data + rdns.len;
	return rdns.data;
}

/* Walks SETs and the SEQUENCEs in them alike: between two attributes stand at most headers of SETs. */
bool
name_next(const uint8_t **p, const uint8_t *end, struct name_part *part)
{
	const uint8_t *value;
	size_t len;
	uint8_t tag;

	while (*p < end && **p == DER_SET) {
		if (!der_next(p, end, &tag, &value, &len))
			return false;
		*p = value;
	}
	return der_read(p, end, DER_SEQUENCE, &value, &len) && read_attribute(value, value + len, part);
}

/* ---- extensions ---------------------------------------------------------------------------------------------------------- */

static bool
is_ia5(struct slice text)
{
	for (size_t i = 0; i < text.len; i++)
		if (text.data[i] > 0x7f)
			return false;
	return true;
}

/* One GeneralName (4.2.1.6) at *p; X.400 and EDI names are not read. */
static bool
read_general_name(const uint8_t **p, const uint8_t *end)
{
	struct slice value, type, inner;
	const uint8_t *q;
	uint8_t tag;

	if (!der_next(p, end, &tag, &value.data, &value.len))
		return false;
	q = value.data;
	switch (tag) {
	case DER_CONTEXT_OF(0): /* otherName: an object identifier and one value */
		return der_read(&q, value.data + value.len, DER_OID, &type.data, &type.len) &&
		       der_read(&q, value.data + value.len, DER_CONTEXT_OF(0), &inner.data, &inner.len) && q == value.data + value.len &&
		       der_next(&inner.data, inner.data + inner.len, &tag, &type.data, &type.len) && inner.data == value.data + value.len;
	case DER_CONTEXT(1):
	case DER_CONTEXT(2):
	case DER_CONTEXT(6):
		return is_ia5(value);
	case DER_CONTEXT_OF(4):
		return name_is_valid(value);
	case DER_CONTEXT(7):
		return value.len == 4 || value.len == 16;
	default:
		return false;
	}
}

static bool
general_names_are_valid(struct slice names)
{
	const uint8_t *p = names.data;

	while (p < names.data + names.len)
		if (!read_general_name(&p, names.data + names.len))
			return false;
	return names.len > 0;
}

static bool
read_alternative_names(struct cert_parts *c, struct slice value)
{
	struct slice names;

	(void)c;
	return whole(value, DER_SEQUENCE, &names) && general_names_are_valid(names);
}

/* 4.2.1.13: full names only. */
static bool
read_distribution_points(struct cert_parts *c, struct slice value)
{
	struct slice points, point, name, full;
	const uint8_t *p, *q, *end;

	(void)c;
	if (!whole(value, DER_SEQUENCE, &points) || points.len == 0)
		return false;
	for (p = points.data; p < points.data + points.len;) {
		if (!der_read(&p, points.data + points.len, DER_SEQUENCE, &point.data, &point.len))
			return false;
		q = point.data;
		end = point.data + point.len;
		if (!der_read(&q, end, DER_CONTEXT_OF(0), &name.data, &name.len) || q != end || !whole(name, DER_CONTEXT_OF(0), &full) ||
		    !general_names_are_valid(full))
			return false;
	}
	return true;
}

static bool
read_key_usage(struct cert_parts *c, struct slice value)
{
	struct slice bits;

	if (!whole(value, DER_BIT_STRING, &bits) || bits.len < 2 || bits.len > 3 ||
	    (bits.data[1] == 0 && (bits.len < 3 || bits.data[2] == 0)))
		return false;
	c->has_usage = true;
	c->usage = bits.data[1];
	return true;
}

static bool
read_extended_usage(struct cert_parts *c, struct slice value)
{
	struct slice oid;
	const uint8_t *p;

	if (!whole(value, DER_SEQUENCE, &c->extended) || c->extended.len == 0)
		return false;
	for (p = c->extended.data; p < c->extended.data + c->extended.len;)
		if (!der_read(&p, c->extended.data + c->extended.len, DER_OID, &oid.data, &oid.len))
			return false;
	return true;
}

/* 4.2.1.9: a path length belongs to a CA and is not negative. Its limit is X509_verify_cert's to keep, and a CA of ours has no CA below it. */
static bool
read_basic_constraints(struct cert_parts *c, struct slice value)
{
	struct slice body, flag, length = { NULL, 0 };
	const uint8_t *p, *end;

	if (!whole(value, DER_SEQUENCE, &body))
		return false;
	p = body.data;
	end = body.data + body.len;
	if (der_read(&p, end, DER_BOOLEAN, &flag.data, &flag.len))
		c->is_ca = flag.data[0] != 0;
	if (p == end)
		return true;
	return c->is_ca && der_read(&p, end, DER_INTEGER, &length.data, &length.len) && p == end && length.len <= 2 &&
	       (length.data[0] & 0x80) == 0;
}

static bool
read_subject_key_id(struct cert_parts *c, struct slice value)
{
	return whole(value, DER_OCTET_STRING, &c->subject_key_id);
}

static bool
read_authority_key_id(struct cert_parts *c, struct slice value)
{
	struct slice body;
	const uint8_t *p, *end;

	if (!whole(value, DER_SEQUENCE, &body))
		return false;
	p = body.data;
	end = body.data + body.len;
	if (p < end && *p == DER_CONTEXT(0) && !der_read(&p, end, DER_CONTEXT(0), &c->authority_key_id.data, &c->authority_key_id.len))
		return false;
	if (p < end && *p == DER_CONTEXT_OF(1) &&
	    (!der_read(&p, end, DER_CONTEXT_OF(1), &c->authority_issuer.data, &c->authority_issuer.len) ||
		!general_names_are_valid(c->authority_issuer)))
		return false;
	/* INTEGER under an implicit tag: minimal, and positive, as all serial numbers that are accepted */
	if (p < end && *p == DER_CONTEXT(2)) {
		struct slice *s = &c->authority_serial;

		if (!der_read(&p, end, DER_CONTEXT(2), &s->data, &s->len) || s->len == 0 || (s->data[0] & 0x80) != 0 ||
		    (s->len > 1 && s->data[0] == 0 && (s->data[1] & 0x80) == 0))
			return false;
	}
	return p == end;
}

static bool
read_policies(struct cert_parts *c, struct slice value)
{
	struct slice policies, policy, oid;
	const uint8_t *p, *q;

	(void)c;
	if (!whole(value, DER_SEQUENCE, &policies) || policies.len == 0)
		return false;
	for (p = policies.data; p < policies.data + policies.len;) {
		if (!der_read(&p, policies.data + policies.len, DER_SEQUENCE, &policy.data, &policy.len))
			return false;
		q = policy.data;
		if (!der_read(&q, policy.data + policy.len, DER_OID, &oid.data, &oid.len))
			return false;
	}
	return true;
}

/* Extensions of 2.5.29 that say something here; the rest of them is passed over when not critical. NULL: refused, whatever it says. */
static const struct {
	uint8_t arc;
	bool may_be_critical;
	bool (*read)(struct cert_parts *, struct slice);
} known[] = {
	{ 14, false, read_subject_key_id }, { 15, true, read_key_usage }, { 17, true, read_alternative_names },
	{ 19, true, read_basic_constraints }, { 30, true, NULL },				 /* nameConstraints */
	{ 31, true, read_distribution_points }, { 32, true, read_policies }, { 33, true, NULL }, /* policyMappings */
	{ 35, false, read_authority_key_id }, { 36, true, NULL },				 /* policyConstraints */
	{ 37, true, read_extended_usage }, { 54, true, NULL },					 /* inhibitAnyPolicy */
};

/* Elsewhere: proxies (RFC 3820), addresses and systems (RFC 3779), Netscape's old kinds of certificate. */
static bool
changes_meaning(struct slice oid)
{
	return is_oid(oid, "\x2b\x06\x01\x05\x05\x07\x01\x0e", 8) || is_oid(oid, "\x2b\x06\x01\x05\x05\x07\x01\x07", 8) ||
	       is_oid(oid, "\x2b\x06\x01\x05\x05\x07\x01\x08", 8) || is_oid(oid, "\x60\x86\x48\x01\x86\xf8\x42\x01\x01", 9);
}

static const char *
read_extension_value(struct cert_parts *c, struct slice oid, bool critical, struct slice value)
{
	if (changes_meaning(oid))
		return "RFC 5280 section 4.2: an extension that nothing here obeys";
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (oid.len == 3 && oid.data[0] == 0x55 && oid.data[1] == 0x1d && oid.data[2] == known[i].arc) {
			if (known[i].read == NULL)
				return "RFC 5280 section 4.2: an extension that nothing here obeys";
			if ((critical && !known[i].may_be_critical) || !der_is_valid(value.data, value.len) || !known[i].read(c, value))
				return "RFC 5280 section 4.2: a broken extension";
			return NULL;
		}
	return critical ? "RFC 5280 section 4.2: an unknown critical extension" : NULL;
}

static const char *
read_extensions(struct cert_parts *c, struct slice list)
{
	struct slice seen[EXTENSIONS_MAX], extension, flag, value;
	const uint8_t *p = list.data, *q, *end;
	const char *fault;
	size_t count = 0;

	if (list.len == 0)
		return "RFC 5280 section 4.1.2.9: no extension in the list";
	while (p < list.data + list.len) {
		bool critical = false;

		if (count == EXTENSIONS_MAX)
			return "too many extensions";
		if (!der_read(&p, list.data + list.len, DER_SEQUENCE, &extension.data, &extension.len))
			return "RFC 5280 section 4.1.2.9: extensions";
		q = extension.data;
		end = extension.data + extension.len;
		if (!der_read(&q, end, DER_OID, &seen[count].data, &seen[count].len))
			return "RFC 5280 section 4.1.2.9: extensions";
		if (der_read(&q, end, DER_BOOLEAN, &flag.data, &flag.len))
			critical = flag.data[0] != 0;
		if (!der_read(&q, end, DER_OCTET_STRING, &value.data, &value.len) || q != end)
			return "RFC 5280 section 4.1.2.9: extensions";
		for (size_t i = 0; i < count; i++)
			if (is_oid(seen[i], (const char *)seen[count].data, seen[count].len))
				return "RFC 5280 section 4.2: an extension twice";
		if ((fault = read_extension_value(c, seen[count++], critical, value)) != NULL)
			return fault;
	}
	return NULL;
}

/* ---- certificate --------------------------------------------------------------------------------------------------------- */

static bool
read_serial(struct slice *out, struct slice number)
{
	if ((number.data[0] & 0x80) != 0 || (number.len == 1 && number.data[0] == 0))
		return false;
	if (number.data[0] == 0) {
		number.data++;
		number.len--;
	}
	*out = number;
	return number.len <= SERIAL_SIZE;
}

static bool
read_validity(struct cert_parts *c, struct slice validity)
{
	struct slice body;
	const uint8_t *p, *end;
	const uint8_t *value;
	uint8_t tag;
	size_t len;

	if (!whole(validity, DER_SEQUENCE, &body))
		return false;
	p = body.data;
	end = body.data + body.len;
	return der_next(&p, end, &tag, &value, &len) && der_time_parse(&c->not_before, body.data, (size_t)(p - body.data)) &&
	       der_time_parse(&c->not_after, p, (size_t)(end - p)) && c->not_after >= c->not_before;
}

/* AlgorithmIdentifier ::= SEQUENCE { OBJECT IDENTIFIER, parameters OPTIONAL }. */
static bool
algorithm_is_valid(struct slice algorithm)
{
	struct slice body, value;
	const uint8_t *p, *end;
	uint8_t tag;

	if (!whole(algorithm, DER_SEQUENCE, &body))
		return false;
	p = body.data;
	end = body.data + body.len;
	if (!der_read(&p, end, DER_OID, &value.data, &value.len))
		return false;
	return p == end || (der_next(&p, end, &tag, &value.data, &value.len) && p == end);
}

/* SubjectPublicKeyInfo ::= SEQUENCE { AlgorithmIdentifier, BIT STRING }: what the key is, key.h says. */
static bool
read_public_key(struct cert_parts *c)
{
	struct slice body, algorithm, bits;
	const uint8_t *p, *end;

	if (!whole(c->spki, DER_SEQUENCE, &body))
		return false;
	p = body.data;
	end = body.data + body.len;
	if (!take(&p, end, DER_SEQUENCE, &algorithm) || !algorithm_is_valid(algorithm) ||
	    !der_read(&p, end, DER_BIT_STRING, &bits.data, &bits.len) || p != end || bits.data[0] != 0)
		return false;
	c->public_key = (struct slice){ bits.data + 1, bits.len - 1 };
	return true;
}

static const char *
read_tbs(struct cert_parts *c)
{
	struct slice body, version, number, inner_algorithm, validity, list;
	const uint8_t *p, *end;
	bool is_v3;

	if (!whole(c->tbs, DER_SEQUENCE, &body))
		return "RFC 5280 section 4.1.1.1: to-be-signed part";
	p = body.data;
	end = body.data + body.len;
	is_v3 = der_read(&p, end, DER_CONTEXT_OF(0), &version.data, &version.len);
	if (is_v3 && (version.len != 3 || memcmp(version.data, "\x02\x01\x02", 3) != 0))
		return "RFC 5280 section 4.1.2.1: version";
	if (!der_read(&p, end, DER_INTEGER, &number.data, &number.len) || !read_serial(&c->serial, number))
		return "RFC 5280 section 4.1.2.2: serial is not positive or longer than 20 octets";
	if (!take(&p, end, DER_SEQUENCE, &inner_algorithm) || inner_algorithm.len != c->algorithm.len ||
	    memcmp(inner_algorithm.data, c->algorithm.data, c->algorithm.len) != 0)
		return "RFC 5280 section 4.1.1.2: two signature algorithms";
	if (!take(&p, end, DER_SEQUENCE, &c->issuer) || !name_is_valid(c->issuer))
		return "RFC 5280 section 4.1.2.4: issuer";
	if (!take(&p, end, DER_SEQUENCE, &validity) || !read_validity(c, validity))
		return "RFC 5280 section 4.1.2.5: validity";
	if (!take(&p, end, DER_SEQUENCE, &c->subject) || !name_is_valid(c->subject))
		return "RFC 5280 section 4.1.2.6: subject";
	if (!take(&p, end, DER_SEQUENCE, &c->spki) || !read_public_key(c))
		return "RFC 5280 section 4.1.2.7: public key";
	if (p == end)
		return NULL;
	if (!is_v3 || !der_read(&p, end, DER_CONTEXT_OF(3), &body.data, &body.len) || p != end || !whole(body, DER_SEQUENCE, &list))
		return "RFC 5280 section 4.1.2.9: extensions";
	return read_extensions(c, list);
}

const char *
cert_read(struct cert_parts *c, const uint8_t *der, size_t len)
{
	struct slice body, bits;
	const uint8_t *p, *end;

	memset(c, 0, sizeof(*c));
	if (!whole((struct slice){ der, len }, DER_SEQUENCE, &body))
		return "not a certificate (RFC 5280 section 4.1), or octets behind it";
	if (!der_is_valid(der, len))
		return "X.690 section 10: not DER";
	p = body.data;
	end = body.data + body.len;
	if (!take(&p, end, DER_SEQUENCE, &c->tbs) || !take(&p, end, DER_SEQUENCE, &c->algorithm) || !algorithm_is_valid(c->algorithm) ||
	    !der_read(&p, end, DER_BIT_STRING, &bits.data, &bits.len) || p != end || bits.data[0] != 0)
		return "not a certificate (RFC 5280 section 4.1)";
	c->signature = (struct slice){ bits.data + 1, bits.len - 1 };
	return read_tbs(c);
}
