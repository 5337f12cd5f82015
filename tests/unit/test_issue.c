/* Issuing and its lints: what is built passes, is the same twice, verifies in OpenSSL; what is wrong is refused by its own clause. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "pki/issue.h"
#include "pki/lint.h"
#include "pki_ca.h"

static struct ca ca;
static struct issuer_key *key;
static struct profile *profile;
static uint8_t *spki, *ec_spki;
static size_t spki_len, ec_spki_len;

static struct issue_request
request(void)
{
	struct issue_request r = { .profile = profile,
		.subject = { "ДЕМОҒАЛИЕВ ӘДІЛ", "ДЕМОҒАЛИЕВ", "ҚАНАТҰЛЫ", "900101300811" },
		.spki = spki,
		.spki_len = spki_len,
		.not_before = clock_now() };

	issue_serial(r.serial);
	return r;
}

static const char *
lint(const struct issue_request *r, const struct profile *under)
{
	struct buf tbs = BUF_INIT;
	const char *clause = "not built";

	if (issue_tbs(&tbs, r, ca.cert) == RC_OK && lint_tbs(tbs.data, tbs.len, ca.cert, under, &clause) == RC_OK)
		clause = "";
	buf_free(&tbs);
	return clause;
}

static void
expect(const struct issue_request *r, const struct profile *under, const char *clause)
{
	const char *got = lint(r, under);

	if (strstr(got, clause) == NULL || (clause[0] == '\0' && got[0] != '\0'))
		fail_msg("wanted \"%s\", got \"%s\"", clause, got);
}

/* By OpenSSL's strictest path validation, as another program would. */
static int
verify_strictly(const struct cert *c, int purpose)
{
	X509_STORE *store = X509_STORE_new();
	X509_STORE_CTX *context = X509_STORE_CTX_new();
	size_t len;
	const uint8_t *der = cert_der(c, &len);
	X509 *x = d2i_X509(NULL, &der, (long)len);
	int ok;

	must(x != NULL && X509_STORE_add_cert(store, ca.x509) == 1 && X509_STORE_CTX_init(context, store, x, NULL) == 1, "store");
	X509_STORE_CTX_set_flags(context, X509_V_FLAG_X509_STRICT | X509_V_FLAG_CHECK_SS_SIGNATURE);
	X509_STORE_CTX_set_purpose(context, purpose);
	ok = X509_verify_cert(context);
	X509_STORE_CTX_free(context);
	X509_STORE_free(store);
	X509_free(x);
	return ok;
}

static void
issued(void **state)
{
	struct issue_request r = request();
	struct buf tbs = BUF_INIT, again = BUF_INIT;
	struct cert *c;
	instant not_before;
	uint8_t serial[SERIAL_SIZE];

	(void)state;
	expect(&r, profile, "");
	assert_int_equal(issue_tbs(&tbs, &r, ca.cert), RC_OK);
	assert_int_equal(issue_tbs_not_before(&not_before, tbs.data, tbs.len), RC_OK);
	assert_true(not_before == r.not_before / SECOND * SECOND);
	r.not_before = not_before;
	assert_int_equal(issue_tbs(&again, &r, ca.cert), RC_OK);
	assert_int_equal(again.len, tbs.len);
	assert_memory_equal(again.data, tbs.data, tbs.len);
	assert_int_equal(issue_sign(&c, tbs.data, tbs.len, key), RC_OK);
	assert_int_equal(verify_strictly(c, X509_PURPOSE_SMIME_SIGN), 1);
	assert_int_equal(verify_strictly(c, X509_PURPOSE_SSL_CLIENT), 0);
	assert_string_equal(cert_subject(c), "CN=ДЕМОҒАЛИЕВ ӘДІЛ, SURNAME=ДЕМОҒАЛИЕВ, SERIALNUMBER=IIN900101300811, C=KZ, G=ҚАНАТҰЛЫ");
	cert_serial(c, serial);
	assert_memory_equal(serial, r.serial, SERIAL_SIZE);
	assert_true(cert_not_after(c) - cert_not_before(c) == 365 * DAY);
	assert_true(cert_has_purpose(c, PURPOSE_SIGN, ARC));
	assert_false(cert_has_purpose(c, PURPOSE_AUTH, ARC));
	cert_free(c);
	buf_free(&tbs);
	buf_free(&again);
}

static void
variants(void **state)
{
	struct issue_request r = request();

	(void)state;
	r.subject.patronymic = "";
	expect(&r, profile, "");
	r.spki = ec_spki;
	r.spki_len = ec_spki_len;
	expect(&r, profile, "");
	for (int i = 0; i < 200; i++) {
		issue_serial(r.serial);
		assert_true(r.serial[0] >= 0x10 && r.serial[0] <= 0x7f);
	}
}

