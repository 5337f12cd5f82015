#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/log.h"
#include "base/mem.h"
#include "pki/csr.h"
#include "publisher.h"
#include "store/event.h"

/* What an enrolment of the centre is doing at this moment is its own; only what it left behind is finished here. */
enum {
	FIND_NUMBER,
	FIND_IIN,
	FIND_TEMPLATE,
	FIND_STATUS,
	FIND_CSR_AUTH,
	FIND_CSR_SIGN,
	FIND_FORM,
	FIND_ORIGIN,
	FIND_NOW,
	FIND_KIND,
	FIND_CHANGED
};
static const struct db_statement find = {
	.name = "queue find",
	.sql = "SELECT number, iin, template, status, csr_auth, csr_sign, form, origin, UTC_TIMESTAMP(6),"
	       " (SELECT kind FROM signed_form f WHERE f.digest = application.form), changed_at FROM application"
	       " WHERE status IN ('signed', 'signing') AND (origin <> 'centre' OR changed_at < UTC_TIMESTAMP(6) - INTERVAL 5 MINUTE)"
	       " AND changed_at >= ? AND (changed_at > ? OR number > ?) ORDER BY changed_at, number LIMIT 20",
};
#define PAGE 20
#define PAGES 50 /* of one pass: what cannot be finished now never keeps what stands behind it waiting */

/* A first application makes its person a citizen; who is one already keeps the names of their newest certificate. */
static const struct db_statement citizen = {
	.name = "queue citizen",
	.sql = "INSERT IGNORE INTO citizen (iin, surname, name, patronymic, created_at) VALUES (?, ?, ?, ?, UTC_TIMESTAMP(6))",
};

const struct db_statement *const queue_statements[] = { &find, &citizen, NULL };

struct pending {
	struct publisher *p;
	const struct db_result *row; /* borrowed */
	struct issuance issuance;
	struct csr csr[ISSUANCE_MAX];
	struct evidence evidence;
	uint8_t form[32];
	bool has_form;
	bool is_decision;   /* the form is an operator's */
	char *common_name;  /* owned; of a decision */
	const char *status; /* borrowed from row */
	const char *reason; /* message code without "fail.": cannot be issued */
	const char *rule;   /* of the document, for the event; NULL */
};

static enum rc
cannot(struct pending *w, const char *reason)
{
	w->reason = reason;
	return RC_BAD_INPUT;
}

static enum rc
read_requests(struct pending *w)
{
	struct issuance *i = &w->issuance;

	for (size_t n = 0; n < i->count; n++) {
		enum csr_fault fault;
		size_t len;
		const uint8_t *der = db_get_bytes(w->row, i->part[n].purpose == PURPOSE_AUTH ? FIND_CSR_AUTH : FIND_CSR_SIGN, &len);

		if (csr_parse_der(&w->csr[n], der, len, i->iin, &fault) != RC_OK) {
			log_warn("queue", "%s: %s: request: %s", i->number, cert_purpose_name(i->part[n].purpose), csr_fault_name(fault));
			return cannot(w, fault == CSR_WEAK_KEY || fault == CSR_KNOWN_WEAK ? "weak_key" : "request");
		}
		i->part[n].csr = &w->csr[n];
	}
	if (i->count == 2 && memcmp(w->csr[0].spki_hash, w->csr[1].spki_hash, 32) == 0)
		return cannot(w, "known_key");
	return RC_OK;
}

/* What was signed names this application, these requests, this change of status; only ever a natural person's pair. */
static enum rc
compare_content(struct pending *w)
{
	const struct form_content *c = &w->evidence.content;
	bool agrees;

	if (w->is_decision)
		agrees = strcmp(c->verdict, "approve") == 0;
	else
		agrees = strcmp(c->from, "new") == 0 && strcmp(c->to, "signed") == 0;
	if (!agrees || strcmp(c->number, w->issuance.number) != 0)
		return cannot(w, "signature");
	if ((!w->is_decision && strcmp(c->template_name, "person") != 0) || strcmp(db_get_text(w->row, FIND_TEMPLATE), "person") != 0)
		return cannot(w, "profile");
	if (!hash_equal(c->request_auth, w->csr[0].hash, 32) || !hash_equal(c->request_sign, w->csr[1].hash, 32))
		return cannot(w, "request");
	return RC_OK;
}

