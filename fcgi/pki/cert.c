#include <string.h>

#include <openssl/err.h>
#include <openssl/objects.h>
#include <openssl/x509v3.h>

#include "base/encode.h"
#include "base/hash.h"
#include "base/log.h"
#include "base/mem.h"
#include "pki/cert.h"
#include "pki/openssl.h"

struct cert {
	X509 *x509;
	uint8_t *der, *spki;
	size_t der_len, spki_len;
	char *common_name, *surname, *name, *patronymic, *full_name;
	char *subject, *issuer, *issuer_cn;
	char iin[IIN_SIZE];
	char algorithm[KEY_ALGORITHM_SIZE];
	uint8_t serial[SERIAL_SIZE], key_id[20], spki_hash[HASH_SIZE];
	instant not_before, not_after;
	bool is_organisation;
	char *usages; /* extended key usages, dotted, each followed by a blank; "" if none */
};

static const char *const purpose_names[] = { [PURPOSE_AUTH] = "auth", [PURPOSE_SIGN] = "sign", [PURPOSE_OPERATOR] = "operator" };

const char *
cert_purpose_name(enum cert_purpose purpose)
{
	return purpose_names[purpose];
}

bool
cert_purpose_parse(enum cert_purpose *out, const char *name)
{
	for (size_t i = 0; i < sizeof(purpose_names) / sizeof(purpose_names[0]); i++)
		if (strcmp(purpose_names[i], name) == 0) {
			*out = (enum cert_purpose)i;
			return true;
		}
	return false;
}

/* First value of an attribute as an owned string, "" if absent; NULL if it is no acceptable text. count: how many there are. */
static char *
attribute(const X509_NAME *name, int nid, int *count)
{
	struct buf value = BUF_INIT;
	int at = X509_NAME_get_index_by_NID(name, nid, -1);
	char *text = NULL;

	*count = 0;
	if (at < 0 || name_value(&value, X509_NAME_get_entry(name, at)))
		text = mem_string(buf_text(&value));
	for (; at >= 0; at = X509_NAME_get_index_by_NID(name, nid, at))
		(*count)++;
	buf_free(&value);
	return text;
}

/* The only place of the first name is the common name, «ФАМИЛИЯ ИМЯ». */
static char *
first_name(const char *common_name, const char *surname)
{
	size_t len = strlen(surname);
	const char *blank;

	if (len > 0 && strncmp(common_name, surname, len) == 0 && common_name[len] == ' ')
		return mem_string(common_name + len + 1);
	if (len > 0 && strcmp(common_name, surname) == 0)
		return mem_string("");
	blank = len == 0 ? strchr(common_name, ' ') : NULL;
	return mem_string(blank != NULL ? blank + 1 : common_name);
}

static bool
has_organisation(const X509_NAME *name)
{
	bool found = X509_NAME_get_index_by_NID(name, NID_organizationName, -1) >= 0;
	int at = -1;

	while (!found && (at = X509_NAME_get_index_by_NID(name, NID_organizationalUnitName, at)) >= 0) {
		const ASN1_STRING *value = X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, at));

		found = ASN1_STRING_length(value) >= 3 && memcmp(ASN1_STRING_get0_data(value), "BIN", 3) == 0;
	}
	return found;
}

static const char *
read_names(struct cert *c)
{
	const X509_NAME *subject = X509_get_subject_name(c->x509), *issuer = X509_get_issuer_name(c->x509);
	struct buf line = BUF_INIT;
	char *serial_number;
	int count, serial_numbers;
	bool ok;

	c->common_name = attribute(subject, NID_commonName, &count);
	c->surname = attribute(subject, NID_surname, &count);
	c->patronymic = attribute(subject, NID_givenName, &count);
	c->issuer_cn = attribute(issuer, NID_commonName, &count);
	serial_number = attribute(subject, NID_serialNumber, &serial_numbers);
	ok = c->common_name != NULL && c->surname != NULL && c->patronymic != NULL && c->issuer_cn != NULL && serial_number != NULL;
	/* two of them could be read as two persons: then it names none */
	if (ok && serial_numbers == 1 && strncmp(serial_number, "IIN", 3) == 0 && iin_is_wellformed(serial_number + 3))
		memcpy(c->iin, serial_number + 3, IIN_SIZE);
	free(serial_number);
	if (ok && (ok = name_line(&line, subject)))
		c->subject = mem_string(buf_text(&line));
	buf_reset(&line);
	if (ok && (ok = name_line(&line, issuer)))
		c->issuer = mem_string(buf_text(&line));
	buf_free(&line);
	if (!ok)
		return "RFC 5280 section 4.1.2.4: name is no printable UTF-8 text";
	c->name = first_name(c->common_name, c->surname);
	c->full_name = mem_format("%s%s%s", c->common_name, c->patronymic[0] != '\0' ? " " : "", c->patronymic);
	c->is_organisation = has_organisation(subject);
	return NULL;
}

