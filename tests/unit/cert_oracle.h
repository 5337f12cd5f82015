/*
 * What OpenSSL says of a certificate that cert_parse accepted. Ours may refuse more, and may say less of a purpose or an issuer; it may never accept
 * what OpenSSL does not, nor read another field. Used by test_cert and by the fuzz target.
 */
#ifndef CABINET_TESTS_CERT_ORACLE_H
#define CABINET_TESTS_CERT_ORACLE_H

#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/objects.h>
#include <openssl/x509v3.h>

#include "base/hash.h"
#include "pki/cert.h"
#include "pki/openssl.h"
#include "pki/sig.h"

#define ORACLE_ARC "1.3.6.1.4.1.32473"

static inline void
oracle_name_type(char *out, size_t size, const ASN1_OBJECT *type)
{
	static const struct {
		int nid;
		const char *text;
	} known[] = {
		{ NID_commonName, "CN" },
		{ NID_surname, "SURNAME" },
		{ NID_serialNumber, "SERIALNUMBER" },
		{ NID_countryName, "C" },
		{ NID_givenName, "G" },
		{ NID_localityName, "L" },
		{ NID_stateOrProvinceName, "S" },
		{ NID_organizationName, "O" },
		{ NID_organizationalUnitName, "OU" },
		{ NID_pkcs9_emailAddress, "E" },
	};
	int nid = OBJ_obj2nid(type);

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (known[i].nid == nid) {
			snprintf(out, size, "%s", known[i].text);
			return;
		}
	OBJ_obj2txt(out, (int)size, type, 1);
}

static inline bool
oracle_line(const X509_NAME *name, const char *ours)
{
	struct buf line = BUF_INIT, value = BUF_INIT;
	char type[80];
	bool ok = true;

	for (int i = 0; ok && i < X509_NAME_entry_count(name); i++) {
		const X509_NAME_ENTRY *entry = X509_NAME_get_entry(name, i);

		buf_reset(&value);
		ok = name_value(&value, entry);
		oracle_name_type(type, sizeof(type), X509_NAME_ENTRY_get_object(entry));
		buf_printf(&line, "%s%s=", i == 0 ? "" : ", ", type);
		for (const char *p = buf_text(&value); *p != '\0'; p++) {
			if (strchr(",+\"\\<>;=", *p) != NULL)
				buf_putc(&line, '\\');
			buf_putc(&line, *p);
		}
	}
	ok = ok && strcmp(buf_text(&line), ours) == 0;
	buf_free(&line);
	buf_free(&value);
	return ok;
}

/* First value of the attribute, "" if absent, is ours. */
static inline bool
oracle_attribute(const X509_NAME *name, int nid, const char *ours)
{
	struct buf value = BUF_INIT;
	int at = X509_NAME_get_index_by_NID(name, nid, -1);
	bool ok = (at < 0 || name_value(&value, X509_NAME_get_entry(name, at))) && strcmp(buf_text(&value), ours) == 0;

	buf_free(&value);
	return ok;
}

static inline bool
oracle_names(X509 *x, const struct cert *c)
{
	const X509_NAME *subject = X509_get_subject_name(x), *issuer = X509_get_issuer_name(x);
	struct buf value = BUF_INIT;
	int at = X509_NAME_get_index_by_NID(subject, NID_serialNumber, -1);
	bool ok = oracle_line(subject, cert_subject(c)) && oracle_line(issuer, cert_issuer(c)) &&
		  oracle_attribute(subject, NID_commonName, cert_common_name(c)) &&
		  oracle_attribute(subject, NID_surname, cert_surname(c)) && oracle_attribute(subject, NID_givenName, cert_patronymic(c)) &&
		  oracle_attribute(issuer, NID_commonName, cert_issuer_cn(c));

	/* an IIN is that of the only serialNumber */
	if (ok && cert_iin(c)[0] != '\0') {
		buf_puts(&value, "IIN");
		buf_puts(&value, cert_iin(c));
		ok = at >= 0 && X509_NAME_get_index_by_NID(subject, NID_serialNumber, at) < 0 &&
		     oracle_attribute(subject, NID_serialNumber, buf_text(&value));
	}
	if (ok && !cert_is_organisation(c)) {
		ok = X509_NAME_get_index_by_NID(subject, NID_organizationName, -1) < 0;
		at = -1;
		while (ok && (at = X509_NAME_get_index_by_NID(subject, NID_organizationalUnitName, at)) >= 0) {
			const ASN1_STRING *unit = X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, at));

			ok = ASN1_STRING_length(unit) < 3 || memcmp(ASN1_STRING_get0_data(unit), "BIN", 3) != 0;
		}
	}
	buf_free(&value);
	return ok;
}

static inline bool
oracle_serial(X509 *x, const struct cert *c)
{
	const ASN1_INTEGER *number = X509_get0_serialNumber(x);
	uint8_t ours[SERIAL_SIZE], theirs[SERIAL_SIZE] = { 0 };
	int len = ASN1_STRING_length(number);

	if (ASN1_STRING_type(number) != V_ASN1_INTEGER || len < 1 || len > SERIAL_SIZE)
		return false;
	memcpy(theirs + SERIAL_SIZE - len, ASN1_STRING_get0_data(number), (size_t)len);
	cert_serial(c, ours);
	return memcmp(ours, theirs, SERIAL_SIZE) == 0;
}

