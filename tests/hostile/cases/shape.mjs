// Shape of the Signature: how many, where, which parts, Reference, transforms, algorithms, KeyInfo.
import { createHash } from "node:crypto";

import { C14N, certificateInfo, DSIG, ENVELOPED, EXCLUSIVE, MORE, reference, SHA256, signature, signed, transform, within } from "../lib/signer.mjs";

const shape = (name, rule, how) => ({ name, rule, make: ({ document, who, ...rest }) => signed(document, who, typeof how === "function" ? how(document, who, rest) : how) });
const text = (name, rule, make) => ({ name, rule, make: ({ document, who, ...rest }) => make(document, who, rest) });
const enveloped = transform(ENVELOPED), exclusive = transform(EXCLUSIVE);
const replaced = (document, who, from, to) => signed(document, who).replace(from, to);

const places = [
	text("no signature", "signature-count", (d) => d),
	text("the same signature twice", "signature-count", (d, who) => within(signed(d, who), signature(d, who))),
	text("two signatures, each over the whole", "signature-count", (d, who) => {
		const first = signed(d, who);
		return within(first, signature(d, who));
	}),
	text("a second signature inside KeyInfo", "signature-count", (d, who) => signed(d, who, { keyInfo: certificateInfo(who).replace("</KeyInfo>", `${signature(d, who)}</KeyInfo>`) })),
	text("a second signature deep in the document", "signature-count", (d, who) => signed(d.replace("</site>", `${signature(d, who)}</site>`), who)),
	text("signature of another namespace", "signature-count", (d, who) => replaced(d, who, `<Signature xmlns="${DSIG}"`, '<Signature xmlns="http://www.w3.org/2000/09/xmldsig"')),
	text("signature first", "signature-place", (d, who) => d.replace("<id>", `${signature(d, who)}<id>`)),
	text("an element behind the signature", "signature-place", (d, who) => within(signed(d, who), "<a></a>")),
	text("text behind the signature", "signature-place", (d, who) => within(signed(d, who), "x")),
	text("comment behind the signature", "signature-place", (d, who) => within(signed(d, who), "<!-- -->")),
	text("line end behind the signature", "signature-place", (d, who) => within(signed(d, who), "\n")),
	text("signature around the document (enveloping)", "kind", (d, who) => signature(d, who, { object: `<Object Id="o">${d}</Object>`, references: [reference(d, { uri: "#o", transforms: [] })] })),
	text("signature alone (detached)", "kind", (d, who) => signature(d, who, { references: [reference(d, { uri: "login.xml", transforms: [] })] })),
];

const parts = [
	shape("Object in the signature", "signature-shape", { object: "<Object></Object>" }),
	shape("Manifest in an Object", "signature-shape", (d) => ({ object: `<Object><Manifest>${reference(d)}</Manifest></Object>` })),
	shape("XAdES properties in an Object", "signature-shape", { object: '<Object><q:QualifyingProperties xmlns:q="http://uri.etsi.org/01903/v1.3.2#" Target="#s"></q:QualifyingProperties></Object>' }),
	shape("Id of the signature", "signature-shape", { inSignature: ' Id="s"' }),
	shape("Id of SignedInfo", "signature-shape", { inInfo: ' Id="s"' }),
	shape("xml:id of the signature", "signature-shape", { inSignature: ' xml:id="s"' }),
	shape("unknown attribute of the signature", "signature-shape", { inSignature: ' a="b"' }),
	shape("two KeyInfo", "signature-shape", (d, who) => ({ object: certificateInfo(who) })),
	text("no SignatureValue", "signature-shape", (d, who) => replaced(d, who, /<SignatureValue>.*<\/SignatureValue>/, "")),
	text("no SignedInfo", "signature-shape", (d, who) => replaced(d, who, /<SignedInfo>.*<\/SignedInfo>/, "")),
	text("two SignedInfo", "signature-shape", (d, who) => replaced(d, who, /(<SignedInfo>.*<\/SignedInfo>)/, "$1$1")),
	text("no SignatureMethod", "signature-shape", (d, who) => replaced(d, who, /<SignatureMethod.*<\/SignatureMethod>/, "")),
	text("empty signature", "signature-shape", (d) => within(d, `<Signature xmlns="${DSIG}"></Signature>`)),
	text("comment in SignedInfo", "signature-shape", (d, who) => replaced(d, who, "<Reference ", "<!-- --><Reference ")),
	text("comment splits SignatureValue", "signature-shape", (d, who) => replaced(d, who, /(<SignatureValue>....)/, "$1<!-- -->")),
	text("processing instruction in the signature", "signature-shape", (d, who) => replaced(d, who, "<KeyInfo>", "<?a b?><KeyInfo>")),
	text("text between parts", "signature-shape", (d, who) => replaced(d, who, "<SignatureValue>", "x<SignatureValue>")),
	text("SignatureValue of another namespace", "signature-shape", (d, who) => replaced(d, who, "<SignatureValue>", '<SignatureValue xmlns="urn:x">')),
];

