// Never two: a second publisher on this machine, a second machine, and one that stood still while another took its place, at any moment of its work.
import assert from "node:assert/strict";
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";

import { sql } from "../lib/citizen.mjs";
import { Applicant, LONG, alone, publisher, report, PATIENT } from "../lib/faults.mjs";
import { instance, until } from "../lib/instance.mjs";
import { FILES, broken, onDisk, whole } from "../lib/invariants.mjs";
import { send } from "../lib/processes.mjs";

let site, folder, people, elsewhere;
const highest = {};
before(async () => {
	site = await instance({ own: true, conf: PATIENT });
	folder = await mkdtemp(path.join(tmpdir(), "cabinet-publishers-"));
	people = [];
	for (const citizen of site.citizens) people.push(await Applicant.enter(site, citizen));
	/* the same database and the same keys, files and lock of its own */
	const conf = await readFile(path.join(site.var, "cabinet.conf"), "utf8");
	await mkdir(path.join(folder, "ca"));
	elsewhere = path.join(folder, "cabinet.conf");
	await writeFile(elsewhere, conf.replace(/^lock_file = .*$/m, `lock_file = ${folder}/publisher.lock`).replace(/^crl_dir = .*$/m, `crl_dir = ${folder}/crl`)
		.replace(/^ca_dir = .*$/m, `ca_dir = ${folder}/ca`), { mode: 0o600 });
});
after(async () => {
	await site?.stop();
	await rm(folder, { recursive: true, force: true });
});

let turn = 0;
async function work() {
	const one = people[turn++ % people.length];
	return { one, number: await one.apply() };
}

