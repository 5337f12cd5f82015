// The profile and its settings in Chromium, a new address by its code, and the link «Это был не я»;
// in Russian at 1280 px, in Kazakh at 360 px.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { chromium, loginByKey } from "../lib/chromium.mjs";
import { sql } from "../lib/citizen.mjs";
import { instance } from "../lib/instance.mjs";
import { arrived, linkIn } from "../lib/mail.mjs";

let site, browser;
before(async () => {
	site = await instance({ own: true });
	browser = await chromium(site);
});
after(async () => {
	await browser?.close();
	await site?.stop();
});

const views = [
	{ language: "ru", width: 1280, code: /Код подтверждения/, told: /нового браузера/, saved: "Настройки сохранены", confirmed: "Новый адрес подтверждён", stopped: "Все сеансы завершены." },
	{ language: "kk", width: 360, code: /Растау коды/, told: /жаңа браузерден/, saved: "Баптаулар сақталды", confirmed: "Жаңа мекенжай расталды", stopped: "Барлық сеанстар аяқталды." },
];
for (const [i, view] of views.entries()) {
	test(`a new address by its code, and «Это был не я», ${view.language} at ${view.width} px`, { timeout: 120000 }, async () => {
		const { language, width } = view, citizen = site.citizens[i], old = `old.${language}@example.kz`, next = `new.${language}@example.kz`;
		await sql(site, `UPDATE citizen SET email = '${old}', language = '${language}' WHERE iin = '${citizen.iin}'`);
		const { page, faults, picture, close } = await browser.person({ language, width });
		await loginByKey(page, citizen.auth);
		await page.click("#user-menu summary");
		await picture("figure-8-menu");
		await page.click("#to-profile");
		await page.waitForURL("**/profile");
		assert.ok((await page.textContent("main dl")).includes(citizen.iin));
		assert.equal((await page.textContent("#email-now")).trim(), old);

		await page.check("#notify-1");
		await page.fill("#email", next);
		await page.click("#save");
		await page.waitForSelector("#email-pending");
		assert.ok((await page.textContent("main")).includes(view.saved));
		const letter = await arrived(site, next, view.code);
		await page.goto("/profile");
		await page.fill("#code", "12345");
		await page.click("#confirm-email");
		await page.waitForSelector("#code-error");
		await picture("figure-9-error");
		await page.fill("#code", /\d{6}/.exec(letter.subject)[0]);
		await page.press("#code", "Enter");
		await page.waitForURL("**/profile");
		assert.ok((await page.textContent("main")).includes(view.confirmed));
		assert.equal((await page.textContent("#email-now")).trim(), next);
		await picture("figure-9");
		assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth), "nothing sticks out");

		await page.goto(linkIn(await arrived(site, old, view.told)));
		assert.equal(await page.getAttribute("html", "lang"), language);
		await picture("notice");
		await page.click("#stop");
		await page.waitForSelector("#to-revoke");
		assert.ok((await page.textContent("main")).includes(view.stopped));
		await picture("notice-stopped");
		await page.goto("/profile");
		assert.match(page.url(), /\/login\?back=%2Fprofile$/, "the session has ended");
		assert.deepEqual(faults, []);
		await close();
	});
}
