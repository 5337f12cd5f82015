/* A list for each rule of crl_read, whole and rightly signed but for the one thing that is wrong: exactly that rule's clause is told. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "pki/crl.h"
#include "pki/der.h"
#include "pki_ca.h"

#define NOW (1800000000 * SECOND)

static struct ca ca;
static struct issuer_key *key;
static char path[] = "/tmp/test-crl-lint-XXXXXX";

struct parts { /* of a TBSCertList; each may be replaced as it stands */
	struct buf version, algorithm, issuer, this_update, next_update, entries, extensions, outer_algorithm;
	bool no_next_update, has_empty_list, is_unsigned;
	const char *behind;
};

static struct parts parts;

static void
extension(struct buf *b, uint8_t id, bool critical, const struct buf *value)
{
	const uint8_t oid[] = { 0x55, 0x1d, id };
	size_t at = der_begin(b, DER_SEQUENCE);

	der_add(b, DER_OID, oid, sizeof(oid));
	if (critical)
		der_add(b, DER_BOOLEAN, "\xff", 1);
	der_add(b, DER_OCTET_STRING, value->data, value->len);
	der_end(b, at);
}

static void
extension_number(struct buf *b, uint8_t id, bool critical, uint64_t number)
{
	struct buf value = BUF_INIT;

	der_number(&value, number);
	extension(b, id, critical, &value);
	buf_free(&value);
}

static void
extension_key(struct buf *b, bool critical, bool other)
{
	const ASN1_OCTET_STRING *id = X509_get0_subject_key_id(ca.x509);
	struct buf value = BUF_INIT;
	size_t at = der_begin(&value, DER_SEQUENCE);

	der_add(&value, DER_CONTEXT(0), ASN1_STRING_get0_data(id), (size_t)ASN1_STRING_length(id));
	der_end(&value, at);
	if (other)
		value.data[value.len - 1] ^= 1;
	extension(b, 35, critical, &value);
	buf_free(&value);
}

static void
extension_freshest(struct buf *b, bool critical)
{
	struct buf value = BUF_INIT;
	size_t at = der_begin(&value, DER_SEQUENCE);

	der_end(&value, at);
	extension(b, 46, critical, &value);
	buf_free(&value);
}

static void
entry_raw(struct buf *b, const uint8_t *serial, size_t serial_len, uint8_t time_tag, instant revoked_at, const struct buf *extensions)
{
	uint8_t time[DER_TIME_MAX];
	size_t at = der_begin(b, DER_SEQUENCE);

	der_add(b, DER_INTEGER, serial, serial_len);
	buf_add(b, time, der_time_write(time, time_tag, revoked_at));
	if (extensions != NULL) {
		size_t list = der_begin(b, DER_SEQUENCE);

		buf_add(b, extensions->data, extensions->len);
		der_end(b, list);
	}
	der_end(b, at);
}

static void
entry(struct buf *b, uint8_t first, const struct buf *extensions)
{
	const uint8_t serial[SERIAL_SIZE] = { first, 7 };

	entry_raw(b, serial, sizeof(serial), DER_UTCTIME, NOW - HOUR, extensions);
}

static void
reason(struct buf *b, uint8_t code, bool critical)
{
	struct buf value = BUF_INIT;

	der_add(&value, DER_ENUMERATED, &code, 1);
	extension(b, 21, critical, &value);
	buf_free(&value);
}

static void
invalidity(struct buf *b, uint8_t tag, instant at)
{
	uint8_t time[DER_TIME_MAX];
	struct buf value = BUF_INIT;

	buf_add(&value, time, der_time_write(time, tag, at));
	extension(b, 24, false, &value);
	buf_free(&value);
}

static void
time_part(struct buf *b, uint8_t tag, instant at)
{
	uint8_t time[DER_TIME_MAX];

	buf_reset(b);
	buf_add(b, time, der_time_write(time, tag, at));
}

static void
parts_free(void)
{
	struct buf *all[] = { &parts.version, &parts.algorithm, &parts.issuer, &parts.this_update, &parts.next_update, &parts.entries,
		&parts.extensions, &parts.outer_algorithm };

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		buf_free(all[i]);
	memset(&parts, 0, sizeof(parts));
}

