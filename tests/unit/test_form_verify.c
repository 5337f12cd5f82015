/* form_verify: what is accepted, and which rule refuses what. A refusal for another reason than the expected one fails. */
#include <time.h>

#include "form_world.h"

static void
accepts_every_shape_of_the_table(void **state)
{
	static const char *const transforms[] = { C14N, C14N "#WithComments", EXC_C14N, EXC_C14N "WithComments" };
	static const char *const breaks[] = { NULL, "\n", "\r\n", "&#13;\n" };
	static const char *const prefixes[] = { NULL, "ds", "подпись" };
	const struct signer *const signers[] = { &citizen, &citizen_ec };
	int count = 0;

	(void)state;
	for (enum form_kind kind = FORM_LOGIN; kind <= FORM_REVOCATION; kind++)
		for (size_t s = 0; s < 2; s++)
			for (size_t t = 0; t < 4; t++)
				for (size_t b = 0; b < 4; b++)
					for (size_t p = 0; p < 6; p++) {
						struct world w = world_of(kind, signers[s]);
						struct shape shape = { .prefix = prefixes[p / 2],
							.inclusive = p % 2 == 1,
							.transform = transforms[t],
							.line_break = breaks[b] };
						struct buf signed_form = BUF_INIT;

						signer_document(&signed_form, w.issued.data, w.issued.len, signers[s], &shape);
						assert_rule(
						    verdict(&w, kind, signed_form.data, signed_form.len), RULE_NONE, signed_form.data);
						assert_int_equal(w.asked_issued, 1);
						assert_int_equal(w.asked_certificate, 1);
						buf_free(&signed_form);
						buf_free(&w.issued);
						count++;
					}
	assert_int_equal(count, 576);
}

/* NCALayer's shape (declaration, prefix, inclusive, #WithComments), and what transport and re-serializing do without changing the document. */
static void
accepts_what_canonicalization_makes_equal(void **state)
{
	static const struct change cases[] = {
		{ "declaration", "<login ", "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"no\"?><login ", RULE_NONE, false },
		{ "declaration and line end", "<login ", "<?xml version='1.0' encoding='utf-8' ?>\r\n<login ", RULE_NONE, false },
		{ "byte order mark", "<login ", "\xef\xbb\xbf<login ", RULE_NONE, false },
		{ "byte order mark and declaration", "<login ", "\xef\xbb\xbf<?xml version=\"1.0\"?><login ", RULE_NONE, false },
		{ "line end behind the root", "</login>", "</login>\r\n", RULE_NONE, false },
		{ "blanks in tags", "<id>", "<id  \n>", RULE_NONE, false },
		{ "quotes", "xmlns=\"urn:cabinet:1\"", "xmlns = 'urn:cabinet:1'", RULE_NONE, false },
		{ "character reference", "https://", "&#104;ttps&#x3a;//", RULE_NONE, false },
		{ "CDATA", "https://", "<![CDATA[https://]]>", RULE_NONE, false },
		{ "empty CDATA", "https://", "https://<![CDATA[]]>", RULE_NONE, false },
		{ "'>' left alone", "a &amp; b", "a &#38; b", RULE_NONE, false },
		{ "declared again", "<id>", "<id xmlns=\"urn:cabinet:1\">", RULE_NONE, false },
		{ "CR LF from a form field", "c,\n", "c,\r\n", RULE_NONE, false },
	};
	static const struct shape ncalayer = {
		.prefix = "ds", .inclusive = true, .transform = C14N "#WithComments", .line_break = "&#13;\n"
	};
	static const struct shape own = { .transform = EXC_C14N };

	(void)state;
	assert_all(cases, &ncalayer);
	assert_all(cases, &own);
}

/* A document of one kind used as another; wrapped in a root of the right kind. */
static void
refuses_another_kind(void **state)
{
	static const struct shape own = { .transform = EXC_C14N };
	struct buf b = BUF_INIT, wrapped = BUF_INIT;
	struct world w = world_of(FORM_LOGIN, &citizen);

	(void)state;
	signer_document(&b, w.issued.data, w.issued.len, &citizen, &own);
	assert_rule(verdict(&w, FORM_CONFIRMATION, b.data, b.len), RULE_KIND, "login as confirmation");
	assert_rule(verdict(&w, FORM_REVOCATION, b.data, b.len), RULE_KIND, "login as revocation");
	buf_printf(&wrapped, "<confirmation xmlns=\"urn:cabinet:1\">%s</confirmation>", b.data);
	assert_rule(verdict(&w, FORM_CONFIRMATION, wrapped.data, wrapped.len), RULE_SIGNATURE_PLACE, "wrapped");
	assert_int_equal(w.asked_issued, 0);
	buf_free(&wrapped);
	buf_free(&b);
	buf_free(&w.issued);
}

