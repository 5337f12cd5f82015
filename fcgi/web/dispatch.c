#include "web/dispatch.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/encode.h"
#include "base/log.h"
#include "base/random.h"
#include "web/csrf.h"

#define COOKIE_SESSION "__Host-session"
#define BODY_KEPT 131072
#define SESSION_WARN 120 /* seconds; WCAG 2.2.1 asks for 20 at least */

/* A step answers 0 to go on, or the HTTP status of its refusal; ANSWERED: a step has built the answer itself. */
#define ANSWERED (-1)

static const char form_type[] = "application/x-www-form-urlencoded";

static void
set_request_id(const char *given)
{
	uint8_t octets[16];
	char id[2 * sizeof(octets) + 1];

	if (*given != '\0') {
		log_request(given);
		return;
	}
	random_bytes(octets, sizeof(octets));
	hex_encode(id, octets, sizeof(octets));
	log_request(id);
}

void
dispatch_begin(struct request *r, const struct service *service, const struct gateway *in)
{
	struct page *page = r->page;
	struct buf body = r->body;
	enum lang lang;

	memset(r, 0, sizeof(*r));
	r->page = page != NULL ? page : page_new();
	r->body = body;
	r->conf = service->conf;
	r->db = service->db;
	r->view = service->view;
	r->program = service->program;
	r->status = 200;
	r->method = METHOD_OTHER;
	if (strcmp(in->method, "GET") == 0 || strcmp(in->method, "HEAD") == 0)
		r->method = METHOD_GET;
	else if (strcmp(in->method, "POST") == 0)
		r->method = METHOD_POST;
	r->path = r->query = "";
	r->address = in->address;
	request_printable(r->agent_text, sizeof(r->agent_text), in->user_agent);
	r->user_agent = r->agent_text;
	r->lang = lang_parse(&lang, in->cookie_language) == 0 ? lang : i18n_accepted(in->accept_language);
	route_pre_session_random(r->fresh, in->cookie_login);
	r->pre_session = r->fresh[0] != '\0' ? in->cookie_login : "";
	r->proof_cookie = in->cookie_proof != NULL ? in->cookie_proof : "";
	/* a page that asks by itself is not looked at */
	r->told = r->method == METHOD_GET && in->cookie_told != NULL && *in->background == '\0' ? in->cookie_told : "";
	r->has_session = in->has_session != NULL && *in->has_session != '\0';
	r->session_cookie = strlen(in->cookie_session) <= REQUEST_COOKIE_MAX ? in->cookie_session : "";
	set_request_id(in->request_id);
}

static int
parse_target(struct request *r, const struct gateway *in)
{
	enum rc rc = request_target(&r->target, &r->query, in->uri);

	r->path = rc == RC_OK ? buf_text(&r->target) : "/";
	return rc == RC_OK ? 0 : 400;
}

/* Loopback, or one of the configuration's list, whole. */
static bool
is_monitor(const struct conf *conf, const char *address)
{
	const char *list = conf->monitors != NULL ? conf->monitors : "";
	size_t len = strlen(address);

	if (strncmp(address, "127.", 4) == 0 || strcmp(address, "::1") == 0 || strcmp(address, "unix:") == 0)
		return true;
	for (size_t n; *list != '\0'; list += n) {
		list += strspn(list, " ");
		n = strcspn(list, " ");
		if (n > 0 && n == len && memcmp(list, address, n) == 0)
			return true;
	}
	return false;
}

static int
find_route(struct request *r, const struct gateway *in)
{
	bool get = false, post = false;

	(void)in;
	for (size_t i = 0; i < r->program->count; i++) {
		const struct route *row = &r->program->routes[i];
		char param[REQUEST_PARAMS][REQUEST_PARAM_SIZE];
		int count = route_match(row->pattern, r->path, param);

		if (count < 0 || (row->role == ROLE_LOCAL && !is_monitor(r->conf, r->address)))
			continue;
		get = get || row->method == METHOD_GET;
		post = post || row->method == METHOD_POST;
		if (row->method != r->method || r->route != NULL)
			continue;
		r->route = row;
		for (int p = 0; p < count; p++) {
			memcpy(r->param_text[p], param[p], sizeof(param[p]));
			r->param[p] = r->param_text[p];
		}
	}
	if (r->route != NULL)
		return 0;
	if (!get && !post)
		return 404;
	buf_printf(&r->headers, "Allow: %s%s%s\r\n", get ? "GET, HEAD" : "", get && post ? ", " : "", post ? "POST" : "");
	return 405;
}

