#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "base/log.h"
#include "store/certificate.h"
#include "store/event.h"
#include "store/session.h"
#include "store/signed_form.h"

#define SITE "https://localhost:8443" /* of the configuration in database.h */
#include "store_people.h"

#define PAGE "/keys/1010101010101010101010101010101010101010"
#define NUMBER "12345678261123"

static const struct db_statement ask = { .name = "ask",
	.sql = "SELECT COUNT(*), MAX(rule), MAX(detail), MAX(kind), MAX(LOWER(HEX(form)))"
	       " FROM event WHERE kind = ?" };
static const struct db_statement tries = { .name = "tries", .sql = "SELECT tries FROM form_issued WHERE digest = ?" };
static const struct db_statement kept = { .name = "kept",
	.sql = "SELECT kind, iin, subject, document, signed, signer FROM signed_form WHERE digest = ?" };
static const struct db_statement *const test_statements[] = { &ask, &tries, &kept, NULL };
static const struct db_statement *const *const all[] = { test_statements, session_statements, session_login_statements,
	session_logout_statements, certificate_statements, event_statements, signed_form_statements, NULL };
static const struct db_statement *const *const login_lists[] = { session_statements, session_login_statements, session_logout_statements,
	certificate_statements, event_statements, signed_form_keep_statements, NULL };
static const struct db_statement *const *const keys_lists[] = { session_statements, event_statements, NULL };
static const struct db_statement *const *const revoke_lists[] = { session_statements, certificate_statements, event_statements,
	signed_form_statements, NULL };

static const struct person signing = { IIN_FIRST, NULL, "critical,nonRepudiation", "emailProtection," ROLE_PERSON, -60, 3600, 0x20 };

static struct conf root;
static struct db *db;
static struct cert *sign_cert, *other_cert;

static int
setup(void **state)
{
	struct person other = signing;

	if (database_setup(state) != 0)
		return -1;
	root = database_conf(true);
	ca_make();
	sign_cert = person_cert(&signing, ca_key);
	person_row(sign_cert, IIN_FIRST);
	other.iin = IIN_OTHER;
	other.first = 0x21;
	other_cert = person_cert(&other, ca_key);
	person_row(other_cert, IIN_OTHER);
	return db_open(&db, &root, "root", all) == RC_OK ? 0 : -1;
}

static int
teardown(void **state)
{
	db_close(db);
	cert_free(sign_cert);
	cert_free(other_cert);
	ca_free();
	return database_teardown(state);
}

static void
test_accounts_prepare_their_lists(void **state)
{
	static const struct {
		const char *account;
		const struct db_statement *const *const *lists;
		enum rc rc;
	} row[] = {
		{ "cabinet_login", login_lists, RC_OK },
		{ "cabinet_keys", keys_lists, RC_OK },
		{ "cabinet_status", keys_lists, RC_OK },
		{ "cabinet_reissue", keys_lists, RC_OK },
		{ "cabinet_applications", revoke_lists, RC_OK },
		{ "cabinet_revoke", revoke_lists, RC_OK },
		{ "cabinet_keys", login_lists, RC_INTERNAL },
		{ "cabinet_keys", revoke_lists, RC_INTERNAL },
		{ "cabinet_login", revoke_lists, RC_INTERNAL },
		{ "cabinet_revoke", login_lists, RC_INTERNAL },
		{ "cabinet_auditor", keys_lists, RC_INTERNAL },
		{ "cabinet_health", keys_lists, RC_INTERNAL },
	};
	struct conf conf = database_conf(false);

	(void)state;
	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		struct db *mine;

		if (db_open(&mine, &conf, row[i].account, row[i].lists) != row[i].rc)
			fail_msg("%s, row %zu", row[i].account, i);
		db_close(mine);
	}
}

static void
event_expect(const char *kind, int64_t count, const char *rule, const char *detail)
{
	struct db_result *row;

	assert_int_equal(db_one(db, &ask, DB_IN(db_text(kind)), &row), RC_OK);
	assert_int_equal(db_get_int(row, 0), count);
	if (rule != NULL)
		assert_string_equal(db_get_text(row, 1), rule);
	if (detail != NULL)
		assert_string_equal(db_get_text(row, 2), detail);
	db_result_free(row);
}

