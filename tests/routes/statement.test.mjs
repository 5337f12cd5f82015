// The statement as PDF and DOCX: other programs read from both exactly what the database holds, in the order of the page.
import assert from "node:assert/strict";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";

import { call, file, issued, confirm, login, sql, withFiles } from "../lib/citizen.mjs";
import { instance, root } from "../lib/instance.mjs";
import { words } from "../lib/words.mjs";

let site, citizen, bare, office;
before(async () => {
	site = await instance({ own: true });		// names are changed, workers measured
	office = await mkdtemp(path.join(tmpdir(), "cabinet-office-"));		// one profile: making it takes longer than a conversion
	[citizen, bare] = [site.citizens[2], site.citizens[3]];		// all Kazakh letters; no patronymic
});
after(async () => {
	if (office) await rm(office, { recursive: true, force: true });
	await site?.stop();
});

// lines are broken where there is room: only the letters count
const letters = (text) => text.replace(/[\s\ufeff]/g, "");

// Local time by the system's zone table, as the pages have it; seconds since 1970.
async function shown(seconds) {
	return (await call("date", ["-d", `@${Math.floor(Number(seconds))}`, "+%d.%m.%Y (%H:%M)"], { env: { ...process.env, TZ: "Asia/Almaty" } })).stdout.trim();
}

const seconds = (column) => `FLOOR(TIMESTAMPDIFF(MICROSECOND, '1970-01-01', ${column}) / 1000000)`;
const unhex = (hex) => Buffer.from(hex, "hex").toString();	// the client's own letters are those of its terminal
async function row(question) { return (await sql(site, question))[0] ?? []; }

// What the statement must say, from SQL and the language file alone: texts in the order of reading.
async function expected(number, language) {
	const say = await words(language);
	const text = [say("document.title"), `${say("frame.demo")}. ${say("frame.demo_text")}`];
	const add = (label, value) => { if (value !== "" && value !== "NULL") text.push(label, value); };
	const [created, template, origin, email, locality, store, status, reason, surname, name, patronymic, iin] = await row(`SELECT ${seconds("a.created_at")},
		a.template, a.origin, HEX(a.email), HEX(l.name_${language === "kk" ? "kk" : "ru"}), a.store, a.status, a.reason, HEX(c.surname), HEX(c.name), HEX(c.patronymic), c.iin
		FROM application a JOIN citizen c ON c.iin = a.iin LEFT JOIN locality l ON l.code = a.locality WHERE a.number = '${number}'`);
	text.push(say("application.data"));
	add(say("application.number"), number);
	add(say("application.created"), await shown(created));
	add(say("application.template"), say(`template.${template}`));
	add(say("application.origin"), say(`origin.${origin}`));
	add(say("application.email"), unhex(email));
	add(say("application.locality"), unhex(locality));
	add(say("application.store"), say(`store.${store}`));
	add(say("application.status"), say(`status.${status}`));
	if (reason) add(say("application.reason"), say(`fail.${reason}`));
	text.push(say("document.applicant"));
	add(say("reissue.surname"), unhex(surname));
	add(say("reissue.name"), unhex(name));
	add(say("reissue.patronymic"), unhex(patronymic));
	add(say("cert.iin"), iin);

	const steps = await sql(site, `SELECT status, actor, LOWER(HEX(COALESCE(serial, ''))), LOWER(HEX(COALESCE(form, ''))), reason, ${seconds("at")}
		FROM application_status WHERE number = '${number}' ORDER BY at, status`);
	const signed = steps.find(([step]) => step === "signed");
	if (signed) {
		const [document] = await row(`SELECT TO_BASE64(document) FROM signed_form WHERE digest = UNHEX('${signed[3]}')`);
		const xml = Buffer.from(document.replaceAll("\\n", ""), "base64").toString();
		text.push(say("document.consent"), say("document.signed", { time: await shown(signed[5]) }), /<statement[^>]*>([^<]*)</.exec(xml)[1].replaceAll("&amp;", "&"));
	} else if (status === "new") {
		text.push(say("document.consent"), say("document.unsigned"));
		const [full] = await row(`SELECT HEX(full_name) FROM certificate WHERE iin = '${iin}' ORDER BY issued_at LIMIT 1`);
		text.push(say("statement.confirmation", { name: unhex(full), iin, number, from: say("status.new"), to: say("status.signed") }));
	}
	text.push(say("application.history"));
	for (const [step, actor, serial, form, why, at] of steps) {
		add(await shown(at), say(`status.${step}`));
		text.push(`${say("application.actor")}: ${say(`actor.${actor}`)}`);
		if (why) text.push(`${say("application.reason")}: ${say(`fail.${why}`)}`);
		if (serial) text.push(`${say("application.signed_with")}: ${serial}`);
		if (form) text.push(`${say("application.form")}: ${form}`);
	}
	const certificates = await sql(site, `SELECT LOWER(HEX(serial)), purpose, ${seconds("not_before")}, ${seconds("not_after")} FROM certificate
		WHERE number = '${number}' ORDER BY purpose`);
	if (certificates.length > 0) text.push(say("document.certificates"));
	for (const [serial, purpose, from, to] of certificates)
		text.push(say(`purpose.${purpose}`), serial, `${say("cert.validity")}: ${await shown(from)} – ${await shown(to)}`);
	return { say, body: letters(text.join("")), pages: (page, all) => letters(say("document.page", { page, pages: all })) };
}

