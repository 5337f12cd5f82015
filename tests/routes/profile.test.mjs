// Profile and settings (рис. 8, 9), the code of a new address, the former address, and the links «Это был не я».
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, test } from "node:test";

import { file, login, messages, sql } from "../lib/citizen.mjs";
import { Browser } from "../lib/http.mjs";
import { instance, until } from "../lib/instance.mjs";
import { arrived, linkIn, mailbox } from "../lib/mail.mjs";

let site, citizen, other, browser;
before(async () => {
	site = await instance({ own: true });
	[citizen, other] = site.citizens;
	browser = await login(site, citizen);
});
after(() => site?.stop());

const save = async (fields, person = browser) => person.post("/profile", { csrf: (await person.get("/profile")).csrf, language: "ru", notify: "1", email: "", ...fields });
const enter = async (code, person = browser) => person.post("/profile/email", { csrf: (await person.get("/profile")).csrf, code });
const codeIn = (letter) => /\d{6}/.exec(letter.subject)[0];
const row = async (columns, who = citizen) => (await sql(site, `SELECT ${columns} FROM citizen WHERE iin='${who.iin}'`))[0];
const skipped = (kind) => until(`${kind} skipped`, async () => (await sql(site, `SELECT 1 FROM outbox WHERE kind='${kind}' AND state='skipped'`)).length > 0);
// A new address, confirmed as a person does it.
async function change(email, person = browser) {
	assert.equal((await save({ email }, person)).status, 303);
	const answer = await enter(codeIn(await arrived(site, email, /Код/)), person);
	assert.equal(answer.status, 303, messages(answer));
	return answer;
}

test("the profile shows name, IIN and settings, and the menu leads to it", async () => {
	const page = await browser.get("/profile");
	assert.equal(page.status, 200);
	assert.ok(page.text.includes(citizen.iin) && page.text.includes(citizen.surname));
	assert.match(page.text, /id="to-profile"/);
	assert.match(page.text, /name="notify" id="notify-1" value="1" checked/);
	assert.equal((await new Browser(site).get("/profile")).location, "/login?back=%2Fprofile");
	assert.equal((await browser.get("/profile/email")).status, 200);
});

test("the language holds at the next login, and the switch above the page still works", async () => {
	const answer = await save({ language: "kk" });
	assert.equal(answer.status, 303);
	assert.equal(answer.location, "/profile");
	assert.match((await browser.get("/keys")).text, /<html lang="kk"/);
	const next = await login(site, citizen, { language: "ru" });
	assert.match((await next.get("/keys")).text, /<html lang="kk"/);
	await next.get("/language?to=en&back=/keys");
	assert.match((await next.get("/keys")).text, /<html lang="en"/);
	assert.equal((await save({})).status, 303);
	assert.deepEqual(await row("language, notify, email"), ["ru", "1", "NULL"]);
});

test("what is not a setting is refused beside its field, and nothing is saved", async () => {
	const long = `${"a".repeat(10000)}@example.kz`;
	for (const [fields, field] of [[{ language: "de" }, "language"], [{ language: "" }, "language"], [{ notify: "2" }, "notify"], [{ notify: "" }, "notify"],
		[{ email: "nobody" }, "email"], [{ email: long }, "email"], [{ email: "a@example.kz\r\nBcc: b@example.kz" }, "email"], [{ email: "a@b@example.kz" }, "email"],
		[{ email: "<\"'&>@example.kz" }, "email"], [{ email: "қазақ@example.kz" }, "email"], [{ email: "🙂@example.kz" }, "email"], [{ email: ["a@example.kz", "b@example.kz"] }, "email"],
		[{ email: "a@example" }, "email"], [{ email: "a b@example.kz" }, "email"]]) {
		const answer = await save({ language: "kk", ...fields });
		assert.equal(answer.status, 422, JSON.stringify(fields).slice(0, 80));
		assert.match(answer.text, new RegExp(`id="${field}-error"`), JSON.stringify(fields).slice(0, 80));
		assert.ok(messages(answer));
	}
	assert.deepEqual(await row("language, notify, email"), ["ru", "1", "NULL"]);
	assert.deepEqual(await sql(site, "SELECT id FROM outbox WHERE kind='code'"), []);
	assert.equal((await browser.post("/profile", { language: "kk", notify: "1" })).status, 403);
	assert.equal((await enter("123456")).status, 422, "no address waits");
});