static void
test_event(void **state)
{
	static const uint8_t serial[SERIAL_SIZE] = { 0x20 };
	char text[2001], expected[513];

	(void)state;
	assert_int_equal(event_db_insert(db, &(struct event){ .kind = "short" }), RC_OK);
	event_expect("short", 1, "", "");
	assert_int_equal(event_db_insert(db, &(struct event){ .kind = "hostile",
						 .iin = IIN_FIRST,
						 .serial = serial,
						 .rule = "size",
						 .address = "2001:db8::1",
						 .detail = "a\n\xff\xfe\x7f" }),
	    RC_OK);
	event_expect("hostile", 1, "size", "a ?? ");
	/* a letter of two octets on the border is given up whole */
	memset(text, 'x', 511);
	memset(expected, 'x', 511);
	memcpy(text + 511, "ЖЖЖ", 7);
	expected[511] = '\0';
	assert_int_equal(event_db_insert(db, &(struct event){ .kind = "long", .detail = text }), RC_OK);
	event_expect("long", 1, NULL, expected);
	/* an event that does not fit is an error of the act, not a cut row */
	assert_int_equal(event_db_insert(db, &(struct event){ .kind = "wrong", .iin = "1234567890123" }), RC_INTERNAL);
}

static void
session_new(char cookie[SESSION_COOKIE_SIZE])
{
	struct session_opening opening;
	uint8_t serial[SERIAL_SIZE];

	cert_serial(sign_cert, serial);
	session_opening_make(&opening, "Браузер \xff");
	assert_int_equal(session_db_insert(db, &opening, &root, IIN_FIRST, serial, "127.0.0.1"), RC_OK);
	memcpy(cookie, opening.cookie, SESSION_COOKIE_SIZE);
	session_opening_free(&opening);
}

static void
session_expect(const char *cookie, const char *path, enum rc rc, bool last)
{
	struct session s;

	assert_int_equal(session_db_find(db, &root, cookie, path, false, &s), rc);
	if (rc == RC_OK) {
		assert_string_equal(s.iin, IIN_FIRST);
		assert_string_equal(s.surname, "ТЕСТОВ");
		assert_string_equal(s.full_name, "ТЕСТОВ ТЕСТ ТЕСТОВИЧ");
		assert_true(s.last_page == last);
		assert_true(s.now >= s.seen);
	} else
		assert_null(s.surname);
	session_free(&s);
}

static void
test_session_is_found(void **state)
{
	char cookie[SESSION_COOKIE_SIZE], again[SESSION_COOKIE_SIZE], wrong[SESSION_COOKIE_SIZE];
	struct session s;

	(void)state;
	session_new(cookie);
	session_new(again);
	assert_int_equal(strlen(cookie), 43);
	assert_string_not_equal(cookie, again);
	session_expect(cookie, "/keys", RC_OK, false);
	session_expect(NULL, "/keys", RC_UNAUTHENTICATED, false);
	session_expect("", "/keys", RC_UNAUTHENTICATED, false);
	session_expect("' OR 1=1 --", "/keys", RC_UNAUTHENTICATED, false);
	memcpy(wrong, cookie, sizeof(wrong));
	wrong[0] = wrong[0] == 'A' ? 'B' : 'A';
	session_expect(wrong, "/keys", RC_UNAUTHENTICATED, false);
	wrong[0] = '=';
	session_expect(wrong, "/keys", RC_UNAUTHENTICATED, false);
	/* the table does not hold what the cookie holds */
	assert_int_equal(session_db_find(db, &root, cookie, "/", false, &s), RC_OK);
	assert_memory_not_equal(s.id, cookie, 32);
	assert_int_equal(session_db_end(db, s.id, "logout"), RC_OK);
	session_free(&s);
	session_expect(cookie, "/keys", RC_UNAUTHENTICATED, false);
	session_expect(again, "/keys", RC_OK, false);
	/* a new login takes the place of what its browser had, and of nothing else */
	assert_int_equal(session_db_replace(db, ""), RC_OK);
	assert_int_equal(session_db_replace(db, wrong), RC_OK);
	assert_int_equal(session_db_replace(db, cookie), RC_OK);
	session_expect(again, "/keys", RC_OK, false);
	assert_int_equal(session_db_replace(db, again), RC_OK);
	session_expect(again, "/keys", RC_UNAUTHENTICATED, false);
}

