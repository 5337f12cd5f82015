import './helper.mjs';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as der from '../../../views/static/js/der.js';

const hex = der.toHex;
const timeNode = (tag, value) => der.read(der.tlv(tag, new TextEncoder().encode(value)));
const read = (text) => der.read(der.fromHex(text));

test('object identifiers keep arcs of any size, both ways', () => {
	for (const oid of ['1.2.840.113549.1.1.1', '2.5.4.3', '0.9.2342', '1.39.0', '2.999.1', '2.25.329800735698586629295641978511506172918', '1.3.6.1.4.1.32473.1'])
		assert.equal(der.oid(der.read(der.oidOf(oid))), oid);
	assert.equal(hex(der.oidOf('1.2.840.113549')), '06062a864886f70d');
});
test('integers are written shortest and non-negative', () => {
	for (const [value, want] of [[0, '020100'], [127, '02017f'], [128, '02020080'], [300000, '02030493e0'], [der.fromHex('00ff'), '020200ff']])
		assert.equal(hex(der.int(value)), want);
	assert.equal(der.number(read('02030493e0')), 300000);
	assert.equal(der.number(read('020900ffffffffffffffff')), Infinity);
});
test('long lengths', () => {
	for (const size of [127, 128, 255, 256, 70000]) {
		const node = der.read(der.octetString(new Uint8Array(size)));
		assert.equal(node.content.length, size);
	}
});
test('elements of a set are sorted by their encodings', () => assert.equal(hex(der.setOf(der.int(300), der.int(2))), '31070201020202012c'));
test('indefinite lengths and segments of strings, and their DER', () => {
	const node = read('3080' + '2480' + '04020102' + '2403040103' + '0000' + '800101' + '0000');
	assert.equal(hex(der.octets(node.children[0])), '010203');
	assert.equal(hex(der.toDer(node)), '3008' + '0403010203' + '800101');
	assert.equal(node.children.length, 2);
});
test('times', () => {
	assert.equal(der.time(timeNode(0x17, '491231235959Z')).toISOString(), '2049-12-31T23:59:59.000Z');
	assert.equal(der.time(timeNode(0x17, '500101000000Z')).getUTCFullYear(), 1950);
	assert.equal(der.time(timeNode(0x18, '20500101000000Z')).getUTCFullYear(), 2050);
});
test('base64 of every octet', () => {
	const all = Uint8Array.from({ length: 256 }, (_, i) => i);
	assert.equal(der.toBase64(all), Buffer.from(all).toString('base64'));
	assert.deepEqual(der.fromBase64(der.toBase64(all)), all);
});

const BAD = {
	'nothing': '', 'no length': '30', 'length beyond the end': '300501', 'trailing octets': '050000', 'length of five octets': '3085000000000105',
	'indefinite primitive': '048001020000', 'no end of contents': '30800500', 'half an end of contents': '3080050000', 'long tag': '1f8101',
	'child longer than its parent': '3003' + '040501' + '0203',
};
for (const [what, text] of Object.entries(BAD))
	test(`refused: ${what}`, () => assert.throws(() => read(text), der.DerError));
test('refused: depth', () => assert.throws(() => read('3080'.repeat(100000)), /too deep/));
test('refused: values of the wrong shape', () => {
	assert.throws(() => der.oid(read('0603550480')), der.DerError);
	assert.throws(() => der.oid(read('0600')), der.DerError);
	assert.throws(() => der.integer(read('0201ff')), der.DerError);
	assert.throws(() => der.integer(undefined), der.DerError);
	assert.throws(() => der.bitString(read('030109')), der.DerError);
	assert.throws(() => der.list(read('3000'), 1), der.DerError);
	assert.throws(() => der.list(read('0400')), der.DerError);
	assert.throws(() => der.octets(read('2403020101')), der.DerError);
	for (const value of ['491231235959', '4912312359Z', '20491231235959Z', ''])
		assert.throws(() => der.time(timeNode(0x17, value)), der.DerError);
});
