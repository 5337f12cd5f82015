/* Statements: what a text may hold, and files that other programs can read whatever it holds. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <libxml/parser.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zip.h>

#include "base/log.h"
#include "document/pdf_catalog.h"
#include "document/statement.h"

#define KAZAKH "ӘҒҚҢӨҰҮҺІ әғқңөұүһі"

/* fontconfig keeps offsets where others keep pointers, so that the leak checker takes what it still holds for lost */
const char *__lsan_default_suppressions(void);
__attribute__((visibility("default"))) const char *
__lsan_default_suppressions(void)
{
	return "leak:libfontconfig\n";
}

static struct statement s;

static int
empty(void **state)
{
	(void)state;
	s = (struct statement){ .lang = "kk", .made = 1764000000 * SECOND };
	return 0;
}

static int
drop(void **state)
{
	(void)state;
	statement_free(&s);
	return 0;
}

static void
fill(void)
{
	statement_add(&s, STATEMENT_TITLE, NULL, "Өтініш");
	statement_add(&s, STATEMENT_AUTHOR, NULL, "Куәландырушы орталық");
	statement_add(&s, STATEMENT_FOOTER, NULL, "№ 12345678901234");
	statement_add(&s, STATEMENT_PAGE, NULL, "{page}-бет, барлығы {pages}");
	statement_add(&s, STATEMENT_NOTICE, NULL, "ДЕМО");
	statement_add(&s, STATEMENT_HEADING, NULL, "Деректер");
	statement_add(&s, STATEMENT_ROW, "Аты", KAZAKH);
	statement_add(&s, STATEMENT_CODE, "Нөмірі", "12345678901234");
	statement_add(&s, STATEMENT_DETAIL, "Кім", "<\"'&>");
	statement_add(&s, STATEMENT_DETAIL_CODE, "Таңбасы", "0123456789abcdef");
	statement_add(&s, STATEMENT_TEXT, NULL, "Мен, 😀🦄");
}

/* One part of a package as text; the caller frees. */
static char *
part_of(const struct buf *docx, const char *name)
{
	zip_error_t error;
	zip_source_t *source;
	zip_stat_t stat;
	zip_file_t *file;
	zip_t *zip;
	char *text;

	zip_error_init(&error);
	source = zip_source_buffer_create(docx->data, docx->len, 0, &error);
	zip = zip_open_from_source(source, ZIP_RDONLY | ZIP_CHECKCONS, &error);
	assert_non_null(zip);
	assert_int_equal(zip_stat(zip, name, 0, &stat), 0);
	assert_int_equal(stat.comp_method, ZIP_CM_DEFLATE);
	file = zip_fopen(zip, name, 0);
	assert_non_null(file);
	text = calloc(1, (size_t)stat.size + 1);
	assert_non_null(text);
	assert_int_equal(zip_fread(file, text, stat.size), (zip_int64_t)stat.size);
	zip_fclose(file);
	zip_discard(zip);
	zip_error_fini(&error);
	return text;
}

static void
check_docx(const char *must_hold)
{
	static const char *const names[] = { "[Content_Types].xml", "_rels/.rels", "word/document.xml", "word/_rels/document.xml.rels",
		"word/styles.xml", "word/settings.xml", "word/footer1.xml", "docProps/core.xml" };
	struct buf out = BUF_INIT;

	assert_int_equal(statement_docx(&s, &out), RC_OK);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		char *text = part_of(&out, names[i]);
		xmlDoc *doc = xmlReadMemory(text, (int)strlen(text), NULL, NULL, XML_PARSE_NONET | XML_PARSE_HUGE);

		assert_non_null(doc);
		xmlFreeDoc(doc);
		if (strcmp(names[i], "word/document.xml") == 0)
			assert_non_null(strstr(text, must_hold));
		free(text);
	}
	buf_free(&out);
}

static bool
holds(const struct buf *b, const char *what)
{
	return memmem(b->data, b->len, what, strlen(what)) != NULL;
}

