#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "web/fold_private.h"

static const struct infix {
	const char *sign;
	int level;
} infixes[] = { { "||", LEVEL_OR }, { "&&", LEVEL_AND }, { "==", LEVEL_EQUAL }, { "!=", LEVEL_EQUAL }, { "<=", LEVEL_ORDER },
	{ ">=", LEVEL_ORDER }, { "<", LEVEL_ORDER }, { ">", LEVEL_ORDER }, { "+", LEVEL_SUM }, { "-", LEVEL_SUM }, { "*", LEVEL_PRODUCT },
	{ "/", LEVEL_PRODUCT }, { "%", LEVEL_PRODUCT } };

#define NAME_CHARS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_."
#define DEPTH_MAX 32

struct reader {
	struct fold *fold;
	const char *at, *start; /* NUL-terminated */
	int depth;
};

static bool read_level(struct reader *, int level, bool as_bool, struct term *out);

static bool
refuse(const struct reader *r)
{
	return fold_refuse(r->fold, "expression", r->start, strlen(r->start));
}

static void
skip_blanks(struct reader *r)
{
	r->at += strspn(r->at, " \t\r\n");
}

bool
fold_holds(const struct term *t)
{
	char *end;
	long number;

	if (t->kind == TERM_NUMBER)
		return t->number != 0;
	if (t->text[0] == '\0')
		return false;
	number = strtol(t->text, &end, 0);
	return *end != '\0' || number != 0;
}

static struct term
number_term(struct fold *f, long number)
{
	return (struct term){ TERM_NUMBER, NULL, number, fold_format(f, "#%ld", number), false, LEVEL_ATOM };
}

/* quoted: the text with its quotes as it stood in the template, NULL: one that came out of several. */
static bool
text_term(struct reader *r, const char *text, const char *quoted, struct term *out)
{
	const char *quote = strchr(text, '"') == NULL ? "\"" : "'";

	if (quoted == NULL && (strstr(text, "?>") != NULL || strstr(text, "<?") != NULL || strstr(text, quote) != NULL))
		return refuse(r);
	if (quoted == NULL)
		quoted = fold_format(r->fold, "%s%s%s", quote, text, quote);
	*out = (struct term){ TERM_TEXT, text, 0, quoted, false, LEVEL_ATOM };
	return true;
}

static struct term
runtime_term(const char *source, bool is_name, int level)
{
	return (struct term){ TERM_RUNTIME, NULL, 0, source, is_name, level };
}

static const struct binding *
find(const struct binding *b, const char *name, size_t len)
{
	while (b != NULL && b->name != NULL && (strlen(b->name) != len || memcmp(b->name, name, len) != 0))
		b = b->next;
	return b;
}

/* A whole name outside of macros. */
static struct term
global_term(struct fold *f, const char *name)
{
	const char *text = f->source->value(f->source->arg, name);
	const struct binding *known;

	if (text != NULL)
		return (struct term){ TERM_TEXT, text, 0, name, true, LEVEL_ATOM };
	known = find(f->known, name, strlen(name));
	return known != NULL && known->term != NULL ? *known->term : runtime_term(name, true, LEVEL_ATOM);
}

static bool
name_term(struct reader *r, const char *name, struct term *out)
{
	size_t first = strcspn(name, ".");
	const struct binding *local = find(r->fold->scope, name, first);

	if (local == NULL)
		*out = global_term(r->fold, name);
	else if (name[first] == '\0')
		*out = *local->term;
	else if (local->term->is_name)
		*out = global_term(r->fold, fold_format(r->fold, "%s%s", local->term->source, name + first));
	else
		return refuse(r);
	return true;
}

static char *
read_name(struct reader *r)
{
	size_t len = strspn(r->at, NAME_CHARS);
	char *name = fold_format(r->fold, "%.*s", (int)len, r->at);

	r->at += len;
	return name;
}

