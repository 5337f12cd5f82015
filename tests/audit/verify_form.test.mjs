// cabinet-audit verify-form: what other programs signed is accepted from files alone, and each refusal names its rule.
import { dir, parser, pkcs8, put, run } from '../unit/js/helper.mjs';
import test, { before, describe } from 'node:test';
import assert from 'node:assert/strict';
import { createHash, createPrivateKey, sign as signWith } from 'node:crypto';
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { top } from '../lib/database.mjs';
import { sign as signWithXmlsec } from '../lib/sign.mjs';
import { signXml } from '../../views/static/js/xmldsig.js';

const program = join(top, process.env.CABINET_BUILD ?? 'build', 'tools/cabinet-audit');
const ORIGIN = 'https://localhost:8443';
const ARC = '1.3.6.1.4.1.32473';
const HOUR = 3600e3;
const DSIG = 'http://www.w3.org/2000/09/xmldsig#';
const C14N = 'http://www.w3.org/TR/2001/REC-xml-c14n-20010315';
const now = Math.floor(Date.now() / 1000) * 1000;
const iso = (ms) => new Date(ms).toISOString().replace('.000Z', 'Z');
const asn1Time = (ms) => iso(ms).replace(/[-:T]/g, '').slice(2);
const at = (name) => join(dir, name);

// ---- a root, a CA below it, and people ---------------------------------------------------------------------------------------------------
const SAME = 'subjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid\n';
const EXTENSIONS = {
	ca: `basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign,cRLSign\n${SAME}`,
	sign: `keyUsage=critical,digitalSignature,nonRepudiation\nextendedKeyUsage=emailProtection,${ARC}.4.1.1\n${SAME}`,
	operator: `keyUsage=critical,digitalSignature,nonRepudiation\nextendedKeyUsage=emailProtection,${ARC}.4.2.3\n${SAME}`,
	auth: `keyUsage=critical,digitalSignature,keyEncipherment\nextendedKeyUsage=clientAuth,${ARC}.4.1.1\n${SAME}`,
};
const person = (iin, more = '') => `/CN=ДЕМОЕВА ӘЛИЯ/SN=ДЕМОЕВА/serialNumber=IIN${iin}/C=KZ${more}`;
const IIN = '900101300811';

const config = (name, sections) => put(`${name}.cnf`, `[req]\ndistinguished_name=n\n[n]\n[ca]\ndefault_ca=d\n[d]\ndatabase=${at(name)}.txt\ndefault_md=sha256
policy=p\nrand_serial=yes\nunique_subject=no\ncrl_extensions=crl\n[p]\ncommonName=optional\n[crl]\nauthorityKeyIdentifier=keyid\n${sections}`);
function issue(name, issuer, extensions, subject, { from = now - 24 * HOUR, until = now + 300 * 24 * HOUR, kind = 'RSA' } = {}) {
	const algorithm = kind === 'RSA' ? ['RSA', '-pkeyopt', 'rsa_keygen_bits:2048'] : ['EC', '-pkeyopt', 'ec_paramgen_curve:P-256'];
	run('openssl', 'genpkey', '-algorithm', ...algorithm, '-out', `${name}.key`);
	run('openssl', 'req', '-new', '-utf8', '-subj', subject, '-key', `${name}.key`, '-out', `${name}.csr`);
	put('index.txt', '');
	const by = issuer === name ? ['-selfsign', '-keyfile', `${name}.key`] : ['-cert', `${issuer}.pem`, '-keyfile', `${issuer}.key`];
	run('openssl', 'ca', '-batch', '-notext', '-preserveDN', '-config', config('index', `[e]\n${EXTENSIONS[extensions]}`), '-extensions', 'e', '-utf8', ...by,
		'-outdir', dir, '-startdate', asn1Time(from), '-enddate', asn1Time(until), '-in', `${name}.csr`, '-out', `${name}.pem`);
}
const serialOf = (name) => run('openssl', 'x509', '-in', `${name}.pem`, '-noout', '-serial').trim().replace('serial=', '');
function crl(file, issuer, revoked, { from = now - HOUR, until = now + 24 * HOUR } = {}) {
	put('list.txt', revoked.map(([name, when]) => `R\t${asn1Time(now + 24 * HOUR)}\t${asn1Time(when)}\t${serialOf(name)}\tunknown\t/CN=x\n`).join(''));
	put('number', '01');
	run('openssl', 'ca', '-gencrl', '-config', config('list', ''), '-cert', `${issuer}.pem`, '-keyfile', `${issuer}.key`, '-crl_lastupdate', asn1Time(from),
		'-crl_nextupdate', asn1Time(until), '-out', 'crl.pem');
	run('openssl', 'crl', '-in', 'crl.pem', '-outform', 'DER', '-out', file);
}
// name: [file to take, name in the folder]…
function folder(name, ...files) {
	mkdirSync(at(name));
	for (const [from, to] of files)
		copyFileSync(at(from), join(at(name), to));
	return at(name);
}

