// Who may do what: every program prepares all of its statements, needs each of its privileges, and is refused what belongs to others.
import test, { after, before } from 'node:test';
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Database, top } from '../lib/database.mjs';

const build = join(top, process.env.CABINET_BUILD ?? 'build');
const DENIED = [1142, 1143];
const accounts = readdirSync(join(top, 'schema/accounts')).filter((name) => name.endsWith('.sql')).map((name) => name.slice(0, -4));
const tools = { registrar: 'cabinet-registrar' };
const folder = (program) => (tools[program] ? `tools/${tools[program]}` : `routes/${program}`);
const programs = accounts.filter((name) => existsSync(join(top, 'fcgi', folder(name))));
let db, conf;

before(() => {
	db = new Database();
	const r = db.migrate();
	assert.equal(r.status, 0, r.stderr);
	conf = join(db.dir, 'cabinet.conf');
	writeFileSync(join(db.dir, 'secret'), '5a'.repeat(32), { mode: 0o600 });
	writeFileSync(conf, `mode = demo
site = https://localhost:8443
plain_site = http://localhost:8444
oid_arc = 1.3.6.1.4.1.32473
support_phone = 1414
support_email = support@cabinet.example
views = ${top}/views
secret_file = ${db.dir}/secret
db_socket = ${db.socket}
db_name = cabinet
db_password_dir = ${db.passwords}
[ocsp]
responder_file = ${db.dir}/responder.pem
`);
});
after(() => db?.stop());

const check = (program) => spawnSync(join(build, folder(program)), ['-c', conf, '--check'], { encoding: 'utf8' });

// [table, columns] of each INSERT … SELECT in a program's source.
function inserted(program) {
	const source = join(top, 'fcgi', folder(program));
	const text = readdirSync(source).filter((name) => name.endsWith('.c')).map((name) => readFileSync(join(source, name), 'utf8')).join('\n');
	return [...text.replaceAll(/"\s*"/g, '').matchAll(/INSERT INTO (\w+) \(([^)]*)\) SELECT/g)].map(([, table, columns]) => [table, columns.split(/, */).sort()]);
}

test('every program prepares its statements, and starts without none of its privileges', async (t) => {
	assert.ok(programs.length >= 6);
	for (const program of programs) {
		await t.test(program, () => {
			const whole = check(program);
			assert.equal(whole.status, 0, whole.stderr);
			const held = db.rows(`SELECT privilege_type, column_name, table_name FROM information_schema.column_privileges
				WHERE table_schema = 'cabinet' AND grantee = '''cabinet_${program}''@''localhost'''`);
			assert.ok(held.length > 5);
			// for INSERT … SELECT MariaDB looks at the columns when it is carried out: those are compared by their names
			const late = new Map(inserted(program));
			for (const [table, columns] of late)
				assert.deepEqual(held.filter(([type, , on]) => type === 'INSERT' && on === table).map(([, column]) => column).sort(), columns, table);
			const idle = [];
			for (const [type, column, table] of held) {
				db.rows(`REVOKE ${type} (${column}) ON ${table} FROM 'cabinet_${program}'@'localhost'`);
				const r = check(program);
				db.rows(`GRANT ${type} (${column}) ON ${table} TO 'cabinet_${program}'@'localhost'`);
				if (r.status === 0 && !(type === 'INSERT' && late.has(table)))
					idle.push(`${type} (${column}) ON ${table}`);
				else if (r.status !== 0)	// the log names the statement, the errno and the account
					assert.match(r.stderr, new RegExp(`"event":"db","detail":"[a-z -]+: 114[23] .*account cabinet_${program}`));
			}
			assert.deepEqual(idle, [], 'granted and not needed');
		});
	}
});

