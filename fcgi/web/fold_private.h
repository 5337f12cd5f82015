/* Between fold.c (commands) and fold_expression.c (what stands behind their colon). */
#ifndef CABINET_WEB_FOLD_PRIVATE_H
#define CABINET_WEB_FOLD_PRIVATE_H

#include "web/fold.h"

/* ClearSilver's operators, from loose to tight [cs/csparse.c, OperatorOrder]; those of one level take their operands from the left. */
enum level { LEVEL_OR, LEVEL_AND, LEVEL_EQUAL, LEVEL_ORDER, LEVEL_SUM, LEVEL_PRODUCT, LEVEL_NOT, LEVEL_ATOM };

enum term_kind { TERM_RUNTIME, TERM_TEXT, TERM_NUMBER };

struct term {
	enum term_kind kind;
	const char *text;   /* TERM_TEXT: what it is */
	long number;	    /* TERM_NUMBER */
	const char *source; /* how it is written, without the macros' names for it */
	bool is_name;	    /* source is a dotted name */
	int level;	    /* enum level: of the loosest operator in source */
};

/* What a name stands for: an argument of the macro or a loop's variable; or what the template has set. term NULL: unknown again. */
struct binding {
	const char *name; /* NULL: every name */
	const struct term *term;
	const struct binding *next;
};

struct fold {
	const struct fold_source *source;
	const struct binding *scope; /* arguments and loop variables, the newest first */
	const struct binding *known; /* set by the template */
	const char *file;	     /* being folded, for messages */
	void **kept;		     /* memory that lives until fold returns */
	size_t kept_count, kept_room;
};

/* Zeroed memory until fold returns. */
void *fold_keep(struct fold *, size_t len);
char *fold_format(struct fold *, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* Logs; false, so that a caller can return it. */
bool fold_refuse(const struct fold *, const char *what, const char *text, size_t len);

#define TERMS_MAX 32
/* The terms between commas. as_bool: only whether it holds counts. false: refused. */
bool fold_terms(struct fold *, const char *text, size_t len, bool as_bool, struct term out[TERMS_MAX], size_t *count);
bool fold_term(struct fold *, const char *text, size_t len, bool as_bool, struct term *out);
/* As ClearSilver takes a text or number for true. Not for TERM_RUNTIME. */
bool fold_holds(const struct term *);

#endif
