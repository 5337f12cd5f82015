/*
 * The statement as WordprocessingML (ECMA-376, part 1, 17). All looks are in styles.xml; document.xml holds the texts in the order of reading.
 * Fonts that every Word has, and for which LibreOffice has equals; all of them have the Kazakh letters.
 */
#include <string.h>

#include "base/encode.h"
#include "base/log.h"
#include "document/package.h"
#include "document/statement.h"

#define DECLARATION "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n"
#define WORD "xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\""
#define OFFICE "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
#define PACKAGE "http://schemas.openxmlformats.org/package/2006"
#define WORD_TYPE "application/vnd.openxmlformats-officedocument.wordprocessingml"

static const char content_types[] =
    DECLARATION "<Types xmlns=\"" PACKAGE "/content-types\">"
		"<Default Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/>"
		"<Default Extension=\"xml\" ContentType=\"application/xml\"/>"
		"<Override PartName=\"/word/document.xml\" ContentType=\"" WORD_TYPE ".document.main+xml\"/>"
		"<Override PartName=\"/word/styles.xml\" ContentType=\"" WORD_TYPE ".styles+xml\"/>"
		"<Override PartName=\"/word/settings.xml\" ContentType=\"" WORD_TYPE ".settings+xml\"/>"
		"<Override PartName=\"/word/footer1.xml\" ContentType=\"" WORD_TYPE ".footer+xml\"/>"
		"<Override PartName=\"/docProps/core.xml\" ContentType=\"application/vnd.openxmlformats-package.core-properties+xml\"/>"
		"</Types>";

static const char package_rels[] =
    DECLARATION "<Relationships xmlns=\"" PACKAGE "/relationships\">"
		"<Relationship Id=\"rId1\" Type=\"" OFFICE "/officeDocument\" Target=\"word/document.xml\"/>"
		"<Relationship Id=\"rId2\" Type=\"" PACKAGE "/relationships/metadata/core-properties\" Target=\"docProps/core.xml\"/>"
		"</Relationships>";

static const char document_rels[] = DECLARATION "<Relationships xmlns=\"" PACKAGE "/relationships\">"
						"<Relationship Id=\"rId1\" Type=\"" OFFICE "/styles\" Target=\"styles.xml\"/>"
						"<Relationship Id=\"rId2\" Type=\"" OFFICE "/settings\" Target=\"settings.xml\"/>"
						"<Relationship Id=\"rId3\" Type=\"" OFFICE "/footer\" Target=\"footer1.xml\"/>"
						"</Relationships>";

static const char settings[] = DECLARATION "<w:settings " WORD ">"
					   "<w:compat><w:compatSetting w:name=\"compatibilityMode\" "
					   "w:uri=\"http://schemas.microsoft.com/office/word\" w:val=\"15\"/></w:compat>"
					   "</w:settings>";

#define MONO "<w:rFonts w:ascii=\"Courier New\" w:hAnsi=\"Courier New\" w:eastAsia=\"Courier New\" w:cs=\"Courier New\"/>"
#define SOFT "<w:color w:val=\"4A585C\"/>"
#define SIZE(half_points) "<w:sz w:val=\"" half_points "\"/><w:szCs w:val=\"" half_points "\"/>"
#define ROW_SPACE "<w:spacing w:before=\"50\" w:after=\"50\" w:line=\"259\" w:lineRule=\"auto\"/>"

