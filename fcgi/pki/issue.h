/*
 * A certificate of a natural person, or of one of our programs, in steps that can be recorded one by one: the to-be-signed part is built (a function of its inputs alone, so
 * that it can be built again and compared), linted, kept by the caller, and only then signed.
 */
#ifndef CABINET_PKI_ISSUE_H
#define CABINET_PKI_ISSUE_H

#include "pki/issuer_key.h"
#include "pki/profile.h"

struct issue_subject {		 /* UTF-8; facts about the person, never from the request */
	const char *common_name; /* «ФАМИЛИЯ ИМЯ» */
	const char *surname;
	const char *patronymic; /* "" if none: then there is no givenName */
	const char *iin;
};

struct issue_request {
	const struct profile *profile;
	struct issue_subject subject; /* not read when the profile is a program's */
	const uint8_t *spki;	      /* SubjectPublicKeyInfo, DER */
	size_t spki_len;
	uint8_t serial[SERIAL_SIZE];
	instant not_before; /* cut to whole seconds; notAfter is profile->days later, never beyond the CA's */
};

/* 20 random octets, the first 0x10…0x7f (RFC 5280, 4.1.2.2). */
void issue_serial(uint8_t out[SERIAL_SIZE]);
/* Appends TBSCertificate. RC_BAD_INPUT: a value that no certificate can hold (empty names, no IIN, CA expired). */
MUST_USE enum rc issue_tbs(struct buf *tbs, const struct issue_request *, const struct cert *ca);
/* notBefore of a TBSCertificate that issue_tbs made. RC_BAD_INPUT: it did not. */
MUST_USE enum rc issue_tbs_not_before(instant *out, const void *tbs, size_t len);
/*
 * Signs, assembles, reads back: the certificate's to-be-signed part equals tbs octet by octet and the CA's public key verifies the
 * signature, otherwise RC_INTERNAL and no certificate.
 */
MUST_USE enum rc issue_sign(struct cert **out, const void *tbs, size_t len, const struct issuer_key *);

#endif
