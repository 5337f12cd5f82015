/*
 * The publisher: the only program with a CA key. It believes nothing that a route program wrote: each signed document is verified again
 * before the CA signs because of it.
 */
#ifndef CABINET_PUBLISHER_PUBLISHER_H
#define CABINET_PUBLISHER_PUBLISHER_H

#include "base/conf.h"
#include "form/form.h"
#include "pki/cert.h"
#include "pki/issuer_key.h"
#include "pki/profile.h"
#include "store/application.h"
#include "store/db.h"

#define HOLDER_SIZE 128
#define REASON_KEY_COMPROMISE 1 /* RFC 5280, 5.3.1 */

struct publisher {
	struct conf *conf;
	struct db *db;
	struct cert *root, *ca;
	struct issuer_key *key;
	struct profile *profiles[3]; /* by enum cert_purpose */
	struct profile *responder;   /* NULL: there is no OCSP responder */
	int64_t ca_id;		     /* row of ca */
	bool is_enrolment;	     /* no lease: it touches only what it made itself */
	char holder[HOLDER_SIZE];
	int64_t fence;	 /* of the lease; 0: not held */
	bool is_lost;	 /* the lease went to another publisher: write nothing more */
	bool is_started; /* CA rows are there, half-done work was looked for */
};

/* ---- lease.c ------------------------------------------------------------------------------------------------------------ */

extern const struct db_statement *const lease_statements[];

/* The lock file, never released before the end. RC_CONFLICT: another publisher of this machine holds it. */
MUST_USE enum rc lease_lock(struct publisher *);
/* Takes the lease or keeps it alive. RC_CONFLICT: another machine has it. */
MUST_USE enum rc lease_keep(struct publisher *);
void lease_release(struct publisher *);
/*
 * db_transaction whose first statement names the fence: RC_FORBIDDEN and is_lost when the lease is another's by now. An enrolment has no fence.
 */
MUST_USE enum rc lease_transaction(struct publisher *, enum rc (*act)(struct db *, void *), void *arg);

/* ---- authority.c -------------------------------------------------------------------------------------------------------- */

extern const struct db_statement *const authority_statements[];

/* Rows of root and issuing CA, once; sets ca_id. RC_CONFLICT: the table holds another certificate for the same key. */
MUST_USE enum rc authority_ensure(struct publisher *);
/* Only reads: sets ca_id. RC_NOT_FOUND: the publisher has not run yet. */
MUST_USE enum rc authority_find(struct publisher *);
/* ca_dir/{root,ca}.cer, and crl_dir/root.crl from beside the root's certificate. */
MUST_USE enum rc authority_files(struct publisher *);
/* Path of the root's CRL, beside its certificate; owned. */
char *authority_root_crl(const struct conf *);

/* ---- file.c ------------------------------------------------------------------------------------------------------------- */

/* directory/name, by way of a temporary file beside it: write, fsync, check, keep the previous as .prev, rename, fsync of the directory. */
struct file_replacement {
	const char *directory, *name;
	int64_t fence; /* part of the temporary file's name */
	enum rc (*write)(int fd, void *arg);
	enum rc (*check)(const char *path, void *arg); /* NULL: none */
	void *arg;
	bool is_secret; /* mode 0640 instead of 0644, and no previous is kept */
};
MUST_USE enum rc file_replace(const struct file_replacement *);
/*
 * Removes the temporary files of publishers with another fence. Done by whoever has taken the lease, before anything else: one that was stopped
 * between its look at the lease and its rename finds no file to rename when it goes on.
 */
MUST_USE enum rc file_forget_others(const char *directory, int64_t fence);

/* ---- evidence.c --------------------------------------------------------------------------------------------------------- */

extern const struct db_statement *const evidence_statements[];

struct evidence { /* a kept signed document that held when it was verified again */
	struct form_content content;
	struct cert *signer; /* owned */
	uint8_t signer_serial[SERIAL_SIZE];
	instant accepted_at;
};

/*
 * RC_OK; RC_BAD_INPUT with *rule: nothing may be done because of it; anything else: could not be found out now.
 * A revocation may have been signed with the very certificate that it revokes.
 */
MUST_USE enum rc evidence_verify(
    struct publisher *, const uint8_t digest[32], enum form_kind, const char *iin, struct evidence *, enum form_rule *rule);
void evidence_free(struct evidence *);
/* The signer has no row of revocation: asked again under the lock of the citizen's row. RC_CONFLICT: it has. */
MUST_USE enum rc evidence_still_good(struct db *, const uint8_t serial[SERIAL_SIZE]);

/* ---- issuance.c, issuance_db.c ------------------------------------------------------------------------------------------- */

