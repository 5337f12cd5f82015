/* Own checks before a signature, failing closed: each names the clause it enforces. A second reader (OpenSSL's) of what issue.c wrote. */
#ifndef CABINET_PKI_LINT_H
#define CABINET_PKI_LINT_H

#include "pki/cert.h"
#include "pki/profile.h"

/*
 * All rules over a TBSCertificate about to be signed by ca under profile. RC_OK, or RC_BAD_INPUT with *clause (static, "RFC 5280 section 4.2.1.3: …").
 */
MUST_USE enum rc lint_tbs(const void *tbs, size_t len, const struct cert *ca, const struct profile *profile, const char **clause);

#endif
