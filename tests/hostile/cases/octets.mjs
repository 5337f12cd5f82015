// Octets, markup and namespaces: what no parser should eat, what a signature does not notice, and what canonical form makes equal and is accepted.
import { C14N, EXCLUSIVE, ENVELOPED, signature, signed, transform, within } from "../lib/signer.mjs";

const octets = (name, rule, make) => ({ name, rule, make: ({ document, who }) => make(document, who) });
const changed = (name, rule, from, to) => octets(name, rule, (d, who) => {
	const text = signed(d, who);
	if (!(from instanceof RegExp ? from.test(text) : text.includes(from))) throw new Error(`${name}: nothing to change`);
	return text.replace(from, to);
});
const utf16 = (text, mark) => Buffer.from(mark + text, "utf16le");
const swapped = (buffer) => Buffer.from(buffer).swap16();
// text with one piece exchanged for octets that no string holds
const spliced = (text, at, piece) => Buffer.concat([Buffer.from(text.slice(0, text.indexOf(at))), piece, Buffer.from(text.slice(text.indexOf(at) + at.length))]);
const filled = (text, size) => Buffer.concat([Buffer.from(text), Buffer.alloc(size - Buffer.byteLength(text), " ")]);
const inRoot = (document, part) => document.replace("<id>", `${part}<id>`);

