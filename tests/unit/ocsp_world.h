/* For tests of OCSP: a CA, another one, responder's keys of both kinds, certificates for them, some serials. */
#ifndef CABINET_TESTS_OCSP_WORLD_H
#define CABINET_TESTS_OCSP_WORLD_H

#include "base/hash.h"
#include "pki/der.h"
#include "pki/issue.h"
#include "pki/ocsp.h"
#include "pki/responder_key.h"
#include "pki_ca.h"

struct world {
	struct ca ca, other;
	struct issuer_key *issuer_key;
	struct ocsp_issuer issuer, other_issuer;
	struct profile *profile;      /* of responders */
	struct responder_key *key[2]; /* EC, RSA */
	uint8_t serial[3][SERIAL_SIZE];
};

static inline ASN1_INTEGER *
world_serial(const uint8_t serial[SERIAL_SIZE])
{
	BIGNUM *n = BN_bin2bn(serial, SERIAL_SIZE, NULL);
	ASN1_INTEGER *out = BN_to_ASN1_INTEGER(n, NULL);

	BN_free(n);
	must(out != NULL, "serial");
	return out;
}

static inline struct cert *
world_issue(struct world *w, const struct profile *profile, const uint8_t *spki, size_t len, instant from)
{
	struct issue_request r = { .profile = profile,
		.subject = { "ДЕМОҒАЛИЕВ ӘДІЛ", "ДЕМОҒАЛИЕВ", "", "900101300811" },
		.spki = spki,
		.spki_len = len,
		.not_before = from };
	struct buf tbs = BUF_INIT;
	struct cert *c = NULL;

	issue_serial(r.serial);
	must(issue_tbs(&tbs, &r, w->ca.cert) == RC_OK && issue_sign(&c, tbs.data, tbs.len, w->issuer_key) == RC_OK, "issue");
	buf_free(&tbs);
	return c;
}

static inline struct cert *
world_responder(struct world *w, const struct buf *spki, instant from)
{
	return world_issue(w, w->profile, (const uint8_t *)spki->data, spki->len, from);
}

static inline struct cert *
world_person(struct world *w)
{
	EVP_PKEY *key = EVP_EC_gen("P-256");
	struct profile *profile = profile_make();
	uint8_t *spki;
	size_t len = spki_of(key, &spki);
	struct cert *c = world_issue(w, profile, spki, len, clock_now());

	OPENSSL_free(spki);
	EVP_PKEY_free(key);
	profile_free(profile);
	return c;
}

static inline struct responder_key *
world_key(struct world *w, const char *algorithm, instant from)
{
	char path[] = "/tmp/test-responder-XXXXXX";
	struct buf secret = BUF_INIT, spki = BUF_INIT, file = BUF_INIT;
	struct responder_key *key;
	struct cert *c = NULL;
	int fd = mkstemp(path);

	must(fd >= 0, path);
	close(fd);
	must(responder_key_generate(algorithm, &secret, &spki) == RC_OK, algorithm);
	c = world_responder(w, &spki, from);
	responder_key_file(&file, &secret, c, w->ca.cert);
	file_write(path, file.data, file.len, 0600);
	must(responder_key_load(&key, path) == RC_OK, path);
	unlink(path);
	cert_free(c);
	buf_free(&secret);
	buf_free(&spki);
	buf_free(&file);
	return key;
}

static inline void
world_open(struct world *w, instant now)
{
	struct buf errors = BUF_INIT;

	w->ca = ca_make("critical,keyCertSign,cRLSign");
	w->other = ca_make("critical,keyCertSign,cRLSign");
	w->issuer_key = ca_issuer_key(&w->ca);
	ocsp_issuer_of(&w->issuer, w->ca.cert);
	ocsp_issuer_of(&w->other_issuer, w->other.cert);
	must(profile_of(&w->profile, RESPONDER_TEXT, &errors) == RC_OK, "profile");
	w->key[0] = world_key(w, "EC-P256", now - HOUR);
	w->key[1] = world_key(w, "RSA-2048", now - HOUR);
	for (size_t i = 0; i < 3; i++)
		issue_serial(w->serial[i]);
}

static inline void
world_close(struct world *w)
{
	responder_key_free(w->key[0]);
	responder_key_free(w->key[1]);
	profile_free(w->profile);
	issuer_key_free(w->issuer_key);
	ca_free(&w->ca);
	ca_free(&w->other);
}

/* A whole answer, thisUpdate now, for a minute. */
static inline void
world_answer(struct buf *out, struct responder_key *key, const struct ocsp_request *r, const struct ocsp_answer *answers, instant now)
{
	struct ocsp_times times = { now, now + 60 * SECOND };
	uint8_t signature[RESPONDER_SIGNATURE_MAX];
	struct buf tbs = BUF_INIT;
	size_t len;

	ocsp_tbs(&tbs, r, answers, &times, responder_key_id(key));
	must(responder_key_sign(key, tbs.data, tbs.len, signature, &len) == RC_OK, "signature");
	ocsp_response(out, tbs.data, tbs.len, signature, len, responder_key_certificate(key));
	buf_free(&tbs);
}

#endif
