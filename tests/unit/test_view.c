#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "web/view.h"

/* ClearSilver 0.10.5 loses 32 octets with each template that does not parse; a program that meets one does not start. */
__attribute__((visibility("default"))) const char *__lsan_default_suppressions(void);
const char *
__lsan_default_suppressions(void)
{
	return "leak:cs_parse_string\n";
}

/* Each test has a directory of views of its own. */
static char dir[64];
static struct conf conf;

static void
put(const char *name, const char *text)
{
	char path[160];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	f = fopen(path, "w");
	assert_non_null(f);
	fputs(text, f);
	assert_int_equal(fclose(f), 0);
}

static int
setup(void **state)
{
	static const char *const folders[] = { "lang", "keys", "login" };
	char path[160];

	(void)state;
	snprintf(dir, sizeof(dir), "/tmp/cabinet-view-XXXXXX");
	assert_non_null(mkdtemp(dir));
	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
		snprintf(path, sizeof(path), "%s/%s", dir, folders[i]);
		assert_int_equal(mkdir(path, 0700), 0);
	}
	put("lang/ru.hdf",
	    "login {\n  title = Вход в <кабинет>\n}\nhttp {\n 404 {\n  title = Нет такой страницы\n }\n}\nlong << EOM\nодна\nдве\nEOM\n");
	put("lang/kk.hdf", "login {\n  title = Кіру\n}\n");
	put("lang/en.hdf", "login {\n  title = Log in\n}\n");
	put("macros.cs", "<?cs def:bold(t) ?><b><?cs var:t ?></b><?cs /def ?>");
	put("head.cs", "<h1><?cs var:L.login.title ?></h1>");
	conf = (struct conf){ .views = dir };
	return 0;
}

static int
teardown(void **state)
{
	static const char *const names[] = { "lang/ru.hdf", "lang/kk.hdf", "lang/en.hdf", "macros.cs", "head.cs", "keys/list.cs",
		"keys/card.cs", "login/login.cs", "login/parts.cs", "lang", "keys", "login" };
	char path[160];

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		snprintf(path, sizeof(path), "%s/%s", dir, names[i]);
		(void)remove(path);
	}
	return rmdir(dir);
}

static struct view *
open_one(const char *const *list)
{
	struct view *view;

	assert_int_equal(view_open(&view, &conf, list), RC_OK);
	return view;
}

static const char *const keys_list[] = { "keys/list.cs", NULL };

static void
refused(const char *template)
{
	struct view *view;

	put("keys/list.cs", template);
	if (view_open(&view, &conf, keys_list) != RC_INTERNAL)
		fail_msg("opened: %s", template);
	assert_null(view);
}

static void
values_are_escaped(void **state)
{
	struct page *page = page_new();
	struct buf out = BUF_INIT;
	struct view *view;

	(void)state;
	put("keys/list.cs",
	    "<?cs include:\"macros.cs\" ?><?cs var:name ?>|<?cs call:bold(name) ?>|<?cs set:copy = name ?><?cs var:copy ?>|"
	    "<?cs each:k = keys ?><?cs var:k.serial ?>,<?cs /each ?>|<a title=\"<?cs var:name ?>\" href=\"<?cs var:url_escape(name) ?>\">|"
	    "<?cs if:name ?><?cs var:name + name ?><?cs /if ?>|<?cs with:n = name ?><?cs var:n ?><?cs /with ?>");
	view = open_one(keys_list);
	page_set(page, "name", "<s>&\"'");
	page_item(page, "keys", 0, "serial", "<0>");
	page_item(page, "keys", 1, "serial", "10");
	assert_int_equal(view_render(view, "keys/list.cs", page, LANG_RU, &out), RC_OK);
	assert_string_equal(buf_text(&out),
	    "&lt;s&gt;&amp;&quot;&#39;|<b>&lt;s&gt;&amp;&quot;&#39;</b>|&lt;s&gt;&amp;&quot;&#39;|&lt;0&gt;,10,|"
	    "<a title=\"&lt;s&gt;&amp;&quot;&#39;\" "
	    "href=\"%3Cs%3E%26%22%27\">|&lt;s&gt;&amp;&quot;&#39;&lt;s&gt;&amp;&quot;&#39;|&lt;s&gt;&amp;&quot;&#39;");
	buf_free(&out);
	page_free(page);
	view_close(view);
}

