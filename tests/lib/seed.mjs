// Rows that show one citizen everything a page can show: applications in every status, certificates in every state, mails and links.
// The demo's own rows are their pattern; «centre» and a time in the future keep the publisher from taking them up.
//   const made = await seed(site, citizen, "1");         { number: { new: …, signed: … }, serial: { expired: …, revoked: … }, link: { open: … } }
import { createHash } from "node:crypto";

import { sql } from "./citizen.mjs";

export const STATUSES = ["new", "signed", "signing", "issued", "installed", "refused", "expired", "withdrawn", "failed"];
const LEADS_TO = { new: ["new"], signed: ["new", "signed"], signing: ["new", "signed", "signing"], issued: ["new", "signed", "signing", "issued"],
	installed: ["new", "signed", "signing", "issued", "installed"], refused: ["new", "refused"], expired: ["new", "expired"], withdrawn: ["new", "withdrawn"],
	failed: ["new", "signed", "signing", "failed"] };
const REASON = { failed: "certificate_revoked", refused: "Предъявленное удостоверение личности не принадлежит заявителю" };
const ACTOR = { signing: "publisher", issued: "publisher", failed: "publisher", refused: "registrar", expired: "publisher" };
const AHEAD = "2031-05-06 07:08:09";

async function applications(site, { iin }, digit) {
	const [[pattern]] = await sql(site, `SELECT number FROM application WHERE iin='${iin}' ORDER BY created_at LIMIT 1`), number = {};
	for (const [i, status] of STATUSES.entries()) {
		number[status] = `${digit}${i + 1}1234560${i}2611`.padEnd(14, "5");
		await sql(site, `INSERT INTO application (number, iin, template, origin, status, email, locality, store, csr_auth, csr_sign, hash_auth, hash_sign, reason, created_at, changed_at)
			SELECT '${number[status]}', iin, template, '${status === "signed" || status === "signing" ? "centre" : "cabinet"}', '${status}', 'citizen.with.a.long.name@mail.example.kz', '750000000',
			'${status === "issued" ? "AKKaztokenStore" : "PKCS12"}', NULL, NULL, UNHEX(SHA2('${digit}${status}auth', 256)), UNHEX(SHA2('${digit}${status}sign', 256)), '${REASON[status] ?? ""}',
			'2024-02-0${i + 1} 06:46:00', '${AHEAD}' FROM application WHERE number='${pattern}'`);
		for (const [step, reached] of LEADS_TO[status].entries()) {
			await sql(site, `INSERT INTO application_status (number, status, at, actor, serial, form, reason) SELECT '${number[status]}', '${reached}',
				'2024-02-0${i + 1} 06:4${step}:00', '${ACTOR[reached] ?? "citizen"}', ${reached === "signed" ? `serial, UNHEX(SHA2('${digit}${status}', 256))` : "NULL, NULL"},
				'${reached === status ? REASON[status] ?? "" : ""}' FROM certificate WHERE iin='${iin}' AND purpose='sign' LIMIT 1`);
		}
	}
	return number;
}

async function certificates(site, { iin }, digit, number) {
	const serial = {};
	const copy = async (name, purpose, application, from, to) => {
		serial[name] = `${digit}${Object.keys(serial).length}`.padEnd(40, "ab5cd90ef");
		await sql(site, `INSERT INTO certificate (serial, ca, iin, number, purpose, algorithm, subject, full_name, not_before, not_after, key_id, der, authorized_by, issued_at)
			SELECT UNHEX('${serial[name]}'), ca, iin, '${application}', purpose, algorithm, subject, full_name, ${from}, ${to}, key_id, der, serial, '2024-02-04 06:46:00' FROM certificate
			WHERE iin='${iin}' AND purpose='${purpose}' AND authorized_by IS NULL LIMIT 1`);
	};
	await copy("expired", "auth", number.installed, "'2021-02-04 06:46:00'", "'2022-02-04 06:46:00'");
	await copy("soon", "sign", number.installed, "'2024-02-04 06:46:00'", "UTC_TIMESTAMP() + INTERVAL 20 DAY");
	await copy("ahead", "sign", number.issued, "'2031-02-04 06:46:00'", "'2032-02-04 06:46:00'");
	await copy("issued", "auth", number.issued, "'2024-02-04 06:46:00'", "UTC_TIMESTAMP() + INTERVAL 50 DAY");
	for (const [i, [name, more]] of Object.entries({ revoked: "NULL, NULL, NULL, NULL", published: "UTC_TIMESTAMP(6), NULL, 1, 1", refused: "NULL, 'digest', NULL, NULL" }).entries()) {
		await copy(name, i % 2 ? "sign" : "auth", number.installed, "'2024-02-04 06:46:00'", "UTC_TIMESTAMP() + INTERVAL 100 DAY");
		await sql(site, `INSERT INTO revocation (ca, serial, iin, reason, revoked_at, verified_at, refused, first_crl_number, first_delta_number)
			SELECT ca, serial, iin, ${[1, 4, 5][i]}, '2024-03-01 07:03:07', ${more} FROM certificate WHERE serial=UNHEX('${serial[name]}')`);
	}
	return serial;
}

