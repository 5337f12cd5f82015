// Certificates and CRLs as other people's programs see them: the JDK's PKIX, GnuTLS's certtool, OpenSSL and keytool, each with the root alone as
// what it trusts. Before the revocation, when only the delta CRL has it, and when the base CRL has it too.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { after, before, test } from "node:test";

import { call, crl, messages, reissue, serialOf, withFiles } from "../lib/citizen.mjs";
import { instance, root as top, until } from "../lib/instance.mjs";
import { sign } from "../lib/sign.mjs";

let site, citizen, good, bad, serials;
before(async () => {
	/* a base CRL is renewed at half of its time: a minute instead of 12 hours */
	site = await instance({ own: true, conf: "crl_base_seconds = 120\ncrl_delta_seconds = 120" });
	[citizen] = site.citizens;
	good = await reissue(site, citizen);
	bad = await reissue(site, citizen);
	serials = [await serialOf(bad.auth.certificate), await serialOf(bad.sign.certificate)];
});
after(() => site?.stop());

// Status and everything that was printed. No input: a program that asks gets no answer.
const run = (program, args) => new Promise((resolve, reject) => {
	const child = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"], env: { ...process.env, LC_ALL: "C.UTF-8" } });
	let said = "";
	for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", (text) => { said += text; });
	child.once("error", reject);
	child.once("close", (status) => resolve({ status, said }));
});

const pemOf = (der) => `-----BEGIN X509 CRL-----\n${der.toString("base64").replace(/.{1,64}/g, "$&\n")}-----END X509 CRL-----\n`;

// Everything there is at this moment, as files: certificates as PEM, each CRL as it is served and as PEM.
async function now(use) {
	const [base, delta, root] = await Promise.all(["ca.crl", "ca-delta.crl", "root.crl"].map((name) => crl(site, name)));
	return withFiles({
		root: good.chain[1], ca: good.chain[0], good_auth: good.auth.certificate, good_sign: good.sign.certificate, bad_auth: bad.auth.certificate,
		bad_sign: bad.sign.certificate, base: base.body, delta: delta.body, root_crl: root.body, base_pem: pemOf(base.body), delta_pem: pemOf(delta.body),
		root_crl_pem: pemOf(root.body), good_chain: good.auth.certificate + good.chain.join(""), bad_chain: bad.auth.certificate + good.chain.join(""),
	}, use);
}

const java = async (...args) => {
	const { status, said } = await run("java", [path.join(top, "tests/lib/java/ChainOracle.java"), ...args]);
	assert.equal(status, 0, said);
	return said.trim().split("\n");
};
const openssl = (at, ...more) => run("openssl", ["verify", "-x509_strict", "-CAfile", at.root, "-untrusted", at.ca, ...more]);
const withBase = (at) => ["-crl_check_all", "-CRLfile", at.base_pem, "-CRLfile", at.root_crl_pem];
const withDelta = (at) => [...withBase(at), "-extended_crl", "-use_deltas", "-CRLfile", at.delta_pem];
const certtool = (at, list, chain) => run("certtool", ["--verify", "--verify-profile=low", "--load-ca-certificate", at.root, "--load-crl", list, "--infile", chain]);

test("the chain is good for all of them", { timeout: 60000 }, () => now(async (at) => {
	assert.deepEqual(await java(at.root, "fetch", at.good_auth, at.good_sign, at.bad_auth), ["valid 2", "valid 2", "valid 2"]);
	assert.deepEqual(await java(at.root, "given", at.ca, at.base, at.root_crl, "--", at.good_auth, at.bad_sign), ["valid 2", "valid 2"]);
	for (const lists of [withBase(at), withDelta(at)])
		assert.equal((await openssl(at, ...lists, at.good_auth, at.good_sign, at.bad_auth, at.bad_sign)).said.match(/: OK$/gm)?.length, 4);
	assert.match((await openssl(at, "-crl_check", "-crl_download", at.good_auth)).said, /: OK$/m, "the address in the certificate answers");
	for (const list of [at.base_pem, at.delta_pem]) assert.match((await certtool(at, list, at.good_chain)).said, /Verified\. The certificate is trusted/);
}));

test("CRLs are signed by the CA, and by nobody else", () => now(async (at) => {
	for (const [list, right, wrong] of [["base", "ca", "root"], ["delta", "ca", "root"], ["root_crl", "root", "ca"]]) {
		assert.match((await run("certtool", ["--verify-crl", "--load-ca-certificate", at[right], "--infile", at[`${list}_pem`]])).said, /Verified\. The certificate is trusted/, list);
		assert.match((await run("certtool", ["--verify-crl", "--load-ca-certificate", at[wrong], "--infile", at[`${list}_pem`]])).said, /Not verified/, list);
		assert.match((await run("openssl", ["crl", "-inform", "DER", "-in", at[list], "-CAfile", at[right], "-noout"])).said, /verify OK/, list);
		assert.match((await run("openssl", ["crl", "-inform", "DER", "-in", at[list], "-CAfile", at[wrong], "-noout"])).said, /verify failure|error getting CRL issuer/i, list);
	}
}));

