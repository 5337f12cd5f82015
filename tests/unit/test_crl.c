#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "pki/crl.h"
#include "pki_ca.h"

#define FRESHEST "http://localhost:8444/crl/ca-delta.crl"
#define DAY_ONE (1800000000 * SECOND)
#define ENTRIES_MAX 3000

static struct ca ca;
static struct issuer_key *key;
static char path[] = "/tmp/test-crl-XXXXXX";

struct list {
	struct crl_entry entry[ENTRIES_MAX];
	size_t count, at;
};

static struct list list;

static void
fill(size_t count)
{
	memset(&list, 0, sizeof(list));
	list.count = count;
	for (size_t i = 0; i < count; i++) {
		struct crl_entry *e = &list.entry[i];

		e->serial[0] = 0x10;
		e->serial[1] = (uint8_t)(i >> 8);
		e->serial[2] = (uint8_t)i;
		e->serial[19] = (uint8_t)(i * 7);
		e->revoked_at = DAY_ONE - (instant)i * MINUTE + 123456;
		e->reason = (int)(i % 6) == 2 ? 0 : (int)(i % 6);
		e->invalid_since = i % 10 == 1 ? (e->revoked_at - HOUR) / SECOND * SECOND : 0;
	}
}

static enum rc
next(void *arg, struct crl_entry *out)
{
	struct list *l = arg;

	if (l->at == l->count)
		return RC_NOT_FOUND;
	*out = l->entry[l->at++];
	return RC_OK;
}

static struct crl_plan
plan_of(const struct list *l, uint64_t number, uint64_t base_number)
{
	struct crl_plan plan = { .number = number,
		.base_number = base_number,
		.this_update = DAY_ONE,
		.next_update = DAY_ONE + DAY,
		.entries = l->count,
		.freshest = FRESHEST };

	for (size_t i = 0; i < l->count; i++)
		plan.octets += crl_entry_size(&l->entry[i]);
	return plan;
}

static enum rc
write_file(const struct crl_plan *plan, const struct issuer_key *k, struct crl_info *info)
{
	int fd = open(path, O_WRONLY | O_TRUNC | O_CREAT, 0600);
	enum rc rc;

	must(fd >= 0, "file");
	list.at = 0;
	rc = crl_write(fd, plan, k, next, &list, info);
	close(fd);
	return rc;
}

static size_t
read_octets(uint8_t **out)
{
	struct buf b = BUF_INIT;

	must(buf_read_file(&b, path, 1 << 24), "read");
	*out = (uint8_t *)b.data;
	return b.len;
}

static bool
same_entry(void *arg, const struct crl_entry *e)
{
	size_t *at = arg;
	const struct crl_entry *wanted = &list.entry[(*at)++];

	return memcmp(e->serial, wanted->serial, SERIAL_SIZE) == 0 && e->revoked_at == wanted->revoked_at / SECOND * SECOND &&
	       e->reason == wanted->reason && e->invalid_since == wanted->invalid_since;
}

