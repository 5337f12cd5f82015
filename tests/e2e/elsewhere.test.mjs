// «Подписать в другой программе», with JavaScript off: every document that is signed is downloaded from its page, signed by xmlsec1, and uploaded as a file.
// Once more with JavaScript on, where the page's own scripts must not come between.
import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";

import { chromium, download } from "../lib/chromium.mjs";
import { call, file, issued, login, serialOf, sql } from "../lib/citizen.mjs";
import { instance } from "../lib/instance.mjs";
import { open, sign } from "../lib/sign.mjs";

let site, browser, folder, citizen;
before(async () => {
	site = await instance({ own: true });
	citizen = site.citizens[1];
	browser = await chromium(site);
	folder = await mkdtemp(path.join(tmpdir(), "cabinet-elsewhere-"));
});
after(async () => {
	await browser?.close();
	await rm(folder, { recursive: true, force: true });
	await site?.stop();
});

// The two downloads of the page that is open; what xmlsec1 makes of the one with the empty signature. key: PEM of a key and, if there is one, its certificate.
async function signedElsewhere(page, kind, { key, certificate }) {
	if (!await page.locator("#document-file").isVisible()) await page.click("#elsewhere summary");
	const plain = await download(page, () => page.click("#document-file"), folder);
	assert.equal(path.basename(plain), `${kind}.xml`);
	assert.equal(await readFile(plain, "utf8"), await page.inputValue("#document"), "octet by octet what the page shows");
	const prepared = await download(page, () => page.click("#document-prepared"), folder), out = path.join(folder, "signed.xml");
	await writeFile(path.join(folder, "key.pem"), key, { mode: 0o600 });
	if (certificate) await writeFile(path.join(folder, "cert.pem"), certificate);
	await call("xmlsec1", ["--sign", "--privkey-pem", certificate ? `${path.join(folder, "key.pem")},${path.join(folder, "cert.pem")}` : path.join(folder, "key.pem"), "--output", out, prepared]);
	return { out, plain };
}
async function send(page, kind, key) {
	const { out } = await signedElsewhere(page, kind, key);
	await page.setInputFiles("#signed-file", out);
	await page.click("#send-signed");
}

for (const javaScriptEnabled of [false, true]) {
	test(`login, confirmation, revocation and proof by xmlsec1, JavaScript ${javaScriptEnabled ? "on" : "off"}`, { timeout: 240000 }, async (t) => {
		const { page, requests, faults, picture, close } = await browser.person({ javaScriptEnabled, language: javaScriptEnabled ? "kk" : "ru" });
		const auth = await open(citizen.auth), signing = await open(citizen.sign);
		const { number, keys } = await file(await login(site, citizen), citizen);

		await t.test("login, back to the page that was asked for", async () => {
			await page.goto(`/applications/${number}`);
			await page.waitForURL("**/login?back=*");
			if (!javaScriptEnabled) assert.ok(await page.locator("noscript .notice:visible").count() > 0, "it is said why there is no other way here");
			await picture("elsewhere-login");
			await send(page, "login", auth);
			await page.waitForURL(`**/applications/${number}`);
		});
		await t.test("proof of the pending key", async () => {
			const visitor = await browser.person({ javaScriptEnabled });
			await visitor.page.goto(`/status/${number}`);
			await send(visitor.page, "proof", { key: keys.sign.key });
			await visitor.page.waitForSelector("#status-page");
			assert.ok(visitor.page.url().endsWith(`/status/${number}`));
			await visitor.close();
		});
		await t.test("confirmation: without the tick the same document is asked for again, then accepted", async () => {
			await send(page, "confirmation", signing);
			await page.waitForSelector("#agree-error:not([hidden])");
			await page.check("#agree");
			await send(page, "confirmation", signing);
			await page.waitForURL(`**/status/${number}`);
			assert.deepEqual(await sql(site, `SELECT COUNT(*) FROM signed_form WHERE kind='confirmation' AND subject='${number}'`), [["1"]]);
		});
		await t.test("revocation", async () => {
			const own = await login(site, citizen), serial = await serialOf((await issued(own, number)).sign);
			await page.goto(`/keys/${serial}/revoke?reason=4`);
			await page.check("#agree");
			await send(page, "revocation", signing);
			await page.waitForURL(`**/keys/${serial}`);
			assert.deepEqual(await sql(site, `SELECT reason FROM revocation WHERE serial=X'${serial}'`), [["4"]]);
		});
		await t.test("a wrong key, a file that is no document: the sentence stands at the field, and the next document can be signed", async () => {
			await page.goto("/login");
			await send(page, "login", signing);
			await page.waitForSelector("#signed-error");
			assert.match(await page.textContent("#signed-error"), /AUTH_RSA/);
			await page.setInputFiles("#signed-file", { name: "login.xml", mimeType: "application/xml", buffer: Buffer.from("no document") });
			await page.click("#send-signed");
			assert.match(await page.textContent("#signed-error"), /XML/);
			await send(page, "login", auth);
			await page.waitForURL("**/keys");
		});
		await t.test("neither key nor password was in a request", () => {
			const secret = signing.key.split("\n")[5];
			assert.ok(requests.length > 10);
			for (const { url, body } of requests) assert.ok(!url.includes(secret) && !(body ?? Buffer.alloc(0)).includes(secret));
		});
		assert.deepEqual(faults, []);
		await close();
	});
}

test("what openssl and xmlsec1 do on the page of help is what signs: the same commands", { timeout: 60000 }, async () => {
	const { page, close } = await browser.person({ javaScriptEnabled: false });
	await page.goto("/help#xmlsec1");
	const commands = (await page.textContent("#xmlsec1 ~ pre")).split("\n").map((line) => line.replaceAll("AUTH_RSA256_….p12", citizen.auth.file));
	assert.equal(commands.length, 3);
	await page.goto("/login");
	if (!await page.locator("#document-prepared").isVisible()) await page.click("#elsewhere summary");
	await download(page, () => page.click("#document-prepared"), folder);
	for (const command of commands) {
		const [program, ...args] = command.split(" ");
		await call(program, [...args, ...(program === "openssl" ? ["-passin", `pass:${citizen.auth.password}`] : [])], { cwd: folder });
	}
	await page.setInputFiles("#signed-file", path.join(folder, "signed.xml"));
	await page.click("#send-signed");
	await page.waitForURL("**/keys");
	await close();
});

test("a document signed with a template of one's own, and text instead of a file", { timeout: 60000 }, async () => {
	const { page, close } = await browser.person({ javaScriptEnabled: false });
	await page.goto("/login");
	if (!await page.locator("#document-file").isVisible()) await page.click("#elsewhere summary");
	const plain = await download(page, () => page.click("#document-file"), folder);
	await page.fill("#signed", await sign(await readFile(plain, "utf8"), citizen.auth));
	await page.click("#send-signed");
	await page.waitForURL("**/keys");
	await close();
});
