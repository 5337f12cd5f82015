#include "web/fold.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/encode.h"
#include "base/log.h"
#include "base/mem.h"
#include "web/fold_private.h"

#define FILES_MAX 64 /* of one template: an include that comes back to itself ends here */
#define CALLS_MAX 32 /* macros in one another: one that comes back to itself ends here */
#define SIZE_MAX_FOLDED 1048576
#define BLANK " \t\r\n"

enum command { TEXT, VAR, IF, ELIF, ELSE, END_IF, EACH, END_EACH, WITH, END_WITH, SET, DEF, END_DEF, CALL, INCLUDE, COMMAND_COUNT };

static const struct {
	const char *word;
	bool has_argument;
} commands[COMMAND_COUNT] = {
	[TEXT] = { "", true },
	[VAR] = { "var", true },
	[IF] = { "if", true },
	[ELIF] = { "elif", true },
	[ELSE] = { "else", false },
	[END_IF] = { "/if", false },
	[EACH] = { "each", true },
	[END_EACH] = { "/each", false },
	[WITH] = { "with", true },
	[END_WITH] = { "/with", false },
	[SET] = { "set", true },
	[DEF] = { "def", true },
	[END_DEF] = { "/def", false },
	[CALL] = { "call", true },
	[INCLUDE] = { "include", true },
};

/* A template with its includes is a row of these. */
struct item {
	enum command command;
	const char *text; /* the text, or what stands behind the colon */
	size_t len;
	size_t next; /* the command that goes on with this one or ends it: of if the elif, else or /if, of each /each … */
	const char *file;
};

struct macro {
	const char *name;
	size_t name_len;
	size_t start, end; /* items of its body: from start, before end */
	const struct term *parameters;
	size_t count;
};

struct folding {
	struct fold f;
	struct item *items;
	size_t count, room;
	struct macro *macros;
	size_t macro_count;
	int files, depth;
	unsigned variables; /* loops so far: each has a variable of its own */
	struct buf *out;
	size_t plain; /* where in out the text began that no command stands in */
};

static bool fold_items(struct folding *, size_t from, size_t to);

void *
fold_keep(struct fold *f, size_t len)
{
	if (f->kept_count == f->kept_room) {
		f->kept_room = f->kept_room == 0 ? 256 : f->kept_room * 2;
		if ((f->kept = reallocarray(f->kept, f->kept_room, sizeof(*f->kept))) == NULL)
			log_fatal("memory", "fold: out of memory");
	}
	return f->kept[f->kept_count++] = mem_zero(1, len);
}

char *
fold_format(struct fold *f, const char *fmt, ...)
{
	char *text;
	va_list ap;
	int len;

	va_start(ap, fmt);
	len = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (len < 0)
		log_fatal("template", "%s: format", fmt);
	text = fold_keep(f, (size_t)len + 1);
	va_start(ap, fmt);
	(void)vsnprintf(text, (size_t)len + 1, fmt, ap);
	va_end(ap);
	return text;
}

bool
fold_refuse(const struct fold *f, const char *what, const char *text, size_t len)
{
	log_error("template", "%s: %s: %.*s", f->file, what, len < 160 ? (int)len : 160, text);
	return false;
}

static bool
refuse(const struct folding *g, const char *what, const struct item *item)
{
	return fold_refuse(&g->f, what, item->text, item->len);
}

/* ---- reading */

static struct item *
item_add(struct folding *g, enum command command, const char *text, size_t len)
{
	if (g->count == g->room) {
		g->room = g->room == 0 ? 256 : g->room * 2;
		if ((g->items = reallocarray(g->items, g->room, sizeof(*g->items))) == NULL)
			log_fatal("memory", "fold: out of memory");
	}
	g->items[g->count] = (struct item){ command, text, len, 0, g->f.file };
	return &g->items[g->count++];
}

static bool read_file(struct folding *, const char *name);

static bool
read_include(struct folding *g, const char *text, size_t len)
{
	if (len < 3 || text[0] != '"' || memchr(text + 1, '"', len - 1) != text + len - 1)
		return fold_refuse(&g->f, "include of a variable", text, len);
	return read_file(g, fold_format(&g->f, "%.*s", (int)len - 2, text + 1));
}

/* What stands between "<?cs" and "?>", blanks around it gone. */
static bool
read_command(struct folding *g, const char *text, size_t len)
{
	size_t word = 0;

	if (len > 0 && *text == '#')
		return true;
	while (word < len && text[word] != ':' && strchr(BLANK, text[word]) == NULL)
		word++;
	for (int c = VAR; c < COMMAND_COUNT; c++) {
		bool has_argument = word < len && text[word] == ':';

		if (strlen(commands[c].word) != word || memcmp(commands[c].word, text, word) != 0)
			continue;
		if (has_argument != commands[c].has_argument || (!has_argument && word != len))
			break;
		if (c == INCLUDE)
			return read_include(g, text + word + 1, len - word - 1);
		item_add(g, (enum command)c, text + word + (has_argument ? 1 : 0), len - word - (has_argument ? 1 : 0));
		return true;
	}
	return fold_refuse(&g->f, "command", text, len);
}

