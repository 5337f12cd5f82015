// The clock of the whole machine jumps: an hour and a day ahead, back again, behind; a month passes in which nobody revokes anything; a certificate is
// revoked a minute before it ends. At every moment the published CRLs are ones that a relying party of that moment accepts, and applications and revocations go their way.
import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";

import { call, sql } from "../lib/citizen.mjs";
import { movingClock } from "../lib/clock.mjs";
import { Applicant, LONG, report } from "../lib/faults.mjs";
import { describe, freePort, root, until } from "../lib/instance.mjs";
import { FILES, broken, whole } from "../lib/invariants.mjs";

const HOUR = 3600e3, DAY = 24 * HOUR;
let site, folder, clock, ahead = 0, stop = async () => {};
const highest = {};
const skip = Boolean(process.env.SAN) && "AddressSanitizer wants to be loaded before another clock";
before(async () => {
	if (skip) return;
	folder = await mkdtemp(path.join(tmpdir(), "cabinet-clock-"));
	clock = await movingClock(folder);
	/* two days old: a day behind, its keys and certificates are there already */
	await clock.set(`-${2 * DAY / 1000}`);
	const port = await freePort(), place = path.join(folder, "var");
	stop = () => call(path.join(root, "scripts/stop"), ["--var", place], { timeout: 90000 });
	await call(path.join(root, "scripts/run"), ["--built", "--detach", "--port", String(port), "--var", place],
	    { timeout: 180000, env: { ...process.env, ...clock.env, CABINET_CONF_EXTRA: "applications_limit = 1000" } });
	site = await describe(place, stop);
});
after(async () => {
	if (skip) return;
	await stop().catch(() => {});
	clock?.release();
	await rm(folder, { recursive: true, force: true });
});

const now = () => Date.now() + ahead;
async function jump(milliseconds) {
	ahead = milliseconds;
	await clock.set(`${milliseconds < 0 ? "-" : "+"}${Math.abs(milliseconds) / 1000}`);
	/* the database is asked: nothing is judged before it lives in the new time */
	await until("the new time", async () => Math.abs(Number((await sql(site, "SELECT ROUND(UNIX_TIMESTAMP(NOW(6)) * 1000)"))[0][0]) - now()) < 5000);
}

// Valid at this moment, for who takes no allowance for clocks but a minute.
const isCurrent = (file) => {
	const thisUpdate = Date.parse(/Last Update: ([^\n]+)/.exec(file.text)[1]);
	return thisUpdate <= now() + 60e3 && file.nextUpdate > now();
};
const areCurrent = (limit) => until("CRLs of this time", async () => {
	const files = await whole(site, highest);
	return FILES.every((name) => isCurrent(files[name])) && files;
}, limit);

async function works(what) {
	const from = performance.now();
	await areCurrent(30000);
	const one = await until(`${what}: login`, () => Applicant.enter(site, site.citizens[0]).catch(() => null), 30000);
	const number = await one.apply();
	const serial = await until(`${what}: certificates`, () => one.serial(number).catch(() => null), 30000);
	await one.revoke(serial);
	await until(`${what}: the delta CRL`, async () => (await whole(site, highest))["ca-delta.crl"].entries.has(serial), 30000);
	await until(`${what}: settled`, async () => (await sql(site, "SELECT COUNT(*) FROM crl WHERE published_at IS NULL"))[0][0] === "0");
	assert.deepEqual(await broken(site), [], what);
	await areCurrent(30000);
	return performance.now() - from;
}

test("the clock jumps", { timeout: 600000, skip }, async (t) => {
	await jump(0);
	await works("before");
	const jumps = [["an hour ahead and back", HOUR, 0], ["a day behind and back by NTP", -DAY, 0]];
	if (LONG) jumps.push(["an hour behind and back", -HOUR, 0], ["a day ahead and back by NTP", DAY, 0]);
	for (const [what, ...places] of jumps) {
		let worst = 0;
		for (const place of places) {
			await jump(place);
			worst = Math.max(worst, await works(what));
		}
		await report(t, { fault: `the clock jumps ${what}`, times: places.length, broken: 0, recovery: worst });
	}
});

test("a month without a revocation: the CRLs are renewed before they run out", { timeout: 600000, skip }, async (t) => {
	let worst = 0, times = 0, renewed = 0;
	const step = LONG ? 6 * HOUR : 6 * DAY;
	let last = (await whole(site, highest))["ca.crl"].number;
	for (let place = step; place <= 31 * DAY; place += step) {
		await jump(place);
		const from = performance.now(), files = await areCurrent(30000);
		worst = Math.max(worst, performance.now() - from);
		times++;
		if (files["ca.crl"].number > last) renewed++;
		last = files["ca.crl"].number;
	}
	assert.ok(renewed >= 5, `${renewed} new base CRLs`);
	assert.deepEqual(await broken(site), []);
	await report(t, { fault: `a month without revocations, steps of ${step / HOUR} hours (${renewed} base CRLs)`, times, broken: 0, recovery: worst });
});

test("a certificate revoked a minute before it expires is on a base CRL, and leaves after it", { timeout: 300000, skip }, async (t) => {
	const old = await until("login", () => Applicant.enter(site, site.citizens[1]).catch(() => null), 30000), number = await old.apply();
	const [auth, sign] = await until("certificates", () => old.certificates(number).catch(() => null), 30000);
	const one = { ...site.citizens[1], algorithm: "ec", auth: { key: old.keys.auth.key, certificate: auth }, sign: { key: old.keys.sign.key, certificate: sign } };
	const serial = await old.serial(number), [[end]] = await sql(site, `SELECT UNIX_TIMESTAMP(not_after) FROM certificate WHERE serial = UNHEX('${serial}')`);

	await jump(Math.floor(Number(end) * 1000 - 60e3 - Date.now()));
	await areCurrent(30000);
	const from = performance.now(), late = await until("login with the new pair", () => Applicant.enter(site, one).catch(() => null), 30000);
	await late.revoke(serial, 1);
	const before_ = await until("the delta CRL", async () => {
		const files = await whole(site, highest);
		return files["ca-delta.crl"].entries.has(serial) && files;
	}, 30000);
	const took = performance.now() - from;
	/* expired by now; the next base still names it, the one after that does not */
	const nextBase = async (what, than) => until(what, async () => {
		const file = (await whole(site, highest))["ca.crl"];
		return file.number > than && isCurrent(file) && file;
	}, 30000);
	await jump(ahead + 13 * HOUR);
	const first = await nextBase("a base CRL", before_["ca.crl"].number);
	assert.ok(first.entries.has(serial), "on a base CRL that was made after its end");
	await jump(ahead + 13 * HOUR);
	const second = await nextBase("one more base CRL", first.number);
	assert.ok(!second.entries.has(serial), "and on no later one");
	await until("settled", async () => (await sql(site, "SELECT COUNT(*) FROM crl WHERE published_at IS NULL"))[0][0] === "0");
	assert.deepEqual(await broken(site), []);
	await report(t, { fault: "a certificate revoked a minute before it expires", times: 1, broken: 0, recovery: took });
});
