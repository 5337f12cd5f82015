/* libcurl lives here only. */
#include <curl/curl.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/hash.h"
#include "base/log.h"
#include "base/mem.h"
#include "mailer.h"

#define CONNECT_SECONDS 10L
#define SEND_SECONDS 60L /* less than a mail is taken for (outbox_db.c): a slow server must not get it twice */
#define PASSWORD_MAX 256

struct transport {
	const struct conf *conf;
	CURL *curl; /* NULL: into the folder */
	char *url;
	char error[CURL_ERROR_SIZE];
};

enum rc
transport_open(struct transport **out, const struct conf *conf)
{
	struct transport *t;
	const char *host = strstr(conf->site, "://") + 3;

	*out = NULL;
	if (conf->smtp[0] == '\0' && conf->mail_dir[0] == '\0') {
		log_error("start", "neither mailer.smtp nor mailer.mail_dir is set");
		return RC_BAD_INPUT;
	}
	t = mem_zero(1, sizeof(*t));
	t->conf = conf;
	if (conf->smtp[0] != '\0') {
		if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK || (t->curl = curl_easy_init()) == NULL)
			log_fatal("memory", "curl: out of memory");
		/* the path is the name that EHLO tells */
		t->url = mem_format("%s/%.*s", conf->smtp, (int)strcspn(host, ":"), host);
	}
	*out = t;
	return RC_OK;
}

void
transport_close(struct transport *t)
{
	if (t == NULL)
		return;
	if (t->curl != NULL) {
		curl_easy_cleanup(t->curl);
		curl_global_cleanup();
	}
	free(t->url);
	free(t);
}

struct reading {
	const struct buf *message;
	size_t at;
};

static size_t
read_message(char *out, size_t size, size_t count, void *arg)
{
	struct reading *r = arg;
	size_t len = r->message->len - r->at;

	if (len > size * count)
		len = size * count;
	memcpy(out, r->message->data + r->at, len);
	r->at += len;
	return len;
}

/* The password stays in the file but for the moment of its use. */
static bool
set_password(struct transport *t)
{
	struct buf password = BUF_INIT;
	const char *why;
	bool ok;

	if (t->conf->smtp_user[0] == '\0')
		return true;
	ok = t->conf->smtp_password_file[0] != '\0' && conf_read_secret(&password, t->conf->smtp_password_file, PASSWORD_MAX, &why);
	if (ok) {
		password.data[strcspn(buf_text(&password), "\r\n")] = '\0';
		ok = curl_easy_setopt(t->curl, CURLOPT_USERNAME, t->conf->smtp_user) == CURLE_OK &&
		     curl_easy_setopt(t->curl, CURLOPT_PASSWORD, buf_text(&password)) == CURLE_OK;
	}
	if (password.data != NULL)
		hash_wipe(password.data, password.size);
	buf_free(&password);
	return ok;
}

/* TLS always: what a mail says is the citizen's. */
static bool
set_options(struct transport *t, const char *from, struct curl_slist *to, struct reading *r)
{
	CURL *c = t->curl;

	return curl_easy_setopt(c, CURLOPT_URL, t->url) == CURLE_OK &&
	       curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "smtp,smtps") == CURLE_OK &&
	       curl_easy_setopt(c, CURLOPT_USE_SSL, (long)CURLUSESSL_ALL) == CURLE_OK &&
	       curl_easy_setopt(c, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2) == CURLE_OK &&
	       (t->conf->smtp_ca[0] == '\0' || curl_easy_setopt(c, CURLOPT_CAINFO, t->conf->smtp_ca) == CURLE_OK) &&
	       curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L) == CURLE_OK && curl_easy_setopt(c, CURLOPT_PROXY, "") == CURLE_OK &&
	       curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT, CONNECT_SECONDS) == CURLE_OK &&
	       curl_easy_setopt(c, CURLOPT_TIMEOUT, SEND_SECONDS) == CURLE_OK &&
	       curl_easy_setopt(c, CURLOPT_ERRORBUFFER, t->error) == CURLE_OK && curl_easy_setopt(c, CURLOPT_MAIL_FROM, from) == CURLE_OK &&
	       curl_easy_setopt(c, CURLOPT_MAIL_RCPT, to) == CURLE_OK &&
	       curl_easy_setopt(c, CURLOPT_READFUNCTION, read_message) == CURLE_OK &&
	       curl_easy_setopt(c, CURLOPT_READDATA, r) == CURLE_OK && curl_easy_setopt(c, CURLOPT_UPLOAD, 1L) == CURLE_OK &&
	       set_password(t);
}

/* No connection, no TLS, no login: the next mail would fare the same. A refused address is that mail's own. */
static bool
is_server_away(CURLcode code)
{
	return code == CURLE_COULDNT_CONNECT || code == CURLE_COULDNT_RESOLVE_HOST || code == CURLE_OPERATION_TIMEDOUT ||
	       code == CURLE_LOGIN_DENIED || code == CURLE_USE_SSL_FAILED || code == CURLE_SSL_CONNECT_ERROR ||
	       code == CURLE_PEER_FAILED_VERIFICATION || code == CURLE_WEIRD_SERVER_REPLY;
}

static enum rc
send_smtp(struct transport *t, const struct letter *l, const struct buf *message, const char **why, bool *is_away)
{
	struct reading reading = { message, 0 };
	char *from = mem_format("<%s>", l->from), *address = mem_format("<%s>", l->to);
	struct curl_slist *to = curl_slist_append(NULL, address);
	CURLcode code = CURLE_FAILED_INIT;

	t->error[0] = '\0';
	if (to != NULL && set_options(t, from, to, &reading))
		code = curl_easy_perform(t->curl);
	*is_away = is_server_away(code);
	*why = t->error[0] != '\0' ? t->error : curl_easy_strerror(code);
	/* options off, connection kept; the password goes too */
	curl_easy_reset(t->curl);
	curl_slist_free_all(to);
	free(from);
	free(address);
	return code == CURLE_OK ? RC_OK : RC_UNAVAILABLE;
}

static bool
write_all(int fd, const struct buf *b)
{
	size_t done = 0;

	while (done < b->len) {
		ssize_t n = write(fd, b->data + done, b->len - done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		done += (size_t)n;
	}
	return true;
}

/* One mail, one file: its name comes from the message's, so a mail that is written again takes the place of itself. */
static enum rc
send_file(const struct transport *t, const struct letter *l, const struct buf *message, const char **why, bool *is_away)
{
	int name = (int)strcspn(l->message_id, "@");
	char *path = mem_format("%s/%.*s.eml", t->conf->mail_dir, name, l->message_id), *new = mem_format("%s.new", path);
	int dir = open(t->conf->mail_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC),
	    fd = open(new, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	bool ok = dir >= 0 && fd >= 0 && write_all(fd, message) && fsync(fd) == 0;

	ok = ok && rename(new, path) == 0 && fsync(dir) == 0;
	*why = ok ? "" : strerror(errno);
	*is_away = !ok;
	if (fd >= 0)
		close(fd);
	if (dir >= 0)
		close(dir);
	free(path);
	free(new);
	return ok ? RC_OK : RC_UNAVAILABLE;
}

enum rc
transport_send(struct transport *t, const struct letter *l, const struct buf *message, const char **why, bool *is_away)
{
	return t->curl != NULL ? send_smtp(t, l, message, why, is_away) : send_file(t, l, message, why, is_away);
}
