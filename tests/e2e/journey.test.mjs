// One person's way through the cabinet in Chromium: login, reissue, installation, login with the new key, revocation; and, from the
// recording of every request, that neither the password nor a private key left the browser.
import assert from "node:assert/strict";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";

import { chromium, download, loginByKey } from "../lib/chromium.mjs";
import { call, crl, sql } from "../lib/citizen.mjs";
import { instance, until } from "../lib/instance.mjs";
import { open } from "../lib/sign.mjs";

let site, browser, folder, citizen;
before(async () => {
	site = await instance();
	[citizen] = site.citizens;
	browser = await chromium(site);
	folder = await mkdtemp(path.join(tmpdir(), "cabinet-e2e-"));
});
after(async () => {
	await browser?.close();
	await rm(folder, { recursive: true, force: true });
	await site?.stop();
});

const PASSWORD = "Zx9" + Math.random().toString(36).slice(2, 12) + "Q";

// Octets of a private key's secret numbers, in the forms in which they could travel.
async function secretsOf(file, password) {
	const { openP12 } = await import("../../views/static/js/p12.js");
	const { keys } = await openP12(new Uint8Array(await readFile(file)), password);
	return keys.flatMap(({ pkcs8 }) => {
		const middle = Buffer.from(pkcs8).subarray(400, 460);		/* inside the private exponent and the primes */
		return [middle.toString("latin1"), middle.toString("hex"), Buffer.from(pkcs8).toString("base64").slice(540, 600)];
	});
}

