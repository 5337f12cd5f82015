#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/encode.h"
#include "base/mem.h"
#include "web/csrf.h"
#include "web/dispatch.h"

#define RANDOM "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOP_" /* 43 */
#define SERIAL "1f000000000000000000000000000000000000ab"
#define FORM "application/x-www-form-urlencoded"

/* In place of store/session.c: one session is known, one cookie finds no database, one session ends with this answer. */
enum rc
session_db_find(struct db *db, const struct conf *conf, const char *cookie, const char *path, bool background, struct session *out)
{
	(void)db;
	(void)conf;
	(void)path;
	(void)background;
	memset(out, 0, sizeof(*out));
	if (strcmp(cookie, "away") == 0)
		return RC_UNAVAILABLE;
	if (strcmp(cookie, "good") != 0 && strcmp(cookie, "last") != 0)
		return RC_UNAUTHENTICATED;
	out->surname = mem_string("ТЕСТОВ");
	out->name = mem_string("Әлем");
	out->full_name = mem_string("ТЕСТОВ Әлем");
	snprintf(out->lang, sizeof(out->lang), "kk");
	out->last_page = strcmp(cookie, "last") == 0;
	return RC_OK;
}

void
session_free(struct session *s)
{
	free(s->surname);
	free(s->name);
	free(s->full_name);
	memset(s, 0, sizeof(*s));
}

static char dir[64];
static struct conf conf;
static struct service service;

/* Handlers */
static enum rc
say(struct request *r)
{
	page_set(r->page, "said", r->param[0] != NULL ? r->param[0] : "-");
	return response_view(r, 200, "page.cs");
}

static enum rc
moved(struct request *r)
{
	return response_redirect(r, "/keys/%s", r->param[0]);
}

static enum rc
away(struct request *r)
{
	return response_redirect(r, "%s", r->query);
}

static enum rc
conflict(struct request *r)
{
	response_cookie(r, "half", "done", -1);
	return RC_CONFLICT;
}

static enum rc
silent(struct request *r)
{
	(void)r;
	return RC_OK;
}

static enum rc
form_get(struct request *r)
{
	route_pre_session(r);
	return response_view(r, 200, "page.cs");
}

static enum rc
form_post(struct request *r)
{
	static const struct field_spec spec[] = { { "name", 8, FIELD_REQUIRED, NULL, NULL }, { "mail", 99, 0, NULL, NULL } };
	struct field field[2];

	if (fields_take(r->fields, spec, 2, field) == RC_OK)
		return response_redirect(r, "/");
	response_fields(r, spec, field, 2);
	return response_view(r, 422, "page.cs");
}

static enum rc
file(struct request *r)
{
	return response_data(r, "application/x-pem-file", "a \"b\r\n.pem", "\0x", 2);
}

static const struct route routes[] = {
	{ METHOD_GET, "/", ROLE_ANYONE, say },
	{ METHOD_GET, "/keys/{serial}", ROLE_CITIZEN, say },
	{ METHOD_POST, "/keys/{serial}/revoke/confirm", ROLE_CITIZEN, moved },
	{ METHOD_GET, "/form", ROLE_VISITOR, form_get },
	{ METHOD_POST, "/form", ROLE_VISITOR, form_post },
	{ METHOD_GET, "/away", ROLE_ANYONE, away },
	{ METHOD_GET, "/conflict", ROLE_ANYONE, conflict },
	{ METHOD_GET, "/silent", ROLE_ANYONE, silent },
	{ METHOD_GET, "/file", ROLE_ANYONE, file },
	{ METHOD_GET, "/ready", ROLE_LOCAL, say },
};
static const struct program program = { "test", "account", routes, sizeof(routes) / sizeof(routes[0]), NULL, NULL };

struct body {
	const char *text;
	size_t len, at;
};

static size_t
read_body(void *arg, char *out, size_t len)
{
	struct body *body = arg;
	size_t n = body->len - body->at < len ? body->len - body->at : len;

	memcpy(out, body->text + body->at, n);
	body->at += n;
	return n;
}

static struct gateway
get(const char *uri)
{
	return (struct gateway){ "GET", uri, "", "", "192.0.2.1", "curl/7", "", "", "", "0123456789abcdef", "", "", "", "", "", read_body,
		NULL };
}

/* One request; head and body of the answer as text. */
static struct request request;
static struct buf head, answer;

static int
ask(struct gateway in, const char *body)
{
	struct body content = { body, strlen(body), 0 };
	int status;

	in.arg = &content;
	buf_reset(&head);
	buf_reset(&answer);
	dispatch(&request, &service, &in);
	response_head(&request, &head);
	buf_add(&answer, buf_text(&request.body), request.body.len);
	status = request.status;
	dispatch_end(&request);
	return status;
}

