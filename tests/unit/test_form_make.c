/* What form_make_* writes is its own canonical form, by libxml2 and by xmllint, and valid by schema/forms. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <libxml/c14n.h>
#include <libxml/parser.h>

#include "form_files.h"
#include "form_samples.h"

static const enum form_kind made[] = { FORM_LOGIN, FORM_CONFIRMATION, FORM_REVOCATION, FORM_PROOF, FORM_DECISION };
#define MADE (sizeof made / sizeof made[0])

static const char *const statements[] = {
	"Мен, ТЕСТОВ ТЕСТ ТЕСТОВИЧ, келісемін",
	"a & b < c > d \"e\" 'f' ]]> &amp; &#13;",
	"line one\nline two\r\nline three\rend\ttab",
	"\xf0\x9f\x94\x91 \xc2\x85 \xe2\x80\xa8 \xef\xbf\xbd",
	" ",
};

static void
octets_of_a_login(void **state)
{
	struct form_header h = sample_header("a\r\n&<>\"\tb");
	struct buf b = BUF_INIT;

	(void)state;
	form_make_login(&b, &h);
	assert_string_equal(buf_text(&b),
	    "<login xmlns=\"urn:cabinet:1\"><id>" SAMPLE_ID "</id><site>https://localhost:8443</site><issued>2026-11-23T10:00:00Z</issued>"
	    "<expires>2026-11-24T10:00:00Z</expires><statement lang=\"kk\">a&#xD;\n&amp;&lt;&gt;\"\tb</statement></login>");
	buf_free(&b);
}

static void
is_its_own_canonical_form(void **state)
{
	char *dir = folder_make();

	(void)state;
	for (size_t i = 0; i < MADE; i++)
		for (size_t j = 0; j < sizeof statements / sizeof statements[0]; j++) {
			struct buf b = BUF_INIT, other = BUF_INIT;
			xmlChar *octets = NULL;
			xmlDoc *doc;
			int len;

			sample_document(&b, made[i], statements[j]);
			doc = xmlReadMemory(b.data, (int)b.len, NULL, NULL, XML_PARSE_NONET);
			assert_non_null(doc);
			len = xmlC14NDocDumpMemory(doc, NULL, XML_C14N_1_0, NULL, 1, &octets);
			assert_int_equal(len, b.len);
			assert_memory_equal(octets, b.data, b.len);
			file_write(dir, "made.xml", b.data, b.len);
			assert_int_equal(run(&other, "xmllint --c14n '%s/made.xml'", dir), 0);
			assert_int_equal(other.len, b.len);
			assert_memory_equal(other.data, b.data, b.len);
			xmlFree(octets);
			xmlFreeDoc(doc);
			buf_free(&other);
			buf_free(&b);
		}
	folder_remove(dir);
}

/* Exit code of xmllint: 0 valid, 3 not. */
static int
validate(const char *dir, const struct buf *b, const char *schema)
{
	file_write(dir, "made.xml", b->data, b->len);
	return run(NULL, "xmllint --noout --nonet --schema '%s/schema/forms/%s.xsd' '%s/made.xml' 2>/dev/null", tree_top(), schema, dir);
}

static void
is_valid_by_its_schema(void **state)
{
	static const char signature[] = "<Signature xmlns=\"http://www.w3.org/2000/09/xmldsig#\"/>";
	char *dir = folder_make();

	(void)state;
	for (size_t i = 0; i < MADE; i++) {
		struct buf b = BUF_INIT, with = BUF_INIT;
		const char *name = form_kind_name(made[i]);
		size_t cut;

		sample_document(&b, made[i], statements[0]);
		cut = b.len - strlen(name) - 3;
		assert_int_equal(validate(dir, &b, name), 0);
		assert_int_equal(validate(dir, &b, made[i] == FORM_PROOF ? "login" : "proof"), 3);
		buf_add(&with, b.data, cut);
		buf_puts(&with, signature);
		buf_puts(&with, b.data + cut);
		assert_int_equal(validate(dir, &with, name), 0);
		buf_reset(&with);
		buf_add(&with, b.data, cut);
		buf_puts(&with, "<extra/>");
		buf_puts(&with, b.data + cut);
		assert_int_equal(validate(dir, &with, name), 3);
		buf_free(&with);
		buf_free(&b);
	}
	folder_remove(dir);
}

