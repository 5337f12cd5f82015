// Bad input: each with its own status, its own sentence, nothing changed, and one event or log line that says why.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, test } from "node:test";

import { call, confirm, file, filedNumber, keyAndRequest, locality, login, messages, requests, serialOf, reissue, sql, withFiles } from "../lib/citizen.mjs";
import { Browser } from "../lib/http.mjs";
import { instance } from "../lib/instance.mjs";
import { open, sign } from "../lib/sign.mjs";

let site, citizen, other;
before(async () => {
	site = await instance();
	[citizen, other] = [site.citizens[1], site.citizens[2]];
});
after(() => site?.stop());

const sessions = async (iin) => Number((await sql(site, `SELECT COUNT(*) FROM session WHERE iin='${iin}'`))[0][0]);
const lastEvent = async (kind) => (await sql(site, `SELECT rule FROM event WHERE kind='${kind}' ORDER BY id DESC LIMIT 1`))[0]?.[0];

// A login that must fail by this rule. make(document) gives what is posted.
async function refusedLogin(rule, words, make) {
	const browser = new Browser(site);
	const page = await browser.get("/login");
	const before_ = await sessions(citizen.iin);
	const answer = await browser.post("/login", { csrf: page.csrf, signed: await make(page.document) });
	assert.equal(answer.status, 422);
	assert.match(messages(answer), words);
	assert.equal(await lastEvent("login-refused"), rule);
	assert.equal(await sessions(citizen.iin), before_, "no session");
	assert.ok(answer.document?.startsWith("<login "), "a document that can be signed next");
	assert.ok(!browser.cookies.has("__Host-session"));
	return { browser, answer };
}

