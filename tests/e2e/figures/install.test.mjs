// Рис. 25–29: status by number, installation of the certificates, and the change of a key file's password.
import assert from "node:assert/strict";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";

import { chromium, download, loginByKey } from "../../lib/chromium.mjs";
import { call, confirm, login, sql } from "../../lib/citizen.mjs";
import { enrol } from "../../lib/enrol.mjs";
import { crumbs, looked, says } from "../../lib/figures.mjs";
import { instance, until } from "../../lib/instance.mjs";
import { open } from "../../lib/sign.mjs";

const PASSWORD = "kW9uT2xLpBq7", FINAL = "18aBzQ4w";
let site, browser, folder, citizen, person, page, pending, number;
before(async () => {
	site = await instance();
	folder = await mkdtemp(path.join(tmpdir(), "cabinet-figures-"));
	citizen = await enrol(site, folder);
	browser = await chromium(site);
	person = await browser.person();
	({ page } = person);
	await loginByKey(page, citizen.auth);
	/* filed in the browser and left there: the power went out before the signature */
	await page.goto("/reissue");
	await page.selectOption("#locality", "750000000");
	await page.click("#to-keys");
	await page.fill("#pending-password", PASSWORD);
	await page.fill("#pending-repeat", PASSWORD);
	pending = await download(page, () => page.click("#make-keys"), folder);
	await page.setInputFiles("#check-pending", pending);
	await page.waitForSelector("section[data-step='3']:not([hidden])");
	number = (await page.innerText("#filed-number")).trim();
	const numbered = await download(page, () => page.click("#save-numbered"), folder);
	assert.equal(path.basename(numbered), `KEYS_${number}.p12`);
	assert.deepEqual(await readFile(numbered), await readFile(pending), "the same file, with the number in its name");
	pending = numbered;
	const client = await login(site, citizen);
	assert.equal((await confirm(client, citizen, number)).status, 303);
	await until("issued", async () => (await sql(site, `SELECT status FROM application WHERE number = '${number}'`))[0][0] === "issued", 90000);
});
after(async () => {
	await browser?.close();
	await rm(folder, { recursive: true, force: true });
	await site?.stop();
});

test("Рис. 25. Проверка статуса заявки: номер, «Искать», свои незавершённые заявки", async () => {
	await page.goto("/status");
	assert.deepEqual(await crumbs(page), ["Мои ключи ЭЦП", "Проверка статуса заявки"]);
	await says(page, "Номер заявки *", "Искать", "Мои незавершённые заявки", number);
	await looked(person, "figure-25");
	for (const [typed, told] of [["123", "В номере заявки 14 цифр."], ["00000000000000", "Среди Ваших заявок такой нет."]]) {
		await page.fill("#number", typed);
		await page.getByRole("button", { name: "Искать" }).click();
		await page.waitForSelector("#summary");
		await says(page, told);
		assert.equal(await page.inputValue("#number"), typed);
	}
	await looked(person, "figure-25-error");
	await page.fill("#number", number);
	await page.press("#number", "Enter");
	await page.waitForURL(`**/status/${number}`);
});

test("Рис. 26. Место хранения закрытых ключей: чужой файл не подходит", async () => {
	await says(page, "Установка регистрационных свидетельств", "Место хранения закрытых ключей *", "Выберите временный файл с ключами", "Загрузить сертификаты");
	await page.setInputFiles("#pending-file", citizen.auth.file);
	await page.fill("#pending-password", citizen.auth.password);
	await page.click("#install");
	await page.waitForSelector("#pending-file-error:not([hidden])");
	await says(page, "Ключи в этом файле не подходят к сертификатам заявки.");
	await looked(person, "figure-26");
	await sql(site, `UPDATE application SET store = 'AKKaztokenStore' WHERE number = '${number}'`);
	await page.reload();
	await says(page, "Внимание! В случае если генерация ключей была осуществлена на один из поддерживаемых защищенных носителей: eToken 72K, JaCarta, Kaztoken, при установке регистрационных свидетельств, предварительно подключите устройство к компьютеру.");
	await looked(person, "figure-26-carrier");
	await sql(site, `UPDATE application SET store = 'PKCS12' WHERE number = '${number}'`);
	await page.reload();
});

test("Рис. 27. Пароль на ключи ЭЦП: правило, повтор, «Обязательно запомните указанный пароль!»", async () => {
	await page.setInputFiles("#pending-file", pending);
	await page.fill("#pending-password", PASSWORD);
	await page.uncheck("#same-password");
	await says(page, "Пароль на ключи ЭЦП *", "Повторите пароль *", "Пароль должен содержать латинские буквы нижнего и верхнего регистров, а также цифры. Минимальная длина пароля: 6 символов.",
	    "Обязательно запомните указанный пароль! Пароль восстановлению не подлежит! НУЦ РК не хранит Ваши пароли, и в случае утери пароля данные ключи ЭЦП необходимо отозвать.", "Загрузить сертификаты");
	await page.fill("#new-password", "abcdef");
	await page.fill("#new-repeat", "abcdef");
	await page.click("#install");
	await page.waitForSelector("#new-password-error:not([hidden])");
	await looked(person, "figure-27");
	await page.fill("#new-password", FINAL);
	await page.fill("#new-repeat", FINAL);
});

