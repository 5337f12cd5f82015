#include "web/request.h"

#include <string.h>

#include "base/encode.h"
#include "web/fields.h"

/* One octet of a path at *pos, moved behind it; -1: what no path of ours may hold. */
static int
path_octet(const char **pos)
{
	int c = (unsigned char)*(*pos)++;

	if (c <= ' ' || c >= 0x7f || c == '\\' || c == '#')
		return -1;
	if (c != '%')
		return c;
	if ((c = fields_octet(*pos)) < 0)
		return -1;
	*pos += 2;
	/* an escaped '/' would mean one thing to nginx and another here; what dots decode to is looked at afterwards */
	return c < ' ' || c == 0x7f || c == '/' || c == '\\' ? -1 : c;
}

/* Neither empty, "." nor ".."; the last segment may be empty only when the path is "/". */
static bool
has_plain_segments(const char *path)
{
	while (*path == '/') {
		size_t len = strcspn(++path, "/");

		if ((len == 1 && path[0] == '.') || (len == 2 && path[0] == '.' && path[1] == '.'))
			return false;
		if (len == 0 && path[0] == '/')
			return false;
		path += len;
	}
	return true;
}

enum rc
request_target(struct buf *path, const char **query, const char *target)
{
	const char *pos = target;

	*query = "";
	buf_reset(path);
	if (*target != '/' || strnlen(target, REQUEST_TARGET_MAX + 1) > REQUEST_TARGET_MAX)
		return RC_BAD_INPUT;
	while (*pos != '\0' && *pos != '?') {
		int c = path_octet(&pos);

		if (c < 0)
			return RC_BAD_INPUT;
		buf_putc(path, (char)c);
	}
	if (*pos == '?') {
		*query = ++pos;
		for (; *pos != '\0'; pos++) {
			if ((unsigned char)*pos <= ' ' || *pos == 0x7f || *pos == '#')
				return RC_BAD_INPUT;
		}
	}
	return has_plain_segments(buf_text(path)) && utf8_is_valid(buf_text(path), path->len) ? RC_OK : RC_BAD_INPUT;
}

bool
request_is_local(const char *target)
{
	if (target[0] != '/' || target[1] == '/')
		return false;
	for (; *target != '\0'; target++) {
		if (*target <= ' ' || *target > '~' || *target == '\\')
			return false;
	}
	return true;
}

void
request_printable(char *out, size_t size, const char *text)
{
	size_t n = 0;

	while (*text != '\0') {
		size_t len = 1;

		while (len < 4 && text[len] != '\0' && !utf8_is_valid(text, len))
			len++;
		if (!utf8_is_valid(text, len))
			len = 1;
		if (n + len >= size)
			break;
		if ((len == 1 && (*text < ' ' || *text > '~')) ||
		    (len == 2 && (unsigned char)text[0] == 0xc2 && (unsigned char)text[1] < 0xa0)) {
			out[n++] = '?';
		} else {
			memcpy(out + n, text, len);
			n += len;
		}
		text += len;
	}
	out[n] = '\0';
}
