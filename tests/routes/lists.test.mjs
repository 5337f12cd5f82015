// The two lists: paging by key, filters with their chips, and everything that a person or a stranger may put into an address.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { login, messages, sql } from "../lib/citizen.mjs";
import { unescapeHtml } from "../lib/http.mjs";
import { instance } from "../lib/instance.mjs";

const ROWS = 23;
let site, citizen, browser, own;
before(async () => {
	site = await instance({ own: true });
	[citizen] = site.citizens;
	own = (await sql(site, `SELECT LOWER(HEX(serial)), number FROM certificate WHERE iin='${citizen.iin}' AND purpose='auth'`))[0];
	/* older than the citizen's own; each third moment is shared by two rows, so that a page may end between them */
	const rows = Array.from({ length: ROWS }, (_, i) => ({ n: i + 1, at: `2020-03-${String(1 + Math.floor(i / 1.5)).padStart(2, "0")} 07:00:00.000001` }));
	for (const { n, at } of rows) {
		const number = String(10000000000000 + n);
		await sql(site, `INSERT INTO application (number, iin, template, origin, status, email, locality, store, hash_auth, hash_sign, reason, created_at, changed_at)
			SELECT '${number}', iin, template, 'centre', 'installed', email, locality, store, NULL, NULL, reason, '${at}', '${at}' FROM application WHERE number='${own[1]}'`);
		await sql(site, `INSERT INTO certificate (serial, ca, iin, number, purpose, algorithm, subject, full_name, not_before, not_after, key_id, der, issued_at)
			SELECT UNHEX('${n.toString(16).padStart(40, "0")}'), ca, iin, '${number}', purpose, '${n % 2 ? "EC-P256" : "RSA-2048"}', subject, full_name, not_before,
			'2021-03-01', key_id, der, '${at}' FROM certificate WHERE serial=UNHEX('${own[0]}')`);
	}
	browser = await login(site, citizen);
});
after(() => site?.stop());

