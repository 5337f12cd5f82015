/* Any octets as a request, first as DER, then as text. Checked beside "no crash": what is accepted has a key, its hashes, and no fault. */
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/log.h"
#include "pki/csr.h"
#include "pki/key.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	log_open("fuzz", LOG_LEVEL_ERROR);
	return 0;
}

static void
check(enum rc rc, struct csr *csr, enum csr_fault fault)
{
	uint8_t hash[HASH_SIZE], listed[CSR_LISTED_SIZE];
	struct key *key;

	if ((rc == RC_OK) != (fault == CSR_OK) || (rc != RC_OK && (csr->der != NULL || csr->spki != NULL)))
		abort();
	if (rc != RC_OK)
		return;
	hash_sha256(hash, csr->der, csr->der_len);
	key = key_read(csr->spki, csr->spki_len);
	if (memcmp(hash, csr->hash, sizeof(hash)) != 0 || !key_is_accepted(key))
		abort();
	key_free(key);
	if (csr_listed_as(csr, listed) != (strncmp(csr->algorithm, "RSA", 3) == 0))
		abort();
	csr_free(csr);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	enum csr_fault fault;
	struct csr csr;
	enum rc rc;

	rc = csr_parse_der(&csr, data, size, "900101300811", &fault);
	check(rc, &csr, fault);
	rc = csr_parse(&csr, (const char *)data, size, NULL, &fault);
	check(rc, &csr, fault);
	return 0;
}
