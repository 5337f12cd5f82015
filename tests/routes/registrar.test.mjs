// The registration centre at its command line: an operator's signed decisions, and what the publisher makes of them.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { apply, freshPerson, prove, registrar } from "../lib/apply.mjs";
import { call, issued, login, serialOf, sql, withFiles } from "../lib/citizen.mjs";
import { Browser } from "../lib/http.mjs";
import { instance, root, until } from "../lib/instance.mjs";

let site;
before(async () => { site = await instance(); });
after(() => site?.stop());

const statusOf = async (number) => (await sql(site, `SELECT status FROM application WHERE number='${number}'`))[0][0];
const historyOf = (number) => sql(site, `SELECT status, actor FROM application_status WHERE number='${number}' ORDER BY at`);

test("list and show need no key and say what was typed", async () => {
	const who = freshPerson(), { number } = await apply(new Browser(site), who);
	const list = await registrar(site, "list");
	assert.equal(list.status, 0, list.stderr);
	const line = list.stdout.split("\n").find((text) => text.startsWith(number));
	assert.ok(line.includes(who.iin) && line.includes(`${who.surname} ${who.name} ${who.patronymic}`) && line.includes("new"), line);
	const show = await registrar(site, "show", number);
	assert.equal(show.status, 0, show.stderr);
	assert.match(show.stdout, new RegExp(`iin\t${who.iin}\tcheck digit fits`));
	assert.match(show.stdout, /request auth\t[0-9a-f]{64}/);
	assert.equal((await registrar(site, "show", "00000000000000")).status, 1);
	for (const [verb, at, words] of [["approve", number, { key: null }], ["approve", "12", {}], ["refuse", number, {}], ["nonsense", number, {}], ["approve", number, { colour: "red" }]])
		assert.equal((await registrar(site, verb, at, words)).status, 2, `${verb} ${JSON.stringify(words)}`);
});

test("approved: certificates with the names that the operator signed; installed with the pending key; a login", async (t) => {
	const who = freshPerson(), browser = new Browser(site), { number, keys } = await apply(browser, who);
	const done = await registrar(site, "approve", number, { reason: "Удостоверение № 000000001", patronymic: "" });
	assert.equal(done.status, 0, done.stderr);
	assert.equal((await prove(browser, number, keys.auth.key)).status, 303);
	const certificates = await issued(browser, number);
	await withFiles({ cert: certificates.sign }, async (at) => {
		const { stdout } = await call("openssl", ["x509", "-in", at.cert, "-noout", "-subject", "-nameopt", "utf8,sep_comma_plus"]);
		assert.match(stdout, new RegExp(`CN ?= ?${who.surname} ${who.name}`));
		assert.match(stdout, new RegExp(`IIN${who.iin}`));
		assert.ok(!stdout.includes(who.patronymic), "the decision's names, not the typed ones");
	});
	assert.deepEqual(await historyOf(number), [["new", "citizen"], ["signed", "registrar"], ["signing", "publisher"], ["issued", "publisher"]]);
	const page = await browser.get(`/status/${number}`);
	assert.equal((await browser.post(`/status/${number}/installed`, { csrf: page.csrf })).status, 303);
	await login(site, { ...who, auth: { key: keys.auth.key, certificate: certificates.auth } });
	await t.test("the decision is kept, valid against its schema, good for xmlsec1, and named by what it led to", async () => {
		const [[document, signed, signer]] = await sql(site, `SELECT TO_BASE64(document), TO_BASE64(signed), HEX(signer) FROM signed_form WHERE kind='decision' AND subject='${number}'`);
		const text = (base64) => Buffer.from(base64.replace(/\\n/g, ""), "base64").toString();
		await withFiles({ "a.xml": text(document), "b.xml": text(signed), "root.pem": certificates.chain[1], "ca.pem": certificates.chain[0] }, async (at) => {
			await call("xmllint", ["--noout", "--schema", `${root}/schema/forms/decision.xsd`, at["a.xml"], at["b.xml"]]);
			await call("xmlsec1", ["--verify", "--enabled-key-data", "x509", "--trusted-pem", at["root.pem"], "--untrusted-pem", at["ca.pem"], at["b.xml"]]);
		});
		assert.ok(text(document).includes("<verdict>approve</verdict>") && text(document).includes(`<number>${number}</number>`));
		assert.deepEqual(await sql(site, `SELECT DISTINCT HEX(authorized_by) FROM certificate WHERE number='${number}'`), [[signer]]);
		assert.deepEqual(await sql(site, `SELECT kind, HEX(serial), detail FROM event WHERE number='${number}' AND kind LIKE 'decision%'`), [["decision-approve", signer, "Удостоверение № 000000001"]]);
		assert.equal((await serialOf(certificates.auth)).length, 40);
	});
	assert.equal((await registrar(site, "approve", number)).status, 1, "a second time");
	assert.deepEqual(await sql(site, `SELECT surname, name, patronymic FROM citizen WHERE iin='${who.iin}'`), [[who.surname, who.name, ""]]);
});

