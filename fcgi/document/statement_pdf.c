/*
 * The statement on A4. Pango breaks the lines, Cairo writes the file; both live here only. Everything is laid out twice, by the same code: first
 * to count the pages, then to draw them. The text layer is in the order of the parts: each row's label, then its text.
 */
#include <stdio.h>
#include <string.h>

#include <cairo-pdf.h>
#include <cairo.h>
#include <fontconfig/fontconfig.h>
#include <hb.h>
#include <pango/pangocairo.h>
#include <pango/pangofc-fontmap.h>

#include "base/log.h"
#include "document/pdf_catalog.h"
#include "document/statement.h"

/* points */
#define PAGE_WIDTH 595.276
#define PAGE_HEIGHT 841.89
#define LEFT 62.0
#define RIGHT (PAGE_WIDTH - LEFT)
#define TOP 46.0
#define BOTTOM (PAGE_HEIGHT - 56.0)
#define FOOTER (PAGE_HEIGHT - 42.0)
#define LABEL_WIDTH 118.0
#define VALUE (LEFT + LABEL_WIDTH + 10.0)

#define ROW_GAP 5.0

#define PAGES_MAX 64 /* nothing is drawn of more */

/* Debian's fonts-dejavu-core: has every Kazakh letter. Named by file, so that what else is installed here changes nothing. */
#define FONTS "/usr/share/fonts/truetype/dejavu/"
static const char *const font_files[] = { FONTS "DejaVuSans.ttf", FONTS "DejaVuSans-Bold.ttf", FONTS "DejaVuSansMono.ttf" };

#define MONO "DejaVu Sans Mono"

enum style { TITLE, HEADING, NOTICE, BODY, LABEL, CODE, DETAIL, FOOT, STYLES };

struct colour {
	double red, green, blue;
};
static const struct colour ink = { 0.094, 0.133, 0.141 }, soft = { 0.290, 0.345, 0.361 }, line_colour = { 0.804, 0.839, 0.847 },
			   amber = { 0.455, 0.278, 0 };

static const struct {
	const char *font;
	double size, leading, below;
	const struct colour *colour;
} styles[STYLES] = {
	[TITLE] = { "DejaVu Sans Bold", 15, 20, 8, &ink },
	[HEADING] = { "DejaVu Sans Bold", 10.5, 14, 5, &ink },
	[NOTICE] = { "DejaVu Sans", 8.5, 12.5, 6, &amber },
	[BODY] = { "DejaVu Sans", 9, 12.5, 5, &ink },
	[LABEL] = { "DejaVu Sans", 9, 12.5, 0, &soft },
	[CODE] = { MONO, 9, 12.5, 0, &ink },
	[DETAIL] = { "DejaVu Sans", 7.5, 11, 0, &soft },
	[FOOT] = { "DejaVu Sans", 7.5, 11, 0, &soft },
};

struct pen {
	const struct statement *s;
	cairo_t *cr; /* NULL: counting pages */
	PangoContext *context;
	double y;
	unsigned page, pages;
	const char *tag; /* the open one that holds lines; NULL if none */
};

/* ---- tags: one that holds lines ends with its page and goes on, as another one, on the next; one that holds tags may go over pages */

static void
tag_begin(const struct pen *pen, const char *name)
{
	if (pen->cr != NULL)
		cairo_tag_begin(pen->cr, name, NULL);
}

static void
tag_end(const struct pen *pen, const char *name)
{
	if (pen->cr != NULL)
		cairo_tag_end(pen->cr, name);
}

/* ---- lines */

static PangoLayout *
layout_new(const struct pen *pen, enum style style, const char *text, double width)
{
	PangoLayout *layout = pango_layout_new(pen->context);
	PangoFontDescription *font = pango_font_description_from_string(styles[style].font);
	PangoAttrList *attributes = pango_attr_list_new();

	pango_font_description_set_absolute_size(font, styles[style].size * PANGO_SCALE);
	pango_layout_set_font_description(layout, font);
	/* a hyphen where a long number is broken would be taken for a part of it */
	pango_attr_list_insert(attributes, pango_attr_insert_hyphens_new(FALSE));
	pango_layout_set_attributes(layout, attributes);
	pango_layout_set_width(layout, (int)(width * PANGO_SCALE));
	pango_layout_set_wrap(layout, PANGO_WRAP_WORD_CHAR);
	pango_layout_set_single_paragraph_mode(layout, TRUE);
	/* a page of one direction (context_new), whatever letters a value begins with */
	pango_layout_set_auto_dir(layout, FALSE);
	pango_layout_set_text(layout, text, -1);
	pango_attr_list_unref(attributes);
	pango_font_description_free(font);
	return layout;
}

