#include <string.h>

#include <openssl/err.h>
#include <openssl/x509v3.h>

#include "base/encode.h"
#include "base/log.h"
#include "pki/der.h"
#include "pki/issuer_key.h"
#include "pki/lint.h"
#include "pki/openssl.h"
#include "pki/weak_key.h"

struct subject {
	const uint8_t *tbs;
	size_t tbs_len;
	X509 *x509;
	EVP_PKEY *key; /* borrowed; NULL: not readable */
	const struct cert *ca;
	const struct profile *profile;
	char algorithm[KEY_ALGORITHM_SIZE];
	bool is_weak;
};

static bool
is_der(const struct subject *s)
{
	unsigned char *again = NULL;
	int len = i2d_re_X509_tbs(s->x509, &again);
	bool ok = len > 0 && (size_t)len == s->tbs_len && memcmp(again, s->tbs, s->tbs_len) == 0;

	OPENSSL_free(again);
	return ok;
}

static bool
is_version_3(const struct subject *s)
{
	const ASN1_BIT_STRING *issuer_uid, *subject_uid;

	X509_get0_uids(s->x509, &issuer_uid, &subject_uid);
	return X509_get_version(s->x509) == X509_VERSION_3 && issuer_uid == NULL && subject_uid == NULL;
}

static bool
is_serial(const struct subject *s)
{
	const ASN1_INTEGER *number = X509_get0_serialNumber(s->x509);
	const uint8_t *octets = ASN1_STRING_get0_data(number);

	return ASN1_STRING_type(number) == V_ASN1_INTEGER && ASN1_STRING_length(number) == SERIAL_SIZE && octets[0] >= 0x10 &&
	       octets[0] <= 0x7f;
}

/* Of 20 random octets fewer than 8 differ about once in 10^18. */
static bool
is_serial_random(const struct subject *s)
{
	const ASN1_INTEGER *number = X509_get0_serialNumber(s->x509);
	const uint8_t *octets = ASN1_STRING_get0_data(number);
	unsigned different = 0;

	for (int i = 0; i < ASN1_STRING_length(number); i++)
		different += memchr(octets, octets[i], (size_t)i) == NULL;
	return different >= 8;
}

static bool
is_algorithm(const struct subject *s)
{
	const X509_ALGOR *algorithm = X509_get0_tbs_sigalg(s->x509);
	int type;

	X509_ALGOR_get0(NULL, &type, NULL, algorithm);
	return OBJ_obj2nid(algorithm->algorithm) == NID_sha256WithRSAEncryption && type == V_ASN1_NULL;
}

static bool
is_issuer(const struct subject *s)
{
	const unsigned char *a, *b;
	size_t a_len, b_len;

	return X509_NAME_get0_der(X509_get_issuer_name(s->x509), &a, &a_len) == 1 &&
	       X509_NAME_get0_der(X509_get_subject_name(cert_x509(s->ca)), &b, &b_len) == 1 && a_len == b_len && memcmp(a, b, a_len) == 0;
}

static bool
is_validity(const struct subject *s)
{
	const ASN1_TIME *from = X509_get0_notBefore(s->x509), *until = X509_get0_notAfter(s->x509);
	const instant year_2050 = 2524608000 * SECOND;
	instant a, b;

	if (!time_parse(&a, from) || !time_parse(&b, until))
		return false;
	return a < b && a >= cert_not_before(s->ca) && b <= cert_not_after(s->ca) && b - a <= s->profile->days * DAY &&
	       (ASN1_STRING_type(from) == V_ASN1_UTCTIME) == (a < year_2050) &&
	       (ASN1_STRING_type(until) == V_ASN1_UTCTIME) == (b < year_2050);
}

