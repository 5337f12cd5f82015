// /static/components.html: every macro of the views with all its states, rendered by ClearSilver's own program in three languages, light and dark,
// and held against the same as the pages. A macro that is not shown there fails. Kept as build/components-<language>.html.
import assert from "node:assert/strict";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";

import { axe, languages, layout, valid } from "../lib/check.mjs";
import { chromium, picture } from "../lib/chromium.mjs";
import { call } from "../lib/citizen.mjs";
import { instance, root } from "../lib/instance.mjs";

const data = path.join(root, "tests/data/components"), build = path.join(root, process.env.CABINET_BUILD ?? "build");
const STATUSES = ["new", "signed", "signing", "issued", "installed", "refused", "expired", "withdrawn", "failed"];
let site, browser;
before(async () => {
	site = await instance();
	browser = await chromium(site);
});
after(async () => {
	await browser?.close();
	await site?.stop();
});

const shared = async () => (await readdir(path.join(root, "views"))).filter((name) => name.endsWith(".cs"));

// The texts of a language as « L.group.name » of the file.
async function words(language) {
	const text = await readFile(path.join(root, `views/lang/${language}.hdf`), "utf8"), at = [], all = new Map();
	for (const line of text.split("\n").map((one) => one.trim())) {
		if (line.endsWith("{")) at.push(line.slice(0, -2));
		else if (line === "}") at.pop();
		else if (/^\w+ = /.test(line)) all.set([...at, line.slice(0, line.indexOf(" "))].join("."), line.slice(line.indexOf("=") + 2));
	}
	return { text, word: (code) => all.get(code) };
}

const VALID = { not_after: "28.11.2027 (17:29)", validity: "valid", days_left: 300 };
const KEYS = [{ ...VALID, act: 1, can_revoke: 1 }, { ...VALID, days_left: 49, soon: 1 }, { ...VALID, days_left: 19, soon: 1 }, { not_after: "04.02.2016 (17:46)", validity: "expired", past: 1 },
	{ ...VALID, revoked: 1, revoked_at: "01.03.2027 (12:03)", past: 1 }, { not_after: "28.11.2031 (17:29)", validity: "not_yet", past: 1 }];
function values(language, word) {
	const lines = [`lang = ${language}`, `errors.0.text = ${word("error.iin")}`, "errors.0.field = iin", `errors.1.text = ${word("error.required")}`, "errors.1.field = surname", `errors.2.text = ${word("error.number")}`,
		`application.template = ${word("template.person")}`, `application.origin = ${word("origin.cabinet")}`, `application.locality = Алматы`, `application.store = ${word("store.PKCS12")}`,
		`application.status_text = ${word("status.failed")}`, `application.reason = ${word("fail.certificate_revoked")}`, `history.1.actor = ${word("actor.citizen")}`, `history.2.actor = ${word("actor.publisher")}`,
		...["new", "signed", "failed"].map((status, i) => `history.${i}.status_text = ${word(`status.${status}`)}`),
		...STATUSES.flatMap((status, i) => [`statuses.${i}.code = ${status}`, `statuses.${i}.text = ${word(`status.${status}`)}`])];
	for (const [i, key] of KEYS.entries()) {
		const all = { ...key, serial: String(i).padEnd(40, "4fd63435c7e1"), purpose: i % 2 ? "sign" : "auth", ca: "ДЕМО КУӘЛАНДЫРУШЫ ОРТАЛЫҚ (RSA)",
			full_name: "ДЕМОӨТЕБАЕВА ҰЛЖАН ІҢКӘРБЕКҚЫЗЫ", algorithm: "RSA-2048", not_before: "28.11.2026 (17:29)" };
		for (const [name, value] of Object.entries(all)) lines.push(`keys.${i}.${name} = ${value}`);
	}
	return lines.join("\n");
}

