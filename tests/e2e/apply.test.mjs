// Somebody without a key in Chromium: the public application, the registration centre's approval, installation with the pending key alone, the first
// login; and a reissue that revokes the pair it replaces.
import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";

import { freshPerson, registrar } from "../lib/apply.mjs";
import { chromium, download, loginByKey } from "../lib/chromium.mjs";
import { sql } from "../lib/citizen.mjs";
import { instance, until } from "../lib/instance.mjs";

let site, browser, folder;
before(async () => {
	site = await instance();
	browser = await chromium(site);
	folder = await mkdtemp(path.join(tmpdir(), "cabinet-apply-"));
});
after(async () => {
	await browser?.close();
	await rm(folder, { recursive: true, force: true });
	await site?.stop();
});

const PASSWORD = "Qw7" + Math.random().toString(36).slice(2, 12) + "E";

for (const [language, width] of [["ru", 1280], ["kk", 360]]) {
	test(`from the public page to the first login, ${language} at ${width} px`, { timeout: 180000 }, async (t) => {
		const who = freshPerson(), person = await browser.person({ language, width }), { page, requests, faults, picture } = person;
		const files = {};
		let number, code;
		await t.test("the form: what is wrong is told before keys are made", async () => {
			await page.goto("/");
			await page.locator("a[href='/apply']").click();
			await page.waitForURL("**/apply");
			code = (await page.textContent("#filing-code")).trim();
			await page.fill("#iin", who.iin.slice(0, 11) + (Number(who.iin[11]) + 1) % 10);
			await page.click("#to-keys");
			await page.waitForSelector("#iin-error:not([hidden])");
			await picture("apply-errors");
			await page.fill("#iin", who.iin);
			await page.fill("#surname", who.surname);
			await page.fill("#name", who.name);
			await page.fill("#patronymic", who.patronymic);
			await page.selectOption("#locality", { value: "750000000" });
			await picture("apply-1");
			await page.click("#to-keys");
		});
		await t.test("keys made here, saved and read back before anything is sent", async () => {
			await page.fill("#pending-password", PASSWORD);
			await page.fill("#pending-repeat", PASSWORD);
			files.pending = await download(page, () => page.click("#make-keys"), folder);
			await page.waitForSelector("#pending-check:not([hidden])");
			await picture("apply-2");
			assert.ok(!requests.some(({ method, url }) => method === "POST" && url.endsWith("/apply")));
			await page.setInputFiles("#check-pending", files.pending);
			await page.waitForURL(/\/status\/\d{14}$/);
			number = /\d{14}$/.exec(page.url())[0];
			assert.equal((await page.textContent("#filing-code")).trim(), code);
			await picture("apply-3");
		});
		await t.test("the pending file opens the application that waits", async () => {
			await page.setInputFiles("#pending-file", site.citizens[0].auth.file);
			await page.fill("#pending-password", site.citizens[0].auth.password);
			await page.click("#prove");
			await page.waitForSelector("#pending-file-error:not([hidden])");
			await page.setInputFiles("#pending-file", files.pending);
			await page.fill("#pending-password", PASSWORD);
			await page.press("#pending-password", "Enter");
			await page.waitForSelector("#status-page[data-status=new]");
			await picture("apply-4-waits");
		});
		await t.test("approved: in a clean browser the pending file alone installs both keys", async () => {
			const done = await registrar(site, "approve", number, { reason: "Удостоверение проверено" });
			assert.equal(done.status, 0, done.stderr);
			await until("issued", async () => (await sql(site, `SELECT status FROM application WHERE number='${number}'`))[0][0] === "issued");
			const fresh = await browser.person({ language, width });
			await fresh.page.goto(`/status/${number}`);
			assert.equal(await fresh.page.locator("#filing-code").count(), 0, "another browser sees no code");
			await fresh.picture("proof");
			await fresh.page.setInputFiles("#pending-file", files.pending);
			await fresh.page.fill("#pending-password", PASSWORD);
			await fresh.page.press("#pending-password", "Enter");
			await fresh.page.waitForSelector("#done:not([hidden]) #final-files li >> nth=1");
			await fresh.picture("proof-installed");
			const buttons = fresh.page.locator("#final-files [data-field=save]");
			files.auth = await download(fresh.page, () => buttons.nth(0).click(), folder);
			files.sign = await download(fresh.page, () => buttons.nth(1).click(), folder);
			await fresh.page.waitForSelector("#status-page[data-status=installed]");
			await fresh.picture("proof-status");
			assert.deepEqual(fresh.faults, []);
			await loginByKey(fresh.page, { file: files.auth, password: PASSWORD });
			assert.ok((await fresh.page.textContent("#user-menu")).includes(who.surname));
			assert.ok(fresh.requests.every(({ body, url }) => !url.includes(PASSWORD) && !(body?.toString("latin1") ?? "").includes(PASSWORD)));
			await fresh.close();
		});
		assert.ok(requests.every(({ body }) => !(body?.toString("latin1") ?? "").includes(PASSWORD)), "the password stayed here");
		assert.deepEqual(faults, []);
		await person.close();
	});
}

test("a reissue that revokes the pair it replaces; an application of the public page in the cabinet", { timeout: 180000 }, async () => {
	const { page, faults, picture, close } = await browser.person({ folder: true });
	const { apply } = await import("../lib/apply.mjs"), { Browser } = await import("../lib/http.mjs"), { reissue, serialOf, withFiles, call } = await import("../lib/citizen.mjs");
	const citizen = site.citizens[1], old = await reissue(site, citizen), files = {};
	for (const purpose of ["auth", "sign"]) {
		files[purpose] = { file: path.join(folder, `old-${purpose}.p12`), password: "Demo2026" };
		await withFiles({ key: old[purpose].key, cert: old[purpose].certificate }, (at) =>
			call("openssl", ["pkcs12", "-export", "-in", at.cert, "-inkey", at.key, "-passout", "pass:Demo2026", "-out", files[purpose].file]));
	}
	await loginByKey(page, files.auth);
	const filed = await apply(new Browser(site), citizen);
	await page.goto(`/applications/${filed.number}`);
	await picture("public-confirm");
	await page.fill("#code", filed.code);
	await page.check("#agree");
	await page.setInputFiles("#key-file", files.sign.file);
	await page.fill("#key-password", files.sign.password);
	await page.press("#key-password", "Enter");
	await page.waitForURL(`**/status/${filed.number}`);

	await page.goto("/reissue");
	await page.selectOption("#locality", { value: "750000000" });
	await page.click("#to-keys");
	await page.fill("#pending-password", PASSWORD);
	await page.fill("#pending-repeat", PASSWORD);
	await page.click("#make-keys");
	await page.waitForSelector("section[data-step='3']:not([hidden])");
	const serial = await serialOf(old.auth.certificate);
	assert.ok(!(await page.isChecked("#replace")) && !(await page.textContent("#statement")).includes(serial));
	await page.check("#replace");
	await page.waitForFunction((text) => document.getElementById("statement").textContent.includes(text), serial);
	await picture("reissue-3-replace");
	await page.check("#agree");
	await page.setInputFiles("#key-file", files.sign.file);
	await page.fill("#key-password", files.sign.password);
	await page.press("#key-password", "Enter");
	await page.waitForSelector("#done:not([hidden])");
	const number = (await page.textContent("#application-number")).trim();
	assert.deepEqual(await sql(site, `SELECT replaces FROM application WHERE number='${number}'`), [["asked"]]);
	assert.deepEqual(faults, []);
	await close();
});
