#include <string.h>

#include <openssl/err.h>
#include <openssl/obj_mac.h>
#include <openssl/sha.h>
#include <openssl/x509v3.h>

#include "base/log.h"
#include "base/random.h"
#include "pki/der.h"
#include "pki/issue.h"
#include "pki/openssl.h"

void
issue_serial(uint8_t out[SERIAL_SIZE])
{
	do
		random_bytes(out, SERIAL_SIZE);
	while (out[0] < 0x10 || out[0] > 0x7f);
}

static void
add_attribute(struct buf *b, int nid, uint8_t tag, const char *value)
{
	size_t set = der_begin(b, DER_SET), sequence = der_begin(b, DER_SEQUENCE);

	der_oid_nid(b, nid);
	der_text(b, tag, value);
	der_end(b, sequence);
	der_end(b, set);
}

static void
add_subject(struct buf *b, const struct issue_subject *s, const struct profile *p)
{
	size_t name = der_begin(b, DER_SEQUENCE);
	char number[3 + IIN_SIZE];

	if (p->common_name != NULL) {
		add_attribute(b, NID_countryName, DER_PRINTABLE, "KZ");
		add_attribute(b, NID_commonName, DER_UTF8, p->common_name);
		der_end(b, name);
		return;
	}
	snprintf(number, sizeof(number), "IIN%.12s", s->iin);
	add_attribute(b, NID_commonName, DER_UTF8, s->common_name);
	add_attribute(b, NID_surname, DER_UTF8, s->surname);
	add_attribute(b, NID_serialNumber, DER_PRINTABLE, number);
	add_attribute(b, NID_countryName, DER_PRINTABLE, "KZ");
	if (s->patronymic[0] != '\0')
		add_attribute(b, NID_givenName, DER_UTF8, s->patronymic);
	der_end(b, name);
}

/* Extension with its value inside; closes what extension_begin opened. */
static size_t
extension_begin(struct buf *b, int nid, bool critical, size_t *value)
{
	size_t extension = der_begin(b, DER_SEQUENCE);

	der_oid_nid(b, nid);
	if (critical)
		der_add(b, DER_BOOLEAN, "\xff", 1);
	*value = der_begin(b, DER_OCTET_STRING);
	return extension;
}

static void
extension_end(struct buf *b, size_t extension, size_t value)
{
	der_end(b, value);
	der_end(b, extension);
}

static void
add_authority_key(struct buf *b, const struct cert *ca)
{
	const ASN1_OCTET_STRING *id = X509_get0_subject_key_id(cert_x509(ca));
	size_t value, extension = extension_begin(b, NID_authority_key_identifier, false, &value), sequence;

	sequence = der_begin(b, DER_SEQUENCE);
	der_add(b, DER_CONTEXT(0), ASN1_STRING_get0_data(id), (size_t)ASN1_STRING_length(id));
	der_end(b, sequence);
	extension_end(b, extension, value);
}

/* RFC 5280, 4.2.1.2 (1): SHA-1 of the BIT STRING's octets. */
static bool
add_subject_key(struct buf *b, const uint8_t *spki, size_t len)
{
	const uint8_t *p = spki, *q, *inner, *body;
	size_t inner_len, n, value, extension;
	uint8_t id[SHA_DIGEST_LENGTH];

	if (!der_read(&p, spki + len, DER_SEQUENCE, &inner, &inner_len) || p != spki + len)
		return false;
	q = inner;
	if (!der_read(&q, inner + inner_len, DER_SEQUENCE, &body, &n) || !der_read(&q, inner + inner_len, DER_BIT_STRING, &body, &n) ||
	    n < 2)
		return false;
	if (EVP_Digest(body + 1, n - 1, id, NULL, EVP_sha1(), NULL) != 1)
		return false;
	extension = extension_begin(b, NID_subject_key_identifier, false, &value);
	der_add(b, DER_OCTET_STRING, id, sizeof(id));
	extension_end(b, extension, value);
	return true;
}

static void
add_key_usage(struct buf *b, uint8_t bits)
{
	uint8_t octets[2] = { 0, bits };
	size_t value, extension = extension_begin(b, NID_key_usage, true, &value);

	/* named bits: trailing zeros are cut (X.690, 11.2.2) */
	while (octets[0] < 7 && (bits & (1U << octets[0])) == 0)
		octets[0]++;
	der_add(b, DER_BIT_STRING, octets, sizeof(octets));
	extension_end(b, extension, value);
}

static bool
add_usages(struct buf *b, const struct profile *p)
{
	size_t value, extension = extension_begin(b, NID_ext_key_usage, false, &value), sequence = der_begin(b, DER_SEQUENCE);
	bool ok = true;

	for (size_t i = 0; i < p->usage_count; i++)
		ok = der_oid(b, p->usages[i]) && ok;
	der_end(b, sequence);
	extension_end(b, extension, value);
	return ok;
}

