/* Key files of other programs into ours, ours into other programs, and what is broken. */
import { der, deriveAgain, get, issue, makeCa, pkcs8, put, randomizer, run } from './helper.mjs';
import assert from 'node:assert/strict';
import { createHmac, randomBytes } from 'node:crypto';
import { before, describe, test } from 'node:test';
import forge from 'node-forge';
import * as asn1 from '../../../views/static/js/der.js';
import { generateEcPair, generateRsaPair } from '../../../views/static/js/keys.js';
import { KeyFileError, openP12, writeP12 } from '../../../views/static/js/p12.js';
import { fromHex } from '../../../views/static/js/der.js';

const PASSWORD = 'Qwerty12';
const LEGACY = ['-legacy'];
const chainFile = () => put('chain.pem', ['root', 'ca'].map((name) => Buffer.from(get(`${name}.pem`)).toString()).join(''));
const exported = (name, password, ...options) => {
	run('openssl', 'pkcs12', '-export', '-inkey', `${name}.key`, '-in', `${name}.pem`, '-certfile', chainFile(), '-passout', `pass:${password}`, '-out', 'out.p12', ...options);
	return get('out.p12');
};
const refusal = (code) => (error) => error instanceof KeyFileError && (assert.equal(error.code, code), true);

let leaf, leafKey;
before(() => {
	makeCa();
	issue('auth', 'auth');
	issue('ec', 'auth', { kind: 'EC' });
	leaf = der('auth.pem');
	leafKey = pkcs8('auth.key');
});

const isLeaf = ({ keys, certificates }, count = 3) => {
	assert.equal(keys.length, 1);
	assert.equal(keys[0].algorithm, 'RSA');
	assert.deepEqual(keys[0].pkcs8, leafKey);
	assert.deepEqual(Buffer.from(keys[0].certificate), Buffer.from(leaf));
	assert.equal(certificates.length, count);
};

describe('files of OpenSSL', () => {
	const FORMS = {
		'default': [], 'with a name': ['-name', 'Достық'], 'AES-128': ['-keypbe', 'aes-128-cbc', '-certpbe', 'aes-128-cbc'],
		'AES-192': ['-keypbe', 'aes-192-cbc', '-certpbe', 'aes-192-cbc'], 'PBES2 with triple DES': ['-keypbe', 'des-ede3-cbc', '-certpbe', 'des-ede3-cbc'],
		'legacy: triple DES and RC2-40': LEGACY, 'RC2-128': [...LEGACY, '-keypbe', 'PBE-SHA1-RC2-128', '-certpbe', 'PBE-SHA1-RC2-128'],
		'triple DES with two keys': [...LEGACY, '-keypbe', 'PBE-SHA1-2DES', '-certpbe', 'PBE-SHA1-3DES'],
		'certificates not encrypted': ['-certpbe', 'NONE'], 'key not encrypted': ['-keypbe', 'NONE'],
		'MAC of SHA-1': ['-macalg', 'sha1'], 'MAC of SHA-384': ['-macalg', 'sha384'], 'MAC of SHA-512': ['-macalg', 'sha512'], '100 000 iterations': ['-iter', '100000'],
	};
	for (const [what, options] of Object.entries(FORMS))
		test(what, async () => isLeaf(await openP12(exported('auth', PASSWORD, ...options), PASSWORD)));
	test('the name', async () => assert.equal((await openP12(exported('auth', PASSWORD, '-name', 'Достық'), PASSWORD)).keys[0].friendlyName, 'Достық'));
	for (const password of ['Пароль-Құпия1', '', 'p\u{1f511}'])
		for (const options of [[], LEGACY])
			test(`password «${password}» ${options}`, async () => isLeaf(await openP12(exported('auth', password, ...options), password)));
	test('P-256', async () => {
		const { keys: [key] } = await openP12(exported('ec', PASSWORD), PASSWORD);
		assert.equal(key.algorithm, 'EC');
		assert.deepEqual(Buffer.from(key.certificate), Buffer.from(der('ec.pem')));
	});
});

