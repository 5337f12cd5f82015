/*
 * publisher -c FILE [--for SECONDS] [--once]     verifies, issues, publishes; started every minute
 * publisher -c FILE enrol …                      first certificates, by whoever holds the CA's key (enrol.c)
 *
 * Exit status: 0 done, or another publisher of this machine is at work; 1 could not go on; 2 wrong words.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "base/job.h"
#include "base/log.h"
#include "base/sandbox.h"
#include "publisher.h"
#include "store/event.h"
#include "store/outbox.h"

#define DEFAULT_SECONDS 58
#define POLL (SECOND * 3 / 10)
#define RETRY (2 * SECOND) /* after a failure: the log stays readable */

static const struct db_statement *const *const work_lists[] = { lease_statements, authority_statements, evidence_statements,
	issuance_statements, queue_statements, revocation_statements, compromise_statements, publication_statements, entries_statements,
	expiry_statements, replacement_statements, responder_statements, purge_statements, outbox_statements, event_statements, NULL };
static const struct db_statement *const *const enrol_lists[] = { lease_statements, authority_statements, evidence_statements,
	issuance_statements, enrol_statements, outbox_statements, event_statements, NULL };

/* The key first, before anything from outside is looked at. */
static enum rc
open_keys(struct publisher *p)
{
	static const char *const names[] = {
		[PURPOSE_AUTH] = "person-auth", [PURPOSE_SIGN] = "person-sign", [PURPOSE_OPERATOR] = "operator"
	};
	const struct conf *c = p->conf;
	struct profile_values values = { c->oid_arc, c->site, c->plain_site, c->certificate_days, NULL };
	enum rc rc;

	if ((rc = cert_read_file(&p->ca, c->ca_certificate)) != RC_OK ||
	    (rc = issuer_key_load(&p->key, c->ca_key, c->ca_passphrase_file, p->ca)) != RC_OK ||
	    (rc = cert_read_file(&p->root, c->root_certificate)) != RC_OK)
		return rc;
	if (!cert_is_signed_by(p->ca, p->root) || !cert_is_signed_by(p->root, p->root)) {
		log_error("start", "%s: not signed by the root, or the root not by itself", cert_subject(p->ca));
		return RC_BAD_INPUT;
	}
	if (c->production && (strstr(cert_subject(p->ca), "ДЕМО") != NULL || strstr(cert_subject(p->root), "ДЕМО") != NULL ||
				 strncmp(c->oid_arc, "1.3.6.1.4.1.32473", 17) == 0)) {
		log_error("start", "mode = production with a demo CA or the example arc (RFC 5612)");
		return RC_BAD_INPUT;
	}
	values.ca_name = cert_common_name(p->ca);
	for (int i = 0; i < 3; i++)
		if ((rc = profile_load(&p->profiles[i], c->profiles, names[i], &values)) != RC_OK)
			return rc;
	return c->responder_file[0] == '\0' ? RC_OK : profile_load(&p->responder, c->profiles, "ocsp-responder", &values);
}

static void
close_all(struct publisher *p)
{
	db_close(p->db);
	for (int i = 0; i < 3; i++)
		profile_free(p->profiles[i]);
	profile_free(p->responder);
	issuer_key_free(p->key);
	cert_free(p->ca);
	cert_free(p->root);
	conf_free(p->conf);
}

/* Revocations come before issues: what was revoked a second ago signs nothing. */
static enum rc
pass(struct publisher *p)
{
	enum rc rc = lease_keep(p), queue, responder;

	if (rc != RC_OK)
		return rc;
	if (!p->is_started) {
		if ((rc = file_forget_others(p->conf->crl_dir, p->fence)) != RC_OK ||
		    (rc = file_forget_others(p->conf->ca_dir, p->fence)) != RC_OK || (rc = authority_ensure(p)) != RC_OK ||
		    (rc = authority_files(p)) != RC_OK || (rc = purge_work(p)) != RC_OK)
			return rc;
		p->is_started = true;
	}
	rc = revocation_work(p);
	if (rc == RC_OK)
		rc = compromise_work(p);
	if (rc == RC_OK)
		rc = replacement_work(p);
	if (rc == RC_OK)
		rc = publication_work(p);
	responder = p->is_lost ? RC_FORBIDDEN : responder_work(p);
	/* a full disk keeps CRLs from being published, not people from their certificates */
	queue = p->is_lost ? RC_FORBIDDEN : queue_work(p);
	if (queue == RC_OK)
		queue = expiry_work(p);
	return rc != RC_OK ? rc : queue != RC_OK ? queue : responder;
}