static void
caps_come_first(void **state)
{
	static const struct shape own = { .transform = EXC_C14N };
	static const struct {
		const char *name, *open, *close;
		size_t fits, over;
	} caps[] = {
		{ "depth", "<a>", "</a>", FORM_DEPTH - 1, FORM_DEPTH },
		{ "elements", "<a/>", "", FORM_ELEMENTS - 20, FORM_ELEMENTS },
		{ "attributes", "<a b=\"\"/>", "", FORM_ATTRIBUTES - 7, FORM_ATTRIBUTES },
		{ "namespaces", "<a xmlns=\"urn:x\"/>", "", FORM_NAMESPACES - 2, FORM_NAMESPACES },
		{ "namespaces with prefix", "<a xmlns:b='urn:x'/>", "", FORM_NAMESPACES - 2, FORM_NAMESPACES },
	};

	(void)state;
	for (size_t i = 0; i < sizeof caps / sizeof caps[0]; i++)
		for (size_t n = caps[i].fits; n != 0; n = n == caps[i].fits ? caps[i].over : 0) {
			struct world w = world_of(FORM_LOGIN, &citizen);
			struct buf b = BUF_INIT, signed_form = BUF_INIT;
			const char *id = strstr(w.issued.data, "<id>");

			signer_document(&signed_form, w.issued.data, w.issued.len, &citizen, &own);
			id = strstr(signed_form.data, "<id>");
			buf_add(&b, signed_form.data, (size_t)(id - signed_form.data));
			for (size_t k = 0; k < n; k++)
				buf_puts(&b, caps[i].open);
			for (size_t k = 0; k < n; k++)
				buf_puts(&b, caps[i].close);
			buf_puts(&b, id);
			assert_rule(
			    verdict(&w, FORM_LOGIN, b.data, b.len), n == caps[i].fits ? RULE_DOCUMENT : RULE_STRUCTURE, caps[i].name);
			buf_free(&b);
			buf_free(&signed_form);
			buf_free(&w.issued);
		}
}

/* Octets that no text literal holds well, and sizes. */
static void
refuses_hostile_octets(void **state)
{
	static const char utf16[] = "\xff\xfe<\0l\0o\0g\0i\0n\0/\0>";
	static const char utf16_bare[] = "<\0l\0o\0g\0i\0n\0/\0>";
	static const char nul[] = "<login xmlns=\"urn:cabinet:1\">\0</login>";
	static const char nul_behind[] = "<login xmlns=\"urn:cabinet:1\"></login>\0";
	static const char utf32[] = "\0\0\0<\0\0\0a\0\0\0/\0\0\0>";
	static const struct {
		const char *name, *data;
		size_t len;
		enum form_rule rule;
	} cases[] = {
		{ "empty", "", 0, RULE_SIZE },
		{ "UTF-16", utf16, sizeof utf16, RULE_WELLFORMED },
		{ "UTF-16 without mark", utf16_bare, sizeof utf16_bare, RULE_WELLFORMED },
		{ "UTF-32", utf32, sizeof utf32, RULE_WELLFORMED },
		{ "NUL inside", nul, sizeof nul - 1, RULE_WELLFORMED },
		{ "NUL behind", nul_behind, sizeof nul_behind - 1, RULE_WELLFORMED },
		{ "no XML", "login", 5, RULE_WELLFORMED },
		{ "blank", " ", 1, RULE_WELLFORMED },
		{ "'<'", "<", 1, RULE_WELLFORMED },
		{ "'<!'", "<!", 2, RULE_WELLFORMED },
		{ "'<?'", "<?", 2, RULE_WELLFORMED },
		{ "'</'", "</", 2, RULE_WELLFORMED },
		{ "'<?xml '", "<?xml ", 6, RULE_WELLFORMED },
		{ "mark alone", "\xef\xbb\xbf", 3, RULE_WELLFORMED },
		{ "CDATA as root", "<![CDATA[x]]>", 13, RULE_WELLFORMED },
		{ "end tag as root", "</a>", 4, RULE_WELLFORMED },
	};
	struct world w = world_of(FORM_LOGIN, &citizen);
	char *big = malloc(FORM_MAX + 1);

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		assert_rule(verdict(&w, FORM_LOGIN, cases[i].data, cases[i].len), cases[i].rule, cases[i].name);
	memset(big, ' ', FORM_MAX + 1);
	memcpy(big, "<login xmlns=\"urn:cabinet:1\"/>", 30);
	assert_rule(verdict(&w, FORM_LOGIN, big, FORM_MAX + 1), RULE_SIZE, "64 KB + 1");
	assert_rule(verdict(&w, FORM_LOGIN, big, FORM_MAX), RULE_SIGNATURE_COUNT, "64 KB");
	assert_int_equal(w.asked_issued, 0);
	free(big);
	buf_free(&w.issued);
}

