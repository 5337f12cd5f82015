#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include <openssl/err.h>
#include <openssl/obj_mac.h>
#include <openssl/x509v3.h>

#include "base/log.h"
#include "base/mem.h"
#include "pki/crl.h"
#include "pki/der.h"
#include "pki/openssl.h"

#define BLOCK 262144   /* octets read at once */
#define VALUE_MAX 4096 /* octets of any one value that is held in memory */

struct reader {
	FILE *file;
	uint64_t at;		      /* octets taken so far */
	EVP_MD_CTX *hash, *signature; /* of the file; of the to-be-signed part while inside it, otherwise idle */
	bool is_signed;		      /* inside the to-be-signed part */
	const struct cert *ca;
	struct crl_info *info;
	const char *fault;
};

static bool
fail(struct reader *r, const char *fault)
{
	if (r->fault == NULL)
		r->fault = fault;
	return false;
}

static bool
take(struct reader *r, uint8_t *out, size_t len)
{
	if (fread(out, 1, len, r->file) != len)
		return fail(r, "ends too early");
	r->at += len;
	if (EVP_DigestUpdate(r->hash, out, len) != 1 || (r->is_signed && EVP_DigestVerifyUpdate(r->signature, out, len) != 1))
		return fail(r, "digest");
	return true;
}

/* Tag and length; raw (DER_HEADER_MAX octets) gets them as they stand. Returns octets of the header, 0: none. */
static size_t
take_header(struct reader *r, uint8_t *raw, uint8_t *tag, uint64_t *len)
{
	uint8_t minimal[DER_HEADER_MAX];
	size_t octets, n = 2;

	if (!take(r, raw, 2))
		return 0;
	*tag = raw[0];
	*len = raw[1];
	if (raw[1] >= 0x80) {
		octets = raw[1] & 0x7f;
		if (octets == 0 || octets > 8 || !take(r, raw + 2, octets)) {
			fail(r, "X.690 section 8.1.3: length");
			return 0;
		}
		for (*len = 0; n < octets + 2; n++)
			*len = *len << 8 | raw[n];
	}
	if (der_header(minimal, *tag, *len) != n || memcmp(minimal, raw, n) != 0) {
		fail(r, "X.690 section 10.1: length not minimal");
		return 0;
	}
	return n;
}

