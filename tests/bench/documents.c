/*
 * Signed documents for the verification benchmark, as citizens send them: each with a certificate of its own, issued by the code that the publisher
 * runs, under the CA of scripts/ceremony. 20 keys only, because making more costs time and changes nothing.
 * usage: documents FOLDER COUNT REVOKED     FOLDER/ca holds the CA. Writes FOLDER/{0…COUNT-1}.xml, .cer, and FOLDER/ca.crl with REVOKED entries.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "authority.h"
#include "base/log.h"
#include "base/mem.h"
#include "form/form.h"
#include "pki/crl.h"

#define KEYS 20

static void
write_file(const char *folder, size_t number, const char *ending, const void *data, size_t len)
{
	char *path = mem_format("%s/%zu.%s", folder, number, ending);
	FILE *file = fopen(path, "wb");

	must(file != NULL, path);
	must(fwrite(data, 1, len, file) == len, path);
	must(fclose(file) == 0, path);
	free(path);
}

/* About 4 KB when signed: a confirmation with a long statement. */
static void
make(const struct authority *a, const char *folder, EVP_PKEY *key, size_t number, const char *statement)
{
	static const struct shape shape = { .transform = EXC_C14N };
	struct form_header h = { .site = "https://localhost:8443", .issued = clock_now(), .lang = "ru", .statement = statement };
	struct form_citizen person = { BENCH_IIN, "ТЕСТОВ ТЕСТ ТЕСТОВИЧ" };
	uint8_t hash[32] = { (uint8_t)number };
	struct form_application application = { .number = "12345678261123",
		.template_name = "person",
		.origin = "cabinet",
		.email = "a@example.kz",
		.locality = "750000000",
		.store = "PKCS12",
		.created = h.issued,
		.request_auth = hash,
		.request_sign = hash };
	struct buf document = BUF_INIT, signed_document = BUF_INIT;
	struct cert *certificate = authority_issue(a, key, number, BENCH_IIN);
	struct signer signer = { .key = key };

	form_id(h.id);
	h.expires = h.issued + DAY;
	form_make_confirmation(&document, &h, &person, &application, "new", "signed");
	signer.certificate = (uint8_t *)(uintptr_t)cert_der(certificate, &signer.certificate_len);
	signer_document(&signed_document, document.data, document.len, &signer, &shape);
	write_file(folder, number, "xml", signed_document.data, signed_document.len);
	write_file(folder, number, "cer", signer.certificate, signer.certificate_len);
	cert_free(certificate);
	buf_free(&document);
	buf_free(&signed_document);
}

struct list {
	uint64_t next, count;
};

/* Revoked ones are others than those that sign. */
static enum rc
next_revoked(void *arg, struct crl_entry *out)
{
	struct list *l = arg;

	if (l->next == l->count)
		return RC_NOT_FOUND;
	*out = (struct crl_entry){ .revoked_at = clock_now() / SECOND * SECOND - DAY, .reason = 1 };
	bench_serial(out->serial, BENCH_REVOKED + l->next++);
	return RC_OK;
}

static void
write_crl(const struct authority *a, const char *folder, uint64_t count)
{
	struct crl_plan plan = { .number = 1,
		.this_update = clock_now() - HOUR,
		.next_update = clock_now() + DAY,
		.entries = count,
		.freshest = "http://localhost:8444/crl/ca-delta.crl" };
	struct list list = { 0, count };
	struct crl_entry entry;
	struct crl_info info;
	char *path = mem_format("%s/ca.crl", folder);
	int fd = open(path, O_CREAT | O_TRUNC | O_RDWR | O_CLOEXEC, 0600);

	while (next_revoked(&list, &entry) == RC_OK)
		plan.octets += crl_entry_size(&entry);
	list.next = 0;
	must(fd >= 0 && crl_write(fd, &plan, a->key, next_revoked, &list, &info) == RC_OK && close(fd) == 0, "CRL");
	free(path);
}

int
main(int argc, char **argv)
{
	EVP_PKEY *keys[KEYS];
	struct authority a;
	struct buf statement = BUF_INIT;
	size_t count;

	must(argc == 4, "usage: documents FOLDER COUNT REVOKED");
	log_open("bench", LOG_LEVEL_WARN);
	count = strtoul(argv[2], NULL, 10);
	authority_open(&a, argv[1], "person-sign");
	while (statement.len < 1000)
		buf_puts(&statement, "Я, ТЕСТОВ ТЕСТ ТЕСТОВИЧ, подтверждаю смену статуса заявки. ");
	for (size_t i = 0; i < KEYS; i++)
		must((keys[i] = EVP_RSA_gen(2048)) != NULL, "key");
	for (size_t i = 0; i < count; i++)
		make(&a, argv[1], keys[i % KEYS], i, statement.data);
	write_crl(&a, argv[1], strtoul(argv[3], NULL, 10));
	for (size_t i = 0; i < KEYS; i++)
		EVP_PKEY_free(keys[i]);
	buf_free(&statement);
	authority_close(&a);
	return 0;
}
