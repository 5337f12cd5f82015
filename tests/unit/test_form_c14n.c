/* Our canonical octets beside libxml2's. */
#include "form_world.h"

#include "c14n_oracle.h"

static const char *
says(const char *text, size_t len, int *written)
{
	xmlDoc *doc = form_tree(text, len);
	const char *fault;

	if (doc == NULL)
		return "does not parse";
	fault = c14n_says(doc, written);
	xmlFreeDoc(doc);
	return fault;
}

static void
plain_documents(void **state)
{
	static const char *const texts[] = {
		"<a xmlns=\"urn:cabinet:1\"><b>x</b><c/></a>",
		"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<a  xmlns = 'urn:cabinet:1' b = \"1\"  ><c  /></a  >\n",
		"<a xmlns=\"urn:cabinet:1\" z=\"1\" b=\"2\" Z=\"3\" аб=\"4\" a=\"5\" aa=\"6\" a.b=\"7\"/>",
		"<a xmlns=\"urn:cabinet:1\">&amp;&lt;&gt;&#13;\t\"'\xc2\xa0]]&gt;&#10;&#x41;</a>",
		"<a xmlns=\"urn:cabinet:1\" b=\"&amp;&lt;&gt;&quot;&#9;&#10;&#13;'\" c='\"'/>",
		"<a xmlns=\"urn:cabinet:1\"><![CDATA[<x>&amp;]]>y<![CDATA[]]></a>",
		"<a xmlns=\"urn:cabinet:1\"><b xmlns=\"urn:cabinet:1\"/></a>",
		"<а xmlns=\"urn:cabinet:1\" имя=\"Әлия\">ҚҰПИЯ \xf0\x9f\x94\x91</а>",
		"<a xmlns=\"urn:cabinet:1\">\r\n  <b\r\n c=\"1\r\n2\"/>\r</a>",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		int written = 0;
		const char *fault = says(texts[i], strlen(texts[i]), &written);

		if (fault != NULL || written == 0)
			fail_msg("%s: %s", texts[i], fault == NULL ? "refused" : fault);
	}
}

static void
refuses_what_is_not_plain(void **state)
{
	static const char *const texts[] = {
		"<a><b/></a>",
		"<a xmlns=\"urn:cabinet:2\"/>",
		"<p:a xmlns:p=\"urn:cabinet:1\"/>",
		"<a xmlns=\"urn:cabinet:1\" xmlns:p=\"urn:cabinet:1\"/>",
		"<a xmlns=\"urn:cabinet:1\"><b xmlns=\"\"/></a>",
		"<a xmlns=\"urn:cabinet:1\"><b xmlns:p=\"urn:p\"/></a>",
		"<a xmlns=\"urn:cabinet:1\" xml:lang=\"kk\"/>",
		"<a xmlns=\"urn:cabinet:1\"><!-- x --></a>",
		"<a xmlns=\"urn:cabinet:1\"><?x y?></a>",
		"<!-- x --><a xmlns=\"urn:cabinet:1\"/>",
		"<a xmlns=\"urn:cabinet:1\"/><?x y?>",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		xmlDoc *doc = form_tree(texts[i], strlen(texts[i]));
		struct buf out = BUF_INIT;

		assert_non_null(doc);
		if (form_canonical(doc, NULL, &out))
			fail_msg("%s: written", texts[i]);
		buf_free(&out);
		xmlFreeDoc(doc);
	}
}

/* Every shape that is accepted, and declarations that the table lets pass. */
static void
signatures(void **state)
{
	static const char *const breaks[] = { NULL, "\n", "\r\n", "&#13;\n" };
	static const char *const prefixes[] = { NULL, "ds", "подпись" };
	static const struct change more[] = {
		{ "declared and not used", "SignedInfo>", "SignedInfo xmlns:z=\"" DSIG "\" xmlns:a=\"" DSIG "\">", RULE_NONE, false },
		{ "declared again", "SignatureMethod ", "SignatureMethod xmlns:a=\"" DSIG "\" ", RULE_NONE, false },
		{ "another default", "SignatureMethod ", "SignatureMethod xmlns=\"" DSIG "\" ", RULE_NONE, false },
		{ "attribute to be escaped", "URI=\"\"", "URI=\"&#9;&lt;>&amp;\"", RULE_NONE, false },
	};
	struct world w = world_of(FORM_LOGIN, &citizen);

	(void)state;
	for (size_t p = 0; p < 3; p++)
		for (size_t b = 0; b < 4; b++)
			for (size_t m = 0; m <= sizeof(more) / sizeof(more[0]); m++) {
				const struct shape shape = { .prefix = prefixes[p], .line_break = breaks[b] };
				struct buf signed_form = BUF_INIT, text = BUF_INIT;
				int written = 0;
				const char *fault;

				signer_document(&signed_form, w.issued.data, w.issued.len, &citizen, &shape);
				if (m == 0)
					buf_puts(&text, signed_form.data);
				else
					changed(&text, &signed_form, &more[m - 1]);
				fault = says(text.data, text.len, &written);
				if (fault != NULL || written < 30)
					fail_msg("%s: %s (%d written)", text.data, fault == NULL ? "refused" : fault, written);
				buf_free(&signed_form);
				buf_free(&text);
			}
	buf_free(&w.issued);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(plain_documents),
		cmocka_unit_test(refuses_what_is_not_plain),
		cmocka_unit_test(signatures),
	};

	log_open("test", LOG_LEVEL_ERROR);
	return cmocka_run_group_tests(tests, make_keys, free_keys);
}