// ---- documents, as the cabinet makes them ------------------------------------------------------------------------------------------------
const HEAD = `<id>${'0f'.repeat(32)}</id><site>${ORIGIN}</site><issued>${iso(now - 60e3)}</issued><expires>${iso(now + 23 * HOUR)}</expires>`;
const STATEMENT = '<statement lang="kk">Мен, a &amp; b &lt; c,\nкелісемін</statement>';
const CONFIRMATION = `<confirmation xmlns="urn:cabinet:1">${HEAD}<citizen><iin>${IIN}</iin><name>ДЕМОЕВА ӘЛИЯ</name></citizen><application><number>12345678261123</number>`
	+ `<created>${iso(now - 120e3)}</created><template>person</template><origin>cabinet</origin><email></email><locality>750000000</locality><store>PKCS12</store>`
	+ `<request purpose="auth">${'a1'.repeat(32)}</request><request purpose="sign">${'b2'.repeat(32)}</request></application><from>new</from><to>signed</to>${STATEMENT}</confirmation>`;
const LOGIN = `<login xmlns="urn:cabinet:1">${HEAD}${STATEMENT}</login>`;
const REVOCATION = `<revocation xmlns="urn:cabinet:1">${HEAD}<citizen><iin>${IIN}</iin><name>ДЕМОЕВА ӘЛИЯ</name></citizen><certificate><serial>${'1a'.repeat(20)}</serial>`
	+ `<issuer>CN=ДЕМО CA</issuer><notAfter>${iso(now + 24 * HOUR)}</notAfter></certificate><reason>4</reason>${STATEMENT}</revocation>`;
const DECISION = `<decision xmlns="urn:cabinet:1">${HEAD}<citizen><iin>850505300812</iin><surname>ДЕМОЕВ</surname><name>ӘДІЛ</name><patronymic></patronymic></citizen><application>`
	+ `<number>12345678261123</number><request purpose="auth">${'a1'.repeat(32)}</request><request purpose="sign">${'b2'.repeat(32)}</request></application>`
	+ '<verdict>approve</verdict><reason>documents fit</reason></decision>';
const PROOF = `<proof xmlns="urn:cabinet:1">${HEAD}<application><number>12345678261123</number></application></proof>`;

const keys = {};
const ours = (document, key) => signXml(document, keys[key], { origin: ORIGIN, parser });
const pem = (key) => ({ key: readFileSync(at(`${key}.key`), 'utf8'), certificate: readFileSync(at(`${key}.pem`), 'utf8') });
// As NCALayer writes it: declaration, prefix ds, inclusive C14N, base64 broken by CR LF that Java writes as &#13;.
function ncalayer(document, key, lineBreak = '&#13;\n') {
	const broken = (base64) => base64.replace(/.{76}/g, `$&${lineBreak}`);
	const info = (scope) => `<ds:SignedInfo${scope}>\n<ds:CanonicalizationMethod Algorithm="${C14N}"></ds:CanonicalizationMethod>\n`
		+ '<ds:SignatureMethod Algorithm="http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"></ds:SignatureMethod>\n<ds:Reference URI="">\n<ds:Transforms>\n'
		+ `<ds:Transform Algorithm="${DSIG}enveloped-signature"></ds:Transform>\n<ds:Transform Algorithm="${C14N}#WithComments"></ds:Transform>\n</ds:Transforms>\n`
		+ '<ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"></ds:DigestMethod>\n'
		+ `<ds:DigestValue>${createHash('sha256').update(document).digest('base64')}</ds:DigestValue>\n</ds:Reference>\n</ds:SignedInfo>`;
	const value = signWith('sha256', Buffer.from(info(` xmlns="urn:cabinet:1" xmlns:ds="${DSIG}"`)), createPrivateKey(pem(key).key));
	const certificate = pem(key).certificate.replace(/-----[^-]*-----|\n/g, '');
	const end = document.lastIndexOf('</');
	return `<?xml version="1.0" encoding="UTF-8" standalone="no"?>${document.slice(0, end)}<ds:Signature xmlns:ds="${DSIG}">\n${info('')}\n<ds:SignatureValue>\n`
		+ `${broken(value.toString('base64'))}\n</ds:SignatureValue>\n<ds:KeyInfo>\n<ds:X509Data>\n<ds:X509Certificate>\n${broken(certificate)}\n</ds:X509Certificate>\n`
		+ `</ds:X509Data>\n</ds:KeyInfo>\n</ds:Signature>${document.slice(end)}`;
}

