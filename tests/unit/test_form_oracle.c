/* form_verify beside xmlsec1 and the JDK: it accepts what they sign, and all three say the same of changed documents. */
#include "form_files.h"
#include "form_world.h"

static void
write_keys(const char *dir)
{
	const struct {
		const char *name;
		const struct signer *signer;
	} all[] = { { "rsa", &citizen }, { "ec", &citizen_ec } };

	for (size_t i = 0; i < 2; i++) {
		char name[32];
		BIO *pem = BIO_new(BIO_s_mem()), *der = BIO_new(BIO_s_mem());
		char *text;
		long len;

		snprintf(name, sizeof name, "%s.cer", all[i].name);
		file_write(dir, name, all[i].signer->certificate, all[i].signer->certificate_len);
		PEM_write_bio_PrivateKey(pem, all[i].signer->key, NULL, NULL, 0, NULL, NULL);
		len = BIO_get_mem_data(pem, &text);
		snprintf(name, sizeof name, "%s.pem", all[i].name);
		file_write(dir, name, text, (size_t)len);
		i2d_PKCS8PrivateKey_bio(der, all[i].signer->key, NULL, NULL, 0, NULL, NULL);
		len = BIO_get_mem_data(der, &text);
		snprintf(name, sizeof name, "%s.p8", all[i].name);
		file_write(dir, name, text, (size_t)len);
		BIO_free(pem);
		BIO_free(der);
	}
}

static void
template_write(const char *dir, const struct world *w, const char *info, const char *document, const char *method)
{
	struct buf b = BUF_INIT;
	size_t cut = w->issued.len - strlen("</confirmation>");

	buf_add(&b, w->issued.data, cut);
	buf_printf(&b,
	    "<Signature xmlns=\"" DSIG "\">\n<SignedInfo><CanonicalizationMethod Algorithm=\"%s\"/><SignatureMethod Algorithm=\"%s\"/>"
	    "<Reference URI=\"\"><Transforms><Transform Algorithm=\"" DSIG
	    "enveloped-signature\"/><Transform Algorithm=\"%s\"/></Transforms>\n"
	    "<DigestMethod Algorithm=\"" SHA256_URI "\"/><DigestValue/></Reference></SignedInfo><SignatureValue/>\n"
	    "<KeyInfo><X509Data><X509Certificate/></X509Data></KeyInfo></Signature>",
	    info, method, document);
	buf_puts(&b, w->issued.data + cut);
	file_write(dir, "template.xml", b.data, b.len);
	buf_free(&b);
}

static void
accepts_what_xmlsec1_signs(void **state)
{
	static const char *const infos[] = { C14N, EXC_C14N };
	static const char *const documents[] = { C14N, C14N "#WithComments", EXC_C14N, EXC_C14N "WithComments" };
	char *dir = folder_make();

	(void)state;
	write_keys(dir);
	for (size_t i = 0; i < 16; i++) {
		bool with_ec = i >= 8;
		struct world w = world_of(FORM_CONFIRMATION, with_ec ? &citizen_ec : &citizen);
		struct buf b = BUF_INIT;

		template_write(dir, &w, infos[i % 2], documents[i / 2 % 4], with_ec ? MORE "ecdsa-sha256" : MORE "rsa-sha256");
		assert_int_equal(run(NULL,
				     "cd '%s' && openssl x509 -inform DER -in %s.cer -out c.pem && "
				     "xmlsec1 --sign --privkey-pem %s.pem,c.pem --output out.xml template.xml 2>&1",
				     dir, with_ec ? "ec" : "rsa", with_ec ? "ec" : "rsa"),
		    0);
		assert_true(file_read(&b, dir, "out.xml"));
		assert_rule(verdict(&w, FORM_CONFIRMATION, b.data, b.len), RULE_NONE, b.data);
		buf_free(&b);
		buf_free(&w.issued);
	}
	folder_remove(dir);
}