static struct profile *
profile_from(const char *text)
{
	struct buf errors = BUF_INIT;
	struct profile *p;

	must(profile_of(&p, text, &errors) == RC_OK, buf_text(&errors));
	p->name = strdup("other");
	buf_free(&errors);
	return p;
}

/* The delegated OCSP responder (RFC 6960, 4.2.2.2): its subject is the profile's, whatever person is named. */
static void
responder(void **state)
{
	static const struct {
		const char *from, *to, *clause;
	} cases[] = {
		{ "OCSP <ca>", "<ca>", "4.1.2.6" },
		{ "OCSPSigning", "OCSPSigning emailProtection", "4.2.1.12" },
		{ "ocsp_nocheck = true\n", "", "section 4.2: extensions" },
		{ "key_usage_ec = digitalSignature", "key_usage_ec = digitalSignature nonRepudiation", "4.2.1.3" },
		{ "days = 7", "days = 6", "4.1.2.5" },
		{ "ca_issuers = <plain_site>/ca/ca.cer\n", "", "section 4.2: extensions" },
		{ "ca_issuers = <plain_site>/ca/ca.cer\n", "ocsp = <plain_site>/ocsp\n", "4.2.2.1" },
	};
	struct issue_request r = request();
	struct profile *p = profile_from(RESPONDER_TEXT);
	struct buf tbs = BUF_INIT;
	struct cert *c;

	(void)state;
	r.profile = p;
	r.spki = ec_spki;
	r.spki_len = ec_spki_len;
	expect(&r, p, "");
	assert_int_equal(issue_tbs(&tbs, &r, ca.cert), RC_OK);
	assert_int_equal(issue_sign(&c, tbs.data, tbs.len, key), RC_OK);
	assert_string_equal(cert_subject(c), "C=KZ, CN=OCSP ДЕМО ОРТАЛЫҚ");
	assert_int_equal(verify_strictly(c, X509_PURPOSE_OCSP_HELPER), 1);
	assert_int_equal(verify_strictly(c, X509_PURPOSE_SSL_CLIENT), 0);
	assert_false(cert_has_purpose(c, PURPOSE_AUTH, ARC) || cert_has_purpose(c, PURPOSE_SIGN, ARC));
	cert_free(c);
	buf_free(&tbs);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *at = strstr(RESPONDER_TEXT, cases[i].from);
		struct profile *other;

		assert_non_null(at);
		buf_add(&tbs, RESPONDER_TEXT, (size_t)(at - RESPONDER_TEXT));
		buf_puts(&tbs, cases[i].to);
		buf_puts(&tbs, at + strlen(cases[i].from));
		other = profile_from(buf_text(&tbs));
		expect(&r, other, cases[i].clause);
		profile_free(other);
		buf_free(&tbs);
	}
	/* built as a responder, linted as a person's, and the other way round */
	expect(&r, profile, "4.1.2.6");
	r.profile = profile;
	expect(&r, p, "4.1.2.5");
	p->days = profile->days;
	expect(&r, p, "4.1.2.6");
	/* a responder that may do more */
	r.profile = p;
	p->key_usage_ec = 0xc0;
	expect(&r, p, "RFC 6960 section 4.2.2.2");
	profile_free(p);
}

/* Never beyond the CA's own end. */
static void
cut_validity(void **state)
{
	struct issue_request r = request();
	struct buf tbs = BUF_INIT;
	struct cert *c;

	(void)state;
	r.not_before = cert_not_after(ca.cert) - 10 * DAY;
	expect(&r, profile, "");
	assert_int_equal(issue_tbs(&tbs, &r, ca.cert), RC_OK);
	assert_int_equal(issue_sign(&c, tbs.data, tbs.len, key), RC_OK);
	assert_true(cert_not_after(c) == cert_not_after(ca.cert));
	cert_free(c);
	buf_free(&tbs);
	r.not_before = cert_not_after(ca.cert) + DAY;
	expect(&r, profile, "not built");
	r.not_before = cert_not_before(ca.cert) - DAY;
	expect(&r, profile, "not built");
}

