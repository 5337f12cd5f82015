#include <sys/stat.h>
#include <sys/types.h>

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/conf.h"
#include "base/conf_value.h"
#include "base/mem.h"

#define OPEN_FLAGS (O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK)
#define STATE_ARC "1.2.398" /* Kazakhstan's own: nothing below it is ours to give out */

bool
conf_type_is_path(enum conf_type type)
{
	return type == CONF_FILE || type == CONF_SECRET || type == CONF_DIRECTORY || type == CONF_PLACE;
}

static bool
is_made_of(const char *value, const char *alphabet)
{
	return value[strspn(value, alphabet)] == '\0';
}

static bool
is_host(const char *host, size_t len)
{
	size_t i;

	if (len == 0 || len > 253)
		return false;
	for (i = 0; i < len; i++) {
		if (strchr("abcdefghijklmnopqrstuvwxyz0123456789-.", host[i]) == NULL)
			return false;
		/* A label neither begins nor ends with '-', and is not empty. */
		if ((host[i] == '.' || host[i] == '-') && (i == 0 || i == len - 1 || host[i - 1] == '.'))
			return false;
		if (host[i] == '.' && host[i - 1] == '-')
			return false;
	}
	return true;
}

bool
conf_integer(int64_t *out, const char *text)
{
	int64_t v = 0;
	size_t i;

	if (text[0] == '\0' || (text[0] == '0' && text[1] != '\0'))
		return false;
	for (i = 0; text[i] != '\0'; i++) {
		if (i == 18 || text[i] < '0' || text[i] > '9')
			return false;
		v = v * 10 + (text[i] - '0');
	}
	*out = v;
	return true;
}

/* Origin as browsers write it (RFC 6454, 6.2), since it is compared with theirs: lower case, no default port, nothing behind. */
static bool
is_origin(const char *value, const char *scheme, int64_t default_port)
{
	const char *host, *colon;
	int64_t port;

	if (strncmp(value, scheme, strlen(scheme)) != 0)
		return false;
	host = value + strlen(scheme);
	colon = strchr(host, ':');
	if (colon == NULL)
		return is_host(host, strlen(host));
	return is_host(host, (size_t)(colon - host)) && conf_integer(&port, colon + 1) && port >= 1 && port <= 65535 &&
	       port != default_port;
}

/* Dotted decimal of at least three arcs; an arc has up to 39 digits (2.25 is followed by a UUID, X.667). */
static bool
is_arc(const char *value)
{
	size_t n, count = 0;
	const char *s;

	for (s = value;; s += n + 1) {
		n = strspn(s, "0123456789");
		if (n == 0 || n > 39 || (s[0] == '0' && n > 1))
			return false;
		if (count == 0 && (n > 1 || s[0] > '2'))
			return false;
		if (count == 1 && value[0] < '2' && (n > 2 || (n == 2 && s[0] > '3')))
			return false;
		count++;
		if (s[n] == '\0')
			return count >= 3;
		if (s[n] != '.')
			return false;
	}
}

bool
conf_arc_is_below(const char *arc, const char *root)
{
	size_t n = strlen(root);

	return strncmp(arc, root, n) == 0 && (arc[n] == '\0' || arc[n] == '.');
}

static bool
are_addresses(const char *value)
{
	char one[INET6_ADDRSTRLEN];
	uint8_t octets[16];
	size_t len;

	for (value += strspn(value, " "); *value != '\0'; value += len + strspn(value + len, " ")) {
		len = strcspn(value, " ");
		if (len >= sizeof(one))
			return false;
		memcpy(one, value, len);
		one[len] = '\0';
		if (inet_pton(AF_INET, one, octets) != 1 && inet_pton(AF_INET6, one, octets) != 1)
			return false;
	}
	return true;
}

static bool
is_email(const char *value)
{
	const char *at = strchr(value, '@');

	return strlen(value) <= 254 && at != NULL && at != value && is_host(at + 1, strlen(at + 1)) &&
	       strcspn(value, " \t\"<>,;:\\()[]") == strlen(value);
}

