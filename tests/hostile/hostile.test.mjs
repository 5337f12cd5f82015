// The attack corpus against the real programs, through the real nginx: each case with the one rule that must refuse it. What the table says beside that: CPU of the
// route's workers for the whole request. See README.md.
import assert from "node:assert/strict";
import { createPrivateKey, generateKeyPairSync, X509Certificate } from "node:crypto";
import https from "node:https";
import { after, before, test } from "node:test";

import { apply } from "../lib/apply.mjs";
import { file, login, messages } from "../lib/citizen.mjs";
import { Browser } from "../lib/http.mjs";
import { instance } from "../lib/instance.mjs";
import { workers } from "../lib/processes.mjs";
import { open } from "../lib/sign.mjs";
import { acts } from "./cases/acts.mjs";
import { certificates } from "./cases/certificates.mjs";
import { texts } from "./cases/octets.mjs";
import { shapes } from "./cases/shape.mjs";
import { wrapping } from "./cases/wrapping.mjs";
import { authority } from "./lib/certificate.mjs";
import { cpu, Database, memory } from "./lib/measure.mjs";
import { signed } from "./lib/signer.mjs";
import { races } from "./races.mjs";

const CPU_MS = 5;			// a refused document must not cost more
const GROWTH_KB = 512;			// what a worker may differ by after the corpus came a second time
const sanitized = Boolean(process.env.SAN);

const world = {};			// what the cases sign with; filled below
before(async () => {
	const site = world.site = await instance({ own: true, conf: "applications_limit = 1000" });
	const [citizen, other] = site.citizens;
	const db = new Database(site);
	Object.assign(world, { citizen, other, db, ca: await authority(site, db), pair: generateKeyPairSync("rsa", { modulusLength: 2048 }) });
	const who = async (key) => {
		const pem = await open(key);
		return { key: createPrivateKey(pem.key), der: new Uint8Array(new X509Certificate(pem.certificate).raw) };
	};
	world.auth = await who(citizen.auth);
	world.sign = await who(citizen.sign);
	world.otherAuth = await who(other.auth);
	world.otherSign = await who(other.sign);
	world.operator = await who(site.operator.sign);
	world.thief = { key: world.pair.privateKey, der: world.otherAuth.der };
});
after(async () => {
	world.db?.close();
	await world.site?.stop();
});

const steady = (browser, site) => Object.assign(browser, { agent: new https.Agent({ ca: site.ca, keepAlive: true, maxSockets: 4 }) });

/*
 * Where documents go: by kind, who signs there, a document that waits, and how it is posted. A refused document is not used up, so that one serves many cases; after
 * an accepted one the next is fetched.
 */
async function targets() {
	const { site, citizen } = world;
	const out = {
		login: { route: "login", who: world.auth, browser: steady(new Browser(site), site), address: "/login", post: "/login", more: {} },
	};
	const inside = steady(await login(site, citizen), site);
	const { number } = await file(inside, citizen);
	out.confirmation = { route: "applications", who: world.sign, browser: inside, address: `/applications/${number}`, post: `/applications/${number}/confirm`, more: { status: "signed", agree: "1" } };
	const serial = new X509Certificate(world.sign.der).serialNumber.toLowerCase().padStart(40, "0");
	out.revocation = { route: "revoke", who: world.sign, browser: inside, address: `/keys/${serial}/revoke?reason=1`, post: `/keys/${serial}/revoke/confirm`, more: { agree: "1" } };
	/* an application of its own for the proof: its keys have no certificate yet */
	const pending = await file(inside, citizen);
	out.proof = { route: "status", who: { key: createPrivateKey(pending.keys.auth.key), der: new Uint8Array() }, browser: steady(new Browser(site), site), address: `/status/${pending.number}`,
		post: `/status/${pending.number}/proof`, more: {} };
	for (const target of Object.values(out)) target.pids = await workers(site, target.route);
	return out;
}
const fetched = async (target) => {
	if (!target.document) {
		const page = await target.browser.get(target.address);
		assert.ok(page.document, `${target.address}: ${page.status}`);
		Object.assign(target, { document: page.document, csrf: page.csrf });
	}
	return target;
};