static inline bool
oracle_key(X509 *x, const struct cert *c)
{
	uint8_t *theirs = NULL, id[EVP_MAX_MD_SIZE], ours_id[20];
	char text[KEY_ALGORITHM_SIZE];
	size_t len;
	const uint8_t *ours = cert_spki(c, &len);
	int their_len = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(x), &theirs);
	bool accepted = key_describe(X509_get0_pubkey(x), text);
	bool ok = their_len > 0 && (size_t)their_len == len && memcmp(ours, theirs, len) == 0;

	OPENSSL_free(theirs);
	cert_key_id(c, ours_id);
	ok = ok && X509_pubkey_digest(x, EVP_sha1(), id, NULL) == 1 && memcmp(id, ours_id, 20) == 0;
	if (key_is_accepted(cert_key(c)))
		ok = ok && accepted && strcmp(text, cert_algorithm(c)) == 0 && key_evp(cert_key(c)) != NULL &&
		     EVP_PKEY_eq(key_evp(cert_key(c)), X509_get0_pubkey(x)) == 1;
	return ok;
}

static inline bool
oracle_usage(X509 *x, const char *dotted)
{
	EXTENDED_KEY_USAGE *list = X509_get_ext_d2i(x, NID_ext_key_usage, NULL, NULL);
	char text[256];
	bool found = false;

	for (int i = 0; !found && i < sk_ASN1_OBJECT_num(list); i++)
		found = OBJ_obj2txt(text, sizeof(text), sk_ASN1_OBJECT_value(list, i), 1) > 0 && strcmp(text, dotted) == 0;
	sk_ASN1_OBJECT_pop_free(list, ASN1_OBJECT_free);
	return found;
}

static inline bool
oracle_has_purpose(X509 *x, enum cert_purpose purpose)
{
	uint32_t wanted = purpose == PURPOSE_AUTH ? KU_DIGITAL_SIGNATURE : KU_NON_REPUDIATION;

	return X509_check_ca(x) == 0 && (X509_get_extension_flags(x) & EXFLAG_KUSAGE) != 0 && (X509_get_key_usage(x) & wanted) != 0 &&
	       oracle_usage(x, purpose == PURPOSE_AUTH ? "1.3.6.1.5.5.7.3.2" : "1.3.6.1.5.5.7.3.4") &&
	       oracle_usage(x, purpose == PURPOSE_OPERATOR ? ORACLE_ARC ".4.2.3" : ORACLE_ARC ".4.1.1");
}

static inline bool
oracle_is_signed_by(X509 *x, X509 *ca)
{
	return (X509_get_extension_flags(ca) & EXFLAG_KUSAGE) != 0 && (X509_get_key_usage(ca) & KU_KEY_CERT_SIGN) != 0 &&
	       X509_check_ca(ca) == 1 && signature_is_accepted(X509_get_signature_nid(x)) && X509_check_issued(ca, x) == X509_V_OK &&
	       X509_verify(x, X509_get0_pubkey(ca)) == 1;
}

/* NULL: they agree; otherwise what they do not agree about. issuer: one to try, or NULL. */
static inline const char *
oracle_says(const struct cert *c, const struct cert *issuer)
{
	size_t len;
	const uint8_t *der = cert_der(c, &len), *p = der;
	X509 *x = d2i_X509(NULL, &p, (long)len);
	const char *fault = NULL;
	instant from, until;

	if (x == NULL || p != der + len)
		fault = "not a certificate to d2i_X509";
	else if (X509_check_purpose(x, -1, 0) != 1 || (X509_get_extension_flags(x) & (EXFLAG_INVALID | EXFLAG_CRITICAL)) != 0)
		fault = "extensions";
	else if (!time_parse(&from, X509_get0_notBefore(x)) || !time_parse(&until, X509_get0_notAfter(x)) || from != cert_not_before(c) ||
		 until != cert_not_after(c))
		fault = "validity";
	else if (!oracle_serial(x, c))
		fault = "serial";
	else if (!oracle_names(x, c))
		fault = "names";
	else if (!oracle_key(x, c))
		fault = "key";
	else if (X509_ALGOR_cmp(X509_get0_tbs_sigalg(x), X509_get0_tbs_sigalg(cert_x509(c))) != 0)
		fault = "algorithm";
	for (int i = PURPOSE_AUTH; fault == NULL && i <= PURPOSE_OPERATOR; i++)
		if (cert_has_purpose(c, (enum cert_purpose)i, ORACLE_ARC) && !oracle_has_purpose(x, (enum cert_purpose)i))
			fault = "purpose";
	if (fault == NULL && cert_is_signed_by(c, c) && !oracle_is_signed_by(x, x))
		fault = "signed by itself";
	if (fault == NULL && issuer != NULL && cert_is_signed_by(c, issuer) && !oracle_is_signed_by(x, cert_x509(issuer)))
		fault = "signed by the issuer";
	X509_free(x);
	ERR_clear_error();
	return fault;
}

#endif
