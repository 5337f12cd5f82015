// Without JavaScript: everything that needs no key in the page works, and what is signed elsewhere is uploaded. And what a first visit weighs.
import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";

import { freshPerson } from "../lib/apply.mjs";
import { chromium, loginByKey } from "../lib/chromium.mjs";
import { requests, sql } from "../lib/citizen.mjs";
import { Browser } from "../lib/http.mjs";
import { instance } from "../lib/instance.mjs";
import { sign } from "../lib/sign.mjs";

const LIMIT = 100 * 1024;
let site, browser, folder;
before(async () => {
	site = await instance({ own: true });
	browser = await chromium(site);
	folder = await mkdtemp(path.join(tmpdir(), "cabinet-plain-"));
});
after(async () => {
	await browser?.close();
	await site?.stop();
	await rm(folder, { recursive: true, force: true });
});

// Signs the page's document with another program and uploads it.
async function signElsewhere(page, key) {
	if (!await page.locator("#document").isVisible()) await page.click("#elsewhere > summary");
	const file = path.join(folder, "signed.xml");
	await writeFile(file, await sign(await page.inputValue("#document"), key));
	await page.setInputFiles("#signed-file", file);
	await page.click("#send-signed");
}

test("without JavaScript", { timeout: 240000 }, async (t) => {
	const citizen = site.citizens[0], { page, close } = await browser.person({ javaScriptEnabled: false, width: 360 });
	const told = async () => (await page.textContent("main")).replace(/\s+/g, " ");

	await t.test("front page, help, language", async () => {
		await page.goto("/");
		await page.click("a[href='/help#stores']");
		assert.match(page.url(), /\/help#stores$/);
		await page.click(".languages a[lang=kk]");
		assert.equal(await page.getAttribute("html", "lang"), "kk");
		assert.match(page.url(), /\/help$/);
		await page.click(".languages a[lang=ru]");
	});
	await t.test("a first application with requests made elsewhere", async () => {
		const who = freshPerson(), made = await requests(who);
		await page.goto("/apply");
		assert.ok(await page.locator("#to-keys").isHidden(), "what needs a script is not offered");
		for (const id of ["iin", "surname", "name"]) await page.fill(`#${id}`, who[id]);
		await page.click("#own-requests > summary");
		await page.fill("#csr_auth", made.auth.csr);
		await page.click("#file-application");
		await page.waitForSelector("#summary");
		assert.equal(await page.inputValue("#surname"), who.surname, "what was typed stays");
		assert.equal(await page.inputValue("#csr_auth"), made.auth.csr.trim());
		await page.click("#summary a[href='#locality']");
		await page.selectOption("#locality", "750000000");
		await page.fill("#csr_sign", made.sign.csr);
		await page.click("#file-application");
		await page.waitForURL(/\/status\/\d{14}$/);
		assert.ok((await page.textContent("#filing-code")).trim());
	});
	await t.test("login by an uploaded document", async () => {
		await page.goto("/login");
		assert.ok(await page.locator("#key-file").isHidden());
		assert.ok(await page.locator("#signed-form > noscript .notice").isVisible());
		await page.click("#elsewhere > summary");
		assert.ok(await page.locator("#signed-file").isVisible(), "the browser's own field");
		await page.click("#send-signed");
		await page.waitForSelector("#signed-error");
		await signElsewhere(page, citizen.auth);
		await page.waitForURL("**/keys");
	});
	await t.test("menus, lists and filters", async () => {
		await page.click("#menu-phone > summary");
		await page.click("#menu-phone a[href='/applications']");
		await page.waitForURL("**/applications");
		const [[number]] = await sql(site, `SELECT number FROM application WHERE iin='${citizen.iin}' LIMIT 1`);
		await page.click("#filter > summary");
		await page.fill("#application", number);
		await page.click("#filter button[type=submit]");
		await page.waitForSelector("#chips");
		assert.equal(await page.locator("table.list tbody tr").count(), 1);
		await page.click("#chips a");
		await page.waitForURL("**/applications");
		await page.click("table.list tbody a");
		await page.waitForURL("**/applications/*");
		await page.click(".more summary");
		assert.ok(await page.locator(".more dl").first().isVisible());
		await page.goto("/keys");
		await page.click("#filter > summary");
		await page.fill("#serial", "zz");
		await page.click("#filter button[type=submit]");
		await page.waitForSelector("#serial-error");
	});
	await t.test("status search", async () => {
		const [[number]] = await sql(site, `SELECT number FROM application WHERE iin='${citizen.iin}' LIMIT 1`);
		await page.goto("/status");
		await page.fill("#number", number);
		await page.press("#number", "Enter");
		await page.waitForURL(`**/status/${number}`);
		assert.ok((await told()).includes(number));
	});
	await t.test("profile", async () => {
		await page.click("#user-menu > summary");
		await page.click("#to-profile");
		await page.check("#notify-0");
		await page.check("#language-en");
		await page.click("#save");
		await page.waitForSelector(".notice.success");
		assert.equal(await page.getAttribute("html", "lang"), "en");
		await page.check("#language-ru");
		await page.click("#save");
		await page.waitForSelector("html[lang=ru]");
	});
	await t.test("an application filed and signed elsewhere, its certificates to be had", async () => {
		const made = await requests(citizen);
		await page.goto("/reissue");
		await page.selectOption("#locality", "750000000");
		await page.click("#own-requests > summary");
		await page.fill("#csr_auth", made.auth.csr);
		await page.fill("#csr_sign", made.sign.csr);
		await page.click("#file-application");
		await page.waitForURL(/\/applications\/\d{14}$/);
		await page.check("#agree");
		await signElsewhere(page, citizen.sign);
		await page.waitForURL(/\/status\/\d{14}$/);
		for (let tries = 0; await page.locator("#refresh").isVisible() && tries < 300; tries++) {
			await page.waitForTimeout(200);
			await page.click("#refresh");
		}
		await page.click("#installation details > summary");
		await page.click("#installed-form button");
		await page.waitForSelector("#status-page[data-status=installed]");
	});
	await t.test("a revocation, chosen here and signed elsewhere", async () => {
		const [[serial]] = await sql(site, `SELECT LOWER(HEX(serial)) FROM certificate WHERE iin='${citizen.iin}' AND purpose='auth' ORDER BY issued_at DESC LIMIT 1`);
		await page.goto(`/keys/${serial}`);
		await page.click(`a[href='/keys/${serial}/revoke']`);
		await page.click("#reason-form button[type=submit]");
		await page.waitForSelector("#reason-error");
		await page.check("#reason-form [name=reason][value='4']");
		await page.click("#reason-form button[type=submit]");
		await page.waitForSelector("#statement");
		await page.check("#agree");
		await signElsewhere(page, citizen.sign);
		await page.waitForSelector("#effect");
		assert.match(await told(), /Ваш сертификат был успешно отозван/);
	});
	await t.test("logout", async () => {
		await page.click("#user-menu > summary");
		await page.click("#logout");
		await page.waitForURL(`${site.origin}/`);
	});
	await close();
});

test("static files are compressed and kept a while; pages are not kept", async () => {
	const client = new Browser(site), get = (address) => client.get(address, { headers: { "accept-encoding": "gzip" } });
	for (const address of ["/static/css/cabinet.css", "/static/js/page.js", "/static/icons/sprite.svg"]) {
		const answer = await get(address);
		assert.equal(answer.headers["content-encoding"], "gzip", address);
		assert.match(answer.headers["cache-control"], /^public, max-age=\d+$/, address);
		assert.ok(answer.headers.etag, address);
	}
	assert.equal((await get("/apply")).headers["content-encoding"], "gzip", "the localities are many");
	for (const address of ["/", "/login", "/help"]) {
		const answer = await get(address);
		assert.equal(answer.headers["content-encoding"], undefined, `${address}: a token stands beside what was typed`);
		assert.match(answer.headers["cache-control"], /no-store|no-cache/, address);
	}
});

test("a page with all its assets, first visit, is at most 100 KB over the wire", { timeout: 120000 }, async (t) => {
	const citizen = site.citizens[1], weights = new Map();
	const weigh = async (name, address, prepare = async () => {}) => {
		const { page, context, close } = await browser.person({ language: "kk" });
		await prepare(page);
		const client = await context.newCDPSession(page);
		let octets = 0, failed = 0;
		client.on("Network.loadingFinished", ({ encodedDataLength }) => { octets += encodedDataLength; });
		client.on("Network.loadingFailed", () => { failed++; });
		await client.send("Network.enable");
		await client.send("Network.clearBrowserCache");
		await page.goto(address, { waitUntil: "networkidle" });
		weights.set(name, octets);
		assert.equal(failed, 0, name);
		assert.ok(octets > 5000 && octets <= LIMIT, `${name}: ${octets} octets`);
		await close();
	};
	for (const address of ["/", "/help", "/login", "/apply"]) await weigh(address, address);
	const serial = (await sql(site, `SELECT LOWER(HEX(serial)) FROM certificate WHERE iin='${citizen.iin}' AND purpose='sign'`))[0][0];
	for (const address of ["/keys", "/reissue", "/applications", "/status", "/password", "/profile", `/keys/${serial}`, `/keys/${serial}/revoke?reason=1`])
		await weigh(address.replace(serial, "…"), address, (page) => loginByKey(page, citizen.auth));
	t.diagnostic([...weights].map(([name, octets]) => `${name} ${(octets / 1024).toFixed(1)}`).join(", "));
});