static double
cpu_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

/* Best of five, so that a neighbour on the machine does not fail the test. */
static void
hostile_input_is_cheap(void **state)
{
	static const struct {
		const char *name, *head, *part, *tail;
		enum form_rule rule;
	} cases[] = {
		{ "depth", "", "<a>", "", RULE_STRUCTURE },
		{ "attributes", "<login xmlns=\"urn:cabinet:1\"", " a=\"\"", "/>", RULE_STRUCTURE },
		{ "namespaces", "<login xmlns=\"urn:cabinet:1\"", " xmlns:a=\"\"", "/>", RULE_STRUCTURE },
		{ "elements", "<login xmlns=\"urn:cabinet:1\">", "<a/>", "</login>", RULE_STRUCTURE },
		{ "comments", "<login xmlns=\"urn:cabinet:1\">", "<!---->", "</login>", RULE_SIGNATURE_COUNT },
		{ "references", "<login xmlns=\"urn:cabinet:1\">", "&#65;", "</login>", RULE_SIGNATURE_COUNT },
		{ "entities", "<!DOCTYPE a [", "<!ENTITY a \"&b;\">", "]><a/>", RULE_DOCTYPE },
		{ "open brackets", "<login xmlns=\"urn:cabinet:1\">", "<", "", RULE_WELLFORMED },
	};
	struct world w = world_of(FORM_LOGIN, &citizen);

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct buf b = BUF_INIT;
		double best = 1e9;

		buf_puts(&b, cases[i].head);
		while (b.len + strlen(cases[i].part) + strlen(cases[i].tail) <= FORM_MAX)
			buf_puts(&b, cases[i].part);
		buf_puts(&b, cases[i].tail);
		for (int k = 0; k < 5; k++) {
			double before = cpu_ms();

			assert_rule(verdict(&w, FORM_LOGIN, b.data, b.len), cases[i].rule, cases[i].name);
			if (cpu_ms() - before < best)
				best = cpu_ms() - before;
		}
		print_message("%-14s %6.2f ms\n", cases[i].name, best);
#ifndef __SANITIZE_ADDRESS__
		assert_true(best < 5.0);
#endif
		buf_free(&b);
	}
	buf_free(&w.issued);
}

