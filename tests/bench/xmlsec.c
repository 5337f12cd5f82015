/*
 * xmlsec FOLDER: a peer of bench.h. libxmlsec1 as its own example verifies: the certificate of KeyInfo, its chain to the root, the signature. It
 * insists on a chain to a root; it is given no CRL. Of its many ways to accept, none is open but the ones of these documents.
 */
#include <libxml/parser.h>
#include <xmlsec/crypto.h>
#include <xmlsec/errors.h>
#include <xmlsec/xmldsig.h>
#include <xmlsec/xmlsec.h>
#include <xmlsec/xmltree.h>

#include "bench.h"

struct peer {
	struct buf *documents;
	size_t count;
	xmlSecKeysMngrPtr keys;
};

static bool
verify_octets(const struct peer *p, const struct buf *octets)
{
	xmlDocPtr doc = xmlReadMemory(octets->data, (int)octets->len, NULL, NULL, XML_PARSE_NONET);
	xmlSecDSigCtxPtr context = xmlSecDSigCtxCreate(p->keys);
	xmlNodePtr node;
	bool ok;

	bench_check(doc != NULL && context != NULL, "memory");
	node = xmlSecFindNode(xmlDocGetRootElement(doc), xmlSecNodeSignature, xmlSecDSigNs);
	context->enabledReferenceUris = xmlSecTransformUriTypeEmpty;
	xmlSecPtrListAdd(&context->keyInfoReadCtx.enabledKeyData, BAD_CAST xmlSecKeyDataX509Id);
	/* 0 alone says nothing about the signature */
	ok = node != NULL && xmlSecDSigCtxVerify(context, node) == 0 && context->status == xmlSecDSigStatusSucceeded;
	xmlSecDSigCtxDestroy(context);
	xmlFreeDoc(doc);
	return ok;
}

static bool
verify(void *arg, size_t i)
{
	const struct peer *p = arg;

	return verify_octets(p, &p->documents[i]);
}

static void
certificate_load(const struct peer *p, const char *folder, const char *name, xmlSecKeyDataType type)
{
	char path[4096];

	snprintf(path, sizeof(path), "%s/ca/%s", folder, name);
	bench_check(xmlSecCryptoAppKeysMngrCertLoad(p->keys, path, xmlSecKeyDataFormatPem, type) == 0, path);
}

static void
say_nothing(const char *file, int line, const char *func, const char *object, const char *subject, int reason, const char *message)
{
	(void)file, (void)line, (void)func, (void)object, (void)subject, (void)reason, (void)message;
}

int
main(int argc, char **argv)
{
	struct peer p = { 0 };
	struct buf one = BUF_INIT, changed;

	bench_check(argc == 2, "usage: xmlsec FOLDER");
	xmlInitParser();
	bench_check(xmlSecInit() == 0 && xmlSecCryptoAppInit(NULL) == 0 && xmlSecCryptoInit() == 0, "libxmlsec1");
	xmlSecErrorsSetCallback(say_nothing);
	p.keys = xmlSecKeysMngrCreate();
	bench_check(p.keys != NULL && xmlSecCryptoAppDefaultKeysMngrInit(p.keys) == 0, "keys");
	certificate_load(&p, argv[1], "root.pem", xmlSecKeyDataTypeTrusted);
	certificate_load(&p, argv[1], "ca.pem", xmlSecKeyDataTypeNone);
	while (bench_read(&one, argv[1], p.count, "xml"))
		p.count++;
	buf_free(&one);
	bench_check(p.count > 0 && (p.documents = calloc(p.count, sizeof(*p.documents))) != NULL, "no documents");
	for (size_t i = 0; i < p.count; i++)
		bench_check(bench_read(&p.documents[i], argv[1], i, "xml"), "files");
	changed = bench_changed(&p.documents[0]);
	bench_check(!verify_octets(&p, &changed), "a changed document was accepted");
	buf_free(&changed);
	bench_serve(verify, &p, p.count);
	return 0;
}
