// A first application from the public page: filed without a session, told to nobody, limited, expiring; confirmed in the cabinet or refused there.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { apply, freshPerson as fresh, person, prove } from "../lib/apply.mjs";
import { file, issued, locality, login, messages, requests, sql } from "../lib/citizen.mjs";
import { Browser } from "../lib/http.mjs";
import { instance, until } from "../lib/instance.mjs";
import { sign } from "../lib/sign.mjs";

let site;
before(async () => { site = await instance(); });
after(() => site?.stop());

test("the form is there without a session, in three languages, and a GET writes nothing", async () => {
	const counts = "SELECT (SELECT COUNT(*) FROM event), (SELECT COUNT(*) FROM application), (SELECT COUNT(*) FROM rate_limit)";
	const before_ = await sql(site, counts);
	for (const [language, word] of [["ru", "Первая заявка"], ["kk", "алғашқы өтінім"], ["en", "First application"]]) {
		const page = await new Browser(site, { language }).get("/apply");
		assert.equal(page.status, 200);
		assert.ok(page.text.includes(word), language);
		assert.match(page.element("filing-code"), /^[0-9A-HJKMNP-TV-Z]{5}-[0-9A-HJKMNP-TV-Z]{5}$/);
		assert.equal(page.headers["cache-control"], "no-store");
	}
	assert.deepEqual(await sql(site, counts), before_);
});

test("filed: the status page, the code for this browser alone, the row as typed", async () => {
	const who = fresh(), browser = new Browser(site);
	const { answer, number, code } = await apply(browser, who);
	assert.equal(answer.status, 303, messages(answer));
	assert.ok(number);
	const page = await browser.get(`/status/${number}`);
	assert.equal(page.element("filing-code"), code);
	assert.ok(page.document.includes(`<number>${number}</number>`));
	assert.ok(!page.text.includes(who.iin) && !page.text.includes(who.surname), "the page says nothing about a person");
	const stranger = await new Browser(site).get(`/status/${number}`);
	assert.equal(stranger.status, 200);
	assert.equal(stranger.element("filing-code"), null);
	const [row] = await sql(site, `SELECT iin, surname, name, patronymic, origin, template, status, requested_by IS NULL, code_hash IS NOT NULL FROM application WHERE number='${number}'`);
	assert.deepEqual(row, [who.iin, who.surname, who.name, who.patronymic, "public", "person", "new", "1", "1"]);
	assert.deepEqual(await sql(site, `SELECT status, actor, serial IS NULL FROM application_status WHERE number='${number}'`), [["new", "citizen", "1"]]);
	assert.deepEqual(await sql(site, `SELECT kind, iin FROM event WHERE number='${number}'`), [["application-filed", who.iin]]);
	assert.deepEqual(await sql(site, `SELECT COUNT(*) FROM citizen WHERE iin='${who.iin}'`), [["0"]], "an application makes nobody a citizen");
	for (const table of ["application", "event"]) {
		const [[text]] = await sql(site, `SELECT COUNT(*) FROM ${table} WHERE CONCAT_WS(' ', ${table === "event" ? "detail, rule" : "code_hash, reason"}) LIKE '%${code}%'`);
		assert.equal(text, "0", "the code is kept nowhere");
	}
});

test("what is typed wrong is told at its field, and what was typed stays", async () => {
	const who = fresh(), keys = await requests(who);
	const wrong = async (field, fields, text = /./) => {
		const { answer, number } = await apply(new Browser(site), who, { keys, ...fields });
		assert.equal(answer.status, 422, field);
		assert.equal(number, undefined);
		assert.match(answer.text, new RegExp(`<a href="#${field}">`), `${field}: ${messages(answer)}`);
		assert.match(messages(answer), text);
		return answer;
	};
	const page = await wrong("iin", { iin: who.iin.slice(0, 11) + (Number(who.iin[11]) + 1) % 10 }, /ИИН/);
	assert.equal(page.value("surname"), who.surname);
	assert.ok(page.element("filing-code"));
	await wrong("iin", { iin: "990231300011" });
	await wrong("iin", { iin: "12345" });
	await wrong("surname", { surname: "" });
	await wrong("surname", { surname: "<script>alert(1)</script>" });
	await wrong("surname", { surname: "Ә".repeat(101) });
	await wrong("name", { name: "Х\u0007" });
	await wrong("email", { email: "a@b.kz\r\nBcc: c@d.kz" });
	await wrong("locality", { locality: "999999999" });
	await wrong("store", { store: "USB" });
	await wrong("csr_auth", { csr_auth: "no request" });
	await wrong("csr_sign", { csr_sign: keys.auth.csr });
	await wrong("csr_auth", { keys: await requests({ ...who, iin: person(77).iin === who.iin ? person(99).iin : person(77).iin }) }, /ИИН/);
	await apply(new Browser(site), who, { keys });
	await wrong("csr_auth", {});
	const form = await new Browser(site).get("/apply");
	assert.equal((await new Browser(site).post("/apply", { csrf: form.csrf })).status, 403, "another browser's token");
});

