#include "web/filter.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/encode.h"
#include "web/paging.h"
#include "web/view.h"

#define DAY_LEN 10 /* of "04.02.2016 (17:46)" */

static void
add(struct buf *out, const char *path, const char *name, const char *value)
{
	if (value[0] == '\0')
		return;
	buf_printf(out, "%c%s=", strcmp(buf_text(out), path) == 0 ? '?' : '&', name);
	url_encode(out, value);
}

void
filter_address(struct buf *out, const struct filter *f, const char *parameter, const char *value, size_t leave_out)
{
	buf_puts(out, f->path);
	if (f->always != 0)
		add(out, f->path, f->spec[f->always].name, f->field[f->always].value);
	if (parameter != NULL)
		add(out, f->path, parameter, value);
	for (size_t i = 0; i < f->count; i++) {
		if (i != leave_out)
			add(out, f->path, f->spec[i].name, f->field[i].value);
	}
}

/* A day as the cabinet writes days, however it was typed. */
static void
set_text(struct request *r, size_t n, const char *value)
{
	char shown[CLOCK_SHOWN_SIZE];
	instant from, to;

	if (clock_local_day(&from, &to, value)) {
		clock_shown(shown, from);
		shown[DAY_LEN] = '\0';
		value = shown;
	}
	page_item(r->page, "chips", n, "text", value);
}

void
filter_show(struct request *r, const struct filter *f, bool is_first_page)
{
	struct buf href = BUF_INIT;
	size_t n = 0, set = 0;

	for (size_t i = 0; i < f->count; i++) {
		if (f->field[i].len > 0)
			set++;
		/* what is wrong stands in its field, with its message */
		if (f->field[i].len == 0 || f->field[i].error != NULL)
			continue;
		buf_reset(&href);
		filter_address(&href, f, NULL, NULL, i);
		page_item(r->page, "chips", n, "name", f->spec[i].name);
		page_item(r->page, "chips", n, "href", buf_text(&href));
		set_text(r, n++, f->field[i].value);
	}
	page_set_int(r->page, "filtered", set > 0);
	if (!is_first_page) {
		buf_reset(&href);
		filter_address(&href, f, NULL, NULL, f->count);
		page_set(r->page, "pager.first", buf_text(&href));
	}
	buf_free(&href);
}
