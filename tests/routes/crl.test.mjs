// CRLs and OCSP as relying programs use them: OpenSSL (base and delta together), GnuTLS, the JDK's PKIX validator and NSS agree about every certificate of
// a population, CRL_POPULATION=10000 of a large one. Then what the publisher promises of its lists: who may leave them and when, and how many it makes of
// a burst.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { X509Certificate } from "node:crypto";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { cpus, tmpdir } from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";

import { call, crl, sql } from "../lib/citizen.mjs";
import { Browser } from "../lib/http.mjs";
import { instance, root, until } from "../lib/instance.mjs";
import { ask, exchange, requestOf, run } from "../lib/ocsp.mjs";

const COUNT = Number(process.env.CRL_POPULATION ?? 120), LIMIT = 90000, LONG = 240000 + 600 * COUNT, BIG = { maxBuffer: 1 << 28 };
const REASONS = ["UNSPECIFIED", "KEY_COMPROMISE", "AFFILIATION_CHANGED", "SUPERSEDED", "CESSATION_OF_OPERATION"];
let site, folder, later;
const numbers = [...Array(COUNT).keys()], kind = (n) => n % 6;
const file = (n) => path.join(folder, `${n}.pem`);
const log = () => readFile(path.join(site.var, "log/publisher.log"), "utf8");
// The newest list of a kind is past half of its validity.
const ages = (which) => sql(site, `UPDATE crl SET this_update = this_update - INTERVAL 13 HOUR, next_update = next_update - INTERVAL 13 HOUR WHERE kind = '${which}' AND published_at IS NOT NULL`);
const newBase = async () => {
	const { number } = await crl(site, "ca.crl");
	await ages("base");
	return until("a new base", async () => {
		const now = await crl(site, "ca.crl");
		return now.number > number && now;
	}, LIMIT);
};
const execute = (statements) => {
	const made = spawnSync("mariadb", ["--no-defaults", "--default-character-set=utf8mb4", `--socket=${site.run}/mariadb.sock`, "-uroot", "cabinet"], { input: statements, encoding: "utf8", ...BIG });
	assert.equal(made.status, 0, made.stderr);
};

before(async () => {
	site = await instance({ own: true, conf: "[publisher]\ncrl_delta_spacing = 4" });
	folder = await mkdtemp(path.join(tmpdir(), "cabinet-crl-"));
	await call("make", ["-C", root, "-s", "build/tests/population"], { env: { ...process.env, SAN: "", MAKEFLAGS: "" } });
	const { stdout } = await call(path.join(root, "build/tests/population"), [path.join(site.var, "ca"), String(COUNT), folder, "1.3.6.1.4.1.32473", site.origin, site.plain], { cwd: root, ...BIG });
	const rows = stdout.split("\n");
	later = rows.filter((row) => row.startsWith("INSERT INTO later")).map((row) => row.replace("INTO later", "INTO revocation"));
	execute(`BEGIN;\n${rows.filter((row) => !row.startsWith("INSERT INTO later")).join("\n")}\nCOMMIT;`);
	await until("the first of them on the delta", async () => (await crl(site, "ca-delta.crl")).entries.size === numbers.filter(isOnBase).length, LIMIT);
	await newBase();
	execute(`BEGIN;\n${later.join("\n")}\nCOMMIT;`);
	const wanted = numbers.filter((n) => kind(n) === 4).length;
	await until("the rest on a delta", async () => {
		const [[left]] = await sql(site, "SELECT COUNT(*) FROM revocation WHERE delta_number IS NULL");
		return left === "0" && (await crl(site, "ca-delta.crl")).entries.size >= wanted;
	}, LIMIT);
	for (const [name, address] of [["root.cer", "/ca/root.cer"], ["ca.cer", "/ca/ca.cer"], ["root.crl", "/crl/root.crl"], ["ca.crl", "/crl/ca.crl"], ["ca-delta.crl", "/crl/ca-delta.crl"]]) {
		const { body, status } = await new Browser(site).get(site.plain + address, { cookies: false });
		assert.equal(status, 200, address);
		await writeFile(path.join(folder, name), body);
		await call("openssl", [name.endsWith("crl") ? "crl" : "x509", "-inform", "DER", "-in", path.join(folder, name), "-out", path.join(folder, `${name}.pem`)]);
	}
	const pem = (name) => readFile(path.join(folder, `${name}.pem`), "utf8");
	await writeFile(path.join(folder, "cas"), await pem("root.cer") + await pem("ca.cer"));
	await writeFile(path.join(folder, "base"), await pem("root.crl") + await pem("ca.crl"));
	await writeFile(path.join(folder, "both"), await pem("root.crl") + await pem("ca.crl") + await pem("ca-delta.crl"));
});
after(async () => {
	await site?.stop();
	if (folder) await rm(folder, { recursive: true, force: true });
});