static bool
add_policies(struct buf *b, const struct profile *p)
{
	size_t value, extension = extension_begin(b, NID_certificate_policies, false, &value);
	size_t policies = der_begin(b, DER_SEQUENCE), policy = der_begin(b, DER_SEQUENCE), qualifiers, qualifier, notice;
	bool ok = der_oid(b, p->policy);

	qualifiers = der_begin(b, DER_SEQUENCE);
	qualifier = der_begin(b, DER_SEQUENCE);
	der_oid_nid(b, NID_id_qt_cps);
	der_text(b, DER_IA5, p->cps);
	der_end(b, qualifier);
	qualifier = der_begin(b, DER_SEQUENCE);
	der_oid_nid(b, NID_id_qt_unotice);
	notice = der_begin(b, DER_SEQUENCE);
	der_text(b, DER_UTF8, p->notice);
	der_end(b, notice);
	der_end(b, qualifier);
	der_end(b, qualifiers);
	der_end(b, policy);
	der_end(b, policies);
	extension_end(b, extension, value);
	return ok;
}

static void
add_crl_points(struct buf *b, int nid, const char *uri)
{
	size_t value, extension = extension_begin(b, nid, false, &value);
	size_t points = der_begin(b, DER_SEQUENCE), point = der_begin(b, DER_SEQUENCE);
	size_t name = der_begin(b, DER_CONTEXT_OF(0)), full = der_begin(b, DER_CONTEXT_OF(0));

	der_text(b, DER_CONTEXT(6), uri);
	der_end(b, full);
	der_end(b, name);
	der_end(b, point);
	der_end(b, points);
	extension_end(b, extension, value);
}

static void
add_access(struct buf *b, int nid, const char *uri)
{
	size_t access = der_begin(b, DER_SEQUENCE);

	der_oid_nid(b, nid);
	der_text(b, DER_CONTEXT(6), uri);
	der_end(b, access);
}

static void
add_authority_information(struct buf *b, const struct profile *p)
{
	size_t value, extension = extension_begin(b, NID_info_access, false, &value), list = der_begin(b, DER_SEQUENCE);

	if (p->ocsp != NULL)
		add_access(b, NID_ad_OCSP, p->ocsp);
	if (p->ca_issuers != NULL)
		add_access(b, NID_ad_ca_issuers, p->ca_issuers);
	der_end(b, list);
	extension_end(b, extension, value);
}

/* RFC 6960, 4.2.2.2.1: NULL. */
static void
add_nocheck(struct buf *b)
{
	size_t value, extension = extension_begin(b, NID_id_pkix_OCSP_noCheck, false, &value);

	der_add(b, DER_NULL, "", 0);
	extension_end(b, extension, value);
}

static bool
add_extensions(struct buf *b, const struct issue_request *r, const struct cert *ca, bool rsa)
{
	const struct profile *p = r->profile;
	size_t outer = der_begin(b, DER_CONTEXT_OF(3)), list = der_begin(b, DER_SEQUENCE);
	bool ok;

	add_authority_key(b, ca);
	ok = add_subject_key(b, r->spki, r->spki_len);
	add_key_usage(b, rsa ? p->key_usage_rsa : p->key_usage_ec);
	ok = add_usages(b, p) && ok;
	if (p->policy != NULL)
		ok = add_policies(b, p) && ok;
	if (p->crl != NULL)
		add_crl_points(b, NID_crl_distribution_points, p->crl);
	if (p->freshest_crl != NULL)
		add_crl_points(b, NID_freshest_crl, p->freshest_crl);
	if (p->ocsp != NULL || p->ca_issuers != NULL)
		add_authority_information(b, p);
	if (p->ocsp_nocheck)
		add_nocheck(b);
	der_end(b, list);
	der_end(b, outer);
	return ok;
}

static bool
add_ca_name(struct buf *b, const struct cert *ca)
{
	const unsigned char *der;
	size_t len;

	if (X509_NAME_get0_der(X509_get_subject_name(cert_x509(ca)), &der, &len) != 1)
		return false;
	buf_add(b, der, len);
	return true;
}

/* By the algorithm's name alone; the lint that follows reads the key. */
static bool
is_rsa(const uint8_t *spki, size_t len, bool *rsa)
{
	const uint8_t *p = spki, *body, *algorithm, *oid, *bits;
	size_t n, algorithm_len, oid_len, bits_len;
	const ASN1_OBJECT *wanted = OBJ_nid2obj(NID_rsaEncryption);

	if (!der_read(&p, spki + len, DER_SEQUENCE, &body, &n) || p != spki + len)
		return false;
	p = body;
	if (!der_read(&p, body + n, DER_SEQUENCE, &algorithm, &algorithm_len) ||
	    !der_read(&p, body + n, DER_BIT_STRING, &bits, &bits_len) || p != body + n)
		return false;
	p = algorithm;
	if (!der_read(&p, algorithm + algorithm_len, DER_OID, &oid, &oid_len))
		return false;
	*rsa = oid_len == OBJ_length(wanted) && memcmp(oid, OBJ_get0_data(wanted), oid_len) == 0;
	return true;
}