static const struct {
	const char *id, *name; /* names in small letters are Word's own */
	const char *paragraph, *run;
} styles[] = {
	{ "Title", "Title", "<w:spacing w:after=\"200\" w:line=\"264\" w:lineRule=\"auto\"/>", "<w:b/><w:bCs/>" SIZE("30") },
	{ "Heading1", "heading 1", "<w:keepNext/><w:keepLines/><w:spacing w:before=\"280\" w:after=\"100\"/><w:outlineLvl w:val=\"0\"/>",
	    "<w:b/><w:bCs/>" SIZE("22") },
	{ "Footer", "footer", "<w:tabs><w:tab w:val=\"right\" w:pos=\"9426\"/></w:tabs>", SOFT SIZE("16") },
	{ "Paragraph", "Statement paragraph", "<w:spacing w:after=\"120\"/>", "" },
	{ "Notice", "Statement notice", "<w:spacing w:after=\"120\"/>", "<w:color w:val=\"744700\"/>" SIZE("18") },
	{ "RowLabel", "Statement label", ROW_SPACE, SOFT },
	{ "RowText", "Statement value", ROW_SPACE, "" },
	{ "RowCode", "Statement number", ROW_SPACE, MONO },
	{ "RowDetail", "Statement detail", "<w:spacing w:after=\"40\" w:line=\"252\" w:lineRule=\"auto\"/>", SOFT SIZE("16") },
};

/* around the language tag */
static const char styles_head[] = DECLARATION "<w:styles " WORD "><w:docDefaults><w:rPrDefault><w:rPr>"
					      "<w:rFonts w:ascii=\"Arial\" w:hAnsi=\"Arial\" w:eastAsia=\"Arial\" w:cs=\"Arial\"/>"
					      "<w:color w:val=\"182224\"/>" SIZE("19") "<w:lang w:val=\"";
static const char styles_base[] =
    "\"/></w:rPr></w:rPrDefault><w:pPrDefault><w:pPr><w:spacing w:after=\"0\" w:line=\"276\" w:lineRule=\"auto\"/></w:pPr></w:pPrDefault>"
    "</w:docDefaults><w:style w:type=\"paragraph\" w:default=\"1\" w:styleId=\"Normal\"><w:name w:val=\"Normal\"/><w:qFormat/></w:style>"
    "<w:style w:type=\"table\" w:default=\"1\" w:styleId=\"TableNormal\"><w:name w:val=\"Normal Table\"/>"
    "<w:tblPr><w:tblInd w:w=\"0\" w:type=\"dxa\"/></w:tblPr></w:style>";

/* A4, margins of 2.2 cm; twentieths of a point */
static const char section[] =
    "<w:sectPr><w:footerReference w:type=\"default\" r:id=\"rId3\"/><w:pgSz w:w=\"11906\" w:h=\"16838\"/>"
    "<w:pgMar w:top=\"1134\" w:right=\"1240\" w:bottom=\"1247\" w:left=\"1240\" w:header=\"567\" w:footer=\"680\" "
    "w:gutter=\"0\"/></w:sectPr>";

static const char table_head[] =
    "<w:tbl><w:tblPr><w:tblW w:w=\"9426\" w:type=\"dxa\"/><w:tblBorders><w:bottom w:val=\"single\" w:sz=\"4\" w:space=\"0\" "
    "w:color=\"CDD6D8\"/>"
    "<w:insideH w:val=\"single\" w:sz=\"4\" w:space=\"0\" w:color=\"CDD6D8\"/></w:tblBorders><w:tblLayout w:type=\"fixed\"/>"
    "<w:tblCellMar><w:left w:w=\"0\" w:type=\"dxa\"/><w:right w:w=\"115\" w:type=\"dxa\"/></w:tblCellMar>"
    "<w:tblLook w:val=\"0080\" w:firstRow=\"0\" w:lastRow=\"0\" w:firstColumn=\"1\" w:lastColumn=\"0\" w:noHBand=\"1\" "
    "w:noVBand=\"1\"/></w:tblPr>"
    "<w:tblGrid><w:gridCol w:w=\"2700\"/><w:gridCol w:w=\"6726\"/></w:tblGrid>";

/* ---- texts; statement_add has left only what XML allows */

static void
put_run(struct buf *out, const char *looks, const char *text, size_t len)
{
	if (len == 0)
		return;
	buf_printf(out, "<w:r>%s<w:t xml:space=\"preserve\">", looks);
	xml_escape(out, text, len, XML_TEXT);
	buf_puts(out, "</w:t></w:r>");
}

