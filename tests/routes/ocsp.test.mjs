// The OCSP responder as relying programs of others see it: openssl, GnuTLS, the JDK and NSS; by POST, by GET, refused, and while things are broken.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { after, before, test } from "node:test";

import { reissue, serialOf, sql, withFiles } from "../lib/citizen.mjs";
import { instance, root, until } from "../lib/instance.mjs";
import { ask, authority, exchange, refusal, requestOf, run } from "../lib/ocsp.mjs";
import { kill, leader, send, signal, workers } from "../lib/processes.mjs";
import { sign } from "../lib/sign.mjs";

let site, mine, spare, serial, unknown;
before(async () => {
	site = await instance({ own: true });
	[mine, spare] = [await reissue(site, site.citizens[0]), await reissue(site, site.citizens[1])];
	serial = await serialOf(mine.auth.certificate);
	unknown = "1b" + createHash("sha256").update("nobody's").digest("hex").slice(0, 38);
});
after(() => site?.stop());

const statusOf = async (number, options) => {
	const answer = await ask(site, [number], options);
	assert.ok(answer.ok, answer.text);
	return answer.said.get(number);
};
const certificates = async () => (await sql(site, "SELECT LOWER(HEX(serial)) FROM certificate ORDER BY serial")).map(([one]) => one);
const log = (name) => readFile(path.join(site.var, "log", `${name}.log`), "utf8");
const at = (url) => `${site.plain}${url}`;

// The citizen's own signed decision, straight from the page. The answer is the redirect of the one that was accepted.
async function revoke({ browser, sign: key, iin }, number, reason) {
	const page = await browser.get(`/keys/${number}/revoke?reason=${reason}`);
	const citizen = site.citizens.find((one) => one.iin === iin);
	assert.ok(key, "a pair of keys");
	const answer = await browser.post(`/keys/${number}/revoke/confirm`, { csrf: page.csrf, agree: "1", signed: await sign(page.document, citizen.sign) });
	assert.equal(answer.status, 303, answer.text);
}

test("openssl: every certificate that was issued is good, nothing else is", async () => {
	const all = await certificates();
	assert.ok(all.length >= 11, `${all.length} certificates`);
	for (const options of [{}, { nonce: false }, { sha256: true }, { sha256: true, nonce: false }, { url: `${site.plain}/ocsp/` }]) {
		for (let i = 0; i < all.length; i += 8) {
			const some = all.slice(i, i + 8), answer = await ask(site, some, options);
			assert.ok(answer.ok, answer.text);
			assert.doesNotMatch(answer.text, /no nonce|Nonce Verify error/i);
			for (const one of some) assert.equal(answer.said.get(one)?.status, "good", one);
		}
	}
	const answer = await ask(site, [unknown, serial, "01", "00"]);
	assert.ok(answer.ok, answer.text);
	for (const [number, wanted] of [[unknown, "unknown"], [serial, "good"], ["01".padStart(40, "0"), "unknown"], ["00".padStart(40, "0"), "unknown"]])
		assert.equal(answer.said.get(number)?.status, wanted, number);
	assert.equal(answer.said.get(serial).nextUpdate - answer.said.get(serial).thisUpdate, 60000);
});

test("a certificate names the address, and GnuTLS finds it there", async () => {
	const { ca } = authority(site);
	await withFiles({ "cert.pem": mine.auth.certificate }, async (files) => {
		assert.match((await run("openssl", ["x509", "-in", files["cert.pem"], "-noout", "-ocsp_uri"])).said, new RegExp(`^${site.plain}/ocsp$`, "m"));
		const { status, said } = await run("ocsptool", ["--ask", "--load-cert", files["cert.pem"], "--load-issuer", ca]);
		assert.equal(status, 0, said);
		assert.match(said, /Certificate Status: good/);
		assert.match(said, /Verifying OCSP Response: Success/);
	});
});