static bool
read_text(struct folding *g, const char *text)
{
	for (;;) {
		const char *tag = strstr(text, "<?"), *end;
		size_t len = tag != NULL ? (size_t)(tag - text) : strlen(text);

		if (len > 0)
			item_add(g, TEXT, text, len);
		if (tag == NULL)
			return true;
		if (strncmp(tag, "<?cs", 4) != 0 || strchr(BLANK, tag[4]) == NULL || (end = strstr(tag, "?>")) == NULL)
			return fold_refuse(&g->f, "command", tag, strlen(tag));
		text = tag + 4 + strspn(tag + 4, BLANK);
		for (len = (size_t)(end - text); len > 0 && strchr(BLANK, text[len - 1]) != NULL;)
			len--;
		if (memmem(text, len, "<?", 2) != NULL)
			return fold_refuse(&g->f, "command without its end", tag, strlen(tag));
		if (!read_command(g, text, len))
			return false;
		text = end + 2;
	}
}

static bool
read_file(struct folding *g, const char *name)
{
	const char *before = g->f.file;
	char *text, *kept;
	size_t len;
	bool good;

	if (++g->files > FILES_MAX)
		return fold_refuse(&g->f, "too many files", name, strlen(name));
	if ((text = g->f.source->read(g->f.source->arg, name)) == NULL)
		return false;
	len = strlen(text);
	kept = fold_keep(&g->f, len + 1);
	memcpy(kept, text, len);
	free(text);
	g->f.file = name;
	good = read_text(g, kept);
	g->f.file = before;
	return good;
}

/* Each command gets to know the one that goes on with it. */
static bool
pair(struct folding *g)
{
	static const enum command opener[COMMAND_COUNT] = {
		[ELIF] = IF, [ELSE] = IF, [END_IF] = IF, [END_EACH] = EACH, [END_WITH] = WITH, [END_DEF] = DEF
	};
	size_t *open = mem_zero(g->count + 1, sizeof(*open)), depth = 0;
	bool good = true;

	for (size_t i = 0; good && i < g->count; i++) {
		struct item *item = &g->items[i];
		enum command wanted = opener[item->command], top = depth > 0 ? g->items[open[depth - 1]].command : TEXT;
		bool opens = item->command == IF || item->command == EACH || item->command == WITH || item->command == DEF;

		g->f.file = item->file;
		if (wanted != TEXT) {
			/* of an if: the last of its branches */
			good = top == wanted || (wanted == IF && (top == ELIF || (top == ELSE && item->command == END_IF)));
			if (good)
				g->items[open[--depth]].next = i;
			else
				(void)refuse(g, commands[item->command].word, item);
			opens = item->command == ELIF || item->command == ELSE;
		}
		if (opens)
			open[depth++] = i;
	}
	if (good && depth > 0)
		good = refuse(g, "command without its end", &g->items[open[depth - 1]]);
	free(open);
	return good;
}

/* ---- writing */

/* Blanks with a line end among them are one line end: commands leave lines of their own behind. */
static void
put_text(struct folding *g, const char *text, size_t len)
{
	struct buf *out = g->out;

	while (len > 0) {
		size_t word = 0, blank = 0;
		bool line = false;

		while (word < len && strchr(BLANK, text[word]) == NULL)
			word++;
		buf_add(out, text, word);
		for (; word + blank < len && strchr(BLANK, text[word + blank]) != NULL; blank++)
			line = line || text[word + blank] == '\n';
		if (!line)
			buf_add(out, text + word, blank);
		else if (out->len == g->plain || out->data[out->len - 1] != '\n')
			buf_putc(out, '\n');
		text += word + blank;
		len -= word + blank;
	}
}

static void
put_command(struct folding *g, enum command command, const char *argument)
{
	buf_printf(g->out, argument != NULL ? "<?cs %s:%s ?>" : "<?cs %s ?>", commands[command].word, argument);
	g->plain = g->out->len;
}

/* What the template set since `before` is unknown from here on: it may or may not have been set. */
static void
forget(struct folding *g, const struct binding *before)
{
	const struct binding *b = g->f.known;

	g->f.known = before;
	for (; b != before; b = b->next) {
		struct binding *unknown = fold_keep(&g->f, sizeof(*unknown));

		if (b->name == NULL)
			continue;
		*unknown = (struct binding){ b->name, NULL, g->f.known };
		g->f.known = unknown;
	}
}

