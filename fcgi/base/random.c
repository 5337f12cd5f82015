#include <limits.h>
#include <stddef.h>

#include <openssl/crypto.h>
#include <openssl/rand.h>

#include "base/log.h"
#include "base/random.h"

void
random_bytes(void *out, size_t len)
{
	unsigned char *p = out;
	size_t n;

	for (; len > 0; p += n, len -= n) {
		n = len < INT_MAX ? len : INT_MAX;
		if (RAND_bytes(p, (int)n) != 1)
			log_fatal("no-entropy", "random: RAND_bytes: failed for %zu octets", n);
	}
}

void
random_digits(char *out, size_t digits)
{
	unsigned char pool[32];
	size_t i, n = 0;

	while (n < digits) {
		random_bytes(pool, sizeof(pool));
		/* 250-255 are thrown away: 256 is no multiple of ten, and the first digits would come more often. */
		for (i = 0; i < sizeof(pool) && n < digits; i++)
			if (pool[i] < 250)
				out[n++] = (char)('0' + pool[i] % 10);
	}
	out[n] = '\0';
	OPENSSL_cleanse(pool, sizeof(pool));
}