// Statements and the accounts that may make them; for all others the server must answer 1142 or 1143.
const foreign = [
	[`UPDATE event SET detail = ''`, []],
	[`DELETE FROM event`, []],
	[`SELECT detail FROM event`, []],
	[`INSERT INTO event (at, program, kind) VALUES ('2020-01-01', 'x', 'x')`, []],
	[`INSERT INTO event (program, kind) VALUES ('x', 'x')`, ['apply', 'applications', 'keys', 'login', 'mailer', 'profile', 'registrar', 'reissue', 'revoke', 'status', 'publisher']],
	[`INSERT INTO session (id, iin, serial, address, created_at, seen_at, expires_at) VALUES ('', '', '', '', 0, 0, 0)`, ['login']],
	[`UPDATE session SET iin = '850101300017'`, []],
	[`UPDATE session SET expires_at = '2099-01-01'`, []],
	[`DELETE FROM session`, []],
	[`INSERT INTO certificate (serial, der) VALUES ('', '')`, ['publisher']],
	[`UPDATE certificate SET not_after = '2099-01-01'`, []],
	[`DELETE FROM certificate`, []],
	[`INSERT INTO revocation (ca, serial) VALUES (1, '')`, ['publisher', 'revoke']],
	[`UPDATE revocation SET first_crl_number = 1`, ['publisher']],
	[`UPDATE revocation SET verified_at = NULL`, ['publisher']],
	[`UPDATE revocation SET revoked_at = '2020-01-01'`, []],
	[`UPDATE revocation SET reason = 1`, ['publisher']],
	[`INSERT INTO compromise (serial, form) VALUES ('', '')`, ['revoke']],
	[`UPDATE compromise SET verified_at = NULL`, ['publisher']],
	[`UPDATE compromise SET form = ''`, []],
	[`DELETE FROM compromise`, []],
	[`INSERT INTO blocked_key (spki_hash, reason) VALUES ('', 'listed')`, ['publisher']],
	[`DELETE FROM blocked_key`, []],
	[`UPDATE crl SET published_at = '2020-01-01'`, ['publisher']],
	[`UPDATE crl SET this_update = '2020-01-01'`, []],
	[`DELETE FROM revocation`, []],
	[`INSERT INTO crl (ca, number, kind) VALUES (1, 1, 'base')`, ['publisher']],
	[`DELETE FROM crl`, []],
	[`INSERT INTO ca (id) VALUES (9)`, ['publisher']],
	[`UPDATE ca SET state = 'active'`, []],
	[`UPDATE lease SET holder = 'x'`, ['publisher']],
	[`INSERT INTO serial_reservation (serial, ca) VALUES ('', 1)`, ['publisher']],
	[`INSERT INTO lint_certificate (serial, der) VALUES ('', '')`, ['publisher']],
	[`SELECT der FROM lint_certificate`, []],
	[`INSERT INTO public_key (spki_hash) VALUES ('')`, ['apply', 'reissue', 'publisher']],
	[`DELETE FROM public_key`, []],
	[`INSERT INTO application (number) VALUES ('')`, ['apply', 'reissue', 'publisher']],
	[`UPDATE application SET status = 'issued'`, ['applications', 'profile', 'registrar', 'status', 'publisher']],
	[`UPDATE application SET iin = ''`, []],
	[`UPDATE application SET csr_auth = ''`, []],
	[`SELECT csr_auth FROM application`, ['publisher', 'status']],
	[`UPDATE application_status SET at = '2020-01-01'`, []],
	[`DELETE FROM application_status`, []],
	[`INSERT INTO signed_form (digest, document) VALUES ('', '')`, ['applications', 'login', 'registrar', 'revoke', 'status']],
	[`UPDATE signed_form SET signed = ''`, []],
	[`DELETE FROM signed_form`, []],
	[`SELECT signed FROM signed_form`, ['publisher']],
	[`UPDATE form_issued SET document = ''`, []],
	[`UPDATE form_issued SET expires_at = '2099-01-01'`, []],
	[`UPDATE form_issued SET state = 'issued'`, ['applications', 'revoke']],
	[`INSERT INTO login_used (digest) VALUES ('')`, ['status']],
	[`DELETE FROM login_used`, ['publisher']],
	[`DELETE FROM form_issued`, ['publisher']],
	[`DELETE FROM rate_limit`, ['publisher']],
	[`UPDATE rate_limit SET tat = '2000-01-01'`, ['apply', 'login', 'status']],
	[`SELECT id FROM session`, ['applications', 'keys', 'login', 'profile', 'reissue', 'revoke', 'status']],
	[`SELECT surname FROM citizen`, ['applications', 'keys', 'login', 'profile', 'registrar', 'reissue', 'revoke', 'status']],
	[`UPDATE citizen SET surname = ''`, ['login']],
	[`UPDATE citizen SET login_tat = '2000-01-01'`, ['login']],
	[`SELECT der FROM certificate`, ['applications', 'keys', 'login', 'profile', 'publisher', 'registrar', 'reissue', 'revoke', 'status', 'watchdog']],
	[`UPDATE certificate SET iin = ''`, []],
	[`UPDATE certificate SET der = ''`, []],
	[`SELECT tbs FROM serial_reservation`, ['publisher']],
	[`UPDATE serial_reservation SET state = 'stored'`, ['publisher']],
	[`SELECT document FROM signed_form`, ['applications', 'publisher']],
	[`SELECT document FROM form_issued`, ['applications', 'revoke']],
	[`INSERT INTO form_issued (digest, document) VALUES ('', '')`, ['applications', 'revoke']],
	[`UPDATE form_issued SET iin = ''`, []],
	[`UPDATE application SET form = ''`, ['applications', 'registrar']],
	[`UPDATE application SET template = 'operator'`, []],
	[`UPDATE application SET code_hash = ''`, []],
	[`UPDATE application SET hash_sign = ''`, []],
	[`DELETE FROM application`, []],
	[`INSERT INTO application_status (number, status, at, actor) VALUES ('', 'issued', 0, 'publisher')`,
		['applications', 'apply', 'profile', 'publisher', 'registrar', 'reissue', 'status']],
	[`UPDATE application_status SET status = 'issued'`, []],
	[`INSERT INTO profile (iin) VALUES ('')`, ['profile']],
	[`SELECT email FROM profile`, ['mailer', 'profile']],
	[`SELECT email FROM email_former`, ['mailer', 'profile']],
	[`SELECT hash FROM notice_link`, ['profile']],
	[`SELECT holder FROM lease`, ['publisher']],
	[`UPDATE crl SET published_at = NULL`, ['publisher']],
	[`SELECT code_hash FROM application`, ['applications', 'status']],
	[`UPDATE application SET surname = ''`, []],
	[`UPDATE citizen SET iin = ''`, []],
	[`UPDATE citizen SET email = 'a@b.kz'`, ['profile']],
	[`SELECT email FROM citizen`, ['mailer', 'profile']],
	[`UPDATE citizen SET notify = FALSE`, ['profile']],
	[`INSERT INTO outbox (id, kind, iin) VALUES ('x', 'login', '')`, ['login', 'mailer', 'profile', 'publisher', 'reissue', 'revoke']],
	[`UPDATE outbox SET state = 'sent'`, ['mailer']],
	[`SELECT email FROM outbox`, ['mailer', 'profile']],
	[`DELETE FROM outbox`, []],
	[`INSERT INTO notice_link (hash, mail) VALUES ('', '')`, ['mailer']],
	[`UPDATE notice_link SET used_at = NULL`, ['profile']],
	[`UPDATE notice_link SET expires_at = '2099-01-01'`, []],
	[`UPDATE profile SET code = ''`, ['mailer', 'profile']],
	[`UPDATE profile SET email = ''`, ['profile']],
	[`SELECT code FROM profile`, ['profile']],
	[`INSERT INTO email_former (iin, email) VALUES ('', '')`, ['profile']],
	[`DELETE FROM email_former`, []],
	[`DELETE FROM citizen`, []],
	[`UPDATE locality SET name_ru = ''`, []],
	[`SELECT * FROM v_events`, ['auditor']],
	[`SELECT * FROM schema_migration`, []],
	[`INSERT INTO responder (serial, ca, tbs) VALUES ('', 1, '')`, ['publisher']],
	[`DELETE FROM responder`, []],
	[`SELECT password FROM mysql.global_priv`, []],
];

