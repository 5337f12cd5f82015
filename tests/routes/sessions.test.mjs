// Sessions: the cookie, what the database knows of it, how a session ends; the list of own sessions; forms from elsewhere, redirects, the Host header.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import https from "node:https";
import path from "node:path";
import { after, before, test } from "node:test";

import { login, messages, reissue, serialOf, sql } from "../lib/citizen.mjs";
import { Browser } from "../lib/http.mjs";
import { instance, until } from "../lib/instance.mjs";
import { sign } from "../lib/sign.mjs";

const FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0", CHROME = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36";
let site, citizen, other;
before(async () => {
	site = await instance({ own: true });
	[citizen, other] = site.citizens;
});
after(() => site?.stop());

const cookieOf = (browser) => browser.cookies.get("__Host-session");
const sha256 = (octets, encoding = "hex") => createHash("sha256").update(octets).digest(encoding);
const idOf = (browser) => sha256(cookieOf(browser));
const handleOf = (browser) => sha256(Buffer.from(idOf(browser), "hex"));
const row = async (browser, columns) => (await sql(site, `SELECT ${columns} FROM session WHERE id=X'${idOf(browser)}'`))[0];
const isIn = async (browser) => (await browser.get("/keys")).status === 200;
const handles = (page) => [...page.text.matchAll(/name="session" value="([0-9a-f]{64})"/g)].map(([, handle]) => handle);
async function enter(browser, key, { back } = {}) {
	const page = await browser.get("/login");
	return browser.post("/login", { csrf: page.csrf, signed: await sign(page.document, key), ...(back === undefined ? {} : { back }) });
}

test("the cookie: __Host-, Secure, HttpOnly, SameSite, this session only; the database has its hash alone", async () => {
	const browser = new Browser(site), answer = await enter(browser, citizen.auth);
	const [cookie] = answer.headers["set-cookie"].filter((line) => line.startsWith("__Host-session="));
	assert.match(cookie, /^__Host-session=[A-Za-z0-9_-]{43}; Path=\/; Secure; HttpOnly; SameSite=Lax$/);
	assert.deepEqual(await row(browser, "iin, ended_at"), [citizen.iin, "NULL"]);
	const value = cookieOf(browser), tables = (await sql(site, "SELECT * FROM session")).flat().join(" ");
	assert.ok(!tables.includes(value));
	await browser.get("/keys");
	for (const name of await readdir(path.join(site.var, "log")))
		assert.ok(!(await readFile(path.join(site.var, "log", name), "latin1")).includes(value), `${name} holds a cookie`);
	/* what the database holds opens nothing */
	for (const forged of [idOf(browser), Buffer.from(idOf(browser), "hex").toString("base64url"), handleOf(browser), `${value}A`, value.slice(1), value.toLowerCase(), ""]) {
		const thief = new Browser(site);
		thief.cookies.set("__Host-session", forged);
		assert.equal((await thief.get("/keys")).status, 303, forged);
	}
});

test("fixation: a cookie that was planted before the login is worth nothing after it", async () => {
	const victim = new Browser(site), planted = "A".repeat(43);
	victim.cookies.set("__Host-session", planted);
	assert.equal((await enter(victim, citizen.auth)).status, 303);
	assert.notEqual(cookieOf(victim), planted);
	const thief = new Browser(site);
	thief.cookies.set("__Host-session", planted);
	assert.equal((await thief.get("/keys")).status, 303);
	assert.deepEqual(await sql(site, `SELECT COUNT(*) FROM session WHERE id=X'${sha256(planted)}'`), [["0"]]);
	/* a thief's own session, planted: the victim gets another one, and the planted one has ended */
	const host = await login(site, other), guest = new Browser(site);
	guest.cookies.set("__Host-session", cookieOf(host));
	assert.equal((await enter(guest, citizen.auth)).status, 303);
	assert.notEqual(cookieOf(guest), cookieOf(host));
	assert.ok((await guest.get("/profile")).text.includes(citizen.iin));
	assert.ok(!await isIn(host));
	assert.deepEqual(await row(host, "iin, end_reason"), [other.iin, "replaced"]);
});

