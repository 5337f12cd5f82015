/*
 * The mailer: finds for each mail of the outbox its address, words it in the citizen's language and hands it to the mail server, or to a folder.
 * Its own account, no key of the CA, no secret of the pages.
 */
#ifndef CABINET_MAILER_MAILER_H
#define CABINET_MAILER_MAILER_H

#include "base/buf.h"
#include "base/conf.h"
#include "base/iin.h"
#include "store/outbox.h"
#include "web/i18n.h"

#define EMAIL_SIZE 255
#define LINK_SIZE 44 /* base64url of 32 random octets */

/* ---- outbox_db.c: a mail's way through the table -------------------------------------------------------------------------- */

extern const struct db_statement *const mailer_statements[];

struct mail {
	char id[OUTBOX_ID_SIZE], kind[16], iin[IIN_SIZE], subject[97], detail[513];
	char to[EMAIL_SIZE]; /* the address it goes to */
	char *name;	     /* name and patronymic; owned */
	enum lang lang;
	instant at, now;
	int64_t attempts;     /* before this one */
	bool is_security;     /* goes out whatever the profile says */
	char code[7];	      /* kind "code": what is to be typed */
	char link[LINK_SIZE]; /* «Это был не я»; "" if this kind has none */
	instant link_until;
};

/* Mails that are due, oldest first: their identifiers. */
MUST_USE enum rc outbox_db_due(struct db *, char (*id)[OUTBOX_ID_SIZE], size_t max, size_t *count);
/*
 * One transaction: takes the mail for some minutes, so that no other mailer does; finds the address; makes copies for addresses that were
 * replaced; makes the code or the link. RC_OK: to be sent; RC_NOT_FOUND: not due (any more), or it must not go (its row says why).
 */
MUST_USE enum rc outbox_db_take(struct db *, const char *id, struct mail *);
MUST_USE enum rc outbox_db_sent(struct db *, const struct mail *);
/* Tried again later, with growing pauses; after a week given up. */
MUST_USE enum rc outbox_db_failed(struct db *, const struct mail *, const char *reason);
/* Puts notices of certificates that end in 30, 14, 7 and 1 days into the outbox, each once. */
MUST_USE enum rc outbox_db_expiries(struct db *);
void mail_free(struct mail *);

/* ---- letter.c: words ------------------------------------------------------------------------------------------------------ */

struct letter {
	char message_id[128];	      /* without brackets; the same for every sending of a mail */
	const char *from, *from_name; /* borrowed */
	const char *to;		      /* borrowed */
	enum lang lang;
	instant date;
	struct buf subject, body; /* UTF-8, LF; owned */
	struct buf calendar;	  /* iCalendar (RFC 5545) with CR LF; empty if none; owned */
};

/* letter: zeroed. Borrows from conf and mail. */
void letter_write(struct letter *, const struct conf *, const struct mail *);
void letter_free(struct letter *);

/* ---- message.c: a letter as octets (RFC 5322, RFC 2045 to 2047), lines end with CR LF --------------------------------------- */

void message_make(struct buf *out, const struct letter *);

/* ---- transport.c ---------------------------------------------------------------------------------------------------------- */

struct transport;

MUST_USE enum rc transport_open(struct transport **, const struct conf *);
void transport_close(struct transport *);
/* RC_OK: the server, or the disk, has it. RC_UNAVAILABLE: not, *why says it (static, until the next call). *is_away: no use to try others now. */
MUST_USE enum rc transport_send(struct transport *, const struct letter *, const struct buf *message, const char **why, bool *is_away);

#endif
