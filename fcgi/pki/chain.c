#include <string.h>

#include <openssl/err.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#include "base/log.h"
#include "base/mem.h"
#include "pki/chain.h"
#include "pki/openssl.h"

#define DEPTH_MAX 5
#define SECURITY_LEVEL 2 /* 112 bits: no RSA under 2048, no SHA-1 */
#define CRL_SIZE_MAX (64 * 1024 * 1024)

struct chain {
	X509_STORE *store;
	STACK_OF(X509_CRL) * crls;
	bool has_root; /* a self-signed one is among the pinned */
};

struct chain *
chain_new(void)
{
	struct chain *c = mem_zero(1, sizeof(*c));

	c->store = X509_STORE_new();
	c->crls = sk_X509_CRL_new_null();
	if (c->store == NULL || c->crls == NULL)
		log_fatal("out-of-memory", "chain: libcrypto");
	return c;
}

void
chain_free(struct chain *c)
{
	if (c == NULL)
		return;
	X509_STORE_free(c->store);
	sk_X509_CRL_pop_free(c->crls, X509_CRL_free);
	free(c);
}

enum rc
chain_add_ca(struct chain *c, const struct cert *ca)
{
	X509 *x = cert_x509(ca);
	bool ok = x != NULL && X509_check_ca(x) == 1 && X509_STORE_add_cert(c->store, x) == 1;

	if (ok && (X509_get_extension_flags(x) & EXFLAG_SS) != 0)
		c->has_root = true;
	if (!ok)
		openssl_warn("chain", cert_subject(ca), "not a CA that may sign certificates");
	ERR_clear_error();
	return ok ? RC_OK : RC_BAD_INPUT;
}

enum rc
chain_add_crl(struct chain *c, const uint8_t *der, size_t len)
{
	const uint8_t *p = der;
	X509_CRL *crl = len > CRL_SIZE_MAX ? NULL : d2i_X509_CRL(NULL, &p, (long)len);
	bool ok = crl != NULL && p == der + len && sk_X509_CRL_push(c->crls, crl) > 0;

	if (!ok) {
		openssl_warn("chain", "crl", "does not parse, or octets behind it");
		X509_CRL_free(crl);
	}
	ERR_clear_error();
	return ok ? RC_OK : RC_BAD_INPUT;
}

/* The validity of the leaf is a rule of its own. */
static int
pass_time_of_leaf(int ok, X509_STORE_CTX *context)
{
	int error = X509_STORE_CTX_get_error(context);

	if (ok == 0 && X509_STORE_CTX_get_error_depth(context) == 0 &&
	    (error == X509_V_ERR_CERT_NOT_YET_VALID || error == X509_V_ERR_CERT_HAS_EXPIRED)) {
		X509_STORE_CTX_set_error(context, X509_V_OK);
		return 1;
	}
	return ok;
}

/* Signed by that issuer, which may sign CRLs; without critical extensions that would make it a CRL of something else (5.2.5). */
static bool
is_crl_of(X509_CRL *crl, X509 *issuer)
{
	static const int known[] = { NID_crl_number, NID_authority_key_identifier, NID_delta_crl, NID_freshest_crl };
	int extensions = X509_CRL_get_ext_count(crl);

	if (X509_NAME_cmp(X509_CRL_get_issuer(crl), X509_get_subject_name(issuer)) != 0 ||
	    (X509_get_key_usage(issuer) & KU_CRL_SIGN) == 0 || !signature_is_accepted(X509_CRL_get_signature_nid(crl)) ||
	    X509_CRL_verify(crl, X509_get0_pubkey(issuer)) != 1)
		return false;
	for (int i = 0; i < extensions; i++) {
		X509_EXTENSION *e = X509_CRL_get_ext(crl, i);
		int nid = OBJ_obj2nid(X509_EXTENSION_get_object(e));
		bool found = X509_EXTENSION_get_critical(e) == 0;

		for (size_t k = 0; !found && k < sizeof(known) / sizeof(known[0]); k++)
			found = nid == known[k];
		if (!found)
			return false;
	}
	return true;
}

/* In force at that time, or of a later day: what it says of the past is known then all the same. */
static bool
is_in_force(const X509_CRL *crl, instant at)
{
	instant next;

	return time_parse(&next, X509_CRL_get0_nextUpdate(crl)) && at <= next;
}

