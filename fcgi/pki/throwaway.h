/*
 * A signature that is worth nothing, around octets that the CA is about to sign: so that linters and parsers of others can read what will be issued
 * while it does not count yet. The key lives in this process alone and is of the CA's kind, but so small that nobody could mistake it for one to trust.
 */
#ifndef CABINET_PKI_THROWAWAY_H
#define CABINET_PKI_THROWAWAY_H

#include "base/buf.h"
#include "base/rc.h"

/* Appends a certificate, DER, around a TBSCertificate. RC_INTERNAL: no key could be made. */
MUST_USE enum rc throwaway_certificate(struct buf *der, const void *tbs, size_t len);

#endif
