#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "pki/crl.h"
#include "publisher.h"

static const char *
file_name(bool is_delta)
{
	return is_delta ? "ca-delta.crl" : "ca.crl";
}

/* What lies at the address now. RC_NOT_FOUND, also for a file that is none: it is replaced. */
static enum rc
file_info(const struct publisher *p, bool is_delta, struct crl_info *info)
{
	char *path = mem_format("%s/%s", p->conf->crl_dir, file_name(is_delta));
	enum rc rc = crl_read(path, p->ca, NULL, NULL, info);

	free(path);
	return rc == RC_OK && (info->base_number != 0) == is_delta ? RC_OK : RC_NOT_FOUND;
}

/* One numbering for both: a number that was visible once is never given again, whatever a restored database says. */
static int64_t
highest_on_disk(const struct publisher *p)
{
	struct crl_info info;
	int64_t highest = 0;

	for (int is_delta = 0; is_delta < 2; is_delta++)
		if (file_info(p, is_delta != 0, &info) == RC_OK && (int64_t)info.number > highest)
			highest = (int64_t)info.number;
	return highest;
}

struct making {
	struct publisher *p;
	const struct publication *publication;
	struct db_result *rows;
	struct crl_info written, read;
};

static enum rc
next_entry(void *arg, struct crl_entry *out)
{
	struct making *m = arg;
	enum rc rc = db_next(m->rows);

	if (rc != RC_OK)
		return rc;
	out->reason = (int)db_get_int(m->rows, 1);
	out->revoked_at = db_get_instant(m->rows, 2);
	return db_copy_bytes(m->rows, 0, out->serial, SERIAL_SIZE) ? RC_OK : RC_INTERNAL;
}

/* Our serials have 20 octets and the first is 0x10…0x7f, dates are before 2050: two sizes. Were it not so, the writer would say so. */
static uint64_t
octets(uint64_t entries, uint64_t with_reason)
{
	const struct crl_entry plain = { .serial = { 0x10 } }, reasoned = { .serial = { 0x10 }, .reason = 1 };

	return (entries - with_reason) * crl_entry_size(&plain) + with_reason * crl_entry_size(&reasoned);
}

static enum rc
crl_file_write(int fd, void *arg)
{
	struct making *m = arg;
	const struct publication *c = m->publication;
	struct crl_plan plan = { .number = (uint64_t)c->number,
		.base_number = (uint64_t)c->base_number,
		.this_update = c->this_update,
		.next_update = c->next_update,
		.freshest = m->p->profiles[PURPOSE_SIGN]->freshest_crl };
	uint64_t with_reason;
	enum rc rc = publication_db_count(m->p, c, &plan.entries, &with_reason);

	if (rc != RC_OK)
		return rc;
	if (plan.entries != (uint64_t)c->entries) {
		log_error("publication", "%s %lld: %llu entries, claimed were %lld", file_name(c->is_delta), (long long)c->number,
		    (unsigned long long)plan.entries, (long long)c->entries);
		return RC_INTERNAL;
	}
	plan.octets = octets(plan.entries, with_reason);
	if ((rc = publication_db_entries(m->p, c, &m->rows)) != RC_OK)
		return rc;
	rc = crl_write(fd, &plan, m->p->key, next_entry, m, &m->written);
	db_result_free(m->rows);
	return rc;
}

/* Read back from the disk as a stranger would, and only as the holder of the lease made visible. */
static enum rc
crl_file_check(const char *path, void *arg)
{
	struct making *m = arg;
	enum rc rc = crl_read(path, m->p->ca, NULL, NULL, &m->read);

	if (rc == RC_OK && memcmp(&m->read, &m->written, sizeof(m->read)) != 0) {
		log_error("publication", "%s: what was read back is not what was written", path);
		rc = RC_INTERNAL;
	}
	return rc == RC_OK ? lease_keep(m->p) : rc == RC_INTERNAL ? rc : RC_UNAVAILABLE;
}

static enum rc
publish(struct publisher *p, const struct publication *c)
{
	struct making m = { .p = p, .publication = c };
	const struct file_replacement f = { p->conf->crl_dir, file_name(c->is_delta), crl_file_write, crl_file_check, &m };
	enum rc rc;

	/* it may have died after the rename: then only the row is behind */
	if (file_info(p, c->is_delta, &m.written) != RC_OK || m.written.number != (uint64_t)c->number ||
	    m.written.entries != (uint64_t)c->entries) {
		if ((rc = file_replace(&f)) != RC_OK)
			return rc;
	}
	if ((rc = publication_db_published(p, c, &m.written)) == RC_OK)
		log_info("published", "%s: number %lld, base %lld, %lld entries, %llu octets", file_name(c->is_delta), (long long)c->number,
		    (long long)c->base_number, (long long)c->entries, (unsigned long long)m.written.size);
	return rc;
}

/* In the order of their numbers, a base before its delta. */
static enum rc
publish_claimed(struct publisher *p)
{
	struct publication c;
	int64_t done = 0;
	enum rc rc;

	while ((rc = publication_db_unpublished(p, done, &c)) == RC_OK) {
		struct crl_info there;

		if (file_info(p, c.is_delta, &there) == RC_OK && there.number > (uint64_t)c.number) {
			log_error("publication", "%s: number %llu is published, %lld is never made visible", file_name(c.is_delta),
			    (unsigned long long)there.number, (long long)c.number);
			done = c.number;
		} else if ((rc = publish(p, &c)) != RC_OK)
			return rc;
	}
	return rc == RC_NOT_FOUND ? RC_OK : rc;
}

/* Absent, not what the register says, past half of its validity, or of a time that has not come: a clock that went back makes it nobody's. */
static enum rc
is_due(struct publisher *p, bool is_delta, bool *due, bool *exists)
{
	static bool checked[2];
	struct publication c;
	struct crl_info info;
	instant now;
	enum rc rc = publication_db_newest(p, is_delta, &c, &now);

	*exists = rc == RC_OK;
	*due = rc == RC_NOT_FOUND;
	if (rc != RC_OK)
		return rc == RC_NOT_FOUND ? RC_OK : rc;
	*due = now < c.this_update || now >= c.this_update + (c.next_update - c.this_update) / 2;
	if (!*due && !checked[is_delta]) {
		*due = file_info(p, is_delta, &info) != RC_OK || info.number != (uint64_t)c.number;
		checked[is_delta] = !*due;
	}
	return RC_OK;
}

enum rc
publication_work(struct publisher *p)
{
	bool base, delta, has_base, has_delta, has_new;
	enum rc rc = publish_claimed(p);

	if (rc == RC_OK)
		rc = is_due(p, false, &base, &has_base);
	if (rc == RC_OK)
		rc = is_due(p, true, &delta, &has_delta);
	if (rc == RC_OK)
		rc = publication_db_has_new(p, &has_new);
	if (rc != RC_OK)
		return rc;
	if (base && !has_base) {
		/* a delta needs a base that was there before it */
		rc = publication_db_claim(p, true, false, highest_on_disk(p));
		if (rc == RC_OK)
			rc = publish_claimed(p);
		base = false;
		delta = true;
	}
	if (rc == RC_OK && (base || delta || has_new)) {
		rc = publication_db_claim(p, base, true, highest_on_disk(p));
		if (rc == RC_OK)
			rc = publish_claimed(p);
	}
	return rc;
}