describe('files of Java and of forge', () => {
	const keytool = (...args) => run('keytool', '-J-Xshare:auto', '-J-XX:TieredStopAtLevel=1', ...args);
	for (const [what, algorithm, size, options] of [['RSA', 'RSA', '2048', []], ['RSA, legacy', 'RSA', '2048', ['-J-Dkeystore.pkcs12.legacy']], ['P-256', 'EC', '256', []]]) {
		test(`keytool, ${what}`, async () => {
			const name = `java-${randomBytes(4).toString('hex')}.p12`;
			keytool(...options, '-genkeypair', '-keyalg', algorithm, '-keysize', size, '-dname', 'CN=Java', '-alias', 'mine', '-storetype', 'PKCS12', '-keystore', name, '-storepass', PASSWORD);
			const { keys, certificates } = await openP12(get(name), PASSWORD);
			assert.deepEqual([keys.length, keys[0].algorithm, keys[0].friendlyName], [1, algorithm, 'mine']);
			assert.deepEqual(keys[0].certificate, certificates[0]);
		});
	}
	test('node-forge, both ways', async () => {
		/* Not the leaf: forge refuses a certificate with an arc beyond 53 bits. */
		const toForge = (bytes) => forge.asn1.fromDer(forge.util.createBuffer(Buffer.from(bytes).toString('binary')));
		const key = forge.pki.privateKeyFromPem(Buffer.from(get('root.key')).toString());
		const cert = forge.pki.certificateFromPem(Buffer.from(get('root.pem')).toString());
		const file = forge.asn1.toDer(forge.pkcs12.toPkcs12Asn1(key, [cert], PASSWORD, { algorithm: '3des' })).getBytes();
		const { keys: [opened] } = await openP12(new Uint8Array(Buffer.from(file, 'binary')), PASSWORD);
		assert.deepEqual([opened.pkcs8, Buffer.from(opened.certificate)], [pkcs8('root.key'), Buffer.from(der('root.pem'))]);
		const own = await writeP12({ keys: [{ pkcs8: opened.pkcs8, certificate: opened.certificate }] }, PASSWORD, { iterations: 1000 });
		const bags = forge.pkcs12.pkcs12FromAsn1(toForge(own), PASSWORD).getBags({ bagType: forge.pki.oids.pkcs8ShroudedKeyBag });
		assert.equal(bags[forge.pki.oids.pkcs8ShroudedKeyBag][0].key.n.toString(16), key.n.toString(16));
	});
});

/* What the NCA writes: indefinite lengths and segments everywhere, also inside what the MAC covers, which is made anew. */
const END = Uint8Array.of(0, 0);
const segments = (bytes) => Array.from({ length: Math.ceil(bytes.length / 100) }, (_, i) => asn1.octetString(bytes.subarray(i * 100, i * 100 + 100)));
const toBer = (node, inner) => {
	if (node.tag === 0x04 && inner && node.content.length > 100)
		return asn1.concat([0x24, 0x80], ...segments(toBer(asn1.read(node.content), false)), END);
	if (node.tag === 0x80)
		return asn1.concat([0xa0, 0x80], ...segments(node.content), END);
	return node.children ? asn1.concat([node.tag, 0x80], ...node.children.map((child) => toBer(child, inner)), END) : asn1.tlv(node.tag, node.content);
};
/* Another content into a PFX, under a MAC of SHA-1 of its own. */
const remake = (content, password) => {
	const salt = randomBytes(20);
	const key = deriveAgain('sha1', 64, Buffer.from(`${password}\0`, 'utf16le').swap16(), salt, 3, 1024, 20);
	const mac = new Uint8Array(createHmac('sha1', key).update(content).digest());
	const digest = asn1.sequence(asn1.sequence(asn1.oidOf('1.3.14.3.2.26'), asn1.NULL), asn1.octetString(mac));
	return asn1.concat([0x30, 0x80], asn1.int(3), [0x30, 0x80], asn1.oidOf('1.2.840.113549.1.7.1'), [0xa0, 0x80, 0x24, 0x80], ...segments(content),
	    END, END, END, asn1.sequence(digest, asn1.octetString(salt), asn1.int(1024)), END);
};
const contentOf = (file) => asn1.octets(asn1.read(file).children[1].children[1].children[0]);

describe('BER', () => {
	test('indefinite lengths and segments, old ciphers', async () => {
		const content = asn1.read(contentOf(exported('auth', PASSWORD, ...LEGACY, '-macalg', 'sha1')));
		const file = remake(toBer(content, true), PASSWORD);
		assert.match(run('openssl', 'pkcs12', '-legacy', '-info', '-noout', '-in', put('ber.p12', file), '-passin', `pass:${PASSWORD}`), /SHA1And40BitRC2/i);
		isLeaf(await openP12(file, PASSWORD));
	});
});

