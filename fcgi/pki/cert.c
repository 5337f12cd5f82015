#include <string.h>

#include <openssl/err.h>
#include <openssl/x509v3.h>

#include "base/encode.h"
#include "base/hash.h"
#include "base/log.h"
#include "base/mem.h"
#include "pki/cert.h"
#include "pki/cert_name.h"
#include "pki/cert_read.h"
#include "pki/der.h"
#include "pki/openssl.h"
#include "pki/sig.h"

struct cert {
	uint8_t *der;
	size_t der_len;
	struct cert_parts parts; /* into der */
	struct key *key;
	X509 **x509; /* in memory of its own, because it is made when first asked for */
	char *common_name, *surname, *name, *patronymic, *full_name;
	char *subject, *issuer, *issuer_cn;
	char iin[IIN_SIZE];
	uint8_t serial[SERIAL_SIZE];
	bool is_organisation;
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
attribute(struct slice name, enum name_type type, int *count)
{
	struct buf value = BUF_INIT;
	struct name_part part;
	const uint8_t *end, *p = name_begin(name, &end);
	bool ok = true;

	*count = 0;
	while (ok && name_next(&p, end, &part))
		if (name_is(&part, type) && (*count)++ == 0)
			ok = name_text(&value, &part);
	if (ok && value.data == NULL)
		return mem_string("");
	if (!ok)
		buf_free(&value);
	return value.data;
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
has_organisation(struct slice name)
{
	struct name_part part;
	const uint8_t *end, *p = name_begin(name, &end);

	while (name_next(&p, end, &part))
		if (name_is(&part, NAME_ORGANISATION) ||
		    (name_is(&part, NAME_UNIT) && part.value.len >= 3 && memcmp(part.value.data, "BIN", 3) == 0))
			return true;
	return false;
}

static const char *
read_names(struct cert *c)
{
	struct slice subject = c->parts.subject, issuer = c->parts.issuer;
	struct buf line = BUF_INIT;
	char *serial_number;
	int count, serial_numbers;
	bool ok;

	c->common_name = attribute(subject, NAME_CN, &count);
	c->surname = attribute(subject, NAME_SURNAME, &count);
	c->patronymic = attribute(subject, NAME_GIVEN_NAME, &count);
	c->issuer_cn = attribute(issuer, NAME_CN, &count);
	serial_number = attribute(subject, NAME_SERIAL_NUMBER, &serial_numbers);
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
read_fields(struct cert *c)
{
	const struct cert_parts *p = &c->parts;

	memcpy(c->serial + SERIAL_SIZE - p->serial.len, p->serial.data, p->serial.len);
	c->key = key_read(p->spki.data, p->spki.len);
	return read_names(c);
}

enum rc
cert_parse(struct cert **out, const uint8_t *der, size_t len)
{
	struct cert *c = NULL;
	const char *fault;

	*out = NULL;
	if (len == 0 || len > CERT_MAX) {
		log_warn("certificate", "parse: %zu octets: outside 1…%d", len, CERT_MAX);
		return RC_BAD_INPUT;
	}
	c = mem_zero(1, sizeof(*c));
	c->der = mem_copy(der, len);
	c->der_len = len;
	if ((fault = cert_read(&c->parts, c->der, len)) == NULL)
		fault = read_fields(c);
	if (fault != NULL) {
		log_warn("certificate", "parse: %s", fault);
		cert_free(c);
		return RC_BAD_INPUT;
	}
	c->x509 = mem_zero(1, sizeof(*c->x509));
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
	if (c->x509 != NULL)
		X509_free(*c->x509);
	free(c->x509);
	key_free(c->key);
	free(c->der);
	free(c->common_name);
	free(c->surname);
	free(c->name);
	free(c->patronymic);
	free(c->full_name);
	free(c->subject);
	free(c->issuer);
	free(c->issuer_cn);
	free(c);
}

X509 *
cert_x509(const struct cert *c)
{
	const uint8_t *p = c->der;

	if (*c->x509 == NULL) {
		*c->x509 = d2i_X509(NULL, &p, (long)c->der_len);
		if (*c->x509 == NULL || X509_check_purpose(*c->x509, -1, 0) != 1) {
			openssl_warn("certificate", c->subject, "OpenSSL does not read what cert_read accepted");
			X509_free(*c->x509);
			*c->x509 = NULL;
		}
		ERR_clear_error();
	}
	return *c->x509;
}

const uint8_t *
cert_der(const struct cert *c, size_t *len)
{
	*len = c->der_len;
	return c->der;
}

struct key *
cert_key(const struct cert *c)
{
	return c->key;
}

const uint8_t *
cert_spki(const struct cert *c, size_t *len)
{
	return key_spki(c->key, len);
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
	return key_algorithm(c->key);
}

void
cert_serial(const struct cert *c, uint8_t out[SERIAL_SIZE])
{
	memcpy(out, c->serial, SERIAL_SIZE);
}

void
cert_key_id(const struct cert *c, uint8_t out[20])
{
	if (EVP_Digest(c->parts.public_key.data, c->parts.public_key.len, out, NULL, EVP_sha1(), NULL) != 1)
		log_fatal("hash-failed", "certificate: libcrypto: SHA1");
}

void
cert_spki_hash(const struct cert *c, uint8_t out[32])
{
	hash_sha256(out, c->parts.spki.data, c->parts.spki.len);
}

instant
cert_not_before(const struct cert *c)
{
	return c->parts.not_before;
}

instant
cert_not_after(const struct cert *c)
{
	return c->parts.not_after;
}

bool
cert_is_organisation(const struct cert *c)
{
	return c->is_organisation;
}

static bool
has_usage(const struct cert *c, const char *dotted)
{
	struct slice list = c->parts.extended, oid;
	struct buf wanted = BUF_INIT; /* header and all */
	const uint8_t *p = list.data, *at = p;
	bool found = false;

	if (list.len == 0 || !der_oid(&wanted, dotted))
		return false;
	for (; !found && der_read(&p, list.data + list.len, DER_OID, &oid.data, &oid.len); at = p)
		found = wanted.len == (size_t)(p - at) && memcmp(wanted.data, at, wanted.len) == 0;
	buf_free(&wanted);
	return found;
}

bool
cert_has_purpose(const struct cert *c, enum cert_purpose purpose, const char *oid_arc)
{
	char role[128];
	int len = snprintf(role, sizeof(role), "%s.%s", oid_arc, purpose == PURPOSE_OPERATOR ? "4.2.3" : "4.1.1");
	uint8_t wanted = purpose == PURPOSE_AUTH ? USAGE_DIGITAL_SIGNATURE : USAGE_NON_REPUDIATION;

	/* CA:TRUE without keyCertSign is nobody's leaf either */
	if (len < 0 || (size_t)len >= sizeof(role) || c->parts.is_ca || (c->parts.usage & USAGE_CERT_SIGN) != 0)
		return false;
	/* an absent extension would mean "any usage" (4.2.1.3): not for us */
	if (!c->parts.has_usage || (c->parts.usage & wanted) == 0)
		return false;
	return has_usage(c, purpose == PURPOSE_AUTH ? "1.3.6.1.5.5.7.3.2" : "1.3.6.1.5.5.7.3.4") && has_usage(c, role);
}

static bool
is_equal(struct slice a, struct slice b)
{
	return a.len == b.len && memcmp(a.data, b.data, a.len) == 0;
}

/* The authorityKeyIdentifier of c, as far as it says something, names this issuer (RFC 5280, 4.2.1.1). */
static bool
names_issuer(const struct cert_parts *c, const struct cert *issuer)
{
	const struct cert_parts *ca = &issuer->parts;
	struct slice serial = c->authority_serial, names = c->authority_issuer, name = { NULL, 0 };
	const uint8_t *p = names.data;

	if (c->authority_key_id.data != NULL && ca->subject_key_id.data != NULL && !is_equal(c->authority_key_id, ca->subject_key_id))
		return false;
	if (serial.data != NULL) {
		if (serial.len > 1 && serial.data[0] == 0) {
			serial.data++;
			serial.len--;
		}
		if (!is_equal(serial, ca->serial))
			return false;
	}
	return names.data == NULL || (der_read(&p, names.data + names.len, DER_CONTEXT_OF(4), &name.data, &name.len) &&
					 p == names.data + names.len && is_equal(name, ca->issuer));
}

bool
cert_is_signed_by(const struct cert *cert, const struct cert *issuer)
{
	const struct cert_parts *c = &cert->parts, *ca = &issuer->parts;

	return ca->is_ca && ca->has_usage && (ca->usage & USAGE_CERT_SIGN) != 0 && is_equal(c->issuer, ca->subject) &&
	       names_issuer(c, issuer) && sig_verify_x509(c->algorithm, issuer->key, c->tbs, c->signature);
}
