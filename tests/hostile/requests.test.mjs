// Requests that mean one thing to nginx and another to a program, or that bring what only the gateway may say: none opens a door. See README.md.
import assert from "node:assert/strict";
import { test } from "node:test";
import tls from "node:tls";

import { login } from "../lib/citizen.mjs";
import { Browser } from "../lib/http.mjs";
import { instance } from "../lib/instance.mjs";

const site = await instance();

// Octets on a connection of their own; everything that comes back.
const raw = (text) => new Promise((resolve, reject) => {
	const chunks = [], socket = tls.connect({ host: "localhost", port: site.port, ca: site.ca, ALPNProtocols: ["http/1.1"] }, () => socket.write(text, "latin1"));
	socket.on("data", (data) => chunks.push(data)).on("end", () => resolve(Buffer.concat(chunks).toString())).on("error", reject);
	socket.setTimeout(30000, () => { socket.destroy(); reject(new Error(`no answer: ${text.slice(0, 80)}`)); });
});
const get = (path, headers = {}, host = "localhost") => raw(`GET ${path} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n${Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`).join("")}\r\n`);
const status = (answer) => Number(/^HTTP\/1\.[01] (\d{3}) /.exec(answer)?.[1]);
const header = (answer, name) => new RegExp(`^${name}: (.*)\\r$`, "im").exec(answer.split("\r\n\r\n")[0])?.[1];
const toLogin = (answer, what) => assert.deepEqual([status(answer), header(answer, "location"), header(answer, "set-cookie")], [303, "/login?back=%2Fkeys", undefined], what);

test("a session is taken from its cookie alone, whatever header names it", async () => {
	const browser = await login(site, site.citizens[0]), session = browser.cookies.get("__Host-session");
	assert.equal(status(await get("/keys", { Cookie: `__Host-session=${session}` })), 200, "the control");
	for (const headers of [{ COOKIE_SESSION: session }, { Cookie_Session: session }, { "Cookie-Session": session }, { "X-Cookie-Session": session }, { "X-Cookie-session": `${session}; Max-Age=9` },
	    { FCGI_COOKIE_SESSION: session }, { HAS_SESSION: "1" }, { REMOTE_ADDR: "127.0.0.1", HTTP_COOKIE: `__Host-session=${session}` }, { Cookie: `__Host-session="${session}"` },
	    { Cookie: `__host-session=${session}` }, { Cookie: `x__Host-session=${session}` }, { Cookie: `__Host-session=${"A".repeat(43)}; __Host-session=${session}` },
	    { Cookie: `__Host-session=${session}%00` }, { Authorization: `Bearer ${session}` }])
		toLogin(await get("/keys", headers), JSON.stringify(headers));
	await browser.post("/logout", { csrf: (await browser.get("/keys")).csrf });
	toLogin(await get("/keys", { Cookie: `__Host-session=${session}` }), "after its end");
});

test("nobody is sent elsewhere by Host, an absolute address or what proxies say", async () => {
	for (const host of ["evil.example", "evil.example:443", "a@evil.example", "localhost.", "[::1]"]) toLogin(await get("/keys", {}, host), host);
	toLogin(await get("https://evil.example/keys"), "absolute");
	toLogin(await get("/keys", { "X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "http", Forwarded: "host=evil.example", "X-Original-URL": "/metrics", "X-Rewrite-URL": "/metrics" }), "proxies");
	for (const back of ["//evil.example", "/%5cevil.example", "https://evil.example", "/%2f/evil.example", "/%09/evil.example", "/keys%0d%0aSet-Cookie:a=b", "%01/x", "javascript:alert(1)", "/keys%5c@evil", "%2f%2fevil.example", "evil.example"])
		assert.equal(header(await get(`/language?to=kk&back=${back}`), "location"), "/", back);
	/* dots lead nowhere: a browser keeps the host of a path that begins with one slash */
	for (const back of ["/.//evil.example", "/..//evil.example", "/keys?x=//evil.example"])
		assert.equal(new URL(header(await get(`/language?to=kk&back=${back}`), "location"), site.origin).origin, site.origin, back);
});

test("no way of writing an address gets past the location that it belongs to", async () => {
	const serial = "1".repeat(40), number = "12345678261128";
	for (const path of ["/keys%2f..%2flogin", "/keys/%2e%2e/login", "/keys/../login", "//login", "/login%00", "/keys%2frevoke", "/keys/%2e/", `/keys/${serial}/revoke%2fconfirm`, `/keys/${serial}%2frevoke`,
	    `/applications/${number}%2fconfirm`, "/static/%2e%2e/lang/ru.hdf", "/static/../lang/ru.hdf", "/ocsp/%2e%2e/login", "/login#x", "/%", "/%zz", "/\xe9", "/%c3%28", "/%ff", "/%c0%ae%c0%ae/login", "/keys/%5c..%5clogin"])
		assert.equal(status(await get(path)), 400, path);
	for (const path of ["/LOGIN", "/login/", "/login;x=1", "/login%3bx", "/login%20", "/login%23x", "/login%3fback=x", "/static/..%5clang/ru.hdf", "/static/error/404.html", "/.git/config", "/home.sock", "/lang/ru.hdf"])
		assert.equal(status(await get(path)), 404, path);
	/* the same address in other letters is the same page */
	assert.equal(status(await get("/%6cogin")), 200);
});

test("what is left over of one request is not the next one's beginning", async () => {
	/* a body that the program does not read is no request; what follows it is */
	const hidden = "GET /keys HTTP/1.1\r\nHost: localhost\r\n\r\n";
	const answers = await raw(`GET /login HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${hidden.length}\r\n\r\n${hidden}GET /static/js/der.js HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`);
	assert.deepEqual([...answers.matchAll(/^HTTP\/1\.1 (\d{3})/gm)].map(([, code]) => code), ["200", "200"]);
	assert.ok(!answers.includes("/login?back="), "the hidden one was not carried out");
	/* two lengths, a length beside chunks, lengths that are none: nothing is answered but 400, and the connection ends */
	for (const lengths of ["Content-Length: 3\r\nContent-Length: 3", "Content-Length: 3, 3", "Content-Length: 0x3", "Content-Length: -3", "Content-Length: 3\r\nTransfer-Encoding: chunked", "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity"]) {
		const answer = await raw(`POST /login HTTP/1.1\r\nHost: localhost\r\n${lengths}\r\n\r\na=b${hidden}`);
		assert.match(answer, /^HTTP\/1\.1 (400|501) /, lengths);
		assert.equal(answer.match(/^HTTP\/1\.1 /gm).length, 1, lengths);
	}
});

test("what one browser was told is in nobody's cache", async () => {
	const browser = new Browser(site);
	for (const path of ["/login", "/apply", "/status", "/status/12345678261128", "/keys", "/no-such-page", "/language?to=kk", "/", "/help"]) {
		const answer = await browser.get(path);
		assert.match(answer.headers["cache-control"], /^(no-store|private, no-cache)$/, path);
		assert.equal(answer.headers.etag, undefined, path);
	}
});
