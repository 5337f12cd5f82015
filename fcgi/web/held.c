#include "web/held.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/encode.h"
#include "base/hash.h"
#include "web/response.h"
#include "web/route.h"
#include "web/shown.h"
#include "web/view.h"

#define KEPT 8 /* 43 + 8 * 55 octets: within the 512 that nginx lets through */
#define RANDOM_LEN 43
#define MAC_LEN 43
#define PROOF_LIFE (15 * MINUTE)
#define NUMBER_LEN 14

static const char crockford[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

static void
keyed(const struct conf *conf, const struct buf *text, struct buf *out)
{
	uint8_t mac[HASH_SIZE];

	hash_hmac(mac, conf->secret, sizeof(conf->secret), buf_text(text), text->len);
	base64url_encode(out, mac, sizeof(mac));
}

/* ---- documents */

/* base64url of HMAC(secret, "document:" site ":" random ":" expires ":" SHA-256 of the canonical document): of no use on another site with this secret */
static void
document_mac(const struct request *r, const char *random, int64_t expires, const char *canonical, size_t len, struct buf *out)
{
	struct buf text = BUF_INIT;
	uint8_t digest[HASH_SIZE];

	hash_sha256(digest, canonical, len);
	buf_printf(&text, "document:%s:%.*s:%" PRId64 ":", r->conf->site, RANDOM_LEN, random, expires);
	buf_add(&text, digest, sizeof(digest));
	keyed(r->conf, &text, out);
	buf_free(&text);
}

/* Next "expires.mac" of the cookie's tail. false: no more. */
static bool
cookie_next(const char **at, int64_t *expires, const char **mac)
{
	size_t digits;

	if (**at != '.')
		return false;
	/* ten digits last until 2286, and cannot overflow when they become microseconds */
	digits = strspn(*at + 1, "0123456789");
	if (digits != 10 || (*at)[1 + digits] != '.' || strcspn(*at + 2 + digits, ".") != MAC_LEN)
		return false;
	*expires = strtoll(*at + 1, NULL, 10);
	*mac = *at + 2 + digits;
	*at = *mac + MAC_LEN;
	return true;
}

void
held_document_show(struct request *r, const char *document, instant expires)
{
	char until[CLOCK_SHOWN_SIZE];

	clock_shown_seconds(until, expires);
	shown_document(r, document);
	page_set(r->page, "document_until", until);
}

void
held_document_keep(struct request *r, const struct buf *document, instant expires)
{
	struct buf cookie = BUF_INIT;
	const char *at, *mac;
	int64_t seconds = expires / SECOND;
	instant now = clock_now();
	int kept = 1;

	route_pre_session(r);
	buf_printf(&cookie, "%.*s.%" PRId64 ".", RANDOM_LEN, r->pre_session, seconds);
	document_mac(r, r->pre_session, seconds, buf_text(document), document->len, &cookie);
	at = r->pre_session + RANDOM_LEN;
	while (kept < KEPT && cookie_next(&at, &seconds, &mac)) {
		if (seconds * SECOND > now) {
			buf_printf(&cookie, ".%" PRId64 ".%.*s", seconds, MAC_LEN, mac);
			kept++;
		}
	}
	response_cookie(r, "__Host-login", buf_text(&cookie), -1);
	held_document_show(r, buf_text(document), expires);
	buf_free(&cookie);
}

enum rc
held_document_check(const struct request *r, const char *canonical, size_t len, instant *expires, enum form_rule *rule)
{
	struct buf mac = BUF_INIT;
	const char *at, *kept;
	int64_t seconds;
	bool equal = false;

	*rule = RULE_OWNER;
	if (strlen(r->pre_session) <= RANDOM_LEN)
		return RC_BAD_INPUT;
	at = r->pre_session + RANDOM_LEN;
	while (!equal && cookie_next(&at, &seconds, &kept)) {
		buf_reset(&mac);
		document_mac(r, r->pre_session, seconds, canonical, len, &mac);
		equal = mac.len == MAC_LEN && hash_equal(mac.data, kept, MAC_LEN);
	}
	buf_free(&mac);
	*rule = RULE_DOCUMENT;
	if (!equal)
		return RC_BAD_INPUT;
	*expires = seconds * SECOND;
	*rule = RULE_EXPIRED;
	return *expires > clock_now() ? RC_OK : RC_BAD_INPUT;
}

/* ---- proof */

static void
proof_value(const struct request *r, const char *number, int64_t expires, struct buf *out)
{
	struct buf text = BUF_INIT;

	buf_printf(&text, "proof:%s:%" PRId64, number, expires);
	buf_printf(out, "%s.%" PRId64 ".", number, expires);
	keyed(r->conf, &text, out);
	buf_free(&text);
}

void
held_proof_give(struct request *r, const char *number)
{
	struct buf value = BUF_INIT;

	proof_value(r, number, (clock_now() + PROOF_LIFE) / SECOND, &value);
	response_cookie(r, "__Host-proof", buf_text(&value), PROOF_LIFE / SECOND);
	buf_free(&value);
}

bool
held_proof_is_for(const struct request *r, const char *number)
{
	const char *given = r->proof_cookie;
	struct buf value = BUF_INIT;
	int64_t expires;
	bool fits;

	if (strlen(number) != NUMBER_LEN || strncmp(given, number, NUMBER_LEN) != 0 || given[NUMBER_LEN] != '.')
		return false;
	expires = strtoll(given + NUMBER_LEN + 1, NULL, 10);
	proof_value(r, number, expires, &value);
	fits = strlen(given) == value.len && hash_equal(given, value.data, value.len);
	buf_free(&value);
	return fits && expires > clock_now() / SECOND;
}

/* ---- filing code */

void
held_code(const struct request *r, char out[HELD_CODE_SIZE])
{
	struct buf text = BUF_INIT;
	uint8_t mac[HASH_SIZE];
	char random[44];
	size_t n = 0;

	out[0] = '\0';
	route_pre_session_random(random, r->pre_session);
	if (random[0] == '\0')
		return;
	buf_printf(&text, "filing-code:%s", random);
	hash_hmac(mac, r->conf->secret, sizeof(r->conf->secret), text.data, text.len);
	for (size_t i = 0; i < HELD_CODE_LEN; i++) {
		if (i == HELD_CODE_LEN / 2)
			out[n++] = '-';
		out[n++] = crockford[mac[i] % 32];
	}
	out[n] = '\0';
	buf_free(&text);
}

/* The letter or digit that was meant; 0: none. */
static char
code_letter(char c)
{
	if (c >= 'a' && c <= 'z')
		c = (char)(c - 'a' + 'A');
	if (c == 'O')
		c = '0';
	if (c == 'I' || c == 'L')
		c = '1';
	return c != '\0' && strchr(crockford, c) != NULL ? c : '\0';
}

bool
held_code_hash(const struct conf *conf, const char *number, const char *typed, uint8_t out[32])
{
	struct buf text = BUF_INIT;
	size_t letters = 0;
	bool good = true;

	buf_printf(&text, "filing-code-kept:%s:", number);
	for (const char *c = typed; good && *c != '\0'; c++) {
		if (*c == ' ' || *c == '-')
			continue;
		good = code_letter(*c) != '\0' && ++letters <= HELD_CODE_LEN;
		if (good)
			buf_putc(&text, code_letter(*c));
	}
	good = good && letters == HELD_CODE_LEN;
	hash_hmac(out, conf->secret, sizeof(conf->secret), text.data, text.len);
	buf_free(&text);
	return good;
}