test("from login to revocation in Chromium", { timeout: 240000 }, async (t) => {
	const person = await browser.person();
	const { page, requests, faults, picture } = person;
	const files = {};

	await t.test("login with AUTH_RSA from a plain browser: file, password, Enter", async () => {
		await page.goto("/");
		await picture("home");
		await page.getByRole("link", { name: "Войти в личный кабинет" }).first().click();
		await page.waitForURL("**/login");
		await picture("login");
		await page.setInputFiles("#key-file", citizen.auth.file);
		await page.fill("#key-password", citizen.auth.password);
		await page.click("#list-keys");
		await page.waitForSelector("#keys-found:not([hidden]) input:checked");
		const card = await page.textContent("#keys-found-list");
		assert.ok(card.includes(citizen.surname) && card.includes("ДЕМО") && card.includes("RSA"), card);
		await picture("login-keys");
		await page.click("#sign");
		await page.waitForURL("**/keys");
		assert.ok((await page.textContent("#user-menu summary")).includes("ТЕСТОВ Т."));
		await picture("keys");
	});

	await t.test("reissue leads from the form to two installed key files", async () => {
		await page.goto("/reissue");
		assert.match(await page.textContent("main"), /Осталось \d+ попыт\S+ из 50 за 30 дней/);
		await page.fill("#email", "test@example.kz");
		await page.fill("#locality-search", "алматы");
		await page.selectOption("#locality", { value: "750000000" });
		await picture("reissue-1");
		await page.click("#to-keys");
		await page.fill("#pending-password", PASSWORD);
		await page.fill("#pending-repeat", PASSWORD);
		await picture("reissue-2");
		files.pending = await download(page, () => page.click("#make-keys"), folder);
		await page.waitForSelector("#pending-check:not([hidden])");
		assert.ok(!requests.some(({ method, url }) => method === "POST" && url.endsWith("/reissue")), "nothing is sent before the file was read back");
		await picture("reissue-2-check");
		await page.setInputFiles("#check-pending", citizen.auth.file);
		await page.waitForSelector("#check-pending-error:not([hidden])");
		await page.setInputFiles("#check-pending", files.pending);
		await page.waitForSelector("section[data-step='3']:not([hidden])");
		const number = (await page.textContent("#filed-number")).trim();
		assert.match(number, /^\d{14}$/);
		assert.ok((await page.textContent("#statement")).includes(number));
		await picture("reissue-3");
		await page.check("#agree");
		await page.setInputFiles("#key-file", citizen.sign.file);
		await page.fill("#key-password", citizen.sign.password);
		await page.press("#key-password", "Enter");
		await page.waitForSelector("#done:not([hidden]) #final-files li");
		assert.equal((await page.textContent("#application-number")).trim(), number);
		const buttons = page.locator("#final-files [data-field=save]");
		files.auth = await download(page, () => buttons.nth(0).click(), folder);
		files.sign = await download(page, () => buttons.nth(1).click(), folder);
		assert.match(path.basename(files.auth), /^AUTH_RSA256_[0-9a-f]{40}\.p12$/);
		assert.match(path.basename(files.sign), /^RSA256_[0-9a-f]{40}\.p12$/);
		await until("status installed", async () => (await sql(site, `SELECT status FROM application WHERE number='${number}'`))[0][0] === "installed");
		await picture("reissue-4");
		files.number = number;
	});

	await t.test("the final files open in OpenSSL without -legacy and in keytool, with the chain", async () => {
		for (const file of [files.auth, files.sign]) {
			const { stdout } = await call("openssl", ["pkcs12", "-in", file, "-passin", `pass:${PASSWORD}`, "-nodes"]);
			assert.equal(stdout.match(/BEGIN CERTIFICATE/g).length, 3);
			assert.match((await call("keytool", ["-list", "-v", "-storetype", "PKCS12", "-keystore", file, "-storepass", PASSWORD])).stdout, /Certificate chain length: 3/);
		}
	});

	await t.test("the status page shows the history and can install once more", async () => {
		await page.goto("/status");
		await picture("status-search");
		await page.fill("#number", files.number);
		await page.press("#number", "Enter");
		await page.waitForURL(`**/status/${files.number}`);
		assert.deepEqual(await page.locator("tr[data-status]").evaluateAll((rows) => rows.map((row) => row.dataset.status)), ["new", "signed", "signing", "issued", "installed"]);
		await picture("status");
		await page.goto(`/applications/${files.number}`);
		await picture("application");
		await page.goto("/applications");
		await picture("applications");
	});

	await t.test("the new AUTH key logs in, in a clean browser", async () => {
		const fresh = await browser.person();
		await loginByKey(fresh.page, { file: files.auth, password: PASSWORD });
		assert.deepEqual(fresh.faults, []);
		await fresh.close();
	});

	await t.test("the old pair is revoked by one signature of the new key", async () => {
		const serial = await oldSerial(citizen.auth);
		await page.goto(`/keys/${serial}`);
		await picture("key");
		await page.goto(`/keys/${serial}/revoke`);
		await picture("revoke-choose");
		await page.locator("input[name=reason][value='4']").check();
		await page.locator("input[name=also]").check();
		await page.locator("#reason-form button[type=submit]").click();
		await page.waitForSelector("#statement");
		assert.ok((await page.textContent("#statement")).includes(serial));
		await page.check("#agree");
		await page.setInputFiles("#key-file", files.sign);
		await page.fill("#key-password", PASSWORD);
		await picture("revoke-confirm");
		await page.press("#key-password", "Enter");
		await page.waitForURL(`**/keys/${serial}`);
		assert.ok((await page.textContent("main")).includes("Ваш сертификат был успешно отозван"));
		await picture("revoked");
		await until("the delta CRL", async () => (await crl(site, "ca-delta.crl")).entries.get(serial) === "Superseded", 15000);
		await page.goto("/keys");
		assert.ok(page.url().includes("/login"), "this session's key is revoked: it has ended");
	});

	await t.test("the revoked key gets a sentence, not a session", async () => {
		const other = await browser.person();
		await other.page.goto("/login");
		await other.page.setInputFiles("#key-file", citizen.auth.file);
		await other.page.fill("#key-password", citizen.auth.password);
		await other.page.press("#key-password", "Enter");
		await other.page.waitForSelector("#summary");
		assert.match(await other.page.textContent("#summary"), /отозван/i);
		await other.picture("login-refused");
		await other.close();
	});

	await t.test("neither a password nor a private key left the browser", async () => {
		const secrets = [PASSWORD, citizen.auth.password, ...await secretsOf(files.pending, PASSWORD), ...await secretsOf(citizen.auth.file, citizen.auth.password),
			...await secretsOf(citizen.sign.file, citizen.sign.password)];
		assert.ok(requests.length > 40, `${requests.length} requests recorded`);
		assert.ok(requests.some(({ body }) => body?.toString("latin1").includes("SignatureValue")), "the recording holds what was posted");
		for (const request of requests) {
			const all = [request.url, decodeURIComponent(request.url), JSON.stringify(request.headers), request.body?.toString("latin1") ?? "",
				decodeURIComponent((request.body?.toString("latin1") ?? "").replace(/%(?![0-9a-f]{2})/gi, "%25").replace(/\+/g, " ").replace(/%[89a-f][0-9a-f]/gi, "?"))];
			for (const secret of secrets)
				assert.ok(!all.some((text) => text.includes(secret)), `${request.method} ${request.url}`);
			assert.ok(!/PRIVATE KEY/.test(all.join()), request.url);
		}
		assert.ok(requests.every(({ url }) => url.startsWith(site.origin) || url.startsWith("blob:") || url.startsWith("data:")), "nothing but the cabinet was asked");
		assert.deepEqual(faults, [], "no script error, no violation of the content security policy");
	});
	await person.close();
});