static void
languages(void **state)
{
	static const char *const expected[] = { "<h1>Вход в &lt;кабинет&gt;</h1>", "<h1>Кіру</h1>", "<h1>Log in</h1>",
		"<h1>Вход в &lt;кабинет&gt;</h1>" };
	struct page *page = page_new();
	struct buf out = BUF_INIT;
	struct view *view;

	(void)state;
	put("keys/list.cs", "<?cs include:\"head.cs\" ?>");
	view = open_one(keys_list);
	for (int i = 0; i < 4; i++) {
		buf_reset(&out);
		assert_int_equal(view_render(view, "keys/list.cs", page, (enum lang)(i % 3), &out), RC_OK);
		assert_string_equal(buf_text(&out), expected[i]);
		page_reset(page);
	}
	assert_string_equal(i18n_text(LANG_RU, "login.title"), "Вход в <кабинет>");
	assert_string_equal(i18n_text(LANG_RU, "http.404.title"), "Нет такой страницы");
	assert_string_equal(i18n_text(LANG_RU, "long"), "одна\nдве\n");
	assert_null(i18n_find(LANG_EN, "http.404.title"));
	assert_null(i18n_find(LANG_RU, "login"));
	buf_free(&out);
	page_free(page);
	view_close(view);
}

/* What one page set must not be seen by the next one, in whatever way it was set. */
static void
pages_are_apart(void **state)
{
	struct page *page = page_new();
	struct buf out = BUF_INIT;
	struct view *view;

	(void)state;
	put("keys/list.cs", "[<?cs var:secret ?><?cs var:mark ?>]<?cs set:mark = \"seen\" ?>");
	view = open_one(keys_list);
	page_set(page, "secret", "one");
	assert_int_equal(view_render(view, "keys/list.cs", page, LANG_RU, &out), RC_OK);
	page_reset(page);
	assert_int_equal(view_render(view, "keys/list.cs", page, LANG_RU, &out), RC_OK);
	assert_string_equal(buf_text(&out), "[one][]");
	/* texts and settings are every page's */
	refused("<?cs set:L.login.title = \"x\" ?>");
	refused("<?cs set:demo = \"0\" ?>");
	assert_string_equal(i18n_text(LANG_RU, "login.title"), "Вход в <кабинет>");
	buf_free(&out);
	page_free(page);
	view_close(view);
}

static void
numbers(void **state)
{
	struct page *page = page_new();
	struct buf out = BUF_INIT;
	struct view *view;

	(void)state;
	put("keys/list.cs", "<?cs var:a ?> <?cs var:b ?> <?cs var:c ?>.");
	view = open_one(keys_list);
	page_set_int(page, "a", INT64_MIN);
	page_setf(page, "b", "%s-%d", "x", 7);
	page_set(page, "c", NULL);
	assert_int_equal(view_render(view, "keys/list.cs", page, LANG_EN, &out), RC_OK);
	assert_string_equal(buf_text(&out), "-9223372036854775808 x-7 .");
	buf_free(&out);
	page_free(page);
	view_close(view);
}

static void
includes(void **state)
{
	struct view *view;

	(void)state;
	put("keys/card.cs", "card");
	put("login/login.cs", "login");
	put("login/parts.cs", "parts");
	put("keys/list.cs", "<?cs include:\"keys/card.cs\" ?><?cs include:\"macros.cs\" ?><?cs include:\"login/parts.cs\" ?>");
	view = open_one(keys_list);
	view_close(view);
	/* another program's template, a way out, what is not there, what is no template, what the page names, itself */
	refused("<?cs include:\"login/login.cs\" ?>");
	refused("<?cs include:\"../keys/card.cs\" ?>");
	refused("<?cs include:\"keys/../macros.cs\" ?>");
	refused("<?cs include:\"/etc/passwd\" ?>");
	refused("<?cs include:\"missing.cs\" ?>");
	refused("<?cs include:\"lang/ru.hdf\" ?>");
	refused("<?cs set:name = \"macros.cs\" ?><?cs include:name ?>");
	refused("<?cs include:\"keys/list.cs\" ?>");
	refused("<?cs if:a ?>");
	refused("<?cs var:nosuch(a) ?>");
}

