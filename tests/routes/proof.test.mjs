// Status and installation for who has no key yet: the pending key signs a proof, which opens one application for a quarter of an hour.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { prove } from "../lib/apply.mjs";
import { call, confirm, file, issued, login, messages, requests, sql, withFiles } from "../lib/citizen.mjs";
import { Browser } from "../lib/http.mjs";
import { instance, root } from "../lib/instance.mjs";
import { sign } from "../lib/sign.mjs";

let site, citizen, number, keys;
before(async () => {
	site = await instance();
	[, citizen] = site.citizens;
	({ number, keys } = await file(await login(site, citizen), citizen));
});
after(() => site?.stop());

const other = (text) => text.slice(0, 7) + String((Number(text[7]) + 1) % 10) + text.slice(8);

test("any number gets the same page, and the page writes nothing", async () => {
	const before_ = await sql(site, "SELECT (SELECT COUNT(*) FROM event), (SELECT COUNT(*) FROM form_issued), (SELECT COUNT(*) FROM login_used)");
	const plain = (page) => page.text.replace(/base64,[\w+/=]+/g, "D").replace(/[0-9a-f]{32,}/g, "H").replace(/\d{14}/g, "N").replace(/value="[^"]{86}"/g, "C").replace(/\d\d:\d\d:\d\d/g, "T").replace(/T\d\d:\d\d/g, "T").replace(/&lt;(issued|expires)[^/]*/g, "");
	const known = await new Browser(site).get(`/status/${number}`), unknown = await new Browser(site).get(`/status/${other(number)}`);
	assert.equal(known.status, 200);
	assert.equal(unknown.status, 200);
	assert.equal(plain(known), plain(unknown));
	assert.ok(!known.text.includes(citizen.iin) && !known.text.includes(citizen.surname));
	assert.equal(known.headers["cache-control"], "no-store");
	assert.deepEqual(await sql(site, "SELECT (SELECT COUNT(*) FROM event), (SELECT COUNT(*) FROM form_issued), (SELECT COUNT(*) FROM login_used)"), before_);
});

test("the document is valid against its schema, unsigned and signed", async () => {
	const page = await new Browser(site).get(`/status/${number}`);
	assert.ok(page.document.includes(`<number>${number}</number>`));
	const signed = await sign(page.document, { key: keys.auth.key }, { keyInfo: "value" });
	await withFiles({ "a.xml": page.document, "b.xml": signed }, (at) => call("xmllint", ["--noout", "--schema", `${root}/schema/forms/proof.xsd`, at["a.xml"], at["b.xml"]]));
});

test("either key opens this application, with or without KeyValue", async () => {
	for (const [key, keyInfo] of [[keys.auth.key, "none"], [keys.sign.key, "none"], [keys.sign.key, "value"]]) {
		const browser = new Browser(site);
		const answer = await prove(browser, number, key, { options: { keyInfo } });
		assert.equal(answer.status, 303, messages(answer));
		assert.equal(answer.location, `/status/${number}`);
		const page = await browser.get(`/status/${number}`);
		assert.match(page.text, /id="status-page"[^>]*data-status="new"/);
	}
	const rows = await sql(site, `SELECT kind, iin, subject, signer IS NULL FROM signed_form WHERE subject='${number}' AND kind='proof'`);
	assert.equal(rows.length, 3);
	assert.deepEqual(rows[0], ["proof", citizen.iin, number, "1"]);
	assert.deepEqual(await sql(site, `SELECT COUNT(*) FROM event WHERE kind='key-proved' AND number='${number}'`), [["3"]]);
});

test("the proof opens nothing else: no other number, no other page", async () => {
	const browser = new Browser(site);
	const cookie = (await prove(browser, number, keys.auth.key)).headers["set-cookie"].find((line) => line.startsWith("__Host-proof="));
	assert.match(cookie, /Max-Age=900; Path=\/; Secure; HttpOnly; SameSite=Lax/);
	assert.ok((await browser.get(`/status/${other(number)}`)).text.includes('id="proof-page"'));
	for (const path of ["/keys", `/applications/${number}`, "/status"])
		assert.equal((await browser.get(path)).status, 303, path);
	const [value] = /\d{14}\.\d+\.[^;]+/.exec(cookie);
	for (const forged of [value.replace(number, other(number)), value.replace(/\.(\d+)\./, (_, at) => `.${Number(at) + 9000}.`), value.slice(0, -1) + (value.endsWith("A") ? "B" : "A")]) {
		const thief = new Browser(site);
		thief.cookies.set("__Host-proof", forged);
		assert.ok((await thief.get(`/status/${forged.slice(0, 14)}`)).text.includes('id="proof-page"'), forged);
	}
});