static const struct binding *
bind(struct fold *f, const char *name, const struct term *term, const struct binding *next)
{
	struct binding *b = fold_keep(f, sizeof(*b));
	struct term *own = NULL;

	if (term != NULL) {
		own = fold_keep(f, sizeof(*own));
		*own = *term;
	}
	*b = (struct binding){ name, own, next };
	return b;
}

/* ---- commands */

static bool
fold_var(struct folding *g, const struct item *item)
{
	struct term t;

	if (!fold_term(&g->f, item->text, item->len, false, &t))
		return false;
	if (t.kind == TERM_RUNTIME) {
		put_command(g, VAR, t.source);
	} else if (t.kind == TERM_NUMBER) {
		buf_printf(g->out, "%ld", t.number);
	} else {
		html_escape(g->out, t.text);
	}
	return true;
}

/* The branches that cannot be decided now stay, the ones that never come go. */
static bool
fold_if(struct folding *g, size_t *at)
{
	const struct binding *before = g->f.known, *sets = before;
	size_t i = *at;
	bool begun = false, settled = false;

	for (; g->items[i].command != END_IF; i = g->items[i].next) {
		const struct item *item = &g->items[i];
		struct term t = { .kind = TERM_NUMBER, .number = 1 };

		if (settled)
			continue;
		if (item->command != ELSE && !fold_term(&g->f, item->text, item->len, true, &t))
			return false;
		if (t.kind != TERM_RUNTIME && !fold_holds(&t))
			continue;
		settled = t.kind != TERM_RUNTIME;
		if (!settled)
			put_command(g, begun ? ELIF : IF, t.source);
		else if (begun)
			put_command(g, ELSE, NULL);
		begun = begun || !settled;
		if (!fold_items(g, i + 1, item->next))
			return false;
		if (!begun)
			continue;
		/* the next branch begins as this one did; what any of them sets is unknown behind them */
		forget(g, before);
		for (const struct binding *b = g->f.known; b != before; b = b->next)
			sets = bind(&g->f, b->name, NULL, sets);
		g->f.known = before;
	}
	if (begun) {
		put_command(g, END_IF, NULL);
		g->f.known = sets;
	}
	*at = i;
	return true;
}

/* "k = keys": a name, and what it stands for. */
static bool
split_assignment(struct folding *g, const struct item *item, const char **name, struct term *t)
{
	const char *equals = memchr(item->text, '=', item->len);
	size_t len = equals != NULL ? (size_t)(equals - item->text) : 0;
	size_t rest = equals != NULL ? item->len - len - 1 : 0;

	while (len > 0 && strchr(BLANK, item->text[len - 1]) != NULL)
		len--;
	if (len == 0 || memchr(item->text, '"', len) != NULL || memchr(item->text, '[', len) != NULL)
		return refuse(g, "assignment", item);
	*name = fold_format(&g->f, "%.*s", (int)len, item->text);
	return fold_term(&g->f, equals + 1, rest, false, t);
}

static bool
fold_loop(struct folding *g, size_t *at)
{
	const struct item *item = &g->items[*at];
	const struct binding *scope = g->f.scope, *before = g->f.known;
	const char *name, *variable;
	struct term t, own = { .kind = TERM_RUNTIME, .is_name = true, .level = LEVEL_ATOM };
	size_t end = item->next;

	if (!split_assignment(g, item, &name, &t))
		return false;
	if (!t.is_name)
		return refuse(g, "loop over something without a name", item);
	own.source = variable = fold_format(&g->f, "_%u", ++g->variables);
	put_command(g, item->command, fold_format(&g->f, "%s = %s", variable, t.source));
	g->f.scope = bind(&g->f, name, &own, scope);
	/* the second time round, what the first one set counts */
	g->f.known = bind(&g->f, NULL, NULL, before);
	if (!fold_items(g, *at + 1, end))
		return false;
	g->f.scope = scope;
	forget(g, before);
	put_command(g, g->items[end].command, NULL);
	*at = end;
	return true;
}

static bool
fold_set(struct folding *g, const struct item *item)
{
	const char *name;
	struct term t;

	if (!split_assignment(g, item, &name, &t))
		return false;
	for (const struct binding *b = g->f.scope; b != NULL; b = b->next) {
		if (strncmp(b->name, name, strlen(b->name)) == 0 && strchr(".", name[strlen(b->name)]) != NULL)
			return refuse(g, "set of a macro's own name", item);
	}
	if (g->f.source->value(g->f.source->arg, name) != NULL)
		return refuse(g, "set of what stands fast", item);
	put_command(g, SET, fold_format(&g->f, "%s = %s", name, t.source));
	/* values are texts, whatever they were set to */
	if (t.kind == TERM_NUMBER)
		t = (struct term){ TERM_TEXT, fold_format(&g->f, "%ld", t.number), 0, name, true, t.level };
	t.source = name;
	t.is_name = true;
	g->f.known = bind(&g->f, name, t.kind == TERM_RUNTIME ? NULL : &t, g->f.known);
	return true;
}

