/* form_verify on signed documents with one thing changed: each case names the one rule it must meet. */
#include "form_world.h"

static void
refuses_before_the_signature_is_looked_at(void **state)
{
	static const struct change cases[] = {
		{ "two roots", "</login>", "</login><login/>", RULE_WELLFORMED, false },
		{ "text behind the root", "</login>", "</login>x", RULE_WELLFORMED, false },
		{ "cut", "</login>", "", RULE_WELLFORMED, false },
		{ "tags crossed", "</id><site>", "<site></id>", RULE_WELLFORMED, false },
		{ "undeclared entity", "https:", "&https;", RULE_WELLFORMED, false },
		{ "undeclared prefix", "<id>", "<id x:a=\"1\">", RULE_WELLFORMED, false },
		{ "attribute twice", "<id>", "<id a=\"1\" a=\"2\">", RULE_WELLFORMED, false },
		{ "attribute without quotes", "<id>", "<id a=1>", RULE_WELLFORMED, false },
		{ "'<' in an attribute", "<id>", "<id a=\"<\">", RULE_WELLFORMED, false },
		{ "overlong UTF-8", "https:", "\xc1\xa8ttps:", RULE_WELLFORMED, false },
		{ "surrogate", "https:", "\xed\xa0\x80", RULE_WELLFORMED, false },
		{ "control character", "https:", "\x01", RULE_WELLFORMED, false },
		{ "reference to NUL", "https:", "&#0;", RULE_WELLFORMED, false },
		{ "reference to U+FFFF", "https:", "&#xFFFF;", RULE_WELLFORMED, false },
		{ "Windows-1251", "<login ", "<?xml version=\"1.0\" encoding=\"windows-1251\"?><login ", RULE_WELLFORMED, false },
		{ "declared UTF-16", "<login ", "<?xml version=\"1.0\" encoding=\"UTF-16\"?><login ", RULE_WELLFORMED, false },
		{ "XML 1.1", "<login ", "<?xml version=\"1.1\"?><login ", RULE_WELLFORMED, false },
		{ "blank before the declaration", "<login ", " <?xml version=\"1.0\"?><login ", RULE_WELLFORMED, false },
		{ "comment with --", "<id>", "<id><!-- -- -->", RULE_WELLFORMED, false },
		{ "CDATA without end", "<id>", "<id><![CDATA[", RULE_WELLFORMED, false },
		{ "doctype", "<login ", "<!DOCTYPE login><login ", RULE_DOCTYPE, false },
		{ "doctype behind the declaration", "<login ",
		    "<?xml version=\"1.0\"?>\n<!DOCTYPE login SYSTEM \"file:///etc/passwd\"><login ", RULE_DOCTYPE, false },
		{ "billion laughs", "<login ",
		    "<!DOCTYPE login [<!ENTITY a \"lol\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;\"><!ENTITY c "
		    "\"&b;&b;&b;&b;&b;&b;&b;&b;&b;\">"
		    "<!ENTITY d \"&c;&c;&c;&c;&c;&c;&c;&c;&c;\">]><login ",
		    RULE_DOCTYPE, false },
		{ "other kind", "<login ", "<confirmation ", RULE_WELLFORMED, false },
		{ "other namespace", "urn:cabinet:1", "urn:cabinet:2", RULE_KIND, false },
		{ "namespace with an ampersand", "urn:cabinet:1", "urn:cabinet:1&amp;", RULE_KIND, false },
	};
	static const struct shape own = { .transform = EXC_C14N };

	(void)state;
	assert_all(cases, &own);
}

