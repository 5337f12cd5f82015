// The main job without a browser: login, reissue, confirmation, certificates, installation, revocation, with openssl and xmlsec1 alone.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { call, confirm, crl, file, issued, keyAndRequest, login, messages, reissue, serialOf, sql, withFiles } from "../lib/citizen.mjs";
import { Browser } from "../lib/http.mjs";
import { instance, until } from "../lib/instance.mjs";
import { sign } from "../lib/sign.mjs";

let site, citizen;
before(async () => {
	site = await instance();
	[citizen] = site.citizens;
});
after(() => site?.stop());

test("the front page needs no key and speaks three languages", async () => {
	for (const [language, word] of [["ru", "Войти в личный кабинет"], ["kk", "Жеке кабинетке кіру"], ["en", "personal cabinet"]]) {
		const page = await new Browser(site, { language }).get("/");
		assert.equal(page.status, 200);
		assert.match(page.text, new RegExp(`<html lang="${language}"`));
		assert.ok(page.text.toLowerCase().includes(word.toLowerCase()), `${language}: ${word}`);
	}
});

test("the language switch sets a cookie and comes back to a local page only", async () => {
	const browser = new Browser(site);
	const answer = await browser.get("/language?to=kk&back=/help");
	assert.equal(answer.status, 303);
	assert.equal(answer.location, "/help");
	assert.match((await browser.get("/help")).text, /<html lang="kk"/);
	for (const back of ["//evil.example/", "https://evil.example/", "/\\evil.example"])
		assert.ok(!((await browser.get(`/language?to=ru&back=${encodeURIComponent(back)}`)).location ?? "").includes("evil"), back);
});

test("without a session every page of the citizen leads to login, and back", async () => {
	for (const path of ["/keys", "/reissue", "/applications", "/status", "/password", "/applications/12345678901234", `/keys/${"a".repeat(40)}`]) {
		const answer = await new Browser(site).get(path);
		assert.equal(answer.status, 303, path);
		assert.equal(answer.location, `/login?back=${encodeURIComponent(path)}`);
	}
});

test("login with a document signed by xmlsec1; the page asked for before opens", async () => {
	const browser = new Browser(site);
	const page = await browser.get("/login?back=%2Freissue");
	assert.equal(page.value("back"), "/reissue");
	const answer = await browser.upload("/login", { csrf: page.csrf, back: "/reissue", signed: { file: "login.xml", data: await sign(page.document, citizen.auth) } });
	assert.equal(answer.status, 303, messages(answer));
	assert.equal(answer.location, "/reissue");
	const form = await browser.get("/reissue");
	assert.equal(form.status, 200);
	assert.ok(form.text.includes(citizen.surname) && form.text.includes(citizen.iin));
	assert.equal(form.headers["cache-control"], "no-store");
});