static void
check_pdf(void)
{
	struct buf out = BUF_INIT;
	const char *end;

	assert_int_equal(statement_pdf(&s, &out), RC_OK);
	assert_memory_equal(out.data, "%PDF-1.5", 8);
	assert_string_equal(out.data + out.len - 6, "%%EOF\n");
	assert_true(holds(&out, "/StructTreeRoot") && holds(&out, "/Lang (kk)") && holds(&out, "/DisplayDocTitle true"));
	/* the last cross-reference table stands where the end says, and names where the catalog stands */
	end = out.data + out.len - 1;
	while (strncmp(end, "startxref\n", 10) != 0)
		end--;
	end = out.data + strtoul(end + 10, NULL, 10);
	assert_memory_equal(end, "xref\n", 5);
	end = strchr(end + 5, '\n') + 1;
	end = strstr(out.data + strtoul(end, NULL, 10), " 0 obj\n<< /Lang (kk)");
	assert_non_null(end);
	buf_free(&out);
}

static void
texts_are_cleaned(void **state)
{
	static const struct {
		const char *text, *kept;
	} cases[] = {
		{ NULL, "" },
		{ "", "" },
		{ KAZAKH " 😀🦄 <\"'&> ]]>", KAZAKH " 😀🦄 <\"'&> ]]>" },
		{ "a\tb\r\nc\vd", "a b  c d" },
		{ "a\xc2\x85"
		  "b\xe2\x80\xa8"
		  "c\xe2\x80\xa9",
		    "a b c " },
		{ "\x01\x1b[31m\x7f\xc2\x9b", "��[31m��" },
		{ "\xef\xbf\xbe\xef\xbf\xbf", "��" },
		{ "\xff\xc0\x80\xed\xa0\x80\xf4\x90\x80\x80", "����������" },
		{ "\xd0", "�" },
		{ "\xf0\x9f\x98", "���" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		statement_add(&s, STATEMENT_ROW, cases[i].text, cases[i].text);
		assert_string_equal(s.part[i].text, cases[i].kept);
		assert_string_equal(s.part[i].label, cases[i].kept);
	}
	check_docx("��[31m��");
	check_pdf();
}

static void
places(void **state)
{
	static const char whole[] = "a {page}{pages}b{pag}";
	const char *text = whole;
	enum statement_place place;

	(void)state;
	assert_int_equal(statement_place(&text, &place), 2);
	assert_int_equal(place, STATEMENT_THIS_PAGE);
	assert_int_equal(statement_place(&text, &place), 0);
	assert_int_equal(place, STATEMENT_ALL_PAGES);
	assert_int_equal(statement_place(&text, &place), 6);
	assert_int_equal(place, STATEMENT_END);
	assert_int_equal(statement_place(&text, &place), 0);
	assert_int_equal(place, STATEMENT_END);
	assert_ptr_equal(text, whole + sizeof(whole) - 1);
}

static void
both_files(void **state)
{
	(void)state;
	fill();
	check_pdf();
	check_docx(KAZAKH);
	check_docx("&lt;\"'&amp;&gt;");
}

static void
nothing_to_say(void **state)
{
	struct buf out = BUF_INIT;

	(void)state;
	assert_int_equal(statement_pdf(&s, &out), RC_OK);
	buf_free(&out);
	check_docx("<w:body>");
	/* a detail without a row before it */
	statement_add(&s, STATEMENT_DETAIL, "a", "b");
	check_pdf();
	check_docx(">b<");
}

static void
refused(void)
{
	struct buf out = BUF_INIT;

	buf_puts(&out, "before");
	assert_int_equal(statement_pdf(&s, &out), RC_INTERNAL);
	assert_int_equal(statement_docx(&s, &out), RC_INTERNAL);
	assert_string_equal(out.data, "before");
	buf_free(&out);
}

static void
bounds(void **state)
{
	char *text = calloc(1, STATEMENT_TEXT_MAX + 2);

	(void)state;
	assert_non_null(text);
	memset(text, 'W', STATEMENT_TEXT_MAX);
	statement_add(&s, STATEMENT_ROW, "one word", text);
	assert_false(s.overflow);
	assert_int_equal(strlen(s.part[0].text), STATEMENT_TEXT_MAX);
	statement_add(&s, STATEMENT_ROW, text, "a label over pages");
	check_pdf();
	check_docx("WWWW");

	text[STATEMENT_TEXT_MAX] = 'W';
	statement_add(&s, STATEMENT_ROW, "one letter more", text);
	assert_true(s.overflow);
	assert_int_equal(s.count, 2);
	refused();

	statement_free(&s);
	assert_false(s.overflow);
	for (size_t i = 0; i < STATEMENT_PARTS; i++)
		statement_add(&s, STATEMENT_ROW, "a", "b");
	assert_false(s.overflow);
	check_pdf();
	check_docx(">b<");
	statement_add(&s, STATEMENT_ROW, "a", "b");
	assert_true(s.overflow);
	assert_int_equal(s.count, STATEMENT_PARTS);
	refused();
	free(text);
}

/* The most that can be added: over the limit of pages, and the answer comes all the same. */
static void
too_many_pages(void **state)
{
	struct buf out = BUF_INIT;
	char *text = calloc(1, STATEMENT_TEXT_MAX + 1);

	(void)state;
	assert_non_null(text);
	memset(text, 'W', STATEMENT_TEXT_MAX);
	for (size_t i = 0; i < STATEMENT_PARTS; i++)
		statement_add(&s, STATEMENT_CODE, text, text);
	assert_int_equal(statement_pdf(&s, &out), RC_INTERNAL);
	assert_int_equal(out.len, 0);
	check_docx("WWWW");
	free(text);
	buf_free(&out);
}

static void
strange_letters(void **state)
{
	static const char *const names[] = { "א\u202eבג\u2066 abc \u2069", "نص عربي", "👨‍👩‍👧‍👦 🇰🇿", "中文",
		"a\u0301\u0301\u0301\u0301", "\u200b\u200d\ufeff", "{page} %s %n \\ ( ) \\( <</Type/Catalog>>", "]]><!--<w:t>&#0;&amp;" };

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		statement_add(&s, STATEMENT_TITLE, NULL, names[i]);
		statement_add(&s, STATEMENT_ROW, names[i], names[i]);
		statement_add(&s, STATEMENT_DETAIL_CODE, names[i], names[i]);
		statement_add(&s, STATEMENT_TEXT, NULL, names[i]);
		statement_add(&s, STATEMENT_FOOTER, NULL, names[i]);
		statement_add(&s, STATEMENT_PAGE, NULL, names[i]);
		check_pdf();
		check_docx("</w:document>");
		statement_free(&s);
	}
}

