// Every page in every state, in Russian, Kazakh and English, in Chromium: accessibility by axe, valid HTML by the Nu checker, nothing lost at 320 px,
// at 360 px, at 200 % zoom and at 1920 px, languages; Kazakh in dark colours. CABINET_PICTURES keeps a picture of each state.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";

import { axe, languages, layout, valid } from "../lib/check.mjs";
import { chromium, picture } from "../lib/chromium.mjs";
import { instance } from "../lib/instance.mjs";
import { citizenWalk, strangerWalk } from "../lib/walk.mjs";

let site, browser, folder;
before(async () => {
	site = await instance({ own: true });
	browser = await chromium(site);
	folder = await mkdtemp(path.join(tmpdir(), "cabinet-access-"));
});
after(async () => {
	await browser?.close();
	await site?.stop();
	await rm(folder, { recursive: true, force: true });
});

const WALKS = [{ language: "ru", width: 1280 }, { language: "kk", width: 360, colorScheme: "dark" }, { language: "en", width: 1280 }];
// the own width first, where axe looked; at 200 % a window of 1280 px shows 640
const WIDTHS = [320, 640, 1920];
const STATES = 105;

// The page as it stands and as it came, for the Nu checker; each text once.
const seen = new Map();
async function keep(name, html) {
	const digest = createHash("sha256").update(html.replace(/[0-9a-f]{32,}|csrf" value="[^"]*"/g, "")).digest("hex");
	if (seen.has(digest)) return;
	seen.set(digest, name);
	await writeFile(path.join(folder, `${name}.html`), html);
}

// What may stand on a page in any language: names of people and places, files, what somebody wrote.
const NAMES = [/ДЕМО КУӘЛАНДЫРУШЫ ОРТАЛЫҚ \(RSA\)/g, /[A-Z]+=[^,]+/g, /Удостоверение проверено|Предъявленное удостоверение личности не принадлежит заявителю/g, /Алматы/g];

async function inspect(page, name, { view, names, faults }) {
	const found = [];
	const { language } = view;
	await keep(`${name}-${language}`, `<!DOCTYPE html>\n${await page.evaluate(() => document.documentElement.outerHTML)}`);
	found.push(...await languages(page, language, names));
	found.push(...await axe(page));
	found.push(...await layout(page, [view.width, ...WIDTHS]));
	faults.push(...[...new Set(found)].map((fault) => `${name}, ${language}: ${fault}`));
}

test("every page in every state", { concurrency: WALKS.length, timeout: 860000 }, async (t) => {
	await Promise.all(WALKS.map((view, i) => t.test(`${view.language}, ${view.width} px`, { timeout: 850000 }, async () => {
		const citizen = site.citizens[i], faults = [], states = new Set();
		const names = [...NAMES, `${citizen.surname} ${citizen.name[0]}.`, citizen.surname, citizen.name, citizen.patronymic].filter(Boolean);
		const look = async (name, page) => {
			states.add(name);
			await picture(page, `state-${name}-${view.language}-${view.width}`);
			await inspect(page, name, { view, names, faults });
		};
		const scripts = [...await strangerWalk(browser, site, citizen, view, look), ...await citizenWalk(browser, site, citizen, { ...view, digit: String(i + 1) }, look)];
		assert.deepEqual(faults, []);
		assert.deepEqual(scripts, [], "script errors");
		assert.ok(states.size >= STATES, `${states.size} states`);
	})));
});

test("the Nu HTML checker finds nothing in what was seen", { timeout: 180000 }, async () => {
	const names = await readdir(folder);
	assert.ok(names.length >= STATES, `${names.length} pages`);
	assert.deepEqual(await valid(folder, names), []);
});

test("who asked for less motion sees none", { timeout: 60000 }, async () => {
	for (const reducedMotion of ["no-preference", "reduce"]) {
		const person = await browser.person({ reducedMotion });
		await person.page.goto("/login");
		const moving = await person.page.evaluate(() => {
			document.getElementById("sign").setAttribute("aria-busy", "true");
			return document.getAnimations().length;
		});
		assert.equal(moving > 0, reducedMotion === "no-preference", `${reducedMotion}: ${moving} animations`);
		await person.close();
	}
});
