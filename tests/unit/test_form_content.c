/* form_content_parse reads what form_make_* wrote, and nothing else. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "base/log.h"
#include "form_samples.h"

static enum rc
parse(struct form_content *c, const char *text)
{
	return form_content_parse(c, text, strlen(text));
}

static void
reads_a_confirmation(void **state)
{
	struct buf b = BUF_INIT;
	struct form_content c;
	struct form_header h = sample_header("x");

	(void)state;
	sample_document(&b, FORM_CONFIRMATION, "a\r\n& b");
	assert_int_equal(form_content_parse(&c, b.data, b.len), RC_OK);
	assert_int_equal(c.kind, FORM_CONFIRMATION);
	assert_string_equal(c.id, SAMPLE_ID);
	assert_string_equal(c.site, "https://localhost:8443");
	assert_true(c.issued == h.issued && c.expires == h.expires && c.created == h.issued - HOUR);
	assert_string_equal(c.iin, "123456789011");
	assert_string_equal(c.name, SAMPLE_NAME);
	assert_string_equal(c.number, "12345678261123");
	assert_string_equal(c.template_name, "person");
	assert_string_equal(c.origin, "cabinet");
	assert_string_equal(c.email, "");
	assert_string_equal(c.locality, "750000000");
	assert_string_equal(c.store, "PKCS12");
	assert_int_equal(c.request_auth[0], 0xa0);
	assert_int_equal(c.request_sign[0], 0x50);
	assert_string_equal(c.from, "new");
	assert_string_equal(c.to, "signed");
	assert_string_equal(c.lang, "kk");
	assert_string_equal(c.statement, "a\r\n& b");
	form_content_free(&c);
	assert_null(c.id);
	buf_free(&b);
}

static void
reads_a_revocation(void **state)
{
	struct buf b = BUF_INIT;
	struct form_content c;

	(void)state;
	sample_document(&b, FORM_REVOCATION, "x");
	assert_int_equal(form_content_parse(&c, b.data, b.len), RC_OK);
	assert_int_equal(c.certificates, 2);
	assert_int_equal(c.certificate[0].serial[19], 0x1a);
	assert_int_equal(c.certificate[1].serial[19], 0);
	assert_string_equal(c.certificate[1].issuer, "CN=ДЕМО \"УЦ\" & <сын>");
	assert_int_equal(c.reason, 1);
	assert_string_equal(c.iin, "123456789011");
	assert_null(c.number);
	form_content_free(&c);
	buf_free(&b);
}

static void
reads_a_login_and_a_proof(void **state)
{
	struct buf b = BUF_INIT;
	struct form_content c;

	(void)state;
	sample_document(&b, FORM_LOGIN, "x");
	assert_int_equal(form_content_parse(&c, b.data, b.len), RC_OK);
	assert_int_equal(c.kind, FORM_LOGIN);
	assert_null(c.iin);
	form_content_free(&c);
	buf_reset(&b);
	sample_document(&b, FORM_PROOF, "x");
	assert_int_equal(form_content_parse(&c, b.data, b.len), RC_OK);
	assert_int_equal(c.kind, FORM_PROOF);
	assert_string_equal(c.number, "12345678261123");
	assert_null(c.statement);
	form_content_free(&c);
	buf_free(&b);
}

static void
reads_a_decision(void **state)
{
	struct buf b = BUF_INIT;
	struct form_content c;

	(void)state;
	sample_document(&b, FORM_DECISION, "Документ & <проверен>");
	assert_int_equal(form_content_parse(&c, b.data, b.len), RC_OK);
	assert_int_equal(c.kind, FORM_DECISION);
	assert_string_equal(c.surname, "Қ<ЫЗ>&");
	assert_string_equal(c.name, "ӘДІЛ");
	assert_string_equal(c.patronymic, "");
	assert_string_equal(c.verdict, "approve");
	assert_string_equal(c.why, "Документ & <проверен>");
	assert_string_equal(c.number, "12345678261123");
	assert_null(c.statement);
	form_content_free(&c);
	buf_free(&b);
}

/* Every shortening, and every document with one octet changed to another that keeps its meaning or not. */
static void
refuses_anything_else(void **state)
{
	static const struct {
		const char *from, *to;
	} changes[] = {
		{ "<login xmlns=\"urn:cabinet:1\">", "<login xmlns='urn:cabinet:1'>" },
		{ "<login xmlns=\"urn:cabinet:1\">", "<login xmlns=\"urn:cabinet:2\">" },
		{ "<login xmlns=\"urn:cabinet:1\">", "<login>" },
		{ "<login ", "<?xml version=\"1.0\"?><login " },
		{ "<login ", "<!DOCTYPE login><login " },
		{ "<login ", "\xef\xbb\xbf<login " },
		{ "<id>", "<id ><!---->" },
		{ "<id>", "<id xml:lang=\"ru\">" },
		{ "<id>", " <id>" },
		{ "<site>", "<site/><site>" },
		{ "T10:00:00Z</issued>", "T10:00:60Z</issued>" },
		{ "T10:00:00Z</issued>", "T10:00:00+00:00</issued>" },
		{ "T10:00:00Z</issued>", "T10:00:00.5Z</issued>" },
		{ "<statement lang=\"kk\">", "<statement>" },
		{ "<statement lang=\"kk\">", "<statement lang=\"kk\" more=\"1\">" },
		{ "<statement lang=\"kk\">", "<statement lang=\"kk\"><b/>" },
		{ "<statement lang=\"kk\">", "<statement lang=\"kk\">&#x41;" },
		{ "</login>", "</login>\n" },
		{ "</login>", "<reason>1</reason></login>" },
		{ "</login>", "" },
		{ SAMPLE_ID, "0011" },
		{ "0011", "001" },
	};
	struct form_content c;

	(void)state;
	for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++) {
		struct buf b = BUF_INIT, changed = BUF_INIT;
		const char *at;

		sample_document(&b, FORM_LOGIN, "x");
		at = strstr(b.data, changes[i].from);
		assert_non_null(at);
		buf_add(&changed, b.data, (size_t)(at - b.data));
		buf_puts(&changed, changes[i].to);
		buf_puts(&changed, at + strlen(changes[i].from));
		assert_int_equal(form_content_parse(&c, changed.data, changed.len), RC_BAD_INPUT);
		assert_null(c.id);
		buf_free(&changed);
		buf_free(&b);
	}
	assert_int_equal(parse(&c, ""), RC_BAD_INPUT);
	assert_int_equal(parse(&c, "login"), RC_BAD_INPUT);
	assert_int_equal(parse(&c, "<decision xmlns=\"urn:cabinet:1\"></decision>"), RC_BAD_INPUT);
	assert_int_equal(parse(&c, "<login xmlns=\"urn:cabinet:1\"></login>"), RC_BAD_INPUT);
}