/* A good base list with one entry. */
static void
good(void)
{
	const unsigned char *name;
	size_t len;

	parts_free();
	der_number(&parts.version, 1);
	issuer_algorithm(&parts.algorithm);
	issuer_algorithm(&parts.outer_algorithm);
	must(X509_NAME_get0_der(X509_get_subject_name(ca.x509), &name, &len) == 1, "name");
	buf_add(&parts.issuer, name, len);
	time_part(&parts.this_update, DER_UTCTIME, NOW);
	time_part(&parts.next_update, DER_UTCTIME, NOW + DAY);
	entry(&parts.entries, 0x10, NULL);
	extension_key(&parts.extensions, false, false);
	extension_number(&parts.extensions, 20, false, 7);
	extension_freshest(&parts.extensions, false);
}

static void
good_delta(uint64_t base, bool critical)
{
	good();
	buf_reset(&parts.extensions);
	extension_key(&parts.extensions, false, false);
	extension_number(&parts.extensions, 20, false, 7);
	extension_number(&parts.extensions, 27, critical, base);
}

static void
file_make(void)
{
	struct buf tbs = BUF_INIT, der = BUF_INIT, signature = BUF_INIT;
	struct issuer_signing *signing = issuer_sign_begin(key);
	size_t at = der_begin(&tbs, DER_SEQUENCE), outer, list;

	buf_add(&tbs, parts.version.data, parts.version.len);
	buf_add(&tbs, parts.algorithm.data, parts.algorithm.len);
	buf_add(&tbs, parts.issuer.data, parts.issuer.len);
	buf_add(&tbs, parts.this_update.data, parts.this_update.len);
	if (!parts.no_next_update)
		buf_add(&tbs, parts.next_update.data, parts.next_update.len);
	if (parts.entries.len > 0 || parts.has_empty_list) {
		list = der_begin(&tbs, DER_SEQUENCE);
		buf_add(&tbs, parts.entries.data, parts.entries.len);
		der_end(&tbs, list);
	}
	outer = der_begin(&tbs, DER_CONTEXT_OF(0));
	list = der_begin(&tbs, DER_SEQUENCE);
	buf_add(&tbs, parts.extensions.data, parts.extensions.len);
	der_end(&tbs, list);
	der_end(&tbs, outer);
	der_end(&tbs, at);
	issuer_sign_add(signing, tbs.data, tbs.len);
	buf_putc(&signature, 0);
	must(issuer_sign_end(signing, &signature) == RC_OK, "signature");
	if (parts.is_unsigned)
		signature.data[40] ^= 1;
	at = der_begin(&der, DER_SEQUENCE);
	buf_add(&der, tbs.data, tbs.len);
	buf_add(&der, parts.outer_algorithm.data, parts.outer_algorithm.len);
	der_add(&der, DER_BIT_STRING, signature.data, signature.len);
	der_end(&der, at);
	if (parts.behind != NULL)
		buf_puts(&der, parts.behind);
	file_write(path, der.data, der.len, 0600);
	buf_free(&tbs);
	buf_free(&der);
	buf_free(&signature);
}

static const char *
fault(void)
{
	struct crl_info info;
	enum rc rc;

	file_make();
	rc = crl_read(path, ca.cert, NULL, NULL, &info);
	assert_int_equal(rc, info.fault == NULL ? RC_OK : RC_BAD_INPUT);
	return info.fault == NULL ? "" : info.fault;
}

static void
expect(const char *clause)
{
	const char *got = fault();

	if (strncmp(got, clause, strlen(clause)) != 0 || (clause[0] == '\0' && got[0] != '\0'))
		fail_msg("wanted \"%s\", got \"%s\"", clause, got);
}

static void
good_ones(void **state)
{
	struct buf e = BUF_INIT;

	(void)state;
	good();
	expect("");
	good_delta(6, true);
	expect("");
	/* an entry that leaves is a delta's to tell */
	reason(&e, 8, false);
	entry(&parts.entries, 0x11, &e);
	expect("");
	buf_reset(&e);
	reason(&e, 1, false);
	invalidity(&e, DER_GENERALIZEDTIME, NOW - DAY);
	good();
	entry(&parts.entries, 0x11, &e);
	expect("");
	good();
	buf_reset(&parts.entries);
	expect("");
	/* past 2049 in the other form */
	good();
	time_part(&parts.next_update, DER_GENERALIZEDTIME, 2524608000 * SECOND);
	expect("");
	buf_free(&e);
}

