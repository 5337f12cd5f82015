// The same signature that confirms an application may revoke the pair it replaces; it counts once the new pair has logged in.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { call, crl, file, issued, login, messages, reissue, serialOf, sql, withFiles } from "../lib/citizen.mjs";
import { instance, root, until } from "../lib/instance.mjs";
import { sign } from "../lib/sign.mjs";

let site, citizen;
before(async () => {
	site = await instance();
	[, , citizen] = site.citizens;
});
after(() => site?.stop());

const post = async (browser, number, page, key, more = {}) => browser.post(`/applications/${number}/confirm`,
	{ csrf: page.csrf, status: "signed", agree: "1", signed: await sign(page.document, key), ...more });
const revoked = (serials) => sql(site, `SELECT reason, HEX(form), verified_at IS NOT NULL FROM revocation WHERE serial IN (${serials.map((s) => `UNHEX('${s}')`)})`);
const wish = async (number) => (await sql(site, `SELECT replaces FROM application WHERE number='${number}'`))[0][0];

test("offered, not preset; the document and the statement name the session's pair", async () => {
	const old = await reissue(site, citizen);
	const browser = await login(site, old), serials = [await serialOf(old.auth.certificate), await serialOf(old.sign.certificate)];
	const { number } = await file(browser, citizen);
	const plain = await browser.get(`/applications/${number}`);
	assert.match(plain.text, /<input type="checkbox" id="replace" name="replace" value="1">/);
	assert.ok(!plain.document.includes("<replace>"));
	const page = await browser.get(`/applications/${number}?replace=1`);
	assert.match(page.document, new RegExp(`</application><replace><serial>${serials[0]}</serial><serial>${serials[1]}</serial></replace><from>`));
	for (const serial of serials) assert.ok(page.element("statement").includes(serial));
	const signed = await sign(page.document, old.sign);
	await withFiles({ "a.xml": page.document, "b.xml": signed, "c.xml": plain.document, "bad.xml": page.document.replace(/<serial>.{40}<\/serial>/g, "") }, async (at) => {
		await call("xmllint", ["--noout", "--schema", `${root}/schema/forms/confirmation.xsd`, at["a.xml"], at["b.xml"], at["c.xml"]]);
		await assert.rejects(call("xmllint", ["--noout", "--schema", `${root}/schema/forms/confirmation.xsd`, at["bad.xml"]]));
	});
	const grown = await browser.post(`/applications/${number}/confirm`, { csrf: plain.csrf, status: "signed", agree: "1",
		signed: await sign(plain.document.replace("</application>", `</application><replace><serial>${serials[0]}</serial></replace>`), old.sign) });
	assert.equal(grown.status, 422, "a wish that the server did not offer");
	assert.equal((await post(browser, number, plain, old.sign)).status, 303);
	await issued(browser, number);
	assert.equal(await wish(number), "no");
	assert.deepEqual(await revoked(serials), []);
});

test("asked: nothing happens before the new pair has logged in; then both are on the CRL as superseded", async () => {
	const old = await reissue(site, citizen), serials = [await serialOf(old.auth.certificate), await serialOf(old.sign.certificate)];
	const browser = await login(site, old);
	const { number, keys } = await file(browser, citizen);
	const refused = await browser.post(`/applications/${number}/confirm`, { csrf: (await browser.get("/reissue")).csrf, status: "signed", signed: "x", replace: "1" });
	assert.equal(refused.status, 422);
	assert.ok(refused.document.includes("<replace>"), "the wish outlives a refusal");
	const answer = await post(browser, number, await browser.get(`/applications/${number}?replace=1`), old.sign);
	assert.equal(answer.status, 303, messages(answer));
	assert.equal(await wish(number), "asked");
	const certificates = await issued(browser, number);
	const page = await browser.get(`/status/${number}`);
	assert.equal((await browser.post(`/status/${number}/installed`, { csrf: page.csrf })).status, 303);
	await login(site, old);
	await new Promise((resolve) => setTimeout(resolve, 1500));	/* several rounds of the publisher */
	assert.deepEqual(await revoked(serials), [], "installed, but not shown to work");
	await login(site, { ...citizen, auth: { key: keys.auth.key, certificate: certificates.auth } });
	await until("the old pair is revoked", async () => await wish(number) === "done", 15000);
	const [[form]] = await sql(site, `SELECT HEX(form) FROM application WHERE number='${number}'`);
	assert.deepEqual(await revoked(serials), [["4", form, "1"], ["4", form, "1"]]);
	await until("the delta CRL", async () => {
		const { entries } = await crl(site, "ca-delta.crl");
		return serials.every((serial) => entries.get(serial) === "Superseded");
	}, 15000);
	assert.equal((await browser.get("/keys")).status, 303, "the old key's session has ended");
	await assert.rejects(login(site, old));
	assert.deepEqual(await sql(site, `SELECT COUNT(*) FROM event WHERE number='${number}' AND kind='revocation' AND detail='replaced'`), [["2"]]);
});

test("a wish that the signed document does not hold is not carried out", async () => {
	const old = await reissue(site, citizen), browser = await login(site, old), serials = [await serialOf(old.auth.certificate), await serialOf(old.sign.certificate)];
	const { number, keys } = await file(browser, citizen);
	assert.equal((await post(browser, number, await browser.get(`/applications/${number}`), old.sign)).status, 303);
	const certificates = await issued(browser, number);
	await sql(site, `UPDATE application SET replaces='asked' WHERE number='${number}'`);
	await login(site, { ...citizen, auth: { key: keys.auth.key, certificate: certificates.auth } });
	await until("settled", async () => await wish(number) !== "asked", 15000);
	assert.deepEqual(await revoked(serials), []);
	const other = await file(await login(site, old), citizen);
	const page = await (await login(site, old)).get(`/applications/${other.number}?replace=1`);
	const session = await login(site, old), shown = await session.get(`/applications/${other.number}?replace=1`);
	assert.equal(shown.document, page.document);
	assert.equal((await post(session, other.number, shown, old.sign)).status, 303);
	const theirs = await issued(session, other.number);
	await sql(site, `UPDATE signed_form SET signed = REPLACE(signed, '<serial>', '<serial >') WHERE digest = (SELECT form FROM application WHERE number='${other.number}')`);
	await sql(site, `UPDATE signed_form SET signed = REPLACE(signed, 'SignatureValue>', 'SignatureWord>') WHERE digest = (SELECT form FROM application WHERE number='${other.number}')`);
	await login(site, { ...citizen, auth: { key: other.keys.auth.key, certificate: theirs.auth } });
	await until("refused", async () => await wish(other.number) === "refused", 15000);
	assert.deepEqual(await revoked(serials), []);
	assert.deepEqual(await sql(site, `SELECT COUNT(*) FROM event WHERE number='${other.number}' AND kind='replacement-refused'`), [["1"]]);
});
