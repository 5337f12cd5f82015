#include "web/csrf.h"

#include <string.h>

#include "base/buf.h"
#include "base/encode.h"
#include "base/hash.h"
#include "base/random.h"

static void
token_mac(uint8_t mac[HASH_SIZE], const uint8_t secret[32], const char *bound)
{
	struct buf text = BUF_INIT;

	buf_puts(&text, "csrf:");
	buf_puts(&text, bound);
	hash_hmac(mac, secret, 32, text.data, text.len);
	buf_free(&text);
}

void
csrf_token(char out[CSRF_SIZE], const uint8_t secret[32], const char *bound)
{
	uint8_t mac[HASH_SIZE], masked[2 * HASH_SIZE];
	struct buf token = BUF_INIT;

	out[0] = '\0';
	if (*bound == '\0')
		return;
	token_mac(mac, secret, bound);
	random_bytes(masked, HASH_SIZE);
	for (size_t i = 0; i < HASH_SIZE; i++)
		masked[HASH_SIZE + i] = masked[i] ^ mac[i];
	base64url_encode(&token, masked, sizeof(masked));
	memcpy(out, buf_text(&token), CSRF_SIZE);
	buf_free(&token);
}

bool
csrf_fits(const uint8_t secret[32], const char *bound, const char *token)
{
	uint8_t mac[HASH_SIZE], given[HASH_SIZE];
	struct buf masked = BUF_CAPPED(2 * HASH_SIZE);
	bool fits = false;

	if (*bound != '\0' && strlen(token) == CSRF_SIZE - 1 && base64url_decode(&masked, token, CSRF_SIZE - 1) &&
	    masked.len == 2 * HASH_SIZE) {
		token_mac(mac, secret, bound);
		for (size_t i = 0; i < HASH_SIZE; i++)
			given[i] = (uint8_t)(masked.data[i] ^ masked.data[HASH_SIZE + i]);
		fits = hash_equal(mac, given, HASH_SIZE);
	}
	buf_free(&masked);
	return fits;
}

bool
csrf_origin_fits(const char *site, const char *origin, const char *fetch_site)
{
	if (*origin != '\0' && strcmp(origin, site) != 0)
		return false;
	return *fetch_site == '\0' || strcmp(fetch_site, "same-origin") == 0 || strcmp(fetch_site, "none") == 0;
}