/* The names are those that the operator signed. */
static void
subject_of_decision(struct pending *w)
{
	const struct form_content *c = &w->evidence.content;

	w->common_name = mem_format("%s%s%s", c->surname, *c->surname != '\0' && *c->name != '\0' ? " " : "", c->name);
	w->issuance.common_name = w->common_name;
	w->issuance.surname = c->surname;
	w->issuance.patronymic = c->patronymic;
	w->issuance.signer_iin = cert_iin(w->evidence.signer);
}

static enum rc
verify(struct pending *w)
{
	struct issuance *i = &w->issuance;
	enum form_rule rule;
	enum rc rc;

	if (!w->has_form)
		return cannot(w, "signature");
	w->is_decision = strcmp(db_get_text(w->row, FIND_KIND), form_kind_name(FORM_DECISION)) == 0;
	rc = evidence_verify(w->p, w->form, w->is_decision ? FORM_DECISION : FORM_CONFIRMATION, i->iin, &w->evidence, &rule);
	if (rc == RC_BAD_INPUT) {
		w->rule = form_rule_name(rule);
		return cannot(w, rule == RULE_CERTIFICATE_REVOKED ? "certificate_revoked"
				 : rule == RULE_CERTIFICATE_TIME  ? "certificate_expired"
								  : "signature");
	}
	if (rc != RC_OK)
		return rc;
	if ((rc = read_requests(w)) != RC_OK || (rc = compare_content(w)) != RC_OK)
		return rc;
	if (w->is_decision)
		subject_of_decision(w);
	else {
		i->common_name = cert_common_name(w->evidence.signer);
		i->surname = cert_surname(w->evidence.signer);
		i->patronymic = cert_patronymic(w->evidence.signer);
	}
	i->form = w->form;
	i->authorized_by = w->evidence.signer_serial;
	return RC_OK;
}

static enum rc
keep_act(struct db *db, void *arg)
{
	struct pending *w = arg;
	struct issuance *i = &w->issuance;
	const struct form_content *c = &w->evidence.content;
	enum rc rc = RC_OK;

	w->reason = NULL;
	if (w->is_decision)
		rc = db_exec(db, &citizen, DB_IN(db_text(i->iin), db_text(c->surname), db_text(c->name), db_text(c->patronymic)), NULL);
	if (rc == RC_OK)
		rc = issuance_db_meet(db, i->iin);
	if (rc == RC_OK && i->signer_iin != NULL)
		rc = issuance_db_meet(db, i->signer_iin);
	if (rc == RC_OK && (rc = evidence_still_good(db, i->authorized_by)) == RC_CONFLICT)
		return cannot(w, "certificate_revoked");
	for (size_t n = 0; rc == RC_OK && n < i->count; n++)
		if ((rc = issuance_db_key_blocked(db, &i->part[n])) == RC_CONFLICT)
			return cannot(w, "blocked_key");
	for (size_t n = 0; rc == RC_OK && n < i->count; n++)
		if ((rc = issuance_db_key(db, i, &i->part[n])) == RC_CONFLICT)
			return cannot(w, "known_key");
	if (rc == RC_OK)
		rc = issuance_db_status(db, i->number, "signed", "signing", "");
	if (rc == RC_OK)
		rc = issuance_db_history(db, i->number, "signing", "publisher", NULL, i->form, "");
	if (rc == RC_OK)
		rc = issuance_db_keep_parts(db, w->p, i);
	return rc;
}

static enum rc
build(struct pending *w)
{
	enum rc rc = issuance_build(w->p, &w->issuance, db_get_instant(w->row, FIND_NOW));

	return rc == RC_BAD_INPUT ? cannot(w, "profile") : rc;
}

static enum rc
keep(struct pending *w)
{
	enum rc rc = lease_transaction(w->p, keep_act, w);

	if (rc == RC_OK)
		w->status = "signing";
	/* rows that are there already although nothing was done yet: nobody but an account that was taken over writes them */
	return rc == RC_CONFLICT && w->reason == NULL ? cannot(w, "record") : rc;
}

/* New work gets its record before any signature; half-done work goes on with the record it has. */
static enum rc
record(struct pending *w)
{
	enum rc rc;

