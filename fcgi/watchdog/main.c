/*
 * watchdog -c FILE [--for SECONDS] [--whole]
 *
 * One look, then, with --for, a rest until so many seconds after its start, so that a supervisor may start it again at once; cron needs no rest.
 * --whole: all certificates, not a piece of the walk, and large lists even if they have not changed. Exit status: 0 all is well; 1 warnings; 2 alarms,
 * or something could not be looked at; 64 wrong words; 70 it could not start.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "base/job.h"
#include "base/log.h"
#include "base/sandbox.h"
#include "watchdog.h"

#define STATUS_WORDS 64
#define STATUS_START 70

/* A database that goes away in between is an alarm of its own; what was found until then stands. */
static void
look(struct watchdog *w)
{
	static enum rc (*const checks[])(struct watchdog *) = { state_begin, state_check, crls_check, answers_check, certificates_check };
	enum rc rc = RC_OK;

	for (size_t i = 0; rc == RC_OK && i < sizeof(checks) / sizeof(checks[0]); i++)
		rc = checks[i](w);
	if (rc != RC_OK && w->level[CHECK_DATABASE] == LEVEL_FINE)
		found(w, CHECK_DATABASE, LEVEL_ALARM, "not everything could be looked at: %s", rc_name(rc));
	log_info("looked", "%s; %llu certificates",
	    report_level(w) == LEVEL_FINE      ? "all is well"
	    : report_level(w) == LEVEL_WARNING ? "warnings"
					       : "alarms",
	    (unsigned long long)w->certificates);
}

/* The network of a relying program, the database, and the folder of the report. */
static void
close_doors(const struct conf *conf)
{
	char *password = db_password_file(conf, "cabinet_watchdog"), *folder = conf_folder(conf->report_file);
	const char *const readable[] = { "/usr/share/zoneinfo", "/usr/lib", "/lib", "/lib64", "/etc/resolv.conf", "/run/systemd/resolve",
		"/etc/hosts", "/etc/host.conf", "/etc/nsswitch.conf", "/etc/gai.conf", "/etc/services", password, NULL };
	const char *const writable[] = { folder, NULL };

	sandbox_enter(&(const struct sandbox){ SANDBOX_LOCAL | SANDBOX_INTERNET | SANDBOX_THREADS | SANDBOX_WRITE, readable, writable });
	free(password);
	free(folder);
}

static bool
open_all(struct watchdog *w)
{
	static const struct db_statement *const *const lists[] = { state_statements, crls_statements, answers_statements,
		certificates_statements, NULL };

	if (w->conf->report_file[0] == '\0') {
		log_error("start", "watchdog.report_file is not set");
		return false;
	}
	if (cert_read_file(&w->ca, w->conf->ca_certificate) != RC_OK || cert_read_file(&w->root, w->conf->root_certificate) != RC_OK)
		return false;
	if (!cert_is_signed_by(w->ca, w->root)) {
		log_error("start", "%s: not signed by the root", cert_subject(w->ca));
		return false;
	}
	/* without a database, what is served can still be reported as not looked at */
	if (db_open(&w->db, w->conf, "cabinet_watchdog", lists) != RC_OK && w->db == NULL)
		return false;
	fetcher_open(&w->fetcher);
	close_doors(w->conf);
	report_remember(w);
	return true;
}

static int
usage(void)
{
	fputs("usage: watchdog -c FILE [--for SECONDS] [--whole]\n", stderr);
	return STATUS_WORDS;
}

int
main(int argc, char **argv)
{
	struct watchdog w = { .ca_id = 0 };
	struct job job = { .seconds = 0 };
	const int64_t start = clock_since_boot();
	int status = STATUS_START;

	if (!job_words(&job, "whole", argc, argv) || job.words < argc)
		return usage();
	w.is_whole = job.flag;
	/* the report is for another program to read */
	umask(022);
	job_begin("watchdog");
	if (conf_load(&w.conf, job.conf_path, CONF_WATCHDOG) != RC_OK)
		return STATUS_START;
	if (open_all(&w)) {
		look(&w);
		status = (int)report_level(&w);
		if (report_write(&w) != RC_OK)
			status = LEVEL_ALARM;
		job_pause(start + job.seconds * SECOND - clock_since_boot());
	}
	db_close(w.db);
	fetcher_close(w.fetcher);
	cert_free(w.ca);
	cert_free(w.root);
	conf_free(w.conf);
	return status;
}
