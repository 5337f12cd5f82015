// A revocation races a login and a confirmation with the same keys, on connections of their own; now and then it races the publisher instead. Whoever comes first: no
// session and no issue after the revocation. HOSTILE_ROUNDS=1000 for the long form.
import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import https from "node:https";
import { test } from "node:test";

import { locality, messages } from "../lib/citizen.mjs";
import { Browser } from "../lib/http.mjs";
import { until } from "../lib/instance.mjs";
import { makeCsr } from "../../views/static/js/csr.js";
import { generateEcPair } from "../../views/static/js/keys.js";
import { toPem } from "../../views/static/js/x509.js";
import { auth, enter, person, signing } from "./lib/certificate.mjs";
import { MORE, signed } from "./lib/signer.mjs";

const ROUNDS = Number(process.env.HOSTILE_ROUNDS ?? 60);
const later = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const ECDSA = { method: `${MORE}ecdsa-sha256` };

export const races = (world) => test(`revocation against login, confirmation and issue: ${ROUNDS} rounds`, { timeout: 300000 + ROUNDS * 5000 }, async () => {
	const { site, db, ca } = world, pair = generateKeyPairSync("ec", { namedCurve: "P-256" });
	const agent = new https.Agent({ ca: site.ca, keepAlive: true, maxSockets: 6 });
	const visitor = (cookies = []) => Object.assign(new Browser(site), { agent, cookies: new Map(cookies) });
	const seen = { "login first": 0, "login too late": 0, "confirmation first": 0, "confirmation too late": 0 };

	// two certificates of one citizen, as issued with one application; every round has its own
	const keys = async (citizen, round) => {
		const out = {}, number = String(90000000000000 + round);
		await db.ask(`INSERT INTO application (number, iin, template, origin, status, store, created_at, changed_at)
			VALUES ('${number}', '${citizen.iin}', 'person', 'centre', 'installed', 'PKCS12', UTC_TIMESTAMP(6), UTC_TIMESTAMP(6))`);
		for (const [purpose, profile] of [["auth", auth], ["sign", signing]]) {
			const made = ca.issue({ key: pair.publicKey, subject: person(citizen), ...profile });
			await enter(db, made, { ca: ca.id, iin: citizen.iin, purpose, number });
			out[purpose] = { key: pair.privateKey, der: made.der, serial: made.serial };
		}
		return out;
	};
	const enterCabinet = async (who) => {
		const browser = visitor(), page = await browser.get("/login");
		return { browser, post: () => browser.post("/login", { csrf: page.csrf, signed: signed(page.document, who.auth, ECDSA) }) };
	};
	const filed = async (browser, citizen) => {
		const subject = { commonName: `${citizen.surname} ${citizen.name}`, surname: citizen.surname, iin: citizen.iin };
		const request = async () => toPem(await makeCsr(await generateEcPair(), subject), "CERTIFICATE REQUEST");
		const { csrf } = await browser.get("/reissue");
		const answer = await browser.post("/reissue", { csrf, email: "", locality, store: "PKCS12", csr_auth: await request(), csr_sign: await request() });
		assert.equal(answer.status, 303, messages(answer));
		return answer.location;
	};

	for (let round = 0; round < ROUNDS; round++) {
		const citizen = site.citizens[round % 3], who = await keys(citizen, round);
		const inside = await enterCabinet(who);
		assert.equal((await inside.post()).status, 303);
		const application = await filed(inside.browser, citizen);
		const waiting = await inside.browser.get(application);
		const choice = await inside.browser.get(`/keys/${who.sign.serial}/revoke?reason=1&also=${who.auth.serial}`);
		const second = await enterCabinet(who);
		const other = visitor(inside.browser.cookies);
		const revoke = () => inside.browser.post(`/keys/${who.sign.serial}/revoke/confirm`, { csrf: choice.csrf, agree: "1", signed: signed(choice.document, who.sign, ECDSA) });
		const confirm = () => other.post(`${application}/confirm`, { csrf: waiting.csrf, status: "signed", agree: "1", signed: signed(waiting.document, who.sign, ECDSA) });

		/* a few milliseconds to either side, so that each order comes about; every tenth round leaves the publisher up to a second */
		const slow = round % 10 === 9, lead = slow ? -Math.random() * 1200 : (Math.random() - 0.5) * 12;
		const [revoked, entered, confirmed] = await Promise.all([later(Math.max(0, -lead)).then(revoke), later(Math.max(0, lead)).then(second.post), later(Math.max(0, lead)).then(confirm)]);

		assert.equal(revoked.status, 303, `round ${round}: ${messages(revoked)}`);
		assert.equal(revoked.location, `/keys/${who.sign.serial}`);
		if (entered.status === 303) seen["login first"]++;
		else {
			assert.equal(entered.status, 422);
			seen["login too late"]++;
		}
		if (confirmed.location?.startsWith("/status/")) seen["confirmation first"]++;
		else {
			assert.ok(confirmed.status === 422 || confirmed.location?.startsWith("/login"), `round ${round}: ${confirmed.status} ${messages(confirmed)}`);
			seen["confirmation too late"]++;
		}
		/* whoever got in is out again: with the session that revoked, and with the one that had just been opened */
		for (const browser of [second.browser, other]) assert.match((await browser.get("/keys")).location ?? "", /^\/login/, `round ${round}: a session outlives its key`);
	}
	agent.destroy();

	await until("the queue is empty", async () => (await db.ask("SELECT COUNT(*) FROM application WHERE status IN ('signed', 'signing')"))[0][0] === "0", 60000);
	const none = async (what, question) => assert.deepEqual(await db.ask(question), [["0"]], what);
	await none("session opened after its key was revoked", "SELECT COUNT(*) FROM session s JOIN revocation r ON r.serial = s.serial WHERE s.created_at > r.revoked_at");
	await none("login recorded after it", "SELECT COUNT(*) FROM signed_form f JOIN revocation r ON r.serial = f.signer WHERE f.kind IN ('login', 'confirmation') AND f.accepted_at > r.revoked_at");
	await none("application confirmed after it", "SELECT COUNT(*) FROM application_status a JOIN signed_form f ON f.digest = a.form JOIN revocation r ON r.serial = f.signer WHERE a.status = 'signed' AND a.at > r.revoked_at");
	await none("certificate issued after it", "SELECT COUNT(*) FROM certificate c JOIN revocation r ON r.serial = c.authorized_by WHERE c.issued_at > r.revoked_at");
	const [[issued]] = await db.ask("SELECT COUNT(*) FROM certificate c JOIN revocation r ON r.serial = c.authorized_by");
	console.log(`| races, ${ROUNDS} rounds: ${Object.entries(seen).map(([what, count]) => `${what} ${count}`).join(", ")}; certificates issued before the revocation: ${issued}`);
	for (const [what, count] of Object.entries(seen)) assert.ok(count > 0, `no round with ${what}: nothing raced`);
});