const footer = async (want, number, at) => letters(want.say("document.footer", { number, time: await shown(at) }));

async function readPdf(body) {
	return withFiles({ "statement.pdf": body }, async (at) => ({
		text: (await call("pdftotext", ["-raw", "-enc", "UTF-8", at["statement.pdf"], "-"])).stdout,
		info: (await call("pdfinfo", ["-isodates", at["statement.pdf"]])).stdout,
		fonts: (await call("pdffonts", [at["statement.pdf"]])).stdout,
		structure: (await call("pdfinfo", ["-struct", at["statement.pdf"]])).stdout,
	}));
}

async function readDocx(body) {
	return withFiles({ "statement.docx": body }, async (at, folder) => {
		await call("unzip", ["-tq", at["statement.docx"]]);
		const names = (await call("unzip", ["-Z1", at["statement.docx"]])).stdout.trim().split("\n");
		const parts = {};
		for (const name of names) {
			parts[name] = (await call("unzip", ["-p", at["statement.docx"], name.replace(/[[\]]/g, "\\$&")])).stdout;
			await withFiles({ "part.xml": parts[name] }, (one) => call("xmllint", ["--noout", "--nonet", one["part.xml"]]));
		}
		await call("libreoffice", [`-env:UserInstallation=file://${office}`, "--headless", "--convert-to", "txt:Text (encoded):UTF8", "--outdir", folder, at["statement.docx"]],
		    { timeout: 120000, env: { ...process.env, HOME: office } });
		return { names, parts, text: await readFile(path.join(folder, "statement.txt"), "utf8") };
	});
}

// Both files of an application against what SQL says.
async function compare(browser, number, language) {
	const pdf = await browser.get(`/applications/${number}/statement.pdf`);
	const docx = await browser.get(`/applications/${number}/statement.docx`);
	assert.equal(pdf.status, 200);
	assert.equal(pdf.headers["content-type"], "application/pdf");
	assert.equal(pdf.headers["content-disposition"], `attachment; filename="statement-${number}.pdf"`);
	assert.equal(pdf.headers["cache-control"], "no-store");
	assert.equal(docx.status, 200);
	assert.equal(docx.headers["content-type"], "application/vnd.openxmlformats-officedocument.wordprocessingml.document");
	assert.equal(docx.headers["content-disposition"], `attachment; filename="statement-${number}.docx"`);
	const want = await expected(number, language);

	const fromPdf = await readPdf(pdf.body);
	const pages = Number(/^Pages:\s+(\d+)$/m.exec(fromPdf.info)[1]);
	const made = Date.parse(/^CreationDate:\s+(\S+?)(?:\+00)?Z?$/m.exec(fromPdf.info)[1] + "Z") / 1000;
	assert.ok(Math.abs(made - Date.now() / 1000) < 120, fromPdf.info);
	let body = "";
	const foot = await footer(want, number, made);
	fromPdf.text.split("\f").slice(0, pages).forEach((text, index) => {
		const page = letters(text), end = foot + want.pages(index + 1, pages);
		assert.ok(page.endsWith(end), `${page.slice(-200)} ends with ${end}`);
		body += page.slice(0, -end.length);
	});
	assert.equal(body, want.body, "PDF");
	assert.ok(fromPdf.info.includes(want.say("document.title")) && fromPdf.info.includes(want.say("frame.authority")));
	assert.match(fromPdf.info, /^Tagged:\s+yes$/m);
	assert.match(fromPdf.structure, /^Document\n {2}H1/m);
	assert.ok(pdf.body.includes(`/Lang (${language})`), "language of the PDF");
	for (const line of fromPdf.fonts.trim().split("\n").slice(2)) assert.match(line, /yes yes yes +\d+ +0$/, "embedded, with Unicode");

	const fromDocx = await readDocx(docx.body);
	assert.equal(letters(fromDocx.text), want.body, "DOCX by LibreOffice");
	assert.equal(fromDocx.names[0], "[Content_Types].xml");
	const tag = { ru: "ru-RU", kk: "kk-KZ", en: "en-GB" }[language];
	assert.match(fromDocx.parts["word/styles.xml"], new RegExp(`<w:lang w:val="${tag}"/>`));
	assert.match(fromDocx.parts["docProps/core.xml"], new RegExp(`<dc:language>${tag}</dc:language>`));
	assert.ok(fromDocx.parts["docProps/core.xml"].includes(want.say("document.title")));
	for (const name of fromDocx.names.filter((part) => !part.endsWith(".rels") && part !== "[Content_Types].xml"))
		assert.ok(fromDocx.parts["[Content_Types].xml"].includes(`PartName="/${name}"`), name);
	return { pages, pdf, docx };
}