test("without a CRL, with one octet changed, or from another root: refused, by this reason", { timeout: 60000 }, () => now(async (at) => {
	const broken = await readFile(at.base);
	broken[broken.length - 9] ^= 1;
	await withFiles({ broken, broken_pem: pemOf(broken) }, async (changed) => {
		assert.deepEqual(await java(at.root, "given", at.ca, at.root_crl, "--", at.good_auth), ["invalid UNDETERMINED_REVOCATION_STATUS"]);
		assert.deepEqual(await java(at.root, "given", at.ca, changed.broken, at.root_crl, "--", at.good_auth), ["invalid UNDETERMINED_REVOCATION_STATUS"]);
		assert.match((await java(at.good_sign, "given", at.ca, at.base, at.root_crl, "--", at.good_auth))[0], /^invalid/);
		assert.match((await openssl(at, "-crl_check", at.good_auth)).said, /unable to get certificate CRL/);
		assert.match((await openssl(at, "-crl_check", "-CRLfile", changed.broken_pem, at.good_auth)).said, /CRL signature failure/);
		assert.match((await run("certtool", ["--verify-crl", "--load-ca-certificate", at.ca, "--infile", changed.broken_pem])).said, /Not verified/);
	});
}));

test("keytool builds the chain by itself, asks about a stranger, and reads the CRLs", { timeout: 60000 }, () => now(async (at) => withFiles({}, async (_, folder) => {
	const store = ["-keystore", path.join(folder, "store.p12"), "-storetype", "PKCS12", "-storepass", "Abc123"];
	const add = (name, file, ...more) => run("keytool", ["-importcert", "-alias", name, "-file", file, ...more, ...store]);
	const odd = path.join(folder, "odd.pem");
	await call("openssl", ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=odd", "-keyout", path.join(folder, "odd.key"), "-out", odd]);
	assert.equal((await add("root", at.root, "-noprompt")).status, 0);
	for (const [name, file] of [["ca", at.ca], ["auth", at.good_auth], ["sign", at.good_sign]]) {
		const { status, said } = await add(name, file);
		assert.equal(status, 0, said);
		assert.match(said, /added to keystore/, name);
	}
	assert.doesNotMatch((await add("odd", odd)).said, /was added to keystore/);
	const printed = await run("keytool", ["-printcert", "-v", "-file", at.good_auth]);
	assert.match(printed.said, new RegExp(`SERIALNUMBER=IIN${citizen.iin}`));
	assert.match(printed.said, /CRLDistributionPoints[\s\S]*http:\/\/localhost:\d+\/crl\/ca\.crl/);
	assert.match(printed.said, /AuthorityInfoAccess[\s\S]*caIssuers[\s\S]*http:\/\/localhost:\d+\/ca\/ca\.cer/);
	for (const list of [at.base, at.delta]) assert.match((await run("keytool", ["-printcrl", "-file", list])).said, /X\.509 CRL v2[\s\S]*NO certificates have been revoked/);
})));

test("revoked: who takes the delta CRL knows it at once", { timeout: 60000 }, async () => {
	const [serial, also] = serials;
	const page = await bad.browser.get(`/keys/${serial}/revoke?reason=1&also=${also}`);
	const done = await bad.browser.post(`/keys/${serial}/revoke/confirm`, { csrf: page.csrf, agree: "1", signed: await sign(page.document, citizen.sign) });
	assert.equal(done.status, 303, messages(done));
	await until("the delta CRL", async () => (await crl(site, "ca-delta.crl")).entries.has(serial), 15000);
	await now(async (at) => {
		for (const leaf of [at.bad_auth, at.bad_sign]) assert.match((await openssl(at, ...withDelta(at), leaf)).said, /error 23 at 0 depth lookup: certificate revoked/);
		assert.match((await openssl(at, ...withDelta(at), at.good_auth)).said, /: OK$/m);
		assert.match((await openssl(at, "-crl_check", "-crl_download", "-extended_crl", "-use_deltas", at.bad_auth)).said, /certificate revoked/, "found by the addresses alone");
		assert.match((await certtool(at, at.delta_pem, at.bad_chain)).said, /revoked/);
		assert.match((await certtool(at, at.delta_pem, at.good_chain)).said, /Verified\. The certificate is trusted/);
		const printed = (await run("keytool", ["-printcrl", "-file", at.delta])).said.replace(/[\s:]/g, "");
		for (const one of serials) assert.ok(new RegExp(`SerialNumber${one.replace(/^0+/, "")}On.{0,120}ReasonCodeKEY_COMPROMISE`).test(printed), one);
	});
});

test("revoked: with the next base CRL everybody knows it, with the reason", { timeout: 120000 }, async () => {
	const base = await until("the next base CRL", async () => {
		const one = await crl(site, "ca.crl");
		return one.entries.has(serials[0]) && one;
	}, 80000);
	assert.deepEqual(serials.map((one) => base.entries.get(one)), ["Key Compromise", "Key Compromise"]);
	await now(async (at) => {
		assert.deepEqual(await java(at.root, "fetch", at.good_auth, at.bad_auth, at.bad_sign, at.good_sign), ["valid 2", "revoked KEY_COMPROMISE", "revoked KEY_COMPROMISE", "valid 2"]);
		assert.deepEqual(await java(at.root, "given", at.ca, at.base, at.root_crl, "--", at.good_sign, at.bad_sign), ["valid 2", "revoked KEY_COMPROMISE"]);
		for (const lists of [withBase(at), withDelta(at), ["-crl_check", "-crl_download"]]) {
			assert.match((await openssl(at, ...lists, at.bad_auth)).said, /certificate revoked/);
			assert.match((await openssl(at, ...lists, at.good_auth)).said, /: OK$/m);
		}
		assert.match((await certtool(at, at.base_pem, at.bad_chain)).said, /revoked/);
		assert.match((await certtool(at, at.base_pem, at.good_chain)).said, /Verified\. The certificate is trusted/);
	});
});
