// What holds whatever was killed, filled up or set back: asked of the database, of the published files, and of both together.
//   const files = await whole(site, highest);             throws when a published file is not whole, not valid, or older than it was
//   assert.deepEqual(await broken(site), []);             names what does not hold; nothing may be under way
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import path from "node:path";

import { call, sql, toBeSigned } from "./citizen.mjs";

// Each question must have no answer, once nothing is under way any more.
export const NOTHING = {
	"a certificate without an application, its reservation, its signed document and one event": `SELECT HEX(c.serial) FROM certificate c JOIN application a ON a.number = c.number
		WHERE a.origin = 'cabinet' AND (a.status NOT IN ('issued', 'installed')
		OR NOT EXISTS (SELECT 1 FROM serial_reservation r WHERE r.serial = c.serial AND r.number = c.number AND r.purpose = c.purpose AND r.state = 'stored')
		OR NOT EXISTS (SELECT 1 FROM signed_form f WHERE f.digest = c.form AND f.digest = a.form AND f.kind = 'confirmation' AND f.subject = c.number)
		OR (SELECT COUNT(*) FROM event e WHERE e.kind = 'certificate-issued' AND e.serial = c.serial) <> 1)`,
	"a certificate of no application": "SELECT HEX(serial) FROM certificate WHERE number NOT IN (SELECT number FROM application)",
	"an application with another number of certificates than two": `SELECT a.number FROM application a WHERE a.origin = 'cabinet' AND
		(SELECT CONCAT(COUNT(*), COUNT(DISTINCT purpose)) FROM certificate c WHERE c.number = a.number) <> IF(a.status IN ('issued', 'installed'), '22', '00')`,
	"a status that the history does not have once, in order": `SELECT a.number, a.status, (SELECT GROUP_CONCAT(s.status ORDER BY s.at) FROM application_status s WHERE s.number = a.number) AS was
		FROM application a WHERE a.origin = 'cabinet' HAVING was <> CASE a.status WHEN 'new' THEN 'new' WHEN 'issued' THEN 'new,signed,signing,issued'
		WHEN 'installed' THEN 'new,signed,signing,issued,installed' END OR was IS NULL`,
	"an application whose past has a status twice": `SELECT number, was FROM (SELECT number, status AS was, LAG(status) OVER (PARTITION BY number ORDER BY ROW_START) AS before_
		FROM application FOR SYSTEM_TIME ALL) h WHERE before_ IS NULL OR was <> before_ GROUP BY number, was HAVING COUNT(*) > 1`,
	"an act with more or fewer events than one": `SELECT a.number FROM application a WHERE a.origin = 'cabinet' AND
		((SELECT COUNT(*) FROM event e WHERE e.kind = 'application-filed' AND e.number = a.number) <> 1
		OR (SELECT COUNT(*) FROM event e WHERE e.kind = 'certificates-installed' AND e.number = a.number) <> (a.status = 'installed'))`,
	"a reservation half done": "SELECT HEX(serial), state FROM serial_reservation WHERE state <> 'stored'",
	"a key of nothing, or twice in one application": "SELECT number FROM public_key GROUP BY number, purpose HAVING COUNT(*) <> 1 OR number NOT IN (SELECT number FROM application)",
	"a document used but not kept": `SELECT HEX(i.digest) FROM form_issued i WHERE (i.state = 'used') <> EXISTS (SELECT 1 FROM signed_form f WHERE f.digest = i.digest)`,
	"a confirmed application without its document": "SELECT number FROM application WHERE origin = 'cabinet' AND (form IS NULL) <> (status IN ('new', 'withdrawn'))",
	"a revocation without its document, not verified, or on no CRL": `SELECT HEX(r.serial) FROM revocation r LEFT JOIN signed_form f ON f.digest = r.form AND f.kind = 'revocation'
		WHERE f.digest IS NULL OR r.verified_at IS NULL OR r.refused IS NOT NULL OR r.first_delta_number IS NULL
		OR (SELECT COUNT(*) FROM event e WHERE e.kind = 'revocation' AND e.serial = r.serial) <> 1
		OR (SELECT COUNT(*) FROM event e WHERE e.kind = 'revocation-verified' AND e.serial = r.serial) <> 1`,
	"a CRL claimed and never published": "SELECT number, kind FROM crl WHERE published_at IS NULL",
	"a session without a login": "SELECT HEX(id) FROM session s WHERE NOT EXISTS (SELECT 1 FROM event e WHERE e.kind = 'login' AND e.iin = s.iin AND e.serial = s.serial)",
};

// All questions in one go: what has an answer, with its first rows.
export async function broken(site) {
	const asked = Object.entries(NOTHING).map(([what, question]) => `SELECT '# ${what.replaceAll("'", "''")}'; ${question};`).join("\n");
	const found = [];
	let what = "";
	for (const [first, ...rest] of await sql(site, asked)) {
		if (first.startsWith("# ")) what = first.slice(2);
		else found.push(`there is ${what}: ${[first, ...rest].join(" ")}`);
	}
	return [...found, ...await disagreements(site)];
}

export const FILES = ["ca.crl", "ca-delta.crl"];

// A published CRL as it lies on the disk: { number, entries: Set of serials, nextUpdate, body, text }. Throws unless openssl can read it and the CA signed it.
export async function onDisk(site, name) {
	const file = path.join(site.var, "public/crl", name), body = await readFile(file);
	const { stdout, stderr } = await call("openssl", ["crl", "-inform", "DER", "-in", file, "-CAfile", path.join(site.var, "ca/ca.pem"), "-noout", "-text"], { maxBuffer: 1 << 28 });
	assert.match(stderr, /verify OK/, name);
	const entries = new Set([...stdout.matchAll(/Serial Number: ([0-9A-F]+)/g)].map(([, serial]) => serial.toLowerCase().padStart(40, "0")));
	return { body, text: stdout, entries, number: Number(/CRL Number:[^\n]*\n\s*(\d+)/.exec(stdout)[1]), nextUpdate: Date.parse(/Next Update: ([^\n]+)/.exec(stdout)[1]) };
}

// At any moment: the files are whole and signed, and no number is lower than it was. highest: an object of the caller's, kept between calls.
export async function whole(site, highest) {
	const files = {};
	for (const name of FILES) {
		files[name] = await onDisk(site, name);
		assert.ok(files[name].number >= (highest[name] ?? 0), `${name}: ${files[name].number} after ${highest[name]}`);
		highest[name] = files[name].number;
	}
	return files;
}

// Files and register, when nothing is under way.
async function disagreements(site) {
	const found = [];
	for (const [i, name] of FILES.entries()) {
		const file = await onDisk(site, name);
		const [[number, entries, sum]] = await sql(site, `SELECT number, entries, LOWER(HEX(tbs_sha256)) FROM crl WHERE kind = '${["base", "delta"][i]}' ORDER BY number DESC LIMIT 1`);
		if (file.number !== Number(number) || file.entries.size !== Number(entries) || createHash("sha256").update(toBeSigned(file.body)).digest("hex") !== sum)
			found.push(`${name}: file ${file.number} with ${file.entries.size} entries, register ${number} with ${entries}`);
	}
	return found;
}
