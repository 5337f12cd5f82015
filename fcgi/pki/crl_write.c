#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include <openssl/obj_mac.h>
#include <openssl/x509v3.h>

#include "base/log.h"
#include "base/mem.h"
#include "pki/crl.h"
#include "pki/der.h"
#include "pki/openssl.h"

#define BLOCK 262144 /* octets written at once */
#define ENTRY_MAX 128

/* id-ce-cRLReasons {1} and id-ce-invalidityDate (RFC 5280, 5.3.1, 5.3.2): each a whole Extension but for its value. */
static const uint8_t reason_head[] = { 0x30, 0x0a, 0x06, 0x03, 0x55, 0x1d, 0x15, 0x04, 0x03, 0x0a, 0x01 };
static const uint8_t invalidity_head[] = { 0x30, 0x18, 0x06, 0x03, 0x55, 0x1d, 0x18, 0x04, 0x11 };

/* A million of these make a CRL: built in place, every part shorter than 128 octets. */
static size_t
make_entry(uint8_t out[ENTRY_MAX], const struct crl_entry *e)
{
	uint8_t *p = out + 2, *extensions;
	size_t skip = 0;

	while (skip < SERIAL_SIZE - 1 && e->serial[skip] == 0)
		skip++;
	*p++ = DER_INTEGER;
	*p++ = (uint8_t)(SERIAL_SIZE - skip + (e->serial[skip] >> 7));
	if ((e->serial[skip] & 0x80) != 0)
		*p++ = 0;
	memcpy(p, e->serial + skip, SERIAL_SIZE - skip);
	p += SERIAL_SIZE - skip;
	p += der_time_write(p, der_time_tag(e->revoked_at), e->revoked_at);
	if (e->reason != 0 || e->invalid_since != 0) {
		extensions = p;
		p += 2;
		if (e->reason != 0) {
			memcpy(p, reason_head, sizeof(reason_head));
			p += sizeof(reason_head);
			*p++ = (uint8_t)e->reason;
		}
		if (e->invalid_since != 0) {
			memcpy(p, invalidity_head, sizeof(invalidity_head));
			p += sizeof(invalidity_head);
			/* always GeneralizedTime */
			p += der_time_write(p, DER_GENERALIZEDTIME, e->invalid_since);
		}
		extensions[0] = DER_SEQUENCE;
		extensions[1] = (uint8_t)(p - extensions - 2);
	}
	out[0] = DER_SEQUENCE;
	out[1] = (uint8_t)(p - out - 2);
	return (size_t)(p - out);
}

size_t
crl_entry_size(const struct crl_entry *e)
{
	uint8_t octets[ENTRY_MAX];

	return make_entry(octets, e);
}

static void
add_extension(struct buf *b, int nid, bool critical, const struct buf *value)
{
	size_t extension = der_begin(b, DER_SEQUENCE);

	der_oid_nid(b, nid);
	if (critical)
		der_add(b, DER_BOOLEAN, "\xff", 1);
	der_add(b, DER_OCTET_STRING, value->data, value->len);
	der_end(b, extension);
}

static void
add_extensions(struct buf *b, const struct crl_plan *plan, const struct cert *ca)
{
	const ASN1_OCTET_STRING *id = X509_get0_subject_key_id(cert_x509(ca));
	size_t outer = der_begin(b, DER_CONTEXT_OF(0)), list = der_begin(b, DER_SEQUENCE), at;
	struct buf value = BUF_INIT;

	at = der_begin(&value, DER_SEQUENCE);
	der_add(&value, DER_CONTEXT(0), ASN1_STRING_get0_data(id), (size_t)ASN1_STRING_length(id));
	der_end(&value, at);
	add_extension(b, NID_authority_key_identifier, false, &value);
	buf_reset(&value);
	der_number(&value, plan->number);
	add_extension(b, NID_crl_number, false, &value);
	buf_reset(&value);
	if (plan->base_number != 0) {
		der_number(&value, plan->base_number);
		add_extension(b, NID_delta_crl, true, &value);
	} else {
		size_t points = der_begin(&value, DER_SEQUENCE), point = der_begin(&value, DER_SEQUENCE);
		size_t name = der_begin(&value, DER_CONTEXT_OF(0)), full = der_begin(&value, DER_CONTEXT_OF(0));

		der_text(&value, DER_CONTEXT(6), plan->freshest);
		der_end(&value, full);
		der_end(&value, name);
		der_end(&value, point);
		der_end(&value, points);
		add_extension(b, NID_freshest_crl, false, &value);
	}
	der_end(b, list);
	der_end(b, outer);
	buf_free(&value);
}

/* Everything of TBSCertList before the entries, without its own header. */
static bool
add_head(struct buf *b, const struct crl_plan *plan, const struct cert *ca)
{
	const unsigned char *name;
	size_t len;

	if (X509_NAME_get0_der(X509_get_subject_name(cert_x509(ca)), &name, &len) != 1)
		return false;
	der_number(b, 1);
	issuer_algorithm(b);
	buf_add(b, name, len);
	der_time(b, plan->this_update);
	der_time(b, plan->next_update);
	return true;
}

struct writer {
	int fd;
	struct issuer_signing *signing; /* NULL outside the to-be-signed part */
	struct buf pending;
	struct crl_info *info;
	enum rc rc;
};