static void
schema_refuses_a_wrong_reason(void **state)
{
	struct form_header h = sample_header("x");
	struct form_citizen person = { "123456789011", "x" };
	struct form_certificate one = { .issuer = "CN=x", .not_after = h.issued };
	struct buf b = BUF_INIT;
	char *dir = folder_make();

	(void)state;
	form_make_revocation(&b, &h, &person, &one, 1, 5, 0);
	assert_int_equal(validate(dir, &b, "revocation"), 0);
	buf_reset(&b);
	form_make_revocation(&b, &h, &person, &one, 1, 6, 0);
	assert_int_equal(validate(dir, &b, "revocation"), 3);
	buf_free(&b);
	folder_remove(dir);
}

/* Hostile texts: what cannot stand in XML is dropped, what is markup is escaped. */
static void
drops_what_xml_does_not_allow(void **state)
{
	static const struct {
		const char *text, *written;
	} cases[] = {
		{ "a\x01\x08\x0b\x0c\x0e\x1f\x7f"
		  "b",
		    "a\x7f"
		    "b" },
		{ "a\xc0\xaf"
		  "b",
		    "ab" }, /* overlong */
		{ "a\xed\xa0\x80"
		  "b",
		    "ab" }, /* surrogate */
		{ "a\xef\xbf\xbe\xef\xbf\xbf"
		  "b",
		    "ab" }, /* U+FFFE, U+FFFF */
		{ "a\xf4\x90\x80\x80"
		  "b",
		    "ab" }, /* above U+10FFFF */
		{ "a\xff\xfe"
		  "b\x80",
		    "ab" },
		{ "a\xd0", "a" }, /* cut */
		{ "a\xf0\x9f\x94", "a" },
		{ "</statement><x>", "&lt;/statement&gt;&lt;x&gt;" },
		{ "<![CDATA[x]]>", "&lt;![CDATA[x]]&gt;" },
		{ "", "" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct form_header h = sample_header(cases[i].text);
		struct buf b = BUF_INIT, expected = BUF_INIT;

		form_make_login(&b, &h);
		buf_printf(&expected, "<statement lang=\"kk\">%s</statement></login>", cases[i].written);
		assert_true(b.len > expected.len);
		assert_string_equal(b.data + b.len - expected.len, expected.data);
		buf_free(&expected);
		buf_free(&b);
	}
}

static void
escapes_in_attributes(void **state)
{
	struct form_header h = sample_header("x");
	struct buf b = BUF_INIT;

	(void)state;
	h.lang = "\"<&>\t\n\r'";
	form_make_login(&b, &h);
	assert_non_null(strstr(b.data, "<statement lang=\"&quot;&lt;&amp;>&#x9;&#xA;&#xD;'\">"));
	buf_free(&b);
}

static void
names_and_identifiers(void **state)
{
	char a[FORM_ID_SIZE], b[FORM_ID_SIZE];
	enum form_kind kind;

	(void)state;
	form_id(a);
	form_id(b);
	assert_int_equal(strspn(a, "0123456789abcdef"), FORM_ID_SIZE - 1);
	assert_string_not_equal(a, b);
	for (enum form_kind k = FORM_LOGIN; k <= FORM_DECISION; k++) {
		assert_true(form_kind_parse(&kind, form_kind_name(k)));
		assert_int_equal(kind, k);
	}
	assert_false(form_kind_parse(&kind, "logins"));
	assert_false(form_kind_parse(&kind, ""));
	for (enum form_rule i = RULE_NONE; i < RULE_COUNT; i++)
		for (enum form_rule j = RULE_NONE; j < i; j++)
			assert_string_not_equal(form_rule_name(i), form_rule_name(j));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(octets_of_a_login),
		cmocka_unit_test(is_its_own_canonical_form),
		cmocka_unit_test(is_valid_by_its_schema),
		cmocka_unit_test(schema_refuses_a_wrong_reason),
		cmocka_unit_test(drops_what_xml_does_not_allow),
		cmocka_unit_test(escapes_in_attributes),
		cmocka_unit_test(names_and_identifiers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
