/*
 * Audit events: one row per act and per refusal, insert only. "No audit row, no act": inside a transaction the event's failure fails the act.
 */
#ifndef CABINET_STORE_EVENT_H
#define CABINET_STORE_EVENT_H

#include "store/db.h"

struct event {
	const char *kind; /* "login", "login-refused", "application-filed", "application-confirmed", "form-refused", "revocation", … */
	const char *iin;  /* NULL if unknown */
	const char *application; /* NULL */
	const uint8_t *serial;	 /* SERIAL_SIZE octets, NULL */
	const uint8_t *form;	 /* SHA-256 of the canonical document, 32 octets, NULL */
	const char *rule;	 /* the rule broken, NULL */
	const char *address;	 /* client address, NULL */
	const char *detail;	 /* short text, NULL */
};

extern const struct db_statement *const event_statements[];

/* Program and request id are taken from base/log. */
MUST_USE enum rc event_db_insert(struct db *, const struct event *);
MUST_USE enum rc event_db_insert_all(struct db *, const struct event *, size_t count);

/* For a transaction that is one statement (db_transact): the INSERT and its values; *detail is owned by the caller, and borrowed by them. */
#define EVENT_INSERT                                                                                                                       \
	"INSERT INTO event (program, request, kind, iin, number, serial, form, rule, address, detail)"                                     \
	" VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
#define EVENT_VALUES 10
void event_values(struct db_value in[EVENT_VALUES], const struct event *, char **detail);

#endif
