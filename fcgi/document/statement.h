/*
 * A citizen's statement («заявление») to keep or to print: what it says, and the two files it is given out as. Knows nothing of applications:
 * whoever fills it composes the texts, in the language of the reader.
 */
#ifndef CABINET_DOCUMENT_STATEMENT_H
#define CABINET_DOCUMENT_STATEMENT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/rc.h"

#define STATEMENT_PARTS 128	  /* at most */
#define STATEMENT_TEXT_MAX 4096	  /* octets of one text */
#define STATEMENT_FILE_MAX 524288 /* octets of a finished file */

enum statement_kind {
	/* once each; the order does not matter */
	STATEMENT_TITLE,  /* heading of the document, and its name in the file's properties */
	STATEMENT_AUTHOR, /* who gives it out: properties alone */
	STATEMENT_FOOTER, /* left below every page */
	STATEMENT_PAGE,	  /* right below every page: "Page {page} of {pages}" */
	/* as often as needed, in the order of reading */
	STATEMENT_NOTICE,  /* stands out: what to know before reading */
	STATEMENT_HEADING, /* of a section */
	STATEMENT_TEXT,	   /* paragraph */
	STATEMENT_ROW,	   /* label and text side by side */
	STATEMENT_CODE,	   /* the same; text is a number or digest, in letters of one width */
	STATEMENT_DETAIL,  /* "label: text" in small letters below the row before it */
	STATEMENT_DETAIL_CODE
};

struct statement_part {
	enum statement_kind kind;
	char *label, *text; /* owned; never NULL */
};

struct statement {
	const char *lang; /* "ru", "kk", "en" */
	instant made;
	struct statement_part part[STATEMENT_PARTS];
	size_t count;
	bool overflow; /* something did not fit: no file is made of it */
};

/*
 * Copies label and text (NULL: ""). White space of any kind becomes a space; what is not UTF-8, control characters and the two characters that XML
 * does not allow become U+FFFD. Too long a text or one part too many sets overflow.
 */
void statement_add(struct statement *, enum statement_kind, const char *label, const char *text);
const char *statement_text(const struct statement *, enum statement_kind); /* first part of that kind; "" if none */
void statement_free(struct statement *);				   /* back to no parts; lang and made stay */

enum statement_place { STATEMENT_END, STATEMENT_THIS_PAGE, STATEMENT_ALL_PAGES };
/* Octets of plain text at *text before its next {page} or {pages}, or its end; *text is moved behind that place. */
size_t statement_place(const char **text, enum statement_place *);

/*
 * The whole file is appended to out; on error out is as it was. RC_INTERNAL, logged: overflow, over STATEMENT_FILE_MAX, fonts missing, or the library failed.
 * PDF 1.5 (ISO 32000-1) on A4: tagged, with title and language; fonts embedded.
 * DOCX (ECMA-376, transitional): opens in LibreOffice and Word.
 */
MUST_USE enum rc statement_pdf(const struct statement *, struct buf *out);
MUST_USE enum rc statement_docx(const struct statement *, struct buf *out);

#endif
