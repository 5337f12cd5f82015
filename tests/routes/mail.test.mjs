// The mailer against a mail server: TLS, refusals, two days without a server, a week; and the notices of ends that come near.
import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import tls from "node:tls";

import { call, confirm, file, issued, login, sql } from "../lib/citizen.mjs";
import { instance, root, until } from "../lib/instance.mjs";
import { linkIn, parse } from "../lib/mail.mjs";

// A mail server of one screen. mode: "smtps" (TLS at once) or "starttls"; behave(address) may answer another reply to RCPT or "drop" after the data.
class Server {
	constructor(secure, mode) {
		Object.assign(this, { secure, mode, letters: [], faults: [], behave: () => null, offersTls: true });
	}
	listen(port = 0) {
		this.sockets = new Set();
		const serve = (socket, isSecure) => this.talk(socket, isSecure);
		this.server = this.mode === "smtps" ? tls.createServer(this.secure, (socket) => serve(socket, true)) : createServer((socket) => serve(socket, false));
		this.server.on("connection", (socket) => { this.sockets.add(socket); socket.on("close", () => this.sockets.delete(socket)); });
		return new Promise((resolve) => this.server.listen(port, "127.0.0.1", () => { this.port = this.server.address().port; resolve(this); }));
	}
	close() {
		for (const socket of this.sockets) socket.destroy();
		return new Promise((resolve) => this.server.close(resolve));
	}
	talk(socket, isSecure) {
		let pending = "", letter = null, from, to = [];
		const say = (text) => socket.writable && socket.write(text + "\r\n");
		const line = (text) => {
			const word = text.slice(0, 4).toUpperCase();
			if (!isSecure && !["EHLO", "STAR", "QUIT"].includes(word)) this.faults.push(`in clear: ${text}`);
			if (word === "EHLO") return say(!isSecure && this.offersTls ? "250-test\r\n250 STARTTLS" : "250 test");
			if (word === "STAR") {
				say("220 go");
				socket.removeAllListeners("data");
				return this.talk(new tls.TLSSocket(socket, { isServer: true, ...this.secure }), true);
			}
			if (word === "MAIL") { from = /<(.*)>/.exec(text)[1]; to = []; return say("250 ok"); }
			if (word === "RCPT") {
				const address = /<(.*)>/.exec(text)[1], answer = this.behave(address);
				if (answer && answer !== "drop") return say(answer);
				to.push(address);
				return say("250 ok");
			}
			if (word === "DATA") { letter = ""; return say("354 go"); }
			if (word === "QUIT") { say("221 bye"); return socket.end(); }
			return say("250 ok");
		};
		socket.on("error", () => {});
		socket.on("data", (data) => {
			pending += data.toString("latin1");
			for (let at; (at = pending.indexOf("\r\n")) >= 0;) {
				const text = pending.slice(0, at);
				pending = pending.slice(at + 2);
				if (letter === null) line(text);
				else if (text !== ".") letter += (text.startsWith(".") ? text.slice(1) : text) + "\r\n";
				else {
					this.letters.push({ ...parse(Buffer.from(letter, "latin1")), sender: from, receivers: to });
					letter = null;
					if (to.some((address) => this.behave(address) === "drop")) socket.destroy();
					else say("250 kept");
				}
			}
		});
		if (!(isSecure && this.mode === "starttls")) say("220 test");
	}
	of(address, subject = /./) { return this.letters.filter(({ receivers, subject: text }) => receivers.includes(address) && subject.test(text)); }
}

