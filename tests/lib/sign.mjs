// Signs a document as another program would: openssl opens the .p12, xmlsec1 makes the signature.
//   const signed = await sign(document, citizen.auth);                    { file, password }
//   sign(document, key, { canonicalization: "exclusive", transform: "exclusive", whitespace: false, keyInfo: "value" | "none", … })
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";

const call = promisify(execFile);
const C14N = {
	inclusive: "http://www.w3.org/TR/2001/REC-xml-c14n-20010315",
	inclusiveComments: "http://www.w3.org/TR/2001/REC-xml-c14n-20010315#WithComments",
	exclusive: "http://www.w3.org/2001/10/xml-exc-c14n#",
	exclusiveComments: "http://www.w3.org/2001/10/xml-exc-c14n#WithComments",
};
const SIGNATURE = {
	rsa: "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
	rsaSha1: "http://www.w3.org/2000/09/xmldsig#rsa-sha1",
	ec: "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256",
};
const KEY_INFO = {
	certificate: "<X509Data><X509Certificate/></X509Data>",
	value: "<KeyValue/>",
};

// The empty signature that xmlsec1 fills.
export function template({ canonicalization = "inclusive", transform = "inclusive", algorithm = "rsa", uri = "", keyInfo = "certificate", whitespace = true,
    digest = "http://www.w3.org/2001/04/xmlenc#sha256" } = {}) {
	const text = `<Signature xmlns="http://www.w3.org/2000/09/xmldsig#">
<SignedInfo>
<CanonicalizationMethod Algorithm="${C14N[canonicalization]}"/>
<SignatureMethod Algorithm="${SIGNATURE[algorithm]}"/>
<Reference URI="${uri}">
<Transforms>
<Transform Algorithm="http://www.w3.org/2000/09/xmldsig#enveloped-signature"/>
${transform ? `<Transform Algorithm="${C14N[transform]}"/>\n` : ""}</Transforms>
<DigestMethod Algorithm="${digest}"/>
<DigestValue/>
</Reference>
</SignedInfo>
<SignatureValue/>
${keyInfo === "none" ? "" : `<KeyInfo>${KEY_INFO[keyInfo]}</KeyInfo>\n`}</Signature>`;
	return whitespace ? text : text.replace(/\n/g, "");
}

// PEM of the key and of its own certificate, from a .p12 with one key.
export async function open(key) {
	const openssl = async (...more) => (await call("openssl", ["pkcs12", "-in", key.file, "-passin", "env:P12", ...more], { env: { ...process.env, P12: key.password } })).stdout;
	const block = (text, kind) => new RegExp(`-----BEGIN ${kind}-----[\\s\\S]*?-----END ${kind}-----\n`).exec(text)[0];
	return {
		key: block(await openssl("-nocerts", "-nodes"), "(?:RSA |EC )?PRIVATE KEY"),
		certificate: block(await openssl("-clcerts", "-nokeys"), "CERTIFICATE"),
	};
}

// key: { file, password } of a .p12, or { key, certificate } as PEM (certificate may be absent for keyInfo "value" and "none").
export async function sign(document, key, options = {}) {
	const pem = key.key ? key : await open(key);
	const folder = await mkdtemp(path.join(tmpdir(), "cabinet-sign-"));
	try {
		const place = (name) => path.join(folder, name);
		const at = document.lastIndexOf("</");
		await writeFile(place("in.xml"), document.slice(0, at) + template(options) + document.slice(at));
		await writeFile(place("key.pem"), pem.key, { mode: 0o600 });
		let keys = place("key.pem");
		if (pem.certificate) {
			await writeFile(place("cert.pem"), pem.certificate);
			keys += "," + place("cert.pem");
		}
		await call("xmlsec1", ["--sign", "--output", place("out.xml"), "--privkey-pem", keys, place("in.xml")]);
		return await readFile(place("out.xml"), "utf8");
	} finally {
		await rm(folder, { recursive: true, force: true });
	}
}