static void
accepts_what_the_jdk_signs(void **state)
{
	char *dir = folder_make();
	struct world w = world_of(FORM_CONFIRMATION, &citizen);

	(void)state;
	write_keys(dir);
	file_write(dir, "document.xml", w.issued.data, w.issued.len);
	assert_int_equal(run(NULL, "java '%s/tests/unit/oracle/XmlOracle.java' sign '%s'", tree_top(), dir), 0);
	for (int i = 0; i < 16; i++) {
		struct buf b = BUF_INIT;
		char name[32];

		snprintf(name, sizeof name, "jdk-%s-%d%d.xml", i < 8 ? "rsa" : "ec", i / 4 % 2, i % 4);
		w.trusted = i < 8 ? &citizen : &citizen_ec;
		assert_true(file_read(&b, dir, name));
		assert_rule(verdict(&w, FORM_CONFIRMATION, b.data, b.len), RULE_NONE, name);
		buf_free(&b);
	}
	buf_free(&w.issued);
	folder_remove(dir);
}

/* On documents changed so that only digest and signature can tell, all three verifiers must say the same. */
static void
agrees_with_xmlsec1_and_the_jdk(void **state)
{
	static const struct change cases[] = {
		{ "as signed", "<login ", "<login ", RULE_NONE, false },
		{ "declaration", "<login ", "<?xml version=\"1.0\" encoding=\"UTF-8\"?><login ", RULE_NONE, false },
		{ "character reference", "https", "&#104;ttps", RULE_NONE, false },
		{ "one letter", "localhost", "lokalhost", RULE_DOCUMENT, false },
		{ "CR", "c,\n", "c,&#13;\n", RULE_DOCUMENT, false },
		{ "element more", "<site>", "<site>x</site><site>", RULE_DOCUMENT, false },
		{ "digest", "<DigestValue>", "<DigestValue>AAAA", RULE_DIGEST, false },
		{ "SignedInfo", "<SignedInfo>", "<SignedInfo> ", RULE_SIGNATURE, false },
		{ "transform", "Algorithm=\"" EXC_C14N "\"", "Algorithm=\"" C14N "\"", RULE_SIGNATURE, true },
		{ "signature", "<SignatureValue>", "<SignatureValue>AAAA", RULE_SIGNATURE, false },
	};
	static const struct shape own = { .transform = EXC_C14N };
	struct world w = world_of(FORM_LOGIN, &citizen);
	struct buf signed_form = BUF_INIT, said = BUF_INIT;
	char *dir = folder_make(), name[32], line[64];

	(void)state;
	write_keys(dir);
	signer_document(&signed_form, w.issued.data, w.issued.len, &citizen, &own);
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct buf b = BUF_INIT;

		changed(&b, &signed_form, &cases[i]);
		assert_rule(verdict(&w, FORM_LOGIN, b.data, b.len), cases[i].rule, cases[i].name);
		snprintf(name, sizeof name, "check-%zu.xml", i);
		file_write(dir, name, b.data, b.len);
		assert_int_equal(run(NULL,
				     "cd '%s' && openssl x509 -inform DER -in rsa.cer -noout -pubkey > rsa.pub && "
				     "xmlsec1 --verify --pubkey-pem rsa.pub --enabled-key-data rsa %s >xmlsec.log 2>&1",
				     dir, name) == 0,
		    cases[i].rule == RULE_NONE);
		buf_free(&b);
	}
	assert_int_equal(run(&said, "java '%s/tests/unit/oracle/XmlOracle.java' verify '%s'", tree_top(), dir), 0);
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		snprintf(line, sizeof line, "check-%zu.xml %s\n", i, cases[i].rule == RULE_NONE ? "true" : "false");
		if (strstr(buf_text(&said), line) == NULL)
			fail_msg("the JDK does not say: %s", line);
	}
	buf_free(&said);
	buf_free(&signed_form);
	buf_free(&w.issued);
	folder_remove(dir);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(accepts_what_xmlsec1_signs),
		cmocka_unit_test(accepts_what_the_jdk_signs),
		cmocka_unit_test(agrees_with_xmlsec1_and_the_jdk),
	};

	log_open("test", LOG_LEVEL_ERROR);
	return cmocka_run_group_tests(tests, make_keys, free_keys);
}
