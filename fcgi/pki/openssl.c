#include <string.h>
#include <time.h>

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/obj_mac.h>

#include "base/encode.h"
#include "base/log.h"
#include "pki/der.h"
#include "pki/openssl.h"

#define NAME_MAX_SIZE 1000
#define KEYS_REMEMBERED 4

void
openssl_warn(const char *event, const char *subject, const char *what)
{
	char text[160];
	unsigned long error = ERR_get_error();

	if (error == 0)
		log_warn(event, "%s: %s", subject, what);
	else {
		ERR_error_string_n(error, text, sizeof(text));
		log_warn(event, "%s: %s: %s", subject, what, text);
	}
	ERR_clear_error();
}

struct remembered {
	struct key *key;
	EVP_PKEY *decoded; /* by OpenSSL, of what is outside the accepted set */
};

static struct remembered *
recall(const uint8_t *spki, size_t len)
{
	static struct remembered last[KEYS_REMEMBERED];
	static size_t turn;
	const uint8_t *own;
	size_t own_len;

	for (size_t i = 0; i < KEYS_REMEMBERED; i++)
		if (last[i].key != NULL && (own = key_spki(last[i].key, &own_len)) != NULL && own_len == len && memcmp(own, spki, len) == 0)
			return &last[i];
	turn = (turn + 1) % KEYS_REMEMBERED;
	key_free(last[turn].key);
	EVP_PKEY_free(last[turn].decoded);
	last[turn].key = key_read(spki, len);
	last[turn].decoded = NULL;
	return &last[turn];
}

struct key *
key_recall(const uint8_t *spki, size_t len)
{
	return recall(spki, len)->key;
}

EVP_PKEY *
key_of(const uint8_t *spki, size_t len)
{
	struct remembered *r = recall(spki, len);
	const uint8_t *p = spki;

	if (key_evp(r->key) != NULL)
		return key_evp(r->key);
	if (r->decoded == NULL && ((r->decoded = d2i_PUBKEY(NULL, &p, (long)len)) == NULL || p != spki + len)) {
		EVP_PKEY_free(r->decoded);
		r->decoded = NULL;
	}
	return r->decoded;
}

static bool
rsa_is_accepted(const EVP_PKEY *key, int bits)
{
	BIGNUM *e = NULL;
	bool ok = false;

	if (EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_RSA_E, &e) == 1)
		ok = BN_is_odd(e) && BN_num_bits(e) >= 17 && BN_num_bits(e) <= 64;
	BN_free(e);
	return ok && bits >= KEY_RSA_MIN && bits <= KEY_RSA_MAX;
}

bool
key_describe(EVP_PKEY *key, char out[KEY_ALGORITHM_SIZE])
{
	char curve[32];
	int bits, explicit_curve = 1;

	snprintf(out, KEY_ALGORITHM_SIZE, "unknown");
	if (key == NULL)
		return false;
	bits = EVP_PKEY_get_bits(key);
	if (EVP_PKEY_is_a(key, "RSA") && bits > 0 && bits < 100000) {
		snprintf(out, KEY_ALGORITHM_SIZE, "RSA-%d", bits);
		return rsa_is_accepted(key, bits);
	}
	if (EVP_PKEY_is_a(key, "EC") && EVP_PKEY_get_utf8_string_param(key, OSSL_PKEY_PARAM_GROUP_NAME, curve, sizeof(curve), NULL) == 1 &&
	    EVP_PKEY_get_int_param(key, OSSL_PKEY_PARAM_EC_DECODED_FROM_EXPLICIT_PARAMS, &explicit_curve) == 1 && explicit_curve == 0 &&
	    strcmp(curve, "prime256v1") == 0) {
		snprintf(out, KEY_ALGORITHM_SIZE, "EC-P256");
		return true;
	}
	return false;
}

static bool
is_canonical_rsa(EVP_PKEY *key, const uint8_t *spki, size_t len)
{
	BIGNUM *n = NULL, *e = NULL;
	struct buf out = BUF_INIT;
	uint8_t octets[KEY_RSA_MAX / 8];
	size_t outer = der_begin(&out, DER_SEQUENCE), algorithm = der_begin(&out, DER_SEQUENCE), bits, sequence;
	bool ok = EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_RSA_N, &n) == 1 &&
		  EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_RSA_E, &e) == 1 && BN_num_bits(n) <= KEY_RSA_MAX &&
		  BN_num_bits(e) <= KEY_RSA_MAX;

	if (ok) {
		der_oid_nid(&out, NID_rsaEncryption);
		der_add(&out, DER_NULL, "", 0);
		der_end(&out, algorithm);
		bits = der_begin(&out, DER_BIT_STRING);
		buf_putc(&out, 0);
		sequence = der_begin(&out, DER_SEQUENCE);
		der_unsigned(&out, octets, (size_t)BN_bn2bin(n, octets));
		der_unsigned(&out, octets, (size_t)BN_bn2bin(e, octets));
		der_end(&out, sequence);
		der_end(&out, bits);
		der_end(&out, outer);
		ok = out.len == len && memcmp(out.data, spki, len) == 0;
	}
	BN_free(n);
	BN_free(e);
	buf_free(&out);
	return ok;
}

bool
key_is_canonical(EVP_PKEY *key, const uint8_t *spki, size_t len)
{
	/* SEQUENCE, id-ecPublicKey, prime256v1, BIT STRING of 65 octets, 04 */
	static const uint8_t p256[] = { 0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a,
		0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00, 0x04 };

	if (EVP_PKEY_is_a(key, "RSA"))
		return is_canonical_rsa(key, spki, len);
	return len == sizeof(p256) + 64 && memcmp(spki, p256, sizeof(p256)) == 0;
}

bool
signature_is_accepted(int nid)
{
	return nid == NID_sha256WithRSAEncryption || nid == NID_sha384WithRSAEncryption || nid == NID_sha512WithRSAEncryption ||
	       nid == NID_ecdsa_with_SHA256 || nid == NID_ecdsa_with_SHA384 || nid == NID_ecdsa_with_SHA512;
}

bool
name_value(struct buf *out, const X509_NAME_ENTRY *entry)
{
	unsigned char *text = NULL;
	int len = ASN1_STRING_to_UTF8(&text, X509_NAME_ENTRY_get_data(entry));
	bool ok = len >= 0 && len <= NAME_MAX_SIZE && utf8_is_valid((const char *)text, (size_t)len);

	for (int i = 0; ok && i < len; i++)
		ok = text[i] >= 0x20 && text[i] != 0x7f;
	if (ok)
		buf_add(out, text, (size_t)len);
	OPENSSL_free(text);
	return ok;
}

bool
time_parse(instant *out, const ASN1_TIME *t)
{
	struct tm tm;
	int len = t == NULL ? 0 : ASN1_STRING_length(t);

	if (t == NULL || ASN1_STRING_get0_data(t)[len > 0 ? len - 1 : 0] != 'Z')
		return false;
	if (!(ASN1_STRING_type(t) == V_ASN1_UTCTIME && len == 13) && !(ASN1_STRING_type(t) == V_ASN1_GENERALIZEDTIME && len == 15))
		return false;
	memset(&tm, 0, sizeof(tm));
	if (ASN1_TIME_to_tm(t, &tm) != 1)
		return false;
	*out = (instant)timegm(&tm) * SECOND;
	return true;
}