test("a new login in the same browser ends the session before it", async () => {
	const browser = await login(site, citizen), before_ = cookieOf(browser), former = new Browser(site);
	assert.equal((await enter(browser, citizen.auth)).status, 303);
	former.cookies.set("__Host-session", before_);
	assert.ok(await isIn(browser));
	assert.ok(!await isIn(former));
	assert.equal((await row(former, "end_reason"))[0], "replaced");
});

test("ends: idle, absolute, logout, revocation of the key that opened it; and none comes back", { timeout: 120000 }, async () => {
	const age = (browser, what) => sql(site, `UPDATE session SET ${what} WHERE id=X'${idOf(browser)}'`);
	const idle = await login(site, citizen);
	await age(idle, "seen_at = UTC_TIMESTAMP(6) - INTERVAL 899 SECOND");
	assert.ok(await isIn(idle), "a second before the idle end");
	await age(idle, "seen_at = UTC_TIMESTAMP(6) - INTERVAL 901 SECOND");
	assert.ok(!await isIn(idle));
	const absolute = await login(site, citizen);
	assert.equal((await row(absolute, "TIMESTAMPDIFF(SECOND, created_at, expires_at)"))[0], String(8 * 3600));
	await age(absolute, "expires_at = UTC_TIMESTAMP(6)");
	assert.ok(!await isIn(absolute));

	const left = await login(site, citizen), copy = new Browser(site);
	copy.cookies.set("__Host-session", cookieOf(left));
	const answer = await left.post("/logout", { csrf: (await left.get("/keys")).csrf });
	assert.equal(answer.status, 303);
	assert.match(answer.headers["set-cookie"].find((line) => line.startsWith("__Host-session=")), /^__Host-session=; Max-Age=0; Path=\/; Secure; HttpOnly/);
	assert.ok(!await isIn(copy), "a copied cookie ends with it");
	await age(copy, "ended_at = NULL, end_reason = ''");
	assert.notEqual((await row(copy, "ended_at"))[0], "NULL", "ended is ended");

	const fresh = await reissue(site, citizen), first = await login(site, fresh), second = await login(site, fresh), old = await login(site, citizen);
	const serial = await serialOf(fresh.auth.certificate);
	const page = await first.get(`/keys/${serial}/revoke?reason=1`);
	const done = await first.post(`/keys/${serial}/revoke/confirm`, { csrf: page.csrf, agree: "1", signed: await sign(page.document, citizen.sign) });
	assert.equal(done.status, 303, messages(done));
	assert.ok(!await isIn(second), "every session of the key");
	assert.equal((await first.get(done.location)).status, 200, "the result is shown once");
	assert.equal((await first.get(done.location)).status, 303);
	assert.ok(await isIn(old), "other keys of the person go on");
});

// A login from the browser of the one before, without a session to end, is one statement; one with a cookie of before is taken step by step.
const WAYS = [["in one statement", ""], ["step by step", "A".repeat(43)]];
const statements = async () => Number((await sql(site, "SHOW GLOBAL STATUS LIKE 'Com_compound_sql'"))[0][1]);
const kept = async () => (await sql(site, "SELECT (SELECT COUNT(*) FROM session), (SELECT COUNT(*) FROM signed_form), (SELECT COUNT(*) FROM event WHERE kind='login')"))[0].map(Number);
const refused = async (digest) => (await sql(site, `SELECT rule FROM event WHERE kind='login-refused' AND form=X'${digest}'`)).flat();
// A browser that waits with its signed document; post() sends it.
async function arrive(key, cookie) {
	await login(site, { iin: citizen.iin, auth: key }, { agent: FIREFOX });
	const browser = new Browser(site, { agent: FIREFOX }), page = await browser.get("/login");
	const signed = await sign(page.document, key);
	const post = () => {
		if (cookie) browser.cookies.set("__Host-session", cookie);
		return browser.post("/login", { csrf: page.csrf, signed });
	};
	return { browser, post, digest: sha256(page.document) };
}
// While work() runs, another transaction holds the person's row for a second and a half, and has done what it says.
async function beside(what, work) {
	const other_ = sql(site, `START TRANSACTION; UPDATE citizen SET version = version + 1 WHERE iin='${citizen.iin}'; ${what}; SELECT SLEEP(1.5); COMMIT`);
	await until("the row is held", async () => (await sql(site, "SELECT COUNT(*) FROM information_schema.processlist WHERE info = 'SELECT SLEEP(1.5)'"))[0][0] === "1");
	const began = Date.now(), result = await work();
	assert.ok(Date.now() - began > 500, "it waited");
	await other_;
	return result;
}