/* What we wrote is what OpenSSL's X509_CRL gives for the same entries, octet by octet, and OpenSSL verifies it. */
static void
compare_with_openssl(const uint8_t *der, size_t len, const struct crl_plan *plan)
{
	const uint8_t *p = der;
	X509_CRL *read = d2i_X509_CRL(NULL, &p, (long)len), *made = X509_CRL_new();
	ASN1_TIME *time = ASN1_TIME_new();
	ASN1_INTEGER *number = ASN1_INTEGER_new();
	X509V3_CTX context;
	uint8_t *made_der = NULL;
	int made_len;

	assert_non_null(read);
	assert_true(p == der + len);
	assert_int_equal(X509_CRL_verify(read, ca.key), 1);
	X509_CRL_set_version(made, X509_CRL_VERSION_2);
	X509_CRL_set_issuer_name(made, X509_get_subject_name(ca.x509));
	ASN1_TIME_set(time, plan->this_update / SECOND);
	X509_CRL_set1_lastUpdate(made, time);
	ASN1_TIME_set(time, plan->next_update / SECOND);
	X509_CRL_set1_nextUpdate(made, time);
	for (size_t i = 0; i < list.count; i++) {
		X509_REVOKED *r = X509_REVOKED_new();
		BIGNUM *serial = BN_bin2bn(list.entry[i].serial, SERIAL_SIZE, NULL);

		BN_to_ASN1_INTEGER(serial, number);
		BN_free(serial);
		X509_REVOKED_set_serialNumber(r, number);
		ASN1_TIME_set(time, list.entry[i].revoked_at / SECOND);
		X509_REVOKED_set_revocationDate(r, time);
		if (list.entry[i].reason != 0) {
			ASN1_ENUMERATED *reason = ASN1_ENUMERATED_new();

			ASN1_ENUMERATED_set(reason, list.entry[i].reason);
			X509_REVOKED_add1_ext_i2d(r, NID_crl_reason, reason, 0, 0);
			ASN1_ENUMERATED_free(reason);
		}
		if (list.entry[i].invalid_since != 0) {
			ASN1_GENERALIZEDTIME *since = ASN1_GENERALIZEDTIME_set(NULL, list.entry[i].invalid_since / SECOND);

			X509_REVOKED_add1_ext_i2d(r, NID_invalidity_date, since, 0, 0);
			ASN1_GENERALIZEDTIME_free(since);
		}
		X509_CRL_add0_revoked(made, r);
	}
	X509V3_set_ctx(&context, ca.x509, NULL, NULL, made, 0);
	for (int i = 0; i < 3; i++) {
		X509_EXTENSION *e;

		if (i == 0)
			e = X509V3_EXT_nconf(NULL, &context, "authorityKeyIdentifier", "keyid");
		else if (i == 2 && plan->base_number == 0)
			e = X509V3_EXT_nconf(NULL, &context, "freshestCRL", "URI:" FRESHEST);
		else {
			ASN1_INTEGER_set_uint64(number, i == 1 ? plan->number : plan->base_number);
			e = X509V3_EXT_i2d(i == 1 ? NID_crl_number : NID_delta_crl, i == 2, number);
		}
		assert_non_null(e);
		X509_CRL_add_ext(made, e, -1);
		X509_EXTENSION_free(e);
	}
	must(X509_CRL_sign(made, ca.key, EVP_sha256()) > 0, "sign");
	made_len = i2d_X509_CRL(made, &made_der);
	assert_int_equal(made_len, len);
	assert_memory_equal(made_der, der, len);
	OPENSSL_free(made_der);
	ASN1_TIME_free(time);
	ASN1_INTEGER_free(number);
	X509_CRL_free(read);
	X509_CRL_free(made);
}

static void
round_trip(void **state)
{
	static const size_t counts[] = { 0, 1, 2, 3, 5, 100, 1300, ENTRIES_MAX };

	(void)state;
	for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++)
		for (uint64_t base = 0; base < 2; base++) {
			struct crl_info written, read;
			struct crl_plan plan;
			size_t at = 0, len;
			uint8_t *der;

			fill(counts[i]);
			plan = plan_of(&list, 300, base * 128);
			assert_int_equal(write_file(&plan, key, &written), RC_OK);
			assert_int_equal(crl_read(path, ca.cert, same_entry, &at, &read), RC_OK);
			assert_int_equal(at, counts[i]);
			assert_true(written.size == read.size && written.entries == read.entries && read.fault == NULL);
			assert_true(read.number == 300 && read.base_number == base * 128 && read.entries == counts[i]);
			assert_true(read.this_update == DAY_ONE && read.next_update == DAY_ONE + DAY);
			len = read_octets(&der);
			assert_true(read.size == len);
			compare_with_openssl(der, len, &plan);
			free(der);
		}
}

static void
hostile_entries(void **state)
{
	struct crl_info info;
	struct crl_plan plan;
	struct crl_entry e;

	(void)state;
	fill(3);
	plan = plan_of(&list, 1, 0);
	plan.entries = 4;
	assert_int_equal(write_file(&plan, key, &info), RC_INTERNAL);
	plan = plan_of(&list, 1, 0);
	plan.octets++;
	assert_int_equal(write_file(&plan, key, &info), RC_INTERNAL);
	plan = plan_of(&list, 1, 0);
	e = list.entry[0];
	list.entry[0] = list.entry[1];
	list.entry[1] = e;
	assert_int_equal(write_file(&plan, key, &info), RC_INTERNAL);
	list.entry[0] = list.entry[1];
	assert_int_equal(write_file(&plan, key, &info), RC_INTERNAL);
	fill(1);
	plan = plan_of(&list, 1, 0);
	plan.next_update = plan.this_update;
	assert_int_equal(write_file(&plan, key, &info), RC_INTERNAL);
	/* what did not come from the writer whole does not read */
	assert_int_equal(crl_read("/tmp/there-is-no-such-crl", ca.cert, NULL, NULL, &info), RC_NOT_FOUND);
	assert_int_equal(crl_read("/dev/null", ca.cert, NULL, NULL, &info), RC_BAD_INPUT);
}

