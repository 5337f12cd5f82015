#include <string.h>
#include <time.h>

#include <openssl/err.h>
#include <openssl/x509v3.h>

#include "pki/der.h"
#include "pki/ocsp.h"
#include "pki/ocsp_parts.h"
#include "pki/openssl.h"

#define CLOCK_SLACK (5 * MINUTE) /* between the responder's clock and the reader's */

struct reading {
	struct ocsp_read *out;
	const struct ocsp_request *request;
	const uint8_t *key_id;
	instant produced_at;
};

/* The fixed form YYYYMMDDHHMMSSZ (RFC 5280, 4.1.2.5.2), and a day that exists. */
static bool
read_time(const uint8_t **p, const uint8_t *end, instant *out)
{
	static const uint8_t parts[] = { 4, 2, 2, 2, 2, 2 };
	const uint8_t *value;
	int n[6] = { 0 };
	struct tm tm = { 0 };
	size_t len;
	time_t seconds;

	if (!der_read(p, end, DER_GENERALIZEDTIME, &value, &len) || len != 15 || value[14] != 'Z')
		return false;
	for (size_t i = 0, at = 0; i < 6; i++)
		for (size_t k = 0; k < parts[i]; k++, at++) {
			if (value[at] < '0' || value[at] > '9')
				return false;
			n[i] = 10 * n[i] + value[at] - '0';
		}
	if (n[0] < 1970 || n[1] < 1 || n[1] > 12 || n[2] < 1 || n[3] > 23 || n[4] > 59 || n[5] > 59)
		return false;
	tm.tm_year = n[0] - 1900;
	tm.tm_mon = n[1] - 1;
	tm.tm_mday = n[2];
	tm.tm_hour = n[3];
	tm.tm_min = n[4];
	tm.tm_sec = n[5];
	seconds = timegm(&tm);
	*out = (instant)seconds * SECOND;
	return tm.tm_mday == n[2];
}

static bool
read_revoked(const uint8_t *value, size_t len, struct ocsp_answer *a)
{
	const uint8_t *p = value, *end = value + len, *outer, *code;
	size_t n;

	a->status = OCSP_REVOKED;
	a->reason = 0;
	if (!read_time(&p, end, &a->revoked_at))
		return false;
	if (p == end)
		return true;
	if (!der_read(&p, end, DER_CONTEXT_OF(0), &outer, &n) || p != end)
		return false;
	p = outer;
	if (!der_read(&p, outer + n, DER_ENUMERATED, &code, &n) || p != end || n != 1)
		return false;
	a->reason = code[0];
	/* unspecified is left out; 7 is none (RFC 5280, 5.3.1) */
	return code[0] >= 1 && code[0] <= 10 && code[0] != 7;
}

static bool
read_status(const uint8_t **p, const uint8_t *end, struct ocsp_answer *a)
{
	const uint8_t *value;
	size_t n;

	if (der_read(p, end, DER_CONTEXT_OF(1), &value, &n))
		return read_revoked(value, n, a);
	a->revoked_at = 0;
	a->reason = 0;
	if (der_read(p, end, DER_CONTEXT(0), &value, &n))
		a->status = OCSP_GOOD;
	else if (der_read(p, end, DER_CONTEXT(2), &value, &n))
		a->status = OCSP_UNKNOWN;
	else
		return false;
	return n == 0;
}