test("both ways of a login leave the same rows", async () => {
	const left = [];
	for (const [way, cookie] of WAYS) {
		const { browser, post, digest } = await arrive(citizen.auth, cookie), before_ = await statements(), had = await kept();
		const [[version]] = await sql(site, `SELECT version FROM citizen WHERE iin='${citizen.iin}'`);
		assert.equal((await post()).status, 303, way);
		assert.equal(await statements() - before_, cookie ? 0 : 1, way);
		assert.deepEqual(await kept(), had.map((n) => n + 1), way);
		assert.ok(await isIn(browser), way);
		left.push((await sql(site, `SELECT s.iin, HEX(s.serial), s.address, s.user_agent, TIMESTAMPDIFF(SECOND, s.created_at, s.expires_at), s.ended_at, s.end_reason, s.last_page,
			e.account, e.program, e.request <> '', e.kind, e.iin, e.number, HEX(e.serial), e.rule, e.address, e.detail, f.kind, f.iin, f.subject, HEX(f.signer), SHA2(f.document, 256) = LOWER(HEX(f.digest)),
			INSTR(f.signed, 'SignatureValue') > 0, c.version - ${version}, HEX(c.login_browser)
			FROM session s JOIN event e ON e.form = X'${digest}' JOIN signed_form f ON f.digest = e.form JOIN citizen c ON c.iin = s.iin WHERE s.id = X'${idOf(browser)}'`))[0]);
	}
	assert.equal(left[0].length, 26);
	assert.deepEqual(left[0], left[1]);
	assert.equal(left[0].at(-1), sha256(FIREFOX).toUpperCase());
	assert.equal(left[0].at(-2), "1");
});

test("a login that waited for the person's row sees the revocation that it waited for, either way", { timeout: 120000 }, async () => {
	for (const [way, cookie] of WAYS) {
		const { auth } = await reissue(site, citizen), serial = await serialOf(auth.certificate), { post, digest } = await arrive(auth, cookie);
		const before_ = await statements(), had = await kept();
		const answer = await beside(`INSERT INTO revocation (ca, serial, iin, reason, revoked_at) SELECT ca, serial, iin, 1, UTC_TIMESTAMP(6) FROM certificate WHERE serial=X'${serial}'`, post);
		assert.equal(answer.status, 422, way);
		assert.equal(await statements() - before_, cookie ? 0 : 1, way);
		assert.deepEqual(await refused(digest), ["certificate-revoked"], way);
		assert.deepEqual(await kept(), had, way);
	}
});

test("a document twice at the same moment lets in once, either way", async () => {
	for (const [way, cookie] of WAYS) {
		const { post, digest } = await arrive(citizen.auth, cookie), had = await kept();
		const answers = await beside("DO 0", () => Promise.all([post(), post()]));
		assert.deepEqual(answers.map(({ status }) => status).sort(), [303, 422], way);
		assert.deepEqual(await refused(digest), ["used"], way);
		assert.deepEqual(await kept(), had.map((n) => n + 1), way);
	}
});

test("what fails inside leaves nothing of a login, and the document may be used again, either way", async () => {
	for (const [way, cookie] of WAYS) {
		const { browser, post } = await arrive(citizen.auth, cookie), before_ = await statements(), had = await kept();
		await sql(site, "CREATE TRIGGER no_event BEFORE INSERT ON event FOR EACH ROW SET NEW.detail = IF(NEW.kind = 'login', (SELECT 1 UNION SELECT 2), NEW.detail)");
		const answer = await post().finally(() => sql(site, "DROP TRIGGER no_event"));
		assert.equal(answer.status, 500, way);
		assert.equal(await statements() - before_, cookie ? 0 : 1, way);
		assert.ok(!answer.headers["set-cookie"]?.some((line) => line.startsWith("__Host-session=")), way);
		assert.deepEqual(await kept(), had, way);
		assert.equal((await post()).status, 303, way);
		assert.ok(await isIn(browser), way);
		assert.equal((await post()).status, 422, `${way}: once`);
	}
});

