// All six entries of «Мои ключи ЭЦП» with the keyboard only, in Kazakh, at 360 px: every stop of Tab shows its ring, and nothing covers it.
import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";

import { chromium, download } from "../lib/chromium.mjs";
import { file, login, sql } from "../lib/citizen.mjs";
import { enrol } from "../lib/enrol.mjs";
import { says, seen } from "../lib/figures.mjs";
import { instance } from "../lib/instance.mjs";
import { Keyboard } from "../lib/keyboard.mjs";

const PASSWORD = "kW9uT2xLpBq7", ALMATY = "750000000";
let site, browser, folder, citizen, person, page, keyboard, number;
const files = {};
before(async () => {
	site = await instance();
	folder = await mkdtemp(path.join(tmpdir(), "cabinet-keyboard-"));
	citizen = await enrol(site, folder, { surname: "ДЕМОҒАЛИЕВА", name: "ӘЙГЕРІМ", patronymic: "ҚАНАТҚЫЗЫ" });
	browser = await chromium(site);
	person = await browser.person({ language: "kk", width: 360 });
	({ page } = person);
	keyboard = new Keyboard(page);
});
after(async () => {
	await browser?.close();
	await rm(folder, { recursive: true, force: true });
	await site?.stop();
});

async function enterCabinet(key) {
	await keyboard.file("#key-file", key.file);
	await keyboard.fill("#key-password", key.password);
	await keyboard.press("Enter");
	await page.waitForURL("**/keys");
}
async function menu(href) {
	await keyboard.enter("#menu-phone summary");
	await keyboard.enter(`#menu-phone a[href='${href}']`);
	await page.waitForURL(`**${href}`);
	await says(page, "ДЕМОҒАЛИЕВА Ә.");
}
// Tick, file, password, Enter.
async function signDecision(key) {
	await keyboard.space("#agree");
	assert.ok(await page.isChecked("#agree"));
	await keyboard.file("#key-file", key.file);
	await keyboard.fill("#key-password", key.password);
	await keyboard.press("Enter");
}
const told = async (t) => t.diagnostic(`${keyboard.stops} stops of Tab so far`);

test("login: from the front page, past the skip link", { timeout: 120000 }, async (t) => {
	await page.goto("/");
	assert.equal(await page.getAttribute("html", "lang"), "kk");
	await keyboard.press("Tab");
	assert.ok(await keyboard.has(".skip"));
	await keyboard.check();
	await keyboard.press("Enter");
	await keyboard.enter("#enter");
	await page.waitForURL("**/login");
	await keyboard.to("#store");
	await keyboard.arrow("#store", "AKKaztokenStore");
	await says(page, "12345678");
	await keyboard.arrow("#store", "PKCS12", { key: "ArrowUp" });
	await keyboard.enter("#list-keys");
	await page.waitForSelector("#key-file-error:not([hidden])");
	assert.ok(await keyboard.has("#key-file"), "the focus went to what is missing");
	await enterCabinet(citizen.auth);
	await says(page, "Пайдаланушының жеке кабинетіне қош келдіңіз", "ДЕМОҒАЛИЕВА Ә.");
	await person.picture("keyboard-login");
	await told(t);
});

test("reissue: from the menu to the installed keys", { timeout: 180000 }, async (t) => {
	await menu("/reissue");
	await keyboard.fill("#email", "aigerim@example.kz");
	await keyboard.fill("#locality-search", "алматы");
	await keyboard.to("#locality");
	await keyboard.arrow("#locality", ALMATY);
	await person.picture("keyboard-reissue-1");
	await keyboard.enter("#to-keys");
	await page.waitForSelector("section[data-step='2']:not([hidden])");
	await keyboard.fill("#pending-password", PASSWORD);
	await keyboard.space("[data-password-toggle=pending-password]");
	assert.equal(await page.getAttribute("#pending-password", "type"), "text");
	await keyboard.fill("#pending-repeat", PASSWORD);
	await person.picture("keyboard-reissue-2");
	files.pending = await download(page, () => keyboard.press("Enter"), folder);
	await page.waitForSelector("#pending-check:not([hidden])");
	await keyboard.file("#check-pending", files.pending);
	await page.waitForSelector("section[data-step='3']:not([hidden])");
	number = await seen(page, "#filed-number");
	assert.match(await seen(page, "#statement"), new RegExp(`^Мен, ДЕМОҒАЛИЕВА ӘЙГЕРІМ ҚАНАТҚЫЗЫ.*${number}`));
	await person.picture("keyboard-reissue-3");
	await keyboard.space("#replace");
	await page.waitForFunction(() => document.getElementById("statement").textContent.includes("қайтар"));
	await keyboard.space("#replace");
	await signDecision(citizen.sign);
	await page.waitForSelector("#done:not([hidden]) #final-files li >> nth=1", { timeout: 90000 });
	await keyboard.to("#final-files li:nth-child(1) [data-field=save]");
	files.auth = { file: await download(page, () => keyboard.press("Enter"), folder), password: PASSWORD };
	await keyboard.to("#final-files li:nth-child(2) [data-field=save]");
	files.sign = { file: await download(page, () => keyboard.press("Space"), folder), password: PASSWORD };
	await page.waitForSelector("#installed:not([hidden])");
	await says(page, "Тіркеу куәліктері сәтті орнатылды.");
	await person.picture("keyboard-reissue-4");
	await told(t);
});

