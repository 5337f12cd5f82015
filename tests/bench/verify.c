/*
 * Verification of signed documents in process, CPU microseconds per document on one core.
 *   ours     form_verify with every rule; issued documents and certificates come from tables in memory that stand for the rows
 *   bare     no rule at all: parse, C14N of the document and SHA-256, C14N of SignedInfo, key out of the certificate, RSA verify
 * 2 000 different documents with 2 000 different certificates (20 keys: making more only costs time). Rounds interleaved, medians of 5;
 * both must accept every document before anything is timed. usage: verify [count]
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <libxml/c14n.h>
#include <libxml/parser.h>

#include "../unit/form_signer.h"
#include "base/log.h"
#include "form/form.h"

#define KEYS 20
#define ROUNDS 5

struct entry {
	struct buf document; /* signed */
	uint8_t digest[32];  /* of the issued document */
	uint8_t serial[20];
	struct signer signer;
};

struct table {
	struct entry *entries;
	const struct entry **by_digest, **by_serial;
	size_t count;
};

static int
compare_digest(const void *a, const void *b)
{
	return memcmp((*(const struct entry *const *)a)->digest, (*(const struct entry *const *)b)->digest, 32);
}

static int
compare_serial(const void *a, const void *b)
{
	return memcmp((*(const struct entry *const *)a)->serial, (*(const struct entry *const *)b)->serial, 20);
}

static enum rc
issued(void *arg, const char *canonical, size_t len, enum form_rule *rule)
{
	const struct table *t = arg;
	struct entry wanted;
	const struct entry *key = &wanted;

	hash_sha256(wanted.digest, canonical, len);
	*rule = RULE_DOCUMENT;
	return bsearch(&key, t->by_digest, t->count, sizeof(void *), compare_digest) != NULL ? RC_OK : RC_BAD_INPUT;
}

/* As for a certificate of our own CA: equal to the row, in time, for a person. */
static enum rc
certificate(void *arg, const struct cert *cert, enum form_rule *rule)
{
	const struct table *t = arg;
	struct entry wanted;
	const struct entry *key = &wanted, *const * row;
	const uint8_t *der;
	size_t len;
	instant now = clock_now();

	cert_serial(cert, wanted.serial);
	der = cert_der(cert, &len);
	row = bsearch(&key, t->by_serial, t->count, sizeof(void *), compare_serial);
	*rule = RULE_CERTIFICATE_CA;
	if (row == NULL || (*row)->signer.certificate_len != len || memcmp((*row)->signer.certificate, der, len) != 0)
		return RC_BAD_INPUT;
	*rule = RULE_CERTIFICATE_TIME;
	if (now < cert_not_before(cert) || now > cert_not_after(cert))
		return RC_BAD_INPUT;
	*rule = RULE_CERTIFICATE_IIN;
	return cert_is_organisation(cert) || strcmp(cert_iin(cert), "123456789011") != 0 ? RC_BAD_INPUT : RC_OK;
}

static bool
ours(const struct table *t, const struct entry *e)
{
	struct form_checks checks = { .issued = issued, .certificate = certificate, .arg = (void *)(uintptr_t)t };
	struct form_result result;
	enum rc rc = form_verify(e->document.data, e->document.len, FORM_CONFIRMATION, &checks, &result);

	form_result_free(&result);
	return rc == RC_OK;
}

static int
below(void *top, xmlNodePtr node, xmlNodePtr parent)
{
	const xmlNode *n = node->type == XML_NAMESPACE_DECL ? parent : node;

	while (n != NULL && n != top)
		n = n->parent;
	return n != NULL;
}

static bool
verifies(const struct entry *e, const struct buf *info, const char *value)
{
	struct buf signature = BUF_INIT;
	const uint8_t *der = e->signer.certificate;
	X509 *x = d2i_X509(NULL, &der, (long)e->signer.certificate_len);
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	bool ok = x != NULL && base64_decode(&signature, value, strlen(value)) &&
		  EVP_DigestVerifyInit(ctx, NULL, EVP_sha256(), NULL, X509_get0_pubkey(x)) == 1 &&
		  EVP_DigestVerify(ctx, (const uint8_t *)signature.data, signature.len, (const uint8_t *)info->data, info->len) == 1;

	EVP_MD_CTX_free(ctx);
	X509_free(x);
	buf_free(&signature);
	return ok;
}

static bool
bare(const struct table *t, const struct entry *e)
{
	xmlDoc *doc = xmlReadMemory(e->document.data, (int)e->document.len, NULL, NULL, XML_PARSE_NONET);
	xmlNode *signature = xmlDocGetRootElement(doc)->last, *info = signature->children;
	xmlOutputBuffer *out = xmlAllocOutputBuffer(NULL);
	struct buf octets = BUF_INIT;
	xmlChar *canonical = NULL;
	uint8_t digest[32];
	int len;
	bool ok;

	(void)t;
	xmlC14NExecute(doc, below, info, XML_C14N_EXCLUSIVE_1_0, NULL, 0, out);
	buf_add(&octets, xmlOutputBufferGetContent(out), xmlOutputBufferGetSize(out));
	ok = verifies(e, &octets, (const char *)info->next->children->content);
	xmlUnlinkNode(signature);
	len = xmlC14NDocDumpMemory(doc, NULL, XML_C14N_EXCLUSIVE_1_0, NULL, 0, &canonical);
	hash_sha256(digest, canonical, (size_t)len);
	ok = ok && memcmp(digest, e->digest, sizeof digest) == 0;
	xmlFree(canonical);
	xmlFreeNode(signature);
	xmlOutputBufferClose(out);
	xmlFreeDoc(doc);
	buf_free(&octets);
	return ok;
}

