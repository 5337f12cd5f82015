/*
 * Reading a CRL back is linting it: every clause below is checked on what lies on the disk, each once, the first one broken is told.
 */
#include <string.h>

#include <openssl/err.h>
#include <openssl/obj_mac.h>
#include <openssl/x509v3.h>

#include "base/log.h"
#include "base/mem.h"
#include "pki/crl_scan.h"
#include "pki/openssl.h"

struct reader {
	struct crl_scan scan;
	const struct cert *ca;
	struct crl_info *info;
	crl_each each; /* NULL: none */
	void *arg;
	uint64_t removals; /* entries removeFromCRL, which only a delta may have */
	bool is_alone;	   /* of a CA that makes no delta CRLs */
};

static bool
fail(struct reader *r, const char *fault)
{
	return crl_scan_fail(&r->scan, fault);
}

static bool
number_of(const uint8_t *data, size_t len, uint64_t *out)
{
	const uint8_t *p = data, *value;
	size_t n;

	if (!der_read(&p, data + len, DER_INTEGER, &value, &n) || p != data + len || n == 0 || n > 8 || (value[0] & 0x80) != 0 ||
	    (n > 1 && value[0] == 0 && (value[1] & 0x80) == 0))
		return false;
	for (*out = 0; n > 0; n--)
		*out = *out << 8 | *value++;
	return true;
}

/* What our CA says of an end entity's certificate: a reason that a CA, a hold or an attribute authority has is none. */
static const char *
entry_clause(struct reader *r, const struct crl_entry *before, const struct crl_entry *e)
{
	static const bool allowed[] = { [0] = true, [1] = true, [3] = true, [4] = true, [5] = true, [8] = true, [10] = false };

	if (!allowed[e->reason])
		return "RFC 5280 section 5.3.1: a reason that this CA does not give";
	r->removals += e->reason == 8;
	if (e->invalid_since > e->revoked_at)
		return "RFC 5280 section 5.3.2: invalidity date after the revocation";
	if (r->info->entries > 0 && memcmp(before->serial, e->serial, SERIAL_SIZE) >= 0)
		return "RFC 5280 section 5.1.2.6: entries do not rise by serial, or one stands twice";
	return NULL;
}

static bool
read_entries(struct reader *r, uint64_t len)
{
	struct crl_entry entry, before;
	uint64_t end = crl_scan_at(&r->scan) + len;
	const uint8_t *der;
	const char *fault;
	size_t size;

	memset(&before, 0, sizeof(before));
	if (len == 0)
		return fail(r, "RFC 5280 section 5.1.2.6: an empty list of revoked certificates");
	while (crl_scan_at(&r->scan) < end) {
		if ((der = crl_scan_value(&r->scan, &size)) == NULL)
			return false;
		if ((fault = crl_entry_parse(&entry, der, size)) != NULL || (fault = entry_clause(r, &before, &entry)) != NULL)
			return fail(r, fault);
		r->info->entries++;
		if (r->each != NULL && !r->each(r->arg, &entry))
			return fail(r, "an entry was not wanted");
		before = entry;
	}
	return crl_scan_at(&r->scan) == end || fail(r, "RFC 5280 section 5.1.2.6: revoked certificates");
}

static bool
is_authority_key(const struct cert *ca, const uint8_t *value, size_t len)
{
	const ASN1_OCTET_STRING *id = X509_get0_subject_key_id(cert_x509(ca));
	const uint8_t *p = value, *body, *key;
	size_t n, key_len;

	if (id == NULL || !der_read(&p, value + len, DER_SEQUENCE, &body, &n) || p != value + len)
		return false;
	p = body;
	return der_read(&p, body + n, DER_CONTEXT(0), &key, &key_len) && p == body + n && key_len == (size_t)ASN1_STRING_length(id) &&
	       memcmp(key, ASN1_STRING_get0_data(id), key_len) == 0;
}

enum { AUTHORITY_KEY = 35, CRL_NUMBER = 20, DELTA_INDICATOR = 27, DISTRIBUTION_POINT = 28, FRESHEST = 46 }; /* id-ce */
#define SEEN(id) (UINT64_C(1) << (id))