async function mails(site, { iin }, digit, number) {
	const link = {};
	const states = { filed: "sent", issued: "queued", login: "failed", notify_off: "skipped", email_changed: "sent" };
	for (const [kind, state] of Object.entries(states))
		await sql(site, `INSERT INTO outbox (id, kind, iin, language, subject, detail, email, at, state, next_at, sent_at) VALUES ('seed:${digit}:${kind}', '${kind}', '${iin}', 'ru',
			'${kind === "filed" || kind === "issued" ? number.new : ""}', '', 'told@example.kz', UTC_TIMESTAMP(6), '${state}', '${AHEAD}', NULL)`);
	const links = { open: ["filed", "UTC_TIMESTAMP(6) + INTERVAL 7 DAY", "NULL, NULL"], email: ["email_changed", "UTC_TIMESTAMP(6) + INTERVAL 7 DAY", "NULL, NULL"],
		over: ["login", "'2024-02-04 06:46:00'", "NULL, NULL"], withdrawn: ["filed", "UTC_TIMESTAMP(6) + INTERVAL 7 DAY", "UTC_TIMESTAMP(6), 'withdrawn'"],
		sessions: ["login", "UTC_TIMESTAMP(6) + INTERVAL 7 DAY", "UTC_TIMESTAMP(6), 'sessions'"] };
	for (const [name, [kind, until, used]] of Object.entries(links)) {
		link[name] = createHash("sha256").update(`${digit}${name}`).digest("base64url");
		await sql(site, `INSERT INTO notice_link (hash, mail, expires_at, used_at, result) VALUES (UNHEX(SHA2('${link[name]}', 256)), 'seed:${digit}:${kind}', ${until}, ${used})`);
	}
	await sql(site, `INSERT INTO email_former (iin, email, until) VALUES ('${iin}', 'former@example.kz', UTC_TIMESTAMP(6) + INTERVAL 60 HOUR)`);
	return link;
}

export async function seed(site, citizen, digit) {
	const number = await applications(site, citizen, digit);
	return { number, serial: await certificates(site, citizen, digit, number), link: await mails(site, citizen, digit, number) };
}

// No attempt is left: as many applications of this month as the limit allows.
export const useUp = (site, { iin }, digit) => sql(site, `INSERT INTO application (number, iin, template, origin, status, email, locality, store, created_at, changed_at)
	SELECT CONCAT('${digit}9', LPAD(seq, 6, '0'), '260101'), '${iin}', 'person', 'cabinet', 'refused', '', '750000000', 'PKCS12', UTC_TIMESTAMP(6) - INTERVAL 1 DAY, UTC_TIMESTAMP(6)
	FROM seq_1_to_50`);

// While act runs, no signing key is valid.
export async function withoutSigningKey(site, { iin }, act) {
	await sql(site, `INSERT IGNORE INTO revocation (ca, serial, iin, reason, revoked_at, verified_at, first_crl_number)
		SELECT ca, serial, iin, 3, UTC_TIMESTAMP(6), UTC_TIMESTAMP(6), 1 FROM certificate WHERE iin='${iin}' AND purpose='sign'`);
	await act();
	await sql(site, `DELETE FROM revocation WHERE iin='${iin}' AND reason = 3`);
}