static bool
read_text(struct reader *r, struct term *out)
{
	const char *end = strchr(r->at + 1, *r->at);
	size_t len;

	if (end == NULL)
		return refuse(r);
	len = (size_t)(end - r->at) - 1;
	if (!text_term(r, fold_format(r->fold, "%.*s", (int)len, r->at + 1), fold_format(r->fold, "%.*s", (int)len + 2, r->at), out))
		return false;
	r->at = end + 1;
	return true;
}

/* "12", "#12"; a leading zero would be octal, which nobody means. */
static bool
read_number(struct reader *r, struct term *out)
{
	size_t len = strspn(r->at, "0123456789");

	if (len > 9 || (len > 1 && *r->at == '0') || strspn(r->at, NAME_CHARS) != len)
		return refuse(r);
	*out = number_term(r->fold, strtol(r->at, NULL, 10));
	r->at += len;
	return true;
}

/* "#name": its value as a number. */
static bool
read_numeric_name(struct reader *r, struct term *out)
{
	struct term t;

	if (!name_term(r, read_name(r), &t))
		return false;
	if (t.kind == TERM_TEXT)
		*out = number_term(r->fold, strtol(t.text, NULL, 10));
	else if (t.kind == TERM_NUMBER)
		*out = t;
	else if (t.is_name)
		*out = runtime_term(fold_format(r->fold, "#%s", t.source), false, LEVEL_ATOM);
	else
		return refuse(r);
	return true;
}

static bool
read_function(struct reader *r, const char *name, struct term *out)
{
	struct term argument;

	r->at++;
	if (!read_level(r, LEVEL_OR, false, &argument))
		return false;
	skip_blanks(r);
	if (*r->at++ != ')')
		return refuse(r);
	*out = runtime_term(fold_format(r->fold, "%s(%s)", name, argument.source), false, LEVEL_ATOM);
	return true;
}

static bool
read_atom(struct reader *r, bool as_bool, struct term *out)
{
	const char *name;

	skip_blanks(r);
	if (*r->at == '(') {
		r->at++;
		if (!read_level(r, LEVEL_OR, as_bool, out))
			return false;
		skip_blanks(r);
		return *r->at++ == ')' || refuse(r);
	}
	if (*r->at == '"' || *r->at == '\'')
		return read_text(r, out);
	if (*r->at == '#') {
		r->at++;
		return *r->at >= '0' && *r->at <= '9' ? read_number(r, out) : read_numeric_name(r, out);
	}
	if (*r->at >= '0' && *r->at <= '9')
		return read_number(r, out);
	name = read_name(r);
	if (name[0] == '\0')
		return refuse(r);
	return *r->at == '(' ? read_function(r, name, out) : name_term(r, name, out);
}

static const char *
operand(struct fold *f, const struct term *t, int level)
{
	return t->level < level ? fold_format(f, "(%s)", t->source) : t->source;
}

static bool
read_not(struct reader *r, struct term *out)
{
	struct term t;

	r->at++;
	if (!read_level(r, LEVEL_NOT, true, &t))
		return false;
	*out = t.kind != TERM_RUNTIME ? number_term(r->fold, !fold_holds(&t))
				      : runtime_term(fold_format(r->fold, "!%s", operand(r->fold, &t, LEVEL_ATOM)), false, LEVEL_NOT);
	return true;
}

/* Neither side needs the request: the answer, as ClearSilver would give it. NULL-valued texts do not come here. */
static bool
decided(struct fold *f, const struct infix *op, const struct term *a, const struct term *b, struct term *out)
{
	long x = a->kind == TERM_NUMBER ? a->number : 0, y = b->kind == TERM_NUMBER ? b->number : 0;
	bool equal;

	if (op->level != LEVEL_EQUAL || a->kind == TERM_RUNTIME || b->kind == TERM_RUNTIME)
		return false;
	if (a->kind == TERM_TEXT && b->kind == TERM_TEXT) {
		equal = strcmp(a->text, b->text) == 0;
	} else {
		x = a->kind == TERM_TEXT ? strtol(a->text, NULL, 0) : x;
		y = b->kind == TERM_TEXT ? strtol(b->text, NULL, 0) : y;
		equal = x == y;
	}
	*out = number_term(f, equal == (op->sign[0] == '='));
	return true;
}