// Checked when they are carried out, not at PREPARE.
const structure = [
	`CREATE TABLE t (a INT)`,
	`CREATE TRIGGER t BEFORE INSERT ON event FOR EACH ROW SET NEW.detail = ''`,
	`ALTER TABLE event DROP COLUMN rule`,
	`DELETE HISTORY FROM certificate`,
	`TRUNCATE event`,
	`DROP TABLE event`,
];

test('what belongs to others is refused with 1142 or 1143', () => {
	for (const account of accounts) {
		// prepared, not carried out: MariaDB checks privileges down to the column at PREPARE
		const text = foreign.map(([sql], i) => `SELECT 'row ${i}'; PREPARE s FROM '${sql.replaceAll("'", "''")}';`).join('\n');
		const r = db.run(text, { account, force: true });
		assert.equal(r.stdout.split('\n').filter((line) => line.startsWith('row ')).length, foreign.length);
		const errors = new Map([...r.stderr.matchAll(/ERROR (\d+) \(\w+\) at line (\d+)/g)].map(([, code, line]) => [Number(line), Number(code)]));
		for (const [i, [sql, allowed]] of foreign.entries()) {
			const code = errors.get(i + 1) ?? 0;
			if (allowed.includes(account))
				assert.equal(code, 0, `${account} should be able to: ${sql}`);
			else
				assert.ok(DENIED.includes(code), `${account} (${code}): ${sql}`);
		}
		for (const sql of structure)
			assert.equal(db.errorOf(sql, account), 1142, `${account}: ${sql}`);
	}
});

