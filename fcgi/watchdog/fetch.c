/* libcurl as a relying program would use it: plain HTTP, no redirects, a time and a size that end. */
#include <curl/curl.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

/* The answer must be 200 of itself: a redirect is none. */
static enum rc
perform(struct fetcher *f, const char **why)
{
	long status = 0;
	CURLcode code;

	f->error[0] = '\0';
	code = curl_easy_perform(f->curl);
	if (code == CURLE_OK && curl_easy_getinfo(f->curl, CURLINFO_RESPONSE_CODE, &status) == CURLE_OK && status == 200)
		return RC_OK;
	if (code == CURLE_OK)
		snprintf(f->error, sizeof(f->error), "HTTP status %ld", status);
	else if (f->error[0] == '\0')
		snprintf(f->error, sizeof(f->error), "%s", curl_easy_strerror(code));
	*why = f->error;
	return RC_UNAVAILABLE;
}

enum rc
fetch_file(struct fetcher *f, const char *url, const char *path, const char **why)
{
	FILE *file = fopen(path, "wbe");
	enum rc rc = RC_UNAVAILABLE;

	*why = "options";
	if (file == NULL)
		*why = strerror(errno);
	else if (set_common(f->curl, f, url) && curl_easy_setopt(f->curl, CURLOPT_WRITEDATA, file) == CURLE_OK)
		rc = perform(f, why);
	curl_easy_reset(f->curl);
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
