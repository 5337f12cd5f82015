/*
 * The OCSP responder's key: made here, certified by the CA with its record first, left in a file for the OCSP program alone. Whoever takes the key
 * away from that program can speak for the CA for a few days; nothing else.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/encode.h"
#include "base/hash.h"
#include "base/log.h"
#include "pki/issue.h"
#include "pki/lint.h"
#include "pki/responder_key.h"
#include "publisher.h"
#include "store/event.h"

#define LOOK (10 * SECOND)
#define BACKDATED MINUTE /* for programs whose clocks are behind */

static const struct db_statement now = {
	.name = "responder now",
	.sql = "SELECT UTC_TIMESTAMP(6)",
};
static const struct db_statement reserve = {
	.name = "responder reserve",
	.sql = "INSERT INTO responder (serial, ca, tbs, reserved_at) VALUES (?, ?, ?, UTC_TIMESTAMP(6))",
};
static const struct db_statement store = {
	.name = "responder store",
	.sql = "UPDATE responder SET der = ?, not_after = ?, signed_at = UTC_TIMESTAMP(6) WHERE serial = ? AND der IS NULL",
};

const struct db_statement *const responder_statements[] = { &now, &reserve, &store, NULL };

struct making {
	struct publisher *p;
	struct issue_request request;
	struct buf secret, spki, tbs, file;
	struct cert *certificate;
};

static enum rc
reserve_act(struct db *db, void *arg)
{
	const struct making *m = arg;

	return db_exec(
	    db, &reserve, DB_IN(db_bytes(m->request.serial, SERIAL_SIZE), db_int(m->p->ca_id), db_bytes(m->tbs.data, m->tbs.len)), NULL);
}

static enum rc
store_act(struct db *db, void *arg)
{
	const struct making *m = arg;
	uint64_t affected = 0;
	size_t len;
	const uint8_t *der = cert_der(m->certificate, &len);
	enum rc rc = db_exec(db, &store,
	    DB_IN(db_bytes(der, len), db_instant(cert_not_after(m->certificate)), db_bytes(m->request.serial, SERIAL_SIZE)), &affected);

	if (rc == RC_OK && affected != 1)
		return RC_CONFLICT;
	return rc == RC_OK ? event_db_insert(db, &(struct event){ .kind = "responder-issued", .serial = m->request.serial }) : rc;
}

static enum rc
database_now(struct db *db, instant *out)
{
	struct db_result *row;
	enum rc rc = db_one(db, &now, DB_NONE, &row);

	if (rc != RC_OK)
		return rc;
	*out = db_get_instant(row, 0);
	db_result_free(row);
	return RC_OK;
}

/* To-be-signed part: built twice, linted, kept. */
static enum rc
build(struct making *m, instant at)
{
	const struct cert *ca = m->p->ca;
	struct buf again = BUF_INIT;
	const char *clause;
	enum rc rc = responder_key_generate(m->p->responder->key, &m->secret, &m->spki);

	m->request.profile = m->p->responder;
	m->request.spki = (const uint8_t *)m->spki.data;
	m->request.spki_len = m->spki.len;
	m->request.not_before = at - BACKDATED > cert_not_before(ca) ? at - BACKDATED : cert_not_before(ca);
	issue_serial(m->request.serial);
	if (rc == RC_OK)
		rc = issue_tbs(&m->tbs, &m->request, ca);
	if (rc == RC_OK)
		rc = issue_tbs(&again, &m->request, ca);
	if (rc == RC_OK && (again.len != m->tbs.len || memcmp(again.data, m->tbs.data, again.len) != 0)) {
		log_error("responder", "built twice, and not the same");
		rc = RC_INTERNAL;
	}
	buf_free(&again);
	if (rc == RC_OK)
		rc = lint_tbs(m->tbs.data, m->tbs.len, ca, m->p->responder, &clause);
	return rc == RC_OK ? lease_transaction(m->p, reserve_act, m) : rc;
}

static enum rc
file_write(int fd, void *arg)
{
	const struct making *m = arg;
	size_t done = 0;

	while (done < m->file.len) {
		ssize_t n = write(fd, m->file.data + done, m->file.len - done);

		if (n <= 0) {
			log_error("responder", "%s: write: %s", m->p->conf->responder_file, strerror(errno));
			return RC_UNAVAILABLE;
		}
		done += (size_t)n;
	}
	return RC_OK;
}

