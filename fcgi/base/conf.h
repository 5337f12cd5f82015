/*
 * conf/cabinet.conf: "name = value" lines, '#' comments, sections "[publisher]" whose names become "publisher.name".
 * Every name is known (closed table in conf.c with type, range and default); unknown or repeated names, values out of range and unsafe
 * values (secret for group or others, production with the example OID arc or demo keys) are refused before start, with file and line.
 */
#ifndef CABINET_BASE_CONF_H
#define CABINET_BASE_CONF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/rc.h"

struct buf;

struct conf {
	bool production;     /* mode = production | demo */
	char *site;	     /* origin, "https://localhost:8443": scheme, host, port; no path */
	char *plain_site;    /* "http://localhost:8444": for addresses inside certificates */
	char *oid_arc;	     /* "1.3.6.1.4.1.32473" */
	char *support_phone; /* "1414" */
	char *support_email;
	char *views;	    /* directory of templates and lang/ */
	char *secret_file;  /* 64 hex digits, mode 0600: keys cookies and CSRF tokens */
	uint8_t secret[32]; /* read from secret_file by conf_load when role is CONF_ROUTE */
	char *db_socket;
	char *db_name;
	char *db_password_dir;	    /* file <program> in it, mode 0600; empty: unix_socket authentication */
	int64_t session_idle;	    /* seconds, 60…3600, default 900 */
	int64_t session_absolute;   /* seconds, default 28800 */
	int64_t applications_limit; /* per 30 days, default 50 */
	int64_t tries_per_address;  /* refused logins and proofs in ten minutes, default 60 */
	int64_t logins_per_person;  /* an hour, default 30 */
	int64_t apply_per_address;  /* public applications an hour, default 20 */
	int64_t apply_per_iin;	    /* public applications a day for one IIN, default 10 */
	int64_t list_page;	    /* rows, default 10 */
	int64_t worker_requests;    /* recycled after, default 10000 */
	int64_t body_max;	    /* octets, default 262144 */
	bool check_iin;		    /* IINs typed by persons, default true */
	char *monitors;		    /* addresses that may ask for health and metrics beside loopback, separated by blanks; "": none */
	/* [publisher] */
	char *ca_certificate; /* PEM or DER file of the issuing CA */
	char *root_certificate;
	char *ca_key;		  /* encrypted PEM; opened by the publisher alone */
	char *ca_passphrase_file; /* mode 0600 */
	char *profiles;		  /* directory of certificate profiles */
	char *crl_dir;		  /* served by nginx as /crl/ */
	char *ca_dir;		  /* served as /ca/ */
	char *lock_file;
	int64_t crl_base_seconds;  /* validity of a base CRL, default 86400 */
	int64_t crl_delta_seconds; /* validity of a delta CRL, default 3600 */
	int64_t crl_delta_spacing; /* seconds between two delta CRLs of a burst, 0…3600, default 5 */
	int64_t crl_size_alarm;	   /* octets of a CRL file from which the log complains, default 67108864 */
	int64_t certificate_days;  /* validity of a person's certificate, 1…1095, default 365 */
	/* [ocsp] */
	char *responder_file; /* key and certificate of the OCSP responder: written by the publisher, read by the OCSP program; "": none */
	char *signature_file; /* signatures kept by the OCSP program's workers for each other; "": none are kept */
	int64_t answer_seconds; /* from thisUpdate to nextUpdate, default 60 */
	/* [watchdog] */
	char *report_file; /* figures of the watchdog's last look, shown by /metrics; "": none */
	/* [mailer] */
	char *smtp;		  /* "smtps://host:465", "smtp://host:587" (STARTTLS); "": into mail_dir */
	char *smtp_user;	  /* "": none */
	char *smtp_password_file; /* mode 0600 */
	char *smtp_ca;		  /* PEM file of CAs of the mail server; "": the system's */
	char *mail_dir;		  /* folder of .eml files */
	char *mail_from;	  /* address of the sender */
	char *mail_lock_file;
};

enum conf_role { CONF_ROUTE, CONF_PUBLISHER, CONF_TOOL, CONF_MAILER, CONF_OCSP, CONF_WATCHDOG }; /* which files must exist and be safe */

/* Prints every mistake on stderr as "path:line: what" and answers RC_BAD_INPUT if there was any. *out is owned by the caller. */
MUST_USE enum rc conf_load(struct conf **out, const char *path, enum conf_role role);
/* The parser alone, for tests and fuzzing: text, no file access. errors: appended, one line each. */
MUST_USE enum rc conf_parse(struct conf **out, const char *path, const char *text, size_t len, struct buf *errors);
void conf_free(struct conf *);
/* Folder that holds the file at path, "" for no path; owned by the caller. */
char *conf_folder(const char *path);
/*
 * A secret file (passphrase, password of a database account) whole into out, at most max octets, as it is (with the newline at its end).
 * false: not readable, longer, no regular file, or usable by group or others; *why then tells (static, good until the next strerror).
 * The caller wipes out.
 */
bool conf_read_secret(struct buf *out, const char *path, size_t max, const char **why);

#endif