// Prepares one case and posts it: { answer, ms }.
async function post(one, all) {
	const target = await fetched(all[one.to ?? "login"]);
	await one.prepare?.(world, target);
	const documentOf = async (kind) => (await fetched(all[kind])).document;
	const data = await one.make({ ...world, who: target.who, document: target.document, documentOf });
	const before_ = await cpu(target.pids);
	const answer = await target.browser.upload(target.post, { csrf: target.csrf, ...target.more, signed: { file: "signed.xml", data } });
	const ms = (await cpu(target.pids) - before_) / 1e6;
	/* what can be signed next: after an accepted document it has to be fetched */
	Object.assign(target, answer.status === 422 && answer.document ? { document: answer.document, csrf: answer.csrf } : { document: null });
	return { answer, ms };
}
// { status, rule, ms }: rule as the audit log has it, "" if there is no refusal in it; "too long" when the form field itself was
async function attack(one, all) {
	const [[last]] = await world.db.ask("SELECT COALESCE(MAX(id), 0) FROM event");
	const { answer, ms } = await post(one, all);
	const rows = await world.db.ask(`SELECT rule FROM event WHERE id > ${last} AND kind IN ('login-refused', 'form-refused', 'proof-refused')`);
	let rule = rows[0]?.[0] ?? "";
	if (!rule && answer.status === 422 && /слишком|too long|шектен/i.test(messages(answer))) rule = "too long";
	return { status: answer.status, rule, ms, shown: messages(answer) };
}

const table = [];
function row(one, got) {
	table.push(`${one.name.padEnd(88)} ${(one.rule ?? "accepted").padEnd(20)} ${(got.status === 303 ? "accepted" : got.rule || `HTTP ${got.status}`).padEnd(20)} ${got.ms.toFixed(2).padStart(6)} ms`);
}

test("corpus", { timeout: 900000 }, async (t) => {
	const all = await targets();
	const cases = [...wrapping, ...shapes, ...texts, ...await certificates(world), ...acts];
	const seen = new Set();
	for (const one of cases) {
		assert.ok(!seen.has(one.name), `two cases: ${one.name}`);
		seen.add(one.name);
		await t.test(one.name, async () => {
			let got = await attack(one, all);
			/* a neighbour on the machine may have taken the caches: what it costs is the least of three */
			for (let again = 0; again < 2 && one.rule && got.ms >= CPU_MS; again++) got = { ...got, ms: Math.min(got.ms, (await attack(one, all)).ms) };
			row(one, got);
			assert.deepEqual([got.status, got.rule], one.rule ? [422, one.rule] : [303, ""], got.shown);
			if (!sanitized && one.rule) assert.ok(got.ms < CPU_MS, `${got.ms.toFixed(2)} ms of CPU`);
		});
	}
	await t.test("at least 120 cases, and none of them opened a session", async () => {
		assert.ok(cases.length >= 120, `${cases.length}`);
		const accepted = cases.filter(({ rule, to = "login" }) => !rule && to === "login").length;
		const [[sessions]] = await world.db.ask(`SELECT COUNT(*) FROM session WHERE iin='${world.citizen.iin}'`);
		assert.equal(Number(sessions), accepted + 1, "the accepted ones, and the one that files");
		assert.deepEqual(await world.db.ask("SELECT COUNT(*) FROM application_status WHERE status='signed'"), [["0"]]);
	});
	/* AddressSanitizer keeps what was freed for a while: there its size says nothing, and what is lost it reports by itself */
	await t.test("the corpus once more: no worker has grown", { skip: sanitized && "under AddressSanitizer" }, async () => {
		const pids = [...new Set(Object.values(all).flatMap((target) => target.pids))];
		const pass = async () => {
			for (const one of cases) if (one.rule) await post(one, all);
			return Promise.all(pids.map(memory));
		};
		/* each worker has to have met everything once: which of two takes a request is chance */
		const first = await pass(), second = await pass();
		table.push(`resident memory of ${pids.length} workers after the corpus: ${first.join(", ")} KB; after one more: ${second.join(", ")} KB`);
		pids.forEach((pid, i) => assert.ok(second[i] - first[i] < GROWTH_KB, `worker ${pid}: ${first[i]} KB, then ${second[i]} KB`));
	});
	console.log(["case".padEnd(88) + " must be              is                   CPU", ...table].map((line) => `| ${line}`).join("\n"));
});