test("an address counts only after its code: five tries, fifteen minutes; until then it gets nothing else", async () => {
	assert.equal((await save({ email: "first@example.kz" })).status, 303);
	const letter = await arrived(site, "first@example.kz", /Код/);
	assert.ok(!letter.text.includes(citizen.name), "an unconfirmed address learns no name");
	assert.match((await browser.get("/profile")).text, /id="email-pending">first@example.kz/);
	assert.equal((await row("email"))[0], "NULL");
	await file(browser, citizen);
	await skipped("filed");
	assert.equal((await mailbox(site)).filter(({ to }) => to === "first@example.kz").length, 1);

	const right = codeIn(letter), wrong = right === "111111" ? "222222" : "111111";
	assert.match((await sql(site, `SELECT HEX(code) FROM profile WHERE iin='${citizen.iin}'`))[0][0], /^[0-9A-F]{64}$/);
	for (const code of ["12345", "1234567", "abcdef", "", "१२३४५६"]) assert.equal((await enter(code)).status, 422);
	for (let i = 0; i < 5; i++) assert.match(messages(await enter(wrong)), /не подошёл/);
	for (const code of [wrong, right]) assert.match(messages(await enter(code)), /пять раз/, "the sixth try is none");
	assert.equal((await row("email"))[0], "NULL");
	assert.deepEqual(await sql(site, "SELECT rule, COUNT(*) FROM event WHERE kind='email-code-refused' GROUP BY rule ORDER BY rule"),
	    [["code-none", "1"], ["code-used-up", "2"], ["code-wrong", "5"]]);

	assert.equal((await save({ email: "first@example.kz" })).status, 303);
	const again = await until("second code", async () => (await mailbox(site)).find((one) => one.to === "first@example.kz" && one.headers["message-id"] !== letter.headers["message-id"]));
	await sql(site, `UPDATE profile SET expires_at = UTC_TIMESTAMP(6) WHERE iin='${citizen.iin}'`);
	assert.match(messages(await enter(codeIn(again))), /15 минут/);
	await sql(site, `UPDATE profile SET expires_at = UTC_TIMESTAMP(6) + INTERVAL 1 MINUTE WHERE iin='${citizen.iin}'`);
	const foreign = await login(site, other);
	assert.match(messages(await enter(codeIn(again), foreign)), /Подтверждать нечего/, "somebody else's code");
	const answer = await enter(codeIn(again));
	assert.equal(answer.status, 303);
	assert.equal(answer.location, "/profile");
	assert.equal((await row("email"))[0], "first@example.kz");
	assert.match(messages(await enter(codeIn(again))), /Подтверждать нечего/, "a code works once");
});

test("a code that is superseded does not work, and no more than five are sent in a day", async () => {
	await sql(site, "UPDATE profile SET asked = 0");
	for (const n of [1, 2, 3, 4, 5]) assert.equal((await save({ email: `x${n}@example.kz` })).status, 303);
	const answer = await save({ email: "x6@example.kz", language: "en" });
	assert.equal(answer.status, 429);
	assert.match(answer.text, /id="email-error"/);
	assert.equal((await row("language"))[0], "ru", "nothing was saved");
	const last = await arrived(site, "x5@example.kz", /Код/);
	const earlier = (await mailbox(site)).find(({ to }) => to === "x4@example.kz");
	if (earlier && codeIn(earlier) !== codeIn(last)) assert.match(messages(await enter(codeIn(earlier))), /не подошёл/);
	await sql(site, "UPDATE profile SET asked = 0, email = NULL, code = NULL, mail = NULL");
	assert.equal((await row("email"))[0], "first@example.kz");
});

