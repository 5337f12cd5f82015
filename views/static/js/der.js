/*
 * ASN.1: reading BER (ITU-T X.690, 8: definite and indefinite lengths, constructed strings) and writing DER.
 * A node is { tag: first octet, raw: whole encoding, content: octets, children: nodes or null when primitive }.
 * All views point into the array read; nothing is copied. Every fault of the input is a DerError.
 */
export class DerError extends Error {}

const MAX_DEPTH = 40;
const fail = (text) => { throw new DerError(text); };

export const concat = (...parts) => {
	const out = new Uint8Array(parts.reduce((sum, p) => sum + p.length, 0));
	let at = 0;
	for (const p of parts) {
		out.set(p, at);
		at += p.length;
	}
	return out;
};
export const equal = (a, b) => a.length === b.length && a.every((octet, i) => octet === b[i]);
export const toHex = (bytes) => Array.from(bytes, (b) => b.toString(16).padStart(2, '0')).join('');
export const fromHex = (hex) => Uint8Array.from(hex.match(/../g) ?? [], (h) => parseInt(h, 16));

/* Base64 without line breaks; the argument grows too long for one call of fromCharCode. */
export const toBase64 = (bytes) => btoa(Array.from(bytes, (b) => String.fromCharCode(b)).join(''));
export const fromBase64 = (text) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0));

const readLength = (b, at, end) => {
	if (at >= end)
		fail('no length');
	const first = b[at++];
	if (first < 0x80)
		return [first, at];
	if (first === 0x80)
		return [-1, at];
	const count = first & 0x7f;
	if (count > 4 || at + count > end)
		fail('bad length');
	let length = 0;
	for (let i = 0; i < count; i++)
		length = length * 256 + b[at++];
	return [length, at];
};

const readNode = (b, start, end, depth) => {
	if (depth > MAX_DEPTH)
		fail('too deep');
	if (start >= end)
		fail('truncated');
	const tag = b[start];
	if ((tag & 0x1f) === 0x1f)
		fail('long tag');
	const [length, from] = readLength(b, start + 1, end);
	const indefinite = length < 0;
	if (indefinite && !(tag & 0x20))
		fail('indefinite primitive');
	let at = from;
	let stop = indefinite ? end : from + length;
	if (stop > end)
		fail('truncated');
	let children = null;
	if (tag & 0x20) {
		children = [];
		while (at < stop && !(indefinite && b[at] === 0)) {
			const child = readNode(b, at, stop, depth + 1);
			children.push(child);
			at += child.raw.length;
		}
		if (indefinite) {
			if (at + 2 > end || b[at + 1] !== 0)
				fail('no end of contents');
			stop = at;
		}
	}
	return { tag, children, raw: b.subarray(start, indefinite ? stop + 2 : stop), content: b.subarray(from, stop) };
};

/* One value that fills the whole array. */
export const read = (bytes) => {
	const node = readNode(bytes, 0, bytes.length, 0);
	if (node.raw.length !== bytes.length)
		fail('trailing octets');
	return node;
};

export const expect = (node, tag) => (node && node.tag === tag ? node : fail(`expected tag ${tag.toString(16)}`));
/* Children of a SEQUENCE (or of another constructed tag), of which at least `least` must be there. */
export const list = (node, least = 0, tag = 0x30) => {
	const { children } = expect(node, tag);
	return children && children.length >= least ? children : fail('too few elements');
};
/* A string that BER may have cut into segments. */
export const octets = (node, tag = 0x04) => {
	if (!node || (node.tag & 0xdf) !== tag)
		fail('expected a string');
	return node.children ? concat(...node.children.map((child) => octets(child))) : node.content;
};
export const bitString = (node) => {
	const { content } = expect(node, 0x03);
	return content.length > 0 && content[0] < 8 ? content.subarray(1) : fail('bad bit string');
};
/* Octets of a non-negative INTEGER without leading zeros. */
export const integer = (node) => {
	const { content } = expect(node, 0x02);
	if (content.length === 0 || content[0] & 0x80)
		fail('bad integer');
	const first = content.findIndex((octet) => octet !== 0);
	return first < 0 ? new Uint8Array(0) : content.subarray(first);
};
/* Counts and versions; anything longer than six octets is as good as infinite for every use here. */
export const number = (node) => {
	const bytes = integer(node);
	return bytes.length > 6 ? Infinity : bytes.reduce((sum, octet) => sum * 256 + octet, 0);
};
/* Arcs are big integers: 2.25.<UUID> does not fit a Number. */
export const oid = (node) => {
	const { content } = expect(node, 0x06);
	if (content.length === 0 || content.length > 64 || content[content.length - 1] & 0x80)
		fail('bad object identifier');
	const arcs = [];
	let arc = 0n;
	for (const octet of content) {
		arc = arc << 7n | BigInt(octet & 0x7f);
		if (!(octet & 0x80)) {
			if (arcs.length === 0) {
				const top = arc < 80n ? arc / 40n : 2n;
				arcs.push(top);
				arc -= top * 40n;
			}
			arcs.push(arc);
			arc = 0n;
		}
	}
	return arcs.join('.');
};

