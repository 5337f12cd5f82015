/*
 * The signed documents (namespace urn:cabinet:1): what the server made and the person signed. libxml2 lives in this folder only.
 * A document is made in canonical form (C14N 1.0 of itself), so that "is it the one we issued" is a comparison of octets.
 */
#ifndef CABINET_FORM_FORM_H
#define CABINET_FORM_FORM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/rc.h"
#include "pki/cert.h"
#include "pki/signing_key.h"

#define FORM_MAX 65536 /* octets of a signed document */
#define FORM_DEPTH 16
#define FORM_ELEMENTS 256 /* a signed confirmation has 35 */
#define FORM_ATTRIBUTES 64
#define FORM_NAMESPACES 16
#define FORM_ID_SIZE 65	    /* 64 hex digits and NUL */
#define FORM_CERTIFICATES 2 /* at most, in one revocation */

enum form_kind { FORM_LOGIN, FORM_CONFIRMATION, FORM_REVOCATION, FORM_PROOF, FORM_DECISION };
const char *form_kind_name(enum form_kind); /* the root element: "login", … */
bool form_kind_parse(enum form_kind *, const char *name);

/* Why a document was refused; the names are stored in events, shown by code in views/lang (form.refused.<name>) and tested. In order of checking. */
enum form_rule {
	RULE_NONE,
	RULE_SIZE,		  /* "size" over FORM_MAX, or empty */
	RULE_STRUCTURE,		  /* "structure" depth, elements, attributes, namespaces over the caps */
	RULE_WELLFORMED,	  /* "wellformed" not well-formed XML 1.0 in UTF-8 */
	RULE_DOCTYPE,		  /* "doctype" */
	RULE_KIND,		  /* "kind" another document than this form asks for */
	RULE_SIGNATURE_COUNT,	  /* "signature-count" none, or several */
	RULE_SIGNATURE_PLACE,	  /* "signature-place" not the last child of the root */
	RULE_SIGNATURE_SHAPE,	  /* "signature-shape" Object, Id, unknown or missing parts */
	RULE_REFERENCE,		  /* "reference" not one Reference with URI="" */
	RULE_TRANSFORMS,	  /* "transforms" */
	RULE_ALGORITHM,		  /* "algorithm" outside the closed set, or unlike the key */
	RULE_KEYINFO,		  /* "keyinfo" not exactly one X509Certificate */
	RULE_DOCUMENT,		  /* "document" not the document that was issued */
	RULE_EXPIRED,		  /* "expired" the document's life is over */
	RULE_OWNER,		  /* "owner" issued for another citizen or browser */
	RULE_USED,		  /* "used" already obeyed once */
	RULE_CERTIFICATE,	  /* "certificate" does not parse */
	RULE_CERTIFICATE_CA,	  /* "certificate-ca" of no CA that we trust */
	RULE_CERTIFICATE_TIME,	  /* "certificate-time" expired or not yet valid */
	RULE_CERTIFICATE_REVOKED, /* "certificate-revoked" */
	RULE_CERTIFICATE_PURPOSE, /* "certificate-purpose" e.g. the signing key used to log in */
	RULE_CERTIFICATE_PERSON,  /* "certificate-person" legal entity, or no single IIN */
	RULE_CERTIFICATE_IIN,	  /* "certificate-iin" another person */
	RULE_DIGEST,		  /* "digest" DigestValue does not fit */
	RULE_SIGNATURE,		  /* "signature" SignatureValue does not verify */
	RULE_COUNT
};
const char *form_rule_name(enum form_rule);

/* ---- making ------------------------------------------------------------------------------------------------------------- */

struct form_header {
	char id[FORM_ID_SIZE]; /* 256 random bits in hex; form_id fills it */
	const char *site;      /* configured origin */
	instant issued, expires;
	const char *lang;      /* "ru", "kk", "en" */
	const char *statement; /* the sentence the person agrees to; plain text */
};
void form_id(char out[FORM_ID_SIZE]);

struct form_citizen {
	const char *iin, *name;
};

struct form_application {
	const char *number, *template_name, *origin, *email, *locality, *store;
	instant created;
	const uint8_t *request_auth, *request_sign; /* SHA-256 of the PKCS#10 DER, 32 octets each */
	/* Certificates to be revoked as superseded once the new pair has proved that it works; at most FORM_CERTIFICATES. */
	const uint8_t (*replaced)[SERIAL_SIZE];
	size_t replaced_count; /* 0: no such wish, and no element */
};
struct form_certificate {
	uint8_t serial[SERIAL_SIZE];
	const char *issuer;
	instant not_after;
};

/* What an operator of the registration centre decides about an application. The names are the ones checked against the person's document. */
struct form_decision {
	const char *number, *iin, *surname, *name, *patronymic;
	const uint8_t *request_auth, *request_sign;
	const char *verdict; /* "approve", "refuse", "retry" */
	const char *reason;  /* free text */
};