test("from the form to certificates, new keys, revocation, CRL", async (t) => {
	const browser = await login(site, citizen);
	const attempts = async () => Number(/(\d+)[^<]{0,40}50[^<]{0,20}30/.exec((await browser.get("/reissue")).text)?.[1]);
	const left = await attempts();
	const { answer, number, keys } = await file(browser, citizen);
	assert.equal(answer.status, 303, messages(answer));
	assert.ok(number, answer.location);

	let certificates;
	await t.test("the application waits for the signature, with the text that will be signed", async () => {
		const page = await browser.get(`/applications/${number}`);
		assert.equal(page.status, 200);
		assert.ok(page.element("statement").includes(number) && page.element("statement").includes(citizen.iin));
		assert.ok(page.document.includes(`<number>${number}</number>`));
		assert.equal(/<statement lang="ru">([^<]*)<\/statement>/.exec(page.document)[1].replace(/&quot;/g, "\""), page.element("statement"));
		assert.equal((await browser.get(`/applications/${number}`)).document, page.document, "the same document is shown again");
		assert.equal(await attempts(), left - 1);
		assert.equal((await browser.get(`/status/${number}/certificates`)).status, 404);
	});
	await t.test("confirmed: the certificates are out within 5 s of the signature", async () => {
		const confirmed = await confirm(browser, citizen, number);
		const from = Date.now();
		assert.equal(confirmed.status, 303, messages(confirmed));
		assert.equal(confirmed.location, `/status/${number}`);
		certificates = await issued(browser, number, 5000);
		t.diagnostic(`certificates ${Date.now() - from} ms after the confirmation`);
		assert.equal(certificates.all.headers["content-type"], "application/x-pem-file");
		assert.equal(certificates.chain.length, 2);
		const [row] = await sql(site, `SELECT TIMESTAMPDIFF(MICROSECOND, MAX(IF(status='signed', at, NULL)), MAX(IF(status='issued', at, NULL)))
			FROM application_status WHERE number='${number}'`);
		assert.ok(Number(row[0]) > 0 && Number(row[0]) < 5e6, `${row[0]} us`);
	});
	await t.test("the history has the four statuses in order", async () => {
		const page = await browser.get(`/status/${number}`);
		const statuses = [...page.text.matchAll(/<tr data-status="(\w+)"/g)].map(([, status]) => status);
		assert.deepEqual(statuses, ["new", "signed", "signing", "issued"]);
		assert.match(page.text, /\d\d\.\d\d\.\d{4} \(\d\d:\d\d\)/);
	});
	await t.test("the chain is good for openssl -x509_strict and certtool, each certificate for its purpose", async () => {
		await withFiles({ auth: certificates.auth, sign: certificates.sign, ca: certificates.chain[0], root: certificates.chain[1] }, async (at) => {
			const verify = (purpose, leaf) => call("openssl", ["verify", "-x509_strict", "-purpose", purpose, "-CAfile", at.root, "-untrusted", at.ca, leaf]);
			await verify("sslclient", at.auth);
			await verify("smimesign", at.sign);
			await assert.rejects(verify("sslclient", at.sign));
			await assert.rejects(verify("smimesign", at.auth));
			for (const leaf of [at.auth, at.sign]) {
				const { stdout } = await call("openssl", ["x509", "-in", leaf, "-noout", "-text", "-nameopt", "utf8,sep_comma_plus"]);
				assert.match(stdout, /CRL Distribution Points:[\s\S]*\/crl\/ca\.crl/);
				assert.match(stdout, /Freshest CRL:[\s\S]*\/crl\/ca-delta\.crl/);
				assert.match(stdout, /CA Issuers - URI:http:\/\/localhost:\d+\/ca\/ca\.cer/);
				assert.match(stdout, /OCSP - URI:http:\/\/localhost:\d+\/ocsp/);
				assert.match(stdout, /1\.3\.6\.1\.4\.1\.32473/);
				assert.match(stdout, new RegExp(`IIN${citizen.iin}`));
			}
		});
		await withFiles({ "chain.pem": certificates.auth + certificates.chain.join("") }, (at) => call("certtool", ["--verify-chain", "--infile", at["chain.pem"]]));
	});
	await t.test("the certificates hold the keys of the requests", async () => {
		for (const purpose of ["auth", "sign"]) {
			await withFiles({ key: keys[purpose].key, cert: certificates[purpose] }, async (at) => {
				const a = await call("openssl", ["pkey", "-in", at.key, "-pubout"]);
				const b = await call("openssl", ["x509", "-in", at.cert, "-noout", "-pubkey"]);
				assert.equal(a.stdout, b.stdout, purpose);
			});
		}
	});
	await t.test("installed, twice without harm", async () => {
		for (let i = 0; i < 2; i++) {
			const page = await browser.get(`/status/${number}`);
			const done = await browser.post(`/status/${number}/installed`, { csrf: page.csrf });
			assert.equal(done.status, 303);
		}
		assert.match((await browser.get(`/status/${number}`)).text, /data-status="installed"/);
		assert.deepEqual(await sql(site, `SELECT COUNT(*) FROM application_status WHERE number='${number}' AND status='installed'`), [["1"]]);
	});

	const fresh = { ...citizen, auth: { key: keys.auth.key, certificate: certificates.auth }, sign: { key: keys.sign.key, certificate: certificates.sign } };
	const serials = { auth: await serialOf(certificates.auth), sign: await serialOf(certificates.sign) };
	await t.test("the new authentication key logs in, and is in the list", async () => {
		const other = await login(site, fresh);
		const list = await other.get(`/keys?application=${number}`);
		assert.ok(list.text.includes(serials.auth) && list.text.includes(serials.sign));
		const der = await other.get(`/keys/${serials.auth}.cer`);
		const pem = await other.get(`/keys/${serials.auth}.pem`);
		assert.equal(der.headers["content-type"], "application/pkix-cert");
		assert.equal(pem.text.replace(/-----[^-]+-----|\s/g, ""), der.body.toString("base64"));
	});
	await t.test("both revoked in one signed act, by the new key's own session", async () => {
		const own = await login(site, fresh);
		const choice = await own.get(`/keys/${serials.auth}/revoke`);
		assert.equal(choice.status, 200);
		const page = await own.get(`/keys/${serials.auth}/revoke?reason=1&also=${serials.sign}`);
		assert.equal(page.status, 200);
		assert.ok(page.document.includes(serials.auth) && page.document.includes(serials.sign) && page.document.includes("<reason>1</reason>"));
		const done = await own.post(`/keys/${serials.auth}/revoke/confirm`, { csrf: page.csrf, agree: "1", signed: await sign(page.document, fresh.sign) });
		assert.equal(done.status, 303, messages(done));
		assert.equal(done.location, `/keys/${serials.auth}`);
		const result = await own.get(done.location);
		assert.equal(result.status, 200);
		assert.match(result.text, /Ваш сертификат был успешно отозван/);
		assert.equal((await own.get("/keys")).status, 303, "the session of the revoked key has ended");
	});
	await t.test("the revoked key no longer logs in, at once", async () => {
		const other = new Browser(site);
		const page = await other.get("/login");
		const refused = await other.post("/login", { csrf: page.csrf, signed: await sign(page.document, fresh.auth) });
		assert.equal(refused.status, 422);
		assert.match(messages(refused), /отозван/i);
	});
	await t.test("delta and base CRL carry both with the reason of the form", async () => {
		const delta = await until("the delta CRL", async () => {
			const now = await crl(site, "ca-delta.crl");
			return now.entries.has(serials.auth) && now.entries.has(serials.sign) && now;
		}, 15000);
		assert.equal(delta.type, "application/pkix-crl");
		assert.equal(delta.entries.get(serials.auth), "Key Compromise");
		assert.match(delta.text, /X509v3 Delta CRL Indicator: critical/);
		const base = await crl(site, "ca.crl");
		await withFiles({ crl: base.body, delta: delta.body, ca: certificates.chain[0], leaf: certificates.auth, root: certificates.chain[1] }, async (at) => {
			for (const file of [at.crl, at.delta])
				assert.match((await call("openssl", ["crl", "-inform", "DER", "-in", file, "-CAfile", at.ca, "-noout"])).stderr, /verify OK/);
			await call("certtool", ["--crl-info", "--inder", "--infile", at.crl]);
		});
		const page = await (await login(site, citizen)).get(`/keys/${serials.auth}`);
		assert.match(page.text, new RegExp(String(delta.number)));
	});
	await t.test("what the register holds was verified again by the publisher", async () => {
		const rows = await sql(site, `SELECT verified_at IS NOT NULL, refused IS NULL, first_delta_number IS NOT NULL FROM revocation WHERE serial IN (UNHEX('${serials.auth}'), UNHEX('${serials.sign}'))`);
		assert.deepEqual(rows, [["1", "1", "1"], ["1", "1", "1"]]);
	});
});

