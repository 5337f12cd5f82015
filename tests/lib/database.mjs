// A private MariaDB for tests: tests/lib/mariadb.sh, the project's schema and accounts, and the mariadb client as one of them.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const top = fileURLToPath(new URL('../..', import.meta.url));

export class Database {
	constructor() {
		this.dir = mkdtempSync(join(tmpdir(), 'cabinet-test-'));
		this.passwords = join(this.dir, 'passwords');
		this.socket = execFileSync(join(top, 'tests/lib/mariadb.sh'), ['start', this.dir], { encoding: 'utf8' }).trim();
	}

	// Answers what scripts/migrate did: { status, stdout, stderr }. tree: another copy of the project.
	migrate(args = ['--passwords', this.passwords], tree = top) {
		return spawnSync(join(tree, 'scripts/migrate'), ['--socket', this.socket, ...args], { encoding: 'utf8' });
	}

	// The client as root, or as a program's account by its password file. Rows as arrays of text, NULL as 'NULL'.
	run(sql, { account = null, database = 'cabinet', force = false } = {}) {
		const args = ['--no-defaults', `--socket=${this.socket}`, '--batch', '--skip-column-names', '--default-character-set=utf8mb4'];
		const env = { ...process.env };
		if (account === null)
			args.push('--user=root');
		else {
			args.push(`--user=cabinet_${account}`);
			env.MYSQL_PWD = readFileSync(join(this.passwords, account), 'utf8').trim();
		}
		if (force)
			args.push('--force');
		if (database)
			args.push(database);
		return spawnSync('mariadb', args, { input: sql, env, encoding: 'utf8', maxBuffer: 64 << 20 });
	}

	rows(sql, options) {
		const r = this.run(sql, options);
		if (r.status !== 0)
			throw new Error(r.stderr);
		return r.stdout.split('\n').filter((line) => line !== '').map((line) => line.split('\t'));
	}

	// The server's error number for one statement, or 0.
	errorOf(sql, account) {
		const r = this.run(sql, { account });
		return r.status === 0 ? 0 : Number(/ERROR (\d+)/.exec(r.stderr)?.[1] ?? -1);
	}

	stop() {
		execFileSync(join(top, 'tests/lib/mariadb.sh'), ['stop', this.dir]);
		rmSync(this.dir, { recursive: true });
	}
}