// NSS with a database of its own: root trusted, the rest known, OCSP on.
async function nss(folder, certificate) {
	const { ca, root: top } = authority(site), database = `sql:${folder}`;
	for (const args of [["-N", "--empty-password"], ["-A", "-n", "root", "-t", "CT,C,C", "-a", "-i", top], ["-A", "-n", "ca", "-t", ",,", "-a", "-i", ca],
		["-A", "-n", "mine", "-t", ",,", "-a", "-i", certificate]]) {
		const { status, said } = await run("certutil", [args[0], "-d", database, ...args.slice(1)]);
		assert.equal(status, 0, said);
	}
	return run("ocspclnt", ["-S", "mine", "-d", database, "-u", "c"]);
}

test("JDK and NSS ask by themselves and accept", async () => {
	const { root: top } = authority(site);
	await withFiles({ "cert.pem": mine.auth.certificate }, async (files, folder) => {
		for (const nonce of ["false", "true"]) {
			const { status, said } = await run("java", [`-Djdk.security.certpath.ocspNonce=${nonce}`, path.join(root, "tests/lib/java/ChainOracle.java"), top, "ocsp", files["cert.pem"]]);
			assert.equal(status, 0, said);
			assert.equal(said.trim(), "valid 2", said);
		}
		assert.match((await nss(folder, files["cert.pem"])).said, /Check of certificate "mine" succeeded/);
	});
});

test("GET: base64 in the address, escaped or not; caches may keep it as long as it says", async () => {
	const request = await requestOf(site, [serial], { sha256: true }), text = request.toString("base64");
	assert.match(text, /[+/=]/, "something to escape");
	for (const address of [`/ocsp/${encodeURIComponent(text)}`, `/ocsp/${text}`]) {
		const answer = await exchange(at(address), { method: "GET" });
		assert.equal(answer.status, 200);
		assert.equal(answer.headers["content-type"], "application/ocsp-response");
		const age = Number(/^max-age=(\d+), public, no-transform, must-revalidate$/.exec(answer.headers["cache-control"])?.[1]);
		assert.ok(age > 0 && age <= 60, answer.headers["cache-control"]);
		assert.match(answer.headers.etag, /^"[0-9a-f]{32}"$/);
		await withFiles({ answer: answer.body }, async (files) => {
			const { ok, said, text: told } = await ask(site, [serial], { sha256: true, nonce: false, answer: files.answer });
			assert.ok(ok, told);
			assert.equal(said.get(serial).status, "good");
			assert.equal(Date.parse(answer.headers.expires), said.get(serial).nextUpdate);
			assert.equal(Date.parse(answer.headers["last-modified"]), said.get(serial).thisUpdate);
			assert.ok(Math.abs(said.get(serial).nextUpdate - Date.now() - age * 1000) < 5000);
		});
	}
	// what nobody may keep: an answer with a nonce, one to POST, a refusal
	const nonced = await requestOf(site, [serial], { nonce: true });
	for (const answer of [await exchange(at(`/ocsp/${encodeURIComponent(nonced.toString("base64"))}`), { method: "GET" }), await exchange(at("/ocsp"), { body: request }),
		await exchange(at("/ocsp/!"), { method: "GET" })]) {
		assert.equal(answer.status, 200);
		assert.equal(answer.headers["cache-control"], "no-store");
	}
	const head = await exchange(at(`/ocsp/${encodeURIComponent(text)}`), { method: "HEAD" });
	assert.equal(head.status, 200);
	assert.equal(head.body.length, 0);
});

