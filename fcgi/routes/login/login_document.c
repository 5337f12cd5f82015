/* The login document: says who asks (browser, address), lives 5 minutes, 30 when it is signed in another program. */
#include <stdio.h>
#include <string.h>

#include "login.h"
#include "web/held.h"

#define LIFE (5 * MINUTE)
#define LIFE_ELSEWHERE (30 * MINUTE)

void
login_browser_name(char out[64], const char *user_agent)
{
	static const char *const known[] = { "Edg/", "OPR/", "YaBrowser/", "Firefox/", "Chrome/", "Safari/", "curl/" };
	static const char *const shown[] = { "Edge", "Opera", "Yandex", "Firefox", "Chrome", "Safari", "curl" };
	const char *at;
	size_t i;

	for (i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if ((at = strstr(user_agent, known[i])) == NULL)
			continue;
		snprintf(out, 64, "%s %.*s", shown[i], (int)strspn(at + strlen(known[i]), "0123456789"), at + strlen(known[i]));
		return;
	}
	snprintf(out, 64, "—");
}

void
login_document_issue(struct request *r, bool elsewhere)
{
	struct form_header header;
	struct buf statement = BUF_INIT, document = BUF_INIT;
	char browser[64];

	login_browser_name(browser, r->user_agent);
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
