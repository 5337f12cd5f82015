/*
 * Forged requests: a token in each form, derived from a cookie the forger cannot read, and the browser's own word about where a POST came from.
 */
#ifndef CABINET_WEB_CSRF_H
#define CABINET_WEB_CSRF_H

#include <stdbool.h>
#include <stdint.h>

#define CSRF_SIZE 87

/*
 * base64url(pad || pad xor HMAC-SHA-256(secret, "csrf:" bound)), the pad 32 random octets of its own in each answer: one token per cookie, and no answer
 * repeats the octets of another, so that the length of a compressed page tells nothing about it (BREACH). bound: the session cookie, or the random part of
 * the pre-session cookie; "" gives "".
 */
void csrf_token(char out[CSRF_SIZE], const uint8_t secret[32], const char *bound);
/* Constant time. false when bound is "". */
bool csrf_fits(const uint8_t secret[32], const char *bound, const char *token);
/* Origin and Sec-Fetch-Site of a POST; "" when the client sent none, which is no fault (curl). */
bool csrf_origin_fits(const char *site, const char *origin, const char *fetch_site);

#endif