/* Unescaped output and templates made of values: not even opened. */
static void
banned(void **state)
{
	struct view *view;

	(void)state;
	refused("<?cs uvar:a ?>");
	refused("<?cs evar:a ?>");
	refused("<?cs lvar:a ?>");
	refused("<?cs alt:a ?>b<?cs /alt ?>");
	refused("<?cs name:a ?>");
	refused("<?cs linclude:a ?>");
	refused("<?cs linclude:\"macros.cs\" ?>");
	refused("<?CS UVAR:a ?>");
	refused("<?cs \n\t Evar:a ?>");
	refused("<?cs uvar!a ?>");
	refused("<?cs escape:\"none\" ?><?cs var:a ?><?cs /escape ?>");
	refused("<?cs include:a ?>");
	refused("<?cs include!a ?>");
	refused("<?cs include: \"macros.cs\" ?>");
	put("keys/list.cs", "uvar:a <?cs var:name ?><?cs var:uvar ?><?cs include:\"macros.cs\" ?>");
	view = open_one(keys_list);
	view_close(view);
}

static void
limits(void **state)
{
	struct page *page = page_new();
	struct buf out = BUF_INIT, small = BUF_CAPPED(4);
	static char text[600000];
	struct view *view;

	(void)state;
	put("keys/list.cs", "<?cs each:k = keys ?>01234<?cs var:k.text ?><?cs /each ?>");
	view = open_one(keys_list);
	memset(text, 'x', sizeof(text));
	text[524283] = '\0';
	page_item(page, "keys", 0, "text", text);
	page_item(page, "keys", 1, "text", text);
	assert_int_equal(view_render(view, "keys/list.cs", page, LANG_RU, &out), RC_OK);
	assert_int_equal(out.len, 1048576);
	buf_reset(&out);
	page_item(page, "keys", 2, "text", "");
	assert_int_equal(view_render(view, "keys/list.cs", page, LANG_RU, &out), RC_INTERNAL);
	buf_reset(&out);
	page_reset(page);
	page_item(page, "keys", 0, "text", "56789");
	page_item(page, "keys", 1, "text", "56789");
	assert_int_equal(view_render(view, "keys/list.cs", page, LANG_RU, &small), RC_INTERNAL);
	assert_int_equal(view_render(view, "keys/list.cs", page, LANG_RU, &out), RC_OK);
	assert_string_equal(buf_text(&out), "01234567890123456789");
	assert_int_equal(view_render(view, "keys/card.cs", page, LANG_RU, &out), RC_INTERNAL);
	buf_free(&small);
	buf_free(&out);
	page_free(page);
	view_close(view);
}

static void
broken_words(void **state)
{
	struct view *view;

	(void)state;
	put("keys/list.cs", "x");
	put("lang/kk.hdf", "#include \"/etc/passwd\"\n");
	assert_int_equal(view_open(&view, &conf, keys_list), RC_INTERNAL);
	put("lang/kk.hdf", "a.b.c.d.e.f.g.h.i.j = x\n");
	assert_int_equal(view_open(&view, &conf, keys_list), RC_INTERNAL);
	put("lang/kk.hdf", "");
	assert_int_equal(view_open(&view, &conf, keys_list), RC_OK);
	view_close(view);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(values_are_escaped, setup, teardown),
		cmocka_unit_test_setup_teardown(languages, setup, teardown),
		cmocka_unit_test_setup_teardown(pages_are_apart, setup, teardown),
		cmocka_unit_test_setup_teardown(numbers, setup, teardown),
		cmocka_unit_test_setup_teardown(includes, setup, teardown),
		cmocka_unit_test_setup_teardown(banned, setup, teardown),
		cmocka_unit_test_setup_teardown(limits, setup, teardown),
		cmocka_unit_test_setup_teardown(broken_words, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
