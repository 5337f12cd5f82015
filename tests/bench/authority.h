/* The demo CA of scripts/ceremony in FOLDER/ca, and certificates of a natural person from it, by the code that the publisher runs. */
#ifndef CABINET_BENCH_AUTHORITY_H
#define CABINET_BENCH_AUTHORITY_H

#include "../unit/form_signer.h"
#include "base/mem.h"
#include "bench.h"
#include "pki/issue.h"

struct authority {
	struct cert *certificate;
	struct issuer_key *key;
	struct profile *profile;
};

static inline void
authority_open(struct authority *a, const char *folder, const char *profile)
{
	static const struct profile_values values = { .oid_arc = "1.3.6.1.4.1.32473",
		.site = "https://localhost:8443",
		.plain_site = "http://localhost:8444",
		.certificate_days = 365 };
	char *certificate = mem_format("%s/ca/ca.pem", folder), *key = mem_format("%s/ca/ca.key", folder);
	char *passphrase = mem_format("%s/ca/ca.passphrase", folder);

	must(cert_read_file(&a->certificate, certificate) == RC_OK, "CA certificate");
	must(issuer_key_load(&a->key, key, passphrase, a->certificate) == RC_OK, "CA key");
	must(profile_load(&a->profile, "conf/profiles", profile, &values) == RC_OK, "profile");
	free(certificate);
	free(key);
	free(passphrase);
}

static inline struct cert *
authority_issue(const struct authority *a, EVP_PKEY *key, size_t number, const char *iin)
{
	struct issue_request r = {
		.profile = a->profile, .subject = { "ТЕСТОВ ТЕСТ", "ТЕСТОВ", "ТЕСТОВИЧ", iin }, .not_before = clock_now()
	};
	struct buf tbs = BUF_INIT;
	uint8_t *spki = NULL;
	struct cert *certificate = NULL;
	int len = i2d_PUBKEY(key, &spki);

	must(len > 0, "public key");
	r.spki = spki;
	r.spki_len = (size_t)len;
	bench_serial(r.serial, number);
	must(issue_tbs(&tbs, &r, a->certificate) == RC_OK && issue_sign(&certificate, tbs.data, tbs.len, a->key) == RC_OK, "certificate");
	OPENSSL_free(spki);
	buf_free(&tbs);
	return certificate;
}

static inline void
authority_close(struct authority *a)
{
	profile_free(a->profile);
	issuer_key_free(a->key);
	cert_free(a->certificate);
}

#endif
