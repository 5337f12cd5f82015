// kill -9 of every kind of program at each step of the journey, while the step's own request is on its way. The citizen does the step again, as a
// person would, and comes to the end; then the register is asked whether anything is lost, doubled or half done.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { after, before, test } from "node:test";

import { call, crl, keyAndRequest, locality, login, messages, requests, serialOf, sql, toBeSigned, withFiles, filedNumber } from "../lib/citizen.mjs";
import { Browser } from "../lib/http.mjs";
import { instance, until } from "../lib/instance.mjs";
import { NOTHING } from "../lib/invariants.mjs";
import { leader, send, services, workers } from "../lib/processes.mjs";
import { sign } from "../lib/sign.mjs";

const ROUTE = { login: "login", file: "reissue", confirm: "applications", issue: "status", install: "status", revoke: "revoke" };

let site;
before(async () => { site = await instance({ own: true }); });
after(() => site?.stop());

// Who is killed while a step of the journey is done. Each answers process numbers.
const victims = {
	"the workers of the route": (step) => workers(site, ROUTE[step]),
	"multiwatch of the route": async (step) => [await leader(site, `route-${ROUTE[step]}`)],
	"the workers of nginx": () => workers(site, "nginx"),
	"the master of nginx": async () => [await leader(site, "nginx")],
	"the database": async () => [await leader(site, "mariadbd")],
	"the publisher": async () => [await leader(site, "publisher")],
	"the supervisor": async () => [await leader(site, "supervise")],
	"the supervisor in waiting": async () => [await leader(site, "standby")],
};

// The answer, or null when the connection broke: both may have done the deed or not.
const attempt = (ask) => ask().catch(() => null);
const again = (what, probe) => until(what, async () => (await attempt(probe)) || null, 30000);
const isDone = (answer) => answer?.status === 303;
// A page is asked for until it comes.
const open = (browser, address, good = [200]) => again(address, async () => {
	const page = await browser.get(address);
	return good.includes(page.status) && page;
});

async function enter(site_, citizen, send_ = attempt) {
	const browser = new Browser(site_), page = await open(browser, "/login");
	const signed = await sign(page.document, citizen.auth);
	return { browser, answer: await send_(() => browser.post("/login", { csrf: page.csrf, signed })) };
}

// The whole journey. strike(step, ask) sends a step's request and kills meanwhile; answers as attempt() does.
async function journey(citizen, strike) {
	const seen = [];
	const step = (name) => async (ask) => {
		const answer = await strike(name, ask);
		seen.push(`${name} ${answer === null ? "cut" : answer.status}`);
		return answer;
	};

	/* a login that was cut is begun anew, with a new document */
	let entered = await enter(site, citizen, step("login"));
	while (!isDone(entered.answer)) entered = await enter(site, citizen);
	const { browser } = entered;

	const keys = await requests(citizen), form = await open(browser, "/reissue");
	const file = () => browser.post("/reissue", { csrf: form.csrf, email: "", locality, store: "PKCS12", csr_auth: keys.auth.csr, csr_sign: keys.sign.csr });
	let filed = await step("file")(file);
	if (!isDone(filed)) filed = await again("the application", async () => {
		const answer = await file();
		return filedNumber(answer) && answer;
	});
	const number = filedNumber(filed);

	const confirm = async (send_ = attempt) => {
		const page = await open(browser, `/applications/${number}`);
		if (!page.document) return;			// it is signed: the page asks for nothing
		const signed = await sign(page.document, citizen.sign);
		await send_(() => browser.post(`/applications/${number}/confirm`, { csrf: page.csrf, status: "signed", agree: "1", signed }));
	};
	await confirm(step("confirm"));
	while (/<[^>]*id="status-page"[^>]*data-status="new"/.test((await open(browser, `/status/${number}`)).text)) await confirm();

	await step("issue")(() => browser.get(`/status/${number}/certificates`));
	const pem = (await open(browser, `/status/${number}/certificates`)).text;
	const [auth, sign_] = pem.match(/-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----\n/g);

	const install = () => browser.post(`/status/${number}/installed`, { csrf: form.csrf });
	if (!isDone(await step("install")(install))) await again("the installation", async () => isDone(await install()));

	const serial = await serialOf(auth), address = `/keys/${serial}/revoke`;
	const revoke = async (send_ = attempt) => {
		const page = await open(browser, `${address}?reason=4`, [200, 409]);
		if (page.status === 409) return true;		// it is in the register
		const signed = await sign(page.document, citizen.sign);
		return isDone(await send_(() => browser.post(`${address}/confirm`, { csrf: page.csrf, agree: "1", signed })));
	};
	if (!await revoke(step("revoke"))) await again("the revocation", revoke);
	await again("the revocation on the delta CRL", async () => (await crl(site, "ca-delta.crl")).entries.has(serial));

	/* at once and for good: the revoked key opens nothing, the other one of the pair is kept */
	const fresh = { ...citizen, auth: { key: keys.auth.key, certificate: auth } };
	const refused = await again("an answer to the revoked key", async () => {
		const { answer } = await enter(site, fresh);
		return answer?.status < 500 && answer;
	});
	assert.equal(refused.status, 422);
	assert.match(messages(refused), /отозван/i);
	assert.match((await open(browser, `/keys/${await serialOf(sign_)}`)).text, new RegExp(await serialOf(sign_)));
	return { number, serial, seen };
}

