// Faults for tests/faults: the publisher run by hand, under strace where a system call has to fail or to be the last one, and the table of results.
//   await alone(site, t);                                    nobody but the test starts a publisher until t has ended
//   await publisher(site);                                   one pass; { status, signal, stderr }
//   await publisher(site, { inject: "fsync:error=ENOSPC:when=1", only: await temporary(site, "/…/ca.crl") });
//   await temporary(site, "/…/ca.crl")                      where the next publisher makes it: "/…/ca.crl.new-7"
//   await report(t, { fault: "…", times: 3, broken: 0, recovery: 120 });
import { execFile } from "node:child_process";
import { appendFile } from "node:fs/promises";
import path from "node:path";
import { setTimeout as pause } from "node:timers/promises";

import { confirm, file, keyAndRequest, login, messages, serialOf, sql } from "./citizen.mjs";
import { root, until } from "./instance.mjs";
import { leader, send, signal } from "./processes.mjs";
import { open, sign } from "./sign.mjs";

// make faults does all there is; scripts/test a part of it.
export const LONG = process.env.FAULTS_LONG === "1";

// Configuration for many acts in a short time.
export const PATIENT = "applications_limit = 1000\n[publisher]\ncrl_delta_spacing = 0";

// One row of the table. recovery: milliseconds until what was asked for was done, of the worst time.
export async function report(t, { fault, times, broken, recovery }) {
	t.diagnostic(`${fault}: ${times} times, ${broken} invariants broken, back in at most ${Math.round(recovery)} ms`);
	if (process.env.FAULTS_TABLE) await appendFile(process.env.FAULTS_TABLE, JSON.stringify({ fault, times, broken, recovery: Math.round(recovery) }) + "\n");
}

export async function temporary(site, target) {
	const [[fence]] = await sql(site, "SELECT fence + 1 FROM lease WHERE name = 'publisher'");
	return `${target}.new-${fence}`;
}

export async function alone(site, t) {
	const stopped = [];
	for (const name of ["standby", "supervise"]) stopped.push(await signal(site, name, "SIGSTOP"));
	t.after(() => stopped.forEach((pid) => send(pid, "SIGCONT")));
	await until("no publisher", async () => !send(await leader(site, "publisher"), "SIGKILL"));
}

// seconds 0: one pass. trace: a file for strace's report. inject: strace's expression; only: calls on this path alone.
export function publisher(site, { conf = path.join(site.var, "cabinet.conf"), seconds = 0, inject, trace, only, env = {}, limit = 60000 } = {}) {
	const program = [path.join(root, process.env.CABINET_BUILD ?? "build", "publisher"), "-c", conf, ...(seconds ? ["--for", String(seconds)] : ["--once"])];
	const strace = [];
	if (inject) strace.push("-e", `inject=${inject}`, "-e", `trace=${inject.split(":")[0]}`);
	if (only) strace.push("-P", only);
	if (trace || inject) strace.unshift("strace", "-qq", "-o", trace ?? "/dev/null");
	const [command, ...args] = [...strace, ...program];
	// what looks for leaks cannot be traced itself
	if (strace.length > 0) env = { ASAN_OPTIONS: "detect_leaks=0", ...env };
	return new Promise((resolve) => {
		execFile(command, args, { env: { ...process.env, ...env }, timeout: limit, maxBuffer: 1 << 24 }, (error, stdout, stderr) =>
			resolve({ status: error ? error.code : 0, signal: error?.signal ?? null, stderr }));
	});
}

// One citizen who files, signs and revokes, quickly: P-256 keys, PEM opened once.
export class Applicant {
	static async enter(site, citizen) {
		const one = new Applicant(), pem = (key) => key.key ? key : open(key);
		Object.assign(one, { site, citizen: { ...citizen, sign: await pem(citizen.sign), auth: await pem(citizen.auth) } });
		one.browser = await login(site, one.citizen);
		return one;
	}
	// A signed application: its number. this.keys: what was made for it.
	async apply() {
		const keys = { auth: await keyAndRequest(this.citizen, { curve: "P-256" }), sign: await keyAndRequest(this.citizen, { curve: "P-256" }) };
		this.keys = keys;
		const { number, answer } = await file(this.browser, this.citizen, { keys });
		if (!number) throw new Error(`not filed: ${answer.status} ${messages(answer)}`);
		const confirmed = await confirm(this.browser, this.citizen, number);
		if (confirmed.status !== 303) throw new Error(`not confirmed: ${confirmed.status} ${messages(confirmed)}`);
		return number;
	}
	// Authentication and signing certificate of an application, PEM.
	async certificates(number) {
		const answer = await this.browser.get(`/status/${number}/certificates`);
		if (answer.status !== 200) throw new Error(`certificates of ${number}: ${answer.status}`);
		return answer.text.match(/-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----\n/g);
	}
	// The serial of an application's authentication certificate.
	async serial(number) {
		return serialOf((await this.certificates(number))[0]);
	}
	async revoke(serial, reason = 4) {
		const page = await this.browser.get(`/keys/${serial}/revoke?reason=${reason}`);
		const done = await this.browser.post(`/keys/${serial}/revoke/confirm`, { csrf: page.csrf, agree: "1", signed: await sign(page.document, this.citizen.sign, { algorithm: this.citizen.algorithm ?? "rsa" }) });
		if (done.status !== 303) throw new Error(`not revoked: ${done.status} ${messages(done)}`);
	}
	// What the pages say: the status of an application, whether a certificate is revoked.
	async shownStatus(number) {
		return /id="status-page"[^>]*data-status="([a-z]+)"/.exec((await this.browser.get(`/status/${number}`)).text)?.[1];
	}
}

export { pause };
