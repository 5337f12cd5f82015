/* SQL of the list of own sessions. What is open is what the look-up of a session would let in: store/session.c. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/encode.h"
#include "base/hash.h"
#include "profile.h"
#include "store/event.h"
#include "web/shown.h"
#include "web/view.h"

#define FRESH_SECONDS 10

enum { LIST_HANDLE, LIST_CREATED, LIST_SEEN, LIST_ADDRESS, LIST_AGENT, LIST_OWN, LIST_ENDED };
/* created_at once more, for the index: nothing older than the absolute end can be open. */
static const struct db_statement list = {
	.name = "sessions list",
	.sql = "SELECT SHA2(s.id, 256), s.created_at, s.seen_at, s.address, s.user_agent, s.id = ? AS own,"
	       " (SELECT COUNT(*) FROM session e WHERE e.iin = s.iin AND e.end_reason = 'ended'"
	       " AND e.ended_at > UTC_TIMESTAMP(6) - INTERVAL ? SECOND)"
	       " FROM session s JOIN certificate k ON k.serial = s.serial JOIN ca a ON a.id = k.ca LEFT JOIN revocation r ON r.serial = "
	       "s.serial"
	       " WHERE s.iin = ? AND s.created_at > UTC_TIMESTAMP(6) - INTERVAL ? SECOND AND s.ended_at IS NULL"
	       " AND s.expires_at > UTC_TIMESTAMP(6) AND s.seen_at > UTC_TIMESTAMP(6) - INTERVAL ? SECOND"
	       " AND k.not_after >= UTC_TIMESTAMP(6) AND a.state <> 'distrusted' AND r.serial IS NULL"
	       " ORDER BY own DESC, s.created_at DESC LIMIT 50",
};
static const struct db_statement end_one = {
	.name = "sessions end",
	.sql = "UPDATE session SET ended_at = UTC_TIMESTAMP(6), end_reason = 'ended'"
	       " WHERE iin = ? AND SHA2(id, 256) = ? AND ended_at IS NULL",
};
static const struct db_statement end_others = {
	.name = "sessions end-others",
	.sql = "UPDATE session SET ended_at = UTC_TIMESTAMP(6), end_reason = 'ended' WHERE iin = ? AND id <> ? AND ended_at IS NULL",
};

const struct db_statement *const sessions_statements[] = { &list, &end_one, &end_others, NULL };

static void
row_show(struct request *r, size_t n, const struct db_result *row)
{
	char time[CLOCK_SHOWN_SIZE], browser[SHOWN_BROWSER_SIZE];

	page_item(r->page, "sessions", n, "handle", db_get_text(row, LIST_HANDLE));
	clock_shown(time, db_get_instant(row, LIST_CREATED));
	page_item(r->page, "sessions", n, "created", time);
	clock_shown(time, db_get_instant(row, LIST_SEEN));
	page_item(r->page, "sessions", n, "seen", time);
	page_item(r->page, "sessions", n, "address", db_get_text(row, LIST_ADDRESS));
	shown_browser(browser, db_get_text(row, LIST_AGENT));
	page_item(r->page, "sessions", n, "browser", browser);
	page_item(r->page, "sessions", n, "own", db_get_int(row, LIST_OWN) != 0 ? "1" : "");
}

enum rc
sessions_db_list(struct request *r, bool *ended)
{
	const struct db_value own = db_bytes(r->session.id, sizeof(r->session.id)), iin = db_text(r->session.iin);
	struct db_result *rows = NULL;
	size_t n = 0;
	enum rc rc;

	*ended = false;
	rc = db_query(
	    r->db, &list, DB_IN(own, db_int(FRESH_SECONDS), iin, db_int(r->conf->session_absolute), db_int(r->conf->session_idle)), &rows);
	if (rc != RC_OK)
		return rc;
	for (; (rc = db_next(rows)) == RC_OK; n++) {
		row_show(r, n, rows);
		*ended = db_get_int(rows, LIST_ENDED) > 0;
	}
	db_result_free(rows);
	page_set_int(r->page, "sessions_more", n > 1);
	return rc == RC_NOT_FOUND ? RC_OK : rc;
}

struct ending {
	struct request *r;
	const char *handle; /* NULL: all but the one that asks */
};

static enum rc
end_act(struct db *db, void *arg)
{
	const struct ending *e = arg;
	const struct request *r = e->r;
	const struct db_value iin = db_text(r->session.iin), own = db_bytes(r->session.id, sizeof(r->session.id));
	char detail[96];
	uint64_t count = 0;
	enum rc rc;

	if ((rc = profile_db_enter(db, r)) != RC_OK)
		return rc;
	if (e->handle == NULL)
		rc = db_exec(db, &end_others, DB_IN(iin, own), &count);
	else
		rc = db_exec(db, &end_one, DB_IN(iin, db_text(e->handle)), &count);
	if (rc != RC_OK)
		return rc;
	if (e->handle != NULL && count != 1)
		return RC_NOT_FOUND;
	snprintf(detail, sizeof(detail), "%s, %" PRIu64, e->handle != NULL ? e->handle : "others", count);
	return event_db_insert(db,
	    &(struct event){
		.kind = "sessions-ended", .iin = r->session.iin, .serial = r->session.serial, .address = r->address, .detail = detail });
}

enum rc
sessions_db_end(struct request *r, const char *handle, bool *own)
{
	struct ending e = { r, handle };
	uint8_t octets[HASH_SIZE];
	char hex[SESSION_HANDLE_SIZE];

	hash_sha256(octets, r->session.id, sizeof(r->session.id));
	hex_encode(hex, octets, sizeof(octets));
	*own = strcmp(hex, handle) == 0;
	return db_transaction(r->db, end_act, &e);
}

enum rc
sessions_db_end_others(struct request *r)
{
	struct ending e = { r, NULL };

	return db_transaction(r->db, end_act, &e);
}