static void
whole(void **state)
{
	(void)state;
	good();
	parts.behind = "x";
	expect("RFC 5280 section 5.1: no CRL, or octets behind it");
	good();
	parts.is_unsigned = true;
	expect("RFC 5280 section 5.1.1.3");
	good();
	parts.outer_algorithm.data[parts.outer_algorithm.len - 3] ^= 1;
	expect("RFC 5280 section 5.1.1.2");
	good();
	parts.algorithm.data[parts.algorithm.len - 3] ^= 1;
	expect("RFC 5280 section 5.1.2.2");
	good();
	parts.version.data[2] = 0;
	expect("RFC 5280 section 5.1.2.1");
	good();
	parts.issuer.data[parts.issuer.len - 1] ^= 1;
	expect("RFC 5280 section 5.1.2.3");
	good();
	buf_reset(&parts.extensions);
	expect("RFC 5280 section 5.2.1: no authority key identifier");
}

static void
times(void **state)
{
	(void)state;
	good();
	time_part(&parts.this_update, DER_GENERALIZEDTIME, NOW);
	expect("RFC 5280 section 5.1.2.4");
	good();
	parts.this_update.data[4] = '9';
	expect("RFC 5280 section 5.1.2.4");
	good();
	time_part(&parts.next_update, DER_GENERALIZEDTIME, NOW + DAY);
	expect("RFC 5280 section 5.1.2.5: next update, or its form");
	good();
	parts.no_next_update = true;
	expect("RFC 5280 section 5.1.2.5: next update, or its form");
	good();
	time_part(&parts.next_update, DER_UTCTIME, NOW);
	expect("RFC 5280 section 5.1.2.5: next update is not later");
}

static void
serials(void **state)
{
	uint8_t serial[21] = { 0x10 };

	(void)state;
	good();
	parts.has_empty_list = true;
	buf_reset(&parts.entries);
	expect("RFC 5280 section 5.1.2.6: an empty list");
	good();
	entry(&parts.entries, 0x10, NULL);
	expect("RFC 5280 section 5.1.2.6: entries do not rise");
	good();
	buf_reset(&parts.entries);
	entry(&parts.entries, 0x20, NULL);
	entry(&parts.entries, 0x10, NULL);
	expect("RFC 5280 section 5.1.2.6: entries do not rise");
	good();
	serial[0] = 0;
	entry_raw(&parts.entries, serial, 1, DER_UTCTIME, NOW, NULL);
	expect("RFC 5280 section 4.1.2.2");
	good();
	serial[0] = 0x80;
	entry_raw(&parts.entries, serial, 20, DER_UTCTIME, NOW, NULL);
	expect("RFC 5280 section 4.1.2.2");
	good();
	serial[0] = 0x20;
	entry_raw(&parts.entries, serial, 21, DER_UTCTIME, NOW, NULL);
	expect("RFC 5280 section 4.1.2.2");
	good();
	serial[0] = 0;
	serial[1] = 1;
	entry_raw(&parts.entries, serial, 20, DER_UTCTIME, NOW, NULL);
	expect("RFC 5280 section 4.1.2.2");
	good();
	serial[0] = 0x20;
	entry_raw(&parts.entries, serial, 20, DER_GENERALIZEDTIME, NOW, NULL);
	expect("RFC 5280 section 5.1.2.6: revocation date");
}

