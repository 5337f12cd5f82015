#include <string.h>
#include <strings.h>

#include <openssl/err.h>
#include <openssl/x509.h>

#include "base/encode.h"
#include "base/hash.h"
#include "base/log.h"
#include "base/mem.h"
#include "pki/csr.h"
#include "pki/der.h"
#include "pki/openssl.h"
#include "pki/sig.h"
#include "pki/weak_key.h"

const char *
csr_fault_name(enum csr_fault fault)
{
	static const char *const names[] = { [CSR_OK] = "ok",
		[CSR_MALFORMED] = "malformed",
		[CSR_WEAK_KEY] = "weak-key",
		[CSR_KNOWN_WEAK] = "known-weak-key",
		[CSR_BAD_SIGNATURE] = "bad-signature",
		[CSR_OTHER_IIN] = "other-iin" };

	return names[fault];
}

/* The subject of a request is ignored, unless it names another person. */
static bool
names_other_iin(const X509_NAME *name, const char *iin)
{
	struct buf value = BUF_INIT;
	bool other = false;
	int at = -1;

	while (!other && (at = X509_NAME_get_index_by_NID(name, NID_serialNumber, at)) >= 0) {
		const char *text;

		buf_reset(&value);
		other = !name_value(&value, X509_NAME_get_entry(name, at));
		text = buf_text(&value);
		if (strncasecmp(text, "IIN", 3) == 0)
			other = other || strcmp(text + 3, iin) != 0;
		else if (iin_is_wellformed(text))
			other = other || strcmp(text, iin) != 0;
	}
	buf_free(&value);
	return other;
}

/* Outside the signature's reach, so looked at by itself: NULL for RSA (RFC 4055, 5), nothing for ECDSA (RFC 5758, 3.2). */
static bool
has_accepted_signature(X509_REQ *request, EVP_PKEY *key)
{
	const ASN1_BIT_STRING *signature;
	const X509_ALGOR *algorithm;
	int type;

	X509_REQ_get0_signature(request, &signature, &algorithm);
	X509_ALGOR_get0(NULL, &type, NULL, algorithm);
	return signature_is_accepted(X509_REQ_get_signature_nid(request)) &&
	       type == (EVP_PKEY_is_a(key, "RSA") ? V_ASN1_NULL : V_ASN1_UNDEF) && X509_REQ_verify(request, key) == 1;
}

static void
take_key(struct csr *out, const uint8_t *spki, size_t len)
{
	out->spki = mem_copy(spki, len);
	out->spki_len = len;
	hash_sha256(out->spki_hash, spki, len);
}

static enum csr_fault
read_request(struct csr *out, X509_REQ *request, const char *iin)
{
	uint8_t *spki = NULL;
	int len = i2d_X509_PUBKEY(X509_REQ_get_X509_PUBKEY(request), &spki);
	enum csr_fault fault = CSR_OK;
	const char *weakness;
	EVP_PKEY *key;

	if (len <= 0)
		return CSR_MALFORMED;
	key = key_of(spki, (size_t)len);
	if (key == NULL || !key_describe(key, out->algorithm))
		fault = CSR_WEAK_KEY;
	else if ((weakness = weak_key_find(key)) != NULL) {
		log_warn("request", "key: %s", weakness);
		fault = CSR_KNOWN_WEAK;
	} else if (X509_REQ_get_version(request) != 0 || !key_is_canonical(key, spki, (size_t)len))
		fault = CSR_MALFORMED;
	else if (!has_accepted_signature(request, key))
		fault = CSR_BAD_SIGNATURE;
	else if (iin != NULL && names_other_iin(X509_REQ_get_subject_name(request), iin))
		fault = CSR_OTHER_IIN;
	if (fault == CSR_OK)
		take_key(out, spki, (size_t)len);
	OPENSSL_free(spki);
	return fault;
}

struct request_parts {
	struct slice info; /* CertificationRequestInfo, with its header, as are the next three */
	struct slice subject, spki, algorithm;
	struct slice signature; /* octets of the BIT STRING */
};

/* RFC 2986, 4: DER to the innermost octet, version 0, nothing behind it. */
static bool
read_parts(struct request_parts *out, const uint8_t *der, size_t len)
{
	const uint8_t *p = der, *end = der + len, *body, *info;
	size_t n, info_len;

	if (!der_is_valid(der, len) || !der_read(&p, end, DER_SEQUENCE, &body, &n) || p != end)
		return false;
	p = body;
	if (!der_read(&p, end, DER_SEQUENCE, &info, &info_len))
		return false;
	out->info = (struct slice){ body, (size_t)(p - body) };
	out->algorithm.data = p;
	if (!der_read(&p, end, DER_SEQUENCE, &body, &n))
		return false;
	out->algorithm.len = (size_t)(p - out->algorithm.data);
	if (!der_read(&p, end, DER_BIT_STRING, &body, &n) || p != end || n < 2 || body[0] != 0)
		return false;
	out->signature = (struct slice){ body + 1, n - 1 };
	p = info;
	end = info + info_len;
	if (!der_read(&p, end, DER_INTEGER, &body, &n) || n != 1 || body[0] != 0)
		return false;
	out->subject.data = p;
	if (!der_read(&p, end, DER_SEQUENCE, &body, &n))
		return false;
	out->subject.len = (size_t)(p - out->subject.data);
	out->spki.data = p;
	if (!der_read(&p, end, DER_SEQUENCE, &body, &n))
		return false;
	out->spki.len = (size_t)(p - out->spki.data);
	return der_read(&p, end, DER_CONTEXT_OF(0), &body, &n) && p == end && n == 0;
}