static void
test_session_ends(void **state)
{
	static const struct {
		const char *name, *spoil, *mend;
	} row[] = {
		{ "idle", "UPDATE session SET seen_at = UTC_TIMESTAMP(6) - INTERVAL 900 SECOND",
		    "UPDATE session SET seen_at = UTC_TIMESTAMP(6)" },
		{ "absolute", "UPDATE session SET expires_at = UTC_TIMESTAMP(6)",
		    "UPDATE session SET expires_at = UTC_TIMESTAMP(6) + INTERVAL 1 HOUR" },
		{ "certificate expired", "UPDATE certificate SET not_after = UTC_TIMESTAMP(6) - INTERVAL 1 SECOND",
		    "UPDATE certificate SET not_after = UTC_TIMESTAMP(6) + INTERVAL 1 HOUR" },
		{ "CA distrusted", "UPDATE ca SET state = 'distrusted'", "UPDATE ca SET state = 'retired'" },
		{ "revoked",
		    "INSERT INTO revocation (ca, serial, iin, reason, revoked_at) SELECT 1, serial, iin, 1, UTC_TIMESTAMP(6) FROM "
		    "certificate",
		    "DELETE FROM revocation" },
	};
	char cookie[SESSION_COOKIE_SIZE];
	struct session s;

	(void)state;
	session_new(cookie);
	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		sql("%s", row[i].spoil);
		session_expect(cookie, "/keys", RC_UNAUTHENTICATED, false);
		sql("%s", row[i].mend);
		session_expect(cookie, "/keys", RC_OK, false);
	}
	sql("UPDATE ca SET state = 'active'");
	/* seen: raised once in 30 s */
	sql("UPDATE session SET seen_at = UTC_TIMESTAMP(6) - INTERVAL 20 SECOND");
	session_expect(cookie, "/keys", RC_OK, false);
	sql("UPDATE session SET seen_at = seen_at - INTERVAL 870 SECOND");
	session_expect(cookie, "/keys", RC_OK, false);
	sql("UPDATE session SET seen_at = seen_at - INTERVAL 870 SECOND");
	session_expect(cookie, "/keys", RC_OK, false);
	/* a page that asks by itself raises nothing, and is told the truth */
	sql("UPDATE session SET seen_at = UTC_TIMESTAMP(6) - INTERVAL 600 SECOND");
	assert_int_equal(session_db_find(db, &root, cookie, "/", true, &s), RC_OK);
	assert_in_range(s.ends - s.now, 290 * SECOND, 300 * SECOND);
	session_free(&s);
	assert_int_equal(session_db_find(db, &root, cookie, "/", false, &s), RC_OK);
	assert_int_equal(s.ends - s.now, 900 * SECOND);
	session_free(&s);
	sql("UPDATE session SET expires_at = UTC_TIMESTAMP(6) + INTERVAL 100 SECOND");
	assert_int_equal(session_db_find(db, &root, cookie, "/", false, &s), RC_OK);
	assert_in_range(s.ends - s.now, 90 * SECOND, 100 * SECOND);
	session_free(&s);
}

