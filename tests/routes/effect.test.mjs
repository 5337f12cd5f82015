// When a revocation takes effect, as the citizen's page says it: each moment is held against the register and the published files themselves. The page
// may never be ahead of them.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { call, crl, login, messages, reissue, serialOf, sql, withFiles } from "../lib/citizen.mjs";
import { Browser } from "../lib/http.mjs";
import { instance, until } from "../lib/instance.mjs";
import { leader, send } from "../lib/processes.mjs";
import { sign } from "../lib/sign.mjs";

const LIMIT = 60000;
let site, citizen;
before(async () => {
	site = await instance({ own: true, conf: "[publisher]\ncrl_base_seconds = 120\ncrl_delta_seconds = 120" });
	[citizen] = site.citizens;
});
after(() => site?.stop());

const text = (html) => html.replace(/<[^>]*>/g, " ").replace(/&#?\w+;/g, " ").replace(/\s+/g, " ").trim();
// What the page says: its items as text, and whether it waits.
async function effect(browser, serial) {
	const page = await browser.get(`/keys/${serial}`);
	assert.equal(page.status, 200);
	const [, waits, list] = /<ol[^>]*id="effect"[^>]*data-waits="(\w*)"[^>]*>([\s\S]*?)<\/ol>/.exec(page.text) ?? [];
	assert.ok(list, "the page has its timeline");
	return { waits, items: [...list.matchAll(/<li[\s\S]*?<\/li>/g)].map(([item]) => text(item)), script: /page-keys\.js/.test(page.text) };
}

async function revoke(browser, serial, reason, { since = "" } = {}) {
	const page = await browser.get(`/keys/${serial}/revoke?reason=${reason}${since && `&since=${since}`}`);
	assert.equal(page.status, 200, messages(page));
	const answer = await browser.post(`/keys/${serial}/revoke/confirm`, { csrf: page.csrf, agree: "1", signed: await sign(page.document, citizen.sign) });
	assert.equal(answer.status, 303, messages(answer));
	return page;
}

// The newest list of a kind was made so many seconds ago; of its 120 seconds as many have passed.
const ages = (kind, seconds) => sql(site, `UPDATE crl SET this_update = UTC_TIMESTAMP(6) - INTERVAL ${seconds} SECOND,
	next_update = UTC_TIMESTAMP(6) + INTERVAL ${120 - seconds} SECOND WHERE kind = '${kind}' ORDER BY number DESC LIMIT 1`);

// Follows one item until it says «опубликован»: whenever it does, the file of that kind has the entry already.
const becomesPublished = (browser, serial, item, file, holds) => until(`${file} on the page`, async () => {
	const said = (await effect(browser, serial)).items[item], list = await crl(site, file);
	const [, number, at] = /опубликован, номер (\d+) (\d\d\.\d\d\.\d{4} \(\d\d:\d\d:\d\d\))/.exec(said) ?? [];
	if (!number) return null;
	assert.ok(list.number >= Number(number), `${said}: ${file} is ${list.number}`);
	assert.ok(holds(list), `${said}, and ${file} does not hold it`);
	return { number: Number(number), at };
}, LIMIT);

// A publisher that does nothing while use() looks; on its end it goes on.
async function whileItRests(use) {
	const stopped = [await leader(site, "supervise"), await leader(site, "publisher")].filter((pid) => pid !== 0 && send(pid, "SIGSTOP"));
	try {
		return await use();
	} finally {
		for (const pid of stopped) send(pid, "SIGCONT");
	}
}

test("from the register to the delta CRL, the base CRL and a raised reason: the page is never ahead of the files", { timeout: 240000 }, async () => {
	const mine = await reissue(site, citizen), serial = await serialOf(mine.auth.certificate), browser = await login(site, citizen);
	const before_ = await crl(site, "ca.crl");

	await whileItRests(async () => {
		await revoke(browser, serial, 4);
		const { items, waits, script } = await effect(browser, serial);
		assert.match(items[0], /^Реестр отзывов – с \d\d\.\d\d\.\d{4} \(\d\d:\d\d:\d\d\) С этого момента/);
		assert.match(items[1], /^Разностный список \(delta CRL\) – будет в ближайшем выпуске, по плану до \d\d\.\d\d\.\d{4} \(\d\d:\d\d\)$/);
		assert.match(items[2], /^Полный список \(CRL\) – будет в ближайшем выпуске, по плану до/);
		assert.equal(waits, "soon");
		assert.ok(script, "the page looks again by itself");
		assert.ok(!(await crl(site, "ca-delta.crl")).entries.has(serial));
		/* no longer renewed in time: the page promises only what the list itself does, and then nothing */
		await ages("delta", 80);
		assert.match((await effect(browser, serial)).items[1], /по плану до/);
		await ages("delta", 121);
		assert.match((await effect(browser, serial)).items[1], /– будет в ближайшем выпуске$/);
	});

	const delta = await becomesPublished(browser, serial, 1, "ca-delta.crl", (list) => list.entries.get(serial) === "Superseded");
	const [[published]] = await sql(site, `SELECT DATE_FORMAT(CONVERT_TZ(published_at, '+00:00', '+05:00'), '%d.%m.%Y (%H:%i:%s)') FROM crl WHERE kind = 'delta' AND number = ${delta.number}`);
	assert.equal(delta.at, published);
	const between = await effect(browser, serial);
	assert.equal(between.waits, "later");
	assert.match(between.items[2], /будет/);
	assert.ok(!(await crl(site, "ca.crl")).entries.has(serial), "the base is not renewed for one revocation");
	for (const [language, word] of [["kk", /жарияланды, нөмірі/], ["en", /published, number/]]) {
		const other = Object.assign(new Browser(site, { language }), { cookies: new Map(browser.cookies) });
		assert.match((await effect(other, serial)).items[1], word);
	}

	await ages("base", 90);
	await becomesPublished(browser, serial, 2, "ca.crl", (list) => list.entries.get(serial) === "Superseded" && list.number > before_.number);
	const done = await effect(browser, serial);
	assert.equal(done.waits, "");
	assert.ok(!done.script);

	/* a second decision may only raise the reason */
	assert.match((await browser.get(`/keys/${serial}`)).text, new RegExp(`/keys/${serial}/revoke\\?reason=1`));
	for (const reason of ["", "?reason=0", "?reason=3", "?reason=5"])
		assert.equal((await browser.get(`/keys/${serial}/revoke${reason}`)).status, 409, reason);
	const [[day]] = await sql(site, "SELECT DATE_FORMAT(CONVERT_TZ(UTC_TIMESTAMP(), '+00:00', '+05:00'), '%Y-%m-%d')");
	const page = await revoke(browser, serial, 1, { since: day });
	assert.match(page.document, /<reason>1<\/reason><compromisedSince>\d{4}-\d\d-\d\dT19:00:00Z<\/compromisedSince>/);
	assert.match(page.text, new RegExp(`Ключ мог попасть к другому человеку начиная с ${day.split("-").reverse().join(".")}`));
	await becomesPublished(browser, serial, 4, "ca-delta.crl", (list) => list.entries.get(serial) === "Key Compromise" && /Invalidity Date/.test(list.text));
	assert.equal((await crl(site, "ca.crl")).entries.get(serial), "Superseded", "the base still has the former reason");
	assert.match((await effect(browser, serial)).items[5], /^Новая причина в полном списке – будет/);
	await ages("base", 90);
	await becomesPublished(browser, serial, 5, "ca.crl", (list) => list.entries.get(serial) === "Key Compromise");
	assert.deepEqual(await sql(site, `SELECT reason, invalid_since IS NOT NULL, first_crl_number < crl_number FROM revocation WHERE serial = UNHEX('${serial}')`), [["1", "1", "1"]]);
	assert.deepEqual(await sql(site, `SELECT b.reason FROM blocked_key b JOIN public_key k USING (spki_hash) WHERE k.number = '${mine.number}' AND k.purpose = 'auth'`), [["compromised"]]);
	assert.equal((await browser.get(`/keys/${serial}/revoke?reason=1`)).status, 409, "and not once more");

	/* an invalidity date means what other programs read */
	await withFiles({ crl: (await crl(site, "ca.crl")).body }, async (at) => {
		const { stdout } = await call("certtool", ["--crl-info", "--inder", "--infile", at.crl]);
		assert.match(stdout, new RegExp(serial));
	});
});

test("the day since which a key is compromised: one that has come, on which the certificate was valid", { timeout: 120000 }, async () => {
	const mine = await reissue(site, citizen), serial = await serialOf(mine.auth.certificate), browser = await login(site, citizen);
	for (const since of ["2999-01-01", "2001-02-03"]) {
		const page = await browser.get(`/keys/${serial}/revoke?reason=1&since=${since}`);
		assert.equal(page.status, 422, since);
		assert.match(messages(page), /день, когда сертификат уже действовал/);
	}
	const odd = await browser.get(`/keys/${serial}/revoke?reason=1&since=31.02.2026`);
	assert.equal(odd.status, 422);
	assert.match(messages(odd), /даты нет|день, когда/);
	/* with another reason it says nothing */
	assert.doesNotMatch((await browser.get(`/keys/${serial}/revoke?reason=5&since=2999-01-01`)).document, /compromisedSince/);
	await revoke(browser, serial, 1);
	await until("the delta CRL", async () => (await crl(site, "ca-delta.crl")).entries.get(serial) === "Key Compromise", LIMIT);
	assert.deepEqual(await sql(site, `SELECT invalid_since FROM revocation WHERE serial = UNHEX('${serial}')`), [["NULL"]], "not told, not invented");
});

test("a report that the publisher cannot verify changes nothing", { timeout: 120000 }, async () => {
	const mine = await reissue(site, citizen), serial = await serialOf(mine.auth.certificate), browser = await login(site, citizen);
	await revoke(browser, serial, 3);
	await until("the delta CRL", async () => (await crl(site, "ca-delta.crl")).entries.has(serial), LIMIT);
	/* an account that was taken over points at the document of another decision */
	await sql(site, `INSERT INTO compromise (serial, ca, iin, form, reported_at) SELECT serial, ca, iin, form, UTC_TIMESTAMP(6) FROM revocation WHERE serial = UNHEX('${serial}')`);
	await until("its refusal", async () => (await sql(site, `SELECT refused FROM compromise WHERE serial = UNHEX('${serial}')`))[0][0] === "reason", LIMIT);
	assert.deepEqual(await sql(site, `SELECT reason, raised_at FROM revocation WHERE serial = UNHEX('${serial}')`), [["3", "NULL"]]);
});