const TEXT = { 0x0c: 'utf-8', 0x12: 'ascii', 0x13: 'ascii', 0x14: 'latin1', 0x16: 'ascii', 0x1a: 'ascii', 0x1e: 'utf-16be' };
/* A value of another type is shown the way of RFC 4514, 2.4: a name must not make a certificate unreadable. */
export const text = (node) => (TEXT[node.tag] ? new TextDecoder(TEXT[node.tag]).decode(node.content) : `#${toHex(node.raw)}`);

/* UTCTime and GeneralizedTime in the form of RFC 5280, 4.1.2.5. */
export const time = (node) => {
	const m = /^(\d\d|\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/.exec(String.fromCharCode(...(node?.content ?? []).slice(0, 20)));
	if (!m || node.tag !== (m[1].length === 2 ? 0x17 : 0x18))
		fail('bad time');
	const year = m[1].length === 4 ? Number(m[1]) : Number(m[1]) + (m[1] < '50' ? 2000 : 1900);
	return new Date(Date.UTC(year, m[2] - 1, m[3], m[4], m[5], m[6]));
};

export const tlv = (tag, ...parts) => {
	const body = concat(...parts);
	const length = [];
	for (let n = body.length; n > 0; n = Math.floor(n / 256))
		length.unshift(n & 0xff);
	return concat([tag], body.length < 0x80 ? [body.length] : [0x80 | length.length, ...length], body);
};
export const NULL = Uint8Array.of(5, 0);
export const sequence = (...parts) => tlv(0x30, ...parts);
/* DER wants the elements of a SET OF in the order of their encodings (X.690, 11.6). */
export const setOf = (...parts) => tlv(0x31, ...parts.map((p) => [toHex(p), p]).sort(([a], [b]) => (a < b ? -1 : 1)).map(([, p]) => p));
export const tagged = (n, ...parts) => tlv(0xa0 | n, ...parts);
export const octetString = (bytes) => tlv(0x04, bytes);
export const bits = (bytes) => tlv(0x03, [0], bytes);
export const utf8 = (value) => tlv(0x0c, new TextEncoder().encode(value));
export const printable = (value) => tlv(0x13, new TextEncoder().encode(value));
export const utf16 = (value) => Uint8Array.from({ length: 2 * value.length }, (_, i) => value.charCodeAt(i >> 1) >> (i & 1 ? 0 : 8) & 0xff);
export const bmp = (value) => tlv(0x1e, utf16(value));
/* A non-negative INTEGER from a number or from big-endian octets. */
export const int = (value) => {
	const hex = typeof value === 'number' ? value.toString(16) : toHex(value).replace(/^0+/, '') || '0';
	const bytes = fromHex(hex.padStart(hex.length + hex.length % 2, '0'));
	return tlv(0x02, bytes[0] & 0x80 ? [0] : [], bytes);
};
export const oidOf = (dotted) => {
	const [top, second, ...rest] = dotted.split('.').map(BigInt);
	return tlv(0x06, ...[top * 40n + second, ...rest].map((arc) => {
		const out = [Number(arc & 0x7fn)];
		while (arc >>= 7n)
			out.unshift(Number(arc & 0x7fn) | 0x80);
		return out;
	}));
};
/* BER as DER, lengths and segmented OCTET STRINGs only: what strict importers of private keys want. */
export const toDer = (node) => {
	if (!node.children)
		return tlv(node.tag, node.content);
	return node.tag === 0x24 ? octetString(octets(node)) : tlv(node.tag, ...node.children.map(toDer));
};