static int
check_origin(struct request *r, const struct gateway *in)
{
	if (r->method != METHOD_POST || csrf_origin_fits(r->conf->site, in->origin, in->fetch_site))
		return 0;
	log_warn("csrf", "%s: another site's page: origin \"%.200s\", fetch-site \"%.32s\"", r->route->pattern, in->origin, in->fetch_site);
	return 403;
}

/* The announced length only refuses early; what counts is what comes. */
int
dispatch_body(struct buf *body, size_t max, const struct gateway *in)
{
	size_t digits = strspn(in->content_length, "0123456789"), got;
	unsigned long long announced = strtoull(in->content_length, NULL, 10);
	char chunk[8192];

	if (in->content_length[digits] != '\0')
		return 400;
	if (digits > 18 || announced > max)
		return 413;
	do {
		got = in->read(in->arg, chunk, sizeof(chunk));
		if (body->len + got > max)
			return 413;
		buf_add(body, chunk, got);
	} while (got == sizeof(chunk));
	return digits > 0 && body->len != announced ? 400 : 0;
}

static size_t
body_max(const struct request *r)
{
	size_t max = r->program->body_max != 0 ? r->program->body_max : BODY_WORDS;

	return (size_t)r->conf->body_max < max ? (size_t)r->conf->body_max : max;
}

static int
parse_fields(struct request *r, const struct gateway *in)
{
	struct buf body = BUF_INIT;
	int status;

	if (r->method != METHOD_POST)
		return fields_parse(&r->fields, form_type, r->query, strlen(r->query)) == RC_OK ? 0 : 400;
	if (!fields_is_form(in->content_type))
		return 415;
	status = dispatch_body(&body, body_max(r), in);
	if (status == 0 && fields_parse(&r->fields, in->content_type, buf_text(&body), body.len) != RC_OK)
		status = 400;
	buf_free(&body);
	return status;
}

static int
find_session(struct request *r, const struct gateway *in)
{
	enum rc rc = RC_UNAUTHENTICATED;
	enum lang lang;

	if (r->route->role != ROLE_VISITOR && r->route->role != ROLE_CITIZEN)
		return 0;
	if (*r->session_cookie != '\0')
		rc = session_db_find(r->db, r->conf, r->session_cookie, r->path, *in->background != '\0', &r->session);
	if (rc == RC_OK) {
		r->signed_in = true;
		/* the cookie is the newer word: login and the profile set it too */
		if (lang_parse(&lang, in->cookie_language) != 0 && lang_parse(&lang, r->session.lang) == 0)
			r->lang = lang;
		csrf_token(r->csrf, r->conf->secret, r->session_cookie);
		return 0;
	}
	if (rc != RC_UNAUTHENTICATED)
		return response_status(rc);
	if (r->route->role == ROLE_VISITOR)
		return 0;
	return response_login(r) == RC_OK ? ANSWERED : 500;
}

/*
 * The session's token; where a form is open to strangers, also the pre-session's. There the cookie binds the token even when the
 * session behind it has ended meanwhile: the form was made for this browser.
 */
static int
check_token(struct request *r, const struct gateway *in)
{
	static const struct field_spec spec = { "csrf", CSRF_SIZE - 1, FIELD_REQUIRED, NULL, NULL };
	struct field token;
	char random[44];

	(void)in;
	route_pre_session_random(random, r->pre_session);
	if (!r->signed_in)
		csrf_token(r->csrf, r->conf->secret, random);
	if (r->method != METHOD_POST)
		return 0;
	if (fields_take(r->fields, &spec, 1, &token) == RC_OK) {
		if (r->route->role != ROLE_ANYONE && csrf_fits(r->conf->secret, r->session_cookie, token.value))
			return 0;
		if (r->route->role != ROLE_CITIZEN && csrf_fits(r->conf->secret, random, token.value))
			return 0;
	}
	log_warn("csrf", "%s: token: %s", r->route->pattern, token.error != NULL ? token.error : "does not fit");
	return 403;
}