static void
put_paragraph(struct buf *out, const char *style, const char *text)
{
	buf_printf(out, "<w:p><w:pPr><w:pStyle w:val=\"%s\"/></w:pPr>", style);
	put_run(out, "", text, strlen(text));
	buf_puts(out, "</w:p>");
}

static void
put_detail(struct buf *out, const struct statement_part *part)
{
	buf_puts(out, "<w:p><w:pPr><w:pStyle w:val=\"RowDetail\"/></w:pPr>");
	put_run(out, "", part->label, strlen(part->label));
	put_run(out, "", ": ", 2);
	put_run(out, part->kind == STATEMENT_DETAIL_CODE ? "<w:rPr>" MONO "</w:rPr>" : "", part->text, strlen(part->text));
	buf_puts(out, "</w:p>");
}

/* Rows from part[at] on, with their details; returns the part behind them. */
static size_t
put_table(struct buf *out, const struct statement *s, size_t at)
{
	buf_puts(out, table_head);
	while (at < s->count && s->part[at].kind >= STATEMENT_ROW) {
		const struct statement_part *row = &s->part[at++];

		buf_puts(out, "<w:tr><w:trPr><w:cantSplit/></w:trPr><w:tc><w:tcPr><w:tcW w:w=\"2700\" w:type=\"dxa\"/></w:tcPr>");
		put_paragraph(out, "RowLabel", row->label);
		buf_puts(out, "</w:tc><w:tc><w:tcPr><w:tcW w:w=\"6726\" w:type=\"dxa\"/></w:tcPr>");
		put_paragraph(out, row->kind == STATEMENT_CODE ? "RowCode" : "RowText", row->text);
		for (; at < s->count && s->part[at].kind >= STATEMENT_DETAIL; at++)
			put_detail(out, &s->part[at]);
		buf_puts(out, "</w:tc></w:tr>");
	}
	buf_puts(out, "</w:tbl>");
	return at;
}

/* ---- parts of the package */

static void
make_document(struct buf *out, const struct statement *s)
{
	buf_puts(out, DECLARATION "<w:document " WORD " xmlns:r=\"" OFFICE "\"><w:body>");
	for (size_t i = 0; i < s->count;) {
		const struct statement_part *part = &s->part[i++];

		switch (part->kind) {
		case STATEMENT_TITLE:
			put_paragraph(out, "Title", part->text);
			break;
		case STATEMENT_NOTICE:
			put_paragraph(out, "Notice", part->text);
			break;
		case STATEMENT_HEADING:
			put_paragraph(out, "Heading1", part->text);
			break;
		case STATEMENT_TEXT:
			put_paragraph(out, "Paragraph", part->text);
			break;
		case STATEMENT_ROW:
		case STATEMENT_CODE:
		case STATEMENT_DETAIL:
		case STATEMENT_DETAIL_CODE:
			i = put_table(out, s, i - 1);
			break;
		case STATEMENT_AUTHOR:
		case STATEMENT_FOOTER:
		case STATEMENT_PAGE:
			break;
		}
	}
	/* Word asks for a paragraph behind a table at the end */
	buf_puts(out, "<w:p/>");
	buf_puts(out, section);
	buf_puts(out, "</w:body></w:document>");
}

static void
make_footer(struct buf *out, const struct statement *s)
{
	const char *left = statement_text(s, STATEMENT_FOOTER), *right = statement_text(s, STATEMENT_PAGE);
	enum statement_place place;

	buf_puts(out, DECLARATION "<w:ftr " WORD "><w:p><w:pPr><w:pStyle w:val=\"Footer\"/></w:pPr>");
	put_run(out, "", left, strlen(left));
	buf_puts(out, "<w:r><w:tab/></w:r>");
	do {
		const char *plain = right;

		put_run(out, "", plain, statement_place(&right, &place));
		if (place != STATEMENT_END)
			buf_printf(out, "<w:fldSimple w:instr=\" %s \"><w:r><w:t>1</w:t></w:r></w:fldSimple>",
			    place == STATEMENT_THIS_PAGE ? "PAGE" : "NUMPAGES");
	} while (place != STATEMENT_END);
	buf_puts(out, "</w:p></w:ftr>");
}

