/*
 * cabinet-audit verify-form FILE --ca DIR [--at TIME] [--issued FILE] [--request FILE] [--arc OID]
 *
 * Checks again, from files alone, what the cabinet checked when it accepted a signed document. Exit status: 0 accepted; 1 refused; 2 wrong words or
 * files.
 */
#include <stdio.h>
#include <string.h>

#include "audit.h"
#include "base/log.h"

#define DEMO_ARC "1.3.6.1.4.1.32473"

static const char help[] =
    "usage: cabinet-audit verify-form FILE --ca DIR [--at TIME] [--issued FILE] [--request FILE] [--arc OID]\n"
    "\n"
    "Checks a signed document of the cabinet, whoever's program signed it, by all rules that files can tell, and prints\n"
    "one line for each: the rule, \"ok\", \"refused\", \"not checked\" or \"not reached\", and why.\n"
    "\n"
    "  --ca DIR        pinned CA certificates and, if there are any, their CRLs: *.pem, *.cer, *.crt, *.der, *.crl; PEM or DER\n"
    "  --at TIME       as of then, 2026-11-23T10:00:00Z; otherwise now\n"
    "  --issued FILE   the document as it was issued: the signed one must be the same, but for its signature\n"
    "  --request FILE  for a proof: the request whose key must have signed (PKCS#10; PEM, base64 or DER)\n"
    "  --arc OID       where the object identifiers of roles begin; otherwise " DEMO_ARC "\n"
    "\n"
    "Exit status: 0 accepted; 1 refused; 2 wrong words or files.\n";

static int
usage(void)
{
	fputs(help, stderr);
	return EXIT_USAGE;
}

static bool
take_words(struct verify_form *v, int argc, char **argv)
{
	const char *at = NULL;
	const struct {
		const char *word;
		const char **value;
	} words[] = { { "--ca", &v->ca }, { "--at", &at }, { "--issued", &v->issued }, { "--request", &v->request }, { "--arc", &v->arc } };

	for (int i = 0; i < argc; i++) {
		size_t n = 0;

		while (n < sizeof(words) / sizeof(words[0]) && strcmp(words[n].word, argv[i]) != 0)
			n++;
		if (n < sizeof(words) / sizeof(words[0])) {
			if (i + 1 == argc || *words[n].value != NULL)
				return false;
			*words[n].value = argv[++i];
		} else if (argv[i][0] == '-' || v->file != NULL)
			return false;
		else
			v->file = argv[i];
	}
	if (v->arc == NULL)
		v->arc = DEMO_ARC;
	v->at = clock_now();
	return v->file != NULL && v->ca != NULL && (at == NULL || clock_iso_parse(&v->at, at));
}

int
main(int argc, char **argv)
{
	struct verify_form asked = { .file = NULL };

	/* refusals are in the report; what is wrong with a file of the folder is said by its name */
	log_open("audit", LOG_LEVEL_ERROR);
	if (argc == 2 && strcmp(argv[1], "--help") == 0) {
		fputs(help, stdout);
		return EXIT_GOOD;
	}
	if (argc < 3 || strcmp(argv[1], "verify-form") != 0 || !take_words(&asked, argc - 2, argv + 2))
		return usage();
	return verify_form(&asked);
}
