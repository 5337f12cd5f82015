// What nginx does around the programs: headers, limits, what reaches a program, static and published files, plain HTTP.
import assert from "node:assert/strict";
import { test } from "node:test";
import tls from "node:tls";

import { call, confirm, file, issued, login, serialOf } from "../lib/citizen.mjs";
import { instance } from "../lib/instance.mjs";
import { Browser } from "../lib/http.mjs";

const site = await instance();
const browser = () => new Browser(site);

function assertHeaders(page, where) {
	const policy = page.headers["content-security-policy"] ?? "";
	for (const part of ["default-src 'none'", `script-src ${site.origin}/static/`, `style-src ${site.origin}/static/`, "img-src 'self' data:", "form-action 'self'",
	    "base-uri 'none'", "frame-ancestors 'none'"]) assert.ok(policy.split("; ").includes(part), `${where}: ${part} in ${policy}`);
	assert.ok(!/unsafe|\*/.test(policy), where);
	assert.equal(page.headers["x-content-type-options"], "nosniff", where);
	assert.equal(page.headers["x-frame-options"], "DENY", where);
	assert.equal(page.headers["referrer-policy"], "same-origin", where);
	assert.match(page.headers["x-request-id"] ?? "", /^[0-9a-f]{32}$/, where);
	assert.equal(page.headers["strict-transport-security"], undefined, where);
	assert.equal(page.headers["x-powered-by"], undefined, where);
	assert.equal(page.headers.server, "nginx", where);
}

test("security headers stand on every answer, errors included", async () => {
	for (const path of ["/", "/login", "/keys", "/no-such-page", "/keys/zz", "/static/css/cabinet.css", "/static/none.css", "/crl/ca.crl", "/crl/none.crl", "/static/error/502.html"])
		assertHeaders(await browser().get(path), path);
	assertHeaders(await browser().get(site.plain + "/"), "plain HTTP");
	const refused = [["PUT", "/login", 405], ["POST", "/login", 415], ["POST", "/static/css/cabinet.css", 405], ["TRACE", "/login", 405], ["GET", "/logout", 405]];
	for (const [method, path, status] of refused) {
		const page = await browser().request(method, path);
		assert.equal(page.status, status, `${method} ${path}`);
		assertHeaders(page, `${method} ${path}`);
	}
	for (const form of [{}, { csrf: "x" }]) {
		const page = await browser().post("/login", form);
		assert.equal(page.status, 403);
		assertHeaders(page, "403");
	}
});

test("other methods are refused, with those that an address has", async () => {
	const has = {
		"/": "GET, HEAD", "/help": "GET, HEAD", "/language": "GET, HEAD", "/login": "GET, HEAD, POST", "/logout": "POST", "/reissue": "GET, HEAD, POST", "/keys": "GET, HEAD",
		"/password": "GET, HEAD", "/applications": "GET, HEAD", "/applications/12345678261128/confirm": "POST", "/status": "GET, HEAD", "/apply": "GET, HEAD, POST",
		"/profile": "GET, HEAD, POST", [`/keys/${"1".repeat(40)}/revoke/confirm`]: "POST", "/static/js/der.js": "GET, HEAD", "/crl/ca.crl": "GET, HEAD", "/ca/ca.cer": "GET, HEAD",
	};
	for (const [path, methods] of Object.entries(has)) {
		for (const method of ["PUT", "DELETE", "PATCH", "OPTIONS", "PROPFIND", "POST", "GET"]) {
			if (methods.split(", ").includes(method)) continue;
			const page = await browser().request(method, path, method === "POST" ? { body: "", headers: { "content-type": "application/x-www-form-urlencoded" } } : {});
			assert.equal(page.status, 405, `${method} ${path}`);
			assert.equal(page.headers.allow, methods, `${method} ${path}`);
		}
		if (methods.startsWith("GET")) {
			const [head, get] = [await browser().request("HEAD", path), await browser().get(path)];
			assert.deepEqual([head.status, head.body.length, head.headers["content-type"]], [get.status, 0, get.headers["content-type"]], path);
		}
	}
	// unknown addresses have no methods
	assert.equal((await browser().request("PUT", "/no-such-page")).status, 404);
});

