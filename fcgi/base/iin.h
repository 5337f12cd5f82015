/* Individual identification number: 12 ASCII digits; 1-6 birth date YYMMDD, 7 century and sex (0 = foreigner), 12 check digit. */
#ifndef CABINET_BASE_IIN_H
#define CABINET_BASE_IIN_H

#include <stdbool.h>

#define IIN_SIZE 13 /* 12 digits and NUL */

bool iin_is_wellformed(const char *text); /* 12 digits, nothing more: for numbers from certificates */
/* For numbers typed by a person: date exists, 7th digit 0-6, check digit in one or two passes. */
bool iin_is_valid(const char *text);

#endif
