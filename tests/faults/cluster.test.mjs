// One cabinet on a Galera cluster: three database nodes, login programs at two of them. cluster.sh starts it, and its load; this reads what came of it.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import path from "node:path";
import { before, test } from "node:test";

import { report } from "../lib/faults.mjs";
import { freePort, root } from "../lib/instance.mjs";

let said;
before(async () => {
	const port = await freePort();
	said = await new Promise((resolve, reject) => {
		execFile(path.join(root, "tests/faults/cluster.sh"), { env: { ...process.env, CLUSTER_PORT: String(port) }, timeout: 400000, maxBuffer: 1 << 20 },
			(error, stdout, stderr) => error ? reject(new Error(`${error.message}\n${stdout}\n${stderr}`)) : resolve(stdout));
	});
}, { timeout: 420000 });

// What stands behind a name, of each line that begins with it.
const lines = (name) => [...said.matchAll(new RegExp(`^ *\\d* *${name} (.*)$`, "gm"))].map(([, rest]) => rest);
const nodes = () => lines("node").map((line) => line.split(" "));

test("a node that would write times of its own is refused before it gets a table", () => {
	assert.match(lines("unsafe").join(), /^1 migrate: a node of a cluster with secure_timestamp = YES/);
});

test("no account without a word of the administrator's sets a session's clock", () => {
	assert.match(said, /^clock [^]*?ERROR 1227 \(42000\)/m);
});

test("logins of the same people at two nodes at once: each is answered once, conflicts are repeated, and all nodes have one past", async (t) => {
	const together = nodes().slice(0, 3), all = lines("done")[0];
	assert.ok(lines("both").length > 1 && lines("both").every((bad) => bad === "0"), said);
	assert.ok(Number(all) > 0, said);
	assert.deepEqual(together.map(([number, ...counts]) => [number, ...counts.slice(0, 3)]), ["1", "2", "3"].map((number) => [number, all, all, all]), said);
	assert.equal(new Set(together.map((node) => node[4])).size, 1, said);
	assert.ok(Number(lines("conflicts")[0]) > 0, "nodes met in one row");
	assert.match(lines("log").join("\n"), /login usual: 1213/, "the transaction that is one statement, too");
	await report(t, { fault: `logins at two nodes of a cluster (${lines("conflicts")[0]} conflicts)`, times: Number(all), broken: 0, recovery: 0 });
});

test("a node killed under load: every login is answered, and both others have it", async (t) => {
	const atKill = Number(lines("kill")[0]), left = nodes().slice(3), [earlier, all] = lines("done");
	assert.deepEqual(lines("size"), ["3", "2"], said);
	assert.ok(atKill > Number(earlier) && atKill < Number(all), `${atKill} forms when it was killed`);
	assert.deepEqual(lines("killed"), ["0"], said);
	assert.deepEqual(left.map(([number, ...counts]) => [number, ...counts.slice(0, 3)]), ["1", "3"].map((number) => [number, all, all, all]), said);
	assert.equal(left[0][4], left[1][4], said);
	await report(t, { fault: "a node of a cluster killed under load", times: 1, broken: 0, recovery: 0 });
});

test("the last of three nodes takes no login", () => {
	assert.deepEqual([lines("ready"), lines("alone")], [["OFF"], ["20"]], said);
	assert.match(lines("log").join("\n"), /1047/);
});
