/*
 * Signing the documents of the cabinet (namespace urn:cabinet:1) with XMLDSig: enveloped, exclusive C14N twice, SHA-256, RSA or
 * ECDSA P-256, KeyInfo with the leaf certificate alone. What is sent is the canonical text itself: a serializer would write CR
 * in another way than it was hashed.
 */
import { canonicalize } from './c14n.js';
import { toBase64 } from './der.js';
import { signer } from './keys.js';

const CABINET = 'urn:cabinet:1';
const DSIG = 'http://www.w3.org/2000/09/xmldsig#';
const EXCLUSIVE = 'http://www.w3.org/2001/10/xml-exc-c14n#';
const ELEMENT = 1, INSTRUCTION = 7, COMMENT = 8;

/* code: doctype | ill-formed | not-plain (comments, instructions) | not-ours | kind | site | signed-already | no-certificate */
export class SignError extends Error {
	constructor(code, cause = undefined) {
		super(code, { cause });
		this.name = 'SignError';
		this.code = code;
	}
}
const refuse = (code) => {
	throw new SignError(code);
};

const browserParser = (text) => new DOMParser().parseFromString(text, 'application/xml');

const parse = (text, parser) => {
	/* Before parsing: a DTD can make a parser work without end. */
	if (/<!DOCTYPE/i.test(text))
		refuse('doctype');
	let document;
	try {
		document = parser(text);
	} catch (cause) {
		throw new SignError('ill-formed', cause);
	}
	if (!document?.documentElement || document.getElementsByTagNameNS('*', 'parsererror').length)
		refuse('ill-formed');
	return document;
};

/* The XML declaration, which some DOMs keep as an instruction, is none. */
const isPlain = (node) => node.nodeType !== COMMENT && (node.nodeType !== INSTRUCTION || node.target === 'xml') && Array.from(node.childNodes ?? []).every(isPlain);
const textsOf = (root, name) => Array.from(root.childNodes)
    .filter((node) => node.nodeType === ELEMENT && node.namespaceURI === CABINET && node.localName === name).map((node) => node.textContent);

/* Everything that makes a document not ours to sign. */
const check = (document, { origin, kind, statement }) => {
	const root = document.documentElement;
	if (!isPlain(document))
		refuse('not-plain');
	if (root.namespaceURI !== CABINET)
		refuse('not-ours');
	if (kind && root.localName !== kind)
		refuse('kind');
	if (root.getElementsByTagNameNS(DSIG, '*').length)
		refuse('signed-already');
	const sites = textsOf(root, 'site');
	if (sites.length !== 1 || !origin || sites[0] !== origin)
		refuse('site');
	/* what is signed is what was read */
	if (statement !== undefined && textsOf(root, 'statement').join('\n') !== statement)
		refuse('statement');
};

const sha256 = async (text) => new Uint8Array(await globalThis.crypto.subtle.digest('SHA-256', new TextEncoder().encode(text)));
const empty = (name, algorithm) => `<${name} Algorithm="${algorithm}"></${name}>`;

/* In exclusive canonical form as it stands, so that what is hashed is what is sent. */
const signedInfo = (method, digest) => `<SignedInfo xmlns="${DSIG}">${empty('CanonicalizationMethod', EXCLUSIVE)}${empty('SignatureMethod', method)}`
    + `<Reference URI=""><Transforms>${empty('Transform', `${DSIG}enveloped-signature`)}${empty('Transform', EXCLUSIVE)}</Transforms>`
    + `${empty('DigestMethod', 'http://www.w3.org/2001/04/xmlenc#sha256')}<DigestValue>${toBase64(digest)}</DigestValue></Reference></SignedInfo>`;

const METHODS = { RSA: 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256', EC: 'http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256' };

/*
 * xmlText: a document as the server issued it; key: { pkcs8, certificate: DER or null }, null only for a `proof`, whose KeyInfo is left out;
 * origin: of the page, with which <site> must agree; kind: local name that the root must have, unless missing;
 * statement: the sentence that the person read, with which <statement> must agree, unless missing;
 * parser: text → Document, throwing or giving <parsererror> on ill-formed text; DOMParser unless given.
 * Returns the signed text. Throws SignError, or KeyFileError for a key that cannot sign (gost, unsupported-cipher, damaged).
 */
export const signXml = async (xmlText, { pkcs8, certificate = null }, { origin, kind = '', statement = undefined, parser = browserParser }) => {
	const document = parse(xmlText, parser);
	check(document, { origin, kind, statement });
	if (!certificate && document.documentElement.localName !== 'proof')
		refuse('no-certificate');
	const { algorithm, sign } = await signer(pkcs8);
	/* Inclusive form is sent: it keeps declarations that nothing uses, and the server compares with what it issued. */
	const text = canonicalize(document);
	const info = signedInfo(METHODS[algorithm], await sha256(canonicalize(document, { exclusive: true })));
	const value = await sign(new TextEncoder().encode(info));
	const keyInfo = certificate ? `<KeyInfo><X509Data><X509Certificate>${toBase64(certificate)}</X509Certificate></X509Data></KeyInfo>` : '';
	const signature = `<Signature xmlns="${DSIG}">${info.replace(` xmlns="${DSIG}"`, '')}<SignatureValue>${toBase64(value)}</SignatureValue>${keyInfo}</Signature>`;
	const end = text.lastIndexOf('</');
	return text.slice(0, end) + signature + text.slice(end);
};
