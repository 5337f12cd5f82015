/* Certificates and requests, with OpenSSL as the judge. */
import { attempt, der, get, issue, makeCa, PERSON, pkcs8, put, run } from './helper.mjs';
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { makeCsr } from '../../../views/static/js/csr.js';
import { DerError } from '../../../views/static/js/der.js';
import { belongs, generateEcPair, generateRsaPair, keyId, kindOfPrivate, publicOf, signer } from '../../../views/static/js/keys.js';
import { KeyFileError } from '../../../views/static/js/keyerror.js';
import { chainOf, parseCertificate, parsePem, purposeOf, suits, toPem } from '../../../views/static/js/x509.js';
import { CertificationRequest } from 'pkijs';

const ROLE = '2.25.329800735698586629295641978511506172918';
const pem = (name) => Buffer.from(get(`${name}.pem`)).toString();
const parsed = (name) => parseCertificate(der(`${name}.pem`));

before(() => {
	makeCa();
	issue('auth', 'auth', { serial: '0x0000ab' });
	issue('sign', 'sign', { serial: '0x10ffffffffffffffffffffffffffffffffffffff' });
	issue('ec', 'auth', { kind: 'EC' });
});

describe('a certificate', () => {
	test('as OpenSSL reads it', () => {
		const cert = parsed('auth');
		assert.deepEqual(cert.subject.attributes.map((a) => `${a.name}=${a.value}`),
		    [`CN=${PERSON.commonName}`, `SURNAME=${PERSON.surname}`, `SERIALNUMBER=IIN${PERSON.iin}`, 'C=KZ', `G=${PERSON.givenName}`]);
		assert.deepEqual([cert.iin, cert.surname, cert.givenName, cert.owner], [PERSON.iin, PERSON.surname, PERSON.givenName, `${PERSON.commonName} ${PERSON.givenName}`]);
		assert.equal(cert.issuer.get('CN'), 'ДЕМО CA');
		assert.deepEqual([cert.algorithm, cert.bits, cert.curve], ['RSA', 2048, '']);
		assert.deepEqual(cert.keyUsage, ['digitalSignature', 'keyEncipherment']);
		assert.deepEqual(cert.extKeyUsage, ['1.3.6.1.5.5.7.3.2', ROLE]);
		const ski = /^ {4}([0-9A-F:]+)$/m.exec(run('openssl', 'x509', '-in', 'auth.pem', '-noout', '-ext', 'subjectKeyIdentifier'))[1];
		assert.equal(cert.ski, ski.replaceAll(':', '').toLowerCase());
		assert.equal(cert.aki, parsed('ca').ski);
		for (const [option, date] of [['-startdate', cert.notBefore], ['-enddate', cert.notAfter]])
			assert.equal(Date.parse(run('openssl', 'x509', '-in', 'auth.pem', '-noout', option).split('=')[1]), date.getTime());
	});
	test('serial numbers are 40 digits', () => {
		assert.equal(parsed('auth').serial, 'ab'.padStart(40, '0'));
		assert.equal(parsed('sign').serial, '10ffffffffffffffffffffffffffffffffffffff');
	});
	test('P-256', () => assert.deepEqual([parsed('ec').algorithm, parsed('ec').curve], ['EC', 'P-256']));
	test('purposes, with and without a role', () => {
		assert.deepEqual(['auth', 'sign', 'ec', 'ca'].map((name) => purposeOf(parsed(name))), ['auth', 'sign', 'auth', 'other']);
		assert.equal(purposeOf(parsed('auth'), { role: ROLE }), 'auth');
		assert.equal(purposeOf(parsed('auth'), { role: '1.3.6.1.4.1.32473.1' }), 'other');
		assert.equal(suits(parsed('sign'), 'auth'), false);
		assert.equal(purposeOf(parsed('auth'), { clientAuth: '1.2.3' }), 'other');
	});
	test('chain, out of any order', () => {
		const [leaf, ca, root] = ['auth', 'ca', 'root'].map(parsed);
		assert.deepEqual(chainOf(leaf, [root, leaf, ca]), [ca, root]);
		assert.deepEqual(chainOf(leaf, [root]), []);
		assert.deepEqual(chainOf(root, [root, ca]), []);
	});
	test('of two CAs with one name the key identifier chooses', () => {
		issue('ca2', 'ca', { issuer: 'root', subject: '/C=KZ/CN=ДЕМО CA', serial: '3' });
		const [leaf, ca, ca2] = ['auth', 'ca', 'ca2'].map(parsed);
		assert.deepEqual(chainOf(leaf, [ca2, ca]), [ca]);
	});
	test('PEM, there and back', () => {
		assert.deepEqual(parsePem(`text\n${pem('auth')}\r\n${pem('ca').replaceAll('\n', '\r\n')}`).map((b) => Buffer.from(b)), ['auth', 'ca'].map((name) => Buffer.from(der(`${name}.pem`))));
		assert.equal(toPem(der('auth.pem')), pem('auth'));
	});
	test('broken ones throw DerError', () => {
		const good = der('auth.pem');
		for (let at = 0; at < good.length; at += 5) {
			const bad = Uint8Array.from(good);
			bad[at] ^= 0xff;
			try {
				parseCertificate(bad);
			} catch (error) {
				assert.ok(error instanceof DerError, error.stack);
			}
			assert.throws(() => parseCertificate(good.subarray(0, at)), DerError);
		}
	});
});