static void
refuses_another_signature_shape(void **state)
{
	static const struct change cases[] = {
		{ "none", "Signature xmlns=\"" DSIG "\"", "Signature xmlns=\"urn:x\"", RULE_SIGNATURE_COUNT, false },
		{ "a second one before", "<Signature", "<Signature xmlns=\"" DSIG "\"/><Signature", RULE_SIGNATURE_COUNT, false },
		{ "a second one in the document", "<id>", "<id><Signature xmlns=\"" DSIG "\"/>", RULE_SIGNATURE_COUNT, false },
		{ "a second one in KeyInfo", "<X509Data>", "<Signature/><X509Data>", RULE_SIGNATURE_COUNT, false },
		{ "not last", "</Signature>", "</Signature><id/>", RULE_SIGNATURE_PLACE, false },
		{ "text behind", "</Signature>", "</Signature>x", RULE_SIGNATURE_PLACE, false },
		{ "line end behind", "</Signature>", "</Signature>\n", RULE_SIGNATURE_PLACE, false },
		{ "comment behind", "</Signature>", "</Signature><!-- -->", RULE_SIGNATURE_PLACE, false },
		{ "Id", "Signature xmlns=", "Signature Id=\"a\" xmlns=", RULE_SIGNATURE_SHAPE, false },
		{ "xml:id", "<SignedInfo>", "<SignedInfo xml:id=\"a\">", RULE_SIGNATURE_SHAPE, false },
		{ "Id on Reference", "<Reference ", "<Reference Id=\"a\" ", RULE_SIGNATURE_SHAPE, false },
		{ "Id in KeyInfo", "<X509Data>", "<X509Data id=\"a\">", RULE_SIGNATURE_SHAPE, false },
		{ "Object", "</Signature>", "<Object/></Signature>", RULE_SIGNATURE_SHAPE, false },
		{ "Object instead of KeyInfo", "KeyInfo>", "Object>", RULE_WELLFORMED, false },
		{ "second KeyInfo", "</Signature>", "<KeyInfo/></Signature>", RULE_SIGNATURE_SHAPE, false },
		{ "second SignatureValue", "<KeyInfo>", "<SignatureValue/><KeyInfo>", RULE_SIGNATURE_SHAPE, false },
		{ "unknown attribute", "<SignedInfo>", "<SignedInfo a=\"\">", RULE_SIGNATURE_SHAPE, false },
		{ "attribute on SignatureValue", "<SignatureValue>", "<SignatureValue a=\"\">", RULE_SIGNATURE_SHAPE, false },
		{ "element in SignatureValue", "<SignatureValue>", "<SignatureValue><a/>", RULE_SIGNATURE_SHAPE, false },
		{ "namespace declared", "<SignedInfo>", "<SignedInfo xmlns:x=\"urn:x\">", RULE_SIGNATURE_SHAPE, false },
		{ "text", "<SignedInfo>", "x<SignedInfo>", RULE_SIGNATURE_SHAPE, false },
		{ "text in SignedInfo", "<SignedInfo>", "<SignedInfo>x", RULE_SIGNATURE_SHAPE, false },
		{ "comment", "<SignedInfo>", "<!----><SignedInfo>", RULE_SIGNATURE_SHAPE, false },
		{ "comment in DigestValue", "<DigestValue>", "<DigestValue><!---->", RULE_SIGNATURE_SHAPE, false },
		{ "processing instruction", "<KeyInfo>", "<?a b?><KeyInfo>", RULE_SIGNATURE_SHAPE, false },
		{ "Manifest", "<Reference ", "<Manifest/><Reference ", RULE_SIGNATURE_SHAPE, false },
		{ "two references", "</SignedInfo>", "<Reference URI=\"\"/></SignedInfo>", RULE_REFERENCE, false },
		{ "empty reference first", "<Reference ", "<Reference URI=\"#a\"/><Reference ", RULE_REFERENCE, false },
		{ "by Id", "URI=\"\"", "URI=\"#a\"", RULE_REFERENCE, false },
		{ "by XPointer", "URI=\"\"", "URI=\"#xpointer(/)\"", RULE_REFERENCE, false },
		{ "external", "URI=\"\"", "URI=\"http://127.0.0.1/\"", RULE_REFERENCE, false },
		{ "file", "URI=\"\"", "URI=\"file:///etc/passwd\"", RULE_REFERENCE, false },
		{ "URI absent", " URI=\"\"", "", RULE_REFERENCE, false },
		{ "Type", "URI=\"\"", "URI=\"\" Type=\"" DSIG "Manifest\"", RULE_REFERENCE, false },
		{ "two DigestValues", "<DigestValue>", "<DigestValue>AA==</DigestValue><DigestValue>", RULE_REFERENCE, false },
		{ "text in Reference", "<DigestValue>", "x<DigestValue>", RULE_REFERENCE, false },
	};
	static const struct shape own = { .transform = EXC_C14N };

	(void)state;
	assert_all(cases, &own);
}

