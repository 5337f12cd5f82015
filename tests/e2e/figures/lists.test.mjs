// Рис. 21, 23, 24: applications, an application of the public page confirmed in the cabinet, the list of keys. (The guide has no figure 22.)
import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";

import { apply } from "../../lib/apply.mjs";
import { chromium, download, loginByKey } from "../../lib/chromium.mjs";
import { call, sql } from "../../lib/citizen.mjs";
import { enrol } from "../../lib/enrol.mjs";
import { crumbs, looked, says, seen } from "../../lib/figures.mjs";
import { Browser } from "../../lib/http.mjs";
import { instance } from "../../lib/instance.mjs";

let site, browser, folder, citizen, person, page, filed;
before(async () => {
	site = await instance();
	folder = await mkdtemp(path.join(tmpdir(), "cabinet-figures-"));
	citizen = await enrol(site, folder);
	filed = await apply(new Browser(site), citizen);
	browser = await chromium(site);
	person = await browser.person();
	({ page } = person);
	await loginByKey(page, citizen.auth);
});
after(async () => {
	await browser?.close();
	await rm(folder, { recursive: true, force: true });
	await site?.stop();
});

test("Рис. 21. Заявка на получение ключей ЭЦП: все заявки, условия поиска, «Редактировать»", async () => {
	await page.goto("/applications");
	assert.deepEqual(await crumbs(page), ["Мои ключи ЭЦП", "Заявка на получение ключей ЭЦП"]);
	assert.equal(await page.locator("table.list tbody tr").count(), 2);
	await says(page, "Номер заявки", "Дата создания", "Тип заявки", "Текущий статус", filed.number, "Онлайн заявка", "Новая заявка", "Редактировать");
	await page.click("#filter summary");
	await says(page, "Дополнительные условия поиска", "Номер заявки", "Серийный номер", "Дата создания", "Алгоритм", "Искать", "Очистить");
	await looked(person, "figure-21");
	await page.fill("#application", filed.number);
	await page.press("#application", "Enter");
	await page.waitForSelector("#chips");
	assert.equal(await page.locator("table.list tbody tr").count(), 1);
	await page.fill("#application", "00000000000000");
	await page.press("#application", "Enter");
	await says(page, "По этим условиям ничего не найдено.", "Показать всё");
	await looked(person, "figure-21-nothing");
	await page.getByRole("link", { name: "Показать всё" }).click();
	await page.locator("tr").filter({ hasText: filed.number }).getByRole("link", { name: "Редактировать" }).click();
	await page.waitForURL(`**/applications/${filed.number}`);
});

test("Рис. 23. Подтверждение онлайн заявки: данные, PDF и Microsoft Word, смена статуса", async () => {
	assert.deepEqual(await crumbs(page), ["Мои ключи ЭЦП", "Заявка на получение ключей ЭЦП", "Редактирование заявки"]);
	await says(page, "Данные заявки", "Номер заявки", "скачать заявление в формате PDF", "скачать заявление в формате Microsoft Word", "Дата создания", "Шаблон Физическое лицо", "Тип заявки Онлайн заявка", "Текущий статус Новая заявка",
	    "Смена статуса заявки", "Выберите статус заявки", "Код подачи", "Эту заявку подал не я");
	assert.equal(await page.locator("#status option:checked").innerText(), "Заявка подписана пользователем");
	await looked(person, "figure-23");
	const pdf = await download(page, () => page.click("#statement-pdf"), folder), docx = await download(page, () => page.click("#statement-docx"), folder);
	for (const text of [(await call("pdftotext", ["-layout", pdf, "-"])).stdout, (await call("unzip", ["-p", docx, "word/document.xml"])).stdout])
		for (const word of [filed.number, citizen.iin, "ТЕСТОВ ТЕСТ ТЕСТОВИЧ", "Онлайн заявка"]) assert.ok(text.includes(word), word);

	await page.fill("#code", "ABCDEFGHJK");
	await page.check("#agree");
	await page.setInputFiles("#key-file", citizen.sign.file);
	await page.fill("#key-password", citizen.sign.password);
	await page.press("#key-password", "Enter");
	await page.waitForSelector("#summary");
	await says(page, "Код не подошёл. Осталось попыток: 4.");
	await looked(person, "figure-23-wrong-code");
	await page.fill("#code", filed.code);
	await page.check("#agree");
	await page.setInputFiles("#key-file", citizen.sign.file);
	await page.fill("#key-password", citizen.sign.password);
	await page.press("#key-password", "Enter");
	await page.waitForURL(`**/status/${filed.number}`);
	await says(page, "Заявка подписана. Запомните номер заявки.");
	await page.waitForSelector("#status-page[data-status=issued]", { timeout: 90000 });
	assert.deepEqual(await sql(site, `SELECT status FROM application WHERE number = '${filed.number}'`), [["issued"]]);
	await looked(person, "figure-23-issued");
});

test("Рис. 23. «Отозвать заявку» и «Эту заявку подал не я»", async () => {
	const other = await apply(new Browser(site), citizen);
	await page.goto(`/applications/${other.number}`);
	await page.click("#disown summary");
	await says(page, "Заявка будет отклонена, ключи по ней не выпустят.");
	await page.getByRole("button", { name: "Эту заявку подал не я" }).click();
	await page.waitForSelector("#application-status[data-status=refused]");
	await looked(person, "figure-23-refused");
});

test("Рис. 24. Список ключей ЭЦП: девять строк о каждом, ✔ и ✖ со словами", async () => {
	const [[past]] = await sql(site, `SELECT LOWER(HEX(serial)) FROM certificate WHERE iin = '${citizen.iin}' AND purpose = 'sign' ORDER BY issued_at LIMIT 1`);
	await sql(site, `UPDATE certificate SET not_before = '2015-12-21 05:34:00', not_after = '2016-12-20 05:34:00' WHERE serial = UNHEX('${past}')`);
	await page.goto("/keys");
	assert.deepEqual(await crumbs(page), ["Мои ключи ЭЦП", "Список ключей ЭЦП"]);
	await page.click("#past summary");
	for (const card of await page.locator("article.key").all())
		assert.deepEqual((await card.locator("dt").allInnerTexts()).map((text) => text.trim()), ["Серийный номер", "Центр сертификации", "Тип пользователя", "ИИН", "ФИО", "Тип шаблона сертификата", "Алгоритм", "Срок действия", "Статус отзыва"]);
	assert.match(await seen(page, `article[aria-labelledby="key-${past}"]`), /Срок действия 21\.12\.2015 \(11:34\) – 20\.12\.2016 \(11:34\) Срок истёк Статус отзыва Не отозван/);
	assert.ok(await page.locator(`article[aria-labelledby="key-${past}"] .state.bad use[href$="#cross"]`).count() >= 1);
	assert.ok(await page.locator("#valid .state.good use[href$='#check']").count() >= 6);
	await looked(person, "figure-24");
	assert.deepEqual(person.faults, []);
});
