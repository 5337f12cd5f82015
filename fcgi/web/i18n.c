#include "web/i18n.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/log.h"
#include "base/mem.h"

#define PLACE_MAX 32 /* octets of a {place}'s name */

struct word {
	char *code, *text;
};

static struct {
	struct word *word; /* sorted by code */
	size_t count;
} words[LANG_COUNT];

static const char *const names[LANG_COUNT] = { "ru", "kk", "en" };

const char *
lang_name(enum lang lang)
{
	return names[lang];
}

int
lang_parse(enum lang *out, const char *name)
{
	for (size_t i = 0; i < LANG_COUNT; i++) {
		if (strcmp(names[i], name) == 0) {
			*out = (enum lang)i;
			return 0;
		}
	}
	return -1;
}

static int
compare(const void *a, const void *b)
{
	return strcmp(((const struct word *)a)->code, ((const struct word *)b)->code);
}

void
i18n_fill(enum lang lang, const struct i18n_word *from, size_t count)
{
	struct word *word;

	for (size_t i = 0; i < words[lang].count; i++) {
		free(words[lang].word[i].code);
		free(words[lang].word[i].text);
	}
	free(words[lang].word);
	words[lang].word = NULL;
	words[lang].count = 0;
	if (from == NULL || count == 0)
		return;
	word = mem_zero(count, sizeof(*word));
	for (size_t i = 0; i < count; i++) {
		word[i].code = mem_string(from[i].code);
		word[i].text = mem_string(from[i].text);
	}
	qsort(word, count, sizeof(*word), compare);
	words[lang].word = word;
	words[lang].count = count;
}

/* The quality of one item, in thousandths: ";q=0.8" gives 800; no q gives 1000; nonsense gives 0. */
static int
quality(const char *s, size_t len)
{
	const char *q = memmem(s, len, "q=", 2);
	const char *end = s + len;
	int value, unit = 100;

	if (q == NULL)
		return 1000;
	q += 2;
	if (q == end || (*q != '0' && *q != '1'))
		return 0;
	value = (*q++ - '0') * 1000;
	if (q < end && *q == '.') {
		for (q++; q < end && *q >= '0' && *q <= '9' && unit > 0; q++, unit /= 10)
			value += (*q - '0') * unit;
	}
	return value > 1000 ? 1000 : value;
}

enum lang
i18n_accepted(const char *header)
{
	enum lang best = LANG_RU;
	int best_quality = 0;

	while (*header != '\0') {
		size_t len = strcspn(header, ","), tag;

		while (len > 0 && (*header == ' ' || *header == '\t')) {
			header++;
			len--;
		}
		tag = strcspn(header, ",; \t");
		for (size_t i = 0; i < LANG_COUNT; i++) {
			int q;

			/* "kk" or "kk-…": our names have two letters */
			if (tag < 2 || strncasecmp(header, names[i], 2) != 0 || (tag > 2 && header[2] != '-'))
				continue;
			q = quality(header + tag, len - tag);
			if (q > best_quality) {
				best_quality = q;
				best = (enum lang)i;
			}
		}
		header += len;
		if (*header == ',')
			header++;
	}
	return best;
}

const char *
i18n_find(enum lang lang, const char *code)
{
	size_t low = 0, high = words[lang].count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = strcmp(code, words[lang].word[middle].code);

		if (order == 0)
			return words[lang].word[middle].text;
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return NULL;
}

const char *
i18n_text(enum lang lang, const char *code)
{
	const char *text = i18n_find(lang, code);

	if (text != NULL)
		return text;
	log_error("text-missing", "%s: views/lang: no text for %s", code, names[lang]);
	return code;
}

static const char *
argument(const struct i18n_arg *args, const char *name, size_t len)
{
	for (; args != NULL && args->name != NULL; args++) {
		if (strlen(args->name) == len && memcmp(args->name, name, len) == 0)
			return args->value != NULL ? args->value : "";
	}
	return NULL;
}

void
i18n_format(struct buf *out, enum lang lang, const char *code, const struct i18n_arg *args)
{
	const char *text = i18n_text(lang, code);

	for (;;) {
		size_t plain = strcspn(text, "{"), len;
		const char *value;

		buf_add(out, text, plain);
		text += plain;
		if (*text == '\0')
			return;
		len = strcspn(text + 1, "}");
		value = text[1 + len] == '}' && len <= PLACE_MAX ? argument(args, text + 1, len) : NULL;
		if (value == NULL) {
			log_error("text-place", "%s: views/lang: place without a value in %s", code, names[lang]);
			buf_putc(out, *text++);
			continue;
		}
		buf_puts(out, value);
		text += len + 2;
	}
}

const char *
i18n_plural(enum lang lang, int64_t n)
{
	int64_t tens = n % 100 < 0 ? -(n % 100) : n % 100, ones = tens % 10;

	if (lang != LANG_RU)
		return n == 1 ? "one" : "many";
	if (tens >= 11 && tens <= 14)
		return "many";
	return ones == 1 ? "one" : ones >= 2 && ones <= 4 ? "few" : "many";
}