extern const struct db_statement *const issuance_statements[];

#define ISSUANCE_MAX 2 /* certificates of one application */

struct issuance {
	char number[NUMBER_SIZE], iin[IIN_SIZE];
	const char *common_name, *surname, *patronymic; /* borrowed; never from the application's columns */
	const char *signer_iin;				/* borrowed; NULL: the same person, or enrolled at the centre */
	const uint8_t *form, *authorized_by;		/* borrowed; 32 and SERIAL_SIZE octets; NULL: enrolled at the centre */
	size_t count;
	struct certificate_part {
		enum cert_purpose purpose;
		struct csr *csr; /* borrowed */
		uint8_t serial[SERIAL_SIZE];
		struct buf tbs;		  /* owned */
		struct buf lint;	  /* owned; around the same octets, signed by the throw-away key */
		bool is_linted;		  /* by this process */
		struct cert *certificate; /* owned, once signed */
	} part[ISSUANCE_MAX];
};

/* To-be-signed parts built, each twice and compared, and linted; serials are new. RC_BAD_INPUT: no profile fits. */
MUST_USE enum rc issuance_build(struct publisher *, struct issuance *, instant now);
/* Again from the same inputs, for serials and octets kept before a crash. RC_BAD_INPUT: they are not the same. */
MUST_USE enum rc issuance_build_again(struct publisher *, struct issuance *);
/* Signs what is kept. RC_BAD_INPUT: it does not pass the lints, or its key is not the request's. */
MUST_USE enum rc issuance_sign(struct publisher *, struct issuance *);
/* Certificates, status, history and events of all of them in one transaction. RC_CONFLICT: one's signer was revoked meanwhile; nothing is stored. */
MUST_USE enum rc issuance_store(struct publisher *, struct issuance *const *, size_t count);
/* Both, of one. */
MUST_USE enum rc issuance_finish(struct publisher *, struct issuance *);
void issuance_free(struct issuance *);

/* For transactions of the application's status. */
MUST_USE enum rc issuance_db_keep_parts(struct db *, struct publisher *, struct issuance *);
/*
 * The record of many: keys taken, status "signed" to "signing", history, serials and octets, in one transaction. RC_CONFLICT: one of them cannot have
 * it (signer revoked, key known or blocked, not "signed" any more), and none has.
 */
MUST_USE enum rc issuance_db_keep_all(struct publisher *, struct issuance *const *, size_t count);
/* Serials and octets that were kept. RC_NOT_FOUND: not all parts have them. */
MUST_USE enum rc issuance_db_kept(struct publisher *, struct issuance *);
MUST_USE enum rc issuance_db_meet(struct db *, const char *iin); /* the citizen's row, where acts of one person meet */
MUST_USE enum rc issuance_db_status(struct db *, const char *number, const char *from, const char *to, const char *reason);
MUST_USE enum rc issuance_db_history(
    struct db *, const char *number, const char *status, const char *actor, const uint8_t *serial, const uint8_t *form, const char *reason);
MUST_USE enum rc issuance_db_abandon(struct db *, const char *number);
/* RC_CONFLICT: the key was requested for another application. */
MUST_USE enum rc issuance_db_key(struct db *, const struct issuance *, const struct certificate_part *);
/* RC_CONFLICT: the key gets no certificate, whoever asks: revoked as compromised, or listed. */
MUST_USE enum rc issuance_db_key_blocked(struct db *, const struct certificate_part *);

/* ---- queue.c ------------------------------------------------------------------------------------------------------------ */

extern const struct db_statement *const queue_statements[];

/* Applications that wait: verified, issued or failed. */
MUST_USE enum rc queue_work(struct publisher *);

/* ---- revocation.c ------------------------------------------------------------------------------------------------------- */

extern const struct db_statement *const revocation_statements[];

/* Revocations not looked at yet: verified, or refused with an alarm. */
MUST_USE enum rc revocation_work(struct publisher *);
/* For transactions that give a certificate the reason keyCompromise. */
MUST_USE enum rc revocation_db_block_key(struct db *, const uint8_t spki_hash[32], const uint8_t serial[SERIAL_SIZE]);

/* ---- compromise.c */

extern const struct db_statement *const compromise_statements[];

/* Second decisions about revoked certificates, that their keys are compromised: verified and carried out, or refused with an alarm. */
MUST_USE enum rc compromise_work(struct publisher *);

/* ---- publication.c, publication_db.c ------------------------------------------------------------------------------------- */

extern const struct db_statement *const publication_statements[];

