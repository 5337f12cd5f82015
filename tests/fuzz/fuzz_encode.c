/* Text forms of octets. The first octet picks the decoder; what is taken must come out the same when encoded and decoded again. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/encode.h"
#include "base/iin.h"
#include "base/mem.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
must(bool ok)
{
	if (!ok)
		abort();
}

static bool
is_same(const struct buf *a, const struct buf *b)
{
	return a->len == b->len && (a->len == 0 || memcmp(a->data, b->data, a->len) == 0);
}

static void
decode_and_back(const char *text, size_t len, uint8_t which)
{
	struct buf first = BUF_INIT, form = BUF_INIT, second = BUF_INIT;

	if (which == 0 && base64_decode(&first, text, len)) {
		base64_encode(&form, (const uint8_t *)buf_text(&first), first.len);
		must(base64_decode(&second, buf_text(&form), form.len) && is_same(&first, &second));
	} else if (which == 1 && base64url_decode(&first, text, len)) {
		/* One text form only. */
		base64url_encode(&form, (const uint8_t *)buf_text(&first), first.len);
		must(form.len == len && (len == 0 || memcmp(form.data, text, len) == 0));
	} else if (which == 2 && pem_decode(&first, "CERTIFICATE", text, len)) {
		pem_encode(&form, "CERTIFICATE", (const uint8_t *)buf_text(&first), first.len);
		must(pem_decode(&second, "CERTIFICATE", buf_text(&form), form.len) && is_same(&first, &second));
	}
	buf_free(&first);
	buf_free(&form);
	buf_free(&second);
}

static void
look_at_text(const char *text, size_t len)
{
	char *s = mem_copy(text, len), iso[CLOCK_ISO_SIZE];
	uint8_t octets[20];
	struct buf b = BUF_INIT;
	instant from, to;

	if (utf8_is_valid(text, len))
		must(utf8_length(text, len) <= len);
	must(!iin_is_valid(s) || iin_is_wellformed(s));
	(void)hex_decode(octets, sizeof(octets), s);
	if (clock_iso_parse(&from, s)) {
		clock_iso(iso, from);
		must(strcmp(iso, s) == 0);
	}
	if (clock_local_day(&from, &to, s))
		must(from < to && to - from <= 26 * HOUR && to - from >= 22 * HOUR);
	url_encode(&b, s);
	must(b.len <= 3 * len);
	buf_free(&b);
	free(s);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size == 0)
		return 0;
	decode_and_back((const char *)data + 1, size - 1, data[0] & 3);
	look_at_text((const char *)data + 1, size - 1);
	return 0;
}
