/* Octets from the system's generator; does not fail (no entropy: log and exit). */
#ifndef CABINET_BASE_RANDOM_H
#define CABINET_BASE_RANDOM_H

#include <stddef.h>

void random_bytes(void *out, size_t len);
/* Uniform decimal digits, NUL-terminated; out has digits + 1 octets. */
void random_digits(char *out, size_t digits);

#endif
