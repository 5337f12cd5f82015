#include "store/tries.h"

#define IN_TEN_MINUTES 600

struct refused {
	const struct conf *conf;
	const struct event *event;
};

struct rate
tries_rate(const struct conf *conf, const char *address)
{
	return (struct rate){ "tries-address", address, conf->tries_per_address, IN_TEN_MINUTES, true };
}

enum rc
tries_db_look(struct db *db, const struct conf *conf, const char *address, int64_t *wait)
{
	const struct rate rate = tries_rate(conf, address);

	return rate_db_look(db, conf, &rate, wait);
}

static enum rc
refused_act(struct db *db, void *arg)
{
	const struct refused *r = arg;
	const struct rate rate = tries_rate(r->conf, r->event->address);
	enum rc rc;

	if ((rc = rate_db_take(db, r->conf, &rate)) != RC_OK)
		return rc;
	return event_db_insert(db, r->event);
}

enum rc
tries_db_refused(struct db *db, const struct conf *conf, const struct event *event)
{
	struct refused r = { conf, event };

	return db_transaction(db, refused_act, &r);
}
