// The watchdog: silent over a healthy instance, and each fault that is put into one is found, by its name, in the exit status and in /metrics.
import assert from "node:assert/strict";
import { copyFile, mkdir, readFile, rename, rmdir, writeFile } from "node:fs/promises";
import http from "node:http";
import path from "node:path";
import { after, before, test } from "node:test";

import { reissue, serialOf, sql, withFiles } from "../lib/citizen.mjs";
import { Browser } from "../lib/http.mjs";
import { freePort, instance, until } from "../lib/instance.mjs";
import { run } from "../lib/ocsp.mjs";
import { send, signal } from "../lib/processes.mjs";
import { sign } from "../lib/sign.mjs";
import { isAlarm, program, watchdog } from "../lib/watchdog.mjs";

let site, mine, revoked, folder, look, isFine;
async function frozen(t, ...names) {
	for (const name of names) {
		const pid = await signal(site, name, "SIGSTOP");
		t.after(() => send(pid, "SIGCONT"));
	}
}

before(async () => {
	site = await instance({ own: true });
	({ folder, look, isFine } = await watchdog(site));
	mine = await reissue(site, site.citizens[0]);
	revoked = await serialOf(mine.auth.certificate);
	const page = await mine.browser.get(`/keys/${revoked}/revoke?reason=4`);
	assert.equal((await mine.browser.post(`/keys/${revoked}/revoke/confirm`, { csrf: page.csrf, agree: "1", signed: await sign(page.document, site.citizens[0].sign) })).status, 303);
	await until("on the delta CRL", async () => (await sql(site, `SELECT 1 FROM revocation r JOIN crl c ON c.number = r.first_delta_number AND c.kind = 'delta'
		WHERE r.serial = UNHEX('${revoked}') AND c.published_at IS NOT NULL`)).length === 1, 30000);
});
after(() => site?.stop());

test("a healthy instance: exit status 0, every certificate looked at, the walk goes round", { timeout: 60000 }, async () => {
	const found = await isFine("healthy", {}, ["--whole"]), [[count]] = await sql(site, "SELECT COUNT(*) FROM certificate");
	// those of the last minutes are looked at for themselves, too
	assert.ok(Number(/^cabinet_watchdog_certificates (\d+)$/m.exec(found.report)[1]) >= Number(count));
	assert.ok(Math.abs(Number(/^cabinet_watchdog_walk_time_seconds (\d+)$/m.exec(found.report)[1]) - Date.now() / 1000) < 120);
	assert.match(found.said, /all is well/);
	assert.equal((await run(program, ["--nonsense"])).status, 64);
	assert.equal((await run(program, ["-c", "/nowhere"])).status, 70);
});

test("certificates whose columns say something else than their octets", { timeout: 120000 }, async (t) => {
	await frozen(t, "publisher", "watchdog");
	for (const [column, value, what] of [["iin", "'900101300811'", "iin"], ["subject", "'CN=X'", "subject"], ["full_name", "'X'", "full_name"], ["purpose", "'operator'", "purpose"],
		["algorithm", "'EC-P256'", "algorithm"], ["not_after", "not_after + INTERVAL 1 DAY", "not_after"], ["not_before", "not_before - INTERVAL 1 SECOND", "not_before"],
		["key_id", "REPEAT('x', 20)", "key_id"], ["der", "INSERT(der, 1, 1, 'x')", "der: no certificate"], ["der", "INSERT(der, LENGTH(der), 1, CHAR(ORD(RIGHT(der, 1)) ^ 1))", "der: not signed by the CA"]]) {
		const [[former]] = await sql(site, `SELECT HEX(${column}) FROM certificate WHERE serial = UNHEX('${revoked}')`);
		await sql(site, `UPDATE certificate SET ${column} = ${value} WHERE serial = UNHEX('${revoked}')`);
		isAlarm(await look(), "certificates", new RegExp(`ALARM: ${revoked}: ${what}`));
		await sql(site, `UPDATE certificate SET ${column} = ${/^not_/.test(column) ? `CAST(UNHEX('${former}') AS DATETIME(6))` : `UNHEX('${former}')`} WHERE serial = UNHEX('${revoked}')`);
	}
	const other = await serialOf(mine.sign.certificate), odd = `1b${"0".repeat(37)}7`;
	await sql(site, `UPDATE certificate SET serial = UNHEX('${odd}') WHERE serial = UNHEX('${other}')`);
	isAlarm(await look(), "certificates", new RegExp(`ALARM: ${odd}: serial`));
	await sql(site, `UPDATE certificate SET serial = UNHEX('${other}') WHERE serial = UNHEX('${odd}')`);
	await sql(site, `UPDATE serial_reservation SET state = 'abandoned' WHERE serial = UNHEX('${revoked}')`);
	isAlarm(await look(), "certificates", /no record of its serial number/);
	await sql(site, `UPDATE serial_reservation SET state = 'stored' WHERE serial = UNHEX('${revoked}')`);
	await isFine("mended");
});