test("a known person's IIN gets the same answer as an unknown one, and costs that person nothing", async () => {
	const citizen = site.citizens[1];
	const left = async (b) => Number(/(\d+)[^<]{0,40}50[^<]{0,20}30/.exec((await b.get("/reissue")).text)?.[1]);
	const own = await login(site, citizen), before_ = await left(own);
	const known = await apply(new Browser(site), citizen), unknown = await apply(new Browser(site), fresh());
	assert.equal(known.answer.status, 303, messages(known.answer));
	assert.deepEqual(Object.keys(known.answer.headers).sort(), Object.keys(unknown.answer.headers).sort());
	const plain = async ({ number }) => (await new Browser(site).get(`/status/${number}`)).text.length;
	assert.equal(await plain(known), await plain(unknown));
	assert.equal(await left(own), before_);
	assert.equal((await file(own, citizen)).answer.status, 303);
});

test("not confirmed for 30 days: expired by the publisher, with history and event", async () => {
	const { number } = await apply(new Browser(site), fresh()), { number: young } = await apply(new Browser(site), fresh());
	await sql(site, `UPDATE application SET created_at = UTC_TIMESTAMP(6) - INTERVAL 30 DAY, changed_at = UTC_TIMESTAMP(6) - INTERVAL 30 DAY WHERE number='${number}'`);
	await sql(site, `UPDATE application SET created_at = UTC_TIMESTAMP(6) - INTERVAL 29 DAY, changed_at = UTC_TIMESTAMP(6) - INTERVAL 29 DAY WHERE number='${young}'`);
	await until("expiry", async () => (await sql(site, `SELECT status FROM application WHERE number='${number}'`))[0][0] === "expired", 15000);
	assert.deepEqual(await sql(site, `SELECT status, actor FROM application_status WHERE number='${number}' ORDER BY at`), [["new", "citizen"], ["expired", "publisher"]]);
	assert.deepEqual(await sql(site, `SELECT kind FROM event WHERE number='${number}' ORDER BY id`), [["application-filed"], ["application-expired"]]);
	assert.deepEqual(await sql(site, `SELECT status FROM application WHERE number='${young}'`), [["new"]]);
});

const confirm = async (browser, number, key, fields = {}) => {
	const page = await browser.get(`/applications/${number}`);
	return browser.post(`/applications/${number}/confirm`, { csrf: page.csrf, status: "signed", agree: "1", signed: await sign(page.document, key), ...fields });
};

test("confirmed in the cabinet with the filing code: the statement says where it was filed, names come from the confirmer's certificate", async () => {
	const citizen = site.citizens[1], typed = { ...citizen, surname: "ЧУЖАЯ", name: "ФАМИЛИЯ" };
	const { number, code, keys } = await apply(new Browser(site), typed), own = await login(site, citizen);
	assert.ok((await own.get("/applications")).text.includes(number));
	const page = await own.get(`/applications/${number}`);
	assert.ok(page.element("statement").includes(`${site.origin}/apply`) && page.element("statement").includes(citizen.surname) && !page.element("statement").includes("ЧУЖАЯ"));
	assert.ok(page.document.includes("<origin>public</origin>"));
	assert.match(messages(await confirm(own, number, citizen.sign)), /код/i);
	const other = await login(site, site.citizens[3]);
	assert.equal((await other.get(`/applications/${number}`)).status, 404);
	assert.equal((await other.post(`/applications/${number}/refuse`, { csrf: (await other.get("/reissue")).csrf })).status, 404);
	const done = await confirm(own, number, citizen.sign, { code: code.toLowerCase().replace("-", " ").replaceAll("0", "o") });
	assert.equal(done.status, 303, messages(done));
	const certificates = await issued(own, number);
	const [[subject]] = await sql(site, `SELECT subject FROM certificate WHERE number='${number}' AND purpose='sign'`);
	assert.ok(subject.includes(citizen.surname) && !subject.includes("ЧУЖАЯ"), subject);
	await login(site, { ...citizen, auth: { key: keys.auth.key, certificate: certificates.auth } });
});

