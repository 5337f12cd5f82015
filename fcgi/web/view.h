/*
 * ClearSilver, in view.c alone. Templates come from an allow-list (a program's list and what it may include), are folded and parsed once at start
 * (fold.h), and escape every var by default (Config.VarEscapeMode = html). Names of values are literals of our own, never input. Every page knows
 * L.… (views/lang), lang, demo, site, plain_site, support.phone, support.email, oid_arc: templates and programs do not set these.
 */
#ifndef CABINET_WEB_VIEW_H
#define CABINET_WEB_VIEW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/conf.h"
#include "base/rc.h"
#include "web/i18n.h"

struct view;
struct page;

/*
 * A template may include, by fixed names, files beside it, files directly below conf->views and parts.cs of any folder; nothing else.
 * templates: NULL-terminated list of paths below conf->views, e.g. "keys/list.cs"; loads views/lang too. RC_INTERNAL: one
 * does not parse or a file is missing (logged). templates' strings are borrowed for ever.
 */
MUST_USE enum rc view_open(struct view **, const struct conf *, const char *const *templates);
void view_close(struct view *);

struct page *page_new(void);
void page_free(struct page *);
void page_reset(struct page *);
/* name: dotted literal "application.number"; value NULL is "". */
void page_set(struct page *, const char *name, const char *value);
void page_set_int(struct page *, const char *name, int64_t);
void page_setf(struct page *, const char *name, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
/* list.<index>.<name>; for <?cs each:k = keys ?><?cs var:k.serial ?> */
void page_item(struct page *, const char *list, size_t index, const char *name, const char *value);

/* A value with parts, found once for all of them: "key" by its dotted literal, or list.<index>. Part of its page until page_reset. */
struct page_node;
struct page_node *page_node(struct page *, const char *name);
struct page_node *page_element(struct page *, const char *list, size_t index);
void page_put(struct page_node *, const char *name, const char *value); /* name: literal without dots; value NULL is "" */

/* Whole page (layout included) into out; RC_INTERNAL logged. Pages over 1 MiB are refused. */
MUST_USE enum rc view_render(struct view *, const char *template_name, struct page *, enum lang, struct buf *out);

#endif