/*
 * What nearly all requests are, found good without OpenSSL's decoder, which costs more than all the rest: no attributes, an accepted key, its
 * signature. false says nothing: OpenSSL looks at it then, and knows what is wrong.
 */
static bool
is_plainly_good(struct csr *out, const uint8_t *der, size_t len, const char *iin)
{
	struct request_parts parts;
	const uint8_t *p;
	struct key *key;
	X509_NAME *name;
	bool ok;

	if (!read_parts(&parts, der, len))
		return false;
	key = key_recall(parts.spki.data, parts.spki.len);
	/* NULL of RSA: what sig_verify_x509 takes without it, a request must have (has_accepted_signature) */
	if (!key_is_accepted(key) || weak_key_find(key_evp(key)) != NULL ||
	    (key_kind(key) == KEY_RSA && parts.algorithm.data[parts.algorithm.len - 1] != 0) ||
	    !sig_verify_x509(parts.algorithm, key, parts.info, parts.signature))
		return false;
	p = parts.subject.data;
	name = d2i_X509_NAME(NULL, &p, (long)parts.subject.len);
	ok = name != NULL && p == parts.subject.data + parts.subject.len && (iin == NULL || !names_other_iin(name, iin));
	X509_NAME_free(name);
	if (ok) {
		snprintf(out->algorithm, sizeof(out->algorithm), "%s", key_algorithm(key));
		take_key(out, parts.spki.data, parts.spki.len);
	}
	ERR_clear_error();
	return ok;
}

enum rc
csr_parse_der(struct csr *out, const uint8_t *der, size_t len, const char *iin, enum csr_fault *fault)
{
	X509_REQ *request = NULL;
	const uint8_t *p = der;

	memset(out, 0, sizeof(*out));
	*fault = CSR_MALFORMED;
	if (len > 0 && len <= CSR_MAX && is_plainly_good(out, der, len, iin))
		*fault = CSR_OK;
	else if (len > 0 && len <= CSR_MAX && (request = d2i_X509_REQ(NULL, &p, (long)len)) != NULL && p == der + len)
		*fault = read_request(out, request, iin);
	X509_REQ_free(request);
	if (*fault != CSR_OK) {
		openssl_warn("request", "parse", csr_fault_name(*fault));
		csr_free(out);
		return RC_BAD_INPUT;
	}
	ERR_clear_error();
	out->der = mem_copy(der, len);
	out->der_len = len;
	hash_sha256(out->hash, der, len);
	return RC_OK;
}

enum rc
csr_parse(struct csr *out, const char *text, size_t len, const char *iin, enum csr_fault *fault)
{
	struct buf der = BUF_INIT;
	bool ok;
	enum rc rc = RC_BAD_INPUT;

	memset(out, 0, sizeof(*out));
	*fault = CSR_MALFORMED;
	ok = len <= (size_t)3 * CSR_MAX && pem_decode(&der, "CERTIFICATE REQUEST", text, len);
	if (!ok && len <= (size_t)3 * CSR_MAX) {
		buf_reset(&der);
		ok = pem_decode(&der, "NEW CERTIFICATE REQUEST", text, len);
	}
	if (!ok && len <= (size_t)3 * CSR_MAX) {
		buf_reset(&der);
		ok = base64_decode(&der, text, len);
	}
	if (ok)
		rc = csr_parse_der(out, (const uint8_t *)buf_text(&der), der.len, iin, fault);
	else
		log_warn("request", "parse: %zu octets: neither PEM nor base64", len);
	buf_free(&der);
	return rc;
}

void
csr_free(struct csr *csr)
{
	free(csr->der);
	free(csr->spki);
	memset(csr, 0, sizeof(*csr));
}

/* The modulus of an RSAPublicKey in its SubjectPublicKeyInfo. */
static bool
modulus_of(const struct csr *c, const uint8_t **modulus, size_t *len)
{
	const uint8_t *p = c->spki, *end = p + c->spki_len, *value;
	size_t n;

	if (strncmp(c->algorithm, "RSA", 3) != 0 || !der_read(&p, end, DER_SEQUENCE, &value, &n))
		return false;
	p = value;
	end = p + n;
	if (!der_read(&p, end, DER_SEQUENCE, &value, &n) || !der_read(&p, end, DER_BIT_STRING, &value, &n) || n < 1)
		return false;
	p = value + 1;
	end = value + n;
	if (!der_read(&p, end, DER_SEQUENCE, &value, &n))
		return false;
	p = value;
	return der_read(&p, value + n, DER_INTEGER, modulus, len);
}

bool
csr_listed_as(const struct csr *c, uint8_t out[CSR_LISTED_SIZE])
{
	static const char digits[] = "0123456789ABCDEF";
	const uint8_t *n;
	uint8_t hash[EVP_MAX_MD_SIZE];
	struct buf text = BUF_INIT;
	unsigned size = 0;
	size_t len;
	bool ok;

	memset(out, 0, CSR_LISTED_SIZE);
	if (!modulus_of(c, &n, &len))
		return false;
	buf_puts(&text, "Modulus=");
	for (size_t i = 0; i < len; i++) {
		/* a number, written without leading zeros */
		if (text.len > 8 || n[i] >> 4 != 0)
			buf_putc(&text, digits[n[i] >> 4]);
		if (text.len > 8 || n[i] != 0)
			buf_putc(&text, digits[n[i] & 15]);
	}
	buf_putc(&text, '\n');
	ok = EVP_Digest(text.data, text.len, hash, &size, EVP_sha1(), NULL) == 1 && size == 20;
	buf_free(&text);
	if (ok)
		memcpy(out + CSR_LISTED_SIZE - 10, hash + 10, 10);
	return ok;
}
