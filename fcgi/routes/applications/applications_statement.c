/*
 * GET /applications/{number}/statement.pdf, …/statement.docx: the statement to keep or to print, in the page's language, as the page shows it.
 * The consent is the sentence that was signed, in the language in which it was signed; before that, the one that will be.
 * Errors: 404 not this citizen's.
 * DB:     applications: SELECT application, its history, its signed document, its certificates.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "applications.h"
#include "document/apart.h"
#include "document/statement.h"
#include "web/response.h"
#include "web/shown.h"

struct source {
	const struct request *r;
	struct application application;
	struct application_step step[APPLICATION_STEPS];
	size_t steps;
	struct applications_evidence evidence;
};

/* As the page does it: what is empty has no row. */
static void
row(struct statement *s, enum statement_kind kind, const char *label, const char *text)
{
	if (text[0] != '\0')
		statement_add(s, kind, label, text);
}

static void
add_frame(struct statement *s, const struct source *from)
{
	const struct request *r = from->r;
	struct buf text = BUF_INIT;
	char time[CLOCK_SHOWN_SIZE];

	statement_add(s, STATEMENT_TITLE, NULL, i18n_text(r->lang, "document.title"));
	statement_add(s, STATEMENT_AUTHOR, NULL, i18n_text(r->lang, "frame.authority"));
	clock_shown(time, s->made);
	i18n_format(&text, r->lang, "document.footer",
	    (const struct i18n_arg[]){ { "number", from->application.number }, { "time", time }, { NULL, NULL } });
	statement_add(s, STATEMENT_FOOTER, NULL, buf_text(&text));
	statement_add(s, STATEMENT_PAGE, NULL, i18n_text(r->lang, "document.page"));
	if (!r->conf->production) {
		buf_reset(&text);
		buf_printf(&text, "%s. %s", i18n_text(r->lang, "frame.demo"), i18n_text(r->lang, "frame.demo_text"));
		statement_add(s, STATEMENT_NOTICE, NULL, buf_text(&text));
	}
	buf_free(&text);
}

static void
add_application(struct statement *s, const struct source *from)
{
	const struct request *r = from->r;
	const struct application *a = &from->application;
	char time[CLOCK_SHOWN_SIZE];

	statement_add(s, STATEMENT_HEADING, NULL, shown_word(r, "application", "data"));
	row(s, STATEMENT_CODE, shown_word(r, "application", "number"), a->number);
	clock_shown(time, a->created);
	row(s, STATEMENT_ROW, shown_word(r, "application", "created"), time);
	row(s, STATEMENT_ROW, shown_word(r, "application", "template"), shown_word(r, "template", a->template_name));
	row(s, STATEMENT_ROW, shown_word(r, "application", "origin"), shown_word(r, "origin", a->origin));
	row(s, STATEMENT_ROW, shown_word(r, "application", "email"), a->email);
	row(s, STATEMENT_ROW, shown_word(r, "application", "locality"), r->lang == LANG_KK ? a->locality_kk : a->locality_ru);
	row(s, STATEMENT_ROW, shown_word(r, "application", "store"), shown_word(r, "store", a->store));
	row(s, STATEMENT_ROW, shown_word(r, "application", "status"), shown_word(r, "status", a->status));
	row(s, STATEMENT_ROW, shown_word(r, "application", "reason"), shown_reason(r, a->status, a->reason));
}

static void
add_applicant(struct statement *s, const struct source *from)
{
	const struct request *r = from->r;

	statement_add(s, STATEMENT_HEADING, NULL, shown_word(r, "document", "applicant"));
	row(s, STATEMENT_ROW, shown_word(r, "reissue", "surname"), r->session.surname);
	row(s, STATEMENT_ROW, shown_word(r, "reissue", "name"), r->session.name);
	row(s, STATEMENT_ROW, shown_word(r, "reissue", "patronymic"), r->session.patronymic);
	row(s, STATEMENT_CODE, shown_word(r, "cert", "iin"), r->session.iin);
}

