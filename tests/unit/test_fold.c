#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <ctype.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <ClearSilver.h>

#include "base/buf.h"
#include "base/mem.h"
#include "web/fold.h"

/* ---- small templates, seen as text */

static const char *const files[][2] = {
	{ "icon.cs", "<?cs def:icon(id) ?><i>#<?cs var:id ?></i><?cs /def ?>\n" },
	{ "state.cs", "<?cs include:\"icon.cs\" ?>\n<?cs # a comment ?>\n"
		      "<?cs def:state(kind, text) ?><?cs if:kind == \"good\" ?><?cs call:icon(\"check\") ?><?cs elif:kind == \"bad\" "
		      "?><?cs call:icon(\"cross\") "
		      "?><?cs else ?><?cs call:icon(kind) ?><?cs /if ?><?cs var:text ?><?cs /def ?>\n" },
	{ "round.cs", "<?cs include:\"round.cs\" ?>" },
	{ "", "" },
};
static const char *template_text;

static char *
read_small(void *arg, const char *name)
{
	(void)arg;
	if (strcmp(name, "page.cs") == 0)
		return mem_string(template_text);
	for (size_t i = 0; files[i][0][0] != '\0'; i++) {
		if (strcmp(files[i][0], name) == 0)
			return mem_string(files[i][1]);
	}
	return NULL;
}

static const char *
value_small(void *arg, const char *name)
{
	static const char *const values[][2] = { { "L.hello", "<Здравствуйте>" }, { "L.zero", "0" }, { "L.quote", "a\"b'c" },
		{ "lang", "ru" } };

	(void)arg;
	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		if (strcmp(values[i][0], name) == 0)
			return values[i][1];
	}
	return NULL;
}

static const struct fold_source small = { read_small, value_small, NULL };

static void
becomes(const char *text, const char *expected)
{
	struct buf out = BUF_INIT;

	template_text = text;
	if (!fold(&out, "page.cs", &small))
		fail_msg("refused: %s", text);
	assert_string_equal(buf_text(&out), expected);
	buf_free(&out);
}

static void
refused(const char *text)
{
	struct buf out = BUF_INIT;

	template_text = text;
	if (fold(&out, "page.cs", &small))
		fail_msg("folded: %s", text);
	buf_free(&out);
}

static void
what_is_known_stands_there_escaped(void **state)
{
	(void)state;
	becomes("<b><?cs var:L.hello ?></b>", "<b>&lt;Здравствуйте&gt;</b>");
	becomes("<?cs var:L.quote ?>|<?cs var:\"<\" + L.zero ?>|<?cs var:#7 ?>", "a&quot;b&#39;c|&lt;0|7");
	becomes("<?cs var:name ?>|<?cs var:url_escape(path) ?>|<?cs var:L.missing ?>",
	    "<?cs var:name ?>|<?cs var:url_escape(path) ?>|<?cs var:L.missing ?>");
	becomes("a\n<?cs # no word ?>\n\n   b  c \t\n d", "a\nb  c\nd");
}

static void
conditions_are_decided_once(void **state)
{
	(void)state;
	becomes("<?cs if:lang == \"ru\" ?>1<?cs else ?>2<?cs /if ?>", "1");
	becomes("<?cs if:lang != \"ru\" ?>1<?cs elif:L.zero ?>2<?cs elif:!L.zero ?>3<?cs else ?>4<?cs /if ?>", "3");
	becomes("<?cs if:a ?>1<?cs elif:lang == \"kk\" ?>2<?cs elif:lang == \"ru\" ?>3<?cs else ?>4<?cs /if ?>",
	    "<?cs if:a ?>1<?cs else ?>3<?cs /if ?>");
	becomes("<?cs if:lang == \"kk\" ?>1<?cs elif:a == L.hello ?>2<?cs /if ?>", "<?cs if:a == L.hello ?>2<?cs /if ?>");
	becomes("<?cs if:lang == \"ru\" && !a ?>1<?cs /if ?><?cs if:a && L.zero ?>2<?cs /if ?><?cs if:L.zero || a || b ?>3<?cs /if ?>",
	    "<?cs if:!a ?>1<?cs /if ?><?cs if:a || b ?>3<?cs /if ?>");
	/* the value, not only its truth */
	becomes("<?cs set:x = lang && a ?>", "<?cs set:x = lang && a ?>");
	becomes("<?cs if:(a || b) && !(c && d) ?>1<?cs /if ?>", "<?cs if:(a || b) && !(c && d) ?>1<?cs /if ?>");
	becomes("<?cs if:#a < #60 && a + b == \"12\" ?>1<?cs /if ?>", "<?cs if:#a < #60 && a + b == \"12\" ?>1<?cs /if ?>");
}

