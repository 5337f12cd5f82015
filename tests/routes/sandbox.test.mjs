// Every program of a running cabinet has given up what it does not need (fcgi/base/sandbox.h; what that means is tested in tests/unit/test_sandbox.c).
import assert from "node:assert/strict";
import { readFile, readdir } from "node:fs/promises";
import path from "node:path";
import { test } from "node:test";

import { sql } from "../lib/citizen.mjs";
import { Browser } from "../lib/http.mjs";
import { instance, root, until } from "../lib/instance.mjs";
import { leader, workers } from "../lib/processes.mjs";

const site = await instance();

// [NoNewPrivs, Seccomp, Seccomp_filters] of a process; none while it is gone.
async function rights(pid) {
	const status = await readFile(`/proc/${pid}/status`, "utf8").catch(() => "");
	return ["NoNewPrivs", "Seccomp", "Seccomp_filters"].map((name) => new RegExp(`^${name}:\\s*(\\d+)$`, "m").exec(status)?.[1]).join(" ");
}

test("all of them run with a filter of calls and no new rights", async (t) => {
	const programs = new Map((await readdir(path.join(root, "fcgi/routes"))).map((name) => [name, () => workers(site, name)]));
	for (const name of ["publisher", "mailer"]) programs.set(name, async () => [await leader(site, name)]);
	assert.ok(programs.size >= 10);
	for (const [name, pids] of programs) {
		await t.test(name, async () => {
			// one that was started a moment ago is still opening its files
			let seen;
			await until(`${name} in its sandbox`, async () => {
				seen = await Promise.all((await pids()).map(rights));
				return seen.length > 0 && seen.every((one) => one === "1 2 1");
			}, 30000).catch((error) => assert.fail(`${error.message}: ${seen}`));
		});
	}
});

test("connections to the database that were cut are made again, from inside", async () => {
	const browser = new Browser(site);
	const accounts = (await sql(site, "SELECT id FROM information_schema.processlist WHERE user IN ('cabinet_apply', 'cabinet_status')")).map(([id]) => id);
	assert.ok(accounts.length > 0);
	for (const id of accounts) await sql(site, `KILL CONNECTION ${id}`).catch(() => {});
	for (let i = 0; i < 8; i++) assert.equal((await browser.get("/apply")).status, 200);
});
