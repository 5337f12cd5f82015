/*
 * Certificates as read for showing, choosing and bundling (RFC 5280). Nothing here verifies a certificate: that is the server's matter.
 */
import { bitString, expect, fromBase64, integer, list, octets, oid, read, text, time, toBase64, toHex } from './der.js';
import { kindOfPublic } from './keys.js';

const KEY_USAGE = ['digitalSignature', 'nonRepudiation', 'keyEncipherment', 'dataEncipherment', 'keyAgreement', 'keyCertSign', 'cRLSign', 'encipherOnly', 'decipherOnly'];
const NAMES = {
	'2.5.4.3': 'CN', '2.5.4.4': 'SURNAME', '2.5.4.5': 'SERIALNUMBER', '2.5.4.6': 'C', '2.5.4.7': 'L', '2.5.4.8': 'S',
	'2.5.4.10': 'O', '2.5.4.11': 'OU', '2.5.4.42': 'G', '1.2.840.113549.1.9.1': 'E',
};
/* Key purposes of RFC 5280, 4.2.1.12; an installation may add the role its certificates must carry. */
export const PURPOSES = { clientAuth: '1.3.6.1.5.5.7.3.2', emailProtection: '1.3.6.1.5.5.7.3.4', role: '' };

const nameOf = (node) => {
	const attributes = list(node).flatMap((rdn) => list(rdn, 1, 0x31)).map((attribute) => {
		const [type, value] = list(attribute, 2);
		const id = oid(type);
		return { oid: id, name: NAMES[id] ?? id, value: text(value) };
	});
	return { attributes, der: node.raw, get: (name) => attributes.find((a) => a.name === name)?.value ?? '' };
};

const extensionsOf = (nodes) => {
	const found = {};
	const holder = nodes.find((node) => node.tag === 0xa3);
	for (const extension of holder ? list(list(holder, 1, 0xa3)[0]) : []) {
		const parts = list(extension, 2);
		found[oid(parts[0])] = octets(parts[parts.length - 1]);
	}
	return found;
};

const keyUsageOf = (der) => {
	const flags = bitString(read(der));
	return KEY_USAGE.filter((_, i) => (flags[i >> 3] ?? 0) >> 7 - (i & 7) & 1);
};
const authorityOf = (der) => {
	const id = list(read(der)).find((node) => node.tag === 0x80);
	return id ? toHex(id.content) : '';
};

/*
 * { der, serial: 40 lower-case hex digits, subject, issuer: { attributes: [{ oid, name, value }] in encoding order, der, get(name) },
 *   commonName, surname, givenName (holds the patronymic), iin ('' without the prefix IIN), owner (CN and GN),
 *   notBefore, notAfter: Date, spki, algorithm, curve, bits, keyUsage: [names], extKeyUsage: [OIDs], ski, aki: hex or '' }
 * Throws DerError.
 */
export const parseCertificate = (der) => {
	const fields = list(list(read(der), 3)[0], 6);
	const at = fields[0].tag === 0xa0 ? 1 : 0;
	const [serial, , issuer, validity, subject, key] = fields.slice(at);
	const [notBefore, notAfter] = list(validity, 2).map(time);
	const extensions = extensionsOf(fields.slice(at + 6));
	const optional = (id, parse, none) => (extensions[id] ? parse(extensions[id]) : none);
	const who = nameOf(subject);
	return {
		der, subject: who, issuer: nameOf(issuer), notBefore, notAfter, spki: expect(key, 0x30).raw,
		serial: toHex(integer(serial)).padStart(40, '0'),
		commonName: who.get('CN'), surname: who.get('SURNAME'), givenName: who.get('G'),
		iin: /^IIN(\d{12})$/.exec(who.get('SERIALNUMBER'))?.[1] ?? '',
		owner: [who.get('CN'), who.get('G')].filter(Boolean).join(' '),
		...kindOfPublic(key.raw),
		keyUsage: optional('2.5.29.15', keyUsageOf, []),
		extKeyUsage: optional('2.5.29.37', (ext) => list(read(ext)).map(oid), []),
		ski: optional('2.5.29.14', (ext) => toHex(octets(read(ext))), ''),
		aki: optional('2.5.29.35', authorityOf, ''),
	};
};

/* A legal entity: it has an organisation, or a unit that is a BIN. */
export const isOrganisation = ({ subject }) => subject.attributes.some(({ name, value }) => name === 'O' || name === 'OU' && value.startsWith('BIN'));

/* May the certificate be used to log in ('auth') or to sign statements ('sign')? */
export const suits = (cert, purpose, oids = PURPOSES) => {
	const known = { ...PURPOSES, ...oids };
	const [usage, extended] = purpose === 'auth' ? ['digitalSignature', known.clientAuth] : ['nonRepudiation', known.emailProtection];
	return cert.keyUsage.includes(usage) && [extended, known.role].every((id) => !id || cert.extKeyUsage.includes(id));
};
export const purposeOf = (cert, oids = PURPOSES) => ['auth', 'sign'].find((purpose) => suits(cert, purpose, oids)) ?? 'other';

/* The certificates that follow a leaf, issuer after issuer, out of a heap; names repeat among CAs, so key identifiers decide too. */
export const chainOf = (leaf, heap) => {
	const chain = [];
	const sameName = (a, b) => toHex(a.der) === toHex(b.der);
	for (let last = leaf; !sameName(last.issuer, last.subject);) {
		const next = heap.find((c) => sameName(c.subject, last.issuer) && (!last.aki || !c.ski || c.ski === last.aki) && c !== last && !chain.includes(c));
		if (!next)
			break;
		chain.push(next);
		last = next;
	}
	return chain;
};

/* Every certificate of a PEM text, as DER. */
export const parsePem = (pem) => Array.from(pem.matchAll(/-----BEGIN CERTIFICATE-----([^-]*)-----END CERTIFICATE-----/g), (m) => fromBase64(m[1].replace(/\s/g, '')));
export const toPem = (der, label = 'CERTIFICATE') => `-----BEGIN ${label}-----\n${toBase64(der).replace(/.{1,64}/g, '$&\n')}-----END ${label}-----\n`;
