#include "web/route.h"

#include <string.h>

#include "base/encode.h"
#include "base/log.h"
#include "base/random.h"
#include "web/csrf.h"

#define RANDOM_LEN 43 /* 256 bits in base64url */

static const char base64url[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

static const struct place {
	const char *name, *alphabet;
	size_t min, max;
} places[] = {
	{ "{serial}", "0123456789abcdef", 40, 40 },
	{ "{number}", "0123456789", 14, 14 },
	{ "{code}", base64url, 1, REQUEST_PARAM_SIZE - 1 },
};

static const struct place *
place_at(const char *pattern)
{
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		if (strncmp(pattern, places[i].name, strlen(places[i].name)) == 0)
			return &places[i];
	}
	return NULL;
}

int
route_match(const char *pattern, const char *path, char param[REQUEST_PARAMS][REQUEST_PARAM_SIZE])
{
	int count = 0;

	while (*pattern != '\0') {
		const struct place *place;
		size_t len;

		if (*pattern != '{') {
			if (*pattern++ != *path++)
				return -1;
			continue;
		}
		if ((place = place_at(pattern)) == NULL || count == REQUEST_PARAMS)
			return -1;
		len = strspn(path, place->alphabet);
		if (len < place->min || len > place->max)
			return -1;
		memcpy(param[count], path, len);
		param[count++][len] = '\0';
		path += len;
		pattern += strlen(place->name);
	}
	return *path == '\0' ? count : -1;
}

static const char *
row_fault(const struct program *program, const struct route *row)
{
	int count = 0;

	if (row->method != METHOD_GET && row->method != METHOD_POST)
		return "no method";
	if (row->role < ROLE_ANYONE || row->role > ROLE_LOCAL)
		return "no role";
	if ((row->role == ROLE_VISITOR || row->role == ROLE_CITIZEN) && program->account == NULL)
		return "a session without a database account";
	if (row->handle == NULL)
		return "no handler";
	if (row->pattern == NULL || *row->pattern != '/')
		return "pattern";
	for (const char *c = strchr(row->pattern, '{'); c != NULL; c = strchr(c + 1, '{')) {
		if (place_at(c) == NULL || ++count > REQUEST_PARAMS)
			return "place in the pattern";
	}
	return NULL;
}

bool
route_table_is_valid(const struct program *program)
{
	bool good = program->count > 0;

	for (size_t i = 0; i < program->count; i++) {
		const char *fault = row_fault(program, &program->routes[i]);

		if (fault == NULL)
			continue;
		log_error("route-table", "%s: row %zu: %s", program->name, i, fault);
		good = false;
	}
	return good;
}

static bool
has_page(const struct program *program, const char *path)
{
	char param[REQUEST_PARAMS][REQUEST_PARAM_SIZE];

	for (size_t i = 0; i < program->count; i++) {
		if (program->routes[i].method == METHOD_GET && route_match(program->routes[i].pattern, path, param) >= 0)
			return true;
	}
	return false;
}

void
route_form_page(const struct program *program, struct buf *path)
{
	while (path->len > 1 && !has_page(program, path->data)) {
		while (path->len > 1 && path->data[path->len - 1] != '/')
			path->data[--path->len] = '\0';
		if (path->len > 1)
			path->data[--path->len] = '\0';
	}
}

void
route_pre_session_random(char out[44], const char *cookie)
{
	size_t len = strspn(cookie, base64url), all = strlen(cookie);

	out[0] = '\0';
	if (len != RANDOM_LEN || (cookie[len] != '\0' && cookie[len] != '.') || all > REQUEST_COOKIE_MAX)
		return;
	for (const char *c = cookie + len; *c != '\0'; c++) {
		if (*c != '.' && strchr(base64url, *c) == NULL)
			return;
	}
	memcpy(out, cookie, RANDOM_LEN);
	out[RANDOM_LEN] = '\0';
}

void
route_pre_session(struct request *r)
{
	char bound[44];
	uint8_t octets[32];
	struct buf text = BUF_INIT;

	if (*r->pre_session == '\0') {
		random_bytes(octets, sizeof(octets));
		base64url_encode(&text, octets, sizeof(octets));
		memcpy(r->fresh, buf_text(&text), sizeof(r->fresh));
		buf_free(&text);
		r->pre_session = r->fresh;
		response_cookie(r, "__Host-login", r->fresh, -1);
	}
	/* a session's own token stays: the web floor takes either */
	if (r->signed_in)
		return;
	route_pre_session_random(bound, r->pre_session);
	csrf_token(r->csrf, r->conf->secret, bound);
	page_set(r->page, "csrf", r->csrf);
}
