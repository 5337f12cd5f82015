// The database away, the publisher away, the folder of CRLs away: what the citizen sees meanwhile, and that nothing is lost.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { createHash, createPublicKey } from "node:crypto";
import { mkdir, readFile, readdir, rm, rmdir } from "node:fs/promises";
import path from "node:path";
import { after, before, test } from "node:test";

import { confirm, crl, file, issued, locality, login, messages, reissue, requests, serialOf, sql, filedNumber } from "../lib/citizen.mjs";
import { Browser } from "../lib/http.mjs";
import { instance, until } from "../lib/instance.mjs";
import { kill, leader, send, signal, workers } from "../lib/processes.mjs";
import { sign } from "../lib/sign.mjs";

const AWAY = { ru: /Кабинет временно недоступен/, kk: /Кабинет уақытша қолжетімсіз/, en: /cabinet is not available/ };
const WAITS = { ru: /Удостоверяющий центр выпускает сертификаты/, kk: /Куәландырушы орталық/, en: /certification authority/i };
const FROZEN_LIMIT = 8000, GONE_LIMIT = 2000;

let site, citizen, other;
before(async () => {
	site = await instance({ own: true });
	[citizen, other] = site.citizens;
});
after(() => site?.stop());

// Goes on by thaw(), or when the test t has ended, whatever it did.
async function freeze(t, name) {
	const pid = await signal(site, name, "SIGSTOP");
	t.after(() => thaw(pid));
	/* each thread stops when it is its turn */
	await until(`${name} stands still`, async () => (await Promise.all((await readdir(`/proc/${pid}/task`)).map((task) =>
		readFile(`/proc/${pid}/task/${task}/stat`, "utf8").catch(() => ") T")))).every((line) => /\) T/.test(line)));
	return pid;
}
const thaw = (pid) => send(pid, "SIGCONT");

const log = (name) => readFile(path.join(site.var, "log", `${name}.log`), "utf8");
const status = async (number) => (await sql(site, `SELECT status FROM application WHERE number='${number}'`))[0]?.[0];
const count = async (table, where) => Number((await sql(site, `SELECT COUNT(*) FROM ${table} WHERE ${where}`))[0][0]);
const inLanguage = (browser, language) => Object.assign(new Browser(site, { language }), { cookies: new Map(browser.cookies) });
const good = async (browser, page) => (await browser.get(page)).status === 200;

async function timed(ask) {
	const from = Date.now(), answer = await ask();
	return { answer, took: Date.now() - from };
}

async function isUnavailable(what, limit, ask) {
	const { answer, took } = await timed(ask);
	assert.equal(answer.status, 503, what);
	assert.ok(took < limit, `${what}: ${took} ms`);
	assert.match(answer.headers["retry-after"] ?? "", /^[1-9]\d?$/, `${what}: Retry-After`);
	assert.match(answer.headers["content-type"], /^text\/html/, what);
	assert.equal(answer.headers["cache-control"], "no-store", what);
	assert.equal(answer.headers["set-cookie"], undefined, `${what}: the session is kept`);
	assert.doesNotMatch(answer.text, /mysql|mariadb|\.sock\b|SELECT|errno/i, `${what}: no internal text`);
	return answer;
}

// What a citizen may have open when the database goes: every page that needs it, and forms about to be sent.
async function open() {
	const mine = await reissue(site, citizen), { browser } = mine;
	const serial = await serialOf(mine.auth.certificate);
	const { number } = await file(browser, citizen);
	const application = await browser.get(`/applications/${number}`), form = await browser.get("/reissue");
	const revocation = await browser.get(`/keys/${serial}/revoke?reason=5`);
	const stranger = new Browser(site), entry = await stranger.get("/login");
	const [keys, confirmation, revoking, entering] = await Promise.all([requests(citizen), sign(application.document, citizen.sign),
		sign(revocation.document, citizen.sign), sign(entry.document, citizen.auth)]);
	return {
		browser, number, serial, installed: mine.number,
		pages: ["/keys", `/keys/${serial}`, `/keys/${serial}.cer`, `/keys/${serial}/revoke?reason=1`, "/password", "/reissue", "/applications",
			`/applications/${number}`, "/status", `/status/${number}`, `/status/${mine.number}/certificates`],
		posts: {
			reissue: () => browser.post("/reissue", { csrf: form.csrf, email: "", locality, store: "PKCS12", csr_auth: keys.auth.csr, csr_sign: keys.sign.csr }),
			confirm: () => browser.post(`/applications/${number}/confirm`, { csrf: application.csrf, status: "signed", agree: "1", signed: confirmation }),
			installed: () => browser.post(`/status/${mine.number}/installed`, { csrf: form.csrf }),
			revoke: () => browser.post(`/keys/${serial}/revoke/confirm`, { csrf: revocation.csrf, agree: "1", signed: revoking }),
			login: () => stranger.post("/login", { csrf: entry.csrf, signed: entering }),
		},
	};
}

