/*
 * usage: crl_same FILE CA FRESHEST <ENTRIES   Builds OpenSSL's X509_CRL from lines "serial-hex reason seconds" and the numbers and times that FILE, a
 * base CRL of CA, has; exits 0 when the to-be-signed parts are the same octets.
 */
#include <stdio.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "base/buf.h"
#include "base/log.h"
#include "bench.h"
#include "pki/crl.h"

static void
add_entry(X509_CRL *crl, const char *hex, int reason, long seconds)
{
	X509_REVOKED *r = X509_REVOKED_new();
	ASN1_INTEGER *serial = ASN1_INTEGER_new();
	ASN1_TIME *time = ASN1_TIME_set(NULL, seconds);
	BIGNUM *n = NULL;

	bench_check(BN_hex2bn(&n, hex) == 40 && BN_to_ASN1_INTEGER(n, serial) != NULL, hex);
	X509_REVOKED_set_serialNumber(r, serial);
	X509_REVOKED_set_revocationDate(r, time);
	if (reason != 0) {
		ASN1_ENUMERATED *code = ASN1_ENUMERATED_new();

		ASN1_ENUMERATED_set(code, reason);
		X509_REVOKED_add1_ext_i2d(r, NID_crl_reason, code, 0, 0);
		ASN1_ENUMERATED_free(code);
	}
	X509_CRL_add0_revoked(crl, r);
	ASN1_INTEGER_free(serial);
	ASN1_TIME_free(time);
	BN_free(n);
}

static void
add_extension(X509_CRL *crl, X509 *ca, const char *name, const char *value)
{
	X509V3_CTX context;
	X509_EXTENSION *e;

	X509V3_set_ctx(&context, ca, NULL, NULL, crl, 0);
	e = X509V3_EXT_nconf(NULL, &context, name, value);
	bench_check(e != NULL && X509_CRL_add_ext(crl, e, -1) == 1, name);
	X509_EXTENSION_free(e);
}

int
main(int argc, char **argv)
{
	struct crl_info info;
	struct cert *ca;
	struct buf file = BUF_INIT;
	char line[128], *rest, number[32], freshest[256];
	const uint8_t *p;
	unsigned char *tbs = NULL;
	X509_CRL *crl = X509_CRL_new();
	X509 *x509;
	size_t len;
	long seconds;
	int reason, tbs_len, header;

	bench_check(argc == 4, "usage: crl_same FILE CA FRESHEST");
	log_open("crl_same", LOG_LEVEL_WARN);
	bench_check(cert_read_file(&ca, argv[2]) == RC_OK && crl_read(argv[1], ca, NULL, NULL, &info) == RC_OK, "no CRL of this CA");
	p = cert_der(ca, &len);
	x509 = d2i_X509(NULL, &p, (long)len);
	X509_CRL_set_version(crl, X509_CRL_VERSION_2);
	X509_CRL_set_issuer_name(crl, X509_get_subject_name(x509));
	X509_CRL_set1_lastUpdate(crl, ASN1_TIME_set(NULL, info.this_update / SECOND));
	X509_CRL_set1_nextUpdate(crl, ASN1_TIME_set(NULL, info.next_update / SECOND));
	while (fgets(line, sizeof(line), stdin) != NULL) {
		bench_check(strlen(line) > 41, line);
		line[40] = '\0';
		reason = (int)strtol(line + 41, &rest, 10);
		seconds = strtol(rest, NULL, 10);
		add_entry(crl, line, reason, seconds);
	}
	snprintf(number, sizeof(number), "%llu", (unsigned long long)info.number);
	snprintf(freshest, sizeof(freshest), "URI:%s", argv[3]);
	add_extension(crl, x509, "authorityKeyIdentifier", "keyid:always");
	{
		ASN1_INTEGER *n = s2i_ASN1_INTEGER(NULL, number);

		bench_check(X509_CRL_add1_ext_i2d(crl, NID_crl_number, n, 0, 0) == 1, "number");
	}
	add_extension(crl, x509, "freshestCRL", freshest);
	/* its signature gives the algorithm; the octets of the signature do not matter here */
	bench_check(X509_CRL_sign(crl, EVP_RSA_gen(2048), EVP_sha256()) > 0, "sign");
	tbs_len = i2d_re_X509_CRL_tbs(crl, &tbs);
	bench_check(buf_read_file(&file, argv[1], 1U << 30), "file");
	header = 2 + ((uint8_t)file.data[1] >= 0x80 ? (uint8_t)file.data[1] & 0x7f : 0);
	bench_check(tbs_len > 0 && file.len > (size_t)header + (size_t)tbs_len && memcmp(file.data + header, tbs, (size_t)tbs_len) == 0,
	    "to-be-signed parts differ");
	printf("%d octets to be signed, as OpenSSL's X509_CRL has them\n", tbs_len);
	return 0;
}
