/*
 * CRLs as they are served: whole, signed by the CA, not old, the newest that the register knows, and each entry against the register, in one pass over
 * both. What belongs on a list is a function of its number (first_crl_number, first_delta_number), so a decision of this moment disturbs nothing.
 * A large list in which nothing was wrong is fetched and read again when it has changed, or after an hour; its age and number are judged each time.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/encode.h"
#include "base/log.h"
#include "base/mem.h"
#include "pki/crl.h"
#include "watchdog.h"

#define TRIES 3			/* a list may change between one look and the next */
#define TOLD 5			/* entries that are named one by one */
#define ROOT_WARNING (60 * DAY) /* a ceremony takes time */
#define ROOT_ALARM (14 * DAY)
#define LARGE 1048576 /* octets of a list that is not read each minute */
#define READ_AGAIN HOUR

/* The list's own row, and the newest that everybody should see by now. */
enum { LIST_DIGEST, LIST_THIS_UPDATE, LIST_NEXT_UPDATE, LIST_PUBLISHED };
static const struct db_statement list = {
	.name = "crls list",
	.sql = "SELECT tbs_sha256, this_update, next_update, published_at IS NOT NULL FROM crl WHERE ca = ? AND number = ? AND kind = ?",
};
static const struct db_statement newest = {
	.name = "crls newest",
	.sql =
	    "SELECT COALESCE(MAX(number), 0) FROM crl WHERE ca = ? AND kind = ? AND published_at < UTC_TIMESTAMP(6) - INTERVAL 10 SECOND",
};
/*
 * What may be on the list, in its order; whether it must (a base lets go of what expired before it, RFC 5280, 3.3), and whether its reason is the
 * present one (it may have been raised to keyCompromise since).
 */
enum { ENTRY_SERIAL, ENTRY_MUST, ENTRY_IS_PRESENT, ENTRY_REASON, ENTRY_REVOKED_AT };
static const struct db_statement base_entries = {
	.name = "crls base entries",
	.sql =
	    "SELECT serial, not_after IS NULL OR not_after >= ?, COALESCE(crl_number <= ?, 0), reason, revoked_at FROM revocation"
	    " FORCE INDEX (PRIMARY) WHERE ca = ? AND first_crl_number <= ? AND verified_at IS NOT NULL AND refused IS NULL ORDER BY serial",
	.stream = true,
};
static const struct db_statement delta_entries = {
	.name = "crls delta entries",
	.sql = "SELECT serial, COALESCE(delta_number <= ?, 0) OR first_crl_number IS NULL OR first_crl_number > ?,"
	       " COALESCE(delta_number <= ?, 0), reason, revoked_at FROM revocation FORCE INDEX (claims)"
	       " WHERE ca = ? AND (crl_number IS NULL OR crl_number > ?) AND first_delta_number <= ? AND verified_at IS NOT NULL"
	       " AND refused IS NULL ORDER BY serial",
	.stream = true,
};

const struct db_statement *const crls_statements[] = { &list, &newest, &base_entries, &delta_entries, NULL };

struct comparing {
	struct watchdog *w;
	enum check check;
	bool is_delta;
	const char *path;
	struct crl_info info;
	struct buf faults; /* one line each */
	size_t count;
};

static void __attribute__((format(printf, 2, 3))) fault(struct comparing *c, const char *fmt, ...)
{
	char text[300];
	va_list ap;

	va_start(ap, fmt);
	if (vsnprintf(text, sizeof(text), fmt, ap) < 0)
		text[0] = '\0';
	va_end(ap);
	if (c->count++ < TOLD)
		buf_printf(&c->faults, "%s\n", text);
}

static void
entry_fault(struct comparing *c, const uint8_t serial[SERIAL_SIZE], const char *what)
{
	char hex[SERIAL_HEX_SIZE];

	hex_encode(hex, serial, SERIAL_SIZE);
	fault(c, "%s %" PRIu64 ": %s: %s", c->is_delta ? "delta" : "base", c->info.number, hex, what);
}

static void
compare_entry(struct comparing *c, const struct crl_entry *e, const struct db_result *row)
{
	if (e->revoked_at != db_get_instant(row, ENTRY_REVOKED_AT) / SECOND * SECOND)
		entry_fault(c, e->serial, "another time than in the register");
	else if (db_get_int(row, ENTRY_IS_PRESENT) != 0 && e->reason != (int)db_get_int(row, ENTRY_REASON))
		entry_fault(c, e->serial, "another reason than in the register");
}