static int
work(struct publisher *p, int64_t seconds, bool once)
{
	int64_t end = clock_since_boot() + seconds * SECOND;
	bool standby = false;
	enum rc rc;

	for (;;) {
		int64_t pause;

		rc = pass(p);
		if (p->is_lost)
			break;
		if (rc == RC_CONFLICT && p->fence == 0 && !standby) {
			log_info("lease", "another machine publishes; waiting");
			standby = true;
		}
		pause = rc == RC_OK || rc == RC_CONFLICT ? POLL : RETRY;
		if (job_is_stopped() || once || clock_since_boot() + pause >= end)
			break;
		job_pause(pause);
		if (job_is_stopped())
			break;
	}
	lease_release(p);
	return p->is_lost || (once && rc != RC_OK) ? 1 : 0;
}

static int
usage(void)
{
	fputs("usage: publisher -c FILE [--for SECONDS] [--once]\n"
	      "       publisher -c FILE enrol --template person|operator --iin N --surname S --name N [--patronymic P]\n"
	      "                 [--csr-auth FILE] --csr-sign FILE [--out DIR]\n",
	    stderr);
	return 2;
}

/* The key is in memory; its file and passphrase are not opened again. What is left: the database, the two folders that nginx serves, and the OCSP responder's. */
static void
close_doors(const struct publisher *p)
{
	char *root_crl = authority_root_crl(p->conf), *password = db_password_file(p->conf, "cabinet_publisher");
	char *ocsp = conf_folder(p->conf->responder_file);
	const char *const readable[] = { "/usr/share/zoneinfo", root_crl, password, NULL };
	const char *const writable[] = { p->conf->crl_dir, p->conf->ca_dir, ocsp, NULL };

	sandbox_enter(&(const struct sandbox){ SANDBOX_LOCAL | SANDBOX_WRITE, readable, writable });
	free(root_crl);
	free(password);
	free(ocsp);
}

static int
run(struct publisher *p, int64_t seconds, bool once)
{
	enum rc rc = lease_lock(p);

	if (rc == RC_CONFLICT)
		return 0;
	if (rc != RC_OK || open_keys(p) != RC_OK)
		return 1;
	if (db_open(&p->db, p->conf, "cabinet_publisher", work_lists) != RC_OK && p->db == NULL)
		return 1;
	close_doors(p);
	return work(p, seconds, once);
}

static int
enrol(struct publisher *p, int argc, char **argv)
{
	p->is_enrolment = true;
	if (open_keys(p) != RC_OK || db_open(&p->db, p->conf, "cabinet_publisher", enrol_lists) != RC_OK)
		return 1;
	return enrol_run(p, argc, argv);
}

int
main(int argc, char **argv)
{
	struct publisher p = { .fence = 0 };
	struct job job = { .seconds = DEFAULT_SECONDS };
	bool is_enrolment;
	int status;

	if (!job_words(&job, "once", argc, argv))
		return usage();
	is_enrolment = job.words < argc && strcmp(argv[job.words], "enrol") == 0;
	if (job.words < argc && !is_enrolment)
		return usage();
	/* no key in a core file; files are for nginx to read */
	setrlimit(RLIMIT_CORE, &(struct rlimit){ 0, 0 });
	umask(022);
	job_begin("publisher");
	if (conf_load(&p.conf, job.conf_path, CONF_PUBLISHER) != RC_OK)
		return 1;
	status = is_enrolment ? enrol(&p, argc - job.words - 1, argv + job.words + 1) : run(&p, job.seconds, job.flag);
	close_all(&p);
	return status;
}
