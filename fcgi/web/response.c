#include "web/response.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/encode.h"
#include "base/log.h"
#include "web/route.h"

#define ECHO_MAX 4096 /* octets of a refused value that go back into the form */

static const struct {
	int status;
	const char *reason;
} reasons[] = { { 200, "OK" }, { 303, "See Other" }, { 400, "Bad Request" }, { 403, "Forbidden" }, { 404, "Not Found" },
	{ 405, "Method Not Allowed" }, { 409, "Conflict" }, { 413, "Content Too Large" }, { 415, "Unsupported Media Type" },
	{ 422, "Unprocessable Content" }, { 429, "Too Many Requests" }, { 500, "Internal Server Error" }, { 503, "Service Unavailable" } };

static const char *
reason_of(int status)
{
	for (size_t i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++) {
		if (reasons[i].status == status)
			return reasons[i].reason;
	}
	return "Other";
}

int
response_status(enum rc rc)
{
	switch (rc) {
	case RC_OK:
		return 200;
	case RC_BAD_INPUT:
		return 422;
	case RC_UNAUTHENTICATED:
		return 303;
	case RC_FORBIDDEN:
		return 403;
	case RC_NOT_FOUND:
		return 404;
	case RC_CONFLICT:
		return 409;
	case RC_LIMITED:
		return 429;
	case RC_UNAVAILABLE:
		return 503;
	case RC_INTERNAL:
		return 500;
	}
	return 500;
}

static bool
has_header(const struct request *r, const char *name)
{
	size_t len = strlen(name);

	for (const char *line = buf_text(&r->headers); *line != '\0';) {
		const char *end = strstr(line, "\r\n");

		if (strncasecmp(line, name, len) == 0 && line[len] == ':')
			return true;
		if (end == NULL)
			return false;
		line = end + 2;
	}
	return false;
}

/* Takes out the lines that begin with prefix. */
static void
drop_header(struct request *r, const char *prefix)
{
	struct buf rest = BUF_INIT;
	size_t len = strlen(prefix);

	for (const char *line = buf_text(&r->headers); *line != '\0';) {
		const char *end = strstr(line, "\r\n");
		size_t whole = end != NULL ? (size_t)(end - line) + 2 : strlen(line);

		if (strncasecmp(line, prefix, len) != 0)
			buf_add(&rest, line, whole);
		line += whole;
	}
	buf_free(&r->headers);
	r->headers = rest;
}

static void
set_type(struct request *r, const char *content_type)
{
	snprintf(r->content_type, sizeof(r->content_type), "%s", content_type);
}

static const char *const told[] = { "welcome", "logged_out", "confirmed", "withdrawn" };
#define TOLD_SECONDS 60

void
response_tell(struct request *r, const char *code)
{
	response_cookie(r, "__Host-told", code, TOLD_SECONDS);
}

static void
show_told(struct request *r)
{
	char code[32];

	for (size_t i = 0; i < sizeof(told) / sizeof(told[0]); i++) {
		if (strcmp(r->told, told[i]) != 0)
			continue;
		snprintf(code, sizeof(code), "notice.%s", told[i]);
		page_set(r->page, "notice.kind", "success");
		page_set(r->page, "notice.text", i18n_text(r->lang, code));
		response_cookie(r, "__Host-told", "", 0);
	}
}

enum rc
response_view(struct request *r, int status, const char *template_name)
{
	buf_reset(&r->body);
	if (status == 200)
		show_told(r);
	if (view_render(r->view, template_name, r->page, r->lang, &r->body) != RC_OK)
		return response_error(r, 500);
	r->status = status;
	set_type(r, "text/html; charset=utf-8");
	return RC_OK;
}

enum rc
response_redirect(struct request *r, const char *fmt, ...)
{
	char *target;
	va_list ap;
	int len;
	bool local;

	va_start(ap, fmt);
	len = vasprintf(&target, fmt, ap);
	va_end(ap);
	if (len < 0)
		log_fatal("redirect", "out of memory");
	local = request_is_local(target);
	if (local) {
		buf_reset(&r->body);
		drop_header(r, "Location:");
		buf_printf(&r->headers, "Location: %s\r\n", target);
		r->status = 303;
		r->content_type[0] = '\0';
	} else {
		log_error("redirect", "%s: not a local address", target);
	}
	free(target);
	return local ? RC_OK : response_error(r, 500);
}

enum rc
response_login(struct request *r)
{
	struct buf back = BUF_INIT, encoded = BUF_INIT;
	enum rc rc;

	buf_puts(&back, r->path);
	if (r->method == METHOD_POST)
		route_form_page(r->program, &back);
	else if (*r->query != '\0')
		buf_printf(&back, "?%s", r->query);
	url_encode(&encoded, request_is_local(buf_text(&back)) ? buf_text(&back) : "/");
	rc = response_redirect(r, "/login?back=%s", buf_text(&encoded));
	buf_free(&encoded);
	buf_free(&back);
	return rc;
}

enum rc
response_data(struct request *r, const char *content_type, const char *name, const void *data, size_t len)
{
	buf_reset(&r->body);
	buf_add(&r->body, data, len);
	r->status = 200;
	set_type(r, content_type);
	if (name != NULL) {
		drop_header(r, "Content-Disposition:");
		buf_puts(&r->headers, "Content-Disposition: attachment; filename=\"");
		for (const char *c = name; *c != '\0'; c++)
			buf_putc(&r->headers, isalnum((unsigned char)*c) != 0 || strchr("._-", *c) != NULL ? *c : '_');
		buf_puts(&r->headers, "\"\r\n");
	}
	return RC_OK;
}

