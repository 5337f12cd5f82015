/*
 * Signs documents in every shape the tests ask for. Its SignedInfo is written in canonical form by hand, so that it does not lean on the code
 * under test; xmlsec1 and the JDK vouch for it in test_form_verify.
 */
#ifndef CABINET_TESTS_FORM_SIGNER_H
#define CABINET_TESTS_FORM_SIGNER_H

#include <stdlib.h>
#include <string.h>

#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>

#include "base/buf.h"
#include "base/encode.h"
#include "base/hash.h"

#define DSIG "http://www.w3.org/2000/09/xmldsig#"
#define C14N "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"
#define EXC_C14N "http://www.w3.org/2001/10/xml-exc-c14n#"
#define MORE "http://www.w3.org/2001/04/xmldsig-more#"

struct signer {
	EVP_PKEY *key;	      /* not owned */
	uint8_t *certificate; /* owned, DER */
	size_t certificate_len;
};

struct shape {
	const char *prefix;	/* NULL: none */
	bool inclusive;		/* SignedInfo: C14N 1.0; otherwise exclusive */
	const char *transform;	/* the second one; NULL: exclusive */
	const char *line_break; /* as written in the document; NULL: compact */
	const char *method;	/* SignatureMethod; NULL: what fits the key */
	const char *key_info;	/* content of KeyInfo; NULL: the certificate; "": no KeyInfo */
};

/* Evaluated in tests with NDEBUG or without. */
static inline void
must(bool holds, const char *what)
{
	if (!holds) {
		fprintf(stderr, "test signer: %s\n", what);
		abort();
	}
}

/* CN, SN, serialNumber as a natural person has them; Signed by issuer (NULL: by itself). */
static inline struct signer
signer_make(EVP_PKEY *key, EVP_PKEY *issuer, const uint8_t serial[20])
{
	struct signer s = { .key = key };
	X509 *x = X509_new();
	X509_NAME *name = X509_get_subject_name(x);
	BIGNUM *number = BN_bin2bn(serial, 20, NULL);
	int len;

	X509_set_version(x, X509_VERSION_3);
	BN_to_ASN1_INTEGER(number, X509_get_serialNumber(x));
	X509_gmtime_adj(X509_getm_notBefore(x), -60);
	X509_gmtime_adj(X509_getm_notAfter(x), 86400);
	X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, (const unsigned char *)"ТЕСТОВ ТЕСТ", -1, -1, 0);
	X509_NAME_add_entry_by_txt(name, "SN", MBSTRING_UTF8, (const unsigned char *)"ТЕСТОВ", -1, -1, 0);
	X509_NAME_add_entry_by_txt(name, "serialNumber", MBSTRING_ASC, (const unsigned char *)"IIN123456789011", -1, -1, 0);
	X509_NAME_add_entry_by_txt(name, "C", MBSTRING_ASC, (const unsigned char *)"KZ", -1, -1, 0);
	X509_NAME_add_entry_by_txt(X509_get_issuer_name(x), "CN", MBSTRING_UTF8, (const unsigned char *)"ДЕМО УЦ", -1, -1, 0);
	X509_set_pubkey(x, key);
	must(X509_sign(x, issuer == NULL ? key : issuer, EVP_sha256()) > 0, "certificate");
	len = i2d_X509(x, &s.certificate);
	must(len > 0, "DER");
	s.certificate_len = (size_t)len;
	BN_free(number);
	X509_free(x);
	return s;
}

static inline void
signer_free(struct signer *s)
{
	OPENSSL_free(s->certificate);
	s->certificate = NULL;
}

static inline void
signer_base64(struct buf *out, const void *data, size_t len, const char *line_break)
{
	struct buf text = BUF_INIT;

	base64_encode(&text, data, len);
	for (size_t i = 0; i < text.len; i += 76) {
		buf_add(out, text.data + i, text.len - i < 76 ? text.len - i : 76);
		if (line_break != NULL && i + 76 < text.len)
			buf_puts(out, line_break);
	}
	buf_free(&text);
}

/* Raw signature value: PKCS#1 1.5, or r||s of P-256. */
static inline size_t
signer_sign(EVP_PKEY *key, const struct buf *data, uint8_t out[512])
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	size_t len = 512;

	must(EVP_DigestSignInit(ctx, NULL, EVP_sha256(), NULL, key) == 1 &&
		 EVP_DigestSign(ctx, out, &len, (const unsigned char *)data->data, data->len) == 1,
	    "signature");
	EVP_MD_CTX_free(ctx);
	if (EVP_PKEY_base_id(key) == EVP_PKEY_EC) {
		const unsigned char *p = out;
		ECDSA_SIG *sig = d2i_ECDSA_SIG(NULL, &p, (long)len);
		uint8_t raw[64];

		BN_bn2binpad(ECDSA_SIG_get0_r(sig), raw, 32);
		BN_bn2binpad(ECDSA_SIG_get0_s(sig), raw + 32, 32);
		ECDSA_SIG_free(sig);
		memcpy(out, raw, len = sizeof raw);
	}
	return len;
}