static const char *
read_single(struct reading *r, size_t i, const uint8_t *value, size_t len)
{
	const struct ocsp_id *id = &r->request->id[i];
	struct ocsp_answer *a = &r->out->answer[i];
	const uint8_t *p = value, *end = value + len, *next;
	struct ocsp_times times;
	size_t n;

	if (len <= id->len || memcmp(value, id->der, id->len) != 0)
		return "RFC 6960 section 4.2.1: not the certificate that was asked for";
	p += id->len;
	if (!read_status(&p, end, a))
		return "RFC 6960 section 4.2.1: certStatus";
	if (!read_time(&p, end, &times.this_update))
		return "RFC 6960 section 2.4: thisUpdate";
	if (!der_read(&p, end, DER_CONTEXT_OF(0), &next, &n) || p != end)
		return "RFC 6960 section 4.2.1: no nextUpdate, or something behind it";
	p = next;
	if (!read_time(&p, next + n, &times.next_update) || p != next + n || times.next_update <= times.this_update)
		return "RFC 6960 section 2.4: nextUpdate is not behind thisUpdate";
	if (times.this_update > r->produced_at)
		return "RFC 6960 section 2.4: thisUpdate is behind producedAt";
	if (i > 0 && (times.this_update != r->out->times.this_update || times.next_update != r->out->times.next_update))
		return "times of one answer differ";
	r->out->times = times;
	return NULL;
}

/* Exactly the nonce that was asked for (RFC 9654, 2.1), and no other extension. */
static bool
is_nonce(const uint8_t *outer, size_t len, const struct ocsp_request *r)
{
	const uint8_t *p = outer, *list, *one, *oid, *value, *nonce;
	size_t n, one_len, oid_len, value_len, nonce_len;

	if (!der_read(&p, outer + len, DER_SEQUENCE, &list, &n) || p != outer + len)
		return false;
	p = list;
	if (!der_read(&p, list + n, DER_SEQUENCE, &one, &one_len) || p != list + n)
		return false;
	p = one;
	if (!der_read(&p, one + one_len, DER_OID, &oid, &oid_len) || oid_len != OCSP_OID_SIZE ||
	    memcmp(oid, ocsp_oid_nonce, OCSP_OID_SIZE) != 0 || !der_read(&p, one + one_len, DER_OCTET_STRING, &value, &value_len) ||
	    p != one + one_len)
		return false;
	p = value;
	return der_read(&p, value + value_len, DER_OCTET_STRING, &nonce, &nonce_len) && p == value + value_len &&
	       nonce_len == r->nonce_len && memcmp(nonce, r->nonce, nonce_len) == 0;
}

static const char *
read_data(struct reading *r, const uint8_t *data, size_t len)
{
	const uint8_t *p = data, *end = data + len, *value, *list, *inner;
	const char *fault;
	size_t n, list_len, inner_len, count = 0;

	if (!der_read(&p, end, DER_CONTEXT_OF(2), &value, &n))
		return "RFC 6960 section 4.2.1: version or responder that is not by key";
	inner = value;
	if (!der_read(&inner, value + n, DER_OCTET_STRING, &list, &list_len) || inner != value + n || list_len != 20 ||
	    (r->key_id != NULL && memcmp(list, r->key_id, 20) != 0))
		return "RFC 6960 section 4.2.2.3: responder is another key";
	if (!read_time(&p, end, &r->produced_at))
		return "RFC 6960 section 2.4: producedAt";
	if (!der_read(&p, end, DER_SEQUENCE, &list, &list_len))
		return "RFC 6960 section 4.2.1: responses";
	for (inner = list; inner < list + list_len; count++) {
		if (count == r->request->count || !der_read(&inner, list + list_len, DER_SEQUENCE, &value, &inner_len))
			return "RFC 6960 section 4.2.1: more responses than were asked for";
		if ((fault = read_single(r, count, value, inner_len)) != NULL)
			return fault;
	}
	if (count != r->request->count)
		return "RFC 6960 section 4.2.1: fewer responses than were asked for";
	if (p == end)
		return r->request->nonce == NULL ? NULL : "RFC 9654 section 2.1: the nonce is missing";
	if (!der_read(&p, end, DER_CONTEXT_OF(1), &value, &n) || p != end || r->request->nonce == NULL || !is_nonce(value, n, r->request))
		return "RFC 9654 section 2.1: another nonce, or another extension";
	return NULL;
}

