#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "pki/crl_scan.h"

#define BLOCK 262144 /* octets read at once */

enum rc
crl_scan_open(struct crl_scan *s, const char *path, uint64_t *size)
{
	struct stat st;

	s->fd = open(path, O_RDONLY | O_CLOEXEC);
	if (s->fd < 0 && errno == ENOENT)
		return RC_NOT_FOUND;
	if (s->fd < 0 || fstat(s->fd, &st) != 0 || !S_ISREG(st.st_mode) || st.st_size < 64) {
		if (s->fd >= 0)
			close(s->fd);
		crl_scan_fail(s, "not a file, or too short");
		return RC_BAD_INPUT;
	}
	s->window = mem_zero(1, BLOCK);
	*size = (uint64_t)st.st_size;
	return RC_OK;
}

void
crl_scan_close(struct crl_scan *s)
{
	close(s->fd);
	free(s->window);
	s->window = NULL;
}

bool
crl_scan_fail(struct crl_scan *s, const char *fault)
{
	if (s->fault == NULL)
		s->fault = fault;
	return false;
}

uint64_t
crl_scan_at(const struct crl_scan *s)
{
	return s->before + s->at;
}

static void
digest_signed(struct crl_scan *s)
{
	if (s->is_signed && s->digest != NULL && EVP_DigestUpdate(s->digest, s->window + s->is_from, s->at - s->is_from) != 1)
		crl_scan_fail(s, "digest");
	s->is_from = s->at;
}

void
crl_scan_signed(struct crl_scan *s, bool begins)
{
	digest_signed(s);
	s->is_signed = begins;
}

/* The octets not taken yet move to the front, and the rest of the window is filled. */
static bool
refill(struct crl_scan *s)
{
	ssize_t n;

	digest_signed(s);
	memmove(s->window, s->window + s->at, s->end - s->at);
	s->before += s->at;
	s->end -= s->at;
	s->at = s->is_from = 0;
	do
		n = read(s->fd, s->window + s->end, BLOCK - s->end);
	while (n < 0 && errno == EINTR);
	if (n <= 0)
		return crl_scan_fail(s, "ends too early");
	s->end += (size_t)n;
	return true;
}

static const uint8_t *
look(struct crl_scan *s, size_t n)
{
	while (s->end - s->at < n)
		if (!refill(s))
			return NULL;
	return s->window + s->at;
}

const uint8_t *
crl_scan_take(struct crl_scan *s, size_t n)
{
	const uint8_t *p = look(s, n);

	if (p != NULL)
		s->at += n;
	return p;
}

size_t
crl_scan_header(struct crl_scan *s, uint8_t *tag, uint64_t *len)
{
	uint8_t minimal[DER_HEADER_MAX];
	const uint8_t *p = look(s, 2);
	size_t octets, n = 2;

	if (p == NULL)
		return 0;
	*tag = p[0];
	*len = p[1];
	if (p[1] < 0x80)
		return 2;
	octets = p[1] & 0x7f;
	if (octets == 0 || octets > 8 || (p = look(s, 2 + octets)) == NULL) {
		crl_scan_fail(s, "X.690 section 8.1.3: length");
		return 0;
	}
	for (*len = 0; n < octets + 2; n++)
		*len = *len << 8 | p[n];
	if (der_header(minimal, *tag, *len) != n || memcmp(minimal, p, n) != 0) {
		crl_scan_fail(s, "X.690 section 10.1: length not minimal");
		return 0;
	}
	return n;
}

const uint8_t *
crl_scan_value(struct crl_scan *s, size_t *size)
{
	const uint8_t *p = s->window + s->at;
	const size_t left = s->end - s->at;
	uint8_t tag;
	uint64_t len;
	size_t n;

	/* short, and in the window already: nearly always */
	if (left >= 2 && p[1] < 0x80 && left - 2 >= p[1]) {
		*size = 2 + (size_t)p[1];
		s->at += *size;
		return p;
	}
	if ((n = crl_scan_header(s, &tag, &len)) == 0)
		return NULL;
	if (len > CRL_VALUE_MAX - n) {
		crl_scan_fail(s, "a value that is too long");
		return NULL;
	}
	*size = n + (size_t)len;
	return crl_scan_take(s, *size);
}