/* The region is for Word's choice of a dictionary. */
static const char *
language_tag(const char *lang)
{
	return strcmp(lang, "kk") == 0 ? "kk-KZ" : strcmp(lang, "ru") == 0 ? "ru-RU" : "en-GB";
}

static void
make_styles(struct buf *out, const struct statement *s)
{
	buf_puts(out, styles_head);
	buf_puts(out, language_tag(s->lang));
	buf_puts(out, styles_base);
	for (size_t i = 0; i < sizeof(styles) / sizeof(styles[0]); i++)
		buf_printf(out,
		    "<w:style w:type=\"paragraph\" w:styleId=\"%s\"><w:name w:val=\"%s\"/><w:basedOn w:val=\"Normal\"/>"
		    "<w:pPr>%s</w:pPr><w:rPr>%s</w:rPr></w:style>",
		    styles[i].id, styles[i].name, styles[i].paragraph, styles[i].run);
	buf_puts(out, "</w:styles>");
}

static void
make_properties(struct buf *out, const struct statement *s)
{
	const char *title = statement_text(s, STATEMENT_TITLE), *author = statement_text(s, STATEMENT_AUTHOR);
	char time[CLOCK_ISO_SIZE];

	clock_iso(time, s->made);
	buf_puts(out,
	    DECLARATION "<cp:coreProperties xmlns:cp=\"" PACKAGE "/metadata/core-properties\" xmlns:dc=\"http://purl.org/dc/elements/1.1/\""
			" xmlns:dcterms=\"http://purl.org/dc/terms/\" xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\"><dc:title>");
	xml_escape(out, title, strlen(title), XML_TEXT);
	buf_puts(out, "</dc:title><dc:creator>");
	xml_escape(out, author, strlen(author), XML_TEXT);
	buf_printf(out,
	    "</dc:creator><dc:language>%s</dc:language><dcterms:created xsi:type=\"dcterms:W3CDTF\">%s</dcterms:created>"
	    "<dcterms:modified xsi:type=\"dcterms:W3CDTF\">%s</dcterms:modified></cp:coreProperties>",
	    language_tag(s->lang), time, time);
}

enum rc
statement_docx(const struct statement *s, struct buf *out)
{
	struct buf document = BUF_INIT, footer = BUF_INIT, looks = BUF_INIT, properties = BUF_INIT, file = BUF_INIT;
	enum rc rc = RC_INTERNAL;

	if (s->overflow) {
		log_error("statement", "docx: too much text");
		return RC_INTERNAL;
	}
	make_document(&document, s);
	make_footer(&footer, s);
	make_styles(&looks, s);
	make_properties(&properties, s);
	const struct package_part parts[] = {
		{ "[Content_Types].xml", content_types, sizeof(content_types) - 1 },
		{ "_rels/.rels", package_rels, sizeof(package_rels) - 1 },
		{ "word/document.xml", document.data, document.len },
		{ "word/_rels/document.xml.rels", document_rels, sizeof(document_rels) - 1 },
		{ "word/styles.xml", looks.data, looks.len },
		{ "word/settings.xml", settings, sizeof(settings) - 1 },
		{ "word/footer1.xml", footer.data, footer.len },
		{ "docProps/core.xml", properties.data, properties.len },
	};

	rc = package_write(&file, parts, sizeof(parts) / sizeof(parts[0]), s->made);
	if (rc == RC_OK && file.len > STATEMENT_FILE_MAX) {
		log_error("statement", "docx: over %d octets", STATEMENT_FILE_MAX);
		rc = RC_INTERNAL;
	}
	if (rc == RC_OK)
		buf_add(out, file.data, file.len);
	buf_free(&document);
	buf_free(&footer);
	buf_free(&looks);
	buf_free(&properties);
	buf_free(&file);
	return rc;
}
