// Рис. 1–7: from the front page into the cabinet. The dialogs of the operating system and of the signing program are parts of the page here.
import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";

import { chromium } from "../../lib/chromium.mjs";
import { enrol } from "../../lib/enrol.mjs";
import { Actions, looked, says, seen } from "../../lib/figures.mjs";
import { instance } from "../../lib/instance.mjs";

let site, browser, folder, citizen, person, page;
const name = (key) => path.basename(key.file);
before(async () => {
	site = await instance();
	folder = await mkdtemp(path.join(tmpdir(), "cabinet-figures-"));
	citizen = await enrol(site, folder);
	browser = await chromium(site);
	person = await browser.person();
	({ page } = person);
});
after(async () => {
	await browser?.close();
	await rm(folder, { recursive: true, force: true });
	await site?.stop();
});

test("Рис. 1. Главная страница: «Войти в личный кабинет», «Услуги», помощь, поддержка", async () => {
	await page.goto("/");
	await says(page, "Войти в личный кабинет", "Услуги", "Подать первую заявку", "Понятия и сокращения", "Техническая поддержка", "1414");
	assert.equal(await page.locator("header").getByRole("link", { name: "Войти", exact: true }).count(), 1);
	await looked(person, "figure-01");
	await page.getByRole("link", { name: "Понятия и сокращения" }).click();
	await page.waitForURL("**/help#terms");
	for (const term of ["НУЦ РК", "ЭЦП", "ИИН", "БИН", "Регистрационное свидетельство (Сертификат)", "Закрытый ключ", "Защищенный носитель", "ОС"])
		assert.equal(await page.locator("dl.terms dt").getByText(term, { exact: true }).count(), 1, term);
	await says(page, "Национальный удостоверяющий центр Республики Казахстан, обслуживающий участников «электронного правительства», государственных и негосударственных информационных систем",
	    "Документ на бумажном носителе или электронный документ, выдаваемый НУЦ РК для подтверждения соответствия электронной цифровой подписи требованиям, установленным нормативно-правовыми актами Республики Казахстан",
	    "Проверенные браузеры", `${site.plain}/crl/ca.crl`, `${site.plain}/crl/ca-delta.crl`, `${site.plain}/ca/root.cer`);
	await looked(person, "figure-01-help");
	assert.deepEqual(person.faults, []);
});

test("Рис. 2. Вход: список «Хранилище ключей»", async () => {
	await page.goto("/");
	await page.click("#enter");
	await page.waitForURL("**/login");
	await says(page, "Вход в личный кабинет", "Хранилище ключей *");
	const stores = await page.locator("input[name=store] ~ span strong").allInnerTexts();
	assert.deepEqual(stores, ["Персональный компьютер", "удостоверение личности", "eToken PRO (Java, 72K)", "JaCarta", "Kaztoken"]);
	assert.equal(await page.inputValue("input[name=store]:checked"), "PKCS12", "the computer, unless chosen otherwise");
	await looked(person, "figure-02");
});

test("Рис. 3. Вход: «Путь к хранилищу ключей», ключ аутентификации AUTH_RSA", async () => {
	await says(page, "Путь к хранилищу ключей *", "Выберите ключ аутентификации: имя файла начинается с AUTH_RSA.");
	const [chooser] = await Promise.all([page.waitForEvent("filechooser"), page.click("label.button[for=key-file]")]);
	await chooser.setFiles(citizen.auth.file);
	assert.match(await seen(page, "#key-file-name"), new RegExp(`^${name(citizen.auth)}, \\d+(,\\d)? КБ$`));
	await says(page, "Выбрать другой");
	await looked(person, "figure-03");
});

test("Рис. 4. Вход: без пароля кнопка говорит, чего не хватает", async () => {
	await page.click("#sign");
	await page.waitForSelector("#key-password-error:not([hidden])");
	assert.equal(await page.evaluate(() => document.activeElement.id), "key-password");
	await says(page, "Введите пароль.");
	await looked(person, "figure-04");
});

test("Рис. 5. Вход: пароль на хранилище ключей; пароли носителей по умолчанию", async () => {
	await says(page, "Формирование ЭЦП", "Пароль на хранилище ключей *");
	for (const [store, advice] of [
		["Kaztoken", "Пароль по умолчанию на Казтокен: 12345678."], ["eToken PRO (Java, 72K)", "Пароль по умолчанию на eToken PRO (Java, 72K): 1234567890."],
		["JaCarta", "Пароль по умолчанию на JaCarta: 1234567890."]]) {
		await page.getByRole("radio", { name: store }).check();
		await says(page, advice, "смените его", "Нужна программа");
		assert.ok(await page.locator("#key-file").isHidden(), "no file to choose");
		await looked(person, `figure-05-${store.split(" ")[0].toLowerCase()}`);
	}
	await page.getByRole("radio", { name: "удостоверение личности" }).check();
	await says(page, "Понадобится PIN-код удостоверения.");
	await page.click("a[href='#elsewhere']");
	await says(page, "Подписать в другой программе");
	await page.getByRole("radio", { name: "Персональный компьютер" }).check();
	await page.fill("#key-password", citizen.auth.password + "x");
	await page.click("#list-keys");
	await page.waitForSelector("#key-password-error:not([hidden])");
	await says(page, "Пароль не подошёл.");
	await looked(person, "figure-05");
});

test("Рис. 6. Вход: «Обновить список ключей», ключ аутентификации и его данные", async () => {
	await page.fill("#key-password", citizen.auth.password);
	await page.getByRole("button", { name: "Обновить список ключей" }).click();
	await page.waitForSelector("#keys-found input:checked");
	await says(page, "Выберите ключ для подписи", "Данные выбранного ключа", "Уникальное имя владельца", "Серийный номер", "Имя издателя", "Алгоритм", "Срок действия");
	const card = await seen(page, "#keys-found-list");
	assert.match(card, /ТЕСТОВ ТЕСТ/);
	assert.match(card, /ДЕМО КУӘЛАНДЫРУШЫ ОРТАЛЫҚ \(RSA\)/);
	assert.match(card, /Серийный номер [0-9a-f]{40}/);
	await looked(person, "figure-06");
});

test("Рис. 6. Вход: чужой по назначению файл назван своим именем, и сказано, какой нужен", async () => {
	await page.setInputFiles("#key-file", citizen.sign.file);
	await page.click("#list-keys");
	await page.waitForSelector("#key-file-error:not([hidden])");
	await says(page, "Это ключ для подписи, а для входа нужен другой. Выберите файл, имя которого начинается с AUTH_RSA.");
	assert.ok(await page.locator("#keys-found input").isDisabled());
	await looked(person, "figure-06-wrong-file");
});

test("Рис. 7. «Добро пожаловать в личный кабинет пользователя»: вход не больше чем за 5 действий", async (t) => {
	await page.goto("/");
	const act = new Actions(page);
	await act.click("#enter");
	await act.file("#key-file", citizen.auth.file);
	await act.fill("#key-password", citizen.auth.password);
	await act.press("#key-password", "Enter");
	await page.waitForURL("**/keys");
	await says(page, "Добро пожаловать в личный кабинет пользователя", "ТЕСТОВ Т.", "Мои ключи ЭЦП");
	t.diagnostic(`login: ${act.count} actions (${act.done.join(", ")})`);
	assert.ok(act.count <= 5);
	await looked(person, "figure-07");
	await page.reload();
	assert.ok(!(await seen(page)).includes("Добро пожаловать"), "it is said once");
	assert.deepEqual(person.faults, []);
});
