/*
 * mailer -c FILE [--for SECONDS] [--once]     sends what waits in the outbox; started every minute
 *
 * Exit status: 0 done, or another mailer of this machine is at work; 1 could not go on; 2 wrong words.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/log.h"
#include "base/sandbox.h"
#include "mailer.h"
#include "store/event.h"
#include "web/view.h"

#define DEFAULT_SECONDS 58
#define POLL_MILLISECONDS 500
#define BATCH 20
#define MARK_TRIES 10 /* seconds in which a database that went away may come back, before a sent mail counts as unsent */

static volatile sig_atomic_t is_stopped;

struct mailer {
	struct conf *conf;
	struct db *db;
	struct view *view; /* the words */
	struct transport *transport;
	int lock; /* open until the end */
};

static void
stop(int signal_number)
{
	(void)signal_number;
	is_stopped = 1;
}

static void
rest(int64_t milliseconds)
{
	nanosleep(&(struct timespec){ milliseconds / 1000, milliseconds % 1000 * 1000000 }, NULL);
}

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

/* What went out must be marked, or it goes out again. */
static enum rc
mark_sent(struct mailer *m, const struct mail *mail)
{
	enum rc rc = outbox_db_sent(m->db, mail);

	for (int i = 0; rc != RC_OK && i < MARK_TRIES; i++) {
		rest(1000);
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
	for (size_t i = 0; rc == RC_OK && i < count && !is_away && !is_stopped; i++)
		rc = send_one(m, id[i], &is_away);
	if (is_away)
		*more = false;
	return rc;
}

static int64_t
milliseconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_BOOTTIME, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static int
work(struct mailer *m, int64_t seconds, bool once)
{
	int64_t end = milliseconds() + seconds * 1000;
	bool more = false;
	enum rc rc = outbox_db_expiries(m->db);

	if (rc != RC_OK)
		log_error("expiry", "%s: tried again in the next minute", rc_name(rc));
	do {
		if (!more && milliseconds() + POLL_MILLISECONDS >= end && !once)
			break;
		rc = pass(m, &more);
		if (!more && !once)
			rest(POLL_MILLISECONDS);
	} while (!is_stopped && (more || !once));
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
	const char *conf_path = NULL;
	long seconds = DEFAULT_SECONDS;
	bool once = false;
	int status;
	char *end;

	for (int i = 1; i < argc; i++)
		if (strcmp(argv[i], "--once") == 0)
			once = true;
		else if (i + 1 < argc && strcmp(argv[i], "-c") == 0)
			conf_path = argv[++i];
		else if (i + 1 < argc && strcmp(argv[i], "--for") == 0) {
			seconds = strtol(argv[++i], &end, 10);
			if (*end != '\0' || seconds < 1 || seconds > 86400)
				return usage();
		} else
			return usage();
	if (conf_path == NULL)
		return usage();
	umask(077);
	log_open("mailer", LOG_LEVEL_INFO);
	signal(SIGPIPE, SIG_IGN);
	sigaction(SIGTERM, &(struct sigaction){ .sa_handler = stop }, NULL);
	sigaction(SIGINT, &(struct sigaction){ .sa_handler = stop }, NULL);
	if (conf_load(&m.conf, conf_path, CONF_MAILER) != RC_OK)
		return 1;
	status = run(&m, seconds, once);
	db_close(m.db);
	transport_close(m.transport);
	view_close(m.view);
	conf_free(m.conf);
	if (m.lock >= 0)
		close(m.lock);
	return status;
}