/* «ТЕСТОВ Т.» */
static void
set_short_name(struct request *r)
{
	const char *name = r->session.name != NULL ? r->session.name : "";
	size_t first = *name != '\0' ? 1 : 0;

	while (first > 0 && first < 4 && ((unsigned char)name[first] & 0xc0) == 0x80)
		first++;
	page_setf(r->page, "user.short", "%s%s%.*s%s", r->session.surname != NULL ? r->session.surname : "", first > 0 ? " " : "",
	    (int)first, name, first > 0 ? "." : "");
}

/* Seconds until the session ends, rounded up so that nobody is warned of an end they cannot put off yet, and how long before that the page says so. */
static void
set_session_end(struct request *r)
{
	int64_t half = r->conf->session_idle / 2;

	page_set_int(r->page, "session.idle", (r->session.ends - r->session.now + SECOND - 1) / SECOND);
	page_set_int(r->page, "session.warn", half < SESSION_WARN ? half : SESSION_WARN);
}

static void
set_page(struct request *r)
{
	struct buf form = BUF_INIT;

	/* what the language switch leads back to must answer a GET */
	buf_puts(&form, r->path);
	if (r->method == METHOD_POST)
		route_form_page(r->program, &form);
	page_set(r->page, "path", buf_text(&form));
	buf_free(&form);
	page_set(r->page, "csrf", r->csrf);
	page_set_int(r->page, "signed_in", r->signed_in);
	page_set_int(r->page, "has_session", r->has_session);
	page_set(r->page, "request_id", log_request_id());
	if (!r->signed_in)
		return;
	page_set(r->page, "user.full_name", r->session.full_name);
	page_set(r->page, "user.iin", r->session.iin);
	set_short_name(r);
	if (!r->session.last_page)
		set_session_end(r);
}

/* What a handler that failed had begun does not go out: neither its headers nor its cookies. */
static int
handle(struct request *r)
{
	enum rc rc = r->route->handle(r);

	if (rc == RC_OK && (r->status != 200 || r->content_type[0] != '\0'))
		return ANSWERED;
	if (rc == RC_OK) {
		log_error("answer", "%s: handler: no answer was built", r->route->pattern);
		return 500;
	}
	log_info("refused", "%s: handler: %s", r->route->pattern, rc_name(rc));
	buf_reset(&r->headers);
	if (rc == RC_UNAUTHENTICATED)
		return response_login(r) == RC_OK ? ANSWERED : 500;
	return response_status(rc);
}

void
dispatch(struct request *r, const struct service *service, const struct gateway *in)
{
	static int (*const steps[])(
	    struct request *, const struct gateway *) = { parse_target, find_route, check_origin, parse_fields, find_session, check_token };
	int status = 0;

	dispatch_begin(r, service, in);
	for (size_t i = 0; status == 0 && i < sizeof(steps) / sizeof(steps[0]); i++)
		status = steps[i](r, in);
	if (status != ANSWERED)
		set_page(r);
	if (status == 0)
		status = handle(r);
	/* response_error cannot fail: behind the error page stands a plain one */
	if (status != ANSWERED && response_error(r, status) != RC_OK)
		log_error("answer", "%d: error page", status);
	if (r->signed_in && r->session.last_page)
		response_cookie(r, COOKIE_SESSION, "", 0);
}

void
dispatch_end(struct request *r)
{
	if (r->signed_in)
		session_free(&r->session);
	r->signed_in = false;
	fields_free(r->fields);
	r->fields = NULL;
	/* the memory of a page serves the next one; what is longer than pages are goes back */
	buf_reset(&r->body);
	if (r->body.size > BODY_KEPT)
		buf_free(&r->body);
	buf_free(&r->headers);
	buf_free(&r->target);
	page_reset(r->page);
	log_request(NULL);
}