test("a browser that is new is told of, its next version and the one of the login before are not", async () => {
	const told = async (agent) => {
		const count = async () => Number((await sql(site, `SELECT COUNT(*) FROM outbox WHERE kind='login' AND iin='${other.iin}'`))[0][0]), before_ = await count();
		await login(site, other, { agent });
		return await count() - before_;
	};
	await told(FIREFOX);
	for (const [agent, times] of [[FIREFOX, 0], [CHROME, 1], [CHROME, 0], [CHROME.replace("Chrome/131", "Chrome/132"), 0], [FIREFOX, 0]])
		assert.equal(await told(agent), times, agent);
	await sql(site, `UPDATE session SET created_at = created_at - INTERVAL 366 DAY WHERE iin='${other.iin}'; UPDATE citizen SET login_tat = login_tat - INTERVAL 366 DAY WHERE iin='${other.iin}'`);
	assert.equal(await told(FIREFOX), 1, "after a year");
});

test("the list: browser, address, since when, this one marked; one is ended, then all others; three languages", async () => {
	await sql(site, `UPDATE session SET ended_at = UTC_TIMESTAMP(6) WHERE iin='${citizen.iin}'`);
	const here = await login(site, citizen, { agent: FIREFOX }), there = await login(site, citizen, { agent: CHROME }), third = await login(site, citizen, { agent: "curl/8.5.0" });
	const gone = await login(site, citizen, { agent: "Opera OPR/99" });
	await gone.post("/logout", { csrf: (await gone.get("/keys")).csrf });
	for (const [language, own, title] of [["ru", "этот сеанс", "Открытые сеансы"], ["kk", "осы сеанс", "Ашық сеанстар"], ["en", "this session", "Open sessions"]]) {
		here.cookies.set("language", language);
		const { text } = await here.get("/profile");
		assert.ok(text.includes(title), title);
		const rows = /<table[^>]*id="sessions-list"[\s\S]*?<\/table>/.exec(text)[0].split("<tr>").slice(2);
		assert.deepEqual(rows.map((one) => /(Firefox 128|Chrome 131|curl 8|Opera)/.exec(one)?.[1]), ["Firefox 128", "curl 8", "Chrome 131"]);
		assert.deepEqual(rows.map((one) => one.includes(own)), [true, false, false]);
		for (const one of rows) assert.match(one, /127\.0\.0\.1[\s\S]*\d\d\.\d\d\.\d{4} \(\d\d:\d\d\)/);
	}
	here.cookies.set("language", "ru");
	const page = await here.get("/profile");
	assert.deepEqual(handles(page), [here, third, there].map(handleOf));
	for (const browser of [here, there, third]) assert.ok(!page.text.includes(idOf(browser)) && !page.text.includes(cookieOf(browser)), "what the database or a cookie holds is in no page");

	const answer = await here.post("/profile/sessions", { csrf: page.csrf, session: handleOf(there) });
	assert.equal(answer.status, 303);
	assert.equal(answer.location, "/profile");
	assert.ok(!await isIn(there));
	assert.ok(await isIn(third));
	assert.equal((await row(there, "end_reason"))[0], "ended");
	assert.match((await here.get("/profile")).text, /Сеанс завершён/);
	assert.equal((await here.post("/profile/sessions", { csrf: page.csrf, session: handleOf(there) })).status, 404, "once");
	const fourth = await login(site, citizen);
	assert.equal((await here.post("/profile/sessions", { csrf: page.csrf, others: "1" })).status, 303);
	assert.ok(!await isIn(third) && !await isIn(fourth));
	assert.deepEqual(handles(await here.get("/profile")), [handleOf(here)]);
	assert.doesNotMatch((await here.get("/profile")).text, /id="end-others"/);
	assert.deepEqual(await sql(site, `SELECT iin, address, detail FROM event WHERE kind='sessions-ended' ORDER BY id`),
	    [[citizen.iin, "127.0.0.1", `${handleOf(there)}, 1`], [citizen.iin, "127.0.0.1", "others, 2"]]);

	const own = await here.post("/profile/sessions", { csrf: page.csrf, session: handleOf(here) });
	assert.equal(own.location, "/");
	assert.ok(!here.cookies.has("__Host-session"));
});

