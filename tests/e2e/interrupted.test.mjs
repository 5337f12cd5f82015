// A reissue that is interrupted at each of its steps (browser closed, request or answer lost) goes on in another browser from what is left: the saved
// file and its password. Nothing is lost, nothing is there twice, and what was never filed takes no attempt.
import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";

import { chromium, download, loginByKey } from "../lib/chromium.mjs";
import { sql } from "../lib/citizen.mjs";
import { enrol } from "../lib/enrol.mjs";
import { instance, until } from "../lib/instance.mjs";

const PASSWORD = "kW9uT2xLpBq7", ALMATY = "750000000", SIDE_BY_SIDE = 3;
let site, browser, folder;
before(async () => {
	site = await instance();
	browser = await chromium(site);
	folder = await mkdtemp(path.join(tmpdir(), "cabinet-interrupted-"));
});
after(async () => {
	await browser?.close();
	await rm(folder, { recursive: true, force: true });
	await site?.stop();
});

// The walk to an interruption: each step leads on from the one before it.
const WALK = {
	data: async (w) => {
		await w.page.goto("/reissue");
		await w.page.selectOption("#locality", ALMATY);
	},
	password: async (w) => {
		await w.page.click("#to-keys");
		await w.page.fill("#pending-password", PASSWORD);
		await w.page.fill("#pending-repeat", PASSWORD);
	},
	saved: async (w) => {
		w.pending = await download(w.page, () => w.page.press("#pending-repeat", "Enter"), w.folder);
		await w.page.waitForSelector("#pending-check:not([hidden])");
	},
	filed: async (w) => {
		await w.page.setInputFiles("#check-pending", w.pending);
		await w.page.waitForSelector("section[data-step='3']:not([hidden])");
	},
	consent: async (w) => {
		await w.page.check("#agree");
		await w.page.setInputFiles("#key-file", w.citizen.sign.file);
		await w.page.fill("#key-password", w.citizen.sign.password);
	},
	signed: async (w) => {
		await w.page.press("#key-password", "Enter");
		await w.page.waitForSelector("section[data-step='4']:not([hidden])");
	},
	certificates: async (w) => {
		await w.page.waitForSelector("#done:not([hidden]) #final-files li", { timeout: 90000 });
	},
	half: async (w) => {
		await download(w.page, () => w.page.locator("#final-files [data-field=save]").nth(0).click(), w.folder);
	},
};
const STEPS = Object.keys(WALK);

// The request never arrives, or arrives and its answer does not: both look the same in the browser.
const lost = (address, arrives) => async (w) => {
	let seen;
	const met = new Promise((resolve) => { seen = resolve; });
	await w.page.route(address, async (route) => {
		if (route.request().method() !== (address.endsWith("/certificates") ? "GET" : "POST")) {
			await route.continue();
			return;
		}
		if (arrives) await route.fetch({ maxRedirects: 0 });
		await route.abort();
		seen();
	});
	w.met = met;
};

// [what happens, the last step that is walked whole, what is lost on the step after it, whether an application was filed]
const CASES = [
	["closed with the data filled in", "data", null, false],
	["closed with the password typed", "password", null, false],
	["closed before the saved file was read back", "saved", null, false],
	["the application is lost on its way", "saved", lost("**/reissue", false), false],
	["the answer to the application is lost", "saved", lost("**/reissue", true), true],
	["closed before signing", "filed", null, true],
	["the signed document is lost on its way", "consent", lost("**/applications/*/confirm", false), true],
	["the answer to the signed document is lost", "consent", lost("**/applications/*/confirm", true), true],
	["closed while the certificates are made", "signed", null, true],
	["the certificates are lost on their way", "consent", lost("**/status/*/certificates", true), true],
	["closed before the final files were saved", "certificates", null, true],
	["closed with one of the final files saved", "half", null, true],
	["the word that all is installed is lost", "half", lost("**/status/*/installed", false), true],
];

