// The watchdog, started by hand with a report of its own, so that the instance's own one is not in the way.
//   const { folder, look, isFine } = await watchdog(site);      folder: where the report lies
//   isAlarm(await look({ ca_certificate: file }, ["--whole"]), "base-crl", /out of date/);
import assert from "node:assert/strict";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";

import { root } from "./instance.mjs";
import { run } from "./ocsp.mjs";

export const program = path.join(root, process.env.CABINET_BUILD ?? "build", "watchdog");

export async function watchdog(site) {
	const folder = path.join(site.var, "watchdog-test"), conf = path.join(folder, "cabinet.conf");
	await mkdir(folder);
	// One look, with lines of the configuration changed. { status, said, level(check), report }
	const look = async (changes = {}, args = []) => {
		let text = await readFile(path.join(site.var, "cabinet.conf"), "utf8");
		for (const [name, value] of Object.entries({ report_file: path.join(folder, "report"), ...changes }))
			text = text.replace(new RegExp(`^${name} = .*$`, "m"), `${name} = ${value}`);
		await writeFile(conf, text);
		const { status, said } = await run(program, ["-c", conf, ...args]);
		const report = await readFile(path.join(folder, "report"), "utf8").catch(() => "");
		return { status, said, report, level: (check) => Number(new RegExp(`^cabinet_watchdog_check\\{check="${check}"\\} (\\d)$`, "m").exec(report)?.[1]) };
	};
	const isFine = async (what, changes, args) => {
		const found = await look(changes, args);
		assert.equal(found.status, 0, `${what}: ${found.said}`);
		return found;
	};
	return { folder, look, isFine };
}

// One check raises, by this text, and no other does.
export function isAlarm(found, check, pattern, level = 2) {
	assert.equal(found.status, level, found.said);
	assert.match(found.said, pattern);
	for (const [, name, value] of found.report.matchAll(/^cabinet_watchdog_check\{check="([a-z-]+)"\} (\d)$/gm))
		assert.equal(Number(value), name === check ? level : 0, `${name}: ${found.said}`);
}
