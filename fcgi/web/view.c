#include "web/view.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <ClearSilver.h>

#include "base/log.h"
#include "base/mem.h"
#include "web/fold.h"

#define PAGE_SIZE_MAX 1048576
#define FILE_SIZE_MAX 262144
#define NAME_MAX_LEN 128 /* ClearSilver cuts names at 256 octets without a word */
#define WORDS_MAX 8192
#define WORDS_DEPTH 8

struct template
{
	const char *name;
	CSPARSE *cs[LANG_COUNT]; /* folded: texts and settings stand in it */
};

struct view {
	const char *dir;	/* conf->views */
	HDF *config;		/* what cs_init reads */
	HDF *words[LANG_COUNT]; /* L.… of each language and the settings, below every page's own values */
	struct template *template;
	size_t count;
	/* while parsing */
	const char *parsing;
};

struct page {
	HDF *hdf;
};

/* What fold asks with. */
struct folding_view {
	const struct view *view;
	enum lang lang;
};

/* Logs and frees a NEOERR; true if there was one. */
static bool
failed(NEOERR *err, const char *event, const char *subject)
{
	STRING text;

	if (err == STATUS_OK)
		return false;
	string_init(&text);
	nerr_error_string(err, &text);
	log_error(event, "%s: clearsilver: %s", subject, text.buf != NULL ? text.buf : "out of memory");
	string_clear(&text);
	nerr_ignore(&err);
	return true;
}

/* Values are set where nothing else than memory can run out. */
static void
must(NEOERR *err, const char *subject)
{
	if (failed(err, "page-value", subject))
		log_fatal("page-value", "%s: clearsilver: cannot go on", subject);
}

static bool
is_file_name(const char *name)
{
	size_t len = strlen(name);

	if (len < 4 || len > NAME_MAX_LEN || strcmp(name + len - 3, ".cs") != 0)
		return false;
	for (size_t i = 0; i < len - 3; i++) {
		bool word = (name[i] >= 'a' && name[i] <= 'z') || (name[i] >= '0' && name[i] <= '9') || name[i] == '-' || name[i] == '_';

		if (!word && !(name[i] == '/' && i > 0 && name[i - 1] != '/' && name[i + 1] != '.'))
			return false;
	}
	return true;
}

/* Beside the template being parsed, directly below views, or the parts.cs of any folder. */
static bool
is_allowed(const struct view *view, const char *name)
{
	const char *slash = strrchr(name, '/'), *own = view->parsing != NULL ? strrchr(view->parsing, '/') : NULL;
	size_t folder = slash != NULL ? (size_t)(slash - name) : 0;

	if (view->parsing == NULL || !is_file_name(name))
		return false;
	if (slash == NULL || strcmp(slash, "/parts.cs") == 0)
		return true;
	return own != NULL && (size_t)(own - view->parsing) == folder && memcmp(name, view->parsing, folder) == 0;
}

/*
 * Commands that put out a value unescaped, take a value for a template, or name a file by a value: a page is not even opened with them.
 * ClearSilver reads its tag and its commands without regard to case.
 */
static const char *
banned_command(const char *text)
{
	static const char *const banned[] = { "uvar", "evar", "lvar", "linclude", "alt", "name", "escape" };

	while ((text = strcasestr(text, "<?cs")) != NULL) {
		size_t len;

		text += 4;
		text += strspn(text, " \t\r\n");
		len = strcspn(text, ":!? \t\r\n");
		for (size_t i = 0; i < sizeof(banned) / sizeof(banned[0]); i++) {
			if (len == strlen(banned[i]) && strncasecmp(text, banned[i], len) == 0)
				return banned[i];
		}
		if (len == 7 && strncasecmp(text, "include", len) == 0 && text[len + 1] != '"')
			return "include of a variable";
	}
	return NULL;
}

/* The only way for a template to reach a file. */
static char *
read_template(void *arg, const char *name)
{
	const struct view *view = ((const struct folding_view *)arg)->view;
	struct buf text = BUF_INIT;
	const char *banned = NULL;
	char *path, *out = NULL;

	if (!is_allowed(view, name)) {
		log_error("template", "%s: not a template of this program", name);
		return NULL;
	}
	path = mem_format("%s/%s", view->dir, name);
	if (!buf_read_file(&text, path, FILE_SIZE_MAX) || strlen(buf_text(&text)) != text.len)
		log_error("template", "%s: cannot be read", name);
	else if ((banned = banned_command(buf_text(&text))) != NULL)
		log_error("template", "%s: %s is not allowed", name, banned);
	else
		out = mem_copy(buf_text(&text), text.len);
	free(path);
	buf_free(&text);
	return out;
}

static const char *
fixed_value(void *arg, const char *name)
{
	const struct folding_view *folding = arg;

	return hdf_get_value(folding->view->words[folding->lang], name, NULL);
}