test("refused, each in its own way", async () => {
	const good = await requestOf(site, [serial]), many = await requestOf(site, Array.from({ length: 17 }, (_, i) => `1${i.toString(16)}`));
	const nonced = (octets) => {		// by hand: openssl's own nonce has 16 octets
		const tlv = (tag, ...parts) => {
			const body = Buffer.concat(parts), length = body.length < 128 ? [body.length] : body.length < 256 ? [0x81, body.length] : [0x82, body.length >> 8, body.length & 255];
			return Buffer.concat([Buffer.from([tag, ...length]), body]);
		};
		// SEQUENCE { SEQUENCE { list } }: the list goes into a request with a nonce
		const list = good.subarray(4);
		return tlv(0x30, tlv(0x30, list, tlv(0xa2, tlv(0x30, tlv(0x30, Buffer.from("06092b0601050507300102", "hex"), tlv(4, tlv(4, Buffer.alloc(octets, 7))))))));
	};
	const post = async (body, options) => exchange(at("/ocsp"), { body, ...options });
	for (const [what, body] of [["nothing", Buffer.alloc(0)], ["no DER", Buffer.from("hello")], ["cut", good.subarray(0, good.length - 1)], ["octets behind", Buffer.concat([good, Buffer.from([0])])],
		["17 certificates", many], ["a nonce of no octets", nonced(0)], ["a nonce of 129 octets", nonced(129)]]) {
		const answer = await post(body);
		assert.equal(answer.status, 200, what);
		assert.equal(refusal(answer.body), 1, what);
	}
	for (const octets of [1, 16, 32, 128]) {
		const answer = await post(nonced(octets));
		assert.equal(refusal(answer.body), 0, `a nonce of ${octets} octets`);
		assert.ok(answer.body.includes(Buffer.alloc(octets, 7)), "the nonce comes back");
	}
	for (const address of ["/ocsp", "/ocsp/", "/ocsp/AAAA", "/ocsp/****", `/ocsp/${good.toString("base64").slice(0, -4)}`])
		assert.equal(refusal((await exchange(at(address), { method: "GET" })).body), 1, address);
	for (const address of ["/ocsp/%", "/ocsp/%zz"]) assert.equal((await exchange(at(address), { method: "GET" })).status, 400, address);
	assert.equal((await post(good, { type: "text/plain" })).status, 415);
	assert.equal((await post(Buffer.alloc(5000))).status, 413);
	assert.equal((await exchange(at("/ocsp"), { method: "PUT", body: good })).status, 405);
	assert.equal((await exchange(at("/ocspx"), { method: "GET" })).status, 301, "no address of the responder");
	// another CA
	await withFiles({}, async (_, folder) => {
		const pem = path.join(folder, "other.pem");
		const made = await run("openssl", ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", path.join(folder, "key"), "-out", pem, "-subj", "/CN=other", "-days", "1"], { env: process.env });
		assert.equal(made.status, 0, made.said);
		for (const sha256 of [false, true])
			assert.equal(refusal((await post(await requestOf(site, [serial], { issuer: pem, sha256 }))).body), 6, "unauthorized");
	});
});

test("revoked at once, before the publisher has looked at it, and never good again", { timeout: 180000 }, async (t) => {
	const publisher = await signal(site, "publisher", "SIGSTOP");
	t.after(() => send(publisher, "SIGCONT"));
	const before_ = await statusOf(serial, { nonce: false });
	assert.equal(before_.status, "good");
	await revoke(mine, serial, 1);
	const [[reason, revokedAt, verified]] = await sql(site, `SELECT reason, revoked_at, verified_at IS NOT NULL FROM revocation WHERE serial = UNHEX('${serial}')`);
	assert.deepEqual([reason, verified], ["1", "0"], "the publisher has not looked");
	const second = Math.floor(Date.parse(`${revokedAt.replace(" ", "T")}Z`) / 1000) * 1000;
	// with a nonce and without: what was signed a moment ago is not given again
	for (const options of [{ nonce: false }, {}, { sha256: true, nonce: false }]) {
		const one = await statusOf(serial, options);
		assert.deepEqual([one.status, one.reason, Date.parse(one.at)], ["revoked", "keyCompromise", second]);
	}
	const address = at(`/ocsp/${encodeURIComponent((await requestOf(site, [serial])).toString("base64"))}`);
	await withFiles({ answer: (await exchange(address, { method: "GET" })).body }, async (files) => {
		assert.equal((await ask(site, [serial], { nonce: false, answer: files.answer })).said.get(serial).status, "revoked");
	});
	send(publisher, "SIGCONT");
	await until("verified", async () => (await sql(site, `SELECT 1 FROM revocation WHERE serial = UNHEX('${serial}') AND first_delta_number IS NOT NULL`)).length === 1, 30000);
	assert.equal((await statusOf(serial)).status, "revoked");
	// one that the publisher refuses is on no CRL, and never good either
	const other = await serialOf(spare.sign.certificate);
	await sql(site, `INSERT INTO revocation (ca, serial, iin, reason, revoked_at) SELECT ca, serial, iin, 5, UTC_TIMESTAMP(6) FROM certificate WHERE serial = UNHEX('${other}')`);
	assert.deepEqual([(await statusOf(other)).status, (await statusOf(other)).reason], ["revoked", "cessationOfOperation"]);
	await until("refused", async () => (await sql(site, `SELECT 1 FROM revocation WHERE serial = UNHEX('${other}') AND refused IS NOT NULL`)).length === 1, 30000);
	assert.equal((await statusOf(other)).status, "revoked");
	// GnuTLS, the JDK and NSS say the same of it
	await withFiles({ "cert.pem": mine.auth.certificate }, async (files, folder) => {
		assert.match((await nss(folder, files["cert.pem"])).said, /Check of certificate "mine" failed[\s\S]*has been revoked/);
		const { ca, root: top } = authority(site);
		assert.match((await run("ocsptool", ["--ask", "--load-cert", files["cert.pem"], "--load-issuer", ca])).said, /Certificate Status: revoked/);
		assert.equal((await run("java", [path.join(root, "tests/lib/java/ChainOracle.java"), top, "ocsp", files["cert.pem"]])).said.trim(), "revoked KEY_COMPROMISE");
	});
});

test("requests that wait are answered together, each with its own answer", { timeout: 120000 }, async (t) => {
	const spareSign = await serialOf(spare.sign.certificate), all = await certificates(), good = all.filter((one) => one !== serial && one !== spareSign), pids = await workers(site, "ocsp");
	await sql(site, "SET GLOBAL userstat = 1");
	t.after(() => sql(site, "SET GLOBAL userstat = 0"));
	const questions = async () => Number((await sql(site, "SELECT COALESCE(SUM(select_commands), 0) FROM information_schema.user_statistics WHERE user = 'cabinet_ocsp'"))[0][0]);
	const kinds = [];
	for (let i = 0; i < 32; i++) kinds.push({ serials: [i % 4 === 3 ? serial : good[i % good.length]], nonce: i % 2 === 0, sha256: i % 3 === 0 });
	kinds.push({ serials: [...good.slice(0, 6), unknown, serial, ...good.slice(2, 8), "01".padStart(40, "0"), unknown], nonce: true });
	kinds.push({ serials: [unknown] }, { serials: [unknown.replace(/^../, "1c"), serial] });
	const asked = await Promise.all(kinds.map(async (kind) => ({ ...kind, request: await requestOf(site, kind.serials, kind) })));
	t.after(() => pids.forEach((pid) => send(pid, "SIGCONT")));
	for (const pid of pids) assert.ok(send(pid, "SIGSTOP"));
	const before_ = await questions();
	const answers = asked.map(({ request }, i) => exchange(at(i % 5 === 4 ? `/ocsp/${encodeURIComponent(request.toString("base64"))}` : "/ocsp"), i % 5 === 4 ? { method: "GET" } : { body: request }));
	const refused = [[{ body: Buffer.from("hello") }, 200, 1], [{ body: asked[0].request, type: "text/plain" }, 415], [{ method: "PUT", body: Buffer.alloc(1) }, 405], [{ body: Buffer.alloc(0) }, 200, 1]]
		.map(async ([options, status, fault]) => {
			const answer = await exchange(at("/ocsp"), options);
			assert.equal(answer.status, status);
			if (fault) assert.equal(refusal(answer.body), fault);
		});
	await new Promise((resolve) => setTimeout(resolve, 700));
	for (const pid of pids) send(pid, "SIGCONT");
	await Promise.all(refused);
	const given = await Promise.all(answers), asked_ = await questions() - before_, ids = kinds.reduce((sum, { serials }) => sum + serials.length, 0);
	// what was issued, eight at a time at best; four others, one by one
	assert.ok(asked_ >= (ids - 4) / 8 && asked_ <= ids / 2, `${asked_} statements for ${ids} certificates`);
	t.diagnostic(`${asked_} statements for ${ids} certificates in ${asked.length} requests`);
	for (const [i, answer] of given.entries()) {
		const { serials, request, nonce = false, sha256 = false } = asked[i];
		await withFiles({ answer: answer.body, request }, async (files) => {
			// openssl holds the nonce of the answer against that of the request when it reads both
			const { status, said } = await run("openssl", ["ocsp", "-reqin", files.request, "-respin", files.answer, "-CAfile", authority(site).root, "-verify_other", authority(site).ca]);
			assert.match(said, /Response verify OK/, said);
			assert.equal(status, 0, said);
			if (nonce) assert.doesNotMatch(said, /nonce/i);
			const told = (await ask(site, serials, { nonce: false, sha256, answer: files.answer })).said;
			for (const one of serials) assert.equal(told.get(one)?.status, one === serial ? "revoked" : good.includes(one) ? "good" : "unknown", `${i}: ${one}`);
		});
	}
	assert.deepEqual(await workers(site, "ocsp"), pids);
});

test("no database: tryLater, and answers again by itself", { timeout: 120000 }, async (t) => {
	const good = await serialOf(spare.auth.certificate), request = await requestOf(site, [good]);
	const database = await signal(site, "mariadbd", "SIGSTOP");
	t.after(() => send(database, "SIGCONT"));
	const answer = await exchange(at("/ocsp"), { body: request });
	assert.equal(refusal(answer.body), 3, "tryLater");
	assert.equal(answer.headers["cache-control"], "no-store");
	assert.match(answer.headers["retry-after"], /^\d+$/);
	send(database, "SIGCONT");
	// each worker finds it again by itself
	let row = 0;
	await until("all workers answer", async () => (row = refusal((await exchange(at("/ocsp"), { body: request })).body) === 0 ? row + 1 : 0) > 10, 30000);
	assert.equal((await statusOf(good)).status, "good");
});

const keyFile = () => path.join(site.var, "ocsp/responder.pem");
const responderOf = async () => {
	const { text } = await ask(site, [unknown]);
	return { text, serial: (await run("openssl", ["x509", "-in", keyFile(), "-noout", "-serial"])).said.trim() };
};
const usesKey = async () => {
	const body = (await exchange(at("/ocsp"), { body: await requestOf(site, [unknown]) })).body;
	const der = await readFile(keyFile(), "utf8").then((pem) => Buffer.from(/-----BEGIN CERTIFICATE-----([\s\S]*?)-----END/.exec(pem)[1], "base64"));
	return body.includes(der);
};

test("the key: readable to nobody else, renewed by the publisher, taken without a restart, never used when it has ended", { timeout: 180000 }, async (t) => {
	const { ca, root: top } = authority(site);
	assert.equal((await stat(keyFile())).mode & 0o037, 0);
	await withFiles({ "chain.pem": await readFile(ca, "utf8") + await readFile(top, "utf8") }, async (files) => {
		const { said } = await run("openssl", ["verify", "-x509_strict", "-purpose", "ocsphelper", "-CAfile", files["chain.pem"], keyFile()]);
		assert.match(said, /: OK/);
		const { said: text } = await run("openssl", ["x509", "-in", keyFile(), "-noout", "-text"]);
		assert.match(text, /OCSP No Check/);
		assert.match(text, /Extended Key Usage: *\n *OCSP Signing\n/);
		assert.match(text, /Key Usage: critical\n *Digital Signature\n/);
	});
	const pids = await workers(site, "ocsp"), former = await responderOf();
	assert.ok(await usesKey());
	await rm(keyFile());
	assert.equal((await ask(site, [unknown])).ok, true, "the old one serves on");
	await until("a new key", () => stat(keyFile()).catch(() => null), 30000);
	await until("the new key in use", usesKey, 10000);
	assert.notEqual((await responderOf()).serial, former.serial);
	assert.deepEqual(await workers(site, "ocsp"), pids, "no worker was restarted");
	assert.equal((await sql(site, "SELECT COUNT(*) FROM responder WHERE der IS NOT NULL"))[0][0], "2");

	// half a file, or one that lies open, is not taken
	const whole = await readFile(keyFile(), "utf8"), publisher = await signal(site, "publisher", "SIGSTOP");
	t.after(() => send(publisher, "SIGCONT"));
	const put = async (text, mode = 0o600) => {
		await writeFile(`${keyFile()}.test`, text, { mode });
		await rename(`${keyFile()}.test`, keyFile());
	};
	for (const [text, mode] of [[whole.slice(0, 900), 0o600], [whole, 0o644], ["", 0o600]]) {
		await put(text, mode);
		assert.equal((await ask(site, [unknown])).ok, true, "the old one serves on");
	}

	// one whose certificate has ended: made here with the demo CA's key
	await withFiles({ index: "", "index.attr": "unique_subject = no\n", conf: `[ca]\ndefault_ca=c\n[c]\nnew_certs_dir=.\ndatabase=index\nrand_serial=yes\ndefault_md=sha256\npolicy=p\nx509_extensions=e\n[p]\ncommonName=supplied\n` +
		"[e]\nkeyUsage=critical,digitalSignature\nextendedKeyUsage=OCSPSigning\nnoCheck=ignored\nauthorityKeyIdentifier=keyid\n" }, async (_, folder) => {
		const key = path.join(folder, "key"), here = { cwd: folder };
		const steps = [["genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", key], ["req", "-new", "-key", key, "-subj", "/CN=ended", "-out", "csr"],
			["ca", "-batch", "-notext", "-config", "conf", "-cert", ca, "-keyfile", ca.replace(".pem", ".key"), "-passin", `file:${ca.replace(".pem", ".passphrase")}`,
				"-startdate", "20200101000000Z", "-enddate", "20200108000000Z", "-in", "csr", "-out", "cert"]];
		for (const step of steps) {
			const { status, said } = await run("openssl", step, { ...here, env: step[0] === "req" ? process.env : { ...process.env, OPENSSL_CONF: "/dev/null" } });
			assert.equal(status, 0, said);
		}
		await put(await readFile(key, "utf8") + await readFile(path.join(folder, "cert"), "utf8") + await readFile(ca, "utf8"));
	});
	assert.equal(refusal((await exchange(at("/ocsp"), { body: await requestOf(site, [unknown]) })).body), 3, "tryLater");
	assert.match(await log("ocsp"), /ALARM: CN=ended: its certificate is not valid now/);
	send(publisher, "SIGCONT");
	await until("another key", usesKey, 30000);
	assert.equal((await ask(site, [unknown])).ok, true);
	assert.match(await log("publisher"), /a new one: (half of its days are over|the profile names it otherwise)/);
	assert.ok((await leader(site, "route-ocsp")) !== 0);
});

test("an RSA-2048 responder by the profile alone", { timeout: 120000 }, async () => {
	const folder = path.join(site.var, "profiles"), conf = path.join(site.var, "cabinet.conf");
	await run("cp", ["-r", path.join(root, "conf/profiles"), folder]);
	const profile = path.join(folder, "ocsp-responder.conf");
	await writeFile(profile, (await readFile(profile, "utf8")).replace(/^key +=.*$/m, "key = RSA-2048"));
	await writeFile(conf, (await readFile(conf, "utf8")).replace(/^profiles = .*$/m, `profiles = ${folder}`));
	await kill(site, "publisher");
	await until("an RSA key", async () => /RSA|rsaEncryption/.test((await run("openssl", ["x509", "-in", keyFile(), "-noout", "-text"])).said.match(/Public Key Algorithm: .*/)?.[0] ?? ""), 60000);
	await until("in use", usesKey, 10000);
	const good = await serialOf(spare.auth.certificate), answer = await ask(site, [good, serial]);
	assert.ok(answer.ok, answer.text);
	assert.deepEqual([answer.said.get(good).status, answer.said.get(serial).status], ["good", "revoked"]);
	await withFiles({ "cert.pem": spare.auth.certificate }, async (files) => {
		const { ca, root: top } = authority(site);
		assert.match((await run("ocsptool", ["--ask", "--load-cert", files["cert.pem"], "--load-issuer", ca])).said, /Verifying OCSP Response: Success/);
		assert.equal((await run("java", [path.join(root, "tests/lib/java/ChainOracle.java"), top, "ocsp", files["cert.pem"]])).said.trim(), "valid 2");
	});
});
