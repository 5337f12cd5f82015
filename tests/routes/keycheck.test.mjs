// Keys that get no certificate: refused beside the field when the request is filed, and once more by the publisher; and what linters can read of an
// issue before the CA's signature makes it count.
import assert from "node:assert/strict";
import { checkPrimeSync, createHash, createPrivateKey, createPublicKey, generatePrimeSync } from "node:crypto";
import path from "node:path";
import { after, before, test } from "node:test";

import { call, confirm, file, locality, login, messages, reissue, requests, serialOf, sql, withFiles } from "../lib/citizen.mjs";
import { Browser } from "../lib/http.mjs";
import { instance, root, until } from "../lib/instance.mjs";
import { run } from "../lib/ocsp.mjs";

let site, citizen;
before(async () => { site = await instance(); [citizen] = site.citizens; });
after(() => site?.stop());

const octets = (n) => Buffer.from(n.toString(16).padStart(2 * Math.ceil(n.toString(16).length / 2), "0"), "hex").toString("base64url");
const power = (base, exponent, modulus) => {
	let result = 1n;
	for (let b = base % modulus, e = exponent; e > 0n; e >>= 1n, b = b * b % modulus) if (e & 1n) result = result * b % modulus;
	return result;
};
function inverse(a, m) {
	let [r0, r1, t0, t1] = [m, a % m, 0n, 1n];
	while (r1) [r0, r1, t0, t1] = [r1, r0 % r1, t1, t0 - r0 / r1 * t1];
	return ((t0 % m) + m) % m;
}
// An RSA key of these primes, as PEM.
function keyOf(p, q, e = 65537n) {
	const d = inverse(e, (p - 1n) * (q - 1n));
	const jwk = { kty: "RSA", n: p * q, e, d, p, q, dp: d % (p - 1n), dq: d % (q - 1n), qi: inverse(q, p) };
	return createPrivateKey({ format: "jwk", key: Object.fromEntries(Object.entries(jwk).map(([name, v]) => [name, typeof v === "bigint" ? octets(v) : v])) })
		.export({ type: "pkcs8", format: "pem" });
}
const request = (key) => withFiles({ key }, async (at, folder) => {
	await call("openssl", ["req", "-new", "-utf8", "-key", at.key, "-subj", "/CN=x", "-sha256", "-out", `${folder}/csr`]);
	return (await call("cat", [`${folder}/csr`])).stdout;
});
const isPrime = (n) => checkPrimeSync(n);
const prime = (from) => {
	let n = from | 1n;
	while (!isPrime(n) || (n - 1n) % 65537n === 0n) n += 2n;
	return n;
};
// The broken generator's primes: k * M + (65537^a mod M), M the product of the first 126 primes.
function rocaPrime() {
	let m = 1n;
	for (let c = 2n, count = 0; count < 126; c++) if (isPrime(c)) { m *= c; count++; }
	for (;;) {
		const k = BigInt("0x" + Buffer.from(generatePrimeSync(1024 - m.toString(2).length)).toString("hex"));
		const p = k * m + power(65537n, BigInt("0x" + Buffer.from(generatePrimeSync(64)).toString("hex")), m);
		if (isPrime(p) && (p - 1n) % 65537n !== 0n) return p;
	}
}

const large = () => prime(generatePrimeSync(1024, { bigint: true }));
const weak = {
	"primes that stand close to each other": () => { const p = large(); return keyOf(p, prime(p + 2n)); },
	"the broken generator (ROCA)": () => keyOf(rocaPrime(), rocaPrime()),
	"a small factor": () => keyOf(prime(generatePrimeSync(2040, { bigint: true })), 251n),
};
for (const [name, make] of Object.entries(weak)) {
	test(`${name}: refused beside the field, in three languages`, { timeout: 60000 }, async () => {
		const browser = await login(site, citizen), good = await requests(citizen), bad = await request(make());
		const form = await browser.get("/reissue");
		for (const [language, words] of [["ru", /известная слабость/], ["kk", /белгілі осал тұсы/], ["en", /known weakness/]]) {
			const own = Object.assign(new Browser(site, { language }), { cookies: new Map(browser.cookies) });
			const answer = await own.post("/reissue", { csrf: form.csrf, email: "", locality, store: "PKCS12", csr_auth: good.auth.csr, csr_sign: bad });
			assert.equal(answer.status, 422);
			assert.match(messages(answer), words);
			assert.match(answer.text, /href="#csr_sign"/);
		}
	});
}

