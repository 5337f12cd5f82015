// Programs that are gone or silent: nginx answers by itself, in the three languages, and everybody else is served. On an instance whose support has
// another phone than the national one: no page names 1414.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { Browser } from "../lib/http.mjs";
import { instance, until } from "../lib/instance.mjs";
import { kill, leader, send, workers } from "../lib/processes.mjs";

const PHONE = "+7 (700) 000-00-00";
let site, browser;
before(async () => {
	site = await instance({ own: true, env: { CABINET_SUPPORT_PHONE: PHONE } });
	browser = new Browser(site);
});
after(async () => { await site?.stop(); });

function isErrorPage(page, status, ...words) {
	assert.equal(page.status, status);
	assert.match(page.headers["content-type"], /^text\/html/);
	for (const text of [...words, PHONE]) assert.ok(page.text.includes(text), text);
	assert.match(page.text, /[0-9a-f]{32}/, "the request's number");
	assert.doesNotMatch(page.text, /1414|nginx|\.sock\b|<!--#/);
}

test("the support's phone is the configuration's, on pages of programs and of nginx", async () => {
	for (const [address, status] of [["/", 200], ["/help", 200], ["/login", 200], ["/keys/none/", 404], ["/no-such-page", 404], ["/static/none.css", 404]]) {
		const page = await browser.get(address);
		assert.equal(page.status, status, address);
		assert.ok(page.text.includes(PHONE), address);
		assert.ok(!page.text.includes("1414"), address);
	}
});

test("a program that is gone: 502, the others go on, and so does this one when it is back", { timeout: 60000 }, async (t) => {
	const supervisor = await leader(site, "supervise");		// nobody starts it again until this is over
	assert.ok(send(supervisor, "SIGSTOP"));
	t.after(() => send(supervisor, "SIGCONT"));
	await kill(site, "route-home");
	const page = await until("no program", async () => {
		const answer = await browser.get("/");
		return answer.status !== 200 && answer;
	});
	isErrorPage(page, 502, "Эта часть кабинета перезапускается", "Кабинеттің бұл бөлігі қайта іске қосылуда", "This part of the cabinet is restarting");
	for (const address of ["/login", "/static/css/cabinet.css", "/crl/ca.crl"]) assert.equal((await browser.get(address)).status, 200, address);
	send(supervisor, "SIGCONT");
	await until("home is back", async () => (await browser.get("/")).status === 200, 30000);
});

test("a program that keeps silent: 504 within half a minute, the others go on meanwhile", { timeout: 90000 }, async (t) => {
	const silent = await workers(site, "home");
	assert.ok(silent.length > 0);
	t.after(() => silent.forEach((pid) => send(pid, "SIGCONT")));
	assert.ok(silent.every((pid) => send(pid, "SIGSTOP")));
	const begun = Date.now(), waiting = browser.get("/");
	assert.equal((await new Browser(site).get("/login")).status, 200);
	isErrorPage(await waiting, 504, "Ответ не пришёл вовремя", "Жауап уақытында келмеді", "The answer did not come in time");
	assert.ok(Date.now() - begun < 30000, `${Date.now() - begun} ms`);
	silent.forEach((pid) => send(pid, "SIGCONT"));
	await until("home speaks again", async () => (await browser.get("/")).status === 200, 30000);
});
