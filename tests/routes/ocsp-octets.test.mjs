// Requests to the OCSP responder that are no requests: each octet of a good one changed, each beginning of it, by POST and by GET. Every one of them has an
// answer of its own, and the workers go on. tests/valgrind/run runs it too.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { sql } from "../lib/citizen.mjs";
import { instance } from "../lib/instance.mjs";
import { exchange, refusal, requestOf } from "../lib/ocsp.mjs";
import { workers } from "../lib/processes.mjs";

let site, serial;
before(async () => {
	site = await instance();
	[[serial]] = await sql(site, "SELECT LOWER(HEX(serial)) FROM certificate ORDER BY serial LIMIT 1");
});
after(() => site?.stop());

test("each octet changed, each length: malformedRequest, unauthorized or an answer, and no worker ends", { timeout: 240000 }, async () => {
	const pids = await workers(site, "ocsp"), counted = {};
	for (const sha256 of [false, true]) {
		const good = await requestOf(site, [serial], { sha256 }), bodies = [];
		for (let i = 0; i < good.length; i++) {
			const changed = Buffer.from(good);
			changed[i] ^= 1 << i % 8;
			bodies.push(changed, good.subarray(0, i));
		}
		for (const [i, body] of [good, ...bodies, good].entries()) {
			const answer = i % 3 === 0 && body.length > 0 ? await exchange(`${site.plain}/ocsp/${encodeURIComponent(body.toString("base64"))}`, { method: "GET" }) : await exchange(`${site.plain}/ocsp`, { body });
			assert.equal(answer.status, 200, body.toString("hex"));
			const said = refusal(answer.body);
			assert.ok([0, 1, 6].includes(said), `${said} to ${body.toString("hex")}`);
			if (said !== 0) assert.equal(answer.headers["cache-control"], "no-store");
			if (body === good) assert.equal(said, 0, "a good one among them");
			counted[said] = (counted[said] ?? 0) + 1;
		}
	}
	assert.ok(counted[0] > 20 && counted[1] > 100 && counted[6] > 30, JSON.stringify(counted));
	assert.deepEqual(await workers(site, "ocsp"), pids, "the same workers");
});