// tests/lib/oracle/NAME.c over all certificates, in pieces side by side: what it says against the register.
async function oracle(name, words, isRevoked) {
	const program = path.join(folder, `oracle-${name}`), pieces = cpus().map((_, i) => numbers.filter((n) => n % cpus().length === i)), verdicts = new Map();
	const flags = async (what) => (await call("pkg-config", [what, name])).stdout.trim().split(/\s+/);
	await call("gcc", ["-std=gnu17", "-O2", "-Wall", "-Wextra", "-Werror", ...await flags("--cflags"), "-o", program, path.join(root, `tests/lib/oracle/${name}.c`), ...await flags("--libs")]);
	await Promise.all(pieces.filter((piece) => piece.length > 0).map(async (piece) => {
		const { stdout } = await call(program, [...words, ...piece.map(file)], BIG);
		for (const [, n, said] of stdout.matchAll(/(\d+)\.pem (.*)$/gm)) verdicts.set(Number(n), said);
	}));
	agrees(verdicts, isRevoked);
}
const isOnBase = (n) => [3, 5].includes(kind(n));

// What OpenSSL says of every certificate with these lists.
function openssl(lists, ...options) {
	const verdicts = new Map();
	for (let at = 0; at < COUNT; at += 500) {
		const files = numbers.slice(at, at + 500).map(file);
		const { stdout, stderr } = spawnSync("openssl", ["verify", "-x509_strict", "-crl_check_all", ...options, "-CAfile", path.join(folder, "cas"), "-CRLfile", path.join(folder, lists), ...files], { encoding: "utf8", ...BIG });
		for (const [, n] of stdout.matchAll(/(\d+)\.pem: OK/g)) verdicts.set(Number(n), "good");
		for (const [, why, n] of stderr.matchAll(/lookup: (.*)\nerror [^\n]*\/(\d+)\.pem: verification failed/g)) verdicts.set(Number(n), /revoked/.test(why) ? "revoked" : why);
	}
	return verdicts;
}
const agrees = (verdicts, isRevoked) => {
	assert.equal(verdicts.size, COUNT);
	for (const n of numbers) assert.equal(verdicts.get(n), isRevoked(n) ? "revoked" : "good", `${n}.pem`);
};

test("OpenSSL, strict: the base alone, and base and delta together", { timeout: LONG }, () => {
	agrees(openssl("base"), isOnBase);
	agrees(openssl("both", "-extended_crl", "-use_deltas"), (n) => kind(n) >= 3);
});

test("the JDK's PKIX validator: every certificate, with the reason of each", { timeout: LONG }, async () => {
	const at = (name) => path.join(folder, name), verdicts = new Map();
	for (let from = 0; from < COUNT; from += 2000) {
		const { stdout } = await call("java", ["-XX:TieredStopAtLevel=1", path.join(root, "tests/lib/java/CrlOracle.java"), at("root.cer"), at("ca.cer"), at("root.crl"), at("ca.crl"),
			...numbers.slice(from, from + 2000).map(file)], BIG);
		for (const [, n, verdict] of stdout.matchAll(/^(\d+)\.pem (.*)$/gm)) verdicts.set(Number(n), verdict);
	}
	assert.equal(verdicts.size, COUNT);
	for (const n of numbers) assert.equal(verdicts.get(n), isOnBase(n) ? `revoked ${REASONS[n % 5]}` : "good", `${n}.pem`);
});

test("GnuTLS: reads both lists, and agrees about certificates of each kind", { timeout: LONG }, async () => {
	for (const name of ["ca.crl", "ca-delta.crl"]) {
		const { stdout } = await call("certtool", ["--crl-info", "--inder", "--infile", path.join(folder, name)], BIG);
		assert.equal(stdout.match(/Serial Number \(hex\)/g).length, (await crl(site, name)).entries.size, name);
	}
	const { stdout } = await call("certtool", ["--verify-crl", "--load-ca-certificate", path.join(folder, "ca.cer.pem"), "--infile", path.join(folder, "ca.crl.pem")], BIG);
	assert.match(stdout, /Verified/);
	const at = (name) => path.join(folder, name);
	await oracle("gnutls", ["crl", at("root.cer.pem"), at("ca.cer.pem"), at("root.crl.pem"), at("ca.crl.pem")], isOnBase);
	/* the program that people have */
	for (const n of numbers.slice(0, 18)) {
		const { status, said } = await run("certtool", ["--verify", "--load-ca-certificate", at("cas"), "--load-crl", at("base"), "--infile", file(n)]);
		assert.equal(status !== 0, isOnBase(n), said);
		if (isOnBase(n)) assert.match(said, /revoked/i);
	}
});

