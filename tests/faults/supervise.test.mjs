// kill -9 of any program of an instance: it is back, and the cabinet answers. And: stop leaves nothing, a second start goes on with the data.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { after, test } from "node:test";
import { promisify } from "node:util";
import { instance, root, until } from "../lib/instance.mjs";
import { Browser } from "../lib/http.mjs";

const call = promisify(execFile);
const site = await instance({ own: true });
after(() => site.stop());

const pidOf = async (name) => Number((await readFile(path.join(site.run, `${name}.pid`), "utf8").catch(() => "0")).split(" ")[0]);
const isAlive = async (pid) => pid > 0 && !/^[^)]*\) [ZX]/.test(await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "1 (x) X"));
const answers = async (page) => {
	const answer = await new Browser(site).get(page).catch(() => null);
	return answer !== null && answer.status === 200;
};
// Every process that knows this instance: by its command line or as a child of one that does.
async function processes() {
	const found = [];
	for (const pid of (await readdir("/proc")).filter((name) => /^[0-9]+$/.test(name))) {
		const line = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "");
		if (line.replace(/\0/g, " ").includes(site.var) && !line.startsWith("node")) found.push(Number(pid));
	}
	return found;
}

const names = (await readdir(site.run)).filter((name) => name.endsWith(".pid")).map((name) => name.slice(0, -4)).sort();

test("all programs are recorded", () => {
	for (const name of ["mariadbd", "nginx", "publisher", "supervise", "standby", "route-home", "route-login", "route-keys"]) assert.ok(names.includes(name), name);
});

for (const name of names) {
	test(`kill -9 ${name}`, async () => {
		const before = await pidOf(name);
		process.kill(before, "SIGKILL");
		await until(`${name} is back`, async () => { const now = await pidOf(name); return now !== before && await isAlive(now); }, 10000);
		await until("the front page", () => answers("/"), 10000);
		await until("a page with a document", () => answers("/login"), 15000);
	});
}

test("kill -9 of every worker of a route", async () => {
	const workers = [];
	for (const pid of await processes()) {
		if ((await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "")).split("\0")[0].endsWith("/routes/login")) workers.push(pid);
	}
	assert.equal(workers.length, 2);
	workers.forEach((pid) => process.kill(pid, "SIGKILL"));
	await until("a page with a document", () => answers("/login"), 10000);
});

test("a second start says that it runs, and changes nothing", async () => {
	const before = await pidOf("nginx");
	const { stdout } = await call(path.join(root, "scripts/run"), ["--built", "--var", site.var]);
	assert.match(stdout, /Already running/);
	assert.equal(await pidOf("nginx"), before);
});

test("another instance on the same port is refused with a clear message", async () => {
	await assert.rejects(call(path.join(root, "scripts/run"), ["--built", "--port", String(site.port - 1), "--var", site.var + "-other"]),
	    (error) => error.code === 1 && error.stderr.includes(`port ${site.port} is in use`));
});

test("stop leaves no process and no socket; the next start goes on with the data", async () => {
	const crl = async () => (await new Browser(site).get("/ca/ca.cer")).body;
	const before = await crl();
	await call(path.join(root, "scripts/stop"), ["--var", site.var]);
	await until("no process is left", async () => (await processes()).length === 0, 5000);
	assert.deepEqual((await readdir(site.run).catch(() => [])).filter((name) => /\.(sock|pid)$/.test(name)), []);
	await call(path.join(root, "scripts/run"), ["--built", "--detach", "--port", String(site.port), "--var", site.var]);
	assert.deepEqual(await crl(), before);
});