/* Numbers that no relying party could use: 5.2.4 wants a base before the delta. */
static void
hostile_numbers(void **state)
{
	static const uint64_t numbers[][2] = { { 5, 5 }, { 5, 6 } };
	struct crl_info info;

	(void)state;
	fill(1);
	for (size_t i = 0; i < 2; i++) {
		struct crl_plan plan = plan_of(&list, numbers[i][0], numbers[i][1]);

		assert_int_equal(write_file(&plan, key, &info), RC_OK);
		assert_int_equal(crl_read(path, ca.cert, NULL, NULL, &info), RC_BAD_INPUT);
	}
}

static void
hostile_octets(void **state)
{
	struct crl_plan plan;
	struct crl_info info;
	uint8_t *der;
	size_t len;

	(void)state;
	for (uint64_t base = 0; base < 2; base++) {
		fill(3);
		plan = plan_of(&list, 9, base * 4);
		assert_int_equal(write_file(&plan, key, &info), RC_OK);
		len = read_octets(&der);
		for (size_t n = 0; n < len; n++) {
			der[n] ^= 0x01;
			file_write(path, der, len, 0600);
			if (crl_read(path, ca.cert, NULL, NULL, &info) != RC_BAD_INPUT)
				fail_msg("octet %zu changed and accepted", n);
			der[n] ^= 0x01;
			file_write(path, der, n, 0600);
			if (crl_read(path, ca.cert, NULL, NULL, &info) != RC_BAD_INPUT)
				fail_msg("cut at %zu and accepted", n);
		}
		/* the NUL that ends every buffer */
		assert_int_equal(der[len], 0);
		file_write(path, der, len + 1, 0600);
		assert_int_equal(crl_read(path, ca.cert, NULL, NULL, &info), RC_BAD_INPUT);
		file_write(path, der, len, 0600);
		assert_int_equal(crl_read(path, ca.cert, NULL, NULL, &info), RC_OK);
		free(der);
	}
}

static void
other_ca(void **state)
{
	struct ca other = ca_make("critical,keyCertSign,cRLSign");
	struct crl_plan plan;
	struct crl_info info;

	(void)state;
	fill(2);
	plan = plan_of(&list, 1, 0);
	assert_int_equal(write_file(&plan, key, &info), RC_OK);
	/* the same name, another key */
	assert_int_equal(crl_read(path, other.cert, NULL, NULL, &info), RC_BAD_INPUT);
	ca_free(&other);
}

static bool
refuse(void *arg, const struct crl_entry *e)
{
	(void)arg;
	(void)e;
	return false;
}

static void
refused_entry(void **state)
{
	struct crl_plan plan;
	struct crl_info info;

	(void)state;
	fill(2);
	plan = plan_of(&list, 1, 0);
	assert_int_equal(write_file(&plan, key, &info), RC_OK);
	assert_int_equal(crl_read(path, ca.cert, refuse, NULL, &info), RC_BAD_INPUT);
}

static void
full_disk(void **state)
{
	struct crl_plan plan;
	struct crl_info info;
	int fd = open("/dev/full", O_WRONLY);

	(void)state;
	must(fd >= 0, "/dev/full");
	fill(ENTRIES_MAX);
	plan = plan_of(&list, 1, 0);
	assert_int_equal(crl_write(fd, &plan, key, next, &list, &info), RC_UNAVAILABLE);
	close(fd);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(round_trip),
		cmocka_unit_test(hostile_entries),
		cmocka_unit_test(hostile_numbers),
		cmocka_unit_test(hostile_octets),
		cmocka_unit_test(other_ca),
		cmocka_unit_test(refused_entry),
		cmocka_unit_test(full_disk),
	};
	int failed, fd = mkstemp(path);

	log_open("test", LOG_LEVEL_ERROR);
	must(fd >= 0, "file");
	close(fd);
	ca = ca_make("critical,keyCertSign,cRLSign");
	key = ca_issuer_key(&ca);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	issuer_key_free(key);
	ca_free(&ca);
	unlink(path);
	return failed;
}