test("NSS: imports the base, and agrees about certificates of each kind", { timeout: LONG }, async () => {
	const db = `sql:${path.join(folder, "nss")}`, at = (name) => path.join(folder, name);
	await mkdir(path.join(folder, "nss"));
	await call("certutil", ["-N", "-d", db, "--empty-password"]);
	await call("certutil", ["-A", "-d", db, "-n", "root", "-t", "CT,C,C", "-i", at("root.cer")]);
	await call("certutil", ["-A", "-d", db, "-n", "ca", "-t", ",,", "-i", at("ca.cer")]);
	for (const name of ["root.crl", "ca.crl"]) await call("crlutil", ["-I", "-d", db, "-i", at(name), "-t", "1"]);
	const { stdout } = await call("crlutil", ["-L", "-d", db, "-n", "ca"], BIG);
	assert.equal(stdout.match(/Serial Number:/g)?.length ?? stdout.match(/Entry \d+/g)?.length, (await crl(site, "ca.crl")).entries.size);
	await oracle("nss", ["crl", db], isOnBase);
});

test("OCSP: OpenSSL, GnuTLS, the JDK and NSS say of each certificate what the register says", { timeout: LONG }, async () => {
	const isRevoked = (n) => kind(n) >= 3, at = (name) => path.join(folder, name), serials = [], verdicts = new Map();
	for (let from = 0; from < COUNT; from += 500) {
		for (const n of numbers.slice(from, from + 500)) serials.push(new X509Certificate(await readFile(file(n))).serialNumber.toLowerCase().padStart(40, "0"));
	}
	for (let from = 0; from < COUNT; from += 16) {
		const some = numbers.slice(from, from + 16), answer = await ask(site, some.map((n) => serials[n]), { sha256: from % 32 === 0 });
		assert.ok(answer.ok, answer.text);
		for (const n of some) verdicts.set(n, answer.said.get(serials[n])?.status);
	}
	agrees(verdicts, isRevoked);

	const said = new Map();
	for (let from = 0; from < COUNT; from += 1000) {
		const { stdout } = await call("java", ["-XX:TieredStopAtLevel=1", path.join(root, "tests/lib/java/ChainOracle.java"), at("root.cer"), "ocsp", ...numbers.slice(from, from + 1000).map(file)], BIG);
		stdout.trim().split("\n").forEach((line, i) => said.set(from + i, line));
	}
	assert.equal(said.size, COUNT);
	for (const n of numbers) assert.equal(said.get(n), isRevoked(n) ? `revoked ${REASONS[n % 5]}` : "valid 2", `${n}.pem`);

	/* one request of each kind by openssl, then with the other serials in their place */
	const made = await Promise.all([true, false].map(async (sha256) => (await requestOf(site, [serials[0]], { sha256 })).toString("hex")));
	for (const n of numbers) {
		const body = Buffer.from(made[n % 2].replace(serials[0], serials[n]), "hex");
		await writeFile(`${file(n)}.ocsp`, (await exchange(`${site.plain}/ocsp`, { body })).body);
	}
	await oracle("gnutls", ["ocsp", at("root.cer.pem"), at("ca.cer.pem")], isRevoked);
	const db = `sql:${at("nss-ocsp")}`;
	await mkdir(at("nss-ocsp"));
	await call("certutil", ["-N", "-d", db, "--empty-password"]);
	await call("certutil", ["-A", "-d", db, "-n", "root", "-t", "CT,C,C", "-i", at("root.cer")]);
	await call("certutil", ["-A", "-d", db, "-n", "ca", "-t", ",,", "-i", at("ca.cer")]);
	await oracle("nss", ["ocsp", db], isRevoked);
});

test("an expired certificate leaves after one base that still names it, and nothing else ever leaves", { timeout: 240000 }, async () => {
	const expired = numbers.filter((n) => kind(n) === 5).length, rest = numbers.filter((n) => [3, 4].includes(kind(n))).length;
	const first = await newBase();
	assert.equal(first.entries.size, rest, "it was on the base before, which was made past its end");
	assert.deepEqual(await sql(site, "SELECT COUNT(*) FROM revocation WHERE last_crl_number IS NOT NULL AND last_crl_number >= first_crl_number AND last_crl_number < " + first.number), [[String(expired)]]);

	/* a row that somebody took away: the list is not published without it, and the log says so; base and delta alike */
	const [[serial, columns]] = await sql(site, "SELECT LOWER(HEX(serial)), 1 FROM revocation WHERE last_crl_number IS NULL AND first_crl_number IS NOT NULL LIMIT 1");
	assert.equal(columns, "1");
	execute(`CREATE TABLE aside AS SELECT * FROM revocation WHERE serial = X'${serial}'; DELETE FROM revocation WHERE serial = X'${serial}';`);
	await ages("base");
	await until("the alarm", async () => new RegExp(`ALARM: RFC 5280 section 3.3: ca.crl \\d+: ${serial} would leave`).test(await log()), LIMIT);
	assert.ok((await crl(site, "ca.crl")).entries.has(serial), "what is published stays");
	execute("INSERT INTO revocation (ca, serial, iin, reason, revoked_at, form, verified_at, not_after, first_crl_number, first_delta_number, crl_number, delta_number) SELECT ca, serial, iin, reason, revoked_at, form, verified_at, not_after, first_crl_number, first_delta_number, crl_number, delta_number FROM aside; DROP TABLE aside;");
	await until("a base again", async () => {
		const now = await crl(site, "ca.crl");
		return now.number > first.number && now.entries.has(serial);
	}, LIMIT);
});

