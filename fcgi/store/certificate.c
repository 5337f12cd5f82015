#include <string.h>

#include "base/log.h"
#include "store/certificate.h"

#define CA_CACHE 8 /* CAs a process keeps parsed; more are parsed each time */

enum { FIND_DER, FIND_CA, FIND_CA_STATE, FIND_CA_DER, FIND_CA_NOT_AFTER, FIND_REVOKED, FIND_NOW };
static const struct db_statement certificate_find = {
	.name = "certificate find",
	.sql = "SELECT " CERTIFICATE_COLUMNS " FROM" CERTIFICATE_TABLES " WHERE " CERTIFICATE_IS,
};
enum { GOOD_NOT_AFTER, GOOD_REVOKED, GOOD_NOW };
static const struct db_statement certificate_good = {
	.name = "certificate still good",
	.sql = "SELECT k.not_after, r.serial, UTC_TIMESTAMP(6)"
	       " FROM certificate k LEFT JOIN revocation r ON r.serial = k.serial WHERE k.serial = ? AND k.state = 'issued'",
};

static const struct db_statement certificate_revoked = {
	.name = "certificate revoked",
	.sql = CERTIFICATE_REVOKED,
};

const struct db_statement *const certificate_statements[] = { &certificate_find, &certificate_good, NULL };
const struct db_statement *const certificate_revoked_statements[] = { &certificate_revoked, NULL };

/* The CA's certificate, parsed once: reading a key out of it costs more than all else here. Replaced when the row's octets change. */
static struct cert *
ca_parse(int64_t id, const uint8_t *der, size_t len)
{
	static struct {
		int64_t id;
		struct cert *cert;
	} cache[CA_CACHE];
	struct cert *cert;
	size_t i = 0, known_len;
	const uint8_t *known;

	while (i < CA_CACHE - 1 && cache[i].cert != NULL && cache[i].id != id)
		i++;
	if (cache[i].cert != NULL && cache[i].id == id) {
		known = cert_der(cache[i].cert, &known_len);
		if (known_len == len && memcmp(known, der, len) == 0)
			return cache[i].cert;
	}
	if (cert_parse(&cert, der, len) != RC_OK)
		return NULL;
	cert_free(cache[i].cert);
	cache[i].id = id;
	return cache[i].cert = cert;
}

/* Octet-equal to what the CA stored, of a CA that is not distrusted, and truly signed by it: a row alone proves nothing. */
static bool
row_is_trusted(const struct db_result *row, const struct cert *cert)
{
	const uint8_t *der, *stored, *ca_der;
	size_t len, stored_len, ca_len;
	struct cert *ca;

	der = cert_der(cert, &len);
	stored = db_get_bytes(row, FIND_DER, &stored_len);
	ca_der = db_get_bytes(row, FIND_CA_DER, &ca_len);
	if (len != stored_len || memcmp(der, stored, len) != 0)
		return false;
	if (strcmp(db_get_text(row, FIND_CA_STATE), "distrusted") == 0 ||
	    db_get_instant(row, FIND_NOW) > db_get_instant(row, FIND_CA_NOT_AFTER))
		return false;
	if ((ca = ca_parse(db_get_int(row, FIND_CA), ca_der, ca_len)) == NULL) {
		log_error("certificate", "ca %lld: certificate does not parse", (long long)db_get_int(row, FIND_CA));
		return false;
	}
	return cert_is_signed_by(cert, ca);
}

enum form_rule
certificate_row_rule(
    const struct db_result *row, const struct conf *conf, const struct cert *cert, enum cert_purpose purpose, const char *iin)
{
	const struct form_demand demand = { .purpose = purpose, .oid_arc = conf->oid_arc, .iin = iin };
	struct form_standing standing;

	standing.trusted = row_is_trusted(row, cert);
	standing.revoked = !db_is_null(row, FIND_REVOKED);
	standing.now = db_get_instant(row, FIND_NOW);
	return form_signer_rule(cert, &standing, &demand);
}

enum rc
certificate_db_check(
    struct db *db, const struct conf *conf, const struct cert *cert, enum cert_purpose purpose, const char *iin, enum form_rule *rule)
{
	uint8_t serial[SERIAL_SIZE];
	struct db_result *row;
	enum rc rc;

	cert_serial(cert, serial);
	rc = db_one(db, &certificate_find, DB_IN(db_bytes(serial, sizeof(serial))), &row);
	if (rc == RC_NOT_FOUND) {
		*rule = RULE_CERTIFICATE_CA;
		return RC_BAD_INPUT;
	}
	if (rc != RC_OK)
		return rc;
	*rule = certificate_row_rule(row, conf, cert, purpose, iin);
	db_result_free(row);
	return *rule == RULE_NONE ? RC_OK : RC_BAD_INPUT;
}

enum rc
certificate_db_still_good(struct db *db, const uint8_t serial[SERIAL_SIZE])
{
	struct db_result *row;
	bool good;
	enum rc rc;

	if ((rc = db_one(db, &certificate_good, DB_IN(db_bytes(serial, SERIAL_SIZE)), &row)) != RC_OK)
		return rc == RC_NOT_FOUND ? RC_CONFLICT : rc;
	good = db_is_null(row, GOOD_REVOKED) && db_get_instant(row, GOOD_NOW) <= db_get_instant(row, GOOD_NOT_AFTER);
	db_result_free(row);
	return good ? RC_OK : RC_CONFLICT;
}

enum rc
certificate_db_not_revoked(struct db *db, const uint8_t serial[SERIAL_SIZE])
{
	struct db_result *row;
	enum rc rc;

	if ((rc = db_one(db, &certificate_revoked, DB_IN(db_bytes(serial, SERIAL_SIZE)), &row)) != RC_OK)
		return rc == RC_NOT_FOUND ? RC_OK : rc;
	db_result_free(row);
	return RC_CONFLICT;
}