static void
add_consent(struct statement *s, const struct source *from)
{
	const struct request *r = from->r;
	struct buf text = BUF_INIT;
	char time[CLOCK_SHOWN_SIZE] = "";

	if (from->evidence.consent == NULL && strcmp(from->application.status, "new") != 0)
		return;
	statement_add(s, STATEMENT_HEADING, NULL, shown_word(r, "document", "consent"));
	if (from->evidence.consent == NULL) {
		statement_add(s, STATEMENT_TEXT, NULL, shown_word(r, "document", "unsigned"));
		applications_consent(&text, r, &from->application);
		statement_add(s, STATEMENT_TEXT, NULL, buf_text(&text));
	} else {
		for (size_t i = 0; i < from->steps; i++)
			if (strcmp(from->step[i].status, "signed") == 0)
				clock_shown(time, from->step[i].at);
		i18n_format(&text, r->lang, "document.signed", (const struct i18n_arg[]){ { "time", time }, { NULL, NULL } });
		statement_add(s, STATEMENT_TEXT, NULL, buf_text(&text));
		statement_add(s, STATEMENT_TEXT, NULL, from->evidence.consent);
	}
	buf_free(&text);
}

static void
add_history(struct statement *s, const struct source *from)
{
	const struct request *r = from->r;
	char time[CLOCK_SHOWN_SIZE];

	statement_add(s, STATEMENT_HEADING, NULL, shown_word(r, "application", "history"));
	for (size_t i = 0; i < from->steps; i++) {
		const struct application_step *step = &from->step[i];

		clock_shown(time, step->at);
		row(s, STATEMENT_ROW, time, shown_word(r, "status", step->status));
		row(s, STATEMENT_DETAIL, shown_word(r, "application", "actor"), shown_word(r, "actor", step->actor));
		row(s, STATEMENT_DETAIL, shown_word(r, "application", "reason"), shown_reason(r, step->status, step->reason));
		row(s, STATEMENT_DETAIL_CODE, shown_word(r, "application", "signed_with"), step->serial);
		row(s, STATEMENT_DETAIL_CODE, shown_word(r, "application", "form"), step->form);
	}
}

static void
add_certificates(struct statement *s, const struct source *from)
{
	const struct request *r = from->r;
	char validity[2 * CLOCK_SHOWN_SIZE + 8], begin[CLOCK_SHOWN_SIZE], end[CLOCK_SHOWN_SIZE];

	if (from->evidence.certificates == 0)
		return;
	statement_add(s, STATEMENT_HEADING, NULL, shown_word(r, "document", "certificates"));
	for (size_t i = 0; i < from->evidence.certificates; i++) {
		clock_shown(begin, from->evidence.certificate[i].not_before);
		clock_shown(end, from->evidence.certificate[i].not_after);
		snprintf(validity, sizeof(validity), "%s – %s", begin, end);
		row(s, STATEMENT_CODE, shown_word(r, "purpose", from->evidence.certificate[i].purpose),
		    from->evidence.certificate[i].serial);
		row(s, STATEMENT_DETAIL, shown_word(r, "cert", "validity"), validity);
	}
}

static enum rc
statement_fill(struct statement *s, struct request *r)
{
	struct source from = { .r = r };
	enum rc rc;

	if ((rc = application_db_find_whole(r->db, r->param[0], r->session.iin, &from.application, from.step, &from.steps)) != RC_OK)
		return rc;
	if ((rc = applications_db_evidence(r, from.application.number, &from.evidence)) != RC_OK)
		return rc;
	s->lang = lang_name(r->lang);
	s->made = r->session.now;
	add_frame(s, &from);
	add_application(s, &from);
	add_applicant(s, &from);
	add_consent(s, &from);
	add_history(s, &from);
	add_certificates(s, &from);
	free(from.evidence.consent);
	return RC_OK;
}

/* Files are made in processes of their own: a worker keeps neither fonts nor what the libraries for them need. */
static enum rc
make_pdf(const void *statement, struct buf *out)
{
	return statement_pdf(statement, out);
}

static enum rc
make_docx(const void *statement, struct buf *out)
{
	return statement_docx(statement, out);
}

static enum rc
answer(struct request *r, enum rc (*make)(const void *, struct buf *), const char *type, const char *suffix)
{
	struct statement s = { 0 };
	struct buf file = BUF_INIT;
	char name[64];
	enum rc rc;

	if ((rc = statement_fill(&s, r)) != RC_OK)
		return rc;
	rc = apart_run(make, &s, STATEMENT_FILE_MAX, &file);
	if (rc == RC_OK) {
		snprintf(name, sizeof(name), "statement-%s.%s", r->param[0], suffix);
		rc = response_data(r, type, name, file.data, file.len);
	}
	buf_free(&file);
	statement_free(&s);
	return rc;
}

enum rc
statement_pdf_get(struct request *r)
{
	return answer(r, make_pdf, "application/pdf", "pdf");
}

enum rc
statement_docx_get(struct request *r)
{
	return answer(r, make_docx, "application/vnd.openxmlformats-officedocument.wordprocessingml.document", "docx");
}
