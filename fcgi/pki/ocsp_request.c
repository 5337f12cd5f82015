#include <string.h>

#include <openssl/err.h>

#include "pki/der.h"
#include "pki/ocsp.h"
#include "pki/ocsp_parts.h"
#include "pki/openssl.h"

/* OBJECT IDENTIFIERs, contents. */
static const uint8_t oid_sha1[] = { 0x2b, 0x0e, 0x03, 0x02, 0x1a };
static const uint8_t oid_sha256[] = { 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01 };

#define IS_OID(value, len, oid) ((len) == sizeof(oid) && memcmp((value), (oid), sizeof(oid)) == 0)

static const size_t hash_sizes[] = { [OCSP_SHA1] = 20, [OCSP_SHA256] = 32 };

/* AlgorithmIdentifier with parameters NULL or absent (RFC 4055, 2.1). */
static bool
read_hash(const uint8_t **p, const uint8_t *end, enum ocsp_hash *out)
{
	const uint8_t *body, *q, *oid, *parameters;
	size_t n, oid_len, len;

	if (!der_read(p, end, DER_SEQUENCE, &body, &n))
		return false;
	q = body;
	if (!der_read(&q, body + n, DER_OID, &oid, &oid_len))
		return false;
	*out = IS_OID(oid, oid_len, oid_sha1) ? OCSP_SHA1 : IS_OID(oid, oid_len, oid_sha256) ? OCSP_SHA256 : OCSP_HASH_OTHER;
	if (q == body + n || *out == OCSP_HASH_OTHER)
		return true;
	return der_read(&q, body + n, DER_NULL, &parameters, &len) && len == 0 && q == body + n;
}

static bool
is_integer(const uint8_t *value, size_t len)
{
	return len > 0 && (len == 1 || (value[0] != 0 && value[0] != 0xff) || (value[0] == 0) == ((value[1] & 0x80) != 0));
}

static bool
read_serial(const uint8_t **p, const uint8_t *end, struct ocsp_id *id)
{
	const uint8_t *value;
	size_t len;

	if (!der_read(p, end, DER_INTEGER, &value, &len) || !is_integer(value, len))
		return false;
	if ((value[0] & 0x80) != 0)
		return true;
	if (value[0] == 0 && len > 1) {
		value++;
		len--;
	}
	id->has_serial = len <= SERIAL_SIZE;
	if (id->has_serial)
		memcpy(id->serial + SERIAL_SIZE - len, value, len);
	return true;
}

static bool
read_id(const uint8_t **p, const uint8_t *end, struct ocsp_id *id)
{
	const uint8_t *body, *q;
	size_t n, name_len, key_len;

	memset(id, 0, sizeof(*id));
	id->der = *p;
	if (!der_read(p, end, DER_SEQUENCE, &body, &n))
		return false;
	id->len = (size_t)(*p - id->der);
	q = body;
	if (!read_hash(&q, body + n, &id->hash) || !der_read(&q, body + n, DER_OCTET_STRING, &id->name_hash, &name_len) ||
	    !der_read(&q, body + n, DER_OCTET_STRING, &id->key_hash, &key_len) || !read_serial(&q, body + n, id) || q != body + n)
		return false;
	if (id->hash != OCSP_HASH_OTHER)
		return name_len == hash_sizes[id->hash] && key_len == hash_sizes[id->hash];
	id->name_hash = id->key_hash = NULL;
	return true;
}

/* RFC 9654, 2.1: an OCTET STRING of 1 to 128 octets inside extnValue. */
static bool
read_nonce(struct ocsp_request *r, const uint8_t *value, size_t len)
{
	const uint8_t *p = value;

	if (r->nonce != NULL)
		return false;
	return der_read(&p, value + len, DER_OCTET_STRING, &r->nonce, &r->nonce_len) && p == value + len && r->nonce_len >= 1 &&
	       r->nonce_len <= OCSP_NONCE_MAX;
}