static bool
is_visible(const char *value)
{
	for (const char *c = value; *c != '\0'; c++)
		if (*c <= ' ' || *c > '~')
			return false;
	return strlen(value) <= 254;
}

const char *
conf_text_fault(enum conf_type type, const char *value)
{
	switch (type) {
	case CONF_SITE:
		return is_origin(value, "https://", 443) ? NULL
							 : "must be https://host or https://host:port: lower case, no path, not port 443";
	case CONF_PLAIN_SITE:
		return is_origin(value, "http://", 80) ? NULL : "must be http://host or http://host:port: lower case, no path, not port 80";
	case CONF_ARC:
		if (!is_arc(value))
			return "not an object identifier in dotted decimal with at least three arcs";
		return conf_arc_is_below(value, STATE_ARC) ? "arcs below " STATE_ARC " are the state's" : NULL;
	case CONF_PHONE:
		return strlen(value) <= 32 && is_made_of(value, "+0123456789 ()-") ? NULL : "not a telephone number";
	case CONF_EMAIL:
		return is_email(value) ? NULL : "not an e-mail address";
	case CONF_WORD:
		return strlen(value) <= 64 && is_made_of(value, "abcdefghijklmnopqrstuvwxyz0123456789_")
			   ? NULL
			   : "only a-z, 0-9 and _, at most 64";
	case CONF_VISIBLE:
		return is_visible(value) ? NULL : "only visible ASCII, at most 254";
	case CONF_SMTP:
		return value[0] == '\0' || is_origin(value, "smtp://", 0) || is_origin(value, "smtps://", 0)
			   ? NULL
			   : "must be smtp://host:port or smtps://host:port: lower case, no path";
	case CONF_ADDRESSES:
		return are_addresses(value) ? NULL : "must be addresses of IPv4 or IPv6, separated by blanks";
	case CONF_MODE:
	case CONF_BOOL:
	case CONF_INT:
	case CONF_FILE:
	case CONF_SECRET:
	case CONF_DIRECTORY:
	case CONF_PLACE:
		break;
	}
	return NULL;
}

/* Opened and asked, so that what is looked at is what would be read. */
static const char *
open_fault(enum conf_type type, int fd)
{
	struct stat st;

	if (fstat(fd, &st) == -1)
		return strerror(errno);
	if (type == CONF_DIRECTORY)
		return S_ISDIR(st.st_mode) ? NULL : "not a directory";
	if (!S_ISREG(st.st_mode))
		return "not a regular file";
	if (type == CONF_SECRET && (st.st_mode & (S_IRWXG | S_IRWXO)) != 0)
		return "a secret that group or others can use: its mode must be 0600 or 0400";
	return NULL;
}

const char *
conf_path_fault(enum conf_type type, const char *path)
{
	const char *fault, *slash;
	char *directory;
	int fd;

	if (!conf_type_is_path(type))
		return NULL;
	if (type == CONF_PLACE) {
		slash = strrchr(path, '/');
		directory = slash == NULL ? mem_string(".") : mem_copy(path, (size_t)(slash - path) + 1);
		fault = conf_path_fault(CONF_DIRECTORY, directory);
		free(directory);
		return fault;
	}
	/* A directory need not be readable to be used. */
	fd = open(path, type == CONF_DIRECTORY ? O_PATH | O_CLOEXEC : OPEN_FLAGS);
	if (fd == -1)
		return strerror(errno);
	fault = open_fault(type, fd);
	(void)close(fd);
	return fault;
}

bool
conf_read_secret(struct buf *out, const char *path, size_t max, const char **why)
{
	int fd;

	*why = NULL;
	fd = open(path, OPEN_FLAGS);
	if (fd == -1) {
		*why = strerror(errno);
		return false;
	}
	*why = open_fault(CONF_SECRET, fd);
	if (*why == NULL && !buf_read_fd(out, fd, max))
		*why = strerror(errno);
	(void)close(fd);
	return *why == NULL;
}