async function interrupt(citizen, name, last, loss) {
	const own = await mkdtemp(path.join(folder, "case-")), person = await browser.person();
	const w = { citizen, folder: own, page: person.page, pending: null };
	await loginByKey(w.page, citizen.auth);
	for (const step of STEPS.slice(0, STEPS.indexOf(last) + 1)) await WALK[step](w);
	if (loss) {
		await loss(w);
		const next = STEPS[STEPS.indexOf(last) + 1];
		/* what this step waits for does not come */
		(next === undefined ? w.page.locator("#final-files [data-field=save]").nth(1).click() : WALK[next](w)).catch(() => {});
		await w.met;
	}
	await person.close();
	return w.pending;
}

// Another browser, with the key files and the saved file alone.
async function goOn(citizen, number, pending) {
	const person = await browser.person(), { page } = person;
	await loginByKey(page, citizen.auth);
	await page.goto("/status");
	const link = page.locator(`main table a[href$='/${number}']`);
	assert.equal(await link.count(), 1, "listed among the applications that are not finished");
	await link.click();
	await page.waitForURL(`**/${number}`);
	if (await page.locator("#agree").count() > 0) {
		await page.check("#agree");
		await page.setInputFiles("#key-file", citizen.sign.file);
		await page.fill("#key-password", citizen.sign.password);
		await page.press("#key-password", "Enter");
	}
	await page.waitForURL(`**/status/${number}`);
	await page.waitForSelector("#install-form", { timeout: 90000 });
	await page.setInputFiles("#pending-file", pending);
	await page.fill("#pending-password", PASSWORD);
	await page.press("#pending-password", "Enter");
	await page.waitForSelector("#done:not([hidden])");
	const own = await mkdtemp(path.join(folder, "final-")), files = [];
	for (const i of [0, 1]) files.push(await download(page, () => page.locator("#final-files [data-field=save]").nth(i).click(), own));
	await until("installed", async () => (await sql(site, `SELECT status FROM application WHERE number='${number}'`))[0][0] === "installed");
	assert.deepEqual(person.faults, []);
	await person.close();
	return files.find((file) => path.basename(file).startsWith("AUTH_"));
}

const ofCitizen = async (iin, table) => Number((await sql(site, `SELECT COUNT(*) FROM ${table} WHERE iin='${iin}'`))[0][0]);

test("an interrupted reissue goes on where it stopped", { concurrency: SIDE_BY_SIDE, timeout: 600000 }, async (t) => {
	await Promise.all(CASES.map(([name, last, loss, filed]) => t.test(name, { timeout: 300000 }, async () => {
		const citizen = await enrol(site, await mkdtemp(path.join(folder, "citizen-")));
		const before = { applications: await ofCitizen(citizen.iin, "application"), certificates: await ofCitizen(citizen.iin, "certificate") };
		const pending = await interrupt(citizen, name, last, loss);
		const [latest] = await sql(site, `SELECT number, origin FROM application WHERE iin='${citizen.iin}' ORDER BY created_at DESC LIMIT 1`);
		assert.equal(await ofCitizen(citizen.iin, "application"), before.applications + (filed ? 1 : 0));
		if (!filed) {
			const person = await browser.person();
			await loginByKey(person.page, citizen.auth);
			await person.page.goto("/reissue");
			assert.match(await person.page.textContent("main"), /Осталось 50 попыток из 50 за 30 дней/);
			await person.close();
			return;
		}
		assert.equal(latest[1], "cabinet");
		const auth = await goOn(citizen, latest[0], pending);
		const fresh = await browser.person();
		await loginByKey(fresh.page, { file: auth, password: PASSWORD });
		await fresh.close();
		assert.equal(await ofCitizen(citizen.iin, "application"), before.applications + 1, "one application");
		assert.equal(await ofCitizen(citizen.iin, "certificate"), before.certificates + 2, "one pair");
	})));
});
