/*
 * A public key, read out of its SubjectPublicKeyInfo (RFC 5280, 4.1.2.7) by a strict reader of our own, because OpenSSL's decoder costs four times
 * what the signature check itself does. The accepted set is closed: RSA (RFC 3279, 2.3.1) of 2048 to 4096 bits with odd 2^16 < e < 2^64, and P-256
 * (RFC 5480) as a named curve with an uncompressed point; each key has one encoding. Opaque; not for several threads at once.
 */
#ifndef CABINET_PKI_KEY_H
#define CABINET_PKI_KEY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct key;

enum key_kind { KEY_OTHER, KEY_RSA, KEY_EC_P256 };

/* Copies spki. Never NULL: what is not in the set, or no key at all, is a KEY_OTHER, or an RSA key that is not accepted. */
struct key *key_read(const uint8_t *spki, size_t len);
void key_free(struct key *);
enum key_kind key_kind(const struct key *);
/* Inside the accepted set. */
bool key_is_accepted(const struct key *);
/* "RSA-2048", "EC-P256", "unknown". Borrowed. */
const char *key_algorithm(const struct key *);
const uint8_t *key_spki(const struct key *, size_t *len); /* borrowed */

#endif