/* Shape and criticality of one; which ones there must be together comes after. */
static const char *
extension_clause(struct reader *r, uint8_t id, bool critical, const uint8_t *value, size_t len)
{
	switch (id) {
	case AUTHORITY_KEY:
		return !critical && is_authority_key(r->ca, value, len) ? NULL : "RFC 5280 section 5.2.1: authority key identifier";
	case CRL_NUMBER:
		return !critical && number_of(value, len, &r->info->number) && r->info->number > 0
			   ? NULL
			   : "RFC 5280 section 5.2.3: CRL number, or critical";
	case DELTA_INDICATOR:
		return critical && number_of(value, len, &r->info->base_number) && r->info->base_number > 0
			   ? NULL
			   : "RFC 5280 section 5.2.4: delta indicator, or not critical";
	case DISTRIBUTION_POINT:
		return "RFC 5280 section 5.2.5: issuing distribution point: this CA has one full list";
	case FRESHEST:
		return !critical ? NULL : "RFC 5280 section 5.2.6: freshest CRL is critical";
	default:
		return "RFC 5280 section 5.2: unknown extension";
	}
}

static bool
read_extension(struct reader *r, const uint8_t *data, size_t len, uint64_t *seen)
{
	const uint8_t *p = data, *end = data + len, *oid, *boolean, *value;
	size_t oid_len, n, value_len;
	const char *clause;
	bool critical;

	if (!der_read(&p, end, DER_OID, &oid, &oid_len) || oid_len != 3 || memcmp(oid, "\x55\x1d", 2) != 0)
		return fail(r, "RFC 5280 section 5.2: unknown extension");
	critical = der_read(&p, end, DER_BOOLEAN, &boolean, &n);
	if ((critical && (n != 1 || boolean[0] != 0xff)) || !der_read(&p, end, DER_OCTET_STRING, &value, &value_len) || p != end ||
	    oid[2] >= 64)
		return fail(r, "RFC 5280 section 5.2: extension");
	if ((*seen & SEEN(oid[2])) != 0)
		return fail(r, "RFC 5280 section 4.2: an extension twice");
	*seen |= SEEN(oid[2]);
	clause = extension_clause(r, oid[2], critical, value, value_len);
	return clause == NULL || fail(r, clause);
}

static bool
read_extensions(struct reader *r, const uint8_t *data, size_t len)
{
	const uint8_t *p = data, *list, *extension, *end;
	size_t list_len, n;
	uint64_t seen = 0;

	if (!der_read(&p, data + len, DER_SEQUENCE, &list, &list_len) || p != data + len)
		return fail(r, "RFC 5280 section 5.2: extensions");
	end = list + list_len;
	for (p = list; p < end;)
		if (!der_read(&p, end, DER_SEQUENCE, &extension, &n))
			return fail(r, "RFC 5280 section 5.2: extensions");
		else if (!read_extension(r, extension, n, &seen))
			return false;
	if ((seen & SEEN(AUTHORITY_KEY)) == 0)
		return fail(r, "RFC 5280 section 5.2.1: no authority key identifier");
	if ((seen & SEEN(CRL_NUMBER)) == 0)
		return fail(r, "RFC 5280 section 5.2.3: no CRL number");
	/* a delta lists what came after its base */
	if (r->info->base_number >= r->info->number)
		return fail(r, "RFC 5280 section 5.2.4: base number is not below the number");
	if (r->is_alone && (r->info->base_number != 0 || (seen & SEEN(FRESHEST)) != 0))
		return fail(r, "RFC 5280 section 5.2.6: a delta CRL, or one named, of a CA that makes none");
	if (!r->is_alone && ((seen & SEEN(FRESHEST)) != 0) == (r->info->base_number != 0))
		return fail(r, "RFC 5280 section 5.2.6: freshest CRL in a delta CRL, or missing in a base");
	if (r->info->base_number == 0 && r->removals > 0)
		return fail(r, "RFC 5280 section 5.3.1: removeFromCRL in a base CRL");
	return true;
}

static bool
is_octets(const uint8_t *data, size_t len, const struct buf *wanted)
{
	return data != NULL && len == wanted->len && memcmp(data, wanted->data, len) == 0;
}

static bool
is_issuer(const struct cert *ca, const uint8_t *data, size_t len)
{
	const unsigned char *name;
	size_t n;

	return data != NULL && X509_NAME_get0_der(X509_get_subject_name(cert_x509(ca)), &name, &n) == 1 && n == len &&
	       memcmp(name, data, n) == 0;
}

static bool
is_time(instant *out, const uint8_t *data, size_t len)
{
	return data != NULL && der_time_parse(out, data, len) && data[0] == der_time_tag(*out);
}

