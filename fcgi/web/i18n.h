/*
 * Words. views/lang/{ru,kk,en}.hdf hold every text; a code is the dotted path ("login.title"). In views: <?cs var:L.login.title ?>.
 * Here: texts that C composes, with named places "{left}" and plural forms (one, few, many by the language's rule).
 */
#ifndef CABINET_WEB_I18N_H
#define CABINET_WEB_I18N_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

enum lang { LANG_RU, LANG_KK, LANG_EN, LANG_COUNT };

const char *lang_name(enum lang); /* "ru", "kk", "en" */
/* 0 and *out set, or -1 for other words */
int lang_parse(enum lang *out, const char *name);

struct i18n_arg {
	const char *name, *value;
};

/* For view_open, which reads the language files: replaces all words of a language. Copied; any order. words NULL: empties it. */
struct i18n_word {
	const char *code, *text;
};
void i18n_fill(enum lang, const struct i18n_word *words, size_t count);

/* The language an Accept-Language header (RFC 9110, 12.5.4) likes best; LANG_RU when it names none of ours. */
enum lang i18n_accepted(const char *accept_language);

/* Plain text (not HTML) of a code; a missing code gives the code itself and a log line. Borrowed for ever. */
const char *i18n_text(enum lang, const char *code);
/* Same, NULL when missing, no log line. */
const char *i18n_find(enum lang, const char *code);
/* Appends the text with its {places} filled. args ends with a NULL name. */
void i18n_format(struct buf *, enum lang, const char *code, const struct i18n_arg *args);
/* "one", "few" or "many": ru 1 / 2-4 / 5-20 …; kk and en: "one" for 1, otherwise "many". Texts: code.one, code.few, code.many. */
const char *i18n_plural(enum lang, int64_t n);

#endif
