// A revocation made in the browser, followed from the register to OCSP, the delta CRL and the base CRL. The page is opened once and never loaded again:
// what it says at each moment is held against what relying programs get over HTTP at that moment, and against the register.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, test } from "node:test";

import { chromium, loginByKey } from "../lib/chromium.mjs";
import { crl, reissue, serialOf, sql, withFiles } from "../lib/citizen.mjs";
import { instance, until } from "../lib/instance.mjs";
import { ask, authority, run } from "../lib/ocsp.mjs";
import { leader, send } from "../lib/processes.mjs";

const LIMIT = 180000, DELTA = "ca-delta.crl", BASE = "ca.crl", KIND = { [DELTA]: "delta", [BASE]: "base" }, ITEM = { [DELTA]: 1, [BASE]: 2 };

let site, browser;
before(async () => {
	/* the shortest lives there are: both lists are due after a minute */
	site = await instance({ own: true, conf: "[publisher]\ncrl_base_seconds = 120\ncrl_delta_seconds = 120" });
	browser = await chromium(site);
});
after(async () => {
	await browser?.close();
	await site?.stop();
});

// Local time of the page, five hours before UTC, as it writes it.
const local = (ms) => new Date(ms + 5 * 3600e3).toISOString();
const shown = (ms) => local(ms).replace(/^(\d+)-(\d+)-(\d+)T(\d+:\d+):.*/, "$3.$2.$1 ($4)");
const exact = (ms) => local(ms).replace(/^(\d+)-(\d+)-(\d+)T(\d+:\d+:\d+).*/, "$3.$2.$1 ($4)");
const MS = (column) => `FLOOR(UNIX_TIMESTAMP(CONVERT_TZ(${column}, '+00:00', @@time_zone)) * 1000)`;

const items = (page) => page.locator("#effect > li").evaluateAll((all) => all.map((one) => one.textContent.replace(/\s+/g, " ").trim()));

// Nobody publishes while use() acts and looks.
async function whileItRests(use) {
	const stopped = [];
	for (const name of ["standby", "supervise", "publisher"]) {
		const pid = await leader(site, name);
		if (send(pid, "SIGSTOP")) stopped.push(pid);
	}
	try {
		return await use();
	} finally {
		for (const pid of stopped) send(pid, "SIGCONT");
	}
}

// Until when the page may say that a list is planned: half of the life of the one that is out, and from then on its end.
async function planned(name, between) {
	const [[made, end]] = (await sql(site, `SELECT ${MS("this_update")}, ${MS("next_update")} FROM crl WHERE kind = '${KIND[name]}' AND published_at IS NOT NULL ORDER BY number DESC LIMIT 1`)).map((row) => row.map(Number));
	const half = made + (end - made) / 2, minute = (ms) => shown(Math.ceil(ms / 60000) * 60000);
	return between.map((now) => now < half ? minute(half) : minute(end));
}

// Every look at the page, and after it at what is out. Returns when the page says that this list holds the revocation: { number, at }.
async function followed(page, serial, name) {
	return until(`${name} on the page`, async () => {
		const said = await items(page), list = await crl(site, name), answer = await ask(site, [serial]);
		assert.ok(answer.ok, answer.text);
		assert.equal(answer.said.get(serial).status, "revoked", "OCSP never takes it back");
		const [, number, at] = /опубликован, номер (\d+) ?(\d\d\.\d\d\.\d{4} \(\d\d:\d\d:\d\d\))/.exec(said[ITEM[name]]) ?? [];
		if (!number) {
			assert.match(said[ITEM[name]], /– будет/);
			return null;
		}
		assert.ok(list.number >= Number(number), `${said[ITEM[name]]}, and ${name} is ${list.number}`);
		assert.equal(list.entries.get(serial), "Superseded", `${said[ITEM[name]]}, and ${name} does not hold it`);
		const [[published, made, kind]] = await sql(site, `SELECT ${MS("published_at")}, ${MS("this_update")}, kind FROM crl WHERE number = ${number} AND kind = '${KIND[name]}'`);
		assert.equal(kind, KIND[name]);
		assert.equal(at, exact(Number(published)), "the time of the page is the register's");
		assert.ok(Number(made) <= Number(published));
		if (list.number === Number(number)) assert.equal(Date.parse(/Last Update: (.*)/.exec(list.text)[1]), Math.floor(Number(made) / 1000) * 1000, "and the file's is the register's too");
		return { number: Number(number), published: Number(published) };
	}, LIMIT);
}