static void
refuses_other_transforms_and_algorithms(void **state)
{
	static const char enveloped[] = "<Transform Algorithm=\"" DSIG "enveloped-signature\"></Transform>";
	static const char exclusive[] = "<Transform Algorithm=\"" EXC_C14N "\"></Transform>";
	static const struct change cases[] = {
		{ "none", "<Transforms>", "<Transforms/><!--", RULE_WELLFORMED, false },
		{ "no canonicalization", exclusive, "", RULE_TRANSFORMS, false },
		{ "not enveloped", enveloped, "", RULE_TRANSFORMS, false },
		{ "twice enveloped", exclusive, enveloped, RULE_TRANSFORMS, false },
		{ "three", enveloped, "<Transform Algorithm=\"" DSIG "enveloped-signature\"/><Transform Algorithm=\"" C14N "\"/>",
		    RULE_TRANSFORMS, false },
		{ "wrong order", enveloped, exclusive, RULE_TRANSFORMS, false },
		{ "XPath", exclusive, "<Transform Algorithm=\"http://www.w3.org/TR/1999/REC-xpath-19991116\"><XPath>1</XPath></Transform>",
		    RULE_TRANSFORMS, false },
		{ "XPath filter 2", exclusive, "<Transform Algorithm=\"http://www.w3.org/2002/06/xmldsig-filter2\"/>", RULE_TRANSFORMS,
		    false },
		{ "XSLT", exclusive,
		    "<Transform Algorithm=\"http://www.w3.org/TR/1999/REC-xslt-19991116\"><x:stylesheet "
		    "xmlns:x=\"http://www.w3.org/1999/XSL/Transform\"/>"
		    "</Transform>",
		    RULE_TRANSFORMS, false },
		{ "base64", exclusive, "<Transform Algorithm=\"" DSIG "base64\"/>", RULE_TRANSFORMS, false },
		{ "C14N 1.1", exclusive, "<Transform Algorithm=\"http://www.w3.org/2006/12/xml-c14n11\"/>", RULE_TRANSFORMS, false },
		{ "InclusiveNamespaces", exclusive,
		    "<Transform Algorithm=\"" EXC_C14N "\"><InclusiveNamespaces xmlns=\"" EXC_C14N "\" PrefixList=\"\"/></Transform>",
		    RULE_TRANSFORMS, false },
		{ "parameter of enveloped", enveloped, "<Transform Algorithm=\"" DSIG "enveloped-signature\"><XPath>1</XPath></Transform>",
		    RULE_TRANSFORMS, false },
		{ "without algorithm", exclusive, "<Transform/>", RULE_TRANSFORMS, false },
		{ "SignedInfo with comments", "<CanonicalizationMethod Algorithm=\"" EXC_C14N "\">",
		    "<CanonicalizationMethod Algorithm=\"" EXC_C14N "WithComments\">", RULE_ALGORITHM, false },
		{ "SignedInfo in C14N 1.1", "<CanonicalizationMethod Algorithm=\"" EXC_C14N "\">",
		    "<CanonicalizationMethod Algorithm=\"http://www.w3.org/2006/12/xml-c14n11\">", RULE_ALGORITHM, false },
		{ "InclusiveNamespaces in SignedInfo", "</CanonicalizationMethod>",
		    "<InclusiveNamespaces xmlns=\"" EXC_C14N "\" PrefixList=\"x\"/></CanonicalizationMethod>", RULE_ALGORITHM, false },
		{ "RSA with SHA-1", MORE "rsa-sha256", DSIG "rsa-sha1", RULE_ALGORITHM, false },
		{ "RSA with MD5", MORE "rsa-sha256", MORE "rsa-md5", RULE_ALGORITHM, false },
		{ "RSA with SHA-512", MORE "rsa-sha256", MORE "rsa-sha512", RULE_ALGORITHM, false },
		{ "HMAC", MORE "rsa-sha256", MORE "hmac-sha256", RULE_ALGORITHM, false },
		{ "truncated", "</SignatureMethod>", "<HMACOutputLength>1</HMACOutputLength></SignatureMethod>", RULE_ALGORITHM, false },
		{ "no algorithm", MORE "rsa-sha256", "", RULE_ALGORITHM, false },
		{ "none", MORE "rsa-sha256", "none", RULE_ALGORITHM, false },
		{ "upper case", MORE "rsa-sha256", MORE "RSA-SHA256", RULE_ALGORITHM, false },
		{ "digest SHA-1", SHA256_URI, DSIG "sha1", RULE_ALGORITHM, false },
		{ "digest SHA-512", SHA256_URI, "http://www.w3.org/2001/04/xmlenc#sha512", RULE_ALGORITHM, false },
		{ "digest with a parameter", "</DigestMethod>", "<a/></DigestMethod>", RULE_ALGORITHM, false },
		{ "ECDSA with an RSA key", MORE "rsa-sha256", MORE "ecdsa-sha256", RULE_ALGORITHM, false },
	};
	static const struct shape own = { .transform = EXC_C14N };

	(void)state;
	assert_all(cases, &own);
}