/* && and || with one side known. The other side alone stands for the whole only where no more than its truth is asked for. */
static bool
shortened(struct fold *f, const struct infix *op, const struct term *a, const struct term *b, bool as_bool, struct term *out)
{
	const struct term *known = a->kind != TERM_RUNTIME ? a : b, *other = known == a ? b : a;
	bool decides;

	if (op->level > LEVEL_AND || known->kind == TERM_RUNTIME)
		return false;
	decides = fold_holds(known) == (op->level == LEVEL_OR);
	if (!decides && other->kind == TERM_RUNTIME && !as_bool)
		return false;
	if (decides)
		*out = number_term(f, op->level == LEVEL_OR);
	else
		*out = other->kind == TERM_RUNTIME ? *other : number_term(f, fold_holds(other));
	return true;
}

static bool
combine(struct reader *r, const struct infix *op, const struct term *a, const struct term *b, bool as_bool, struct term *out)
{
	struct fold *f = r->fold;

	if (decided(f, op, a, b, out) || shortened(f, op, a, b, as_bool, out))
		return true;
	if (op->sign[0] == '+' && a->kind == TERM_TEXT && b->kind == TERM_TEXT)
		return text_term(r, fold_format(f, "%s%s", a->text, b->text), NULL, out);
	*out = runtime_term(fold_format(f, "%s %s %s", operand(f, a, op->level), op->sign, operand(f, b, op->level + 1)), false, op->level);
	return true;
}

static const struct infix *
infix_at(struct reader *r, int level)
{
	skip_blanks(r);
	for (size_t i = 0; i < sizeof(infixes) / sizeof(infixes[0]); i++) {
		size_t len = strlen(infixes[i].sign);

		if (strncmp(r->at, infixes[i].sign, len) != 0)
			continue;
		if (infixes[i].level != level)
			return NULL;
		r->at += len;
		return &infixes[i];
	}
	return NULL;
}

static bool
read_level(struct reader *r, int level, bool as_bool, struct term *out)
{
	const struct infix *op;
	bool is_logic = level <= LEVEL_AND;
	struct term right;

	if (level == LEVEL_NOT) {
		skip_blanks(r);
		if (++r->depth > DEPTH_MAX)
			return refuse(r);
		if (*r->at == '!' ? !read_not(r, out) : !read_atom(r, as_bool, out))
			return false;
		r->depth--;
		return true;
	}
	/* the operands of && and || are asked for their truth alone */
	if (!read_level(r, level + 1, as_bool && is_logic, out))
		return false;
	while ((op = infix_at(r, level)) != NULL) {
		struct term left = *out;

		if (!read_level(r, level + 1, is_logic, &right) || !combine(r, op, &left, &right, as_bool, out))
			return false;
	}
	return true;
}

bool
fold_terms(struct fold *f, const char *text, size_t len, bool as_bool, struct term out[TERMS_MAX], size_t *count)
{
	const char *own = fold_format(f, "%.*s", (int)len, text);
	struct reader r = { f, own, own, 0 };

	*count = 0;
	skip_blanks(&r);
	if (*r.at == '\0')
		return true;
	do {
		if (*count == TERMS_MAX)
			return refuse(&r);
		if (!read_level(&r, LEVEL_OR, as_bool, &out[(*count)++]))
			return false;
		skip_blanks(&r);
	} while (*r.at++ == ',');
	return r.at[-1] == '\0' || refuse(&r);
}

bool
fold_term(struct fold *f, const char *text, size_t len, bool as_bool, struct term *out)
{
	struct term term[TERMS_MAX];
	size_t count;

	if (!fold_terms(f, text, len, as_bool, term, &count))
		return false;
	if (count != 1)
		return fold_refuse(f, "expression", text, len);
	*out = term[0];
	return true;
}