static void
passes_on_what_the_record_says(void **state)
{
	static const struct shape own = { .transform = EXC_C14N };
	struct world w = world_of(FORM_LOGIN, &citizen);
	struct form_checks checks = checks_of(&w);
	struct form_result result;
	struct buf b = BUF_INIT;

	(void)state;
	signer_document(&b, w.issued.data, w.issued.len, &citizen, &own);
	for (enum form_rule rule = RULE_DOCUMENT; rule <= RULE_CERTIFICATE_IIN; rule++) {
		w.issued_rule = rule <= RULE_USED ? rule : RULE_NONE;
		w.certificate_rule = rule > RULE_CERTIFICATE ? rule : RULE_NONE;
		w.asked_certificate = 0;
		if (rule != RULE_CERTIFICATE)
			assert_rule(verdict(&w, FORM_LOGIN, b.data, b.len), rule, "rule of the record");
		assert_int_equal(w.asked_certificate, rule > RULE_CERTIFICATE);
	}
	w.issued_rule = w.certificate_rule = RULE_NONE;
	w.certificate_rc = RC_UNAVAILABLE;
	assert_int_equal(form_verify(b.data, b.len, FORM_LOGIN, &checks, &result), RC_UNAVAILABLE);
	assert_int_equal(result.rule, RULE_NONE);
	form_result_free(&result);
	w.issued_rc = RC_UNAVAILABLE;
	assert_int_equal(form_verify(b.data, b.len, FORM_LOGIN, &checks, &result), RC_UNAVAILABLE);
	assert_int_equal(result.rule, RULE_NONE);
	form_result_free(&result);
	/* A callback that refuses without saying why. */
	w.issued_rc = RC_BAD_INPUT;
	assert_rule(verdict(&w, FORM_LOGIN, b.data, b.len), RULE_DOCUMENT, "no rule");
	w.issued_rc = RC_OK;
	w.certificate_rc = RC_BAD_INPUT;
	assert_rule(verdict(&w, FORM_LOGIN, b.data, b.len), RULE_CERTIFICATE_CA, "no rule");
	/* Without its callbacks nothing is decided. */
	checks.certificate = NULL;
	assert_int_equal(form_verify(b.data, b.len, FORM_LOGIN, &checks, &result), RC_INTERNAL);
	form_result_free(&result);
	assert_int_equal(form_verify(b.data, b.len, FORM_PROOF, &checks, &result), RC_INTERNAL);
	form_result_free(&result);
	checks.issued = NULL;
	assert_int_equal(form_verify(b.data, b.len, FORM_LOGIN, &checks, &result), RC_INTERNAL);
	form_result_free(&result);
	buf_free(&b);
	buf_free(&w.issued);
}

static void
refuses_false_digests_and_signatures(void **state)
{
	static const struct shape own = { .transform = EXC_C14N };
	static const struct change cases[] = {
		{ "digest of something else", "<DigestValue>", "<DigestValue>A", RULE_DIGEST, false },
		{ "digest empty", "<DigestValue>", "<DigestValue><![CDATA[]]>====", RULE_DIGEST, false },
		{ "digest longer", "</DigestValue>", "AAAA</DigestValue>", RULE_DIGEST, false },
		{ "signature longer", "<SignatureValue>", "<SignatureValue>AAAA", RULE_SIGNATURE, false },
		{ "signature not base64", "<SignatureValue>", "<SignatureValue>!", RULE_SIGNATURE, false },
		{ "SignedInfo with a line more", "<SignedInfo>", "<SignedInfo>\n", RULE_SIGNATURE, false },
		{ "SignedInfo otherwise canonical", "<CanonicalizationMethod Algorithm=\"" EXC_C14N "\">",
		    "<CanonicalizationMethod Algorithm=\"" C14N "\">", RULE_SIGNATURE, false },
		{ "other transform than signed", "Algorithm=\"" EXC_C14N "\"", "Algorithm=\"" C14N "\"", RULE_SIGNATURE, true },
	};
	const struct signer impostor = { .key = other_rsa, .certificate = citizen.certificate, .certificate_len = citizen.certificate_len };
	const struct signer weak_for_citizen = { .key = rsa, .certificate = weak.certificate, .certificate_len = weak.certificate_len };
	struct {
		const char *name;
		const struct signer *signer, *trusted;
		const char *method;
		enum form_rule rule;
	} keys[] = {
		{ "another key", &impostor, &citizen, NULL, RULE_SIGNATURE },
		{ "another certificate", &stranger, &citizen, NULL, RULE_CERTIFICATE_CA },
		{ "RSA-1024", &weak, &weak, NULL, RULE_ALGORITHM },
		{ "certificate with RSA-1024", &weak_for_citizen, &weak, NULL, RULE_ALGORITHM },
		{ "P-384", &odd_curve, &odd_curve, MORE "ecdsa-sha256", RULE_ALGORITHM },
		{ "RSA named, EC key", &citizen_ec, &citizen_ec, MORE "rsa-sha256", RULE_ALGORITHM },
	};

	(void)state;
	assert_all(cases, &own);
	for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
		struct world w = world_of(FORM_LOGIN, keys[i].trusted);
		struct shape shape = { .method = keys[i].method };
		struct buf b = BUF_INIT;

		signer_document(&b, w.issued.data, w.issued.len, keys[i].signer, &shape);
		assert_rule(verdict(&w, FORM_LOGIN, b.data, b.len), keys[i].rule, keys[i].name);
		buf_free(&b);
		buf_free(&w.issued);
	}
}

