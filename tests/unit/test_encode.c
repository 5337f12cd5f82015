#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/encode.h"

#define LENGTH(a) (sizeof(a) / sizeof((a)[0]))

static void
hex(void **state)
{
	static const char *const bad[] = { "", "0", "00", "000", "00ff7", "00ff7f0", "00FF7f", "00fg7f", " 00ff7f", "00ff7f ", "0x00ff",
		"00ff7f00" };
	const uint8_t octets[3] = { 0x00, 0xff, 0x7f };
	uint8_t back[3];
	char text[7];

	(void)state;
	hex_encode(text, octets, 3);
	assert_string_equal(text, "00ff7f");
	assert_true(hex_decode(back, 3, text));
	assert_memory_equal(back, octets, 3);
	assert_true(hex_decode(back, 0, ""));
	for (size_t i = 0; i < LENGTH(bad); i++)
		if (hex_decode(back, 3, bad[i]))
			fail_msg("taken: %s", bad[i]);
}

/* RFC 4648, 10 */
static void
base64_vectors(void **state)
{
	static const char *const vectors[][3] = { { "", "", "" }, { "f", "Zg==", "Zg" }, { "fo", "Zm8=", "Zm8" }, { "foo", "Zm9v", "Zm9v" },
		{ "foob", "Zm9vYg==", "Zm9vYg" }, { "fooba", "Zm9vYmE=", "Zm9vYmE" }, { "foobar", "Zm9vYmFy", "Zm9vYmFy" },
		{ "\xfb\xff\xfe", "+//+", "-__-" } };
	struct buf b = BUF_INIT;

	(void)state;
	for (size_t i = 0; i < LENGTH(vectors); i++) {
		const char *octets = vectors[i][0];

		buf_reset(&b);
		base64_encode(&b, (const uint8_t *)octets, strlen(octets));
		assert_string_equal(buf_text(&b), vectors[i][1]);
		buf_reset(&b);
		assert_true(base64_decode(&b, vectors[i][1], strlen(vectors[i][1])));
		assert_string_equal(buf_text(&b), octets);
		buf_reset(&b);
		base64url_encode(&b, (const uint8_t *)octets, strlen(octets));
		assert_string_equal(buf_text(&b), vectors[i][2]);
		buf_reset(&b);
		assert_true(base64url_decode(&b, vectors[i][2], strlen(vectors[i][2])));
		assert_string_equal(buf_text(&b), octets);
	}
	buf_free(&b);
}

static void
base64_all_lengths(void **state)
{
	uint8_t octets[1000];
	struct buf text = BUF_INIT, back = BUF_INIT;

	(void)state;
	for (size_t i = 0; i < sizeof(octets); i++)
		octets[i] = (uint8_t)(i * 167 + i / 256);
	for (size_t n = 0; n <= sizeof(octets); n++) {
		buf_reset(&text);
		buf_reset(&back);
		base64_encode(&text, octets, n);
		assert_int_equal(text.len, (n + 2) / 3 * 4);
		assert_true(base64_decode(&back, buf_text(&text), text.len));
		assert_int_equal(back.len, n);
		if (n > 0)
			assert_memory_equal(back.data, octets, n);
	}
	buf_free(&text);
	buf_free(&back);
}

static void
base64_white_space(void **state)
{
	static const char text[] = " Z\tm9\r\nvY\ng=\n=\r\n ";
	struct buf b = BUF_INIT;

	(void)state;
	assert_true(base64_decode(&b, text, sizeof(text) - 1));
	assert_string_equal(buf_text(&b), "foob");
	assert_false(base64url_decode(&b, "Zm9v\n", 5));
	buf_free(&b);
}