static bool
is_subject_attribute(const X509_NAME_ENTRY *entry, unsigned *seen)
{
	static const struct {
		int nid, type;
		size_t max;
	} allowed[] = {
		{ NID_commonName, V_ASN1_UTF8STRING, 64 },
		{ NID_surname, V_ASN1_UTF8STRING, 128 },
		{ NID_serialNumber, V_ASN1_PRINTABLESTRING, 15 },
		{ NID_countryName, V_ASN1_PRINTABLESTRING, 2 },
		{ NID_givenName, V_ASN1_UTF8STRING, 128 },
	};
	int nid = OBJ_obj2nid(X509_NAME_ENTRY_get_object(entry));
	const ASN1_STRING *value = X509_NAME_ENTRY_get_data(entry);
	struct buf text = BUF_INIT;
	bool ok = false;

	for (size_t i = 0; i < sizeof(allowed) / sizeof(allowed[0]); i++)
		if (allowed[i].nid == nid && (*seen & 1U << i) == 0) {
			size_t len;

			*seen |= 1U << i;
			ok = ASN1_STRING_type(value) == allowed[i].type && name_value(&text, entry);
			len = ok ? utf8_length(buf_text(&text), text.len) : 0;
			ok = len > 0 && len <= allowed[i].max;
		}
	if (ok && nid == NID_countryName)
		ok = strcmp(buf_text(&text), "KZ") == 0;
	if (ok && nid == NID_serialNumber)
		ok = strncmp(buf_text(&text), "IIN", 3) == 0 && iin_is_wellformed(buf_text(&text) + 3);
	buf_free(&text);
	return ok;
}

/* Country and the profile's name, nothing else. */
static bool
is_program(const X509_NAME *name, const char *common_name)
{
	const X509_NAME_ENTRY *country = X509_NAME_get_entry(name, 0), *entry = X509_NAME_get_entry(name, 1);
	struct buf text = BUF_INIT;
	unsigned seen = 0;
	bool ok = X509_NAME_entry_count(name) == 2 && OBJ_obj2nid(X509_NAME_ENTRY_get_object(country)) == NID_countryName &&
		  OBJ_obj2nid(X509_NAME_ENTRY_get_object(entry)) == NID_commonName && is_subject_attribute(country, &seen) &&
		  is_subject_attribute(entry, &seen) && name_value(&text, entry) && strcmp(buf_text(&text), common_name) == 0;

	buf_free(&text);
	return ok;
}

static bool
is_subject(const struct subject *s)
{
	const X509_NAME *name = X509_get_subject_name(s->x509);
	unsigned seen = 0;

	if (s->profile->common_name != NULL)
		return is_program(name, s->profile->common_name);

	for (int i = 0; i < X509_NAME_entry_count(name); i++)
		if (!is_subject_attribute(X509_NAME_get_entry(name, i), &seen))
			return false;
	return (seen & 0xf) == 0xf;
}

/* As the national centre's certificates have them: CN, SN, serialNumber, C, GN; CN is the surname and the first name. */
static bool
is_subject_order(const struct subject *s)
{
	static const int order[] = { NID_commonName, NID_surname, NID_serialNumber, NID_countryName, NID_givenName };
	const X509_NAME *name = X509_get_subject_name(s->x509);
	struct buf common = BUF_INIT, surname = BUF_INIT;
	bool ok = true;

	if (s->profile->common_name != NULL)
		return true;
	for (int i = 0; ok && i < X509_NAME_entry_count(name); i++)
		ok = OBJ_obj2nid(X509_NAME_ENTRY_get_object(X509_NAME_get_entry(name, i))) == order[i];
	ok = ok && name_value(&common, X509_NAME_get_entry(name, 0)) && name_value(&surname, X509_NAME_get_entry(name, 1)) &&
	     common.len >= surname.len && memcmp(common.data, surname.data, surname.len) == 0 &&
	     (common.len == surname.len || common.data[surname.len] == ' ');
	buf_free(&common);
	buf_free(&surname);
	return ok;
}

static bool
is_key_accepted(const struct subject *s)
{
	return !s->is_weak && s->key != NULL;
}

static bool
is_key_canonical(const struct subject *s)
{
	unsigned char *given = NULL;
	int len = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(s->x509), &given);
	bool ok = len > 0 && key_is_canonical(s->key, given, (size_t)len);

	OPENSSL_free(given);
	return ok;
}

static bool
is_key_another(const struct subject *s)
{
	return EVP_PKEY_eq(s->key, X509_get0_pubkey(cert_x509(s->ca))) != 1;
}

