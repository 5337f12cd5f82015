/*
 * Enrolment at the registration centre: the first certificates of a person, or an operator's, on the word of whoever holds the CA's key and stands
 * before the person. Record first, like every issue; no signed form, so no certificate authorizes it.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/encode.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/random.h"
#include "pki/csr.h"
#include "publisher.h"
#include "store/event.h"

#define NAME_LENGTH 100 /* characters */

static const struct db_statement citizen = {
	.name = "enrol citizen",
	.sql = "SELECT iin FROM citizen WHERE iin = ?",
};
static const struct db_statement citizen_insert = {
	.name = "enrol citizen insert",
	.sql = "INSERT INTO citizen (iin, surname, name, patronymic, created_at) VALUES (?, ?, ?, ?, UTC_TIMESTAMP(6))",
};
static const struct db_statement application_insert = {
	.name = "enrol application insert",
	.sql =
	    "INSERT INTO application (number, iin, template, origin, status, store, csr_auth, csr_sign, hash_auth, hash_sign, created_at,"
	    " changed_at) VALUES (?, ?, ?, 'centre', 'signing', 'PKCS12', ?, ?, ?, ?, UTC_TIMESTAMP(6), UTC_TIMESTAMP(6))",
};
static const struct db_statement now_statement = {
	.name = "enrol now",
	.sql = "SELECT UTC_TIMESTAMP(6)",
};

const struct db_statement *const enrol_statements[] = { &citizen, &citizen_insert, &application_insert, &now_statement, NULL };

struct enrolment {
	struct publisher *p;
	const char *template_name, *iin, *surname, *name, *patronymic, *csr_auth, *csr_sign, *out;
	char *common_name;
	struct csr csr[ISSUANCE_MAX];
	struct issuance issuance;
	bool is_known_key;
};

static bool
is_name(const char *text, bool may_be_empty)
{
	size_t len = strlen(text);

	if (!utf8_is_valid(text, len) || utf8_length(text, len) > NAME_LENGTH || (len == 0 && !may_be_empty))
		return false;
	for (const char *c = text; *c != '\0'; c++)
		if ((unsigned char)*c < 0x20 || *c == 0x7f)
			return false;
	return true;
}

static bool
read_words(struct enrolment *e, int argc, char **argv)
{
	const struct {
		const char *word;
		const char **value;
	} words[] = { { "--template", &e->template_name }, { "--iin", &e->iin }, { "--surname", &e->surname }, { "--name", &e->name },
		{ "--patronymic", &e->patronymic }, { "--csr-auth", &e->csr_auth }, { "--csr-sign", &e->csr_sign }, { "--out", &e->out } };
	bool person;

	for (int i = 0; i < argc; i += 2) {
		size_t n = 0;

		while (n < sizeof(words) / sizeof(words[0]) && strcmp(words[n].word, argv[i]) != 0)
			n++;
		if (n == sizeof(words) / sizeof(words[0]) || i + 1 == argc || *words[n].value != NULL)
			return false;
		*words[n].value = argv[i + 1];
	}
	if (e->patronymic == NULL)
		e->patronymic = "";
	if (e->template_name == NULL || e->iin == NULL || e->surname == NULL || e->name == NULL || e->csr_sign == NULL)
		return false;
	person = strcmp(e->template_name, "person") == 0;
	return (person || strcmp(e->template_name, "operator") == 0) && person == (e->csr_auth != NULL) && iin_is_wellformed(e->iin) &&
	       is_name(e->surname, false) && is_name(e->name, false) && is_name(e->patronymic, true);
}

static bool
read_request(struct enrolment *e, size_t n, enum cert_purpose purpose, const char *path)
{
	struct buf text = BUF_INIT;
	enum csr_fault fault = CSR_MALFORMED;
	bool ok =
	    buf_read_file(&text, path, (size_t)3 * CSR_MAX) && csr_parse(&e->csr[n], buf_text(&text), text.len, e->iin, &fault) == RC_OK;

	if (!ok)
		fprintf(stderr, "%s: request: %s\n", path, csr_fault_name(fault));
	e->issuance.part[n].purpose = purpose;
	e->issuance.part[n].csr = &e->csr[n];
	buf_free(&text);
	return ok;
}

static bool
read_requests(struct enrolment *e)
{
	bool ok;

	if (e->csr_auth == NULL) {
		e->issuance.count = 1;
		return read_request(e, 0, PURPOSE_OPERATOR, e->csr_sign);
	}
	e->issuance.count = 2;
	ok = read_request(e, 0, PURPOSE_AUTH, e->csr_auth) && read_request(e, 1, PURPOSE_SIGN, e->csr_sign);
	if (ok && memcmp(e->csr[0].spki_hash, e->csr[1].spki_hash, 32) == 0) {
		fprintf(stderr, "%s: request: the same key as in %s\n", e->csr_sign, e->csr_auth);
		return false;
	}
	return ok;
}

static enum rc
ensure_citizen(struct db *db, const struct enrolment *e)
{
	struct db_result *row;
	enum rc rc = db_one(db, &citizen, DB_IN(db_text(e->iin)), &row);

	if (rc == RC_NOT_FOUND)
		return db_exec(
		    db, &citizen_insert, DB_IN(db_text(e->iin), db_text(e->surname), db_text(e->name), db_text(e->patronymic)), NULL);
	if (rc == RC_OK)
		db_result_free(row);
	return rc;
}