test("wrong codes: five, then locked, even for the right one; the pending keys still confirm it", async () => {
	const citizen = site.citizens[1], { number, code, keys } = await apply(new Browser(site), citizen), own = await login(site, citizen);
	const page = await own.get(`/applications/${number}`), signed = await sign(page.document, citizen.sign);
	const attempt = (typed) => own.post(`/applications/${number}/confirm`, { csrf: page.csrf, status: "signed", agree: "1", signed, code: typed });
	const answers = await Promise.all(["00000-00000", "11111-11111", "nonsense", code.slice(0, 10) + (code[10] === "A" ? "B" : "A"), "<script>"].map(attempt));
	assert.deepEqual(answers.map(({ status }) => status), [422, 422, 422, 422, 422]);
	const locked = await attempt(code);
	assert.equal(locked.status, 422);
	assert.match(messages(locked), /слишком много раз/);
	assert.deepEqual(await sql(site, `SELECT COUNT(*) FROM event WHERE number='${number}' AND kind='code-refused'`), [["5"]]);
	assert.deepEqual(await sql(site, `SELECT status FROM application WHERE number='${number}'`), [["new"]]);
	const shown = await own.get(`/status/${number}/proof`);
	assert.equal((await prove(own, number, keys.sign.key, { page: shown })).status, 303);
	assert.ok(!(await own.get(`/applications/${number}`)).text.includes('name="code"'), "the keys were shown: no code is asked for");
	assert.equal((await confirm(own, number, citizen.sign)).status, 303);
});

test("«Эту заявку подал не я»: refused, and it cannot be confirmed any more", async () => {
	const citizen = site.citizens[1], { number, code } = await apply(new Browser(site), citizen), own = await login(site, citizen);
	const page = await own.get(`/applications/${number}`);
	assert.ok(page.text.includes("Эту заявку подал не я"));
	const signed = await sign(page.document, citizen.sign);
	assert.equal((await own.post(`/applications/${number}/refuse`, { csrf: page.csrf })).status, 303);
	assert.deepEqual(await sql(site, `SELECT status, actor FROM application_status WHERE number='${number}' ORDER BY at`), [["new", "citizen"], ["refused", "citizen"]]);
	assert.deepEqual(await sql(site, `SELECT kind FROM event WHERE number='${number}' ORDER BY id DESC LIMIT 1`), [["application-disowned"]]);
	const late = await own.post(`/applications/${number}/confirm`, { csrf: page.csrf, status: "signed", agree: "1", signed, code });
	assert.ok([409, 422].includes(late.status));
	assert.deepEqual(await sql(site, `SELECT status FROM application WHERE number='${number}'`), [["refused"]]);
});

test("limits of the IIN and of the address, the same words for both", { timeout: 240000 }, async () => {
	const own = await instance({ own: true, env: { CABINET_APPLY_IIN: "2", CABINET_APPLY_ADDRESS: "4" } });
	try {
		const filed = async (who) => {
			const browser = new Browser(own), keys = await requests(who), form = await browser.get("/apply");
			return browser.post("/apply", { csrf: form.csrf, ...who, email: "", locality, store: "PKCS12", csr_auth: keys.auth.csr, csr_sign: keys.sign.csr });
		};
		const who = person(1), answers = await Promise.all([1, 2, 3, 4].map(() => filed(who)));
		assert.deepEqual(answers.map(({ status }) => status).sort(), [303, 303, 429, 429], "exactly two, also side by side");
		const iin = answers.find(({ status }) => status === 429);
		assert.equal((await filed(person(2))).status, 303);
		assert.equal((await filed(person(3))).status, 303);
		const address = await filed(person(4));
		assert.equal(address.status, 429);
		assert.equal(messages(address), messages(iin));
		assert.deepEqual(await sql(own, "SELECT COUNT(*) FROM application WHERE origin='public'"), [["4"]]);
		assert.deepEqual(await sql(own, "SELECT rule, COUNT(*) FROM event WHERE kind='application-refused' GROUP BY rule"), [["limit", "3"]]);
		assert.deepEqual(await sql(own, "SELECT COUNT(*) FROM event WHERE kind='application-refused' AND iin IS NOT NULL"), [["0"]]);
	} finally {
		await own.stop();
	}
});
