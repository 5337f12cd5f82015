/*
 * SQL of CRLs. A row of crl is the plan of one publication, made in the transaction that claims its entries; the file is a function of that row,
 * so that a publisher that died between the two can make the same file again.
 */
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "pki/crl.h"
#include "publisher.h"
#include "store/event.h"

static const struct db_statement newest = {
	.name = "publication newest",
	.sql = "SELECT number, COALESCE(base_number, 0), this_update, next_update, entries, octets, UTC_TIMESTAMP(6), file_mark FROM crl"
	       " WHERE ca = ? AND kind = ? AND published_at IS NOT NULL ORDER BY number DESC LIMIT 1",
};
#define UNCLAIMED PUBLICATION_UNCLAIMED

/* Also what was claimed in a piece (below) for a number whose plan was never made. */
static const struct db_statement has_new = {
	.name = "publication has new",
	.sql = "SELECT serial FROM " UNCLAIMED " WHERE ca = ? AND crl_number IS NULL"
	       " AND (delta_number IS NULL OR delta_number >= ?)"
	       " AND verified_at IS NOT NULL AND refused IS NULL LIMIT 1",
};
static const struct db_statement next_number = {
	.name = "publication next number",
	.sql = "SELECT COALESCE(MAX(number), 0) + 1, UTC_TIMESTAMP(6) FROM crl WHERE ca = ?",
};
/* The oldest base that somebody may still hold; after a long rest at least the newest one. */
static const struct db_statement held_base = {
	.name = "publication held base",
	.sql = "SELECT COALESCE(MIN(CASE WHEN next_update > UTC_TIMESTAMP(6) THEN number END), MAX(number), 0) FROM crl"
	       " WHERE ca = ? AND kind = 'base' AND published_at IS NOT NULL",
};
#define WAITS_FOR_BASE " WHERE ca = ? AND crl_number IS NULL AND verified_at IS NOT NULL AND refused IS NULL"
#define WAITS_FOR_DELTA                                                                                                                    \
	" WHERE ca = ? AND (crl_number IS NULL OR crl_number = ?) AND delta_number IS NULL AND verified_at IS NOT NULL AND refused IS "    \
	"NULL"
/* Named once more on a base that was made after the certificate's end (RFC 5280, 3.3): the next base does not hold it any more. */
#define HAS_ENDED " WHERE ca = ? AND last_crl_number IS NULL AND not_after < ? AND crl_number <= ?"
#define LISTED "revocation FORCE INDEX (leaving)"
#define CLAIM_BASE "UPDATE " UNCLAIMED " SET first_crl_number = COALESCE(first_crl_number, ?), crl_number = ?"
#define CLAIM_DELTA "UPDATE " UNCLAIMED " SET first_delta_number = COALESCE(first_delta_number, ?), delta_number = ?"
#define LET_GO "UPDATE " LISTED " SET last_crl_number = ?"
static const struct db_statement claim_base = {
	.name = "publication claim base", .sql = PUBLICATION_LONG CLAIM_BASE WAITS_FOR_BASE, .slow = true
};
static const struct db_statement claim_delta = {
	.name = "publication claim delta", .sql = PUBLICATION_LONG CLAIM_DELTA WAITS_FOR_DELTA, .slow = true
};
static const struct db_statement let_go = { .name = "publication let go", .sql = PUBLICATION_LONG LET_GO HAS_ENDED, .slow = true };

/*
 * Many are claimed in pieces beforehand, each a transaction of its own: a million rows change for longer than any transaction should last. What a piece
 * has claimed is for the number that the plan will get; should it get a higher one, nothing is missed: lists hold what was claimed for a number up to
 * their own. Of the base, only what a delta has already: whoever is on a base alone would be on no delta of this number.
 */
#define PIECE " LIMIT 10000"
#define MORE " LIMIT 1 OFFSET 10000"
#define ON_DELTA " AND delta_number IS NOT NULL"
static const struct db_statement many_for_base = { .name = "publication many for base",
	.sql = "SELECT serial FROM " UNCLAIMED WAITS_FOR_BASE ON_DELTA MORE };
static const struct db_statement many_for_delta = { .name = "publication many for delta",
	.sql = "SELECT serial FROM " UNCLAIMED WAITS_FOR_DELTA MORE };
