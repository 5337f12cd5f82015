/* SHA-256 and HMAC-SHA-256 (FIPS 180-4, RFC 2104), constant-time comparison. */
#ifndef CABINET_BASE_HASH_H
#define CABINET_BASE_HASH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define HASH_SIZE 32

void hash_sha256(uint8_t out[HASH_SIZE], const void *data, size_t len);
void hash_hmac(uint8_t out[HASH_SIZE], const void *key, size_t key_len, const void *data, size_t len);
bool hash_equal(const void *a, const void *b, size_t len); /* constant time */
void hash_wipe(void *data, size_t len);

#endif
