// scripts/migrate and scripts/import-localities: repeatable, forward only, all or nothing; grants that go, go; running programs notice nothing.
import test, { after, before } from 'node:test';
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { appendFileSync, cpSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Database, top } from '../lib/database.mjs';

let db, tree;

// A copy of what migrate reads, to be changed at will.
function copy() {
	rmSync(tree, { recursive: true, force: true });
	mkdirSync(tree);
	for (const folder of ['schema', 'scripts'])
		cpSync(join(top, folder), join(tree, folder), { recursive: true });
}
const migrate = (...args) => db.migrate(args.length ? args : undefined, tree);
function refused(r, reason) {
	assert.notEqual(r.status, 0, r.stdout);
	assert.match(r.stderr, reason);
}

before(() => {
	db = new Database();
	tree = join(db.dir, 'tree');
	copy();
	const r = migrate();
	assert.equal(r.status, 0, r.stderr);
});
after(() => db?.stop());

test('a second run changes nothing', () => {
	const privileges = `SELECT * FROM information_schema.column_privileges ORDER BY 1, 3, 4, 5, 6`;
	const before = db.rows(privileges);
	const r = migrate();
	assert.equal(r.status, 0, r.stderr);
	assert.equal(r.stdout, '');
	assert.deepEqual(db.rows(privileges), before);
	assert.deepEqual(db.rows(`SELECT user FROM mysql.user WHERE user LIKE '%wanted%'`), []);
	assert.deepEqual(db.rows(`SELECT COUNT(*) FROM cabinet.locality FOR SYSTEM_TIME ALL`), db.rows(`SELECT COUNT(*) FROM cabinet.locality`));
});

test('two at once', async () => {
	const one = () => new Promise((resolve) => {
		const child = spawn(join(tree, 'scripts/migrate'), ['--socket', db.socket, '--database', 'cabinet_two', '--passwords', db.passwords]);
		let text = '';
		child.stdout.on('data', (data) => { text += data; });
		child.stderr.on('data', (data) => { text += data; });
		child.on('close', (code) => resolve([code, text]));
	});
	const both = await Promise.all([one(), one()]);
	assert.deepEqual(both.map(([code]) => code), [0, 0], JSON.stringify(both));
	assert.equal(both.filter(([, text]) => text.includes('applied 001_')).length, 1);
	db.rows(`DROP DATABASE cabinet_two`, { database: null });
	assert.equal(migrate().status, 0);
});

test('migrations go forward only', () => {
	appendFileSync(join(tree, 'schema/001_cabinet.sql'), '-- changed\n');
	refused(migrate(), /001_cabinet\.sql was changed after it had been applied/);
	copy();
	const last = Number(readdirSync(join(tree, 'schema')).filter((name) => /^\d/.test(name)).sort().at(-1).slice(0, 3));
	const name = `${String(last + 2).padStart(3, '0')}_more.sql`;
	writeFileSync(join(tree, 'schema', name), 'CREATE TABLE IF NOT EXISTS more (id INT PRIMARY KEY);\nALTER TABLE nothing ADD a INT;\n');
	refused(migrate(), new RegExp(`${name} failed`));
	// cut short: not recorded, and run again when it can pass
	writeFileSync(join(tree, 'schema', name), 'CREATE TABLE IF NOT EXISTS more (id INT PRIMARY KEY);\nALTER TABLE more ADD COLUMN IF NOT EXISTS a INT;\n');
	assert.match(migrate().stdout, new RegExp(`^applied ${name}$`, 'm'));
	writeFileSync(join(tree, 'schema', `${String(last + 1).padStart(3, '0')}_late.sql`), 'SELECT 1;\n');
	refused(migrate(), /a later migration has been applied already/);
	copy();
	refused(migrate(), /is not in this tree: the database is newer/);
	db.rows(`DELETE FROM schema_migration WHERE version = ${last + 2}; DROP TABLE more`);
	assert.equal(migrate().status, 0);
});