static int
post(struct gateway in, const char *uri, const char *body)
{
	char length[24];

	snprintf(length, sizeof(length), "%zu", strlen(body));
	in.method = "POST";
	in.uri = uri;
	if (*in.content_type == '\0')
		in.content_type = FORM;
	if (*in.content_length == '\0')
		in.content_length = length;
	return ask(in, body);
}

static bool
has(const struct buf *text, const char *part)
{
	return strstr(buf_text(text), part) != NULL;
}

static void
put(const char *name, const char *text)
{
	char path[160];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	f = fopen(path, "w");
	assert_non_null(f);
	fputs(text, f);
	assert_int_equal(fclose(f), 0);
}

static int
setup(void **state)
{
	static const char *const views[] = { "page.cs", "error.cs", NULL };
	static char site[] = "https://localhost:8443", phone[] = "1414";
	char path[160];

	(void)state;
	snprintf(dir, sizeof(dir), "/tmp/cabinet-route-XXXXXX");
	assert_non_null(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/lang", dir);
	assert_int_equal(mkdir(path, 0700), 0);
	put("lang/ru.hdf", "notice.welcome = Здравствуйте\nhttp.404.title = Нет\nhttp.404.text = т\nhttp.404.next = н\nhttp.500.title = "
			   "Сбой\nhttp.500.text = т\nhttp.500.next = н\n"
			   "error.required = Заполните\n");
	put("lang/kk.hdf", "http.500.title = Қате\nhttp.500.text = т\nhttp.500.next = н\n");
	put("lang/en.hdf", "http.500.title = Fault\nhttp.500.text = t\nhttp.500.next = n\n");
	put("page.cs",
	    "<?cs var:said ?>|<?cs var:lang ?>|<?cs var:path ?>|<?cs var:signed_in ?>|<?cs var:user.short ?>|csrf=<?cs var:csrf ?>|<?cs "
	    "var:notice.text ?>"
	    "<?cs each:e = errors ?><?cs var:e.field ?>:<?cs var:e.text ?>;<?cs /each ?>|<?cs var:error.name ?>|<?cs var:value.mail ?>");
	put("error.cs", "error <?cs var:http.status ?> <?cs var:http.title ?> <?cs var:request_id ?> <?cs var:support.phone ?>");
	conf = (struct conf){ .views = dir, .site = site, .support_phone = phone, .body_max = 4096 };
	memset(conf.secret, 7, sizeof(conf.secret));
	service = (struct service){ &program, &conf, NULL, NULL };
	return view_open(&service.view, &conf, views) == RC_OK ? 0 : -1;
}

static int
teardown(void **state)
{
	static const char *const names[] = { "lang/ru.hdf", "lang/kk.hdf", "lang/en.hdf", "page.cs", "error.cs", "lang" };
	char path[160];

	(void)state;
	view_close(service.view);
	page_free(request.page);
	buf_free(&head);
	buf_free(&answer);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		snprintf(path, sizeof(path), "%s/%s", dir, names[i]);
		(void)remove(path);
	}
	return rmdir(dir);
}

static void
table(void **state)
{
	(void)state;
	assert_true(route_table_is_valid(&program));
}

static void
told(void **state)
{
	struct gateway in = get("/");

	(void)state;
	in.cookie_told = "welcome";
	assert_int_equal(ask(in, ""), 200);
	assert_true(has(&answer, "|Здравствуйте"));
	assert_true(has(&head, "X-Cookie-told: ; Max-Age=0\r\n"));
	in.background = "1";
	assert_int_equal(ask(in, ""), 200);
	assert_false(has(&head, "X-Cookie-told"));
	assert_false(has(&answer, "Здравствуйте"));
	in.background = "";
	in.cookie_told = "revoked";
	assert_int_equal(ask(in, ""), 200);
	assert_false(has(&head, "X-Cookie-told"));
}

