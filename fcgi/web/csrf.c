#include "web/csrf.h"

#include <string.h>

#include "base/buf.h"
#include "base/encode.h"
#include "base/hash.h"

void
csrf_token(char out[CSRF_SIZE], const uint8_t secret[32], const char *bound)
{
	struct buf text = BUF_INIT, token = BUF_INIT;
	uint8_t mac[HASH_SIZE];

	out[0] = '\0';
	if (*bound == '\0')
		return;
	buf_puts(&text, "csrf:");
	buf_puts(&text, bound);
	hash_hmac(mac, secret, 32, text.data, text.len);
	base64url_encode(&token, mac, sizeof(mac));
	memcpy(out, buf_text(&token), CSRF_SIZE);
	buf_free(&token);
	buf_free(&text);
}

bool
csrf_fits(const uint8_t secret[32], const char *bound, const char *token)
{
	char expected[CSRF_SIZE];

	csrf_token(expected, secret, bound);
	return expected[0] != '\0' && strlen(token) == CSRF_SIZE - 1 && hash_equal(expected, token, CSRF_SIZE - 1);
}

bool
csrf_origin_fits(const char *site, const char *origin, const char *fetch_site)
{
	if (*origin != '\0' && strcmp(origin, site) != 0)
		return false;
	return *fetch_site == '\0' || strcmp(fetch_site, "same-origin") == 0 || strcmp(fetch_site, "none") == 0;
}