/* Both rise by serial. */
static enum rc
merge(struct comparing *c, struct crl_walk *walk, struct db_result *rows)
{
	struct crl_entry e;
	uint8_t serial[SERIAL_SIZE];
	enum rc has_entry = crl_walk_next(walk, &e), has_row = db_next(rows);

	while ((has_entry == RC_OK || has_entry == RC_NOT_FOUND) && (has_row == RC_OK || has_row == RC_NOT_FOUND) &&
	       (has_entry == RC_OK || has_row == RC_OK)) {
		int order;

		if (has_row == RC_OK && !db_copy_bytes(rows, ENTRY_SERIAL, serial, sizeof(serial)))
			return RC_INTERNAL;
		order = has_row != RC_OK ? -1 : has_entry != RC_OK ? 1 : memcmp(e.serial, serial, SERIAL_SIZE);
		if (order < 0)
			entry_fault(c, e.serial, "on the list, and not claimed for it in the register");
		else if (order > 0 && db_get_int(rows, ENTRY_MUST) != 0)
			entry_fault(c, serial, "claimed for the list, and not on it");
		else if (order == 0)
			compare_entry(c, &e, rows);
		if (order <= 0)
			has_entry = crl_walk_next(walk, &e);
		if (order >= 0)
			has_row = db_next(rows);
	}
	if (has_entry != RC_OK && has_entry != RC_NOT_FOUND)
		return has_entry;
	return has_row == RC_NOT_FOUND ? RC_OK : has_row;
}

static enum rc
compare_entries(struct comparing *c)
{
	const struct db_value ca = db_int(c->w->ca_id), number = db_int((int64_t)c->info.number),
			      base = db_int((int64_t)c->info.base_number);
	struct db_result *rows;
	struct crl_walk *walk;
	enum rc rc = crl_walk_open(&walk, c->path);

	if (rc != RC_OK)
		return rc;
	if (c->is_delta)
		rc = db_query(c->w->db, &delta_entries, DB_IN(number, base, number, ca, base, number), &rows);
	else
		rc = db_query(c->w->db, &base_entries, DB_IN(db_instant(c->info.this_update), number, ca, number), &rows);
	if (rc == RC_OK) {
		rc = merge(c, walk, rows);
		db_result_free(rows);
	}
	crl_walk_close(walk);
	return rc;
}

/* The register's row of this very list: nobody else may have made it. */
static enum rc
compare_list(struct comparing *c)
{
	struct watchdog *w = c->w;
	const char *kind = c->is_delta ? "delta" : "base";
	struct db_result *row;
	uint8_t digest[32];
	int64_t number = 0;
	enum rc rc = db_one(w->db, &newest, DB_IN(db_int(w->ca_id), db_text(kind)), &row);

	if (rc == RC_OK) {
		number = db_get_int(row, 0);
		db_result_free(row);
		if (number > (int64_t)c->info.number)
			fault(c, "%s: number %" PRIu64 " is served, %lld was published", kind, c->info.number, (long long)number);
		rc = db_one(w->db, &list, DB_IN(db_int(w->ca_id), db_int((int64_t)c->info.number), db_text(kind)), &row);
	}
	if (rc == RC_NOT_FOUND) {
		fault(c, "%s: the register knows no number %" PRIu64, kind, c->info.number);
		return RC_OK;
	}
	if (rc != RC_OK)
		return rc;
	if (db_get_int(row, LIST_PUBLISHED) == 0)
		fault(c, "%s: number %" PRIu64 " is served, and not published in the register", kind, c->info.number);
	else if (!db_is_null(row, LIST_DIGEST) &&
		 (!db_copy_bytes(row, LIST_DIGEST, digest, sizeof(digest)) || memcmp(digest, c->info.tbs_sha256, sizeof(digest)) != 0))
		fault(c, "%s: number %" PRIu64 " is not the list that was published", kind, c->info.number);
	db_result_free(row);
	return RC_OK;
}

static bool
is_read_lately(const struct watchdog *w, const struct seen_list *s)
{
	return !w->is_whole && s->info.size > LARGE && w->now >= s->read_at && w->now < s->read_at + READ_AGAIN;
}