const selfSigned = (subject) => withFiles({}, async (_, folder) => {
	await call("openssl", ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-utf8", "-subj", subject, "-days", "30", "-keyout", `${folder}/k`, "-out", `${folder}/c`]);
	return { key: await readFile(`${folder}/k`, "utf8"), certificate: await readFile(`${folder}/c`, "utf8") };
});

test("login: key of an unknown CA", () => refusedLogin("certificate-ca", /\S/, async (document) =>
	sign(document, await selfSigned(`/CN=${citizen.surname} ${citizen.name}/SN=${citizen.surname}/serialNumber=IIN${citizen.iin}/C=KZ`))));

test("login: the signing key instead of the authentication key", () => refusedLogin("certificate-purpose", /AUTH_RSA/, (document) => sign(document, citizen.sign)));

test("login: changed document", () => refusedLogin("document", /\S/, (document) => sign(document.replace("</statement>", " и ещё</statement>"), citizen.auth)));

test("login: changed after signing", () => refusedLogin("document", /\S/, async (document) => (await sign(document, citizen.auth)).replace("<login ", "<login lang=\"x\" ")));

test("login: signature value changed", () => refusedLogin("signature", /\S/, async (document) =>
	(await sign(document, citizen.auth, { whitespace: false })).replace(/<SignatureValue>[\s\S]{8}/, (start) => start.slice(0, -4) + "AAAA")));

test("login: certificate of another key", () => refusedLogin("signature", /\S/, async (document) => {
	const [mine, theirs] = [await open(citizen.auth), await open(other.auth)];
	const own = mine.certificate.replace(/-----[^-]+-----|\s/g, "");
	return (await sign(document, theirs, { whitespace: false })).replace(/<X509Certificate>[\s\S]*?<\/X509Certificate>/, `<X509Certificate>${own}</X509Certificate>`);
}));

test("login: the document of another browser", async () => {
	const foreign = await new Browser(site).get("/login");
	await refusedLogin("document", /\S/, () => sign(foreign.document, citizen.auth));
});

test("login: replayed", async () => {
	const browser = new Browser(site);
	const page = await browser.get("/login");
	const signed = await sign(page.document, citizen.auth);
	assert.equal((await browser.post("/login", { csrf: page.csrf, signed })).status, 303);
	const before_ = await sessions(citizen.iin);
	const again = await browser.post("/login", { csrf: page.csrf, signed });
	assert.equal(again.status, 422);
	assert.equal(await lastEvent("login-refused"), "used");
	assert.equal(await sessions(citizen.iin), before_);
});

test("login: replayed 20 times in parallel, exactly one session", async () => {
	const browser = new Browser(site);
	const page = await browser.get("/login");
	const signed = await sign(page.document, other.auth);
	const before_ = await sessions(other.iin);
	const answers = await Promise.all(Array.from({ length: 20 }, () => browser.post("/login", { csrf: page.csrf, signed })));
	assert.equal(answers.filter(({ status }) => status === 303).length, 1);
	assert.equal(answers.filter(({ status }) => status === 422).length, 19);
	assert.equal(await sessions(other.iin), before_ + 1);
});

test("login: a refused document is not used up", async () => {
	const browser = new Browser(site);
	const page = await browser.get("/login");
	const wrong = await browser.post("/login", { csrf: page.csrf, signed: await sign(page.document, citizen.sign) });
	assert.equal(wrong.status, 422);
	assert.equal(wrong.document, page.document);
	assert.equal((await browser.post("/login", { csrf: wrong.csrf, signed: await sign(page.document, citizen.auth) })).status, 303);
});

test("login: no document, not XML, twice, both text and file, too large, not UTF-8", async () => {
	const browser = new Browser(site);
	const { csrf, document } = await browser.get("/login");
	const signed = await sign(document, citizen.auth);
	const missing = await browser.post("/login", { csrf, signed: "" });
	assert.equal(missing.status, 422);
	assert.notEqual(messages(missing), "");
	assert.equal((await browser.post("/login", { csrf, signed: "no xml" })).status, 422);
	assert.equal(await lastEvent("login-refused"), "wellformed");
	assert.equal((await browser.post("/login", { csrf, signed: [signed, signed] })).status, 422);
	assert.equal((await browser.upload("/login", { csrf, signed: [signed, { file: "a.xml", data: signed }] })).status, 422);
	assert.equal((await browser.post("/login", { csrf, signed: "x".repeat(70000) })).status, 422);
	const latin = await browser.request("POST", "/login", { body: `csrf=${csrf}&signed=%ff%fe`, headers: { "content-type": "application/x-www-form-urlencoded" } });
	assert.equal(latin.status, 422);
	const large = await browser.request("POST", "/login", { body: "a=" + "x".repeat(300000), headers: { "content-type": "application/x-www-form-urlencoded" } });
	assert.equal(large.status, 413);
	assert.match(large.text, /<html/);
	/* an empty part beside the text is what a browser sends for a file that was not chosen */
	assert.equal((await browser.upload("/login", { csrf, signed: [signed, { file: "", data: "" }] })).status, 303);
});

test("a form without its token, or from another site, is refused", async () => {
	const browser = new Browser(site);
	const { csrf, document } = await browser.get("/login");
	const signed = await sign(document, citizen.auth);
	assert.equal((await browser.post("/login", { signed })).status, 403);
	assert.equal((await browser.post("/login", { csrf: "A".repeat(43), signed })).status, 403);
	assert.equal((await browser.post("/login", { csrf, signed }, { headers: { origin: "https://evil.example" } })).status, 403);
	assert.equal((await browser.post("/login", { csrf, signed }, { headers: { "sec-fetch-site": "cross-site" } })).status, 403);
	assert.equal((await browser.post("/login", { csrf, signed }, { headers: { origin: site.origin, "sec-fetch-site": "same-origin" } })).status, 303);
});

test("methods, types and addresses outside the contract", async () => {
	const browser = await login(site, citizen);
	const wrongMethod = await browser.request("DELETE", "/keys");
	assert.equal(wrongMethod.status, 405);
	assert.match(wrongMethod.headers.allow, /GET/);
	assert.equal((await browser.request("POST", "/login", { body: "{}", headers: { "content-type": "application/json" } })).status, 415);
	assert.equal((await browser.request("POST", "/login", { body: "a=%zz", headers: { "content-type": "application/x-www-form-urlencoded" } })).status, 400);
	for (const path of ["/nothing", "/keys/zz", `/keys/${"A".repeat(40)}`, "/applications/1", `/status/${"1".repeat(15)}`])
		assert.equal((await browser.get(path)).status, 404, path);
});

test("reissue: each field has its own message, and what was typed stays", async () => {
	const browser = await login(site, citizen);
	const { csrf } = await browser.get("/reissue");
	const keys = await requests(citizen);
	const good = { csrf, email: "a@example.kz", locality, store: "PKCS12", csr_auth: keys.auth.csr, csr_sign: keys.sign.csr };
	const before_ = await sql(site, `SELECT COUNT(*) FROM application WHERE iin='${citizen.iin}'`);
	const weak = await keyAndRequest(citizen, { bits: 1024 });
	const another = await keyAndRequest(citizen, { iin: other.iin });
	const broken = await withFiles({ csr: good.csr_auth }, async (at) => {
		const der = (await call("openssl", ["req", "-in", at.csr, "-outform", "DER"], { encoding: "buffer" })).stdout;
		der[der.length - 5] ^= 1;
		return `-----BEGIN CERTIFICATE REQUEST-----\n${der.toString("base64").replace(/.{64}/g, "$&\n")}\n-----END CERTIFICATE REQUEST-----\n`;
	});
	const seen = new Set();
	for (const [what, change] of Object.entries({
		"e-mail": { email: "a b@example.kz" }, "e-mail with CR LF": { email: "a@example.kz\r\nBcc: b@example.kz" },
		"no locality": { locality: "" }, "unknown locality": { locality: "999999999" }, store: { store: "USB" },
		"no request": { csr_auth: "" }, "no PKCS#10": { csr_auth: "nonsense" }, "weak key": { csr_auth: weak.csr },
		"broken proof of possession": { csr_auth: broken }, "another IIN": { csr_sign: another.csr }, "equal keys": { csr_sign: good.csr_auth },
		"too long": { email: `${"a".repeat(300)}@example.kz` }, twice: { locality: [locality, locality] }, "not UTF-8": { email: "\u0000" },
	})) {
		const answer = await browser.post("/reissue", { ...good, ...change });
		assert.equal(answer.status, 422, what);
		assert.notEqual(messages(answer), "", what);
		seen.add(messages(answer));
		if (!("locality" in change))
			assert.match(answer.text, new RegExp(`<option value="${locality}" selected`), `${what}: typed values stay`);
	}
	assert.ok(seen.size >= 10, `${seen.size} different messages`);
	assert.deepEqual(await sql(site, `SELECT COUNT(*) FROM application WHERE iin='${citizen.iin}'`), before_, "nothing was filed");
	const filed = await browser.post("/reissue", good);
	assert.equal(filed.status, 303);
	const repeated = await browser.post("/reissue", good);
	assert.equal(repeated.status, 422, "keys are filed once");
	assert.equal(filedNumber(repeated), filedNumber(filed), "with the way to the application that the same form has filed");
	const known = await browser.post("/reissue", { ...good, csr_sign: (await keyAndRequest(citizen)).csr });
	assert.equal(known.status, 422);
	assert.equal(await lastEvent("application-refused"), "known-key");
});

test("confirmation: another person's signature, the authentication key, no consent, wrong status, replay, somebody else's application", async () => {
	const browser = await login(site, citizen);
	const { number } = await file(browser, citizen);
	const page = await browser.get(`/applications/${number}`);
	const post = (fields) => browser.post(`/applications/${number}/confirm`, { csrf: page.csrf, status: "signed", agree: "1", ...fields });
	const good = await sign(page.document, citizen.sign);
	const state = () => sql(site, `SELECT status FROM application WHERE number='${number}'`);

	for (const [rule, signed] of [["certificate-iin", await sign(page.document, other.sign)], ["certificate-purpose", await sign(page.document, citizen.auth)],
		["document", await sign(page.document.replace(number, "00000000000000"), citizen.sign)]]) {
		const answer = await post({ signed });
		assert.equal(answer.status, 422, rule);
		assert.equal(await lastEvent("form-refused"), rule);
		assert.equal(answer.document, page.document);
	}
	const noConsent = await post({ signed: good, agree: "" });
	assert.equal(noConsent.status, 422);
	assert.match(noConsent.text, /id="agree-error"(?! hidden)/);
	assert.equal((await post({ signed: good, status: "issued" })).status, 422);
	assert.deepEqual(await state(), [["new"]]);

	const stranger = await login(site, other);
	assert.equal((await stranger.get(`/applications/${number}`)).status, 404);
	assert.equal((await stranger.get(`/status/${number}`)).status, 404);
	assert.equal((await stranger.get(`/status/${number}/certificates`)).status, 404);
	const strangers = await stranger.get("/reissue");
	assert.equal((await stranger.post(`/applications/${number}/confirm`, { csrf: strangers.csrf, status: "signed", agree: "1", signed: good })).status, 404);
	assert.equal((await stranger.post(`/applications/${number}/refuse`, { csrf: strangers.csrf })).status, 404);
	assert.deepEqual(await state(), [["new"]]);

	assert.equal((await post({ signed: good })).status, 303);
	const replay = await post({ signed: good });
	assert.equal(replay.status, 422);
	assert.equal(await lastEvent("form-refused"), "used");
	assert.deepEqual(await sql(site, `SELECT COUNT(*) FROM application_status WHERE number='${number}' AND status='signed'`), [["1"]]);
});

test("a login document does not confirm, and a confirmation does not log in", async () => {
	const browser = await login(site, citizen);
	const { number } = await file(browser, citizen);
	const page = await browser.get(`/applications/${number}`);
	const stranger = new Browser(site);
	const loginPage = await stranger.get("/login");
	const wrong = await browser.post(`/applications/${number}/confirm`, { csrf: page.csrf, status: "signed", agree: "1", signed: await sign(loginPage.document, citizen.sign) });
	assert.equal(wrong.status, 422);
	assert.equal(await lastEvent("form-refused"), "kind");
	const back = await stranger.post("/login", { csrf: loginPage.csrf, signed: await sign(page.document, citizen.auth) });
	assert.equal(back.status, 422);
	assert.equal(await lastEvent("login-refused"), "kind");
});

test("revocation: somebody else's certificate, unknown reason, foreign pair, another person's signature, revoked twice", async () => {
	const mine = await reissue(site, citizen), browser = mine.browser;
	const serials = { auth: await serialOf(mine.auth.certificate), sign: await serialOf(mine.sign.certificate) };
	const address = `/keys/${serials.auth}/revoke`;
	const stranger = await login(site, other);
	assert.equal((await stranger.get(`/keys/${serials.auth}`)).status, 404);
	assert.equal((await stranger.get(`${address}?reason=1`)).status, 404);
	for (const reason of ["2", "6", "9", "x", "11"])
		assert.equal((await browser.get(`${address}?reason=${reason}`)).status, 422, reason);
	assert.equal((await browser.get(`${address}?reason=1&also=${"0".repeat(40)}`)).status, 422);

	const page = await browser.get(`${address}?reason=5`);
	const post = (fields) => browser.post(`${address}/confirm`, { csrf: page.csrf, agree: "1", ...fields });
	const theirs = await post({ signed: await sign(page.document, other.sign) });
	assert.equal(theirs.status, 422);
	assert.equal(await lastEvent("form-refused"), "certificate-iin");
	assert.equal(theirs.document, page.document, "the same choice can be signed next, though only the contract's fields were posted");
	assert.deepEqual(await sql(site, `SELECT COUNT(*) FROM revocation WHERE serial=UNHEX('${serials.auth}')`), [["0"]]);

	const second = await browser.get(`${address}?reason=4`);
	assert.equal((await post({ signed: await sign(page.document, mine.sign) })).status, 303);
	assert.equal((await post({ signed: await sign(second.document, mine.sign) })).status, 409);
	assert.equal((await browser.get(address)).status, 409);
	assert.deepEqual(await sql(site, `SELECT reason FROM revocation WHERE serial=UNHEX('${serials.auth}')`), [["5"]]);
});

test("filters that say nothing are told so", async () => {
	const browser = await login(site, citizen);
	for (const query of ["application=1", "serial=xyz", "created=31.02.2026", "algorithm=MD5", "application=%ff"]) {
		const page = await browser.get(`/keys?${query}`);
		assert.equal(page.status, 422, query);
		assert.notEqual(messages(page), "", query);
	}
	assert.equal((await browser.get("/keys?after=nonsense")).status, 200);
	assert.equal((await browser.get("/status?number=12345678901234")).status, 404);
	assert.equal((await browser.get("/status?number=12")).status, 422);
	assert.equal((await browser.get("/applications?created=2026-13-01")).status, 422);
});

test("60 parallel applications with 50 attempts: exactly as many as are left pass", { timeout: 120000 }, async () => {
	const third = site.citizens[3] ?? site.citizens[0];
	const browser = await login(site, third);
	const { csrf } = await browser.get("/reissue");
	const [[filed]] = await sql(site, `SELECT COUNT(*) FROM application WHERE iin='${third.iin}' AND origin='cabinet' AND status<>'withdrawn'`);
	/* P-256: sixty times two keys in a moment */
	const keys = [];
	for (let i = 0; i < 60; i++)
		keys.push([await keyAndRequest(third, { curve: "P-256" }), await keyAndRequest(third, { curve: "P-256" })]);
	const answers = await Promise.all(keys.map(([auth, sign_]) => browser.post("/reissue", { csrf, email: "", locality, store: "PKCS12", csr_auth: auth.csr, csr_sign: sign_.csr })));
	const count = (status) => answers.filter((answer) => answer.status === status).length;
	assert.equal(count(303), 50 - Number(filed));
	assert.equal(count(429), 10 + Number(filed));
	assert.deepEqual(await sql(site, `SELECT COUNT(*) FROM application WHERE iin='${third.iin}' AND origin='cabinet' AND status<>'withdrawn'`), [["50"]]);
	const full = await browser.get("/reissue");
	assert.match(full.text, /\d\d\.\d\d\.\d{4} \(\d\d:\d\d\)/, "the page names the time of the next attempt");
});