static void
hostile_requests(void **state)
{
	struct issue_request r = request();
	uint8_t *ca_spki;
	char long_name[200] = "";

	(void)state;
	r.serial[0] = 0x80;
	expect(&r, profile, "4.1.2.2");
	r.serial[0] = 0x0f;
	expect(&r, profile, "4.1.2.2");
	memset(r.serial, 0, SERIAL_SIZE);
	expect(&r, profile, "4.1.2.2");
	r = request();
	for (int i = 0; i < 65; i++)
		memcpy(long_name + 2 * i, "Ж", 2);
	r.subject.common_name = long_name;
	expect(&r, profile, "4.1.2.6");
	r = request();
	r.subject.surname = "A\nB";
	expect(&r, profile, "4.1.2.6");
	r.subject.surname = "\xd0";
	expect(&r, profile, "4.1");
	r.subject.surname = "";
	expect(&r, profile, "not built");
	r = request();
	r.subject.iin = "90010130081";
	expect(&r, profile, "not built");
	r = request();
	r.spki_len--;
	expect(&r, profile, "not built");
	/* the CA's own key for a person */
	r = request();
	r.spki_len = spki_of(ca.key, &ca_spki);
	r.spki = ca_spki;
	expect(&r, profile, "4.1.2.7");
	OPENSSL_free(ca_spki);
}

/* Built under one profile, linted under another: each difference is found where it stands. */
static void
hostile_profiles(void **state)
{
	static const struct {
		const char *from, *to, *clause;
	} cases[] = {
		{ "days = <certificate_days>", "days = 1", "4.1.2.5" },
		{ "key_usage_rsa = digitalSignature nonRepudiation", "key_usage_rsa = digitalSignature", "4.2.1.3" },
		{ "policy = <arc>.2.3", "policy = <arc>.2.4", "4.2.1.4" },
		{ "emailProtection <arc>.4.1.1", "emailProtection <arc>.4.2.3", "4.2.1.12" },
		{ "emailProtection <arc>.4.1.1", "emailProtection", "4.2.1.12" },
		{ "/crl/ca.crl", "/crl/cb.crl", "4.2.1.13" },
		{ "/crl/ca-delta.crl", "/crl/cb-delta.crl", "4.2.1.15" },
		{ "/ca/ca.cer", "/ca/cb.cer", "4.2.2.1" },
		{ "<plain_site>/ocsp", "<plain_site>/ocps", "4.2.2.1" },
	};
	struct issue_request r = request();

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *at = strstr(PROFILE_TEXT, cases[i].from);
		struct buf text = BUF_INIT, errors = BUF_INIT;
		struct profile *other;

		assert_non_null(at);
		buf_add(&text, PROFILE_TEXT, (size_t)(at - PROFILE_TEXT));
		buf_puts(&text, cases[i].to);
		buf_puts(&text, at + strlen(cases[i].from));
		assert_int_equal(profile_of(&other, buf_text(&text), &errors), RC_OK);
		expect(&r, other, cases[i].clause);
		profile_free(other);
		buf_free(&text);
		buf_free(&errors);
	}
	/* keyEncipherment on an EC key (RFC 8813, 3) */
	r.spki = ec_spki;
	r.spki_len = ec_spki_len;
	profile->key_usage_ec |= 0x20;
	expect(&r, profile, "RFC 8813");
	profile->key_usage_ec = 0xc0;
	/* a profile that would make a CA */
	r = request();
	profile->key_usage_rsa |= 0x04;
	expect(&r, profile, "4.2.1.3");
	profile->key_usage_rsa = 0xc0;
}

/* Whatever octet of the kept part changes, it is refused or at least not the same any more; none reads outside. */
static void
hostile_octets(void **state)
{
	struct issue_request r = request();
	struct buf tbs = BUF_INIT;
	const char *clause;
	size_t refused = 0;

	(void)state;
	assert_int_equal(issue_tbs(&tbs, &r, ca.cert), RC_OK);
	for (size_t n = 0; n < tbs.len; n++) {
		tbs.data[n] ^= 0x40;
		refused += lint_tbs(tbs.data, tbs.len, ca.cert, profile, &clause) != RC_OK;
		tbs.data[n] ^= 0x40;
		assert_int_equal(lint_tbs(tbs.data, n, ca.cert, profile, &clause), RC_BAD_INPUT);
	}
	/* names, the serial and the policy's texts may read otherwise and still be a certificate */
	assert_true(refused > tbs.len / 2);
	buf_putc(&tbs, 0);
	assert_int_equal(lint_tbs(tbs.data, tbs.len, ca.cert, profile, &clause), RC_BAD_INPUT);
	buf_free(&tbs);
}

static void
other_authority(void **state)
{
	struct ca other = ca_make("critical,keyCertSign,cRLSign");
	struct issue_request r = request();
	struct buf tbs = BUF_INIT;
	const char *clause;
	struct cert *c;

	(void)state;
	assert_int_equal(issue_tbs(&tbs, &r, other.cert), RC_OK);
	/* the same name, another key: found by the identifier, and by the signature */
	assert_int_equal(lint_tbs(tbs.data, tbs.len, ca.cert, profile, &clause), RC_BAD_INPUT);
	assert_non_null(strstr(clause, "4.2.1.1"));
	assert_int_equal(issue_sign(&c, tbs.data, tbs.len, key), RC_INTERNAL);
	assert_null(c);
	buf_free(&tbs);
	ca_free(&other);
}

