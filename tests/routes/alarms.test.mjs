// Alarms about lists themselves: of the publisher, when a list grows, is too large or cannot be renewed; and of the watchdog over a list that is too
// large to be read every minute.
import assert from "node:assert/strict";
import { readFile, utimes, writeFile } from "node:fs/promises";
import path from "node:path";
import { after, before, test } from "node:test";

import { crl, sql } from "../lib/citizen.mjs";
import { alone, publisher, temporary } from "../lib/faults.mjs";
import { instance } from "../lib/instance.mjs";
import { isAlarm, watchdog } from "../lib/watchdog.mjs";

const COUNT = 25000;
let site, crls;
before(async () => {
	site = await instance({ own: true });
	crls = path.join(site.var, "public/crl");
});
after(() => site?.stop());

// The newest base has used up so many of its 24 hours.
const ages = (hours) => sql(site, `UPDATE crl SET this_update = UTC_TIMESTAMP(6) - INTERVAL ${hours} HOUR, next_update = UTC_TIMESTAMP(6) + INTERVAL ${24 - hours} HOUR
	WHERE kind = 'base' AND published_at IS NOT NULL ORDER BY number DESC LIMIT 1`);
const pass = async (options) => {
	const made = await publisher(site, options);
	return { ...made, alarms: made.stderr.split("\n").filter((line) => /ALARM/.test(line)).join("\n") };
};

test("the publisher tells a list that grows fast, one that is too large, and one that it cannot renew", { timeout: 180000 }, async (t) => {
	await alone(site, t);
	assert.equal((await pass()).alarms, "", "nothing to tell");
	await sql(site, `INSERT INTO revocation (ca, serial, iin, reason, revoked_at, not_after, verified_at) SELECT (SELECT MAX(id) FROM ca),
		CONCAT(X'21', UNHEX(LPAD(HEX(seq), 10, '0')), LEFT(UNHEX(SHA2(seq, 256)), 14)), '900101300811', 4, UTC_TIMESTAMP(6), '2036-01-01', UTC_TIMESTAMP(6) FROM seq_1_to_${COUNT}`);
	await ages(13);
	const grown = await pass();
	assert.equal(grown.status, 0, grown.stderr);
	assert.match(grown.alarms, /^[^\n]*ALARM: ca\.crl \d+: 1\d{6} octets, the one before had \d{3,4}[^\n]*$/, "told, once, and published all the same");
	assert.ok((await crl(site, "ca.crl")).entries.size >= COUNT);
	await ages(13);
	assert.equal((await pass()).alarms, "", "as large as before");

	const small = path.join(site.var, "small.conf"), conf = await readFile(path.join(site.var, "cabinet.conf"), "utf8");
	await writeFile(small, `${conf}\n[publisher]\ncrl_size_alarm = 65536\n`);
	await ages(13);
	const large = await pass({ conf: small });
	/* the delta as well: its base is one that relying parties may hold, from before they were there */
	for (const name of ["ca.crl", "ca-delta.crl"])
		assert.match(large.alarms, new RegExp(`ALARM: ${name} \\d+: 1\\d{6} octets, more than publisher\\.crl_size_alarm`));

	const full = async () => pass({ inject: "openat:error=EROFS:when=1", only: await temporary(site, path.join(crls, "ca.crl")) });
	await ages(13);
	const waits = await full();
	assert.notEqual(waits.status, 0);
	assert.equal(waits.alarms, "", "past half of its validity: there is time");
	await ages(19);
	assert.match((await full()).alarms, /ALARM: RFC 5280 section 5\.1\.2\.5: ca\.crl \d+ is past three quarters of its validity and cannot be renewed/);
	await ages(19);
	const well = await pass();
	assert.deepEqual([well.status, well.alarms], [0, ""]);
});

test("the watchdog reads a large list again when it has changed, or after an hour; its number and age are judged each time", { timeout: 180000 }, async (t) => {
	await alone(site, t);
	const { folder, look, isFine } = await watchdog(site), state = path.join(folder, "report.state"), file = path.join(crls, "ca.crl");
	const readAt = async () => Number((await readFile(state, "utf8")).split("\n")[1].split(" ").at(-1));
	await isFine("read whole");
	const first = await readAt();
	assert.ok(first > 0);
	await isFine("as it was");
	assert.equal(await readAt(), first, "not read again");
	const { number } = await crl(site, "ca.crl");
	await sql(site, `UPDATE crl SET published_at = published_at - INTERVAL 1 MINUTE, number = number + 1 WHERE kind = 'base' AND number = ${number}`);
	isAlarm(await look(), "base-crl", new RegExp(`number ${number} is served, ${number + 1} was published`));
	await sql(site, `UPDATE crl SET number = number - 1 WHERE kind = 'base' AND number = ${number + 1}`);
	await isFine("back");

	/* an entry whose register says something else: found with --whole, after an hour, and when the file is another one */
	const row = "WHERE serial LIKE CONCAT(X'21', '%') ORDER BY serial LIMIT 1";
	const spoilt = async (what, prepare, args = []) => {
		await isFine(what);
		await sql(site, `UPDATE revocation SET reason = 5 ${row}`);
		await isFine("not looked at now");
		await prepare();
		const found = await look({}, args);
		assert.equal(found.level("base-crl"), 2, found.said);
		assert.match(found.said, /base \d+: 21[0-9a-f]{38}: another reason than in the register/);
		await sql(site, `UPDATE revocation SET reason = 4 ${row}`);
	};
	await spoilt("--whole", () => {}, ["--whole"]);
	await spoilt("an hour later", async () => {
		const at = await readAt();
		await writeFile(state, (await readFile(state, "utf8")).replace(` ${at}\n`, ` ${at - 3600e6}\n`));
	});
	await spoilt("another file", () => utimes(file, new Date(), new Date(Date.now() - 5000)));
	/* a state that is not whole is none */
	await writeFile(state, (await readFile(state, "utf8")).slice(0, -9));
	await isFine("a piece of a state");
	assert.ok(await readAt() > first);
});