describe('keys', () => {
	test('a pair, its halves and strangers', async () => {
		const [rsa, rsa2, ec, ec2] = [await generateRsaPair(), await generateRsaPair(), await generateEcPair(), await generateEcPair()];
		for (const pair of [rsa, ec]) {
			assert.deepEqual(await publicOf(pair.pkcs8), pair.spki);
			assert.equal(await belongs(pair.pkcs8, pair.spki), true);
			for (const other of [rsa, rsa2, ec, ec2].filter((p) => p !== pair))
				assert.equal(await belongs(pair.pkcs8, other.spki), false);
		}
		assert.deepEqual(kindOfPrivate(ec.pkcs8), { algorithm: 'EC', curve: 'P-256' });
	});
	test('a key on another curve is a stranger', async () => {
		run('openssl', 'genpkey', '-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-384', '-out', 'p384.key');
		assert.equal(await belongs(pkcs8('p384.key'), (await generateEcPair()).spki), false);
		assert.equal(await belongs(pkcs8('p384.key'), await publicOf(pkcs8('p384.key'))), true);
	});
	test('the identifier is that of the certificate', async () => {
		const cert = parsed('auth');
		assert.equal(Buffer.from(await keyId(cert.spki)).toString('hex'), cert.ski);
	});
	test('garbage is a KeyFileError', async () => {
		for (const bytes of [new Uint8Array(0), pkcs8('auth.key').subarray(0, 500), Buffer.from('3003020100', 'hex'), Buffer.from('302b0201003010060a2a864886f70d0101010500', 'hex')])
			for (const use of [signer, publicOf])
				await assert.rejects(use(bytes), (e) => e instanceof KeyFileError && e.code === 'damaged');
	});
});

describe('a request', () => {
	const verify = (csr) => {
		put('own.csr', csr);
		assert.match(run('openssl', 'req', '-inform', 'DER', '-in', 'own.csr', '-verify', '-noout'), /verify OK/);
		return run('openssl', 'req', '-inform', 'DER', '-in', 'own.csr', '-noout', '-text', '-nameopt', 'multiline,utf8,-esc_msb,show_type');
	};
	for (const [kind, make, algorithm] of [['RSA', generateRsaPair, /sha256WithRSAEncryption/], ['P-256', generateEcPair, /ecdsa-with-SHA256/]]) {
		test(`OpenSSL verifies it: ${kind}`, async () => {
			const pair = await make();
			const text = verify(await makeCsr(pair, PERSON));
			assert.match(text, algorithm);
			assert.match(text, new RegExp([`commonName += UTF8STRING:${PERSON.commonName}`, `surname += UTF8STRING:${PERSON.surname}`, `serialNumber += PRINTABLESTRING:IIN${PERSON.iin}`,
			    'countryName += PRINTABLESTRING:KZ', `givenName += UTF8STRING:${PERSON.givenName}`].join('\\s+')));
			verify(await makeCsr(pair.pkcs8, PERSON));
		});
	}
	test('every ECDSA signature is a proper INTEGER pair', async () => {
		const pair = await generateEcPair();
		for (let n = 0; n < 8; n++)
			verify(await makeCsr(pair, PERSON));
	});
	test('pkijs sees five names of one attribute each', async () => {
		const request = CertificationRequest.fromBER((await makeCsr(await generateRsaPair(), PERSON)).slice().buffer);
		assert.deepEqual(request.subject.typesAndValues.map((t) => t.type), ['2.5.4.3', '2.5.4.4', '2.5.4.5', '2.5.4.6', '2.5.4.42']);
		assert.equal(request.subject.typesAndValues[0].value.valueBlock.value, PERSON.commonName);
	});
	test('names that are missing are left out', async () => {
		const text = verify(await makeCsr(await generateEcPair(), { commonName: 'ДЕМО', iin: PERSON.iin }));
		assert.doesNotMatch(text, /givenName|surname/);
	});
	test('refused: no name, no IIN', async () => {
		const pair = await generateEcPair();
		for (const subject of [{ iin: PERSON.iin }, { commonName: 'A' }, { commonName: 'A', iin: '12345678901' }, { commonName: 'A', iin: 'IIN900101300811' }])
			await assert.rejects(makeCsr(pair, subject), RangeError);
	});
	test('a changed request is refused by OpenSSL', async () => {
		const csr = await makeCsr(await generateEcPair(), PERSON);
		csr[30] ^= 1;
		assert.doesNotMatch(attempt('openssl', 'req', '-inform', 'DER', '-in', put('bad.csr', csr), '-verify', '-noout').out, /verify OK/);
	});
});