static const char *
read_serial(struct cert *c)
{
	const ASN1_INTEGER *number = X509_get0_serialNumber(c->x509);
	int len = ASN1_STRING_length(number);

	if (ASN1_STRING_type(number) == V_ASN1_NEG_INTEGER || len < 1 || len > SERIAL_SIZE)
		return "RFC 5280 section 4.1.2.2: serial is not positive or longer than 20 octets";
	memcpy(c->serial + SERIAL_SIZE - len, ASN1_STRING_get0_data(number), (size_t)len);
	return NULL;
}

static const char *
read_key(struct cert *c)
{
	unsigned int size = sizeof(c->key_id);
	int len = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(c->x509), &c->spki);

	if (len <= 0 || X509_pubkey_digest(c->x509, EVP_sha1(), c->key_id, &size) != 1)
		return "RFC 5280 section 4.1.2.7: no public key";
	c->spki_len = (size_t)len;
	hash_sha256(c->spki_hash, c->spki, c->spki_len);
	(void)key_describe(X509_get0_pubkey(c->x509), c->algorithm);
	ERR_clear_error();
	return NULL;
}

static const char *
read_usages(struct cert *c)
{
	struct buf text = BUF_INIT;
	int critical;
	EXTENDED_KEY_USAGE *list = X509_get_ext_d2i(c->x509, NID_ext_key_usage, &critical, NULL);
	char dotted[80];
	bool ok = list != NULL || critical == -1;

	for (int i = 0; ok && i < sk_ASN1_OBJECT_num(list); i++) {
		int len = OBJ_obj2txt(dotted, sizeof(dotted), sk_ASN1_OBJECT_value(list, i), 1);

		if (len > 0 && len < (int)sizeof(dotted))
			buf_printf(&text, "%s ", dotted);
	}
	sk_ASN1_OBJECT_pop_free(list, ASN1_OBJECT_free);
	c->usages = mem_string(buf_text(&text));
	buf_free(&text);
	return ok ? NULL : "RFC 5280 section 4.2.1.12: extended key usage is broken or twice";
}

static const char *
read_fields(struct cert *c)
{
	const char *fault;
	uint32_t flags;

	(void)X509_check_purpose(c->x509, -1, 0);
	flags = X509_get_extension_flags(c->x509);
	if ((flags & EXFLAG_INVALID) != 0)
		return "RFC 5280 section 4.2: a broken extension";
	if ((flags & EXFLAG_CRITICAL) != 0)
		return "RFC 5280 section 4.2: an unknown critical extension";
	if (!time_parse(&c->not_before, X509_get0_notBefore(c->x509)) || !time_parse(&c->not_after, X509_get0_notAfter(c->x509)) ||
	    c->not_after < c->not_before)
		return "RFC 5280 section 4.1.2.5: validity";
	if ((fault = read_serial(c)) == NULL && (fault = read_key(c)) == NULL && (fault = read_names(c)) == NULL)
		fault = read_usages(c);
	return fault;
}

enum rc
cert_parse(struct cert **out, const uint8_t *der, size_t len)
{
	struct cert *c = NULL;
	const uint8_t *p = der;
	const char *fault;

	*out = NULL;
	if (len == 0 || len > CERT_MAX) {
		log_warn("certificate", "parse: %zu octets: outside 1…%d", len, CERT_MAX);
		return RC_BAD_INPUT;
	}
	c = mem_zero(1, sizeof(*c));
	c->x509 = d2i_X509(NULL, &p, (long)len);
	if (c->x509 == NULL)
		fault = "not a certificate (RFC 5280 section 4.1)";
	else if (p != der + len)
		fault = "octets behind it";
	else
		fault = read_fields(c);
	if (fault != NULL) {
		openssl_warn("certificate", "parse", fault);
		cert_free(c);
		return RC_BAD_INPUT;
	}
	c->der = mem_copy(der, len);
	c->der_len = len;
	ERR_clear_error();
	*out = c;
	return RC_OK;
}

enum rc
cert_read_file(struct cert **out, const char *path)
{
	struct buf file = BUF_INIT, der = BUF_INIT;
	enum rc rc = RC_BAD_INPUT;

	*out = NULL;
	if (!buf_read_file(&file, path, (size_t)4 * CERT_MAX))
		log_warn("certificate", "%s: cannot be read", path);
	else if (pem_decode(&der, "CERTIFICATE", buf_text(&file), file.len))
		rc = cert_parse(out, (const uint8_t *)der.data, der.len);
	else
		rc = cert_parse(out, (const uint8_t *)buf_text(&file), file.len);
	if (rc != RC_OK)
		log_warn("certificate", "%s: no certificate", path);
	buf_free(&file);
	buf_free(&der);
	return rc;
}