static void
test_last_page(void **state)
{
	char cookie[SESSION_COOKIE_SIZE];
	struct session s;

	(void)state;
	session_new(cookie);
	assert_int_equal(session_db_find(db, &root, cookie, "/", false, &s), RC_OK);
	assert_int_equal(session_db_promise(db, s.id, PAGE), RC_OK);
	/* a promise alone ends nothing */
	session_expect(cookie, PAGE, RC_OK, false);
	sql("INSERT INTO revocation (ca, serial, iin, reason, revoked_at) SELECT 1, serial, iin, 1, UTC_TIMESTAMP(6) FROM certificate "
	    "WHERE iin = '" IIN_FIRST "'");
	session_expect(cookie, "/keys", RC_UNAUTHENTICATED, false);
	session_expect(cookie, PAGE "/revoke", RC_UNAUTHENTICATED, false);
	session_expect(cookie, PAGE, RC_OK, true);
	session_expect(cookie, PAGE, RC_UNAUTHENTICATED, false);
	sql("DELETE FROM revocation");
	/* ended for good, and an ended session promises nothing more */
	session_expect(cookie, "/keys", RC_UNAUTHENTICATED, false);
	assert_int_equal(session_db_promise(db, s.id, PAGE), RC_CONFLICT);
	session_free(&s);
}

static void
check_expect(const struct cert *cert, enum cert_purpose purpose, const char *iin, enum form_rule expected)
{
	enum form_rule rule = RULE_COUNT;
	enum rc rc = certificate_db_check(db, &root, cert, purpose, iin, &rule);

	assert_string_equal(form_rule_name(rule), form_rule_name(expected));
	assert_int_equal(rc, expected == RULE_NONE ? RC_OK : RC_BAD_INPUT);
}

static void
test_certificate_rules(void **state)
{
	struct person p = signing;
	struct cert *c;
	uint8_t serial[SERIAL_SIZE];

	(void)state;
	check_expect(sign_cert, PURPOSE_SIGN, IIN_FIRST, RULE_NONE);
	check_expect(sign_cert, PURPOSE_SIGN, NULL, RULE_NONE);
	check_expect(sign_cert, PURPOSE_AUTH, IIN_FIRST, RULE_CERTIFICATE_PURPOSE);
	check_expect(sign_cert, PURPOSE_OPERATOR, IIN_FIRST, RULE_CERTIFICATE_PURPOSE);
	check_expect(sign_cert, PURPOSE_SIGN, IIN_OTHER, RULE_CERTIFICATE_IIN);
	/* no row; a row with other octets; a row whose certificate the CA never signed */
	p.first = 0x30;
	c = person_cert(&p, ca_key);
	check_expect(c, PURPOSE_SIGN, NULL, RULE_CERTIFICATE_CA);
	cert_free(c);
	p.first = 0x20;
	p.iin = IIN_OTHER;
	c = person_cert(&p, ca_key);
	check_expect(c, PURPOSE_SIGN, NULL, RULE_CERTIFICATE_CA);
	cert_free(c);
	p.first = 0x31;
	c = person_cert(&p, person_key);
	person_row(c, IIN_OTHER);
	check_expect(c, PURPOSE_SIGN, NULL, RULE_CERTIFICATE_CA);
	cert_free(c);
	sql("UPDATE ca SET state = 'distrusted'");
	check_expect(sign_cert, PURPOSE_SIGN, IIN_FIRST, RULE_CERTIFICATE_CA);
	sql("UPDATE ca SET state = 'retired'");
	check_expect(sign_cert, PURPOSE_SIGN, IIN_FIRST, RULE_NONE);
	sql("UPDATE ca SET state = 'active'");
	p = (struct person){ IIN_OTHER, NULL, signing.key_usage, signing.extended, -3600, -60, 0x32 };
	c = person_cert(&p, ca_key);
	person_row(c, IIN_OTHER);
	check_expect(c, PURPOSE_SIGN, NULL, RULE_CERTIFICATE_TIME);
	cert_serial(c, serial);
	assert_int_equal(certificate_db_still_good(db, serial), RC_CONFLICT);
	cert_free(c);
	p = (struct person){ IIN_OTHER, NULL, signing.key_usage, signing.extended, 60, 3600, 0x33 };
	c = person_cert(&p, ca_key);
	person_row(c, IIN_OTHER);
	check_expect(c, PURPOSE_SIGN, NULL, RULE_CERTIFICATE_TIME);
	cert_free(c);
	p = (struct person){ IIN_OTHER, "ТОО «ДЕМО»", signing.key_usage, signing.extended, -60, 3600, 0x34 };
	c = person_cert(&p, ca_key);
	person_row(c, IIN_OTHER);
	check_expect(c, PURPOSE_SIGN, NULL, RULE_CERTIFICATE_PERSON);
	cert_free(c);
	p = (struct person){ NULL, NULL, signing.key_usage, signing.extended, -60, 3600, 0x35 };
	c = person_cert(&p, ca_key);
	person_row(c, IIN_OTHER);
	check_expect(c, PURPOSE_SIGN, NULL, RULE_CERTIFICATE_PERSON);
	cert_free(c);
	/* revoked comes before what else may be wrong with it, and counts from the row on, verified or not */
	cert_serial(sign_cert, serial);
	assert_int_equal(certificate_db_still_good(db, serial), RC_OK);
	sql("INSERT INTO revocation (ca, serial, iin, reason, revoked_at) VALUES (1, X'%s', '" IIN_FIRST "', 1, UTC_TIMESTAMP(6))",
	    hex_of(serial, sizeof(serial)));
	check_expect(sign_cert, PURPOSE_AUTH, IIN_OTHER, RULE_CERTIFICATE_REVOKED);
	assert_int_equal(certificate_db_still_good(db, serial), RC_CONFLICT);
	sql("DELETE FROM revocation");
	memset(serial, 0, sizeof(serial));
	assert_int_equal(certificate_db_still_good(db, serial), RC_CONFLICT);
}

