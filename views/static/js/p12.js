/*
 * Key files, PKCS#12 (RFC 7292). Reading takes what the NCA, OpenSSL, Java and BouncyCastle write: BER, PBES2 (RFC 8018) with AES or
 * triple DES, the old triple DES and RC2 encryptions, MACs of SHA-1 and SHA-2. Writing makes one form: AES-256-CBC, PBKDF2 and MAC
 * with SHA-256. A file without a MAC is refused: only the MAC tells a wrong password from a damaged file.
 */
import {
	bmp, equal, int, list, NULL, number, octets, octetString, oid, oidOf, read, sequence, setOf, tagged, text, tlv, toDer, toHex, utf16,
} from './der.js';
import { KeyFileError, orDamaged } from './keyerror.js';
import { belongs, keyId, kindOfPrivate, publicOf } from './keys.js';
import { decryptCbc } from './oldcipher.js';
import { deriveP12 } from './p12hash.js';
import { parseCertificate } from './x509.js';

export { KeyFileError };

/* Iterations of one file in all: about five seconds of a slow machine, twice what any program writes. */
const MAX_ITERATIONS = 5000000;
const MAX_OCTETS = 1 << 20;
const MAX_BAG_DEPTH = 4;

const DATA = '1.2.840.113549.1.7.1', ENCRYPTED = '1.2.840.113549.1.7.6';
const BAG = '1.2.840.113549.1.12.10.1.', X509 = '1.2.840.113549.1.9.22.1';
const FRIENDLY = '1.2.840.113549.1.9.20', LOCAL = '1.2.840.113549.1.9.21';
const PBES2 = '1.2.840.113549.1.5.13', PBKDF2 = '1.2.840.113549.1.5.12', HMAC_SHA256 = '1.2.840.113549.2.9';
const AES256 = '2.16.840.1.101.3.4.1.42', SHA256 = '2.16.840.1.101.3.4.2.1';

const DIGESTS = {
	'1.3.14.3.2.26': 'SHA-1', [SHA256]: 'SHA-256', '2.16.840.1.101.3.4.2.2': 'SHA-384', '2.16.840.1.101.3.4.2.3': 'SHA-512',
};
const PRFS = { '1.2.840.113549.2.7': 'SHA-1', [HMAC_SHA256]: 'SHA-256', '1.2.840.113549.2.10': 'SHA-384', '1.2.840.113549.2.11': 'SHA-512' };
const CIPHERS = {
	'2.16.840.1.101.3.4.1.2': ['AES-128-CBC', 16], '2.16.840.1.101.3.4.1.22': ['AES-192-CBC', 24], [AES256]: ['AES-256-CBC', 32],
	'1.2.840.113549.3.7': ['3DES', 24],
};
/* RFC 7292, appendix C; the two with RC4 are not among them. */
const OLD_CIPHERS = {
	'1.2.840.113549.1.12.1.3': ['3DES', 24], '1.2.840.113549.1.12.1.4': ['3DES', 16],
	'1.2.840.113549.1.12.1.5': ['RC2', 16], '1.2.840.113549.1.12.1.6': ['RC2', 5],
};

const subtle = () => globalThis.crypto.subtle;
const unsupported = (name) => {
	throw new KeyFileError('unsupported-cipher', name);
};

const spend = (budget, node) => {
	const iterations = number(node);
	budget.left -= iterations;
	if (budget.left < 0)
		throw new KeyFileError('too-many-iterations');
	return iterations;
};

const hmac = async (hash, key, data) => {
	const handle = await subtle().importKey('raw', key, { name: 'HMAC', hash }, false, ['sign']);
	return new Uint8Array(await subtle().sign('HMAC', handle, data));
};
const pbkdf2 = async (password, hash, salt, iterations, size) => {
	const handle = await subtle().importKey('raw', new TextEncoder().encode(password), 'PBKDF2', false, ['deriveBits']);
	return new Uint8Array(await subtle().deriveBits({ name: 'PBKDF2', hash, salt, iterations }, handle, 8 * size));
};

const decryptPbes2 = async (node, data, secret) => {
	const [kdf, scheme] = list(node, 2).map((part) => list(part, 2));
	if (oid(kdf[0]) !== PBKDF2)
		unsupported(oid(kdf[0]));
	const [salt, count, ...rest] = list(kdf[1], 2);
	const prf = rest.find((part) => part.tag === 0x30);
	const prfName = prf ? oid(list(prf, 1)[0]) : '1.2.840.113549.2.7';
	const [name, size] = CIPHERS[oid(scheme[0])] ?? unsupported(oid(scheme[0]));
	const iterations = spend(secret.budget, count);
	const key = await pbkdf2(secret.password, PRFS[prfName] ?? unsupported(prfName), octets(salt), iterations, size);
	const iv = octets(scheme[1]);
	if (name === '3DES')
		return decryptCbc(name, key, iv, data);
	let handle;
	try {
		handle = await subtle().importKey('raw', key, 'AES-CBC', false, ['decrypt']);
	} catch {
		/* Chromium has no AES-192. */
		unsupported(name);
	}
	return new Uint8Array(await subtle().decrypt({ name: 'AES-CBC', iv }, handle, data));
};