static void
macros_go_where_they_are_called(void **state)
{
	(void)state;
	becomes("<?cs include:\"state.cs\" ?><?cs call:state(\"good\", k.text) ?>|<?cs call:state(\"wait\", L.hello) ?>|<?cs "
		"call:state(k.kind, \"&\") ?>",
	    "\n<i>#check</i><?cs var:k.text ?>|<i>#wait</i>&lt;Здравствуйте&gt;|<?cs if:k.kind == \"good\" ?><i>#check</i><?cs elif:k.kind "
	    "== \"bad\" ?>"
	    "<i>#cross</i><?cs else ?><i>#<?cs var:k.kind ?></i><?cs /if ?>&amp;");
	/* a caller's loop variable of the same name as the macro's own */
	becomes("<?cs def:m(t) ?><?cs each:e = errors ?><?cs var:e.text ?>-<?cs var:t ?><?cs /each ?><?cs /def ?><?cs each:e = outer "
		"?><?cs call:m(e.name) ?><?cs /each ?>",
	    "<?cs each:_1 = outer ?><?cs each:_2 = errors ?><?cs var:_2.text ?>-<?cs var:_1.name ?><?cs /each ?><?cs /each ?>");
	/* names of the caller are seen */
	becomes("<?cs def:in() ?><?cs var:t ?><?cs /def ?><?cs def:out(t) ?><?cs call:in() ?><?cs /def ?><?cs call:out(\"x\") ?><?cs "
		"call:in() ?>",
	    "x<?cs var:t ?>");
}

static void
what_a_template_sets_is_known_until_it_may_change(void **state)
{
	(void)state;
	becomes("<?cs set:p = \"x\" ?><?cs if:p == \"x\" ?>1<?cs /if ?>", "<?cs set:p = \"x\" ?>1");
	becomes("<?cs set:p = \"x\" ?><?cs if:a ?><?cs set:p = \"y\" ?><?cs var:p ?><?cs else ?><?cs var:p ?><?cs /if ?><?cs var:p ?>",
	    "<?cs set:p = \"x\" ?><?cs if:a ?><?cs set:p = \"y\" ?>y<?cs else ?>x<?cs /if ?><?cs var:p ?>");
	becomes("<?cs set:p = #0 ?><?cs each:k = keys ?><?cs if:p ?>,<?cs /if ?><?cs set:p = #1 ?><?cs /each ?><?cs var:p ?>",
	    "<?cs set:p = #0 ?><?cs each:_1 = keys ?><?cs if:p ?>,<?cs /if ?><?cs set:p = #1 ?><?cs /each ?><?cs var:p ?>");
	becomes("<?cs set:p = a ?><?cs var:p ?>", "<?cs set:p = a ?><?cs var:p ?>");
}

static void
anything_else_is_refused(void **state)
{
	(void)state;
	refused("<?cs loop:i = #1, #5 ?>x<?cs /loop ?>");
	refused("<?cs evar:name ?>");
	refused("<?php 1 ?>");
	refused("<?CS var:name ?>");
	refused("<?cs var!name ?>");
	refused("<?cs if:a ?>x");
	refused("x<?cs /if ?>");
	refused("<?cs if:a ?>1<?cs else ?>2<?cs else ?>3<?cs /if ?>");
	refused("<?cs each:k = keys ?><?cs if:a ?><?cs /each ?><?cs /if ?>");
	refused("<?cs include:name ?>");
	refused("<?cs include:\"other.cs\" ?>");
	refused("<?cs include:\"round.cs\" ?>");
	refused("<?cs call:missing() ?>");
	refused("<?cs def:m(a) ?><?cs /def ?><?cs call:m() ?>");
	refused("<?cs def:m(a) ?><?cs /def ?><?cs def:m(b) ?><?cs /def ?>");
	refused("<?cs def:m() ?><?cs call:m() ?><?cs /def ?><?cs call:m() ?>");
	refused("<?cs def:m(\"a\") ?><?cs /def ?>");
	refused("<?cs var: ?>");
	refused("<?cs var:a b ?>");
	refused("<?cs var:(a ?>");
	refused("<?cs var:\"a ?>");
	refused("<?cs if:a == ?>x<?cs /if ?>");
	refused("<?cs var:a[0] ?>");
	refused("<?cs var:?a ?>");
	refused("<?cs set:lang = \"kk\" ?>");
	refused("<?cs each:k = \"text\" ?><?cs /each ?>");
	refused("<?cs var:name");
	refused("<?cs var:name <?cs var:other ?>");
}

