/*
 * The signer. A document of the makers is canonical already, plain and with one namespace, so that its octets are what every canonicalization of
 * the table gives; SignedInfo is written in exclusive canonical form as it stands (Exclusive C14N, 3).
 */
#include <string.h>

#include "base/encode.h"
#include "base/hash.h"
#include "form/parts.h"

#define EXCLUSIVE "http://www.w3.org/2001/10/xml-exc-c14n#"
#define MORE "http://www.w3.org/2001/04/xmldsig-more#"

static void
signed_info(struct buf *b, const struct signing_key *key, const uint8_t digest[HASH_SIZE], const char *scope)
{
	struct buf value = BUF_INIT;

	base64_encode(&value, digest, HASH_SIZE);
	buf_printf(b, "<SignedInfo%s><CanonicalizationMethod Algorithm=\"" EXCLUSIVE "\"></CanonicalizationMethod>", scope);
	buf_printf(
	    b, "<SignatureMethod Algorithm=\"" MORE "%s\"></SignatureMethod>", signing_key_is_ec(key) ? "ecdsa-sha256" : "rsa-sha256");
	buf_puts(b, "<Reference URI=\"\"><Transforms><Transform Algorithm=\"" FORM_DSIG "enveloped-signature\"></Transform>"
		    "<Transform Algorithm=\"" EXCLUSIVE "\"></Transform></Transforms>"
		    "<DigestMethod Algorithm=\"http://www.w3.org/2001/04/xmlenc#sha256\"></DigestMethod>");
	buf_printf(b, "<DigestValue>%s</DigestValue></Reference></SignedInfo>", buf_text(&value));
	buf_free(&value);
}

enum rc
form_sign(struct buf *out, const char *document, size_t len, const struct signing_key *key)
{
	struct buf info = BUF_INIT, value = BUF_INIT;
	uint8_t digest[HASH_SIZE];
	const uint8_t *der;
	size_t cut = len, der_len;
	enum rc rc;

	/* the start of the root's end tag */
	while (cut > 0 && document[--cut] != '<')
		continue;
	hash_sha256(digest, document, len);
	signed_info(&info, key, digest, " xmlns=\"" FORM_DSIG "\"");
	if ((rc = signing_key_sign(key, info.data, info.len, &value)) == RC_OK) {
		buf_add(out, document, cut);
		buf_puts(out, "<Signature xmlns=\"" FORM_DSIG "\">");
		signed_info(out, key, digest, "");
		buf_puts(out, "<SignatureValue>");
		base64_encode(out, (const uint8_t *)value.data, value.len);
		buf_puts(out, "</SignatureValue><KeyInfo><X509Data><X509Certificate>");
		der = cert_der(signing_key_certificate(key), &der_len);
		base64_encode(out, der, der_len);
		buf_puts(out, "</X509Certificate></X509Data></KeyInfo></Signature>");
		buf_add(out, document + cut, len - cut);
	}
	buf_free(&info);
	buf_free(&value);
	return rc;
}