/* Includes were put in when the template was folded: what ClearSilver still asks for, it does not get. */
static NEOERR *
load(void *ctx, HDF *hdf, const char *name, char **contents)
{
	(void)ctx;
	(void)hdf;
	(void)contents;
	return nerr_raisef(__func__, __FILE__, __LINE__, NERR_ASSERT, "%s: no file is read here", name);
}

static bool
parse(struct view *view, CSPARSE **cs, const char *name, enum lang lang)
{
	struct folding_view folding = { view, lang };
	struct buf text = BUF_INIT;
	bool good = fold(&text, name, &(struct fold_source){ read_template, fixed_value, &folding });

	good = good && !failed(cs_init(cs, view->config), "template", name) && !failed(cgi_register_strfuncs(*cs), "template", name);
	if (good) {
		cs_register_fileload(*cs, view, load);
		/* ClearSilver keeps and frees the text */
		good = !failed(cs_parse_string(*cs, mem_copy(buf_text(&text), text.len), text.len), "template", name);
	}
	buf_free(&text);
	return good;
}

static bool
template_open(struct view *view, struct template *template, const char *name)
{
	bool good = true;

	template->name = view->parsing = name;
	for (size_t i = 0; good && i < LANG_COUNT; i++)
		good = parse(view, &template->cs[i], name, (enum lang)i);
	view->parsing = NULL;
	return good;
}

struct word_list {
	struct i18n_word *word;
	char **code; /* owns what word[].code points to; the texts are the HDF's */
	size_t count;
};

/* Every value below node becomes a word "prefix.name". */
static bool
flatten(struct word_list *list, HDF *node, const char *prefix, int depth)
{
	for (HDF *child = hdf_obj_child(node); child != NULL; child = hdf_obj_next(child)) {
		const char *name = hdf_obj_name(child), *text = hdf_obj_value(child);
		char *code = mem_format("%s%s%s", prefix, *prefix != '\0' ? "." : "", name != NULL ? name : "");
		bool good = depth < WORDS_DEPTH && list->count < WORDS_MAX && flatten(list, child, code, depth + 1);

		if (good && text != NULL) {
			list->code[list->count] = code;
			list->word[list->count++] = (struct i18n_word){ code, text };
		} else {
			free(code);
		}
		if (!good)
			return false;
	}
	return true;
}

/* What the configuration and the language fix for every page. */
static void
settings_open(HDF *hdf, const struct conf *conf, enum lang lang)
{
	const struct {
		const char *name, *value;
	} settings[] = { { "lang", lang_name(lang) }, { "demo", conf->production ? "0" : "1" }, { "support.phone", conf->support_phone },
		{ "support.email", conf->support_email }, { "site", conf->site }, { "plain_site", conf->plain_site },
		{ "oid_arc", conf->oid_arc } };

	for (size_t i = 0; i < sizeof(settings) / sizeof(settings[0]); i++)
		must(hdf_set_value(hdf, settings[i].name, settings[i].value != NULL ? settings[i].value : ""), settings[i].name);
}

static bool
words_open(struct view *view, enum lang lang)
{
	struct word_list list = { NULL, NULL, 0 };
	struct buf text = BUF_INIT;
	char *path = mem_format("%s/lang/%s.hdf", view->dir, lang_name(lang));
	HDF *node;
	bool good = false;

	if (!buf_read_file(&text, path, FILE_SIZE_MAX)) {
		log_error("words", "%s: cannot be read", path);
		goto out;
	}
	must(hdf_init(&view->words[lang]), path);
	must(hdf_get_node(view->words[lang], "L", &node), path);
	if (failed(hdf_read_string(node, buf_text(&text)), "words", path))
		goto out;
	list.word = mem_zero(WORDS_MAX, sizeof(*list.word));
	list.code = mem_zero(WORDS_MAX, sizeof(*list.code));
	good = flatten(&list, node, "", 0);
	if (!good)
		log_error("words", "%s: more than %d texts, or groups deeper than %d", path, WORDS_MAX, WORDS_DEPTH);
	else
		i18n_fill(lang, list.word, list.count);
out:
	for (size_t i = 0; i < list.count; i++)
		free(list.code[i]);
	free(list.code);
	free(list.word);
	buf_free(&text);
	free(path);
	return good;
}

enum rc
view_open(struct view **out, const struct conf *conf, const char *const *templates)
{
	struct view *view = mem_zero(1, sizeof(*view));
	size_t count = 0;

	*out = NULL;
	view->dir = conf->views;
	must(hdf_init(&view->config), "configuration");
	/* cs_init reads it, and only then: set later it would do nothing */
	must(hdf_set_value(view->config, "Config.VarEscapeMode", "html"), "configuration");
	while (templates[count] != NULL)
		count++;
	view->template = mem_zero(count + 1, sizeof(*view->template));
	for (size_t i = 0; i < LANG_COUNT; i++) {
		if (!words_open(view, (enum lang)i))
			goto fail;
		settings_open(view->words[i], conf, (enum lang)i);
	}
	for (view->count = 0; view->count < count;) {
		/* counted first, so that a half-made one is freed */
		struct template *template = &view->template[view->count++];

		if (!template_open(view, template, templates[view->count - 1]))
			goto fail;
	}
	*out = view;
	return RC_OK;
fail:
	view_close(view);
	return RC_INTERNAL;
}

