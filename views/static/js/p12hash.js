/*
 * The key derivation of PKCS#12 (RFC 7292, appendix B): a bare iterated hash, which WebCrypto cannot do. One asynchronous
 * call per iteration costs seconds, so SHA-1 and SHA-256 (FIPS 180-4) stand here, synchronous and word by word;
 * SHA-384 and SHA-512, seen in no file of a citizen, go the slow way.
 */
const primes = [];
for (let n = 2; primes.length < 64; n++) {
	if (primes.every((p) => n % p))
		primes.push(n);
}
const fraction = (x) => Math.floor((x - Math.floor(x)) * 2 ** 32) | 0;
const K256 = Int32Array.from(primes, (p) => fraction(Math.cbrt(p)));
const H256 = Int32Array.from(primes.slice(0, 8), (p) => fraction(Math.sqrt(p)));
const K1 = [0x5a827999, 0x6ed9eba1, 0x8f1bbcdc, 0xca62c1d6];
const H1 = Int32Array.of(0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0);

const compress256 = (h, w) => {
	for (let i = 16; i < 64; i++) {
		const x = w[i - 15], y = w[i - 2];
		w[i] = w[i - 16] + w[i - 7] + ((x >>> 7 | x << 25) ^ (x >>> 18 | x << 14) ^ x >>> 3)
		    + ((y >>> 17 | y << 15) ^ (y >>> 19 | y << 13) ^ y >>> 10);
	}
	let a = h[0], b = h[1], c = h[2], d = h[3], e = h[4], f = h[5], g = h[6], k = h[7];
	for (let i = 0; i < 64; i++) {
		const t = k + ((e >>> 6 | e << 26) ^ (e >>> 11 | e << 21) ^ (e >>> 25 | e << 7)) + (e & f ^ ~e & g) + K256[i] + w[i] | 0;
		const u = ((a >>> 2 | a << 30) ^ (a >>> 13 | a << 19) ^ (a >>> 22 | a << 10)) + (a & b ^ a & c ^ b & c) | 0;
		k = g; g = f; f = e; e = d + t | 0; d = c; c = b; b = a; a = t + u | 0;
	}
	h[0] += a; h[1] += b; h[2] += c; h[3] += d; h[4] += e; h[5] += f; h[6] += g; h[7] += k;
};

const compress1 = (h, w) => {
	for (let i = 16; i < 80; i++) {
		const x = w[i - 3] ^ w[i - 8] ^ w[i - 14] ^ w[i - 16];
		w[i] = x << 1 | x >>> 31;
	}
	let a = h[0], b = h[1], c = h[2], d = h[3], e = h[4];
	for (let i = 0; i < 80; i++) {
		const f = i < 20 ? b & c | ~b & d : i < 40 || i >= 60 ? b ^ c ^ d : b & c | b & d | c & d;
		const t = (a << 5 | a >>> 27) + f + e + K1[i / 20 | 0] + w[i] | 0;
		e = d; d = c; c = b << 30 | b >>> 2; b = a; a = t;
	}
	h[0] += a; h[1] += b; h[2] += c; h[3] += d; h[4] += e;
};

const HASHES = {
	'SHA-1': { compress: compress1, start: H1, block: 64, size: 20 },
	'SHA-256': { compress: compress256, start: H256, block: 64, size: 32 },
	'SHA-384': { block: 128, size: 48 },
	'SHA-512': { block: 128, size: 64 },
};

/* hash(hash(… hash(message))), `times` times in all, for SHA-1 and SHA-256. */
export const hashTimes = (name, message, times) => {
	const { compress, start, size } = HASHES[name];
	const padded = new Uint8Array((message.length + 72) >> 6 << 6);
	padded.set(message);
	padded[message.length] = 0x80;
	const view = new DataView(padded.buffer);
	view.setUint32(padded.length - 4, message.length * 8);
	const w = new Int32Array(80);
	const h = Int32Array.from(start);
	for (let at = 0; at < padded.length; at += 64) {
		for (let i = 0; i < 16; i++)
			w[i] = view.getInt32(at + 4 * i);
		compress(h, w);
	}
	const words = size / 4;
	for (let n = 1; n < times; n++) {
		w.set(h);
		w.fill(0, words, 16);
		w[words] = 0x80000000;
		w[15] = size * 8;
		h.set(start);
		compress(h, w);
	}
	const out = new DataView(new ArrayBuffer(size));
	h.forEach((word, i) => out.setInt32(4 * i, word));
	return new Uint8Array(out.buffer);
};

const hashAny = async (name, message, times) => {
	if (HASHES[name].compress)
		return hashTimes(name, message, times);
	for (let n = 0; n < times; n++)
		message = new Uint8Array(await globalThis.crypto.subtle.digest(name, message));
	return message;
};

const fill = (bytes, block) => Uint8Array.from({ length: Math.ceil(bytes.length / block) * block }, (_, i) => bytes[i % bytes.length]);

/*
 * password: UTF-16BE with its two closing zeros (or empty); id: 1 key, 2 IV, 3 MAC key; size: octets wanted, those of the hash unless given.
 */
export const deriveP12 = async (name, password, salt, id, iterations, size = HASHES[name].size) => {
	const { block } = HASHES[name];
	const s = fill(salt, block), p = fill(password, block);
	const input = new Uint8Array(block + s.length + p.length).fill(id, 0, block);
	input.set(s, block);
	input.set(p, block + s.length);
	const out = new Uint8Array(size);
	for (let done = 0; done < size;) {
		const a = await hashAny(name, input, iterations);
		out.set(a.subarray(0, size - done), done);
		done += a.length;
		const b = Uint8Array.from({ length: block }, (_, i) => a[i % a.length]);
		for (let j = block; j < input.length; j += block) {
			let carry = 1;
			for (let i = block - 1; i >= 0; i--) {
				carry += input[j + i] + b[i];
				input[j + i] = carry;
				carry >>= 8;
			}
		}
	}
	return out;
};