void
cert_free(struct cert *c)
{
	if (c == NULL)
		return;
	X509_free(c->x509);
	OPENSSL_free(c->spki);
	free(c->der);
	free(c->common_name);
	free(c->surname);
	free(c->name);
	free(c->patronymic);
	free(c->full_name);
	free(c->subject);
	free(c->issuer);
	free(c->issuer_cn);
	free(c->usages);
	free(c);
}

X509 *
cert_x509(const struct cert *c)
{
	return c->x509;
}

const uint8_t *
cert_der(const struct cert *c, size_t *len)
{
	*len = c->der_len;
	return c->der;
}

const uint8_t *
cert_spki(const struct cert *c, size_t *len)
{
	*len = c->spki_len;
	return c->spki;
}

const char *
cert_common_name(const struct cert *c)
{
	return c->common_name;
}

const char *
cert_surname(const struct cert *c)
{
	return c->surname;
}

const char *
cert_name(const struct cert *c)
{
	return c->name;
}

const char *
cert_patronymic(const struct cert *c)
{
	return c->patronymic;
}

const char *
cert_full_name(const struct cert *c)
{
	return c->full_name;
}

const char *
cert_iin(const struct cert *c)
{
	return c->iin;
}

const char *
cert_subject(const struct cert *c)
{
	return c->subject;
}

const char *
cert_issuer(const struct cert *c)
{
	return c->issuer;
}

const char *
cert_issuer_cn(const struct cert *c)
{
	return c->issuer_cn;
}

const char *
cert_algorithm(const struct cert *c)
{
	return c->algorithm;
}

void
cert_serial(const struct cert *c, uint8_t out[SERIAL_SIZE])
{
	memcpy(out, c->serial, SERIAL_SIZE);
}

void
cert_key_id(const struct cert *c, uint8_t out[20])
{
	memcpy(out, c->key_id, sizeof(c->key_id));
}

void
cert_spki_hash(const struct cert *c, uint8_t out[32])
{
	memcpy(out, c->spki_hash, HASH_SIZE);
}

instant
cert_not_before(const struct cert *c)
{
	return c->not_before;
}

instant
cert_not_after(const struct cert *c)
{
	return c->not_after;
}

bool
cert_is_organisation(const struct cert *c)
{
	return c->is_organisation;
}

static bool
has_usage(const struct cert *c, const char *dotted)
{
	size_t len = strlen(dotted);
	const char *p = c->usages;

	while ((p = strstr(p, dotted)) != NULL) {
		if ((p == c->usages || p[-1] == ' ') && p[len] == ' ')
			return true;
		p += len;
	}
	return false;
}

bool
cert_has_purpose(const struct cert *c, enum cert_purpose purpose, const char *oid_arc)
{
	char role[128];
	int len = snprintf(role, sizeof(role), "%s.%s", oid_arc, purpose == PURPOSE_OPERATOR ? "4.2.3" : "4.1.1");
	uint32_t wanted = purpose == PURPOSE_AUTH ? KU_DIGITAL_SIGNATURE : KU_NON_REPUDIATION;

	if (len < 0 || (size_t)len >= sizeof(role) || X509_check_ca(c->x509) != 0)
		return false;
	/* X509_check_ca says no to CA:TRUE where keyCertSign is missing; such a certificate is nobody's leaf either */
	if ((X509_get_extension_flags(c->x509) & EXFLAG_CA) != 0)
		return false;
	/* an absent extension would mean "any usage" (4.2.1.3): not for us */
	if ((X509_get_extension_flags(c->x509) & EXFLAG_KUSAGE) == 0 || (X509_get_key_usage(c->x509) & wanted) == 0)
		return false;
	return has_usage(c, purpose == PURPOSE_AUTH ? "1.3.6.1.5.5.7.3.2" : "1.3.6.1.5.5.7.3.4") && has_usage(c, role);
}

bool
cert_is_signed_by(const struct cert *cert, const struct cert *issuer)
{
	X509 *ca = issuer->x509;
	bool ok = (X509_get_extension_flags(ca) & EXFLAG_KUSAGE) != 0 && (X509_get_key_usage(ca) & KU_KEY_CERT_SIGN) != 0 &&
		  X509_check_ca(ca) == 1 && signature_is_accepted(X509_get_signature_nid(cert->x509)) &&
		  X509_check_issued(ca, cert->x509) == X509_V_OK && X509_verify(cert->x509, X509_get0_pubkey(ca)) == 1;

	ERR_clear_error();
	return ok;
}