static enum rc
read_list(struct comparing *c, const char *url, struct seen_list *seen)
{
	char tag[TAG_SIZE] = "";
	const char *why;
	enum rc rc;

	if (is_read_lately(c->w, seen))
		memcpy(tag, seen->tag, sizeof(tag));
	if ((rc = fetch_file(c->w->fetcher, url, c->path, tag, &why)) == RC_CONFLICT) {
		c->info = seen->info;
		return compare_list(c);
	}
	if (rc != RC_OK) {
		fault(c, "%s: %s", url, why);
		return RC_OK;
	}
	memcpy(seen->tag, tag, sizeof(tag));
	seen->read_at = c->w->now;
	if (crl_read(c->path, c->w->ca, NULL, NULL, &c->info) != RC_OK) {
		fault(c, "%s: %s", url, c->info.fault != NULL ? c->info.fault : "no CRL");
		return RC_OK;
	}
	if ((c->info.base_number != 0) != c->is_delta) {
		fault(c, "%s: a %s CRL at this address", url, c->is_delta ? "base" : "delta");
		return RC_OK;
	}
	rc = compare_list(c);
	return rc == RC_OK ? compare_entries(c) : rc;
}

/* What is not in order is read whole the next time. */
static enum rc
look(struct comparing *c, const char *url)
{
	struct seen_list *seen = &c->w->memory.list[c->is_delta];
	enum rc rc;

	c->count = 0;
	buf_reset(&c->faults);
	rc = read_list(c, url, seen);
	if (rc == RC_OK && c->count == 0)
		seen->info = c->info;
	else
		memset(seen, 0, sizeof(*seen));
	return rc;
}

static void
judge_age(struct comparing *c)
{
	const struct watchdog *w = c->w;
	instant life = c->info.next_update - c->info.this_update;

	if (w->now > c->info.next_update)
		found(c->w, c->check, LEVEL_ALARM, "%s %" PRIu64 ": out of date for %lld s", c->is_delta ? "delta" : "base", c->info.number,
		    (long long)((w->now - c->info.next_update) / SECOND));
	else if (w->now > c->info.this_update + life / 4 * 3)
		found(c->w, c->check, LEVEL_WARNING, "%s %" PRIu64 ": not renewed at half of its life", c->is_delta ? "delta" : "base",
		    c->info.number);
}

static enum rc
check_list(struct watchdog *w, bool is_delta, const char *path)
{
	struct comparing c = { .w = w, .check = is_delta ? CHECK_DELTA_CRL : CHECK_BASE_CRL, .is_delta = is_delta, .path = path };
	char *url = mem_format("%s/crl/%s", w->conf->plain_site, is_delta ? "ca-delta.crl" : "ca.crl");
	int64_t *seen = is_delta ? &w->memory.delta : &w->memory.base;
	enum rc rc = look(&c, url);

	for (int i = 1; i < TRIES && rc == RC_OK && c.count > 0; i++) {
		nanosleep(&(struct timespec){ 1, 0 }, NULL);
		rc = look(&c, url);
	}
	if (rc == RC_OK) {
		char *rest = c.faults.data, *line;

		while (c.count > 0 && (line = strsep(&rest, "\n")) != NULL)
			if (*line != '\0')
				found(w, c.check, LEVEL_ALARM, "%s", line);
		if (c.count > TOLD)
			found(w, c.check, LEVEL_ALARM, "and %zu more", c.count - TOLD);
		if (c.info.number != 0) {
			judge_age(&c);
			if ((int64_t)c.info.number < *seen)
				found(w, c.check, LEVEL_ALARM, "%s: number %" PRIu64 " is served, %lld was seen before",
				    is_delta ? "delta" : "base", c.info.number, (long long)*seen);
			else
				*seen = (int64_t)c.info.number;
		}
	}
	buf_free(&c.faults);
	free(url);
	return rc;
}

static void
check_root(struct watchdog *w, const char *path)
{
	char *url = mem_format("%s/crl/root.crl", w->conf->plain_site);
	struct crl_info info;
	const char *why;
	instant left;

	if (fetch_file(w->fetcher, url, path, NULL, &why) != RC_OK)
		found(w, CHECK_ROOT_CRL, LEVEL_ALARM, "%s: %s", url, why);
	else if (crl_read_alone(path, w->root, &info) != RC_OK)
		found(w, CHECK_ROOT_CRL, LEVEL_ALARM, "%s: %s", url, info.fault != NULL ? info.fault : "no CRL");
	else if ((left = info.next_update - w->now) < ROOT_WARNING)
		found(w, CHECK_ROOT_CRL, left < ROOT_ALARM ? LEVEL_ALARM : LEVEL_WARNING, "%s: ends in %lld days", url,
		    (long long)(left / DAY));
	free(url);
}

enum rc
crls_check(struct watchdog *w)
{
	char *path = mem_format("%s.fetched", w->conf->report_file);
	enum rc rc = check_list(w, false, path);

	if (rc == RC_OK)
		rc = check_list(w, true, path);
	check_root(w, path);
	if (unlink(path) != 0 && errno != ENOENT)
		log_warn("file", "%s: %s", path, strerror(errno));
	free(path);
	return rc;
}