static void
flush(struct writer *w)
{
	const off_t from = (off_t)w->info->size;
	const char *p = w->pending.data;
	size_t left = w->pending.len;

	if (w->rc != RC_OK || left == 0)
		return;
	if (w->signing != NULL)
		issuer_sign_add(w->signing, p, left);
	w->info->size += left;
	while (w->rc == RC_OK && left > 0) {
		ssize_t n = write(w->fd, p, left);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0) {
			log_error("crl", "write: %s", strerror(n == 0 ? EIO : errno));
			w->rc = RC_UNAVAILABLE;
			break;
		}
		p += n;
		left -= (size_t)n;
	}
	/* the disk begins now: the fsync that follows has little left to wait for, and it is that one that tells of errors */
	(void)sync_file_range(w->fd, from, 0, SYNC_FILE_RANGE_WRITE);
	buf_reset(&w->pending);
}

static void
put_header(struct writer *w, uint8_t tag, uint64_t len)
{
	uint8_t header[DER_HEADER_MAX];

	buf_add(&w->pending, header, der_header(header, tag, len));
}

static void
put_entries(struct writer *w, const struct crl_plan *plan, crl_next next, void *arg)
{
	struct crl_entry entry, before;
	uint8_t der[ENTRY_MAX];
	uint64_t octets = 0;
	size_t len;
	enum rc rc = RC_OK;

	memset(&before, 0, sizeof(before));
	memset(&entry, 0, sizeof(entry));
	while (w->rc == RC_OK && (rc = next(arg, &entry)) == RC_OK) {
		if (w->info->entries++ > 0 && memcmp(before.serial, entry.serial, SERIAL_SIZE) >= 0) {
			log_error("crl", "write: entries do not rise by serial");
			w->rc = RC_INTERNAL;
			return;
		}
		len = make_entry(der, &entry);
		buf_add(&w->pending, der, len);
		octets += len;
		if (w->pending.len >= BLOCK)
			flush(w);
		before = entry;
		memset(&entry, 0, sizeof(entry));
	}
	if (w->rc == RC_OK && rc != RC_NOT_FOUND)
		w->rc = rc;
	if (w->rc == RC_OK && (w->info->entries != plan->entries || octets != plan->octets)) {
		log_error("crl", "write: %llu entries of %llu octets, announced were %llu of %llu", (unsigned long long)w->info->entries,
		    (unsigned long long)octets, (unsigned long long)plan->entries, (unsigned long long)plan->octets);
		w->rc = RC_INTERNAL;
	}
}

static uint64_t
with_header(uint64_t len)
{
	uint8_t header[DER_HEADER_MAX];

	return len + der_header(header, DER_SEQUENCE, len);
}

static void
put_list(struct writer *w, const struct crl_plan *plan, const struct issuer_key *key, crl_next next, void *arg)
{
	struct buf head = BUF_INIT, tail = BUF_INIT, algorithm = BUF_INIT, signature = BUF_INIT;
	size_t signature_len = issuer_key_signature_size(key) + 1;
	uint64_t tbs;

	if (!add_head(&head, plan, issuer_key_certificate(key)))
		w->rc = RC_INTERNAL;
	add_extensions(&tail, plan, issuer_key_certificate(key));
	issuer_algorithm(&algorithm);
	/* an empty list is left out (5.1.2.6) */
	tbs = head.len + (plan->entries > 0 ? with_header(plan->octets) : 0) + tail.len;
	put_header(w, DER_SEQUENCE, with_header(tbs) + algorithm.len + with_header(signature_len));
	flush(w);
	w->signing = issuer_sign_begin(key);
	put_header(w, DER_SEQUENCE, tbs);
	buf_add(&w->pending, head.data, head.len);
	if (plan->entries > 0)
		put_header(w, DER_SEQUENCE, plan->octets);
	put_entries(w, plan, next, arg);
	buf_add(&w->pending, tail.data, tail.len);
	flush(w);
	buf_putc(&signature, 0);
	if (issuer_sign_end(w->signing, w->rc == RC_OK ? &signature : NULL) != RC_OK && w->rc == RC_OK)
		w->rc = RC_INTERNAL;
	w->signing = NULL;
	buf_add(&w->pending, algorithm.data, algorithm.len);
	put_header(w, DER_BIT_STRING, signature_len);
	buf_add(&w->pending, signature.data, signature.len);
	flush(w);
	buf_free(&head);
	buf_free(&tail);
	buf_free(&algorithm);
	buf_free(&signature);
}

enum rc
crl_write(int fd, const struct crl_plan *plan, const struct issuer_key *key, crl_next next, void *arg, struct crl_info *out)
{
	struct writer w = { .fd = fd, .pending = BUF_INIT, .info = out, .rc = RC_OK };

	memset(out, 0, sizeof(*out));
	out->number = plan->number;
	out->base_number = plan->base_number;
	out->this_update = plan->this_update - plan->this_update % SECOND;
	out->next_update = plan->next_update - plan->next_update % SECOND;
	if (X509_get0_subject_key_id(cert_x509(issuer_key_certificate(key))) == NULL || plan->next_update <= plan->this_update)
		w.rc = RC_INTERNAL;
	else
		put_list(&w, plan, key, next, arg);
	buf_free(&w.pending);
	return w.rc;
}
