/* Configuration text: refused with a reason, or taken with every value in its range. */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/conf.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf errors = BUF_INIT;
	struct conf *c;

	if (conf_parse(&c, "dir/c.conf", (const char *)data, size, &errors) == RC_OK) {
		if (errors.len != 0 || strncmp(c->site, "https://", 8) != 0 || strncmp(c->plain_site, "http://", 7) != 0 ||
		    c->session_idle < 60 || c->session_idle > c->session_absolute || c->certificate_days < 1 ||
		    c->certificate_days > 1095 || strncmp(c->oid_arc, "1.2.398.", 8) == 0)
			abort();
	} else if (errors.len == 0 || c != NULL) {
		abort();
	}
	conf_free(c);
	buf_free(&errors);
	return 0;
}