// A CRL of the demo CA, or of its root, as somebody with its key could make it: number, entries, dates as asked for.
async function forged({ number, entries = "", last = null, next = null, delta = null, of = "ca" }) {
	const ca = path.join(site.var, `ca/${of}.pem`), at = (ms) => new Date(ms).toISOString().replace(/[-:T]/g, "").slice(0, 14) + "Z";
	return withFiles({ "index.txt": entries, "index.txt.attr": "unique_subject = no\n", number: `${number.toString(16).padStart(4, "0").replace(/^(.(..)*)$/, "0$1")}\n`,
		conf: `[ca]\ndefault_ca=c\n[c]\ndatabase=index.txt\ncrlnumber=number\ndefault_md=sha256\ncrl_extensions=e\n[e]\nauthorityKeyIdentifier=keyid\n${
			delta ? `2.5.29.27=critical,ASN1:INTEGER:${delta}\n` : of === "root" ? "" : `freshestCRL=URI:${site.plain}/crl/ca-delta.crl\n`}` }, async (_, cwd) => {
		const { status, said } = await run("openssl", ["ca", "-gencrl", "-config", "conf", "-cert", ca, "-keyfile", ca.replace(".pem", ".key"), "-passin", `file:${ca.replace(".pem", ".passphrase")}`,
			"-crl_lastupdate", at(last ?? Date.now() - 60000), "-crl_nextupdate", at(next ?? Date.now() + 3600000), "-out", "crl.pem"], { cwd });
		assert.equal(status, 0, said);
		assert.equal((await run("openssl", ["crl", "-in", "crl.pem", "-outform", "DER", "-out", "crl.der"], { cwd })).status, 0);
		return readFile(path.join(cwd, "crl.der"));
	});
}
const file = (name) => path.join(site.var, "public/crl", name);
const numberOf = async (kind) => Number((await sql(site, `SELECT MAX(number) FROM crl WHERE kind = '${kind}' AND published_at IS NOT NULL`))[0][0]);

