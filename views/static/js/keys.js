/*
 * Key pairs with WebCrypto: making them, naming their kind, signing. Private keys travel as PKCS#8 octets (RFC 5958), because
 * they come from a file and go into one; for signing they are imported non-extractable.
 */
import { bits, bitString, equal, int, integer, list, octets, oid, read, sequence } from './der.js';
import { KeyFileError, orDamaged } from './keyerror.js';

const RSA = '1.2.840.113549.1.1.1';
const EC = '1.2.840.10045.2.1';
const CURVES = { '1.2.840.10045.3.1.7': 'P-256', '1.3.132.0.34': 'P-384', '1.3.132.0.35': 'P-521' };
const subtle = () => globalThis.crypto.subtle;

/*
 * What an AlgorithmIdentifier node says: { algorithm: 'RSA' | 'EC' | 'GOST' | dotted OID, curve: 'P-256' … or '' }.
 * GOST are the arcs of Kazakhstan (1.2.398.3.10) and of Russia (1.2.643).
 */
export const kindOf = (node) => {
	const [name, parameters] = list(node, 1);
	const id = oid(name);
	const algorithm = id === RSA ? 'RSA' : id === EC ? 'EC' : /^1\.2\.(398\.3\.10|643)\./.test(id) ? 'GOST' : id;
	return { algorithm, curve: algorithm === 'EC' && parameters?.tag === 0x06 ? CURVES[oid(parameters)] ?? oid(parameters) : '' };
};

/* The kind of a private key, of a public key (SubjectPublicKeyInfo), and the size in bits (0 for other than RSA). */
export const kindOfPrivate = (pkcs8) => kindOf(list(read(pkcs8), 3)[1]);
export const kindOfPublic = (spki) => {
	const [algorithm, key] = list(read(spki), 2);
	const kind = kindOf(algorithm);
	if (kind.algorithm !== 'RSA')
		return { ...kind, bits: 0 };
	const modulus = integer(list(read(bitString(key)), 2)[0]);
	return { ...kind, bits: modulus.length * 8 - Math.clz32(modulus[0] ?? 0) + 24 };
};

const parameters = ({ algorithm, curve }) => {
	if (algorithm === 'GOST')
		throw new KeyFileError('gost');
	if (algorithm === 'RSA')
		return { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' };
	if (algorithm === 'EC' && curve.startsWith('P-'))
		return { name: 'ECDSA', namedCurve: curve, hash: 'SHA-256' };
	throw new KeyFileError('unsupported-cipher', curve || algorithm);
};

/* { algorithm, curve, sign(octets) → octets }; ECDSA gives r || s, as XMLDSig wants it. Throws KeyFileError. */
export const signer = async (pkcs8) => {
	const kind = await orDamaged(() => kindOfPrivate(pkcs8));
	const how = parameters(kind);
	const key = await orDamaged(() => subtle().importKey('pkcs8', pkcs8, how, false, ['sign']));
	return { ...kind, sign: async (bytes) => new Uint8Array(await subtle().sign(how, key, bytes)) };
};

/* Does the public key belong to the private one? RSA by the modulus; EC by a signature, for Java leaves the point out. */
export const belongs = async (pkcs8, spki) => {
	const kind = kindOfPrivate(pkcs8), other = kindOfPublic(spki);
	if (kind.algorithm !== other.algorithm || kind.curve !== other.curve)
		return false;
	if (kind.algorithm === 'RSA') {
		const privateKey = list(read(octets(list(read(pkcs8), 3)[2])), 3);
		return equal(integer(privateKey[1]), integer(list(read(bitString(list(read(spki), 2)[1])), 2)[0]));
	}
	if (kind.algorithm !== 'EC' || !kind.curve.startsWith('P-'))
		return false;
	const how = parameters(kind);
	const { sign } = await signer(pkcs8);
	const nonce = globalThis.crypto.getRandomValues(new Uint8Array(32));
	const key = await orDamaged(() => subtle().importKey('spki', spki, how, false, ['verify']));
	return subtle().verify(how, key, await sign(nonce), nonce);
};

/*
 * SubjectPublicKeyInfo of a private key, from what its octets hold. Throws KeyFileError: damaged, or the name of a key that does
 * not tell (GOST, and EC keys of Java).
 */
export const publicOf = (pkcs8) => orDamaged(() => {
	const [, algorithm, wrapped] = list(read(pkcs8), 3);
	const key = list(read(octets(wrapped)), 2);
	const { algorithm: name } = kindOf(algorithm);
	const point = key.find((node) => node.tag === 0xa1);
	if (name === 'RSA')
		return sequence(algorithm.raw, bits(sequence(int(integer(key[1])), int(integer(key[2])))));
	if (name === 'EC' && point)
		return sequence(algorithm.raw, list(point, 1, 0xa1)[0].raw);
	throw new KeyFileError('unsupported-cipher', name);
});

/* Public-key identifier of RFC 5280, 4.2.1.2 (1): SHA-1 of the key without tag and unused bits. */
export const keyId = async (spki) => new Uint8Array(await subtle().digest('SHA-1', bitString(list(read(spki), 2)[1])));

const generate = async (algorithm) => {
	const pair = await subtle().generateKey(algorithm, true, ['sign', 'verify']);
	const [pkcs8, spki] = await Promise.all([subtle().exportKey('pkcs8', pair.privateKey), subtle().exportKey('spki', pair.publicKey)]);
	return { pkcs8: new Uint8Array(pkcs8), spki: new Uint8Array(spki) };
};

/* A new key pair: { pkcs8, spki } as octets. */
export const generateRsaPair = () => generate({ name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256', modulusLength: 2048, publicExponent: Uint8Array.of(1, 0, 1) });
export const generateEcPair = () => generate({ name: 'ECDSA', namedCurve: 'P-256' });
