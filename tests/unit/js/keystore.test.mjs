/* From a pending file to the two files of a citizen, and what the list says about each key. */
import { certify, der, get, issue, makeCa, PERSON, pkcs8, put, run } from './helper.mjs';
import assert from 'node:assert/strict';
import { afterEach, before, describe, test } from 'node:test';
import { makeCsr } from '../../../views/static/js/csr.js';
import { int, octetString, oidOf, sequence, toBase64 } from '../../../views/static/js/der.js';
import { generateEcPair, generateRsaPair } from '../../../views/static/js/keys.js';
import { KeyFileError, openP12, writeP12 } from '../../../views/static/js/p12.js';
import { chooseFolder, installPending, readKeyFile, saveFile } from '../../../views/static/js/keystore.js';

const PASSWORD = 'Qwerty12', FINAL = 'Final123';
const pem = (name) => Buffer.from(get(`${name}.pem`)).toString();
const refusal = (code) => (error) => error instanceof KeyFileError && (assert.equal(error.code, code), true);
const fast = { iterations: 2000 };

const pending = async (pairs) => writeP12({ keys: pairs.map(({ pkcs8: key }) => ({ pkcs8: key, certificate: null })) }, PASSWORD, fast);
/* The certificate of our CA for a request of ours. */
const certifyOwn = async (name, profile, pair, serial) => {
	put(`${name}.csr`, `-----BEGIN CERTIFICATE REQUEST-----\n${toBase64(await makeCsr(pair, PERSON)).replace(/.{64}/g, '$&\n')}\n-----END CERTIFICATE REQUEST-----\n`);
	certify(name, profile, { serial });
	return name;
};

before(() => makeCa());

describe('installation', () => {
	let pairs, file, certs;
	before(async () => {
		pairs = [await generateRsaPair(), await generateRsaPair()];
		file = await pending(pairs);
		await certifyOwn('sign', 'sign', pairs[1], '0x12');
		await certifyOwn('auth', 'auth', pairs[0], '0x11');
		certs = ['root', 'sign', 'ca', 'auth'].map(pem).join('');
	});
	test('two files, named, opened by OpenSSL and Java, leaf first', async () => {
		const files = await installPending(file, PASSWORD, certs, FINAL);
		assert.deepEqual(files.map((f) => [f.purpose, f.serial]), [['auth', '11'.padStart(40, '0')], ['sign', '12'.padStart(40, '0')]]);
		for (const [i, { name, bytes }] of files.entries()) {
			assert.match(name, i ? /^RSA256_[0-9a-f]{40}\.p12$/ : /^AUTH_RSA256_[0-9a-f]{40}\.p12$/);
			const out = run('openssl', 'pkcs12', '-in', put(name, bytes), '-passin', `pass:${FINAL}`, '-nodes');
			assert.deepEqual(out.match(/BEGIN [A-Z ]+/g), ['BEGIN CERTIFICATE', 'BEGIN CERTIFICATE', 'BEGIN CERTIFICATE', 'BEGIN PRIVATE KEY']);
			assert.match(out, new RegExp(`friendlyName: ${name.match(/[0-9a-f]{40}/)[0]}`));
			assert.match(run('keytool', '-J-Duser.language=en', '-list', '-v', '-keystore', name, '-storepass', FINAL), /Certificate chain length: 3/);
			const { keys, certificates } = await openP12(bytes, FINAL);
			assert.deepEqual([keys[0].pkcs8, Buffer.from(keys[0].certificate)], [pairs[i].pkcs8, Buffer.from(der(`${i ? 'sign' : 'auth'}.pem`))]);
			assert.deepEqual(certificates.slice(1).map((c) => Buffer.from(c)), [Buffer.from(der('ca.pem')), Buffer.from(der('root.pem'))]);
		}
	});
	test('P-256', async () => {
		const pair = await generateEcPair();
		await certifyOwn('ec', 'sign', pair, '0x13');
		const [{ name }] = await installPending(new Blob([await pending([pair])]), PASSWORD, pem('ec') + pem('ca'), FINAL, fast);
		assert.match(name, /^EC256_[0-9a-f]{40}\.p12$/);
	});
	test('refused: a key without its certificate, certificates of others, none, garbage', async () => {
		const garbage = '-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n';
		for (const text of [pem('auth') + pem('ca'), pem('root') + pem('ca'), '', 'text', garbage, garbage.replace('MAA=', '!!!')])
			await assert.rejects(installPending(file, PASSWORD, text, FINAL, fast), refusal('no-certificate'));
	});
	test('refused: wrong password, other files', async () => {
		await assert.rejects(installPending(file, FINAL, certs, FINAL, fast), refusal('wrong-password'));
		await assert.rejects(installPending(new TextEncoder().encode(certs), PASSWORD, certs, FINAL, fast), refusal('not-p12'));
	});
});