test('a grant taken out of its file is taken away, one made by hand too', () => {
	const file = join(tree, 'schema/accounts/keys.sql');
	assert.equal(db.errorOf('SELECT name FROM ca', 'keys'), 0);
	writeFileSync(file, readFileSync(file, 'utf8').replace(/^GRANT SELECT \(id, name, subject\) ON cabinet.ca.*$/m, ''));
	db.rows(`GRANT SELECT ON cabinet.session TO 'cabinet_keys'@'localhost'; GRANT DELETE ON cabinet.* TO 'cabinet_keys'@'localhost';
		GRANT SELECT, PROCESS ON *.* TO 'cabinet_keys'@'localhost'; CREATE USER 'cabinet_gone'@'localhost'`);
	assert.equal(migrate().status, 0);
	assert.equal(db.errorOf('SELECT name FROM ca', 'keys'), 1143);
	assert.equal(db.errorOf('SELECT id FROM ca', 'keys'), 0);
	assert.equal(db.errorOf('SELECT user_agent FROM session', 'keys'), 1143);
	assert.equal(db.errorOf('SELECT last_page FROM session', 'keys'), 0);
	assert.equal(db.errorOf('DELETE FROM citizen', 'keys'), 1142);
	assert.deepEqual(db.rows(`SELECT user FROM mysql.user WHERE user = 'cabinet_gone'`), []);
	copy();
	assert.equal(migrate().status, 0);
	assert.equal(db.errorOf('SELECT name FROM ca', 'keys'), 0);
});

test('a running program keeps its privileges while grants change', async () => {
	const child = spawn('mariadb', ['--no-defaults', `--socket=${db.socket}`, '--user=cabinet_keys', '--batch', 'cabinet'],
		{ env: { ...process.env, MYSQL_PWD: readFileSync(join(db.passwords, 'keys'), 'utf8').trim() } });
	let errors = '', ended = false;
	child.stderr.on('data', (data) => { errors += data; });
	child.stdout.resume();
	child.on('close', () => { ended = true; });
	child.stdin.write(`PREPARE s FROM 'SELECT id, name, subject FROM ca'; PREPARE t FROM 'SELECT full_name FROM certificate';\n`);
	let rounds = 0;
	const feed = setInterval(() => { rounds++; child.stdin.write('EXECUTE s; EXECUTE t;\n'.repeat(50)); }, 5);
	for (let i = 0; i < 3; i++) {
		db.rows(`REVOKE INSERT (kind) ON cabinet.event FROM 'cabinet_keys'@'localhost'; GRANT SELECT (at) ON cabinet.event TO 'cabinet_keys'@'localhost'`);
		await new Promise((resolve) => spawn(join(tree, 'scripts/migrate'), ['--socket', db.socket, '--passwords', db.passwords]).on('close', resolve));
	}
	clearInterval(feed);
	child.stdin.end();
	await new Promise((resolve) => { if (ended) resolve(); else child.on('close', resolve); });
	assert.equal(errors, '');
	assert.ok(rounds > 10);
	assert.equal(db.errorOf('SELECT at FROM event', 'keys'), 1142);
});

test('an account file holds plain grants to its own account', () => {
	for (const [text, reason] of [
		[`GRANT ALL ON cabinet.event TO 'cabinet_bad'@'localhost';`, /not a plain grant/],
		[`GRANT SELECT ON cabinet.* TO 'cabinet_bad'@'localhost';`, /not a plain grant/],
		[`GRANT SELECT ON mysql.user TO 'cabinet_bad'@'localhost';`, /not a plain grant/],
		[`GRANT SELECT (id) ON cabinet.ca TO 'cabinet_keys'@'localhost';`, /not a plain grant/],
		[`GRANT SELECT (id) ON cabinet.ca TO 'cabinet_bad'@'localhost' WITH GRANT OPTION;`, /not a plain grant/],
		[`DROP TABLE cabinet.ca;`, /not a plain grant/],
		[`GRANT SELECT (id) ON cabinet.ca TO 'cabinet_bad'@'localhost'`, /no ';' behind/],
		[`-- include: nothing`, /no fragment nothing/],
		[`GRANT SELECT (no_such) ON cabinet.ca TO 'cabinet_bad'@'localhost';`, /do not fit this database/],
	]) {
		writeFileSync(join(tree, 'schema/accounts/bad.sql'), `${text}\n`);
		refused(migrate(), reason);
	}
	copy();
	assert.deepEqual(db.rows(`SELECT user FROM mysql.user WHERE user LIKE '%wanted%'`), []);
	assert.equal(migrate().status, 0);
});

test('passwords: made once, private, and refused when others may read them', () => {
	const file = join(db.passwords, 'keys'), password = readFileSync(file, 'utf8');
	assert.match(password, /^[0-9a-f]{64}$/);
	assert.equal(statSync(file).mode & 0o777, 0o600);
	assert.equal(statSync(db.passwords).mode & 0o777, 0o700);
	assert.equal(migrate().status, 0);
	assert.equal(readFileSync(file, 'utf8'), password);
	spawnSync('chmod', ['644', file]);
	refused(migrate(), /others may read it/);
	spawnSync('chmod', ['600', file]);
	writeFileSync(file, "x' IDENTIFIED BY 'y");
	refused(migrate(), /letters, digits/);
	rmSync(file);
	assert.equal(migrate().status, 0);
	assert.notEqual(readFileSync(file, 'utf8'), password);
	assert.equal(db.errorOf('SELECT name FROM ca', 'keys'), 0);
});