static bool
is_key_sound(const struct subject *s)
{
	return weak_key_find(s->key) == NULL;
}

static bool
are_extensions(const struct subject *s)
{
	const struct profile *p = s->profile;
	const struct {
		int nid;
		bool is_wanted;
	} known[] = {
		{ NID_authority_key_identifier, true },
		{ NID_subject_key_identifier, true },
		{ NID_key_usage, true },
		{ NID_ext_key_usage, true },
		{ NID_certificate_policies, p->policy != NULL },
		{ NID_crl_distribution_points, p->crl != NULL },
		{ NID_freshest_crl, p->freshest_crl != NULL },
		{ NID_info_access, p->ca_issuers != NULL || p->ocsp != NULL },
		{ NID_id_pkix_OCSP_noCheck, p->ocsp_nocheck },
	};
	int count = 0;

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		int at = X509_get_ext_by_NID(s->x509, known[i].nid, -1);

		if ((at >= 0) != known[i].is_wanted)
			return false;
		if (at >= 0 && X509_EXTENSION_get_critical(X509_get_ext(s->x509, at)) != (known[i].nid == NID_key_usage))
			return false;
		count += at >= 0;
	}
	if (X509_get_ext_count(s->x509) != count)
		return false;
	(void)X509_check_purpose(s->x509, -1, 0);
	return (X509_get_extension_flags(s->x509) & (EXFLAG_INVALID | EXFLAG_CRITICAL | EXFLAG_CA)) == 0;
}

static bool
is_authority_key(const struct subject *s)
{
	const ASN1_OCTET_STRING *a = X509_get0_authority_key_id(s->x509), *b = X509_get0_subject_key_id(cert_x509(s->ca));

	return a != NULL && b != NULL && ASN1_OCTET_STRING_cmp(a, b) == 0 && X509_get0_authority_issuer(s->x509) == NULL &&
	       X509_get0_authority_serial(s->x509) == NULL;
}

static bool
is_subject_key(const struct subject *s)
{
	const ASN1_OCTET_STRING *id = X509_get0_subject_key_id(s->x509);
	uint8_t hash[EVP_MAX_MD_SIZE];
	unsigned int len = sizeof(hash);

	return id != NULL && X509_pubkey_digest(s->x509, EVP_sha1(), hash, &len) == 1 && ASN1_STRING_length(id) == (int)len &&
	       memcmp(ASN1_STRING_get0_data(id), hash, len) == 0;
}

static bool
is_key_usage(const struct subject *s)
{
	uint32_t usage = X509_get_key_usage(s->x509);
	bool ec = strncmp(s->algorithm, "EC", 2) == 0;

	if ((usage & (KU_KEY_CERT_SIGN | KU_CRL_SIGN)) != 0 || (ec && (usage & (KU_KEY_ENCIPHERMENT | KU_DATA_ENCIPHERMENT)) != 0))
		return false;
	return usage == (ec ? s->profile->key_usage_ec : s->profile->key_usage_rsa);
}

static bool
are_usages(const struct subject *s)
{
	EXTENDED_KEY_USAGE *list = X509_get_ext_d2i(s->x509, NID_ext_key_usage, NULL, NULL);
	bool ok = list != NULL && (size_t)sk_ASN1_OBJECT_num(list) == s->profile->usage_count;
	char dotted[128];

	for (int i = 0; ok && i < sk_ASN1_OBJECT_num(list); i++) {
		OBJ_obj2txt(dotted, sizeof(dotted), sk_ASN1_OBJECT_value(list, i), 1);
		ok = strcmp(dotted, s->profile->usages[i]) == 0 && strcmp(dotted, "2.5.29.37.0") != 0;
	}
	sk_ASN1_OBJECT_pop_free(list, ASN1_OBJECT_free);
	return ok;
}