/* Extensions with their explicit tag. request NULL: those of one certificate, none of which is known. */
static const char *
read_extensions(struct ocsp_request *r, const uint8_t *outer, size_t outer_len)
{
	const uint8_t *p = outer, *list, *end, *extension, *q, *oid, *boolean, *value;
	size_t n, oid_len, len;

	if (!der_read(&p, outer + outer_len, DER_SEQUENCE, &list, &n) || p != outer + outer_len || n == 0)
		return "RFC 6960 section 4.1.1: extensions";
	end = list + n;
	for (p = list; p < end;) {
		bool critical;

		if (!der_read(&p, end, DER_SEQUENCE, &extension, &n))
			return "RFC 6960 section 4.1.1: extensions";
		q = extension;
		if (!der_read(&q, extension + n, DER_OID, &oid, &oid_len))
			return "RFC 6960 section 4.1.1: extension";
		critical = der_read(&q, extension + n, DER_BOOLEAN, &boolean, &len);
		if ((critical && (len != 1 || boolean[0] != 0xff)) || !der_read(&q, extension + n, DER_OCTET_STRING, &value, &len) ||
		    q != extension + n)
			return "RFC 6960 section 4.1.1: extension";
		if (r != NULL && IS_OID(oid, oid_len, ocsp_oid_nonce)) {
			if (!read_nonce(r, value, len))
				return "RFC 9654 section 2.1: nonce";
		} else if (critical)
			return "RFC 6960 section 4.4: unknown critical extension";
	}
	return NULL;
}

static const char *
read_list(struct ocsp_request *r, const uint8_t *list, size_t len)
{
	const uint8_t *p = list, *end = list + len, *one, *q, *extensions;
	const char *fault;
	size_t n, extensions_len;

	if (len == 0)
		return "RFC 6960 section 4.1.1: no certificate";
	while (p < end) {
		if (r->count == OCSP_IDS_MAX)
			return "more certificates than are answered at once";
		if (!der_read(&p, end, DER_SEQUENCE, &one, &n))
			return "RFC 6960 section 4.1.1: request list";
		q = one;
		if (!read_id(&q, one + n, &r->id[r->count]))
			return "RFC 6960 section 4.1.1: CertID";
		r->count++;
		if (q == one + n)
			continue;
		if (!der_read(&q, one + n, DER_CONTEXT_OF(0), &extensions, &extensions_len) || q != one + n)
			return "RFC 6960 section 4.1.1: single request";
		if ((fault = read_extensions(NULL, extensions, extensions_len)) != NULL)
			return fault;
	}
	return NULL;
}

static const char *
read_tbs(struct ocsp_request *r, const uint8_t *tbs, size_t len)
{
	const uint8_t *p = tbs, *end = tbs + len, *value;
	const char *fault;
	size_t n;

	/* version 1 is the default; some programs write it nevertheless */
	if (der_read(&p, end, DER_CONTEXT_OF(0), &value, &n) && (n != 3 || memcmp(value, "\x02\x01\x00", 3) != 0))
		return "RFC 6960 section 4.1.1: version";
	/* requestorName: of no matter */
	(void)der_read(&p, end, DER_CONTEXT_OF(1), &value, &n);
	if (!der_read(&p, end, DER_SEQUENCE, &value, &n))
		return "RFC 6960 section 4.1.1: request list";
	if ((fault = read_list(r, value, n)) != NULL)
		return fault;
	if (p == end)
		return NULL;
	if (!der_read(&p, end, DER_CONTEXT_OF(2), &value, &n) || p != end)
		return "RFC 6960 section 4.1.1: octets behind the request list";
	return read_extensions(r, value, n);
}

enum rc
ocsp_request_parse(struct ocsp_request *r, const uint8_t *der, size_t len, const char **fault)
{
	const uint8_t *p = der, *body, *end, *tbs, *signature;
	size_t n, tbs_len, signature_len;

	r->count = 0;
	r->nonce = NULL;
	r->nonce_len = 0;
	*fault = "RFC 6960 section 4.1.1: no OCSPRequest, or octets behind it";
	if (len == 0 || len > OCSP_REQUEST_MAX || !der_read(&p, der + len, DER_SEQUENCE, &body, &n) || p != der + len)
		return RC_BAD_INPUT;
	p = body;
	end = body + n;
	if (!der_read(&p, end, DER_SEQUENCE, &tbs, &tbs_len))
		return RC_BAD_INPUT;
	if (p != end && (!der_read(&p, end, DER_CONTEXT_OF(0), &signature, &signature_len) || p != end))
		return RC_BAD_INPUT;
	*fault = read_tbs(r, tbs, tbs_len);
	return *fault == NULL ? RC_OK : RC_BAD_INPUT;
}