let turn = 0;
for (const [who, find] of Object.entries(victims)) {
	test(`kill -9 of ${who} at each step: the journey comes to its end`, { timeout: 100000 }, async (t) => {
		const citizen = site.citizens[turn % site.citizens.length];
		let killed = 0;
		const { number, serial, seen } = await journey(citizen, async (step, ask) => {
			const pids = await until(`${who} to kill at ${step}`, async () => {
				const found = (await find(step)).filter((pid) => pid !== 0);
				return found.length > 0 && found;
			}, 15000);
			const answer = attempt(ask);
			/* another moment of the request each time: before it is read, while it is worked on, when it is done */
			await new Promise((resolve) => setTimeout(resolve, 2 + turn++ % 10));
			killed += pids.filter((pid) => send(pid, "SIGKILL")).length;
			return answer;
		});
		t.diagnostic(`${killed} killed; ${seen.join(", ")}`);
		assert.ok(killed >= Object.keys(ROUTE).length, `${killed} killed`);
		assert.deepEqual(await sql(site, `SELECT status FROM application WHERE number='${number}'`), [["installed"]]);
		assert.deepEqual(await sql(site, `SELECT reason FROM revocation WHERE serial=UNHEX('${serial}')`), [["4"]]);
	});
}

// Small steps through the moments of one request, with keys that are made in a moment.
test("workers are killed at ten moments of filing: the same form sent again leads to one application", { timeout: 60000 }, async (t) => {
	const citizen = site.citizens[0], browser = await login(site, citizen), form = await browser.get("/reissue");
	const numbers = new Set(), seen = [];
	for (let moment = 0; moment < 10; moment++) {
		const auth = await keyAndRequest(citizen, { curve: "P-256" }), sign_ = await keyAndRequest(citizen, { curve: "P-256" });
		const file = () => browser.post("/reissue", { csrf: form.csrf, email: "", locality, store: "PKCS12", csr_auth: auth.csr, csr_sign: sign_.csr });
		const pids = await until("workers", async () => (await workers(site, "reissue")).length > 0 && workers(site, "reissue"));
		const first = attempt(file), from = performance.now();
		while (performance.now() - from < 3 + moment) await new Promise(setImmediate);
		pids.forEach((pid) => send(pid, "SIGKILL"));
		seen.push((await first)?.status ?? "cut");
		const done = await again("the application", async () => {
			const answer = await file();
			return filedNumber(answer);
		});
		if (isDone(await first)) assert.equal(done, filedNumber(await first));
		const [[keys]] = await sql(site, `SELECT COUNT(*) FROM application WHERE hash_auth = (SELECT hash_auth FROM application WHERE number='${done}')`);
		assert.equal(keys, "1");
		numbers.add(done);
	}
	t.diagnostic(seen.join(" "));
	assert.equal(numbers.size, 10);
});

test("every program is there again, once", async () => {
	const names = await services(site);
	for (const name of ["mariadbd", "nginx", "supervise", "standby", ...new Set(Object.values(ROUTE).map((route) => `route-${route}`))]) {
		assert.ok(names.includes(name), name);
		await until(name, () => leader(site, name), 15000);
	}
	for (const route of new Set(Object.values(ROUTE))) assert.equal((await until(route, async () => (await workers(site, route)).length >= 2 && workers(site, route))).length, 2, route);
});

for (const [what, question] of Object.entries(NOTHING))
	test(`there is not ${what}`, async () => assert.deepEqual(await sql(site, question), []));

test("all that was counted was there to be counted", async () => {
	const journeys = Object.keys(victims).length;
	const [[installed, certificates, revoked]] = await sql(site, `SELECT (SELECT COUNT(*) FROM application WHERE status = 'installed' AND origin = 'cabinet'),
		(SELECT COUNT(*) FROM certificate c JOIN application a ON a.number = c.number WHERE a.origin = 'cabinet'), (SELECT COUNT(*) FROM revocation)`);
	assert.deepEqual([Number(installed), Number(certificates), Number(revoked)], [journeys, 2 * journeys, journeys]);
});

test("every certificate and the CRLs hold for openssl; files and register say the same", async () => {
	const rows = await sql(site, "SELECT LOWER(HEX(serial)), HEX(der) FROM certificate");
	const [ca, root] = await Promise.all(["ca.pem", "root.pem"].map((name) => readFile(path.join(site.var, "ca", name), "utf8")));
	const leaves = Object.fromEntries(rows.map(([serial, der]) => [serial, `-----BEGIN CERTIFICATE-----\n${Buffer.from(der, "hex").toString("base64").replace(/.{1,64}/g, "$&\n")}-----END CERTIFICATE-----\n`]));
	await withFiles({ ...leaves, ca, root }, async (at) => {
		const { ca: ca_, root: root_, ...files } = at;
		const { stdout } = await call("openssl", ["verify", "-x509_strict", "-CAfile", root_, "-untrusted", ca_, ...Object.values(files)]);
		assert.equal(stdout.match(/: OK$/gm).length, rows.length);
	});
	for (const [name, kind] of [["ca.crl", "base"], ["ca-delta.crl", "delta"]]) {
		const now = await crl(site, name);
		const [[number, entries, sum]] = await sql(site, `SELECT number, entries, LOWER(HEX(tbs_sha256)) FROM crl WHERE kind = '${kind}' ORDER BY number DESC LIMIT 1`);
		assert.deepEqual([now.number, now.entries.size], [Number(number), Number(entries)], name);
		assert.equal(createHash("sha256").update(toBeSigned(now.body)).digest("hex"), sum, name);
	}
	const delta = await crl(site, "ca-delta.crl");
	for (const [serial] of await sql(site, "SELECT LOWER(HEX(serial)) FROM revocation"))
		assert.equal(delta.entries.get(serial), "Superseded", serial);
});