const encodings = [
	octets("empty but for a blank", "wellformed", () => " "),
	octets("no XML", "wellformed", () => "login"),
	octets("UTF-16 with its mark", "wellformed", (d, who) => utf16(signed(d, who), "\ufeff")),
	octets("UTF-16 big endian", "wellformed", (d, who) => swapped(utf16(signed(d, who), "\ufeff"))),
	octets("UTF-16 without a mark", "wellformed", (d, who) => utf16(signed(d, who), "")),
	octets("UTF-16 declared and true", "wellformed", (d, who) => utf16(`<?xml version="1.0" encoding="UTF-16"?>${signed(d, who)}`, "\ufeff")),
	octets("UTF-32", "wellformed", (d, who) => Buffer.from([...signed(d, who)].flatMap((c) => [0, c.codePointAt(0) >> 16, c.codePointAt(0) >> 8 & 255, c.codePointAt(0) & 255]))),
	octets("another encoding declared", "wellformed", (d, who) => `<?xml version="1.0" encoding="windows-1251"?>${signed(d, who)}`),
	octets("UTF-7 declared", "wellformed", (d, who) => `<?xml version="1.0" encoding="UTF-7"?>${signed(d, who)}`),
	octets("XML 1.1", "wellformed", (d, who) => `<?xml version="1.1"?>${signed(d, who)}`),
	octets("two byte order marks", "wellformed", (d, who) => `\ufeff\ufeff${signed(d, who)}`),
	octets("overlong UTF-8: '/' in two octets", "wellformed", (d, who) => spliced(signed(d, who), "//", Buffer.from([0xc0, 0xaf, 0xc0, 0xaf]))),
	octets("overlong UTF-8: '<' in three octets", "wellformed", (d, who) => spliced(signed(d, who), "<site>", Buffer.from([0xe0, 0x80, 0xbc, 0x73]))),
	octets("overlong NUL", "wellformed", (d, who) => spliced(signed(d, who), "//", Buffer.from([0xc0, 0x80]))),
	octets("surrogates in UTF-8", "wellformed", (d, who) => spliced(signed(d, who), "//", Buffer.from([0xed, 0xa0, 0x80]))),
	octets("beyond U+10FFFF", "wellformed", (d, who) => spliced(signed(d, who), "//", Buffer.from([0xf4, 0x90, 0x80, 0x80]))),
	octets("cut in the middle of a letter", "wellformed", (d, who) => spliced(signed(d, who), "кабинет", Buffer.from([0xd0]))),
	octets("NUL inside a value", "wellformed", (d, who) => signed(d, who).replace("//", "//\0")),
	octets("NUL behind the root", "wellformed", (d, who) => `${signed(d, who)}\0`),
	octets("NUL, and another document behind it", "wellformed", (d, who) => `${signed(d, who)}\0${d}`),
	octets("U+FFFF", "wellformed", (d, who) => signed(d, who).replace("//", "//\uffff")),
	octets("control character", "wellformed", (d, who) => signed(d, who).replace("//", "//\u0001")),
	octets("control character by reference", "wellformed", (d, who) => signed(d, who).replace("//", "//&#1;")),
	octets("NUL by reference", "wellformed", (d, who) => signed(d, who).replace("//", "//&#0;")),
	octets("cut in the middle", "wellformed", (d, who) => signed(d, who).slice(0, 700)),
	octets("two roots", "wellformed", (d, who) => signed(d, who) + d),
	octets("text behind the root", "wellformed", (d, who) => `${signed(d, who)}x`),
	octets("attribute twice", "wellformed", (d, who) => signed(d, who).replace("<site>", '<site a="" a="">')),
	octets("attribute twice, by two prefixes", "wellformed", (d, who) => signed(d, who).replace("<site>", '<site xmlns:a="urn:x" xmlns:b="urn:x" a:c="" b:c="">')),
	octets("undeclared prefix", "wellformed", (d, who) => signed(d, who).replace("<site>", "<x:site>").replace("</site>", "</x:site>")),
	octets("element of the reserved prefix xmlns", "wellformed", (d, who) => signed(d, who).replace("<site>", '<site xmlns:xmlns="urn:x">')),
	octets("undeclared entity", "wellformed", (d, who) => signed(d, who).replace("//", "//&a;")),
	octets("64 KB + 1", "size", (d, who) => filled(signed(d, who), 65537)),
	octets("64 KB, a comment fills it", "document", (d, who) => {
		const text = signed(d, who);
		return text.replace("<login", `<!--${"x".repeat(65536 - Buffer.byteLength(text) - 7)}--><login`);
	}),
	octets("depth 17", "structure", (d, who) => inRoot(signed(d, who), "<a>".repeat(16) + "</a>".repeat(16))),
	octets("depth 16", "document", (d, who) => inRoot(signed(d, who), "<a>".repeat(15) + "</a>".repeat(15))),
	octets("depth 20 000, open", "structure", () => "<a>".repeat(20000)),
	octets("65 attributes", "structure", (d, who) => signed(d, who).replace("<site>", `<site${Array.from({ length: 65 }, (_, i) => ` a${i}=""`).join("")}>`)),
	octets("16 000 attributes", "structure", (d) => inRoot(d, `<a${' b=""'.repeat(12000)}/>`)),
	octets("100 000 attributes", "too long", (d) => inRoot(d, `<a${Array.from({ length: 100000 }, (_, i) => ` a${i}=""`).join("")}/>`).slice(0, 250000)),
	octets("17 namespaces", "structure", (d, who) => signed(d, who).replace("<site>", `<site${Array.from({ length: 17 }, (_, i) => ` xmlns:a${i}="urn:x"`).join("")}>`)),
	octets("4 000 namespaces", "structure", (d) => inRoot(d, `<a${Array.from({ length: 4000 }, (_, i) => ` xmlns:a${i}=""`).join("")}/>`)),
	octets("257 elements", "structure", (d) => inRoot(d, "<a/>".repeat(257))),
	octets("16 000 elements", "structure", (d) => inRoot(d, "<a/>".repeat(15500))),
	octets("8 000 comments", "signature-count", (d) => inRoot(d, "<!---->".repeat(8000))),
	octets("10 000 references", "signature-count", (d) => inRoot(d, "&#65;".repeat(10000))),
	octets("one attribute of 60 KB", "signature-count", (d) => inRoot(d, `<a b="${"x".repeat(60000)}"/>`)),
	octets("one name of 60 KB", "wellformed", (d) => inRoot(d, `<${"x".repeat(60000)}/>`)),
	octets("60 KB of open brackets", "wellformed", (d) => inRoot(d, "<".repeat(60000))),
];