test('without passwords an account belongs to one OS user', () => {
	assert.equal(migrate('--database', 'cabinet').status, 0);
	assert.match(db.rows(`SHOW CREATE USER 'cabinet_keys'@'localhost'`)[0][0], /VIA unix_socket USING 'cab-keys'/);
	assert.equal(db.errorOf('SELECT 1', 'keys'), 1698);
	assert.equal(migrate().status, 0);
	assert.equal(db.errorOf('SELECT 1', 'keys'), 0);
});

test('mistaken options', () => {
	refused(spawnSync(join(tree, 'scripts/migrate'), ['--socket', '/nonexistent'], { encoding: 'utf8' }), /no such socket/);
	refused(migrate('--database', 'a; DROP DATABASE cabinet'), /lower-case letters/);
	refused(migrate('--fast'), /usage/);
});

const localities = (text) => {
	const file = join(db.dir, 'localities.csv');
	writeFileSync(file, text);
	return spawnSync(join(tree, 'scripts/import-localities'), ['--socket', db.socket, file], { encoding: 'utf8' });
};
const HEAD = 'code,parent,kind,name_ru,name_kk,source\n';

test('localities: what came with the project', () => {
	assert.deepEqual(db.rows(`SELECT kind, COUNT(*) FROM locality GROUP BY kind ORDER BY kind`),
		[['region', '17'], ['republic_city', '3'], ['city', '87'], ['district', '170'], ['city_district', '25']]);
	assert.deepEqual(db.rows(`SELECT COUNT(*) FROM locality l LEFT JOIN locality p ON p.code = l.parent
		WHERE (l.parent IS NULL) <> (l.kind IN ('region', 'republic_city')) OR (l.parent IS NOT NULL AND p.code IS NULL)`), [['0']]);
	assert.deepEqual(db.rows(`SELECT name_kk FROM locality WHERE code = '100000000'`), [['Абай облысы']]);
});

test('localities: a larger classifier is taken over whole, changes keep the past', () => {
	const rows = Array.from({ length: 2000 }, (_, i) => `${900000000 + i},100000000,settlement,"с. ""Новое"", № ${i}",Ө'\\${i},test`);
	let r = localities(`${HEAD}${rows.join('\n')}\n`);
	assert.equal(r.status, 0, r.stderr);
	assert.match(r.stdout, /2000 read, 2000 new, 0 changed/);
	assert.deepEqual(db.rows(`SELECT name_ru, name_kk = 'Ө''\\\\7' FROM locality WHERE code = '900000007'`), [['с. "Новое", № 7', '1']]);
	rows[7] = '900000007,100000000,settlement,Переименовано,Басқа,test';
	r = localities(`\ufeff${HEAD.trim()}\r\n${rows.join('\r\n')}\r\n`);
	assert.match(r.stdout, /2000 read, 0 new, 1 changed/);
	assert.deepEqual(db.rows(`SELECT COUNT(*) FROM locality FOR SYSTEM_TIME ALL WHERE code >= '900000000'`), [['2001']]);
});

test('localities: one bad line and nothing is changed', () => {
	const good = '910000000,,region,Область,Облыс,test\n';
	for (const [bad, reason] of [
		['91000000,,region,А,Б,test', /csv:3: code: 9 digits/],
		['910000000,,region,А,Б,test', /csv:3: code: also in line 2/],
		['910000001,91,region,А,Б,test', /csv:3: parent/],
		['910000001,910000001,region,А,Б,test', /csv:3: parent: its own/],
		['910000001,,planet,А,Б,test', /csv:3: kind/],
		['910000001,,region,,Б,test', /csv:3: name_ru/],
		['910000001,,region,А,Б', /csv:3: not six fields/],
		['910000001,,region,"А,Б,test', /csv:3: not six fields/],
		['910000001,,region,А\u0001,Б,test', /csv:3: control/],
		['910000001,999999999,region,А,Б,test', /the parent of 910000001 is neither/],
		[`910000001,,region,${'А'.repeat(256)},Б,test`, /Data too long/],
	]) {
		refused(localities(`${HEAD}${good}${bad}\n`), reason);
		assert.deepEqual(db.rows(`SELECT COUNT(*) FROM locality WHERE code LIKE '91000000_'`), [['0']], bad);
	}
	refused(localities(Buffer.concat([Buffer.from(HEAD), Buffer.from('910000000,,region,'), Buffer.from([0xc3, 0x28]), Buffer.from(',x,x\n')])), /Incorrect string value/);
	refused(localities('code;parent\n'), /csv:1: the first line/);
	refused(localities(HEAD), /no rows/);
});