test("CRLs that are not what the CA published", { timeout: 180000 }, async (t) => {
	await frozen(t, "publisher", "watchdog");
	await isFine("before");
	const delta = await readFile(file("ca-delta.crl")), base = await readFile(file("ca.crl")), number = await numberOf("delta"), first = await numberOf("base");
	const [[baseOf]] = await sql(site, `SELECT base_number FROM crl WHERE kind = 'delta' AND number = ${number}`);
	const served = async (name, octets, check, ...patterns) => {
		await writeFile(file(name), octets);
		const found = await look();
		for (const pattern of patterns) isAlarm(found, check, pattern);
	};
	// an entry is taken out, and the list signed again with the CA's own key
	await served("ca-delta.crl", await forged({ number, delta: baseOf }), "delta-crl", new RegExp(`${revoked}: claimed for the list, and not on it`), /is not the list that was published/);
	// one is added
	const stranger = `1b${"0".repeat(36)}01`.toUpperCase(), stamp = "260101000000Z";
	const [[serials, at]] = await sql(site, `SELECT HEX(serial), DATE_FORMAT(revoked_at, '%y%m%d%H%i%sZ') FROM revocation WHERE serial = UNHEX('${revoked}')`);
	const line = (serial, when, reason) => `R\t301231235959Z\t${when},${reason}\t${serial}\tunknown\t/CN=x\n`;
	await served("ca-delta.crl", await forged({ number, delta: baseOf, entries: line(stranger, stamp, "keyCompromise") + line(serials, at, "superseded") }), "delta-crl",
		new RegExp(`${stranger.toLowerCase()}: on the list, and not claimed for it in the register`));
	await served("ca-delta.crl", await forged({ number, delta: baseOf, entries: line(serials, at, "keyCompromise") }), "delta-crl", /another reason than in the register/);
	await served("ca-delta.crl", await forged({ number, delta: baseOf, entries: line(serials, stamp, "superseded") }), "delta-crl", /another time than in the register/);
	await served("ca-delta.crl", base, "delta-crl", /a base CRL at this address/);
	await served("ca-delta.crl", delta.subarray(0, delta.length - 3), "delta-crl", /ca-delta\.crl: /);
	const broken = Buffer.from(delta);
	broken[broken.length - 1] ^= 1;
	await served("ca-delta.crl", broken, "delta-crl", /signature/);
	await writeFile(file("ca-delta.crl"), delta);
	await isFine("the delta is back");
	// out of date; a number that the register has not; an old one
	await served("ca.crl", await forged({ number: first, last: Date.now() - 7200000, next: Date.now() - 3600000 }), "base-crl", /out of date for \d+ s/);
	await served("ca.crl", await forged({ number: first, last: Date.now() - 7200000, next: Date.now() + 600000 }), "base-crl", /not renewed at half of its life/);
	await served("ca.crl", await forged({ number: 4096 }), "base-crl", /the register knows no number 4096/);
	await writeFile(file("ca.crl"), base);
	isAlarm(await look(), "base-crl", /number \d+ is served, 4096 was seen before/);
	await writeFile(path.join(folder, "report.state"), "");
	await isFine("forgotten");
	await sql(site, `UPDATE crl SET published_at = published_at - INTERVAL 1 MINUTE, number = number + 1 WHERE kind = 'base' AND number = ${first}`);
	isAlarm(await look(), "base-crl", new RegExp(`number ${first} is served, ${first + 1} was published`));
	await sql(site, `UPDATE crl SET number = number - 1 WHERE kind = 'base' AND number = ${first + 1}`);
	// served, and its row says that it is not published yet
	const [[published]] = await sql(site, `SELECT published_at FROM crl WHERE kind = 'base' AND number = ${first}`);
	await sql(site, `UPDATE crl SET published_at = NULL WHERE kind = 'base' AND number = ${first}`);
	isAlarm(await look(), "base-crl", new RegExp(`base: number ${first} is served, and not published in the register`));
	await sql(site, `UPDATE crl SET published_at = '${published}' WHERE kind = 'base' AND number = ${first}`);
	// many faults: five by name, and how many more
	const many = [1, 2, 3, 4, 5, 6, 7].map((n) => line(stranger.replace(/1$/, String(n)), stamp, "superseded")).join("");
	await served("ca-delta.crl", await forged({ number, delta: baseOf, entries: many + line(serials, at, "superseded") }), "delta-crl", /ALARM: and 3 more/);
	await writeFile(file("ca-delta.crl"), delta);
	// not there at all
	for (const [name, check] of [["ca.crl", "base-crl"], ["ca-delta.crl", "delta-crl"], ["root.crl", "root-crl"]]) {
		await rename(file(name), `${file(name)}.aside`);
		isAlarm(await look(), check, new RegExp(`${name}: .*404`));
		await rename(`${file(name)}.aside`, file(name));
	}
	// the root's
	const rootCrl = await readFile(file("root.crl"));
	await writeFile(file("root.crl"), base);
	isAlarm(await look(), "root-crl", /root\.crl: /);
	for (const [days, level] of [[50, 1], [10, 2], [-1, 2]]) {
		await writeFile(file("root.crl"), await forged({ of: "root", number: 7, last: Date.now() - 86400e3 * 2, next: Date.now() + days * 86400e3 + 3600e3 }));
		isAlarm(await look(), "root-crl", new RegExp(`root\\.crl: ends in ${days === -1 ? "0" : days} days`), level);
	}
	await writeFile(file("root.crl"), rootCrl);
	await isFine("all are back");
});