const DTD = (inner, root = "login") => `<!DOCTYPE ${root} [${inner}]>`;
const laughs = Array.from({ length: 10 }, (_, i) => `<!ENTITY l${i} "${i ? `&l${i - 1};`.repeat(10) : "ha"}">`).join("");
const doctypes = [
	["DOCTYPE alone", "<!DOCTYPE login>"], ["DOCTYPE with SYSTEM", '<!DOCTYPE login SYSTEM "http://127.0.0.1:1/a.dtd">'], ["DOCTYPE with PUBLIC", '<!DOCTYPE login PUBLIC "a" "file:///etc/passwd">'],
	["internal entity", DTD('<!ENTITY a "https://">')], ["external entity, file", DTD('<!ENTITY a SYSTEM "file:///etc/passwd">')], ["external entity, http", DTD('<!ENTITY a SYSTEM "http://127.0.0.1:1/">')],
	["parameter entity", DTD('<!ENTITY % a SYSTEM "http://127.0.0.1:1/"> %a;')], ["billion laughs", DTD(laughs)], ["quadratic blow-up", DTD(`<!ENTITY a "${"x".repeat(20000)}">`)],
	["entity that names itself", DTD('<!ENTITY a "&a;">')], ["default attribute", DTD('<!ATTLIST statement lang CDATA "en">')], ["ID declared by ATTLIST", DTD("<!ATTLIST login id ID #REQUIRED>")],
	["notation", DTD('<!NOTATION a SYSTEM "file:///bin/sh">')],
].map(([name, dtd]) => octets(name, "doctype", (d, who) => dtd + signed(d, who).replace("//", dtd.includes("ENTITY a ") ? "//&a;" : "//")));
doctypes.push(
	octets("billion laughs, used", "doctype", (d, who) => DTD(laughs) + signed(d, who).replace("//", "//&l9;")),
	octets("DOCTYPE in lower case", "wellformed", (d, who) => `<!doctype login>${signed(d, who)}`),
	octets("DOCTYPE behind a comment", "doctype", (d, who) => `<!-- --><!DOCTYPE login>${signed(d, who)}`),
	octets("DOCTYPE inside the root", "doctype", (d, who) => signed(d, who).replace("<id>", "<!DOCTYPE a><id>")),
);

const unnoticed = [
	changed("one letter of the site", "document", "https://localhost", "https://lokalhost"),
	changed("another site", "document", /<site>[^<]*/, "<site>https://other.example"),
	changed("comment splits a value", "document", "https://", "https://<!-- -->"),
	changed("comment splits the identifier", "document", /<id>(.)/, "<id>$1<!---->"),
	changed("comment before the root", "document", "<login ", "<!-- --><login "),
	changed("comment behind the root", "document", /$/, "<!-- -->"),
	changed("processing instruction", "document", "<id>", "<?a b?><id>"),
	changed("processing instruction behind the root", "document", /$/, "<?a b?>"),
	changed("stylesheet", "document", "<login ", '<?xml-stylesheet href="/x" type="text/xsl"?><login '),
	changed("XInclude of a file", "document", "<site>", '<site><i:include xmlns:i="http://www.w3.org/2001/XInclude" href="file:///etc/passwd" parse="text"/>'),
	changed("XInclude in place of a value", "document", /<site>[^<]*/, '<site><i:include xmlns:i="http://www.w3.org/2001/XInclude" href="http://127.0.0.1:1/"/>'),
	changed("blank before the signature", "document", "<Signature", " <Signature"),
	changed("blanks between elements", "document", "<site>", "\n  <site>"),
	changed("element more", "document", "<site>", "<site>https://x</site><site>"),
	changed("element less", "document", /<site>.*<\/site>/, ""),
	changed("elements in another order", "document", /(<id>.*<\/id>)(<site>.*<\/site>)/, "$2$1"),
	changed("attribute more", "document", "<site>", '<site a="1">'),
	changed("xml:lang", "document", "<site>", '<site xml:lang="ru">'),
	changed("xml:space", "document", "<site>", '<site xml:space="preserve">'),
	changed("xml:base", "document", "<login ", '<login xml:base="http://x/" '),
	changed("xml:id of the root", "document", "<login ", '<login xml:id="a" '),
	changed("xml:id of a value", "document", "<site>", '<site xml:id="a">'),
	changed("xml:id twice", "document", /<id>(.*)<site>/, '<id xml:id="a">$1<site xml:id="a">'),
	changed("namespace that nothing uses", "document", "<login ", '<login xmlns:x="urn:x" '),
	changed("our namespace by a prefix", "document", /<site>(.*)<\/site>/, '<c:site xmlns:c="urn:cabinet:1">$1</c:site>'),
	changed("whole document by a prefix", "document", /^<login xmlns="urn:cabinet:1">(.*)(<Signature .*)<\/login>$/s, (_, inner, signature_) =>
		`<c:login xmlns:c="urn:cabinet:1">${inner.replace(/<(\/?)(\w)/g, "<$1c:$2")}${signature_}</c:login>`),
	changed("namespace undone", "document", "<site>", '<site xmlns="">'),
	changed("another namespace for a value", "document", "<site>", '<site xmlns="urn:cabinet:2">'),
	changed("another namespace for the root", "kind", '"urn:cabinet:1"', '"urn:cabinet:2"'),
	changed("namespace with a blank", "wellformed", '"urn:cabinet:1"', '"urn:cabinet:1 "'),
	changed("namespace in capitals", "kind", '"urn:cabinet:1"', '"URN:cabinet:1"'),
	changed("root in capitals", "kind", /^<login(.*)<\/login>$/s, "<Login$1</Login>"),
	changed("CR by reference", "document", "</statement>", "&#13;</statement>"),
	changed("look-alike letter", "document", "localhost", "lоcalhost"),
	changed("letter composed otherwise", "document", "й", "и\u0306"),
	changed("soft hyphen", "document", "localhost", "local\u00adhost"),
	changed("right-to-left mark", "document", "localhost", "local\u202ehost"),
];