struct making {
	const char *statement;
	int calls;
};

static void
make_confirmation(struct buf *b, void *arg)
{
	static const uint8_t auth[32] = { 1 }, sign[32] = { 2 };
	struct making *m = arg;
	struct form_header h = {
		.site = SITE, .issued = clock_now(), .expires = clock_now() + DAY, .lang = "ru", .statement = m->statement
	};
	struct form_citizen person = { IIN_FIRST, "ТЕСТОВ ТЕСТ ТЕСТОВИЧ" };
	struct form_application application = { .number = NUMBER,
		.template_name = "person",
		.origin = "cabinet",
		.email = "",
		.locality = "750000000",
		.store = "PKCS12",
		.created = clock_now(),
		.request_auth = auth,
		.request_sign = sign };

	m->calls++;
	form_id(h.id);
	form_make_confirmation(b, &h, &person, &application, "new", "signed");
}

static void
issue(struct buf *document, const char *subject, const char *variant, int made)
{
	struct making m = { "Я согласен", 0 };

	assert_int_equal(signed_form_db_issue(db, SITE, FORM_CONFIRMATION, IIN_FIRST, subject, variant, "ru", make_confirmation, &m,
			     clock_now() + DAY, document),
	    RC_OK);
	assert_int_equal(m.calls, made);
}

static void
test_form_is_issued_once(void **state)
{
	struct buf first = BUF_INIT, again = BUF_INIT, other = BUF_INIT;

	(void)state;
	issue(&first, "00000000000001", "", 1);
	issue(&again, "00000000000001", "", 0);
	assert_true(first.len > 100 && first.len == again.len);
	assert_memory_equal(first.data, again.data, first.len);
	issue(&other, "00000000000001", "1", 1);
	issue(&other, "00000000000002", "", 1);
	sql("UPDATE form_issued SET expires_at = UTC_TIMESTAMP(6) + INTERVAL 59 MINUTE WHERE variant = '1'");
	issue(&other, "00000000000001", "1", 1);
	sql("UPDATE form_issued SET state = 'used' WHERE subject = '00000000000002'");
	issue(&other, "00000000000002", "", 1);
	buf_free(&first);
	buf_free(&again);
	buf_free(&other);
}

static void
sign(struct buf *out, const struct buf *document, const struct cert *cert)
{
	const struct shape shape = { 0 };
	struct signer s = { .key = person_key };
	const uint8_t *der = cert_der(cert, &s.certificate_len);

	s.certificate = OPENSSL_memdup(der, s.certificate_len);
	buf_reset(out);
	signer_document(out, document->data, document->len, &s, &shape);
	signer_free(&s);
}

