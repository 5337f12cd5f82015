// Signature wrapping: the eight forms of Somorovsky et al., "On Breaking SAML: Be Whoever You Want to Be" (USENIX Security 2012), around our roots.
// A signature over the true document stays true; what is shown beside it or around it is another one. In each form once with Reference by Id, as
// published, and for the login once with URI="", with which the whole has to be looked at.
import { EXCLUSIVE, reference, signature, transform, within } from "../lib/signer.mjs";

const open = (document) => /^<[^>]+>/.exec(document)[0];
const close = (document) => document.slice(document.lastIndexOf("</"));
const inside = (document) => document.slice(open(document).length, -close(document).length);
// the thief's document: another identifier, and the sentence says something else
const evil = (document) => document.replace(/<id>../, "<id>00").replace("</statement>", " и ещё</statement>");
const named = (document) => document.replace(/^<(\w+) xmlns="urn:cabinet:1"/, '<$1 xmlns="urn:cabinet:1" Id="good"');

const FORMS = {
	"XSW1: evil root, the true document inside the Signature": (e, d, s) => within(e, s(d)),
	"XSW2: evil root, the true document beside the Signature": (e, d, s) => within(within(e, d), s()),
	"XSW3: evil sibling before the true signed document": (e, d, s, root) => root(e + within(d, s())),
	"XSW4: the true signed document inside the evil one": (e, d, s, root) => root(within(e, within(d, s()))),
	"XSW5: Signature moved into the evil one, the true document after it": (e, d, s, root) => root(within(e, s()) + d),
	"XSW6: Signature in the evil one, and the true document inside the Signature": (e, d, s, root) => root(within(e, s(d))),
	"XSW7: evil one inside an extension before the true signed document": (e, d, s, root) => root(`<extensions>${e}</extensions>${within(d, s())}`),
	"XSW8: the true document in an Object of the Signature in the evil one": (e, d, s, root) => root(within(e, s(`<Object>${d}</Object>`))),
};
const RULES = ["signature-shape", "reference", "signature-place", "signature-place", "signature-place", "signature-place", "signature-place", "signature-place"];
const RULES_WHOLE = ["signature-shape", "document", ...RULES.slice(2)];

function form(name, rule, kind, how, uri) {
	const make = ({ document, who }) => {
		const true_ = uri === "" ? document : named(document);
		const s = (object = "") => signature(true_, who, { object, references: [reference(true_, { uri, transforms: uri === "" ? undefined : [transform(EXCLUSIVE)] })] });
		return how(evil(document), true_, s, (content) => open(document) + content + close(document));
	};
	return { name: `${name}; ${kind}, ${uri ? "by Id" : "whole"}`, rule, to: kind, make };
}

// our own roots: the Signature stays where it has to be, and the rest moves around it
const OWN = [
	["the true document before the fields of the evil root", "document", (d, e, s) => open(d) + d + inside(e) + s() + close(d)],
	["the true document behind them", "document", (d, e, s) => open(d) + inside(e) + d + s() + close(d)],
	["the true document inside the sentence", "document", (d, e, s) => within(e.replace("</statement>", `${d}</statement>`), s())],
	["root inside a root of its kind", "document", (d, e, s) => open(d) + d + s() + close(d)],
	["root of another kind around it", "kind", (d, e, s) => `<proof xmlns="urn:cabinet:1">${d}${s()}</proof>`],
	["root without our namespace around it", "kind", (d, e, s) => `<login>${d}${s()}</login>`],
	["fields twice, the true ones last", "document", (d, e, s) => open(d) + inside(e) + inside(d) + s() + close(d)],
	["fields twice, the true ones first", "document", (d, e, s) => open(d) + inside(d) + inside(e) + s() + close(d)],
	["SOAP around it", "kind", (d, e, s) => `<Envelope xmlns="http://schemas.xmlsoap.org/soap/envelope/"><Body>${within(d, s())}</Body></Envelope>`],
];

export const wrapping = [
	...["login", "confirmation", "revocation"].flatMap((kind) => Object.entries(FORMS).map(([name, how], i) => form(name, RULES[i], kind, how, "#good"))),
	...Object.entries(FORMS).map(([name, how], i) => form(name, RULES_WHOLE[i], "login", how, "")),
	...OWN.map(([name, rule, how]) => ({ name: `own root: ${name}`, rule, make: ({ document, who }) => how(document, evil(document), () => signature(document, who)) })),
	{ name: "the true document with its own Id, Reference to it", rule: "reference", make: ({ document, who }) =>
		within(named(document), signature(named(document), who, { references: [reference(named(document), { uri: "#good" })] })) },
	{ name: "xml:id and Reference to it", rule: "reference", make: ({ document, who }) => {
		const d = document.replace('"urn:cabinet:1"', '"urn:cabinet:1" xml:id="good"');
		return within(d, signature(d, who, { references: [reference(d, { uri: "#good" })] }));
	} },
];