// { status, verdict, rules: { name: [state, why] }, text } of a run.
let count = 0;
function audit(signed, ...words) {
	const file = put(`document-${++count}.xml`, signed);
	const r = spawnSync(program, ['verify-form', file, ...words], { encoding: 'utf8', timeout: 60e3 });
	const lines = r.stdout.split('\n').map((line) => line.split('\t'));
	return { status: r.status, text: `${r.stdout}${r.stderr}`, verdict: lines.find(([name]) => name === 'verdict')?.slice(1).join(' '),
		rules: Object.fromEntries(lines.filter(([, state]) => ['ok', 'refused', 'not checked', 'not reached'].includes(state)).map(([name, ...rest]) => [name, rest])) };
}
function accepted(signed, ...words) {
	const r = audit(signed, ...words);
	assert.equal(r.verdict, 'accepted none', r.text);
	assert.equal(r.status, 0);
	assert.equal(Object.keys(r.rules).length, 25, 'one line for each rule');
	return r;
}
function refused(rule, signed, ...words) {
	const r = audit(signed, ...words);
	assert.equal(r.verdict, `refused ${rule}`, r.text);
	assert.equal(r.status, 1);
	assert.equal(r.rules[rule][0], 'refused');
	assert.notEqual(r.rules[rule][1], '', `${rule}: why`);
	return r;
}

let all, bare;
before(() => {
	issue('root', 'root', 'ca', '/C=KZ/CN=ДЕМО ROOT', { until: now + 3000 * 24 * HOUR });
	issue('ca', 'root', 'ca', '/C=KZ/CN=ДЕМО CA', { until: now + 2000 * 24 * HOUR });
	issue('stranger-ca', 'stranger-ca', 'ca', '/C=KZ/CN=ДЕМО CA');
	for (const [name, issuer, extensions, subject, more] of [
		['citizen', 'ca', 'sign', person(IIN)], ['ec', 'ca', 'sign', person(IIN), { kind: 'EC' }], ['auth', 'ca', 'auth', person(IIN)], ['operator', 'ca', 'operator', person(IIN)],
		['revoked', 'ca', 'sign', person(IIN)], ['other', 'ca', 'sign', person('850505300812')], ['firm', 'ca', 'sign', person(IIN, '/O=АО/OU=BIN123456789012')],
		['future', 'ca', 'sign', person(IIN), { from: now + HOUR }], ['stranger', 'stranger-ca', 'sign', person(IIN)],
	]) {
		issue(name, issuer, extensions, subject, more);
		run('openssl', 'x509', '-in', `${name}.pem`, '-outform', 'DER', '-out', `${name}.cer`);
		keys[name] = { pkcs8: pkcs8(`${name}.key`), certificate: new Uint8Array(readFileSync(at(`${name}.cer`))) };
	}
	run('openssl', 'x509', '-in', 'ca.pem', '-outform', 'DER', '-out', 'ca.cer');
	crl('ca.crl', 'ca', [['revoked', now - 60e3 / 2]]);
	crl('stale.crl', 'ca', [], { from: now - 48 * HOUR, until: now - 24 * HOUR });
	crl('root.crl', 'root', []);
	crl('root-revokes.crl', 'root', [['ca', now - HOUR]]);
	all = ['--ca', folder('all', ['root.pem', 'root.pem'], ['ca.cer', 'ca.cer'], ['ca.crl', 'ca.crl'], ['root.crl', 'root.crl'])];
	bare = ['--ca', folder('bare', ['ca.cer', 'ca.der'])];
});