static void
form_expect(const struct signed_form_query *q, const struct buf *signed_text, enum form_rule expected)
{
	struct form_result result = { 0 };
	char *variant;
	enum rc rc = signed_form_db_check(db, q, signed_text->data, signed_text->len, "127.0.0.1", &result, &variant);

	assert_string_equal(form_rule_name(result.rule), form_rule_name(expected));
	assert_int_equal(rc, expected == RULE_NONE ? RC_OK : RC_BAD_INPUT);
	if (expected == RULE_NONE)
		assert_string_equal(variant, "v");
	else if (expected == RULE_OWNER || expected == RULE_DOCUMENT)
		assert_null(variant);
	free(variant);
	form_result_free(&result);
}

static void
test_form_rules(void **state)
{
	struct signed_form_query q = { FORM_CONFIRMATION, IIN_FIRST, NUMBER, PURPOSE_SIGN, &root, NULL, 0 };
	struct buf document = BUF_INIT, foreign = BUF_INIT, text = BUF_INIT;
	struct making m = { "Другое", 0 };
	struct db_result *row;
	uint8_t digest[32];

	(void)state;
	sql("TRUNCATE form_issued; DELETE FROM event");
	issue(&document, NUMBER, "v", 1);
	sign(&text, &document, sign_cert);
	form_expect(&q, &text, RULE_NONE);
	event_expect("form-refused", 0, NULL, NULL);
	/* never issued, though well made and well signed */
	make_confirmation(&foreign, &m);
	sign(&text, &foreign, sign_cert);
	form_expect(&q, &text, RULE_DOCUMENT);
	event_expect("form-refused", 1, "document", NULL);
	sql("DELETE FROM event");
	sign(&text, &document, sign_cert);
	q.subject = "00000000000009";
	form_expect(&q, &text, RULE_DOCUMENT);
	q.subject = NUMBER;
	q.kind = FORM_REVOCATION;
	form_expect(&q, &text, RULE_KIND);
	q.kind = FORM_CONFIRMATION;
	q.iin = IIN_OTHER;
	form_expect(&q, &text, RULE_OWNER);
	q.iin = IIN_FIRST;
	/* made when the cabinet had another address: nobody would sign it, and the publisher would refuse it */
	sql("UPDATE form_issued SET site = 'https://localhost:8442'");
	form_expect(&q, &text, RULE_DOCUMENT);
	sql("UPDATE form_issued SET site = '" SITE "'");
	sql("UPDATE form_issued SET kind = 'revocation'");
	form_expect(&q, &text, RULE_DOCUMENT);
	sql("UPDATE form_issued SET kind = 'confirmation', iin = NULL");
	form_expect(&q, &text, RULE_OWNER);
	sql("UPDATE form_issued SET iin = '" IIN_FIRST "', expires_at = UTC_TIMESTAMP(6)");
	form_expect(&q, &text, RULE_EXPIRED);
	sql("UPDATE form_issued SET expires_at = UTC_TIMESTAMP(6) + INTERVAL 1 DAY, state = 'used'");
	form_expect(&q, &text, RULE_USED);
	sql("UPDATE form_issued SET state = 'issued'");
	q.purpose = PURPOSE_AUTH;
	form_expect(&q, &text, RULE_CERTIFICATE_PURPOSE);
	q.purpose = PURPOSE_SIGN;
	sign(&text, &document, other_cert);
	form_expect(&q, &text, RULE_CERTIFICATE_IIN);
	buf_reset(&text);
	buf_puts(&text, "<x");
	form_expect(&q, &text, RULE_WELLFORMED);
	event_expect("form-refused", 11, NULL, NULL);
	/* counted at the document wherever it was ours: all but the other kind and the broken one */
	hash_sha256(digest, document.data, document.len);
	assert_int_equal(db_one(db, &tries, DB_IN(db_bytes(digest, 32)), &row), RC_OK);
	assert_int_equal(db_get_int(row, 0), 9);
	db_result_free(row);
	buf_free(&document);
	buf_free(&foreign);
	buf_free(&text);
}

