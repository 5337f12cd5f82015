// Every page of the cabinet in every state that a person can meet, one after another, in one language: look(name, page) at each.
//   await strangerWalk(browser, site, { language, width }, look);      who is not signed in: front page to the public application
//   await citizenWalk(browser, site, citizen, { language, width, digit }, look);
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";

import { freshPerson } from "./apply.mjs";
import { download, loginByKey } from "./chromium.mjs";
import { sql } from "./citizen.mjs";
import { root } from "./instance.mjs";
import { seed, STATUSES, useUp, withoutSigningKey } from "./seed.mjs";

// three walks side by side may be slow, yet none waits for ever
const LIMIT = 90000;
const PASSWORD = "Qw7zxcvE";
const NOT_A_KEY = fileURLToPath(import.meta.url);
const shown = (page, selector) => page.waitForSelector(`${selector}:not([hidden])`);
// a click or a submission that leads to a page of its own, even to the same address
const leads = (page, act) => Promise.all([page.waitForEvent("domcontentloaded"), act()]);

async function made(page, folder, look, name) {
	await page.click("#make-keys");
	await look(`${name}-keys-errors`, page);
	await page.fill("#pending-password", "abc");
	await page.locator("[data-password-toggle=pending-password]").click();
	await look(`${name}-keys-weak`, page);
	await page.fill("#pending-password", PASSWORD);
	await page.fill("#pending-repeat", PASSWORD);
	await look(`${name}-keys-ready`, page);
	const pending = await download(page, () => page.click("#make-keys"), folder);
	await shown(page, "#pending-check");
	await look(`${name}-check`, page);
	await page.setInputFiles("#check-pending", NOT_A_KEY);
	await shown(page, "#check-pending-error");
	await look(`${name}-check-wrong`, page);
	return pending;
}

async function loginStates({ page }, site, citizen, look) {
	await page.goto("/login");
	await look("login", page);
	await page.click("#sign");
	await shown(page, "#key-file-error");
	await look("login-empty", page);
	await page.setInputFiles("#key-file", NOT_A_KEY);
	await page.fill("#key-password", "wrong");
	await page.click("#list-keys");
	await shown(page, "#key-file-error");
	await look("login-not-a-key", page);
	await page.setInputFiles("#key-file", citizen.auth.file);
	await page.click("#list-keys");
	await shown(page, "#key-password-error");
	await look("login-wrong-password", page);
	await page.setInputFiles("#key-file", citizen.sign.file);
	await page.fill("#key-password", citizen.sign.password);
	await page.click("#list-keys");
	await shown(page, "#keys-found");
	await look("login-misfit", page);
	await page.setInputFiles("#key-file", citizen.auth.file);
	await page.click("#list-keys");
	await page.waitForSelector("#keys-found:not([hidden]) input:checked");
	await look("login-found", page);
	await page.check("#store-id");
	await look("login-program", page);
	await page.check("#store-kaztoken");
	await page.click("#elsewhere summary");
	await look("login-elsewhere", page);
	await page.fill("#signed", "<signed>");
	await leads(page, () => page.click("#send-signed"));
	await look("login-refused", page);
}

async function applyStates({ page }, site, folder, look, fresh) {
	const who = freshPerson();
	await page.goto("/apply");
	await look("apply", page);
	await page.click("#to-keys");
	await shown(page, "#iin-error");
	await look("apply-empty", page);
	await page.check("#store-jacarta");
	await page.click("#own-requests summary");
	await page.fill("#csr_auth", "nonsense");
	await look("apply-own", page);
	await page.fill("#iin", "123");
	await page.fill("#surname", "<\"'&>");
	await leads(page, () => page.click("#file-application"));
	await look("apply-refused", page);
	await page.goto("/apply");
	for (const id of ["iin", "surname", "name", "patronymic"])
		await page.fill(`#${id}`, who[id]);
	await page.selectOption("#locality", { value: "750000000" });
	await page.click("#to-keys");
	const pending = await made(page, folder, look, "apply");
	await page.setInputFiles("#check-pending", pending);
	await page.waitForURL(/\/status\/\d{14}$/);
	await look("apply-filed", page);
	const address = new URL(page.url()).pathname, other = await fresh();
	other.page.setDefaultTimeout(LIMIT);
	await other.page.goto(address);
	await look("proof", other.page);
	await other.page.click("#prove");
	await shown(other.page, "#pending-file-error");
	await look("proof-empty", other.page);
	await other.page.click("#elsewhere summary");
	await other.page.fill("#signed", "<signed>");
	await leads(other.page, () => other.page.click("#send-signed"));
	await look("proof-refused", other.page);
	await other.page.setInputFiles("#pending-file", pending);
	await other.page.fill("#pending-password", PASSWORD);
	await other.page.press("#pending-password", "Enter");
	await other.page.waitForSelector("#status-page[data-status=new]");
	await look("proof-waits", other.page);
	await other.close();
}