/* BasicOCSPResponse. */
static const char *
read_basic(struct reading *r, const uint8_t *basic, size_t len)
{
	const uint8_t *p = basic, *end = basic + len, *data, *algorithm, *value, *certs, *cert;
	size_t n, data_len;

	if (!der_read(&p, end, DER_SEQUENCE, &data, &data_len))
		return "RFC 6960 section 4.2.1: response data";
	r->out->tbs = basic;
	r->out->tbs_len = (size_t)(p - basic);
	algorithm = p;
	if (!der_read(&p, end, DER_SEQUENCE, &value, &n))
		return "RFC 6960 section 4.2.1: signature algorithm";
	n = (size_t)(p - algorithm);
	r->out->is_ec = n == OCSP_ECDSA_SIZE && memcmp(algorithm, ocsp_ecdsa_sha256, n) == 0;
	if (!r->out->is_ec && (n != OCSP_RSA_SIZE || memcmp(algorithm, ocsp_rsa_sha256, n) != 0))
		return "RFC 6960 section 4.3: signature algorithm";
	if (!der_read(&p, end, DER_BIT_STRING, &value, &n) || n < 9 || value[0] != 0)
		return "RFC 6960 section 4.2.1: signature";
	r->out->signature = value + 1;
	r->out->signature_len = n - 1;
	if (!der_read(&p, end, DER_CONTEXT_OF(0), &certs, &n) || p != end)
		return "RFC 6960 section 4.2.2.2: no certificate";
	p = certs;
	end = certs + n;
	if (!der_read(&p, end, DER_SEQUENCE, &cert, &n) || p != end)
		return "RFC 6960 section 4.2.1: certificates";
	r->out->responder = cert;
	r->out->responder_len = n;
	p = cert;
	if (!der_read(&p, cert + n, DER_SEQUENCE, &value, &n) || p != r->out->responder + r->out->responder_len)
		return "RFC 6960 section 4.2.2.2: not one certificate";
	return read_data(r, data, data_len);
}

static const char *
read_response(struct reading *r, const uint8_t *der, size_t len)
{
	const uint8_t *p = der, *body, *end, *value, *oid, *basic;
	size_t n, oid_len;

	if (!der_read(&p, der + len, DER_SEQUENCE, &body, &n) || p != der + len)
		return "RFC 6960 section 4.2.1: no OCSPResponse, or octets behind it";
	p = body;
	end = body + n;
	if (!der_read(&p, end, DER_ENUMERATED, &value, &n) || n != 1 || value[0] != 0)
		return "RFC 6960 section 4.2.1: responseStatus is not successful";
	if (!der_read(&p, end, DER_CONTEXT_OF(0), &value, &n) || p != end)
		return "RFC 6960 section 4.2.1: no response";
	p = value;
	end = value + n;
	if (!der_read(&p, end, DER_SEQUENCE, &body, &n) || p != end)
		return "RFC 6960 section 4.2.1: response";
	p = body;
	end = body + n;
	if (!der_read(&p, end, DER_OID, &oid, &oid_len) || oid_len != OCSP_OID_SIZE || memcmp(oid, ocsp_oid_basic, OCSP_OID_SIZE) != 0)
		return "RFC 6960 section 4.2.1: not id-pkix-ocsp-basic";
	if (!der_read(&p, end, DER_OCTET_STRING, &value, &n) || p != end)
		return "RFC 6960 section 4.2.1: response";
	p = value;
	end = value + n;
	if (!der_read(&p, end, DER_SEQUENCE, &basic, &n) || p != end)
		return "RFC 6960 section 4.2.1: basic response";
	return read_basic(r, basic, n);
}