let folder, secure, server, site, citizens;
before(async () => {
	folder = await mkdtemp(path.join(tmpdir(), "cabinet-mail-"));
	const at = (name) => path.join(folder, name);
	await call("openssl", ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj", "/CN=localhost",
		"-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-keyout", at("key.pem"), "-out", at("cert.pem")]);
	secure = { key: await readFile(at("key.pem")), cert: await readFile(at("cert.pem")) };
	server = await new Server(secure, "smtps").listen();
	site = await instance({ own: true, conf: `[mailer]\nsmtp = smtps://localhost:${server.port}\nsmtp_ca = ${at("cert.pem")}` });
	citizens = site.citizens;
	for (const [i, language] of ["ru", "kk", "en"].entries())
		await sql(site, `INSERT IGNORE INTO citizen (iin, surname, name, created_at) VALUES ('${citizens[i].iin}', '', '', UTC_TIMESTAMP(6));
			UPDATE citizen SET email = '${language}@example.kz', language = '${language}' WHERE iin = '${citizens[i].iin}'`);
});
after(async () => {
	await site?.stop();
	await server?.close();
	await rm(folder, { recursive: true, force: true });
});

const outbox = (where) => sql(site, `SELECT id, state, attempts, reason, TIMESTAMPDIFF(SECOND, UTC_TIMESTAMP(6), next_at) FROM outbox WHERE ${where} ORDER BY id`);
const soon = (where) => sql(site, `UPDATE outbox SET next_at = UTC_TIMESTAMP(6) WHERE state = 'queued' AND ${where}`);
const run = (conf) => call(path.join(root, process.env.CABINET_BUILD ?? "build", "mailer"), ["-c", conf, "--once"]);

test("the acts of a reissue are told over TLS, in the citizen's language, each once", async () => {
	for (const [i, words] of [[0, [/Вход в кабинет/, /Подана заявка/, /Выпущены сертификаты/]], [1, [/жаңа браузерден/, /өтінімі берілді/, /сертификаттар шығарылды/]],
		[2, [/new browser/, /filed/, /issued/]]]) {
		const browser = await login(site, citizens[i]);
		const { number } = await file(browser, citizens[i]);
		assert.equal((await confirm(browser, citizens[i], number)).status, 303);
		await issued(browser, number);
		const to = `${["ru", "kk", "en"][i]}@example.kz`;
		for (const word of words) {
			// the login's names no number; a certificate of the centre's enrolment may be told meanwhile
			const mine = () => server.of(to, word).filter(({ subject }) => !/\d/.test(subject) || subject.includes(number));
			const letters = await until(`${word}`, () => mine().length > 0 && mine());
			assert.equal(letters.length, 1);
			assert.deepEqual(letters[0].receivers, [to]);
			assert.equal(letters[0].to, to);
			assert.equal(letters[0].sender, "cabinet@cabinet.example");
			assert.equal(letters[0].headers["content-language"], ["ru", "kk", "en"][i]);
			assert.match(letters[0].headers.date, /^\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d \+0000$/);
			assert.ok(linkIn(letters[0]));
		}
	}
	assert.equal(new Set(server.letters.map(({ headers }) => headers["message-id"])).size, server.letters.length);
	await until("all are marked", async () => (await outbox("state <> 'sent' AND reason <> 'no confirmed address'")).length === 0);
	assert.deepEqual(server.faults, []);
});

test("two days without a mail server lose nothing and send nothing twice", async () => {
	const browser = await login(site, citizens[0]);
	await server.close();
	const before = server.letters.length;
	const numbers = [(await file(browser, citizens[0])).number, (await file(browser, citizens[0])).number];
	const where = `id IN ('filed:${numbers[0]}', 'filed:${numbers[1]}')`;
	await until("a first failure of both", async () => {
		await soon(where + " AND attempts = 0");
		return (await outbox(where)).every(([, , attempts]) => Number(attempts) >= 1);
	});
	for (const hours of [1, 8, 39]) {
		await sql(site, `UPDATE outbox SET at = at - INTERVAL ${hours} HOUR WHERE ${where}`);
		const was = Math.max(...(await outbox(where)).map(([, , attempts]) => Number(attempts)));
		// a try that is under way sets the time of the next one itself
		await until("another failure", async () => {
			await soon(where);
			return (await outbox(where)).some(([, , attempts]) => Number(attempts) > was);
		});
	}
	// a minute, doubled by each failure; one that is being tried has ten minutes
	const grown = ([, , attempts, , pause]) => Number(attempts) >= 3 && Math.abs(60 * 2 ** (attempts - 1) - 10 - pause) <= 10;
	await until("pauses that grow", async () => (await outbox(where)).some(grown));
	const waiting = await outbox(where);
	assert.ok(waiting.every(([, state, , reason]) => state === "queued" && /connect/i.test(reason)), JSON.stringify(waiting));
	await server.listen(server.port);
	await soon(where);
	await until("both arrive", async () => (await outbox(where)).every(([, state]) => state === "sent"));
	assert.equal(server.letters.length, before + 2);
	for (const number of numbers) assert.equal(server.of("ru@example.kz", new RegExp(number)).length, 1);
});

