/*
 * Canonical XML 1.0 and Exclusive XML Canonicalization 1.0 of a whole parsed document, for any DOM that follows DOM level 2.
 * Not here: subsets of a document, InclusiveNamespaces, xml:* taken over from ancestors (a whole document has none).
 */
const XMLNS = 'http://www.w3.org/2000/xmlns/';
const XML = 'http://www.w3.org/XML/1998/namespace';
const ELEMENT = 1, TEXT = 3, CDATA = 4, INSTRUCTION = 7, COMMENT = 8, DOCUMENT = 9;

const ESCAPES = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', '\t': '&#x9;', '\n': '&#xA;', '\r': '&#xD;' };
const escape = (text, set) => text.replace(set, (c) => ESCAPES[c]);
const escapeText = (text) => escape(text, /[&<>\r]/g);
const escapeAttribute = (text) => escape(text, /[&<"\t\n\r]/g);

/* Order of code points, which the order of UTF-16 units is not. */
const compare = (a, b) => {
	const x = Array.from(a), y = Array.from(b);
	const at = x.findIndex((c, i) => c !== y[i]);
	return at < 0 ? x.length - y.length : x[at].codePointAt(0) - (y[at]?.codePointAt(0) ?? -1);
};

const isDeclaration = (attribute) => attribute.namespaceURI === XMLNS || attribute.name === 'xmlns' || attribute.prefix === 'xmlns';

/* Prefix → namespace of what the element itself has to declare, if an ancestor in the output has not. */
const wanted = (element, attributes, exclusive) => {
	const found = new Map();
	if (exclusive) {
		for (const node of [element, ...attributes.filter((a) => a.prefix && !isDeclaration(a))])
			found.set(node.prefix ?? '', node.namespaceURI ?? '');
	} else {
		attributes.filter(isDeclaration).forEach((a) => found.set(a.prefix ? a.localName : '', a.value));
	}
	found.delete('xml');
	return [...found].sort(([a], [b]) => compare(a, b));
};

const startTag = (element, scope, exclusive) => {
	const attributes = Array.from(element.attributes);
	const inner = new Map(scope);
	let out = `<${element.nodeName}`;
	for (const [prefix, uri] of wanted(element, attributes, exclusive)) {
		if ((inner.get(prefix) ?? '') !== uri) {
			inner.set(prefix, uri);
			out += ` ${prefix ? `xmlns:${prefix}` : 'xmlns'}="${escapeAttribute(uri)}"`;
		}
	}
	const uriOf = (a) => (a.prefix === 'xml' ? XML : a.namespaceURI ?? '');
	const rest = attributes.filter((a) => !isDeclaration(a)).sort((a, b) => compare(uriOf(a), uriOf(b)) || compare(a.localName, b.localName));
	return [rest.reduce((text, a) => `${text} ${a.name}="${escapeAttribute(a.value)}"`, out), inner];
};

const write = (node, scope, how) => {
	const children = (inner) => Array.from(node.childNodes, (child) => write(child, inner, how)).join('');
	switch (node.nodeType) {
	case ELEMENT: {
		const [tag, inner] = startTag(node, scope, how.exclusive);
		return `${tag}>${children(inner)}</${node.nodeName}>`;
	}
	case TEXT:
	case CDATA:
		return escapeText(node.data);
	case COMMENT:
		return how.comments ? `<!--${node.data.replace(/\r/g, '&#xD;')}-->` : '';
	case INSTRUCTION:
		/* Some DOMs keep the XML declaration as an instruction. */
		if (node.target === 'xml')
			return '';
		return `<?${node.target}${node.data ? ` ${node.data.replace(/\r/g, '&#xD;')}` : ''}?>`;
	default:
		return '';
	}
};

/* Outside the root element each comment and instruction stands on a line of its own (Canonical XML 1.0, 2.1). */
export const canonicalize = (document, { exclusive = false, comments = false } = {}) => {
	let out = '';
	let after = false;
	for (const node of document.nodeType === DOCUMENT ? document.childNodes : [document]) {
		if (node.nodeType === ELEMENT) {
			out += write(node, new Map(), { exclusive, comments });
			after = true;
		} else if (node.nodeType === INSTRUCTION || node.nodeType === COMMENT) {
			const text = write(node, null, { comments });
			out += text && (after ? `\n${text}` : `${text}\n`);
		}
	}
	return out;
};