/* "name(arguments)" */
static bool
split_call(struct folding *g, const struct item *item, size_t *name_len, const char **arguments, size_t *len)
{
	const char *open = memchr(item->text, '(', item->len);

	if (open == NULL || item->text[item->len - 1] != ')')
		return refuse(g, "macro", item);
	*name_len = (size_t)(open - item->text);
	*arguments = open + 1;
	*len = item->len - *name_len - 2;
	return true;
}

static struct macro *
find_macro(struct folding *g, const char *name, size_t len)
{
	for (size_t i = 0; i < g->macro_count; i++) {
		if (g->macros[i].name_len == len && memcmp(g->macros[i].name, name, len) == 0)
			return &g->macros[i];
	}
	return NULL;
}

static bool
fold_def(struct folding *g, size_t *at)
{
	const struct item *item = &g->items[*at];
	const struct binding *scope = g->f.scope, *known = g->f.known;
	struct macro macro = { item->text, 0, *at + 1, item->next, NULL, 0 };
	struct term *parameters = fold_keep(&g->f, TERMS_MAX * sizeof(*parameters));
	const char *names;
	size_t len;
	bool good;

	if (!split_call(g, item, &macro.name_len, &names, &len))
		return false;
	if (find_macro(g, macro.name, macro.name_len) != NULL)
		return refuse(g, "macro defined twice", item);
	/* parameters are names, nothing yet that they could stand for */
	g->f.scope = NULL;
	g->f.known = bind(&g->f, NULL, NULL, NULL);
	good = fold_terms(&g->f, names, len, false, parameters, &macro.count);
	g->f.scope = scope;
	g->f.known = known;
	for (size_t i = 0; good && i < macro.count; i++)
		good = (parameters[i].is_name && strchr(parameters[i].source, '.') == NULL) || refuse(g, "macro", item);
	if (!good)
		return false;
	macro.parameters = parameters;
	if ((g->macros = reallocarray(g->macros, g->macro_count + 1, sizeof(*g->macros))) == NULL)
		log_fatal("memory", "fold: out of memory");
	g->macros[g->macro_count++] = macro;
	*at = item->next;
	return true;
}

static bool
fold_call(struct folding *g, const struct item *item)
{
	const struct binding *scope = g->f.scope, *inner = scope;
	struct term arguments[TERMS_MAX];
	struct macro *macro;
	const char *text;
	size_t name_len, len, count;

	if (!split_call(g, item, &name_len, &text, &len) || !fold_terms(&g->f, text, len, false, arguments, &count))
		return false;
	if ((macro = find_macro(g, item->text, name_len)) == NULL || macro->count != count)
		return refuse(g, macro == NULL ? "no such macro" : "macro with other arguments", item);
	if (++g->depth > CALLS_MAX)
		return refuse(g, "macros too deep", item);
	for (size_t i = 0; i < count; i++)
		inner = bind(&g->f, macro->parameters[i].source, &arguments[i], inner);
	g->f.scope = inner;
	if (!fold_items(g, macro->start, macro->end))
		return false;
	g->f.scope = scope;
	g->depth--;
	return true;
}

static bool
fold_item(struct folding *g, size_t *at)
{
	const struct item *item = &g->items[*at];

	switch (item->command) {
	case TEXT:
		put_text(g, item->text, item->len);
		return true;
	case VAR:
		return fold_var(g, item);
	case IF:
		return fold_if(g, at);
	case EACH:
	case WITH:
		return fold_loop(g, at);
	case SET:
		return fold_set(g, item);
	case DEF:
		return fold_def(g, at);
	case CALL:
		return fold_call(g, item);
	case ELIF:
	case ELSE:
	case END_IF:
	case END_EACH:
	case END_WITH:
	case END_DEF:
	case INCLUDE:
	case COMMAND_COUNT:
		break;
	}
	return refuse(g, "command", item);
}

static bool
fold_items(struct folding *g, size_t from, size_t to)
{
	for (size_t i = from; i < to; i++) {
		g->f.file = g->items[i].file;
		if (!fold_item(g, &i))
			return false;
		if (g->out->len > SIZE_MAX_FOLDED)
			return refuse(g, "too long when folded", &g->items[i]);
	}
	return true;
}

bool
fold(struct buf *out, const char *name, const struct fold_source *source)
{
	struct folding g = { .f = { .source = source, .file = name }, .out = out, .plain = out->len };
	bool good = read_file(&g, name) && pair(&g) && fold_items(&g, 0, g.count);

	for (size_t i = 0; i < g.f.kept_count; i++)
		free(g.f.kept[i]);
	free(g.f.kept);
	free(g.items);
	free(g.macros);
	return good;
}
