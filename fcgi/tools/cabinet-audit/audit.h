/* Shared by the files of cabinet-audit. Everything is read from files; no configuration, no database, no network. */
#ifndef CABINET_TOOLS_AUDIT_H
#define CABINET_TOOLS_AUDIT_H

#include "pki/chain.h"

enum { EXIT_GOOD = 0, EXIT_REFUSED = 1, EXIT_USAGE = 2 };

/* Every *.pem, *.cer, *.crt, *.der and *.crl of the folder: CAs are pinned, CRLs kept. false: a file that is none of that, or no CA (said). */
bool folder_read(struct chain *, const char *path);

struct verify_form {
	const char *file, *ca, *arc;
	const char *issued, *request; /* NULL: not given */
	instant at;
};
/* Prints each rule and what came of it, then the verdict. Returns EXIT_GOOD, EXIT_REFUSED, or EXIT_USAGE when it could not be found out (said). */
int verify_form(const struct verify_form *);

#endif
