#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/encode.h"
#include "base/hash.h"
#include "base/mem.h"
#include "login.h"
#include "web/response.h"
#include "web/route.h"
#include "web/view.h"

#define LIFE (5 * MINUTE)
#define LIFE_ELSEWHERE (30 * MINUTE)
#define KEPT 8 /* 43 + 8 * 55 octets: within the 512 that nginx lets through */
#define RANDOM_LEN 43
#define MAC_LEN 43

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

/* base64url of HMAC(secret, "login:" random ":" expires ":" SHA-256 of the canonical document) */
static void
document_mac(const struct request *r, const char *random, int64_t expires, const char *canonical, size_t len, struct buf *out)
{
	struct buf text = BUF_INIT;
	uint8_t digest[HASH_SIZE], mac[HASH_SIZE];

	hash_sha256(digest, canonical, len);
	buf_printf(&text, "login:%.*s:%" PRId64 ":", RANDOM_LEN, random, expires);
	buf_add(&text, digest, sizeof(digest));
	hash_hmac(mac, r->conf->secret, sizeof(r->conf->secret), text.data, text.len);
	base64url_encode(out, mac, sizeof(mac));
	buf_free(&text);
}

/* Next "expires.mac" of the cookie's tail. false: no more. */
static bool
cookie_next(const char **at, int64_t *expires, const char **mac)
{
	char *end;

	if (**at != '.')
		return false;
	*expires = strtoll(*at + 1, &end, 10);
	if (*end != '.' || strcspn(end + 1, ".") != MAC_LEN)
		return false;
	*mac = end + 1;
	*at = end + 1 + MAC_LEN;
	return true;
}

void
login_document_show(struct request *r, const char *document, instant expires)
{
	char until[CLOCK_SHOWN_SIZE];

	clock_shown_seconds(until, expires);
	page_set(r->page, "document", document);
	page_set(r->page, "document_until", until);
}

void
login_document_issue(struct request *r, bool elsewhere)
{
	struct form_header header;
	struct buf statement = BUF_INIT, document = BUF_INIT, cookie = BUF_INIT;
	char browser[64];
	const char *at, *mac;
	int64_t expires;
	int kept = 1;

	route_pre_session(r);
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

	expires = header.expires / SECOND;
	buf_printf(&cookie, "%.*s.%" PRId64 ".", RANDOM_LEN, r->pre_session, expires);
	document_mac(r, r->pre_session, expires, document.data, document.len, &cookie);
	at = r->pre_session + RANDOM_LEN;
	while (kept < KEPT && cookie_next(&at, &expires, &mac)) {
		if (expires * SECOND > header.issued) {
			buf_printf(&cookie, ".%" PRId64 ".%.*s", expires, MAC_LEN, mac);
			kept++;
		}
	}
	response_cookie(r, "__Host-login", buf_text(&cookie), -1);
	login_document_show(r, buf_text(&document), header.expires);
	buf_free(&statement);
	buf_free(&document);
	buf_free(&cookie);
}

enum rc
login_document_check(const struct request *r, const char *canonical, size_t len, instant *expires, enum form_rule *rule)
{
	struct buf mac = BUF_INIT;
	const char *at, *kept;
	int64_t seconds;
	bool equal;

	if (strlen(r->pre_session) <= RANDOM_LEN) {
		*rule = RULE_OWNER;
		return RC_BAD_INPUT;
	}
	at = r->pre_session + RANDOM_LEN;
	while (cookie_next(&at, &seconds, &kept)) {
		buf_reset(&mac);
		document_mac(r, r->pre_session, seconds, canonical, len, &mac);
		equal = mac.len == MAC_LEN && hash_equal(mac.data, kept, MAC_LEN);
		if (!equal)
			continue;
		buf_free(&mac);
		*expires = seconds * SECOND;
		if (*expires > clock_now())
			return RC_OK;
		*rule = RULE_EXPIRED;
		return RC_BAD_INPUT;
	}
	buf_free(&mac);
	*rule = RULE_DOCUMENT;
	return RC_BAD_INPUT;
}