// A document that was accepted is spent: of a hundred at once one passes, and none later.
async function replays(post_, isAccepted, isRefused) {
	const answers = await Promise.all(Array.from({ length: 100 }, post_));
	assert.equal(answers.filter(isAccepted).length, 1, "exactly one success");
	assert.equal(answers.filter(isRefused).length, 99);
	assert.ok(isRefused(await post_()), "and none later");
}
const one303 = (place) => ({ status, location }) => status === 303 && location === place;
const is422 = ({ status }) => status === 422;

test("login replayed a hundred times at once: one session", { timeout: 300000 }, async () => {
	const { site, db, other, otherAuth } = world, browser = steady(new Browser(site), site), page = await browser.get("/login");
	const form = { csrf: page.csrf, signed: signed(page.document, otherAuth) };
	const [[last]] = await db.ask("SELECT MAX(id) FROM event");
	await replays(() => browser.post("/login", form), one303("/keys"), is422);
	assert.deepEqual(await db.ask(`SELECT COUNT(*) FROM session WHERE iin='${other.iin}'`), [["1"]]);
	assert.deepEqual(await db.ask(`SELECT COUNT(*), rule FROM event WHERE kind='login-refused' AND id > ${last} GROUP BY rule`), [["100", "used"]]);
});

test("confirmation replayed a hundred times at once: one is signed", { timeout: 300000 }, async () => {
	const { site, db, other, otherSign } = world, browser = steady(await login(site, other), site);
	const { number } = await file(browser, other), page = await browser.get(`/applications/${number}`);
	const form = { csrf: page.csrf, status: "signed", agree: "1", signed: signed(page.document, otherSign) };
	await replays(() => browser.post(`/applications/${number}/confirm`, form), one303(`/status/${number}`), is422);
	assert.deepEqual(await db.ask(`SELECT COUNT(*) FROM signed_form WHERE kind='confirmation' AND subject='${number}'`), [["1"]]);
	assert.deepEqual(await db.ask(`SELECT COUNT(*) FROM application_status WHERE number='${number}' AND status='signed'`), [["1"]]);
});

test("an application that a thief has filed for this IIN: the citizen's signature alone does not confirm it, and the thief cannot", { timeout: 300000 }, async () => {
	const { site, db, other: victim, otherSign: own, citizen: outsider, sign: foreign } = world, thief = new Browser(site);
	const { number, code, answer: filed } = await apply(thief, victim), address = `/applications/${number}`;
	assert.equal(filed.status, 303, messages(filed));
	const browser = await login(site, victim), page = await browser.get(address);
	const confirm = (from, fields) => from.post(`${address}/confirm`, { csrf: page.csrf, status: "signed", agree: "1", signed: signed(page.document, own), ...fields });
	const state = () => db.ask(`SELECT status FROM application WHERE number='${number}'`);
	for (const fields of [{}, { code: "" }, { code: "AAAA-AAAA" }, { code: code.slice(0, -1) }]) {
		const answer = await confirm(browser, fields);
		assert.equal(answer.status, 422, JSON.stringify(fields));
		assert.match(answer.text, /id="code-error"/);
	}
	/* the thief knows the code and has neither key nor session of the citizen; with a session of their own it is nobody's */
	assert.match((await confirm(thief, { code })).location, /^\/login/);
	const inside = await login(site, outsider), form = await inside.get("/profile");
	assert.equal((await inside.post(`${address}/confirm`, { csrf: form.csrf, status: "signed", agree: "1", code, signed: signed(page.document, foreign) })).status, 404);
	/* nor does another's signature in the citizen's own session, the right code beside it */
	const [[last]] = await db.ask("SELECT MAX(id) FROM event");
	assert.equal((await confirm(browser, { code, signed: signed(page.document, foreign) })).status, 422);
	assert.deepEqual(await db.ask(`SELECT rule FROM event WHERE id > ${last} AND kind='form-refused'`), [["certificate-iin"]]);
	assert.deepEqual(await state(), [["new"]]);
	assert.equal((await browser.post(`${address}/refuse`, { csrf: page.csrf })).status, 303, "«Эту заявку подал не я»");
	assert.deepEqual(await state(), [["refused"]]);
});

races(world);