test("a refused address holds nobody up; after a week it is given up, with the reason kept", async () => {
	server.behave = (address) => (address === "kk@example.kz" ? "550 no such mailbox" : null);
	const [refused, fine] = [await login(site, citizens[1]), await login(site, citizens[2])];
	const lost = (await file(refused, citizens[1])).number, kept = (await file(fine, citizens[2])).number;
	await until("the other arrives", () => server.of("en@example.kz", new RegExp(kept)).length === 1);
	const [first] = await until("refusal", async () => { const rows = await outbox(`id='filed:${lost}' AND attempts > 0 AND reason <> ''`); return rows.length && rows; });
	assert.equal(first[1], "queued");
	assert.match(first[3], /550/);
	await sql(site, `UPDATE outbox SET at = at - INTERVAL 8 DAY, next_at = UTC_TIMESTAMP(6) WHERE id='filed:${lost}'`);
	await until("given up", async () => (await outbox(`id='filed:${lost}'`))[0][1] === "failed");
	server.behave = () => null;
	await soon(`id='filed:${lost}'`);
	assert.equal((await outbox(`id='filed:${lost}'`))[0][1], "failed");
});

test("when nobody knows whether it arrived, it goes again under the same Message-ID", async () => {
	let drops = 1;
	server.behave = (address) => (address === "en@example.kz" && drops ? "drop" : null);
	const { number } = await file(await login(site, citizens[2]), citizens[2]);
	await until("dropped", async () => (await outbox(`id='filed:${number}'`))[0]?.[3] !== "" && server.of("en@example.kz", new RegExp(number)).length === 1);
	drops = 0;
	await soon(`id='filed:${number}'`);
	await until("sent", async () => (await outbox(`id='filed:${number}'`))[0][1] === "sent");
	const ids = server.of("en@example.kz", new RegExp(number)).map(({ headers }) => headers["message-id"]);
	assert.equal(ids.length, 2);
	assert.equal(ids[0], ids[1]);
});