test("a second publisher on this machine ends at once and does nothing", { timeout: 60000 }, async (t) => {
	await alone(site, t);
	const first = publisher(site, { seconds: 6 }), waiting = await work();
	let refused = 0;
	for (let i = 0; i < 5; i++) {
		const second = await publisher(site);
		assert.match(second.stderr, /another publisher of this machine/);
		assert.doesNotMatch(second.stderr, /"event":"(issued|published|lease","detail":"taken)/);
		refused++;
	}
	assert.equal((await first).status, 0);
	assert.equal(await waiting.one.shownStatus(waiting.number), "issued");
	assert.deepEqual(await broken(site), []);
	await report(t, { fault: "a second publisher on the same machine", times: refused, broken: 0, recovery: 0 });
});

test("two machines: one works, the other waits; when the first ends it goes on", { timeout: 120000 }, async (t) => {
	await alone(site, t);
	await cp(path.join(site.var, "public/crl"), path.join(folder, "crl"), { recursive: true });
	const first = publisher(site, { seconds: 7 });
	while (!(await sql(site, "SELECT holder FROM lease WHERE expires_at > UTC_TIMESTAMP(6)")).length) continue;
	const second = publisher(site, { conf: elsewhere, seconds: 14 }), waiting = [];
	for (let i = 0; i < 4; i++) waiting.push(await work());
	const { stderr } = await first;
	const from = performance.now();
	for (let i = 0; i < 4; i++) waiting.push(await work());
	const other = await second, took = performance.now() - from;
	assert.equal(other.status, 0);
	const issuedBy = (text) => new Set([...text.matchAll(/"event":"issued","detail":"(\d{14})/g)].map(([, number]) => number));
	const mine = issuedBy(stderr), theirs = issuedBy(other.stderr);
	for (const { one, number } of waiting) {
		assert.equal(Number(mine.has(number)) + Number(theirs.has(number)), 1, `${number} issued once`);
		assert.equal(await one.shownStatus(number), "issued");
	}
	assert.ok(mine.size > 0 && theirs.size > 0, `${mine.size} here, ${theirs.size} there`);
	assert.equal((await publisher(site)).status, 0);
	assert.deepEqual(await broken(site), []);
	await report(t, { fault: "two machines with one database", times: waiting.length, broken: 0, recovery: took });
});

/*
 * With which of the things that a pass with one application says to the database to stand still (1 is the first), from taking the lease to its end. Short form: with the last one
 * before each transaction, and here and there in between.
 */
async function moments() {
	await publisher(site);		// what was due for other reasons is done
	await work();
	const trace = path.join(folder, "calls");
	assert.equal((await publisher(site, { trace, inject: "sendto:delay_enter=1:when=60000" })).status, 0);
	const calls = (await readFile(trace, "utf8")).split("\n").filter((line) => line.startsWith("sendto("));
	const begins = (line) => line?.includes("START TRANSACTION"), closes = (line) => /^sendto\(\d+, "\\5\\0\\0\\0\\31/.test(line);
	const first = calls.findIndex(begins), last = calls.findIndex(closes);
	assert.ok(first > 0 && last > first, calls.join("\n"));
	return calls.map((_, i) => i).filter((i) => i >= first && i < last && (LONG || begins(calls[i]) || (i - first) % 12 === 0));
}

const count = (text, what) => text.split(what).length - 1;

/* It is stopped with the nth thing it says to the database, its lease runs out, another one does the work; then it goes on. */
test("a publisher that stood still while another one took its place changes nothing", { timeout: 900000 }, async (t) => {
	await alone(site, t);
	const trace = path.join(folder, "stood");
	let stood = 0, lost = 0;
	for (const nth of await moments()) {
		const waiting = await work();
		await rm(path.join(folder, "crl"), { recursive: true, force: true });
		await cp(path.join(site.var, "public/crl"), path.join(folder, "crl"), { recursive: true });
		await rm(trace, { force: true });
		const slow = publisher(site, { trace, inject: `sendto:signal=SIGSTOP:when=${nth}` });
		const till = await until(`stands still with ${nth}`, async () => {
			const said = await readFile(trace, "utf8").catch(() => "");
			return said.includes("stopped by SIGSTOP") && said;
		});
		const isOpen = count(till, "START TRANSACTION") > count(till, "COMMIT") + count(till, "ROLLBACK");
		const [[holder]] = await sql(site, "SELECT holder FROM lease");
		const expired = sql(site, "UPDATE lease SET expires_at = UTC_TIMESTAMP(6) - INTERVAL 1 HOUR");	// waits where its transaction holds the row
		try {
			if (!isOpen) {
				await expired;
				assert.match((await publisher(site, { conf: elsewhere })).stderr, /"detail":"taken with fence/, `stands still with ${nth}`);
				assert.equal(await waiting.one.shownStatus(waiting.number), "issued", `by the other one, while this one stands still with ${nth}`);
			}
		} finally {
			assert.ok(send(Number(holder.split(" ")[1]), "SIGCONT"));
		}
		await expired;
		if (isOpen) await publisher(site, { conf: elsewhere });
		const { stderr } = await slow, after = (await readFile(trace, "utf8")).slice(till.length);
		stood++;
		if (/is not ours any more/.test(stderr)) lost++;
		else assert.ok(isOpen || !after.includes("START TRANSACTION"), `went on as if the lease were its own: ${stderr}`);
		assert.equal((await publisher(site)).status, 0, stderr);
		assert.equal(await waiting.one.shownStatus(waiting.number), "issued");
		assert.deepEqual(await sql(site, `SELECT COUNT(*) FROM event WHERE kind = 'certificate-issued' AND number = '${waiting.number}'`), [["2"]], stderr);
		assert.deepEqual(await broken(site), [], `stood still with ${nth}`);
		await whole(site, highest);
	}
	assert.ok(lost > 0, "at least one found its lease gone");
	await report(t, { fault: `stood still while another took the lease (${lost} found it gone)`, times: stood, broken: 0, recovery: 0 });
});

test("the files of both machines are whole", async () => {
	for (const name of FILES) await onDisk(site, name);
});
