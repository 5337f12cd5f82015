// The programs of an own instance, for tests that stop and kill them. Only what this instance itself recorded or started is ever named.
//   await kill(site, "mariadbd");                          SIGKILL to the recorded leader of a service
//   await signal(site, "supervise", "SIGSTOP");
//   for (const pid of await workers(site, "login")) …      the workers behind multiwatch
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";

import { until } from "./instance.mjs";

// { session, parent, start } of a process that runs, or null.
async function stat(pid) {
	const line = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
	const fields = line.slice(line.lastIndexOf(")") + 2).split(" ");
	return line === "" || /[ZX]/.test(fields[0]) ? null : { parent: Number(fields[1]), session: Number(fields[3]), start: fields[19] };
}

// The leader of a service, 0 while there is none: its record names a process and when that one started, as the number alone may be another's.
export async function leader(site, name) {
	const [pid, start] = (await readFile(path.join(site.run, `${name}.pid`), "utf8").catch(() => "")).trim().split(" ");
	const found = pid ? await stat(pid) : null;
	return found !== null && found.start === start ? Number(pid) : 0;
}

export const services = async (site) => (await readdir(site.run)).filter((name) => name.endsWith(".pid")).map((name) => name.slice(0, -4)).sort();

// Children of a service's leader: workers of nginx, and those of a route behind its multiwatch.
export async function workers(site, name) {
	const parent = await leader(site, name === "nginx" ? name : `route-${name}`);
	const found = [];
	if (parent === 0) return found;
	for (const pid of (await readdir("/proc")).filter((entry) => /^[0-9]+$/.test(entry))) {
		if ((await stat(pid))?.parent === parent) found.push(Number(pid));
	}
	return found;
}

// 0 would be everybody of this program's own group.
export function send(pid, signal) {
	if (!(pid > 0)) return false;
	try {
		process.kill(pid, signal);
		return true;
	} catch (error) {
		if (error.code !== "ESRCH") throw error;
		return false;
	}
}

// To the leader of a service, as soon as it has one. Answers its number.
export async function signal(site, name, which) {
	return until(`${name} runs`, async () => {
		const pid = await leader(site, name);
		return pid !== 0 && send(pid, which) && pid;
	}, 15000);
}
export const kill = (site, name) => signal(site, name, "SIGKILL");