test("the list, hostile: another person's session, none, both, forged, without a token, without a session", async () => {
	const browser = await login(site, citizen), victim = await login(site, other), { csrf } = await browser.get("/profile");
	const post = (fields, options) => browser.post("/profile/sessions", { csrf, ...fields }, options);
	for (const session of [handleOf(victim), "0".repeat(64), idOf(browser)]) assert.equal((await post({ session })).status, 404, session);
	for (const fields of [{}, { others: "0" }, { others: "1", session: handleOf(browser) }, { session: "x" }, { session: `${handleOf(browser)}0` }, { session: handleOf(browser).toUpperCase() },
		{ session: "' OR 1=1 -- " }, { session: [handleOf(browser), handleOf(victim)] }, { others: ["1", "1"] }, { session: "", others: "" }]) {
		const answer = await post(fields);
		assert.equal(answer.status, 422, JSON.stringify(fields));
		assert.ok(messages(answer));
	}
	assert.equal((await browser.post("/profile/sessions", { others: "1" })).status, 403);
	assert.equal((await post({ others: "1" }, { headers: { origin: "https://evil.example" } })).status, 403);
	assert.equal((await browser.get(`/profile/sessions?others=1&csrf=${csrf}`)).status, 405, "a GET decides nothing");
	assert.match((await new Browser(site).post("/profile/sessions", { csrf, others: "1" })).location, /^\/login/);
	assert.ok(await isIn(browser) && await isIn(victim));
	assert.ok(!(await browser.get("/profile")).text.includes(handleOf(victim)));
});

test("forms from elsewhere: the token of another session, another origin, what Sec-Fetch-Site says; on every route that acts", async () => {
	const browser = await login(site, citizen), stranger = await login(site, other);
	const { csrf } = await browser.get("/profile"), foreign = (await stranger.get("/profile")).csrf;
	const visitor = (await new Browser(site).get("/login")).csrf;
	const serial = (await sql(site, `SELECT LOWER(HEX(serial)) FROM certificate WHERE iin='${citizen.iin}' LIMIT 1`))[0][0];
	const before_ = await sql(site, "SELECT COUNT(*) FROM event");
	for (const address of ["/logout", "/profile", "/profile/email", "/profile/sessions", "/reissue", "/applications/00000000000000/confirm", "/applications/00000000000000/refuse", `/keys/${serial}/revoke/confirm`,
		"/status/00000000000000/installed", "/status/00000000000000/proof", "/apply", "/login"]) {
		for (const token of [undefined, "", foreign, visitor, csrf.slice(1), `${csrf}A`, csrf.toLowerCase()])
			assert.equal((await browser.post(address, token === undefined ? { others: "1" } : { csrf: token, others: "1" })).status, 403, `${address} ${token}`);
		assert.equal((await browser.post(`${address}?csrf=${csrf}`, { others: "1" })).status, 403, `${address}: the token in the address`);
		for (const headers of [{ origin: "https://evil.example" }, { origin: "null" }, { origin: `${site.origin}.evil.example` }, { origin: site.plain }, { origin: site.origin.replace("localhost", "127.0.0.1") },
			{ origin: `${site.origin}/` }, { "sec-fetch-site": "cross-site" }, { "sec-fetch-site": "same-site" }, { "sec-fetch-site": "x" }, { origin: site.origin, "sec-fetch-site": "cross-site" }])
			assert.equal((await browser.post(address, { csrf, others: "1" }, { headers })).status, 403, `${address} ${JSON.stringify(headers)}`);
	}
	assert.deepEqual(await sql(site, "SELECT COUNT(*) FROM event"), before_, "nothing was done, and nothing was asked of the database");
	assert.equal((await browser.post("/profile/sessions", { csrf, others: "1" }, { headers: { origin: site.origin, "sec-fetch-site": "same-origin" } })).status, 303);
});

