// What strangers and clumsy fingers put into forms and addresses, where no other file looks; and the help's table of stores.
import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";

import { apply, freshPerson } from "../lib/apply.mjs";
import { file, login, messages, requests, sql } from "../lib/citizen.mjs";
import { enrol } from "../lib/enrol.mjs";
import { Browser, unescapeHtml } from "../lib/http.mjs";
import { instance } from "../lib/instance.mjs";

let site, folder, owner, stranger, mine, theirs;
before(async () => {
	site = await instance();
	folder = await mkdtemp(path.join(tmpdir(), "cabinet-input-"));
	[owner, stranger] = [await enrol(site, folder), await enrol(site, folder)];
	[mine, theirs] = [await login(site, owner), await login(site, stranger)];
});
after(async () => {
	await rm(folder, { recursive: true, force: true });
	await site?.stop();
});

test("what belongs to somebody else does not exist, at any address, and stays as it was", async () => {
	const { number } = await file(mine, owner), [[serial]] = await sql(site, `SELECT LOWER(HEX(serial)) FROM certificate WHERE iin = '${owner.iin}' LIMIT 1`);
	const { csrf } = await theirs.get("/profile"), unknown = await theirs.get(`/keys/${"1".repeat(40)}`);
	for (const address of [`/keys/${serial}`, `/keys/${serial}.cer`, `/keys/${serial}.pem`, `/keys/${serial}/revoke`, `/keys/${serial}/revoke?reason=1`, `/applications/${number}`,
		`/applications/${number}/statement.pdf`, `/applications/${number}/statement.docx`, `/status/${number}/certificates`]) {
		const page = await theirs.get(address);
		assert.equal(page.status, 404, address);
		assert.ok(!page.text.includes(owner.iin), address);
		assert.equal(page.element("main")?.replace(/[0-9a-f]{32}/, ""), unknown.element("main")?.replace(/[0-9a-f]{32}/, ""), `${address}: as if it did not exist`);
		assert.equal((await mine.get(address)).status, address.endsWith("certificates") ? 404 : 200, `${address}: the owner's`);
	}
	for (const [address, fields] of [[`/applications/${number}/confirm`, { status: "signed", agree: "1", signed: "<confirmation/>" }], [`/applications/${number}/refuse`, {}],
		[`/status/${number}/installed`, {}], [`/keys/${serial}/revoke/confirm`, { agree: "1", signed: "<revocation/>" }]])
		assert.equal((await theirs.post(address, { csrf, ...fields })).status, 404, address);
	const status = await theirs.get(`/status/${number}`);
	assert.ok(!status.text.includes(owner.iin) && !status.text.includes("ТЕСТОВ ТЕСТ ТЕСТОВИЧ") || status.status === 404, "a number alone tells nothing about a person");
	assert.deepEqual(await sql(site, `SELECT status FROM application WHERE number = '${number}'`), [["new"]]);
	assert.deepEqual(await sql(site, `SELECT COUNT(*) FROM revocation WHERE serial = UNHEX('${serial}')`), [["0"]]);
});