test("cookies: names with __Host-, never for other hosts or scripts, never over plain HTTP; a login makes a new session", async () => {
	const lines = [];
	const keep = (page) => { lines.push(...(page.headers["set-cookie"] ?? [])); return page; };
	const anyone = browser();
	for (const path of ["/", "/login", "/apply", "/status/12345678261128", "/language?to=kk&back=/"]) keep(await anyone.get(path));
	assert.equal((await browser().get(`${site.plain}/login`)).headers["set-cookie"], undefined);
	const [citizen] = site.citizens;
	const first = await login(site, citizen), second = await login(site, citizen);
	const session = (one) => one.cookies.get("__Host-session");
	assert.match(session(first), /^[A-Za-z0-9_-]{43}$/);
	assert.notEqual(session(first), session(second));
	// one that the browser brought along is not taken over
	const fixed = browser();
	fixed.cookies.set("__Host-session", "A".repeat(43));
	assert.match((await fixed.get("/keys")).location, /^\/login/);
	keep(await second.post("/profile", { csrf: (await second.get("/profile")).csrf, language: "ru", notify: "1", email: "" }));
	keep(await second.post("/logout", { csrf: (await second.get("/keys")).csrf }));
	assert.ok(lines.length >= 5);
	for (const line of lines) {
		assert.match(line, /^(__Host-(session|login|proof|told)|language)=[^;]*(; Max-Age=\d+)?; Path=\/; Secure; HttpOnly; SameSite=Lax$/, line);
	}
	assert.ok(lines.some((line) => line.startsWith("__Host-session=; Max-Age=0;")));
	assert.match((await second.get("/keys")).location, /^\/login/);
});

test("behind the login nothing is kept by browsers or proxies", async () => {
	const [, , citizen] = site.citizens;
	const own = await login(site, citizen);
	const { number } = await file(own, citizen);
	await confirm(own, citizen, number);
	const serial = await serialOf((await issued(own, number)).auth);
	for (const path of ["/keys", `/keys/${serial}`, `/keys/${serial}.cer`, `/keys/${serial}.pem`, `/keys/${serial}/revoke`, "/password", "/applications", `/applications/${number}`,
	    `/applications/${number}/statement.pdf`, `/applications/${number}/statement.docx`, "/status", `/status/${number}`, `/status/${number}/certificates`, "/reissue", "/profile", "/session",
	    "/keys?serial=zz", "/keys/zz", "/no-such-page"]) {
		const page = await own.get(path);
		assert.match(page.headers["cache-control"], /^no-store$/, `${path}: ${page.status}`);
		assert.equal(page.headers.expires, undefined);
		assertHeaders(page, path);
	}
	// nor what a stranger's browser holds alone: a token, a document
	for (const path of ["/login", "/apply", `/status/${number}`]) assert.equal((await browser().get(path)).headers["cache-control"], "no-store", path);
	assert.equal((await browser().get("/")).headers["cache-control"], "private, no-cache");
});

