/* What Cairo 1.16 cannot say about a document, added as an incremental update (ISO 32000-1, 7.5.6). */
#ifndef CABINET_DOCUMENT_PDF_CATALOG_H
#define CABINET_DOCUMENT_PDF_CATALOG_H

#include <stdbool.h>

#include "base/buf.h"

/*
 * The natural language ("kk"; letters and '-' only), and the title instead of the file's name in a reader's window. pdf: a whole file with one plain
 * cross-reference table, as Cairo writes it; false, and nothing changed: it has another shape.
 */
bool pdf_catalog_add(struct buf *pdf, const char *lang);

#endif
