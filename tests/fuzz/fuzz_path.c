/* Request targets, and what else of a request's head is taken apart: patterns, languages, User-Agent, values of filters. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/encode.h"
#include "base/mem.h"
#include "web/paging.h"
#include "web/route.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Values that stand in addresses and forms: an e-mail address goes to a mail server, a day and a place in a list go to SQL. */
static void
look_at_values(const char *text)
{
	const char *at = strchr(text, '@');
	char after[15];
	instant from, to, time;

	if (field_is_email(text) && (at == NULL || at == text || strlen(text) > 254 || strpbrk(text, " \t\r\n<>\"(),;:\\[]") != NULL ||
					strchr(at + 1, '@') != NULL))
		abort();
	if (paging_parse(text, &time, after, sizeof(after)) && strlen(after) >= sizeof(after))
		abort();
	if (paging_is_day(text)) {
		paging_day(text, &from, &to);
		if (from >= to)
			abort();
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const patterns[] = { "/", "/keys/{serial}", "/keys/{serial}.cer", "/status/{number}/installed",
		"/receipts/{code}", "/{code}/{code}/{code}/{code}" };
	char *text = mem_copy(data, size), param[REQUEST_PARAMS][REQUEST_PARAM_SIZE], agent[REQUEST_AGENT_SIZE], bound[44];
	struct buf path = BUF_INIT;
	const char *query;

	if (request_target(&path, &query, text) == RC_OK) {
		if (*buf_text(&path) != '/' || strstr(path.data, "/../") != NULL || strstr(path.data, "//") != NULL ||
		    strlen(path.data) != path.len || !utf8_is_valid(path.data, path.len))
			abort();
		for (size_t i = 0; i < sizeof(patterns) / sizeof(patterns[0]); i++) {
			int count = route_match(patterns[i], path.data, param);

			for (int p = 0; p < count; p++) {
				if (strstr(path.data, param[p]) == NULL)
					abort();
			}
		}
	}
	if (request_is_local(text) && (text[0] != '/' || strpbrk(text, "\r\n\\ ") != NULL || text[1] == '/'))
		abort();
	request_printable(agent, sizeof(agent), text);
	if (!utf8_is_valid(agent, strlen(agent)))
		abort();
	route_pre_session_random(bound, text);
	if (strlen(bound) != 0 && strlen(bound) != 43)
		abort();
	(void)i18n_accepted(text);
	look_at_values(text);
	buf_free(&path);
	free(text);
	return 0;
}
