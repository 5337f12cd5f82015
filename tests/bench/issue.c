/*
 * Issuing, for tests/bench/41-issue.sh.
 *   issue load FOLDER COUNT        CA and profiles as below; COUNT applications of one citizen, each signed by them with their certificate, on two requests
 *                                  for RSA-2048: FOLDER/<n>.xml, <n>.auth, <n>.sign (DER), and their rows as SQL on standard output
 *   issue ours|bare FOLDER         a peer of bench.h; one round answers with CPU microseconds a certificate
 *     ours    all that the publisher does but the database: the signed form verified, requests read and checked, to-be-signed parts built twice,
 *             compared, linted, signed by the throw-away key, signed, read back
 *     bare    OpenSSL alone: the request read and its signature checked, the same fields and extensions by its X.509 interface, signed
 * FOLDER/ca holds the CA (ca.pem, ca.key, ca.passphrase).
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>

#include "../unit/form_signer.h"
#include "base/log.h"
#include "base/mem.h"
#include "bench.h"
#include "form/form.h"
#include "pki/csr.h"
#include "pki/issue.h"
#include "pki/lint.h"
#include "pki/throwaway.h"

#define SITE "https://localhost:8443"
#define ARC "1.3.6.1.4.1.32473"

static struct cert *ca;
static struct issuer_key *key;
static struct profile *profiles[2]; /* auth, sign */
static const char *const names[2] = { "auth", "sign" };
static struct buf (*requests)[2], *forms;
static size_t count;

static void
authority_open(const char *folder)
{
	static const struct profile_values values = {
		.oid_arc = ARC, .site = SITE, .plain_site = "http://localhost:8444", .certificate_days = 365
	};
	char *certificate = mem_format("%s/ca/ca.pem", folder), *private_key = mem_format("%s/ca/ca.key", folder);
	char *passphrase = mem_format("%s/ca/ca.passphrase", folder);

	bench_check(cert_read_file(&ca, certificate) == RC_OK && issuer_key_load(&key, private_key, passphrase, ca) == RC_OK, "CA");
	bench_check(profile_load(&profiles[0], "conf/profiles", "person-auth", &values) == RC_OK &&
			profile_load(&profiles[1], "conf/profiles", "person-sign", &values) == RC_OK,
	    "profiles");
	free(certificate);
	free(private_key);
	free(passphrase);
}

static struct cert *
issue_one(const struct profile *profile, const uint8_t *spki, size_t len)
{
	struct issue_request r = { .profile = profile,
		.subject = { "ТЕСТОВ ТЕСТ", "ТЕСТОВ", "ТЕСТОВИЧ", BENCH_IIN },
		.spki = spki,
		.spki_len = len,
		.not_before = clock_now() };
	struct buf tbs = BUF_INIT, again = BUF_INIT, lint = BUF_INIT;
	const char *clause;
	struct cert *cert = NULL;

	issue_serial(r.serial);
	bench_check(issue_tbs(&tbs, &r, ca) == RC_OK && issue_tbs(&again, &r, ca) == RC_OK && tbs.len == again.len &&
			memcmp(tbs.data, again.data, tbs.len) == 0 && lint_tbs(tbs.data, tbs.len, ca, profile, &clause) == RC_OK &&
			throwaway_certificate(&lint, tbs.data, tbs.len) == RC_OK && issue_sign(&cert, tbs.data, tbs.len, key) == RC_OK,
	    "certificate");
	buf_free(&tbs);
	buf_free(&again);
	buf_free(&lint);
	return cert;
}

/* ---- load */

static void
put(const char *folder, size_t number, const char *ending, const void *data, size_t len)
{
	char *path = mem_format("%s/%zu.%s", folder, number, ending);
	FILE *f = fopen(path, "wb");

	bench_check(f != NULL, path);
	bench_check(fwrite(data, 1, len, f) == len, path);
	bench_check(fclose(f) == 0, path);
	free(path);
}

static void
hex(const void *data, size_t len)
{
	char *text = mem_zero(1, 2 * len + 1);

	hex_encode(text, data, len);
	printf("X'%s'", text);
	free(text);
}