#define FILE_MARK_SIZE 161
struct publication { /* a row of crl */
	bool is_delta;
	int64_t number, base_number; /* base_number 0: a base */
	instant this_update, next_update;
	int64_t entries, octets;	/* octets: of all entries in DER */
	char file_mark[FILE_MARK_SIZE]; /* of the file as it was published; "" if not known */
};

/* Publishes what was claimed before and never became visible, then what is due. */
MUST_USE enum rc publication_work(struct publisher *);

MUST_USE enum rc publication_db_newest(struct publisher *, bool is_delta, struct publication *, instant *now);
MUST_USE enum rc publication_db_has_new(struct publisher *, bool *has_new);
MUST_USE enum rc publication_db_claim(struct publisher *, bool base, bool delta, int64_t above);
/* Claimed, not visible: the first one. RC_NOT_FOUND: none. */
MUST_USE enum rc publication_db_unpublished(struct publisher *, int64_t above, struct publication *);
MUST_USE enum rc publication_db_count(struct publisher *, struct publication *); /* sets entries and octets */
/* Was on the list before and is not on this one. RC_OK: it may leave; RC_NOT_FOUND: it may not. */
MUST_USE enum rc publication_db_may_leave(struct publisher *, const struct publication *, const uint8_t serial[SERIAL_SIZE]);
struct crl_info;
MUST_USE enum rc publication_db_published(struct publisher *, const struct publication *, const struct crl_info *);

/* A walk over the whole register may take longer than a citizen would wait, and so may claiming all that came while nobody published. */
#define PUBLICATION_LONG "SET STATEMENT max_statement_time = 120 FOR "
/* What waits or is on no base yet is little, and stands together in one index: the optimizer is not left to guess a walk over everything. */
#define PUBLICATION_UNCLAIMED "revocation FORCE INDEX (claims)"
/* An index of their own, in the order of the CRL: one pass without the rows, nothing is sorted. */
#define PUBLICATION_ORDERED "revocation FORCE INDEX (crl_entries)"
/*
 * What stands on a list is a function of its number alone, so that a list that was claimed can be made again. An entry is on a base from the first one
 * to the last; on a delta while no base that relying parties must hold has it in its present form, or had it in its first.
 */
#define PUBLICATION_ON_BASE " WHERE ca = ? AND first_crl_number <= ? AND (last_crl_number IS NULL OR last_crl_number >= ?)"
#define PUBLICATION_ON_DELTA                                                                                                               \
	" WHERE ca = ? AND (crl_number IS NULL OR crl_number > ?) AND (delta_number <= ? OR (first_delta_number <= ?"                      \
	" AND (first_crl_number IS NULL OR first_crl_number > ?)))"

/* ---- entries.c */

extern const struct db_statement *const entries_statements[];

struct entries { /* of one list, rising by serial */
	struct db_result *rows;
	bool is_packed;		 /* rows are blocks */
	const uint8_t *at, *end; /* in the block at hand */
};

/* by_rows: not from the blocks, whatever they hold. To be closed after RC_OK; until then nothing else can be asked of the database. */
MUST_USE enum rc entries_open(struct publisher *, const struct publication *, bool by_rows, struct entries *);
struct crl_entry;
/* RC_NOT_FOUND: no more; RC_INTERNAL: what was read is no entry. */
MUST_USE enum rc entries_next(struct entries *, struct crl_entry *);
void entries_close(struct entries *);
/* The blocks have not given what the register says: all are packed anew before they are read again. */
MUST_USE enum rc entries_doubt(struct publisher *);

/* ---- enrol.c ------------------------------------------------------------------------------------------------------------ */

extern const struct db_statement *const enrol_statements[];

/* Words after "enrol". Exit status. */
int enrol_run(struct publisher *, int argc, char **argv);

/* ---- expiry.c */

extern const struct db_statement *const expiry_statements[];

/* Public applications that nobody confirmed in 30 days: expired. */
MUST_USE enum rc expiry_work(struct publisher *);

/* ---- responder.c */

extern const struct db_statement *const responder_statements[];

/*
 * The OCSP responder's key and certificate in conf->responder_file: made when there are none that fit CA and profile, and anew at half of their
 * days. Looked at every few seconds; a file that is gone, at once.
 */
MUST_USE enum rc responder_work(struct publisher *);

/* ---- replacement.c */

extern const struct db_statement *const replacement_statements[];

/* Pairs whose successor has proved that it works: revoked as superseded, if their owner's signed confirmation says so. */
MUST_USE enum rc replacement_work(struct publisher *);

/* ---- purge.c */

extern const struct db_statement *const purge_statements[];

/* Deletes expired documents that were never signed, and expired uses of login documents; a few thousand at a time. */
MUST_USE enum rc purge_work(struct publisher *);

#endif
