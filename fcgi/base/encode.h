/* Text forms of octets. Decoders are strict: exact alphabet, exact length, nothing behind. */
#ifndef CABINET_BASE_ENCODE_H
#define CABINET_BASE_ENCODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

/* out: 2 * len + 1 octets, lower case. */
void hex_encode(char *out, const uint8_t *data, size_t len);
/* Exactly 2 * len lower-case hex digits. */
bool hex_decode(uint8_t *out, size_t len, const char *text);

void base64_encode(struct buf *out, const uint8_t *data, size_t len); /* RFC 4648, 4, padded, one line */
/* RFC 4648, 4, white space (space, TAB, CR, LF) skipped anywhere; padding required. */
bool base64_decode(struct buf *out, const char *text, size_t len);
void base64url_encode(struct buf *out, const uint8_t *data, size_t len); /* RFC 4648, 5, no padding */
bool base64url_decode(struct buf *out, const char *text, size_t len);

/* RFC 7468: first block with this label ("CERTIFICATE"); strict labels, text around it ignored. */
bool pem_decode(struct buf *out, const char *label, const char *text, size_t len);
void pem_encode(struct buf *out, const char *label, const uint8_t *data, size_t len);

/* Well-formed UTF-8 (RFC 3629: no overlong forms, surrogates or code points above 10FFFF), no NUL. */
bool utf8_is_valid(const char *text, size_t len);
/* Octets (1-4) of the well-formed sequence at text; 0: none there, or NUL. */
size_t utf8_sequence(const char *text, size_t len);
/* Number of code points of valid UTF-8. */
size_t utf8_length(const char *text, size_t len);
/* Text between tags or in a quoted attribute, as ClearSilver's html_escape writes it: & < > " ' as references, no CR. */
void html_escape(struct buf *out, const char *text);
/* Characters that Canonical XML 1.0 (2.3) writes as references: in text, and in an attribute's value. */
#define XML_TEXT "&<>\r"
#define XML_ATTRIBUTE "&<\"\t\n\r"
/* special: one of these. */
void xml_escape(struct buf *out, const char *text, size_t len, const char *special);
/* application/x-www-form-urlencoded component for use in a query: RFC 3986 unreserved kept, all else %XX. */
void url_encode(struct buf *out, const char *text);

#endif
