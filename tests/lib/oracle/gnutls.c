/*
 * gnutls crl ROOT CA ROOT-CRL CRL CERTIFICATE…       what GnuTLS says of each certificate with these lists, PEM
 * gnutls ocsp ROOT CA CERTIFICATE…                   the same by the OCSP answer in CERTIFICATE.ocsp, DER, verified against CA and root
 * A line each: the file, then "good", "revoked", "unknown" or "error …". For tests alone.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <gnutls/gnutls.h>
#include <gnutls/ocsp.h>
#include <gnutls/x509.h>

static gnutls_x509_trust_list_t trusted;
static gnutls_x509_crt_t ca;

static void
must(int ok, const char *what)
{
	if (ok)
		return;
	fprintf(stderr, "%s\n", what);
	exit(2);
}

static gnutls_x509_crt_t
certificate(const char *path)
{
	gnutls_datum_t text;
	gnutls_x509_crt_t c;

	must(gnutls_load_file(path, &text) == 0 && gnutls_x509_crt_init(&c) == 0 &&
		 gnutls_x509_crt_import(c, &text, GNUTLS_X509_FMT_PEM) == 0,
	    path);
	gnutls_free(text.data);
	return c;
}

static void
trust_crl(const char *path)
{
	gnutls_datum_t text;
	gnutls_x509_crl_t crl;

	must(gnutls_load_file(path, &text) == 0 && gnutls_x509_crl_init(&crl) == 0 &&
		 gnutls_x509_crl_import(crl, &text, GNUTLS_X509_FMT_PEM) == 0,
	    path);
	must(gnutls_x509_trust_list_add_crls(trusted, &crl, 1, GNUTLS_TL_VERIFY_CRL, 0) == 1, "CRL does not verify");
	gnutls_free(text.data);
}

static void
by_crl(const char *path)
{
	gnutls_x509_crt_t chain[2] = { certificate(path), ca };
	unsigned said = 0;
	int rc = gnutls_x509_trust_list_verify_crt(trusted, chain, 2, 0, &said, NULL);

	if (rc == 0 && (said & GNUTLS_CERT_REVOKED) != 0)
		printf("%s revoked\n", path);
	else if (rc == 0 && said == 0)
		printf("%s good\n", path);
	else
		printf("%s error %d %x\n", path, rc, said);
	gnutls_x509_crt_deinit(chain[0]);
}

static void
by_ocsp(const char *path)
{
	static const char *const words[] = { "good", "revoked", "unknown" };
	gnutls_x509_crt_t c = certificate(path);
	gnutls_ocsp_resp_t answer;
	gnutls_datum_t der;
	unsigned said = 0, status = 0;
	char file[4096];

	snprintf(file, sizeof(file), "%s.ocsp", path);
	must(gnutls_load_file(file, &der) == 0 && gnutls_ocsp_resp_init(&answer) == 0, file);
	if (gnutls_ocsp_resp_import(answer, &der) != 0 || gnutls_ocsp_resp_verify(answer, trusted, &said, 0) != 0 || said != 0)
		printf("%s error does not verify, %x\n", path, said);
	else if (gnutls_ocsp_resp_check_crt(answer, 0, c) != 0 ||
		 gnutls_ocsp_resp_get_single(answer, 0, NULL, NULL, NULL, NULL, &status, NULL, NULL, NULL, NULL) != 0 || status > 2)
		printf("%s error another certificate's\n", path);
	else
		printf("%s %s\n", path, words[status]);
	gnutls_free(der.data);
	gnutls_ocsp_resp_deinit(answer);
	gnutls_x509_crt_deinit(c);
}

int
main(int argc, char **argv)
{
	int is_ocsp = argc > 1 && strcmp(argv[1], "ocsp") == 0;
	gnutls_x509_crt_t root;

	must(argc > (is_ocsp ? 4 : 6), "usage: gnutls crl ROOT CA ROOT-CRL CRL CERTIFICATE… | ocsp ROOT CA CERTIFICATE…");
	root = certificate(argv[2]);
	ca = certificate(argv[3]);
	must(gnutls_x509_trust_list_init(&trusted, 0) == 0 && gnutls_x509_trust_list_add_cas(trusted, &root, 1, 0) == 1 &&
		 gnutls_x509_trust_list_add_cas(trusted, &ca, 1, 0) == 1,
	    "trust");
	if (!is_ocsp)
		for (int i = 4; i < 6; i++)
			trust_crl(argv[i]);
	for (int i = is_ocsp ? 4 : 6; i < argc; i++)
		(is_ocsp ? by_ocsp : by_crl)(argv[i]);
	return 0;
}