static enum rc
insert_application(struct db *db, const struct enrolment *e)
{
	const struct csr *sign = &e->csr[e->issuance.count - 1], *auth = e->csr_auth == NULL ? NULL : &e->csr[0];

	return db_exec(db, &application_insert,
	    DB_IN(db_text(e->issuance.number), db_text(e->iin), db_text(e->template_name),
		auth == NULL ? db_null() : db_bytes(auth->der, auth->der_len), db_bytes(sign->der, sign->der_len),
		auth == NULL ? db_null() : db_bytes(auth->hash, 32), db_bytes(sign->hash, 32)),
	    NULL);
}

static enum rc
record_act(struct db *db, void *arg)
{
	struct enrolment *e = arg;
	struct issuance *i = &e->issuance;
	enum rc rc = ensure_citizen(db, e);

	if (rc == RC_OK)
		rc = insert_application(db, e);
	for (size_t n = 0; rc == RC_OK && n < i->count; n++)
		if ((rc = issuance_db_key_blocked(db, &i->part[n])) == RC_CONFLICT)
			e->is_known_key = true;
	for (size_t n = 0; rc == RC_OK && n < i->count; n++)
		if ((rc = issuance_db_key(db, i, &i->part[n])) == RC_CONFLICT)
			e->is_known_key = true;
	if (rc == RC_OK)
		rc = issuance_db_history(db, i->number, "new", "registrar", NULL, NULL, "");
	if (rc == RC_OK)
		rc = issuance_db_history(db, i->number, "signing", "publisher", NULL, NULL, "");
	if (rc == RC_OK)
		rc = issuance_db_keep_parts(db, e->p, i);
	if (rc == RC_OK)
		rc = event_db_insert(
		    db, &(struct event){ .kind = "enrolled", .iin = e->iin, .application = i->number, .detail = e->template_name });
	return rc;
}

static enum rc
issue(struct enrolment *e)
{
	struct issuance *i = &e->issuance;
	struct db_result *row;
	instant now;
	enum rc rc;

	snprintf(i->iin, sizeof(i->iin), "%s", e->iin);
	i->common_name = e->common_name;
	i->surname = e->surname;
	i->patronymic = e->patronymic;
	if ((rc = authority_find(e->p)) != RC_OK || (rc = db_one(e->p->db, &now_statement, DB_NONE, &row)) != RC_OK)
		return rc;
	now = db_get_instant(row, 0);
	db_result_free(row);
	/* 8 random digits and the local date; a number that is taken is drawn again */
	do {
		random_digits(i->number, 8);
		clock_local_yymmdd(i->number + 8, now);
		if ((rc = issuance_build(e->p, i, now)) == RC_OK)
			rc = lease_transaction(e->p, record_act, e);
	} while (rc == RC_CONFLICT && !e->is_known_key);
	return rc == RC_OK ? issuance_finish(e->p, i) : rc;
}

static bool
write_all(int fd, const struct buf *text)
{
	size_t done = 0;

	while (done < text->len) {
		ssize_t n = write(fd, text->data + done, text->len - done);

		if (n <= 0)
			return false;
		done += (size_t)n;
	}
	return true;
}

/* DIR/auth.pem, DIR/sign.pem, DIR/operator.pem; without DIR on standard output. */
static bool
write_certificate(const struct enrolment *e, const struct certificate_part *part)
{
	struct buf pem = BUF_INIT;
	size_t len;
	const uint8_t *der = cert_der(part->certificate, &len);
	char *path = e->out == NULL ? NULL : mem_format("%s/%s.pem", e->out, cert_purpose_name(part->purpose));
	int fd = path == NULL ? STDOUT_FILENO : open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	bool ok;

	pem_encode(&pem, "CERTIFICATE", der, len);
	ok = fd >= 0 && write_all(fd, &pem);
	if (path != NULL && fd >= 0)
		ok = close(fd) == 0 && ok;
	if (!ok)
		fprintf(stderr, "%s: %s\n", path == NULL ? "standard output" : path, strerror(errno));
	buf_free(&pem);
	free(path);
	return ok;
}

int
enrol_run(struct publisher *p, int argc, char **argv)
{
	struct enrolment e = { .p = p };
	bool ok = read_words(&e, argc, argv);
	enum rc rc;

	if (!ok) {
		fputs("enrol: --template person|operator --iin 12-digits --surname S --name N [--patronymic P] [--csr-auth FILE] "
		      "--csr-sign FILE"
		      " [--out DIR]\n       a person has both requests, an operator --csr-sign alone\n",
		    stderr);
		return 2;
	}
	e.common_name = mem_format("%s %s", e.surname, e.name);
	ok = read_requests(&e);
	if (ok && (rc = issue(&e)) != RC_OK) {
		fprintf(stderr, "enrol: %s\n", e.is_known_key ? "this key was requested before" : rc_name(rc));
		ok = false;
	}
	for (size_t n = 0; ok && n < e.issuance.count; n++)
		ok = write_certificate(&e, &e.issuance.part[n]);
	issuance_free(&e.issuance);
	for (size_t n = 0; n < ISSUANCE_MAX; n++)
		csr_free(&e.csr[n]);
	free(e.common_name);
	return ok ? 0 : 1;
}