test("what is no request at all gets a page in three languages, and no word about the server", async () => {
	const raw = (text) => new Promise((resolve, reject) => {
		const chunks = [];
		const socket = tls.connect({ host: "localhost", port: site.port, ca: site.ca, ALPNProtocols: ["http/1.1"] }, () => socket.write(text, "latin1"));
		socket.on("data", (data) => chunks.push(data)).on("end", () => resolve(Buffer.concat(chunks).toString())).on("error", reject);
		socket.setTimeout(20000, () => { socket.destroy(); reject(new Error("no answer")); });
	});
	const host = "Host: localhost\r\n";
	for (const [what, text] of Object.entries({
		"two hosts": `GET / HTTP/1.1\r\n${host}${host}\r\n`, "no host": "GET / HTTP/1.1\r\n\r\n", "a space in the address": `GET /a\x00b HTTP/1.1\r\n${host}\r\n`,
		"too long a header": `GET / HTTP/1.1\r\n${host}X: ${"a".repeat(9000)}\r\n\r\n`, "too long an address": `GET /${"a".repeat(9000)} HTTP/1.1\r\n${host}\r\n`,
		"two lengths": `POST /login HTTP/1.1\r\n${host}Content-Length: 1\r\nContent-Length: 2\r\n\r\na`,
		"length and chunks": `POST /login HTTP/1.1\r\n${host}Content-Length: 4\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n0\r\n\r\n`,
		"a plain word": "hello\r\n\r\n", "a coding that nobody knows": `POST /login HTTP/1.1\r\n${host}Transfer-Encoding: xchunked\r\n\r\na`,
		"a folded header": `GET / HTTP/1.1\r\n${host}X: a\r\n b\r\n\r\n`, "a length with a sign": `POST /login HTTP/1.1\r\n${host}Content-Length: +1\r\n\r\na`,
		"a blank before the colon": `POST /login HTTP/1.1\r\n${host}Transfer-Encoding : chunked\r\nContent-Length: 1\r\n\r\na`, "CONNECT": `CONNECT other.example:443 HTTP/1.1\r\n${host}\r\n`,
	})) {
		const answer = await raw(text);
		assert.match(answer, /^HTTP\/1\.1 (400|414|501) /, `${what}: ${answer.slice(0, 60)}`);
		for (const words of ["Запрос не принят", "Сұрау қабылданбады", "The request was not accepted", "content-security-policy: default-src 'none'"])
			assert.ok(answer.toLowerCase().includes(words.toLowerCase()), `${what}: ${words}`);
		assert.doesNotMatch(answer, /nginx\/|openresty|<hr>/, what);
	}
});

test("pages that sign may speak to NCALayer, others may not", async () => {
	const connect = async (path) => /connect-src ([^;]*)/.exec((await browser().get(path)).headers["content-security-policy"])[1];
	for (const path of ["/login", "/login?back=%2Fkeys", "/reissue", `/keys/${"1".repeat(40)}/revoke`]) assert.equal(await connect(path), "'self' wss://127.0.0.1:13579", path);
	for (const path of ["/", "/help", "/keys", "/static/css/cabinet.css", "/loginx"]) assert.equal(await connect(path), "'self'", path);
});

test("a body over 256 KB is refused with a page in three languages", async () => {
	const page = await browser().post("/login", { signed: "x".repeat(262144) });
	assert.equal(page.status, 413);
	assertHeaders(page, "413");
	for (const text of ["больше, чем принимает эта форма", "Бұл нысан қабылдайтын көлемнен артық", "More was sent than this form takes"]) assert.ok(page.text.includes(text), text);
	assert.ok(page.text.includes(page.headers["x-request-id"]), "the request's number is on the page");
	assert.ok(!page.text.includes("<!--#"), "SSI was carried out");
});

test("a body just under the limit reaches the program", async () => {
	assert.notEqual((await browser().post("/login", { signed: "x".repeat(262000) })).status, 413);
});

test("static files: types, compression, revalidation, nothing beside them", async () => {
	const page = await browser().get("/static/js/der.js", { headers: { "accept-encoding": "gzip" } });
	assert.equal(page.status, 200);
	assert.equal(page.headers["content-type"], "text/javascript; charset=utf-8");
	assert.equal(page.headers["content-encoding"], "gzip");
	assert.match(page.headers["cache-control"], /max-age=300/);
	assert.equal((await browser().get("/static/js/der.js", { headers: { "if-none-match": page.headers.etag } })).status, 304);
	for (const path of ["/static/", "/static/js/", "/static/../lang/ru.hdf", "/static/%2e%2e/lang/ru.hdf", "/static/..%2flang/ru.hdf", "/lang/ru.hdf", "/home/index.cs", "/static/error/404.html"]) {
		const answer = await browser().get(path);
		assert.ok([400, 403, 404].includes(answer.status), `${path}: ${answer.status}`);
	}
});

