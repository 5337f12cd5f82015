// Mails as a mail program reads them: .eml octets into headers, text and parts, strictly (RFC 5322, 2045, 2047).
//   const letter = parse(octets);                  { headers, to, subject, text, parts: [{ type, name, text }], raw }
//   const letters = await mailbox(site);           what lies in var/mail
//   const letter = await arrived(site, "a@example.kz", /Код/);
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";

import { until } from "./instance.mjs";

function head(text) {
	const at = text.indexOf("\r\n\r\n");
	if (at < 0) throw new Error("no empty line behind the header");
	const headers = {};
	for (const line of text.slice(0, at).replace(/\r\n[ \t]/g, " ").split("\r\n")) {
		const found = /^([A-Za-z-]+): (.*)$/.exec(line);
		if (!found) throw new Error(`header line: ${line}`);
		const name = found[1].toLowerCase();
		if (name in headers) throw new Error(`header twice: ${name}`);
		headers[name] = found[2];
	}
	return [headers, text.slice(at + 4)];
}

// RFC 2047: blanks between two encoded-words are not shown.
const words = (text) => text.replace(/\?=\s+=\?/g, "?==?").replace(/=\?UTF-8\?B\?([A-Za-z0-9+/=]*)\?=/g, (_, data) => `\0${data}\0`)
    .replace(/\0([^\0]*)\0/g, (_, data) => Buffer.from(data, "base64").toString("latin1"));
export const decodeWords = (text) => Buffer.from(words(text), "latin1").toString("utf8");

function body(headers, text) {
	if (headers["content-transfer-encoding"] !== "base64") throw new Error(`encoding: ${headers["content-transfer-encoding"]}`);
	if (!/^(?:[A-Za-z0-9+/=]{1,76}\r\n)*$/.test(text)) throw new Error("base64 lines");
	return Buffer.from(text, "base64").toString("utf8");
}

export function parse(octets) {
	const raw = octets.toString("latin1");
	if (/[^\r]\n|\r[^\n]/.test(raw)) throw new Error("a bare CR or LF");
	if (/[^\t\r\n -~]/.test(raw)) throw new Error("not ASCII");
	if (raw.split("\r\n").some((line) => line.length > 78)) throw new Error("a long line");
	const [headers, rest] = head(raw);
	const boundary = /^multipart\/mixed; boundary="([^"]+)"$/.exec(headers["content-type"])?.[1];
	let parts;
	if (boundary) {
		const [preamble, ...pieces] = ("\r\n" + rest).split(`\r\n--${boundary}`);
		if (preamble !== "" || pieces.pop() !== "--\r\n") throw new Error("multipart is not closed");
		parts = pieces.map((piece) => head(piece.slice(2) + "\r\n"));
	} else {
		parts = [[headers, rest]];
	}
	parts = parts.map(([about, text]) => ({ type: about["content-type"], disposition: about["content-disposition"], text: body(about, text) }));
	return { raw, headers, parts, to: /^<([^>]*)>$/.exec(headers.to)[1], subject: decodeWords(headers.subject), from: decodeWords(headers.from), text: parts[0].text };
}

export async function mailbox(site) {
	const folder = path.join(site.var, "mail");
	const names = (await readdir(folder)).filter((name) => name.endsWith(".eml"));
	return Promise.all(names.map(async (name) => parse(await readFile(path.join(folder, name)))));
}

export const arrived = (site, to, subject, limit) => until(`mail ${subject} to ${to}`, async () => (await mailbox(site)).find((letter) => letter.to === to && subject.test(letter.subject)), limit);

export const linkIn = (letter) => /\/notice\/[A-Za-z0-9_-]{43}/.exec(letter.text)[0];
