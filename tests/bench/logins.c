/*
 * Logins for the benchmark of a signed POST: each a login document as the cabinet gives it out, signed with the key of one of the people, and the
 * cookie and token of the browser that it was given to. Each can be posted once.
 * usage: logins FOLDER PEOPLE COUNT SITE SECRET     FOLDER/ca holds the CA, SECRET the server's secret in hex. Writes FOLDER/logins.sql, the rows of
 * CA and certificates, and FOLDER/logins: COUNT lines "cookie body".
 */
#include "authority.h"
#include "base/encode.h"
#include "base/log.h"
#include "form/form.h"
#include "web/csrf.h"
#include "web/held.h"
#include "web/view.h"

#define KEYS 20
#define LIFE (30 * MINUTE)
#define RANDOM_LEN 43

static void
put_hex(FILE *sql, const void *data, size_t len)
{
	char *hex = mem_zero(2 * len + 1, 1);

	hex_encode(hex, data, len);
	fprintf(sql, "x'%s'", hex);
	free(hex);
}

static void
put_ca(FILE *sql, const struct cert *ca)
{
	size_t len;
	const uint8_t *der = cert_der(ca, &len);

	fputs("INSERT INTO ca (id, name, state, certificate, subject, key_id, not_after) VALUES (1, 'CA', 'active', ", sql);
	put_hex(sql, der, len);
	fputs(", 'CA', REPEAT('k', 20), UTC_TIMESTAMP() + INTERVAL 5 YEAR);\n", sql);
}

static void
put_certificate(FILE *sql, const struct cert *cert, const char *iin)
{
	uint8_t serial[SERIAL_SIZE];
	size_t len;
	const uint8_t *der = cert_der(cert, &len);

	cert_serial(cert, serial);
	fputs("INSERT INTO certificate (serial, ca, iin, number, purpose, algorithm, subject, full_name, not_before, not_after, key_id, "
	      "der, issued_at)"
	      " VALUES (",
	    sql);
	put_hex(sql, serial, sizeof(serial));
	fprintf(sql,
	    ", 1, '%s', '00000000000000', 'auth', 'RSA-2048', 'CN=ТЕСТОВ ТЕСТ', 'ТЕСТОВ ТЕСТ ТЕСТОВИЧ', UTC_TIMESTAMP() - INTERVAL 1 HOUR,"
	    " UTC_TIMESTAMP() + INTERVAL 364 DAY, REPEAT('k', 20), ",
	    iin);
	put_hex(sql, der, len);
	fputs(", UTC_TIMESTAMP());\n", sql);
}

/* The cookie's value in "X-Cookie-login: <value>". */
static char *
cookie_of(const struct request *r)
{
	const char *at = strchr(buf_text(&r->headers), ' ');

	must(at != NULL, "cookie");
	return mem_format("%.*s", (int)strcspn(at + 1, ";\r"), at + 1);
}

static void
put_login(FILE *out, const struct conf *conf, const struct signer *signer)
{
	static const struct shape shape = { .transform = EXC_C14N };
	struct form_header h = { .site = conf->site,
		.issued = clock_now(),
		.lang = "ru",
		.statement = "Вход в личный кабинет: браузер Firefox 128, адрес 127.0.0.1." };
	struct request r = { .conf = conf, .page = page_new(), .pre_session = "" };
	struct buf document = BUF_INIT, signed_document = BUF_INIT, field = BUF_INIT;
	char random[RANDOM_LEN + 1], token[CSRF_SIZE], *cookie;

	form_id(h.id);
	h.expires = h.issued + LIFE;
	form_make_login(&document, &h);
	held_document_keep(&r, &document, h.expires);
	cookie = cookie_of(&r);
	snprintf(random, sizeof(random), "%s", cookie);
	csrf_token(token, conf->secret, random);
	signer_document(&signed_document, document.data, document.len, signer, &shape);
	url_encode(&field, buf_text(&signed_document));
	fprintf(out, "%s csrf=%s&signed=%s\n", cookie, token, buf_text(&field));
	free(cookie);
	buf_free(&document);
	buf_free(&signed_document);
	buf_free(&field);
	buf_free(&r.headers);
	page_free(r.page);
}

int
main(int argc, char **argv)
{
	EVP_PKEY *keys[KEYS];
	struct authority a;
	struct conf conf = { 0 };
	struct signer *signer;
	size_t people, count;
	char *path;
	FILE *sql, *out;

	must(argc == 6 && hex_decode(conf.secret, sizeof(conf.secret), argv[5]), "usage: logins FOLDER PEOPLE COUNT SITE SECRET");
	log_open("bench", LOG_LEVEL_WARN);
	conf.site = argv[4];
	people = strtoul(argv[2], NULL, 10);
	count = strtoul(argv[3], NULL, 10);
	authority_open(&a, argv[1], "person-auth");
	path = mem_format("%s/logins.sql", argv[1]);
	must((sql = fopen(path, "w")) != NULL, path);
	free(path);
	path = mem_format("%s/logins", argv[1]);
	must((out = fopen(path, "w")) != NULL, path);
	free(path);
	for (size_t i = 0; i < KEYS; i++)
		must((keys[i] = EVP_RSA_gen(2048)) != NULL, "key");
	signer = mem_zero(people, sizeof(*signer));
	put_ca(sql, a.certificate);
	for (size_t i = 0; i < people; i++) {
		char *iin = mem_format("%012zu", 900000000000 + i);
		struct cert *certificate = authority_issue(&a, keys[i % KEYS], i, iin);
		const uint8_t *der = cert_der(certificate, &signer[i].certificate_len);

		signer[i].key = keys[i % KEYS];
		signer[i].certificate = mem_copy(der, signer[i].certificate_len);
		put_certificate(sql, certificate, iin);
		cert_free(certificate);
		free(iin);
	}
	for (size_t i = 0; i < count; i++)
		put_login(out, &conf, &signer[i % people]);
	must(fclose(sql) == 0 && fclose(out) == 0, "written");
	for (size_t i = 0; i < people; i++)
		free(signer[i].certificate);
	free(signer);
	for (size_t i = 0; i < KEYS; i++)
		EVP_PKEY_free(keys[i]);
	authority_close(&a);
	return 0;
}
