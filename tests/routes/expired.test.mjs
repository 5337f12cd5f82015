// Certificates whose time is over: an instance that was set up 400 days ago, by its own clock, and is started again today.
import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { test } from "node:test";

import { call, crl, messages, sql, withFiles } from "../lib/citizen.mjs";
import { standingClock } from "../lib/clock.mjs";
import { Browser } from "../lib/http.mjs";
import { describe, freePort, root, until } from "../lib/instance.mjs";
import { open, sign } from "../lib/sign.mjs";

const PASSED = {
	ru: /Срок действия/i,
	kk: /мерзімі/i,
	en: /expired/i,
};

test("an expired certificate is refused by name, and stays in the register", { timeout: 180000, skip: Boolean(process.env.SAN) && "AddressSanitizer wants to be loaded before another clock" }, async (t) => {
	const folder = await mkdtemp(path.join(tmpdir(), "cabinet-expired-")), port = await freePort();
	const run = (env = {}) => call(path.join(root, "scripts/run"), ["--built", "--detach", "--port", String(port), "--var", folder],
	    { timeout: 90000, env: { ...process.env, ...env } });
	const stop = () => call(path.join(root, "scripts/stop"), ["--var", folder], { timeout: 90000 });
	t.after(async () => {
		await stop().catch(() => {});
		await rm(folder, { recursive: true, force: true });
	});
	const past = await standingClock("-400d");
	t.after(past.release);
	await run(past.env);
	const old = await describe(folder, stop), [citizen] = old.citizens;
	const before = { base: await crl(old, "ca.crl"), delta: await crl(old, "ca-delta.crl"), certificates: await sql(old, "SELECT HEX(serial) FROM certificate ORDER BY serial") };
	await stop();
	await run();
	const site = await describe(folder, stop);

	await t.test("it is expired for others too, and was good in its time", async () => {
		const { certificate } = await open(citizen.auth);
		await withFiles({ certificate }, async (at) => {
			await assert.rejects(call("openssl", ["x509", "-in", at.certificate, "-noout", "-checkend", "0"]));
			const chain = ["-CAfile", path.join(folder, "ca/root.pem"), "-untrusted", path.join(folder, "ca/ca.pem"), at.certificate];
			await assert.rejects(call("openssl", ["verify", ...chain]), /certificate has expired/);
			await call("openssl", ["verify", "-attime", String(Math.floor(Date.now() / 1000) - 399 * 86400), ...chain]);
		});
	});
	for (const [language, words] of Object.entries(PASSED)) {
		await t.test(`no login, with the reason, ${language}`, async () => {
			const browser = new Browser(site, { language }), page = await browser.get("/login");
			const answer = await browser.post("/login", { csrf: page.csrf, signed: await sign(page.document, citizen.auth) });
			assert.equal(answer.status, 422);
			assert.match(messages(answer), words);
			assert.ok(answer.document?.startsWith("<login "), "a document that can be signed next");
			assert.ok(!browser.cookies.has("__Host-session"));
		});
	}
	await t.test("one event each, by the rule; no session", async () => {
		assert.deepEqual(await sql(site, "SELECT rule FROM event WHERE kind='login-refused'"), Object.keys(PASSED).map(() => ["certificate-time"]));
		assert.deepEqual(await sql(site, "SELECT COUNT(*) FROM session"), [["0"]]);
	});
	await t.test("the register still has them, and its past", async () => {
		assert.deepEqual(await sql(site, "SELECT HEX(serial) FROM certificate ORDER BY serial"), before.certificates);
		assert.deepEqual(await sql(site, "SELECT HEX(serial) FROM certificate FOR SYSTEM_TIME AS OF (UTC_TIMESTAMP(6) - INTERVAL 399 DAY) ORDER BY serial"), before.certificates);
	});
	await t.test("the CRLs of 400 days ago were renewed, the root's too", async () => {
		for (const [kind, name] of [["base", "ca.crl"], ["delta", "ca-delta.crl"]]) {
			const now = await until(`a new ${name}`, async () => {
				const one = await crl(site, name);
				return one.number > before[kind].number && one;
			}, 15000);
			assert.ok(Date.parse(/Last Update: ([^\n]+)/.exec(now.text)[1]) > Date.now() - 3600e3, name);
		}
		for (const [name, ca] of [["ca.crl", "ca"], ["ca-delta.crl", "ca"], ["root.crl", "root"]]) {
			const { body, text } = await crl(site, name);
			assert.ok(Date.parse(/Next Update: ([^\n]+)/.exec(text)[1]) > Date.now(), name);
			await withFiles({ body }, async (at) => assert.match((await call("openssl", ["crl", "-inform", "DER", "-in", at.body, "-CAfile", path.join(folder, `ca/${ca}.pem`),
				"-noout"])).stderr, /verify OK/));
		}
	});
});
