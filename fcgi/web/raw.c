#include "web/raw.h"

void
raw_dispatch(struct request *r, const struct raw_program *program, const struct gateway *in)
{
	struct buf body = BUF_INIT;
	int status = 0;

	if (r->method == METHOD_OTHER) {
		buf_puts(&r->headers, "Allow: GET, HEAD, POST\r\n");
		status = 405;
	} else if (r->method == METHOD_POST)
		status = dispatch_body(&body, program->body_max, in);
	if (status == 0)
		program->answer(r, in->uri, in->content_type, &body);
	else
		r->status = status;
	buf_free(&body);
}