test("30, 14, 7 and 1 days before the end: each once, for the pair, with a calendar entry", async () => {
	const browser = await login(site, citizens[0]);
	const { number } = await file(browser, citizens[0]);
	await confirm(browser, citizens[0], number);
	await issued(browser, number);
	// the supervisor starts it again, and it looks first
	const pass = async () => process.kill(Number((await readFile(path.join(site.run, "mailer.pid"), "utf8")).split(" ")[0]), "SIGTERM");
	const told = () => server.of("ru@example.kz", /Срок действия/);
	for (const [n, hours] of [[1, 29 * 24], [2, 13 * 24], [3, 6 * 24], [4, 12]]) {
		await sql(site, `UPDATE certificate SET not_after = UTC_TIMESTAMP(6) + INTERVAL ${hours} HOUR, issued_at = UTC_TIMESTAMP(6) - INTERVAL 300 DAY WHERE number='${number}'`);
		await until(`notice ${n}`, async () => { if (told().length < n) await pass().catch(() => {}); await new Promise((resolve) => setTimeout(resolve, 700)); return told().length === n; }, 30000);
	}
	const started = async () => (await readFile(path.join(site.run, "mailer.pid"), "utf8").catch(() => ""));
	const first = await started();
	await pass();
	await until("another mailer", async () => ![first, ""].includes(await started()));
	const { number: last } = await file(browser, citizens[0]);
	await until("it has looked and sent what came later", () => server.of("ru@example.kz", new RegExp(last)).length === 1);
	assert.equal(told().length, 4);
	assert.deepEqual((await outbox(`kind='expiry'`)).map(([id]) => id).sort(), ["1", "14", "30", "7"].map((days) => `expiry:${number}:${days}`).sort());
	const letter = told()[3];
	assert.equal(letter.parts.length, 2);
	assert.match(letter.parts[1].type, /^text\/calendar; charset=utf-8; method=PUBLISH/);
	assert.match(letter.parts[1].disposition, /filename="keys\.ics"/);
	const lines = letter.parts[1].text.split("\r\n");
	assert.equal(lines.pop(), "");
	assert.ok(lines.every((line) => Buffer.byteLength(line) <= 75 && !/[\r\n]/.test(line)), "folded at 75 octets");
	const calendar = lines.join("\n").replace(/\n /g, "");
	assert.match(calendar, /^BEGIN:VCALENDAR\n[\s\S]*\nBEGIN:VEVENT\n[\s\S]*END:VALARM\nEND:VEVENT\nEND:VCALENDAR$/);
	const [[end]] = await sql(site, `SELECT DATE_FORMAT(MIN(not_after), '%Y%m%dT%H%i%sZ') FROM certificate WHERE number='${number}'`);
	assert.match(calendar, new RegExp(`DTSTART:${end}`));
	assert.match(calendar, new RegExp(`UID:expiry-${number}@localhost`));
	assert.doesNotMatch(letter.text, /notice\//, "nothing was done that could be stopped");
	assert.match(letter.text, /\/profile/);
});

test("STARTTLS is demanded: without it, or with a certificate of somebody else, no mail leaves", async () => {
	const plain = await new Server(secure, "starttls").listen();
	const conf = (await readFile(path.join(site.var, "cabinet.conf"), "utf8"));
	const place = path.join(folder, "other.conf");
	const write = (smtp, ca) => writeFile(place, conf.replace(/^smtp = .*$/m, `smtp = ${smtp}`).replace(/^smtp_ca = .*$/m, ca ? `smtp_ca = ${ca}` : "").replace(/^mail_lock_file = .*$/m, `mail_lock_file = ${folder}/lock`));
	await sql(site, `INSERT INTO outbox (id, kind, iin, at, next_at) VALUES ('notify_off:tls', 'notify_off', '${citizens[0].iin}', UTC_TIMESTAMP(6), UTC_TIMESTAMP(6) + INTERVAL 1 DAY)`);
	await server.close();
	const attempt = async () => { await soon("id='notify_off:tls'"); await run(place); return (await outbox("id='notify_off:tls'"))[0]; };
	try {
		// the supervised mailer, whose server is away, may take it first: then once more
		const reasons = async (pattern) => until(`${pattern}`, async () => pattern.test((await attempt())[3]), 20000);
		await write(`smtp://localhost:${plain.port}`, null);
		await reasons(/certificate|SSL/i);
		plain.offersTls = false;
		await write(`smtp://localhost:${plain.port}`, path.join(folder, "cert.pem"));
		await reasons(/STARTTLS|TLS|SSL/i);
		assert.deepEqual(plain.letters, []);
		assert.deepEqual(plain.faults, [], "nothing in clear");
		plain.offersTls = true;
		await until("sent", async () => (await attempt())[1] === "sent", 20000);
		assert.equal(plain.of("ru@example.kz").length, 1);
		assert.deepEqual(plain.faults, []);
	} finally {
		await plain.close();
		await server.listen(server.port);
	}
});