/* Characters that no font here has: U+FFFD is drawn, where Pango draws their code in a box, and the text layer keeps what they are. */
static void
replace_unknown(PangoLayoutLine *line)
{
	for (const GSList *run = line->runs; run != NULL; run = run->next) {
		const PangoGlyphItem *item = run->data;
		hb_codepoint_t replacement;

		if (!hb_font_get_nominal_glyph(pango_font_get_hb_font(item->item->analysis.font), 0xfffd, &replacement))
			continue;
		for (int i = 0; i < item->glyphs->num_glyphs; i++)
			if ((item->glyphs->glyphs[i].glyph & PANGO_GLYPH_UNKNOWN_FLAG) != 0)
				item->glyphs->glyphs[i].glyph = replacement;
	}
}

static void
draw_line(const struct pen *pen, PangoLayout *layout, int number, double x, double y, enum style style)
{
	const struct colour *c = styles[style].colour;
	PangoLayoutLine *line = pango_layout_get_line(layout, number);

	replace_unknown(line);
	cairo_set_source_rgb(pen->cr, c->red, c->green, c->blue);
	cairo_move_to(pen->cr, x, y + (styles[style].leading + styles[style].size * 0.72) / 2);
	pango_cairo_show_layout_line(pen->cr, line);
}

static void
draw_foot(const struct pen *pen)
{
	const char *text = statement_text(pen->s, STATEMENT_PAGE);
	enum statement_place place;
	struct buf number = BUF_INIT;
	PangoLayout *left, *right;
	int width;

	if (pen->cr == NULL)
		return;
	do {
		const char *plain = text;

		buf_add(&number, plain, statement_place(&text, &place));
		if (place != STATEMENT_END)
			buf_printf(&number, "%u", place == STATEMENT_THIS_PAGE ? pen->page : pen->pages);
	} while (place != STATEMENT_END);
	right = layout_new(pen, FOOT, buf_text(&number), RIGHT - LEFT);
	pango_layout_get_size(right, &width, NULL);
	left = layout_new(pen, FOOT, statement_text(pen->s, STATEMENT_FOOTER), RIGHT - LEFT - (double)width / PANGO_SCALE - 14);
	draw_line(pen, left, 0, LEFT, FOOTER, FOOT);
	draw_line(pen, right, 0, RIGHT - (double)width / PANGO_SCALE, FOOTER, FOOT);
	g_object_unref(left);
	g_object_unref(right);
	buf_free(&number);
}

static void
next_page(struct pen *pen)
{
	if (pen->tag != NULL)
		tag_end(pen, pen->tag);
	draw_foot(pen);
	if (pen->cr != NULL)
		cairo_show_page(pen->cr);
	if (pen->tag != NULL)
		tag_begin(pen, pen->tag);
	pen->page++;
	pen->y = TOP;
}

/* Room for so much, or a new page. */
static void
need(struct pen *pen, double height)
{
	if (pen->y + height > BOTTOM && pen->y > TOP)
		next_page(pen);
}

static void
draw_lines(struct pen *pen, const char *tag, PangoLayout *layout, double x, enum style style)
{
	int count = pango_layout_get_line_count(layout);

	need(pen, styles[style].leading);
	pen->tag = tag;
	tag_begin(pen, tag);
	for (int i = 0; i < count; i++) {
		need(pen, styles[style].leading);
		if (pen->cr != NULL)
			draw_line(pen, layout, i, x, pen->y, style);
		pen->y += styles[style].leading;
	}
	tag_end(pen, tag);
	pen->tag = NULL;
}

static double
height_of(PangoLayout *layout, enum style style)
{
	return pango_layout_get_line_count(layout) * styles[style].leading;
}

/* ---- parts */

static void
draw_rule(const struct pen *pen, double y)
{
	if (pen->cr == NULL)
		return;
	cairo_set_source_rgb(pen->cr, line_colour.red, line_colour.green, line_colour.blue);
	cairo_set_line_width(pen->cr, 0.5);
	cairo_move_to(pen->cr, LEFT, y);
	cairo_line_to(pen->cr, RIGHT, y);
	cairo_stroke(pen->cr);
}

