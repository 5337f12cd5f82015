/*
 * Sessions. The cookie holds 256 random bits (base64url, 43 characters); the database their SHA-256. Every look-up joins the state
 * of the certificate that opened the session: revoked means ended.
 */
#ifndef CABINET_STORE_SESSION_H
#define CABINET_STORE_SESSION_H

#include "store/db.h"
#include "pki/cert.h"

#define SESSION_COOKIE_SIZE 44

struct session {
	uint8_t id[32]; /* SHA-256 of the cookie's octets */
	char iin[IIN_SIZE];
	char *surname, *name, *patronymic, *full_name; /* owned */
	char lang[3];				       /* the citizen's choice; "" if none */
	uint8_t serial[SERIAL_SIZE];		       /* certificate that opened it */
	instant created, seen, now;		       /* database time */
	instant ends;				       /* when it is over if no further request of the citizen comes */
	bool last_page;				       /* the key of this session is revoked: this answer is the last */
};

extern const struct db_statement *const session_statements[];	     /* look-up, seen, last page */
extern const struct db_statement *const session_login_statements[];  /* insert: program login only */
extern const struct db_statement *const session_logout_statements[]; /* end: program login */

/*
 * cookie: as it came. RC_UNAUTHENTICATED: none, unknown, idle or absolute end passed, ended, certificate revoked or expired (unless path is
 * the one result page promised by session_db_promise: consumed). Raises seen at most once in 30 s, and never for a request that a page made
 * by itself (background): waiting is no activity of the person.
 */
MUST_USE enum rc session_db_find(
    struct db *, const struct conf *, const char *cookie, const char *path, bool background, struct session *out);
void session_free(struct session *);

struct session_opening { /* of a session that is not there yet */
	char cookie[SESSION_COOKIE_SIZE];
	uint8_t id[32];
	char *agent; /* owned; cut to 200 octets */
};
void session_opening_make(struct session_opening *, const char *user_agent);
void session_opening_free(struct session_opening *);
/* Inside the login transaction. */
MUST_USE enum rc session_db_insert(struct db *, const struct session_opening *, const struct conf *, const char *iin,
    const uint8_t serial[SERIAL_SIZE], const char *address);
/* For a transaction that is one statement (db_transact): the INSERT of session_db_insert and its values, which borrow all. */
#define SESSION_INSERT                                                                                                                     \
	"INSERT INTO session (id, iin, serial, address, user_agent, created_at, seen_at, expires_at)"                                      \
	" VALUES (?, ?, ?, ?, ?, UTC_TIMESTAMP(6), UTC_TIMESTAMP(6), UTC_TIMESTAMP(6) + INTERVAL ? SECOND)"
#define SESSION_VALUES 6
void session_values(struct db_value in[SESSION_VALUES], const struct session_opening *, const struct conf *, const char *iin,
    const uint8_t serial[SERIAL_SIZE], const char *address);
MUST_USE enum rc session_db_end(struct db *, const uint8_t id[32], const char *reason);
/* Inside the login transaction: the session that this browser had before ends, whosever it was; a cookie that is none ends nothing. */
MUST_USE enum rc session_db_replace(struct db *, const char *cookie);
/* Inside the revocation transaction: after this the session may show that path once more. */
MUST_USE enum rc session_db_promise(struct db *, const uint8_t id[32], const char *path);

#endif
