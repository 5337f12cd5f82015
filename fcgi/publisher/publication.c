#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/encode.h"
#include "base/log.h"
#include "base/mem.h"
#include "pki/crl.h"
#include "publisher.h"

#define ALARM_EVERY MINUTE
#define GROWTH_OCTETS 1048576 /* a smaller list may double without anybody being told */

static const char *
file_name(bool is_delta)
{
	return is_delta ? "ca-delta.crl" : "ca.crl";
}

static char *
file_path(const struct publisher *p, bool is_delta)
{
	return mem_format("%s/%s", p->conf->crl_dir, file_name(is_delta));
}

static void
mark_of(char out[FILE_MARK_SIZE], const struct stat *st)
{
	snprintf(out, FILE_MARK_SIZE, "%llx:%llx %lld %lld.%09ld %lld.%09ld", (unsigned long long)st->st_dev,
	    (unsigned long long)st->st_ino, (long long)st->st_size, (long long)st->st_mtim.tv_sec, st->st_mtim.tv_nsec,
	    (long long)st->st_ctim.tv_sec, st->st_ctim.tv_nsec);
}

/* The very file that was read back when it was published; what an earlier process has read is not read again. */
static bool
is_as_published(struct publisher *p, bool is_delta, const char *mark, off_t size, struct crl_info *info)
{
	struct publication newest;
	instant unused;

	if (publication_db_newest(p, is_delta, &newest, &unused) != RC_OK || strcmp(newest.file_mark, mark) != 0)
		return false;
	*info = (struct crl_info){ .number = (uint64_t)newest.number,
		.base_number = (uint64_t)newest.base_number,
		.this_update = newest.this_update,
		.next_update = newest.next_update,
		.entries = (uint64_t)newest.entries,
		.size = (uint64_t)size };
	return true;
}

/*
 * What lies at the address now. RC_NOT_FOUND, also for a file that is none: it is replaced. Read whole once; a file of the same place, size and
 * times is the one that was read.
 */
static enum rc
file_info(struct publisher *p, bool is_delta, struct crl_info *info)
{
	static struct {
		bool is_known;
		char mark[FILE_MARK_SIZE];
		struct crl_info info;
	} seen[2];
	char *path = file_path(p, is_delta), mark[FILE_MARK_SIZE];
	struct stat st;
	enum rc rc = stat(path, &st) == 0 ? RC_OK : RC_NOT_FOUND;

	if (rc == RC_OK) {
		mark_of(mark, &st);
		if (!seen[is_delta].is_known || strcmp(seen[is_delta].mark, mark) != 0) {
			if (seen[is_delta].is_known || !is_as_published(p, is_delta, mark, st.st_size, &seen[is_delta].info))
				rc = crl_read(path, p->ca, NULL, NULL, &seen[is_delta].info);
			seen[is_delta].is_known = rc == RC_OK;
			memcpy(seen[is_delta].mark, mark, sizeof(seen[is_delta].mark));
		}
	}
	free(path);
	if (rc != RC_OK || (seen[is_delta].info.base_number != 0) != is_delta)
		return RC_NOT_FOUND;
	*info = seen[is_delta].info;
	return RC_OK;
}

/* One numbering for both: a number that was visible once is never given again, whatever a restored database says. */
static int64_t
highest_on_disk(struct publisher *p)
{
	struct crl_info info;
	int64_t highest = 0;

	for (int is_delta = 0; is_delta < 2; is_delta++)
		if (file_info(p, is_delta != 0, &info) == RC_OK && (int64_t)info.number > highest)
			highest = (int64_t)info.number;
	return highest;
}

/* ---- one file */

struct making {
	struct publisher *p;
	struct publication *publication;
	struct entries entries;
	bool by_rows;	 /* of the register, not by the blocks of them */
	bool is_refused; /* an entry would leave before it may */
	struct crl_info written, read;
	struct crl_walk *before;  /* the list that is replaced; NULL: there was none */
	uint8_t old[SERIAL_SIZE]; /* its entry that was not met yet */
	bool has_old;
};

static enum rc
next_entry(void *arg, struct crl_entry *out)
{
	return entries_next(arg, out);
}

static enum rc
crl_file_write(int fd, void *arg)
{
	struct making *m = arg;
	const struct publication *c = m->publication;
	const struct crl_plan plan = { .number = (uint64_t)c->number,
		.base_number = (uint64_t)c->base_number,
		.this_update = c->this_update,
		.next_update = c->next_update,
		.entries = (uint64_t)c->entries,
		.octets = (uint64_t)c->octets,
		.freshest = m->p->profiles[PURPOSE_SIGN]->freshest_crl };
	enum rc rc = entries_open(m->p, c, m->by_rows, &m->entries);

	if (rc != RC_OK)
		return rc;
	rc = crl_write(fd, &plan, m->p->key, next_entry, &m->entries, &m->written);
	entries_close(&m->entries);
	return rc;
}

static bool
next_old(struct making *m)
{
	m->has_old = m->before != NULL && crl_walk_serial(m->before, m->old) == RC_OK;
	return m->has_old;
}

