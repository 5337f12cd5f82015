/* The rules of fcgi/form, with files in place of the register. What only the register knows is said to be not checked. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "audit.h"
#include "base/encode.h"
#include "form/form.h"
#include "pki/csr.h"

#define FILE_SIZE_MAX (1024 * 1024) /* over FORM_MAX, so that it is the rule that refuses */

struct audit {
	const struct verify_form *asked;
	struct chain *chain;
	struct buf issued;	     /* the document to compare with; empty: none */
	enum form_kind kind;	     /* that the signed one was taken for */
	struct form_content content; /* of what was signed, once it is known to be one of ours */
	struct chain_result path;
	char detail[200]; /* of a refusal that one of the callbacks decided */
};

static enum rc
refuse(struct audit *a, enum form_rule *rule, enum form_rule broken, const char *detail)
{
	snprintf(a->detail, sizeof(a->detail), "%s", detail);
	*rule = broken;
	return RC_BAD_INPUT;
}

static enum rc
check_document(void *arg, const char *canonical, size_t len, enum form_rule *rule)
{
	struct audit *a = arg;

	if (a->asked->issued != NULL && (a->issued.len != len || memcmp(buf_text(&a->issued), canonical, len) != 0))
		return refuse(a, rule, RULE_DOCUMENT, "not the document of --issued");
	form_content_free(&a->content);
	if (form_content_parse(&a->content, canonical, len) != RC_OK || a->content.kind != a->kind)
		return refuse(a, rule, RULE_DOCUMENT, "not a document as the cabinet makes them");
	if (a->asked->at < a->content.issued || a->asked->at >= a->content.expires)
		return refuse(a, rule, RULE_EXPIRED, "that time is outside of the document's life");
	return RC_OK;
}

static const char *
detail_of(const struct audit *a, enum form_rule rule)
{
	if (rule == RULE_CERTIFICATE_CA)
		return a->path.detail;
	if (rule == RULE_CERTIFICATE_REVOKED)
		return a->path.revocation == CHAIN_STALE ? "no CRL of its CA is in force at that time" : "on the CRL of its CA";
	return rule == RULE_CERTIFICATE_IIN ? "the document is another person's" : "";
}

static enum rc
check_certificate(void *arg, const struct cert *cert, enum form_rule *rule)
{
	static const enum cert_purpose purposes[] = { [FORM_LOGIN] = PURPOSE_AUTH,
		[FORM_CONFIRMATION] = PURPOSE_SIGN,
		[FORM_REVOCATION] = PURPOSE_SIGN,
		[FORM_DECISION] = PURPOSE_OPERATOR };
	struct audit *a = arg;
	struct form_demand demand = { .purpose = purposes[a->kind], .oid_arc = a->asked->arc };
	struct form_standing standing = { .now = a->asked->at };
	enum form_rule broken;

	/* a decision names the applicant, not the operator; a login nobody */
	if (a->kind == FORM_CONFIRMATION || a->kind == FORM_REVOCATION)
		demand.iin = a->content.iin;
	chain_verify(a->chain, cert, a->asked->at, &a->path);
	standing.trusted = a->path.trusted;
	standing.revoked = a->path.revocation == CHAIN_REVOKED || a->path.revocation == CHAIN_STALE;
	broken = form_signer_rule(cert, &standing, &demand);
	return broken == RULE_NONE ? RC_OK : refuse(a, rule, broken, detail_of(a, broken));
}

static void
print_certificate(const struct cert *cert)
{
	char serial[SERIAL_HEX_SIZE], from[CLOCK_ISO_SIZE], until[CLOCK_ISO_SIZE];
	uint8_t octets[SERIAL_SIZE];

	cert_serial(cert, octets);
	hex_encode(serial, octets, sizeof(octets));
	clock_iso(from, cert_not_before(cert));
	clock_iso(until, cert_not_after(cert));
	printf("signer\t%s\nserial\t%s\nissuer\t%s\nvalid\t%s\t%s\nkey\t%s\n", cert_subject(cert), serial, cert_issuer(cert), from, until,
	    cert_algorithm(cert));
}

/* Why a rule that was kept was not looked at; NULL: it was. */
static const char *
not_checked(const struct audit *a, enum form_rule rule)
{
	if (rule == RULE_OWNER || rule == RULE_USED)
		return "needs the register";
	if (a->kind == FORM_PROOF && rule >= RULE_CERTIFICATE && rule <= RULE_CERTIFICATE_IIN)
		return "a proof has no certificate";
	if (a->kind != FORM_PROOF && rule == RULE_CERTIFICATE_REVOKED && a->path.revocation == CHAIN_NO_CRL)
		return "no CRL of its CA in the folder";
	if (rule == RULE_CERTIFICATE_IIN && a->content.kind != FORM_CONFIRMATION && a->content.kind != FORM_REVOCATION)
		return "the document names no signer";
	return NULL;
}