static void
plain_pages(void **state)
{
	struct gateway in = get("/");

	(void)state;
	assert_int_equal(ask(in, ""), 200);
	assert_true(has(&answer, "-|ru|/|0||csrf=|"));
	assert_true(has(&head, "Status: 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nContent-Language: ru\r\nContent-Length: "));
	assert_true(has(&head, "Cache-Control: private, no-cache\r\n"));
	assert_false(has(&head, "X-Cookie-"));
	in.accept_language = "en";
	assert_int_equal(ask(in, ""), 200);
	assert_true(has(&answer, "-|en|"));
	in.cookie_language = "kk";
	assert_int_equal(ask(in, ""), 200);
	assert_true(has(&answer, "-|kk|"));
	in.cookie_language = "../ru";
	assert_int_equal(ask(in, ""), 200);
	assert_true(has(&answer, "-|en|"));
	in.cookie_login = RANDOM;
	assert_int_equal(ask(in, ""), 200);
	assert_true(has(&head, "Cache-Control: no-store\r\n"));
	in = get("/file");
	assert_int_equal(ask(in, ""), 200);
	assert_int_equal(answer.len, 2);
	assert_true(has(&head, "Content-Type: application/x-pem-file\r\nContent-Length: 2\r\n"));
	assert_true(has(&head, "Content-Disposition: attachment; filename=\"a__b__.pem\"\r\n"));
}

static void
refusals(void **state)
{
	struct gateway in = get("/nowhere");

	(void)state;
	assert_int_equal(ask(in, ""), 404);
	assert_string_equal(buf_text(&answer), "error 404 Нет 0123456789abcdef 1414");
	assert_true(has(&head, "Status: 404 Not Found\r\n"));
	assert_true(has(&head, "Cache-Control: no-store\r\n"));
	assert_int_equal(ask(get("/a/../b"), ""), 400);
	assert_true(has(&answer, "error 400 Сбой"));
	assert_int_equal(ask(get("/?a=%4"), ""), 400);
	in = get("/form");
	in.method = "DELETE";
	assert_int_equal(ask(in, ""), 405);
	assert_true(has(&head, "Allow: GET, HEAD, POST\r\n"));
	assert_int_equal(post(get(""), "/", "a=b"), 405);
	assert_true(has(&head, "Allow: GET, HEAD\r\n"));
	in.uri = "/nowhere";
	assert_int_equal(ask(in, ""), 404);
	in.method = "HEAD";
	in.uri = "/";
	assert_int_equal(ask(in, ""), 200);
	assert_int_equal(ask(get("/conflict"), ""), 409);
	assert_false(has(&head, "half"));
	assert_int_equal(ask(get("/silent"), ""), 500);
	assert_int_equal(ask(get("/away?/keys"), ""), 303);
	assert_int_equal(ask(get("/away?//evil.kz"), ""), 500);
	assert_int_equal(ask(get("/away?https://evil.kz"), ""), 500);
	assert_false(has(&head, "Location"));
	/* only for the machine itself */
	in = get("/ready");
	assert_int_equal(ask(in, ""), 404);
	in.method = "PUT";
	assert_int_equal(ask(in, ""), 404);
	in = get("/ready");
	in.address = "127.0.0.1";
	assert_int_equal(ask(in, ""), 200);
	assert_true(has(&head, "Cache-Control: no-store\r\n"));
}

/* Who is listed may ask as well, by the whole address and no part of it. */
static void
monitors(void **state)
{
	static char list[] = "10.0.0.21 2001:db8::1";
	static const struct {
		const char *address;
		int status;
	} cases[] = { { "10.0.0.21", 200 }, { "2001:db8::1", 200 }, { "10.0.0.2", 404 }, { "0.0.0.21", 404 }, { "10.0.0.210", 404 },
		{ "2001:db8::", 404 }, { "", 404 }, { "8.8.8.8", 404 } };
	struct gateway in = get("/ready");

	(void)state;
	conf.monitors = list;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		in.address = cases[i].address;
		assert_int_equal(ask(in, ""), cases[i].status);
	}
	conf.monitors = NULL;
}

/* The page that stands behind everything: no views at all. */
static void
without_views(void **state)
{
	struct view *view = service.view;

	(void)state;
	service.view = NULL;
	assert_int_equal(ask(get("/nowhere"), ""), 404);
	service.view = view;
	assert_true(has(&answer, "<title>404</title>"));
	assert_true(has(&answer, "0123456789abcdef"));
	assert_true(has(&answer, "1414"));
}