test("a revocation made in the browser is followed to the delta CRL, the base CRL and OCSP, and the page said the truth at each moment", { timeout: 600000 }, async () => {
	const [citizen] = site.citizens, mine = await reissue(site, citizen), serial = await serialOf(mine.auth.certificate);
	const { page, requests, faults, close } = await browser.person();
	page.setDefaultTimeout(60000);
	await loginByKey(page, citizen.auth);

	const good = (await ask(site, [serial])).said.get(serial);
	assert.equal(good.status, "good");
	await page.goto(`/keys/${serial}`);
	assert.equal(await page.locator("#effect").count(), 0, "nothing is said of a revocation that is not there");

	const due = await whileItRests(async () => {
		await page.goto(`/keys/${serial}/revoke`);
		await page.locator("input[name=reason][value='4']").check();
		await page.locator("#reason-form button[type=submit]").click();
		await page.waitForSelector("#statement");
		await page.check("#agree");
		await page.setInputFiles("#key-file", citizen.sign.file);
		await page.fill("#key-password", citizen.sign.password);
		const from = Date.now();
		await page.press("#key-password", "Enter");
		await page.waitForURL(`**/keys/${serial}`);
		await page.waitForSelector("#effect");
		await page.evaluate(() => { window.loadedOnce = true; });
		const said = await items(page), now = Date.now();
		const [[at]] = await sql(site, `SELECT ${MS("revoked_at")} FROM revocation WHERE serial = UNHEX('${serial}')`);
		assert.ok(said[0].startsWith(`Реестр отзывов – с ${exact(Number(at))}`), said[0]);
		const plan = {};
		for (const name of [DELTA, BASE]) {
			const list = await crl(site, name), [, until_] = /– будет в ближайшем выпуске, по плану до (\d\d\.\d\d\.\d{4} \(\d\d:\d\d\))$/.exec(said[ITEM[name]]) ?? [];
			assert.ok(!list.entries.has(serial), `${name} is as it was`);
			assert.ok((await planned(name, [from, now])).includes(until_), `${said[ITEM[name]]}; ${await planned(name, [from, now])}`);
			plan[name] = until_;
		}
		/* the register's word counts for OCSP at once */
		const answer = (await ask(site, [serial])).said.get(serial);
		assert.deepEqual([answer.status, answer.reason, Date.parse(answer.at)], ["revoked", "superseded", Math.floor(Number(at) / 1000) * 1000]);
		return plan;
	});

	const delta = await followed(page, serial, DELTA);
	const base = await followed(page, serial, BASE);
	assert.equal(await page.evaluate(() => window.loadedOnce), true, "it turned by itself");
	const plannedAt = (text) => Date.parse(text.replace(/(\d+)\.(\d+)\.(\d+) \((.*)\)/, "$3-$2-$1T$4:00+05:00"));
	/* a plan, kept to within a minute of the publisher's: a revocation that came just before its end waits for the next look */
	for (const [name, { published }] of [[DELTA, delta], [BASE, base]])
		assert.ok(published <= plannedAt(due[name]) + 60000, `${name}: ${due[name]} was said, ${shown(published)} it was`);
	assert.ok(base.number > delta.number || base.published >= delta.published, "one numbering for both");
	const [[first, firstDelta]] = await sql(site, `SELECT first_crl_number, first_delta_number FROM revocation WHERE serial = UNHEX('${serial}')`);
	assert.deepEqual([base.number, delta.number], [Number(first), Number(firstDelta)]);

	/* what asks by itself says so, and stops when there is nothing left to wait for */
	assert.equal(await page.getAttribute("#effect", "data-waits"), "");
	const asked = requests.filter(({ url, headers }) => url.endsWith(`/keys/${serial}`) && headers["x-background"] === "1").length;
	assert.ok(asked >= 2, `${asked} questions`);
	assert.deepEqual(faults, []);

	/* and a relying program that was given all of it refuses the certificate */
	const { ca, root } = authority(site), lists = await Promise.all([BASE, DELTA].map(async (name) => (await crl(site, name)).body));
	await withFiles({ base: lists[0], delta: lists[1], "cert.pem": mine.auth.certificate, "cas.pem": await readFile(ca, "utf8") }, async (at, folder) => {
		for (const name of ["base", "delta"]) await run("openssl", ["crl", "-inform", "DER", "-in", at[name], "-out", `${folder}/${name}.pem`]);
		for (const more of [[], ["-use_deltas", "-extended_crl", "-CRLfile", `${folder}/delta.pem`]]) {
			const { status, said } = await run("openssl", ["verify", "-x509_strict", "-CAfile", root, "-untrusted", ca, "-crl_check", "-CRLfile", `${folder}/base.pem`, ...more, at["cert.pem"]]);
			assert.notEqual(status, 0);
			assert.match(said, /certificate revoked/);
		}
	});
	await close();
});
