/*
 * Cookies: what a program makes of the values that nginx lets through, and of any other. Input: lines, one for each cookie; the pre-session, a document that
 * it may hold, the proof, the number that the proof may open, the filing code. Whatever a browser sends, it holds nothing that the secret did not sign.
 */
#include <stdlib.h>
#include <string.h>

#include "base/encode.h"
#include "base/mem.h"
#include "web/csrf.h"
#include "web/held.h"
#include "web/response.h"
#include "web/route.h"
#include "web/view.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { PRE_SESSION, DOCUMENT, PROOF, NUMBER, CODE, LINES };

static void
must(bool ok)
{
	if (!ok)
		abort();
}

static void
look_at_language(const char *text)
{
	enum lang lang;

	if (lang_parse(&lang, text) == 0)
		must(strcmp(lang_name(lang), text) == 0);
}

/* A document that was never issued is not held, and one that was is held by its own browser alone. */
static void
look_at_document(struct request *r, const char *document)
{
	struct buf issued = BUF_INIT;
	enum form_rule rule = RULE_NONE;
	instant expires = 0, end = clock_now() + MINUTE;

	must(held_document_check(r, document, strlen(document), &expires, &rule) == RC_BAD_INPUT);
	must(rule == RULE_OWNER || rule == RULE_DOCUMENT || rule == RULE_EXPIRED);
	buf_puts(&issued, document);
	held_document_keep(r, &issued, end);
	/* the answer names it; the cookie that it had stays readable to itself only with the new value */
	must(strstr(buf_text(&r->headers), "X-Cookie-login: ") != NULL);
	buf_free(&issued);
}

static void
look_at_header(const struct request *r)
{
	size_t lines = 0;

	for (const char *line = buf_text(&r->headers); *line != '\0'; lines++) {
		const char *end = strstr(line, "\r\n");

		must(end != NULL && memchr(line, '\n', (size_t)(end - line)) == NULL && memchr(line, '\r', (size_t)(end - line)) == NULL);
		line = end + 2;
	}
	must(lines == 1);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static char site[] = "https://localhost:8443";
	static struct conf conf = { .secret = { 1, 2, 3 }, .site = site };
	static struct page *page;
	struct request r = { .conf = &conf };
	static char none[1];
	char *text = mem_copy(data, size), *rest = text, *line[LINES] = { none, none, none, none, none }, bound[44], token[CSRF_SIZE];
	uint8_t hash[32];

	for (size_t i = 0; i < LINES; i++) {
		if (rest != NULL)
			line[i] = rest;
		if (rest != NULL && (rest = strchr(rest, '\n')) != NULL)
			*rest++ = '\0';
	}
	page = page != NULL ? page : page_new();
	r.page = page;
	route_pre_session_random(bound, line[PRE_SESSION]);
	must(strlen(bound) == 0 || strlen(bound) == sizeof(bound) - 1);
	r.pre_session = bound[0] != '\0' ? line[PRE_SESSION] : "";
	r.proof_cookie = line[PROOF];
	csrf_token(token, conf.secret, bound);
	must(!csrf_fits(conf.secret, bound, line[CODE]) && (*bound == '\0' || csrf_fits(conf.secret, bound, token)));
	must(!csrf_fits(conf.secret, "", line[CODE]));
	look_at_language(line[CODE]);
	must(!held_proof_is_for(&r, line[NUMBER]));
	must(!held_code_hash(&conf, line[NUMBER], line[CODE], hash) || strlen(line[CODE]) >= HELD_CODE_LEN);
	look_at_document(&r, line[DOCUMENT]);
	look_at_header(&r);
	buf_free(&r.headers);
	buf_free(&r.body);
	page_reset(page);
	free(text);
	return 0;
}