static const struct db_statement many_ended = { .name = "publication many ended", .sql = "SELECT serial FROM " LISTED HAS_ENDED MORE };
static const struct db_statement piece_base = {
	.name = "publication piece of base", .sql = PUBLICATION_LONG CLAIM_BASE WAITS_FOR_BASE ON_DELTA PIECE, .slow = true
};
static const struct db_statement piece_delta = {
	.name = "publication piece of delta", .sql = PUBLICATION_LONG CLAIM_DELTA WAITS_FOR_DELTA PIECE, .slow = true
};
static const struct db_statement piece_ended = {
	.name = "publication piece of ended", .sql = PUBLICATION_LONG LET_GO HAS_ENDED PIECE, .slow = true
};
static const struct db_statement plan = {
	.name = "publication plan",
	.sql = "INSERT INTO crl (ca, number, kind, base_number, this_update, next_update, entries, octets, size)"
	       " VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0)",
};
static const struct db_statement unpublished = {
	.name = "publication unpublished",
	.sql = "SELECT kind = 'delta', number, COALESCE(base_number, 0), this_update, next_update, entries, octets FROM crl"
	       " WHERE ca = ? AND published_at IS NULL AND number > ? ORDER BY number, kind LIMIT 1",
};
/* By sizes of their entries. */
#define COUNTS                                                                                                                             \
	"SELECT COUNT(*), CAST(COALESCE(SUM(reason <> 0 AND invalid_since IS NULL), 0) AS SIGNED),"                                        \
	" CAST(COALESCE(SUM(reason <> 0 AND invalid_since IS NOT NULL), 0) AS SIGNED),"                                                    \
	" CAST(COALESCE(SUM(reason = 0 AND invalid_since IS NOT NULL), 0) AS SIGNED) FROM "
static const struct db_statement count_base = {
	.name = "publication count base",
	.sql = PUBLICATION_LONG COUNTS PUBLICATION_ORDERED PUBLICATION_ON_BASE,
	.slow = true,
};
static const struct db_statement count_delta = {
	.name = "publication count delta",
	.sql = PUBLICATION_LONG COUNTS UNCLAIMED PUBLICATION_ON_DELTA,
	.slow = true,
};
/* What a base has that the one before had not, and the other way round: so that a million entries are not counted for the sake of a few. */
static const struct db_statement count_come = {
	.name = "publication count come",
	.sql = PUBLICATION_LONG COUNTS UNCLAIMED " WHERE ca = ? AND crl_number > ?",
	.slow = true,
};
static const struct db_statement count_gone = {
	.name = "publication count gone",
	.sql = PUBLICATION_LONG COUNTS LISTED " WHERE ca = ? AND last_crl_number >= ?",
	.slow = true,
};
static const struct db_statement has_raised = {
	.name = "publication has raised",
	.sql = "SELECT serial FROM " UNCLAIMED " WHERE ca = ? AND crl_number > ? AND first_crl_number <> crl_number LIMIT 1",
};
/* Serials that the list before had and this one has not: each by itself, they are few. */
static const struct db_statement may_leave_base = {
	.name = "publication may leave base",
	.sql = "SELECT r.serial FROM revocation r JOIN certificate k ON k.serial = r.serial AND k.ca = r.ca"
	       " JOIN crl b ON b.ca = r.ca AND b.number = r.last_crl_number AND b.kind = 'base' AND b.published_at IS NOT NULL"
	       " WHERE r.ca = ? AND r.serial = ? AND r.last_crl_number < ? AND k.not_after < b.this_update",
};
static const struct db_statement may_leave_delta = {
	.name = "publication may leave delta",
	.sql = "SELECT serial FROM revocation WHERE ca = ? AND serial = ? AND crl_number <= ?",
};
static const struct db_statement published = {
	.name = "publication published",
	.sql = "UPDATE crl SET entries = ?, octets = ?, size = ?, tbs_sha256 = ?, file_mark = ?, published_at = UTC_TIMESTAMP(6)"
	       " WHERE ca = ? AND number = ? AND kind = ? AND published_at IS NULL",
};

const struct db_statement *const publication_statements[] = { &newest, &has_new, &next_number, &held_base, &claim_base, &claim_delta,
	&let_go, &many_for_base, &many_for_delta, &many_ended, &piece_base, &piece_delta, &piece_ended, &plan, &unpublished, &count_base,
	&count_delta, &count_come, &count_gone, &has_raised, &may_leave_base, &may_leave_delta, &published, NULL };