test("what waits, what was refused, who is not at work", { timeout: 120000 }, async (t) => {
	await frozen(t, "publisher", "mailer", "watchdog");
	const [[number, status, changed]] = await sql(site, "SELECT number, status, changed_at FROM application LIMIT 1");
	const during = async (from, to, check, pattern, level) => {
		await sql(site, from);
		isAlarm(await look(), check, pattern, level);
		await sql(site, to);
	};
	const back = `UPDATE application SET status = '${status}', changed_at = '${changed}' WHERE number = '${number}'`;
	for (const [minutes, level] of [[5, 1], [15, 2]])
		await during(`UPDATE application SET status = 'signed', changed_at = UTC_TIMESTAMP(6) - INTERVAL ${minutes} MINUTE WHERE number = '${number}'`, back, "queue", /1 applications wait/, level);
	await during("UPDATE lease SET expires_at = UTC_TIMESTAMP(6) - INTERVAL 3 MINUTE", "UPDATE lease SET expires_at = UTC_TIMESTAMP(6) + INTERVAL 1 MINUTE", "publisher", /no publisher has held the lease for 1[89]\d s/);
	const [lease] = await sql(site, "SELECT HEX(holder), fence, expires_at FROM lease WHERE name = 'publisher'");
	await during("DELETE FROM lease WHERE name = 'publisher'", `INSERT INTO lease (name, holder, fence, expires_at) VALUES ('publisher', UNHEX('${lease[0]}'), ${lease[1]}, UTC_TIMESTAMP(6) + INTERVAL 1 MINUTE)`, "publisher", /no publisher has held the lease/);
	for (const [hours, level] of [[2, 1], [25, 2]])
		await during(`INSERT INTO outbox (id, kind, iin, at, next_at) VALUES ('x', 'login', '123456789011', UTC_TIMESTAMP(6), UTC_TIMESTAMP(6) - INTERVAL ${hours} HOUR)`, "DELETE FROM outbox WHERE id = 'x'", "mail", /1 mails wait/, level);
	const other = await serialOf(mine.sign.certificate), gone = `DELETE FROM revocation WHERE serial = UNHEX('${other}')`;
	const entry = (at, columns = "", values = "") => `INSERT INTO revocation (ca, serial, iin, reason, revoked_at, not_after${columns}) SELECT ca, serial, iin, 5, UTC_TIMESTAMP(6) - INTERVAL ${at}, not_after${values} FROM certificate WHERE serial = UNHEX('${other}')`;
	await during(entry("5 MINUTE"), gone, "revocations", /1 revocations wait for the publisher, the oldest for 30\d s/, 1);
	await during(entry("15 MINUTE"), gone, "revocations", /1 revocations wait for the publisher, the oldest for 90\d s/);
	await during(entry("15 MINUTE", ", verified_at", ", UTC_TIMESTAMP(6) - INTERVAL 5 MINUTE"), gone, "revocations", /1 revocations are on no CRL/, 1);
	await during(entry("15 MINUTE", ", verified_at", ", UTC_TIMESTAMP(6) - INTERVAL 12 MINUTE"), gone, "revocations", /1 revocations are on no CRL/);
	await during(entry("1 DAY", ", refused", ", 'document'"), gone, "revocations", /1 revocations in the register were refused by the publisher/);
	await during(entry("8 DAY", ", refused", ", 'document'"), gone, "revocations", /were refused/, 1);
	await isFine("mended");
	/* a report that cannot be written is an alarm of its own */
	await mkdir(path.join(folder, "report.new"));
	const found = await look();
	assert.equal(found.status, 2, found.said);
	assert.match(found.said, /report\.new|report: .*directory/);
	await rmdir(path.join(folder, "report.new"));
	await isFine("written again");
});