/* When not even the error page can be made: no view, no language file, nothing that can fail. */
static void
plain_error(struct request *r, int status)
{
	const char *phone = r->conf->support_phone;

	buf_reset(&r->body);
	buf_printf(&r->body,
	    "<!DOCTYPE html>\n<html lang=\"ru\"><head><meta charset=\"utf-8\"><title>%d</title></head>\n<body><h1>%d</h1>\n", status,
	    status);
	if (*log_request_id() != '\0' && strspn(log_request_id(), "0123456789abcdef") == strlen(log_request_id()))
		buf_printf(&r->body, "<p>%s</p>\n", log_request_id());
	if (phone != NULL && strspn(phone, "0123456789 +()-") == strlen(phone))
		buf_printf(&r->body, "<p>☎ %s</p>\n", phone);
	buf_puts(&r->body, "</body></html>\n");
}

static void
set_words(struct request *r, int status)
{
	static const char *const parts[] = { "title", "text", "next" };
	char code[32], name[16];
	int known = 500;

	snprintf(code, sizeof(code), "http.%d.title", status);
	if (i18n_find(r->lang, code) != NULL)
		known = status;
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		snprintf(code, sizeof(code), "http.%d.%s", known, parts[i]);
		snprintf(name, sizeof(name), "http.%s", parts[i]);
		page_set(r->page, name, i18n_text(r->lang, code));
	}
	page_set_int(r->page, "http.status", status);
}

enum rc
response_error(struct request *r, int status)
{
	buf_reset(&r->body);
	drop_header(r, "Location:");
	drop_header(r, "Content-Disposition:");
	set_words(r, status);
	if (r->view == NULL || view_render(r->view, "error.cs", r->page, r->lang, &r->body) != RC_OK)
		plain_error(r, status);
	r->status = status;
	r->failed = true;
	set_type(r, "text/html; charset=utf-8");
	return RC_OK;
}

void
response_retry_after(struct request *r, int64_t seconds)
{
	drop_header(r, "Retry-After:");
	buf_printf(&r->headers, "Retry-After: %" PRId64 "\r\n", seconds);
}

void
response_head(const struct request *r, struct buf *out)
{
	/* a page with a token is this browser's alone, though it is for all */
	bool open = r->route != NULL && r->route->role == ROLE_ANYONE && !r->failed && r->csrf[0] == '\0';

	buf_printf(out, "Status: %d %s\r\n", r->status, reason_of(r->status));
	if (r->content_type[0] != '\0')
		buf_printf(out, "Content-Type: %s\r\n", r->content_type);
	if (strncmp(r->content_type, "text/html", 9) == 0)
		buf_printf(out, "Content-Language: %s\r\n", lang_name(r->lang));
	buf_printf(out, "Content-Length: %zu\r\n", r->body.len);
	if (!has_header(r, "Cache-Control"))
		buf_printf(out, "Cache-Control: %s\r\n", open ? "private, no-cache" : "no-store");
	if ((r->status == 503 || r->status == 429) && !has_header(r, "Retry-After"))
		buf_printf(out, "Retry-After: %d\r\n", r->status == 503 ? 5 : 60);
	buf_add(out, buf_text(&r->headers), r->headers.len);
	buf_puts(out, "\r\n");
}

void
response_cookie(struct request *r, const char *name, const char *value, long max_age)
{
	const char *prefix = "__Host-";
	struct buf line = BUF_INIT;

	if (strncmp(name, prefix, strlen(prefix)) == 0)
		name += strlen(prefix);
	/* one cookie, one line: the later one counts */
	buf_printf(&line, "X-Cookie-%s: ", name);
	drop_header(r, buf_text(&line));
	buf_free(&line);
	buf_printf(&r->headers, "X-Cookie-%s: %s", name, value);
	if (max_age >= 0)
		buf_printf(&r->headers, "; Max-Age=%ld", max_age);
	buf_puts(&r->headers, "\r\n");
}

static void
set_message(struct request *r, const char *field, const char *text)
{
	char name[128];

	page_item(r->page, "errors", r->messages, "field", field);
	page_item(r->page, "errors", r->messages, "text", text);
	r->messages++;
	if (field == NULL)
		return;
	snprintf(name, sizeof(name), "error.%s", field);
	page_set(r->page, name, text);
}

void
response_message(struct request *r, const char *field, const char *code, const struct i18n_arg *args)
{
	struct buf text = BUF_INIT;

	i18n_format(&text, r->lang, code, args);
	set_message(r, field, buf_text(&text));
	buf_free(&text);
}

/* What was typed goes back into the form, unless it could not be shown or would fill the page. */
static bool
is_echoed(const struct field_spec *spec, const struct field *field)
{
	if ((spec->flags & FIELD_UPLOAD) != 0)
		return false;
	if (field->error == NULL)
		return true;
	return field->len <= ECHO_MAX && strcmp(field->error, "error.control") != 0 && utf8_is_valid(field->value, field->len);
}

void
response_fields(struct request *r, const struct field_spec *spec, const struct field *field, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		char name[128];

		if (is_echoed(&spec[i], &field[i])) {
			snprintf(name, sizeof(name), "value.%s", spec[i].name);
			page_set(r->page, name, field[i].value);
		}
		if (field[i].error != NULL) {
			/* the name and what is wrong, never the value */
			log_info("field-refused", "%s: %s", spec[i].name, field[i].error);
			response_message(r, spec[i].name, field[i].error, NULL);
		}
	}
}

void
response_refused(struct request *r, enum form_rule rule)
{
	char code[64] = "form.refused.";
	size_t len = strlen(code);

	snprintf(code + len, sizeof(code) - len, "%s", form_rule_name(rule));
	for (; code[len] != '\0'; len++)
		if (code[len] == '-')
			code[len] = '_';
	response_message(r, "signed", code, NULL);
}
