/* Hashes and old ciphers against Node's own (OpenSSL), RC2 against the openssl program. */
import { deriveAgain, get, put, run } from './helper.mjs';
import assert from 'node:assert/strict';
import { createCipheriv, createHash, randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { DerError, equal, toHex } from '../../../views/static/js/der.js';
import { decryptCbc } from '../../../views/static/js/oldcipher.js';
import { deriveP12, hashTimes } from '../../../views/static/js/p12hash.js';

test('SHA-1 and SHA-256 of every length around the block, once and again', () => {
	for (const [name, node] of [['SHA-1', 'sha1'], ['SHA-256', 'sha256']]) {
		for (const length of [0, 1, 55, 56, 57, 63, 64, 65, 119, 120, 1000]) {
			let want = randomBytes(length);
			const message = new Uint8Array(want);
			for (let n = 0; n < 3; n++)
				want = createHash(node).update(want).digest();
			assert.equal(toHex(hashTimes(name, message, 3)), want.toString('hex'), `${name} ${length}`);
		}
	}
});

test('key derivation: four hashes, salts and passwords of odd lengths, several blocks', async () => {
	for (const [name, node, v] of [['SHA-1', 'sha1', 64], ['SHA-256', 'sha256', 64], ['SHA-384', 'sha384', 128], ['SHA-512', 'sha512', 128]]) {
		for (const [p, s, size] of [[26, 8, 24], [0, 20, 100], [130, 70, 33], [2, 64, 8]]) {
			const password = randomBytes(p), salt = randomBytes(s);
			const got = await deriveP12(name, new Uint8Array(password), new Uint8Array(salt), 1, 5, size);
			assert.equal(toHex(got), deriveAgain(node, v, password, salt, 1, 5, size).toString('hex'), name);
		}
	}
});
test('300 000 iterations take less than two seconds', async () => {
	const start = Date.now();
	await deriveP12('SHA-256', new Uint8Array(20), new Uint8Array(16), 3, 300000);
	assert.ok(Date.now() - start < 2000);
});

test('triple DES with three keys and with two', () => {
	for (let n = 0; n < 20; n++) {
		const key = randomBytes(24), iv = randomBytes(8), text = randomBytes(n * 3);
		const both = [[key, key], [key.subarray(0, 16), Buffer.concat([key.subarray(0, 16), key.subarray(0, 8)])]];
		for (const [own, full] of both) {
			const cipher = createCipheriv('des-ede3-cbc', full, iv);
			const data = Buffer.concat([cipher.update(text), cipher.final()]);
			assert.ok(equal(decryptCbc('3DES', new Uint8Array(own), new Uint8Array(iv), new Uint8Array(data)), new Uint8Array(text)));
		}
	}
});
test('RC2 with 40 and 128 bits', () => {
	for (const [name, size] of [['rc2-40-cbc', 5], ['rc2-cbc', 16]]) {
		const key = randomBytes(size), iv = randomBytes(8), text = randomBytes(1001);
		put('plain', text);
		run('openssl', 'enc', `-${name}`, '-provider', 'legacy', '-provider', 'default', '-K', key.toString('hex'), '-iv', iv.toString('hex'), '-in', 'plain', '-out', 'data');
		assert.ok(equal(decryptCbc('RC2', new Uint8Array(key), new Uint8Array(iv), get('data')), new Uint8Array(text)));
	}
});
test('refused: no blocks, broken blocks, bad padding, short IV', () => {
	const key = new Uint8Array(24), iv = new Uint8Array(8);
	for (const data of [new Uint8Array(0), new Uint8Array(9), new Uint8Array(16)])
		assert.throws(() => decryptCbc('3DES', key, iv, data), DerError);
	assert.throws(() => decryptCbc('RC2', key, new Uint8Array(7), new Uint8Array(8)), DerError);
});