/* Each appends one whole document in canonical form. Characters that XML 1.0 does not allow are dropped from texts. */
void form_make_login(struct buf *, const struct form_header *);
void form_make_confirmation(struct buf *, const struct form_header *, const struct form_citizen *, const struct form_application *,
    const char *from, const char *to);
/* compromised_since: with reason 1, when the key may have come into other hands; 0: not told, and no element. */
void form_make_revocation(struct buf *, const struct form_header *, const struct form_citizen *, const struct form_certificate *,
    size_t count, int reason, instant compromised_since);
void form_make_proof(struct buf *, const struct form_header *, const char *number);
void form_make_decision(struct buf *, const struct form_header *, const struct form_decision *);

/*
 * Appends document, which a maker made, with an enveloped signature: exclusive C14N, SHA-256, KeyInfo with the key's certificate alone.
 * RC_INTERNAL: the key did not sign (logged).
 */
MUST_USE enum rc form_sign(struct buf *out, const char *document, size_t len, const struct signing_key *);

/* ---- checking ----------------------------------------------------------------------------------------------------------- */

/*
 * What the checker needs to know from outside. Each callback answers RC_OK, or RC_BAD_INPUT with *rule set, or another rc when it could not
 * find out (database away): the document is then neither accepted nor refused.
 */
struct form_checks {
	/* canonical octets of the document without its Signature: issued by us, alive, for this person, not used. RULE_DOCUMENT … RULE_USED. */
	enum rc (*issued)(void *arg, const char *canonical, size_t len, enum form_rule *rule);
	/* trust, validity, revocation, purpose, person: RULE_CERTIFICATE_*; before them RULE_USED, if one question finds out both. NULL only for FORM_PROOF. */
	enum rc (*certificate)(void *arg, const struct cert *, enum form_rule *rule);
	void *arg;
	/* FORM_PROOF: key of the stored request, SubjectPublicKeyInfo DER; otherwise NULL. */
	const uint8_t *spki;
	size_t spki_len;
};

/* What is known of a signer's certificate from outside. */
struct form_standing {
	bool trusted; /* octet-equal to what a CA of ours stored, and signed by it; or with a path to a pinned CA */
	bool revoked; /* now */
	instant now;  /* by the database's clock */
};
/* What a document asks of its signer. */
struct form_demand {
	enum cert_purpose purpose;
	const char *oid_arc; /* configuration */
	const char *iin;     /* whose document it is; NULL: anybody's */
};
/* The first of RULE_CERTIFICATE_CA … RULE_CERTIFICATE_IIN that the certificate breaks; RULE_NONE: good. */
enum form_rule form_signer_rule(const struct cert *, const struct form_standing *, const struct form_demand *);

struct form_result {
	enum form_rule rule;	  /* RULE_NONE when accepted */
	uint32_t passed;	  /* bit 1 << rule: looked at and kept; the last ones are missing when refused */
	char detail[160];	  /* for the log: what was seen; no secrets */
	struct cert *certificate; /* owned; the signer's, once parsed; NULL for proof */
	char *canonical;	  /* owned; the document without Signature, once known */
	size_t canonical_len;
	uint8_t digest[32]; /* SHA-256 of canonical */
};

/* All rules, in the order of enum form_rule. RC_OK: accepted. RC_BAD_INPUT: refused, result->rule says why. Never trusts a value of data. */
MUST_USE enum rc form_verify(const char *data, size_t len, enum form_kind, const struct form_checks *, struct form_result *);
void form_result_free(struct form_result *);

/* ---- reading what was issued (never what came back) ---------------------------------------------------------------------- */

struct form_content { /* all strings owned */
	enum form_kind kind;
	char *id, *site, *lang, *statement;
	instant issued, expires;
	char *iin, *name;
	char *number, *template_name, *origin, *email, *locality, *store;
	instant created;
	uint8_t request_auth[32], request_sign[32];
	char *from, *to;
	struct {
		uint8_t serial[SERIAL_SIZE];
		char *issuer;
		instant not_after;
	} certificate[FORM_CERTIFICATES];
	size_t certificates;
	uint8_t replaced[FORM_CERTIFICATES][SERIAL_SIZE]; /* of a confirmation */
	size_t replaced_count;
	int reason;
	instant compromised_since;		    /* of a revocation; 0: not told */
	char *surname, *patronymic, *verdict, *why; /* of a decision; there name is the first name alone, why its reason */
};
/* canonical octets of an issued document, as form_make_* wrote them; anything else is RC_BAD_INPUT. */
MUST_USE enum rc form_content_parse(struct form_content *, const char *canonical, size_t len);
void form_content_free(struct form_content *);

#endif