const LISTS = {
	"/keys": { rows: (page) => [...page.text.matchAll(/<article class="key[^"]*" aria-labelledby="key-([0-9a-f]{40})"/g)].map(([, serial]) => serial),
		all: `SELECT LOWER(HEX(serial)) FROM certificate WHERE iin=` },
	"/applications": { rows: (page) => [...page.text.matchAll(/<th scope="row"[^>]*><a class="mono" href="\/applications\/(\d{14})"/g)].map(([, number]) => number),
		all: `SELECT number FROM application WHERE iin=` },
};
const link = (page, word) => {
	const found = [...page.text.matchAll(/<a class="button [a-z]+"(?: rel="next")? href="([^"]*)">([^<]*)<\/a>/g)].find(([, , text]) => text === word);
	return found && unescapeHtml(found[1]);
};
const chips = (page) => [...page.text.matchAll(/<li><a href="([^"]*)"><span>([^<]*)<strong class="mono">([^<]*)<\/strong>/g)]
	.map(([, href, name, text]) => ({ href: unescapeHtml(href), name: name.replace(": ", ""), text: unescapeHtml(text) }));

for (const [path, list] of Object.entries(LISTS)) {
	test(`${path}: page after page shows every row once, newest first, ten at a time`, async () => {
		const expected = (await sql(site, `${list.all}'${citizen.iin}'`)).flat().sort();
		const seen = [];
		let page = await browser.get(path), pages = 1;
		for (;;) {
			const rows = list.rows(page), next = link(page, "Следующие");
			assert.ok(rows.length <= 10);
			seen.push(...rows);
			assert.equal(link(page, "К началу списка"), pages === 1 ? undefined : path);
			if (!next)
				break;
			assert.equal(rows.length, 10);
			page = await browser.get(next);
			pages++;
		}
		assert.equal(pages, Math.ceil(expected.length / 10));
		assert.deepEqual(seen.slice().sort(), expected);
	});

	test(`${path}: filters show as chips; each can be taken away alone; pages keep the rest`, async () => {
		let page = await browser.get(`${path}?algorithm=EC-P256`);
		assert.deepEqual(chips(page), [{ href: path, name: "Алгоритм", text: "EC-P256" }]);
		assert.equal(list.rows(page).length, 10);
		const next = link(page, "Следующие");
		assert.match(next, /algorithm=EC-P256/);
		page = await browser.get(next);
		assert.equal(list.rows(page).length, 2);
		assert.equal(link(page, "К началу списка"), `${path}?algorithm=EC-P256`);
		assert.equal(link(page, "Очистить"), path);

		page = await browser.get(`${path}?created=2020-03-01&algorithm=RSA-2048&application=10000000000002&serial=${"2".padStart(40, "0")}`);
		assert.equal(list.rows(page).length, 1);
		assert.deepEqual(chips(page).map(({ name, text }) => [name, text]), [["Номер заявки", "10000000000002"], ["Серийный номер", "2".padStart(40, "0")],
			["Дата создания", "01.03.2020"], ["Алгоритм", "RSA-2048"]]);
		for (const { href } of chips(page)) {
			const less = await browser.get(href);
			assert.equal(chips(less).length, 3);
			assert.ok(list.rows(less).length >= 1);
			assert.ok(!chips(less).some((chip) => href.includes(encodeURIComponent(chip.text)) === false && chip.name !== "Дата создания"));
		}
		const typed = await browser.get(`${path}?created=01.03.2020`);
		assert.equal(chips(typed)[0].text, "01.03.2020");
		assert.equal(list.rows(typed).length, list.rows(await browser.get(`${path}?created=2020-03-01`)).length);
	});

	test(`${path}: nothing found, and a page behind the last one, say what to do`, async () => {
		const nothing = await browser.get(`${path}?created=2019-01-01`);
		assert.equal(nothing.status, 200);
		assert.match(nothing.element("empty") ?? "", /ничего не найдено\. Уберите одно из условий/);
		assert.equal(link(nothing, "Показать всё"), path);
		const beyond = await browser.get(`${path}?after=1-${"0".repeat(path === "/keys" ? 40 : 14)}`);
		assert.equal(beyond.status, 200);
		assert.match(beyond.element("empty") ?? "", /список закончился раньше/);
		assert.equal(link(beyond, "К началу списка"), path);
	});

	test(`${path}: nonsense is told beside its field, changes nothing and is never markup`, async () => {
		const hostile = ["'; DROP TABLE certificate; --", "<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "&amp;&#60;", "😀".repeat(5), "Ә".repeat(7), "{{7*7}}", "%s%n"];
		for (const text of hostile) {
			for (const name of ["application", "serial", "created", "algorithm"]) {
				const page = await browser.get(`${path}?${name}=${encodeURIComponent(text)}`);
				assert.equal(page.status, 422, `${name}=${text}`);
				assert.notEqual(messages(page), "");
				assert.ok(!/<script>alert|<img/.test(page.text), text);
				assert.deepEqual(chips(page), []);
				assert.equal(page.element("empty"), null, "a fault is not an empty list");
				if (name !== "algorithm")
					assert.equal(page.value(name), text, "what was typed stays");
			}
			assert.equal((await browser.get(`${path}?after=${encodeURIComponent(text)}`)).status, 200);
			assert.equal((await browser.get(`${path}?unknown=${encodeURIComponent(text)}`)).status, 200);
		}
		for (const date of ["2026-02-29", "2026-13-01", "0000-00-00", "31.04.2026", "1.1.1", "99999-01-01", "2026-1-1", "-1"])
			assert.equal((await browser.get(`${path}?created=${date}`)).status, 422, date);
		assert.equal((await browser.get(`${path}?after=1-${"z".repeat(200)}`)).status, 422);
		for (const after of ["0-1", "-1-1", "99999999999999999999-1", "1-", `1-${"z".repeat(50)}`, "999999999999999999-ffffffffffffffffffffffffffffffffffffffff"])
			assert.equal((await browser.get(`${path}?after=${after}`)).status, 200, after);
		for (const long of ["x".repeat(1500), encodeURIComponent("Ә".repeat(200))])
			assert.equal((await browser.get(`${path}?serial=${long}`)).status, 422);
		/* more than an address may hold: refused as a whole, with a page */
		for (const address of [`${path}?serial=${"x".repeat(10240)}`, `${path}?${"a".repeat(10240)}=1`]) {
			const page = await browser.get(address);
			assert.ok([400, 414].includes(page.status), `${page.status}`);
		}
		assert.equal((await browser.get(`${path}?serial=${"a".repeat(40)}&serial=${"b".repeat(40)}`)).status, 422);
		assert.equal((await browser.get(`${path}?serial=%ff%fe`)).status, 422);
		assert.equal((await browser.get(`${path}?serial=%zz`)).status, 400);
		assert.equal((await browser.get(`${path}?${Array.from({ length: 100 }, (_, i) => `f${i}=1`).join("&")}`)).status, 400);
	});
}

test("the list for revocation keeps its purpose in every address", async () => {
	let page = await browser.get("/keys?for=revoke&algorithm=EC-P256");
	assert.deepEqual(chips(page).map(({ href }) => href), ["/keys?for=revoke"]);
	assert.match(link(page, "Следующие"), /^\/keys\?for=revoke&after=/);
	assert.equal(link(page, "Очистить"), "/keys?for=revoke");
	page = await browser.get(link(page, "Следующие"));
	assert.equal(link(page, "К началу списка"), "/keys?for=revoke&algorithm=EC-P256");
	assert.equal(link(await browser.get("/keys?for=revoke&created=2019-01-01"), "Показать всё"), "/keys?for=revoke");
	const other = await browser.get(`/keys?for=${encodeURIComponent("\"><script>")}`);
	assert.ok(!other.text.includes("\"><script>"));
});

test("serials may be typed in capitals; another person's serial finds nothing", async () => {
	assert.equal(LISTS["/keys"].rows(await browser.get(`/keys?serial=${own[0].toUpperCase()}`)).length, 1);
	const [[theirs, number]] = await sql(site, `SELECT LOWER(HEX(serial)), number FROM certificate WHERE iin='${site.citizens[1].iin}' LIMIT 1`);
	for (const [path, { rows }] of Object.entries(LISTS)) {
		assert.deepEqual(rows(await browser.get(`${path}?serial=${theirs}`)), []);
		assert.deepEqual(rows(await browser.get(`${path}?application=${number}`)), []);
	}
});

test("names of any letters and lengths are shown as text", async () => {
	const name = "ӘҒҚҢӨҰҮҺІ <b>\"жирный\"</b> & 'сын' 😀 " + "Я".repeat(400);
	await sql(site, `UPDATE certificate SET full_name='${name.replaceAll("'", "''")}' WHERE serial=UNHEX('${"1".padStart(40, "0")}')`);
	const page = await browser.get(`/keys?serial=${"1".padStart(40, "0")}`);
	assert.equal(page.status, 200);
	assert.ok(unescapeHtml(page.text).includes(name));
	assert.ok(!page.text.includes("<b>\""));
});

test("a citizen without applications is told what to do", async () => {
	const other = await login(site, site.citizens[2]);
	await sql(site, `UPDATE application SET iin='000000000000' WHERE iin='${site.citizens[2].iin}'`);
	const page = await other.get("/applications");
	assert.match(page.text, /Заявок пока нет/);
	assert.equal(link(page, "Перевыпуск ключей ЭЦП"), "/reissue");
});
