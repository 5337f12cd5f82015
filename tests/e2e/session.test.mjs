// The end of a session as a person meets it: the warning, «Продолжить», the end, and what was typed coming back after a new login.
// An own cabinet with the shortest idle time, 60 s: it warns 30 s before.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { chromium, loginByKey } from "../lib/chromium.mjs";
import { login, sql } from "../lib/citizen.mjs";
import { instance } from "../lib/instance.mjs";

let site, browser;
before(async () => {
	site = await instance({ own: true, conf: "session_idle = 60" });
	browser = await chromium(site);
});
after(async () => {
	await browser?.close();
	await site?.stop();
});

const idleOf = async (iin) => Number((await sql(site, `SELECT TIMESTAMPDIFF(SECOND, seen_at, UTC_TIMESTAMP(6)) FROM session WHERE iin='${iin}' ORDER BY created_at DESC LIMIT 1`))[0][0]);
const age = (iin, seconds) => sql(site, `UPDATE session SET seen_at = UTC_TIMESTAMP(6) - INTERVAL ${seconds} SECOND WHERE iin='${iin}' AND ended_at IS NULL`);
const endIn = (iin, seconds) => sql(site, `UPDATE session SET expires_at = UTC_TIMESTAMP(6) + INTERVAL ${seconds} SECOND WHERE iin='${iin}' AND ended_at IS NULL`);
const stored = (page) => page.evaluate(() => JSON.stringify({ ...sessionStorage }));

test("the warning comes before the end, with the time left; «Продолжить» by keyboard asks the server", { timeout: 60000 }, async () => {
	const [citizen] = site.citizens, { page, faults, picture, close } = await browser.person();
	await loginByKey(page, citizen.auth);
	await age(citizen.iin, 27);
	await page.goto("/reissue");
	assert.ok(await idleOf(citizen.iin) >= 27, "seen is raised once in 30 s");
	await page.fill("#email", "typed@example.kz");
	assert.ok(await page.locator("#session-warning").isHidden());
	await page.waitForSelector("#session-warning[open]", { timeout: 8000 });
	assert.match(await page.textContent("#session-left"), /^0:(30|2\d)$/);
	assert.equal(await page.evaluate(() => document.activeElement.id), "session-continue");
	await picture("session-warning");
	await page.keyboard.press("Enter");
	await page.waitForSelector("#session-warning:not([open])", { state: "attached" });
	assert.ok(await idleOf(citizen.iin) <= 3, "the session goes on");
	assert.equal(await page.inputValue("#email"), "typed@example.kz", "the page stayed as it was");
	assert.deepEqual(faults, []);
	await close();
});

test("another tab that goes on spares this one the warning; what a page asks by itself keeps nothing alive", { timeout: 60000 }, async () => {
	const citizen = site.citizens[1], { page, context, requests, close } = await browser.person();
	await loginByKey(page, citizen.auth);
	await age(citizen.iin, 27);
	await page.goto("/keys");
	const second = await context.newPage();
	await age(citizen.iin, 31);
	await second.goto("/status");
	await page.waitForTimeout(5500);
	assert.ok(await page.locator("#session-warning").isHidden());
	assert.ok(requests.some(({ url, headers }) => url.endsWith("/session") && headers["x-background"] === "1"), "it had asked");
	await close();

	const client = await login(site, citizen);
	await age(citizen.iin, 40);
	const told = await client.get("/session", { headers: { "x-background": "1" } });
	assert.ok(Number(told.text) <= 20 && Number(told.text) > 10, told.text);
	assert.ok(await idleOf(citizen.iin) >= 40, "asking in the background is no activity");
	assert.equal((await client.get("/status", { headers: { "x-background": "1" } })).status, 200);
	assert.ok(await idleOf(citizen.iin) >= 40);
	assert.equal((await client.get("/session")).text, "60\n");
	assert.ok(await idleOf(citizen.iin) <= 3);
	await age(citizen.iin, 61);
	const over = await client.get("/session");
	assert.equal(over.status, 303);
	assert.match(over.location, /^\/login\?back=/);
});