static void
refuses_every_cut_and_every_flip(void **state)
{
	struct form_content c;

	(void)state;
	for (enum form_kind kind = FORM_LOGIN; kind <= FORM_DECISION; kind++) {
		struct buf b = BUF_INIT;

		sample_document(&b, kind, "x");
		for (size_t i = 0; i < b.len; i++)
			assert_int_equal(form_content_parse(&c, b.data, i), RC_BAD_INPUT);
		for (size_t i = 0; i < b.len; i++) {
			b.data[i] ^= 1;
			/* Either refused, or a changed value: what was read still makes these very octets. */
			if (form_content_parse(&c, b.data, b.len) == RC_OK)
				form_content_free(&c);
			b.data[i] ^= 1;
		}
		assert_int_equal(form_content_parse(&c, b.data, b.len), RC_OK);
		form_content_free(&c);
		buf_free(&b);
	}
}

static void
refuses_wrong_counts_and_codes(void **state)
{
	static const struct {
		const char *from, *to;
	} changes[] = {
		{ "<reason>1<", "<reason>01<" },
		{ "<reason>1<", "<reason>-1<" },
		{ "<reason>1<", "<reason>111<" },
		{ "<reason>1<", "<reason><" },
		{ "<reason>1<", "<reason>1 <" },
		{ "1a1a1a1a</serial>", "1A1a1a1a</serial>" },
		{ "1a1a1a1a</serial>", "1a1a1a</serial>" },
		{ "<certificate><serial>1a", "<certificate><serial>1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a</serial><issuer>x</issuer>"
					     "<notAfter>2026-11-23T10:00:00Z</notAfter></certificate><certificate><serial>1a" },
	};
	struct form_content c;

	(void)state;
	for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++) {
		struct buf b = BUF_INIT, changed = BUF_INIT;
		const char *at;

		sample_document(&b, FORM_REVOCATION, "x");
		at = strstr(b.data, changes[i].from);
		assert_non_null(at);
		buf_add(&changed, b.data, (size_t)(at - b.data));
		buf_puts(&changed, changes[i].to);
		buf_puts(&changed, at + strlen(changes[i].from));
		assert_int_equal(form_content_parse(&c, changed.data, changed.len), RC_BAD_INPUT);
		buf_free(&changed);
		buf_free(&b);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_a_confirmation),
		cmocka_unit_test(reads_a_revocation),
		cmocka_unit_test(reads_a_login_and_a_proof),
		cmocka_unit_test(reads_a_decision),
		cmocka_unit_test(refuses_anything_else),
		cmocka_unit_test(refuses_every_cut_and_every_flip),
		cmocka_unit_test(refuses_wrong_counts_and_codes),
	};

	log_open("test", LOG_LEVEL_ERROR);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
