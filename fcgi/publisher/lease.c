#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/encode.h"
#include "base/log.h"
#include "base/random.h"
#include "publisher.h"

#define KEEP (3 * SECOND) /* between two renewals; the lease itself lives 60 s (SQL below), longer than the longest publication */

/* On one machine the lock file already excludes two, so its own dead predecessor's lease need not run out; the fence holds either way. */
static const struct db_statement take = {
	.name = "lease take",
	.sql = "UPDATE lease SET holder = ?, fence = fence + 1, expires_at = UTC_TIMESTAMP(6) + INTERVAL 60 SECOND"
	       " WHERE name = 'publisher' AND (expires_at <= UTC_TIMESTAMP(6) OR holder LIKE CONCAT(?, ' %'))",
};
static const struct db_statement held = {
	.name = "lease held",
	.sql = "SELECT fence FROM lease WHERE name = 'publisher' AND holder = ? AND expires_at > UTC_TIMESTAMP(6)",
};
static const struct db_statement fence = {
	.name = "lease fence",
	.sql = "UPDATE lease SET expires_at = UTC_TIMESTAMP(6) + INTERVAL 60 SECOND"
	       " WHERE name = 'publisher' AND holder = ? AND fence = ? AND expires_at > UTC_TIMESTAMP(6)",
};
static const struct db_statement release = {
	.name = "lease release",
	.sql = "UPDATE lease SET expires_at = UTC_TIMESTAMP(6) WHERE name = 'publisher' AND holder = ? AND fence = ?",
};

const struct db_statement *const lease_statements[] = { &take, &held, &fence, &release, NULL };

enum rc
lease_lock(struct publisher *p)
{
	struct stat st;
	char node[64], token[17];
	uint8_t random[8];
	int fd = open(p->conf->lock_file, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);

	if (fd < 0 || fstat(fd, &st) != 0) {
		log_error("lease", "%s: %s", p->conf->lock_file, strerror(errno));
		if (fd >= 0)
			close(fd);
		return RC_INTERNAL;
	}
	if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
		bool busy = errno == EWOULDBLOCK;

		if (busy)
			log_info("lease", "%s: another publisher of this machine is at work", p->conf->lock_file);
		else
			log_error("lease", "%s: %s", p->conf->lock_file, strerror(errno));
		close(fd);
		return busy ? RC_CONFLICT : RC_INTERNAL;
	}
	/* machine and lock file, then this process: fd stays open until the end */
	if (gethostname(node, sizeof(node)) != 0)
		snprintf(node, sizeof(node), "?");
	node[sizeof(node) - 1] = '\0';
	for (char *c = node; *c != '\0'; c++)
		if (strchr("%_\\ ", *c) != NULL)
			*c = '-';
	random_bytes(random, sizeof(random));
	hex_encode(token, random, sizeof(random));
	snprintf(p->holder, sizeof(p->holder), "%s:%llx:%llx %d %s", node, (unsigned long long)st.st_dev, (unsigned long long)st.st_ino,
	    (int)getpid(), token);
	return RC_OK;
}

static enum rc
lease_take(struct publisher *p)
{
	struct db_result *row;
	char place[HOLDER_SIZE];
	uint64_t affected = 0;
	enum rc rc;

	snprintf(place, sizeof(place), "%.*s", (int)strcspn(p->holder, " "), p->holder);
	if ((rc = db_exec(p->db, &take, DB_IN(db_text(p->holder), db_text(place)), &affected)) != RC_OK)
		return rc;
	if (affected != 1)
		return RC_CONFLICT;
	if ((rc = db_one(p->db, &held, DB_IN(db_text(p->holder)), &row)) != RC_OK)
		return rc == RC_NOT_FOUND ? RC_CONFLICT : rc;
	p->fence = db_get_int(row, 0);
	db_result_free(row);
	log_info("lease", "taken with fence %lld", (long long)p->fence);
	return RC_OK;
}

static enum rc
fence_check(struct db *db, struct publisher *p)
{
	uint64_t affected = 0;
	enum rc rc = db_exec(db, &fence, DB_IN(db_text(p->holder), db_int(p->fence)), &affected);

	if (rc == RC_OK && affected != 1) {
		log_error("lease", "fence %lld is not ours any more: another publisher works, nothing was written", (long long)p->fence);
		p->is_lost = true;
		return RC_FORBIDDEN;
	}
	return rc;
}

enum rc
lease_keep(struct publisher *p)
{
	static int64_t kept;
	int64_t now;
	enum rc rc;

	if (p->fence == 0)
		return lease_take(p);
	now = clock_since_boot();
	if (now - kept < KEEP)
		return RC_OK;
	if ((rc = fence_check(p->db, p)) == RC_OK)
		kept = now;
	return rc;
}

void
lease_release(struct publisher *p)
{
	if (p->fence != 0 && !p->is_lost && db_exec(p->db, &release, DB_IN(db_text(p->holder), db_int(p->fence)), NULL) != RC_OK)
		log_warn("lease", "fence %lld: not released; it runs out by itself", (long long)p->fence);
	p->fence = 0;
}

struct fenced {
	struct publisher *p;
	enum rc (*act)(struct db *, void *);
	void *arg;
};

static enum rc
fenced_act(struct db *db, void *arg)
{
	const struct fenced *f = arg;
	enum rc rc = f->p->is_enrolment ? RC_OK : fence_check(db, f->p);

	return rc == RC_OK ? f->act(db, f->arg) : rc;
}

enum rc
lease_transaction(struct publisher *p, enum rc (*act)(struct db *, void *), void *arg)
{
	struct fenced f = { p, act, arg };

	if (p->is_lost)
		return RC_FORBIDDEN;
	return db_transaction(p->db, fenced_act, &f);
}
