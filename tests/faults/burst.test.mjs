// 100 000 revocations of an hour, in as many seconds as the database needs: a bounded number of CRLs, and nothing is left out. And as many at once, after a
// time without a publisher.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { sql } from "../lib/citizen.mjs";
import { LONG, alone, publisher, report } from "../lib/faults.mjs";
import { instance, until } from "../lib/instance.mjs";
import { onDisk, whole } from "../lib/invariants.mjs";

const ALL = LONG ? 100000 : 20000, MANY = LONG ? 100000 : 35000, BATCHES = 25, SPACING = 5;
const highest = {};
let site;
before(async () => { site = await instance({ own: true }); });
after(() => site?.stop());

// Verified already: the documents of so many people are not what is asked for here.
const revoke = (from, to) => sql(site, `INSERT INTO revocation (ca, serial, iin, reason, revoked_at, verified_at, not_after)
	SELECT (SELECT ca FROM certificate LIMIT 1), UNHEX(CONCAT('2', LEFT(SHA2(seq, 256), 39))), '123456789011', 1 + 3 * (seq % 2), UTC_TIMESTAMP(6), UTC_TIMESTAMP(6),
	UTC_TIMESTAMP(6) + INTERVAL 1 YEAR FROM seq_${from}_to_${to}`);

test(`${ALL} revocations in a burst`, { timeout: 600000 }, async (t) => {
	const [[first]] = await sql(site, "SELECT MAX(number) FROM crl"), began = Date.now(), each = ALL / BATCHES;
	for (let batch = 0; batch < BATCHES; batch++) {
		await revoke(batch * each + 1, (batch + 1) * each);
		await whole(site, highest);
	}
	const inserted = Date.now();
	const delta = await until("all on the delta CRL", async () => {
		const file = await onDisk(site, "ca-delta.crl");
		return file.entries.size >= ALL && file;
	}, 120000);
	const seconds = (Date.now() - began) / 1000, [[last]] = await sql(site, "SELECT MAX(number) FROM crl"), made = Number(last) - Number(first);
	assert.ok(delta.entries.size >= ALL);
	assert.ok(made <= seconds / SPACING + 3, `${made} CRLs in ${seconds} s`);
	assert.deepEqual(await sql(site, "SELECT COUNT(*) FROM revocation WHERE delta_number IS NULL"), [["0"]]);
	await whole(site, highest);
	await report(t, { fault: `${ALL} revocations in ${Math.round(seconds)} s (${made} delta CRLs)`, times: BATCHES, broken: 0, recovery: Date.now() - inserted });
});

test(`${MANY} revocations that came while nobody published`, { timeout: 1500000 }, async (t) => {
	await alone(site, t);
	await revoke(1000001, 1000000 + MANY);
	await sql(site, "UPDATE crl SET this_update = this_update - INTERVAL 13 HOUR, next_update = next_update - INTERVAL 13 HOUR WHERE kind = 'base' AND published_at IS NOT NULL");
	// killed at every few messages to the database: what a piece has claimed is kept, and whoever comes next goes on
	const partly = async () => (await sql(site, "SELECT SUM(delta_number IS NULL) > 0 AND SUM(delta_number IS NOT NULL) > 0, SUM(crl_number IS NULL) > 0 AND SUM(crl_number IS NOT NULL) > 0"
		+ " FROM revocation WHERE serial IN (SELECT UNHEX(CONCAT('2', LEFT(SHA2(seq, 256), 39))) FROM seq_1000001_to_" + `${1000000 + MANY})`))[0];
	let kills = 0, deltas = 0, bases = 0, began = Date.now();
	for (let n = 8; ; n += LONG ? 3 : 5, kills++) {
		began = Date.now();
		const { status, signal, stderr } = await publisher(site, { limit: 300000, inject: `sendto:signal=SIGKILL:when=${n}` });
		if (status === 0) break;
		assert.equal(signal, "SIGKILL", stderr);
		const [delta, base] = await partly();
		deltas += Number(delta);
		bases += Number(base);
		await whole(site, highest);
	}
	t.diagnostic(`${kills} kills, ${deltas} between pieces of the delta, ${bases} of the base`);
	assert.ok(deltas > 0 && bases > 0);
	const { status, stderr } = await publisher(site, { limit: 300000 });
	assert.equal(status, 0, stderr);
	for (const name of ["ca.crl", "ca-delta.crl"]) assert.ok((await onDisk(site, name)).entries.size >= MANY, name);
	assert.deepEqual(await sql(site, "SELECT COUNT(*) FROM revocation WHERE delta_number IS NULL OR crl_number IS NULL"), [["0"]]);
	await whole(site, highest);
	await report(t, { fault: `${MANY} revocations while nobody published, kill -9`, times: kills, broken: 0, recovery: Date.now() - began });
});