/* TBSCertList up to nextUpdate. algorithm: DER of the AlgorithmIdentifier demanded. */
static bool
read_head(struct reader *r, const struct buf *algorithm)
{
	struct crl_scan *s = &r->scan;
	const uint8_t *der;
	uint64_t version;
	size_t size = 0;

	if ((der = crl_scan_value(s, &size)) == NULL || !number_of(der, size, &version) || version != 1)
		return fail(r, "RFC 5280 section 5.1.2.1: version");
	der = crl_scan_value(s, &size);
	if (!is_octets(der, size, algorithm))
		return fail(r, "RFC 5280 section 5.1.2.2: signature algorithm");
	der = crl_scan_value(s, &size);
	if (!is_issuer(r->ca, der, size))
		return fail(r, "RFC 5280 section 5.1.2.3: issuer is not the CA");
	der = crl_scan_value(s, &size);
	if (!is_time(&r->info->this_update, der, size))
		return fail(r, "RFC 5280 section 5.1.2.4: this update, or its form");
	der = crl_scan_value(s, &size);
	if (!is_time(&r->info->next_update, der, size))
		return fail(r, "RFC 5280 section 5.1.2.5: next update, or its form");
	return r->info->next_update > r->info->this_update || fail(r, "RFC 5280 section 5.1.2.5: next update is not later");
}

/* Of the CA's key over the digest of what was read. */
static bool
is_signature(const struct reader *r, const uint8_t *signature, size_t len)
{
	EVP_PKEY_CTX *context = EVP_PKEY_CTX_new(X509_get0_pubkey(cert_x509(r->ca)), NULL);
	bool ok = context != NULL && EVP_PKEY_verify_init(context) == 1 && EVP_PKEY_CTX_set_signature_md(context, EVP_sha256()) == 1 &&
		  EVP_PKEY_verify(context, signature, len, r->info->tbs_sha256, sizeof(r->info->tbs_sha256)) == 1;

	EVP_PKEY_CTX_free(context);
	return ok;
}

/* What stands behind the to-be-signed part. */
static bool
read_signature(struct reader *r, const struct buf *algorithm)
{
	struct crl_scan *s = &r->scan;
	const uint8_t *der, *value, *p;
	size_t size = 0, len;

	der = crl_scan_value(s, &size);
	if (!is_octets(der, size, algorithm))
		return fail(r, "RFC 5280 section 5.1.1.2: signature algorithm is not the one that was signed");
	p = der = crl_scan_value(s, &size);
	if (der == NULL || !der_read(&p, der + size, DER_BIT_STRING, &value, &len) || len < 2 || value[0] != 0 ||
	    EVP_DigestFinal_ex(s->digest, r->info->tbs_sha256, NULL) != 1 || !is_signature(r, value + 1, len - 1))
		return fail(r, "RFC 5280 section 5.1.1.3: signature");
	return true;
}

static bool
read_list(struct reader *r, uint64_t file_size, const struct buf *algorithm)
{
	struct crl_scan *s = &r->scan;
	const uint8_t *der;
	uint64_t len, end;
	size_t n;
	uint8_t tag;

	n = crl_scan_header(s, &tag, &len);
	if (n == 0 || tag != DER_SEQUENCE || len != file_size - n)
		return fail(r, "RFC 5280 section 5.1: no CRL, or octets behind it");
	(void)crl_scan_take(s, n);
	crl_scan_signed(s, true);
	n = crl_scan_header(s, &tag, &len);
	if (n == 0 || tag != DER_SEQUENCE || len > file_size)
		return fail(r, "RFC 5280 section 5.1.1.1: to-be-signed list");
	(void)crl_scan_take(s, n);
	end = crl_scan_at(s) + len;
	if (!read_head(r, algorithm) || (n = crl_scan_header(s, &tag, &len)) == 0)
		return false;
	if (tag == DER_SEQUENCE) {
		(void)crl_scan_take(s, n);
		if (!read_entries(r, len) || (n = crl_scan_header(s, &tag, &len)) == 0)
			return false;
	}
	if (tag != DER_CONTEXT_OF(0) || len > CRL_VALUE_MAX - n || crl_scan_take(s, n) == NULL || crl_scan_at(s) + len != end)
		return fail(r, "RFC 5280 section 5.1.2.7: extensions");
	if ((der = crl_scan_take(s, (size_t)len)) == NULL || !read_extensions(r, der, (size_t)len))
		return false;
	crl_scan_signed(s, false);
	return read_signature(r, algorithm);
}