async function oldSerial(key) {
	const { certificate } = await open(key);
	const { X509Certificate } = await import("node:crypto");
	return new X509Certificate(certificate).serialNumber.toLowerCase().padStart(40, "0");
}

test("wrong password, and a file that is no key file, are told beside the field; nothing is sent", { timeout: 60000 }, async () => {
	const { page, requests, close, picture } = await browser.person();
	await page.goto("/login");
	await page.setInputFiles("#key-file", site.citizens[1].auth.file);
	await page.fill("#key-password", "not the password");
	await page.press("#key-password", "Enter");
	await page.waitForSelector("#key-password-error:not([hidden])");
	assert.match(await page.textContent("#key-password-error"), /парол/i);
	await picture("login-wrong-password");
	await page.setInputFiles("#key-file", { name: "letter.p12", mimeType: "application/x-pkcs12", buffer: Buffer.from("Dear Sir or Madam") });
	await page.press("#key-password", "Enter");
	await page.waitForSelector("#key-file-error:not([hidden])");
	await page.setInputFiles("#key-file", site.citizens[1].sign.file);
	await page.fill("#key-password", site.citizens[1].sign.password);
	await page.press("#key-password", "Enter");
	await page.waitForSelector("#key-file-error:not([hidden])");
	assert.match(await page.textContent("#key-file-error"), /AUTH_RSA/);
	assert.ok(!requests.some(({ method }) => method === "POST"));
	await close();
});

test("with a folder the files are written without a dialog, and read back", { timeout: 120000 }, async () => {
	const mine = site.citizens[2];
	const { page, close, faults } = await browser.person({ folder: true });
	await loginByKey(page, mine.auth);
	await page.goto("/reissue");
	await page.selectOption("#locality", { value: "750000000" });
	await page.click("#to-keys");
	await page.fill("#pending-password", PASSWORD);
	await page.fill("#pending-repeat", PASSWORD);
	await page.click("#make-keys");
	await page.waitForSelector("section[data-step='3']:not([hidden])");
	await page.check("#agree");
	await page.setInputFiles("#key-file", mine.sign.file);
	await page.fill("#key-password", mine.sign.password);
	await page.press("#key-password", "Enter");
	await page.waitForSelector("#done:not([hidden]) #final-files li[data-saved='1'] >> nth=1");
	const names = await page.evaluate(async () => {
		const keys = await (await navigator.storage.getDirectory()).getDirectoryHandle("keys");
		const found = [];
		for await (const name of keys.keys()) found.push(name);
		return found.sort();
	});
	assert.equal(names.length, 3, names.join());
	assert.match(names[0], /^AUTH_RSA256_/);
	assert.equal(names[1], `KEYS_${(await page.textContent("#application-number")).trim()}.p12`, "the number is in the pending file's name");
	assert.deepEqual(faults, []);
	await close();
});

test("closed before the signature: the application and the saved keys go on later, on the status page", { timeout: 120000 }, async () => {
	const mine = site.citizens[1];
	const first = await browser.person();
	await loginByKey(first.page, mine.auth);
	await first.page.goto("/reissue");
	await first.page.selectOption("#locality", { value: "750000000" });
	await first.page.click("#to-keys");
	await first.page.fill("#pending-password", PASSWORD);
	await first.page.fill("#pending-repeat", PASSWORD);
	const pending = await download(first.page, () => first.page.click("#make-keys"), folder);
	await first.page.setInputFiles("#check-pending", pending);
	await first.page.waitForSelector("section[data-step='3']:not([hidden])");
	const number = (await first.page.textContent("#filed-number")).trim();
	await first.close();

	const { page, close, faults } = await browser.person();
	await loginByKey(page, mine.auth);
	await page.goto("/status");
	await page.click(`a[href="/applications/${number}"]`);
	await page.check("#agree");
	await page.setInputFiles("#key-file", mine.sign.file);
	await page.fill("#key-password", mine.sign.password);
	await page.press("#key-password", "Enter");
	await page.waitForURL(`**/status/${number}`);
	await page.waitForSelector("#install-form");
	await page.setInputFiles("#pending-file", pending);
	await page.fill("#pending-password", PASSWORD);
	await page.click("#install");
	await page.waitForSelector("#final-files li");
	const buttons = page.locator("#final-files [data-field=save]");
	await download(page, () => buttons.nth(0).click(), folder);
	await download(page, () => buttons.nth(1).click(), folder);
	await until("status installed", async () => (await sql(site, `SELECT status FROM application WHERE number='${number}'`))[0][0] === "installed");
	assert.deepEqual(faults, []);
	await close();
});
