// Certificates with any property, good or odd, written octet by octet: openssl refuses to make half of them. And the register's rows for them.
//   const ca = await authority(site, db);
//   const cert = ca.issue({ key: pair.publicKey, subject: person(citizen), ...auth });      { der, pem, serial: 40 hex }
//   await enter(db, cert, { ca: ca.id, iin, purpose: "auth" });        as if the publisher had issued it
import { constants, createHash, createPrivateKey, randomBytes, sign, X509Certificate } from "node:crypto";
import { readFile } from "node:fs/promises";
import path from "node:path";

import { bits, bitString, fromHex, int, list, NULL, octetString, oidOf, printable, read, sequence, setOf, tagged, tlv, utf8 } from "../../../views/static/js/der.js";
import { parseCertificate, toPem } from "../../../views/static/js/x509.js";

const SIGNATURES = { sha256: "1.2.840.113549.1.1.11", sha1: "1.2.840.113549.1.1.5", md5: "1.2.840.113549.1.1.4" };
export const CLIENT_AUTH = "1.3.6.1.5.5.7.3.2", EMAIL = "1.3.6.1.5.5.7.3.4", ANY_USAGE = "2.5.29.37.0";
export const ROLE = "1.3.6.1.4.1.32473.4.1.1";		// natural person, in the demo's arc
const NAMES = { CN: "2.5.4.3", SN: "2.5.4.4", serialNumber: "2.5.4.5", C: "2.5.4.6", O: "2.5.4.10", OU: "2.5.4.11", GN: "2.5.4.42" };

const attribute = ([type, value]) => sequence(oidOf(NAMES[type]), value instanceof Uint8Array ? value : type === "C" || type === "serialNumber" ? printable(value) : utf8(value));
// [[type, value], …], each an RDN of its own; a value may be DER already; a list of pairs in place of one makes one RDN of several.
export const name = (rdns) => sequence(...rdns.map((rdn) => setOf(...(Array.isArray(rdn[0]) ? rdn : [rdn]).map(attribute))));
export const person = ({ iin, surname, name: first, patronymic = "" }, more = []) =>
	[["CN", `${surname} ${first}`], ["SN", surname], ["serialNumber", `IIN${iin}`], ["C", "KZ"], ...(patronymic ? [["GN", patronymic]] : []), ...more];

const utcTime = (date) => tlv(0x17, Buffer.from(`${date.toISOString().replace(/\D/g, "").slice(2, 14)}Z`));
const extension = (id, der, critical = false) => sequence(oidOf(id), ...(critical ? [tlv(0x01, [0xff])] : []), octetString(der));
// digitalSignature is bit 0 of the first octet
const BIT = { digitalSignature: 0x80, nonRepudiation: 0x40, keyEncipherment: 0x20, keyCertSign: 0x04 };
export const keyUsage = (...names) => extension("2.5.29.15", bits([names.reduce((octet, one) => octet | BIT[one], 0)]), true);
export const extKeyUsage = (...oids) => extension("2.5.29.37", sequence(...oids.map(oidOf)));
export const isCa = extension("2.5.29.19", sequence(tlv(0x01, [0xff])), true);
export const unknownCritical = extension("1.3.6.1.4.1.32473.99.1", NULL, true);
const spkiOf = (key) => (key instanceof Uint8Array ? key : new Uint8Array(key.export({ type: "spki", format: "der" })));
const keyIdOf = (spki) => createHash("sha1").update(bitString(list(read(spki), 2)[1])).digest();

export const auth = { extensions: [keyUsage("digitalSignature", "keyEncipherment"), extKeyUsage(CLIENT_AUTH, ROLE)] };
export const signing = { extensions: [keyUsage("digitalSignature", "nonRepudiation"), extKeyUsage(EMAIL, ROLE)] };

const DAY = 86400000;
/*
 * by: { name: DER, keyId, key }; without by: signed by its own key `own`. signature: "zero", or octets; hash: of the signature.
 * from, until: days from now. serial: 40 hex.
 */
export function certificate({ key, subject, by, extensions, serial = `1f${randomBytes(19).toString("hex")}`, from = -1, until = 365, hash = "sha256", signature, serialDer }) {
	const spki = spkiOf(key), now = Math.floor(Date.now() / 1000) * 1000;
	const algorithm = sequence(oidOf(SIGNATURES[hash]), NULL);
	const parts = [extension("2.5.29.14", octetString(keyIdOf(spki))), ...(by.keyId ? [extension("2.5.29.35", sequence(tlv(0x80, by.keyId)))] : []), ...extensions];
	const tbs = sequence(tagged(0, int(2)), serialDer ?? int(fromHex(serial)), algorithm, by.name, sequence(utcTime(new Date(now + from * DAY)), utcTime(new Date(now + until * DAY))),
		subject instanceof Uint8Array ? subject : name(subject), spki, tagged(3, sequence(...parts)));
	const value = signature === "zero" ? new Uint8Array(512) : signature ?? sign(hash, tbs, { key: by.key, padding: constants.RSA_PKCS1_PADDING });
	const der = sequence(tbs, algorithm, bits(new Uint8Array(value)));
	return { der, pem: toPem(der), serial, spki, name: subject instanceof Uint8Array ? subject : name(subject), keyId: keyIdOf(spki) };
}

// The demo CA of this instance, with its key: only its own tests ever use it so.
export async function authority(site, db) {
	const file = (what) => readFile(path.join(site.var, "ca", what));
	const pem = await file("ca.pem"), x = parseCertificate(new Uint8Array(new X509Certificate(pem).raw));
	const key = createPrivateKey({ key: await file("ca.key"), passphrase: (await file("ca.passphrase")).toString().trim() });
	const by = { name: x.subject.der, keyId: fromHex(x.ski), key };
	const [[id]] = await db.ask(`SELECT id FROM ca WHERE key_id=X'${x.ski}'`);
	return { ...by, id, der: x.der, issue: (fields) => certificate({ by, ...fields }) };
}

export const hexOf = (octets) => `X'${Buffer.from(octets).toString("hex")}'`;
// A row of the register, as the publisher would have written it.
export const enter = (db, { der, serial, keyId }, { iin, purpose, ca, until = 365, from = -1, number = "00000000000001" }) => db.ask(`INSERT INTO certificate
	(serial, ca, iin, number, purpose, algorithm, subject, full_name, not_before, not_after, key_id, der, issued_at) VALUES (X'${serial}', ${ca}, '${iin}', '${number}', '${purpose}', 'RSA-2048',
	'CN=corpus', 'CORPUS', UTC_TIMESTAMP(6) + INTERVAL ${from} DAY, UTC_TIMESTAMP(6) + INTERVAL ${until} DAY, ${hexOf(keyId)}, ${hexOf(der)}, UTC_TIMESTAMP(6) - INTERVAL 1 DAY)`);
