/* SQL of status and installation. */
#include <stdio.h>
#include <string.h>

#include "base/encode.h"
#include "status.h"
#include "store/event.h"
#include "web/shown.h"
#include "web/view.h"

static const struct db_statement open_ones = {
	.name = "status open",
	.sql = "SELECT number, status, created_at FROM application WHERE iin = ? AND status IN ('new', 'signed', 'signing', 'issued')"
	       " ORDER BY created_at DESC, number DESC LIMIT 10",
};
static const struct db_statement certificates = {
	.name = "status certificates",
	.sql = "SELECT serial, purpose, not_before, not_after FROM certificate WHERE number = ? AND iin = ? ORDER BY purpose",
};
/* purpose is an ENUM: 'auth' sorts before 'sign'; the CA of the certificate and the one above it follow */
static const struct db_statement chain = {
	.name = "status chain",
	.sql = "SELECT c.der, i.certificate, u.certificate FROM certificate c JOIN ca i ON i.id = c.ca LEFT JOIN ca u ON u.id = i.issuer"
	       " WHERE c.number = ? AND c.iin = ? AND c.purpose IN ('auth', 'sign') ORDER BY c.purpose",
};
static const struct db_statement installed = {
	.name = "status installed",
	.sql =
	    "UPDATE application SET status = 'installed', changed_at = UTC_TIMESTAMP(6) WHERE number = ? AND iin = ? AND status = 'issued'",
};
static const struct db_statement current = {
	.name = "status current",
	.sql = "SELECT status FROM application WHERE number = ? AND iin = ? FOR UPDATE",
};
static const struct db_statement history = {
	.name = "status history",
	.sql = "INSERT INTO application_status (number, status, at, actor, serial) VALUES (?, 'installed', UTC_TIMESTAMP(6), 'citizen', ?)",
};

const struct db_statement *const status_statements[] = { &open_ones, &certificates, &chain, &installed, &current, &history, NULL };

enum rc
status_db_open(struct request *r)
{
	struct db_result *rows = NULL;
	char text[64];
	size_t n = 0;
	enum rc rc;

	if ((rc = db_query(r->db, &open_ones, DB_IN(db_text(r->session.iin)), &rows)) != RC_OK)
		return rc;
	while ((rc = db_next(rows)) == RC_OK) {
		page_item(r->page, "open", n, "number", db_get_text(rows, 0));
		page_item(r->page, "open", n, "status", db_get_text(rows, 1));
		page_item(r->page, "open", n, "status_text", shown_word(r, "status", db_get_text(rows, 1)));
		clock_shown(text, db_get_instant(rows, 2));
		page_item(r->page, "open", n, "created", text);
		snprintf(text, sizeof(text), "/%s/%s", strcmp(db_get_text(rows, 1), "new") == 0 ? "applications" : "status",
		    db_get_text(rows, 0));
		page_item(r->page, "open", n, "href", text);
		n++;
	}
	db_result_free(rows);
	return rc == RC_NOT_FOUND ? RC_OK : rc;
}

enum rc
status_db_certificates(struct request *r, const struct application *a, size_t *count)
{
	struct db_result *rows = NULL;
	uint8_t serial[SERIAL_SIZE];
	char text[SERIAL_HEX_SIZE];
	enum rc rc;

	*count = 0;
	if ((rc = db_query(r->db, &certificates, DB_IN(db_text(a->number), db_text(a->iin)), &rows)) != RC_OK)
		return rc;
	while ((rc = db_next(rows)) == RC_OK) {
		if (!db_copy_bytes(rows, 0, serial, sizeof(serial))) {
			db_result_free(rows);
			return RC_INTERNAL;
		}
		hex_encode(text, serial, sizeof(serial));
		page_item(r->page, "certificates", *count, "serial", text);
		page_item(r->page, "certificates", *count, "purpose", db_get_text(rows, 1));
		page_item(r->page, "certificates", *count, "purpose_text", shown_word(r, "purpose", db_get_text(rows, 1)));
		clock_shown(text, db_get_instant(rows, 2));
		page_item(r->page, "certificates", *count, "not_before", text);
		clock_shown(text, db_get_instant(rows, 3));
		page_item(r->page, "certificates", *count, "not_after", text);
		(*count)++;
	}
	db_result_free(rows);
	return rc == RC_NOT_FOUND ? RC_OK : rc;
}

enum rc
status_db_chain(struct request *r, const struct application *a, struct buf *pem)
{
	struct db_result *rows = NULL;
	struct buf above = BUF_INIT;
	const uint8_t *der;
	size_t len, n = 0;
	enum rc rc;

	if ((rc = db_query(r->db, &chain, DB_IN(db_text(a->number), db_text(a->iin)), &rows)) != RC_OK)
		return rc;
	while ((rc = db_next(rows)) == RC_OK) {
		der = db_get_bytes(rows, 0, &len);
		pem_encode(pem, "CERTIFICATE", der, len);
		buf_reset(&above);
		for (unsigned column = 1; column <= 2; column++) {
			if (db_is_null(rows, column))
				continue;
			der = db_get_bytes(rows, column, &len);
			pem_encode(&above, "CERTIFICATE", der, len);
		}
		n++;
	}
	db_result_free(rows);
	buf_puts(pem, buf_text(&above));
	buf_free(&above);
	return rc == RC_NOT_FOUND && n > 0 ? RC_OK : rc;
}

struct installing {
	struct request *r;
	const struct application *a;
};

static enum rc
install_act(struct db *db, void *arg)
{
	const struct installing *i = arg;
	const char *iin = i->a->iin;
	const uint8_t *serial = i->r->signed_in ? i->r->session.serial : NULL;
	struct db_result *row = NULL;
	uint64_t changed = 0;
	bool already;
	enum rc rc;

	if ((rc = db_one(db, &current, DB_IN(db_text(i->a->number), db_text(iin)), &row)) != RC_OK)
		return rc;
	already = strcmp(db_get_text(row, 0), "installed") == 0;
	db_result_free(row);
	if (already)
		return RC_OK;
	if ((rc = db_exec(db, &installed, DB_IN(db_text(i->a->number), db_text(iin)), &changed)) != RC_OK)
		return rc;
	if (changed != 1)
		return RC_CONFLICT;
	if ((rc = db_exec(db, &history, DB_IN(db_text(i->a->number), db_bytes(serial, SERIAL_SIZE)), NULL)) != RC_OK)
		return rc;
	return event_db_insert(db,
	    &(struct event){
		.kind = "certificates-installed", .iin = iin, .application = i->a->number, .serial = serial, .address = i->r->address });
}

enum rc
status_db_installed(struct request *r, const struct application *a)
{
	struct installing i = { r, a };

	return db_transaction(r->db, install_act, &i);
}