static void
reasons(void **state)
{
	static const uint8_t unused[] = { 0, 7, 11 }, not_ours[] = { 2, 6, 9, 10 };
	struct buf e = BUF_INIT;

	(void)state;
	for (size_t i = 0; i < sizeof(unused); i++) {
		good();
		buf_reset(&e);
		reason(&e, unused[i], false);
		entry(&parts.entries, 0x11, &e);
		expect("RFC 5280 section 5.3.1: reason code");
	}
	for (size_t i = 0; i < sizeof(not_ours); i++) {
		good();
		buf_reset(&e);
		reason(&e, not_ours[i], false);
		entry(&parts.entries, 0x11, &e);
		expect("RFC 5280 section 5.3.1: a reason that this CA does not give");
	}
	good();
	buf_reset(&e);
	reason(&e, 8, false);
	entry(&parts.entries, 0x11, &e);
	expect("RFC 5280 section 5.3.1: removeFromCRL in a base CRL");
	good();
	buf_reset(&e);
	reason(&e, 1, true);
	entry(&parts.entries, 0x11, &e);
	expect("RFC 5280 section 5.3: entry extension, or its criticality");
	good();
	buf_reset(&e);
	entry(&parts.entries, 0x11, &e);
	expect("RFC 5280 section 5.3: no entry extensions in their list");
	good();
	reason(&e, 1, false);
	reason(&e, 1, false);
	entry(&parts.entries, 0x11, &e);
	expect("RFC 5280 section 5.3: entry extension, or its order");
	good();
	buf_reset(&e);
	invalidity(&e, DER_UTCTIME, NOW - DAY);
	entry(&parts.entries, 0x11, &e);
	expect("RFC 5280 section 5.3.2: invalidity date");
	good();
	buf_reset(&e);
	invalidity(&e, DER_GENERALIZEDTIME, NOW);
	entry(&parts.entries, 0x11, &e);
	expect("RFC 5280 section 5.3.2: invalidity date after the revocation");
	buf_free(&e);
}

static void
extensions(void **state)
{
	struct buf value = BUF_INIT;

	(void)state;
	good();
	buf_reset(&parts.extensions);
	extension_key(&parts.extensions, true, false);
	expect("RFC 5280 section 5.2.1: authority key identifier");
	good();
	buf_reset(&parts.extensions);
	extension_key(&parts.extensions, false, true);
	expect("RFC 5280 section 5.2.1: authority key identifier");
	good();
	buf_reset(&parts.extensions);
	extension_key(&parts.extensions, false, false);
	extension_freshest(&parts.extensions, false);
	expect("RFC 5280 section 5.2.3: no CRL number");
	good();
	buf_reset(&parts.extensions);
	extension_number(&parts.extensions, 20, true, 7);
	expect("RFC 5280 section 5.2.3: CRL number, or critical");
	good();
	buf_reset(&parts.extensions);
	extension_number(&parts.extensions, 20, false, 0);
	expect("RFC 5280 section 5.2.3: CRL number, or critical");
	good();
	extension_number(&parts.extensions, 20, false, 8);
	expect("RFC 5280 section 4.2: an extension twice");
	good_delta(6, false);
	expect("RFC 5280 section 5.2.4: delta indicator, or not critical");
	good_delta(7, true);
	expect("RFC 5280 section 5.2.4: base number is not below the number");
	good_delta(8, true);
	expect("RFC 5280 section 5.2.4: base number is not below the number");
	good_delta(6, true);
	extension_freshest(&parts.extensions, false);
	expect("RFC 5280 section 5.2.6: freshest CRL in a delta CRL");
	good();
	buf_reset(&parts.extensions);
	extension_key(&parts.extensions, false, false);
	extension_number(&parts.extensions, 20, false, 7);
	expect("RFC 5280 section 5.2.6: freshest CRL in a delta CRL, or missing in a base");
	good();
	buf_reset(&parts.extensions);
	extension_freshest(&parts.extensions, true);
	expect("RFC 5280 section 5.2.6: freshest CRL is critical");
	good();
	extension(&parts.extensions, 28, true, &value);
	expect("RFC 5280 section 5.2.5");
	good();
	extension(&parts.extensions, 54, false, &value);
	expect("RFC 5280 section 5.2: unknown extension");
	buf_free(&value);
}

static int
begin(void **state)
{
	(void)state;
	log_open("test", LOG_LEVEL_ERROR);
	ca = ca_make("critical, keyCertSign, cRLSign");
	key = ca_issuer_key(&ca);
	close(mkstemp(path));
	return 0;
}

static int
end(void **state)
{
	(void)state;
	unlink(path);
	parts_free();
	issuer_key_free(key);
	ca_free(&ca);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(good_ones),
		cmocka_unit_test(whole),
		cmocka_unit_test(times),
		cmocka_unit_test(serials),
		cmocka_unit_test(reasons),
		cmocka_unit_test(extensions),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
