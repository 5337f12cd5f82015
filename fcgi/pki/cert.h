/*
 * An X.509 certificate (RFC 5280) as the cabinet reads it: natural person's names (CN, SN, serialNumber IIN…, GN = patronymic),
 * purposes, key. Opaque; OpenSSL's X.509 stays inside fcgi/pki.
 */
#ifndef CABINET_PKI_CERT_H
#define CABINET_PKI_CERT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/iin.h"
#include "base/rc.h"
#include "pki/key.h"

#define SERIAL_SIZE 20 /* octets; shown as 40 lower-case hex digits, leading zeros kept */
#define SERIAL_HEX_SIZE 41
#define CERT_MAX 8192 /* octets of DER */

struct cert;

enum cert_purpose {	 /* by key usage, extended key usage and role OID */
	PURPOSE_AUTH,	 /* digitalSignature; clientAuth and the role "natural person" */
	PURPOSE_SIGN,	 /* nonRepudiation; emailProtection and the role "natural person" */
	PURPOSE_OPERATOR /* nonRepudiation; emailProtection and the role "operator" */
};
/* "auth", "sign", "operator": as stored in the database. */
const char *cert_purpose_name(enum cert_purpose);
bool cert_purpose_parse(enum cert_purpose *, const char *name);

/* One certificate, nothing behind it, in the strict profile of cert_read.h; copies data. RC_BAD_INPUT with a log line otherwise. */
MUST_USE enum rc cert_parse(struct cert **, const uint8_t *der, size_t len);
/* DER or PEM file. */
MUST_USE enum rc cert_read_file(struct cert **, const char *path);
void cert_free(struct cert *);

/* Borrowed, valid as long as the certificate. */
const uint8_t *cert_der(const struct cert *, size_t *len);
const uint8_t *cert_spki(const struct cert *, size_t *len); /* SubjectPublicKeyInfo, DER */
struct key *cert_key(const struct cert *);		    /* decoded once, when first used */
const char *cert_common_name(const struct cert *);	    /* UTF-8; "" if absent, as below */
const char *cert_surname(const struct cert *);
const char *cert_name(const struct cert *);	  /* first name: CN without the surname */
const char *cert_patronymic(const struct cert *); /* GN */
const char *cert_full_name(const struct cert *);  /* CN + GN */
const char *cert_iin(const struct cert *);	  /* 12 digits, or "" when there is not exactly one serialNumber IIN… */
const char *cert_subject(const struct cert *);	  /* one line, encoding order: "CN=…, SURNAME=…, SERIALNUMBER=IIN…, C=KZ, G=…" */
const char *cert_issuer(const struct cert *);
const char *cert_issuer_cn(const struct cert *);
const char *cert_algorithm(const struct cert *);		 /* "RSA-2048", "EC-P256", "unknown" */
void cert_serial(const struct cert *, uint8_t out[SERIAL_SIZE]); /* left-padded */
void cert_key_id(const struct cert *, uint8_t out[20]);		 /* SHA-1 of the key BIT STRING (RFC 5280, 4.2.1.2 (1)) */
void cert_spki_hash(const struct cert *, uint8_t out[32]);	 /* SHA-256 of SubjectPublicKeyInfo */
instant cert_not_before(const struct cert *);
instant cert_not_after(const struct cert *);
bool cert_is_organisation(const struct cert *); /* O or OU=BIN…: a legal entity */
/* oid_arc: configuration; the role OIDs are <arc>.4.1.1 (natural person) and <arc>.4.2.3 (operator). */
bool cert_has_purpose(const struct cert *, enum cert_purpose, const char *oid_arc);

/*
 * issuer is a CA (cA, keyCertSign), its subject is cert's issuer octet by octet, cert's authorityKeyIdentifier names no other, and its key made the
 * signature over cert: RSA PKCS#1 1.5 or ECDSA on P-256, with SHA-256, SHA-384 or SHA-512.
 */
bool cert_is_signed_by(const struct cert *cert, const struct cert *issuer);

#endif