/* What the CRLs say of one certificate; a delta may take back what its base said (5.2.4, removeFromCRL). */
static enum chain_revocation
revocation_of(const struct chain *c, X509 *x, X509 *issuer, instant at, instant *revoked_at)
{
	enum chain_revocation said = CHAIN_NO_CRL;
	bool removed = false;

	for (int i = 0; i < sk_X509_CRL_num(c->crls); i++) {
		X509_CRL *crl = sk_X509_CRL_value(c->crls, i);
		bool is_delta = X509_CRL_get_ext_by_NID(crl, NID_delta_crl, -1) >= 0;
		X509_REVOKED *entry = NULL;
		instant when;

		if (!is_crl_of(crl, issuer))
			continue;
		if (said == CHAIN_NO_CRL)
			said = CHAIN_STALE;
		if (!is_in_force(crl, at))
			continue;
		switch (X509_CRL_get0_by_cert(crl, &entry, x)) {
		case 1:
			if (time_parse(&when, X509_REVOKED_get0_revocationDate(entry)) && when <= at && said != CHAIN_REVOKED) {
				said = CHAIN_REVOKED;
				*revoked_at = when;
			}
			break;
		case 2:
			removed = true;
			break;
		default:
			break;
		}
		if (said == CHAIN_STALE && !is_delta)
			said = CHAIN_GOOD;
	}
	return said == CHAIN_REVOKED && removed ? CHAIN_GOOD : said;
}

static void
describe(struct chain_result *out, STACK_OF(X509) * path)
{
	struct buf text = BUF_INIT;

	for (int i = 1; i < sk_X509_num(path); i++) {
		const X509_NAME *name = X509_get_subject_name(sk_X509_value(path, i));
		int at = X509_NAME_get_index_by_NID(name, NID_commonName, -1);

		if (i > 1)
			buf_puts(&text, ", ");
		if (at < 0 || !name_value(&text, X509_NAME_get_entry(name, at)))
			buf_puts(&text, "?");
	}
	snprintf(out->detail, sizeof(out->detail), "%s", buf_text(&text));
	buf_free(&text);
}

/* Each CA of the path, and then the leaf. */
static void
look_up_revocations(const struct chain *c, STACK_OF(X509) * path, instant at, struct chain_result *out)
{
	instant when;

	for (int i = sk_X509_num(path) - 2; i >= 1; i--)
		if (revocation_of(c, sk_X509_value(path, i), sk_X509_value(path, i + 1), at, &when) == CHAIN_REVOKED) {
			out->trusted = false;
			snprintf(out->detail, sizeof(out->detail), "a CA of the path is revoked");
			return;
		}
	if (sk_X509_num(path) > 1)
		out->revocation = revocation_of(c, sk_X509_value(path, 0), sk_X509_value(path, 1), at, &out->revoked_at);
}

/* partial: a path may end at a pinned CA that is not self-signed; OpenSSL then looks no further, even if its issuer is pinned too. */
static int
verify_path(const struct chain *c, X509 *leaf, instant at, bool partial, struct chain_result *out)
{
	X509_STORE_CTX *context = X509_STORE_CTX_new();
	X509_VERIFY_PARAM *param;
	int error;

	if (context == NULL || X509_STORE_CTX_init(context, c->store, leaf, NULL) != 1)
		log_fatal("out-of-memory", "chain: libcrypto");
	param = X509_STORE_CTX_get0_param(context);
	X509_VERIFY_PARAM_set_time(param, (time_t)(at / SECOND));
	X509_VERIFY_PARAM_set_depth(param, DEPTH_MAX);
	X509_VERIFY_PARAM_set_auth_level(param, SECURITY_LEVEL);
	if (partial)
		X509_VERIFY_PARAM_set_flags(param, X509_V_FLAG_PARTIAL_CHAIN);
	X509_STORE_CTX_set_verify_cb(context, pass_time_of_leaf);
	out->trusted = X509_verify_cert(context) == 1;
	error = X509_STORE_CTX_get_error(context);
	if (out->trusted) {
		describe(out, X509_STORE_CTX_get0_chain(context));
		look_up_revocations(c, X509_STORE_CTX_get0_chain(context), at, out);
	} else
		snprintf(out->detail, sizeof(out->detail), "%s", X509_verify_cert_error_string(error));
	X509_STORE_CTX_free(context);
	ERR_clear_error();
	return error;
}

void
chain_verify(const struct chain *c, const struct cert *leaf, instant at, struct chain_result *out)
{
	X509 *x = cert_x509(leaf);
	int error = X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY;

	memset(out, 0, sizeof(*out));
	if (x == NULL) {
		snprintf(out->detail, sizeof(out->detail), "OpenSSL does not read the certificate");
		return;
	}
	if (c->has_root)
		error = verify_path(c, x, at, false, out);
	if (error == X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY || error == X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT)
		(void)verify_path(c, x, at, true, out);
}
