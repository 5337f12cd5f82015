/* libcurl as a relying program would use it: plain HTTP, no redirects, a time and a size that end. */
#include <curl/curl.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/log.h"
#include "base/mem.h"
#include "watchdog.h"

#define CONNECT_SECONDS 5L
#define SECONDS 60L
#define FILE_SIZE_MAX ((curl_off_t)4 << 30)
#define ANSWER_MAX 65536

struct fetcher {
	CURL *curl;
	char error[CURL_ERROR_SIZE];
};

void
fetcher_open(struct fetcher **out)
{
	struct fetcher *f = mem_zero(1, sizeof(*f));

	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK || (f->curl = curl_easy_init()) == NULL)
		log_fatal("memory", "curl: out of memory");
	*out = f;
}

void
fetcher_close(struct fetcher *f)
{
	if (f == NULL)
		return;
	curl_easy_cleanup(f->curl);
	curl_global_cleanup();
	free(f);
}

static size_t
into_buffer(char *data, size_t size, size_t count, void *arg)
{
	struct buf *out = arg;

	buf_add(out, data, size * count);
	return out->overflow ? 0 : size * count;
}

static bool
set_common(CURL *c, struct fetcher *f, const char *url)
{
	return curl_easy_setopt(c, CURLOPT_URL, url) == CURLE_OK && curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "http") == CURLE_OK &&
	       curl_easy_setopt(c, CURLOPT_PROXY, "") == CURLE_OK && curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L) == CURLE_OK &&
	       curl_easy_setopt(c, CURLOPT_FAILONERROR, 1L) == CURLE_OK &&
	       curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT, CONNECT_SECONDS) == CURLE_OK &&
	       curl_easy_setopt(c, CURLOPT_TIMEOUT, SECONDS) == CURLE_OK &&
	       curl_easy_setopt(c, CURLOPT_MAXFILESIZE_LARGE, FILE_SIZE_MAX) == CURLE_OK &&
	       curl_easy_setopt(c, CURLOPT_ERRORBUFFER, f->error) == CURLE_OK;
}

/* The answer must be 200 of itself: a redirect is none. RC_CONFLICT: 304. */
static enum rc
perform(struct fetcher *f, const char **why)
{
	long status = 0;
	CURLcode code;

	f->error[0] = '\0';
	code = curl_easy_perform(f->curl);
	if (code == CURLE_OK && curl_easy_getinfo(f->curl, CURLINFO_RESPONSE_CODE, &status) == CURLE_OK && status == 200)
		return RC_OK;
	if (code == CURLE_OK && status == 304)
		return RC_CONFLICT;
	if (code == CURLE_OK)
		snprintf(f->error, sizeof(f->error), "HTTP status %ld", status);
	else if (f->error[0] == '\0')
		snprintf(f->error, sizeof(f->error), "%s", curl_easy_strerror(code));
	*why = f->error;
	return RC_UNAVAILABLE;
}

/* Keeps the value of ETag when it is one word of moderate length. */
static size_t
take_tag(char *data, size_t size, size_t count, void *arg)
{
	static const char name[] = "etag:";
	const char *p = data, *end = data + size * count;
	size_t len = strlen(name);
	char *tag = arg;

	if (size * count > len && strncasecmp(p, name, len) == 0) {
		p += len;
		while (p < end && *p == ' ')
			p++;
		for (len = 0; p + len < end && p[len] > ' ' && p[len] < 0x7f; len++)
			continue;
		if (len < TAG_SIZE) {
			memcpy(tag, p, len);
			tag[len] = '\0';
		}
	}
	return size * count;
}

static bool
set_tag(CURL *c, struct curl_slist **headers, char tag[TAG_SIZE])
{
	char *line = mem_format("If-None-Match: %s", tag);

	if (tag[0] != '\0')
		*headers = curl_slist_append(NULL, line);
	free(line);
	tag[0] = '\0';
	return curl_easy_setopt(c, CURLOPT_HTTPHEADER, *headers) == CURLE_OK &&
	       curl_easy_setopt(c, CURLOPT_HEADERFUNCTION, take_tag) == CURLE_OK &&
	       curl_easy_setopt(c, CURLOPT_HEADERDATA, tag) == CURLE_OK;
}

enum rc
fetch_file(struct fetcher *f, const char *url, const char *path, char tag[TAG_SIZE], const char **why)
{
	struct curl_slist *headers = NULL;
	FILE *file = fopen(path, "wbe");
	enum rc rc = RC_UNAVAILABLE;

	*why = "options";
	if (file == NULL)
		*why = strerror(errno);
	else if (set_common(f->curl, f, url) && curl_easy_setopt(f->curl, CURLOPT_WRITEDATA, file) == CURLE_OK &&
		 (tag == NULL || set_tag(f->curl, &headers, tag)))
		rc = perform(f, why);
	if (rc == RC_CONFLICT && headers == NULL) {
		*why = "HTTP status 304, and nobody had asked";
		rc = RC_UNAVAILABLE;
	}
	curl_easy_reset(f->curl);
	curl_slist_free_all(headers);
	if (file != NULL && fclose(file) != 0 && rc == RC_OK) {
		*why = strerror(errno);
		rc = RC_UNAVAILABLE;
	}
	return rc;
}

enum rc
fetch_answer(struct fetcher *f, const char *url, const char *type, const struct buf *body, struct buf *out, const char **why)
{
	char *header = mem_format("Content-Type: %s", type);
	struct curl_slist *headers = curl_slist_append(NULL, header);
	CURL *c = f->curl;
	enum rc rc = RC_UNAVAILABLE;

	*why = "options";
	out->cap = ANSWER_MAX;
	if (headers != NULL && set_common(c, f, url) && curl_easy_setopt(c, CURLOPT_HTTPHEADER, headers) == CURLE_OK &&
	    curl_easy_setopt(c, CURLOPT_POSTFIELDSIZE, (long)body->len) == CURLE_OK &&
	    curl_easy_setopt(c, CURLOPT_POSTFIELDS, body->data) == CURLE_OK &&
	    curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, into_buffer) == CURLE_OK && curl_easy_setopt(c, CURLOPT_WRITEDATA, out) == CURLE_OK)
		rc = perform(f, why);
	curl_easy_reset(c);
	curl_slist_free_all(headers);
	free(header);
	return rc;
}