/* About 4 KB when signed, like a confirmation with a long statement. */
static void
entry_make(struct entry *e, size_t i, EVP_PKEY *key, EVP_PKEY *ca, const char *statement)
{
	static const struct shape shape = { .transform = EXC_C14N };
	struct form_header h = { .site = "https://localhost:8443", .issued = clock_now(), .lang = "ru", .statement = statement };
	struct form_citizen person = { "123456789011", "ТЕСТОВ ТЕСТ ТЕСТОВИЧ" };
	uint8_t hash[32] = { (uint8_t)i };
	struct form_application a = { .number = "12345678261123",
		.template_name = "person",
		.origin = "cabinet",
		.email = "a@example.kz",
		.locality = "750000000",
		.store = "PKCS12",
		.created = h.issued,
		.request_auth = hash,
		.request_sign = hash };
	struct buf document = BUF_INIT;

	form_id(h.id);
	h.expires = h.issued + DAY;
	form_make_confirmation(&document, &h, &person, &a, "new", "signed");
	hash_sha256(e->digest, document.data, document.len);
	memset(e->serial, 0x1b, sizeof e->serial);
	e->serial[18] = (uint8_t)(i >> 8);
	e->serial[19] = (uint8_t)i;
	e->signer = signer_make(key, ca, e->serial);
	signer_document(&e->document, document.data, document.len, &e->signer, &shape);
	buf_free(&document);
}

static double
cpu(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static double
timed(bool (*verify)(const struct table *, const struct entry *), const struct table *t)
{
	double before = cpu();

	for (size_t i = 0; i < t->count; i++)
		must(verify(t, &t->entries[i]), "a good document was refused");
	return (cpu() - before) / (double)t->count;
}

static int
ascending(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double
median(double times[ROUNDS])
{
	qsort(times, ROUNDS, sizeof times[0], ascending);
	return times[ROUNDS / 2];
}

/* The same document with one letter of its signature changed must fail, in both. */
static void
refuse_one(const struct table *t)
{
	struct entry e = t->entries[0];
	char *at;

	e.document = (struct buf)BUF_INIT;
	buf_add(&e.document, t->entries[0].document.data, t->entries[0].document.len);
	at = strstr(e.document.data, "<SignatureValue>") + 40;
	*at = *at == 'A' ? 'B' : 'A';
	must(!ours(t, &e) && !bare(t, &e), "a changed document was accepted");
	buf_free(&e.document);
}

static void
table_make(struct table *t, size_t count)
{
	EVP_PKEY *keys[KEYS], *ca = EVP_EC_gen("P-256");
	struct buf statement = BUF_INIT;

	for (size_t i = 0; i < KEYS; i++)
		keys[i] = EVP_RSA_gen(2048);
	while (statement.len < 1000)
		buf_puts(&statement, "Я, ТЕСТОВ ТЕСТ ТЕСТОВИЧ, подтверждаю смену статуса заявки. ");
	*t = (struct table){ .entries = calloc(count, sizeof *t->entries), .count = count };
	t->by_digest = calloc(count, sizeof(void *));
	t->by_serial = calloc(count, sizeof(void *));
	must(t->entries != NULL && t->by_digest != NULL && t->by_serial != NULL, "memory");
	for (size_t i = 0; i < count; i++) {
		entry_make(&t->entries[i], i, keys[i % KEYS], ca, statement.data);
		t->by_digest[i] = t->by_serial[i] = &t->entries[i];
	}
	qsort(t->by_digest, count, sizeof(void *), compare_digest);
	qsort(t->by_serial, count, sizeof(void *), compare_serial);
	buf_free(&statement);
	EVP_PKEY_free(ca);
	for (size_t i = 0; i < KEYS; i++)
		EVP_PKEY_free(keys[i]); /* nothing is signed from here on */
}

int
main(int argc, char **argv)
{
	size_t count = argc > 1 ? strtoul(argv[1], NULL, 10) : 2000, octets = 0;
	double a[ROUNDS], b[ROUNDS];
	struct table t;

	log_open("bench", LOG_LEVEL_WARN);
	must(count > 0 && count <= 65536, "count is 1…65536");
	table_make(&t, count);
	refuse_one(&t);
	timed(ours, &t);
	timed(bare, &t);
	for (int i = 0; i < ROUNDS; i++) {
		a[i] = timed(ours, &t);
		b[i] = timed(bare, &t);
	}
	for (size_t i = 0; i < count; i++)
		octets += t.entries[i].document.len;
	printf("verify: %zu documents of %zu octets, us per document: ours %.1f, bare %.1f; ours/bare %.2f\n", count, octets / count,
	    median(a), median(b), median(a) / median(b));
	return 0;
}
