/* What the tests of the browser's modules share: WebCrypto on Node 18, other people's programs, and a small PKI made anew by OpenSSL. */
import { createHash, webcrypto } from 'node:crypto';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DOMParser } from '@xmldom/xmldom';

globalThis.crypto ??= webcrypto;

export const dir = mkdtempSync(join(tmpdir(), 'cabinet-js-'));
process.on('exit', () => rmSync(dir, { recursive: true, force: true }));

export const path = (name) => join(dir, name);
export const put = (name, data) => {
	writeFileSync(path(name), data);
	return path(name);
};
export const get = (name) => new Uint8Array(readFileSync(path(name)));

/* { status, out } of a program; out is what it printed on both channels. */
export const attempt = (program, ...args) => {
	const r = spawnSync(program, args, { cwd: dir, encoding: 'utf8', timeout: 30000, env: { ...process.env, LC_ALL: 'C.UTF-8' } });
	return { status: r.status, out: `${r.stdout}${r.stderr}${r.error ?? ''}` };
};
export const run = (program, ...args) => {
	const { status, out } = attempt(program, ...args);
	if (status !== 0)
		throw new Error(`${program} ${args.join(' ')}: ${out}`);
	return out;
};

export const parser = (text) => new DOMParser({ onError: (level, message) => { throw new Error(message); } }).parseFromString(text, 'application/xml');

export const der = (pemName) => {
	run('openssl', 'x509', '-in', pemName, '-outform', 'DER', '-out', `${pemName}.der`);
	return get(`${pemName}.der`);
};
export const pkcs8 = (keyName) => {
	run('openssl', 'pkcs8', '-topk8', '-nocrypt', '-in', keyName, '-outform', 'DER', '-out', `${keyName}.p8`);
	return get(`${keyName}.p8`);
};

export const PERSON = { commonName: 'ДЕМОЕВА ӘЛИЯ', surname: 'ДЕМОЕВА', iin: '900101300811', givenName: 'ҚАЙРАТҚЫЗЫ' };
const NAME = `/CN=${PERSON.commonName}/SN=${PERSON.surname}/serialNumber=IIN${PERSON.iin}/C=KZ/GN=${PERSON.givenName}`;
const IDS = 'subjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid\n';
const PROFILES = {
	ca: `basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign,cRLSign\n${IDS}`,
	auth: `keyUsage=critical,digitalSignature,keyEncipherment\nextendedKeyUsage=clientAuth,2.25.329800735698586629295641978511506172918\n${IDS}`,
	sign: `keyUsage=critical,digitalSignature,nonRepudiation\nextendedKeyUsage=emailProtection,2.25.329800735698586629295641978511506172918\n${IDS}`,
};

/* name.key and name.pem, issued by issuer.pem; kind: RSA or EC. */
export const issue = (name, profile, { issuer = 'ca', subject = NAME, kind = 'RSA', serial = '0x00a1', days = 365 } = {}) => {
	const algorithm = kind === 'RSA' ? ['RSA', '-pkeyopt', 'rsa_keygen_bits:2048'] : ['EC', '-pkeyopt', 'ec_paramgen_curve:P-256'];
	run('openssl', 'genpkey', '-algorithm', ...algorithm, '-out', `${name}.key`);
	run('openssl', 'req', '-new', '-utf8', '-subj', subject, '-key', `${name}.key`, '-out', `${name}.csr`);
	certify(name, profile, { issuer, serial, days });
};
export const certify = (name, profile, { issuer = 'ca', serial = '0x00a1', days = 365 } = {}) => {
	put('profile.cnf', PROFILES[profile]);
	const by = issuer === name ? ['-signkey', `${name}.key`] : ['-CA', `${issuer}.pem`, '-CAkey', `${issuer}.key`];
	run('openssl', 'x509', '-req', '-in', `${name}.csr`, ...by, '-set_serial', serial, '-days', String(days), '-sha256', '-extfile', 'profile.cnf', '-out', `${name}.pem`);
};
/* root.pem and ca.pem. */
export const makeCa = () => {
	issue('root', 'ca', { issuer: 'root', subject: '/C=KZ/CN=ДЕМО ROOT', serial: '1' });
	issue('ca', 'ca', { issuer: 'root', subject: '/C=KZ/CN=ДЕМО CA', serial: '2' });
};

/* RFC 7292, appendix B, written a second time, with Node's hashes and big numbers. */
export const deriveAgain = (hash, v, password, salt, id, iterations, size) => {
	const fill = (b) => (b.length ? Buffer.alloc(Math.ceil(b.length / v) * v, b) : b);
	let input = Buffer.concat([fill(salt), fill(password)]);
	let out = Buffer.alloc(0);
	while (out.length < size) {
		let a = Buffer.concat([Buffer.alloc(v, id), input]);
		for (let n = 0; n < iterations; n++)
			a = createHash(hash).update(a).digest();
		out = Buffer.concat([out, a]);
		const b = BigInt(`0x${Buffer.alloc(v, a).toString('hex')}`) + 1n;
		const blocks = [];
		for (let at = 0; at < input.length; at += v) {
			const sum = BigInt(`0x${input.subarray(at, at + v).toString('hex')}`) + b & (1n << BigInt(8 * v)) - 1n;
			blocks.push(Buffer.from(sum.toString(16).padStart(2 * v, '0'), 'hex'));
		}
		input = Buffer.concat(blocks);
	}
	return out.subarray(0, size);
};

/* Numbers that look random and are the same in every run. */
export const randomizer = (seed) => () => {
	seed = Math.imul(seed ^ seed >>> 15, 0x2c1b3c6d) + 0x9e3779b9 | 0;
	return (Math.imul(seed ^ seed >>> 13, 0x297a2d39) >>> 0) / 2 ** 32;
};
