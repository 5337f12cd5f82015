// Certificates: other CAs, forged rows, validity, revocation, purposes, persons, keys. Most are truly signed by the instance's own demo CA and stand in its register,
// so that only the property in question can be the reason of the refusal. Signed by the login's own rules; those of the signing key by a confirmation.
import { generateKeyPairSync } from "node:crypto";

import { bits, int, NULL, octetString, oidOf, sequence, tlv } from "../../../views/static/js/der.js";
import { ANY_USAGE, auth, certificate, CLIENT_AUTH, EMAIL, enter, extKeyUsage, hexOf, isCa, keyUsage, person, ROLE, signing, unknownCritical } from "../lib/certificate.mjs";
import { certificateInfo, MORE, signed } from "../lib/signer.mjs";

const GOST = "1.2.398.3.10.1.1.2.2";		// GOST R 34.10-2012 of the Kazakh profile: a key that is no key to OpenSSL

// db: lib/measure.mjs Database; citizen, other: of the instance; pair: RSA-2048 of the thief
export async function certificates({ db, ca, citizen, other, pair }) {
	const subject = person(citizen), key = pair.publicKey, list = [];
	const thief = { key: pair.privateKey };
	// stands in the register, truly signed by our CA
	const odd = async (what, rule, fields, { row = {}, who = thief, to = "login", method } = {}) => {
		const made = ca.issue({ key, subject, ...auth, ...fields });
		await enter(db, made, { ca: ca.id, iin: citizen.iin, purpose: to === "login" ? "auth" : "sign", from: fields.from, until: fields.until, ...row });
		list.push({ name: `certificate: ${what}`, rule, to, make: ({ document }) => signed(document, { ...who, der: made.der }, { method }) });
		return made;
	};
	// does not stand in it
	const foreign = (what, rule, made, who = thief) => list.push({ name: `certificate: ${what}`, rule, make: ({ document }) => signed(document, { ...who, der: made.der ?? made }) });

	/* control: a certificate made here, as the publisher would have made it, logs in */
	await odd("as it should be", null, {});

	await odd("expired a second ago", "certificate-time", { from: -2, until: -1 / 86400 });
	await odd("expired a year ago", "certificate-time", { from: -700, until: -365 });
	await odd("not yet valid", "certificate-time", { from: 1, until: 365 });
	const revoked = await odd("revoked a second ago", "certificate-revoked", {});
	await db.ask(`INSERT INTO revocation (ca, serial, iin, reason, revoked_at) VALUES (${ca.id}, X'${revoked.serial}', '${citizen.iin}', 1, UTC_TIMESTAMP(6) - INTERVAL 1 SECOND)`);
	const both = await odd("expired and revoked", "certificate-time", { from: -700, until: -365 });
	await db.ask(`INSERT INTO revocation (ca, serial, iin, reason, revoked_at) VALUES (${ca.id}, X'${both.serial}', '${citizen.iin}', 1, UTC_TIMESTAMP(6))`);

	/* other CAs */
	const otherCa = generateKeyPairSync("rsa", { modulusLength: 2048 }), twin = { name: ca.name, keyId: ca.keyId, key: otherCa.privateKey };
	const real = await odd("control for what follows", null, {});
	foreign("of another CA with the same name", "certificate-ca", certificate({ by: twin, key, subject, ...auth }));
	foreign("of another CA with the same name, serial of a true one", "certificate-ca", certificate({ by: twin, key, subject, ...auth, serial: real.serial }));
	foreign("self-signed, our CA as issuer, signature of zeros", "certificate-ca", certificate({ by: ca, key, subject, ...auth, signature: "zero" }));
	foreign("self-signed, our CA's name as subject and issuer", "certificate-ca", certificate({ by: { name: ca.name, key: pair.privateKey }, key, subject: ca.name, ...auth }));
	foreign("true in all but one octet of its signature", "certificate-ca", Uint8Array.from(real.der, (octet, i) => (i === real.der.length - 1 ? octet ^ 1 : octet)));
	foreign("of our CA, but in no row", "certificate-ca", ca.issue({ key, subject, ...auth }));
	foreign("issued by a citizen's own key", "certificate-ca", certificate({ by: { name: real.name, keyId: real.keyId, key: pair.privateKey }, key, subject, ...auth }));
	foreign("the CA's own certificate", "certificate-ca", ca.der, { key: ca.key });

	/* rows that a program with too many rights has forged: the CA's signature counts */
	const zero = certificate({ by: ca, key, subject, ...auth, signature: "zero" });
	await enter(db, zero, { ca: ca.id, iin: citizen.iin, purpose: "auth" });
	foreign("forged row: signature of zeros", "certificate-ca", zero);
	const forged = certificate({ by: twin, key, subject, ...auth });
	await enter(db, forged, { ca: ca.id, iin: citizen.iin, purpose: "auth" });
	foreign("forged row: another CA with the same name", "certificate-ca", forged);
	/* a row of the table of CAs as well: what it names must be a CA by its own certificate */
	const issuer = async (id, what, extensions, { state = "active", days = 1 } = {}) => {
		const made = certificate({ by: ca, key: otherCa.publicKey, subject: [["CN", `ДЕМО ${id}`]], extensions });
		await db.ask(`INSERT INTO ca (id, name, state, issuer, certificate, subject, key_id, not_after) VALUES (${id}, 'corpus', '${state}', ${ca.id}, ${hexOf(made.der)}, 'CN=corpus',
			X'${String(id).repeat(20)}', UTC_TIMESTAMP(6) + INTERVAL ${days} DAY)`);
		const leaf = certificate({ by: { name: made.name, keyId: made.keyId, key: otherCa.privateKey }, key, subject, ...auth });
		await enter(db, leaf, { iin: citizen.iin, purpose: "auth", ca: id });
		foreign(what, "certificate-ca", leaf);
	};
	await issuer(91, "intermediate without CA:TRUE", [keyUsage("keyCertSign")]);
	await issuer(92, "intermediate without keyCertSign", [isCa, keyUsage("digitalSignature")]);
	await issuer(93, "intermediate without any usage", [isCa]);
	await issuer(94, "intermediate that is a citizen's certificate", auth.extensions);
	await issuer(95, "CA that is distrusted", [isCa, keyUsage("keyCertSign")], { state: "distrusted" });
	await issuer(96, "CA whose time is over", [isCa, keyUsage("keyCertSign")], { days: -1 });
	for (const hash of ["sha1", "md5"]) await odd(`signed by our CA with ${hash.toUpperCase()}`, "certificate-ca", { hash });

	/* purposes */
	const ku = keyUsage("digitalSignature"), eku = extKeyUsage(CLIENT_AUTH, ROLE);
	for (const [what, extensions] of Object.entries({
		"no extended key usage": [ku], "extended key usage of signing": [ku, extKeyUsage(EMAIL, ROLE)], "anyExtendedKeyUsage": [ku, extKeyUsage(ANY_USAGE, ROLE)],
		"clientAuth without the role": [ku, extKeyUsage(CLIENT_AUTH)], "role of an operator": [ku, extKeyUsage(CLIENT_AUTH, "1.3.6.1.4.1.32473.4.2.3")],
		"role with an arc more": [ku, extKeyUsage(CLIENT_AUTH, `${ROLE}.1`)], "serverAuth": [ku, extKeyUsage("1.3.6.1.5.5.7.3.1", ROLE)], "no key usage": [eku],
		"key usage keyEncipherment alone": [keyUsage("keyEncipherment"), eku], "key usage nonRepudiation alone": [keyUsage("nonRepudiation"), eku],
		"CA:TRUE": [ku, eku, isCa], "CA:TRUE and keyCertSign": [keyUsage("digitalSignature", "keyCertSign"), eku, isCa],
	})) await odd(what, "certificate-purpose", { extensions });
	await odd("authentication key under a confirmation", "certificate-purpose", {}, { to: "confirmation" });
	await odd("signing key without nonRepudiation", "certificate-purpose", { extensions: [keyUsage("digitalSignature"), extKeyUsage(EMAIL, ROLE)] }, { to: "confirmation" });
	await odd("unknown critical extension", "certificate", { extensions: [...auth.extensions, unknownCritical] });
	await odd("extended key usage twice", "certificate", { extensions: [...auth.extensions, extKeyUsage(CLIENT_AUTH, ROLE)] });

	/* persons */
	const who = (...rdns) => [["CN", "ТЕСТОВ ТЕСТ"], ["SN", "ТЕСТОВ"], ...rdns, ["C", "KZ"]], iin = ["serialNumber", `IIN${citizen.iin}`];
	for (const [what, rdns] of Object.entries({
		"legal entity, O": who(iin, ["O", "ДЕМО ЖШС"]), "legal entity, OU=BIN…": who(iin, ["OU", "BIN990140000000"]), "no IIN": who(),
		"two serialNumbers": who(iin, ["serialNumber", `IIN${other.iin}`]), "two serialNumbers in one RDN": who([iin, ["serialNumber", `IIN${other.iin}`]]),
		"the same serialNumber twice": who(iin, iin), "serialNumber without IIN": who(["serialNumber", citizen.iin]), "IIN of 11 digits": who(["serialNumber", `IIN${citizen.iin.slice(1)}`]),
		"IIN of 13 digits": who(["serialNumber", `IIN${citizen.iin}0`]), "IIN and a blank": who(["serialNumber", `IIN${citizen.iin} `]), "BIN for the IIN": who(["serialNumber", "BIN990140000000"]),
		"IIN in the common name alone": [["CN", `IIN${citizen.iin}`], ["C", "KZ"]],
	})) await odd(what, "certificate-person", { subject: rdns });
	await odd("name with a NUL", "certificate", { subject: who(["GN", tlv(0x0c, Buffer.from("А\0Б"))], iin) });
	await odd("name that is no UTF-8", "certificate", { subject: who(["GN", tlv(0x0c, [0xc0, 0xaf])], iin) });
	await odd("IIN of another, under a confirmation", "certificate-iin", { subject: person(other), ...signing }, { to: "confirmation", row: { iin: other.iin } });
	await odd("IIN of another, in a row of this citizen", "certificate-iin", { subject: person(other), ...signing }, { to: "confirmation" });
	await odd("confirmation as it should be but expired", "certificate-time", { ...signing, from: -2, until: -1 }, { to: "confirmation" });

	/* keys */
	const weak = generateKeyPairSync("rsa", { modulusLength: 1024 }), p384 = generateKeyPairSync("ec", { namedCurve: "P-384" }), p256 = generateKeyPairSync("ec", { namedCurve: "P-256" });
	const edwards = generateKeyPairSync("ed25519");
	await odd("RSA-1024", "algorithm", { key: weak.publicKey }, { who: { key: weak.privateKey } });
	await odd("P-384", "algorithm", { key: p384.publicKey }, { who: { key: p384.privateKey }, method: `${MORE}ecdsa-sha256` });
	await odd("Ed25519", "algorithm", { key: edwards.publicKey });
	await odd("P-256 under RSA's name", "algorithm", { key: p256.publicKey });
	await odd("RSA under ECDSA's name", "algorithm", {}, { method: `${MORE}ecdsa-sha256`, who: thief });
	await odd("GOST key", "algorithm", { key: sequence(sequence(oidOf(GOST), sequence(oidOf("1.2.398.3.10.1.1.2.2.1"))), bits(octetString(new Uint8Array(128)))) });
	await odd("RSA key with exponent 1", "algorithm", { key: generateOdd(pair.publicKey) });
	await odd("certificate and key that do not belong together", "signature", {}, { who: { key: otherCa.privateKey } });
	list.push({ name: "certificate: of the citizen, signature by a thief", rule: "signature", make: ({ document, who: citizen_ }) => signed(document, { key: pair.privateKey, der: citizen_.der }) });

	/* octets */
	const text = (what, rule, value) => list.push({ name: `certificate: ${what}`, rule, make: ({ document, who: { key: own, der } }) => signed(document, { key: own, der },
		{ keyInfo: certificateInfo({ der }).replace(/(<X509Certificate>)[^<]*/, (_, tag) => tag + (typeof value === "function" ? value(Buffer.from(der).toString("base64")) : value)) }) });
	text("empty", "certificate", "");
	text("not base64", "certificate", (base64) => `!${base64}`);
	text("PEM", "certificate", (base64) => `-----BEGIN CERTIFICATE-----\n${base64}\n-----END CERTIFICATE-----`);
	text("octets behind it", "certificate", (base64) => Buffer.concat([Buffer.from(base64, "base64"), Buffer.from([0])]).toString("base64"));
	text("octets before it", "certificate", (base64) => `AAAA${base64}`);
	text("over 8 KB", "certificate", Buffer.alloc(8193, 0x30).toString("base64"));
	text("cut", "certificate", (base64) => base64.slice(0, 400));
	text("a PKCS#7 in its place", "certificate", Buffer.from(sequence(oidOf("1.2.840.113549.1.7.2"), tlv(0xa0))).toString("base64"));
	for (const [what, serialDer] of [["serial negative", tlv(0x02, [0x9f, 1])], ["serial of 21 octets", tlv(0x02, Buffer.alloc(21, 0x1f))]]) foreign(what, "certificate", ca.issue({ key, subject, ...auth, serialDer }));
	return list;
}

// the same modulus, exponent 1: anything is its own signature
function generateOdd(publicKey) {
	const modulus = Buffer.from(publicKey.export({ format: "jwk" }).n, "base64url");
	return sequence(sequence(oidOf("1.2.840.113549.1.1.1"), NULL), bits(sequence(int(new Uint8Array(modulus)), int(1))));
}