static const char *
kind(bool is_delta)
{
	return is_delta ? "delta" : "base";
}

enum rc
publication_db_newest(struct publisher *p, bool is_delta, struct publication *out, instant *now)
{
	struct db_result *row;
	enum rc rc = db_one(p->db, &newest, DB_IN(db_int(p->ca_id), db_text(kind(is_delta))), &row);

	if (rc != RC_OK)
		return rc;
	*out = (struct publication){ .is_delta = is_delta,
		.number = db_get_int(row, 0),
		.base_number = db_get_int(row, 1),
		.this_update = db_get_instant(row, 2),
		.next_update = db_get_instant(row, 3),
		.entries = db_get_int(row, 4),
		.octets = db_get_int(row, 5) };
	*now = db_get_instant(row, 6);
	snprintf(out->file_mark, sizeof(out->file_mark), "%s", db_get_text(row, 7));
	db_result_free(row);
	return RC_OK;
}

enum rc
publication_db_has_new(struct publisher *p, bool *out)
{
	struct db_result *row;
	int64_t next;
	enum rc rc = db_one(p->db, &next_number, DB_IN(db_int(p->ca_id)), &row);

	*out = false;
	if (rc != RC_OK)
		return rc;
	next = db_get_int(row, 0);
	db_result_free(row);
	rc = db_one(p->db, &has_new, DB_IN(db_int(p->ca_id), db_int(next)), &row);
	*out = rc == RC_OK;
	if (rc == RC_OK)
		db_result_free(row);
	return rc == RC_NOT_FOUND ? RC_OK : rc;
}

/* Our serials have 20 octets, the first 0x10…0x7f, and dates are before 2050: four sizes. Were it not so, the writer would say so. */
static enum rc
count_with(struct db *db, const struct db_statement *statement, const struct db_value *in, size_t values, struct publication *c)
{
	const struct crl_entry plain = { .serial = { 0x10 } }, reasoned = { .serial = { 0x10 }, .reason = 1 };
	const struct crl_entry dated = { .serial = { 0x10 }, .invalid_since = 1 },
			       both = { .serial = { 0x10 }, .reason = 1, .invalid_since = 1 };
	struct db_result *row;
	int64_t with_reason, with_both, with_date;
	enum rc rc = db_one(db, statement, in, values, &row);

	if (rc != RC_OK)
		return rc;
	c->entries = db_get_int(row, 0);
	with_reason = db_get_int(row, 1);
	with_both = db_get_int(row, 2);
	with_date = db_get_int(row, 3);
	db_result_free(row);
	c->octets = with_reason * (int64_t)crl_entry_size(&reasoned) + with_both * (int64_t)crl_entry_size(&both) +
		    with_date * (int64_t)crl_entry_size(&dated) +
		    (c->entries - with_reason - with_both - with_date) * (int64_t)crl_entry_size(&plain);
	return RC_OK;
}

static enum rc
count(struct db *db, int64_t ca, struct publication *c)
{
	const struct db_value n = db_int(c->number), base = db_int(c->base_number);

	return c->is_delta ? count_with(db, &count_delta, DB_IN(db_int(ca), base, n, n, base), c)
			   : count_with(db, &count_base, DB_IN(db_int(ca), n, n), c);
}

/* A base from what is known of the one before. An entry whose reason was raised has another size now: then all are counted. */
static enum rc
count_after(struct db *db, int64_t ca, const struct publication *before, struct publication *c)
{
	const struct db_value since[] = { db_int(ca), db_int(before->number) };
	struct publication come = *c, gone = *c;
	struct db_result *row;
	enum rc rc = db_one(db, &has_raised, since, 2, &row);

	if (rc == RC_OK)
		db_result_free(row);
	if (rc == RC_OK || (before->octets == 0 && before->entries > 0))
		return count(db, ca, c);
	if (rc != RC_NOT_FOUND || (rc = count_with(db, &count_come, since, 2, &come)) != RC_OK ||
	    (rc = count_with(db, &count_gone, since, 2, &gone)) != RC_OK)
		return rc;
	c->entries = before->entries + come.entries - gone.entries;
	c->octets = before->octets + come.octets - gone.octets;
	return RC_OK;
}