/* ---- the cabinet's own templates: ClearSilver makes the same page of the folded and of the plain one, whatever the values are */

struct world {
	HDF *words;
	char **name; /* dotted names that the templates speak of */
	size_t count;
};

static void
good(NEOERR *err)
{
	STRING text;

	if (err == STATUS_OK)
		return;
	string_init(&text);
	nerr_error_string(err, &text);
	fail_msg("%s", text.buf);
}

static char *
read_view(void *arg, const char *name)
{
	struct buf text = BUF_INIT;
	char *path = mem_format("views/%s", name), *out;

	(void)arg;
	assert_true(buf_read_file(&text, path, 1 << 20));
	out = mem_copy(buf_text(&text), text.len);
	buf_free(&text);
	free(path);
	return out;
}

static const char *
value_view(void *arg, const char *name)
{
	return hdf_get_value(((struct world *)arg)->words, name, NULL);
}

static NEOERR *
load_view(void *ctx, HDF *hdf, const char *name, char **contents)
{
	(void)ctx;
	(void)hdf;
	*contents = read_view(NULL, name);
	return STATUS_OK;
}

static NEOERR *
emit(void *ctx, char *text)
{
	buf_puts(ctx, text);
	return STATUS_OK;
}

/* Blanks with a line end among them are one line end. */
static char *
squeezed(const struct buf *page)
{
	char *out = mem_zero(1, page->len + 1), *to = out;

	for (const char *c = buf_text(page); *c != '\0';) {
		size_t blank = strspn(c, " \t\r\n");
		bool line = memchr(c, '\n', blank) != NULL;

		if (line && to > out && to[-1] != '\n')
			*to++ = '\n';
		for (size_t i = 0; !line && i < blank; i++)
			*to++ = c[i];
		c += blank;
		if (*c != '\0')
			*to++ = *c++;
	}
	return out;
}

/* Every a.b.c in the text but L.… */
static void
take_names(struct world *w, const char *text)
{
	while (*text != '\0') {
		size_t len = strspn(text, "abcdefghijklmnopqrstuvwxyz_0123456789.ABCDEFGHIJKLMNOPQRSTUVWXYZ");

		if (len > 1 && islower((unsigned char)*text) && text[len - 1] != '.' && memmem(text, len, "..", 2) == NULL) {
			w->name = reallocarray(w->name, w->count + 1, sizeof(*w->name));
			w->name[w->count++] = mem_format("%.*s", (int)len, text);
		}
		text += len > 0 ? len : 1;
	}
}

static void
fill(const struct world *w, HDF *hdf, unsigned seed)
{
	static const char *const some[] = { "", "0", "1", "auth", "sign", "<b>&\"'", "PKCS12", "issued", "signed", "new", "RSA-2048", "bad",
		"keys", "59", "valid", "expired", "installed", "Қазақ", "error", "success", "public", "failed", "refused",
		"/keys?a=1&b=2" };

	srandom(seed);
	for (size_t i = 0; i < w->count; i++) {
		unsigned pick = (unsigned)random();
		const char *value = some[(pick >> 8) % (sizeof(some) / sizeof(some[0]))];
		char *element = NULL;

		if (pick % 3 == 0 || value_view((void *)(uintptr_t)w, w->name[i]) != NULL)
			continue;
		good(hdf_set_value(hdf, w->name[i], value));
		/* k.serial: as of an element of each list */
		if (strchr(w->name[i], '.') == NULL && pick % 2 == 0) {
			const char *other = strchr(w->name[(pick >> 4) % w->count], '.');

			element = mem_format("%s.%u%s", w->name[i], pick % 5, other != NULL ? other : ".text");
			good(hdf_set_value(hdf, element, value));
		}
		free(element);
	}
}

