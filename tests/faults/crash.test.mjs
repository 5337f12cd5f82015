// kill -9 of the publisher at every system call by which an issuance or a publication touches something outside it: what it sends to and reads
// from the database, and what it does to files. Each time one application and one revocation wait; afterwards one ordinary pass has to find all of
// it as if nothing had happened. In scripts/test every eleventh call, with another beginning each day; make faults: all, or with FAULTS_SHARE=K/N every
// N-th from the K-th on, so that the long form can be had in N pieces.
import assert from "node:assert/strict";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";

import { sql } from "../lib/citizen.mjs";
import { Applicant, LONG, alone, publisher, report, PATIENT } from "../lib/faults.mjs";
import { instance } from "../lib/instance.mjs";
import { broken, whole } from "../lib/invariants.mjs";

const CALLS = ["sendto", "recvfrom", "openat", "write", "fsync", "rename", "link", "unlink", "close"];
const [, share, shares] = /^(\d+)\/(\d+)$/.exec(process.env.FAULTS_SHARE ?? "1/1").map(Number);
const STEP = LONG ? shares : 11, FIRST = LONG ? share - 1 : Math.floor(Date.now() / 86400e3) % 11;

let site, folder;
before(async () => {
	site = await instance({ own: true, conf: PATIENT });
	folder = await mkdtemp(path.join(tmpdir(), "cabinet-crash-"));
});
after(async () => {
	await site?.stop();
	await rm(folder, { recursive: true, force: true });
});

// The calls of one pass from its first question to the database on: [name, which one of that name], without what only opens and closes.
async function moments(trace) {
	const counted = {}, found = [];
	let began = false;
	for (const line of (await readFile(trace, "utf8")).split("\n")) {
		const name = /^([a-z0-9]+)\(/.exec(line)?.[1];
		if (!CALLS.includes(name)) continue;
		counted[name] = (counted[name] ?? 0) + 1;
		/* the protocol's octet: 0x17 asks a prepared question, 0x19 gives one back */
		if (/^sendto\(\d+, "\\[0-7]+\\0\\0\\0\\27/.test(line) || /START TRANSACTION/.test(line)) began = true;
		if (/^sendto\(\d+, "\\5\\0\\0\\0\\31/.test(line)) break;
		if (began) found.push([name, counted[name]]);
	}
	return found;
}

test("kill -9 at every call of an issuance and a publication", { timeout: 1800000 }, async (t) => {
	await alone(site, t);
	const people = [];
	for (const citizen of site.citizens) people.push(await Applicant.enter(site, citizen));
	const highest = {};
	let turn = 0, serial = null;
	const prepare = async () => {
		const one = people[turn++ % people.length];
		const work = { one, number: await one.apply(), revoked: serial };
		if (serial) await serial.one.revoke(serial.serial);
		return work;
	};
	const check = async ({ one, number, revoked }, what) => {
		assert.deepEqual(await broken(site), [], what);
		const files = await whole(site, highest);
		assert.equal(await one.shownStatus(number), "issued", what);
		if (revoked) assert.ok(files["ca-delta.crl"].entries.has(revoked.serial), `${what}: the revocation is on the delta CRL`);
		serial = { one, serial: await one.serial(number) };
	};

	const first = await prepare();
	assert.equal((await publisher(site)).status, 0);
	await check(first, "before");
	const trace = path.join(folder, "trace"), traced = await prepare();
	assert.equal((await publisher(site, { trace })).status, 0);
	await check(traced, "traced");
	const all = await moments(trace);
	assert.ok(all.length > 150 && all.some(([name]) => name === "rename") && all.some(([name]) => name === "fsync"), `${all.length} calls`);

	let killed = 0, worst = 0, reads = 0, ended = 0;
	for (let i = FIRST; i < all.length; i += STEP) {
		const [name, nth] = all[i], what = `killed at ${name} ${nth}`;
		const work = await prepare();
		const died = await publisher(site, { inject: `${name}:signal=KILL:when=${nth}` });
		if (died.signal === "SIGKILL" || died.status === 137) killed++;
		/* how many reads an answer takes is the network's business, more beside other load: one with a higher number than this pass has comes to its end;
		   everything else is done as often each time */
		else assert.equal(name, "recvfrom", `${what}: it came to its end`), ended++;
		if (name === "recvfrom") reads++;
		await whole(site, highest);
		const from = performance.now(), again = await publisher(site);
		worst = Math.max(worst, performance.now() - from);
		assert.equal(again.status, 0, `${what}: ${again.stderr}`);
		await check(work, what);
	}
	assert.ok(ended < reads, `${ended} of ${reads} reads were none`);
	assert.deepEqual(await sql(site, "SELECT COUNT(*) FROM application WHERE status NOT IN ('issued', 'installed')"), [["0"]]);
	await report(t, { fault: `kill -9 at a system call (${all.length} calls of one pass)`, times: killed, broken: 0, recovery: worst });
});
