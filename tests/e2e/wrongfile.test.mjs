// The wrong file, as a person chooses it in Chromium: each has its own sentence beside the field, in three languages, and nothing is sent; what only the server can
// know (another CA, revoked) comes back with its sentence too.
import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";

import { chromium, loginByKey } from "../lib/chromium.mjs";
import { file, login } from "../lib/citizen.mjs";
import { instance } from "../lib/instance.mjs";
import { words } from "../lib/words.mjs";
import { bits, int, octetString, oidOf, sequence } from "../../views/static/js/der.js";
import { writeP12 } from "../../views/static/js/p12.js";
import { auth, authority, certificate, enter, person, signing } from "../hostile/lib/certificate.mjs";
import { Database } from "../hostile/lib/measure.mjs";

const PASSWORD = "Demo1234", GOST = "1.2.398.3.10.1.1.2.2";
let site, browser, folder, db, citizen, other, files;
before(async () => {
	site = await instance({ own: true });
	[citizen, other] = site.citizens;
	browser = await chromium(site);
	folder = await mkdtemp(path.join(tmpdir(), "cabinet-wrong-"));
	db = new Database(site);
	const ca = await authority(site, db), pair = generateKeyPairSync("rsa", { modulusLength: 2048 }), another = generateKeyPairSync("rsa", { modulusLength: 2048 });
	const pkcs8 = new Uint8Array(pair.privateKey.export({ type: "pkcs8", format: "der" }));
	const put = async (name, octets) => {
		await writeFile(path.join(folder, name), octets);
		return path.join(folder, name);
	};
	const p12 = async (name, made, key = pkcs8) => put(name, await writeP12({ keys: [{ pkcs8: key, certificate: made?.der ?? null, chain: [ca.der] }] }, PASSWORD, { iterations: 2000 }));
	const issue = (fields, profile = auth) => ca.issue({ key: pair.publicKey, subject: person(citizen), ...profile, ...fields });
	const weak = generateKeyPairSync("rsa", { modulusLength: 1024 });
	/* a key file that opens, and whose key no browser can use */
	const gostSpki = sequence(sequence(oidOf(GOST), sequence(oidOf(`${GOST}.1`))), bits(octetString(new Uint8Array(128))));
	const gostKey = sequence(int(0), sequence(oidOf(GOST), sequence(oidOf(`${GOST}.1`))), octetString(octetString(new Uint8Array(64).fill(7))));
	const revoked = issue({});
	await enter(db, revoked, { ca: ca.id, iin: citizen.iin, purpose: "auth" });
	await db.ask(`INSERT INTO revocation (ca, serial, iin, reason, revoked_at) VALUES (${ca.id}, X'${revoked.serial}', '${citizen.iin}', 1, UTC_TIMESTAMP(6))`);
	const foreign = certificate({ by: { name: ca.name, keyId: ca.keyId, key: another.privateKey }, key: pair.publicKey, subject: person(citizen), ...auth });
	const good = await readFile(citizen.auth.file);
	// [code of js.*, where, file, password]
	files = [
		["is_sign_not_auth", "login", citizen.sign.file, citizen.sign.password],
		["gost", "login", await p12("GOST512_1.p12", issue({ key: gostSpki }), gostKey), PASSWORD],
		["expired", "login", await p12("expired.p12", issue({ from: -700, until: -365 })), PASSWORD],
		["not_yet_valid", "login", await p12("early.p12", issue({ from: 2, until: 300 })), PASSWORD],
		["organisation", "login", await p12("organisation.p12", issue({ subject: person(citizen, [["O", "ДЕМО ЖШС"], ["OU", "BIN990140000000"]]) })), PASSWORD],
		["unsupported_key", "login", await p12("weak.p12", issue({ key: weak.publicKey }), new Uint8Array(weak.privateKey.export({ type: "pkcs8", format: "der" }))), PASSWORD],
		["pending", "login", await p12("pending.p12", null), PASSWORD],
		["other_purpose", "login", await p12("other.p12", issue({ extensions: [] })), PASSWORD],
		["not_p12", "login", await put("letter.p12", "Dear citizen"), PASSWORD],
		["damaged", "login", await put("half.p12", good.subarray(0, good.length >> 1)), citizen.auth.password],
		["wrong_password", "login", citizen.auth.file, `${citizen.auth.password}x`],
		["is_auth_not_sign", "confirmation", citizen.auth.file, citizen.auth.password],
		["other_person", "confirmation", other.sign.file, other.sign.password],
		["expired", "confirmation", await p12("expired-sign.p12", issue({ from: -700, until: -365 }, signing)), PASSWORD],
		["gost", "confirmation", await p12("GOST512_2.p12", issue({ key: gostSpki, ...signing }), gostKey), PASSWORD],
	].map(([code, where, name, password]) => ({ code, where, name, password }));
	files.server = [["certificate_revoked", await p12("revoked.p12", revoked)], ["certificate_ca", await p12("foreign.p12", foreign)]];
});
after(async () => {
	db?.close();
	await browser?.close();
	await rm(folder, { recursive: true, force: true });
	await site?.stop();
});

for (const language of ["ru", "kk", "en"]) {
	test(`each wrong file has its sentence, ${language}`, { timeout: 300000 }, async () => {
		const said = await words(language), seen = new Map();
		const { page, requests, faults, picture, close } = await browser.person({ language });
		const posts = () => requests.filter(({ method }) => method === "POST").length;
		const try_ = async ({ code, name, password }) => {
			await page.setInputFiles("#key-file", name);
			await page.fill("#key-password", password);
			await page.press("#key-password", "Enter");
			const field = code === "wrong_password" ? "#key-password-error" : "#key-file-error", sentence = said(`js.${code}`);
			await page.waitForFunction(([at, text]) => document.querySelector(at).textContent.includes(text), [field, sentence]);
			assert.ok(await page.locator(field).isVisible());
			seen.set(code, sentence);
		};
		await page.goto("/login");
		for (const one of files.filter(({ where }) => where === "login")) await try_(one);
		assert.equal(posts(), 0, "nothing was sent");
		await picture("wrong-file");

		for (const [code, name] of files.server) {
			await page.goto("/login");
			await page.setInputFiles("#key-file", name);
			await page.fill("#key-password", PASSWORD);
			await page.press("#key-password", "Enter");
			await page.waitForSelector("#summary");
			assert.ok((await page.textContent("#summary")).includes(said(`form.refused.${code}`)), code);
			seen.set(code, said(`form.refused.${code}`));
		}
		await picture("wrong-file-server");

		const { number } = await file(await login(site, site.citizens[0]), site.citizens[0]);
		await loginByKey(page, citizen.auth);
		await page.goto(`/applications/${number}`);
		await page.check("#agree");
		const before_ = posts();
		for (const one of files.filter(({ where }) => where === "confirmation")) await try_(one);
		assert.equal(posts(), before_, "nothing was sent");
		assert.equal(new Set(seen.values()).size, seen.size, "no two alike");
		assert.deepEqual(faults, []);
		await close();
	});
}
