// What the programs of an instance cost: CPU to the nanosecond and resident memory of a route's workers; and the database's client, kept open.
import { spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { createInterface } from "node:readline";

// Nanoseconds on a CPU of all workers of a route (Linux: first field of /proc/PID/schedstat).
export async function cpu(pids) {
	let sum = 0;
	for (const pid of pids) sum += Number((await readFile(`/proc/${pid}/schedstat`, "utf8")).split(" ")[0]);
	return sum;
}
// KB resident.
export async function memory(pid) {
	const status = await readFile(`/proc/${pid}/status`, "utf8");
	return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)[1]);
}
// One mariadb client that stays: a question costs a line, not a process.
export class Database {
	constructor(site) {
		this.client = spawn("mariadb", ["--no-defaults", "--default-character-set=utf8mb4", `--socket=${path.join(site.run, "mariadb.sock")}`, "-uroot", "--batch", "--skip-column-names", "--unbuffered",
			"--max-allowed-packet=16M", "cabinet"], { stdio: ["pipe", "pipe", "pipe"] });
		this.rows = [];
		this.faults = "";
		this.waiting = null;
		this.client.stderr.setEncoding("utf8").on("data", (text) => { this.faults += text; });
		createInterface({ input: this.client.stdout }).on("line", (line) => {
			if (line !== "----") this.rows.push(line.split("\t"));
			else this.waiting?.();
		});
		this.client.once("close", () => this.waiting?.());
	}
	// Rows as arrays of texts. One question at a time.
	async ask(sql) {
		await new Promise((resolve) => {
			this.waiting = resolve;
			this.client.stdin.write(`${sql};\nSELECT '----';\n`);
		});
		this.waiting = null;
		const rows = this.rows;
		this.rows = [];
		if (this.faults || this.client.exitCode !== null) throw new Error(`${sql.slice(0, 300)}: ${this.faults}`);
		return rows;
	}
	close() { this.client.stdin.end("quit\n"); }
}