test("an application from the form to the certificates: both files say what SQL says, in three languages", async (t) => {
	const russian = await login(site, citizen, { language: "ru" });
	const { number } = await file(russian, citizen);
	assert.ok(number);
	await t.test("before the signature: the text that will be signed; links on the page", async () => {
		const page = await russian.get(`/applications/${number}`);
		assert.match(page.text, new RegExp(`href="/applications/${number}/statement\\.pdf"[\\s\\S]*?скачать заявление в формате PDF`));
		assert.match(page.text, new RegExp(`href="/applications/${number}/statement\\.docx"[\\s\\S]*?скачать заявление в формате Microsoft Word`));
		await compare(russian, number, "ru");
	});
	assert.equal((await confirm(russian, citizen, number)).status, 303);
	await issued(russian, number);
	for (const language of ["ru", "kk", "en"]) {
		await t.test(`issued: ${language}, the consent as it was signed`, async () => {
			const browser = language === "ru" ? russian : await login(site, citizen, { language });
			const { pages, pdf, docx } = await compare(browser, number, language);
			assert.ok(pages <= 2, `${pages} pages`);
			t.diagnostic(`${language}: ${pages} pages, PDF ${pdf.body.length} octets, DOCX ${docx.body.length}`);
		});
	}
	await t.test("somebody else's, unknown, malformed: 404; without login: to the login", async () => {
		const other = await login(site, bare);
		for (const path_ of [`/applications/${number}/statement.pdf`, `/applications/${number}/statement.docx`, "/applications/00000000000000/statement.pdf",
			"/applications/1/statement.pdf", `/applications/${number}/statement.rtf`, `/applications/${number}/statement.pdf/`]) {
			const answer = await other.get(path_);
			assert.equal(answer.status, 404, path_);
			assert.ok(!answer.headers["content-disposition"], path_);
			assert.ok(!answer.text.includes(citizen.surname), path_);
		}
		const { Browser } = await import("../lib/http.mjs");
		const answer = await new Browser(site).get(`/applications/${number}/statement.pdf`);
		assert.equal(answer.status, 303);
		assert.equal(answer.location, `/login?back=${encodeURIComponent(`/applications/${number}/statement.pdf`)}`);
	});
});

test("without patronymic; withdrawn", async () => {
	const browser = await login(site, bare, { language: "kk" });
	const { number } = await file(browser, bare, { email: "" });
	await compare(browser, number, "kk");
	const page = await browser.get(`/applications/${number}`);
	assert.equal((await browser.post(`/applications/${number}/refuse`, { csrf: page.csrf })).status, 303);
	await compare(browser, number, "kk");
});

test("names of 200 letters, all Kazakh letters, emoji, markup", async () => {
	const browser = await login(site, bare, { language: "kk" });
	const { number } = await file(browser, bare);
	const hex = (text) => `CONVERT(UNHEX('${Buffer.from(text).toString("hex")}') USING utf8mb4)`;
	const [before_] = await sql(site, `SELECT HEX(surname), HEX(name), HEX(patronymic) FROM citizen WHERE iin = '${bare.iin}'`);
	const put = ([surname, name, patronymic]) => sql(site, `UPDATE citizen SET surname = ${surname}, name = ${name}, patronymic = ${patronymic} WHERE iin = '${bare.iin}'`);
	try {
		for (const [surname, name, patronymic] of [
			["Ұ".repeat(200), "ӘҒҚҢӨҰҮҺІ әғқңөұүһі", "W".repeat(200)],
			["<w:t>&amp;</w:t>]]>", "😀🦄 <\"'&> {page} {pages} %s%n", "a" + "\u0301".repeat(50)],
		]) {
			await put([surname, name, patronymic].map(hex));
			await sql(site, `UPDATE application SET email = '"<b>&amp;''"@example.kz' WHERE number = '${number}'`);
			await compare(browser, number, "kk");
		}
	} finally {
		await put(before_.map((value) => `CONVERT(UNHEX('${value ?? ""}') USING utf8mb4)`));
	}
});

test("200 statements of each kind: the worker stays under 20 MB", { skip: Boolean(process.env.SAN) && "under AddressSanitizer" }, async (t) => {
	const browser = await login(site, citizen);
	const [[number]] = await sql(site, `SELECT number FROM application WHERE iin = '${citizen.iin}' ORDER BY created_at DESC LIMIT 1`);
	for (let i = 0; i < 200; i++)
		for (const kind of ["pdf", "docx"]) assert.equal((await browser.get(`/applications/${number}/statement.${kind}`)).status, 200);
	const { stdout } = await call("ps", ["-eo", "pid=,rss=,args="]);
	const workers = stdout.split("\n").filter((line) => /\/routes\/applications -c /.test(line) && line.includes(`${site.var}/cabinet.conf`) && !/multiwatch|spawn-fcgi|setpriv/.test(line))
		.map((line) => Number(line.trim().split(/\s+/)[1]));
	assert.ok(workers.length > 0, stdout);
	t.diagnostic(`resident: ${workers.join(", ")} kB`);
	for (const rss of workers) assert.ok(rss < 20 * 1024, `${rss} kB`);
});
