// A running cabinet for tests: the one that scripts/test started (CABINET_TEST_VAR), or an own one on free ports below a temporary folder.
//   const site = await instance();         { origin, plain, var, port, run, ca, citizens, operator, stop() }
//   const own = await instance({ own: true, conf: "applications_limit = 3", env: { CABINET_BURST: "5" } });
import { execFile } from "node:child_process";
import { mkdtemp, readFile, readlink, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const call = promisify(execFile);
export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../..");

const listens = (port) => new Promise((resolve) => {
	const server = createServer();
	server.once("error", () => resolve(false));
	server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
});

// A free port whose next one is free too.
export async function freePort() {
	for (let tries = 0; tries < 100; tries++) {
		const port = 20000 + 2 * Math.floor(Math.random() * 6000);
		if (await listens(port) && await listens(port + 1)) return port;
	}
	throw new Error("no free pair of ports");
}

export async function describe(folder, stop) {
	const port = Number((await readFile(path.join(folder, "port"), "utf8")).trim());
	let citizens = [], operator = null;
	try {
		const demo = JSON.parse(await readFile(path.join(folder, "demo/citizen.json"), "utf8"));
		const place = (key) => ({ ...key, file: path.join(folder, "demo", key.file) });
		citizens = demo.citizens.map((c) => ({ ...c, auth: place(c.auth), sign: place(c.sign) }));
		operator = demo.operator ? { ...demo.operator, sign: place(demo.operator.sign) } : null;
	} catch (error) {
		if (error.code !== "ENOENT") throw error;
	}
	return {
		var: folder, port, citizens, operator, stop,
		origin: `https://localhost:${port}`,
		plain: `http://localhost:${port + 1}`,
		run: await readlink(path.join(folder, "run")).catch(() => path.join(folder, "run")),
		ca: await readFile(path.join(folder, "tls/ec.pem"), "utf8"),
	};
}

export async function instance({ own = false, conf = "", env = {} } = {}) {
	if (!own && process.env.CABINET_TEST_VAR) return describe(process.env.CABINET_TEST_VAR, async () => {});
	const folder = await mkdtemp(path.join(tmpdir(), "cabinet-test-"));
	const stop = async () => {
		await call(path.join(root, "scripts/stop"), ["--var", folder], { timeout: 90000 });
		await rm(folder, { recursive: true, force: true });
	};
	try {
		// two tests may draw the same port at the same moment: the second draws again
		for (let tries = 0; ; tries++) {
			const port = await freePort();
			try {
				await call(path.join(root, "scripts/run"), ["--built", "--detach", "--port", String(port), "--var", folder],
				    { timeout: 180000, env: { ...process.env, CABINET_CONF_EXTRA: conf, ...env } });
				break;
			} catch (error) {
				if (tries === 3 || !/in use/.test(error.stderr ?? "")) throw error;
			}
		}
		return await describe(folder, stop);
	} catch (error) {
		await stop().catch(() => {});
		throw error;
	}
}

// Waits until probe() gives something true, and returns it; fails with what after so many milliseconds.
export async function until(what, probe, limit = 10000) {
	const end = Date.now() + limit;
	for (;;) {
		const result = await probe();
		if (result) return result;
		if (Date.now() > end) throw new Error(`${what}: not within ${limit} ms`);
		await new Promise((resolve) => setTimeout(resolve, 100));
	}
}
