/*
 * Certificate profiles are data: conf/profiles/<name>.conf, lines "name = value", '#' comments; every name exactly once:
 *
 *   key_usage_rsa, key_usage_ec   words of RFC 5280, 4.2.1.3 for end entities (digitalSignature nonRepudiation keyEncipherment …)
 *   extended_key_usage            clientAuth, emailProtection or dotted object identifiers
 *   policy, cps, notice           object identifier; URI; text of at most 200 characters (4.2.1.4)
 *   days                          validity, 1…1095
 *   crl, freshest_crl, ca_issuers URIs, http: (4.2.1.13, 4.2.1.15, 4.2.2.1)
 *   ocsp                          URI, http: (4.2.2.1)
 *
 * A profile with common_name is a program's: that is its whole subject beside the country. It names its key, and leaves out what it does not want
 * of policy, cps, notice, crl, freshest_crl, ca_issuers, ocsp:
 *
 *   common_name                   text of at most 64 characters
 *   key                           EC-P256 or RSA-2048
 *   ocsp_nocheck                  true: id-pkix-ocsp-nocheck (RFC 6960, 4.2.2.2.1)
 *
 * <arc>, <site>, <plain_site>, <certificate_days> in values stand for the configuration's, <ca> for the common name of the issuing CA.
 */
#ifndef CABINET_PKI_PROFILE_H
#define CABINET_PKI_PROFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/rc.h"

#define PROFILE_USAGES 8

struct profile {
	char *name;
	uint8_t key_usage_rsa, key_usage_ec; /* first octet of the BIT STRING: 0x80 digitalSignature, 0x40 nonRepudiation, … */
	char *usages[PROFILE_USAGES];	     /* dotted */
	size_t usage_count;
	char *policy, *cps, *notice;
	int64_t days;
	char *crl, *freshest_crl, *ca_issuers, *ocsp;
	/* of a program; NULL and false: a person's */
	char *common_name, *key;
	bool ocsp_nocheck;
};

struct profile_values { /* from the configuration */
	const char *oid_arc, *site, *plain_site;
	int64_t certificate_days;
	const char *ca_name; /* common name of the issuing CA; NULL: <ca> is unknown */
};

/* Every mistake is appended to errors as "path:line: what"; RC_BAD_INPUT if there was any. *out is owned by the caller. */
MUST_USE enum rc profile_parse(
    struct profile **out, const char *path, const char *text, size_t len, const struct profile_values *, struct buf *errors);
/* directory/name.conf; mistakes go to the log. */
MUST_USE enum rc profile_load(struct profile **out, const char *directory, const char *name, const struct profile_values *);
void profile_free(struct profile *);

#endif
