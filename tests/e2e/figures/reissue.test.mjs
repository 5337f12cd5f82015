// Рис. 11–14: an application from the cabinet, its confirmation with the signing key, its statuses; and how many actions that takes.
import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";

import { chromium, download, loginByKey } from "../../lib/chromium.mjs";
import { call, sql } from "../../lib/citizen.mjs";
import { enrol } from "../../lib/enrol.mjs";
import { Actions, crumbs, looked, says, seen, terms } from "../../lib/figures.mjs";
import { instance, until } from "../../lib/instance.mjs";
import { open } from "../../lib/sign.mjs";

const PASSWORD = "kW9uT2xLpBq7", ALMATY = "750000000";
let site, browser, folder, citizen, person, page;
before(async () => {
	site = await instance();
	folder = await mkdtemp(path.join(tmpdir(), "cabinet-figures-"));
	citizen = await enrol(site, folder);
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

test("Рис. 11. Подача онлайн заявки по шаблону «Физическое лицо»", async () => {
	await page.goto("/reissue");
	assert.equal((await page.innerText("h1")).trim(), "Подача онлайн заявки по шаблону «Физическое лицо»");
	await says(page, "Осталось 50 попыток из 50 за 30 дней", "Поля, отмеченные *, обязательные для заполнения.", "Данные онлайн заявки", "Данные хранилища ключей");
	assert.deepEqual(await terms(page, "section[data-step='1']"), ["ИИН", "Фамилия", "Имя", "Отчество"]);
	await says(page, citizen.iin, "Электронная почта", "Населенный пункт *", "Хранилище ключей *",
	    "Внимание! Хранилище «Персональный компьютер» является небезопасным. Рекомендуем использовать защищенный носитель ключевой информации для снижения риска компрометации ключей ЭЦП.");
	assert.equal(await page.locator("#locality option").first().innerText(), "Выберите «Населенный пункт»");
	await looked(person, "figure-11");

	await page.click("#to-keys");
	await page.waitForSelector("#locality-error:not([hidden])");
	await page.fill("#email", "example@example");
	await page.fill("#locality-search", "АЛМАТ");
	await says(page, "Найдено:");
	await looked(person, "figure-11-search");
	await page.selectOption("#locality", ALMATY);
	await page.locator("[data-select-clear=locality]").click();
	assert.equal(await page.inputValue("#locality"), "");
	assert.equal(await page.inputValue("#locality-search"), "");
	assert.ok(await page.locator("#locality option").count() > 100, "all of them again");

	await page.getByRole("radio", { name: "Kaztoken" }).check();
	await says(page, "Ключи на этом устройстве создаёт его программа.");
	assert.ok(!(await seen(page)).includes("является небезопасным"));
	await page.getByRole("radio", { name: "Персональный компьютер" }).check();
});

test("Рис. 11. Пароль новых ключей: правило, честная оценка, кнопка «Подать заявку»", async () => {
	await page.fill("#email", "example@example.kz");
	await page.selectOption("#locality", ALMATY);
	await page.click("#to-keys");
	await says(page, "Пароль должен содержать латинские буквы нижнего и верхнего регистров, а также цифры. Минимальная длина пароля: 6 символов.",
	    "Обязательно запомните указанный пароль! Пароль восстановлению не подлежит! НУЦ РК не хранит Ваши пароли, и в случае утери пароля данные ключи ЭЦП необходимо отозвать.");
	await page.fill("#pending-password", "пароль");
	await page.getByRole("button", { name: "Подать заявку" }).first().click();
	await page.waitForSelector("#pending-password-error:not([hidden])");
	for (const [password, word] of [["Tr4mvy", "Слабый пароль"], ["Aigerim1987", "Средний пароль"], [PASSWORD, "Сильный пароль"]]) {
		await page.fill("#pending-password", password);
		assert.ok((await seen(page, "[data-strength=pending-password]")).startsWith(word), password);
	}
	await page.fill("#pending-repeat", "Tr4mvy");
	await page.press("#pending-repeat", "Enter");
	await page.waitForSelector("#pending-repeat-error:not([hidden])");
	await looked(person, "figure-11-password");
});

test("Рис. 12–14. Перевыпуск: не больше 17 действий от списка ключей до установленных ключей", { timeout: 240000 }, async (t) => {
	const act = new Actions(page), files = {};
	await page.goto("/keys");
	await act.click("nav.menu a[href='/reissue']");
	await act.fill("#email", "example@example.kz");
	await act.fill("#locality-search", "алматы");
	await act.choose("#locality", ALMATY);
	await act.click("#to-keys");
	await act.fill("#pending-password", PASSWORD);
	await act.fill("#pending-repeat", PASSWORD);
	files.pending = await download(page, () => act.press("#pending-repeat", "Enter"), folder);
	await looked(person, "figure-12-check");
	await act.file("#check-pending", files.pending);
	await page.waitForSelector("section[data-step='3']:not([hidden])");
	const number = (await seen(page, "#filed-number"));

	await t.test("Рис. 12. Данные заявки, «Смена статуса заявки», согласие", async () => {
		await says(page, "Номер заявки", "Запомните номер заявки.", "Данные заявки", "Дата создания", "Шаблон", "Физическое лицо", "Тип заявки", "Заявка из личного кабинета", "Текущий статус", "Новая заявка",
		    "Смена статуса заявки", "Выберите статус заявки *", `Я, ТЕСТОВ ТЕСТ ТЕСТОВИЧ, ИИН ${citizen.iin}, руководствуясь действующим стандартом государственной услуги «Выдача и отзыв регистрационного ` +
		    `свидетельства Национального удостоверяющего центра Республики Казахстан» подтверждаю корректность вышеуказанных данных и изменение статус заявки №${number} со статуса "Новая заявка" на статус ` +
		    `"Заявка подписана пользователем" путем удостоверения электронной цифровой подписью.`);
		assert.equal(await page.locator("#status option:checked").innerText(), "Заявка подписана пользователем");
		await looked(person, "figure-12");
		await page.click("#sign");
		await page.waitForSelector("#agree-error:not([hidden])");
	});

	await t.test("Рис. 13. «Формирование ЭЦП»: данные выбранного ключа; ключ для входа не подходит", async () => {
		await page.check("#agree");
		await page.setInputFiles("#key-file", citizen.auth.file);
		await page.fill("#key-password", citizen.auth.password);
		await page.click("#list-keys");
		await page.waitForSelector("#key-file-error:not([hidden])");
		await says(page, "Это ключ для входа, а здесь нужен ключ для подписи. Выберите файл, имя которого начинается с RSA.");
		await page.setInputFiles("#key-file", citizen.sign.file);
		await page.fill("#key-password", citizen.sign.password);
		await page.click("#list-keys");
		await page.waitForSelector("#keys-found input:checked");
		await says(page, "Формирование ЭЦП", "Тип хранилища: Персональный компьютер", "Путь к хранилищу ключей", "Пароль на хранилище ключей", "Обновить список ключей", "Выберите ключ для подписи",
		    "Данные выбранного ключа", "Уникальное имя владельца", "Серийный номер", "Имя издателя", "Алгоритм", "Подтвердить и подписать");
		await looked(person, "figure-13");
	});

	act.note("check #agree");
	act.note("file #key-file");
	act.note("fill #key-password");
	const sent = Date.now();
	await act.press("#key-password", "Enter");
	await page.waitForSelector("#done:not([hidden]) #final-files li", { timeout: 90000 });
	t.diagnostic(`from the signature to the certificates: ${Date.now() - sent} ms`);
	const buttons = page.locator("#final-files [data-field=save]");
	act.note("click save auth");
	files.auth = await download(page, () => buttons.nth(0).click(), folder);
	act.note("click save sign");
	files.sign = await download(page, () => buttons.nth(1).click(), folder);
	await page.waitForSelector("#installed:not([hidden])");
	t.diagnostic(`reissue: ${act.count} actions (${act.done.join(", ")})`);
	assert.ok(act.count <= 17);
	await says(page, "Запомните номер заявки.", number, "Регистрационные свидетельства успешно установлены.");
	await looked(person, "figure-14-reissue");
	for (const purpose of ["auth", "sign"]) assert.match((await open({ file: files[purpose], password: PASSWORD })).certificate, /BEGIN CERTIFICATE/);
	assert.match((await call("openssl", ["pkcs12", "-in", files.auth, "-passin", `pass:${PASSWORD}`, "-nokeys"])).stdout, /ТЕСТ|\\D0/);

	await t.test("Рис. 14. Данные заявки и «Таблица статусов заявки» со ссылками «подробная информация...»", async () => {
		await page.goto(`/status/${number}`);
		assert.deepEqual(await crumbs(page), ["Мои ключи ЭЦП", "Проверка статуса заявки", number]);
		await says(page, "Новая проверка", "Данные заявки", "Номер заявки", "Дата создания", "Шаблон", "Тип заявки", "Текущий статус", "Таблица статусов заявки", "Время изменения статуса", "Наименование статуса");
		const rows = (await page.locator("#history tbody tr").allInnerTexts()).map((text) => text.replace(/\s+/g, " ").trim());
		const names = ["Новая заявка", "Заявка подписана пользователем", "Заявка на подписи в ИС НУЦ", "Выпущены регистрационные свидетельства (сертификаты) по заявке",
			"Регистрационные свидетельства (сертификаты) установлены пользователем"];
		assert.equal(rows.length, names.length);
		for (const [i, name] of names.entries()) assert.match(rows[i], new RegExp(`^\\d\\d\\.\\d\\d\\.\\d{4} \\(\\d\\d:\\d\\d\\) ${name.replace(/[()]/g, "\\$&")} подробная информация\\.\\.\\.`));
		await page.locator("#history tr[data-status=signed] summary").click();
		await says(page, "Кто изменил Пользователь", "Серийный номер ключа", "Отпечаток подписанного документа (SHA-256)");
		assert.match(await seen(page, "#history tr[data-status=signed] dl"), /[0-9a-f]{40}.*[0-9a-f]{64}/);
		await looked(person, "figure-14");
	});
	assert.deepEqual(person.faults, []);
});

test("Рис. 11. Лимит исчерпан: страница называет время следующей попытки", async () => {
	await sql(site, `UPDATE application SET created_at = created_at - INTERVAL 29 DAY WHERE iin = '${citizen.iin}'`);
	const [[limit]] = await sql(site, `SELECT COUNT(*) FROM application WHERE iin = '${citizen.iin}' AND origin = 'cabinet'`);
	await sql(site, Array.from({ length: 50 - Number(limit) }, (_, i) => `INSERT INTO application (number, iin, template, origin, status, store, created_at, changed_at) VALUES ('9${String(i).padStart(7, "0")}260101', '${citizen.iin}',
		'person', 'cabinet', 'installed', 'PKCS12', UTC_TIMESTAMP(6) - INTERVAL 1 DAY, UTC_TIMESTAMP(6))`).join(";"));
	await until("no attempt left", async () => { await page.goto("/reissue"); return (await seen(page)).includes("Осталось 0 попыток из 50 за 30 дней"); });
	const next = /Следующую заявку можно подать: (\d\d\.\d\d\.\d{4} \(\d\d:\d\d\))/.exec(await seen(page));
	assert.ok(next, await seen(page));
	assert.equal(await page.locator("#reissue-form").count(), 0);
	await looked(person, "figure-11-limit");
	await sql(site, `DELETE FROM application WHERE iin = '${citizen.iin}' AND number LIKE '9%260101'`);
});
