/* Text from outside made fit for a column: a refused character must not cost the audit row. */
#ifndef CABINET_STORE_TEXT_H
#define CABINET_STORE_TEXT_H

#include <stddef.h>

/*
 * Copy of s (owned by the caller, NULL for NULL): at most max octets, cut between characters; control characters become spaces, and octets
 * above 7F question marks when s is not UTF-8.
 */
char *text_clean(const char *s, size_t max);

#endif