static void
test_form_is_used_once_and_kept(void **state)
{
	struct signed_form_query q = { FORM_CONFIRMATION, IIN_FIRST, NUMBER, PURPOSE_SIGN, &root, NULL, 0 };
	struct form_result result = { 0 };
	struct buf document = BUF_INIT, text = BUF_INIT;
	struct db_result *row;
	const uint8_t *data;
	uint8_t serial[SERIAL_SIZE], signer[SERIAL_SIZE], digest[32];
	char *variant;
	size_t len;

	(void)state;
	sql("TRUNCATE form_issued");
	issue(&document, NUMBER, "v", 1);
	sign(&text, &document, sign_cert);
	assert_int_equal(signed_form_db_check(db, &q, text.data, text.len, NULL, &result, &variant), RC_OK);
	assert_int_equal(signed_form_db_use(db, result.digest), RC_OK);
	assert_int_equal(signed_form_db_use(db, result.digest), RC_CONFLICT);
	assert_int_equal(signed_form_db_keep(db, &q, &result, text.data, text.len), RC_OK);
	assert_int_equal(signed_form_db_keep(db, &q, &result, text.data, text.len), RC_CONFLICT);
	assert_int_equal(db_one(db, &kept, DB_IN(db_bytes(result.digest, 32)), &row), RC_OK);
	assert_string_equal(db_get_text(row, 0), "confirmation");
	assert_string_equal(db_get_text(row, 1), IIN_FIRST);
	assert_string_equal(db_get_text(row, 2), NUMBER);
	data = db_get_bytes(row, 3, &len);
	assert_int_equal(len, document.len);
	assert_memory_equal(data, document.data, len);
	data = db_get_bytes(row, 4, &len);
	assert_int_equal(len, text.len);
	assert_memory_equal(data, text.data, len);
	assert_true(db_copy_bytes(row, 5, signer, sizeof(signer)));
	cert_serial(sign_cert, serial);
	assert_memory_equal(signer, serial, sizeof(serial));
	db_result_free(row);
	free(variant);
	/* purged since: still known as used */
	form_expect(&q, &text, RULE_USED);
	sql("TRUNCATE form_issued");
	form_expect(&q, &text, RULE_USED);
	/* a login document has neither citizen nor subject beforehand: the certificate's are kept */
	sql("DELETE FROM signed_form");
	q = (struct signed_form_query){ .kind = FORM_LOGIN, .purpose = PURPOSE_AUTH, .conf = &root };
	assert_int_equal(signed_form_db_keep(db, &q, &result, text.data, text.len), RC_OK);
	assert_int_equal(db_one(db, &kept, DB_IN(db_bytes(result.digest, 32)), &row), RC_OK);
	assert_string_equal(db_get_text(row, 1), IIN_FIRST);
	assert_string_equal(db_get_text(row, 2), "2020202020202020202020202020202020202020");
	db_result_free(row);
	/* an expired one is not used up any more */
	buf_reset(&document);
	issue(&document, NUMBER, "v", 1);
	sql("UPDATE form_issued SET expires_at = UTC_TIMESTAMP(6)");
	hash_sha256(digest, document.data, document.len);
	assert_int_equal(signed_form_db_use(db, digest), RC_CONFLICT);
	form_result_free(&result);
	buf_free(&document);
	buf_free(&text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_accounts_prepare_their_lists),
		cmocka_unit_test(test_event),
		cmocka_unit_test(test_session_is_found),
		cmocka_unit_test(test_session_ends),
		cmocka_unit_test(test_last_page),
		cmocka_unit_test(test_certificate_rules),
		cmocka_unit_test(test_form_is_issued_once),
		cmocka_unit_test(test_form_rules),
		cmocka_unit_test(test_form_is_used_once_and_kept),
	};

	log_open("test", LOG_LEVEL_WARN);
	return cmocka_run_group_tests(tests, setup, teardown);
}