static void
draw_paragraph(struct pen *pen, enum style style, const char *tag, const char *text)
{
	PangoLayout *layout = layout_new(pen, style, text, RIGHT - LEFT);
	double height = height_of(layout, style);

	/* a heading stays with what follows, and a short paragraph in one piece */
	if (style == HEADING)
		height += 3 * styles[LABEL].leading;
	need(pen, height < BOTTOM - TOP ? height : 0);
	draw_lines(pen, tag, layout, LEFT, style);
	pen->y += styles[style].below;
	g_object_unref(layout);
}

/* "label: text", a number in letters of one width */
static PangoLayout *
detail_new(const struct pen *pen, const struct statement_part *part)
{
	struct buf joined = BUF_INIT;
	PangoLayout *layout;

	buf_printf(&joined, "%s: %s", part->label, part->text);
	layout = layout_new(pen, DETAIL, buf_text(&joined), RIGHT - VALUE);
	if (part->kind == STATEMENT_DETAIL_CODE) {
		PangoAttrList *attributes = pango_attr_list_copy(pango_layout_get_attributes(layout));
		PangoAttribute *family = pango_attr_family_new(MONO);

		family->start_index = (guint)(joined.len - strlen(part->text));
		pango_attr_list_insert(attributes, family);
		pango_layout_set_attributes(layout, attributes);
		pango_attr_list_unref(attributes);
	}
	buf_free(&joined);
	return layout;
}

#define ROW_TEXTS 8 /* a row's text and its details */

/* The row at part[at] and its details; returns how many parts that was. */
static size_t
draw_row(struct pen *pen, size_t at)
{
	const struct statement_part *part = &pen->s->part[at];
	PangoLayout *label = layout_new(pen, LABEL, part->label, LABEL_WIDTH), *text[ROW_TEXTS];
	enum style style[ROW_TEXTS];
	double height = 0, from;
	unsigned page;
	size_t count = 0;

	do {
		style[count] = count > 0 ? DETAIL : part->kind == STATEMENT_CODE ? CODE : BODY;
		text[count] = count > 0 ? detail_new(pen, &part[count]) : layout_new(pen, style[count], part->text, RIGHT - VALUE);
		height += height_of(text[count], style[count]);
		count++;
	} while (count < ROW_TEXTS && at + count < pen->s->count && part[count].kind >= STATEMENT_DETAIL);
	if (height < height_of(label, LABEL))
		height = height_of(label, LABEL);
	need(pen, height < BOTTOM - TOP ? height : 0);

	from = pen->y;
	page = pen->page;
	tag_begin(pen, "TR");
	draw_lines(pen, "TH", label, LEFT, LABEL);
	if (pen->page == page) {
		height = pen->y;
		pen->y = from;
	} else {
		height = 0;
	}
	tag_begin(pen, "TD");
	for (size_t i = 0; i < count; i++) {
		draw_lines(pen, "P", text[i], VALUE, style[i]);
		g_object_unref(text[i]);
	}
	tag_end(pen, "TD");
	tag_end(pen, "TR");
	if (pen->page == page && pen->y < height)
		pen->y = height;
	draw_rule(pen, pen->y + ROW_GAP / 2);
	pen->y += ROW_GAP;
	g_object_unref(label);
	return count;
}

static size_t
draw_table(struct pen *pen, size_t at)
{
	size_t from = at;

	tag_begin(pen, "Table");
	while (at < pen->s->count && pen->s->part[at].kind >= STATEMENT_ROW && pen->page <= PAGES_MAX)
		at += draw_row(pen, at);
	tag_end(pen, "Table");
	pen->y += 6;
	return at - from;
}

static void
draw_parts(struct pen *pen)
{
	pen->page = 1;
	pen->y = TOP;
	tag_begin(pen, "Document");
	for (size_t i = 0; i < pen->s->count && pen->page <= PAGES_MAX;) {
		const struct statement_part *part = &pen->s->part[i++];

		switch (part->kind) {
		case STATEMENT_TITLE:
			draw_paragraph(pen, TITLE, "H1", part->text);
			break;
		case STATEMENT_NOTICE:
			draw_paragraph(pen, NOTICE, "P", part->text);
			break;
		case STATEMENT_HEADING:
			pen->y += 6;
			draw_paragraph(pen, HEADING, "H2", part->text);
			break;
		case STATEMENT_TEXT:
			draw_paragraph(pen, BODY, "P", part->text);
			break;
		case STATEMENT_ROW:
		case STATEMENT_CODE:
		case STATEMENT_DETAIL:
		case STATEMENT_DETAIL_CODE:
			i += draw_table(pen, i - 1) - 1;
			break;
		case STATEMENT_AUTHOR:
		case STATEMENT_FOOTER:
		case STATEMENT_PAGE:
			break;
		}
	}
	tag_end(pen, "Document");
	draw_foot(pen);
}

