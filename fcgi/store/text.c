#include <stdbool.h>
#include <string.h>

#include "base/encode.h"
#include "base/mem.h"
#include "store/text.h"

char *
text_clean(const char *s, size_t max)
{
	size_t len;
	bool utf8;
	char *copy;

	if (s == NULL)
		return NULL;
	len = strlen(s);
	utf8 = utf8_is_valid(s, len);
	if (len > max) {
		len = max;
		/* s[len] continues a character: give the whole of it up */
		while (utf8 && len > 0 && ((unsigned char)s[len] & 0xc0) == 0x80)
			len--;
	}
	copy = mem_copy(s, len);
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)copy[i];

		if (c < 0x20 || c == 0x7f)
			copy[i] = ' ';
		else if (c >= 0x80 && !utf8)
			copy[i] = '?';
	}
	return copy;
}
