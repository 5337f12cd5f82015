// A program that was taken over: what it sees and sets behind nginx, what its account reads, and what it can make the publisher sign (nothing).
import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { cp, mkdtemp, mkdir, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import { promisify } from "node:util";

import { crl, file, login, serialOf, sql } from "../lib/citizen.mjs";
import { responder } from "../lib/fastcgi.mjs";
import { Browser } from "../lib/http.mjs";
import { freePort, instance, root, until } from "../lib/instance.mjs";
import { open, sign } from "../lib/sign.mjs";

const call = promisify(execFile);
let site, victim, stranger;
before(async () => {
	site = await instance({ own: true });		// its register and its logs are spoilt
	[victim, stranger] = site.citizens;
});
after(() => site?.stop());

// ---- behind nginx: the files of conf/nginx, every program an intruder

const PROGRAMS = ["home", "login", "profile", "reissue", "applications", "keys", "revoke", "status", "apply"];
const ADDRESS = { home: "/", login: "/login", profile: "/profile", reissue: "/reissue", applications: "/applications", keys: "/keys",
	revoke: `/keys/${"1".repeat(40)}/revoke`, status: "/status", apply: "/apply" };

async function intruders(t, answer) {
	const folder = await mkdtemp(path.join(tmpdir(), "cabinet-takeover-"));
	const programs = {};
	let nginx = null;
	t.after(async () => {
		if (nginx) {
			nginx.kill("SIGTERM");
			await new Promise((resolve) => { nginx.exitCode !== null ? resolve() : nginx.on("exit", resolve); });
		}
		for (const one of Object.values(programs)) await one.close();
		await rm(folder, { recursive: true, force: true });
	});
	for (const name of PROGRAMS) programs[name] = await responder(path.join(folder, `${name}.sock`), answer);
	const port = await freePort();
	await mkdir(path.join(folder, "nginx"));
	await cp(path.join(site.var, "nginx"), path.join(folder, "conf"), { recursive: true });
	const here = (text) => text.replaceAll(`:${site.port + 1};`, `:${port + 1};`).replaceAll(`:${site.port} `, `:${port} `).replaceAll(`:${site.port}"`, `:${port}"`)
		.replaceAll(`"${site.run}/nginx`, `"${folder}/nginx`).replaceAll(`"${site.run}"`, `"${folder}"`).replaceAll(`${site.var}/log/`, `${folder}/`);
	for (const place of ["nginx.conf", "cabinet/cabinet-values.conf"])
		await writeFile(path.join(folder, "conf", place), here(await readFile(path.join(site.var, "nginx", place), "utf8")));
	nginx = spawn("nginx", ["-p", `${folder}/`, "-c", path.join(folder, "conf/nginx.conf"), "-g", "daemon off;"], { stdio: "ignore", env: { ...process.env, PATH: `${process.env.PATH}:/usr/sbin` } });
	const behind = { ...site, port, origin: `https://localhost:${port}` };
	await until("nginx answers", () => new Browser(behind).get("/").then(() => true, () => false));
	return { behind, programs };
}

const SECRETS = { "__Host-session": "S".repeat(43), "__Host-login": "L".repeat(43), "__Host-proof": `12345678261128.1795870200.${"P".repeat(43)}`, language: "kk",
	"__Host-told": "welcome", other: "foreign" };

test("a program sees the cookies that it needs, and no header of the client but those it is given", async (t) => {
	const { behind, programs } = await intruders(t, () => ["Status: 200 OK", "Content-Type: text/html"]);
	const wanted = {
		home: "LANGUAGE", login: "LANGUAGE LOGIN SESSION", profile: "LANGUAGE LOGIN SESSION", reissue: "LANGUAGE SESSION", applications: "LANGUAGE PROOF SESSION",
		keys: "LANGUAGE SESSION", revoke: "LANGUAGE SESSION", status: "LANGUAGE LOGIN PROOF SESSION", apply: "LANGUAGE LOGIN",
	};
	for (const name of PROGRAMS) {
		const browser = new Browser(behind);
		browser.cookies = new Map(Object.entries(SECRETS));
		const page = await browser.get(ADDRESS[name], { headers: { authorization: "Basic c2VjcmV0", "x-forwarded-for": "1.2.3.4", cookie2: "x", referer: `${behind.origin}/secret` } });
		assert.equal(page.status, 200, name);
		const params = programs[name].seen.at(-1);
		assert.equal(Object.keys(params).filter((key) => key.startsWith("COOKIE_")).sort().map((key) => key.slice(7)).join(" "), `${wanted[name]} TOLD`, name);
		const known = ["REQUEST_METHOD", "CONTENT_TYPE", "CONTENT_LENGTH", "REQUEST_URI", "REMOTE_ADDR", "REQUEST_ID", "HTTP_USER_AGENT", "HTTP_ACCEPT_LANGUAGE",
			"HTTP_ORIGIN", "HTTP_SEC_FETCH_SITE", "HTTP_X_BACKGROUND", "COOKIE_SESSION", "COOKIE_LOGIN", "COOKIE_PROOF", "COOKIE_LANGUAGE", "COOKIE_TOLD",
			"HAS_SESSION"];	// that there is one, not which
		assert.deepEqual(Object.keys(params).filter((key) => !known.includes(key)), [], name);
		assert.equal(params.REMOTE_ADDR, "127.0.0.1");
	}
});

const ATTRIBUTES = "; Path=/; Secure; HttpOnly; SameSite=Lax";

test("a program sets its own cookies only, with nginx's attributes", async (t) => {
	const values = { session: `${"s".repeat(43)}`, login: `${"l".repeat(43)}`, proof: `12345678261128.1795870200.${"p".repeat(43)}; Max-Age=900`, language: "en; Max-Age=31536000", told: "welcome; Max-Age=60" };
	let lines = [];
	const { behind } = await intruders(t, () => ["Status: 200 OK", "Content-Type: text/html", ...lines]);
	const set = async (name) => ((await new Browser(behind).get(ADDRESS[name], { cookies: false })).headers["set-cookie"] ?? []).sort();
	const may = { home: ["language"], login: ["language", "login", "session", "told"], profile: ["language", "login"], reissue: [], applications: ["told"], keys: [], revoke: [],
		status: ["login", "proof"], apply: ["login"] };
	for (const name of PROGRAMS) {
		lines = ["Set-Cookie: __Host-session=stolen; Path=/; Secure", "Set-Cookie: any=thing", ...Object.entries(values).map(([cookie, value]) => `X-Cookie-${cookie}: ${value}`)];
		assert.deepEqual(await set(name), may[name].map((cookie) => `${cookie === "language" ? "" : "__Host-"}${cookie}=${values[cookie]}${ATTRIBUTES}`).sort(), name);
		// ending a session is for whoever sees it
		lines = ["X-Cookie-session: ; Max-Age=0"];
		assert.deepEqual(await set(name), ["home", "apply"].includes(name) ? [] : [`__Host-session=; Max-Age=0${ATTRIBUTES}`], name);
	}
	for (const value of ["a; Domain=localhost", "a, b=c", "a b", "", "a;Path=/x", "ä", `${"a".repeat(200)}`]) {
		lines = [`X-Cookie-session: ${value}`];
		assert.deepEqual(await set("login"), [], value);
	}
});

test("a program changes no security header, opens nothing to others, and leads to no other site", async (t) => {
	let lines = [], status = "200 OK";
	const { behind } = await intruders(t, () => [`Status: ${status}`, "Content-Type: text/html", ...lines]);
	const get = async (name = "home") => (await new Browser(behind).get(ADDRESS[name])).headers;
	const plain = await get();
	const wishes = { "Content-Security-Policy": "default-src *", "X-Content-Type-Options": "no", "X-Frame-Options": "ALLOWALL", "Referrer-Policy": "unsafe-url",
		"Permissions-Policy": "camera=*", "Cross-Origin-Opener-Policy": "unsafe-none", "Cross-Origin-Resource-Policy": "cross-origin", "X-Request-Id": "mine", Server: "mine" };
	const additions = ["Content-Security-Policy-Report-Only: default-src *; report-uri https://evil.example/", "Strict-Transport-Security: max-age=0",
		"Access-Control-Allow-Origin: https://evil.example", "Access-Control-Allow-Credentials: true", "Alt-Svc: h2=\"evil.example:443\"", "Clear-Site-Data: \"*\"",
		"Link: <https://evil.example/>; rel=preload", "NEL: {}", "Refresh: 0; url=https://evil.example/", "Report-To: {}", "Reporting-Endpoints: a=\"https://evil.example/\"",
		"Service-Worker-Allowed: /", "WWW-Authenticate: Basic", "X-Powered-By: x", "X-Accel-Redirect: /static/error/404.html", "X-Accel-Buffering: no", "Timing-Allow-Origin: *",
		"Cross-Origin-Embedder-Policy: unsafe-none", "Origin-Agent-Cluster: ?0", "SourceMap: https://evil.example/"];
	lines = [...Object.entries(wishes).map(([name, value]) => `${name}: ${value}`), ...additions];
	const page = await get();
	for (const name of Object.keys(wishes)) {
		const seen = page[name.toLowerCase()];
		if (name === "X-Request-Id") assert.match(seen, /^[0-9a-f]{32}$/);
		else assert.equal(seen, plain[name.toLowerCase()], name);
	}
	for (const line of additions) assert.equal(page[line.slice(0, line.indexOf(":")).toLowerCase()], undefined, line);
	status = "303 See Other";
	for (const place of ["https://evil.example/", "//evil.example/", "/\\evil.example/", "javascript:alert(1)", "evil", "/a b", "http://localhost/"]) {
		lines = [`Location: ${place}`];
		assert.equal((await get("login")).location, undefined, place);
	}
	lines = ["Location: /keys?after=1"];
	assert.equal((await get("login")).location, "/keys?after=1");
});

// ---- with the accounts

const socket = () => path.join(site.run, "mariadb.sock");
async function as(account, question) {
	const password = (await readFile(path.join(site.var, "passwords", account), "utf8")).trim();
	try {
		const { stdout } = await call("mariadb", ["--no-defaults", `--socket=${socket()}`, `-ucabinet_${account}`, "--batch", "--skip-column-names", "cabinet", "-e", question],
		    { env: { ...process.env, MYSQL_PWD: password } });
		return stdout.split("\n").filter(Boolean).map((line) => line.split("\t"));
	} catch (error) {
		return Number(/ERROR (\d+)/.exec(error.stderr)?.[1] ?? -1);
	}
}
const publisherLog = () => readFile(path.join(site.var, "log/publisher.log"), "utf8");

test("home has no account and reads nothing", async () => {
	assert.ok(!(await readdir(path.join(site.var, "passwords"))).includes("home"));
	assert.deepEqual(await sql(site, "SELECT user FROM mysql.user WHERE user = 'cabinet_home'"), []);
});

test("what accounts read opens nothing: hashes of sessions, no codes, no addresses, no signed document", async () => {
	const browser = await login(site, victim);
	for (const account of ["revoke", "keys", "login"]) {
		const [[id]] = await as(account, `SELECT LOWER(HEX(id)) FROM session WHERE iin = '${victim.iin}' LIMIT 1`);
		assert.match(id, /^[0-9a-f]{64}$/);
		for (const cookie of [id, Buffer.from(id, "hex").toString("base64url")]) {
			const other = new Browser(site);
			other.cookies.set("__Host-session", cookie);
			assert.match((await other.get("/keys")).location ?? "", /^\/login/);
		}
		for (const question of ["SELECT email FROM citizen", "SELECT code FROM profile", "SELECT signed FROM signed_form", "SELECT code_hash FROM application",
			"SELECT csr_auth FROM application", "SELECT detail FROM event", "SELECT email FROM outbox", "SELECT tbs FROM serial_reservation", "SELECT password FROM mysql.global_priv"])
			assert.ok([1142, 1143].includes(await as(account, question)), `${account}: ${question}`);
	}
	assert.equal((await browser.get("/keys")).status, 200);
});

const hexOf = (text) => Buffer.from(text).toString("hex");
async function certificateOf(key) { return serialOf((await open(key)).certificate); }

test("revoke: a revocation that its owner did not sign is refused by the publisher, with an alarm, and is on no CRL", async () => {
	const [[serial, ca]] = await as("revoke", `SELECT LOWER(HEX(serial)), ca FROM certificate WHERE iin = '${victim.iin}' AND purpose = 'auth' LIMIT 1`);
	const [[subject]] = await sql(site, `SELECT name FROM ca WHERE id = ${ca}`);
	assert.ok(subject);
	const forged = [
		["document", "no document", null],
		["kind", "junk", { document: "<revocation/>", signed: "<revocation/>" }],
		["certificate-iin", "signed by another citizen", await (async () => {
			// a document as the server makes it for the stranger's own certificate, changed to the victim's
			const browser = await login(site, stranger);
			const own = await certificateOf(stranger.sign);
			const page = await browser.get(`/keys/${own}/revoke?reason=1`);
			const document = page.document.replaceAll(own, serial).replaceAll(stranger.iin, victim.iin);
			return { document, signed: await sign(document, stranger.sign) };
		})()],
	];
	for (const [expected, what, form] of forged) {
		const digest = form ? (await sql(site, `SELECT SHA2(UNHEX('${hexOf(form.document)}'), 256)`))[0][0] : null;
		if (form) {
			assert.deepEqual(await as("revoke", `INSERT INTO signed_form (digest, kind, iin, subject, document, signed, signer, accepted_at)
				VALUES (UNHEX('${digest}'), 'revocation', '${victim.iin}', '${serial}', UNHEX('${hexOf(form.document)}'), UNHEX('${hexOf(form.signed)}'), NULL, UTC_TIMESTAMP(6))`), [], what);
		}
		assert.deepEqual(await as("revoke", `INSERT INTO revocation (ca, serial, iin, reason, revoked_at, form)
			VALUES (${ca}, UNHEX('${serial}'), '${victim.iin}', 1, UTC_TIMESTAMP(6), ${digest ? `UNHEX('${digest}')` : "NULL"})`), [], what);
		const [[rule]] = await until(`the publisher refuses: ${what}`, async () => {
			const rows = await sql(site, `SELECT refused FROM revocation WHERE serial = UNHEX('${serial}') AND refused IS NOT NULL`);
			return rows.length > 0 && rows;
		}, 60000);
		assert.equal(rule, expected, what);
		assert.deepEqual((await sql(site, `SELECT COUNT(*) FROM event WHERE kind = 'revocation-refused' AND serial = UNHEX('${serial}') AND rule = '${rule}'`))[0], ["1"], what);
		assert.match(await publisherLog(), new RegExp(`ALARM: ${serial}[^\\n]*: ${rule}`));
		for (const name of ["ca.crl", "ca-delta.crl"]) assert.ok(!(await crl(site, name)).entries.has(serial), `${what}: ${name}`);
		// neither may it tidy up behind itself, nor pass the check off as done
		for (const question of ["DELETE FROM revocation", "UPDATE revocation SET refused = NULL", "UPDATE revocation SET verified_at = UTC_TIMESTAMP(6)", "UPDATE revocation SET first_crl_number = 1"])
			assert.ok([1142, 1143].includes(await as("revoke", question)), question);
		await sql(site, `DELETE FROM revocation WHERE serial = UNHEX('${serial}')`);		// an administrator, after the alarm
	}
});

test("applications: a confirmation that its owner did not sign becomes no certificate", async () => {
	const browser = await login(site, victim), other = await login(site, stranger);
	const forge = {
		"the document unsigned": async (document) => document,
		"signed by another citizen": (document) => sign(document, stranger.sign),
		"signed with the key for logging in": (document) => sign(document, victim.auth),
		"another document of the owner": async () => sign((await browser.get("/login")).document, victim.sign),
		"changed after the signature": async (document) => (await sign(document, victim.sign)).replace("<from>new</from>", "<from>old</from>"),
	};
	for (const [what, make] of Object.entries(forge)) {
		const { number } = await file(browser, victim);
		const { document } = await browser.get(`/applications/${number}`);
		const signed = await make(document);
		const [[digest]] = await sql(site, `SELECT SHA2(UNHEX('${hexOf(document)}'), 256)`);
		assert.deepEqual(await as("applications", `INSERT INTO signed_form (digest, kind, iin, subject, document, signed, signer, accepted_at)
			VALUES (UNHEX('${digest}'), 'confirmation', '${victim.iin}', '${number}', UNHEX('${hexOf(document)}'), UNHEX('${hexOf(signed)}'), NULL, UTC_TIMESTAMP(6))`), [], what);
		for (const status of ["issued", "signing", "installed"])
			assert.equal(await as("applications", `UPDATE application SET status = '${status}' WHERE number = '${number}'`), 1143, status);
		assert.deepEqual(await as("applications", `UPDATE application SET status = 'signed', form = UNHEX('${digest}'), changed_at = UTC_TIMESTAMP(6) WHERE number = '${number}'`), [], what);
		const [[status, reason]] = await until(`the publisher refuses: ${what}`, async () => {
			const rows = await sql(site, `SELECT status, reason FROM application WHERE number = '${number}' AND status NOT IN ('signed', 'signing')`);
			return rows.length > 0 && rows;
		}, 60000);
		assert.equal(status, "failed", what);
		assert.ok(reason.length > 0, what);
		assert.deepEqual(await sql(site, `SELECT serial FROM certificate WHERE number = '${number}'`), [], what);
		assert.deepEqual(await sql(site, `SELECT serial FROM serial_reservation WHERE number = '${number}' AND state = 'stored'`), [], what);
		assert.equal((await other.get(`/status/${number}/certificates`)).status, 404);
	}
});

test("login: a session that it opens for anybody looks, and decides nothing", async () => {
	const [[serial]] = await sql(site, `SELECT LOWER(HEX(serial)) FROM certificate WHERE iin = '${victim.iin}' AND purpose = 'auth' LIMIT 1`);
	const cookie = randomBytes(32).toString("base64url");
	const known = await login(site, stranger);
	const [[id]] = await sql(site, `SELECT LOWER(HEX(id)) FROM session WHERE iin = '${stranger.iin}' ORDER BY created_at DESC LIMIT 1`);
	const value = known.cookies.get("__Host-session");
	// how a cookie becomes the row's name is no secret: with it, the account of login opens a session for anybody
	const hash = [value, Buffer.from(value, "base64url")].map((one) => createHash("sha256").update(one).digest("hex")).indexOf(id);
	assert.ok(hash >= 0, "SHA-256 of the cookie");
	const mine = createHash("sha256").update(hash === 0 ? cookie : Buffer.from(cookie, "base64url")).digest("hex");
	assert.deepEqual(await as("login", `INSERT INTO session (id, iin, serial, address, user_agent, created_at, seen_at, expires_at)
		VALUES (UNHEX('${mine}'), '${victim.iin}', UNHEX('${serial}'), '127.0.0.1', 'x', UTC_TIMESTAMP(6), UTC_TIMESTAMP(6), UTC_TIMESTAMP(6) + INTERVAL 1 HOUR)`), []);
	const browser = new Browser(site);
	browser.cookies.set("__Host-session", cookie);
	const page = await browser.get(`/keys/${serial}/revoke?reason=1`);
	assert.equal(page.status, 200);
	const answer = await browser.post(`/keys/${serial}/revoke/confirm`, { csrf: page.csrf, agree: "1", signed: await sign(page.document, stranger.sign) });
	assert.equal(answer.status, 422);
	assert.deepEqual(await sql(site, `SELECT serial FROM revocation WHERE serial = UNHEX('${serial}')`), []);
});

test("nobody writes what only the publisher writes", async () => {
	for (const name of (await readdir(path.join(root, "schema/accounts"))).filter((entry) => entry.endsWith(".sql")).map((entry) => entry.slice(0, -4))) {
		if (name === "publisher") continue;
		for (const question of ["INSERT INTO certificate (serial) VALUES ('')", "UPDATE certificate SET not_after = '2099-01-01'", "INSERT INTO serial_reservation (serial) VALUES ('')",
			"INSERT INTO crl (ca) VALUES (1)", "UPDATE crl SET published_at = NULL", "INSERT INTO ca (id) VALUES (9)", "UPDATE event SET detail = ''", "DELETE FROM event"])
			assert.ok([1142, 1143].includes(await as(name, question)), `${name}: ${question}`);
	}
});