/* Entries of the old list below serial (NULL: all that are left) are not on the new one: each must have a reason to be gone. */
static bool
may_leave_below(struct making *m, const uint8_t *serial)
{
	char hex[SERIAL_HEX_SIZE];
	enum rc rc;

	for (; m->has_old && (serial == NULL || memcmp(m->old, serial, SERIAL_SIZE) < 0); next_old(m)) {
		if ((rc = publication_db_may_leave(m->p, m->publication, m->old)) == RC_OK)
			continue;
		hex_encode(hex, m->old, SERIAL_SIZE);
		log_error("publication", "ALARM: RFC 5280 section 3.3: %s %lld: %s would leave the list before it may: %s; not published",
		    file_name(m->publication->is_delta), (long long)m->publication->number, hex, rc_name(rc));
		m->is_refused = rc == RC_NOT_FOUND;
		return false;
	}
	return true;
}

static bool
compare_entry(void *arg, const struct crl_entry *e)
{
	struct making *m = arg;

	if (!may_leave_below(m, e->serial))
		return false;
	if (m->has_old && memcmp(m->old, e->serial, SERIAL_SIZE) == 0)
		next_old(m);
	return true;
}

static bool
is_same_list(const struct crl_info *a, const struct crl_info *b)
{
	return a->number == b->number && a->base_number == b->base_number && a->this_update == b->this_update &&
	       a->next_update == b->next_update && a->entries == b->entries && a->size == b->size;
}

/* Read back from the disk as a stranger would, and held against the list that it replaces. */
static enum rc
read_back(struct making *m, const char *path)
{
	struct crl_info old;
	char *before = file_path(m->p, m->publication->is_delta);
	enum rc rc = RC_OK;

	if (file_info(m->p, m->publication->is_delta, &old) == RC_OK) {
		if (old.number >= (uint64_t)m->publication->number) {
			log_error("publication", "RFC 5280 section 5.2.3: %s: number %llu is published, %lld is not higher", before,
			    (unsigned long long)old.number, (long long)m->publication->number);
			rc = RC_CONFLICT;
		} else
			rc = crl_walk_open(&m->before, before);
	}
	free(before);
	if (rc != RC_OK)
		return rc;
	next_old(m);
	rc = crl_read(path, m->p->ca, compare_entry, m, &m->read);
	if (rc == RC_OK && !may_leave_below(m, NULL))
		rc = RC_BAD_INPUT;
	crl_walk_close(m->before);
	m->before = NULL;
	return rc == RC_OK ? RC_OK : RC_UNAVAILABLE;
}

/* And only the holder of the lease makes it visible. */
static enum rc
crl_file_check(const char *path, void *arg)
{
	struct making *m = arg;
	enum rc rc = read_back(m, path);

	if (rc != RC_OK)
		return rc;
	if (!is_same_list(&m->read, &m->written)) {
		log_error("publication", "%s: what was read back is not what was written", path);
		return RC_INTERNAL;
	}
	return lease_keep(m->p);
}

/* The rows have the last word: blocks that give another list than they do are packed anew, and this list is made without them. */
static enum rc
without_blocks(struct making *m, const struct file_replacement *f)
{
	enum rc rc = entries_doubt(m->p);

	log_error("publication", "ALARM: %s %lld: the blocks of the register do not give the list that its rows do", f->name,
	    (long long)m->publication->number);
	m->by_rows = true;
	return rc == RC_OK ? file_replace(f) : rc;
}

static enum rc
replace_file(struct publisher *p, struct publication *c, struct making *m)
{
	const struct file_replacement f = { p->conf->crl_dir, file_name(c->is_delta), p->fence, crl_file_write, crl_file_check, m };
	const int64_t entries = c->entries, octets = c->octets;
	enum rc rc = file_replace(&f);

	if (rc != RC_OK && m->is_refused && m->entries.is_packed)
		return without_blocks(m, &f);
	if (rc != RC_INTERNAL || publication_db_count(p, c) != RC_OK)
		return rc;
	if (c->entries == entries && c->octets == octets)
		return m->entries.is_packed ? without_blocks(m, &f) : rc;
	/* a reason may have been raised since it was claimed, then an entry has another size; another number of them has no good explanation, but a
	   list of what the register says now, with nobody missing who was on the one before, is better than none */
	if (c->entries != entries)
		log_error("publication", "ALARM: %s %lld: the register has %lld entries for it, claimed were %lld", file_name(c->is_delta),
		    (long long)c->number, (long long)c->entries, (long long)entries);
	m->by_rows = true;
	return file_replace(&f);
}

/* Told, not stopped: a list that is too large is better than none. */
static void
size_alarm(const struct publisher *p, const struct publication *c, uint64_t before, uint64_t size)
{
	if (size > (uint64_t)p->conf->crl_size_alarm)
		log_error("publication", "ALARM: %s %lld: %llu octets, more than publisher.crl_size_alarm", file_name(c->is_delta),
		    (long long)c->number, (unsigned long long)size);
	else if (!c->is_delta && size > GROWTH_OCTETS && before > 0 && size / 2 > before)
		log_error("publication", "ALARM: %s %lld: %llu octets, the one before had %llu", file_name(c->is_delta),
		    (long long)c->number, (unsigned long long)size, (unsigned long long)before);
}

