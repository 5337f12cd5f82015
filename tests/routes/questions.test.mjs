// No page asks MariaDB more than four questions: the server's general log counts, for every address that answers a GET. What a page writes (the
// document that it gives out for signing, when the session was seen) is no question.
import assert from "node:assert/strict";
import { readFile, readdir } from "node:fs/promises";
import path from "node:path";
import { after, before, test } from "node:test";

import { apply, freshPerson } from "../lib/apply.mjs";
import { confirm, file, issued, login, sql } from "../lib/citizen.mjs";
import { Browser } from "../lib/http.mjs";
import { instance, root } from "../lib/instance.mjs";
import { arrived, linkIn } from "../lib/mail.mjs";

const MOST = 4;
let site;
before(async () => { site = await instance({ own: true }); });
after(() => site?.stop());

// { pattern: route } of the route tables
async function pages() {
	const found = new Map(), folder = path.join(root, "fcgi/routes");
	for (const route of await readdir(folder)) {
		const text = await readFile(path.join(folder, route, `${route}.c`), "utf8");
		for (const [, pattern] of text.matchAll(/\{ METHOD_GET, "([^"]+)"/g)) found.set(pattern, route);
	}
	return found;
}

// Statements of one account since the last call; connecting and preparing are no questions.
const count = async (route) => Number((await sql(site, `SELECT COUNT(*) FROM mysql.general_log WHERE command_type IN ('Execute', 'Query')
	AND user_host LIKE 'cabinet\\_${route}[%' AND argument NOT LIKE 'SET SESSION%' AND argument NOT LIKE 'INSERT%' AND argument NOT LIKE 'UPDATE%'; TRUNCATE mysql.general_log`))[0][0]);

test("every page asks at most four questions", async () => {
	const citizen = site.citizens[1], who = freshPerson();
	await sql(site, `UPDATE citizen SET email = 'told@example.kz' WHERE iin = '${citizen.iin}'`);
	const browser = await login(site, citizen), stranger = new Browser(site);
	const { number } = await file(browser, citizen);
	assert.equal((await confirm(browser, citizen, number)).status, 303);
	await issued(browser, number);
	const waiting = (await file(browser, citizen)).number, filed = await apply(stranger, who);
	const [[serial]] = await sql(site, `SELECT LOWER(HEX(serial)) FROM certificate WHERE number = '${number}' AND purpose = 'auth'`);
	const told = await arrived(site, "told@example.kz", /./);

	const own = (address) => [browser, address], anyones = (address) => [stranger, address];
	const addresses = {
		"/": [own("/"), anyones("/")],
		"/help": [anyones("/help")],
		"/language": [anyones("/language?to=kk&back=/")],
		"/login": [anyones("/login")],
		"/session": [own("/session")],
		"/apply": [anyones("/apply")],
		"/applications": ["", `?application=${number}`, `?serial=${serial}`, "?algorithm=RSA-2048"].map((query) => own(`/applications${query}`)),
		"/applications/{number}": [own(`/applications/${number}`), own(`/applications/${waiting}`)],
		"/applications/{number}/statement.pdf": [own(`/applications/${number}/statement.pdf`)],
		"/applications/{number}/statement.docx": [own(`/applications/${number}/statement.docx`)],
		"/keys": ["", "?for=revoke", `?application=${number}`, `?serial=${serial}`, "?algorithm=EC-P256", "?created=01.02.2026"].map((query) => own(`/keys${query}`)),
		"/keys/{serial}": [own(`/keys/${serial}`)],
		"/keys/{serial}.cer": [own(`/keys/${serial}.cer`)],
		"/keys/{serial}.pem": [own(`/keys/${serial}.pem`)],
		"/keys/{serial}/revoke": [own(`/keys/${serial}/revoke`), own(`/keys/${serial}/revoke?reason=4`)],
		"/password": [own("/password")],
		"/profile": [own("/profile")],
		"/profile/email": [own("/profile/email")],
		"/notice/{code}": [anyones(linkIn(told))],
		"/reissue": [own("/reissue")],
		"/status": [own("/status"), own(`/status?number=${number}`), anyones("/status")],
		"/status/{number}": [own(`/status/${number}`), own(`/status/${waiting}`), anyones(`/status/${filed.number}`)],
		"/status/{number}/certificates": [own(`/status/${number}/certificates`)],
		"/status/{number}/proof": [anyones(`/status/${filed.number}/proof`)],
	};
	await sql(site, "SET GLOBAL log_output = 'TABLE', general_log = ON; TRUNCATE mysql.general_log");
	let most = 0;
	const tooMany = [];
	for (const [pattern, route] of await pages()) {
		if (["ocsp", "health"].includes(route)) continue;		// no pages: programs ask them
		assert.ok(addresses[pattern]?.length > 0, `${pattern}: no address for this page here`);
		for (const [visitor, address] of addresses[pattern]) {
			await count(route);
			const page = await visitor.get(address);
			assert.ok([200, 303].includes(page.status), `${address}: ${page.status}`);
			const asked = await count(route);
			if (asked > MOST) tooMany.push(`${address}: ${asked}`);
			if (address === "/keys") assert.equal(asked, 2, "the list asks for the session and the rows");
			most = Math.max(most, asked);
		}
	}
	assert.deepEqual(tooMany, [], `more than ${MOST} questions`);
	assert.ok(most >= 3, `the log counts: at most ${most} questions`);
});