describe('which certificate belongs to a key', () => {
	test('the public key decides, not the localKeyID', async () => {
		issue('other', 'sign', { serial: '0x0b' });
		const file = await writeP12({ keys: [
			{ pkcs8: leafKey, certificate: der('other.pem'), localKeyId: fromHex('01') }, { pkcs8: pkcs8('other.key'), certificate: leaf, localKeyId: fromHex('02') },
			{ pkcs8: (await generateEcPair()).pkcs8, certificate: null, localKeyId: fromHex('01') },
		] }, PASSWORD, { iterations: 1000 });
		const { keys } = await openP12(file, PASSWORD);
		assert.deepEqual(keys.map((key) => key.certificate && Buffer.from(key.certificate).equals(Buffer.from(key.pkcs8.length === leafKey.length && asn1.equal(key.pkcs8, leafKey) ? leaf : der('other.pem')))), [true, true, null]);
	});
	test('a GOST key opens and is called so', async () => {
		/* 1.2.398.3.10.1.1.2.3.2 is a key of GOST R 34.10-2015 as the NCA writes it. */
		const key = asn1.sequence(asn1.int(0), asn1.sequence(asn1.oidOf('1.2.398.3.10.1.1.2.3.2')), asn1.octetString(new Uint8Array(64)));
		const file = await writeP12({ keys: [{ pkcs8: key, certificate: leaf }] }, PASSWORD, { iterations: 1000 });
		const { keys } = await openP12(file, PASSWORD);
		assert.equal(keys[0].algorithm, 'GOST');
		assert.deepEqual(Buffer.from(keys[0].certificate), Buffer.from(leaf));
	});
});

describe('own files in other programs', () => {
	test('OpenSSL without -legacy: key, certificates in order, both counts, names', async () => {
		const file = await writeP12({ keys: [{ pkcs8: leafKey, certificate: leaf, chain: [der('ca.pem'), der('root.pem')] }] }, PASSWORD);
		put('own.p12', file);
		const info = run('openssl', 'pkcs12', '-in', 'own.p12', '-passin', `pass:${PASSWORD}`, '-info', '-nodes');
		assert.match(info, /MAC: sha256, Iteration 300000/);
		assert.equal(info.match(/PBES2, PBKDF2, AES-256-CBC, Iteration 300000, PRF hmacWithSHA256/g).length, 2);
		assert.deepEqual(info.match(/BEGIN [A-Z ]+/g), ['BEGIN CERTIFICATE', 'BEGIN CERTIFICATE', 'BEGIN CERTIFICATE', 'BEGIN PRIVATE KEY']);
		run('openssl', 'pkcs12', '-in', 'own.p12', '-passin', `pass:${PASSWORD}`, '-nokeys', '-out', 'back.pem');
		assert.match(run('openssl', 'x509', '-in', 'back.pem', '-noout', '-subject', '-nameopt', 'utf8'), /ДЕМОЕВА/);
		isLeaf(await openP12(file, PASSWORD));
	});
	test('keytool: one entry with a chain of three', async () => {
		put('own3.p12', await writeP12({ keys: [{ pkcs8: leafKey, certificate: leaf, chain: [der('ca.pem'), der('root.pem')], friendlyName: 'demo' }] }, PASSWORD, { iterations: 10000 }));
		const out = run('keytool', '-J-Duser.language=en', '-list', '-v', '-storetype', 'PKCS12', '-keystore', 'own3.p12', '-storepass', PASSWORD);
		assert.match(out, /Alias name: demo/);
		assert.match(out, /Entry type: PrivateKeyEntry/);
		assert.match(out, /Certificate chain length: 3/);
	});
	test('two keys without certificates', async () => {
		const pairs = [await generateRsaPair(), await generateEcPair()];
		const file = await writeP12({ keys: pairs.map(({ pkcs8: key }) => ({ pkcs8: key, certificate: null })) }, PASSWORD, { iterations: 2000 });
		put('pending.p12', file);
		const info = run('openssl', 'pkcs12', '-in', 'pending.p12', '-passin', `pass:${PASSWORD}`, '-nodes');
		assert.equal(info.match(/BEGIN PRIVATE KEY/g).length, 2);
		assert.doesNotMatch(info, /CERTIFICATE/);
		const { keys } = await openP12(file, PASSWORD);
		assert.deepEqual(keys.map((key) => [key.algorithm, key.certificate, key.localKeyId.length]), [['RSA', null, 20], ['EC', null, 20]]);
	});
});