static void
refuses_other_keyinfo(void **state)
{
	static const struct change cases[] = {
		{ "empty KeyInfo", "<KeyInfo>", "<KeyInfo/><!-- x -->", RULE_WELLFORMED, false },
		{ "KeyValue beside", "<X509Data>",
		    "<KeyValue><RSAKeyValue><Modulus>AA==</Modulus><Exponent>AQAB</Exponent></RSAKeyValue></KeyValue><X509Data>",
		    RULE_KEYINFO, false },
		{ "KeyName", "<X509Data>", "<KeyName>x</KeyName><X509Data>", RULE_KEYINFO, false },
		{ "RetrievalMethod", "</X509Data>", "</X509Data><RetrievalMethod URI=\"http://127.0.0.1/\"/>", RULE_KEYINFO, false },
		{ "two certificates", "<X509Certificate>", "<X509Certificate>AA==</X509Certificate><X509Certificate>", RULE_KEYINFO,
		    false },
		{ "two X509Data", "<X509Data>", "<X509Data><X509Certificate>AA==</X509Certificate></X509Data><X509Data>", RULE_KEYINFO,
		    false },
		{ "X509SubjectName", "</X509Certificate>", "</X509Certificate><X509SubjectName>CN=x</X509SubjectName>", RULE_KEYINFO,
		    false },
		{ "X509CRL", "<X509Certificate>", "<X509CRL>AA==</X509CRL><X509Certificate>", RULE_KEYINFO, false },
		{ "attribute", "<X509Data>", "<X509Data a=\"\">", RULE_KEYINFO, false },
		{ "text", "<X509Data>", "x<X509Data>", RULE_KEYINFO, false },
		{ "element in the certificate", "<X509Certificate>", "<X509Certificate><a/>", RULE_KEYINFO, false },
		{ "not base64", "<X509Certificate>", "<X509Certificate>!", RULE_CERTIFICATE, false },
		{ "octets before the certificate", "<X509Certificate>", "<X509Certificate>AAAA", RULE_CERTIFICATE, false },
		{ "octets behind the certificate", "</X509Certificate>", "AAAA</X509Certificate>", RULE_CERTIFICATE, false },
	};
	static const char *const contents[] = { "", "<X509Data/>", "<KeyValue/>", "<X509Data><X509Certificate/></X509Data>",
		"<KeyValue><RSAKeyValue><Modulus>AA==</Modulus><Exponent>AQAB</Exponent></RSAKeyValue></KeyValue>" };
	static const enum form_rule rules[] = { RULE_KEYINFO, RULE_KEYINFO, RULE_KEYINFO, RULE_CERTIFICATE, RULE_KEYINFO };
	static const struct shape own = { .transform = EXC_C14N };

	(void)state;
	assert_all(cases, &own);
	for (size_t i = 0; i < 5; i++) {
		struct world w = world_of(FORM_LOGIN, &citizen);
		struct shape shape = { .key_info = contents[i] };
		struct buf b = BUF_INIT;

		signer_document(&b, w.issued.data, w.issued.len, &citizen, &shape);
		assert_rule(verdict(&w, FORM_LOGIN, b.data, b.len), rules[i], contents[i]);
		buf_free(&b);
		buf_free(&w.issued);
	}
}

