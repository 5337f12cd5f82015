/*
 * mailer -c FILE [--for SECONDS] [--once]     sends what waits in the outbox; started every minute
 *
 * Exit status: 0 done, or another mailer of this machine is at work; 1 could not go on; 2 wrong words.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/job.h"
#include "base/log.h"
#include "base/sandbox.h"
#include "mailer.h"
#include "store/event.h"
#include "web/view.h"

#define DEFAULT_SECONDS 58
#define POLL (SECOND / 2)
#define BATCH 20
#define MARK_TRIES 10 /* seconds in which a database that went away may come back, before a sent mail counts as unsent */

struct mailer {
	struct conf *conf;
	struct db *db;
	struct view *view; /* the words */
	struct transport *transport;
	int lock; /* open until the end */
};

static enum rc
lock(struct mailer *m)
{
	bool busy;

	m->lock = open(m->conf->mail_lock_file, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (m->lock >= 0 && flock(m->lock, LOCK_EX | LOCK_NB) == 0)
		return RC_OK;
	busy = m->lock >= 0 && errno == EWOULDBLOCK;
	if (!busy)
		log_error("lock", "%s: %s", m->conf->mail_lock_file, strerror(errno));
	return busy ? RC_CONFLICT : RC_INTERNAL;
}

/* What went out must be marked, or it goes out again: also when an end was asked for. */
static enum rc
mark_sent(struct mailer *m, const struct mail *mail)
{
	enum rc rc = outbox_db_sent(m->db, mail);

	for (int i = 0; rc != RC_OK && i < MARK_TRIES; i++) {
		sleep(1);
		rc = outbox_db_sent(m->db, mail);
	}
	return rc;
}

static enum rc
send_one(struct mailer *m, const char *id, bool *is_away)
{
	struct mail mail = { .at = 0 };
	struct letter letter = { .date = 0 };
	struct buf message = BUF_INIT;
	const char *why;
	enum rc rc;

	rc = outbox_db_take(m->db, id, &mail);
	if (rc == RC_INTERNAL) {
		/* logged where it was found; the others need not wait behind it */
		snprintf(mail.id, sizeof(mail.id), "%.*s", OUTBOX_ID_SIZE - 1, id);
		rc = outbox_db_failed(m->db, &mail, "internal fault");
		goto out;
	}
	if (rc != RC_OK)
		goto out;
	letter_write(&letter, m->conf, &mail);
	message_make(&message, &letter);
	rc = transport_send(m->transport, &letter, &message, &why, is_away);
	if (rc == RC_OK) {
		log_info("mail-sent", "%s: %s", mail.kind, letter.message_id);
		rc = mark_sent(m, &mail);
	} else {
		log_warn("mail-failed", "%s: %s: attempt %lld: %s", mail.kind, letter.message_id, (long long)mail.attempts, why);
		rc = outbox_db_failed(m->db, &mail, why);
	}
out:
	buf_free(&message);
	letter_free(&letter);
	mail_free(&mail);
	return rc == RC_NOT_FOUND ? RC_OK : rc;
}

/* Mails that are due; *more when there may be others. */
static enum rc
pass(struct mailer *m, bool *more)
{
	char id[BATCH][OUTBOX_ID_SIZE];
	bool is_away = false;
	size_t count;
	enum rc rc = outbox_db_due(m->db, id, BATCH, &count);

	*more = rc == RC_OK && count == BATCH;
	for (size_t i = 0; rc == RC_OK && i < count && !is_away && !job_is_stopped(); i++)
		rc = send_one(m, id[i], &is_away);
	if (is_away)
		*more = false;
	return rc;
}

static int
work(struct mailer *m, int64_t seconds, bool once)
{
	int64_t end = clock_since_boot() + seconds * SECOND;
	bool more = false;
	enum rc rc = outbox_db_expiries(m->db);

	if (rc != RC_OK)
		log_error("expiry", "%s: tried again in the next minute", rc_name(rc));
	do {
		if (!more && clock_since_boot() + POLL >= end && !once)
			break;
		rc = pass(m, &more);
		if (!more && !once)
			job_pause(POLL);
	} while (!job_is_stopped() && (more || !once));
	return once && rc != RC_OK ? 1 : 0;
}

/* Mails as files: the folder. By SMTP: the network, what the resolver and TLS read, and no file to write. */
static void
close_doors(const struct conf *conf)
{
	char *password = db_password_file(conf, "cabinet_mailer");
	const char *const files[] = { "/usr/share/zoneinfo", password, NULL }, *const folder[] = { conf->mail_dir, NULL };
	const char *const smtp[] = { "/usr/share/zoneinfo", "/usr/share/ca-certificates", "/usr/local/share/ca-certificates", "/usr/lib",
		"/lib", "/lib64", "/etc/ssl", "/etc/resolv.conf", "/run/systemd/resolve", "/etc/hosts", "/etc/host.conf",
		"/etc/nsswitch.conf", "/etc/gai.conf", "/etc/services", conf->smtp_ca, conf->smtp_password_file, password, NULL };

	if (conf->smtp[0] == '\0')
		sandbox_enter(&(const struct sandbox){ SANDBOX_LOCAL | SANDBOX_WRITE, files, folder });
	else
		sandbox_enter(&(const struct sandbox){ SANDBOX_LOCAL | SANDBOX_INTERNET | SANDBOX_THREADS, smtp, NULL });
	free(password);
}

static int
run(struct mailer *m, int64_t seconds, bool once)
{
	static const struct db_statement *const *const lists[] = { mailer_statements, event_statements, NULL };
	enum rc rc = lock(m);

	if (rc == RC_CONFLICT)
		return 0;
	if (rc != RC_OK || view_open(&m->view, m->conf, (const char *const[]){ NULL }) != RC_OK ||
	    transport_open(&m->transport, m->conf) != RC_OK)
		return 1;
	if (db_open(&m->db, m->conf, "cabinet_mailer", lists) != RC_OK && m->db == NULL)
		return 1;
	close_doors(m->conf);
	return work(m, seconds, once);
}

static int
usage(void)
{
	fputs("usage: mailer -c FILE [--for SECONDS] [--once]\n", stderr);
	return 2;
}

int
main(int argc, char **argv)
{
	struct mailer m = { .lock = -1 };
	struct job job = { .seconds = DEFAULT_SECONDS };
	int status;

	if (!job_words(&job, "once", argc, argv) || job.words < argc)
		return usage();
	umask(077);
	job_begin("mailer");
	if (conf_load(&m.conf, job.conf_path, CONF_MAILER) != RC_OK)
		return 1;
	status = run(&m, job.seconds, job.flag);
	db_close(m.db);
	transport_close(m.transport);
	view_close(m.view);
	conf_free(m.conf);
	if (m.lock >= 0)
		close(m.lock);
	return status;
}
