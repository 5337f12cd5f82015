/* An application and its history as its owner sees them. */
#ifndef CABINET_STORE_APPLICATION_H
#define CABINET_STORE_APPLICATION_H

#include "pki/cert.h"
#include "store/db.h"

#define NUMBER_SIZE 15 /* 14 digits and NUL */

struct application {
	char number[NUMBER_SIZE], iin[IIN_SIZE];
	char template_name[16], origin[16], status[16], store[32], reason[256];
	char locality[10]; /* KATO code, "" if none */
	char locality_ru[256], locality_kk[256], email[255];
	uint8_t hash_auth[32], hash_sign[32]; /* SHA-256 of the requests */
	instant created, changed;
};

struct application_step { /* one row of the history */
	char status[16], actor[16], reason[256];
	char serial[SERIAL_HEX_SIZE]; /* "" if none */
	char form[65];		      /* SHA-256 of the signed document in hex, "" if none */
	instant at;
};
#define APPLICATION_STEPS 24 /* each status once, a few more often when the centre sent it round again */

extern const struct db_statement *const application_statements[];     /* find, with history, history */
extern const struct db_statement *const application_any_statements[]; /* find any: program status, for who proved a key */

/* RC_NOT_FOUND: no such application, or somebody else's. */
MUST_USE enum rc application_db_find(struct db *, const char *number, const char *iin, struct application *);
/* The same with its history, in order of time: one question for both. */
MUST_USE enum rc application_db_find_whole(
    struct db *, const char *number, const char *iin, struct application *, struct application_step step[APPLICATION_STEPS], size_t *count);
/* Of whomever: the caller has checked a proof of its pending key. */
MUST_USE enum rc application_db_find_any(struct db *, const char *number, struct application *);
/* In order of time. */
MUST_USE enum rc application_db_history(struct db *, const char *number, struct application_step step[APPLICATION_STEPS], size_t *count);

#endif