	if (strcmp(w->status, "signed") == 0)
		return (rc = build(w)) == RC_OK ? keep(w) : rc;
	log_info("queue", "%s: half done, goes on", w->issuance.number);
	if ((rc = issuance_db_kept(w->p, &w->issuance)) == RC_NOT_FOUND)
		return cannot(w, "profile");
	if (rc == RC_OK && (rc = issuance_build_again(w->p, &w->issuance)) == RC_BAD_INPUT)
		return cannot(w, "profile");
	return rc;
}

static enum rc
finished(struct pending *w, enum rc rc)
{
	if (rc == RC_BAD_INPUT)
		return cannot(w, "profile");
	if (rc == RC_CONFLICT && w->issuance.authorized_by != NULL &&
	    evidence_still_good(w->p->db, w->issuance.authorized_by) == RC_CONFLICT)
		return cannot(w, "certificate_revoked");
	return rc == RC_CONFLICT ? cannot(w, "record") : rc;
}

static enum rc
finish(struct pending *w)
{
	return finished(w, issuance_finish(w->p, &w->issuance));
}

/*
 * An enrolment that died. Its record is the proof that somebody with the CA's key ordered it (nobody else writes that table), and the names are
 * in the octets that were kept: they are not taken from rows that others can write.
 */
static enum rc
finish_enrolment(struct pending *w)
{
	struct issuance *i = &w->issuance;
	enum rc rc;

	if (strcmp(w->status, "signing") != 0)
		return cannot(w, "signature");
	if (strcmp(db_get_text(w->row, FIND_TEMPLATE), "operator") == 0) {
		i->count = 1;
		i->part[0].purpose = PURPOSE_OPERATOR;
	}
	if ((rc = issuance_db_kept(w->p, i)) == RC_NOT_FOUND)
		return cannot(w, "signature");
	if (rc == RC_OK && (rc = read_requests(w)) == RC_OK)
		rc = finish(w);
	return rc;
}

static enum rc
fail_act(struct db *db, void *arg)
{
	struct pending *w = arg;
	struct issuance *i = &w->issuance;
	enum rc rc = issuance_db_status(db, i->number, w->status, "failed", w->reason);

	if (rc == RC_OK)
		rc = issuance_db_history(db, i->number, "failed", "publisher", NULL, w->has_form ? w->form : NULL, w->reason);
	/* a row of the history that is there already does not keep the application in the queue */
	if (rc == RC_OK || rc == RC_CONFLICT)
		rc = issuance_db_abandon(db, i->number);
	if (rc == RC_OK)
		rc = event_db_insert(db, &(struct event){ .kind = "application-failed",
					     .iin = i->iin,
					     .application = i->number,
					     .form = w->has_form ? w->form : NULL,
					     .rule = w->rule,
					     .detail = w->reason });
	return rc;
}

static void
begin(struct pending *w, struct publisher *p, const struct db_result *row)
{
	*w = (struct pending){ .p = p, .row = row, .status = db_get_text(row, FIND_STATUS) };
	snprintf(w->issuance.number, sizeof(w->issuance.number), "%s", db_get_text(row, FIND_NUMBER));
	snprintf(w->issuance.iin, sizeof(w->issuance.iin), "%s", db_get_text(row, FIND_IIN));
	w->has_form = db_copy_bytes(row, FIND_FORM, w->form, sizeof(w->form));
	w->issuance.count = 2;
	w->issuance.part[0].purpose = PURPOSE_AUTH;
	w->issuance.part[1].purpose = PURPOSE_SIGN;
}

/* rc: what came of it. What cannot be issued is told so. */
static enum rc
end(struct pending *w, enum rc rc)
{
	if (w->reason != NULL) {
		log_warn("application-failed", "%s: %s%s%s", w->issuance.number, w->reason, w->rule != NULL ? ": " : "",
		    w->rule != NULL ? w->rule : "");
		rc = lease_transaction(w->p, fail_act, w);
	} else if (rc != RC_OK)
		log_error("queue", "%s: %s: tried again later", w->issuance.number, rc_name(rc));
	issuance_free(&w->issuance);
	free(w->common_name);
	for (size_t n = 0; n < ISSUANCE_MAX; n++)
		csr_free(&w->csr[n]);
	evidence_free(&w->evidence);
	return rc;
}

