#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "pki_ca.h"

static void
fields(void **state)
{
	struct profile *p = profile_make();

	(void)state;
	assert_int_equal(p->key_usage_rsa, 0xc0);
	assert_int_equal(p->usage_count, 2);
	assert_string_equal(p->usages[0], "1.3.6.1.5.5.7.3.4");
	assert_string_equal(p->usages[1], ARC ".4.1.1");
	assert_string_equal(p->policy, ARC ".2.3");
	assert_string_equal(p->cps, "https://localhost:8443/help");
	assert_string_equal(p->notice, "Правила: https://localhost:8443/help");
	assert_true(p->days == 365);
	assert_string_equal(p->crl, "http://localhost:8444/crl/ca.crl");
	assert_string_equal(p->freshest_crl, "http://localhost:8444/crl/ca-delta.crl");
	assert_string_equal(p->ca_issuers, "http://localhost:8444/ca/ca.cer");
	assert_string_equal(p->ocsp, "http://localhost:8444/ocsp");
	assert_null(p->common_name);
	profile_free(p);
}

/* The ones that are installed, found from the folder of the repository or below it. */
static void
installed(void **state)
{
	static const char *const names[] = { "person-auth", "person-sign", "operator", "ocsp-responder" };
	const struct profile_values values = { ARC, "https://localhost:8443", "http://localhost:8444", 30, "ДЕМО" };
	struct profile *p;
	const char *directory = access("conf/profiles", R_OK) == 0 ? "conf/profiles" : "../conf/profiles";

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		assert_int_equal(profile_load(&p, directory, names[i], &values), RC_OK);
		assert_string_equal(p->name, names[i]);
		/* the authentication key signs nothing, and no EC key enciphers (RFC 8813, 3) */
		assert_int_equal(p->key_usage_rsa & 0x40, i == 0 ? 0 : 0x40);
		assert_int_equal(p->key_usage_ec & 0x30, 0);
		assert_true(p->days == 30);
		assert_string_equal(p->ocsp, "http://localhost:8444/ocsp");
		profile_free(p);
	}
	/* a few days, signs answers only, is not checked itself */
	assert_int_equal(profile_load(&p, directory, names[3], &values), RC_OK);
	assert_string_equal(p->common_name, "OCSP ДЕМО");
	assert_int_equal(p->key_usage_rsa, 0x80);
	assert_int_equal(p->key_usage_ec, 0x80);
	assert_int_equal(p->usage_count, 1);
	assert_string_equal(p->usages[0], "1.3.6.1.5.5.7.3.9");
	assert_true(p->ocsp_nocheck && p->days <= 10 && p->crl == NULL && p->ocsp == NULL);
	profile_free(p);
}

static void
hostile(void **state)
{
	static const struct {
		const char *from, *to, *error;
	} cases[] = {
		{ "days = <certificate_days>\n", "", "days: missing" },
		{ "days = <certificate_days>\n", "days = 1096\n", "p.conf:7: days" },
		{ "days = <certificate_days>\n", "days = 0\n", "p.conf:7: days" },
		{ "days = <certificate_days>\n", "days = 1x\n", "p.conf:7: days" },
		{ "days = <certificate_days>\n", "days = 1\ndays = 1\n", "p.conf:8: days: given twice" },
		{ "digitalSignature nonRepudiation", "keyCertSign", "unknown key usage" },
		{ "digitalSignature nonRepudiation", "cRLSign", "unknown key usage" },
		{ "<arc>.4.1.1", "<ark>.4.1.1", "unknown placeholder" },
		{ "<arc>.4.1.1", "naturalPerson", "no object identifier" },
		{ "policy = <arc>.2.3", "policy = 3.1", "no object identifier" },
		{ "cps = <site>/help", "cps = ftp://x", "cps: not an http" },
		{ "crl = <plain_site>/crl/ca.crl", "crl = https://localhost/ca.crl", "crl: not an http: address" },
		{ "crl = <plain_site>/crl/ca.crl", "crl = http://localhost/c a", "crl: not an address" },
		{ "notice = ", "notice =\n#", "notice: empty" },
		{ "notice = ", "remark = ", "unknown name" },
		{ "policy = ", "policy ", "no \"name = value\"" },
		{ "ocsp = <plain_site>/ocsp\n", "", "ocsp: missing" },
		{ "ocsp = <plain_site>/ocsp", "ocsp = https://localhost/ocsp", "ocsp: not an http: address" },
		{ "ocsp = ", "key = EC-P256\nocsp = ", "key, ocsp_nocheck: without common_name" },
		{ "ocsp = ", "ocsp_nocheck = true\nocsp = ", "key, ocsp_nocheck: without common_name" },
		{ "ocsp = ", "ocsp_nocheck = false\nocsp = ", "ocsp_nocheck: true, once, or not at all" },
		{ "ocsp = ", "common_name = OCSP\nocsp = ", "key: missing" },
		{ "ocsp = ", "common_name = OCSP\nkey = EC-P384\nocsp = ", "neither EC-P256 nor RSA-2048" },
		{ "ocsp = ", "common_name = ЖЖЖЖЖЖЖЖЖЖЖЖЖЖЖЖЖЖЖЖЖЖЖЖЖЖЖЖЖЖЖЖЖЖЖЖЖЖЖЖЖЖЖЖЖЖЖЖЖЖЖЖЖЖЖЖЖЖЖЖЖЖЖЖЖ\nocsp = ", "longer than 64" },
		{ "Правила", "\xd0", "not UTF-8" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct buf text = BUF_INIT, errors = BUF_INIT;
		const char *at = strstr(PROFILE_TEXT, cases[i].from);
		struct profile *p;

		assert_non_null(at);
		buf_add(&text, PROFILE_TEXT, (size_t)(at - PROFILE_TEXT));
		buf_puts(&text, cases[i].to);
		buf_puts(&text, at + strlen(cases[i].from));
		assert_int_equal(profile_of(&p, buf_text(&text), &errors), RC_BAD_INPUT);
		assert_null(p);
		if (strstr(buf_text(&errors), cases[i].error) == NULL)
			fail_msg("case %zu: %s", i, buf_text(&errors));
		buf_free(&text);
		buf_free(&errors);
	}
}

static void
long_notice(void **state)
{
	struct buf text = BUF_INIT, errors = BUF_INIT;
	struct profile *p;

	(void)state;
	buf_puts(&text, "notice = ");
	for (int i = 0; i < 201; i++)
		buf_puts(&text, "Ж");
	assert_int_equal(profile_of(&p, buf_text(&text), &errors), RC_BAD_INPUT);
	assert_non_null(strstr(buf_text(&errors), "notice: longer than 200 characters"));
	buf_free(&text);
	buf_free(&errors);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fields),
		cmocka_unit_test(installed),
		cmocka_unit_test(hostile),
		cmocka_unit_test(long_notice),
	};

	log_open("test", LOG_LEVEL_ERROR);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