/* algorithm: AlgorithmIdentifier; secret: { password, utf16: octets for the old derivation, budget }. */
const decrypt = async (algorithm, data, secret) => {
	const [type, parameters] = list(algorithm, 2);
	const id = oid(type);
	if (id === PBES2)
		return decryptPbes2(parameters, data, secret);
	const [name, size] = OLD_CIPHERS[id] ?? unsupported(id);
	const [salt, count] = list(parameters, 2);
	const iterations = spend(secret.budget, count);
	const derive = (purpose, length) => deriveP12('SHA-1', secret.utf16, octets(salt), purpose, iterations, length);
	return decryptCbc(name, await derive(1, size), await derive(2, 8), data);
};

const encodings = (password) => [utf16(`${password}\0`), ...(password ? [] : [new Uint8Array(0)])];

/* Returns the UTF-16 form of the password that the MAC confirms: programs differ on the empty one. */
const checkMac = async (node, content, password, budget) => {
	const [digestInfo, salt, count] = list(node, 2);
	const [algorithm, value] = list(digestInfo, 2);
	const id = oid(list(algorithm, 1)[0]);
	const hash = DIGESTS[id] ?? unsupported(id);
	const wanted = octets(value);
	for (const candidate of encodings(password)) {
		const iterations = count ? spend(budget, count) : 1;
		const key = await deriveP12(hash, candidate, octets(salt), 3, iterations);
		if (equal(await hmac(hash, key, content), wanted))
			return candidate;
	}
	throw new KeyFileError('wrong-password');
};

const attributesOf = (node) => {
	const found = { localKeyId: null, friendlyName: '' };
	for (const attribute of node ? list(node, 0, 0x31) : []) {
		const [type, values] = list(attribute, 2);
		const [value] = list(values, 0, 0x31);
		if (value && oid(type) === LOCAL)
			found.localKeyId = octets(value);
		else if (value && oid(type) === FRIENDLY)
			found.friendlyName = text(value);
	}
	return found;
};

const readBags = async (node, secret, found, depth) => {
	if (depth > MAX_BAG_DEPTH)
		throw new KeyFileError('damaged', 'nested bags');
	for (const bag of list(node)) {
		const [type, holder, attributes] = list(bag, 2);
		const [value] = list(holder, 1, 0xa0);
		const kind = oid(type);
		if (kind === `${BAG}1`) {
			found.keys.push({ pkcs8: toDer(value), ...attributesOf(attributes) });
		} else if (kind === `${BAG}2`) {
			const [algorithm, data] = list(value, 2);
			found.keys.push({ pkcs8: toDer(read(await decrypt(algorithm, octets(data), secret))), ...attributesOf(attributes) });
		} else if (kind === `${BAG}3` && oid(list(value, 2)[0]) === X509) {
			found.certificates.push({ der: octets(list(list(value, 2)[1], 1, 0xa0)[0]), ...attributesOf(attributes) });
		} else if (kind === `${BAG}6`) {
			await readBags(value, secret, found, depth + 1);
		}
	}
};

const readContents = async (content, secret, found) => {
	for (const part of list(read(content))) {
		const [type, holder] = list(part, 2);
		const [value] = list(holder, 1, 0xa0);
		const kind = oid(type);
		if (kind === DATA) {
			await readBags(read(octets(value)), secret, found, 0);
		} else if (kind === ENCRYPTED) {
			const [, algorithm, data] = list(list(value, 2)[1], 3);
			await readBags(read(await decrypt(algorithm, octets(data, 0x80), secret)), secret, found, 0);
		} else {
			unsupported(kind);
		}
	}
};

/* The certificate with the key's public key; for keys that cannot be compared the identifier decides, or that it is the only one. */
const certificateFor = async (key, certificates) => {
	const named = certificates.filter((c) => key.localKeyId && c.localKeyId && equal(key.localKeyId, c.localKeyId));
	const ordered = [...named, ...certificates.filter((c) => !named.includes(c))];
	if (!['RSA', 'EC'].includes(key.algorithm))
		return named[0] ?? (certificates.length === 1 ? certificates[0] : null);
	for (const candidate of ordered) {
		if (await belongs(key.pkcs8, parseCertificate(candidate.der).spki))
			return candidate;
	}
	return null;
};

const open = async (bytes, password) => {
	const [, authSafe, macData] = list(read(bytes), 2);
	const [type, holder] = list(authSafe, 2);
	if (oid(type) !== DATA || !macData)
		throw new KeyFileError('no-mac');
	const content = octets(list(holder, 1, 0xa0)[0]);
	const budget = { left: MAX_ITERATIONS };
	const secret = { password, budget, utf16: await checkMac(macData, content, password, budget) };
	const found = { keys: [], certificates: [] };
	await readContents(content, secret, found);
	if (found.keys.length === 0)
		throw new KeyFileError('no-key');
	for (const key of found.keys) {
		key.algorithm = kindOfPrivate(key.pkcs8).algorithm;
		key.certificate = (await certificateFor(key, found.certificates))?.der ?? null;
	}
	return { keys: found.keys, certificates: found.certificates.map((c) => c.der) };
};