test("refused: another's key, another number's document, another browser's, changed, used, a certificate in it", async () => {
	const stranger = await requests(citizen);
	const refused = async (rule, answer) => {
		assert.equal(answer.status, 422, `${rule}: ${answer.status}`);
		const [row] = await sql(site, `SELECT rule FROM event WHERE kind='proof-refused' ORDER BY id DESC LIMIT 1`);
		assert.equal(row[0], rule);
		assert.ok(answer.document.includes("<proof"), "and a document that can be signed next");
	};
	const browser = new Browser(site);
	await refused("signature", await prove(browser, number, stranger.auth.key));
	await refused("signature", await prove(browser, other(number), keys.auth.key));
	await refused("owner", await prove(new Browser(site), number, keys.auth.key, { page: await browser.get(`/status/${number}`) }).then(async (answer) => {
		assert.equal(answer.status, 403, "without its cookie the form's token does not fit either");
		const thief = new Browser(site), shown = await browser.get(`/status/${number}`), own = await thief.get("/login");
		thief.cookies.set("__Host-login", thief.cookies.get("__Host-login").slice(0, 43));
		return thief.post(`/status/${number}/proof`, { csrf: own.csrf, signed: await sign(shown.document, { key: keys.auth.key }, { keyInfo: "none" }) });
	}));
	const page = await browser.get(`/status/${other(number)}`);
	await refused("document", await browser.post(`/status/${number}/proof`, { csrf: page.csrf, signed: await sign(page.document, { key: keys.auth.key }, { keyInfo: "none" }) }));
	await refused("document", await prove(browser, number, keys.auth.key, { change: (text) => text.replace("<site>https", "<site>http") }));
	await refused("signature", await prove(browser, number, keys.auth.key, { change: (text) => text.replace(/(<SignatureValue>\s*)(.)/, (_, at, c) => at + (c === "A" ? "B" : "A")) }));
	await refused("keyinfo", await browser.get(`/status/${number}`).then(async (shown) =>
		browser.post(`/status/${number}/proof`, { csrf: shown.csrf, signed: await sign(shown.document, citizen.sign) })));
	const shown = await browser.get(`/status/${number}`);
	assert.equal((await prove(browser, number, keys.auth.key, { page: shown })).status, 303);
	await refused("used", await prove(browser, number, keys.auth.key, { page: shown }));
	const login_ = await browser.get("/login");
	await refused("kind", await browser.post(`/status/${number}/proof`, { csrf: login_.csrf, signed: await sign(login_.document, { key: keys.auth.key }, { keyInfo: "none" }) }));
});

test("from the proof to installation, without a session", async () => {
	const owner = await login(site, citizen);
	assert.equal((await confirm(owner, citizen, number)).status, 303);
	await issued(owner, number);
	const browser = new Browser(site);
	assert.equal((await browser.get(`/status/${number}/certificates`)).status, 303);
	assert.equal((await prove(browser, number, keys.sign.key)).status, 303);
	const certificates = await issued(browser, number);
	assert.equal(certificates.chain.length, 2);
	const page = await browser.get(`/status/${number}`);
	assert.match(page.text, /data-status="issued"/);
	assert.equal((await browser.post(`/status/${number}/installed`, { csrf: page.csrf })).status, 303);
	assert.deepEqual(await sql(site, `SELECT actor, serial IS NULL FROM application_status WHERE number='${number}' AND status='installed'`), [["citizen", "1"]]);
	await login(site, { ...citizen, auth: { key: keys.auth.key, certificate: certificates.auth } });
});

test("/status leads a stranger with a number to its page, without one to login", async () => {
	const browser = new Browser(site);
	assert.equal((await browser.get(`/status?number=${number}`)).location, `/status/${number}`);
	assert.match((await browser.get("/status")).location, /^\/login/);
	assert.match((await browser.get("/status?number=12")).location, /^\/login/);
});
