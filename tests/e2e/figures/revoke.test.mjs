// Рис. 15–20: revocation, from the list to the result. One signature instead of the guide's two.
import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";

import { chromium, loginByKey } from "../../lib/chromium.mjs";
import { crl, login, reissue, sql, withFiles, call } from "../../lib/citizen.mjs";
import { enrol } from "../../lib/enrol.mjs";
import { crumbs, looked, says, seen, terms } from "../../lib/figures.mjs";
import { instance, until } from "../../lib/instance.mjs";

let site, browser, folder, citizen, person, page, serial, pair;
before(async () => {
	site = await instance();
	folder = await mkdtemp(path.join(tmpdir(), "cabinet-figures-"));
	citizen = await enrol(site, folder);
	[[serial], [pair]] = await sql(site, `SELECT LOWER(HEX(serial)) FROM certificate WHERE iin = '${citizen.iin}' ORDER BY purpose = 'sign'`);
	/* a second pair, so that the first one is neither the last nor the session's */
	const made = await reissue(site, citizen), [auth, sign] = await Promise.all(["auth", "sign"].map((purpose) => withFiles({ key: made[purpose].key, cert: made[purpose].certificate }, async (at) => {
		const file = path.join(folder, `new-${purpose}.p12`);
		await call("openssl", ["pkcs12", "-export", "-in", at.cert, "-inkey", at.key, "-passout", "pass:Demo2026", "-out", file]);
		return { file, password: "Demo2026" };
	})));
	citizen = { ...citizen, auth, sign };
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

const ROWS = ["Серийный номер", "Центр сертификации", "Тип пользователя", "ИИН", "ФИО", "Тип шаблона сертификата", "Алгоритм", "Срок действия", "Статус отзыва"];

test("Рис. 15. Отзыв ключей ЭЦП: все регистрационные свидетельства и условия поиска", async () => {
	await page.goto("/");
	await page.goto("/keys?for=revoke");
	assert.deepEqual(await crumbs(page), ["Мои ключи ЭЦП", "Отзыв ключей ЭЦП"]);
	assert.equal(await page.locator("article.key").count(), 4);
	assert.deepEqual(await terms(page, `article[aria-labelledby="key-${serial}"]`), ROWS);
	await says(page, "Физическое лицо (аутентификация)", "Физическое лицо (эцп)", "ДЕМО КУӘЛАНДЫРУШЫ ОРТАЛЫҚ (RSA)", "Действует", "Не отозван", "Редактировать", "Отозвать");
	await page.click("#filter summary");
	await says(page, "Дополнительные условия поиска", "Номер заявки", "Серийный номер", "Дата создания", "Алгоритм", "Искать", "Очистить");
	await looked(person, "figure-15");
	await page.fill("#serial", serial.toUpperCase());
	await page.getByRole("button", { name: "Искать" }).click();
	await page.waitForSelector("#chips");
	assert.equal(await page.locator("article.key").count(), 1);
	await looked(person, "figure-15-found");
	await page.click("#filter[open] >> text=Очистить");
	await page.waitForURL("**/keys?for=revoke");
	assert.equal(await page.locator("article.key").count(), 4);
});

test("Рис. 15. «Редактировать» открывает свидетельство со всеми полями; DER и PEM", async () => {
	await page.locator(`article[aria-labelledby="key-${serial}"]`).getByRole("link", { name: "Редактировать" }).click();
	await page.waitForURL(`**/keys/${serial}`);
	assert.deepEqual(await crumbs(page), ["Мои ключи ЭЦП", "Список ключей ЭЦП", "Редактирование сертификата"]);
	await says(page, "Данные пользователя", "Данные по сертификату", "Идентификатор ключа", "Субъект", "Издатель", "Откуда этот ключ", "Заявка центра регистрации", "Скачать сертификат");
	await looked(person, "figure-15-certificate");
	for (const [ending, form] of [[".cer", "DER"], [".pem", "PEM"]]) {
		const [file] = await Promise.all([page.waitForEvent("download"), page.click(`a[href="/keys/${serial}${ending}"]`)]);
		const { stdout } = await call("openssl", ["x509", "-inform", form, "-in", await file.path(), "-noout", "-serial"]);
		assert.equal(stdout.trim().toLowerCase(), `serial=${serial}`);
	}
	await page.getByRole("link", { name: "Отозвать" }).click();
	await page.waitForURL("**/revoke");
});

test("Рис. 19. Отзыв: примечание, причина из списка, вторая из пары той же подписью", async () => {
	await says(page, "Примечание: Для отзыва сертификата требуется указать причину отзыва. Пожалуйста, выберите подходящую для Вас причину отзыва.", "Причина отзыва *",
	    "Компрометация ключа", "Замена новым регистрационным свидетельством", "Прекращение использования", "Изменение данных владельца", "Не указана", "Второй ключ пары");
	await page.getByRole("button", { name: "Продолжить" }).click();
	await page.waitForSelector("#summary");
	await says(page, "Выберите причину отзыва.");
	await looked(person, "figure-19-reason");
	await page.getByRole("radio", { name: "Компрометация ключа" }).check();
	await page.check("#also");
	await page.getByRole("button", { name: "Продолжить" }).click();
	await page.waitForSelector("#statement");
	await says(page, "Данные пользователя", "Тип пользователя", "ИИН", "ФИО", "Данные по сертификату", "Серийный номер", "Идентификатор ключа", "Срок действия", "Субъект", "Издатель", "Статус отзыва", "Не отозван",
	    "Отзыв сертификата", "Причина отзыва", "Компрометация ключа",
	    `Я, ТЕСТОВ ТЕСТ ТЕСТОВИЧ, ИИН ${citizen.iin}, руководствуясь действующим стандартом государственной услуги «Выдача и отзыв регистрационного свидетельства Национального удостоверяющего центра Республики Казахстан» ` +
	    `подтверждаю корректность вышеуказанных данных в запросе на отзыв регистрационных свидетельств с серийными номерами ${serial} и ${pair}, по причине "Компрометация ключа" путем удостоверения электронной цифровой подписью.`);
	await looked(person, "figure-19");
	await page.click("#sign");
	await page.waitForSelector("#agree-error:not([hidden])");
	await says(page, "Поставьте галочку: без согласия подпись не принимается.");
	await page.check("#agree");
});

test("Рис. 16. Хранилище ключей для подписи отзыва; другая программа", async () => {
	await says(page, "Формирование ЭЦП", "Тип хранилища: Персональный компьютер", "Подписать в другой программе");
	await page.click("#elsewhere summary");
	await says(page, "Документ для подписи", "Подписанный документ");
	assert.match(await page.inputValue("#document"), new RegExp(`^<revocation xmlns="urn:cabinet:1">.*${serial}`));
	await looked(person, "figure-16");
	await page.click("#elsewhere summary");
});

test("Рис. 17. Путь к ключу ЭЦП для подписи (RSA)", async () => {
	await says(page, "Путь к хранилищу ключей *", "Выберите ключ для подписи: имя файла начинается с RSA.");
	await page.setInputFiles("#key-file", citizen.auth.file);
	await page.fill("#key-password", citizen.auth.password);
	await page.press("#key-password", "Enter");
	await page.waitForSelector("#key-file-error:not([hidden])");
	await says(page, "Выберите файл, имя которого начинается с RSA.");
	const [chooser] = await Promise.all([page.waitForEvent("filechooser"), page.click("label.button[for=key-file]")]);
	await chooser.setFiles(citizen.sign.file);
	await looked(person, "figure-17");
});

test("Рис. 18. Пароль: неверный назван у поля, ничего не отправлено", async () => {
	const before = person.requests.filter(({ method }) => method === "POST").length;
	await page.fill("#key-password", "Nicht2026");
	await page.press("#key-password", "Enter");
	await page.waitForSelector("#key-password-error:not([hidden])");
	assert.equal(person.requests.filter(({ method }) => method === "POST").length, before);
	await looked(person, "figure-18");
});

test("Рис. 20. «Ваш сертификат был успешно отозван», данные заявки, список отзыва с той же причиной", async () => {
	await page.fill("#key-password", citizen.sign.password);
	await page.press("#key-password", "Enter");
	await page.waitForURL(`**/keys/${serial}`);
	await says(page, "Ваш сертификат был успешно отозван", "Данные заявки", "Номер заявки", "Дата создания", "Тип шаблона сертификата", "Физическое лицо (аутентификация)", "Тип заявки", "Заявка центра регистрации", "Текущий статус",
	    "Статус отзыва", "Отозван", "Причина отзыва Компрометация ключа", "Реестр отзывов");
	await looked(person, "figure-20");
	const listed = await until("both on the delta CRL", async () => {
		const { entries } = await crl(site, "ca-delta.crl");
		return entries.has(serial) && entries.has(pair) && entries;
	}, 60000);
	assert.equal(listed.get(serial), "Key Compromise");
	assert.equal(listed.get(pair), "Key Compromise");
	await page.reload();
	await says(page, "Разностный список (delta CRL) – опубликован, номер");
	await page.goto(`/keys/${serial}/revoke`);
	await says(page, "Этот сертификат уже отозван. Делать больше ничего не нужно.");
	assert.equal(await page.locator("#sign").count(), 0);
	await looked(person, "figure-20-again");
	assert.deepEqual(person.faults, []);
});

test("Рис. 20. Отзыв ключа этого сеанса: предупреждение, последняя страница, конец сеанса", async () => {
	const own = (await sql(site, `SELECT LOWER(HEX(serial)) FROM certificate WHERE iin = '${citizen.iin}' ORDER BY issued_at DESC, purpose = 'sign' LIMIT 2`)).flat();
	const [[signing]] = await sql(site, `SELECT LOWER(HEX(serial)) FROM certificate WHERE purpose = 'sign' AND serial IN (UNHEX('${own[0]}'), UNHEX('${own[1]}'))`), session = own.find((one) => one !== signing);
	await page.goto(`/keys/${signing}/revoke`);
	await says(page, "Это Ваш последний действующий ключ для подписи.");
	await page.goto(`/keys/${session}/revoke?reason=5`);
	await says(page, "Это ключ, которым Вы сейчас вошли. После отзыва сеанс завершится.");
	await looked(person, "figure-20-own");
	await page.check("#agree");
	await page.setInputFiles("#key-file", citizen.sign.file);
	await page.fill("#key-password", citizen.sign.password);
	await page.press("#key-password", "Enter");
	await page.waitForURL(`**/keys/${session}`);
	await says(page, "Ваш сертификат был успешно отозван", "Эта страница показана в последний раз");
	assert.ok(!(await seen(page)).includes("Меню пользователя"));
	await looked(person, "figure-20-last");
	await page.goto("/keys");
	assert.match(page.url(), /\/login/);
	await assert.rejects(login(site, citizen), /revoked|отозван/i);
});
