#include "web/raw.h"

#include <stdio.h>

#include "base/log.h"

/* 0 to go on, or the HTTP status of its refusal. */
static int
take(struct raw_call *call, const struct raw_program *program, const struct gateway *in)
{
	if (call->r->method == METHOD_OTHER) {
		buf_puts(&call->r->headers, "Allow: GET, HEAD, POST\r\n");
		return 405;
	}
	return call->r->method == METHOD_POST ? dispatch_body(&call->body, program->body_max, in) : 0;
}

void
raw_log(const struct raw_call *call)
{
	log_request(call->id);
}

void
raw_dispatch(struct request r[], const struct service *service, const struct gateway in[], size_t count)
{
	const struct raw_program *program = service->program->raw;
	struct raw_call call[RAW_TOGETHER_MAX];
	size_t n = 0;

	for (size_t i = 0; i < count; i++) {
		struct raw_call c = { .r = &r[i], .target = in[i].uri, .content_type = in[i].content_type };
		int status;

		dispatch_begin(&r[i], service, &in[i]);
		snprintf(c.id, sizeof(c.id), "%s", log_request_id());
		if ((status = take(&c, program, &in[i])) == 0) {
			call[n++] = c;
			continue;
		}
		r[i].status = status;
		buf_free(&c.body);
	}
	if (n > 0)
		program->answer(call, n);
	for (size_t i = 0; i < n; i++)
		buf_free(&call[i].body);
}