static enum form_rule
proof_verdict(const char *key_info, const struct signer *s, EVP_PKEY *expected)
{
	struct world w = world_of(FORM_PROOF, NULL);
	struct form_checks checks = { .issued = world_issued, .arg = &w };
	struct shape shape = { .key_info = key_info };
	struct form_result result;
	uint8_t *spki = NULL;
	int len = i2d_PUBKEY(expected, &spki);
	struct buf b = BUF_INIT;
	enum form_rule rule;
	enum rc rc;

	checks.spki = spki;
	checks.spki_len = (size_t)len;
	signer_document(&b, w.issued.data, w.issued.len, s, &shape);
	rc = form_verify(b.data, b.len, FORM_PROOF, &checks, &result);
	rule = result.rule;
	assert_int_equal(rc, rule == RULE_NONE ? RC_OK : RC_BAD_INPUT);
	assert_null(result.certificate);
	form_result_free(&result);
	OPENSSL_free(spki);
	buf_free(&b);
	buf_free(&w.issued);
	return rule;
}

static void
proof_is_by_the_key_of_the_request(void **state)
{
	static const char rsa_value[] = "<KeyValue><RSAKeyValue><Modulus>AA==</Modulus><Exponent>AQAB</Exponent></RSAKeyValue></KeyValue>";
	static const char ec_value[] =
	    "<KeyValue><ECKeyValue xmlns=\"http://www.w3.org/2009/xmldsig11#\">"
	    "<NamedCurve URI=\"urn:oid:1.2.840.10045.3.1.7\"/><PublicKey>AA==</PublicKey></ECKeyValue></KeyValue>";
	static const char *const refused[] = { "<KeyValue/>", "<KeyName>x</KeyName>",
		"<KeyValue><RSAKeyValue><Modulus>AA==</Modulus></RSAKeyValue></KeyValue>",
		"<KeyValue><RSAKeyValue><Modulus>AA==</Modulus><Exponent>AQAB</Exponent></RSAKeyValue></KeyValue><KeyValue/>",
		"<KeyValue><DSAKeyValue><P>AA==</P></DSAKeyValue></KeyValue>",
		"<X509Data><X509Certificate>AA==</X509Certificate></X509Data>",
		"<KeyValue><ECKeyValue xmlns=\"http://www.w3.org/2009/xmldsig11#\"><PublicKey>AA==</PublicKey></ECKeyValue></KeyValue>" };

	(void)state;
	assert_rule(proof_verdict("", &citizen, rsa), RULE_NONE, "no KeyInfo");
	assert_rule(proof_verdict("", &citizen_ec, ec), RULE_NONE, "EC");
	assert_rule(proof_verdict(rsa_value, &citizen, rsa), RULE_NONE, "RSAKeyValue");
	assert_rule(proof_verdict(ec_value, &citizen_ec, ec), RULE_NONE, "ECKeyValue");
	assert_rule(proof_verdict(rsa_value, &stranger, rsa), RULE_SIGNATURE, "another key");
	assert_rule(proof_verdict("", &citizen, ec), RULE_ALGORITHM, "another kind of key");
	assert_rule(proof_verdict(NULL, &citizen, rsa), RULE_KEYINFO, "certificate");
	for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++)
		assert_rule(proof_verdict(refused[i], &citizen, rsa), RULE_KEYINFO, refused[i]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(accepts_every_shape_of_the_table),
		cmocka_unit_test(accepts_what_canonicalization_makes_equal),
		cmocka_unit_test(refuses_another_kind),
		cmocka_unit_test(caps_come_first),
		cmocka_unit_test(refuses_hostile_octets),
		cmocka_unit_test(hostile_input_is_cheap),
		cmocka_unit_test(passes_on_what_the_record_says),
		cmocka_unit_test(refuses_false_digests_and_signatures),
		cmocka_unit_test(proof_is_by_the_key_of_the_request),
	};

	log_open("test", LOG_LEVEL_ERROR);
	return cmocka_run_group_tests(tests, make_keys, free_keys);
}