const references = [
	shape("no Reference", "reference", { references: [] }),
	shape("two References, both true", "reference", (d) => ({ references: [reference(d), reference(d)] })),
	shape("two References, the second to nothing", "reference", (d) => ({ references: [reference(d), reference("", { uri: "#nothing", transforms: [] })] })),
	shape("without URI", "reference", { uri: null }),
	shape("by Id", "reference", { uri: "#good" }),
	shape("by xpointer(/)", "reference", { uri: "#xpointer(/)" }),
	shape("by xpointer(id())", "reference", { uri: "#xpointer(id('good'))" }),
	shape("by XPointer element scheme", "reference", { uri: "#element(/1)" }),
	shape("external, http", "reference", { uri: "http://127.0.0.1:1/login.xml" }),
	shape("external, file", "reference", { uri: "file:///etc/passwd" }),
	shape("external, relative", "reference", { uri: "login.xml" }),
	shape("a blank as URI", "reference", { uri: " " }),
	shape("'#' as URI", "reference", { uri: "#" }),
	shape("Type of the Reference", "reference", { attributes: ' Type="http://www.w3.org/2000/09/xmldsig#Object"' }),
];

const XSLT = '<x:stylesheet xmlns:x="http://www.w3.org/1999/XSL/Transform" version="1.0"><x:template match="/"><x:value-of select="1"></x:value-of></x:template></x:stylesheet>';
const transforms = [
	["none", []], ["enveloped alone", [enveloped]], ["canonical form alone", [exclusive]], ["twice enveloped", [enveloped, enveloped]], ["three", [enveloped, exclusive, transform(C14N)]],
	["wrong order", [exclusive, enveloped]], ["XSLT", [enveloped, transform("http://www.w3.org/TR/1999/REC-xslt-19991116", XSLT)]],
	["XSLT before", [transform("http://www.w3.org/TR/1999/REC-xslt-19991116", XSLT), enveloped, exclusive]],
	["XPath", [transform("http://www.w3.org/TR/1999/REC-xpath-19991116", "<XPath>not(ancestor-or-self::*[local-name()='statement'])</XPath>"), exclusive]],
	["XPath in place of enveloped", [transform("http://www.w3.org/TR/1999/REC-xpath-19991116", "<XPath>not(ancestor-or-self::*[local-name()='Signature'])</XPath>"), exclusive]],
	["XPath filter 2", [enveloped, transform("http://www.w3.org/2002/06/xmldsig-filter2", '<XPath xmlns="http://www.w3.org/2002/06/xmldsig-filter2" Filter="subtract">//statement</XPath>')]],
	["base64", [enveloped, transform(`${DSIG}base64`)]], ["base64 alone", [transform(`${DSIG}base64`)]], ["C14N 1.1", [enveloped, transform("http://www.w3.org/2006/12/xml-c14n11")]],
	["InclusiveNamespaces", [enveloped, transform(EXCLUSIVE, `<InclusiveNamespaces xmlns="${EXCLUSIVE}" PrefixList="#default"></InclusiveNamespaces>`)]],
	["WS-Security STR", [enveloped, transform("http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-soap-message-security-1.0#STR-Transform")]],
	["decryption", [enveloped, transform("http://www.w3.org/2002/07/decrypt#XML")]], ["unknown", [enveloped, transform("urn:x")]],
].map(([name, list]) => shape(`transforms: ${name}`, "transforms", { transforms: list }));

