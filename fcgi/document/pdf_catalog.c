#include "document/pdf_catalog.h"

#include <stdlib.h>
#include <string.h>

#define ENTRY_SIZE 20 /* of a line of the cross-reference table, 7.5.4 */

/* Last place of what in the file, or NULL. */
static const char *
last(const struct buf *pdf, const char *what)
{
	const char *found = NULL, *from = buf_text(pdf), *end = from + pdf->len;
	size_t len = strlen(what);

	while ((from = memmem(from, (size_t)(end - from), what, len)) != NULL) {
		found = from;
		from += len;
	}
	return found;
}

/* The number behind word, of at most limit. */
static bool
number_behind(size_t *out, const char *word, const char *text, size_t limit)
{
	unsigned long long n;
	char *end;

	text = strstr(text, word);
	if (text == NULL)
		return false;
	text += strlen(word);
	if (*text < '0' || *text > '9')
		return false;
	n = strtoull(text, &end, 10);
	if (end == text || n > limit)
		return false;
	*out = (size_t)n;
	return true;
}

struct ends { /* what the end of the file says */
	size_t table, size, root, info;
};

static bool
read_ends(struct ends *e, const struct buf *pdf)
{
	const char *trailer = last(pdf, "\ntrailer");

	return trailer != NULL && number_behind(&e->table, "startxref\n", trailer, pdf->len) &&
	       number_behind(&e->size, "/Size ", trailer, 1000000) && number_behind(&e->root, "/Root ", trailer, e->size) &&
	       number_behind(&e->info, "/Info ", trailer, e->size);
}

/* The dictionary of the catalog, between "<<" and "endobj". */
static const char *
find_catalog(const struct buf *pdf, const struct ends *e, size_t *len)
{
	const char *text = buf_text(pdf), *entry, *end;
	char *behind;
	unsigned long long offset;
	size_t at;

	/* "xref\n0 27\n", then a line for each object from 0 on */
	if (strncmp(text + e->table, "xref\n0 ", 7) != 0 || (entry = strchr(text + e->table + 7, '\n')) == NULL)
		return NULL;
	at = (size_t)(entry + 1 - text) + e->root * ENTRY_SIZE;
	if (at + ENTRY_SIZE > pdf->len)
		return NULL;
	offset = strtoull(text + at, &behind, 10);
	if (offset >= pdf->len || strtoull(text + offset, &behind, 10) != e->root || strncmp(behind, " 0 obj\n<<", 9) != 0)
		return NULL;
	behind += 9;
	end = strstr(behind, "endobj");
	if (end == NULL)
		return NULL;
	*len = (size_t)(end - behind);
	return memmem(behind, *len, "/Type /Catalog", 14) != NULL ? behind : NULL;
}

bool
pdf_catalog_add(struct buf *pdf, const char *lang)
{
	struct ends e;
	struct buf more = BUF_INIT;
	const char *catalog;
	size_t len, table;

	if (lang[strspn(lang, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-")] != '\0')
		return false;
	if (!read_ends(&e, pdf) || (catalog = find_catalog(pdf, &e, &len)) == NULL)
		return false;
	buf_printf(&more, "%zu 0 obj\n<< /Lang (%s)\n   /ViewerPreferences << /DisplayDocTitle true >>\n  ", e.root, lang);
	buf_add(&more, catalog, len);
	buf_puts(&more, "endobj\n");
	table = pdf->len + more.len;
	buf_printf(&more, "xref\n%zu 1\n%010zu 00000 n \n", e.root, pdf->len);
	buf_printf(&more, "trailer\n<< /Size %zu\n   /Root %zu 0 R\n   /Info %zu 0 R\n   /Prev %zu\n>>\nstartxref\n%zu\n%%%%EOF\n", e.size,
	    e.root, e.info, e.table, table);
	buf_add(pdf, buf_text(&more), more.len);
	buf_free(&more);
	return true;
}