static void
print_rules(const struct audit *a, const struct form_result *result)
{
	const char *why, *detail = a->detail[0] != '\0' ? a->detail : result->detail;

	for (enum form_rule rule = RULE_NONE + 1; rule < RULE_COUNT; rule++)
		if (rule == result->rule)
			printf("%s\trefused\t%s\n", form_rule_name(rule), detail);
		else if ((result->passed & 1U << rule) == 0)
			printf("%s\tnot reached\n", form_rule_name(rule));
		else if ((why = not_checked(a, rule)) != NULL)
			printf("%s\tnot checked\t%s\n", form_rule_name(rule), why);
		else if (rule == RULE_DOCUMENT && a->asked->issued == NULL)
			printf("%s\tok\tas the cabinet makes them; not compared with an issued one\n", form_rule_name(rule));
		else if (rule == RULE_CERTIFICATE_CA)
			printf("%s\tok\t%s\n", form_rule_name(rule), a->path.detail);
		else
			printf("%s\tok\n", form_rule_name(rule));
}

static int
report(const struct audit *a, const struct form_result *result)
{
	char at[CLOCK_ISO_SIZE];

	clock_iso(at, a->asked->at);
	printf("document\t%s\nat\t%s\n", result->rule != RULE_NONE && result->rule <= RULE_KIND ? "unknown" : form_kind_name(a->kind), at);
	if (result->certificate != NULL)
		print_certificate(result->certificate);
	print_rules(a, result);
	printf("verdict\t%s\t%s\n", result->rule == RULE_NONE ? "accepted" : "refused", form_rule_name(result->rule));
	return result->rule == RULE_NONE ? EXIT_GOOD : EXIT_REFUSED;
}

/* Taken for each kind in turn; the first that does not break the rule of the kind decides. */
static int
try_kinds(struct audit *a, const struct buf *document, const struct csr *request)
{
	const struct form_checks checks = { .issued = check_document,
		.certificate = check_certificate,
		.arg = a,
		.spki = request->spki != NULL ? request->spki : (const uint8_t *)"",
		.spki_len = request->spki_len };
	struct form_result result = { .rule = RULE_KIND };
	int status = EXIT_USAGE;
	enum rc rc = RC_BAD_INPUT;

	for (a->kind = FORM_LOGIN; result.rule == RULE_KIND; a->kind++) {
		form_result_free(&result);
		rc = form_verify(buf_text(document), document->len, a->kind, &checks, &result);
		if (result.rule != RULE_KIND || a->kind == FORM_DECISION)
			break;
	}
	if (rc != RC_OK && rc != RC_BAD_INPUT)
		fprintf(stderr, "cabinet-audit: %s: could not be checked\n", a->asked->file);
	else if (a->kind == FORM_PROOF && request->spki == NULL)
		fprintf(stderr, "cabinet-audit: %s: a proof is by the key of a request: give --request\n", a->asked->file);
	else
		status = report(a, &result);
	form_result_free(&result);
	return status;
}

static bool
read_file(struct buf *out, const char *path)
{
	bool ok = buf_read_file(out, path, FILE_SIZE_MAX);

	if (!ok)
		perror(path);
	return ok;
}

static bool
read_request(struct csr *out, const char *path)
{
	struct buf file = BUF_INIT;
	enum csr_fault fault = CSR_MALFORMED;
	bool ok = read_file(&file, path) && (csr_parse(out, buf_text(&file), file.len, NULL, &fault) == RC_OK ||
						csr_parse_der(out, (const uint8_t *)buf_text(&file), file.len, NULL, &fault) == RC_OK);

	if (!ok)
		fprintf(stderr, "cabinet-audit: %s: no request that is accepted: %s\n", path, csr_fault_name(fault));
	buf_free(&file);
	return ok;
}

int
verify_form(const struct verify_form *asked)
{
	struct audit a = { .asked = asked, .chain = chain_new() };
	struct buf document = BUF_INIT;
	struct csr request = { 0 };
	int status = EXIT_USAGE;

	if (folder_read(a.chain, asked->ca) && read_file(&document, asked->file) &&
	    (asked->issued == NULL || read_file(&a.issued, asked->issued)) &&
	    (asked->request == NULL || read_request(&request, asked->request)))
		status = try_kinds(&a, &document, &request);
	form_content_free(&a.content);
	csr_free(&request);
	buf_free(&a.issued);
	buf_free(&document);
	chain_free(a.chain);
	return status;
}
