// The folder of the CRLs is full, read-only, broken, or loses what was not synchronized: the published files stay whole, the failure is told, and
// when the disk is well again the revocation that waited is on the CRL.
import assert from "node:assert/strict";
import { copyFile, readFile, rm, truncate } from "node:fs/promises";
import path from "node:path";
import { after, before, test } from "node:test";

import { sql } from "../lib/citizen.mjs";
import { Applicant, alone, publisher, report, temporary, PATIENT } from "../lib/faults.mjs";
import { instance } from "../lib/instance.mjs";
import { broken, onDisk, whole } from "../lib/invariants.mjs";

let site, crls, one;
const highest = {};
before(async () => {
	site = await instance({ own: true, conf: PATIENT });
	crls = path.join(site.var, "public/crl");
	one = await Applicant.enter(site, site.citizens[0]);
});
after(() => site?.stop());

// A certificate of a new application, revoked, not yet on a CRL. base: the base CRL is due as well.
async function revoked({ base }) {
	const number = await one.apply();
	assert.equal((await publisher(site)).status, 0);
	const serial = await one.serial(number);
	await one.revoke(serial);
	if (base) await sql(site, "UPDATE crl SET this_update = this_update - INTERVAL 13 HOUR, next_update = next_update - INTERVAL 13 HOUR WHERE kind = 'base' AND published_at IS NOT NULL");
	return serial;
}

async function isThere(serial, names) {
	const from = performance.now(), well = await publisher(site);
	assert.equal(well.status, 0, well.stderr);
	const took = performance.now() - from, files = await whole(site, highest);
	for (const name of names) assert.ok(files[name].entries.has(serial), `${name} has ${serial}`);
	assert.deepEqual(await broken(site), []);
	return took;
}

const FAILURES = [
	["the disk is full", ["write:error=ENOSPC:when=1", "fsync:error=ENOSPC:when=1"]],
	["the disk is read-only", ["openat:error=EROFS:when=1", "rename:error=EROFS:when=1", "link:error=EROFS:when=1:of=.prev"]],
	["the disk is broken", ["write:error=EIO:when=1", "fsync:error=EIO:when=1", "openat:error=EACCES:when=1", "close:error=EIO:when=1"]],
];
for (const [fault, injections] of FAILURES) {
	test(`${fault} while a CRL is written`, { timeout: 180000 }, async (t) => {
		await alone(site, t);
		let worst = 0, times = 0;
		for (const name of ["ca-delta.crl", "ca.crl"]) {
			for (const [inject, of] of injections.map((one) => one.split(":of="))) {
				const serial = await revoked({ base: name === "ca.crl" }), before_ = await whole(site, highest);
				const ill = await publisher(site, { inject, only: of ? path.join(crls, name + of) : await temporary(site, path.join(crls, name)) });
				assert.notEqual(ill.status, 0, `${name} ${inject}`);
				assert.match(ill.stderr, new RegExp(`"level":"error"[^\\n]*${name.replace(".", "\\.")}`), `${name} ${inject} is told`);
				assert.deepEqual((await onDisk(site, name)).body, before_[name].body, "what is published stays as it was");
				worst = Math.max(worst, await isThere(serial, [name]));
				times++;
			}
		}
		await report(t, { fault: `${fault} while a CRL is written`, times, broken: 0, recovery: worst });
	});
}

test("a CRL is synchronized before it gets its name, and its folder afterwards", { timeout: 60000 }, async (t) => {
	await alone(site, t);
	await revoked({ base: false });
	const trace = path.join(site.run, "trace");
	assert.equal((await publisher(site, { trace })).status, 0);
	const lines = (await readFile(trace, "utf8")).split("\n");
	const at = (what, from = 0) => lines.findIndex((line, i) => i >= from && what.test(line));
	const opened = at(/ca-delta\.crl\.new-\d+", O_WRONLY/), file = /= (\d+)$/.exec(lines[opened])[1];
	const synced = at(new RegExp(`^fsync\\(${file}\\) += 0`), opened), renamed = at(/^rename\("[^"]*ca-delta\.crl\.new-\d+", "[^"]*ca-delta\.crl"\) = 0/);
	const folder = at(/^fsync\(\d+\) += 0/, renamed);
	assert.ok(opened >= 0 && opened < synced && synced < renamed && renamed < folder, [opened, synced, renamed, folder].join());
	assert.ok(!lines.slice(synced, renamed).some((line) => line.startsWith(`write(${file},`)), "nothing is written after that");
});

test("power cut between write and rename, and between rename and the folder", { timeout: 120000 }, async (t) => {
	await alone(site, t);
	let worst = 0, times = 0;
	for (const name of ["ca-delta.crl", "ca.crl"]) {
		const target = path.join(crls, name);
		/* not synchronized when it died: half of it is there, or nothing */
		for (const left of [0.5, 0]) {
			const serial = await revoked({ base: name === "ca.crl" });
			await whole(site, highest);
			const half = await temporary(site, target);
			const died = await publisher(site, { inject: "fsync:signal=KILL:when=1", only: half });
			assert.ok(died.signal === "SIGKILL" || died.status === 137, "killed");
			await truncate(half, Math.floor((await readFile(half)).length * left));
			await whole(site, highest);
			worst = Math.max(worst, await isThere(serial, [name]));
			times++;
		}
		/* renamed, and the rename is lost with the power: the earlier file is back */
		const serial = await revoked({ base: name === "ca.crl" }), earlier = path.join(site.run, "earlier");
		await copyFile(target, earlier);
		const died = await publisher(site, { inject: "fsync:signal=KILL:when=1", only: crls });
		assert.ok(died.signal === "SIGKILL" || died.status === 137, "killed");
		if (name === "ca-delta.crl") assert.ok((await onDisk(site, name)).entries.has(serial), "the new one had its name");
		await copyFile(earlier, target);
		await rm(`${target}.prev`, { force: true });
		worst = Math.max(worst, await isThere(serial, [name]));
		times++;
	}
	await report(t, { fault: "power cut between write and rename, or before the folder is written", times, broken: 0, recovery: worst });
});