test("Рис. 28. Установка завершена: два файла с цепочкой, статус, повторная установка не вредит", async () => {
	const files = {}, buttons = page.locator("#final-files [data-field=save]");
	await page.getByRole("button", { name: "Загрузить сертификаты" }).click();
	await page.waitForSelector("#done:not([hidden]) #final-files li >> nth=1");
	await looked(person, "figure-28-files");
	files.auth = await download(page, () => buttons.nth(0).click(), folder);
	files.sign = await download(page, () => buttons.nth(1).click(), folder);
	await page.waitForSelector("#status-page[data-status=installed]");
	await says(page, "Регистрационные свидетельства успешно установлены.", "Регистрационные свидетельства (сертификаты) установлены пользователем", "Новая проверка", "Отозвать прежние ключи");
	await looked(person, "figure-28");
	for (const purpose of ["auth", "sign"]) assert.match((await open({ file: files[purpose], password: FINAL })).certificate, /CERTIFICATE/);
	await page.click("#installation > details > summary");
	await page.setInputFiles("#pending-file", pending);
	await page.fill("#pending-password", PASSWORD);
	await page.click("#install");
	await page.waitForSelector("#final-files li >> nth=1");
	await download(page, () => buttons.nth(0).click(), folder);
	await download(page, () => buttons.nth(1).click(), folder);
	assert.deepEqual(await sql(site, `SELECT status, COUNT(*) FROM application_status WHERE number = '${number}' AND status = 'installed' GROUP BY status`), [["installed", "1"]]);
	await page.goto(`/status/${number}`);
	await page.getByRole("link", { name: "Новая проверка" }).click();
	await page.waitForURL("**/status");
});

test("Рис. 29. Смена пароля на ключ ЭЦП: файл, старый и новый пароль, «Изменить», «Пароль успешно изменен»", async () => {
	await page.goto("/password");
	assert.deepEqual(await crumbs(page), ["Мои ключи ЭЦП", "Смена пароля на ключ ЭЦП"]);
	await says(page, "Поля, отмеченные *, обязательные для заполнения.", "Хранилище ключей *", "Путь к хранилищу ключей *", "Старый пароль *", "Новый пароль *", "Повторите пароль *", "Изменить",
	    "Важно! При указании защищенного носителя в поле «Хранилище ключей», пароль устанавливается непосредственно на защищенный носитель. В случае указания персонального компьютера в поле «Хранилище ключей», пароль устанавливается непосредственно на ключи ЭЦП.",
	    "Внимание! НУЦ РК не хранит Ваши пароли. В случае утери пароля, ключи ЭЦП восстановлению не подлежат.");
	await page.getByRole("radio", { name: "JaCarta" }).check();
	await says(page, "Пароль защищенного носителя меняют в программе этого носителя");
	await page.getByRole("radio", { name: "Персональный компьютер" }).check();
	const sent = person.requests.filter(({ method }) => method === "POST").length;
	await page.setInputFiles("#key-files", citizen.sign.file);
	await page.fill("#old-password", "неверный");
	await page.fill("#new-password", FINAL);
	await page.fill("#new-repeat", FINAL);
	await page.click("#change");
	await page.waitForSelector("#old-password-error:not([hidden])");
	await looked(person, "figure-29-error");
	await page.fill("#old-password", citizen.sign.password);
	await page.click("#change");
	await page.waitForSelector("#done:not([hidden])");
	await says(page, "Пароль успешно изменен.");
	const changed = await download(page, () => page.locator("#changed [data-field=save]").click(), path.join(folder, "changed"));
	await looked(person, "figure-29");
	await call("openssl", ["pkcs12", "-in", changed, "-passin", `pass:${FINAL}`, "-nodes"]);
	await assert.rejects(call("openssl", ["pkcs12", "-in", changed, "-passin", `pass:${citizen.sign.password}`, "-nodes"]));
	assert.equal(person.requests.filter(({ method }) => method === "POST").length, sent, "nothing was sent");
});

test("Рис. 29. Несколько файлов сразу: каждый назван, один чужой не мешает остальным", async () => {
	await page.reload();
	await page.setInputFiles("#key-files", [citizen.auth.file, pending, citizen.sign.file]);
	await page.fill("#old-password", citizen.auth.password);
	await page.fill("#new-password", FINAL);
	await page.fill("#new-repeat", FINAL);
	await page.press("#new-repeat", "Enter");
	await page.waitForSelector("#changed li >> nth=2");
	await page.waitForSelector("#done:not([hidden])");
	await looked(person, "figure-29-several");
	const notes = await page.locator("#changed [data-field=note]").allInnerTexts();
	assert.match(notes[0], /Пароль изменён/);
	assert.match(notes[1], /Пароль не подошёл/);
	assert.equal(await page.locator("#changed [data-field=save]:visible").count(), notes.filter((note) => /изменён/.test(note)).length);
	assert.deepEqual(person.faults, []);
});
