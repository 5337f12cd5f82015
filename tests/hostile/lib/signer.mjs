// Signatures in every shape, true under the algorithm that they name: what is refused is refused for its shape, not for a wrong sum. SignedInfo is
// written in canonical form by hand, so that it does not lean on the code under test.
//   signed(document, who)                          as the table of accepted shapes has it
//   signed(document, who, { method, transforms, … })
import { constants, createHash, createHmac, createPublicKey, sign } from "node:crypto";

export const DSIG = "http://www.w3.org/2000/09/xmldsig#", MORE = "http://www.w3.org/2001/04/xmldsig-more#";
export const C14N = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315", EXCLUSIVE = "http://www.w3.org/2001/10/xml-exc-c14n#";
export const ENVELOPED = `${DSIG}enveloped-signature`, SHA256 = "http://www.w3.org/2001/04/xmlenc#sha256";

const DIGESTS = { [SHA256]: "sha256", [`${DSIG}sha1`]: "sha1", [`${MORE}md5`]: "md5", "http://www.w3.org/2001/04/xmlenc#sha512": "sha512", [`${MORE}sha384`]: "sha384" };
const asIs = (hash) => (data, { key }) => sign(hash, data, key.asymmetricKeyType === "ec" ? { key, dsaEncoding: "ieee-p1363" } : key);
// HMAC with what everybody has: the public key, as DER or as PEM
const publicOf = (key, format) => createPublicKey(key).export({ type: "spki", format });
const METHODS = {
	[`${MORE}rsa-sha256`]: asIs("sha256"), [`${MORE}rsa-sha384`]: asIs("sha384"), [`${MORE}rsa-sha512`]: asIs("sha512"), [`${DSIG}rsa-sha1`]: asIs("sha1"), [`${MORE}rsa-md5`]: asIs("md5"),
	[`${MORE}ecdsa-sha256`]: asIs("sha256"), [`${MORE}ecdsa-sha1`]: asIs("sha1"), [`${MORE}ecdsa-sha384`]: asIs("sha384"),
	"http://www.w3.org/2007/05/xmldsig-more#sha256-rsa-MGF1": (data, { key }) => sign("sha256", data, { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 }),
	[`${DSIG}hmac-sha1`]: (data, { key }) => createHmac("sha1", publicOf(key, "der")).update(data).digest(),
	[`${MORE}hmac-sha256`]: (data, { key }) => createHmac("sha256", publicOf(key, "der")).update(data).digest(),
	none: () => Buffer.alloc(0),
};

export const transform = (uri, inside = "") => `<Transform Algorithm="${uri}">${inside}</Transform>`;
export const empty = (name, uri, inside = "") => `<${name} Algorithm="${uri}">${inside}</${name}>`;
export const certificateInfo = ({ der }) => `<KeyInfo><X509Data><X509Certificate>${Buffer.from(der).toString("base64")}</X509Certificate></X509Data></KeyInfo>`;
export const reference = (digested, { uri = "", transforms = [transform(ENVELOPED), transform(EXCLUSIVE)], digest = SHA256, digestInside = "", attributes = "" } = {}) =>
	`<Reference${uri === null ? "" : ` URI="${uri}"`}${attributes}>${transforms.length ? `<Transforms>${transforms.join("")}</Transforms>` : ""}${empty("DigestMethod", digest, digestInside)}` +
	`<DigestValue>${createHash(DIGESTS[digest] ?? "sha256").update(digested).digest("base64")}</DigestValue></Reference>`;

/*
 * The Signature element. who: { key: private KeyObject, der: certificate }. references: whole elements; value: other octets than the method gives;
 * keyInfo, object: elements. inSignature: attributes; methodInside, canonicalizationInside: parameters.
 */
export function signature(digested, who, { method = `${MORE}rsa-sha256`, canonicalization = EXCLUSIVE, canonicalizationInside = "", methodInside = "", references, keyInfo = certificateInfo(who), object = "",
    inSignature = "", inInfo = "", value, cut, ...shape } = {}) {
	const inside = empty("CanonicalizationMethod", canonicalization, canonicalizationInside) + empty("SignatureMethod", method, methodInside) + (references ?? [reference(digested, shape)]).join("");
	const made = value ?? (METHODS[method] ?? METHODS[`${MORE}rsa-sha256`])(Buffer.from(`<SignedInfo xmlns="${DSIG}"${inInfo}>${inside}</SignedInfo>`), who);
	return `<Signature xmlns="${DSIG}"${inSignature}><SignedInfo${inInfo}>${inside}</SignedInfo><SignatureValue>${made.subarray(0, cut).toString("base64")}</SignatureValue>${keyInfo}${object}</Signature>`;
}

// part before the end tag of the root
export const within = (document, part) => {
	const at = document.lastIndexOf("</");
	return document.slice(0, at) + part + document.slice(at);
};
export const signed = (document, who, shape) => within(document, signature(document, who, shape));