static void
request_make(struct buf *der, struct csr *csr)
{
	EVP_PKEY *k = EVP_RSA_gen(2048);
	X509_REQ *r = X509_REQ_new();
	unsigned char *out = NULL;
	enum csr_fault fault;
	int len = 0;

	X509_REQ_set_version(r, 0);
	X509_REQ_set_pubkey(r, k);
	bench_check(X509_REQ_sign(r, k, EVP_sha256()) > 0 && (len = i2d_X509_REQ(r, &out)) > 0, "request");
	buf_add(der, out, (size_t)len);
	bench_check(csr_parse_der(csr, out, (size_t)len, BENCH_IIN, &fault) == RC_OK, "request");
	OPENSSL_free(out);
	X509_REQ_free(r);
	EVP_PKEY_free(k);
}

static void
application_make(const char *folder, size_t n, const struct signer *signer)
{
	static const struct shape shape = { .transform = EXC_C14N };
	struct form_header h = { .site = SITE,
		.issued = clock_now() - MINUTE,
		.lang = "ru",
		.statement = "Я, ТЕСТОВ ТЕСТ ТЕСТОВИЧ, подтверждаю корректность данных" };
	struct form_citizen person = { BENCH_IIN, "ТЕСТОВ ТЕСТ ТЕСТОВИЧ" };
	struct buf der[2] = { BUF_INIT, BUF_INIT }, document = BUF_INIT, text = BUF_INIT;
	struct csr csr[2];
	char number[32];
	uint8_t digest[32], serial[SERIAL_SIZE];
	struct form_application a = { .number = number,
		.template_name = "person",
		.origin = "cabinet",
		.email = "",
		.locality = "750000000",
		.store = "PKCS12",
		.created = h.issued };

	snprintf(number, sizeof(number), "%08zu261128", n);
	for (int i = 0; i < 2; i++) {
		request_make(&der[i], &csr[i]);
		put(folder, n, names[i], der[i].data, der[i].len);
	}
	a.request_auth = csr[0].hash;
	a.request_sign = csr[1].hash;
	form_id(h.id);
	h.expires = h.issued + DAY;
	form_make_confirmation(&document, &h, &person, &a, "new", "signed");
	hash_sha256(digest, document.data, document.len);
	signer_document(&text, document.data, document.len, signer, &shape);
	put(folder, n, "xml", text.data, text.len);
	bench_serial(serial, 1);
	printf("INSERT INTO signed_form (digest, kind, iin, subject, document, signed, signer, accepted_at) VALUES (");
	hex(digest, 32);
	printf(", 'confirmation', '" BENCH_IIN "', '%s', ", number);
	hex(document.data, document.len);
	printf(", ");
	hex(text.data, text.len);
	printf(", ");
	hex(serial, sizeof(serial));
	printf(", UTC_TIMESTAMP(6));\nINSERT INTO application (number, iin, template, origin, status, store, csr_auth, csr_sign, "
	       "hash_auth, hash_sign, form, created_at,"
	       " changed_at) VALUES ('%s', '" BENCH_IIN "', 'person', 'cabinet', 'signed', 'PKCS12', ",
	    number);
	hex(der[0].data, der[0].len);
	printf(", ");
	hex(der[1].data, der[1].len);
	printf(", ");
	hex(csr[0].hash, 32);
	printf(", ");
	hex(csr[1].hash, 32);
	printf(", ");
	hex(digest, 32);
	printf(", UTC_TIMESTAMP(6), UTC_TIMESTAMP(6));\n");
	for (int i = 0; i < 2; i++) {
		buf_free(&der[i]);
		csr_free(&csr[i]);
	}
	buf_free(&document);
	buf_free(&text);
}