test("names on the public form: Kazakh letters pass as they are; length, emoji, markup and broken octets are told at the field", async () => {
	const who = freshPerson(), keys = await requests(who);
	const refused = async (field, value) => {
		const { answer } = await apply(new Browser(site), who, { keys, [field]: value });
		assert.equal(answer.status, 422, `${field}: ${value.slice(0, 40)}`);
		assert.match(answer.text, new RegExp(`id="${field}-error"`), value.slice(0, 40));
		assert.ok(!answer.text.includes("<script>alert") && !answer.text.includes("onerror=alert(1)>"), "never markup");
	};
	for (const field of ["surname", "name", "patronymic"])
		for (const value of ["Ә".repeat(5120), "Иван 😀", "<\"'&>", "<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "Иван\r\nBcc: x", "Иван\u0000", "Иван\u202eнавИ", "12345"])
			await refused(field, value);
	await refused("email", `${"a".repeat(10240)}@example.kz`);
	await refused("email", "a@example.kz\nBcc: b@example.kz");
	await refused("locality", "750000000' OR 1=1 --");
	const good = { surname: "ӘҒҚҢӨҰҮҺІ", name: "Жан-д’Арк", patronymic: "" };
	const { number, answer } = await apply(new Browser(site), who, { keys, ...good });
	assert.ok(number, messages(answer));
	assert.deepEqual(await sql(site, `SELECT surname, name, patronymic FROM application WHERE number = '${number}'`).then((rows) => rows[0].slice(0, 2)), [good.surname, good.name]);
});

test("reissue and status: long, foreign and broken values are refused, typed values come back as text", async () => {
	const { csrf } = await mine.get("/reissue"), keys = await requests(owner), form = { csrf, locality: "750000000", store: "PKCS12", csr_auth: keys.auth.csr, csr_sign: keys.sign.csr };
	for (const email of [`${"a".repeat(10240)}@example.kz`, "<\"'&>@example.kz", "қазақ@example.kz", "😀@example.kz", "a@example.kz\r\nBcc: b@example.kz", "a@example.kz\nX: y", "a@example.kz\u0000"]) {
		const answer = await mine.post("/reissue", { ...form, email });
		assert.equal(answer.status, 422, email.slice(0, 40));
		assert.match(answer.text, /id="email-error"/, email.slice(0, 40));
		assert.ok(!/^Bcc:/mi.test(JSON.stringify(answer.headers)));
	}
	const shown = await mine.post("/reissue", { ...form, email: "<\"'&>@example.kz" });
	assert.equal(shown.value("email"), "<\"'&>@example.kz");
	for (const number of ["1", "1234567890123x", "１２３４５６７８９０１２３４", "<\"'&>", "😀".repeat(14), "9".repeat(15), "' OR ''='", "Ә".repeat(100)]) {
		const page = await mine.get(`/status?number=${encodeURIComponent(number)}`);
		assert.equal(page.status, 422, number.slice(0, 40));
		assert.ok(messages(page), number.slice(0, 40));
		assert.ok(!page.text.includes("<\"'&>"));
	}
	assert.equal((await mine.get("/status?number=%ff%fe")).status, 422);
	assert.equal((await mine.get(`/status?number=${"9".repeat(5000)}`)).status, 400, "an address of this length is no address");
	assert.deepEqual(await sql(site, `SELECT COUNT(*) FROM application WHERE iin = '${owner.iin}' AND email LIKE '%Bcc%'`), [["0"]]);
});

test("without a reason the choice of a revocation is asked again, and a document is not made", async () => {
	const [[serial]] = await sql(site, `SELECT LOWER(HEX(serial)) FROM certificate WHERE iin = '${stranger.iin}' LIMIT 1`), address = `/keys/${serial}/revoke`;
	assert.equal((await theirs.get(address)).status, 200);
	for (const query of ["chosen=1", "chosen=1&reason=", "chosen=1&reason=2", "chosen=1&reason=1&also=x", "reason=%D1%8F"]) {
		const page = await theirs.get(`${address}?${query}`);
		assert.equal(page.status, 422, query);
		assert.equal(page.document, null, query);
		assert.ok(messages(page), query);
	}
});

test("the help says of each store and each task what can be done, with one sentence, in three languages, without a script", async () => {
	const words = { ru: ["Здесь", "В другой программе", "По запросам PKCS#10", "Нет"], kk: ["Осында", "Басқа бағдарламада", "PKCS#10 сұраулары арқылы", "Жоқ"], en: ["Here", "In another program", "With PKCS#10 requests", "No"] };
	for (const [language, [here, program, csr, no]] of Object.entries(words)) {
		const { text } = await new Browser(site, { language }).get("/help");
		const table = /<table class="list can">[\s\S]*?<\/table>/.exec(text)[0];
		const rows = [...table.split("<tbody>")[1].matchAll(/<tr>([\s\S]*?)<\/tr>/g)].map(([, row]) => ({
			note: unescapeHtml(/<small>([\s\S]*?)<\/small>/.exec(row)[1]),
			cells: [...row.matchAll(/<td[^>]*>([\s\S]*?)<\/td>/g)].map(([, cell]) => unescapeHtml(cell.replace(/<[^>]*>/g, "")).trim()),
		}));
		assert.deepEqual(rows.map(({ cells }) => cells), [[here, here, here, here, here], [program, program, no, no, no], ...Array(3).fill([program, program, csr, program, program])], language);
		for (const { note } of rows) assert.match(note, /^\p{Lu}.{20,}\.$/u);
	}
});