test("CRLs and CA certificates: on both ports, with their types, and no other file of that folder", async () => {
	for (const base of [site.origin, site.plain]) {
		for (const [path, type] of [["/crl/root.crl", "crl"], ["/crl/ca.crl", "crl"], ["/crl/ca-delta.crl", "crl"], ["/ca/root.cer", "cert"], ["/ca/ca.cer", "cert"]]) {
			const page = await browser().get(base + path);
			assert.equal(page.status, 200, base + path);
			assert.equal(page.headers["content-type"], `application/pkix-${type}`);
			assert.equal(page.body[0], 0x30, "DER");
		}
	}
	for (const path of ["/crl/", "/crl/ca.crl.new", "/ca/ca.key", "/crl/../ca/ca.key"]) assert.equal((await browser().get(path)).status, 404, path);
});

test("plain HTTP sends everything else to the configured origin, whatever Host says", async () => {
	for (const path of ["/", "/login?back=%2Fkeys", "/static/css/cabinet.css", "/crl/none.crl"]) {
		const page = await browser().get(site.plain + path, { headers: { host: "evil.example" } });
		assert.equal(page.status, 301, path);
		assert.equal(page.location, site.origin + path);
	}
});

// One handshake by openssl as a client: "TLSv1.3 TLS_AES_128_GCM_SHA256", or "" when refused.
// What s_client says of a connection; its input ends, so that it does not wait for the server to close.
async function connection(...options) {
	const running = call("openssl", ["s_client", "-connect", `localhost:${site.port}`, "-servername", "localhost", ...options]);
	running.child.stdin.end();
	return (await running.catch((error) => error)).stdout ?? "";
}

async function handshake(...options) {
	const stdout = await connection(...options);
	const [, protocol, suite] = /^New, (\S+), Cipher is (\S+)$/m.exec(stdout) ?? [];
	return suite && suite !== "(NONE)" ? `${protocol} ${suite}` : "";
}

test("TLS 1.2 and 1.3 with both kinds of key and modern suites; nothing else, of all that openssl can ask for", async () => {
	const weak = ["-cipher", "ALL:COMPLEMENTOFALL:@SECLEVEL=0"];
	for (const version of ["-tls1", "-tls1_1"]) assert.equal(await handshake(version, ...weak), "", version);
	const modern = ["TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256", "TLS_AES_128_GCM_SHA256"];
	for (const suite of modern) assert.equal(await handshake("-tls1_3", "-ciphersuites", suite), `TLSv1.3 ${suite}`);
	for (const suite of ["TLS_AES_128_CCM_SHA256", "TLS_AES_128_CCM_8_SHA256"]) assert.equal(await handshake("-tls1_3", "-ciphersuites", suite), "", suite);

	const { stdout } = await call("openssl", ["ciphers", "ALL:COMPLEMENTOFALL:@SECLEVEL=0"]);
	const all = stdout.trim().split(":").filter((suite) => !suite.startsWith("TLS_"));
	const taken = ["ECDSA", "RSA"].flatMap((key) => ["AES128-GCM-SHA256", "AES256-GCM-SHA384", "CHACHA20-POLY1305"].map((suite) => `ECDHE-${key}-${suite}`));
	const others = all.filter((suite) => !taken.includes(suite));
	assert.ok(others.length > 60 && others.includes("NULL-SHA256") && others.includes("AES128-SHA"), `${others.length} other suites to ask for`);
	for (const suite of taken) assert.equal(await handshake("-tls1_2", "-cipher", suite), `TLSv1.2 ${suite}`);
	/* a server that takes one of them takes it from the whole list */
	assert.equal(await handshake("-tls1_2", "-cipher", `${others.join(":")}:@SECLEVEL=0`), "");
	for (const group of ["X25519", "P-256"]) assert.match(await handshake("-tls1_3", "-groups", group), /^TLSv1\.3/, group);
	// no ticket whose key would open old sessions, no compression, no renegotiation by the client
	const told = await connection("-tls1_2");
	assert.match(told, /Compression: NONE/);
	assert.match(told, /Secure Renegotiation IS supported/);
	assert.doesNotMatch(told, /TLS session ticket/);
});
