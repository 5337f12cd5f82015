// Asking the OCSP responder with other people's programs.
//   const answer = await ask(site, [serial, …], { sha256, nonce, url });     { ok, said: Map serial → { status, reason, at } , text }
import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import http from "node:http";
import path from "node:path";
import { promisify } from "node:util";

import { withFiles } from "./citizen.mjs";

const call = promisify(execFile);
const env = { ...process.env, OPENSSL_CONF: "/dev/null" };

// The CA's certificate and the root's, as paths of this instance.
export const authority = (site) => ({ ca: path.join(site.var, "ca/ca.pem"), root: path.join(site.var, "ca/root.pem") });

// A program's output whether it failed or not.
export const run = async (program, args, options = {}) => {
	try {
		const { stdout, stderr } = await call(program, args, { env, timeout: 60000, ...options });
		return { status: 0, said: stdout + stderr };
	} catch (error) {
		if (typeof error.code !== "number") throw error;
		return { status: error.code, said: error.stdout + error.stderr };
	}
};

// openssl ocsp: verified against CA and root. Statuses in its own words: good, revoked, unknown.
export async function ask(site, serials, { sha256 = false, nonce = true, url = `${site.plain}/ocsp`, request = null, answer = null } = {}) {
	const { ca, root } = authority(site);
	return withFiles({ "chain.pem": await readFile(ca, "utf8") + await readFile(root, "utf8") }, async (at) => {
		const { status, said } = await run("openssl", ["ocsp", ...(sha256 ? ["-sha256"] : []), "-issuer", ca, ...serials.flatMap((serial) => ["-serial", `0x${serial}`]),
			...(nonce ? [] : ["-no_nonce"]), "-CAfile", at["chain.pem"], ...(answer ? ["-respin", answer] : ["-url", url]), ...(request ? ["-reqout", request] : [])]);
		const found = new Map();
		for (const block of said.split(/^(?=0x)/m)) {
			const head = /^0x([0-9A-Fa-f]+): (\w+)/.exec(block);
			if (head) found.set(head[1].toLowerCase().padStart(40, "0"), { status: head[2], reason: /Reason: (\w+)/.exec(block)?.[1] ?? "", at: /Revocation Time: (.*)/.exec(block)?.[1] ?? "",
				thisUpdate: Date.parse(/This Update: (.*)/.exec(block)?.[1]), nextUpdate: Date.parse(/Next Update: (.*)/.exec(block)?.[1]) });
		}
		return { ok: status === 0 && /Response verify OK/.test(said), said: found, text: said };
	});
}

// A request's octets, as openssl makes them.
export const requestOf = (site, serials, { sha256 = false, nonce = false, issuer = authority(site).ca } = {}) => withFiles({}, async (_, folder) => {
	const file = path.join(folder, "request");
	await call("openssl", ["ocsp", ...(sha256 ? ["-sha256"] : []), "-issuer", issuer, ...serials.flatMap((serial) => ["-serial", `0x${serial}`]), ...(nonce ? [] : ["-no_nonce"]), "-reqout", file], { env });
	return readFile(file);
});

// One exchange with a connection of its own. { status, headers, body }
export const exchange = (url, { method = "POST", body = null, type = "application/ocsp-request" } = {}) => new Promise((resolve, reject) => {
	const request = http.request(url, { method, agent: false, timeout: 30000, headers: body === null ? {} : { "content-type": type, "content-length": body.length } }, (answer) => {
		const chunks = [];
		answer.on("data", (chunk) => chunks.push(chunk));
		answer.on("error", reject);
		answer.on("end", () => resolve({ status: answer.statusCode, headers: answer.headers, body: Buffer.concat(chunks) }));
	});
	request.on("timeout", () => request.destroy(new Error(`${method} ${url}: no answer`)));
	request.on("error", reject);
	request.end(body ?? undefined);
});

// OCSPResponseStatus of an answer without content: 1 malformedRequest, 2 internalError, 3 tryLater, 6 unauthorized; 0: it has content.
export const refusal = (body) => body.length === 5 && body.subarray(0, 4).equals(Buffer.from([0x30, 3, 0x0a, 1])) ? body[4] : 0;
