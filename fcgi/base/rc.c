#include "base/rc.h"

const char *
rc_name(enum rc rc)
{
	switch (rc) {
	case RC_OK:
		return "ok";
	case RC_BAD_INPUT:
		return "bad-input";
	case RC_UNAUTHENTICATED:
		return "unauthenticated";
	case RC_FORBIDDEN:
		return "forbidden";
	case RC_NOT_FOUND:
		return "not-found";
	case RC_CONFLICT:
		return "conflict";
	case RC_LIMITED:
		return "limited";
	case RC_UNAVAILABLE:
		return "unavailable";
	case RC_INTERNAL:
		return "internal";
	}
	return "unknown";
}