// nothing of the document is changed by these (C14N 1.0, 1.1; XML 1.0, 2.11, 3.3.3): refusing them would lock out honest programs
const NCALAYER = { canonicalization: C14N, transforms: [transform(ENVELOPED), transform(`${C14N}#WithComments`)] };
const equal = [
	octets("as signed", null, (d, who) => signed(d, who)),
	octets("C14N 1.0 with comments", null, (d, who) => signed(d, who, { transforms: [transform(ENVELOPED), transform(`${C14N}#WithComments`)] })),
	octets("exclusive with comments", null, (d, who) => signed(d, who, { transforms: [transform(ENVELOPED), transform(`${EXCLUSIVE}WithComments`)] })),
	octets("SignedInfo in C14N 1.0", null, (d, who) => within(d, signature(d, who, { ...NCALAYER }))),
	octets("XML declaration and line ends", null, (d, who) => `<?xml version="1.0" encoding="UTF-8" standalone="no"?>\r\n${signed(d, who)}\r\n`),
	octets("byte order mark", null, (d, who) => `\ufeff${signed(d, who)}`),
	changed("CDATA", null, "https://", "<![CDATA[https://]]>"),
	changed("empty CDATA", null, "https://", "https://<![CDATA[]]>"),
	changed("character references", null, "https://", "&#104;ttps&#x3a;//"),
	changed("blanks in tags", null, "<id>", "<id \n>"),
	changed("quotes", null, 'xmlns="urn:cabinet:1"', "xmlns = 'urn:cabinet:1'"),
	changed("namespace declared again", null, "<id>", '<id xmlns="urn:cabinet:1">'),
	changed("base64 in lines", null, /<X509Certificate>([^<]*)/, (_, text) => `<X509Certificate>${text.replace(/.{76}/g, "$&\n")}`),
	changed("base64 in lines with CR", null, /<SignatureValue>([^<]*)/, (_, text) => `<SignatureValue>${text.replace(/.{76}/g, "$&&#13;\n")}`),
].map((one) => ({ ...one, name: `equal in canonical form: ${one.name}` }));

export const texts = [...encodings, ...doctypes, ...unnoticed, ...equal];
