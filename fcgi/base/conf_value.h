/*
 * What a value of the configuration may look like, by type; and what a file named in it must be like. Messages are static texts
 * (or strerror's, good until the next call) for "path:line: name: message".
 */
#ifndef CABINET_BASE_CONF_VALUE_H
#define CABINET_BASE_CONF_VALUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

enum conf_type {
	CONF_MODE,	 /* production | demo */
	CONF_BOOL,	 /* true | false (yes | no) */
	CONF_INT,	 /* decimal, no sign, no leading zero */
	CONF_SITE,	 /* https origin */
	CONF_PLAIN_SITE, /* http origin */
	CONF_ARC,	 /* object identifier */
	CONF_PHONE,
	CONF_EMAIL,
	CONF_WORD,	/* name of a database */
	CONF_VISIBLE,	/* name of an account: visible ASCII */
	CONF_SMTP,	/* smtp://host or smtps://host, with or without a port */
	CONF_ADDRESSES, /* of IPv4 or IPv6, separated by blanks */
	CONF_FILE,	/* regular, readable */
	CONF_SECRET,	/* the same, and nothing for group and others */
	CONF_DIRECTORY,
	CONF_PLACE /* file or socket that others make; its directory must be there */
};

bool conf_type_is_path(enum conf_type);
bool conf_integer(int64_t *out, const char *text);
/* arc is root or below it. */
bool conf_arc_is_below(const char *arc, const char *root);
/* What is wrong with a text of this type; NULL: nothing. CONF_MODE, CONF_BOOL, CONF_INT and paths: always NULL. */
const char *conf_text_fault(enum conf_type, const char *value);
/* What is wrong with what lies at path; NULL: nothing, or not a type of path. */
const char *conf_path_fault(enum conf_type, const char *path);

#endif
