/*
 * GET /notice/{code}: what the link can stop. POST: stops it: the application is withdrawn if it can be, a replaced address is restored, and all
 * sessions of the citizen end; the page then leads to revocation. No login: the link went to the citizen's own address, it works once, and it
 * can only stop.
 * In:     code (path)
 * Out:    303 /notice/{code}, which shows what was done
 * Errors: 404 no such link; 409 expired.
 * DB:     profile: UPDATE notice_link, citizen, profile, session, application; INSERT application_status, event.
 */
#include <string.h>

#include "notice.h"
#include "profile.h"
#include "web/route.h"
#include "web/shown.h"

/* The link is read in the language of the mail, whatever browser opens it. */
static void
speak(struct request *r, const struct notice *n)
{
	enum lang lang;

	if (lang_parse(&lang, n->lang) != 0)
		return;
	r->lang = lang;
}

static enum rc
notice_page(struct request *r, const struct notice *n)
{
	static const char *const results[] = {
		[NOTICE_NONE] = "", [NOTICE_WITHDRAWN] = "withdrawn", [NOTICE_RESTORED] = "restored", [NOTICE_SESSIONS] = "sessions"
	};
	char at[CLOCK_SHOWN_SIZE];
	bool is_over = !n->is_used && n->now >= n->expires;

	speak(r, n);
	clock_shown(at, n->at);
	page_set(r->page, "link.kind", n->kind);
	page_set(r->page, "link.what", shown_word(r, "told", n->kind));
	page_set(r->page, "link.number", n->number);
	page_set(r->page, "link.at", at);
	page_set(r->page, "link.result", results[n->result]);
	page_set_int(r->page, "link.used", n->is_used);
	page_set_int(r->page, "link.over", is_over);
	route_pre_session(r);
	return response_view(r, is_over ? 409 : 200, "profile/notice.cs");
}

enum rc
notice_get(struct request *r)
{
	struct notice n;
	enum rc rc;

	if ((rc = notice_db_find(r->db, r->param[0], &n)) != RC_OK)
		return rc;
	return notice_page(r, &n);
}

enum rc
notice_post(struct request *r)
{
	struct notice n;
	enum rc rc;

	if ((rc = notice_db_find(r->db, r->param[0], &n)) != RC_OK)
		return rc;
	if (!n.is_used && n.now >= n.expires)
		return notice_page(r, &n);
	rc = notice_db_stop(r, &n);
	/* used up already, by this person or in the same moment: the page tells what was done */
	return rc == RC_OK || rc == RC_CONFLICT ? response_redirect(r, "/notice/%s", r->param[0]) : rc;
}