test("refused: the person reads why, and it stays refused", async () => {
	const browser = new Browser(site), { number, keys } = await apply(browser, freshPerson());
	const done = await registrar(site, "refuse", number, { reason: "Документ недействителен <b>" });
	assert.equal(done.status, 0, done.stderr);
	assert.equal(await statusOf(number), "refused");
	await prove(browser, number, keys.sign.key);
	const page = await browser.get(`/status/${number}`);
	assert.match(page.text, /data-status="refused"/);
	assert.ok(page.text.includes("Документ недействителен &lt;b&gt;"), "in the operator's words");
	assert.equal((await registrar(site, "approve", number)).status, 1);
	assert.equal((await registrar(site, "retry", number)).status, 1);
	assert.deepEqual(await sql(site, `SELECT COUNT(*) FROM certificate WHERE number='${number}'`), [["0"]]);
});

test("a key that is no operator's decides nothing, and the try is in the log", async () => {
	const { number } = await apply(new Browser(site), freshPerson());
	const refused = await registrar(site, "approve", number, { key: site.citizens[0].sign });
	assert.equal(refused.status, 1);
	assert.match(refused.stderr, /certificate-purpose/);
	assert.equal((await registrar(site, "approve", number, { key: { ...site.operator.sign, password: "wrong" } })).status, 1);
	assert.equal(await statusOf(number), "new");
	assert.deepEqual(await sql(site, `SELECT kind, rule FROM event WHERE number='${number}' AND kind LIKE 'decision%'`), [["decision-refused", "certificate-purpose"]]);
	const own = await apply(new Browser(site), { ...freshPerson(), iin: site.operator.iin });
	assert.match((await registrar(site, "approve", own.number)).stderr, /certificate-iin/, "nobody decides on their own application");
});

test("the publisher believes no row: a decision for another application, a refusal, another key's signature fail there", async () => {
	const take = async (verb) => {
		const made = await apply(new Browser(site), freshPerson());
		const done = await registrar(site, verb, made.number, { reason: "Проверено" });
		assert.equal(done.status, 0, done.stderr);
		return { ...made, form: (await sql(site, `SELECT HEX(digest) FROM signed_form WHERE kind='decision' AND subject='${made.number}'`))[0][0] };
	};
	const forge = async (form, iin) => {
		const who = { ...freshPerson(), ...(iin ? { iin } : {}) }, { number } = await apply(new Browser(site), who);
		await sql(site, `UPDATE application SET status='signed', form=UNHEX('${form}'), changed_at=UTC_TIMESTAMP(6) WHERE number='${number}'`);
		await until(`${number} fails`, async () => await statusOf(number) === "failed", 15000);
		assert.deepEqual(await sql(site, `SELECT COUNT(*) FROM certificate WHERE number='${number}'`), [["0"]]);
		return (await sql(site, `SELECT reason FROM application WHERE number='${number}'`))[0][0];
	};
	const approved = await take("approve"), refusal = await take("refuse");
	const iinOf = async ({ number }) => (await sql(site, `SELECT iin FROM application WHERE number='${number}'`))[0][0];
	assert.equal(await forge(approved.form), "signature", "another person's");
	assert.equal(await forge(approved.form, await iinOf(approved)), "signature", "another application of the same person");
	await sql(site, `UPDATE application SET status='signed', form=UNHEX('${refusal.form}') WHERE number='${refusal.number}'`);
	await until("a refusal issues nothing", async () => await statusOf(refusal.number) === "failed", 15000);
});

test("failed, then sent round again by a signed decision: new serials, a history of both rounds", async () => {
	const browser = new Browser(site), { number, keys } = await apply(browser, freshPerson());
	// the CA's refusal for a while: the requests' octets are not those that were approved
	const [[csr]] = await sql(site, `SELECT HEX(csr_sign) FROM application WHERE number='${number}'`);
	await sql(site, `UPDATE application SET csr_sign = CONCAT(csr_sign, 'x') WHERE number='${number}'`);
	assert.equal((await registrar(site, "approve", number)).status, 0);
	await until("failed", async () => await statusOf(number) === "failed", 15000);
	await sql(site, `UPDATE application SET csr_sign = UNHEX('${csr}') WHERE number='${number}'`);
	const again = await registrar(site, "retry", number, { reason: "Сбой устранён" });
	assert.equal(again.status, 0, again.stderr);
	await prove(browser, number, keys.auth.key);
	await issued(browser, number);
	assert.deepEqual(await historyOf(number), [["new", "citizen"], ["signed", "registrar"], ["failed", "publisher"], ["signed", "registrar"], ["signing", "publisher"], ["issued", "publisher"]]);
	assert.deepEqual(await sql(site, `SELECT kind FROM event WHERE number='${number}' AND kind LIKE 'decision%' ORDER BY id`), [["decision-approve"], ["decision-retry"]]);
});
