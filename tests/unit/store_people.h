/* A CA, and persons' certificates of it, as rows: what certificate, session and signed_form look up. */
#ifndef CABINET_TESTS_STORE_PEOPLE_H
#define CABINET_TESTS_STORE_PEOPLE_H

#include "database.h"
#include "form_signer.h"
#include "pki/cert.h"

#define ROLE_PERSON "1.3.6.1.4.1.32473.4.1.1"
#define ROLE_OPERATOR "1.3.6.1.4.1.32473.4.2.3"
#define IIN_FIRST "123456789011"
#define IIN_OTHER "850101300017"

struct person {
	const char *iin; /* NULL: no serialNumber */
	const char *organisation;
	const char *key_usage, *extended;
	long from, until; /* seconds from now */
	uint8_t first;	  /* every octet of the serial */
};

static EVP_PKEY *ca_key, *person_key;
static X509 *ca_x509;

static inline void
extension(X509 *x, int nid, const char *value)
{
	X509_EXTENSION *e = X509V3_EXT_conf_nid(NULL, NULL, nid, value);

	must(e != NULL && X509_add_ext(x, e, -1) == 1, value);
	X509_EXTENSION_free(e);
}

static inline void
name_add(X509_NAME *name, const char *field, const char *value)
{
	must(X509_NAME_add_entry_by_txt(name, field, MBSTRING_UTF8, (const unsigned char *)value, -1, -1, 0) == 1, field);
}

static inline X509 *
x509_new(uint8_t serial, long from, long until, EVP_PKEY *key)
{
	X509 *x = X509_new();
	uint8_t octets[SERIAL_SIZE];
	BIGNUM *number;

	memset(octets, serial, sizeof(octets));
	number = BN_bin2bn(octets, sizeof(octets), NULL);
	X509_set_version(x, X509_VERSION_3);
	BN_to_ASN1_INTEGER(number, X509_get_serialNumber(x));
	X509_gmtime_adj(X509_getm_notBefore(x), from);
	X509_gmtime_adj(X509_getm_notAfter(x), until);
	X509_set_pubkey(x, key);
	BN_free(number);
	return x;
}

static inline struct cert *
person_cert(const struct person *p, EVP_PKEY *issuer)
{
	X509 *x = x509_new(p->first, p->from, p->until, person_key);
	X509_NAME *name = X509_get_subject_name(x);
	char iin[32];
	uint8_t *der = NULL;
	struct cert *cert = NULL;
	int len;

	name_add(name, "CN", "ТЕСТОВ ТЕСТ");
	name_add(name, "SN", "ТЕСТОВ");
	if (p->iin != NULL) {
		snprintf(iin, sizeof(iin), "IIN%s", p->iin);
		name_add(name, "serialNumber", iin);
	}
	if (p->organisation != NULL)
		name_add(name, "O", p->organisation);
	X509_set_issuer_name(x, X509_get_subject_name(ca_x509));
	extension(x, NID_key_usage, p->key_usage);
	extension(x, NID_ext_key_usage, p->extended);
	must(X509_sign(x, issuer, EVP_sha256()) > 0, "signature");
	len = i2d_X509(x, &der);
	must(len > 0 && cert_parse(&cert, der, (size_t)len) == RC_OK, "certificate");
	OPENSSL_free(der);
	X509_free(x);
	return cert;
}

static inline const char *
hex_of(const void *data, size_t len)
{
	static char text[4][2 * CERT_MAX + 1];
	static unsigned turn;
	char *out = text[turn++ % 4];

	hex_encode(out, data, len);
	return out;
}

/* The row, as the publisher would have written it. */
static inline void
person_row(const struct cert *cert, const char *iin)
{
	uint8_t serial[SERIAL_SIZE], key_id[20];
	size_t len;
	const uint8_t *der = cert_der(cert, &len);

	cert_serial(cert, serial);
	cert_key_id(cert, key_id);
	sql("INSERT IGNORE INTO citizen (iin, surname, name, patronymic, created_at) VALUES ('%s', 'ТЕСТОВ', 'ТЕСТ', 'ТЕСТОВИЧ', "
	    "UTC_TIMESTAMP(6));"
	    "INSERT INTO certificate (serial, ca, iin, number, purpose, algorithm, subject, full_name, not_before, not_after, key_id, der, "
	    "issued_at)"
	    " VALUES (X'%s', 1, '%s', '12345678261123', 'sign', 'RSA-2048', '', 'ТЕСТОВ ТЕСТ ТЕСТОВИЧ', FROM_UNIXTIME(%lld), "
	    "FROM_UNIXTIME(%lld),"
	    " X'%s', X'%s', UTC_TIMESTAMP(6))",
	    iin, hex_of(serial, sizeof(serial)), iin, (long long)(cert_not_before(cert) / SECOND),
	    (long long)(cert_not_after(cert) / SECOND), hex_of(key_id, sizeof(key_id)), hex_of(der, len));
}

static inline void
ca_make(void)
{
	uint8_t *der = NULL, id[20] = { 1 };
	int len;

	ca_key = EVP_RSA_gen(2048);
	person_key = EVP_RSA_gen(2048);
	ca_x509 = x509_new(0x11, -3600, 86400, ca_key);
	name_add(X509_get_subject_name(ca_x509), "CN", "ДЕМО УЦ");
	X509_set_issuer_name(ca_x509, X509_get_subject_name(ca_x509));
	extension(ca_x509, NID_basic_constraints, "critical,CA:TRUE");
	extension(ca_x509, NID_key_usage, "critical,keyCertSign,cRLSign");
	must(X509_sign(ca_x509, ca_key, EVP_sha256()) > 0, "CA");
	len = i2d_X509(ca_x509, &der);
	must(len > 0, "CA");
	sql("SET time_zone = '+00:00'; INSERT INTO ca (id, name, state, certificate, subject, key_id, not_after) VALUES (1, 'ДЕМО', "
	    "'active', X'%s',"
	    " 'CN=ДЕМО УЦ', X'%s', UTC_TIMESTAMP(6) + INTERVAL 1 DAY)",
	    hex_of(der, (size_t)len), hex_of(id, sizeof(id)));
	OPENSSL_free(der);
}

static inline void
ca_free(void)
{
	X509_free(ca_x509);
	EVP_PKEY_free(ca_key);
	EVP_PKEY_free(person_key);
}

#endif
