/*
 * Strict form decoding: application/x-www-form-urlencoded and multipart/form-data, with limits (64 fields, 256 KB in all, names of 64 octets).
 * Syntax faults of the whole body are answered 400 by the web floor; faults of one field are kept with the field.
 */
#ifndef CABINET_WEB_FIELDS_H
#define CABINET_WEB_FIELDS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/rc.h"

#define FIELDS_COUNT_MAX 64
#define FIELDS_SIZE_MAX 262144
#define FIELDS_NAME_MAX 64

struct request;
struct fields;

enum field_flag {
	FIELD_REQUIRED = 1,
	FIELD_MULTILINE = 2, /* CR LF of the form transport becomes LF; without it control characters are refused */
	FIELD_UPLOAD = 4     /* text or uploaded file: empty parts are ignored, two non-empty ones refused; octets kept as decoded */
};

struct field_spec {
	const char *name;
	size_t max; /* octets */
	unsigned flags;
	bool (*is_valid)(const char *value); /* may be NULL; called only for non-empty values */
	const char *invalid;		     /* message code when is_valid says no, e.g. "error.email" */
	const char *missing;		     /* message code when a required value is absent; NULL: error.required */
};

struct field {
	const char *value; /* NUL-terminated, "" if absent; borrowed from the request; trimmed of outer blanks unless FIELD_UPLOAD */
	size_t len;
	const char *
	    error; /* NULL, or message code: error.required, error.twice, error.too_long, error.not_utf8, error.control, or spec->invalid */
};

/* Is this one of the two content types fields_parse takes? Otherwise the web floor answers 415. */
bool fields_is_form(const char *content_type);

/*
 * Decoding for the web floor and the fuzz target. content_type: header value; boundary etc. taken from it. RC_BAD_INPUT: syntax.
 * data is copied. Query strings: content_type "application/x-www-form-urlencoded".
 */
MUST_USE enum rc fields_parse(struct fields **, const char *content_type, const char *data, size_t len);
void fields_free(struct fields *); /* takes NULL */

/*
 * Takes the fields of a form; unknown ones are ignored. RC_BAD_INPUT when any field has an error. out: one per spec.
 * Values are trimmed and their line ends mended in place, so a field taken as text must not be taken as FIELD_UPLOAD afterwards.
 */
MUST_USE enum rc fields_take(const struct fields *, const struct field_spec *, size_t count, struct field *out);

/* RFC 5321 addr-spec in the plain form that mail servers take: ASCII local part and domain with a dot, no quotes, at most 254 octets. */
bool field_is_email(const char *);

/* The octet of the two hex digits behind a '%', -1 if they are not two. Does not read beyond a NUL. For paths too. */
int fields_octet(const char *digits);

#endif