test("applications: search, chips, history; an application confirmed", { timeout: 120000 }, async (t) => {
	const waiting = await file(await login(site, citizen), citizen);
	await menu("/applications");
	await keyboard.enter("#filter summary");
	await keyboard.fill("#application", number);
	await keyboard.press("Enter");
	await page.waitForSelector("#chips");
	assert.equal(await page.locator("table.list tbody tr").count(), 1);
	await person.picture("keyboard-applications");
	await keyboard.enter("#chips a");
	await page.waitForURL("**/applications");
	await keyboard.enter(`a[href='/applications/${number}']`);
	await page.waitForURL(`**/applications/${number}`);
	await keyboard.enter("#history tr[data-status=signed] summary");
	await says(page, "Кім өзгертті");
	await keyboard.to("#statement-docx", { back: true });
	await person.picture("keyboard-application");

	await page.goto(`/applications/${waiting.number}`);
	await keyboard.to("#status");
	await keyboard.press("ArrowDown");
	await signDecision(citizen.sign);
	await page.waitForURL(`**/status/${waiting.number}`);
	await says(page, "Өтінімге қол қойылды. Өтінім нөмірін есте сақтаңыз.");
	await person.picture("keyboard-confirmed");
	await told(t);
});

test("status: by number, once more the installation", { timeout: 120000 }, async (t) => {
	await menu("/status");
	await keyboard.fill("#number", number);
	await keyboard.press("Enter");
	await page.waitForURL(`**/status/${number}`);
	await keyboard.enter("#installation > details > summary");
	await keyboard.file("#pending-file", files.pending);
	await keyboard.fill("#pending-password", PASSWORD);
	await keyboard.space("#same-password");
	await keyboard.fill("#new-password", "Basqa2026x");
	await keyboard.fill("#new-repeat", "Basqa2026x");
	await person.picture("keyboard-install");
	await keyboard.enter("#install");
	await page.waitForSelector("#final-files li >> nth=1");
	await keyboard.to("#final-files li:nth-child(1) [data-field=save]");
	await download(page, () => keyboard.press("Enter"), path.join(folder, "again"));
	await keyboard.enter("main a[href='/status']");
	await page.waitForURL("**/status");
	await person.picture("keyboard-status");
	await told(t);
});

test("password: a new one for a key file", { timeout: 120000 }, async (t) => {
	await menu("/password");
	await keyboard.to("#store");
	await keyboard.arrow("#store", "AKJaCartaStore");
	await keyboard.arrow("#store", "PKCS12", { key: "ArrowUp" });
	await keyboard.file("#key-files", citizen.sign.file);
	await keyboard.fill("#old-password", citizen.sign.password);
	await keyboard.fill("#new-password", PASSWORD);
	await keyboard.fill("#new-repeat", PASSWORD);
	await person.picture("keyboard-password");
	await keyboard.press("Enter");
	await page.waitForSelector("#done:not([hidden])");
	await says(page, "Құпиясөз сәтті өзгертілді.");
	await keyboard.to("#changed [data-field=save]");
	await download(page, () => keyboard.press("Enter"), path.join(folder, "changed"));
	await told(t);
});