static void
sessions(void **state)
{
	struct gateway in = get("/keys/" SERIAL "?a=b");

	(void)state;
	assert_int_equal(ask(in, ""), 303);
	assert_true(has(&head, "Location: /login?back=%2Fkeys%2F" SERIAL "%3Fa%3Db\r\n"));
	assert_true(has(&head, "Content-Length: 0\r\n"));
	assert_true(has(&head, "Cache-Control: no-store\r\n"));
	in.cookie_session = "unknown";
	assert_int_equal(ask(in, ""), 303);
	in.cookie_session = "good";
	assert_int_equal(ask(in, ""), 200);
	assert_true(has(&answer, SERIAL "|kk|/keys/" SERIAL "|1|ТЕСТОВ Ә.|csrf="));
	assert_false(has(&answer, "csrf=|"));
	assert_true(has(&head, "Cache-Control: no-store\r\n"));
	assert_false(has(&head, "X-Cookie-"));
	/* the switch above the page is a newer word than the profile's choice */
	in.cookie_language = "en";
	assert_int_equal(ask(in, ""), 200);
	assert_true(has(&answer, SERIAL "|en|/keys/" SERIAL "|1|"));
	in.cookie_session = "last";
	assert_int_equal(ask(in, ""), 200);
	assert_true(has(&head, "X-Cookie-session: ; Max-Age=0\r\n"));
	in.cookie_session = "away";
	assert_int_equal(ask(in, ""), 503);
	assert_true(has(&head, "Retry-After: 5\r\n"));
	/* the page above that holds the form, not the address of the POST */
	in = get("");
	assert_int_equal(post(in, "/keys/" SERIAL "/revoke/confirm", "csrf=x"), 303);
	assert_true(has(&head, "Location: /login?back=%2Fkeys%2F" SERIAL "\r\n"));
	/* a public page does not look at the session */
	in = get("/");
	in.cookie_session = "away";
	assert_int_equal(ask(in, ""), 200);
}

static void
tokens(void **state)
{
	struct gateway in = get("");
	char token[CSRF_SIZE], own[CSRF_SIZE], another[CSRF_SIZE], body[256];

	(void)state;
	csrf_token(own, conf.secret, "good");
	csrf_token(token, conf.secret, RANDOM);
	assert_int_equal(strlen(own), 86);
	/* the same token, and nothing of it looks the same: of 86 letters out of 64 one or two stay by chance */
	csrf_token(another, conf.secret, "good");
	for (size_t i = 0, same = 0; i < sizeof(own) - 1; i++) {
		same += own[i] == another[i];
		assert_true(same < 20);
	}
	assert_true(csrf_fits(conf.secret, "good", own) && csrf_fits(conf.secret, "good", another));
	/* one that was cut, and the pad alone */
	own[43] = '\0';
	assert_false(csrf_fits(conf.secret, "good", own));
	memset(own, 'A', sizeof(own) - 1);
	assert_false(csrf_fits(conf.secret, "good", own));
	memcpy(own, another, sizeof(own));
	in.cookie_session = "good";
	snprintf(body, sizeof(body), "csrf=%s", own);
	assert_int_equal(post(in, "/keys/" SERIAL "/revoke/confirm", body), 303);
	assert_true(has(&head, "Location: /keys/" SERIAL "\r\n"));
	/* a forged one: absent, empty, other, twice, of another session, of the pre-session */
	assert_int_equal(post(in, "/keys/" SERIAL "/revoke/confirm", ""), 403);
	assert_int_equal(post(in, "/keys/" SERIAL "/revoke/confirm", "csrf="), 403);
	snprintf(body, sizeof(body), "csrf=%s&csrf=%s", own, own);
	assert_int_equal(post(in, "/keys/" SERIAL "/revoke/confirm", body), 403);
	snprintf(body, sizeof(body), "csrf=%.42s%c%s", own, own[42] == 'A' ? 'B' : 'A', own + 43);
	assert_int_equal(post(in, "/keys/" SERIAL "/revoke/confirm", body), 403);
	snprintf(body, sizeof(body), "csrf=%s", token);
	in.cookie_login = RANDOM;
	assert_int_equal(post(in, "/keys/" SERIAL "/revoke/confirm", body), 403);
	/* a form for strangers takes the pre-session's, and that of a session that has ended */
	assert_int_equal(post(in, "/form", body), 422);
	in.cookie_login = RANDOM ".17.mac";
	assert_int_equal(post(in, "/form", body), 422);
	in.cookie_login = "";
	assert_int_equal(post(in, "/form", body), 403);
	in.cookie_session = "ended";
	csrf_token(own, conf.secret, "ended");
	snprintf(body, sizeof(body), "csrf=%s", own);
	assert_int_equal(post(in, "/form", body), 422);
	/* without any cookie nothing fits, not even the token of nothing */
	in.cookie_session = "";
	assert_int_equal(post(in, "/form", "csrf="), 403);
	assert_false(csrf_fits(conf.secret, "", ""));
}

