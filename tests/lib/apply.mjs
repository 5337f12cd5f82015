// First applications and the registration centre, as tests need them.
//   const who = freshPerson();                     an invented person whose number's check digit fits
//   const { answer, number, code, keys } = await apply(browser, who);
//   await registrar(site, "approve", number, { reason: "…" });     { status, stdout, stderr }
import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";

import { locality, requests } from "./citizen.mjs";
import { root } from "./instance.mjs";
import { sign } from "./sign.mjs";

export function person(n) {
	const digits = [...`9001013${String(n % 10000).padStart(4, "0")}`].map(Number);
	const rest = (weights) => weights.reduce((sum, weight, i) => sum + weight * digits[i], 0) % 11;
	let check = rest([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
	if (check === 10) check = rest([3, 4, 5, 6, 7, 8, 9, 10, 11, 1, 2]);
	return check === 10 ? person(n + 1) : { iin: digits.join("") + check, surname: "ДЕМОНОВА", name: "ҰЛЖАН", patronymic: "ІҢКӘРҚЫЗЫ" };
}
export const freshPerson = () => person(Math.floor(Math.random() * 10000));

export async function apply(browser, who, fields = {}) {
	const { keys = await requests(who), ...rest } = fields;
	const form = await browser.get("/apply");
	const answer = await browser.post("/apply", { csrf: form.csrf, iin: who.iin, surname: who.surname, name: who.name, patronymic: who.patronymic,
		email: "first@example.kz", locality, store: "PKCS12", csr_auth: keys.auth.csr, csr_sign: keys.sign.csr, ...rest });
	return { answer, keys, code: form.element("filing-code"), number: /^\/status\/(\d{14})$/.exec(answer.location ?? "")?.[1] };
}

// signs the page's document with a pending key and posts it
export async function prove(browser, number, key, { options = { keyInfo: "none" }, change = (text) => text, page } = {}) {
	const shown = page ?? await browser.get(`/status/${number}`);
	const signed = change(await sign(shown.document, { key }, options));
	return browser.post(`/status/${number}/proof`, { csrf: shown.csrf, signed });
}

// key: { file, password } of a .p12; null: without one
export async function registrar(site, verb, number, { key = site.operator.sign, ...words } = {}) {
	const folder = await mkdtemp(path.join(tmpdir(), "cabinet-registrar-"));
	try {
		const argv = ["-c", path.join(site.var, "cabinet.conf"), verb, ...(number ? [number] : [])];
		if (key && !["list", "show"].includes(verb)) {
			await writeFile(path.join(folder, "password"), key.password + "\n", { mode: 0o600 });
			argv.push("--key", key.file, "--password-file", path.join(folder, "password"));
		}
		for (const [word, value] of Object.entries(words)) argv.push(`--${word}`, value);
		return await new Promise((resolve) => execFile(path.join(root, process.env.CABINET_BUILD ?? "build", "tools/cabinet-registrar"), argv,
			(error, stdout, stderr) => resolve({ status: error ? error.code : 0, stdout, stderr })));
	} finally {
		await rm(folder, { recursive: true, force: true });
	}
}