test("at the end the page gives way to the login; after it the same person finds what was typed, on the same page", { timeout: 90000 }, async () => {
	const citizen = site.citizens[2], { page, faults, picture, close } = await browser.person({ language: "kk" });
	await loginByKey(page, citizen.auth);
	await endIn(citizen.iin, 8);
	await page.goto("/reissue");
	await page.fill("#email", "Әлем@example.kz");
	await page.selectOption("#locality", "750000000");
	await page.waitForSelector("#session-warning[open]");
	await page.keyboard.press("Escape");
	await page.waitForFunction(() => document.getElementById("session-told").textContent !== "");
	assert.match(await page.textContent("#session-told"), /ұзарту мүмкін емес/, "an end that cannot be put off is told as such");
	await picture("session-last");
	await page.waitForURL("**/login?back=*", { timeout: 12000 });
	assert.ok(await page.locator("#session-over").isVisible());
	await picture("session-over");
	await page.setInputFiles("#key-file", citizen.sign.file);
	await page.fill("#key-password", citizen.sign.password);
	await page.press("#key-password", "Enter");
	await page.waitForSelector("#key-file-error:not([hidden])");
	await page.setInputFiles("#key-file", citizen.auth.file);
	await page.fill("#key-password", citizen.auth.password);
	await page.press("#key-password", "Enter");
	await page.waitForURL("**/reissue");
	assert.equal(await page.inputValue("#email"), "Әлем@example.kz");
	assert.equal(await page.inputValue("#locality"), "750000000");
	await page.goto("/reissue");
	assert.equal(await page.inputValue("#email"), "", "they come back once");
	assert.deepEqual(faults, []);
	await close();
});

test("a form sent after the end loses nothing either; another person gets nothing of it", { timeout: 60000 }, async () => {
	const [first, second] = site.citizens, { page, close } = await browser.person();
	await loginByKey(page, first.auth);
	await page.goto("/applications");
	await page.click("#filter summary");
	await page.fill("#application", "12345678901234");
	await sql(site, `UPDATE session SET ended_at = UTC_TIMESTAMP(6), end_reason = 'logout' WHERE iin='${first.iin}' AND ended_at IS NULL`);
	await page.goto("/reissue");
	assert.ok(page.url().includes("/login"));
	assert.ok(await page.locator("#session-over").isHidden(), "another page was asked for");

	const enter = async (citizen, address) => {
		await page.setInputFiles("#key-file", citizen.auth.file);
		await page.fill("#key-password", citizen.auth.password);
		await page.press("#key-password", "Enter");
		await page.waitForURL(`**${address}`);
	};
	await enter(first, "/reissue");
	await page.fill("#email", "first@example.kz");
	await page.click("#own-requests summary");
	await page.fill("#csr_auth", "pasted");
	await sql(site, `UPDATE session SET ended_at = UTC_TIMESTAMP(6), end_reason = 'logout' WHERE iin='${first.iin}' AND ended_at IS NULL`);
	await page.click("#file-application");
	await page.waitForURL("**/login?back=*");
	assert.ok(await page.locator("#session-over").isVisible());
	await enter(first, "/reissue");
	assert.equal(await page.inputValue("#email"), "first@example.kz");
	assert.equal(await page.inputValue("#csr_auth"), "pasted");
	assert.ok(await page.locator("#csr_auth").isVisible(), "what came back is not folded away");
	await page.fill("#email", "again@example.kz");
	await sql(site, `UPDATE session SET ended_at = UTC_TIMESTAMP(6), end_reason = 'logout' WHERE iin='${first.iin}' AND ended_at IS NULL`);
	await page.click("#file-application");
	await page.waitForURL("**/login?back=*");
	await enter(second, "/reissue");
	assert.equal(await page.inputValue("#email"), "");
	assert.ok(!(await stored(page)).includes("again@"), "what the other had typed is gone");
	await close();
});

test("passwords and key files are never kept, shown or not; leaving by «Выход» keeps nothing", { timeout: 60000 }, async () => {
	const citizen = site.citizens[1], { page, close } = await browser.person();
	await loginByKey(page, citizen.auth);
	await page.goto("/password");
	await page.setInputFiles("#key-files", citizen.auth.file);
	const secrets = { "old-password": "Zx9oldSecret", "new-password": "Zx9newSecret", "new-repeat": "Zx9newSecret" };
	for (const [id, secret] of Object.entries(secrets)) {
		await page.click(`[data-password-toggle=${id}]`);
		await page.fill(`#${id}`, secret);
	}
	for (const secret of [...Object.values(secrets), "AUTH_RSA"]) assert.ok(!(await stored(page)).includes(secret));
	await page.goto("/reissue");
	await page.fill("#email", "left@example.kz");
	assert.ok((await stored(page)).includes("left@example.kz"));
	await page.click("#user-menu summary");
	await page.click("#logout");
	await page.waitForURL(`${site.origin}/`);
	assert.ok(!(await stored(page)).includes("left@example.kz"));
	await close();
});