describe('refused, with the reason', () => {
	const open = (bytes, password = PASSWORD) => openP12(bytes, password);
	test('wrong password', async () => {
		for (const options of [[], LEGACY])
			for (const password of ['qwerty12', '', 'Qwerty12 '])
				await assert.rejects(open(exported('auth', PASSWORD, ...options), password), refusal('wrong-password'));
	});
	test('no key file', async () => {
		for (const bytes of [new Uint8Array(0), Uint8Array.of(0x30), get('auth.pem'), leaf, leafKey, new Uint8Array(3000), asn1.sequence(asn1.int(3), asn1.octetString(new Uint8Array(1 << 20)))])
			await assert.rejects(open(bytes), refusal('not-p12'));
	});
	test('no MAC', () => assert.rejects(open(exported('auth', PASSWORD, '-nomac')), refusal('no-mac')));
	test('no key', async () => {
		run('openssl', 'pkcs12', '-export', '-nokeys', '-in', 'auth.pem', '-passout', `pass:${PASSWORD}`, '-out', 'certs.p12');
		await assert.rejects(open(get('certs.p12')), refusal('no-key'));
	});
	test('RC4 and PBES1, by their numbers', async () => {
		const forms = { '1.2.840.113549.1.12.1.1': [...LEGACY, '-keypbe', 'PBE-SHA1-RC4-128'], '1.2.840.113549.1.5.3': [...LEGACY, '-keypbe', 'PBE-MD5-DES'] };
		for (const [detail, options] of Object.entries(forms))
			await assert.rejects(open(exported('auth', PASSWORD, ...options)), (e) => refusal('unsupported-cipher')(e) && e.detail === detail);
	});
	test('AES-192 where the browser has none', async () => {
		const file = exported('auth', PASSWORD, '-keypbe', 'aes-192-cbc');
		const { subtle } = globalThis.crypto;
		const { importKey } = subtle;
		subtle.importKey = (format, key, ...rest) => (key.length === 24 ? Promise.reject(new DOMException('192-bit AES keys are not supported', 'OperationError')) : importKey.call(subtle, format, key, ...rest));
		try {
			await assert.rejects(open(file), (e) => refusal('unsupported-cipher')(e) && e.detail === 'AES-192-CBC');
		} finally {
			delete subtle.importKey;
		}
	});
	test('iterations without end', async () => {
		const [version, content, mac] = asn1.read(exported('auth', PASSWORD)).children;
		const withCount = (count) => asn1.sequence(version.raw, content.raw, asn1.sequence(mac.children[0].raw, mac.children[1].raw, asn1.int(count)));
		for (const count of [5000001, 2 ** 31, fromHex('7fffffffffffffffff')])
			await assert.rejects(open(withCount(count)), refusal('too-many-iterations'));
		await assert.rejects(open(withCount(2049)), refusal('wrong-password'));
	});
	test('a certificate of garbage', async () => {
		const file = await writeP12({ keys: [{ pkcs8: leafKey, certificate: null }, { pkcs8: leafKey, certificate: leaf, chain: [] }] }, PASSWORD, { iterations: 1000 });
		const broken = await writeP12({ keys: [{ pkcs8: leafKey, certificate: fromHex('3003020100'), localKeyId: fromHex('01') }] }, PASSWORD, { iterations: 1000 });
		assert.equal((await open(file)).keys.length, 2);
		await assert.rejects(open(broken), refusal('damaged'));
	});
});

describe('broken files give a KeyFileError and never hang', () => {
	const CODES = ['not-p12', 'wrong-password', 'damaged', 'no-mac', 'too-many-iterations', 'unsupported-cipher', 'no-key', 'gost'];
	const judge = async (bytes, password, tally) => {
		try {
			await openP12(bytes, password);
			tally.opened = (tally.opened ?? 0) + 1;
		} catch (error) {
			assert.ok(error instanceof KeyFileError, error.stack);
			assert.ok(CODES.includes(error.code), error.code);
			tally[error.code] = (tally[error.code] ?? 0) + 1;
		}
	};
	test('cut short anywhere', async () => {
		for (const options of [[], LEGACY]) {
			const file = exported('ec', PASSWORD, ...options);
			const tally = {};
			for (let length = 0; length < file.length; length += length < 100 || length > file.length - 100 ? 1 : 13)
				await judge(file.subarray(0, length), PASSWORD, tally);
			assert.equal(tally.opened, undefined);
			assert.ok(tally.damaged > 100);
		}
	});
	test('300 mutations of the whole, and 300 below a MAC that fits', async () => {
		const random = randomizer(20261123);
		const mutate = (bytes) => {
			const out = Uint8Array.from(bytes);
			for (let n = 1 + Math.floor(random() * 3); n > 0; n--)
				out[Math.floor(random() * (random() < 0.5 ? 80 : out.length))] = Math.floor(random() * 256);
			return out;
		};
		const outer = {}, inner = {};
		const files = [exported('ec', PASSWORD, '-iter', '500'), exported('ec', PASSWORD, ...LEGACY, '-iter', '500'), exported('ec', PASSWORD, '-keypbe', 'NONE', '-certpbe', 'NONE')];
		for (let n = 0; n < 300; n++) {
			await judge(mutate(files[n % 3]), PASSWORD, outer);
			await judge(remake(mutate(contentOf(files[n % 3])), PASSWORD), PASSWORD, inner);
		}
		assert.ok(outer['wrong-password'] > 0 && outer.damaged > 0, JSON.stringify(outer));
		assert.ok(inner.damaged > 100 && !inner['wrong-password'], JSON.stringify(inner));
	});
});