/* A citizen's new application goes as far as its record, which it may share a transaction for; all else is done here. is_open: the former. */
static enum rc
work_alone(struct pending *w, bool *is_open)
{
	enum rc rc;

	*is_open = false;
	if (!w->has_form && strcmp(db_get_text(w->row, FIND_ORIGIN), "centre") == 0)
		rc = finish_enrolment(w);
	else if ((rc = verify(w)) == RC_OK && strcmp(w->status, "signed") == 0 && !w->is_decision) {
		if ((rc = build(w)) == RC_OK) {
			*is_open = true;
			return RC_OK;
		}
	} else if (rc == RC_OK && (rc = record(w)) == RC_OK)
		rc = finish(w);
	return end(w, rc);
}

/* The worse of two: a database that is gone ends the pass. */
static enum rc
worse(enum rc a, enum rc b)
{
	return a == RC_UNAVAILABLE || b == RC_OK ? a : b;
}

static bool
is_hopeless(const struct publisher *p, enum rc rc)
{
	return rc == RC_UNAVAILABLE || p->is_lost;
}

/*
 * Applications that are verified and built: one transaction records them all, then all are signed, then one transaction stores them. When a
 * transaction does not take them together, each goes by itself, and what is wrong with one holds up no other.
 */
static enum rc
work_together(struct publisher *p, struct pending *list, size_t count)
{
	struct issuance *issuances[PAGE];
	struct pending *unstored[PAGE] = { NULL };
	enum rc rc, kept, stored, one = RC_OK;
	size_t n = 0;

	for (size_t i = 0; i < count; i++)
		issuances[i] = &list[i].issuance;
	kept = count == 0 ? RC_OK : issuance_db_keep_all(p, issuances, count);
	for (size_t i = 0; i < count; i++) {
		rc = kept;
		if (kept == RC_OK)
			list[i].status = "signing";
		else if (!is_hopeless(p, one) && !is_hopeless(p, kept))
			rc = keep(&list[i]);
		if (rc == RC_OK)
			rc = finished(&list[i], issuance_sign(p, &list[i].issuance));
		if (rc == RC_OK)
			unstored[n++] = &list[i];
		else
			one = worse(one, end(&list[i], rc));
	}
	for (size_t i = 0; i < n; i++)
		issuances[i] = &unstored[i]->issuance;
	stored = n == 0 ? RC_OK : issuance_store(p, issuances, n);
	for (size_t i = 0; i < n; i++) {
		rc = stored;
		if (stored != RC_OK && n > 1 && !is_hopeless(p, one) && !is_hopeless(p, stored))
			rc = issuance_store(p, &issuances[i], 1);
		one = worse(one, end(unstored[i], rc == RC_OK || is_hopeless(p, rc) ? rc : finished(unstored[i], rc)));
	}
	return one;
}

/* One page behind the place *at, *number. full: another page may follow. */
static enum rc
work_page(struct publisher *p, instant *at, char number[15], bool *full)
{
	struct pending *list = mem_zero(PAGE, sizeof(*list));
	struct db_result *rows;
	size_t n = 0, open = 0;
	bool is_open;
	enum rc rc, one = RC_OK;

	*full = false;
	if ((rc = db_query(p->db, &find, DB_IN(db_instant(*at), db_instant(*at), db_text(number)), &rows)) != RC_OK) {
		free(list);
		return rc;
	}
	while (!is_hopeless(p, one) && (rc = db_next(rows)) == RC_OK) {
		*at = db_get_instant(rows, FIND_CHANGED);
		snprintf(number, 15, "%s", db_get_text(rows, FIND_NUMBER));
		begin(&list[open], p, rows);
		one = worse(one, work_alone(&list[open], &is_open));
		open += is_open;
		n++;
	}
	one = worse(one, work_together(p, list, open));
	db_result_free(rows);
	free(list);
	*full = n == PAGE;
	return rc == RC_NOT_FOUND || rc == RC_OK ? one : rc;
}

enum rc
queue_work(struct publisher *p)
{
	char number[15] = "";
	instant at = 0;
	bool full = true;
	enum rc rc = RC_OK, one;

	for (int page = 0; full && page < PAGES && !p->is_lost; page++) {
		one = work_page(p, &at, number, &full);
		if (one == RC_UNAVAILABLE)
			return one;
		if (one != RC_OK)
			rc = one;
	}
	return rc;
}