test("the replaced address is told and stays in force for 72 hours for what concerns security", async () => {
	await change("second@example.kz");
	assert.equal((await row("email"))[0], "second@example.kz");
	for (const to of ["first@example.kz", "second@example.kz"])
		await until(`${to} is told`, async () => (await mailbox(site)).some((letter) => letter.to === to && /Изменён адрес/.test(letter.subject) && letter.text.includes("s…@example.kz")));
	assert.match((await browser.get("/profile")).text, /<li>first@example\.kz, до \d\d\./);

	const asked = (agent) => login(site, citizen, { agent });
	await asked("Mozilla/5.0 (X11; Linux) Firefox/128.0");
	for (const to of ["first@example.kz", "second@example.kz"]) {
		const letter = await arrived(site, to, /нового браузера/);
		assert.match(letter.text, /Firefox 128, 127\.0\.0\.1/);
		assert.match(linkIn(letter), /^\/notice\//);
	}
	const logins = async () => (await mailbox(site)).filter(({ subject }) => /браузера/.test(subject)).length;
	const before = await logins();
	await asked("Mozilla/5.0 (X11; Linux) Firefox/129.0");
	await sql(site, "UPDATE email_former SET until = UTC_TIMESTAMP(6) - INTERVAL 1 SECOND");
	await asked("Mozilla/5.0 (Macintosh) Safari/605.1");
	await until("third login told", async () => await logins() === before + 1);
	assert.ok(!(await mailbox(site)).some(({ to, text }) => to === "first@example.kz" && text.includes("Safari")), "after 72 hours it hears nothing");
	assert.doesNotMatch((await browser.get("/profile")).text, /<li>first@/);
});

test("opt-out stops notices, but not those of security; both languages of the choice", async () => {
	assert.equal((await save({ notify: "0", language: "kk" })).status, 303);
	assert.match((await arrived(site, "second@example.kz", /өшірілді/)).text, /Сәлеметсіз бе/);
	const { number } = await file(browser, citizen);
	await until("filed skipped", async () => (await sql(site, `SELECT reason FROM outbox WHERE id='filed:${number}' AND state='skipped'`))[0]?.[0] === "notices are off");
	await login(site, citizen, { agent: "Opera of somebody OPR/99" });
	assert.match((await arrived(site, "second@example.kz", /жаңа браузерден/)).text, /Opera 99/);
	assert.equal((await save({})).status, 303);
});

test("«Это был не я»: GET shows, POST withdraws the application, ends all sessions, and works once", async () => {
	const { number } = await file(browser, citizen);
	const link = linkIn(await arrived(site, "second@example.kz", new RegExp(number)));
	const stranger = new Browser(site);
	const page = await stranger.get(link);
	assert.equal(page.status, 200);
	assert.ok(page.text.includes(number) && !page.text.includes(citizen.iin) && !page.text.includes(citizen.surname));
	assert.equal((await sql(site, `SELECT status FROM application WHERE number='${number}'`))[0][0], "new", "GET changes nothing");
	assert.equal((await stranger.post(link, {})).status, 403);
	assert.equal((await browser.get("/keys")).status, 200);
	const answer = await stranger.post(link, { csrf: page.csrf });
	assert.equal(answer.status, 303);
	assert.equal(answer.location, link);
	const done = await stranger.get(link);
	assert.match(done.text, /Заявка отозвана/);
	assert.match(done.text, /href="\/keys\?for=revoke"/);
	assert.deepEqual(await sql(site, `SELECT status, actor FROM application_status WHERE number='${number}' ORDER BY at`), [["new", "citizen"], ["withdrawn", "citizen"]]);
	assert.equal((await browser.get("/keys")).status, 303, "the session has ended");
	assert.equal((await stranger.post(link, { csrf: page.csrf })).status, 303);
	assert.deepEqual(await sql(site, `SELECT COUNT(*) FROM event WHERE kind='notice-stopped'`), [["1"]]);
	browser = await login(site, citizen);
	assert.equal((await browser.get("/keys")).status, 200);
	await stranger.post(link, { csrf: page.csrf });
	assert.equal((await browser.get("/keys")).status, 200, "a used link ends no session");
});

test("a link that is unknown, expired or not a link", async () => {
	const stranger = new Browser(site);
	for (const path of [`/notice/${"A".repeat(43)}`, "/notice/x", "/notice/", `/notice/${"A".repeat(65)}`, "/notice/a%00b"]) assert.ok([400, 404].includes((await stranger.get(path)).status), path);
	const { number } = await file(browser, citizen);
	const link = linkIn(await arrived(site, "second@example.kz", new RegExp(number)));
	const { csrf } = await stranger.get(link);
	await sql(site, `UPDATE notice_link SET expires_at = UTC_TIMESTAMP(6) WHERE mail='filed:${number}'`);
	const page = await stranger.get(link);
	assert.equal(page.status, 409);
	assert.match(page.text, /Срок действия ссылки закончился/);
	assert.equal((await stranger.post(link, { csrf })).status, 409);
	assert.equal((await sql(site, `SELECT status FROM application WHERE number='${number}'`))[0][0], "new");
	assert.ok(!(await readFile(`${site.var}/log/access.log`, "utf8")).includes(link), "the code is not in the log");
});

test("the former address takes the profile back", async () => {
	await change("thief@example.kz");
	const told = async () => (await mailbox(site)).filter(({ to, subject, text }) => to === "second@example.kz" && /Изменён/.test(subject) && text.includes("t…@"));
	const [letter] = await until("the former address is told", async () => { const letters = await told(); return letters.length > 0 && letters; });
	const stranger = new Browser(site);
	const page = await stranger.get(linkIn(letter));
	assert.equal((await stranger.post(linkIn(letter), { csrf: page.csrf })).status, 303);
	assert.match((await stranger.get(linkIn(letter))).text, /Прежние настройки почты возвращены/);
	assert.equal((await row("email"))[0], "second@example.kz");
	assert.equal((await browser.get("/profile")).status, 303);
});