test("a base is what the register's rows say, whatever the blocks hold that they are packed in", { timeout: 240000 }, async () => {
	const before = await newBase(), serials = [...before.entries.keys()].sort(), doubts = async () => (await log()).split("the blocks of the register do not give the list that its rows do").length - 1;
	assert.deepEqual(await sql(site, `SELECT SUM(entries), SUM(LENGTH(packed)), SUM(entries IS NULL) FROM crl_block`), [[String(serials.length), String(31 * serials.length), "0"]]);

	let doubted = 0;
	for (const lie of [
		/* the number of entries is not the one that was claimed; as many, but one of them another serial; a block that is no block */
		"packed = SUBSTR(packed, 32), entries = entries - 1",
		"packed = CONCAT(SUBSTR(packed, 1, 19), CHAR(ASCII(SUBSTR(packed, 20, 1)) ^ 1), SUBSTR(packed, 21))",
		"packed = CONCAT(packed, 'x')",
	]) {
		execute(`UPDATE crl_block SET ${lie} WHERE entries > 0 ORDER BY block LIMIT 1;`);
		assert.deepEqual([...(await newBase()).entries.keys()].sort(), serials, lie);
		assert.equal(await doubts(), ++doubted, lie);
		assert.deepEqual([...(await newBase()).entries.keys()].sort(), serials, "from blocks again, all packed anew");
	}
	assert.equal(await doubts(), doubted);

	/* a row changed by hand makes its block stale, and all others are left as they are */
	execute(`UPDATE revocation SET revoked_at = '2026-01-02 03:04:05' WHERE serial = X'${serials[0]}';`);
	assert.deepEqual(await sql(site, "SELECT HEX(block) FROM crl_block WHERE entries IS NULL"), [[serials[0].slice(0, 4).toUpperCase()]]);
	assert.match((await newBase()).text, /Revocation Date: Jan  2 03:04:05 2026 GMT/);
	assert.equal(await doubts(), doubted);
});

test("a burst shares its deltas, and each of its revocations is on one", { timeout: 240000 }, async () => {
	const [[from]] = await sql(site, "SELECT MAX(number) FROM crl"), began = Date.now();
	for (let i = 0; i < 40; i++) {
		await sql(site, `INSERT INTO revocation (ca, serial, iin, reason, revoked_at, not_after, verified_at) SELECT MAX(id), CONCAT(X'20${String(i).padStart(2, "0")}', SUBSTR(UNHEX(SHA1(${i})), 1, 18)), '900101300811', 4, UTC_TIMESTAMP(6),
			'2036-01-01', UTC_TIMESTAMP(6) FROM ca`);
		await new Promise((resolve) => setTimeout(resolve, 200));
	}
	/* a number is claimed before its file is there */
	const last = await until("the last one", async () => {
		const list = await crl(site, "ca-delta.crl");
		return [...list.entries.keys()].filter((serial) => /^20\d\d/.test(serial)).length >= 40 && list;
	}, LIMIT);
	const seconds = (Date.now() - began) / 1000, made = last.number - Number(from);
	assert.ok(made <= seconds / 4 + 2, `${made} deltas in ${seconds} s`);
	assert.deepEqual(await sql(site, "SELECT COUNT(*) FROM revocation WHERE delta_number IS NULL"), [["0"]]);
});

test("nginx: DER types, a tag that spares the second download, a life shorter than the list's", { timeout: 60000 }, async () => {
	for (const [address, type] of [["/crl/ca.crl", "application/pkix-crl"], ["/crl/ca-delta.crl", "application/pkix-crl"], ["/ca/ca.cer", "application/pkix-cert"]]) {
		const browser = new Browser(site), first = await browser.get(site.plain + address, { cookies: false });
		assert.equal(first.headers["content-type"], type);
		assert.match(first.headers.etag, /^"[0-9a-f-]+"$/);
		assert.equal(first.headers["cache-control"], "public, max-age=60");
		const again = await browser.request("GET", site.plain + address, { headers: { "if-none-match": first.headers.etag }, cookies: false });
		assert.equal(again.status, 304);
	}
});