const PSS = "http://www.w3.org/2007/05/xmldsig-more#sha256-rsa-MGF1";
const algorithms = [
	...[`${DSIG}rsa-sha1`, `${MORE}rsa-md5`, `${MORE}rsa-sha384`, `${MORE}rsa-sha512`, PSS, "none", "", `${MORE}RSA-SHA256`, `${MORE}rsa-sha256 `]
	    .map((method) => shape(`signature method "${method.replace(/^.*#/, "")}"`, "algorithm", { method })),
	shape("HMAC-SHA-256 keyed with the public key", "algorithm", { method: `${MORE}hmac-sha256` }),
	shape("HMAC-SHA-1 keyed with the public key", "algorithm", { method: `${DSIG}hmac-sha1` }),
	shape("HMAC truncated to one octet (CVE-2009-0217)", "algorithm", { method: `${DSIG}hmac-sha1`, methodInside: "<HMACOutputLength>8</HMACOutputLength>", cut: 1 }),
	shape("HMACOutputLength beside RSA", "algorithm", { methodInside: "<HMACOutputLength>1</HMACOutputLength>" }),
	shape("RSAPSSParams beside RSA", "algorithm", { methodInside: '<RSAPSSParams xmlns="http://www.w3.org/2007/05/xmldsig-more#"></RSAPSSParams>' }),
	shape("ECDSA named, RSA key", "algorithm", { method: `${MORE}ecdsa-sha256`, value: Buffer.alloc(64, 1) }),
	...[`${DSIG}sha1`, `${MORE}md5`, `${MORE}sha384`, "http://www.w3.org/2001/04/xmlenc#sha512", ""].map((digest) => shape(`digest method "${digest.replace(/^.*#/, "")}"`, "algorithm", { digest })),
	shape("digest with a parameter", "algorithm", { digestInside: "<a></a>" }),
	shape("SignedInfo canonical with comments", "algorithm", { canonicalization: `${EXCLUSIVE}WithComments` }),
	shape("SignedInfo in C14N 1.1", "algorithm", { canonicalization: "http://www.w3.org/2006/12/xml-c14n11" }),
	shape("SignedInfo not canonical", "algorithm", { canonicalization: "" }),
	shape("SignedInfo canonical by XSLT", "algorithm", { canonicalization: "http://www.w3.org/TR/1999/REC-xslt-19991116" }),
	shape("InclusiveNamespaces of SignedInfo", "algorithm", { canonicalizationInside: `<InclusiveNamespaces xmlns="${EXCLUSIVE}" PrefixList="x"></InclusiveNamespaces>` }),
	text("digest empty", "digest", (d, who) => replaced(d, who, /<DigestValue>[^<]*/, "<DigestValue>")),
	text("digest cut", "digest", (d, who) => replaced(d, who, /<DigestValue>(.{20})[^<]*/, "<DigestValue>$1")),
	shape("digest of the evil document, truly signed", "digest", (d) => ({ references: [reference(d.replace("<site>", "<site>x"))] })),
	text("signature empty", "signature", (d, who) => replaced(d, who, /<SignatureValue>[^<]*/, "<SignatureValue>")),
	shape("signature of zeros", "signature", { value: Buffer.alloc(256) }),
	shape("signature of ones: value 1", "signature", { value: Buffer.concat([Buffer.alloc(255), Buffer.from([1])]) }),
	shape("signature with an octet more", "signature", (d, who) => ({ value: Buffer.concat([Buffer.from(signature(d, who).match(/<SignatureValue>([^<]*)/)[1], "base64"), Buffer.from([0])]) })),
	shape("signature truncated", "signature", { cut: 128 }),
	text("SignedInfo changed after signing", "signature", (d, who) => replaced(d, who, "<SignedInfo>", "<SignedInfo> ")),
	text("digest of another document put into a true signature", "signature", (d, who) =>
		signed(d.replace("<site>", "<site>x"), who).replace("<site>x", "<site>").replace(/<DigestValue>[^<]*/, `<DigestValue>${createHash("sha256").update(d).digest("base64")}`)),
	text("transform changed after signing", "signature", (d, who) => replaced(d, who, exclusive, transform(C14N))),
	text("digest named otherwise", "algorithm", (d, who) => replaced(d, who, SHA256, `${SHA256}x`)),
];