/* reasonCode and invalidityDate, each at most once, in this order, not critical. */
static const char *
parse_extension(struct crl_entry *e, const uint8_t *data, size_t len)
{
	const uint8_t *p = data, *end = data + len, *oid, *value, *inner;
	size_t oid_len, n, value_len;

	if (!der_read(&p, end, DER_OID, &oid, &oid_len) || oid_len != 3 || memcmp(oid, "\x55\x1d", 2) != 0 ||
	    !der_read(&p, end, DER_OCTET_STRING, &value, &value_len) || p != end)
		return "RFC 5280 section 5.3: entry extension, or its criticality";
	p = value;
	if (oid[2] == 21 && e->reason == 0 && e->invalid_since == 0) {
		if (!der_read(&p, value + value_len, DER_ENUMERATED, &inner, &n) || p != value + value_len || n != 1 || inner[0] == 0 ||
		    inner[0] > 10 || inner[0] == 7)
			return "RFC 5280 section 5.3.1: reason code";
		e->reason = inner[0];
		return NULL;
	}
	if (oid[2] != 24)
		return "RFC 5280 section 5.3: entry extension, or its order";
	if (e->invalid_since != 0 || value_len < 1 || value[0] != DER_GENERALIZEDTIME ||
	    !der_time_parse(&e->invalid_since, value, value_len))
		return "RFC 5280 section 5.3.2: invalidity date";
	return NULL;
}

static const char *
parse_extensions(struct crl_entry *e, const uint8_t *list, size_t len)
{
	const uint8_t *p = list, *extension;
	const char *fault = len == 0 ? "RFC 5280 section 5.3: no entry extensions in their list" : NULL;
	size_t n;

	while (fault == NULL && p < list + len)
		if (der_read(&p, list + len, DER_SEQUENCE, &extension, &n))
			fault = parse_extension(e, extension, n);
		else
			fault = "RFC 5280 section 5.3: entry extensions";
	return fault;
}

static bool
take_time(const uint8_t **p, const uint8_t *end, instant *out)
{
	const uint8_t *start = *p, *value;
	size_t n;

	return (der_read(p, end, DER_UTCTIME, &value, &n) || der_read(p, end, DER_GENERALIZEDTIME, &value, &n)) &&
	       der_time_parse(out, start, (size_t)(*p - start)) && start[0] == der_time_tag(*out);
}

const char *
crl_entry_parse(struct crl_entry *e, const uint8_t *data, size_t len)
{
	const uint8_t *p = data, *body, *end, *value;
	size_t n;

	memset(e, 0, sizeof(*e));
	if (!der_read(&p, data + len, DER_SEQUENCE, &body, &n) || p != data + len)
		return "RFC 5280 section 5.1.2.6: entry";
	p = body;
	end = body + n;
	if (!der_read(&p, end, DER_INTEGER, &value, &n) || n == 0 || n > SERIAL_SIZE || (value[0] & 0x80) != 0 ||
	    (n > 1 && value[0] == 0 && (value[1] & 0x80) == 0) || (n == 1 && value[0] == 0))
		return "RFC 5280 section 4.1.2.2: serial positive, of at most 20 octets";
	memcpy(e->serial + SERIAL_SIZE - n, value, n);
	if (!take_time(&p, end, &e->revoked_at))
		return "RFC 5280 section 5.1.2.6: revocation date, or its form";
	if (p == end)
		return NULL;
	if (!der_read(&p, end, DER_SEQUENCE, &value, &n) || p != end)
		return "RFC 5280 section 5.3: entry extensions";
	return parse_extensions(e, value, n);
}
