// A citizen of one's own, so that tests that revoke, file and rename do not meet: enrolled like the demo's, with key files of the same shape.
//   const citizen = await enrol(site, folder);                         { iin, surname, name, patronymic, auth: { file, password }, sign: … }
//   const citizen = await enrol(site, folder, { surname: "ТЕСТОВ", … });
import { mkdtemp, readFile, rm } from "node:fs/promises";
import path from "node:path";

import { freshPerson } from "./apply.mjs";
import { call } from "./citizen.mjs";
import { root } from "./instance.mjs";

const PASSWORD = "Demo2026";

export async function enrol(site, folder, names = { surname: "ТЕСТОВ", name: "ТЕСТ", patronymic: "ТЕСТОВИЧ" }) {
	const work = await mkdtemp(path.join(folder, "enrol-")), at = (name) => path.join(work, name);
	const who = { ...names, iin: names.iin ?? freshPerson().iin };
	try {
		for (const purpose of ["auth", "sign"])
			await call("openssl", ["req", "-new", "-utf8", "-newkey", "rsa:2048", "-noenc", "-sha256", "-subj", `/serialNumber=IIN${who.iin}`,
				"-keyout", at(`${purpose}.key`), "-out", at(`${purpose}.csr`)]);
		await call(path.join(root, process.env.CABINET_BUILD ?? "build", "publisher"), ["-c", path.join(site.var, "cabinet.conf"), "enrol", "--template", "person",
			"--iin", who.iin, "--surname", who.surname, "--name", who.name, "--patronymic", who.patronymic,
			"--csr-auth", at("auth.csr"), "--csr-sign", at("sign.csr"), "--out", work]);
		const conf = await readFile(path.join(site.var, "cabinet.conf"), "utf8"), ca = /^ca_certificate\s*=\s*(\S+)/m.exec(conf)[1];
		for (const [purpose, prefix] of [["auth", "AUTH_RSA256"], ["sign", "RSA256"]]) {
			const { stdout } = await call("openssl", ["x509", "-in", at(`${purpose}.pem`), "-noout", "-ext", "subjectKeyIdentifier"]);
			const file = path.join(folder, `${prefix}_${stdout.split("\n")[1].replace(/[^0-9A-F]/g, "").toLowerCase()}.p12`);
			await call("openssl", ["pkcs12", "-export", "-in", at(`${purpose}.pem`), "-inkey", at(`${purpose}.key`), "-certfile", ca, "-passout", `pass:${PASSWORD}`, "-out", file]);
			who[purpose] = { file, password: PASSWORD };
		}
		return who;
	} finally {
		await rm(work, { recursive: true, force: true });
	}
}