static void
origins(void **state)
{
	static const struct {
		const char *origin, *fetch_site;
		int status;
	} cases[] = { { "https://localhost:8443", "same-origin", 422 }, { "https://localhost:8443", "", 422 }, { "", "none", 422 },
		{ "null", "", 403 }, { "https://localhost", "", 403 }, { "http://localhost:8443", "", 403 },
		{ "https://localhost:8443.evil.kz", "", 403 }, { "https://evil.kz", "same-origin", 403 },
		{ "https://localhost:8443", "same-site", 403 }, { "https://localhost:8443", "cross-site", 403 },
		{ "", "Same-Origin", 403 } };
	struct gateway in = get("");
	char token[CSRF_SIZE], body[128];

	(void)state;
	csrf_token(token, conf.secret, RANDOM);
	snprintf(body, sizeof(body), "csrf=%s", token);
	in.cookie_login = RANDOM;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		in.origin = cases[i].origin;
		in.fetch_site = cases[i].fetch_site;
		assert_int_equal(post(in, "/form", body), cases[i].status);
	}
	/* a GET from elsewhere is a link */
	in = get("/");
	in.origin = "https://evil.kz";
	in.fetch_site = "cross-site";
	assert_int_equal(ask(in, ""), 200);
}

/* "csrf=<token>|" of the page. */
static void
token_shown(char token[CSRF_SIZE])
{
	const char *at = strstr(buf_text(&answer), "csrf=");

	assert_non_null(at);
	snprintf(token, CSRF_SIZE, "%.*s", (int)strcspn(at + 5, "|"), at + 5);
}

static void
pre_session(void **state)
{
	struct gateway in = get("/form");
	char token[CSRF_SIZE];

	(void)state;
	assert_int_equal(ask(in, ""), 200);
	assert_true(has(&head, "X-Cookie-login: "));
	assert_false(has(&head, "Max-Age"));
	assert_false(has(&answer, "csrf=|"));
	in.cookie_login = RANDOM ".17.mac";
	assert_int_equal(ask(in, ""), 200);
	assert_false(has(&head, "X-Cookie-"));
	token_shown(token);
	assert_true(csrf_fits(conf.secret, RANDOM, token));
	in.cookie_login = "chosen-by-somebody";
	assert_int_equal(ask(in, ""), 200);
	assert_true(has(&head, "X-Cookie-login: "));
	/* a session's own token stays */
	in.cookie_session = "good";
	in.cookie_login = RANDOM;
	assert_int_equal(ask(in, ""), 200);
	token_shown(token);
	assert_true(csrf_fits(conf.secret, "good", token));
}

static void
bodies(void **state)
{
	struct gateway in = get("");
	struct buf big = BUF_INIT;
	char token[CSRF_SIZE], body[160];

	(void)state;
	in.cookie_login = RANDOM;
	csrf_token(token, conf.secret, RANDOM);
	snprintf(body, sizeof(body), "csrf=%s&name=Test", token);
	assert_int_equal(post(in, "/form", body), 303);
	snprintf(body, sizeof(body), "csrf=%s&name=&mail=%%3Cb%%3E", token);
	assert_int_equal(post(in, "/form", body), 422);
	assert_true(has(&answer, "|name:Заполните;|Заполните|&lt;b&gt;"));
	/* lengths that lie */
	in.content_length = "3";
	assert_int_equal(post(in, "/form", body), 400);
	in.content_length = "300";
	assert_int_equal(post(in, "/form", body), 400);
	in.content_length = "-1";
	assert_int_equal(post(in, "/form", body), 400);
	in.content_length = "4097";
	assert_int_equal(post(in, "/form", body), 413);
	in.content_length = "99999999999999999999999999";
	assert_int_equal(post(in, "/form", body), 413);
	buf_puts(&big, "name=");
	while (big.len < 4096)
		buf_putc(&big, 'a');
	in.content_length = "";
	assert_int_equal(post(in, "/form", big.data), 403);
	buf_putc(&big, 'a');
	in.content_length = "10";
	assert_int_equal(post(in, "/form", big.data), 413);
	/* the program's own limit counts where the configuration's is larger */
	conf.body_max = 262144;
	assert_int_equal(post(in, "/form", big.data), 413);
	conf.body_max = 4096;
	buf_free(&big);
	in.content_length = "";
	assert_int_equal(post(in, "/form", "a=%"), 400);
	in.content_type = "text/plain";
	assert_int_equal(post(in, "/form", body), 415);
	in.content_type = "multipart/form-data; boundary=";
	assert_int_equal(post(in, "/form", body), 400);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(table),
		cmocka_unit_test(plain_pages),
		cmocka_unit_test(told),
		cmocka_unit_test(refusals),
		cmocka_unit_test(monitors),
		cmocka_unit_test(without_views),
		cmocka_unit_test(sessions),
		cmocka_unit_test(tokens),
		cmocka_unit_test(origins),
		cmocka_unit_test(pre_session),
		cmocka_unit_test(bodies),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
