/* Canonical form against xmllint, signatures against xmlsec1. */
import { attempt, der, issue, makeCa, parser, pkcs8, put, run } from './helper.mjs';
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { canonicalize } from '../../../views/static/js/c14n.js';
import { int, octetString, oidOf, sequence } from '../../../views/static/js/der.js';
import { KeyFileError } from '../../../views/static/js/keyerror.js';
import { generateEcPair, generateRsaPair } from '../../../views/static/js/keys.js';
import { SignError, signXml } from '../../../views/static/js/xmldsig.js';
import { toPem } from '../../../views/static/js/x509.js';

const DOCUMENTS = {
	'plain': '<a xmlns="urn:cabinet:1"><b>x</b><c/></a>',
	'empty elements and blanks in tags': '<?xml version="1.0" encoding="UTF-8"?>\n<a  b = "1"  ><c  /></a  >\n',
	'order of attributes': '<a xmlns:z="urn:a" xmlns:y="urn:b" z:b="1" y:a="2" b="3" a="4" Z="5"/>',
	'text to be escaped': '<a>&amp;&lt;&gt;&#13;\t"\'\u00a0]]&gt;</a>',
	'attributes to be escaped': '<a b="&amp;&lt;&gt;&quot;&#9;&#10;&#13;\'"/>',
	'CDATA': '<a><![CDATA[<x>&amp;]]></a>',
	'default namespace taken away': '<a xmlns="urn:1"><b xmlns=""><c xmlns="urn:1"/></b></a>',
	'the same declared again': '<a xmlns="urn:1" xmlns:p="urn:2"><p:b xmlns="urn:1" xmlns:p="urn:2" p:x="1"/></a>',
	'prefixes declared and not used': '<a xmlns:p="urn:1" xmlns:q="urn:2"><p:b><q:c/><q:d xmlns:q="urn:3"/></p:b></a>',
	'prefix used by an attribute alone': '<a xmlns:p="urn:1"><b p:x="1"/><b p:x="2"/></a>',
	'xml:lang': '<a xml:lang="kk" xml:space="preserve"><b xml:lang="ru"/></a>',
	'Cyrillic, Kazakh and beyond the first plane': '<а имя="Әлия">ҚҰПИЯ \u{1f511}</а>',
	'instructions and comments': '<?p q?>\n<!-- x -->\n<a><!-- y --><?r?>t</a>\n<!-- z --><?e  f ?>',
	'line ends': '<a>\r\n  <b\r\n c="1\r\n2"/>\r</a>',
};
const FORMS = { '--c14n': { comments: true }, '--exc-c14n': { comments: true, exclusive: true } };

describe('canonical form', () => {
	for (const [what, text] of Object.entries(DOCUMENTS))
		test(what, () => {
			for (const [option, how] of Object.entries(FORMS))
				assert.equal(canonicalize(parser(text), how), run('xmllint', option, put('c14n.xml', text)).replace(/\n$/, /\n$/.test(canonicalize(parser(text), how)) ? '\n' : ''), option);
		});
	test('without comments', () => assert.equal(canonicalize(parser('<!--x--><a><!--y-->t</a><!--z-->')), '<a>t</a>'));
	test('code points, not UTF-16 units, order the names', () => {
		assert.equal(canonicalize(parser('<a \u{10400}="2" \uf900="1"/>')), '<a \uf900="1" \u{10400}="2"></a>');
	});
});

const ORIGIN = 'https://localhost:8443';
const login = (site = ORIGIN, more = '') => `<login xmlns="urn:cabinet:1"><id>${'0f'.repeat(32)}</id><site>${site}</site><issued>2026-11-23T10:00:00Z</issued>${more}<statement lang="ru">Вход: «ҚҰПИЯ» &amp; &lt;№\u00a01&gt;\n🔑</statement></login>`;
const proof = `<proof xmlns="urn:cabinet:1"><site>${ORIGIN}</site><application><number>1</number></application></proof>`;
const keys = {};
const options = { origin: ORIGIN, parser };

before(() => {
	makeCa();
	for (const [name, kind] of [['auth', 'RSA'], ['ec', 'EC']]) {
		issue(name, 'auth', { kind });
		keys[name] = { pkcs8: pkcs8(`${name}.key`), certificate: der(`${name}.pem`) };
	}
});

const xmlsec = (text, ...trust) => attempt('xmlsec1', '--verify', '--enabled-reference-uris', 'empty', '--enabled-key-data', 'x509,rsa,ecdsa,ec', ...trust, put('signed.xml', text));
const TRUST = ['--trusted-pem', 'root.pem', '--untrusted-pem', 'ca.pem'];
const verifies = (text) => assert.match(xmlsec(text, ...TRUST).out, /^OK/m);

