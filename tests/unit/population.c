/*
 * usage: population CA-FOLDER COUNT FOLDER ARC SITE PLAIN-SITE >SQL
 * No test: COUNT certificates of the CA in CA-FOLDER as FOLDER/<number>.pem, by the code that the publisher runs, and their rows as SQL. What becomes of
 * one is its number's: modulo 6 it is good (0, 1, 2), revoked (3), revoked (4, rows into table "later"), or revoked, and the
 * register says that it has expired (5).
 */
#include <inttypes.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "base/encode.h"
#include "base/hash.h"
#include "base/mem.h"
#include "pki/issue.h"
#include "pki_ca.h"

#define SQL_TIME "'%04" PRId64 "-%02u-%02u %02u:%02u:%02u'"
#define CIVIL(c) (c).year, (c).month, (c).day, (c).hour, (c).minute, (c).second

static struct cert *ca;
static struct issuer_key *key;
static struct profile *profile;

static void
write_pem(const char *folder, long number, const uint8_t *der, size_t len)
{
	struct buf pem = BUF_INIT;
	char *path = mem_format("%s/%ld.pem", folder, number);

	pem_encode(&pem, "CERTIFICATE", der, len);
	file_write(path, pem.data, pem.len, 0600);
	free(path);
	buf_free(&pem);
}

static void
print_hex(const void *data, size_t len)
{
	char *hex = mem_zero(1, 2 * len + 1);

	hex_encode(hex, data, len);
	printf("X'%s'", hex);
	free(hex);
}

static void
print_rows(long number, const struct cert *cert, const uint8_t serial[SERIAL_SIZE])
{
	static const int reasons[] = { 0, 1, 3, 4, 5 };
	const struct civil from = clock_civil(cert_not_before(cert)),
			   until = clock_civil(number % 6 == 5 ? clock_now() - 30 * DAY : cert_not_after(cert));
	uint8_t key_id[20];
	size_t len;
	const uint8_t *der = cert_der(cert, &len);

	cert_key_id(cert, key_id);
	printf("INSERT INTO certificate (serial, ca, iin, number, purpose, algorithm, subject, full_name, not_before, not_after, key_id, "
	       "der, issued_at) SELECT ");
	print_hex(serial, SERIAL_SIZE);
	printf(", MAX(id), '%s', '00000000000000', 'sign', '%s', '%s', '%s', " SQL_TIME ", " SQL_TIME ", ", cert_iin(cert),
	    cert_algorithm(cert), cert_subject(cert), cert_full_name(cert), CIVIL(from), CIVIL(until));
	print_hex(key_id, sizeof(key_id));
	printf(", ");
	print_hex(der, len);
	printf(", UTC_TIMESTAMP(6) FROM ca;\n");
	if (number % 6 < 3)
		return;
	printf("INSERT INTO %s (ca, serial, iin, reason, revoked_at, not_after, verified_at) SELECT MAX(id), ",
	    number % 6 == 4 ? "later" : "revocation");
	print_hex(serial, SERIAL_SIZE);
	printf(", '%s', %d, UTC_TIMESTAMP(6) - INTERVAL 1 HOUR + INTERVAL %ld MICROSECOND, " SQL_TIME ", UTC_TIMESTAMP(6) FROM ca;\n",
	    cert_iin(cert), reasons[number % 5], number, CIVIL(until));
}

static void
make(const char *folder, long number, const uint8_t *spki, size_t spki_len)
{
	struct issue_request r = { .profile = profile,
		.subject = { "ТЕСТОВ ТЕСТ", "ТЕСТОВ", "", "900101300811" },
		.spki = spki,
		.spki_len = spki_len,
		.not_before = clock_now() };
	struct buf tbs = BUF_INIT;
	struct cert *cert = NULL;
	size_t len;
	const uint8_t *der;

	issue_serial(r.serial);
	must(issue_tbs(&tbs, &r, ca) == RC_OK && issue_sign(&cert, tbs.data, tbs.len, key) == RC_OK, "certificate");
	der = cert_der(cert, &len);
	write_pem(folder, number, der, len);
	print_rows(number, cert, r.serial);
	cert_free(cert);
	buf_free(&tbs);
}

int
main(int argc, char **argv)
{
	EVP_PKEY *person = EVP_EC_gen("P-256");
	uint8_t *spki;
	size_t spki_len = spki_of(person, &spki);

	must(argc == 7, "usage: population CA-FOLDER COUNT FOLDER ARC SITE PLAIN-SITE");
	log_open("population", LOG_LEVEL_WARN);
	{
		const struct profile_values values = {
			.oid_arc = argv[4], .site = argv[5], .plain_site = argv[6], .certificate_days = 365
		};
		char *certificate = mem_format("%s/ca.pem", argv[1]), *private_key = mem_format("%s/ca.key", argv[1]);
		char *passphrase = mem_format("%s/ca.passphrase", argv[1]);

		must(cert_read_file(&ca, certificate) == RC_OK && issuer_key_load(&key, private_key, passphrase, ca) == RC_OK, "CA");
		must(profile_load(&profile, "conf/profiles", "person-sign", &values) == RC_OK, "profile");
	}
	for (long i = 0; i < strtol(argv[2], NULL, 10); i++)
		make(argv[3], i, spki, spki_len);
	return 0;
}