/* ---- the file */

static PangoFontMap *
fonts_open(void)
{
	FcConfig *config = FcConfigCreate();
	PangoFontMap *map;

	for (size_t i = 0; i < sizeof(font_files) / sizeof(font_files[0]); i++) {
		if (config == NULL || !FcConfigAppFontAddFile(config, (const FcChar8 *)font_files[i])) {
			log_error("fonts", "%s: fontconfig: cannot be read (package fonts-dejavu-core)", font_files[i]);
			if (config != NULL)
				FcConfigDestroy(config);
			return NULL;
		}
	}
	map = pango_cairo_font_map_new_for_font_type(CAIRO_FONT_TYPE_FT);
	if (map != NULL)
		pango_fc_font_map_set_config(PANGO_FC_FONT_MAP(map), config);
	FcConfigDestroy(config);
	return map;
}

static PangoContext *
context_new(PangoFontMap *map, const char *lang)
{
	PangoContext *context = pango_font_map_create_context(map);
	cairo_font_options_t *options = cairo_font_options_create();

	/* glyphs as they were drawn and where they belong, not moved to the pixels of some screen */
	cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE);
	cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF);
	pango_cairo_context_set_font_options(context, options);
	pango_cairo_context_set_resolution(context, 72);
	pango_context_set_round_glyph_positions(context, FALSE);
	pango_context_set_base_dir(context, PANGO_DIRECTION_LTR);
	pango_context_set_language(context, pango_language_from_string(lang));
	cairo_font_options_destroy(options);
	return context;
}

static cairo_status_t
keep(void *out, const unsigned char *data, unsigned int len)
{
	buf_add(out, data, len);
	return CAIRO_STATUS_SUCCESS;
}

static void
set_properties(cairo_surface_t *surface, const struct statement *s)
{
	char time[CLOCK_ISO_SIZE];

	clock_iso(time, s->made);
	cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_TITLE, statement_text(s, STATEMENT_TITLE));
	cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_AUTHOR, statement_text(s, STATEMENT_AUTHOR));
	cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_CREATE_DATE, time);
	cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_MOD_DATE, time);
}

static cairo_status_t
draw(const struct statement *s, PangoContext *context, struct buf *file)
{
	struct pen pen = { .s = s, .context = context };
	cairo_surface_t *surface;
	cairo_status_t status;

	draw_parts(&pen);
	if (pen.page > PAGES_MAX)
		return CAIRO_STATUS_INVALID_SIZE;
	pen.pages = pen.page;
	surface = cairo_pdf_surface_create_for_stream(keep, file, PAGE_WIDTH, PAGE_HEIGHT);
	cairo_pdf_surface_restrict_to_version(surface, CAIRO_PDF_VERSION_1_5);
	set_properties(surface, s);
	pen.cr = cairo_create(surface);
	draw_parts(&pen);
	cairo_show_page(pen.cr);
	status = cairo_status(pen.cr);
	cairo_destroy(pen.cr);
	cairo_surface_finish(surface);
	if (status == CAIRO_STATUS_SUCCESS)
		status = cairo_surface_status(surface);
	cairo_surface_destroy(surface);
	return status;
}

enum rc
statement_pdf(const struct statement *s, struct buf *out)
{
	struct buf file = BUF_CAPPED(STATEMENT_FILE_MAX);
	PangoFontMap *map = s->overflow ? NULL : fonts_open();
	PangoContext *context;
	cairo_status_t status;
	enum rc rc = RC_INTERNAL;

	if (s->overflow)
		log_error("statement", "pdf: too much text");
	if (map == NULL)
		return RC_INTERNAL;
	context = context_new(map, s->lang);
	status = draw(s, context, &file);
	g_object_unref(context);
	g_object_unref(map);
	if (status != CAIRO_STATUS_SUCCESS)
		log_error("statement", "pdf: cairo: %s", cairo_status_to_string(status));
	else if (file.overflow)
		log_error("statement", "pdf: over %d octets", STATEMENT_FILE_MAX);
	else {
		/* without it the document still reads well */
		if (!pdf_catalog_add(&file, s->lang))
			log_warn("statement", "pdf: cairo: the catalog is not where it was expected: no language set");
		buf_add(out, file.data, file.len);
		rc = RC_OK;
	}
	buf_free(&file);
	return rc;
}
