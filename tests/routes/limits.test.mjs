// Limits, on instances with tight ones: nginx's per address and program, the database's per address and person; and clients that are slow or silent.
import assert from "node:assert/strict";
import net from "node:net";
import path from "node:path";
import { after, before, test } from "node:test";
import tls from "node:tls";

import { login, messages, sql } from "../lib/citizen.mjs";
import { ask } from "../lib/fastcgi.mjs";
import { Browser } from "../lib/http.mjs";
import { instance, until } from "../lib/instance.mjs";
import { sign } from "../lib/sign.mjs";

let flooded, counted;
before(async () => {
	flooded = await instance({ own: true, env: { CABINET_RATE: "1", CABINET_BURST: "5" } });
	counted = await instance({ own: true, env: { CABINET_TRIES: "3", CABINET_LOGINS: "4", CABINET_ACT_RATE: "1", CABINET_ACT_BURST: "12", CABINET_HEADER_SECONDS: "3" } });
});
after(async () => { await flooded?.stop(); await counted?.stop(); });

test("over the limit: 429 with its page and Retry-After; static files and CRLs go on", async () => {
	const browser = new Browser(flooded);
	const pages = await Promise.all(Array.from({ length: 30 }, () => browser.get("/")));
	const refused = pages.filter((page) => page.status === 429);
	assert.ok(refused.length >= 20, `${refused.length} of 30 refused`);
	assert.ok(pages.some((page) => page.status === 200));
	assert.equal(refused[0].headers["retry-after"], "5");
	assert.ok(refused[0].text.includes("Сұраулар тым көп"));
	for (const place of ["/static/js/der.js", "/crl/ca.crl"]) assert.equal((await browser.get(place)).status, 200, place);
});

// A client from another address of loopback: the same browser otherwise.
class Elsewhere extends Browser {
	constructor(site, address) {
		super(site);
		this.agent.options.localAddress = address;
	}
}
const post = async (browser, make) => {
	const page = await browser.get("/login");
	return browser.post("/login", { csrf: page.csrf, signed: await make(page.document) });
};
const events = async (kind) => Number((await sql(counted, `SELECT COUNT(*) FROM event WHERE kind = '${kind}'`))[0][0]);

test("refused logins are counted by address: then 429, in words, with the time to wait, and nothing is written any more", async () => {
	const [citizen] = counted.citizens;
	const stranger = new Elsewhere(counted, "127.0.0.2");
	const forged = (document) => sign(document, citizen.auth).then((text) => text.replace(/<(\w*:?)SignatureValue>[^<]{8}/, "<$1SignatureValue>AAAAAAAA"));
	for (let i = 0; i < 3; i++) assert.equal((await post(stranger, forged)).status, 422);
	const before_ = await events("login-refused");
	for (let i = 0; i < 3; i++) {
		const answer = await post(stranger, forged);
		assert.equal(answer.status, 429);
		assert.match(messages(answer), /Слишком много неудачных/);
		assert.ok(Number(answer.headers["retry-after"]) > 100 && Number(answer.headers["retry-after"]) <= 200, answer.headers["retry-after"]);
		assert.ok(answer.document.startsWith("<login "), "a document for later");
	}
	assert.equal(await events("login-refused"), before_);
	// for a proof of a pending key it is the same
	const page = await stranger.get("/status/12345678261128");
	assert.equal((await stranger.post("/status/12345678261128/proof", { csrf: page.csrf, signed: page.document })).status, 429);
	// the citizen whose certificate was shown has lost nothing
	await login(counted, citizen);
});

test("whoever has a network of IPv6 has one address for the limit, not 2^64", async () => {
	const place = path.join(counted.var, "run", "login.sock");
	const from = async (address) => {
		const common = { REQUEST_URI: "/login", REMOTE_ADDR: address };
		const page = await ask(place, { ...common, REQUEST_METHOD: "GET" });
		const csrf = /name="csrf"[^>]*value="([^"]+)"/.exec(page.text)[1], body = `csrf=${csrf}&signed=x`;
		return (await ask(place, { ...common, REQUEST_METHOD: "POST", CONTENT_TYPE: "application/x-www-form-urlencoded", CONTENT_LENGTH: body.length, COOKIE_LOGIN: page.headers["x-cookie-login"] }, body)).status;
	};
	for (const host of ["1", "2", "ffff:ffff:ffff:ffff"]) assert.equal(await from(`2001:db8:0:7:${host.includes(":") ? "" : ":"}${host}`), 422, host);
	assert.equal(await from("2001:db8:0:7::abcd"), 429);
	assert.equal(await from("2001:db8:0:8::1"), 422, "the next network");
	for (let i = 0; i < 3; i++) assert.equal(await from("::ffff:192.0.2.1"), 422);
	assert.equal(await from("::ffff:192.0.2.1"), 429);
	assert.equal(await from("::ffff:192.0.2.2"), 422, "IPv4 in its clothes: each by itself");
});

