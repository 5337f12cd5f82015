/*
 * The watchdog: looks at the CA as those who rely on it do, and compares what they see with the register. It has no key, writes nothing to the
 * database, and says what it found in three ways: exit status, log, and a file of figures that /metrics shows.
 */
#ifndef CABINET_WATCHDOG_WATCHDOG_H
#define CABINET_WATCHDOG_WATCHDOG_H

#include "base/buf.h"
#include "base/conf.h"
#include "pki/crl.h"
#include "store/db.h"

enum level { LEVEL_FINE, LEVEL_WARNING, LEVEL_ALARM }; /* also the exit status */

enum check { /* names in report.c */
	CHECK_DATABASE,
	CHECK_BASE_CRL,
	CHECK_DELTA_CRL,
	CHECK_ROOT_CRL,
	CHECK_OCSP,
	CHECK_CERTIFICATES,
	CHECK_EXPIRY,
	CHECK_QUEUE,
	CHECK_REVOCATIONS,
	CHECK_PUBLISHER,
	CHECK_MAIL,
	CHECK_COUNT
};

struct fetcher;

#define TAG_SIZE 64 /* with the NUL */

/* A list in which nothing was wrong when it was last read whole; tag "": none. */
struct seen_list {
	char tag[TAG_SIZE]; /* ETag of that answer, without octets that a word may not have */
	struct crl_info info;
	instant read_at;
};

struct watchdog {
	struct conf *conf;
	struct db *db;
	struct cert *root, *ca;
	struct fetcher *fetcher;
	int64_t ca_id; /* row of ca */
	instant now;   /* the database's, at the beginning of the pass */
	enum level level[CHECK_COUNT];
	bool is_whole;	       /* all certificates in this pass, and each list read */
	uint64_t certificates; /* looked at in this pass */
	/* kept between passes (report.c) */
	struct memory {
		int64_t base, delta;	    /* highest CRL numbers seen */
		uint8_t place[SERIAL_SIZE]; /* certificates up to this serial were looked at */
		instant begun, ended;	    /* of the walk through all certificates: this one, the last whole one; 0: none */
		struct seen_list list[2];   /* base, delta */
	} memory;
};

/* ---- report.c ------------------------------------------------------------------------------------------------------------- */

/* Something is wrong: into the log, and the check's level rises. */
void found(struct watchdog *, enum check, enum level, const char *fmt, ...) __attribute__((format(printf, 4, 5)));
/* The highest of all checks. */
enum level report_level(const struct watchdog *);
/* conf->report_file, and what the next pass must know beside it. RC_UNAVAILABLE: could not be written. */
MUST_USE enum rc report_write(const struct watchdog *);
void report_remember(struct watchdog *);

/* ---- fetch.c -------------------------------------------------------------------------------------------------------------- */

void fetcher_open(struct fetcher **);
void fetcher_close(struct fetcher *); /* takes NULL */
/*
 * GET into a file of our own; the caller removes path. RC_UNAVAILABLE with *why. tag, unless it is NULL: with one in it, RC_CONFLICT when that is
 * still the tag of what lies there (If-None-Match, RFC 9110, 13.1.2), and then there is no file; after RC_OK the tag of the answer, or "".
 */
MUST_USE enum rc fetch_file(struct fetcher *, const char *url, const char *path, char tag[TAG_SIZE], const char **why);
/* POST; out is appended. */
MUST_USE enum rc fetch_answer(
    struct fetcher *, const char *url, const char *type, const struct buf *body, struct buf *out, const char **why);

/* ---- checks: each says found() and goes on; RC_UNAVAILABLE and the like: the database went away ----------------------------- */

extern const struct db_statement *const state_statements[], *const crls_statements[], *const answers_statements[],
											  *const certificates_statements[];

/* The time, the CA's row; queue, revocations that wait or were refused, lease, mail; ends of certificates. */
MUST_USE enum rc state_begin(struct watchdog *);
MUST_USE enum rc state_check(struct watchdog *);
/* Base and delta by HTTP: age, number, signature, every entry against the register; the root's. */
MUST_USE enum rc crls_check(struct watchdog *);
/* OCSP by HTTP: the recently revoked, a sample, and what was never issued. */
MUST_USE enum rc answers_check(struct watchdog *);
/* Rows of certificate against what their octets say: the newest, and a piece of a walk through all. */
MUST_USE enum rc certificates_check(struct watchdog *);

#endif