test("a withdrawn application gives its attempt back and can no longer be signed", async () => {
	const browser = await login(site, citizen);
	const { number } = await file(browser, citizen);
	const page = await browser.get(`/applications/${number}`);
	const signed = await sign(page.document, citizen.sign);
	assert.equal((await browser.post(`/applications/${number}/refuse`, { csrf: page.csrf })).status, 303);
	assert.match((await browser.get(`/status/${number}`)).text, /data-status="withdrawn"/);
	const late = await browser.post(`/applications/${number}/confirm`, { csrf: page.csrf, status: "signed", agree: "1", signed });
	assert.equal(late.status, 409);
	assert.deepEqual(await sql(site, `SELECT status FROM application WHERE number='${number}'`), [["withdrawn"]]);
});

test("an interrupted reissue goes on from another browser", async () => {
	const first = await login(site, citizen);
	const { number } = await file(first, citizen);
	const second = await login(site, citizen);
	assert.ok((await second.get("/status")).text.includes(number), "listed among the open ones");
	assert.equal((await confirm(second, citizen, number)).status, 303);
	await issued(second, number);
	assert.equal((await second.get(`/status?number=${number}`)).location, `/status/${number}`);
});

test("the final .p12 open in OpenSSL 3 without -legacy and in keytool", async () => {
	const { installPending } = await import("../../views/static/js/keystore.js");
	const { writeP12 } = await import("../../views/static/js/p12.js");
	const made = await reissue(site, citizen);
	const pkcs8 = async (pem) => withFiles({ key: pem }, async (at) =>
		new Uint8Array((await call("openssl", ["pkcs8", "-topk8", "-nocrypt", "-outform", "DER", "-in", at.key], { encoding: "buffer" })).stdout));
	const pending = await writeP12({ keys: [{ pkcs8: await pkcs8(made.auth.key), certificate: null }, { pkcs8: await pkcs8(made.sign.key), certificate: null }] }, "Abc123");
	const files = await installPending(pending, "Abc123", made.auth.certificate + made.sign.certificate + made.chain.join(""), "Abc456");
	assert.match(files[0].name, /^AUTH_RSA256_[0-9a-f]{40}\.p12$/);
	assert.match(files[1].name, /^RSA256_[0-9a-f]{40}\.p12$/);
	for (const { bytes } of files) {
		await withFiles({ "key.p12": bytes }, async (at) => {
			const { stdout } = await call("openssl", ["pkcs12", "-in", at["key.p12"], "-passin", "pass:Abc456", "-nodes"]);
			assert.equal(stdout.match(/BEGIN CERTIFICATE/g).length, 3);
			const list = await call("keytool", ["-list", "-v", "-storetype", "PKCS12", "-keystore", at["key.p12"], "-storepass", "Abc456"]);
			assert.match(list.stdout, /Certificate chain length: 3/);
		});
	}
});

test("P-256 keys are certified too", async () => {
	const browser = await login(site, citizen);
	const keys = { auth: await keyAndRequest(citizen, { curve: "P-256" }), sign: await keyAndRequest(citizen, { curve: "P-256" }) };
	const { number, answer } = await file(browser, citizen, { keys });
	assert.equal(answer.status, 303, messages(answer));
	assert.equal((await confirm(browser, citizen, number)).status, 303);
	const certificates = await issued(browser, number);
	await login(site, { ...citizen, algorithm: "ec", auth: { key: keys.auth.key, certificate: certificates.auth } });
	assert.ok((await browser.get("/keys?algorithm=EC-P256")).text.includes(await serialOf(certificates.auth)));
});
