/*
 * verify ours|foreign|bare FOLDER: a peer of bench.h.
 *   ours     form_verify with every rule. Issued documents, certificates and revocations come from tables in memory that stand for the rows; the
 *            CA's signature over the certificate is checked each time
 *   foreign  the same for certificates of a pinned CA that is not ours: no row to be equal to, a path by X509_verify_cert instead
 *   bare     no rule at all: parse, C14N of the document and SHA-256, C14N of SignedInfo, key out of the certificate, RSA verify
 */
#include <libxml/c14n.h>
#include <libxml/parser.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include "base/encode.h"
#include "base/hash.h"
#include "base/log.h"
#include "base/mem.h"
#include "bench.h"
#include "form/form.h"
#include "pki/chain.h"
#include "pki/crl.h"

#define OID_ARC "1.3.6.1.4.1.32473"

struct entry {
	struct buf document;	/* signed */
	struct buf certificate; /* DER */
	uint8_t digest[32];	/* of the issued document */
	uint8_t serial[20];
};

struct table {
	struct entry *entries;
	const struct entry **by_digest, **by_serial;
	size_t count;
	struct cert *ca;
	struct chain *chain; /* NULL: certificates are our own */
	uint8_t (*revoked)[20];
	size_t revoked_count;
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

static int
compare_revoked(const void *a, const void *b)
{
	return memcmp(a, b, 20);
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

/* Octet-equal to the row, and signed by the CA; or with a path. */
static bool
is_trusted(const struct table *t, const struct entry *wanted, const struct cert *cert, instant now)
{
	const struct entry *const *row;
	struct chain_result path;
	const uint8_t *der;
	size_t len;

	if (t->chain != NULL) {
		chain_verify(t->chain, cert, now, &path);
		return path.trusted;
	}
	der = cert_der(cert, &len);
	row = bsearch(&wanted, t->by_serial, t->count, sizeof(void *), compare_serial);
	return row != NULL && (*row)->certificate.len == len && memcmp((*row)->certificate.data, der, len) == 0 &&
	       cert_is_signed_by(cert, t->ca);
}

/* As certificate_db_check. */
static enum rc
certificate(void *arg, const struct cert *cert, enum form_rule *rule)
{
	static const struct form_demand demand = { .purpose = PURPOSE_SIGN, .oid_arc = OID_ARC, .iin = BENCH_IIN };
	const struct table *t = arg;
	struct form_standing standing = { .now = clock_now() };
	struct entry wanted;

	cert_serial(cert, wanted.serial);
	standing.trusted = is_trusted(t, &wanted, cert, standing.now);
	standing.revoked = bsearch(wanted.serial, t->revoked, t->revoked_count, 20, compare_revoked) != NULL;
	*rule = form_signer_rule(cert, &standing, &demand);
	return *rule == RULE_NONE ? RC_OK : RC_BAD_INPUT;
}

static bool
ours(struct table *t, const struct entry *e)
{
	struct form_checks checks = { .issued = issued, .certificate = certificate, .arg = t };
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
	const uint8_t *der = (const uint8_t *)e->certificate.data;
	X509 *x = d2i_X509(NULL, &der, (long)e->certificate.len);
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
bare(struct table *t, const struct entry *e)
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

struct peer {
	struct table table;
	bool (*verify)(struct table *, const struct entry *);
};

static bool
verify(void *arg, size_t i)
{
	struct peer *p = arg;

	return p->verify(&p->table, &p->table.entries[i]);
}

/* What was issued: the document without what the signer added, as the server keeps it. */
static void
digest_of(uint8_t out[32], const struct buf *document)
{
	const char *begin = strstr(document->data, "<Signature "), *end = strstr(document->data, "</Signature>");
	struct buf text = BUF_INIT;

	bench_check(begin != NULL && end != NULL, "no signature");
	buf_add(&text, document->data, (size_t)(begin - document->data));
	buf_puts(&text, end + strlen("</Signature>"));
	hash_sha256(out, text.data, text.len);
	buf_free(&text);
}

static bool
add_revoked(void *arg, const struct crl_entry *entry)
{
	struct table *t = arg;

	if (t->revoked != NULL)
		memcpy(t->revoked[t->revoked_count], entry->serial, 20);
	t->revoked_count++;
	return true;
}

static void
table_load(struct table *t, const char *folder)
{
	char *ca = mem_format("%s/ca/ca.pem", folder), *crl = mem_format("%s/ca.crl", folder);
	struct buf text = BUF_INIT;
	struct crl_info info;

	while (bench_read(&text, folder, t->count, "xml"))
		t->count++;
	buf_free(&text);
	bench_check(t->count > 0, "no documents");
	t->entries = mem_zero(t->count, sizeof(*t->entries));
	t->by_digest = mem_zero(t->count, sizeof(void *));
	t->by_serial = mem_zero(t->count, sizeof(void *));
	for (size_t i = 0; i < t->count; i++) {
		struct entry *e = &t->entries[i];

		bench_check(bench_read(&e->document, folder, i, "xml") && bench_read(&e->certificate, folder, i, "cer"), "files");
		digest_of(e->digest, &e->document);
		bench_serial(e->serial, i);
		t->by_digest[i] = t->by_serial[i] = e;
	}
	qsort(t->by_digest, t->count, sizeof(void *), compare_digest);
	qsort(t->by_serial, t->count, sizeof(void *), compare_serial);
	bench_check(cert_read_file(&t->ca, ca) == RC_OK && crl_read(crl, t->ca, add_revoked, t, &info) == RC_OK, "CA and its CRL");
	t->revoked = mem_zero(t->revoked_count + 1, sizeof(*t->revoked));
	t->revoked_count = 0;
	bench_check(crl_read(crl, t->ca, add_revoked, t, &info) == RC_OK, "CRL");
	free(ca);
	free(crl);
}

int
main(int argc, char **argv)
{
	struct peer p = { 0 };
	struct entry changed;

	bench_check(argc == 3, "usage: verify ours|foreign|bare FOLDER");
	log_open("bench", LOG_LEVEL_WARN);
	p.verify = strcmp(argv[1], "bare") == 0 ? bare : ours;
	table_load(&p.table, argv[2]);
	if (strcmp(argv[1], "foreign") == 0) {
		p.table.chain = chain_new();
		bench_check(chain_add_ca(p.table.chain, p.table.ca) == RC_OK, "CA is not pinned");
	}
	changed = p.table.entries[0];
	changed.document = bench_changed(&changed.document);
	bench_check(!p.verify(&p.table, &changed), "a changed document was accepted");
	buf_free(&changed.document);
	bench_serve(verify, &p, p.table.count);
	return 0;
}