/* What C14N 1.0 and XML line end rules make of the break. */
static inline const char *
canonical_break(const char *line_break)
{
	if (line_break == NULL)
		return "";
	if (strstr(line_break, "&#13;") != NULL)
		return "&#xD;\n";
	return "\n";
}

static inline void
signed_info(struct buf *out, const struct shape *shape, const char *method, const uint8_t digest[32], const char *nl, const char *scope)
{
	const char *p = shape->prefix == NULL ? "" : shape->prefix, *c = shape->prefix == NULL ? "" : ":";
	struct buf value = BUF_INIT;

	signer_base64(&value, digest, 32, NULL);
	buf_printf(out, "<%s%sSignedInfo%s>%s<%s%sCanonicalizationMethod Algorithm=\"%s\"></%s%sCanonicalizationMethod>%s", p, c, scope, nl,
	    p, c, shape->inclusive ? C14N : EXC_C14N, p, c, nl);
	buf_printf(out, "<%s%sSignatureMethod Algorithm=\"%s\"></%s%sSignatureMethod>%s", p, c, method, p, c, nl);
	buf_printf(out, "<%s%sReference URI=\"\">%s<%s%sTransforms>%s", p, c, nl, p, c, nl);
	buf_printf(out, "<%s%sTransform Algorithm=\"" DSIG "enveloped-signature\"></%s%sTransform>%s", p, c, p, c, nl);
	buf_printf(out, "<%s%sTransform Algorithm=\"%s\"></%s%sTransform>%s</%s%sTransforms>%s", p, c,
	    shape->transform == NULL ? EXC_C14N : shape->transform, p, c, nl, p, c, nl);
	buf_printf(out, "<%s%sDigestMethod Algorithm=\"http://www.w3.org/2001/04/xmlenc#sha256\"></%s%sDigestMethod>%s", p, c, p, c, nl);
	buf_printf(out, "<%s%sDigestValue>%s%s</%s%sDigestValue>%s</%s%sReference>%s</%s%sSignedInfo>", p, c, buf_text(&value), nl, p, c,
	    nl, p, c, nl, p, c);
	buf_free(&value);
}

/* Appends document with its Signature before the last end tag. The document is canonical; its root declares urn:cabinet:1. */
static inline void
signer_document(struct buf *out, const char *document, size_t len, const struct signer *s, const struct shape *shape)
{
	const char *p = shape->prefix == NULL ? "" : shape->prefix, *c = shape->prefix == NULL ? "" : ":";
	const char *nl = shape->line_break == NULL ? "" : shape->line_break, *method = shape->method;
	struct buf canonical = BUF_INIT, scope = BUF_INIT;
	uint8_t digest[32], value[512];
	size_t cut = len, value_len;

	while (document[cut - 1] != '<')
		cut--;
	cut--;
	if (method == NULL)
		method = EVP_PKEY_base_id(s->key) == EVP_PKEY_EC ? MORE "ecdsa-sha256" : MORE "rsa-sha256";
	hash_sha256(digest, document, len);
	if (shape->prefix == NULL)
		buf_puts(&scope, " xmlns=\"" DSIG "\"");
	else
		buf_printf(&scope, "%s xmlns:%s=\"" DSIG "\"", shape->inclusive ? " xmlns=\"urn:cabinet:1\"" : "", p);
	signed_info(&canonical, shape, method, digest, canonical_break(shape->line_break), buf_text(&scope));
	value_len = signer_sign(s->key, &canonical, value);

	buf_add(out, document, cut);
	buf_printf(out, "<%s%sSignature xmlns%s%s=\"" DSIG "\">%s", p, c, c, p, nl);
	signed_info(out, shape, method, digest, nl, "");
	buf_printf(out, "%s<%s%sSignatureValue>", nl, p, c);
	signer_base64(out, value, value_len, nl);
	buf_printf(out, "</%s%sSignatureValue>%s", p, c, nl);
	if (shape->key_info == NULL) {
		buf_printf(out, "<%s%sKeyInfo>%s<%s%sX509Data>%s<%s%sX509Certificate>", p, c, nl, p, c, nl, p, c);
		signer_base64(out, s->certificate, s->certificate_len, nl);
		buf_printf(out, "</%s%sX509Certificate>%s</%s%sX509Data>%s</%s%sKeyInfo>%s", p, c, nl, p, c, nl, p, c, nl);
	} else if (shape->key_info[0] != '\0')
		buf_printf(out, "<%s%sKeyInfo>%s</%s%sKeyInfo>%s", p, c, shape->key_info, p, c, nl);
	buf_printf(out, "</%s%sSignature>", p, c);
	buf_add(out, document + cut, len - cut);
	buf_free(&canonical);
	buf_free(&scope);
}

#endif
