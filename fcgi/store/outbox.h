/*
 * Mails that wait. A row is written in the transaction of the act it tells about; program mailer finds the address, words it in the citizen's
 * language and sends it. Addresses are no business of the programs that write here.
 */
#ifndef CABINET_STORE_OUTBOX_H
#define CABINET_STORE_OUTBOX_H

#include "store/db.h"

#define OUTBOX_ID_SIZE 129
#define OUTBOX_AGENT_SIZE 64

struct outbox_mail {
	const char *kind; /* "filed", "issued", "revoked", "login", "email_changed", "notify_off", "code" */
	const char *key;  /* what makes it one notice, beside the kind: a number, a digest in hex; ASCII, at most 110 octets */
	const char *iin;
	const char *lang;    /* "ru", "kk", "en"; NULL unknown */
	const char *subject; /* application number, or serials in hex; NULL */
	const char *detail;  /* NULL; cut to 512 octets */
	const char *email;   /* NULL: the citizen's confirmed address */
};

extern const struct db_statement *const outbox_statements[];

/* Inside the acting transaction. A notice that is there already stays as it is: RC_OK. */
MUST_USE enum rc outbox_db_put(struct db *, const struct outbox_mail *);
/* "<kind>:<key>" */
void outbox_id(char out[OUTBOX_ID_SIZE], const char *kind, const char *key);

#endif