static enum rc
load(const char *pem, size_t len, const char *passphrase, mode_t mode, const struct cert *certificate)
{
	char directory[] = "/tmp/test-key-XXXXXX", key_path[64], passphrase_path[64];
	struct issuer_key *k;
	enum rc rc;

	must(mkdtemp(directory) != NULL, "folder");
	snprintf(key_path, sizeof(key_path), "%s/key", directory);
	snprintf(passphrase_path, sizeof(passphrase_path), "%s/passphrase", directory);
	file_write(key_path, pem, len, 0600);
	file_write(passphrase_path, passphrase, strlen(passphrase), mode);
	rc = issuer_key_load(&k, key_path, passphrase_path, certificate);
	if (rc == RC_OK)
		issuer_key_free(k);
	else
		assert_null(k);
	unlink(key_path);
	unlink(passphrase_path);
	rmdir(directory);
	return rc;
}

static void
key_files(void **state)
{
	struct ca other = ca_make("critical,keyCertSign,cRLSign"), no_crl = ca_make("critical,keyCertSign");
	BIO *closed = BIO_new(BIO_s_mem()), *open = BIO_new(BIO_s_mem()), *narrow = BIO_new(BIO_s_mem());
	char *pem;
	long len;

	(void)state;
	must(PEM_write_bio_PKCS8PrivateKey(closed, ca.key, EVP_aes_256_cbc(), "secret", 6, NULL, NULL) == 1 &&
		 PEM_write_bio_PKCS8PrivateKey(open, ca.key, NULL, NULL, 0, NULL, NULL) == 1 &&
		 PEM_write_bio_PKCS8PrivateKey(narrow, no_crl.key, EVP_aes_256_cbc(), "secret", 6, NULL, NULL) == 1,
	    "PEM");
	len = BIO_get_mem_data(closed, &pem);
	assert_int_equal(load(pem, (size_t)len, "secret\n", 0600, ca.cert), RC_OK);
	assert_int_equal(load(pem, (size_t)len, "secret", 0400, ca.cert), RC_OK);
	assert_int_equal(load(pem, (size_t)len, "secret\n", 0640, ca.cert), RC_BAD_INPUT);
	assert_int_equal(load(pem, (size_t)len, "secret\n", 0604, ca.cert), RC_BAD_INPUT);
	assert_int_equal(load(pem, (size_t)len, "Secret\n", 0600, ca.cert), RC_BAD_INPUT);
	assert_int_equal(load(pem, (size_t)len, "\n", 0600, ca.cert), RC_BAD_INPUT);
	assert_int_equal(load(pem, (size_t)len, "secret\n", 0600, other.cert), RC_BAD_INPUT);
	assert_int_equal(load(pem, (size_t)len / 2, "secret\n", 0600, ca.cert), RC_BAD_INPUT);
	/* a key that lies open is refused */
	len = BIO_get_mem_data(open, &pem);
	assert_int_equal(load(pem, (size_t)len, "secret\n", 0600, ca.cert), RC_BAD_INPUT);
	len = BIO_get_mem_data(narrow, &pem);
	assert_int_equal(load(pem, (size_t)len, "secret\n", 0600, no_crl.cert), RC_BAD_INPUT);
	BIO_free(closed);
	BIO_free(open);
	BIO_free(narrow);
	ca_free(&other);
	ca_free(&no_crl);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(issued),
		cmocka_unit_test(variants),
		cmocka_unit_test(responder),
		cmocka_unit_test(cut_validity),
		cmocka_unit_test(hostile_requests),
		cmocka_unit_test(hostile_profiles),
		cmocka_unit_test(hostile_octets),
		cmocka_unit_test(other_authority),
		cmocka_unit_test(key_files),
	};
	EVP_PKEY *person = EVP_RSA_gen(2048), *ec = EVP_EC_gen("P-256");
	int failed;

	/* one level above errors: refusals are what is tested here */
	log_open("test", LOG_LEVEL_ERROR);
	ca = ca_make("critical,keyCertSign,cRLSign");
	key = ca_issuer_key(&ca);
	profile = profile_make();
	spki_len = spki_of(person, &spki);
	ec_spki_len = spki_of(ec, &ec_spki);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	OPENSSL_free(spki);
	OPENSSL_free(ec_spki);
	EVP_PKEY_free(person);
	EVP_PKEY_free(ec);
	profile_free(profile);
	issuer_key_free(key);
	ca_free(&ca);
	return failed;
}