// A proxy that passes on what it is not asked to change, and answers OCSP with openssl's responder and an index of the test's.
async function proxied(t, { index = "", signer = path.join(site.var, "ocsp/responder.pem"), raw = null, status = 200 }) {
	const port = await freePort(), ca = path.join(site.var, "ca/ca.pem");
	const server = http.createServer((request, response) => {
		const chunks = [];
		request.on("data", (chunk) => chunks.push(chunk));
		request.on("end", async () => {
			if (!request.url.startsWith("/ocsp")) {
				http.get(site.plain + request.url, (answer) => { response.writeHead(answer.statusCode, answer.headers); answer.pipe(response); });
				return;
			}
			const body = raw ?? await withFiles({ "index.txt": index, "index.txt.attr": "unique_subject = no\n", request: Buffer.concat(chunks) }, async (_, cwd) => {
				const { status, said } = await run("openssl", ["ocsp", "-index", "index.txt", "-rsigner", signer, "-rkey", signer, "-CA", ca, "-resp_key_id", "-rmd", "sha256", "-nmin", "1", "-reqin", "request", "-respout", "answer"], { cwd });
				assert.equal(status, 0, said);
				return readFile(path.join(cwd, "answer"));
			});
			response.writeHead(status, { "content-type": "application/ocsp-response" });
			response.end(body);
		});
	});
	await new Promise((resolve) => server.listen(port, "localhost", resolve));
	t.after(() => server.close());
	return { plain_site: `http://localhost:${port}` };
}

