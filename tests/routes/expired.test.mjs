// Certificates whose time is over: an instance that was set up 400 days ago, by its own clock, and is started again today.
import assert from "node:assert/strict";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { test } from "node:test";

import { call, messages, sql } from "../lib/citizen.mjs";
import { Browser } from "../lib/http.mjs";
import { describe, freePort, root } from "../lib/instance.mjs";
import { sign } from "../lib/sign.mjs";

test("an expired certificate is refused by name, and stays in the register", { timeout: 240000 }, async () => {
	const folder = await mkdtemp(path.join(tmpdir(), "cabinet-expired-"));
	const run = (...before) => call(before[0] ?? path.join(root, "scripts/run"), [...before.slice(1), ...(before.length ? [path.join(root, "scripts/run")] : []),
		"--built", "--detach", "--port", String(port), "--var", folder], { timeout: 180000 });
	const stop = () => call(path.join(root, "scripts/stop"), ["--var", folder], { timeout: 90000 });
	const port = await freePort();
	try {
		await run("faketime", "-f", "-400d");
		await stop();
		await rm(path.join(folder, "tls"), { recursive: true });
		await run();
		const site = await describe(folder, stop);
		const browser = new Browser(site);
		const page = await browser.get("/login");
		const answer = await browser.post("/login", { csrf: page.csrf, signed: await sign(page.document, site.citizens[0].auth) });
		assert.equal(answer.status, 422);
		assert.match(messages(answer), /срок/i);
		assert.deepEqual(await sql(site, "SELECT rule FROM event WHERE kind='login-refused'"), [["certificate-time"]]);
		assert.deepEqual(await sql(site, "SELECT COUNT(*) FROM session"), [["0"]]);
		assert.match(await readFile(path.join(folder, "log/publisher.log"), "utf8"), /publish/, "the CRL of 400 days ago was renewed");
	} finally {
		await stop().catch(() => {});
		await rm(folder, { recursive: true, force: true });
	}
});