/* Changes of the document that its Signature does not notice, and those it does: neither is the document that was issued. */
static void
refuses_another_document(void **state)
{
	static const struct change cases[] = {
		{ "one letter", "https://localhost", "https://lokalhost", RULE_DOCUMENT, false },
		{ "comment inside a value", "https://", "https://<!-- -->", RULE_DOCUMENT, false },
		{ "comment before the root", "<login ", "<!-- --><login ", RULE_DOCUMENT, false },
		{ "comment behind the root", "</login>", "</login><!-- -->", RULE_DOCUMENT, false },
		{ "processing instruction", "<id>", "<?a b?><id>", RULE_DOCUMENT, false },
		{ "stylesheet", "<login ", "<?xml-stylesheet href=\"/x\"?><login ", RULE_DOCUMENT, false },
		{ "processing instruction behind", "</login>", "</login><?a?>", RULE_DOCUMENT, false },
		{ "blank before the signature", "<Signature", "\n<Signature", RULE_DOCUMENT, false },
		{ "blank between elements", "<site>", "\n<site>", RULE_DOCUMENT, false },
		{ "element more", "<site>", "<site>https://x</site><site>", RULE_DOCUMENT, false },
		{ "attribute more", "<site>", "<site a=\"1\">", RULE_DOCUMENT, false },
		{ "xml:lang", "<site>", "<site xml:lang=\"ru\">", RULE_DOCUMENT, false },
		{ "xml:id", "<login ", "<login xml:id=\"a\" ", RULE_DOCUMENT, false },
		{ "xml:base", "<login ", "<login xml:base=\"http://x/\" ", RULE_DOCUMENT, false },
		{ "namespace more", "<login ", "<login xmlns:x=\"urn:x\" ", RULE_DOCUMENT, false },
		{ "prefix", "<site>https://localhost:8443</site>", "<c:site xmlns:c=\"urn:cabinet:1\">https://localhost:8443</c:site>",
		    RULE_DOCUMENT, false },
		{ "namespace undone", "<site>", "<site xmlns=\"\">", RULE_DOCUMENT, false },
		{ "other namespace inside", "<site>", "<site xmlns=\"urn:cabinet:2\">", RULE_DOCUMENT, false },
		{ "XInclude", "<site>",
		    "<site><i:include xmlns:i=\"http://www.w3.org/2001/XInclude\" href=\"/etc/passwd\" parse=\"text\"/>", RULE_DOCUMENT,
		    false },
		{ "CR for LF", "c,\n", "c,&#13;\n", RULE_DOCUMENT, false },
		{ "look-alike letter", "https://localhost",
		    "https://l\xd0\xbe"
		    "calhost",
		    RULE_DOCUMENT, false },
		{ "composed otherwise", "Мен", "Ме\xcc\x88н", RULE_DOCUMENT, false },
	};
	static const struct shape own = { .transform = EXC_C14N };
	static const struct shape ncalayer = { .prefix = NULL, .inclusive = true, .transform = C14N "#WithComments" };

	(void)state;
	assert_all(cases, &own);
	assert_all(cases, &ncalayer);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(refuses_before_the_signature_is_looked_at),
		cmocka_unit_test(refuses_another_signature_shape),
		cmocka_unit_test(refuses_other_transforms_and_algorithms),
		cmocka_unit_test(refuses_other_keyinfo),
		cmocka_unit_test(refuses_another_document),
	};

	log_open("test", LOG_LEVEL_ERROR);
	return cmocka_run_group_tests(tests, make_keys, free_keys);
}