describe('signing', () => {
	for (const name of ['auth', 'ec']) {
		test(`xmlsec1 verifies it: ${name}`, async () => verifies(await signXml(login(), keys[name], { ...options, kind: 'login' })));
		test(`and not when a letter is changed: ${name}`, async () => {
			const signed = await signXml(login(), keys[name], options);
			const { out } = xmlsec(signed.replace('Вход', 'вход'), ...TRUST);
			assert.doesNotMatch(out, /^OK/m);
			assert.match(out, /^FAIL|data and digest do not match/m);
		});
	}
	test('with everything that canonical form changes', async () => {
		const text = `<?xml version="1.0"?>\r\n${login(ORIGIN, '<e  b="2" a = "1"/><t>a&#13;\r\nb</t><![CDATA[<&>]]><u xmlns:p="urn:p" xmlns:q="urn:q" p:x="1"/><v xmlns=""/>')}\n`;
		for (const name of ['auth', 'ec'])
			verifies(await signXml(text, keys[name], options));
	});
	test('the shape: text as issued, Signature last, leaf certificate alone', async () => {
		const signed = await signXml(login(), keys.auth, options);
		const at = signed.indexOf('<Signature ');
		const end = '</Signature></login>';
		assert.ok(signed.endsWith(end));
		assert.equal(signed.slice(0, at) + '</login>', login());
		assert.equal(signed.match(/<X509Certificate>/g).length, 1);
		assert.doesNotMatch(signed.slice(at), /\s(?!xmlns|Algorithm|URI)|&#/);
		assert.equal(canonicalize(parser(signed)), signed);
		assert.equal(canonicalize(parser(signed), { exclusive: true }), signed);
	});
	test('declarations that nothing uses are sent as issued', async () => {
		const text = login().replace('<login ', '<login xmlns:unused="urn:u" ').replace('<login xmlns:unused="urn:u" xmlns="urn:cabinet:1"', '<login xmlns="urn:cabinet:1" xmlns:unused="urn:u"');
		const signed = await signXml(text, keys.auth, options);
		assert.ok(signed.startsWith(text.slice(0, 60)));
		verifies(signed);
	});
	test('a proof needs no certificate', async () => {
		for (const pair of [await generateRsaPair(), await generateEcPair()]) {
			const signed = await signXml(proof, { pkcs8: pair.pkcs8 }, { ...options, kind: 'proof' });
			assert.doesNotMatch(signed, /KeyInfo/);
			put('proof.pub', toPem(pair.spki, 'PUBLIC KEY'));
			assert.match(xmlsec(signed, '--pubkey-pem', 'proof.pub').out, /^OK/m);
		}
	});
});

describe('refused, with the reason', () => {
	const refused = (code, text, how = {}, key = keys.auth) => assert.rejects(signXml(text, key, { ...options, ...how }), (e) => e instanceof SignError && (assert.equal(e.code, code), true));
	test('another site', async () => {
		for (const site of ['https://localhost:8444', 'https://localhost:8443.evil.example', 'http://localhost:8443', `${ORIGIN} `, `${ORIGIN}/`, ''])
			await refused('site', login(site));
		await refused('site', login().replace(/<site>.*<\/site>/, ''));
		await refused('site', login(ORIGIN, `<site>${ORIGIN}</site>`));
		await refused('site', login().replace('<site>', '<site xmlns="urn:other">'));
		await refused('site', login().replace(`<site>${ORIGIN}</site>`, `<x><site>${ORIGIN}</site></x>`));
		await refused('site', login(''), { origin: '' });
		await refused('site', login('undefined'), { origin: undefined });
	});
	test('DOCTYPE', () => refused('doctype', `<!DOCTYPE login [<!ENTITY e "x">]>${login()}`));
	test('ill-formed', async () => {
		for (const text of ['', 'text', login().slice(0, -1), login().replace('</id>', ''), `${login()}<x/>`])
			await refused('ill-formed', text);
		await refused('ill-formed', login(), { parser: () => parser('<html><parsererror xmlns="http://www.w3.org/1999/xhtml">x</parsererror></html>') });
	});
	test('comments and instructions', async () => {
		for (const more of ['<!-- x -->', '<?x </login> ?>'])
			await refused('not-plain', login(ORIGIN, more));
		await refused('not-plain', `${login()}<!-- x -->`);
	});
	test('another namespace, another kind, a second signature', async () => {
		await refused('not-ours', login().replace('urn:cabinet:1', 'urn:cabinet:2'));
		await refused('kind', login(), { kind: 'revocation' });
		await refused('signed-already', await signXml(login(), keys.auth, options));
	});
	test('no certificate, unless it is a proof', () => refused('no-certificate', login(), {}, { pkcs8: keys.auth.pkcs8 }));
	test('a key that cannot sign', async () => {
		const gost = sequence(int(0), sequence(oidOf('1.2.398.3.10.1.1.2.3.2')), octetString(new Uint8Array(64)));
		await assert.rejects(signXml(login(), { ...keys.auth, pkcs8: gost }, options), (e) => e instanceof KeyFileError && e.code === 'gost');
		await assert.rejects(signXml(login(), { ...keys.auth, pkcs8: new Uint8Array(9) }, options), (e) => e instanceof KeyFileError && e.code === 'damaged');
	});
});