static bool
are_policies(const struct subject *s)
{
	CERTIFICATEPOLICIES *list = X509_get_ext_d2i(s->x509, NID_certificate_policies, NULL, NULL);
	bool ok = list != NULL && sk_POLICYINFO_num(list) == 1;
	char dotted[128] = "";

	if (s->profile->policy == NULL)
		return list == NULL;

	if (ok) {
		OBJ_obj2txt(dotted, sizeof(dotted), sk_POLICYINFO_value(list, 0)->policyid, 1);
		ok = strcmp(dotted, s->profile->policy) == 0 && strcmp(dotted, "2.5.29.32.0") != 0;
	}
	CERTIFICATEPOLICIES_free(list);
	return ok;
}

static bool
is_crl_point(const struct subject *s, int nid, const char *uri)
{
	CRL_DIST_POINTS *list = uri == NULL ? NULL : X509_get_ext_d2i(s->x509, nid, NULL, NULL);
	const DIST_POINT *point = list != NULL && sk_DIST_POINT_num(list) == 1 ? sk_DIST_POINT_value(list, 0) : NULL;
	bool ok = point != NULL && point->reasons == NULL && point->CRLissuer == NULL && point->distpoint != NULL &&
		  point->distpoint->type == 0 && sk_GENERAL_NAME_num(point->distpoint->name.fullname) == 1;

	if (ok) {
		const GENERAL_NAME *name = sk_GENERAL_NAME_value(point->distpoint->name.fullname, 0);

		ok = name->type == GEN_URI && (size_t)ASN1_STRING_length(name->d.ia5) == strlen(uri) &&
		     memcmp(ASN1_STRING_get0_data(name->d.ia5), uri, strlen(uri)) == 0;
	}
	CRL_DIST_POINTS_free(list);
	return uri == NULL || ok;
}

static bool
is_crl(const struct subject *s)
{
	return is_crl_point(s, NID_crl_distribution_points, s->profile->crl);
}

static bool
is_freshest_crl(const struct subject *s)
{
	return is_crl_point(s, NID_freshest_crl, s->profile->freshest_crl);
}

static bool
is_access(const ACCESS_DESCRIPTION *access, int nid, const char *uri)
{
	return access != NULL && OBJ_obj2nid(access->method) == nid && access->location->type == GEN_URI &&
	       (size_t)ASN1_STRING_length(access->location->d.ia5) == strlen(uri) &&
	       memcmp(ASN1_STRING_get0_data(access->location->d.ia5), uri, strlen(uri)) == 0;
}

static bool
is_authority_information(const struct subject *s)
{
	AUTHORITY_INFO_ACCESS *list = X509_get_ext_d2i(s->x509, NID_info_access, NULL, NULL);
	const char *ocsp = s->profile->ocsp, *ca_issuers = s->profile->ca_issuers;
	int wanted = (ocsp != NULL) + (ca_issuers != NULL);
	bool ok = (list == NULL ? 0 : sk_ACCESS_DESCRIPTION_num(list)) == wanted;

	if (ok && ocsp != NULL)
		ok = is_access(sk_ACCESS_DESCRIPTION_value(list, 0), NID_ad_OCSP, ocsp);
	if (ok && ca_issuers != NULL)
		ok = is_access(sk_ACCESS_DESCRIPTION_value(list, wanted - 1), NID_ad_ca_issuers, ca_issuers);
	AUTHORITY_INFO_ACCESS_free(list);
	return ok;
}

/* RFC 6960, 4.2.2.2: a delegated responder may sign answers and nothing else, and its certificate says whether it is to be checked. */
static bool
is_responder(const struct subject *s)
{
	ASN1_NULL *value = X509_get_ext_d2i(s->x509, NID_id_pkix_OCSP_noCheck, NULL, NULL);
	bool is_signer = (X509_get_extended_key_usage(s->x509) & XKU_OCSP_SIGN) != 0;
	bool ok =
	    (value != NULL) == s->profile->ocsp_nocheck && (is_signer ? s->profile->common_name != NULL && s->profile->usage_count == 1 &&
									    X509_get_key_usage(s->x509) == KU_DIGITAL_SIGNATURE
								      : value == NULL);

	ASN1_NULL_free(value);
	return ok;
}