describe('the list of keys', () => {
	const fileOf = async (name) => writeP12({ keys: [{ pkcs8: pkcs8(`${name}.key`), certificate: der(`${name}.pem`), chain: [der('ca.pem')] }] }, PASSWORD, fast);
	const only = async (bytes, options) => {
		const list = await readKeyFile(bytes, PASSWORD, options);
		assert.equal(list.length, 1);
		return list[0];
	};
	const reasons = (entry) => ['auth', 'sign'].map((purpose) => entry.fits(purpose).reason);
	before(() => {
		issue('a', 'auth', { serial: '0x21' });
		issue('s', 'sign', { serial: '0x22', kind: 'EC' });
	});
	test('what is shown', async () => {
		const entry = await only(new Blob([await fileOf('a')]));
		assert.deepEqual([entry.owner, entry.iin, entry.serial, entry.issuer, entry.algorithm, entry.purpose, entry.pending],
		    [`${PERSON.commonName} ${PERSON.givenName}`, PERSON.iin, '21'.padStart(40, '0'), 'ДЕМО CA', 'RSA', 'auth', false]);
		assert.equal(entry.notAfter - entry.notBefore, 365 * 86400000);
	});
	test('purposes', async () => {
		assert.deepEqual(reasons(await only(await fileOf('a'))), [null, 'is-auth-not-sign']);
		assert.deepEqual(reasons(await only(await fileOf('s'))), ['is-sign-not-auth', null]);
		assert.deepEqual(reasons(await only(await fileOf('root'))), ['other-purpose', 'other-purpose']);
		assert.equal((await only(await fileOf('a'))).fits('auth').ok, true);
		assert.equal((await only(await fileOf('a'), { oids: { role: '1.3.6.1.4.1.32473.1' } })).fits('auth').reason, 'other-purpose');
	});
	test('validity, to the second', async () => {
		const file = await fileOf('a');
		const { notBefore, notAfter } = await only(file);
		for (const [now, reason] of [[+notBefore - 1, 'not-yet-valid'], [+notBefore, null], [+notAfter, null], [+notAfter + 1, 'expired']])
			assert.equal((await only(file, { now: new Date(now) })).fits('auth').reason, reason);
	});
	test('a short RSA key', async () => {
		run('openssl', 'genrsa', '-out', 'short.key', '1024');
		run('openssl', 'req', '-new', '-subj', '/CN=Short', '-key', 'short.key', '-out', 'short.csr');
		certify('short', 'auth');
		assert.equal((await only(await fileOf('short'))).fits('auth').reason, 'unsupported-key');
	});
	test('a legal entity: O, or OU=BIN…; before its purpose is asked for', async () => {
		for (const [name, subject] of [['o', '/CN=ДЕМО/O=ДЕМО ЖШС/serialNumber=IIN900101300811'], ['ou', '/CN=ДЕМО/OU=BIN990140000000/serialNumber=IIN900101300811']]) {
			issue(name, 'auth', { subject });
			assert.deepEqual(reasons(await only(await fileOf(name))), ['organisation', 'organisation']);
		}
		issue('unit', 'auth', { subject: '/CN=ДЕМО/OU=ДЕМО BIN/serialNumber=IIN900101300811' });
		assert.deepEqual(reasons(await only(await fileOf('unit'))), [null, 'is-auth-not-sign']);
	});
	test('a file that went away, a GOST key with a broken certificate', async () => {
		await assert.rejects(readKeyFile({ arrayBuffer: async () => { throw new DOMException('gone', 'NotFoundError'); } }, PASSWORD), refusal('damaged'));
		const gost = sequence(int(0), sequence(oidOf('1.2.398.3.10.1.1.2.2')), octetString(new Uint8Array(64)));
		const fileWith = (certificate) => writeP12({ keys: [{ pkcs8: gost, certificate, localKeyId: Uint8Array.of(1) }] }, PASSWORD, fast);
		assert.deepEqual(reasons(await only(await fileWith(der('a.pem')))), ['gost', 'gost']);
		await assert.rejects(readKeyFile(await fileWith(Uint8Array.of(0x30, 0)), PASSWORD), refusal('damaged'));
	});
	test('a pending file', async () => {
		const list = await readKeyFile(await pending([await generateRsaPair(), await generateRsaPair()]), PASSWORD);
		assert.deepEqual(list.map((entry) => [entry.pending, entry.purpose, ...reasons(entry)]), [[true, 'pending', 'pending', 'pending'], [true, 'pending', 'pending', 'pending']]);
	});
});

describe('saving', () => {
	const saved = [];
	const page = () => {
		globalThis.document = { createElement: () => ({ click() { saved.push([this.download, this.href]); } }) };
	};
	afterEach(() => {
		delete globalThis.document;
		delete globalThis.showDirectoryPicker;
		saved.length = 0;
	});
	const BYTES = Uint8Array.of(1, 2, 3);
	const folderOf = (kept) => ({
		getFileHandle: async (name) => ({
			createWritable: async () => ({ write: async (bytes) => { saved.push([name, bytes]); }, close: async () => {} }),
			getFile: async () => new Blob([kept]),
		}),
	});
	const download = async (...args) => {
		const { setTimeout: timer } = globalThis;
		globalThis.setTimeout = () => 0;
		try {
			return await saveFile(...args);
		} finally {
			globalThis.setTimeout = timer;
		}
	};
	test('a folder, read back', async () => {
		globalThis.showDirectoryPicker = async () => folderOf(BYTES);
		assert.equal(await saveFile('x.p12', BYTES, await chooseFolder()), 'folder');
		assert.deepEqual(saved, [['x.p12', BYTES]]);
	});
	test('no picker, or cancelled: download', async () => {
		assert.equal(await chooseFolder(), null);
		globalThis.showDirectoryPicker = async () => { throw new DOMException('cancelled', 'AbortError'); };
		page();
		assert.equal(await download('x.p12', BYTES, await chooseFolder()), 'download');
		assert.equal(saved[0][0], 'x.p12');
		assert.match(saved[0][1], /^blob:/);
	});
	test('a folder that fails or keeps something else: download', async () => {
		page();
		assert.equal(await download('x.p12', BYTES, { getFileHandle: async () => { throw new DOMException('gone', 'NotFoundError'); } }), 'download');
		assert.equal(await download('x.p12', BYTES, folderOf(Uint8Array.of(1, 2))), 'download');
	});
});
