// Good signatures under the wrong act: documents of one kind used as another, keys of others, documents that are over, another site's, used.
import { createHash, createHmac } from "node:crypto";
import { readFile } from "node:fs/promises";
import path from "node:path";

import { Browser } from "../../lib/http.mjs";
import { signed } from "../lib/signer.mjs";

const KINDS = ["login", "confirmation", "revocation", "proof"];
const withoutKeyInfo = (target) => (target === "proof" ? { keyInfo: "" } : {});
const by = (name, rule, to, who, shape) => ({ name, rule, to, make: (w) => signed(w.document, who(w), shape) });

// The cookie as the server of that name would have made it: who has its secret can say so, nobody else.
export async function heldCookie(site, browser, document, expires, name = site.origin) {
	const secret = Buffer.from((await readFile(path.join(site.var, "secret"), "utf8")).trim(), "hex");
	const random = browser.cookies.get("__Host-login").slice(0, 43);
	const text = Buffer.concat([Buffer.from(`document:${name}:${random}:${expires}:`), createHash("sha256").update(document).digest()]);
	return `${random}.${expires}.${createHmac("sha256", secret).update(text).digest("base64url")}`;
}
const OTHER = "https://other.example", ofOther = (w, document) => document.replaceAll(w.site.origin, OTHER);
const seconds = (ahead) => Math.floor(Date.now() / 1000) + ahead;

export const acts = [
	...KINDS.flatMap((to) => KINDS.filter((kind) => kind !== to).map((kind) => ({ name: `act: ${kind} used as ${to}`, rule: "kind", to,
		make: async (w) => signed(await w.documentOf(kind), w.who, withoutKeyInfo(to)) }))),

	by("act: login signed with the signing key", "certificate-purpose", "login", (w) => w.sign),
	by("act: login signed with an operator's key", "certificate-purpose", "login", (w) => w.operator),
	by("act: confirmation signed with the authentication key", "certificate-purpose", "confirmation", (w) => w.auth),
	by("act: confirmation signed with an operator's key", "certificate-purpose", "confirmation", (w) => w.operator),
	by("act: confirmation signed by another person", "certificate-iin", "confirmation", (w) => w.otherSign),
	by("act: revocation signed by another person", "certificate-iin", "revocation", (w) => w.otherSign),
	by("act: revocation signed with the authentication key", "certificate-purpose", "revocation", (w) => w.auth),
	by("act: proof signed with another key", "signature", "proof", (w) => ({ key: w.pair.privateKey }), { keyInfo: "" }),
	by("act: proof signed with another key that KeyValue names", "signature", "proof", (w) => ({ key: w.pair.privateKey }), { keyInfo: "<KeyInfo><KeyValue><RSAKeyValue><Modulus>AA==</Modulus><Exponent>AQAB</Exponent></RSAKeyValue></KeyValue></KeyInfo>" }),
	by("act: proof with a certificate", "keyinfo", "proof", (w) => w.sign),
	{ name: "act: proof for another application", rule: "document", to: "proof", make: (w) => signed(w.document.replace(/<number>(.)/, (_, digit) => `<number>${(Number(digit) + 1) % 10}`), w.who, { keyInfo: "" }) },

	{ name: "act: login document of another browser", rule: "document", make: async (w) => signed((await new Browser(w.site).get("/login")).document, w.who) },
	{ name: "act: login document, another site in it", rule: "document", make: (w) => signed(ofOther(w, w.document), w.who) },
	/* all that another cabinet with the same secret makes: its document, its cookie; and the citizen's good signature */
	{ name: "act: login document of another site, with its cookie by the same secret", rule: "document", prepare: async (w, target) => {
		target.browser.cookies.set("__Host-login", await heldCookie(w.site, target.browser, ofOther(w, target.document), seconds(300), OTHER));
	}, make: (w) => signed(ofOther(w, w.document), w.who) },
	{ name: "act: login document whose life is over", rule: "expired", prepare: async (w, target) => {
		target.browser.cookies.set("__Host-login", await heldCookie(w.site, target.browser, target.document, seconds(-1)));
	}, make: (w) => signed(w.document, w.who) },
	{ name: "act: login document with its life made longer by the browser", rule: "document", prepare: async (w, target) => {
		const held = target.browser.cookies.get("__Host-login");
		target.browser.cookies.set("__Host-login", held.replace(/\.\d{10}\./, `.${seconds(86400)}.`).slice(0, 43 + 55));
	}, make: (w) => signed(w.document, w.who) },
	{ name: "act: login document without the cookie that holds it", rule: "owner", prepare: (w, target) => {
		target.browser.cookies.set("__Host-login", target.browser.cookies.get("__Host-login").slice(0, 43));
	}, make: (w) => signed(w.document, w.who) },
	...["confirmation", "revocation"].flatMap((to) => [
		{ name: `act: ${to} whose life is over`, rule: "expired", to, prepare: (w) => w.db.ask(`UPDATE form_issued SET expires_at = UTC_TIMESTAMP(6) WHERE kind='${to}' AND state='issued'`), make: (w) => signed(w.document, w.who) },
		{ name: `act: ${to} issued for another site`, rule: "document", to, prepare: (w) => w.db.ask(`UPDATE form_issued SET site='https://other.example' WHERE kind='${to}' AND state='issued'`), make: (w) => signed(w.document, w.who) },
		/* a row that another cabinet in the same database has made, and the citizen's good signature under it */
		{ name: `act: ${to} of another site, issued and signed there`, rule: "document", to, prepare: (w) => w.db.ask(`INSERT INTO form_issued (digest, kind, iin, subject, variant, language, site, document, issued_at, expires_at)
			SELECT UNHEX(SHA2(REPLACE(document, '${w.site.origin}', '${OTHER}'), 256)), kind, iin, subject, variant, language, '${OTHER}', REPLACE(document, '${w.site.origin}', '${OTHER}'), issued_at, expires_at
			FROM form_issued WHERE kind='${to}' AND state='issued' AND site='${w.site.origin}' LIMIT 1`), make: (w) => signed(ofOther(w, w.document), w.who) },
		{ name: `act: ${to} issued for another citizen`, rule: "owner", to, prepare: (w) => w.db.ask(`UPDATE form_issued SET iin='${w.other.iin}' WHERE kind='${to}' AND state='issued'`), make: (w) => signed(w.document, w.who) },
		{ name: `act: ${to} issued for another thing of this citizen`, rule: "document", to, prepare: (w) => w.db.ask(`UPDATE form_issued SET subject=REVERSE(subject) WHERE kind='${to}' AND state='issued'`), make: (w) => signed(w.document, w.who) },
		{ name: `act: ${to} used already`, rule: "used", to, prepare: (w) => w.db.ask(`UPDATE form_issued SET state='used' WHERE kind='${to}' AND state='issued'`), make: (w) => signed(w.document, w.who) },
	]),
];
