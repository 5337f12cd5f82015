// What a citizen does with other programs: openssl makes keys and requests, xmlsec1 signs, an HTTP client posts.
//   const browser = await login(site, citizen);
//   const { number, keys } = await file(browser, citizen);     an application that waits for a signature
//   await confirm(browser, citizen, number); await issued(browser, number);
import { execFile } from "node:child_process";
import { webcrypto } from "node:crypto";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";

import { Browser } from "./http.mjs";
import { until } from "./instance.mjs";
import { sign } from "./sign.mjs";

export const call = promisify(execFile);
// the browser's modules need it; Node 18 does not have it as a global
globalThis.crypto ??= webcrypto;

export async function login(site, citizen, options) {
	const browser = new Browser(site, options);
	const page = await browser.get("/login");
	const answer = await browser.post("/login", { csrf: page.csrf, signed: await sign(page.document, citizen.auth, { algorithm: citizen.algorithm ?? "rsa" }) });
	if (answer.status !== 303) throw new Error(`login of ${citizen.iin}: ${answer.status} ${messages(answer)}`);
	return browser;
}

// The lines of the error summary.
export const messages = (page) => {
	const summary = /<div[^>]*id="summary"[\s\S]*?<\/ul>/.exec(page.text)?.[0] ?? "";
	return [...summary.matchAll(/<li>([\s\S]*?)<\/li>/g)].map(([, line]) => line.replace(/<[^>]*>/g, "").trim()).join(" | ");
};

// A key pair and its PKCS#10 as PEM. bits: RSA; curve: EC instead.
export async function keyAndRequest(citizen, { bits = 2048, curve = "", iin = citizen.iin } = {}) {
	const folder = await mkdtemp(path.join(tmpdir(), "cabinet-request-"));
	try {
		const key = path.join(folder, "key.pem"), csr = path.join(folder, "csr.pem");
		await call("openssl", curve ? ["genpkey", "-algorithm", "EC", "-pkeyopt", `ec_paramgen_curve:${curve}`, "-out", key]
		    : ["genpkey", "-algorithm", "RSA", "-pkeyopt", `rsa_keygen_bits:${bits}`, "-out", key]);
		const subject = `/CN=${citizen.surname} ${citizen.name}/SN=${citizen.surname}/serialNumber=IIN${iin}/C=KZ`;
		await call("openssl", ["req", "-new", "-utf8", "-key", key, "-subj", subject, "-sha256", "-out", csr]);
		return { key: await readFile(key, "utf8"), csr: await readFile(csr, "utf8") };
	} finally {
		await rm(folder, { recursive: true, force: true });
	}
}

export const locality = "750000000";		// Алматы

export async function requests(citizen) {
	const [auth, sign_] = await Promise.all([keyAndRequest(citizen), keyAndRequest(citizen)]);
	return { auth, sign: sign_ };
}

export async function file(browser, citizen, { keys, ...fields } = {}) {
	const made = keys ?? await requests(citizen);
	const form = await browser.get("/reissue");
	const answer = await browser.post("/reissue", { csrf: form.csrf, email: "citizen@example.kz", locality, store: "PKCS12",
		csr_auth: made.auth.csr, csr_sign: made.sign.csr, ...fields });
	return { answer, number: /^\/applications\/(\d{14})$/.exec(answer.location ?? "")?.[1], keys: made };
}

// The number that an answer to a filed form leads to: of the new application, or of the one that the same form had filed before.
export const filedNumber = (answer) => /^\/applications\/(\d{14})$/.exec(answer?.location ?? "")?.[1]
	?? /id="already-filed" data-number="(\d{14})"/.exec(answer?.text ?? "")?.[1];

export async function confirm(browser, citizen, number) {
	const page = await browser.get(`/applications/${number}`);
	return browser.post(`/applications/${number}/confirm`, { csrf: page.csrf, status: "signed", agree: "1", signed: await sign(page.document, citizen.sign, { algorithm: citizen.algorithm ?? "rsa" }) });
}

// Waits for the certificates: { auth, sign, chain } as PEM, in the order in which the server gives them.
export async function issued(browser, number, limit = 30000) {
	const page = await until(`certificates of ${number}`, async () => {
		const answer = await browser.get(`/status/${number}/certificates`);
		return answer.status === 200 && answer;
	}, limit);
	const blocks = page.text.match(/-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----\n/g);
	return { auth: blocks[0], sign: blocks[1], chain: blocks.slice(2), all: page };
}

// A new pair of keys with certificates, from the form to the PEM: { iin, surname, name, auth: { key, certificate }, sign: … }.
export async function reissue(site, citizen) {
	const browser = await login(site, citizen);
	const { number, keys } = await file(browser, citizen);
	const answer = await confirm(browser, citizen, number);
	if (answer.status !== 303) throw new Error(`confirmation: ${answer.status} ${messages(answer)}`);
	const certificates = await issued(browser, number);
	return { ...citizen, number, browser, auth: { key: keys.auth.key, certificate: certificates.auth },
		sign: { key: keys.sign.key, certificate: certificates.sign }, chain: certificates.chain };
}

// Files for openssl: writes texts into a folder of their own, gives their paths to use(), and clears up.
export async function withFiles(texts, use) {
	const folder = await mkdtemp(path.join(tmpdir(), "cabinet-files-"));
	try {
		const places = {};
		for (const [name, text] of Object.entries(texts)) {
			places[name] = path.join(folder, name);
			await writeFile(places[name], text);
		}
		return await use(places, folder);
	} finally {
		await rm(folder, { recursive: true, force: true });
	}
}

export const serialOf = (pem) => withFiles({ "cert.pem": pem }, async (at) =>
	(await call("openssl", ["x509", "-in", at["cert.pem"], "-noout", "-serial"])).stdout.trim().replace("serial=", "").toLowerCase().padStart(40, "0"));

// Asks the database as its administrator does. Rows as arrays of texts.
export async function sql(site, question) {
	const { stdout } = await call("mariadb", ["--no-defaults", "--default-character-set=utf8mb4", `--socket=${site.run}/mariadb.sock`, "-uroot", "--batch", "--skip-column-names", "cabinet", "-e", question]);
	return stdout.split("\n").filter(Boolean).map((line) => line.split("\t"));
}

// The serials on a CRL of this site: Map serial → reason text, and its number.
// The to-be-signed list of a CRL: the first value inside of it.
export function toBeSigned(der) {
	const at = (from) => der[from + 1] < 128 ? [from + 2, der[from + 1]] : [from + 2 + (der[from + 1] & 127), der.readUIntBE(from + 2, der[from + 1] & 127)];
	const [list] = at(0), [content, length] = at(list);
	return der.subarray(list, content + length);
}

export async function crl(site, name) {
	const browser = new Browser(site);
	const answer = await browser.get(`${site.plain}/crl/${name}`, { cookies: false });
	const { stdout } = await withFiles({ crl: answer.body }, (at) => call("openssl", ["crl", "-inform", "DER", "-in", at.crl, "-noout", "-text"], { maxBuffer: 1 << 26 }));
	const entries = new Map();
	for (const part of stdout.split("Serial Number: ").slice(1))
		entries.set(part.slice(0, part.indexOf("\n")).trim().toLowerCase().padStart(40, "0"), /CRL Reason Code:[^\n]*\n\s+([^\n]+)/.exec(part)?.[1] ?? "");
	return { status: answer.status, type: answer.headers["content-type"], body: answer.body, text: stdout, entries, number: Number(/CRL Number:[^\n]*\n\s*(\d+)/.exec(stdout)?.[1]) };
}