static void
load(const char *folder, size_t applications)
{
	EVP_PKEY *person = EVP_RSA_gen(2048);
	struct issue_request r = {
		.profile = profiles[1], .subject = { "ТЕСТОВ ТЕСТ", "ТЕСТОВ", "ТЕСТОВИЧ", BENCH_IIN }, .not_before = clock_now() - HOUR
	};
	struct buf tbs = BUF_INIT;
	struct cert *cert = NULL;
	struct signer signer = { .key = person };
	uint8_t *spki = NULL, serial[SERIAL_SIZE], key_id[20];
	int len = i2d_PUBKEY(person, &spki);

	r.spki = spki;
	r.spki_len = (size_t)len;
	bench_serial(serial, 1);
	memcpy(r.serial, serial, sizeof(serial));
	bench_check(issue_tbs(&tbs, &r, ca) == RC_OK && issue_sign(&cert, tbs.data, tbs.len, key) == RC_OK, "the citizen's certificate");
	signer.certificate = (uint8_t *)(uintptr_t)cert_der(cert, &signer.certificate_len);
	cert_key_id(cert, key_id);
	printf("INSERT INTO citizen (iin, surname, name, patronymic, created_at) VALUES ('" BENCH_IIN
	       "', 'ТЕСТОВ', 'ТЕСТ', 'ТЕСТОВИЧ', UTC_TIMESTAMP(6));\n"
	       "INSERT INTO certificate (serial, ca, iin, number, purpose, algorithm, subject, full_name, not_before, not_after, key_id, "
	       "der, issued_at) SELECT ");
	hex(serial, sizeof(serial));
	printf(", MAX(id), '" BENCH_IIN "', '00000000000000', 'sign', 'RSA-2048', '', '', '2026-01-01', '2037-01-01', ");
	hex(key_id, sizeof(key_id));
	printf(", ");
	hex(signer.certificate, signer.certificate_len);
	printf(", UTC_TIMESTAMP(6) FROM ca;\n");
	for (size_t n = 0; n < applications; n++)
		application_make(folder, n, &signer);
}

/* ---- peers */

static enum rc
accept_issued(void *arg, const char *canonical, size_t len, enum form_rule *rule)
{
	(void)arg;
	(void)canonical;
	(void)len;
	(void)rule;
	return RC_OK;
}

static enum rc
accept_certificate(void *arg, const struct cert *cert, enum form_rule *rule)
{
	(void)arg;
	*rule = RULE_CERTIFICATE_CA;
	return cert_is_signed_by(cert, ca) ? RC_OK : RC_BAD_INPUT;
}

/* Two certificates a call: bench_round divides by applications, the runner by two. */
static bool
ours(void *arg, size_t n)
{
	const struct form_checks checks = { .issued = accept_issued, .certificate = accept_certificate };
	struct form_result result = { .rule = RULE_NONE };
	struct form_content content;
	bool ok = form_verify(forms[n].data, forms[n].len, FORM_CONFIRMATION, &checks, &result) == RC_OK &&
		  form_content_parse(&content, result.canonical, result.canonical_len) == RC_OK;

	(void)arg;
	bench_check(ok, "form");
	for (int i = 0; i < 2; i++) {
		struct csr csr;
		enum csr_fault fault;

		bench_check(
		    csr_parse_der(&csr, (const uint8_t *)requests[n][i].data, requests[n][i].len, BENCH_IIN, &fault) == RC_OK, "request");
		bench_check(memcmp(i == 0 ? content.request_auth : content.request_sign, csr.hash, 32) == 0, "hash");
		cert_free(issue_one(profiles[i], csr.spki, csr.spki_len));
		csr_free(&csr);
	}
	form_content_free(&content);
	form_result_free(&result);
	return ok;
}

static X509 *bare_ca;
static EVP_PKEY *bare_key;
static CONF *bare_conf;

/* Made from their texts once where every certificate has the same; the subject key identifier is each one's own. */
static void
bare_extensions(X509 *x)
{
	static const struct {
		int nid;
		const char *value;
	} wanted[] = { { NID_authority_key_identifier, "keyid:always" }, { NID_subject_key_identifier, "hash" },
		{ NID_key_usage, "critical,digitalSignature,nonRepudiation" }, { NID_ext_key_usage, "emailProtection," ARC ".4.1.1" },
		{ NID_certificate_policies, ARC ".2.3" }, { NID_crl_distribution_points, "URI:http://localhost:8444/crl/ca.crl" },
		{ NID_freshest_crl, "URI:http://localhost:8444/crl/ca-delta.crl" },
		{ NID_info_access, "caIssuers;URI:http://localhost:8444/ca/ca.cer" } };
	static X509_EXTENSION *made[sizeof(wanted) / sizeof(wanted[0])];
	X509V3_CTX context;

	X509V3_set_ctx(&context, bare_ca, x, NULL, NULL, 0);
	X509V3_set_nconf(&context, bare_conf);
	for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++) {
		if (wanted[i].nid == NID_subject_key_identifier) {
			X509_EXTENSION_free(made[i]);
			made[i] = NULL;
		}
		if (made[i] == NULL)
			made[i] = X509V3_EXT_nconf_nid(NULL, &context, wanted[i].nid, wanted[i].value);
		bench_check(made[i] != NULL && X509_add_ext(x, made[i], -1) == 1, wanted[i].value);
	}
}

