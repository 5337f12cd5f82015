#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "audit.h"
#include "base/encode.h"
#include "base/mem.h"

#define FILE_SIZE_MAX (64 * 1024 * 1024) /* a CRL of a million entries */

static bool
has_ending(const char *name)
{
	static const char *const endings[] = { ".pem", ".cer", ".crt", ".der", ".crl" };
	size_t len = strlen(name);

	for (size_t i = 0; i < sizeof(endings) / sizeof(endings[0]); i++)
		if (len > 4 && strcmp(name + len - 4, endings[i]) == 0)
			return true;
	return false;
}

static int
is_wanted(const struct dirent *entry)
{
	return entry->d_name[0] != '.' && has_ending(entry->d_name);
}

/* A certificate in PEM or DER; otherwise a CRL in PEM or DER. */
static bool
add_file(struct chain *chain, const char *path)
{
	struct buf file = BUF_INIT, der = BUF_INIT;
	struct cert *cert = NULL;
	const struct buf *octets = &file;
	bool added = false;

	if (!buf_read_file(&file, path, FILE_SIZE_MAX)) {
		perror(path);
		return false;
	}
	if (pem_decode(&der, "CERTIFICATE", buf_text(&file), file.len) || pem_decode(&der, "X509 CRL", buf_text(&file), file.len))
		octets = &der;
	if (octets->len <= CERT_MAX && cert_parse(&cert, (const uint8_t *)buf_text(octets), octets->len) == RC_OK) {
		added = chain_add_ca(chain, cert) == RC_OK;
		if (!added)
			fprintf(stderr, "cabinet-audit: %s: the certificate of no CA: %s\n", path, cert_subject(cert));
	} else if (!(added = chain_add_crl(chain, (const uint8_t *)buf_text(octets), octets->len) == RC_OK))
		fprintf(stderr, "cabinet-audit: %s: neither a certificate nor a CRL\n", path);
	cert_free(cert);
	buf_free(&file);
	buf_free(&der);
	return added;
}

bool
folder_read(struct chain *chain, const char *path)
{
	struct dirent **entries;
	int count = scandir(path, &entries, is_wanted, alphasort);
	bool ok = count > 0;

	if (count < 0)
		perror(path);
	else if (count == 0)
		fprintf(stderr, "cabinet-audit: %s: no *.pem, *.cer, *.crt, *.der, *.crl\n", path);
	for (int i = 0; i < count; i++) {
		char *file = mem_format("%s/%s", path, entries[i]->d_name);

		ok = add_file(chain, file) && ok;
		free(file);
		free(entries[i]);
	}
	if (count >= 0)
		free(entries);
	return ok;
}
