/* Rows of certificate against their own octets: what the register says of a certificate is what the CA signed, and it was recorded before that. */
#include <string.h>

#include "base/encode.h"
#include "watchdog.h"

#define PIECE 2000 /* certificates of the walk in one pass: a million in less than nine hours */

#define COLUMNS                                                                                                                            \
	"SELECT k.serial, k.iin, k.purpose, k.algorithm, k.subject, k.full_name, k.not_before, k.not_after, k.key_id, k.der,"              \
	" s.serial IS NOT NULL FROM "
#define RECORD " LEFT JOIN serial_reservation s ON s.serial = k.serial AND s.state = 'stored' "
enum { SERIAL, IIN, PURPOSE, ALGORITHM, SUBJECT, FULL_NAME, NOT_BEFORE, NOT_AFTER, KEY_ID, DER, IS_RECORDED };
static const struct db_statement newest = {
	.name = "certificates newest",
	.sql = COLUMNS
	"event e JOIN certificate k ON k.serial = e.serial" RECORD
	"WHERE e.kind = 'certificate-issued' AND e.at > UTC_TIMESTAMP(6) - INTERVAL 3 MINUTE AND k.ca = ? ORDER BY e.at DESC LIMIT 500",
};
static const struct db_statement piece = {
	.name = "certificates piece",
	.sql = COLUMNS "certificate k" RECORD "WHERE k.serial > ? AND k.ca = ? ORDER BY k.serial LIMIT 200",
};

const struct db_statement *const certificates_statements[] = { &newest, &piece, NULL };

static bool
is_text(const struct db_result *row, unsigned column, const char *wanted)
{
	return strcmp(db_get_text(row, column), wanted) == 0;
}

static bool
is_octets(const struct db_result *row, unsigned column, const uint8_t *wanted, size_t len)
{
	size_t n;
	const uint8_t *octets = db_get_bytes(row, column, &n);

	return n == len && memcmp(octets, wanted, len) == 0;
}

/* The column that is wrong; NULL: none. */
static const char *
row_fault(const struct watchdog *w, const struct db_result *row, const struct cert *c)
{
	uint8_t serial[SERIAL_SIZE], key_id[20];
	enum cert_purpose purpose;

	cert_serial(c, serial);
	cert_key_id(c, key_id);
	if (!cert_is_signed_by(c, w->ca))
		return "der: not signed by the CA";
	if (!is_octets(row, SERIAL, serial, SERIAL_SIZE))
		return "serial";
	if (!is_octets(row, KEY_ID, key_id, sizeof(key_id)))
		return "key_id";
	if (!is_text(row, IIN, cert_iin(c)))
		return "iin";
	if (!cert_purpose_parse(&purpose, db_get_text(row, PURPOSE)) || !cert_has_purpose(c, purpose, w->conf->oid_arc))
		return "purpose";
	if (!is_text(row, ALGORITHM, cert_algorithm(c)))
		return "algorithm";
	if (!is_text(row, SUBJECT, cert_subject(c)))
		return "subject";
	if (!is_text(row, FULL_NAME, cert_full_name(c)))
		return "full_name";
	if (db_get_instant(row, NOT_BEFORE) != cert_not_before(c))
		return "not_before";
	if (db_get_instant(row, NOT_AFTER) != cert_not_after(c))
		return "not_after";
	return db_get_int(row, IS_RECORDED) != 0 ? NULL : "no record of its serial number from before it was signed";
}

static void
look(struct watchdog *w, const struct db_result *row)
{
	struct cert *c;
	size_t len;
	const uint8_t *der = db_get_bytes(row, DER, &len);
	const char *fault = cert_parse(&c, der, len) == RC_OK ? row_fault(w, row, c) : "der: no certificate";
	uint8_t serial[SERIAL_SIZE] = { 0 };
	char hex[SERIAL_HEX_SIZE];

	w->certificates++;
	cert_free(c);
	if (fault == NULL)
		return;
	(void)db_copy_bytes(row, SERIAL, serial, sizeof(serial));
	hex_encode(hex, serial, SERIAL_SIZE);
	found(w, CHECK_CERTIFICATES, LEVEL_ALARM, "%s: %s", hex, fault);
}

static enum rc
look_at_rows(struct watchdog *w, struct db_result *rows, uint8_t last[SERIAL_SIZE], size_t *count)
{
	enum rc rc;

	*count = 0;
	while ((rc = db_next(rows)) == RC_OK) {
		look(w, rows);
		(void)db_copy_bytes(rows, SERIAL, last, SERIAL_SIZE);
		++*count;
	}
	db_result_free(rows);
	return rc == RC_NOT_FOUND ? RC_OK : rc;
}

/* On from where the last pass stopped; at the end from the beginning again. */
static enum rc
walk(struct watchdog *w)
{
	struct memory *m = &w->memory;
	struct db_result *rows;
	size_t count, done = 0;
	enum rc rc;

	if (w->is_whole || m->begun == 0) {
		memset(m->place, 0, sizeof(m->place));
		m->begun = w->now;
	}
	do {
		rc = db_query(w->db, &piece, DB_IN(db_bytes(m->place, SERIAL_SIZE), db_int(w->ca_id)), &rows);
		if (rc == RC_OK)
			rc = look_at_rows(w, rows, m->place, &count);
		if (rc != RC_OK)
			return rc;
		done += count;
	} while (count > 0 && (w->is_whole || done < PIECE));
	if (count == 0) {
		m->ended = w->now;
		m->begun = 0;
	}
	return RC_OK;
}

enum rc
certificates_check(struct watchdog *w)
{
	uint8_t last[SERIAL_SIZE];
	struct db_result *rows;
	size_t count;
	enum rc rc = db_query(w->db, &newest, DB_IN(db_int(w->ca_id)), &rows);

	if (rc == RC_OK)
		rc = look_at_rows(w, rows, last, &count);
	return rc == RC_OK ? walk(w) : rc;
}