test("no open redirect: after login, by the switch of languages, from a page that needs a session", async () => {
	const evil = ["//evil.example", "///evil.example", "/\\evil.example", "\\\\evil.example", "/\t/evil.example", "/%09/evil.example", "https:evil.example", "https://evil.example", "HTTPS://evil.example", "http:/evil.example",
		"javascript:alert(1)", "data:text/html,x", "evil.example", "/keys\r\nSet-Cookie: a=b", "/keys%0d%0aLocation:%20https://evil.example", "/\u2028/evil.example", "/evil.example/..//evil.example", " /keys", "/keys ",
		"@evil.example", ".evil.example", "/@evil.example", "/.//evil.example", "?//evil.example", "#//evil.example", "/\0/evil.example", "//localhost@evil.example", "/К"];
	const inside = (location) => {
		const url = new URL(location, site.origin);
		assert.equal(url.origin, site.origin, location);
		assert.ok(location.startsWith("/") && !location.startsWith("//") && !/[\\\s]/.test(location), location);
	};
	for (const back of evil) {
		const browser = new Browser(site), answer = await enter(browser, citizen.auth, { back });
		assert.equal(answer.status, 303, JSON.stringify(back));
		inside(answer.location);
		assert.equal(answer.headers["set-cookie"].some((line) => line.startsWith("a=")), false);
		const switched = await browser.get(`/language?to=kk&back=${encodeURIComponent(back)}`);
		assert.equal(switched.status, 303, JSON.stringify(back));
		inside(switched.location);
		/* once more as a browser that does not escape would send it */
		const raw = await browser.get(`/language?to=kk&back=${back.replace(/[^!-~]|[#&]/gu, "")}`);
		if (raw.status === 303) inside(raw.location);
		const asked = await new Browser(site).get(`/login?back=${encodeURIComponent(back)}`), shown = asked.value("back");
		assert.equal(asked.status, 200);
		if (shown) inside(shown);
	}
	for (const address of ["/keys?serial=//evil.example", "/keys?a=https://evil.example", "/profile?back=//evil.example"]) inside((await new Browser(site).get(address)).location);
	assert.equal((await enter(new Browser(site), citizen.auth, { back: "/keys?serial=aa" })).location, "/keys?serial=aa", "what is local is kept");
});

test("the Host header names nothing: pages, redirects, documents and mails use the configured origin", async () => {
	/* the name in TLS stays the true one: it is the header that lies */
	const lying = (browser) => Object.assign(browser, { agent: new https.Agent({ ca: site.ca, servername: "localhost" }) });
	const browser = lying(await login(site, citizen));
	for (const host of ["evil.example", "evil.example:443", "localhost:6", "192.0.2.7", "localhost.evil.example"]) {
		const headers = { host, "x-forwarded-host": host, "x-forwarded-proto": "http", forwarded: `host=${host}`, "x-original-url": "/evil", "x-rewrite-url": "/evil" };
		for (const address of ["/", "/login", "/keys", "/profile", "/reissue", "/help"]) {
			const page = await browser.get(address, { headers });
			assert.ok([200, 303].includes(page.status), `${host} ${address}: ${page.status}`);
			assert.ok(!page.text.includes(host), `${host} in ${address}`);
			assert.ok(!JSON.stringify(page.headers).includes("evil.example"), `${host} in the headers of ${address}`);
		}
		assert.ok((await lying(new Browser(site)).get("/login", { headers })).document.includes(`<site>${site.origin}</site>`));
		const away = await lying(new Browser(site)).get("/keys", { headers });
		assert.equal(away.location, "/login?back=%2Fkeys");
		const plain = await browser.get(`${site.plain}/keys`, { headers, cookies: false });
		if (plain.status >= 300 && plain.status < 400) assert.ok(plain.location.startsWith(`${site.origin}/`), plain.location);
	}
});