void
ocsp_issuer_of(struct ocsp_issuer *out, const struct cert *ca)
{
	const X509 *x = cert_x509(ca);
	const ASN1_BIT_STRING *key = x != NULL ? X509_get0_pubkey_bitstr(x) : NULL;
	const uint8_t *octets = key != NULL ? ASN1_STRING_get0_data(key) : NULL;
	size_t len = key != NULL ? (size_t)ASN1_STRING_length(key) : 0;

	if (key == NULL || X509_NAME_digest(X509_get_subject_name(x), EVP_sha1(), out->name_sha1, NULL) != 1 ||
	    X509_NAME_digest(X509_get_subject_name(x), EVP_sha256(), out->name_sha256, NULL) != 1 ||
	    EVP_Digest(octets, len, out->key_sha1, NULL, EVP_sha1(), NULL) != 1 ||
	    EVP_Digest(octets, len, out->key_sha256, NULL, EVP_sha256(), NULL) != 1) {
		ERR_clear_error();
		memset(out, 0, sizeof(*out));
	}
}

bool
ocsp_id_is_of(const struct ocsp_id *id, const struct ocsp_issuer *issuer)
{
	if (id->hash == OCSP_SHA1)
		return memcmp(id->name_hash, issuer->name_sha1, 20) == 0 && memcmp(id->key_hash, issuer->key_sha1, 20) == 0;
	return id->hash == OCSP_SHA256 && memcmp(id->name_hash, issuer->name_sha256, 32) == 0 &&
	       memcmp(id->key_hash, issuer->key_sha256, 32) == 0;
}

static void
add_id(struct buf *b, const struct ocsp_issuer *issuer, enum ocsp_hash hash, const uint8_t serial[SERIAL_SIZE])
{
	bool is_sha1 = hash == OCSP_SHA1;
	size_t id = der_begin(b, DER_SEQUENCE), algorithm = der_begin(b, DER_SEQUENCE);

	der_add(b, DER_OID, is_sha1 ? oid_sha1 : oid_sha256, is_sha1 ? sizeof(oid_sha1) : sizeof(oid_sha256));
	der_add(b, DER_NULL, "", 0);
	der_end(b, algorithm);
	der_add(b, DER_OCTET_STRING, is_sha1 ? issuer->name_sha1 : issuer->name_sha256, is_sha1 ? 20 : 32);
	der_add(b, DER_OCTET_STRING, is_sha1 ? issuer->key_sha1 : issuer->key_sha256, is_sha1 ? 20 : 32);
	der_unsigned(b, serial, SERIAL_SIZE);
	der_end(b, id);
}

void
ocsp_request_make(
    struct buf *b, const struct cert *ca, enum ocsp_hash hash, const uint8_t *serials, size_t count, const uint8_t *nonce, size_t nonce_len)
{
	size_t request = der_begin(b, DER_SEQUENCE), tbs = der_begin(b, DER_SEQUENCE), list = der_begin(b, DER_SEQUENCE), one, value;
	struct ocsp_issuer issuer;

	ocsp_issuer_of(&issuer, ca);
	for (size_t i = 0; i < count; i++) {
		one = der_begin(b, DER_SEQUENCE);
		add_id(b, &issuer, hash, serials + i * SERIAL_SIZE);
		der_end(b, one);
	}
	der_end(b, list);
	if (nonce != NULL) {
		size_t outer = der_begin(b, DER_CONTEXT_OF(2)), extensions = der_begin(b, DER_SEQUENCE);

		one = der_begin(b, DER_SEQUENCE);
		der_add(b, DER_OID, ocsp_oid_nonce, OCSP_OID_SIZE);
		value = der_begin(b, DER_OCTET_STRING);
		der_add(b, DER_OCTET_STRING, nonce, nonce_len);
		der_end(b, value);
		der_end(b, one);
		der_end(b, extensions);
		der_end(b, outer);
	}
	der_end(b, tbs);
	der_end(b, request);
}