test("a key that is blocked gets no certificate, and the citizen reads why", { timeout: 60000 }, async () => {
	const browser = await login(site, citizen), { number, keys } = await file(browser, citizen);
	const spki = createPublicKey(keys.sign.key).export({ type: "spki", format: "der" });
	await sql(site, `INSERT INTO blocked_key (spki_hash, reason, at) VALUES (X'${createHash("sha256").update(spki).digest("hex")}', 'listed', UTC_TIMESTAMP(6))`);
	assert.equal((await confirm(browser, citizen, number)).status, 303);
	const page = await until("its failure", async () => {
		const status = await browser.get(`/status/${number}`);
		return /data-status="failed"/.test(status.text) && status;
	}, 30000);
	assert.match(page.text, /внесён в список ненадёжных/);
	assert.deepEqual(await sql(site, `SELECT serial FROM certificate WHERE number='${number}'`), []);
});

test("lists of keys that were made without chance: a key on one gets no certificate, another one does", { timeout: 120000 }, async () => {
	const import_ = (texts) => withFiles(texts, async (at) => {
		const files = Object.values(at);
		const made = await run(path.join(root, "scripts/import-weak-keys"), ["--socket", `${site.run}/mariadb.sock`, ...files]);
		return { ...made, said: made.said.replaceAll(`${path.dirname(files[0])}/`, "") };
	});
	const tail = async (key) => createHash("sha1").update((await withFiles({ key }, (at) => call("openssl", ["rsa", "-in", at.key, "-noout", "-modulus"]))).stdout).digest("hex").slice(20);
	const browser = await login(site, citizen), { number, keys } = await file(browser, citizen), made_up = (n) => createHash("sha256").update(`made up ${n}`).digest("hex").slice(0, 20);
	const listed = await tail(keys.auth.key), list = [...Array(2500).keys()].map(made_up);
	const count = async () => Number((await sql(site, "SELECT COUNT(*) FROM blocked_key WHERE reason = 'listed'"))[0][0]), before_ = await count();

	for (const bad of [listed.slice(1), `${listed}0`, `${listed.slice(1)}g`, "Modulus=00"]) {
		const refused = await import_({ good: `# RSA 2048\n${listed}\n`, bad: `${list[0]}\n${bad}\n` });
		assert.equal(refused.status, 1);
		assert.match(refused.said, /^bad:2: not 20 hexadecimal digits$/m);
	}
	assert.match((await import_({ empty: "# nothing\n\n" })).said, /no rows/);
	assert.equal(await count(), before_, "nothing is changed");
	const taken = await import_({ one: `# RSA 2048, made up for this test\n\n${list.join("\n")}\n`, two: `${listed.toUpperCase()}\r\n` });
	assert.deepEqual([taken.status, taken.said], [0, "weak keys: 2501 read, 2501 new\n"]);
	assert.equal((await import_({ again: `${listed}\n` })).said, "weak keys: 1 read, 0 new\n");

	assert.equal((await confirm(browser, citizen, number)).status, 303);
	await until("its failure", async () => /data-status="failed"/.test((await browser.get(`/status/${number}`)).text), 30000);
	assert.deepEqual(await sql(site, `SELECT reason FROM application WHERE number='${number}'`), [["blocked_key"]]);
	assert.deepEqual(await sql(site, `SELECT serial FROM certificate WHERE number='${number}'`), []);
	await reissue(site, citizen);
});

test("what was signed was to be read by linters before: the same octets under a key that nobody trusts", { timeout: 60000 }, async () => {
	const mine = await reissue(site, citizen);
	for (const purpose of ["auth", "sign"]) {
		const [[hex, stored]] = await sql(site, `SELECT HEX(l.der), HEX(k.der) FROM lint_certificate l JOIN certificate k USING (serial) WHERE l.number='${mine.number}' AND l.purpose='${purpose}'`);
		await withFiles({ "lint.der": Buffer.from(hex, "hex"), "issued.der": Buffer.from(stored, "hex"), "ca.pem": mine.chain.join("") }, async (at, folder) => {
			const part = async (name) => {
				const at_ = (await call("openssl", ["asn1parse", "-inform", "DER", "-in", at[name]])).stdout.split("\n")[1].match(/^\s*(\d+):.*hl=(\d+) l=\s*(\d+)/).slice(1).map(Number);
				const der = Buffer.from(name === "lint.der" ? hex : stored, "hex");
				return der.subarray(at_[0], at_[0] + at_[1] + at_[2]);
			};
			assert.deepEqual(await part("lint.der"), await part("issued.der"));
			for (const [program, ...words] of [["openssl", "x509", "-inform", "DER", "-noout", "-subject", "-in"], ["certtool", "-i", "--inder", "--infile"]])
				await call(program, [...words, at["lint.der"]]);
			await call("openssl", ["x509", "-inform", "DER", "-in", at["lint.der"], "-out", `${folder}/lint.pem`]);
			await assert.rejects(call("openssl", ["verify", "-CAfile", at["ca.pem"], `${folder}/lint.pem`]), /signature failure/);
			assert.equal(await serialOf(mine[purpose].certificate), (await sql(site, `SELECT LOWER(HEX(serial)) FROM lint_certificate WHERE number='${mine.number}' AND purpose='${purpose}'`))[0][0]);
		});
	}
});
