/* Names of a certificate as text, for fcgi/pki only. */
#ifndef CABINET_PKI_CERT_NAME_H
#define CABINET_PKI_CERT_NAME_H

#include "base/buf.h"
#include "pki/cert_read.h"

/* Attribute types of 2.5.4. */
enum name_type {
	NAME_CN = 3,
	NAME_SURNAME = 4,
	NAME_SERIAL_NUMBER = 5,
	NAME_COUNTRY = 6,
	NAME_LOCALITY = 7,
	NAME_STATE = 8,
	NAME_ORGANISATION = 10,
	NAME_UNIT = 11,
	NAME_GIVEN_NAME = 42
};
bool name_is(const struct name_part *, enum name_type);
/* Appends the value in UTF-8. false: no such text, control characters, or longer than 1000 octets. */
bool name_text(struct buf *out, const struct name_part *);
/* Appends the Name, encoding order: "CN=…, SURNAME=…". false as above. */
bool name_line(struct buf *out, struct slice name);

#endif