/* The first octets of a PFX: SEQUENCE, then version 3. */
const isP12 = (b) => {
	const at = b[1] > 0x80 ? 2 + (b[1] & 0x7f) : 2;
	return b[0] === 0x30 && b[at] === 2 && b[at + 1] === 1 && b[at + 2] === 3;
};

/*
 * bytes: the file; password: any string.
 * Returns { keys: [{ pkcs8, algorithm: 'RSA' | 'EC' | 'GOST' | OID, localKeyId: octets or null, friendlyName, certificate: DER or null }],
 *           certificates: [DER] }, at least one key. Throws KeyFileError and nothing else.
 */
export const openP12 = async (bytes, password) => {
	if (bytes.length > MAX_OCTETS || !isP12(bytes))
		throw new KeyFileError('not-p12');
	return orDamaged(() => open(bytes, password));
};

const random = (size) => globalThis.crypto.getRandomValues(new Uint8Array(size));

/* Returns [AlgorithmIdentifier, ciphertext]. */
const encrypt = async (plain, password, iterations) => {
	const salt = random(16), iv = random(16);
	const key = await pbkdf2(password, 'SHA-256', salt, iterations, 32);
	const handle = await subtle().importKey('raw', key, 'AES-CBC', false, ['encrypt']);
	const kdf = sequence(octetString(salt), int(iterations), int(32), sequence(oidOf(HMAC_SHA256), NULL));
	const scheme = sequence(sequence(oidOf(PBKDF2), kdf), sequence(oidOf(AES256), octetString(iv)));
	return [sequence(oidOf(PBES2), scheme), new Uint8Array(await subtle().encrypt({ name: 'AES-CBC', iv }, handle, plain))];
};

const bag = (kind, value, ...attributes) => sequence(oidOf(BAG + kind), tagged(0, value), ...(attributes.length ? [setOf(...attributes)] : []));
const naming = ({ friendlyName, localKeyId }) => [
	sequence(oidOf(FRIENDLY), setOf(bmp(friendlyName))), sequence(oidOf(LOCAL), setOf(octetString(localKeyId))),
];
const certificateBag = (der, ...attributes) => bag('3', sequence(oidOf(X509), tagged(0, octetString(der))), ...attributes);

/* Java finds the certificate of a key by localKeyID and wants a name; both default to the identifier of the public key. */
const named = async (key) => {
	const localKeyId = key.localKeyId ?? await keyId(key.certificate ? parseCertificate(key.certificate).spki : await publicOf(key.pkcs8));
	return { ...key, localKeyId, friendlyName: key.friendlyName || toHex(localKeyId) };
};

const certificateBags = (keys) => {
	const leaves = keys.filter((key) => key.certificate);
	const seen = new Set(leaves.map((key) => toHex(key.certificate)));
	const others = leaves.flatMap((key) => key.chain ?? []).filter((der) => !seen.has(toHex(der)) && seen.add(toHex(der)));
	return [...leaves.map((key) => certificateBag(key.certificate, ...naming(key))), ...others.map((der) => certificateBag(der))];
};

/*
 * keys: [{ pkcs8, certificate: DER or null, chain: [DER], friendlyName, localKeyId }], the last three may be missing.
 * Leaf certificates first, then what stands above them, each once. Returns the octets of the file.
 */
export const writeP12 = async ({ keys }, password, { iterations = 300000 } = {}) => {
	const all = await Promise.all(keys.map(named));
	const keyBags = await Promise.all(all.map(async (key) => {
		const [algorithm, data] = await encrypt(key.pkcs8, password, iterations);
		return bag('2', sequence(algorithm, octetString(data)), ...naming(key));
	}));
	const contents = [sequence(oidOf(DATA), tagged(0, octetString(sequence(...keyBags))))];
	const certificates = certificateBags(all);
	if (certificates.length) {
		const [algorithm, data] = await encrypt(sequence(...certificates), password, iterations);
		const info = sequence(oidOf(DATA), algorithm, tlv(0x80, data));
		contents.unshift(sequence(oidOf(ENCRYPTED), tagged(0, sequence(int(0), info))));
	}
	const content = sequence(...contents);
	const salt = random(16);
	const key = await deriveP12('SHA-256', utf16(`${password}\0`), salt, 3, iterations);
	const mac = octetString(await hmac('SHA-256', key, content));
	return sequence(int(3), sequence(oidOf(DATA), tagged(0, octetString(content))),
	    sequence(sequence(sequence(oidOf(SHA256), NULL), mac), octetString(salt), int(iterations)));
};