static CSPARSE *
parse(const struct world *w, HDF *config, const char *name, bool folded)
{
	const struct fold_source source = { read_view, value_view, (void *)(uintptr_t)w };
	struct buf text = BUF_INIT;
	CSPARSE *cs;

	good(cs_init(&cs, config));
	good(cgi_register_strfuncs(cs));
	cs_register_fileload(cs, NULL, load_view);
	if (folded) {
		assert_true(fold(&text, name, &source));
		good(cs_parse_string(cs, mem_copy(buf_text(&text), text.len), text.len));
	} else {
		good(cs_parse_file(cs, name));
	}
	buf_free(&text);
	return cs;
}

static void
render(CSPARSE *cs, const struct world *w, HDF *config, unsigned seed, struct buf *out)
{
	HDF *hdf;

	good(hdf_init(&hdf));
	fill(w, hdf, seed);
	cs->hdf = hdf;
	cs->global_hdf = w->words;
	good(cs_render(cs, out, emit));
	cs->hdf = config;
	cs->global_hdf = NULL;
	hdf_destroy(&hdf);
}

static void
compare(const struct world *w, const char *name)
{
	CSPARSE *plain, *folded;
	HDF *config;

	good(hdf_init(&config));
	good(hdf_set_value(config, "Config.VarEscapeMode", "html"));
	plain = parse(w, config, name, false);
	folded = parse(w, config, name, true);
	for (unsigned seed = 0; seed < 40; seed++) {
		struct buf a = BUF_INIT, b = BUF_INIT;
		char *one, *two;

		render(plain, w, config, seed, &a);
		render(folded, w, config, seed, &b);
		one = squeezed(&a);
		two = squeezed(&b);
		if (strcmp(one, two) != 0) {
			size_t at = 0;

			while (one[at] == two[at])
				at++;
			fail_msg("%s, values %u: plain …%.160s… folded …%.160s…", name, seed, one + (at > 40 ? at - 40 : 0),
			    two + (at > 40 ? at - 40 : 0));
		}
		free(one);
		free(two);
		buf_free(&a);
		buf_free(&b);
	}
	cs_destroy(&plain);
	cs_destroy(&folded);
	hdf_destroy(&config);
}

static void
folded_pages_are_the_same(void **state)
{
	static const char *const settings[] = { "lang", "demo", "site", "plain_site", "oid_arc", "support.phone", "support.email" };
	struct world w = { NULL, NULL, 0 };
	struct buf words = BUF_INIT;
	HDF *node;
	glob_t all;
	size_t compared = 0;

	(void)state;
	good(hdf_init(&w.words));
	good(hdf_get_node(w.words, "L", &node));
	assert_true(buf_read_file(&words, "views/lang/kk.hdf", 1 << 20));
	good(hdf_read_string(node, buf_text(&words)));
	buf_free(&words);
	for (size_t i = 0; i < sizeof(settings) / sizeof(settings[0]); i++)
		good(hdf_set_value(w.words, settings[i], i == 0 ? "kk" : "1"));
	assert_int_equal(glob("views/*.cs", 0, NULL, &all), 0);
	assert_int_equal(glob("views/*/*.cs", GLOB_APPEND, NULL, &all), 0);
	for (size_t i = 0; i < all.gl_pathc; i++) {
		char *text = read_view(NULL, all.gl_pathv[i] + strlen("views/"));

		take_names(&w, text);
		free(text);
	}
	for (size_t i = 0; i < all.gl_pathc; i++) {
		/* a page, no part of one */
		char *text = read_view(NULL, all.gl_pathv[i] + strlen("views/"));
		bool is_page = strstr(text, "include:\"foot.cs\"") != NULL;

		free(text);
		if (!is_page)
			continue;
		compare(&w, all.gl_pathv[i] + strlen("views/"));
		compared++;
	}
	assert_true(compared >= 15);
	globfree(&all);
	for (size_t i = 0; i < w.count; i++)
		free(w.name[i]);
	free(w.name);
	hdf_destroy(&w.words);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_known_stands_there_escaped),
		cmocka_unit_test(conditions_are_decided_once),
		cmocka_unit_test(macros_go_where_they_are_called),
		cmocka_unit_test(what_a_template_sets_is_known_until_it_may_change),
		cmocka_unit_test(anything_else_is_refused),
		cmocka_unit_test(folded_pages_are_the_same),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