struct claiming {
	struct publisher *p;
	bool base, delta;
	int64_t above; /* every number that was visible */
	bool is_whole; /* not too many are left for one transaction */
};

static enum rc
plan_insert(struct db *db, const struct claiming *c, const struct publication *before, bool is_delta, int64_t number, int64_t base_number,
    instant now)
{
	int64_t seconds = is_delta ? c->p->conf->crl_delta_seconds : c->p->conf->crl_base_seconds;
	struct publication row = { .is_delta = is_delta, .number = number, .base_number = base_number, .this_update = now - now % SECOND };
	enum rc rc = !is_delta && before->number != 0 ? count_after(db, c->p->ca_id, before, &row) : count(db, c->p->ca_id, &row);

	if (rc != RC_OK)
		return rc;
	return db_exec(db, &plan,
	    DB_IN(db_int(c->p->ca_id), db_int(number), db_text(kind(is_delta)), is_delta ? db_int(base_number) : db_null(),
		db_instant(row.this_update), db_instant(row.this_update + seconds * SECOND), db_int(row.entries), db_int(row.octets)),
	    NULL);
}

/* The moment that a certificate ended before: both are whole seconds on the list, and notAfter still belongs to the validity. */
static struct db_value
end_before(const struct publication *before)
{
	return db_instant(before->this_update - before->this_update % SECOND);
}

/* The base that is replaced; number 0: none. */
static enum rc
find_before(const struct claiming *c, struct publication *before)
{
	instant unused;
	enum rc rc = RC_NOT_FOUND;

	before->number = 0;
	if (c->base)
		rc = publication_db_newest(c->p, false, before, &unused);
	return rc == RC_NOT_FOUND ? RC_OK : rc;
}

static enum rc
find_number(struct db *db, const struct claiming *c, int64_t *number, instant *now)
{
	struct db_result *row;
	enum rc rc = db_one(db, &next_number, DB_IN(db_int(c->p->ca_id)), &row);

	if (rc != RC_OK)
		return rc;
	*number = db_get_int(row, 0) > c->above ? db_get_int(row, 0) : c->above + 1;
	*now = db_get_instant(row, 1);
	db_result_free(row);
	return RC_OK;
}

/* *done: there were many, and a piece of them is claimed. count: values of many; change has those behind `own` more. */
static enum rc
piece(struct db *db, const struct db_statement *many, const struct db_statement *change, const struct db_value *in, size_t own,
    size_t count, bool *done)
{
	struct db_result *row;
	uint64_t rows = 0;
	enum rc rc;

	if (*done)
		return RC_OK;
	if ((rc = db_one(db, many, in + own, count, &row)) != RC_OK)
		return rc == RC_NOT_FOUND ? RC_OK : rc;
	db_result_free(row);
	*done = true;
	if ((rc = db_exec(db, change, in, own + count, &rows)) == RC_OK)
		log_info("publication", "%s: %llu rows", change->name, (unsigned long long)rows);
	return rc;
}

static enum rc
piece_act(struct db *db, void *arg)
{
	struct claiming *c = arg;
	const struct db_value ca = db_int(c->p->ca_id);
	struct publication before;
	struct db_value n;
	int64_t number;
	instant now;
	bool done = false;
	enum rc rc = find_number(db, c, &number, &now);

	if (rc == RC_OK)
		rc = find_before(c, &before);
	if (rc != RC_OK)
		return rc;
	n = db_int(number);
	if (before.number != 0)
		rc = piece(db, &many_ended, &piece_ended,
		    (const struct db_value[]){ db_int(before.number), ca, end_before(&before), db_int(before.number) }, 1, 3, &done);
	if (rc == RC_OK && c->delta)
		rc = piece(db, &many_for_delta, &piece_delta, (const struct db_value[]){ n, n, ca, n }, 2, 2, &done);
	if (rc == RC_OK && c->base && c->delta)
		rc = piece(db, &many_for_base, &piece_base, (const struct db_value[]){ n, n, ca }, 2, 1, &done);
	c->is_whole = !done;
	return rc;
}