void
view_close(struct view *view)
{
	if (view == NULL)
		return;
	for (size_t i = 0; i < view->count; i++) {
		for (size_t lang = 0; lang < LANG_COUNT; lang++)
			cs_destroy(&view->template[i].cs[lang]);
	}
	free(view->template);
	for (size_t i = 0; i < LANG_COUNT; i++)
		hdf_destroy(&view->words[i]);
	hdf_destroy(&view->config);
	free(view);
}

struct page *
page_new(void)
{
	struct page *page = mem_zero(1, sizeof(*page));

	must(hdf_init(&page->hdf), "page");
	return page;
}

void
page_free(struct page *page)
{
	if (page == NULL)
		return;
	hdf_destroy(&page->hdf);
	free(page);
}

void
page_reset(struct page *page)
{
	hdf_destroy(&page->hdf);
	must(hdf_init(&page->hdf), "page");
}

void
page_set(struct page *page, const char *name, const char *value)
{
	if (strlen(name) > NAME_MAX_LEN)
		log_fatal("page-value", "%.32s…: name too long", name);
	must(hdf_set_value(page->hdf, name, value != NULL ? value : ""), name);
}

void
page_set_int(struct page *page, const char *name, int64_t value)
{
	page_setf(page, name, "%" PRId64, value);
}

void
page_setf(struct page *page, const char *name, const char *fmt, ...)
{
	char *text;
	va_list ap;
	int len;

	va_start(ap, fmt);
	len = vasprintf(&text, fmt, ap);
	va_end(ap);
	if (len < 0)
		log_fatal("page-value", "%s: out of memory", name);
	page_set(page, name, text);
	free(text);
}

static struct page_node *
node_of(struct page *page, const char *name)
{
	HDF *node;

	must(hdf_get_node(page->hdf, name, &node), name);
	return (struct page_node *)node;
}

struct page_node *
page_node(struct page *page, const char *name)
{
	if (strlen(name) > NAME_MAX_LEN)
		log_fatal("page-value", "%.32s…: name too long", name);
	return node_of(page, name);
}

struct page_node *
page_element(struct page *page, const char *list, size_t index)
{
	char name[NAME_MAX_LEN + 24], digits[24];
	size_t len = strlen(list), n = sizeof(digits);

	if (len > NAME_MAX_LEN)
		log_fatal("page-value", "%.32s…: name too long", list);
	digits[--n] = '\0';
	do
		digits[--n] = (char)('0' + index % 10);
	while ((index /= 10) > 0);
	digits[--n] = '.';
	memcpy(name, list, len);
	memcpy(name + len, digits + n, sizeof(digits) - n);
	return node_of(page, name);
}

void
page_put(struct page_node *node, const char *name, const char *value)
{
	must(hdf_set_value((HDF *)node, name, value != NULL ? value : ""), name);
}

void
page_item(struct page *page, const char *list, size_t index, const char *name, const char *value)
{
	page_put(page_element(page, list, index), name, value);
}

struct output {
	struct buf *to;
	size_t start;
	bool full;
};

/* Never fails: an error from here would leave ClearSilver's own state half way through a page. */
static NEOERR *
emit(void *ctx, char *text)
{
	struct output *output = ctx;
	size_t len;

	/* the line ends between macro definitions stand before the page itself */
	if (output->to->len == output->start)
		text += strspn(text, " \t\r\n");
	len = strlen(text);
	if (output->full || output->to->len - output->start + len > PAGE_SIZE_MAX)
		output->full = true;
	else
		buf_add(output->to, text, len);
	return STATUS_OK;
}

enum rc
view_render(struct view *view, const char *name, struct page *page, enum lang lang, struct buf *out)
{
	struct output output = { out, out->len, false };
	CSPARSE *cs = NULL;
	bool good;

	for (size_t i = 0; i < view->count && cs == NULL; i++) {
		if (strcmp(view->template[i].name, name) == 0)
			cs = view->template[i].cs[lang];
	}
	if (cs == NULL) {
		log_error("template", "%s: not in the program's list", name);
		return RC_INTERNAL;
	}
	cs->hdf = page->hdf;
	cs->global_hdf = view->words[lang];
	cs->locals = NULL;
	good = !failed(cs_render(cs, &output, emit), "render", name);
	cs->hdf = view->config;
	cs->global_hdf = NULL;
	if (output.full)
		log_error("render", "%s: more than %d octets", name, PAGE_SIZE_MAX);
	return good && !output.full && !out->overflow ? RC_OK : RC_INTERNAL;
}
