/* The login document: says who asks (browser, address), lives 5 minutes, 30 when it is signed in another program. */
#include <stdio.h>
#include <string.h>

#include "login.h"
#include "web/held.h"
#include "web/shown.h"

#define LIFE (5 * MINUTE)
#define LIFE_ELSEWHERE (30 * MINUTE)

void
login_document_issue(struct request *r, bool elsewhere)
{
	struct form_header header;
	struct buf statement = BUF_INIT, document = BUF_INIT;
	char browser[SHOWN_BROWSER_SIZE];

	shown_browser(browser, r->user_agent);
	i18n_format(&statement, r->lang, "statement.login",
	    (const struct i18n_arg[]){ { "site", r->conf->site }, { "browser", browser }, { "address", r->address }, { NULL, NULL } });
	form_id(header.id);
	header.site = r->conf->site;
	header.issued = clock_now();
	header.expires = header.issued + (elsewhere ? LIFE_ELSEWHERE : LIFE);
	header.lang = lang_name(r->lang);
	header.statement = buf_text(&statement);
	form_make_login(&document, &header);
	held_document_keep(r, &document, header.expires);
	buf_free(&statement);
	buf_free(&document);
}