static enum rc
claim_act(struct db *db, void *arg)
{
	const struct claiming *c = arg;
	const struct db_value ca = db_int(c->p->ca_id);
	struct db_result *row;
	struct publication before;
	int64_t number, base_number = 0;
	uint64_t gone = 0;
	instant now;
	enum rc rc = find_number(db, c, &number, &now);

	if (rc == RC_OK && c->delta && (rc = db_one(db, &held_base, DB_IN(ca), &row)) == RC_OK) {
		base_number = db_get_int(row, 0);
		db_result_free(row);
	}
	if (rc == RC_OK && (rc = find_before(c, &before)) == RC_OK && before.number != 0)
		rc = db_exec(db, &let_go, DB_IN(db_int(before.number), ca, end_before(&before), db_int(before.number)), &gone);
	if (rc == RC_OK && gone > 0)
		log_info(
		    "publication", "%llu expired entries were on base %lld and leave", (unsigned long long)gone, (long long)before.number);
	if (rc == RC_OK && c->base)
		rc = db_exec(db, &claim_base, DB_IN(db_int(number), db_int(number), ca), NULL);
	if (rc == RC_OK && c->delta)
		rc = db_exec(db, &claim_delta, DB_IN(db_int(number), db_int(number), ca, db_int(number)), NULL);
	if (rc == RC_OK && c->base)
		rc = plan_insert(db, c, &before, false, number, 0, now);
	if (rc == RC_OK && c->delta)
		rc = plan_insert(db, c, &before, true, number, base_number, now);
	return rc;
}

enum rc
publication_db_claim(struct publisher *p, bool base, bool delta, int64_t above)
{
	struct claiming c = { p, base, delta, above, false };
	enum rc rc = RC_OK;

	while (rc == RC_OK && !c.is_whole)
		rc = lease_transaction(p, piece_act, &c);
	return rc == RC_OK ? lease_transaction(p, claim_act, &c) : rc;
}

enum rc
publication_db_unpublished(struct publisher *p, int64_t above, struct publication *out)
{
	struct db_result *row;
	enum rc rc = db_one(p->db, &unpublished, DB_IN(db_int(p->ca_id), db_int(above)), &row);

	if (rc != RC_OK)
		return rc;
	*out = (struct publication){ .is_delta = db_get_int(row, 0) != 0,
		.number = db_get_int(row, 1),
		.base_number = db_get_int(row, 2),
		.this_update = db_get_instant(row, 3),
		.next_update = db_get_instant(row, 4),
		.entries = db_get_int(row, 5),
		.octets = db_get_int(row, 6) };
	db_result_free(row);
	return RC_OK;
}

enum rc
publication_db_count(struct publisher *p, struct publication *c)
{
	return count(p->db, p->ca_id, c);
}

enum rc
publication_db_may_leave(struct publisher *p, const struct publication *c, const uint8_t serial[SERIAL_SIZE])
{
	struct db_result *row;
	enum rc rc = db_one(p->db, c->is_delta ? &may_leave_delta : &may_leave_base,
	    DB_IN(db_int(p->ca_id), db_bytes(serial, SERIAL_SIZE), db_int(c->is_delta ? c->base_number : c->number)), &row);

	if (rc == RC_OK)
		db_result_free(row);
	return rc;
}

struct publishing {
	struct publisher *p;
	const struct publication *publication;
	const struct crl_info *info;
};

static enum rc
published_act(struct db *db, void *arg)
{
	const struct publishing *s = arg;
	uint64_t affected = 0;
	char detail[120];
	enum rc rc = db_exec(db, &published,
	    DB_IN(db_int(s->publication->entries), db_int(s->publication->octets), db_int((int64_t)s->info->size),
		db_bytes(s->info->tbs_sha256, 32), db_text(s->publication->file_mark), db_int(s->p->ca_id), db_int(s->publication->number),
		db_text(kind(s->publication->is_delta))),
	    &affected);

	if (rc == RC_OK && affected != 1)
		return RC_CONFLICT;
	snprintf(detail, sizeof(detail), "%s %lld, %lld entries", kind(s->publication->is_delta), (long long)s->publication->number,
	    (long long)s->publication->entries);
	return rc == RC_OK ? event_db_insert(db, &(struct event){ .kind = "crl-published", .detail = detail }) : rc;
}

enum rc
publication_db_published(struct publisher *p, const struct publication *publication, const struct crl_info *info)
{
	struct publishing s = { p, publication, info };

	return lease_transaction(p, published_act, &s);
}
