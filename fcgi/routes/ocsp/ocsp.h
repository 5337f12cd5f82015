/* The OCSP program: what its files share. It holds the responder's key of a few days, and no other. */
#ifndef CABINET_ROUTES_OCSP_H
#define CABINET_ROUTES_OCSP_H

#include "base/conf.h"
#include "pki/ocsp.h"
#include "pki/responder_key.h"
#include "store/db.h"

/* ---- ocsp_db.c ------------------------------------------------------------------------------------------------------------ */

extern const struct db_statement *const ocsp_statements[];

#define OCSP_TOGETHER 8 /* requests that are answered with one question to the register */

/*
 * What the register says of these certificates of the CA with this key, at the database's *now or a moment later: good only what was issued; revoked as soon as the
 * register has it, verified by the publisher or not. Nothing of it is from before the call. count: 1 or more. RC_NOT_FOUND: no such CA in the
 * database.
 */
MUST_USE enum rc ocsp_db_find(struct db *, const uint8_t ca_key_id[20], const uint8_t (*serials)[SERIAL_SIZE], struct ocsp_answer *answers,
    size_t count, instant *now);

/* ---- ocsp_key.c ----------------------------------------------------------------------------------------------------------- */

struct ocsp_signer {
	struct responder_key *key;
	struct ocsp_issuer issuer;
	uint8_t ca_key_id[20];
};

/* The signer, taken anew when the publisher has replaced the file; the former one as long as a new one is no good. NULL: none. */
const struct ocsp_signer *ocsp_signer(const struct conf *);
/* It may sign at this time: within its certificate's validity. Says once in the log that it may not any more. */
bool ocsp_signer_is_valid(const struct ocsp_signer *, instant now);

/* ---- ocsp_kept.c: signatures that workers keep for each other ------------------------------------------------------------- */

#define KEPT_NAME_SIZE 32

/* Takes part in conf->signature_file. Without one, or when it cannot be used (logged): nothing is kept. */
void ocsp_kept_open(const struct conf *);
/*
 * A name stands for everything an answer without a nonce says but its times: responder, certificate, state. *at: thisUpdate of the kept
 * signature, which is from after `since` and not after `now`. signature has RESPONDER_SIGNATURE_MAX octets.
 */
bool ocsp_kept_find(const uint8_t name[KEPT_NAME_SIZE], instant since, instant now, instant *at, uint8_t *signature, size_t *len);
void ocsp_kept_put(const uint8_t name[KEPT_NAME_SIZE], instant at, const uint8_t *signature, size_t len);

#endif