static bool
read_file(struct reader *r, uint64_t file_size)
{
	struct crl_scan *s = &r->scan;
	struct buf algorithm = BUF_INIT;
	bool ok;

	s->digest = EVP_MD_CTX_new();
	issuer_algorithm(&algorithm);
	if (s->digest == NULL || cert_x509(r->ca) == NULL || (X509_get_key_usage(cert_x509(r->ca)) & KU_CRL_SIGN) == 0 ||
	    EVP_DigestInit_ex(s->digest, EVP_sha256(), NULL) != 1)
		ok = fail(r, "RFC 5280 section 4.2.1.3: cannot be verified with this CA");
	else
		ok = read_list(r, file_size, &algorithm);
	EVP_MD_CTX_free(s->digest);
	buf_free(&algorithm);
	return ok && s->fault == NULL;
}

static enum rc
read_path(struct reader *r, const char *path)
{
	struct crl_info *out = r->info;
	enum rc rc;

	memset(out, 0, sizeof(*out));
	if ((rc = crl_scan_open(&r->scan, path, &out->size)) == RC_OK) {
		if (!read_file(r, out->size))
			rc = RC_BAD_INPUT;
		crl_scan_close(&r->scan);
	}
	if (rc == RC_BAD_INPUT) {
		out->fault = r->scan.fault;
		openssl_warn("crl", path, out->fault);
	}
	ERR_clear_error();
	return rc;
}

enum rc
crl_read(const char *path, const struct cert *ca, crl_each each, void *arg, struct crl_info *out)
{
	struct reader r = { .ca = ca, .info = out, .each = each, .arg = arg };

	return read_path(&r, path);
}

enum rc
crl_read_alone(const char *path, const struct cert *ca, struct crl_info *out)
{
	struct reader r = { .ca = ca, .info = out, .is_alone = true };

	return read_path(&r, path);
}

/* ---- serials alone */

struct crl_walk {
	struct crl_scan scan;
	uint64_t end; /* where the entries end */
};

enum rc
crl_walk_open(struct crl_walk **out, const char *path)
{
	struct crl_walk *w = mem_zero(1, sizeof(*w));
	uint64_t size, len = 0;
	size_t n = 0;
	uint8_t tag = 0;
	enum rc rc = crl_scan_open(&w->scan, path, &size);

	*out = NULL;
	if (rc != RC_OK) {
		free(w);
		return rc;
	}
	/* into the list, into its to-be-signed part, past five values */
	for (int i = 0; i < 2; i++)
		if ((n = crl_scan_header(&w->scan, &tag, &len)) > 0)
			(void)crl_scan_take(&w->scan, n);
	for (int i = 0; i < 5 && n > 0; i++)
		(void)crl_scan_value(&w->scan, &n);
	if ((n = crl_scan_header(&w->scan, &tag, &len)) > 0 && tag == DER_SEQUENCE) {
		(void)crl_scan_take(&w->scan, n);
		w->end = crl_scan_at(&w->scan) + len;
	}
	*out = w;
	return RC_OK;
}

enum rc
crl_walk_next(struct crl_walk *w, struct crl_entry *out)
{
	const uint8_t *der;
	size_t size;

	if (w->scan.fault == NULL && crl_scan_at(&w->scan) >= w->end)
		return RC_NOT_FOUND;
	if ((der = crl_scan_value(&w->scan, &size)) == NULL || crl_entry_parse(out, der, size) != NULL)
		return RC_BAD_INPUT;
	return RC_OK;
}

enum rc
crl_walk_serial(struct crl_walk *w, uint8_t out[SERIAL_SIZE])
{
	const uint8_t *der, *p, *value;
	size_t size, n;

	if (w->scan.fault == NULL && crl_scan_at(&w->scan) >= w->end)
		return RC_NOT_FOUND;
	/* an entry has less than 128 octets, and its serial comes first */
	if ((der = crl_scan_value(&w->scan, &size)) == NULL || size < 2)
		return RC_BAD_INPUT;
	p = der + 2;
	if (!der_read(&p, der + size, DER_INTEGER, &value, &n) || n == 0 || n > SERIAL_SIZE)
		return RC_BAD_INPUT;
	memset(out, 0, SERIAL_SIZE - n);
	memcpy(out + SERIAL_SIZE - n, value, n);
	return RC_OK;
}

void
crl_walk_close(struct crl_walk *w)
{
	if (w == NULL)
		return;
	crl_scan_close(&w->scan);
	free(w);
}