/* pdf_catalog_add looks for numbers in a file: whatever they are, it stays inside. */
static void
catalog_of_other_files(void **state)
{
	static const char *const langs[] = { "ru)", "r\nu", "../", "ru >>" };
	struct buf pdf = BUF_INIT, cut = BUF_INIT;

	(void)state;
	fill();
	assert_int_equal(statement_pdf(&s, &pdf), RC_OK);
	for (size_t i = 0; i < sizeof(langs) / sizeof(langs[0]); i++) {
		size_t len = pdf.len;

		assert_false(pdf_catalog_add(&pdf, langs[i]));
		assert_int_equal(pdf.len, len);
	}
	for (size_t len = 0; len < pdf.len; len += len < 100 || len + 2000 > pdf.len ? 1 : 997) {
		buf_reset(&cut);
		buf_add(&cut, pdf.data, len);
		(void)pdf_catalog_add(&cut, "kk");
	}
	/* digits of the last 300 octets, one by one */
	for (size_t at = pdf.len - 300; at < pdf.len; at++) {
		char was = pdf.data[at];

		if (was < '0' || was > '9')
			continue;
		pdf.data[at] = '9';
		buf_reset(&cut);
		buf_add(&cut, pdf.data, pdf.len);
		(void)pdf_catalog_add(&cut, "kk");
		pdf.data[at] = was;
	}
	buf_reset(&cut);
	assert_false(pdf_catalog_add(&cut, "kk"));
	buf_puts(&cut, "\ntrailer /Size 2 /Root 1 0 R /Info 1 0 R startxref\n0\n");
	assert_false(pdf_catalog_add(&cut, "kk"));
	buf_free(&cut);
	buf_free(&pdf);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(texts_are_cleaned, empty, drop),
		cmocka_unit_test(places),
		cmocka_unit_test_setup_teardown(both_files, empty, drop),
		cmocka_unit_test_setup_teardown(nothing_to_say, empty, drop),
		cmocka_unit_test_setup_teardown(bounds, empty, drop),
		cmocka_unit_test_setup_teardown(too_many_pages, empty, drop),
		cmocka_unit_test_setup_teardown(strange_letters, empty, drop),
		cmocka_unit_test_setup_teardown(catalog_of_other_files, empty, drop),
	};

	log_open("test", LOG_LEVEL_ERROR);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