test("a person opens so many sessions in an hour, and no stranger uses them up", async () => {
	const [, citizen, other] = counted.citizens;
	for (let i = 0; i < 4; i++) await login(counted, citizen);
	const browser = new Browser(counted), page = await browser.get("/login");
	const signed = await sign(page.document, citizen.auth);
	const answer = await browser.post("/login", { csrf: page.csrf, signed });
	assert.equal(answer.status, 429);
	const wait = Number(answer.headers["retry-after"]);
	assert.ok(wait > 600 && wait <= 900, `${wait}`);
	assert.match(messages(answer), /слишком частых входов/);
	assert.ok(!browser.cookies.has("__Host-session"));
	await login(counted, other);
	// as if that time had passed: the same document was not used up
	await sql(counted, `UPDATE citizen SET login_tat = login_tat - INTERVAL ${wait} SECOND WHERE iin = '${citizen.iin}'`);
	assert.equal((await browser.post("/login", { csrf: page.csrf, signed })).status, 303);
});

test("POSTs of one address to one program have a limit of their own", async () => {
	const stranger = new Elsewhere(counted, "127.0.0.3");
	const began = Date.now();
	const answers = await Promise.all(Array.from({ length: 60 }, () => stranger.post("/apply", {})));
	const refused = answers.filter((answer) => answer.status === 429), taken = 60 - refused.length;
	// one at once, a burst of 12, and one for each second that it took
	assert.ok(taken >= 13 && taken <= 14 + (Date.now() - began) / 1000, `${taken} of 60 taken`);
	assert.ok(refused.length > 0);
	assert.equal(refused[0].headers["retry-after"], "5");
	// another program's are untouched, so are pages
	assert.notEqual((await stranger.post("/login", {})).status, 429);
	assert.equal((await stranger.get("/apply")).status, 200);
});

// Whoever else asks gets an answer, and soon.
async function othersAreServed(site, limit = 8000) {
	const began = Date.now();
	await Promise.all(["/", "/login", "/apply", "/status", "/static/css/cabinet.css"].map(async (place) => {
		const page = await new Browser(site).get(place);
		assert.ok([200, 303].includes(page.status), `${place}: ${page.status}`);
	}));
	const took = Date.now() - began;
	assert.ok(took < limit, `others waited ${took} ms`);
	return took;
}

test("slow heads, slow bodies and half-open connections: others are served, and the slow are let go", async (t) => {
	const open = [];
	const closed = new Set();
	const connect = (text) => new Promise((resolve, reject) => {
		const socket = tls.connect({ host: "localhost", port: counted.port, ca: counted.ca, ALPNProtocols: ["http/1.1"] }, () => { socket.write(text); resolve(socket); });
		socket.on("close", () => closed.add(socket));
		socket.on("error", (error) => { closed.add(socket); reject(error); });
		socket.resume();
		open.push(socket);
	});
	const heads = [], bodies = [];
	for (let i = 0; i < 40; i++) heads.push(await connect("GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: "));
	for (let i = 0; i < 40; i++) {
		bodies.push(await connect("POST /login HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 200000\r\n\r\nsigned=a"));
	}
	// TCP without a word of TLS
	for (let i = 0; i < 40; i++) open.push(net.connect(counted.port, "localhost").on("error", () => {}));
	t.diagnostic(`others answered in ${await othersAreServed(counted)} ms`);
	await until("slow heads are let go", () => heads.every((socket) => closed.has(socket)), 20000);
	// no program was busy with what had not come whole
	assert.ok(bodies.length === 40);
	await othersAreServed(counted);
	for (const socket of open) socket.destroy();
});

test("a client of the socket that says nothing: its worker is free again after two seconds", async (t) => {
	const silent = Array.from({ length: 4 }, () => net.connect(path.join(counted.run, "apply.sock")).on("error", () => {}));
	t.diagnostic(`others answered in ${await othersAreServed(counted, 15000)} ms`);
	for (const socket of silent) socket.destroy();
	await othersAreServed(counted);
});

test("rubbish on the socket ends no service", async () => {
	const place = path.join(counted.run, "apply.sock");
	for (const text of ["GET / HTTP/1.1\r\n\r\n", "\x01\x01\x00\x01\x00\x08\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00\x01\x04\x00\x01\x00\x08\x00\x00\xff\xff\xff\xff\xff\xff\xff\xff", "\x00".repeat(70000), "\xff".repeat(70000)]) {
		await new Promise((resolve) => {
			const socket = net.connect(place, () => socket.end(Buffer.from(text, "latin1")));
			socket.on("error", () => {}).on("close", resolve).resume();
		});
	}
	await until("applications can be filed", async () => (await new Browser(counted).get("/apply")).status === 200, 15000);
});
