/* cabinet-registrar: what an operator of the registration centre sees of applications, and decides about them. */
#ifndef CABINET_REGISTRAR_H
#define CABINET_REGISTRAR_H

#include "base/conf.h"
#include "form/form.h"
#include "store/application.h"

struct registrar { /* the words of the command line; all borrowed */
	struct conf *conf;
	struct db *db;
	const char *number;
	const char *key, *password_file;
	const char *reason;
	const char *surname, *name, *patronymic; /* as the person's document has them; NULL: as typed */
};

struct typed { /* owned */
	char *surname, *name, *patronymic;
};

extern const struct db_statement *const registrar_statements[];

/* ---- decide.c: approve, refuse, retry. Exit status. */

int decide(const struct registrar *, const char *verdict);

/* ---- registrar_db.c */

/* One line for each application that waits for the centre, or failed. */
MUST_USE enum rc registrar_db_list(struct db *);
/* "surname name patronymic" of a citizen, as their newest certificate has them. RC_NOT_FOUND: no citizen. Owned by the caller. */
MUST_USE enum rc registrar_db_citizen(struct db *, const char *iin, char **names);
MUST_USE enum rc registrar_db_typed(struct db *, const char *number, struct typed *);
void typed_free(struct typed *);

struct decision {
	const struct registrar *r;
	const struct application *application;
	const char *verdict, *from, *to;
	const struct form_result *result;
	const char *signed_text;
	size_t len;
};
/*
 * One transaction: meet in the operator's row, keep the document, change the status, history, event.
 * RC_CONFLICT: the application is no longer in that status, or the operator's certificate was revoked meanwhile.
 */
MUST_USE enum rc registrar_db_decide(struct db *, const struct decision *);

#endif
