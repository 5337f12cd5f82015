#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/mem.h"
#include "pki/crl.h"
#include "publisher.h"

#define ROOT_CRL_MAX 1048576

static const struct db_statement find = {
	.name = "authority find",
	.sql = "SELECT id, certificate FROM ca WHERE key_id = ?",
};
static const struct db_statement next_id = {
	.name = "authority next id",
	.sql = "SELECT COALESCE(MAX(id), 0) + 1 FROM ca",
};
static const struct db_statement insert = {
	.name = "authority insert",
	.sql = "INSERT INTO ca (id, name, state, issuer, certificate, subject, key_id, not_after) VALUES (?, ?, 'active', ?, ?, ?, ?, ?)",
};

const struct db_statement *const authority_statements[] = { &find, &next_id, &insert, NULL };

static enum rc
row_find(struct db *db, const struct cert *cert, int64_t *id)
{
	struct db_result *row;
	uint8_t key_id[20];
	const uint8_t *der, *stored;
	size_t len, stored_len;
	enum rc rc;

	cert_key_id(cert, key_id);
	if ((rc = db_one(db, &find, DB_IN(db_bytes(key_id, sizeof(key_id))), &row)) != RC_OK)
		return rc;
	*id = db_get_int(row, 0);
	der = cert_der(cert, &len);
	stored = db_get_bytes(row, 1, &stored_len);
	if (len != stored_len || memcmp(der, stored, len) != 0) {
		log_error("authority", "%s: table ca holds another certificate of the same key", cert_subject(cert));
		rc = RC_CONFLICT;
	}
	db_result_free(row);
	return rc;
}

static enum rc
row_insert(struct db *db, const struct cert *cert, const int64_t *issuer, int64_t *id)
{
	struct db_result *row;
	uint8_t key_id[20];
	const uint8_t *der;
	size_t len;
	enum rc rc;

	if ((rc = db_one(db, &next_id, DB_NONE, &row)) != RC_OK)
		return rc;
	*id = db_get_int(row, 0);
	db_result_free(row);
	cert_key_id(cert, key_id);
	der = cert_der(cert, &len);
	rc = db_exec(db, &insert,
	    DB_IN(db_int(*id), db_text(cert_common_name(cert)), issuer == NULL ? db_null() : db_int(*issuer), db_bytes(der, len),
		db_text(cert_subject(cert)), db_bytes(key_id, sizeof(key_id)), db_instant(cert_not_after(cert))),
	    NULL);
	if (rc == RC_OK)
		log_info("authority", "%s: row %lld made", cert_subject(cert), (long long)*id);
	return rc;
}

static enum rc
ensure_act(struct db *db, void *arg)
{
	struct publisher *p = arg;
	int64_t root_id;
	enum rc rc = row_find(db, p->root, &root_id);

	if (rc == RC_NOT_FOUND)
		rc = row_insert(db, p->root, NULL, &root_id);
	if (rc == RC_OK)
		rc = row_find(db, p->ca, &p->ca_id);
	if (rc == RC_NOT_FOUND)
		rc = row_insert(db, p->ca, &root_id, &p->ca_id);
	return rc;
}

enum rc
authority_ensure(struct publisher *p)
{
	return lease_transaction(p, ensure_act, p);
}

enum rc
authority_find(struct publisher *p)
{
	return row_find(p->db, p->ca, &p->ca_id);
}

static enum rc
octets_write(int fd, void *arg)
{
	const struct buf *b = arg;
	size_t done = 0;

	while (done < b->len) {
		ssize_t n = write(fd, b->data + done, b->len - done);

		if (n <= 0) {
			log_error("file", "write: %s", strerror(errno));
			return RC_UNAVAILABLE;
		}
		done += (size_t)n;
	}
	return RC_OK;
}

/* Written only when it differs: these files have constant addresses and hardly ever change. */
static enum rc
octets_publish(const struct publisher *p, const char *directory, const char *name, struct buf *octets)
{
	const struct file_replacement f = { directory, name, p->fence, octets_write, NULL, octets };
	char *path = mem_format("%s/%s", directory, name);
	struct buf there = BUF_INIT;
	bool same =
	    buf_read_file(&there, path, octets->len) && there.len == octets->len && memcmp(there.data, octets->data, there.len) == 0;

	buf_free(&there);
	free(path);
	if (same)
		return RC_OK;
	log_info("authority", "%s/%s: written", directory, name);
	return file_replace(&f);
}

static enum rc
certificate_publish(const struct publisher *p, const char *directory, const char *name, const struct cert *cert)
{
	struct buf octets = BUF_INIT;
	size_t len;
	const uint8_t *der = cert_der(cert, &len);
	enum rc rc;

	buf_add(&octets, der, len);
	rc = octets_publish(p, directory, name, &octets);
	buf_free(&octets);
	return rc;
}

char *
authority_root_crl(const struct conf *conf)
{
	const char *slash = strrchr(conf->root_certificate, '/');

	return mem_format("%.*sroot.crl", slash == NULL ? 0 : (int)(slash - conf->root_certificate) + 1, conf->root_certificate);
}

enum rc
authority_files(struct publisher *p)
{
	char *path = authority_root_crl(p->conf);
	struct buf octets = BUF_INIT;
	enum rc rc = certificate_publish(p, p->conf->ca_dir, "root.cer", p->root);

	if (rc == RC_OK)
		rc = certificate_publish(p, p->conf->ca_dir, "ca.cer", p->ca);
	/* the root is offline: its CRL comes from the ceremony */
	if (rc == RC_OK && buf_read_file(&octets, path, ROOT_CRL_MAX) && octets.len > 0)
		rc = octets_publish(p, p->conf->crl_dir, "root.crl", &octets);
	else if (rc == RC_OK)
		log_warn("authority", "%s: the root's CRL is not there, so it is not published", path);
	buf_free(&octets);
	free(path);
	return rc;
}