static const char *
read_all(struct ocsp_read *out, const uint8_t *der, size_t len, const struct ocsp_request *request, const uint8_t *key_id, instant now)
{
	struct reading r = { .out = out, .request = request, .key_id = key_id };
	const char *fault;

	memset(out, 0, sizeof(*out));
	if ((fault = read_response(&r, der, len)) != NULL)
		return fault;
	if (r.produced_at > now + CLOCK_SLACK || out->times.next_update <= now - CLOCK_SLACK)
		return "RFC 6960 section 3.2: not made yet, or too old";
	return NULL;
}

enum rc
ocsp_lint(struct ocsp_read *out, const uint8_t *der, size_t len, const struct ocsp_request *request, const uint8_t key_id[20], instant now,
    const char **clause)
{
	*clause = read_all(out, der, len, request, key_id, now);
	return *clause == NULL ? RC_OK : RC_BAD_INPUT;
}

static const char *
responder_fault(const struct ocsp_read *read, const struct cert *responder, const struct cert *ca, instant now)
{
	X509 *x = cert_x509(responder);
	EVP_MD_CTX *context;
	bool ok;

	if (x == NULL)
		return "RFC 6960 section 4.2.2.2: OpenSSL does not read the responder's certificate";
	if (!cert_is_signed_by(responder, ca))
		return "RFC 6960 section 4.2.2.2: the responder's certificate is not by this CA";
	if ((X509_get_extension_flags(x) & EXFLAG_XKUSAGE) == 0 || (X509_get_extended_key_usage(x) & XKU_OCSP_SIGN) == 0 ||
	    (X509_get_key_usage(x) & KU_DIGITAL_SIGNATURE) == 0 || X509_check_ca(x) != 0)
		return "RFC 6960 section 4.2.2.2: the certificate is no responder's";
	if (X509_get_ext_by_NID(x, NID_id_pkix_OCSP_noCheck, -1) < 0)
		return "RFC 6960 section 4.2.2.2.1: the responder's certificate would itself have to be asked for";
	if (now < cert_not_before(responder) - CLOCK_SLACK || now > cert_not_after(responder))
		return "RFC 6960 section 3.2: the responder's certificate is not valid now";
	if (read->is_ec != (strcmp(cert_algorithm(responder), "EC-P256") == 0))
		return "RFC 6960 section 4.3: the algorithm is not of the responder's key";
	context = EVP_MD_CTX_new();
	ok = context != NULL && EVP_DigestVerifyInit(context, NULL, EVP_sha256(), NULL, X509_get0_pubkey(x)) == 1 &&
	     EVP_DigestVerify(context, read->signature, read->signature_len, read->tbs, read->tbs_len) == 1;
	EVP_MD_CTX_free(context);
	ERR_clear_error();
	return ok ? NULL : "RFC 6960 section 3.2: the signature does not verify";
}

enum rc
ocsp_verify(struct ocsp_read *out, struct cert **responder, const uint8_t *der, size_t len, const struct ocsp_request *request,
    const struct cert *ca, instant now, const char **clause)
{
	struct buf try_later = BUF_INIT;
	uint8_t key_id[20];
	bool is_later;

	*responder = NULL;
	ocsp_error(&try_later, OCSP_TRY_LATER);
	is_later = len == try_later.len && memcmp(der, try_later.data, len) == 0;
	buf_free(&try_later);
	if (is_later) {
		*clause = "tryLater";
		return RC_UNAVAILABLE;
	}
	/* once for the certificate, once for what it says */
	if ((*clause = read_all(out, der, len, request, NULL, now)) != NULL)
		return RC_BAD_INPUT;
	if (cert_parse(responder, out->responder, out->responder_len) != RC_OK) {
		*clause = "RFC 6960 section 4.2.2.2: the responder's certificate does not parse";
		return RC_BAD_INPUT;
	}
	cert_key_id(*responder, key_id);
	if ((*clause = read_all(out, der, len, request, key_id, now)) == NULL)
		*clause = responder_fault(out, *responder, ca, now);
	if (*clause == NULL)
		return RC_OK;
	cert_free(*responder);
	*responder = NULL;
	return RC_BAD_INPUT;
}