static void
base64_refused(void **state)
{
	/* No padding, too much, in the middle, alone; a lone digit; other alphabet; bits behind the end; other white space; NUL. */
	static const struct {
		const char *text;
		size_t len;
	} bad[] = { { "Zg", 2 }, { "Zg=", 3 }, { "Zg===", 5 }, { "Zm9v=", 5 }, { "Zm9v==", 6 }, { "Z===", 4 }, { "Zg==Zg==", 8 },
		{ "=", 1 }, { "====", 4 }, { "Z", 1 }, { "Zm9vY", 5 }, { "-__-", 4 }, { "Zh==", 4 }, { "Zm9=", 4 }, { "Zm\v9v", 5 },
		{ "Zm9v\0", 5 },
		{ "Zm\xc2\xa0"
		  "9v",
		    6 },
		{ "Zm9v.", 5 } };
	static const char *const bad_url[] = { "Zg==", "Zm8=", "+//+", "Z", "Zh", "Zm9", "Zm 9v", "Zm9v=" };
	struct buf b = BUF_INIT, small = BUF_CAPPED(2);

	(void)state;
	buf_puts(&b, "kept");
	for (size_t i = 0; i < LENGTH(bad); i++) {
		if (base64_decode(&b, bad[i].text, bad[i].len))
			fail_msg("taken: %s", bad[i].text);
		assert_string_equal(buf_text(&b), "kept");
	}
	for (size_t i = 0; i < LENGTH(bad_url); i++) {
		if (base64url_decode(&b, bad_url[i], strlen(bad_url[i])))
			fail_msg("taken: %s", bad_url[i]);
		assert_string_equal(buf_text(&b), "kept");
	}
	assert_false(base64_decode(&small, "Zm9v", 4));
	buf_free(&b);
	buf_free(&small);
}

static void
pem(void **state)
{
	static const char text[] = "subject=/CN=x\r\n-----BEGIN X-----\nAAAA\n-----END X-----\n"
				   "-----BEGIN CERTIFICATE----- \r\nZm9v\r\nYmFy\r\n-----END CERTIFICATE-----\r\n"
				   "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----";
	uint8_t octets[100];
	struct buf b = BUF_INIT, back = BUF_INIT;

	(void)state;
	assert_true(pem_decode(&b, "CERTIFICATE", text, sizeof(text) - 1));
	assert_string_equal(buf_text(&b), "foobar");
	memset(octets, 0xa5, sizeof(octets));
	buf_reset(&b);
	pem_encode(&b, "CERTIFICATE REQUEST", octets, 49);
	assert_string_equal(buf_text(&b),
	    "-----BEGIN CERTIFICATE REQUEST-----\npaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWl\npQ==\n"
	    "-----END CERTIFICATE REQUEST-----\n");
	assert_true(pem_decode(&back, "CERTIFICATE REQUEST", buf_text(&b), b.len));
	assert_int_equal(back.len, 49);
	assert_memory_equal(back.data, octets, 49);
	buf_free(&b);
	buf_free(&back);
}

static void
pem_refused(void **state)
{
	static const char *const bad[] = { "", "Zm9v", "-----BEGIN C-----\nZm9v\n", "-----BEGIN C-----\nZm9v\n-----END D-----\n",
		"-----END C-----\nZm9v\n-----BEGIN C-----\n", "-----BEGIN C-----Zm9v-----END C-----",
		"x-----BEGIN C-----\nZm9v\n-----END C-----\n", "-----BEGIN C-----\n-----END C-----\n",
		"-----BEGIN C-----\nZm9\n-----END C-----\n", "-----BEGIN c-----\nZm9v\n-----END c-----\n",
		"-----BEGIN CC-----\nZm9v\n-----END CC-----\n", "-----BEGIN C-----\nProc-Type: 4,ENCRYPTED\n\nZm9v\n-----END C-----\n",
		"-----BEGIN C-----\nZm9v\n-----BEGIN C-----\nZm9v\n-----END C-----\n", "-----BEGIN C-----x\nZm9v\n-----END C-----\n",
		"----BEGIN C-----\nZm9v\n-----END C-----\n" };
	struct buf b = BUF_INIT;

	(void)state;
	for (size_t i = 0; i < LENGTH(bad); i++) {
		if (pem_decode(&b, "C", bad[i], strlen(bad[i])))
			fail_msg("taken: %s", bad[i]);
		assert_int_equal(b.len, 0);
	}
	buf_free(&b);
}