/* As the OCSP program will read it. */
static enum rc
file_check(const char *path, void *arg)
{
	const struct making *m = arg;
	struct responder_key *key;
	enum rc rc = responder_key_load(&key, path);

	if (rc != RC_OK)
		return RC_INTERNAL;
	responder_key_free(key);
	return lease_keep(m->p);
}

static enum rc
put_file(struct making *m)
{
	const char *path = m->p->conf->responder_file, *slash = strrchr(path, '/');
	char *directory = conf_folder(path);
	const struct file_replacement f = { .directory = directory,
		.name = slash == NULL ? path : slash + 1,
		.fence = m->p->fence,
		.write = file_write,
		.check = file_check,
		.arg = m,
		.is_secret = true };
	enum rc rc;

	responder_key_file(&m->file, &m->secret, m->certificate, m->p->ca);
	rc = file_replace(&f);
	free(directory);
	return rc;
}

static void
wipe(struct buf *b)
{
	if (b->data != NULL)
		hash_wipe(b->data, b->size);
	buf_free(b);
}

static enum rc
make(struct publisher *p, instant at)
{
	struct making m = { .p = p };
	char hex[SERIAL_HEX_SIZE];
	enum rc rc = build(&m, at);

	if (rc == RC_OK)
		rc = issue_sign(&m.certificate, m.tbs.data, m.tbs.len, p->key);
	if (rc == RC_OK)
		rc = lease_transaction(p, store_act, &m);
	if (rc == RC_OK)
		rc = put_file(&m);
	hex_encode(hex, m.request.serial, SERIAL_SIZE);
	if (rc == RC_OK)
		log_info("responder", "%s: %s, %s", hex, cert_subject(m.certificate), cert_algorithm(m.certificate));
	else
		log_error("responder", "%s: no OCSP responder's key was made: %s", hex, rc_name(rc));
	wipe(&m.secret);
	wipe(&m.file);
	buf_free(&m.spki);
	buf_free(&m.tbs);
	cert_free(m.certificate);
	return rc;
}

/* Why another one is wanted; NULL: it is not. */
static const char *
reason(const struct publisher *p, instant at)
{
	struct responder_key *key;
	const struct cert *c;
	const char *why = NULL;
	enum rc rc = responder_key_load(&key, p->conf->responder_file);

	if (rc != RC_OK)
		return rc == RC_NOT_FOUND ? "there is none" : "it is no good";
	c = responder_key_certificate(key);
	if (!cert_is_signed_by(c, p->ca))
		why = "it is of another CA";
	else if (strcmp(cert_algorithm(c), p->responder->key) != 0)
		why = "the profile wants another kind of key";
	else if (strcmp(cert_common_name(c), p->responder->common_name) != 0)
		why = "the profile names it otherwise";
	else if (at < cert_not_before(c))
		why = "it is of the future";
	else if (at >= cert_not_before(c) + (cert_not_after(c) - cert_not_before(c)) / 2)
		why = "half of its days are over";
	responder_key_free(key);
	return why;
}

static enum rc
forget_others(const struct publisher *p)
{
	char *folder = conf_folder(p->conf->responder_file);
	enum rc rc = file_forget_others(folder, p->fence);

	free(folder);
	return rc;
}

enum rc
responder_work(struct publisher *p)
{
	static int64_t looked;
	const char *why;
	instant at;
	enum rc rc;

	if (p->responder == NULL)
		return RC_OK;
	if (looked != 0 && clock_since_boot() - looked < LOOK && access(p->conf->responder_file, F_OK) == 0)
		return RC_OK;
	if ((looked == 0 && (rc = forget_others(p)) != RC_OK) || (rc = database_now(p->db, &at)) != RC_OK)
		return rc;
	if ((why = reason(p, at)) != NULL) {
		log_info("responder", "%s: a new one: %s", p->conf->responder_file, why);
		rc = make(p, at);
	}
	if (rc == RC_OK)
		looked = clock_since_boot();
	return rc;
}