test("an OCSP responder that says something else than the register", { timeout: 180000 }, async (t) => {
	await frozen(t, "publisher", "watchdog");
	const rows = await sql(site, "SELECT HEX(c.serial), r.serial IS NOT NULL, DATE_FORMAT(r.revoked_at, '%y%m%d%H%i%sZ') FROM certificate c LEFT JOIN revocation r ON r.serial = c.serial");
	const index = (lie) => rows.map(([serial, is, at]) => lie(serial.toLowerCase(), is === "1") === "V" ? `V\t301231235959Z\t\t${serial}\tunknown\t/CN=x\n`
		: `R\t301231235959Z\t${is === "1" ? at : "260101000000Z"},superseded\t${serial}\tunknown\t/CN=x\n`).join("");
	const honest = index((_, is) => (is ? "R" : "V"));
	await isFine("an honest one", await proxied(t, { index: honest }));
	isAlarm(await look(await proxied(t, { index: index(() => "V") })), "ocsp", new RegExp(`ALARM: ${revoked}: OCSP says good, the register revoked`));
	isAlarm(await look(await proxied(t, { index: index(() => "R") })), "ocsp", /ALARM: [0-9a-f]{40}: OCSP says revoked, the register good/);
	isAlarm(await look(await proxied(t, { index: "" })), "ocsp", new RegExp(`ALARM: ${revoked}: OCSP says unknown, the register revoked`));
	isAlarm(await look(await proxied(t, { index: honest.replace("superseded", "keyCompromise") })), "ocsp", new RegExp(`${revoked}: OCSP says revoked, the register revoked, with another time or reason`));
	isAlarm(await look(await proxied(t, { index: honest.replace(/\d{12}Z,/, "260101000000Z,") })), "ocsp", new RegExp(`${revoked}: OCSP says revoked, the register revoked, with another time or reason`));
	isAlarm(await look(await proxied(t, { status: 500 })), "ocsp", /\/ocsp: .*500/);
	isAlarm(await look(await proxied(t, { raw: Buffer.from("hello") })), "ocsp", /RFC 6960 section 4\.2\.1/);
	isAlarm(await look(await proxied(t, { raw: Buffer.from([0x30, 3, 0x0a, 1, 3]) })), "ocsp", /tryLater/);
	// certificates of the demo CA: no responder's, and a responder's near its end
	const ca = path.join(site.var, "ca/ca.pem");
	const signer = (usage, from, until_) => withFiles({ "index.txt": "", "index.txt.attr": "unique_subject = no\n", conf: `[ca]\ndefault_ca=c\n[c]\nnew_certs_dir=.\ndatabase=index.txt\nrand_serial=yes\ndefault_md=sha256\npolicy=p\nx509_extensions=e\n[p]\ncommonName=supplied\n` +
		`[e]\nkeyUsage=critical,digitalSignature\nextendedKeyUsage=${usage}\nnoCheck=ignored\nauthorityKeyIdentifier=keyid\nsubjectKeyIdentifier=hash\n` }, async (_, cwd) => {
		const at = (hours) => new Date(Date.now() + hours * 3600000).toISOString().replace(/[-:T]/g, "").slice(0, 14) + "Z", out = path.join(folder, `${usage}.pem`);
		for (const step of [["genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", "key"], ["req", "-new", "-key", "key", "-subj", "/CN=ended", "-out", "csr"],
			["ca", "-batch", "-notext", "-config", "conf", "-cert", ca, "-keyfile", ca.replace(".pem", ".key"), "-passin", `file:${ca.replace(".pem", ".passphrase")}`, "-startdate", at(from), "-enddate", at(until_), "-in", "csr", "-out", "cert"]]) {
			const { status, said } = await run("openssl", step, { cwd, env: step[0] === "req" ? process.env : { ...process.env, OPENSSL_CONF: "/dev/null" } });
			assert.equal(status, 0, said);
		}
		await writeFile(out, await readFile(path.join(cwd, "key"), "utf8") + await readFile(path.join(cwd, "cert"), "utf8"));
		return out;
	});
	isAlarm(await look(await proxied(t, { index: honest, signer: await signer("clientAuth", -100, 100) })), "ocsp", /the certificate is no responder's/);
	isAlarm(await look(await proxied(t, { index: honest, signer: await signer("OCSPSigning", -100, 20) })), "expiry", /responder: CN=ended: ends in (19|20) hours/, 1);
	isAlarm(await look(await proxied(t, { index: honest, signer: await signer("OCSPSigning", -100, 5) })), "expiry", /responder: CN=ended: ends in [45] hours/);
	isAlarm(await look(await proxied(t, { index: honest, signer: await signer("OCSPSigning", -100, -1) })), "ocsp", /the responder's certificate is not valid now/);
});

test("a CA that ends soon, another CA, no database", { timeout: 120000 }, async (t) => {
	await frozen(t, "publisher", "watchdog");
	const short = path.join(folder, "ca.pem"), dir = path.join(site.var, "ca");
	for (const [days, level] of [[60, 1], [20, 2]]) {
		await withFiles({ ext: "basicConstraints=critical,CA:TRUE,pathlen:0\nkeyUsage=critical,keyCertSign,cRLSign\nsubjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid\n" }, async (at, cwd) => {
			for (const step of [["x509", "-x509toreq", "-in", path.join(dir, "ca.pem"), "-signkey", path.join(dir, "ca.key"), "-passin", `file:${dir}/ca.passphrase`, "-out", "csr"],
				["x509", "-req", "-in", "csr", "-extfile", at.ext, "-sha256", "-days", String(days), "-set_serial", "0x1a01", "-CA", path.join(dir, "root.pem"), "-CAkey", path.join(dir, "root.key"), "-passin", `file:${dir}/root.passphrase`, "-out", short]]) {
				const { status, said } = await run("openssl", step, { cwd });
				assert.equal(status, 0, said);
			}
		});
		isAlarm(await look({ ca_certificate: short }), "expiry", /issuing CA: .*: ends in (59|60|19|20) days/, level);
	}
	for (const [days, level] of [[60, 1], [20, 2]]) {
		await withFiles({ ext: "basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign,cRLSign\nsubjectKeyIdentifier=hash\n" }, async (at, cwd) => {
			for (const step of [["x509", "-x509toreq", "-in", path.join(dir, "root.pem"), "-signkey", path.join(dir, "root.key"), "-passin", `file:${dir}/root.passphrase`, "-out", "csr"],
				["x509", "-req", "-in", "csr", "-extfile", at.ext, "-sha256", "-days", String(days), "-set_serial", "0x1a02", "-signkey", path.join(dir, "root.key"), "-passin", `file:${dir}/root.passphrase`, "-out", short]]) {
				const { status, said } = await run("openssl", step, { cwd });
				assert.equal(status, 0, said);
			}
		});
		isAlarm(await look({ root_certificate: short }), "expiry", /root: .*: ends in (59|60|19|20) days/, level);
	}
	/* a root that has not signed this CA, and no place for a report: it does not start */
	for (const changes of [{ root_certificate: path.join(dir, "ca.pem") }, { report_file: "" }])
		assert.equal((await look(changes)).status, 70);
	await copyFile(path.join(dir, "root.pem"), short);
	await sql(site, "UPDATE ca SET key_id = REPEAT('x', 20) WHERE id = 2");
	isAlarm(await look(), "database", /the register does not know this CA/);
	const [[key]] = [[(await run("sh", ["-c", `openssl x509 -in ${dir}/ca.pem -noout -ext subjectKeyIdentifier | tail -n 1 | tr -d ' :'`])).said.trim()]];
	await sql(site, `UPDATE ca SET key_id = UNHEX('${key}') WHERE id = 2`);
	await isFine("the CA is back");
	const database = await signal(site, "mariadbd", "SIGSTOP");
	t.after(() => send(database, "SIGCONT"));
	const found = await look();
	assert.equal(found.status, 2, found.said);
	assert.equal(found.level("database"), 2, found.said);
	const browser = new Browser(site);
	for (const [address, status, pattern] of [["/healthz", 200, /^ok\n$/], ["/readyz", 503, /^not ok database\n$/], ["/metrics", 200, /^cabinet_database_up 0\.000$/m]]) {
		const page = await browser.get(address);
		assert.equal(page.status, status, address);
		assert.match(page.text, pattern);
		assert.equal(page.headers["cache-control"], "no-store");
	}
	send(database, "SIGCONT");
	// each worker finds it again by itself
	let row = 0;
	await until("all workers are ready again", async () => (row = (await browser.get("/readyz")).status === 200 ? row + 1 : 0) > 10, 30000);
});

test("health, readiness and figures", { timeout: 120000 }, async (t) => {
	await frozen(t, "publisher");
	const browser = new Browser(site), text = async (address) => (await browser.get(address)).text;
	assert.equal(await text("/readyz"), "ok database\nok base CRL\nok delta CRL\nok queue\n");
	const number = await numberOf("delta"), figures = await text("/metrics");
	for (const pattern of [/^cabinet_database_up 1\.000$/m, new RegExp(`^cabinet_crl_number\\{kind="delta"\\} ${number}\\.000$`, "m"), /^cabinet_queue_applications 0\.000$/m, /^cabinet_revocations_refused 0\.000$/m,
		/^cabinet_certificates_issued_last_hour \d+\.000$/m, /^cabinet_lease_left_seconds -?\d/m, /^cabinet_watchdog_level \d$/m, /^cabinet_watchdog_age_seconds \d/m, /^cabinet_watchdog_check\{check="ocsp"\} \d$/m])
		assert.match(figures, pattern);
	// every line is one that Prometheus reads, every name is described once
	for (const line of figures.trim().split("\n")) assert.match(line, /^# (HELP cabinet_[a-z_]+ \S.*|TYPE cabinet_[a-z_]+ gauge)$|^cabinet_[a-z_]+(\{[a-z]+="[a-z-]+"\})? -?\d+(\.\d+)?$/);
	const types = [...figures.matchAll(/^# TYPE (\S+)/gm)].map(([, name]) => name);
	assert.equal(new Set(types).size, types.length);
	const [[at]] = await sql(site, `SELECT next_update FROM crl WHERE kind = 'delta' AND number = ${number}`);
	await sql(site, `UPDATE crl SET next_update = UTC_TIMESTAMP(6) - INTERVAL 1 SECOND WHERE kind = 'delta' AND number = ${number}`);
	const page = await browser.get("/readyz");
	assert.deepEqual([page.status, page.text], [503, "ok database\nok base CRL\nnot ok delta CRL\nok queue\n"]);
	await sql(site, `UPDATE crl SET next_update = '${at}' WHERE kind = 'delta' AND number = ${number}`);
	assert.equal((await browser.get("/readyz")).status, 200);
});