// Which account may move an application from where to where, and tell of it; all else is refused by schema/guards.sql.
const moves = {
	applications: ['new signed', 'new withdrawn', 'new refused'], profile: ['new withdrawn', 'signed withdrawn'], status: ['issued installed'],
	registrar: ['new signed', 'new refused', 'failed signed', 'failed refused'],
};
const tells = {
	applications: ['citizen signed', 'citizen withdrawn', 'citizen refused'], apply: ['citizen new'], reissue: ['citizen new'], profile: ['citizen withdrawn'],
	status: ['citizen installed'], registrar: ['registrar signed', 'registrar refused'],
};
const files = { apply: ['public person new'], reissue: ['cabinet person new'] };

test('nobody but the publisher calls an application issued', () => {
	const statuses = ['new', 'signed', 'signing', 'issued', 'installed', 'refused', 'expired', 'withdrawn', 'failed'];
	const filed = (number, status, origin = 'cabinet', template = 'person') => `INSERT INTO application (number, iin, template, origin, status, store, created_at, changed_at)
		VALUES ('${number}', '850101300017', '${template}', '${origin}', '${status}', 'PKCS12', UTC_TIMESTAMP(6), UTC_TIMESTAMP(6))`;
	const numbers = new Map(statuses.map((status, i) => [status, `9000000${i}261128`]));
	for (const [status, number] of numbers) db.rows(filed(number, status));
	// each is tried and taken back; the errors come in the order of the statements
	const outcomes = (account, statements) => {
		const text = statements.map((sql) => `START TRANSACTION; ${sql.replace(/\s+/g, " ")}; ROLLBACK;`).join('\n');
		const r = db.run(text, { account, force: true });
		const errors = new Map([...r.stderr.matchAll(/ERROR (\d+) \(\w+\) at line (\d+)/g)].map(([, code, line]) => [Number(line), Number(code)]));
		return statements.map((_, i) => errors.get(i + 1) ?? 0);
	};
	for (const account of accounts.filter((name) => name !== 'publisher')) {
		const pairs = statuses.flatMap((from) => statuses.filter((to) => to !== from).map((to) => [from, to]));
		const moved = outcomes(account, pairs.map(([from, to]) => `UPDATE application SET status = '${to}' WHERE number = '${numbers.get(from)}'`));
		pairs.forEach(([from, to], i) => assert.ok((moves[account] ?? []).includes(`${from} ${to}`) ? moved[i] === 0 : DENIED.includes(moved[i]), `${account} (${moved[i]}): ${from} to ${to}`));
		const rows = statuses.flatMap((status) => ['citizen', 'publisher', 'registrar'].map((actor) => [actor, status]));
		const told = outcomes(account, rows.map(([actor, status]) => `INSERT INTO application_status (number, status, at, actor) VALUES ('99999999261128', '${status}', UTC_TIMESTAMP(6), '${actor}')`));
		rows.forEach((row, i) => assert.ok((tells[account] ?? []).includes(row.join(' ')) ? told[i] === 0 : DENIED.includes(told[i]), `${account} (${told[i]}): tells ${row}`));
		const kinds = ['cabinet', 'public', 'centre'].flatMap((origin) => ['person', 'operator'].flatMap((template) => ['new', 'signed', 'issued'].map((status) => [origin, template, status])));
		const made = outcomes(account, kinds.map(([origin, template, status]) => filed('99999999261128', status, origin, template)));
		kinds.forEach((kind, i) => assert.ok((files[account] ?? []).includes(kind.join(' ')) ? made[i] === 0 : DENIED.includes(made[i]), `${account} (${made[i]}): files ${kind}`));
	}
	db.rows(`DELETE FROM application`);
});

test('no account has rights beyond tables of the cabinet', () => {
	assert.deepEqual(db.rows(`SELECT grantee, privilege_type FROM information_schema.user_privileges WHERE grantee LIKE '''cabinet%' AND privilege_type <> 'USAGE'`), []);
	assert.deepEqual(db.rows(`SELECT grantee FROM information_schema.schema_privileges WHERE grantee LIKE '''cabinet%'`), []);
	assert.deepEqual(db.rows(`SELECT grantee, table_name, privilege_type FROM information_schema.table_privileges WHERE grantee LIKE '''cabinet%'
		AND NOT (grantee = '''cabinet_auditor''@''localhost''' AND table_name LIKE 'v\\_%' AND privilege_type = 'SELECT')
		AND NOT (grantee = '''cabinet_publisher''@''localhost''' AND table_name IN ('form_issued', 'login_used', 'rate_limit') AND privilege_type = 'DELETE')`), []);
	assert.deepEqual(db.rows(`SELECT user FROM mysql.user WHERE user LIKE 'cabinet%' AND host <> 'localhost'`), []);
	for (const account of accounts)
		assert.match(db.run('SELECT 1', { account, database: 'mysql' }).stderr, /ERROR 1044/);
});
