/* Profile: settings, the address that was confirmed by a code, the own sessions, and the links «Это был не я» of the mails. */
#ifndef CABINET_PROFILE_H
#define CABINET_PROFILE_H

#include "store/outbox.h"
#include "web/request.h"

#define CODE_DIGITS 6
#define CODE_TRIES 5
#define EMAIL_SIZE 255

struct profile {
	char lang[3]; /* "" if none was chosen */
	bool notify;
	char email[EMAIL_SIZE];	       /* confirmed; "" if none */
	char pending[EMAIL_SIZE];      /* waits for its code; "" if none */
	bool is_sent;		       /* its code went out */
	int64_t tries;		       /* wrong codes so far */
	instant expires;	       /* of the code */
	instant saved, confirmed, now; /* 0: never */
};

struct settings {	  /* a checked form */
	const char *lang; /* "ru", "kk", "en" */
	bool notify;
	const char *email; /* "": stays as it is */
};

/* The page with this status. typed: the form came back with faults, its values are in the page already. */
MUST_USE enum rc profile_page(struct request *, int status, bool typed);

/* ---- profile_db.c */

extern const struct db_statement *const profile_statements[];

/*
 * First thing of an acting transaction: the citizen's row, under which revocation counts. RC_UNAUTHENTICATED: the key of this session has been
 * revoked meanwhile.
 */
MUST_USE enum rc profile_db_enter(struct db *, const struct request *);

MUST_USE enum rc profile_db_find(struct request *, struct profile *);
/* Replaced addresses still in force, and the last notices: former.N.{email,until}, told.N.{kind,at,subject,state}. */
MUST_USE enum rc profile_db_lists(struct request *);
/* One transaction: settings; a new address starts waiting for its code. RC_LIMITED: too many codes today, nothing was saved. */
MUST_USE enum rc profile_db_save(struct request *, const struct settings *);

enum code_refusal { CODE_OK, CODE_NONE, CODE_NOT_SENT, CODE_EXPIRED, CODE_USED_UP, CODE_WRONG };
/* Counts the try, then compares; the right code makes the address the profile's. RC_CONFLICT with *refusal, and an event. */
MUST_USE enum rc profile_db_confirm(struct request *, const char *code, enum code_refusal *refusal);

/* ---- sessions.c, sessions_db.c */

#define SESSION_HANDLE_SIZE 65 /* what a page calls a session: SHA-256, in hex, of what the database calls it; opens nothing */

MUST_USE enum rc sessions_post(struct request *);

extern const struct db_statement *const sessions_statements[];

/*
 * The citizen's open sessions into the page, this one first: sessions.N.{handle,created,seen,address,browser,own}; sessions_more: there are others.
 * *ended: has the citizen ended a session from the list in the last seconds?
 */
MUST_USE enum rc sessions_db_list(struct request *, bool *ended);
/* RC_NOT_FOUND: no open session of this citizen. own: it is the one that asks. */
MUST_USE enum rc sessions_db_end(struct request *, const char *handle, bool *own);
MUST_USE enum rc sessions_db_end_others(struct request *);

/* ---- notice_db.c */

enum notice_result { NOTICE_NONE, NOTICE_WITHDRAWN, NOTICE_RESTORED, NOTICE_SESSIONS };

struct notice {
	uint8_t hash[32];
	char kind[16], iin[IIN_SIZE], number[15], email[EMAIL_SIZE];
	char lang[3]; /* "" if unknown */
	instant at, expires, now;
	bool is_used;
	enum notice_result result; /* of the use */
};

extern const struct db_statement *const notice_statements[];

/* RC_NOT_FOUND: no such link. */
MUST_USE enum rc notice_db_find(struct db *, const char *code, struct notice *);
/*
 * One transaction: use up the link, end all sessions of the citizen, drop an address that waits; withdraw the application, or restore the
 * address that was replaced. RC_CONFLICT: used or expired meanwhile.
 */
MUST_USE enum rc notice_db_stop(struct request *, const struct notice *);

#endif