describe('accepted', () => {
	test('what the pages sign, with RSA and with P-256', async () => {
		const r = accepted(await ours(CONFIRMATION, 'citizen'), ...all);
		assert.deepEqual(r.rules.owner, ['not checked', 'needs the register']);
		assert.deepEqual(r.rules.used, ['not checked', 'needs the register']);
		assert.deepEqual(r.rules['certificate-ca'], ['ok', 'ДЕМО CA, ДЕМО ROOT']);
		assert.deepEqual(r.rules['certificate-revoked'], ['ok']);
		accepted(await ours(CONFIRMATION, 'ec'), ...all);
		assert.deepEqual(accepted(await ours(LOGIN, 'auth'), ...all).rules['certificate-iin'], ['not checked', 'the document names no signer']);
	});
	test('a revocation, and the decision of an operator', async () => {
		accepted(await ours(REVOCATION, 'citizen'), ...all);
		refused('certificate-iin', await ours(REVOCATION, 'other'), ...all);
		accepted(await ours(DECISION, 'operator'), ...all);
		refused('certificate-purpose', await ours(DECISION, 'citizen'), ...all);
	});
	test('with the issuing CA alone, and no CRL', async () => {
		const r = accepted(await ours(CONFIRMATION, 'citizen'), ...bare);
		assert.deepEqual(r.rules['certificate-ca'], ['ok', 'ДЕМО CA']);
		assert.deepEqual(r.rules['certificate-revoked'], ['not checked', 'no CRL of its CA in the folder']);
	});
	test('what xmlsec1 signs', async () => {
		for (const canonicalization of ['inclusive', 'exclusive'])
			for (const transform of ['inclusive', 'inclusiveComments', 'exclusive', 'exclusiveComments'])
				accepted(await signWithXmlsec(CONFIRMATION, pem('citizen'), { canonicalization, transform }), ...all);
		accepted(await signWithXmlsec(CONFIRMATION, pem('ec'), { algorithm: 'ec' }), ...all);
	});
	test('what the JDK signs', () => {
		for (const [key, name] of [['citizen', 'rsa'], ['ec', 'ec']]) {
			copyFileSync(at(`${key}.cer`), at(`${name}.cer`));
			copyFileSync(at(`${key}.key.p8`), at(`${name}.p8`));
		}
		copyFileSync(at('ec.key.p8'), at('ec.p8'));
		put('document.xml', CONFIRMATION);
		// compiles it first: on a slow machine longer than run() waits
		const jdk = spawnSync('java', [join(top, 'tests/unit/oracle/XmlOracle.java'), 'sign', dir], { encoding: 'utf8', timeout: 300e3 });
		assert.equal(jdk.status, 0, jdk.stderr);
		for (const name of ['rsa', 'ec'])
			for (const shape of ['00', '01', '02', '03', '10', '11', '12', '13'])
				accepted(readFileSync(at(`jdk-${name}-${shape}.xml`)), ...all);
	});
	test('what NCALayer signs, whatever breaks its lines', () => {
		for (const lineBreak of ['&#13;\n', '\r\n', '\n', ''])
			accepted(ncalayer(CONFIRMATION, 'citizen', lineBreak), ...all);
	});
	test('the document that was issued', async () => {
		const signed = await ours(CONFIRMATION, 'citizen');
		assert.deepEqual(accepted(signed, ...all, '--issued', put('issued.xml', CONFIRMATION)).rules.document, ['ok']);
		refused('document', signed, ...all, '--issued', put('issued.xml', CONFIRMATION.replace('PKCS12', 'AKEToken72KStore')));
	});
	test('a proof, by the key of its request', async () => {
		const signed = await signXml(PROOF, { pkcs8: keys.citizen.pkcs8 }, { origin: ORIGIN, parser });
		const r = accepted(signed, ...bare, '--request', at('citizen.csr'));
		assert.deepEqual(r.rules['certificate-ca'], ['not checked', 'a proof has no certificate']);
		refused('signature', signed, ...bare, '--request', at('other.csr'));
		assert.equal(audit(signed, ...bare).status, 2);
	});
	test('before the revocation, by --at', async () => {
		const signed = await ours(CONFIRMATION, 'revoked');
		accepted(signed, ...all, '--at', iso(now - 50e3));
		refused('certificate-revoked', signed, ...all);
	});
});

