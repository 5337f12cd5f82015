/*
 * PKCS#10 (RFC 2986): the request for a certificate. Every attribute of the subject is an RDN of its own, in the order of the profile.
 */
import { bits, int, NULL, oidOf, printable, sequence, setOf, tagged, utf8 } from './der.js';
import { publicOf, signer } from './keys.js';

const attribute = (oid, value) => (value ? [setOf(sequence(oidOf(oid), value))] : []);

const nameOf = ({ commonName, surname, iin, givenName }) => sequence(
    ...attribute('2.5.4.3', utf8(commonName)), ...attribute('2.5.4.4', surname && utf8(surname)),
    ...attribute('2.5.4.5', printable(`IIN${iin}`)), ...attribute('2.5.4.6', printable('KZ')),
    ...attribute('2.5.4.42', givenName && utf8(givenName)));

/* ECDSA gives r || s; X.509 wants SEQUENCE { r, s } (RFC 5480). */
const signatureValue = (curve, raw) => (curve ? sequence(int(raw.subarray(0, raw.length / 2)), int(raw.subarray(raw.length / 2))) : raw);

/*
 * pair: { pkcs8, spki } of keys.js, or the octets of a PKCS#8 key; subject: { commonName, surname, iin: 12 digits, givenName }, surname and givenName may be missing.
 * Returns DER, signed with SHA-256. Throws RangeError on a subject it cannot name, KeyFileError on a key it cannot use.
 */
export const makeCsr = async (pair, subject) => {
	if (!subject.commonName || !/^\d{12}$/.test(subject.iin))
		throw new RangeError('a request needs a common name and an IIN of 12 digits');
	const pkcs8 = pair.pkcs8 ?? pair;
	const spki = pair.spki ?? await publicOf(pkcs8);
	const { curve, sign } = await signer(pkcs8);
	const algorithm = curve ? sequence(oidOf('1.2.840.10045.4.3.2')) : sequence(oidOf('1.2.840.113549.1.1.11'), NULL);
	const info = sequence(int(0), nameOf(subject), spki, tagged(0));
	return sequence(info, algorithm, bits(signatureValue(curve, await sign(info))));
};