/* As it lies there, with its digest. */
static enum rc
read_whole(const struct publisher *p, const struct publication *c, struct crl_info *out)
{
	char *path = file_path(p, c->is_delta);
	enum rc rc = crl_read(path, p->ca, NULL, NULL, out);

	free(path);
	return rc == RC_OK ? RC_OK : RC_UNAVAILABLE;
}

static enum rc
note_mark(const struct publisher *p, struct publication *c)
{
	char *path = file_path(p, c->is_delta);
	struct stat st;
	enum rc rc = stat(path, &st) == 0 ? RC_OK : RC_UNAVAILABLE;

	if (rc == RC_OK)
		mark_of(c->file_mark, &st);
	free(path);
	return rc;
}

static enum rc
publish(struct publisher *p, struct publication *c)
{
	struct making m = { .p = p, .publication = c };
	struct crl_info there;
	bool is_there = file_info(p, c->is_delta, &there) == RC_OK;
	enum rc rc;

	/* it may have died after the rename: then only the row is behind */
	if (is_there && there.number == (uint64_t)c->number && there.entries == (uint64_t)c->entries)
		rc = read_whole(p, c, &m.read);
	else
		rc = replace_file(p, c, &m);
	if (rc != RC_OK || (rc = note_mark(p, c)) != RC_OK || (rc = publication_db_published(p, c, &m.read)) != RC_OK)
		return rc;
	log_info("published", "%s: number %lld, base %lld, %lld entries, %llu octets", file_name(c->is_delta), (long long)c->number,
	    (long long)c->base_number, (long long)c->entries, (unsigned long long)m.read.size);
	size_alarm(p, c, is_there ? there.size : 0, m.read.size);
	return RC_OK;
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

/* ---- when */

struct newest {
	bool exists;
	struct publication list;
	instant now;
};

static instant
life_at(const struct publication *c, int quarters)
{
	return c->this_update + (c->next_update - c->this_update) / 4 * quarters;
}

static enum rc
find_newest(struct publisher *p, bool is_delta, struct newest *out)
{
	enum rc rc = publication_db_newest(p, is_delta, &out->list, &out->now);

	out->exists = rc == RC_OK;
	return rc == RC_NOT_FOUND ? RC_OK : rc;
}

/* Absent, not what the register says, from a future that was none, or past half of its validity. */
static bool
is_due(struct publisher *p, bool is_delta, const struct newest *n)
{
	static bool checked[2];
	struct crl_info info;

	if (!n->exists || n->now < n->list.this_update || n->now >= life_at(&n->list, 2))
		return true;
	if (!checked[is_delta])
		checked[is_delta] = file_info(p, is_delta, &info) == RC_OK && info.number == (uint64_t)n->list.number;
	return !checked[is_delta];
}

/* What lapses because nothing can be published is told long before it has lapsed, once a minute. */
static void
age_alarm(bool is_delta, const struct newest *n)
{
	static instant told[2];

	if (!n->exists || n->now < life_at(&n->list, 3) || n->now < told[is_delta] + ALARM_EVERY)
		return;
	told[is_delta] = n->now;
	log_error("publication", "ALARM: RFC 5280 section 5.1.2.5: %s %lld is past three quarters of its validity and cannot be renewed",
	    file_name(is_delta), (long long)n->list.number);
}

static enum rc
publish_due(struct publisher *p, const struct newest *base, const struct newest *delta)
{
	bool base_due = is_due(p, false, base), delta_due = is_due(p, true, delta), has_new = false;
	enum rc rc = publication_db_has_new(p, &has_new);

	if (rc == RC_OK && !base->exists) {
		/* a delta needs a base that was there before it */
		if ((rc = publication_db_claim(p, true, false, highest_on_disk(p))) == RC_OK)
			rc = publish_claimed(p);
		base_due = false;
		delta_due = true;
	}
	/* a burst shares its lists; what comes after a rest is on one at once */
	if (has_new && delta->now < delta->list.this_update + p->conf->crl_delta_spacing * SECOND)
		has_new = false;
	if (rc == RC_OK && (base_due || delta_due || has_new) &&
	    (rc = publication_db_claim(p, base_due, true, highest_on_disk(p))) == RC_OK)
		rc = publish_claimed(p);
	return rc;
}

enum rc
publication_work(struct publisher *p)
{
	struct newest base = { .exists = false }, delta = { .exists = false };
	enum rc claimed = publish_claimed(p), rc = find_newest(p, false, &base);

	if (rc == RC_OK)
		rc = find_newest(p, true, &delta);
	if (rc == RC_OK)
		rc = claimed == RC_OK ? publish_due(p, &base, &delta) : claimed;
	if (rc != RC_OK && !p->is_lost) {
		age_alarm(false, &base);
		age_alarm(true, &delta);
	}
	return rc;
}
