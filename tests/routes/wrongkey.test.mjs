// A signature by the wrong key: the server's sentence for each, in three languages, says what is wrong and which file to choose. The certificates are those of
// tests/hostile, signed by this instance's own demo CA.
import assert from "node:assert/strict";
import { createPrivateKey, generateKeyPairSync, X509Certificate } from "node:crypto";
import { after, before, test } from "node:test";

import { bits, octetString, oidOf, sequence } from "../../views/static/js/der.js";
import { auth, authority, certificate, enter, person, signing } from "../hostile/lib/certificate.mjs";
import { Database } from "../hostile/lib/measure.mjs";
import { signed } from "../hostile/lib/signer.mjs";
import { file, login, messages } from "../lib/citizen.mjs";
import { Browser } from "../lib/http.mjs";
import { instance } from "../lib/instance.mjs";
import { open } from "../lib/sign.mjs";
import { words } from "../lib/words.mjs";

let site, db, ca, citizen, other, keys;
before(async () => {
	site = await instance({ own: true });
	[citizen, other] = site.citizens;
	db = new Database(site);
	ca = await authority(site, db);
	const pair = generateKeyPairSync("rsa", { modulusLength: 2048 }), stranger = generateKeyPairSync("rsa", { modulusLength: 2048 });
	const odd = async (fields, purpose = "auth") => {
		const made = ca.issue({ key: pair.publicKey, subject: person(citizen), ...(purpose === "auth" ? auth : signing), ...fields });
		await enter(db, made, { ca: ca.id, iin: citizen.iin, purpose, from: fields.from, until: fields.until });
		return { key: pair.privateKey, ...made };
	};
	const own = async (key) => {
		const pem = await open(key);
		return { key: createPrivateKey(pem.key), der: new Uint8Array(new X509Certificate(pem.certificate).raw) };
	};
	const gost = sequence(sequence(oidOf("1.2.398.3.10.1.1.2.2"), sequence(oidOf("1.2.398.3.10.1.1.2.2.1"))), bits(octetString(new Uint8Array(128))));
	const revoked = await odd({});
	await db.ask(`INSERT INTO revocation (ca, serial, iin, reason, revoked_at) VALUES (${ca.id}, X'${revoked.serial}', '${citizen.iin}', 1, UTC_TIMESTAMP(6))`);
	keys = {
		"certificate_purpose": { login: await own(citizen.sign), confirmation: await own(citizen.auth), file: /AUTH_RSA/ },
		"algorithm": { login: await odd({ key: gost }), confirmation: await odd({ key: gost }, "sign"), file: /RSA256/ },
		"certificate_time": { login: await odd({ from: -700, until: -365 }), confirmation: await odd({ from: 1, until: 300 }, "sign"), file: /файл|файлын|file/ },
		"certificate_revoked": { login: revoked, file: /файл|файлын|file/ },
		"certificate_ca": { login: { key: pair.privateKey, ...certificate({ by: { name: ca.name, keyId: ca.keyId, key: stranger.privateKey }, key: pair.publicKey, subject: person(citizen), ...auth }) }, file: /файл|файлын|file/ },
		"certificate_person": { login: await odd({ subject: person(citizen, [["O", "ДЕМО ЖШС"], ["OU", "BIN990140000000"]]) }), file: /файл|файлын|file/ },
		"certificate_iin": { confirmation: await own(other.sign), file: /файл|файлын|file/ },
	};
});
after(async () => {
	db?.close();
	await site?.stop();
});

for (const language of ["ru", "kk", "en"]) {
	test(`each wrong key has its sentence, ${language}`, { timeout: 120000 }, async () => {
		const said = await words(language), seen = new Set();
		const visitor = new Browser(site, { language }), inside = await login(site, citizen, { language });
		inside.cookies.set("language", language);
		const { number } = await file(inside, citizen);
		for (const [code, key] of Object.entries(keys)) {
			const sentence = said(`form.refused.${code}`);
			assert.match(sentence, key.file, "which file to choose");
			if (key.login) {
				const page = await visitor.get("/login");
				const answer = await visitor.post("/login", { csrf: page.csrf, signed: signed(page.document, key.login) });
				assert.equal(answer.status, 422, code);
				assert.equal(messages(answer), sentence);
				assert.ok(answer.element("signed-error").includes(sentence), "and at the field");
				assert.ok(!visitor.cookies.has("__Host-session"));
			}
			if (key.confirmation) {
				const page = await inside.get(`/applications/${number}`);
				const answer = await inside.post(`/applications/${number}/confirm`, { csrf: page.csrf, status: "signed", agree: "1", signed: signed(page.document, key.confirmation) });
				assert.equal(answer.status, 422, code);
				assert.equal(messages(answer), sentence);
			}
			seen.add(sentence);
		}
		assert.equal(seen.size, Object.keys(keys).length, "no two alike");
		await inside.post(`/applications/${number}/refuse`, { csrf: (await inside.get(`/applications/${number}`)).csrf });
	});
}