describe('refused', () => {
	test('each by its rule', async () => {
		const good = await ours(CONFIRMATION, 'citizen');
		const cases = [
			['size', good.padEnd(65537)],
			['structure', good.replace('<id>', `${'<a>'.repeat(20)}${'</a>'.repeat(20)}<id>`)],
			['wellformed', good.replace('</id>', '')],
			['doctype', `<!DOCTYPE confirmation>${good}`],
			['kind', good.replace(/confirmation/g, 'consent')],
			['signature-count', CONFIRMATION],
			['signature-place', good.replace('</confirmation>', ' </confirmation>')],
			['signature-shape', good.replace('</SignatureValue>', '</SignatureValue><Object></Object>')],
			['reference', good.replace('URI=""', 'URI="#a"')],
			['transforms', good.replace(`${DSIG}enveloped-signature`, `${DSIG}base64`)],
			['algorithm', good.replace('xmlenc#sha256', 'xmldsig#sha1')],
			['keyinfo', good.replace('<X509Data>', '<KeyName>a</KeyName><X509Data>')],
			['document', good.replace('<from>', '<from><!-- -->')],
			['document', good.replace('<to>signed</to>', '<to>signed</to><to>signed</to>')],
			['certificate', good.replace('<X509Certificate>', '<X509Certificate>AAAA')],
			['certificate-ca', await ours(CONFIRMATION, 'stranger')],
			['certificate-time', await ours(CONFIRMATION, 'future')],
			['certificate-revoked', await ours(CONFIRMATION, 'revoked')],
			['certificate-purpose', await ours(CONFIRMATION, 'auth')],
			['certificate-purpose', await ours(LOGIN, 'citizen')],
			['certificate-person', await ours(CONFIRMATION, 'firm')],
			['certificate-iin', await ours(CONFIRMATION, 'other')],
			['algorithm', (await ours(CONFIRMATION, 'ec')).replace('ecdsa-sha256', 'rsa-sha256')],
			['digest', good.replace('PKCS12', 'AKEToken72KStore')],
			['signature', good.replace('<SignatureValue>', '<SignatureValue>AAAA')],
		];
		for (const [rule, signed] of cases)
			refused(rule, signed, ...all);
	});
	test('outside of the life of the document', async () => {
		const good = await ours(CONFIRMATION, 'citizen');
		refused('expired', good, ...all, '--at', iso(now + 23 * HOUR));
		refused('expired', good, ...all, '--at', iso(now - 61e3));
	});
	test('under a revoked CA, and by a CRL of yesterday', async () => {
		const good = await ours(CONFIRMATION, 'citizen');
		refused('certificate-ca', good, '--ca', folder('revoked-ca', ['root.pem', 'root.pem'], ['ca.cer', 'ca.cer'], ['root-revokes.crl', 'root.crl']));
		refused('certificate-revoked', good, '--ca', folder('stale', ['ca.cer', 'ca.cer'], ['stale.crl', 'ca.crl']));
	});
	test('with roles below another arc', async () => {
		refused('certificate-purpose', await ours(CONFIRMATION, 'citizen'), ...all, '--arc', '1.3.6.1.4.1.32473.9');
	});
});

test('wrong words and files end with 2', async () => {
	const file = put('good.xml', await ours(CONFIRMATION, 'citizen'));
	const status = (...words) => spawnSync(program, words, { encoding: 'utf8' }).status;
	assert.equal(status('--help'), 0);
	for (const words of [[], ['verify-form'], ['verify-form', file], ['verify', file, ...all], ['verify-form', file, ...all, '--at', 'now'], ['verify-form', file, ...all, '--what'],
		['verify-form', file, file, ...all], ['verify-form', at('none.xml'), ...all], ['verify-form', file, '--ca', at('none')]])
		assert.equal(status(...words), 2, words.join(' '));
	mkdirSync(at('broken'));
	writeFileSync(join(at('broken'), 'ca.pem'), 'no certificate');
	assert.equal(status('verify-form', file, '--ca', at('broken')), 2);
	assert.equal(status('verify-form', file, '--ca', folder('leaf', ['citizen.cer', 'citizen.cer'])), 2);
});
