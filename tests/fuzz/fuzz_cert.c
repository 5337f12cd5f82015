/*
 * Any octets as a certificate. Checked beside "no crash": the octets are kept, every text is there and is UTF-8, and OpenSSL reads the same out of
 * whatever was accepted.
 */
#include <stdlib.h>
#include <string.h>

#include "../unit/cert_oracle.h"
#include "base/encode.h"
#include "base/log.h"
#include "pki/cert.h"

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
check_text(const char *text)
{
	if (text == NULL || !utf8_is_valid(text, strlen(text)))
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct cert *c;
	const char *fault;
	const uint8_t *der;
	size_t len;

	if (cert_parse(&c, data, size) != RC_OK) {
		if (c != NULL)
			abort();
		return 0;
	}
	der = cert_der(c, &len);
	if (len != size || memcmp(der, data, size) != 0 || cert_spki(c, &len) == NULL || len == 0)
		abort();
	check_text(cert_common_name(c));
	check_text(cert_surname(c));
	check_text(cert_name(c));
	check_text(cert_patronymic(c));
	check_text(cert_full_name(c));
	check_text(cert_subject(c));
	check_text(cert_issuer(c));
	check_text(cert_issuer_cn(c));
	if (cert_iin(c)[0] != '\0' && !iin_is_wellformed(cert_iin(c)))
		abort();
	if (cert_not_after(c) < cert_not_before(c))
		abort();
	if ((fault = oracle_says(c, NULL)) != NULL) {
		fprintf(stderr, "OpenSSL does not agree: %s\n", fault);
		abort();
	}
	cert_free(c);
	return 0;
}