// Everything of nginx alone, and the pages that need no database.
async function stillServed() {
	const browser = new Browser(site);
	for (const address of ["/static/css/cabinet.css", "/crl/ca.crl", "/crl/ca-delta.crl", "/crl/root.crl", "/ca/ca.cer", "/ca/root.cer", `${site.plain}/crl/ca.crl`,
		`${site.plain}/crl/ca-delta.crl`, "/", "/help", "/login"]) {
		const { answer, took } = await timed(() => browser.get(address));
		assert.equal(answer.status, 200, address);
		assert.ok(answer.body.length > 100 && took < 1000, `${address}: ${took} ms`);
	}
}

// Each form that was refused is sent again as it was, and does what it says, once.
async function formsWork({ posts, number, installed, serial, browser }) {
	for (const [what, post] of Object.entries(posts)) {
		const answer = await post();
		assert.equal(answer.status, 303, `${what}: ${messages(answer)}`);
	}
	await issued(browser, number);
	assert.equal(await count("certificate", `number='${number}'`), 2);
	assert.equal(await count("application_status", `number='${installed}' AND status='installed'`), 1);
	assert.equal(await count("revocation", `serial=UNHEX('${serial}')`), 1);
	await until("the delta CRL", async () => (await crl(site, "ca-delta.crl")).entries.has(serial), 15000);
}

const tables = async () => sql(site, `SELECT (SELECT COUNT(*) FROM application), (SELECT COUNT(*) FROM application_status), (SELECT COUNT(*) FROM signed_form),
	(SELECT COUNT(*) FROM certificate), (SELECT COUNT(*) FROM revocation), (SELECT COUNT(*) FROM session)`);

test("the database does not answer", { timeout: 120000 }, async (t) => {
	const before_ = await open(), counts = await tables();
	const database = await freeze(t, "mariadbd");

	await t.test("every page says so in the citizen's language, within seconds", async () => {
		await Promise.all(before_.pages.map((page, i) => {
			const language = Object.keys(AWAY)[i % 3];
			return isUnavailable(page, FROZEN_LIMIT, () => inLanguage(before_.browser, language).get(page)).then((answer) => {
				assert.match(answer.text, AWAY[language], page);
				assert.match(answer.text, new RegExp(`<html lang="${language}"`), page);
			});
		}));
	});
	await t.test("every form says so", () => Promise.all(Object.entries(before_.posts).map(([what, post]) => isUnavailable(what, FROZEN_LIMIT, post))));
	await t.test("forty at once do not wait for one another", () =>
		Promise.all(Array.from({ length: 40 }, (_, i) => isUnavailable(`request ${i}`, FROZEN_LIMIT, () => before_.browser.get("/keys")))));
	await t.test("files, CRLs and what needs no database are served", stillServed);
	await t.test("the log says why", async () => {
		for (const name of ["keys", "reissue", "applications", "status", "revoke", "login"]) assert.match(await log(name), /"event":"db","detail":"[^"]*Lost connection/, name);
		await until("the publisher's log", async () => /"event":"db","detail":"[^"]*Lost connection/.test(await log("publisher")), 10000);
	});
	await t.test("when it is back everything works, nothing was done meanwhile, the signed documents still hold", async () => {
		thaw(database);
		for (const page of before_.pages) await until(page, () => good(before_.browser, page), 10000);
		assert.deepEqual(await tables(), counts);
		await formsWork(before_);
	});
});

