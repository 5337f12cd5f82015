/* The register as its owner sees it: certificates of a person with their revocations. */
#ifndef CABINET_STORE_REGISTER_H
#define CABINET_STORE_REGISTER_H

#include "store/application.h"

struct register_entry { /* a certificate, its CA, its application's origin, its revocation if any */
	char serial[SERIAL_HEX_SIZE], number[NUMBER_SIZE];
	char purpose[16], algorithm[17], origin[16], application_status[16];
	char ca[1025], full_name[2049], subject[4097], issuer[4097], key_id[41]; /* whole columns: four octets a letter */
	instant not_before, not_after, issued, application_created, now;	 /* now: database time of the look-up */
	bool revoked;
	int reason;
	instant revoked_at;
	int64_t first_delta, first_base; /* CRL numbers that hold it, published; 0: not yet */
	bool refused;			 /* the publisher found the signed decision wanting: on no CRL */
};

/* The columns of a register query, in this order, for register_entry_read. */
#define REGISTER_COLUMNS                                                                                                                   \
	" c.serial, c.number, c.purpose, c.algorithm, a.origin, i.name, c.full_name, c.subject, i.subject, c.key_id,"                      \
	" c.not_before, c.not_after, c.issued_at, UTC_TIMESTAMP(6), r.serial IS NOT NULL, COALESCE(r.reason, 0), r.revoked_at,"            \
	" COALESCE(d.number, 0), COALESCE(b.number, 0), r.refused IS NOT NULL, a.created_at, a.status"
/* In this order: led by the handful of CAs, MariaDB would sort all that a person has before it shows the newest ten. */
#define REGISTER_TABLES                                                                                                                    \
	" certificate c STRAIGHT_JOIN ca i FORCE INDEX (PRIMARY) ON i.id = c.ca STRAIGHT_JOIN application a ON a.number = c.number"        \
	" LEFT JOIN revocation r ON r.ca = c.ca AND r.serial = c.serial"                                                                   \
	" LEFT JOIN crl d ON d.ca = r.ca AND d.number = r.first_delta_number AND d.kind = 'delta' AND d.published_at IS NOT NULL"          \
	" LEFT JOIN crl b ON b.ca = r.ca AND b.number = r.first_crl_number AND b.kind = 'base' AND b.published_at IS NOT NULL"
#define REGISTER_LIMIT 50 /* largest page of a list */

/* What a list shows of each, and no more: half the look-ups of a whole entry. For register_card_read. */
#define REGISTER_CARD_COLUMNS                                                                                                              \
	" c.serial, c.purpose, c.algorithm, i.name, c.full_name, c.not_before, c.not_after, c.issued_at, UTC_TIMESTAMP(6),"                \
	" r.serial IS NOT NULL, COALESCE(r.reason, 0), r.revoked_at, r.refused IS NOT NULL"
#define REGISTER_CARD_TABLES                                                                                                               \
	" certificate c STRAIGHT_JOIN ca i FORCE INDEX (PRIMARY) ON i.id = c.ca LEFT JOIN revocation r ON r.ca = c.ca AND r.serial = "     \
	"c.serial"

/* RC_INTERNAL when a row is not of that shape. */
MUST_USE enum rc register_entry_read(const struct db_result *, struct register_entry *);
/* What REGISTER_CARD_COLUMNS has; the rest is empty. */
MUST_USE enum rc register_card_read(const struct db_result *, struct register_entry *);

extern const struct db_statement *const register_statements[]; /* find */

/* RC_NOT_FOUND: no such certificate, or somebody else's. serial: 40 hex. */
MUST_USE enum rc register_db_find(struct db *, const char *serial, const char *iin, struct register_entry *);

#endif