test("profile and settings: language by arrows, notices by arrows, saved", { timeout: 90000 }, async (t) => {
	await keyboard.enter("#user-menu summary", { back: true });
	await keyboard.enter("#to-profile");
	await page.waitForURL("**/profile");
	await keyboard.to("input[name=language]");
	await keyboard.arrow("input[name=language]", "en");
	await keyboard.arrow("input[name=language]", "kk", { key: "ArrowUp" });
	await keyboard.to("input[name=notify]");
	await keyboard.arrow("input[name=notify]", "0");
	await keyboard.fill("#email", "Әлем<\"'&>@example.kz");
	await keyboard.enter("#save");
	await page.waitForSelector("#summary");
	assert.ok(await keyboard.has("#summary"), "what was wrong is read first");
	await keyboard.enter("#summary a");
	assert.ok(await keyboard.has("#email"), "the link leads to the field");
	await keyboard.fill("#email", "");
	await keyboard.press("Delete");
	await keyboard.enter("#save");
	await page.waitForURL("**/profile");
	await says(page, "Баптаулар сақталды");
	await person.picture("keyboard-profile");
	await told(t);
});

test("keys: filters, the page of a certificate; revocation of the former pair, signed with the new key; logout", { timeout: 240000 }, async (t) => {
	const [[auth], [sign]] = await sql(site, `SELECT LOWER(HEX(serial)) FROM certificate WHERE iin = '${citizen.iin}' ORDER BY issued_at, purpose = 'sign' LIMIT 2`);
	await menu("/keys");
	await keyboard.enter("#filter summary");
	await keyboard.to("#algorithm");
	await keyboard.arrow("#algorithm", "EC-P256");
	await keyboard.enter("#filter button[type=submit]");
	await page.waitForSelector("#chips");
	await person.picture("keyboard-keys-nothing");
	await keyboard.enter("#chips a");
	await page.waitForURL("**/keys");
	await person.picture("keyboard-keys");
	await keyboard.enter(`article[aria-labelledby='key-${auth}'] a[href='/keys/${auth}']`);
	await page.waitForURL(`**/keys/${auth}`);
	await keyboard.to("a[href$='.pem']");
	await person.picture("keyboard-key");

	await menu("/keys?for=revoke");
	await keyboard.enter(`a[href='/keys/${auth}/revoke']`);
	await page.waitForURL(`**/keys/${auth}/revoke`);
	await keyboard.space("input[name=reason]");
	await keyboard.arrow("input[name=reason]", "4");
	await keyboard.space("#also");
	await person.picture("keyboard-revoke");
	await keyboard.enter("#reason-form button[type=submit]");
	await page.waitForSelector("#statement");
	assert.ok((await seen(page, "#statement")).includes(sign));
	await signDecision(files.sign);
	await page.waitForURL(`**/keys/${auth}`);
	await says(page, "Сертификатыңыз сәтті кері қайтарып алынды");
	await person.picture("keyboard-revoked");
	await keyboard.enter("main a[href='/login']");
	await page.waitForURL("**/login");
	await enterCabinet(files.auth);
	await keyboard.enter("#user-menu summary");
	await keyboard.enter("#logout");
	await page.waitForURL(`${site.origin}/`);
	await says(page, "Сіз жеке кабинеттен шықтыңыз.");
	await told(t);
});

test("the end of the session is near: «Жалғастыру» by keyboard, the focus stays in the dialog and comes back", { timeout: 90000 }, async () => {
	const fresh = await browser.person({ language: "kk", width: 360 });
	({ page } = fresh);
	keyboard = new Keyboard(page);
	await page.goto("/login");
	await enterCabinet(files.auth);
	await page.clock.install();
	await page.goto("/reissue");
	await keyboard.fill("#email", "terilgen@example.kz");
	await sql(site, `UPDATE session SET seen_at = UTC_TIMESTAMP(6) - INTERVAL 790 SECOND WHERE iin = '${citizen.iin}' AND ended_at IS NULL`);
	await page.clock.fastForward(790 * 1000);
	await page.waitForSelector("#session-warning[open]");
	assert.match(await seen(page, "#session-left"), /^1:\d\d$/);
	await says(fresh.page, "Жалғастыру");
	assert.ok(await keyboard.has("#session-continue"));
	await keyboard.check();
	await fresh.picture("keyboard-session");
	for (const key of ["Tab", "Shift+Tab", "Tab"]) {
		await keyboard.press(key);
		assert.ok(await page.evaluate(() => document.activeElement === document.body || document.activeElement.closest("#session-warning") !== null), "behind the dialog nothing gets the focus");
	}
	await keyboard.to("#session-continue");
	await keyboard.press("Space");
	await page.waitForSelector("#session-warning:not([open])", { state: "attached" });
	assert.ok(await keyboard.has("#email"), "back where it was");
	assert.equal(await page.inputValue("#email"), "terilgen@example.kz");
	assert.deepEqual(fresh.faults, []);
	assert.deepEqual(person.faults, []);
	await fresh.close();
});