static bool
is_person(const struct issue_subject *s)
{
	return s->common_name[0] != '\0' && s->surname[0] != '\0' && iin_is_wellformed(s->iin);
}

enum rc
issue_tbs(struct buf *b, const struct issue_request *r, const struct cert *ca)
{
	instant from = r->not_before - r->not_before % SECOND, until = from + r->profile->days * DAY;
	size_t tbs, version, validity;
	bool rsa, ok = true;

	if (until > cert_not_after(ca))
		until = cert_not_after(ca);
	if ((r->profile->common_name == NULL && !is_person(&r->subject)) || until <= from || from < cert_not_before(ca) ||
	    cert_x509(ca) == NULL || X509_get0_subject_key_id(cert_x509(ca)) == NULL || !is_rsa(r->spki, r->spki_len, &rsa)) {
		log_warn("issue", "%s: names, validity or key that no certificate can hold", r->profile->name);
		return RC_BAD_INPUT;
	}
	tbs = der_begin(b, DER_SEQUENCE);
	version = der_begin(b, DER_CONTEXT_OF(0));
	der_number(b, 2);
	der_end(b, version);
	der_unsigned(b, r->serial, SERIAL_SIZE);
	issuer_algorithm(b);
	ok = add_ca_name(b, ca);
	validity = der_begin(b, DER_SEQUENCE);
	der_time(b, from);
	der_time(b, until);
	der_end(b, validity);
	add_subject(b, &r->subject, r->profile);
	buf_add(b, r->spki, r->spki_len);
	ok = add_extensions(b, r, ca, rsa) && ok;
	der_end(b, tbs);
	return ok && !b->overflow ? RC_OK : RC_BAD_INPUT;
}

enum rc
issue_tbs_not_before(instant *out, const void *tbs, size_t len)
{
	const uint8_t *p = tbs, *end = p + len, *body, *validity;
	size_t n, validity_len;

	if (!der_read(&p, end, DER_SEQUENCE, &body, &n) || p != end)
		return RC_BAD_INPUT;
	p = body;
	if (!der_read(&p, end, DER_CONTEXT_OF(0), &body, &n) || !der_read(&p, end, DER_INTEGER, &body, &n) ||
	    !der_read(&p, end, DER_SEQUENCE, &body, &n) || !der_read(&p, end, DER_SEQUENCE, &body, &n) ||
	    !der_read(&p, end, DER_SEQUENCE, &validity, &validity_len))
		return RC_BAD_INPUT;
	p = validity;
	if (!der_read(&p, validity + validity_len, DER_UTCTIME, &body, &n) &&
	    !der_read(&p, validity + validity_len, DER_GENERALIZEDTIME, &body, &n))
		return RC_BAD_INPUT;
	return der_time_parse(out, validity, (size_t)(p - validity)) ? RC_OK : RC_BAD_INPUT;
}

/* What was signed is what was kept: the first element inside the outer SEQUENCE, octet by octet. */
static bool
holds_tbs(const struct cert *cert, const void *tbs, size_t len)
{
	size_t der_len, n;
	const uint8_t *der = cert_der(cert, &der_len), *p = der, *body;

	return der_read(&p, der + der_len, DER_SEQUENCE, &body, &n) && n > len && memcmp(body, tbs, len) == 0;
}

enum rc
issue_sign(struct cert **out, const void *tbs, size_t len, const struct issuer_key *key)
{
	struct issuer_signing *signing = issuer_sign_begin(key);
	struct buf signature = BUF_INIT, der = BUF_INIT;
	size_t sequence;
	enum rc rc;

	*out = NULL;
	buf_putc(&signature, 0);
	issuer_sign_add(signing, tbs, len);
	rc = issuer_sign_end(signing, &signature);
	if (rc == RC_OK) {
		sequence = der_begin(&der, DER_SEQUENCE);
		buf_add(&der, tbs, len);
		issuer_algorithm(&der);
		der_add(&der, DER_BIT_STRING, signature.data, signature.len);
		der_end(&der, sequence);
		rc = cert_parse(out, (const uint8_t *)der.data, der.len);
	}
	if (rc == RC_OK && (!holds_tbs(*out, tbs, len) || !cert_is_signed_by(*out, issuer_key_certificate(key)))) {
		log_error("issue", "sign: RFC 5280 section 4.1.1: the certificate is not what was to be signed");
		cert_free(*out);
		*out = NULL;
		rc = RC_INTERNAL;
	}
	buf_free(&signature);
	buf_free(&der);
	return rc;
}
