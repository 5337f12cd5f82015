// What nginx does around the programs: headers, limits, what reaches a program, static and published files, plain HTTP.
import assert from "node:assert/strict";
import { test } from "node:test";
import tls from "node:tls";
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
	for (const text of ["больше 256 КБ", "256 КБ-тан үлкен", "larger than 256 KB"]) assert.ok(page.text.includes(text), text);
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

test("TLS 1.2 and 1.3 with both kinds of key; nothing older", async () => {
	const connect = (options) => new Promise((resolve, reject) => {
		const socket = tls.connect({ host: "localhost", port: site.port, rejectUnauthorized: false, ...options }, () => {
			resolve({ protocol: socket.getProtocol(), cipher: socket.getCipher().name });
			socket.destroy();
		});
		socket.on("error", reject);
	});
	assert.equal((await connect({ maxVersion: "TLSv1.3" })).protocol, "TLSv1.3");
	assert.match((await connect({ maxVersion: "TLSv1.2", ciphers: "ECDHE-RSA-AES128-GCM-SHA256" })).cipher, /RSA/);
	assert.match((await connect({ maxVersion: "TLSv1.2", ciphers: "ECDHE-ECDSA-AES128-GCM-SHA256" })).cipher, /ECDSA/);
	await assert.rejects(connect({ minVersion: "TLSv1", maxVersion: "TLSv1.1", ciphers: "DEFAULT@SECLEVEL=0" }));
});