test("the database is gone", { timeout: 120000 }, async (t) => {
	const before_ = await open(), counts = await tables();
	const supervisor = await freeze(t, "supervise");		// nobody starts it again until this is over
	await kill(site, "mariadbd");

	for (const [language, words] of Object.entries(AWAY)) {
		await t.test(`every page says so, ${language}`, async () => {
			for (const page of before_.pages) {
				const answer = await isUnavailable(page, GONE_LIMIT, () => inLanguage(before_.browser, language).get(page));
				assert.match(answer.text, words, page);
				assert.match(answer.text, new RegExp(`<html lang="${language}"`), page);
				assert.match(answer.text, /[0-9a-f]{32}/, `${page}: number of the request`);
			}
		});
	}
	await t.test("every form says so", async () => {
		for (const [what, post] of Object.entries(before_.posts)) await isUnavailable(what, GONE_LIMIT, post);
	});
	await t.test("a worker that starts without it answers too", async () => {
		const old = await workers(site, "keys");
		old.forEach((pid) => send(pid, "SIGKILL"));
		await until("new workers", async () => (await workers(site, "keys")).filter((pid) => !old.includes(pid)).length === 2);
		await isUnavailable("/keys", GONE_LIMIT, () => before_.browser.get("/keys"));
	});
	await t.test("files, CRLs and what needs no database are served", stillServed);
	await t.test("the log says why", async () => assert.match(await log("keys"), /"event":"db","detail":"connect: 2002 /));
	await t.test("when it is back everything works, nothing was done meanwhile, the signed documents still hold", async () => {
		thaw(supervisor);
		for (const page of before_.pages) await until(page, () => good(before_.browser, page), 20000);
		assert.deepEqual(await tables(), counts);
		await formsWork(before_);
		assert.match(await log("supervise"), /mariadbd: started/);
	});
});

test("the database is killed while twelve applications are filed: what was answered is there, whole", { timeout: 120000 }, async () => {
	const browser = await login(site, other);
	const { csrf } = await browser.get("/reissue");
	const keys = [];
	for (let i = 0; i < 12; i++) keys.push(await requests(other));
	const database = await leader(site, "mariadbd");
	const answers = await Promise.all(keys.map(async ({ auth, sign: sign_ }, i) => {
		await new Promise((resolve) => setTimeout(resolve, 5 * i));
		if (i === 4) send(database, "SIGKILL");
		return browser.post("/reissue", { csrf, email: "", locality, store: "PKCS12", csr_auth: auth.csr, csr_sign: sign_.csr });
	}));
	assert.ok(answers.every((answer) => answer.status === 303 || answer.status === 503), answers.map((answer) => answer.status).join(" "));
	assert.ok(answers.some((answer) => answer.status === 503));
	await until("the database", () => sql(site, "SELECT 1").catch(() => null), 20000);
	for (const answer of answers.filter((one) => one.status === 303)) {
		const number = answer.location.split("/").pop();
		assert.equal(await status(number), "new", number);
		assert.equal(await count("public_key", `number='${number}'`), 2);
	}
	assert.deepEqual(await sql(site, `SELECT a.number FROM application a LEFT JOIN application_status s ON s.number = a.number AND s.status = 'new' WHERE s.number IS NULL
		OR (SELECT COUNT(*) FROM public_key k WHERE k.number = a.number) <> IF(a.template = 'person', 2, 1)`), [], "no half of an application");
	/* the same form sent again: to the application that it filed, if it did, or to its first one */
	const again = (i, fields = {}) => until("an answer", async () => {
		const answer = await browser.post("/reissue", { csrf, email: "", locality, store: "PKCS12", csr_auth: keys[i].auth.csr, csr_sign: keys[i].sign.csr, ...fields });
		return answer.status !== 503 && answer;
	}, 15000);
	for (const [i, first] of answers.entries()) {
		const answer = await again(i);
		assert.ok(filedNumber(answer), messages(answer));
		if (first.status === 303) assert.equal(filedNumber(answer), filedNumber(first));
	}
	assert.equal(await count("application", `iin='${other.iin}' AND origin='cabinet'`), 12);
	assert.equal((await again(0, { email: "other@example.kz" })).status, 422, "another form with known keys is refused");
	assert.equal((await again(0, { csr_sign: keys[1].sign.csr })).status, 422);
	const number = filedNumber(await again(0));
	assert.equal((await confirm(browser, other, number)).status, 303);
	assert.equal(filedNumber(await again(0)), undefined, "what is signed already is not filed again");
	assert.equal(await count("application", `iin='${other.iin}' AND origin='cabinet'`), 12);
});

// An application signed while nobody publishes stays where it is, and its page says what it waits for.
async function signedAndWaiting() {
	const browser = await login(site, other);
	const { number } = await file(browser, other);
	const confirmed = await confirm(browser, other, number);
	assert.equal(confirmed.status, 303, messages(confirmed));
	for (const [language, words] of Object.entries(WAITS)) {
		const page = await inLanguage(browser, language).get(`/status/${number}`);
		assert.equal(page.status, 200);
		assert.match(page.text, words, language);
		assert.match(page.text, /id="wait-progress"/);
		assert.match(page.text, /id="status-page"[^>]*data-status="signed"/);
	}
	assert.equal((await browser.get(`/status/${number}/certificates`)).status, 404);
	return { browser, number };
}

async function becomesIssued({ browser, number }, limit) {
	await issued(browser, number, limit);
	assert.equal(await status(number), "issued");
	assert.equal(await count("certificate", `number='${number}'`), 2);
	assert.deepEqual(await sql(site, `SELECT status, COUNT(*) FROM application_status WHERE number='${number}' GROUP BY status ORDER BY MIN(at)`),
	    [["new", "1"], ["signed", "1"], ["signing", "1"], ["issued", "1"]]);
}

test("no publisher: the application stays signed and is issued when there is one again", { timeout: 60000 }, async (t) => {
	const supervisor = await freeze(t, "supervise");
	await kill(site, "publisher");
	const waiting = await signedAndWaiting();
	const end = Date.now() + 2000;
	await until("two seconds", async () => {
		assert.equal(await status(waiting.number), "signed");
		return Date.now() > end;
	});
	thaw(supervisor);
	await becomesIssued(waiting, 15000);
});

test("applications that are recorded and stored together: what stops one of them stops no other", { timeout: 120000 }, async (t) => {
	const supervisor = await freeze(t, "supervise");
	await kill(site, "publisher");
	const waiting = [];
	for (const who of [citizen, other, citizen, other]) {
		const browser = await login(site, who), filed = await file(browser, who);
		assert.equal((await confirm(browser, who, filed.number)).status, 303);
		waiting.push({ browser, ...filed });
	}
	/* the record of one is refused: its key is blocked; the certificates of another cannot be stored */
	const [first, blocked, stuck, last] = waiting;
	const spki = createPublicKey(blocked.keys.auth.key).export({ type: "spki", format: "der" });
	await sql(site, `INSERT INTO blocked_key (spki_hash, reason, at) VALUES (X'${createHash("sha256").update(spki).digest("hex")}', 'listed', UTC_TIMESTAMP(6))`);
	await sql(site, `CREATE TRIGGER not_stored BEFORE INSERT ON certificate FOR EACH ROW SET NEW.der = IF(NEW.number = '${stuck.number}', NULL, NEW.der)`);
	t.after(() => sql(site, "DROP TRIGGER IF EXISTS not_stored"));
	thaw(supervisor);
	for (const one of [first, last]) await becomesIssued(one, 30000);
	await until("its failure", async () => await status(blocked.number) === "failed", 30000);
	assert.equal(await status(stuck.number), "signing", "its record is there, its certificates are not");
	const serials = await sql(site, `SELECT HEX(serial) FROM serial_reservation WHERE number='${stuck.number}' ORDER BY 1`);
	await sql(site, "DROP TRIGGER not_stored");
	await becomesIssued(stuck, 30000);
	assert.deepEqual(await sql(site, `SELECT HEX(serial) FROM certificate WHERE number='${stuck.number}' ORDER BY 1`), serials, "by the record that it had");
	assert.equal(await count("certificate", `number='${blocked.number}'`), 0);
});

test("the publisher is killed again and again: issued once, nothing doubled", { timeout: 90000 }, async (t) => {
	const browser = await login(site, other), waiting = [];
	for (let i = 0; i < 3; i++) waiting.push((await file(browser, other)).number);
	/* milliseconds after its start: it opens its keys, connects, takes the lease, verifies, signs, stores */
	const moments = [0, 40, 80, 110, 140, 180, 230, 300];
	let kills = 0, done = false;
	const killer = (async () => {
		for (let killed = 0; !done && kills < moments.length;) {
			const now = await leader(site, "publisher"), fresh = now !== 0 && now !== killed;
			await new Promise((resolve) => setTimeout(resolve, fresh ? moments[kills] : 5));
			if (fresh && send(now, "SIGKILL")) {
				kills++;
				killed = now;
			}
		}
	})();
	try {
		for (const number of waiting) assert.equal((await confirm(browser, other, number)).status, 303);
		for (const number of waiting) await becomesIssued({ browser, number }, 60000);
	} finally {
		done = true;
		await killer;
	}
	assert.ok(kills >= 2, `${kills} kills`);
	t.diagnostic(`${kills} publishers killed`);
	assert.equal(await count("serial_reservation", "state <> 'stored'"), 0, "nothing half done is left");
});

test("the lock of the publisher is held by something else: the logs say so", { timeout: 60000 }, async () => {
	const holder = spawn("flock", ["--no-fork", path.join(site.run, "publisher.lock"), "sleep", "600"], { stdio: "ignore" });
	const ended = new Promise((resolve) => holder.once("exit", resolve));
	try {
		/* the one that waits in flock comes before the next publisher, or had the lock already while there was none */
		await until("the log", async () => {
			send(await leader(site, "publisher"), "SIGKILL");
			return /"event":"lease","detail":"[^"]*another publisher of this machine/.test(await log("publisher"));
		}, 20000);
		const waiting = await signedAndWaiting();
		await until("the supervisor's log", async () => /publisher: ends at once, see publisher\.log/.test(await log("supervise")), 20000);
		assert.equal(await status(waiting.number), "signed");
		holder.kill("SIGKILL");
		await ended;
		await becomesIssued(waiting, 20000);
	} finally {
		holder.kill("SIGKILL");
		await ended;
	}
});

test("another machine has the lease: this one writes nothing until it has run out", { timeout: 60000 }, async () => {
	/* taken from a publisher that holds it: between two publishers of a minute nobody would notice */
	await until("the lease is taken over", async () => {
		const rows = await sql(site, `UPDATE lease SET holder='elsewhere:1:1 1 00', fence=fence+1, expires_at=UTC_TIMESTAMP(6) + INTERVAL 8 SECOND
			WHERE expires_at > UTC_TIMESTAMP(6) + INTERVAL 1 SECOND; SELECT ROW_COUNT()`);
		return rows.at(-1)[0] === "1";
	}, 15000);
	const waiting = await signedAndWaiting();
	await until("the log", async () => /another machine publishes; waiting/.test(await log("publisher")), 7000);
	assert.equal(await status(waiting.number), "signed");
	await becomesIssued(waiting, 20000);
	assert.match(await log("publisher"), /fence \d+ is not ours any more/);
});

test("the CRL cannot be written: the revocation counts at once, and is on the CRL when it can", { timeout: 60000 }, async () => {
	const mine = await reissue(site, other), serial = await serialOf(mine.auth.certificate);
	const obstacle = path.join(site.var, "public/crl/ca-delta.crl.prev");
	const before_ = await crl(site, "ca-delta.crl");
	await rm(obstacle, { force: true });
	await mkdir(obstacle);
	try {
		const page = await mine.browser.get(`/keys/${serial}/revoke?reason=1`);
		const done = await mine.browser.post(`/keys/${serial}/revoke/confirm`, { csrf: page.csrf, agree: "1", signed: await sign(page.document, other.sign) });
		assert.equal(done.status, 303, messages(done));
		const browser = new Browser(site), entry = await browser.get("/login");
		const refused = await browser.post("/login", { csrf: entry.csrf, signed: await sign(entry.document, mine.auth) });
		assert.equal(refused.status, 422);
		assert.match(messages(refused), /отозван/i);
		await until("the log", async () => /"event":"file","detail":"[^"]*ca-delta\.crl\.prev: keep/.test(await log("publisher")), 10000);
		assert.deepEqual((await crl(site, "ca-delta.crl")).body, before_.body, "the one that is published stays whole");
		await becomesIssued(await (async () => {
			const session = await login(site, citizen), { number } = await file(session, citizen);
			assert.equal((await confirm(session, citizen, number)).status, 303);
			return { browser: session, number };
		})(), 15000);
	} finally {
		await rmdir(obstacle);
	}
	const now = await until("the delta CRL", async () => {
		const one = await crl(site, "ca-delta.crl");
		return one.entries.has(serial) && one;
	}, 15000);
	assert.equal(now.entries.get(serial), "Key Compromise");
	assert.ok(now.number > before_.number);
});
