/*
 * Decryption with the ciphers that WebCrypto lacks and key files of the last twenty years use: triple DES (FIPS 46-3) and
 * RC2 (RFC 2268), both in CBC mode with PKCS#7 padding. Nothing is ever encrypted with them.
 */
import { DerError, fromHex } from './der.js';

const BOXES = ('e4d12fb83a6c59070f74e2d1a6cb953841e8d62bfc973a50fc8249175b3ea06d' + 'f18e6b34972dc05a3d47f28ec01a69b50e7ba4d158c6932fd8a13f42b67c05e9'
    + 'a09e63f51dc7b428d709346a285ecbf1d6498f30b12c5ae71ad069874fe3b52c' + '7de3069a1285bc4fd8b56f03472c1ae9a690cb7df13e52843f06a1d8945bc72e'
    + '2c417ab6853fd0e9eb2c47d150fa3986421bad78f9c5630eb8c71e2d6f09a453' + 'c1af92680d34e75baf427c9561de0b389ef528c3704a1db6432c95fabe17608d'
    + '4b2ef08d3c975a61d0b7491ae35c2f8614bdc37eaf6805926bd814a7950fe23c' + 'd2846fb1a93e50c71fd8a374c56b0e927b419ce206adf35821e74a8dfc90356b');
const P = [16, 7, 20, 21, 29, 12, 28, 17, 1, 15, 23, 26, 5, 18, 31, 10, 2, 8, 24, 14, 32, 27, 3, 9, 19, 13, 30, 6, 22, 11, 4, 25];
const PC1 = [57, 49, 41, 33, 25, 17, 9, 1, 58, 50, 42, 34, 26, 18, 10, 2, 59, 51, 43, 35, 27, 19, 11, 3, 60, 52, 44, 36,
	63, 55, 47, 39, 31, 23, 15, 7, 62, 54, 46, 38, 30, 22, 14, 6, 61, 53, 45, 37, 29, 21, 13, 5, 28, 20, 12, 4];
const PC2 = [14, 17, 11, 24, 1, 5, 3, 28, 15, 6, 21, 10, 23, 19, 12, 4, 26, 8, 16, 7, 27, 20, 13, 2,
	41, 52, 31, 37, 47, 55, 30, 40, 51, 45, 33, 48, 44, 49, 39, 56, 34, 53, 46, 42, 50, 36, 29, 32];
const IP = [58, 60, 62, 64, 57, 59, 61, 63].flatMap((first) => [0, 8, 16, 24, 32, 40, 48, 56].map((step) => first - step));
const FP = IP.map((_, i) => IP.indexOf(i + 1) + 1);

/* Each S-box together with the permutation P, as one table of words. */
const SP = Array.from({ length: 8 }, (_, box) => Int32Array.from({ length: 64 }, (_unused, x) => {
	const nibble = parseInt(BOXES[box * 64 + (x & 0x20 | (x & 1) << 4 | x >> 1 & 0xf)], 16);
	return P.reduce((word, from, i) => word | (from - 1 >> 2 === box && nibble >> 3 - (from - 1 & 3) & 1) << 31 - i, 0);
}));

const permute = (high, low, table) => {
	const out = [0, 0];
	table.forEach((from, i) => {
		const bit = (from > 32 ? low >>> 64 - from : high >>> 32 - from) & 1;
		out[i >> 5] |= bit << 31 - (i & 31);
	});
	return out;
};

/* Sixteen round keys, each eight groups of six bits. */
const desKeys = (key) => {
	let cd = PC1.map((from) => key[from - 1 >> 3] >> 7 - (from - 1 & 7) & 1);
	return Array.from({ length: 16 }, (_, round) => {
		for (let n = [0, 1, 8, 15].includes(round) ? 1 : 2; n > 0; n--)
			cd = [...cd.slice(1, 28), cd[0], ...cd.slice(29), cd[28]];
		return Array.from({ length: 8 }, (_unused, group) => PC2.slice(group * 6, group * 6 + 6).reduce((x, from) => x << 1 | cd[from - 1], 0));
	});
};

