// The database refuses one row between signature and record, is killed under load, or lets a revocation commit long after it began.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { after, before, test } from "node:test";

import { sql } from "../lib/citizen.mjs";
import { Applicant, LONG, alone, pause, publisher, report, PATIENT } from "../lib/faults.mjs";
import { instance, until } from "../lib/instance.mjs";
import { broken, whole } from "../lib/invariants.mjs";
import { leader, send, signal } from "../lib/processes.mjs";

let site, people;
const highest = {};
before(async () => {
	site = await instance({ own: true, conf: PATIENT });
	people = [];
	for (const citizen of site.citizens) people.push(await Applicant.enter(site, citizen));
});
after(() => site?.stop());

const settled = (limit = 60000) => until("nothing is under way", async () => {
	const [[n]] = await sql(site, `SELECT (SELECT COUNT(*) FROM application WHERE status IN ('signed', 'signing')) + (SELECT COUNT(*) FROM revocation WHERE first_delta_number IS NULL)
		+ (SELECT COUNT(*) FROM crl WHERE published_at IS NULL)`).catch(() => [["1"]]);
	return n === "0";
}, limit);

/* Each table that the record of a signature is written to, one after the other. */
for (const table of ["certificate", "application_status", "event"]) {
	test(`the INSERT into ${table} between signature and record fails`, { timeout: 120000 }, async (t) => {
		await alone(site, t);
		const [one] = people, number = await one.apply();
		const condition = { certificate: `NEW.number = '${number}'`, application_status: `NEW.number = '${number}' AND NEW.status = 'issued'`,
			event: `NEW.number = '${number}' AND NEW.kind = 'certificate-issued'` }[table];
		await sql(site, `DELIMITER //\nCREATE TRIGGER fault BEFORE INSERT ON ${table} FOR EACH ROW BEGIN IF ${condition} THEN SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'a fault'; END IF; END//`);
		try {
			for (let i = 0; i < 3; i++) {
				const ill = await publisher(site);
				assert.match(ill.stderr, /1644/, "it is told");
				assert.equal(await one.shownStatus(number), "signing");
				assert.deepEqual(await sql(site, `SELECT COUNT(*) FROM certificate WHERE number = '${number}'`), [["0"]]);
				assert.equal((await one.browser.get(`/status/${number}/certificates`)).status, 404);
			}
		} finally {
			await sql(site, "DROP TRIGGER fault");
		}
		const reserved = await sql(site, `SELECT HEX(serial) FROM serial_reservation WHERE number = '${number}' ORDER BY serial`);
		const from = performance.now(), well = await publisher(site);
		assert.equal(well.status, 0, well.stderr);
		const took = performance.now() - from;
		assert.equal(await one.shownStatus(number), "issued");
		assert.deepEqual(await sql(site, `SELECT HEX(serial) FROM certificate WHERE number = '${number}' ORDER BY serial`), reserved, "the serials that were reserved before");
		assert.deepEqual(await broken(site), []);
		await report(t, { fault: `the INSERT into ${table} fails between signature and record`, times: 3, broken: 0, recovery: took });
	});
}

test("MariaDB is killed and started again under load", { timeout: 300000 }, async (t) => {
	const kills = LONG ? 20 : 4, numbers = [];
	let killed = 0, worst = 0, over = false;
	const load = people.map(async (one) => {
		let serial = null;
		while (!over) {
			/* what was cut is done again; what was done meanwhile is done */
			try {
				const number = await one.apply();
				numbers.push([one, number]);
				if (serial) await one.revoke(serial);
				serial = await until("certificates", () => one.serial(number).catch(() => null), 5000);
			} catch {
				serial = null;
				await pause(100);
			}
		}
	});
	while (killed < kills) {
		await pause(1500 + 300 * (killed % 4));
		const pid = await leader(site, "mariadbd");
		if (!pid || !send(pid, "SIGKILL")) continue;
		killed++;
		const from = performance.now();
		await until("the database", () => sql(site, "SELECT 1").catch(() => null), 30000);
		worst = Math.max(worst, performance.now() - from);
		await whole(site, highest);
	}
	over = true;
	await Promise.all(load);
	await settled();
	assert.ok(numbers.length >= kills, `${numbers.length} applications under ${killed} kills`);
	for (const [one, number] of numbers) assert.equal(await until("the page", () => one.shownStatus(number).catch(() => null)), "issued", number);
	assert.deepEqual(await broken(site), []);
	await whole(site, highest);
	await report(t, { fault: `MariaDB killed under load (${numbers.length} applications)`, times: killed, broken: 0, recovery: worst });
});

test("a revocation that commits late, after a CRL of later ones", { timeout: 120000 }, async (t) => {
	const [late, early] = people, serials = [];
	for (const one of [late, early]) {
		const number = await one.apply();
		serials.push(await until("certificates", () => one.serial(number).catch(() => null), 20000));
	}
	/* somebody holds the citizen's row: the act has begun, and waits */
	const holder = spawn("mariadb", ["--no-defaults", `--socket=${site.run}/mariadb.sock`, "-uroot", "--unbuffered", "--skip-column-names", "cabinet"], { stdio: ["pipe", "pipe", "ignore"] });
	try {
		holder.stdin.write(`START TRANSACTION; SELECT iin FROM citizen WHERE iin = '${late.citizen.iin}' FOR UPDATE;\n`);
		await new Promise((resolve) => holder.stdout.once("data", resolve));
		const waits = late.revoke(serials[0]);
		await until("it waits", async () => Number((await sql(site, "SELECT COUNT(*) FROM information_schema.INNODB_TRX WHERE trx_state = 'LOCK WAIT'"))[0][0]) > 0);
		await early.revoke(serials[1]);
		await until("the later one is on the delta CRL", async () => (await whole(site, highest))["ca-delta.crl"].entries.has(serials[1]), 20000);
		assert.ok(!(await whole(site, highest))["ca-delta.crl"].entries.has(serials[0]));
		holder.stdin.end("COMMIT;\n");
		const from = performance.now();
		await waits;
		await until("the late one is on the delta CRL", async () => (await whole(site, highest))["ca-delta.crl"].entries.has(serials[0]), 20000);
		await settled();
		assert.deepEqual(await broken(site), []);
		await report(t, { fault: "a revocation commits after a CRL of later ones", times: 1, broken: 0, recovery: performance.now() - from });
	} finally {
		holder.stdin.end();
		holder.kill();
	}
});