static bool
bare(void *arg, size_t n)
{
	(void)arg;
	for (int i = 0; i < 2; i++) {
		const uint8_t *p = (const uint8_t *)requests[n][i].data;
		X509_REQ *r = d2i_X509_REQ(NULL, &p, (long)requests[n][i].len);
		X509 *x = X509_new();
		X509_NAME *name = X509_get_subject_name(x);
		uint8_t serial[SERIAL_SIZE];
		BIGNUM *number;
		unsigned char *der = NULL;

		bench_check(r != NULL && X509_REQ_verify(r, X509_REQ_get0_pubkey(r)) == 1, "request");
		issue_serial(serial);
		number = BN_bin2bn(serial, sizeof(serial), NULL);
		X509_set_version(x, X509_VERSION_3);
		BN_to_ASN1_INTEGER(number, X509_get_serialNumber(x));
		BN_free(number);
		X509_gmtime_adj(X509_getm_notBefore(x), 0);
		X509_gmtime_adj(X509_getm_notAfter(x), 365 * 86400L);
		X509_set_issuer_name(x, X509_get_subject_name(bare_ca));
		X509_NAME_add_entry_by_NID(name, NID_commonName, MBSTRING_UTF8, (const unsigned char *)"ТЕСТОВ ТЕСТ", -1, -1, 0);
		X509_NAME_add_entry_by_NID(name, NID_surname, MBSTRING_UTF8, (const unsigned char *)"ТЕСТОВ", -1, -1, 0);
		X509_NAME_add_entry_by_NID(name, NID_serialNumber, MBSTRING_ASC, (const unsigned char *)"IIN" BENCH_IIN, -1, -1, 0);
		X509_NAME_add_entry_by_NID(name, NID_countryName, MBSTRING_ASC, (const unsigned char *)"KZ", -1, -1, 0);
		X509_set_pubkey(x, X509_REQ_get0_pubkey(r));
		bare_extensions(x);
		bench_check(X509_sign(x, bare_key, EVP_sha256()) > 0 && i2d_X509(x, &der) > 0, "sign");
		OPENSSL_free(der);
		X509_free(x);
		X509_REQ_free(r);
	}
	return true;
}

static void
bare_open(const char *folder)
{
	char *path = mem_format("%s/ca/ca.key", folder), *passphrase_path = mem_format("%s/ca/ca.passphrase", folder);
	struct buf passphrase = BUF_INIT;
	BIO *file = BIO_new_file(path, "r");
	size_t len;
	const uint8_t *der = cert_der(ca, &len);

	bench_check(file != NULL && buf_read_file(&passphrase, passphrase_path, 256), "CA key");
	passphrase.data[strcspn(passphrase.data, "\n")] = '\0';
	bare_key = PEM_read_bio_PrivateKey(file, NULL, NULL, passphrase.data);
	bare_ca = d2i_X509(NULL, &der, (long)len);
	bare_conf = NCONF_new(NULL);
	bench_check(bare_key != NULL && bare_ca != NULL, "CA key");
	BIO_free(file);
	buf_free(&passphrase);
	free(path);
	free(passphrase_path);
}

static void
files_read(const char *folder)
{
	struct buf b = BUF_INIT;

	while (bench_read(&b, folder, count, "xml"))
		count++;
	forms = mem_zero(count, sizeof(*forms));
	requests = mem_zero(count, sizeof(*requests));
	for (size_t n = 0; n < count; n++)
		bench_check(bench_read(&forms[n], folder, n, "xml") && bench_read(&requests[n][0], folder, n, "auth") &&
				bench_read(&requests[n][1], folder, n, "sign"),
		    folder);
	buf_free(&b);
}

int
main(int argc, char **argv)
{
	bench_check(argc >= 3, "usage: issue load FOLDER COUNT | issue ours|bare FOLDER");
	log_open("issue", LOG_LEVEL_WARN);
	authority_open(argv[2]);
	if (strcmp(argv[1], "load") == 0 && argc == 4) {
		load(argv[2], strtoul(argv[3], NULL, 10));
		return 0;
	}
	files_read(argv[2]);
	bare_open(argv[2]);
	bench_serve(strcmp(argv[1], "ours") == 0 ? ours : bare, NULL, count);
	return 0;
}
