/*
 * nss crl DATABASE CERTIFICATE…      what NSS says of each certificate (PEM) with the CAs and CRLs of its database
 * nss ocsp DATABASE CERTIFICATE…     the same by OCSP: NSS asks the address that the certificate names, and takes no answer for a failure
 * A line each: the file, then "good", "revoked" or "error NUMBER". For tests alone.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cert.h>
#include <nss.h>
#include <nssb64.h>
#include <ocsp.h>
#include <secerr.h>
#include <secport.h>

static void
must(int ok, const char *what)
{
	if (ok)
		return;
	fprintf(stderr, "%s: %d\n", what, PORT_GetError());
	exit(2);
}

static CERTCertificate *
certificate(const char *path)
{
	static char text[65536];
	FILE *file = fopen(path, "r");
	char *begin, *end;
	SECItem *der;
	CERTCertificate *c;
	size_t n;

	must(file != NULL, path);
	n = fread(text, 1, sizeof(text) - 1, file);
	fclose(file);
	text[n] = '\0';
	begin = strstr(text, "-----BEGIN CERTIFICATE-----");
	end = strstr(text, "-----END CERTIFICATE-----");
	must(begin != NULL && end != NULL, path);
	begin += strlen("-----BEGIN CERTIFICATE-----");
	der = NSSBase64_DecodeBuffer(NULL, NULL, begin, (unsigned)(end - begin));
	must(der != NULL, path);
	c = CERT_NewTempCertificate(CERT_GetDefaultCertDB(), der, NULL, PR_FALSE, PR_TRUE);
	must(c != NULL, path);
	SECITEM_FreeItem(der, PR_TRUE);
	return c;
}

int
main(int argc, char **argv)
{
	CERTCertDBHandle *db;

	must(argc > 3 && NSS_Init(argv[2]) == SECSuccess, "usage: nss crl|ocsp DATABASE CERTIFICATE…");
	db = CERT_GetDefaultCertDB();
	if (strcmp(argv[1], "ocsp") == 0)
		must(CERT_EnableOCSPChecking(db) == SECSuccess &&
			 CERT_SetOCSPFailureMode(ocspMode_FailureIsVerificationFailure) == SECSuccess,
		    "OCSP");
	for (int i = 3; i < argc; i++) {
		CERTCertificate *c = certificate(argv[i]);

		if (CERT_VerifyCertificateNow(db, c, PR_TRUE, certificateUsageEmailSigner, NULL, NULL) == SECSuccess)
			printf("%s good\n", argv[i]);
		else if (PORT_GetError() == SEC_ERROR_REVOKED_CERTIFICATE)
			printf("%s revoked\n", argv[i]);
		else
			printf("%s error %d\n", argv[i], PORT_GetError());
		CERT_DestroyCertificate(c);
	}
	return NSS_Shutdown() == SECSuccess ? 0 : 2;
}