static void
utf8(void **state)
{
	/* Edges of RFC 3629, 4. */
	static const char *const good[] = { "", "a", "\x7f", "\xc2\x80", "\xdf\xbf", "\xe0\xa0\x80", "\xed\x9f\xbf", "\xee\x80\x80",
		"\xef\xbf\xbf", "\xf0\x90\x80\x80", "\xf4\x8f\xbf\xbf", "\xd0\xa2\xd0\x95\xd0\xa1\xd0\xa2\xd0\x9e\xd0\x92",
		"\xd3\x98\xd2\x9b" };
	static const char *const bad[] = { "\x80", "\xbf", "\xc0\x80", "\xc1\xbf", "\xe0\x9f\xbf", "\xed\xa0\x80", "\xed\xbf\xbf",
		"\xf0\x8f\xbf\xbf", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xfe", "\xff", "\xc2", "\xe1\x80", "\xf1\x80\x80", "\xc2\x41",
		"\xe1\x80\x41", "\xf1\x80\x80\x41", "a\x80" };

	(void)state;
	for (size_t i = 0; i < LENGTH(good); i++)
		if (!utf8_is_valid(good[i], strlen(good[i])))
			fail_msg("refused: good %zu", i);
	for (size_t i = 0; i < LENGTH(bad); i++)
		if (utf8_is_valid(bad[i], strlen(bad[i])))
			fail_msg("taken: bad %zu", i);
	assert_false(utf8_is_valid("a\0b", 3));
	/* The rest of a sequence lies behind the end that was given. */
	assert_false(utf8_is_valid("\xd0\xa2", 1));
	assert_false(utf8_is_valid("\xf0\x90\x80\x80", 3));
	assert_int_equal(utf8_length("a\xd0\xa2\xf0\x90\x80\x80", 7), 3);
	assert_int_equal(utf8_length("", 0), 0);
	assert_int_equal(utf8_sequence("\xd0\xa2x", 3), 2);
	assert_int_equal(utf8_sequence("", 0), 0);
}

static void
url(void **state)
{
	struct buf b = BUF_INIT;

	(void)state;
	url_encode(&b, "aZ09-._~ +&=/?%\"\n\xd0\xa2");
	assert_string_equal(buf_text(&b), "aZ09-._~%20%2B%26%3D%2F%3F%25%22%0A%D0%A2");
	buf_free(&b);
}

static void
html(void **state)
{
	struct buf out = BUF_INIT;

	(void)state;
	html_escape(&out, "Қ <a href=\"x\">'&amp;'</a>\r\n`=/:");
	assert_string_equal(buf_text(&out), "Қ &lt;a href=&quot;x&quot;&gt;&#39;&amp;amp;&#39;&lt;/a&gt;\n`=/:");
	buf_reset(&out);
	html_escape(&out, "");
	assert_string_equal(buf_text(&out), "");
	buf_free(&out);
}

static void
xml(void **state)
{
	static const char text[] = "Қ <a b=\"c\">&amp;'\t\n\r</a>";
	struct buf out = BUF_INIT;

	(void)state;
	xml_escape(&out, text, sizeof(text) - 1, XML_TEXT);
	assert_string_equal(buf_text(&out), "Қ &lt;a b=\"c\"&gt;&amp;amp;'\t\n&#xD;&lt;/a&gt;");
	buf_reset(&out);
	xml_escape(&out, text, sizeof(text) - 1, XML_ATTRIBUTE);
	assert_string_equal(buf_text(&out), "Қ &lt;a b=&quot;c&quot;>&amp;amp;'&#x9;&#xA;&#xD;&lt;/a>");
	buf_reset(&out);
	xml_escape(&out, "<>", 1, XML_TEXT);
	assert_string_equal(buf_text(&out), "&lt;");
	buf_reset(&out);
	xml_escape(&out, "", 0, XML_TEXT);
	assert_string_equal(buf_text(&out), "");
	buf_free(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hex),
		cmocka_unit_test(base64_vectors),
		cmocka_unit_test(base64_all_lengths),
		cmocka_unit_test(base64_white_space),
		cmocka_unit_test(base64_refused),
		cmocka_unit_test(pem),
		cmocka_unit_test(pem_refused),
		cmocka_unit_test(utf8),
		cmocka_unit_test(url),
		cmocka_unit_test(html),
		cmocka_unit_test(xml),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
