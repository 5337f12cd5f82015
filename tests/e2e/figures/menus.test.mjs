// Рис. 8–10: the menu «Фамилия» with profile and settings, the menu «Мои ключи ЭЦП».
import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";

import { chromium, loginByKey } from "../../lib/chromium.mjs";
import { sql } from "../../lib/citizen.mjs";
import { enrol } from "../../lib/enrol.mjs";
import { crumbs, looked, says, terms } from "../../lib/figures.mjs";
import { instance } from "../../lib/instance.mjs";

let site, browser, folder, citizen, person, page;
before(async () => {
	site = await instance();
	folder = await mkdtemp(path.join(tmpdir(), "cabinet-figures-"));
	citizen = await enrol(site, folder);
	await sql(site, `UPDATE citizen SET email = 'testov@example.kz' WHERE iin = '${citizen.iin}'`);
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

test("Рис. 8. Меню «Фамилия»: профиль, настройки, выход", async () => {
	assert.equal((await page.innerText("#user-menu summary span >> nth=-1")).trim(), "ТЕСТОВ Т.");
	await page.click("#user-menu summary");
	await says(page, "ТЕСТОВ ТЕСТ ТЕСТОВИЧ", citizen.iin, "Профиль", "Настройки", "Выход");
	await looked(person, "figure-08");
	await page.click("#to-profile");
	await page.waitForURL("**/profile");
	assert.deepEqual((await terms(page, "main")).slice(0, 3), ["ФИО", "ИИН", "Электронная почта"]);
	await says(page, "Личные данные", "ТЕСТОВ ТЕСТ ТЕСТОВИЧ", "testov@example.kz");
	await page.keyboard.press("Escape");
});

test("Рис. 9. Настройки: язык интерфейса и отказ от уведомлений; выбор держится при следующем входе", async () => {
	await page.goto("/keys");
	await page.click("#user-menu summary");
	await page.click("#to-settings");
	await page.waitForURL("**/profile#settings");
	await says(page, "Настройки", "Язык интерфейса", "Уведомления на электронную почту", "Получать", "Не получать");
	assert.deepEqual(await page.locator("input[name=language]").evaluateAll((all) => all.map((input) => input.value)), ["kk", "ru", "en"]);
	assert.ok(await page.isChecked("#notify-1"));
	await looked(person, "figure-09");
	await page.check("#notify-0");
	await page.check("#language-kk");
	await page.click("#save");
	await page.waitForURL("**/profile");
	assert.equal(await page.getAttribute("html", "lang"), "kk");
	assert.ok(await page.isChecked("#notify-0"));
	await looked(person, "figure-09-kk");

	const fresh = await browser.person({ language: "en" });
	await loginByKey(fresh.page, citizen.auth);
	assert.equal(await fresh.page.getAttribute("html", "lang"), "kk", "another browser, in English until now");
	await says(fresh.page, "Пайдаланушының жеке кабинетіне қош келдіңіз");
	await fresh.close();
	assert.deepEqual(await sql(site, `SELECT language, notify FROM citizen WHERE iin = '${citizen.iin}'`), [["kk", "0"]]);
	await page.check("#language-ru");
	await page.check("#notify-1");
	await page.click("#save");
	await page.waitForSelector("html[lang=ru]");
});

test("Рис. 10. Меню «Мои ключи ЭЦП»: шесть разделов, у каждого свой заголовок и путь", async () => {
	const sections = [["Перевыпуск ключей ЭЦП", "Подача онлайн заявки по шаблону «Физическое лицо»"], ["Отзыв ключей ЭЦП"], ["Заявка на получение ключей ЭЦП"],
		["Список ключей ЭЦП"], ["Проверка статуса заявки"], ["Смена пароля на ключ ЭЦП"]];
	await page.goto("/keys");
	assert.deepEqual((await page.locator("nav.menu a").allInnerTexts()).map((text) => text.replace(/\s+/g, " ")), sections.map(([name]) => name));
	for (const [name, title = name] of sections) {
		await page.locator("nav.menu").getByRole("link", { name, exact: true }).click();
		await page.waitForSelector(`nav.menu a[aria-current=page]:text-is("${name}")`);
		assert.equal((await page.innerText("h1")).trim(), title);
		assert.deepEqual(await crumbs(page), ["Мои ключи ЭЦП", name]);
		await says(page, "ТЕСТОВ Т.", "ҚАЗ", "РУС", "ENG");
		assert.equal(await page.locator("#logout").count(), 1);
	}
	await page.setViewportSize({ width: 360, height: 900 });
	await page.click("#menu-phone summary");
	await says(page, ...sections.map(([name]) => name));
	await person.picture("figure-10", 360);
	await page.setViewportSize({ width: 1280, height: 900 });
	await looked(person, "figure-10");
});

test("Рис. 10. С главной страницы и из помощи есть путь обратно; «Выход» прощается", async () => {
	for (const address of ["/", "/help"]) {
		await page.goto(address);
		await page.locator("header").getByRole("link", { name: "Открыть мои ключи" }).click();
		await page.waitForURL("**/keys");
	}
	await page.click("#user-menu summary");
	await page.click("#logout");
	await page.waitForURL(`${site.origin}/`);
	await says(page, "Вы вышли из личного кабинета.", "Войти в личный кабинет");
	await page.goto("/keys");
	await page.waitForURL("**/login?back=%2Fkeys");
	assert.deepEqual(person.faults, []);
});
