// How large a body each address takes: what its largest form needs, at nginx and at the program alike.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { test } from "node:test";

import { freshPerson } from "../lib/apply.mjs";
import { keyAndRequest, locality } from "../lib/citizen.mjs";
import { ask } from "../lib/fastcgi.mjs";
import { Browser } from "../lib/http.mjs";
import { instance, root } from "../lib/instance.mjs";
import { sign } from "../lib/sign.mjs";

const site = await instance();
const serial = "1".repeat(40), number = "12345678261128", KB = 1024;
const type = "application/x-www-form-urlencoded";
const limits = [
	// a token and a few words
	[4 * KB, "home", ["/", "/help", "/language"]], [4 * KB, "keys", ["/password", "/keys", `/keys/${serial}`]], [4 * KB, "health", ["/healthz", "/readyz", "/metrics"]],
	[4 * KB, null, ["/notice/abc", "/logout", "/session", "/applications", "/status"]],
	[16 * KB, "profile", ["/profile", "/profile/email", "/profile/sessions"]],
	[64 * KB, "reissue", ["/reissue"]], [64 * KB, "apply", ["/apply"]],
	// a signed document
	[256 * KB, "login", ["/login"]], [256 * KB, "applications", [`/applications/${number}/confirm`, `/applications/${number}/refuse`]],
	[256 * KB, "revoke", [`/keys/${serial}/revoke`, `/keys/${serial}/revoke/confirm`]], [256 * KB, "status", [`/status/${number}/proof`, `/status/${number}/installed`]],
];
const posts = { profile: "/profile", reissue: "/reissue", apply: "/apply", login: "/login", applications: `/applications/${number}/confirm`, revoke: `/keys/${serial}/revoke/confirm`,
	status: `/status/${number}/proof` };
const everyOctet = (text) => [...Buffer.from(text)].map((octet) => `%${octet.toString(16).padStart(2, "0")}`).join("");

test("each address refuses one octet more than its limit, and no octet less", async () => {
	for (const [limit, , places] of limits)
		for (const place of places) {
			const post = async (size) => (await new Browser(site).request("POST", place, { body: "a=".padEnd(size, "x"), headers: { "content-type": type } })).status;
			assert.notEqual(await post(limit), 413, `${place}: ${limit}`);
			assert.equal(await post(limit + 1), 413, `${place}: ${limit + 1}`);
		}
});

test("every location of a program says how much it takes", async () => {
	const text = await readFile(path.join(root, "conf/nginx/cabinet-site.conf"), "utf8");
	const programs = text.match(/set \$cabinet_route [a-z]+;.*/g);
	assert.ok(programs.length > 20);
	for (const line of programs) assert.match(line, /^set \$cabinet_route [a-z]+; client_max_body_size (4|16|64|256)k; include/);
});

test("the programs keep the same limits by themselves", async () => {
	for (const [limit, program] of limits) {
		if (!posts[program]) continue;
		const post = (size, announced = size) => ask(path.join(site.var, "run", `${program}.sock`),
			{ REQUEST_METHOD: "POST", REQUEST_URI: posts[program], CONTENT_TYPE: type, CONTENT_LENGTH: announced, REMOTE_ADDR: "127.0.0.1" }, "a=".padEnd(size, "x"));
		assert.notEqual((await post(limit)).status, 413, `${program}: ${limit}`);
		assert.equal((await post(limit + 1)).status, 413, `${program}: ${limit + 1}`);
		/* what counts is what comes, whatever was announced */
		assert.equal((await post(limit + 1, "")).status, 413, `${program}: ${limit + 1}, unannounced`);
	}
});

test("the largest signed document passes, each octet of it escaped, with the document that it was made from beside it", async () => {
	const browser = new Browser(site);
	const { csrf, document } = await browser.get("/login");
	const signed = await sign(document, site.citizens[0].auth), padding = "\n".repeat(64 * KB - Buffer.byteLength(signed));
	const largest = signed.replace(/(<(?:\w+:)?SignatureValue>)/, `$1${padding}`);
	assert.equal(Buffer.byteLength(largest), 64 * KB);
	const body = `csrf=${csrf}&back=${everyOctet("/keys?" + "a".repeat(506))}&document=${everyOctet(document)}&signed=${everyOctet(largest)}`;
	const answer = await browser.request("POST", "/login", { body, headers: { "content-type": type } });
	assert.equal(answer.status, 303, answer.text);
	/* one octet more is for the document's own rule to refuse, not for the body's limit */
	const again = new Browser(site), page = await again.get("/login");
	const larger = await again.request("POST", "/login", { body: `csrf=${page.csrf}&signed=${everyOctet(largest + "\n")}`, headers: { "content-type": type } });
	assert.equal(larger.status, 422);
});

test("the longest application passes: Kazakh names of 200 octets, an address of 254, two RSA requests of 4096 bits, each octet escaped", async () => {
	/* X.520 gives a name in a request 64 letters; what is typed may be longer */
	const short = freshPerson(), who = { ...short, surname: "Ә".repeat(100), name: "Қ".repeat(100), patronymic: "Ұ".repeat(100) };
	const browser = new Browser(site), form = await browser.get("/apply");
	const [auth, other] = await Promise.all([keyAndRequest(short, { bits: 4096 }), keyAndRequest(short, { bits: 4096 })]);
	const email = `${"a".repeat(64)}@${"b".repeat(63)}.${"c".repeat(63)}.${"d".repeat(58)}.kz`;
	assert.equal(email.length, 254);
	const body = Object.entries({ csrf: form.csrf, iin: who.iin, surname: who.surname, name: who.name, patronymic: who.patronymic, email, locality, store: "AKEToken72KStore",
		csr_auth: auth.csr.replaceAll("\n", "\r\n"), csr_sign: other.csr.replaceAll("\n", "\r\n") }).map(([name, value]) => `${name}=${everyOctet(value)}`).join("&");
	const answer = await browser.request("POST", "/apply", { body, headers: { "content-type": type } });
	assert.equal(answer.status, 303, answer.text);
});