async function errorStates({ page }, look) {
	await page.goto("/status/none");
	await look("error-404", page);
	await page.goto("/no-such-page");
	await look("error-nginx-404", page);
	for (const code of [408, 413, 429, 502, 503, 504]) {
		await page.goto(`/static/preview-of-${code}.html`);
		await look(`error-nginx-${code}`, page);
	}
	await page.goto("/login");
	await page.evaluate(() => { document.querySelector("#signed-form [name=csrf]").value = "0"; });
	await page.click("#elsewhere summary");
	await leads(page, () => page.click("#send-signed"));
	await look("error-403", page);
	await page.goto("/logout");
	await look("error-405", page);
}

// What nginx answers by itself when programs are down, as it would send it.
async function previews(context) {
	await context.route("**/static/preview-of-*.html", async (route) => {
		const code = /(\d+)\.html/.exec(route.request().url())[1];
		const text = await readFile(path.join(root, `views/static/error/${code}.html`), "utf8");
		await route.fulfill({ contentType: "text/html; charset=utf-8", body: text.replace(/<!--# echo var="cabinet_support_phone" -->/g, "1414").replace(/<!--# echo var="request_id" -->/g, "0123456789abcdef0123456789abcdef") });
	});
}

export async function strangerWalk(browser, site, citizen, options, look) {
	const folder = await mkdtemp(path.join(tmpdir(), "cabinet-walk-")), person = await browser.person(options), { page, context } = person;
	page.setDefaultTimeout(LIMIT);
	await previews(context);
	try {
		await page.goto("/");
		await look("home", page);
		await page.goto("/help");
		await look("help", page);
		await loginStates(person, site, citizen, look);
		await applyStates(person, site, folder, look, () => browser.person(options));
		await errorStates(person, look);
	} finally {
		await person.close();
		await rm(folder, { recursive: true, force: true });
	}
	return person.faults;
}

async function listStates(page, look, { serial, number }) {
	await page.goto("/keys");
	await look("keys", page);
	await page.click("#past summary");
	await look("keys-past", page);
	await page.goto("/keys?for=revoke");
	await look("keys-revoke", page);
	for (const [name, list] of [["keys", "/keys"], ["applications", "/applications"]]) {
		await page.goto(`${list}?algorithm=RSA-2048&created=2024-02-04&application=${number.installed}&serial=${serial.expired}`);
		await look(`${name}-filtered`, page);
		await page.goto(`${list}?serial=zz&created=2024-02-31&application=1&algorithm=none`);
		await look(`${name}-filter-wrong`, page);
		await page.goto(`${list}?application=99999999999999`);
		await look(`${name}-nothing`, page);
		await page.goto(`${list}?after=2001-01-01T00:00:00.000000Z.${name === "keys" ? "1".repeat(40) : "1".repeat(14)}`);
		await look(`${name}-beyond`, page);
	}
	await page.goto("/applications");
	await look("applications", page);
}

async function applicationStates(page, look, { number }) {
	for (const status of STATUSES) {
		await page.goto(`/applications/${number[status]}`);
		await look(`application-${status}`, page);
		await page.goto(`/status/${number[status]}`);
		await look(`status-${status}`, page);
	}
	await page.goto(`/applications/${number.signed}`);
	for (const more of await page.locator(".more summary").all())
		await more.click();
	await look("application-history", page);
	await page.goto(`/applications/${number.new}?replace=1`);
	await page.click("#withdraw summary");
	await page.click("#sign");
	await shown(page, "#agree-error");
	await look("application-sign-empty", page);
	await page.click("#elsewhere summary");
	await page.fill("#signed", "<signed>");
	await leads(page, () => page.click("#send-signed"));
	await look("application-refused", page);
	await page.goto(`/status/${number.issued}`);
	await page.uncheck("#same-password");
	await page.click("#install");
	await shown(page, "#pending-file-error");
	await look("status-install-empty", page);
	await page.goto("/status");
	await look("status", page);
	await page.goto("/status?number=12");
	await look("status-wrong", page);
	await page.goto("/status?number=99999999999999");
	await look("status-none", page);
}

async function certificateStates(page, look, { serial, own }) {
	for (const [name, value] of Object.entries(serial)) {
		await page.goto(`/keys/${value}`);
		await look(`key-${name}`, page);
	}
	await page.goto(`/keys/${own.auth}`);
	await look("key", page);
	await page.goto(`/keys/${own.auth}/revoke`);
	await look("revoke", page);
	await leads(page, () => page.click("#reason-form button[type=submit]"));
	await look("revoke-no-reason", page);
	await page.goto(`/keys/${own.auth}/revoke?reason=1&since=2024-02-31`);
	await look("revoke-day-wrong", page);
	await page.goto(`/keys/${serial.revoked}/revoke`);
	await look("revoke-already", page);
	await page.goto(`/keys/${serial.published}/revoke?reason=1`);
	await look("revoke-raise", page);
	await page.goto(`/keys/${own.sign}/revoke?reason=1&also=${own.auth}`);
	await look("revoke-confirm", page);
	await page.click("#sign");
	await shown(page, "#agree-error");
	await look("revoke-confirm-empty", page);
}

async function profileStates(page, look, { link, iin, site }) {
	await page.goto("/profile");
	await look("profile", page);
	await page.fill("#email", "no address");
	await leads(page, () => page.click("#save"));
	await look("profile-wrong", page);
	await page.fill("#email", `new.${iin}@example.kz`);
	await leads(page, () => page.click("#save"));
	await look("profile-pending", page);
	await page.fill("#code", "1");
	await leads(page, () => page.click("#confirm-email"));
	await look("profile-code-wrong", page);
	await sql(site, `UPDATE profile SET tries = 5 WHERE iin='${iin}'`);
	await page.goto("/profile");
	await look("profile-used-up", page);
	for (const [name, code] of Object.entries(link)) {
		await page.goto(`/notice/${code}`);
		await look(`notice-${name}`, page);
	}
}

async function passwordStates(page, look, citizen) {
	await page.goto("/password");
	await look("password", page);
	await page.click("#change");
	await shown(page, "#key-files-error");
	await look("password-empty", page);
	await page.check("#store-etoken");
	await look("password-program", page);
	await page.check("#store");
	await page.setInputFiles("#key-files", [citizen.auth.file, citizen.sign.file, NOT_A_KEY]);
	await page.fill("#old-password", citizen.auth.password);
	await page.fill("#new-password", PASSWORD);
	await page.fill("#new-repeat", PASSWORD);
	await page.click("#change");
	await shown(page, "#done");
	await look("password-done", page);
}

async function reissueStates(page, look, citizen, folder) {
	await page.goto("/reissue");
	await look("reissue", page);
	await page.fill("#email", "no address");
	await page.click("#to-keys");
	await shown(page, "#email-error");
	await look("reissue-empty", page);
	await page.check("#store-id");
	await page.click("#own-requests summary");
	await page.fill("#csr_auth", "nonsense");
	await page.fill("#csr_sign", "nonsense");
	await leads(page, () => page.click("#file-application"));
	await look("reissue-refused", page);
	await page.goto("/reissue");
	await page.fill("#locality-search", "алматы");
	await page.selectOption("#locality", { value: "750000000" });
	await page.click("#to-keys");
	const pending = await made(page, folder, look, "reissue");
	await page.setInputFiles("#check-pending", pending);
	await page.waitForSelector("section[data-step='3']:not([hidden])");
	await look("reissue-sign", page);
	await page.click("#sign");
	await shown(page, "#agree-error");
	await look("reissue-sign-empty", page);
	await page.check("#agree");
	await page.setInputFiles("#key-file", citizen.sign.file);
	await page.fill("#key-password", citizen.sign.password);
	await page.click("#list-keys");
	await shown(page, "#keys-found");
	await look("reissue-sign-found", page);
	await page.click("#sign");
	await page.waitForSelector("#done:not([hidden]) #final-files li");
	await look("reissue-files", page);
	const number = (await page.textContent("#application-number")).trim();
	for (const button of await page.locator("#final-files [data-field=save]").all())
		await download(page, () => button.click(), folder);
	await shown(page, "#installed");
	await look("reissue-done", page);
	await page.goto(`/status/${number}`);
	await look("status-installed-own", page);
}

async function sessionStates(page, look, site, { iin }) {
	await page.goto("/keys");
	if (await page.locator("#menu-phone").isVisible()) {
		await page.click("#menu-phone summary");
		await look("menu-open", page);
		await page.click("#menu-phone summary");
	}
	await page.click("#user-menu summary");
	await look("user-menu-open", page);
	await sql(site, `UPDATE session SET expires_at = UTC_TIMESTAMP(6) + INTERVAL 90 SECOND WHERE iin='${iin}' AND ended_at IS NULL`);
	await page.goto("/keys");
	await page.waitForSelector("#session-warning[open]");
	await look("session-warning", page);
	await page.click("#session-continue");
	await page.waitForFunction(() => document.getElementById("session-told").textContent !== "");
	await look("session-last", page);
	await page.goto("/applications");
	await page.waitForSelector("#session-warning[open]");
	await page.click("#session-continue");
	await page.waitForFunction(() => document.getElementById("session-told").textContent !== "");
	await page.click("#session-continue");
	await page.click("#filter summary");
	await page.fill("#application", "1");
	await sql(site, `UPDATE session SET ended_at = UTC_TIMESTAMP(6), end_reason = 'logout' WHERE iin='${iin}' AND ended_at IS NULL`);
	await page.goto("/applications");
	await shown(page, "#session-over");
	await look("session-over", page);
}

// The citizen's own key is revoked at the end: the session shows one page more.
async function lastStates(page, look, site, citizen, { own, digit }) {
	await loginByKey(page, citizen.auth);
	await withoutSigningKey(site, citizen, async () => {
		await page.goto("/reissue");
		await look("reissue-no-key", page);
	});
	await useUp(site, citizen, digit);
	await page.goto("/reissue");
	await look("reissue-used-up", page);
	await page.goto(`/keys/${own.auth}/revoke?reason=4`);
	await page.check("#agree");
	await page.setInputFiles("#key-file", citizen.sign.file);
	await page.fill("#key-password", citizen.sign.password);
	await leads(page, () => page.press("#key-password", "Enter"));
	await page.waitForURL(`**/keys/${own.auth}`);
	await look("key-last-page", page);
}

export async function citizenWalk(browser, site, citizen, { digit, ...options }, look) {
	const folder = await mkdtemp(path.join(tmpdir(), "cabinet-walk-")), person = await browser.person(options), { page } = person;
	page.setDefaultTimeout(LIMIT);
	try {
		const own = Object.fromEntries(await sql(site, `SELECT purpose, LOWER(HEX(serial)) FROM certificate WHERE iin='${citizen.iin}'`));
		await loginByKey(page, citizen.auth);
		await look("keys-own", page);
		await page.goto("/");
		await look("home-signed-in", page);
		const all = { ...await seed(site, citizen, digit), own, digit, iin: citizen.iin, site };
		await listStates(page, look, all);
		await applicationStates(page, look, all);
		await certificateStates(page, look, all);
		await profileStates(page, look, all);
		await passwordStates(page, look, citizen);
		await reissueStates(page, look, citizen, folder);
		await sessionStates(page, look, site, citizen);
		await lastStates(page, look, site, citizen, all);
		} finally {
		await person.close();
		await rm(folder, { recursive: true, force: true });
	}
	return person.faults;
}