static const struct {
	const char *clause;
	bool (*is_kept)(const struct subject *);
} rules[] = {
	{ "RFC 5280 section 4.1: not in DER", is_der },
	{ "RFC 5280 section 4.1.2.1: version 3, no unique identifiers", is_version_3 },
	{ "RFC 5280 section 4.1.2.2: serial of 20 octets, positive, first octet 0x10 to 0x7f", is_serial },
	{ "BR 7.1: serial that no random generator gives", is_serial_random },
	{ "RFC 5280 section 4.1.2.3: signature algorithm", is_algorithm },
	{ "RFC 5280 section 4.1.2.4: issuer is not the CA's subject, octet by octet", is_issuer },
	{ "RFC 5280 section 4.1.2.5: validity, its form, or beyond the CA's or the profile's", is_validity },
	{ "RFC 5280 section 4.1.2.6: subject attributes, their types or lengths", is_subject },
	{ "RFC 5280 section 4.1.2.6: order of the subject's attributes, or a surname that is not the name's first part", is_subject_order },
	{ "RFC 5280 section 4.1.2.7, RFC 8017 section 3.1: key too small, its exponent even or small, or of another kind",
	    is_key_accepted },
	{ "RFC 5280 section 4.1.2.7, RFC 3279 section 2.3: key is not in its one encoding", is_key_canonical },
	{ "RFC 5280 section 4.1.2.7: key is the CA's own", is_key_another },
	{ "RFC 5280 section 4.1.2.7, BR 6.1.1.3: private key can be found by others", is_key_sound },
	{ "RFC 5280 section 4.2: extensions or their criticality", are_extensions },
	{ "RFC 5280 section 4.2.1.1: authority key identifier", is_authority_key },
	{ "RFC 5280 section 4.2.1.2: subject key identifier", is_subject_key },
	{ "RFC 5280 section 4.2.1.3, RFC 8813 section 3: key usage", is_key_usage },
	{ "RFC 5280 section 4.2.1.4: policy", are_policies },
	{ "RFC 5280 section 4.2.1.12: extended key usage", are_usages },
	{ "RFC 5280 section 4.2.1.13: CRL distribution point", is_crl },
	{ "RFC 5280 section 4.2.1.15: freshest CRL", is_freshest_crl },
	{ "RFC 5280 section 4.2.2.1: authority information access", is_authority_information },
	{ "RFC 6960 section 4.2.2.2: OCSP responder", is_responder },
};

/* A certificate around tbs whose signature is no signature: for reading only. */
static X509 *
wrap(const void *tbs, size_t len)
{
	struct buf der = BUF_INIT;
	size_t sequence = der_begin(&der, DER_SEQUENCE);
	const uint8_t *p;
	X509 *x509;

	buf_add(&der, tbs, len);
	issuer_algorithm(&der);
	der_add(&der, DER_BIT_STRING, "\0\0", 2);
	der_end(&der, sequence);
	p = (const uint8_t *)der.data;
	x509 = d2i_X509(NULL, &p, (long)der.len);
	buf_free(&der);
	return x509;
}

enum rc
lint_tbs(const void *tbs, size_t len, const struct cert *ca, const struct profile *profile, const char **clause)
{
	struct subject s = { .tbs = tbs, .tbs_len = len, .x509 = wrap(tbs, len), .ca = ca, .profile = profile };
	unsigned char *spki = NULL;
	int spki_len;

	*clause = NULL;
	if (s.x509 == NULL || len > CERT_MAX - 1024)
		*clause = "RFC 5280 section 4.1: no certificate";
	else if (cert_x509(ca) == NULL)
		*clause = "RFC 5280 section 4.1: no certificate of the CA";
	else {
		spki_len = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(s.x509), &spki);
		s.key = spki_len > 0 ? key_of(spki, (size_t)spki_len) : NULL;
		if (!key_describe(s.key, s.algorithm))
			s.is_weak = true;
		for (size_t i = 0; *clause == NULL && i < sizeof(rules) / sizeof(rules[0]); i++)
			if (!rules[i].is_kept(&s))
				*clause = rules[i].clause;
	}
	OPENSSL_free(spki);
	X509_free(s.x509);
	ERR_clear_error();
	if (*clause != NULL)
		log_error("lint", "certificate: %s", *clause);
	return *clause == NULL ? RC_OK : RC_BAD_INPUT;
}