async function render(language) {
	const folder = await mkdtemp(path.join(tmpdir(), "cabinet-components-"));
	try {
		const { text, word } = await words(language), hdf = path.join(folder, "page.hdf");
		// cstest does not know the function that view.c registers
		for (const name of await shared()) await writeFile(path.join(folder, name), (await readFile(path.join(root, "views", name), "utf8")).replace(/url_escape\((.*?)\) \?>/g, "$1 ?>"));
		await writeFile(hdf, `${await readFile(path.join(data, "components.hdf"), "utf8")}hdf.loadpaths.0 = ${folder}\n${values(language, word)}\nL {\n${text}\n}\n`);
		const { stdout } = await call("cstest", [hdf, path.join(data, "components.cs")], { maxBuffer: 1 << 24 });
		const page = stdout.slice(stdout.indexOf("<!DOCTYPE html>"));
		await mkdir(build, { recursive: true });
		await writeFile(path.join(build, `components-${language}.html`), page);
		return page;
	} finally {
		await rm(folder, { recursive: true, force: true });
	}
}

test("every macro is shown", async () => {
	const page = await readFile(path.join(data, "components.cs"), "utf8"), bodies = new Map();
	for (const name of await shared())
		for (const [, macro, body] of (await readFile(path.join(root, "views", name), "utf8")).matchAll(/<\?cs def:(\w+)\(.*?\) \?>(.*?)<\?cs \/def \?>/gs)) bodies.set(macro, body);
	const called = new Set(["menu", "menu_item", "language"]);		/* of the frame */
	const follow = (text) => {
		for (const [, macro] of text.matchAll(/call:(\w+)\(/g))
			if (!called.has(macro)) follow(bodies.get(macro) ?? "", called.add(macro));
	};
	follow(page);
	assert.deepEqual([...bodies.keys()].filter((macro) => !called.has(macro)), []);
});

for (const [language, width, colorScheme] of [["ru", 1280, "light"], ["kk", 360, "light"], ["en", 1280, "dark"], ["kk", 1280, "dark"]]) {
	test(`components, ${language} at ${width} px, ${colorScheme}`, { timeout: 120000 }, async () => {
		const html = await render(language), { page, context, faults, close } = await browser.person({ language, width, colorScheme });
		await context.route("**/static/components.html", (route) => route.fulfill({ contentType: "text/html; charset=utf-8", body: html }));
		await page.goto("/static/components.html");
		await page.evaluate(() => {
			/* what the scripts of the pages do: lines in each state, a key found that fits and one that does not */
			for (const [i, state] of ["done", "busy", "failed"].entries()) document.querySelectorAll(".tasks li")[i].dataset.state = state;
			for (const rule of ["length", "latin"]) document.querySelector(`[data-rule=${rule}]`).dataset.ok = "1";
			document.getElementById("keys-found").hidden = false;
			for (const fits of [true, false]) {
				const card = document.getElementById("key-card").content.cloneNode(true), set = (field, value) => { card.querySelector(`[data-field=${field}]`).textContent = value; };
				set("purpose", document.getElementById("texts").dataset.textPurposeSign);
				set("owner", "ДЕМОӨТЕБАЕВА ҰЛЖАН ІҢКӘРБЕКҚЫЗЫ");
				set("serial", "4fd63435c7e14238ee92c55048a30cec37dce971");
				set("issuer", "ДЕМО КУӘЛАНДЫРУШЫ ОРТАЛЫҚ (RSA)");
				set("algorithm", "RSA");
				set("validity", "28.11.2026 (17:29) – 28.11.2027 (17:29)");
				set("misfit", fits ? "" : document.getElementById("texts").dataset.textExpired);
				card.querySelector("[data-field=misfit]").hidden = fits;
				Object.assign(card.querySelector("input"), { checked: fits, disabled: !fits });
				document.getElementById("keys-found-list").append(card);
			}
		});
		await picture(page, `components-${language}-${width}-${colorScheme}`);
		const names = ["ДЕМОӨТЕБАЕВА ҰЛЖАН ІҢКӘРБЕКҚЫЗЫ", "ДЕМОӨТЕБАЕВА Ұ.", /ДЕМО КУӘЛАНДЫРУШЫ ОРТАЛЫҚ \(RSA\)/g, "Алматы"];
		assert.deepEqual([...await languages(page, language, names), ...await axe(page), ...await layout(page, [width, 320, 640])], []);
		assert.deepEqual(faults, []);
		await close();
	});
}

test("the Nu HTML checker finds nothing in the components", { timeout: 120000 }, async () => {
	const names = (await readdir(build)).filter((name) => /^components-\w\w\.html$/.test(name));
	assert.equal(names.length, 3);
	assert.deepEqual(await valid(build, names), []);
});