const rsaKeyValue = ({ key }) => {
	const { n, e } = key.export({ format: "jwk" });
	const base64 = (text) => Buffer.from(text, "base64url").toString("base64");
	return `<KeyValue><RSAKeyValue><Modulus>${base64(n)}</Modulus><Exponent>${base64(e)}</Exponent></RSAKeyValue></KeyValue>`;
};
const x509 = (...ders) => ders.map((der) => `<X509Certificate>${Buffer.from(der).toString("base64")}</X509Certificate>`).join("");
const keyInfos = [
	["none", () => ""], ["empty", () => "<KeyInfo></KeyInfo>"], ["X509Data empty", () => "<KeyInfo><X509Data></X509Data></KeyInfo>"],
	["KeyValue of the true key", (who) => `<KeyInfo>${rsaKeyValue(who)}</KeyInfo>`], ["KeyValue beside the certificate", (who) => `<KeyInfo>${rsaKeyValue(who)}<X509Data>${x509(who.der)}</X509Data></KeyInfo>`],
	["KeyValue of a thief beside the certificate", (who, { thief }) => `<KeyInfo>${rsaKeyValue(thief)}<X509Data>${x509(who.der)}</X509Data></KeyInfo>`],
	["KeyName", () => "<KeyInfo><KeyName>ТЕСТОВ</KeyName></KeyInfo>"], ["KeyName beside", (who) => `<KeyInfo><KeyName>x</KeyName><X509Data>${x509(who.der)}</X509Data></KeyInfo>`],
	["RetrievalMethod", () => '<KeyInfo><RetrievalMethod URI="http://127.0.0.1:1/key" Type="http://www.w3.org/2000/09/xmldsig#X509Data"></RetrievalMethod></KeyInfo>'],
	["RetrievalMethod to itself", () => '<KeyInfo><RetrievalMethod URI="#k"></RetrievalMethod></KeyInfo>'], ["two certificates", (who, { ca }) => `<KeyInfo><X509Data>${x509(who.der, ca.der)}</X509Data></KeyInfo>`],
	["chain, CA first", (who, { ca }) => `<KeyInfo><X509Data>${x509(ca.der, who.der)}</X509Data></KeyInfo>`], ["the same certificate twice", (who) => `<KeyInfo><X509Data>${x509(who.der, who.der)}</X509Data></KeyInfo>`],
	["two X509Data", (who) => `<KeyInfo><X509Data>${x509(who.der)}</X509Data><X509Data>${x509(who.der)}</X509Data></KeyInfo>`],
	["chain of another CA", (who, { thief }) => `<KeyInfo><X509Data>${x509(who.der, thief.der)}</X509Data></KeyInfo>`], ["X509SubjectName beside", (who) => `<KeyInfo><X509Data>${x509(who.der)}<X509SubjectName>CN=x</X509SubjectName></X509Data></KeyInfo>`],
	["X509SKI alone", () => "<KeyInfo><X509Data><X509SKI>AAAA</X509SKI></X509Data></KeyInfo>"], ["X509IssuerSerial alone", () => "<KeyInfo><X509Data><X509IssuerSerial><X509IssuerName>CN=x</X509IssuerName><X509SerialNumber>1</X509SerialNumber></X509IssuerSerial></X509Data></KeyInfo>"],
	["a CRL beside", (who) => `<KeyInfo><X509Data>${x509(who.der)}<X509CRL>AAAA</X509CRL></X509Data></KeyInfo>`], ["PGPData", () => "<KeyInfo><PGPData><PGPKeyID>AAAA</PGPKeyID></PGPData></KeyInfo>"],
	["EncryptedKey", () => '<KeyInfo><EncryptedKey xmlns="http://www.w3.org/2001/04/xmlenc#"></EncryptedKey></KeyInfo>'],
].map(([name, how]) => shape(`KeyInfo: ${name}`, "keyinfo", (d, who, w) => ({ keyInfo: how(who, w) })));

export const shapes = [...places, ...parts, ...references, ...transforms, ...algorithms, ...keyInfos];