const desRounds = (half, keys) => {
	let [left, right] = half;
	for (const key of keys) {
		let f = 0;
		for (let i = 0; i < 8; i++)
			f ^= SP[i][(right << 4 * i + 5 | right >>> 27 - 4 * i) & 0x3f ^ key[i]];
		[left, right] = [right, left ^ f];
	}
	return [right, left];
};

/* One block of decryption for a key of 16 or 24 octets. */
const tripleDes = (key) => {
	const [one, two, three = one] = [0, 8, 16].filter((at) => at < key.length).map((at) => desKeys(key.subarray(at, at + 8)));
	const back = [[...three].reverse(), two, [...one].reverse()];
	return (block, out) => {
		const view = new DataView(block.buffer, block.byteOffset);
		const [high, low] = permute(...back.reduce(desRounds, permute(view.getInt32(0), view.getInt32(4), IP)), FP);
		const result = new DataView(out.buffer, out.byteOffset);
		result.setInt32(0, high);
		result.setInt32(4, low);
	};
};

const PI = fromHex('d978f9c419ddb5ed28e9fd794aa0d89dc67e37832b76538e624c6488448bfba2179a59f587b34f1361456d8d09817d32bd8f40eb86b77b0bf09521225c6b4e82'
    + '54d66593ce60b21c7356c014a78cf1dc1275ca1f3bbee4d1423dd430a33cb6266fbf0eda4669075727f21d9bbc944303f811c7f690ef3ee706c3d52fc8661ed7'
    + '08e8eade8052eef784aa72ac354d6a2a961ad2715a1549744b9fd05e0418a4ecc2e0416e0f51cbcc2491af50a1f47039997c3a8523b8b47afc02365b25559731'
    + '2d5dfa98e38a92ae05df2910676cbac9d300e6cfe19ea82c6316013f58e289a90d38341bab33ffb0bb480c5fb9b1cd2ec5f3db47e5a59c770aa62068fe7fc1ad');
const TURN = [1, 2, 3, 5];

/* One block of decryption; the effective key length is that of the key. */
const rc2 = (key) => {
	const l = new Uint8Array(128);
	l.set(key);
	for (let i = key.length; i < 128; i++)
		l[i] = PI[l[i - 1] + l[i - key.length] & 0xff];
	l[128 - key.length] = PI[l[128 - key.length]];
	for (let i = 127 - key.length; i >= 0; i--)
		l[i] = PI[l[i + 1] ^ l[i + key.length]];
	const k = Array.from({ length: 64 }, (_, i) => l[2 * i] | l[2 * i + 1] << 8);
	return (block, out) => {
		const r = [0, 1, 2, 3].map((i) => block[2 * i] | block[2 * i + 1] << 8);
		for (let round = 15; round >= 0; round--) {
			for (let i = 3; i >= 0; i--) {
				if (round === 10 || round === 4)
					r[i] = r[i] - k[r[i + 3 & 3] & 63] & 0xffff;
			}
			for (let i = 3; i >= 0; i--) {
				const word = r[i] << 16 - TURN[i] | r[i] >> TURN[i];
				r[i] = word - k[4 * round + i] - (r[i + 3 & 3] & r[i + 2 & 3]) - (~r[i + 3 & 3] & r[i + 1 & 3]) & 0xffff;
			}
		}
		r.forEach((word, i) => out.set([word & 0xff, word >> 8], 2 * i));
	};
};

/* cipher: '3DES' (key of 16 or 24 octets) or 'RC2' (1 to 128). Returns the text without its padding; throws DerError. */
export const decryptCbc = (cipher, key, iv, data) => {
	if (data.length === 0 || data.length % 8 || iv.length !== 8)
		throw new DerError('not whole blocks');
	const block = (cipher === '3DES' ? tripleDes : rc2)(key);
	const out = new Uint8Array(data.length);
	for (let at = 0; at < data.length; at += 8) {
		block(data.subarray(at, at + 8), out.subarray(at, at + 8));
		const before = at ? data.subarray(at - 8, at) : iv;
		for (let i = 0; i < 8; i++)
			out[at + i] ^= before[i];
	}
	const pad = out[out.length - 1];
	if (pad < 1 || pad > 8 || out.subarray(-pad).some((octet) => octet !== pad))
		throw new DerError('bad padding');
	return out.subarray(0, -pad);
};
