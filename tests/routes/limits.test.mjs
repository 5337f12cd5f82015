// Limits per address, on an instance with tight ones.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { instance } from "../lib/instance.mjs";
import { Browser } from "../lib/http.mjs";

const site = await instance({ own: true, env: { CABINET_RATE: "1", CABINET_BURST: "5" } });
after(() => site.stop());

test("over the limit: 429 with its page and Retry-After; static files and CRLs go on", async () => {
	const browser = new Browser(site);
	const pages = await Promise.all(Array.from({ length: 30 }, () => browser.get("/")));
	const refused = pages.filter((page) => page.status === 429);
	assert.ok(refused.length >= 20, `${refused.length} of 30 refused`);
	assert.ok(pages.some((page) => page.status === 200));
	assert.equal(refused[0].headers["retry-after"], "5");
	assert.ok(refused[0].text.includes("Сұраулар тым көп"));
	for (const path of ["/static/js/der.js", "/crl/ca.crl"]) assert.equal((await browser.get(path)).status, 200, path);
});