/* One whole value of at most VALUE_MAX octets, header included. */
static bool
take_value(struct reader *r, uint8_t out[VALUE_MAX], size_t *size, uint8_t *tag)
{
	uint64_t len;
	size_t n = take_header(r, out, tag, &len);

	if (n == 0)
		return false;
	if (len > VALUE_MAX - n)
		return fail(r, "a value that is too long");
	*size = n + (size_t)len;
	return take(r, out + n, (size_t)len);
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

/* Entry extensions: reasonCode and invalidityDate, each at most once, in this order. */
static bool
read_entry_extensions(const uint8_t *p, size_t len, struct crl_entry *e)
{
	const uint8_t *end = p + len, *extension, *oid, *value, *inner;
	size_t n, oid_len, value_len;

	while (p < end) {
		const uint8_t *q;

		if (!der_read(&p, end, DER_SEQUENCE, &extension, &n))
			return false;
		q = extension;
		if (!der_read(&q, extension + n, DER_OID, &oid, &oid_len) || oid_len != 3 || memcmp(oid, "\x55\x1d", 2) != 0 ||
		    !der_read(&q, extension + n, DER_OCTET_STRING, &value, &value_len) || q != extension + n)
			return false;
		q = value;
		if (oid[2] == 21 && e->reason == 0 && e->invalid_since == 0) {
			if (!der_read(&q, value + value_len, DER_ENUMERATED, &inner, &n) || q != value + value_len || n != 1 ||
			    inner[0] == 0 || inner[0] > 10 || inner[0] == 7)
				return false;
			e->reason = inner[0];
		} else if (oid[2] != 24 || e->invalid_since != 0 || !der_time_parse(&e->invalid_since, value, value_len))
			return false;
	}
	return e->reason != 0 || e->invalid_since != 0;
}

static bool
read_entry(const uint8_t *data, size_t len, struct crl_entry *e)
{
	const uint8_t *p = data, *body, *value, *time;
	size_t n, value_len;

	memset(e, 0, sizeof(*e));
	if (!der_read(&p, data + len, DER_SEQUENCE, &body, &n) || p != data + len)
		return false;
	p = body;
	if (!der_read(&p, body + n, DER_INTEGER, &value, &value_len) || value_len == 0 || value_len > SERIAL_SIZE + 1 ||
	    (value[0] & 0x80) != 0)
		return false;
	if (value_len > SERIAL_SIZE && *value != 0)
		return false;
	if (value_len > SERIAL_SIZE) {
		value++;
		value_len--;
	}
	memcpy(e->serial + SERIAL_SIZE - value_len, value, value_len);
	time = p;
	if (!der_read(&p, body + n, DER_UTCTIME, &value, &value_len) && !der_read(&p, body + n, DER_GENERALIZEDTIME, &value, &value_len))
		return false;
	if (!der_time_parse(&e->revoked_at, time, (size_t)(p - time)))
		return false;
	if (p == body + n)
		return true;
	return der_read(&p, body + n, DER_SEQUENCE, &value, &value_len) && p == body + n && read_entry_extensions(value, value_len, e);
}

static bool
read_entries(struct reader *r, uint64_t len, crl_each each, void *arg)
{
	struct crl_entry entry, before;
	uint8_t data[VALUE_MAX], tag;
	uint64_t end = r->at + len;
	size_t size;

	memset(&before, 0, sizeof(before));
	if (len == 0)
		return fail(r, "RFC 5280 section 5.1.2.6: an empty list of revoked certificates");
	while (r->at < end) {
		if (!take_value(r, data, &size, &tag))
			return false;
		if (!read_entry(data, size, &entry))
			return fail(r, "RFC 5280 section 5.3: entry");
		if (r->info->entries++ > 0 && memcmp(before.serial, entry.serial, SERIAL_SIZE) >= 0)
			return fail(r, "entries do not rise by serial");
		if (each != NULL && !each(arg, &entry))
			return fail(r, "an entry was not wanted");
		before = entry;
	}
	return r->at == end || fail(r, "RFC 5280 section 5.1.2.6: revoked certificates");
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

static bool
read_extension(struct reader *r, const uint8_t *data, size_t len, unsigned *seen)
{
	const uint8_t *p = data, *end = data + len, *oid, *boolean, *value;
	size_t oid_len, n, value_len;
	bool critical, ok = false;
	unsigned bit;

	if (!der_read(&p, end, DER_OID, &oid, &oid_len) || oid_len != 3 || memcmp(oid, "\x55\x1d", 2) != 0)
		return fail(r, "RFC 5280 section 5.2: unknown extension");
	critical = der_read(&p, end, DER_BOOLEAN, &boolean, &n);
	if ((critical && (n != 1 || boolean[0] != 0xff)) || !der_read(&p, end, DER_OCTET_STRING, &value, &value_len) || p != end)
		return fail(r, "RFC 5280 section 5.2: extension");
	bit = 1U << (oid[2] & 31);
	if ((*seen & bit) != 0)
		return fail(r, "RFC 5280 section 4.2: an extension twice");
	*seen |= bit;
	if (oid[2] == 35)
		ok = !critical && is_authority_key(r->ca, value, value_len);
	else if (oid[2] == 20)
		ok = !critical && number_of(value, value_len, &r->info->number) && r->info->number > 0;
	else if (oid[2] == 27)
		ok = critical && number_of(value, value_len, &r->info->base_number) && r->info->base_number > 0;
	else if (oid[2] == 46)
		ok = !critical;
	return ok || fail(r, "RFC 5280 section 5.2: extension, its value or its criticality");
}

static bool
read_extensions(struct reader *r, const uint8_t *data, size_t len)
{
	const uint8_t *p = data, *list, *extension, *end;
	size_t list_len, n;
	unsigned seen = 0;

	if (!der_read(&p, data + len, DER_SEQUENCE, &list, &list_len) || p != data + len)
		return fail(r, "RFC 5280 section 5.2: extensions");
	end = list + list_len;
	for (p = list; p < end;)
		if (!der_read(&p, end, DER_SEQUENCE, &extension, &n))
			return fail(r, "RFC 5280 section 5.2: extensions");
		else if (!read_extension(r, extension, n, &seen))
			return false;
	if (r->info->number == 0 || (seen & 1U << (35 & 31)) == 0)
		return fail(r, "RFC 5280 section 5.2: no CRL number or authority key identifier");
	/* a delta lists what came after its base (5.2.4) */
	return r->info->base_number < r->info->number || fail(r, "RFC 5280 section 5.2.4: base number is not below the number");
}

static bool
is_octets(const uint8_t *data, size_t len, const struct buf *wanted)
{
	return len == wanted->len && memcmp(data, wanted->data, len) == 0;
}

static bool
is_issuer(const struct cert *ca, const uint8_t *data, size_t len)
{
	const unsigned char *name;
	size_t n;

	return X509_NAME_get0_der(X509_get_subject_name(cert_x509(ca)), &name, &n) == 1 && n == len && memcmp(name, data, n) == 0;
}

/* TBSCertList up to nextUpdate. algorithm: DER of the AlgorithmIdentifier demanded. */
static bool
read_head(struct reader *r, const struct buf *algorithm)
{
	uint8_t data[VALUE_MAX], tag;
	uint64_t version;
	size_t size;

	if (!take_value(r, data, &size, &tag) || !number_of(data, size, &version) || version != 1)
		return fail(r, "RFC 5280 section 5.1.2.1: version");
	if (!take_value(r, data, &size, &tag) || !is_octets(data, size, algorithm))
		return fail(r, "RFC 5280 section 5.1.2.2: signature algorithm");
	if (!take_value(r, data, &size, &tag) || !is_issuer(r->ca, data, size))
		return fail(r, "RFC 5280 section 5.1.2.3: issuer is not the CA");
	if (!take_value(r, data, &size, &tag) || !der_time_parse(&r->info->this_update, data, size))
		return fail(r, "RFC 5280 section 5.1.2.4: this update");
	if (!take_value(r, data, &size, &tag) || !der_time_parse(&r->info->next_update, data, size) ||
	    r->info->next_update <= r->info->this_update)
		return fail(r, "RFC 5280 section 5.1.2.5: next update");
	return true;
}

static bool
read_list(struct reader *r, uint64_t file_size, crl_each each, void *arg)
{
	uint8_t data[VALUE_MAX], tag;
	struct buf algorithm = BUF_INIT;
	uint64_t len, end;
	size_t n, size;
	bool ok = false;

	issuer_algorithm(&algorithm);
	n = take_header(r, data, &tag, &len);
	if (n == 0 || tag != DER_SEQUENCE || len != file_size - n) {
		fail(r, "RFC 5280 section 5.1: no CRL, or octets behind it");
		goto out;
	}
	r->is_signed = true;
	if (take_header(r, data, &tag, &len) == 0 || tag != DER_SEQUENCE || len > file_size) {
		fail(r, "RFC 5280 section 5.1.1.1: to-be-signed list");
		goto out;
	}
	end = r->at + len;
	if (!read_head(r, &algorithm) || (n = take_header(r, data, &tag, &len)) == 0)
		goto out;
	if (tag == DER_SEQUENCE && (!read_entries(r, len, each, arg) || (n = take_header(r, data, &tag, &len)) == 0))
		goto out;
	if (tag != DER_CONTEXT_OF(0) || len > VALUE_MAX - n || !take(r, data, (size_t)len) || !read_extensions(r, data, (size_t)len) ||
	    r->at != end) {
		fail(r, "RFC 5280 section 5.1.2.7: extensions");
		goto out;
	}
	r->is_signed = false;
	if (!take_value(r, data, &size, &tag) || !is_octets(data, size, &algorithm) || (n = take_header(r, data, &tag, &len)) == 0 ||
	    tag != DER_BIT_STRING || len < 2 || len > VALUE_MAX || !take(r, data, (size_t)len) || data[0] != 0 ||
	    EVP_DigestVerifyFinal(r->signature, data + 1, (size_t)len - 1) != 1) {
		fail(r, "RFC 5280 section 5.1.1.3: signature");
		goto out;
	}
	ok = true;
out:
	buf_free(&algorithm);
	return ok;
}

enum rc
crl_read(const char *path, const struct cert *ca, crl_each each, void *arg, struct crl_info *out)
{
	struct reader r = { .ca = ca, .info = out, .hash = EVP_MD_CTX_new(), .signature = EVP_MD_CTX_new() };
	struct stat st;
	enum rc rc = RC_OK;

	memset(out, 0, sizeof(*out));
	r.file = fopen(path, "rbe");
	if (r.file == NULL && errno == ENOENT)
		rc = RC_NOT_FOUND;
	else if (r.file == NULL || fstat(fileno(r.file), &st) != 0 || !S_ISREG(st.st_mode) || st.st_size < 64)
		fail(&r, "not a file, or too short");
	else if (setvbuf(r.file, NULL, _IOFBF, BLOCK) != 0 || r.hash == NULL || r.signature == NULL ||
		 (X509_get_key_usage(cert_x509(ca)) & KU_CRL_SIGN) == 0 || EVP_DigestInit_ex(r.hash, EVP_sha256(), NULL) != 1 ||
		 EVP_DigestVerifyInit(r.signature, NULL, EVP_sha256(), NULL, X509_get0_pubkey(cert_x509(ca))) != 1)
		fail(&r, "cannot be verified with this CA");
	else if (read_list(&r, (uint64_t)st.st_size, each, arg) && EVP_DigestFinal_ex(r.hash, out->sha256, NULL) != 1)
		fail(&r, "digest");
	out->size = r.at;
	if (r.fault != NULL) {
		openssl_warn("crl", path, r.fault);
		rc = RC_BAD_INPUT;
	}
	if (r.file != NULL)
		fclose(r.file);
	EVP_MD_CTX_free(r.hash);
	EVP_MD_CTX_free(r.signature);
	ERR_clear_error();
	return rc;
}
