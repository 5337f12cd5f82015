// The auditor's account, views and questions. Each question is asked twice: of a register where all is as it should be, and of one in which one
// thing was spoiled, which the question must name.
import test, { after, before } from 'node:test';
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Database, top } from '../lib/database.mjs';

const questions = join(top, 'schema/audit/questions');
const seed = readFileSync(join(top, 'tests/audit/seed.sql'), 'utf8');
const serial = (octet) => octet.repeat(20);
const hash = (octet) => octet.repeat(32);
const IIN = '123456789011';
let db, tables;

before(() => {
	db = new Database();
	const r = db.migrate();
	assert.equal(r.status, 0, r.stderr);
	tables = db.rows(`SELECT table_name, table_type = 'SYSTEM VERSIONED' FROM information_schema.tables WHERE table_schema = 'cabinet'
		AND table_type IN ('BASE TABLE', 'SYSTEM VERSIONED') AND table_name NOT LIKE 'schema%' AND table_name <> 'locality'`);
});
after(() => db?.stop());

function reset(spoil = '') {
	const empty = tables.map(([name, versioned]) => `DELETE FROM ${name}; ${versioned === '1' ? `DELETE HISTORY FROM ${name};` : ''}`).join('\n');
	db.rows(`SET time_zone = '+00:00'; ${empty}\n${seed}\n${spoil}`);
}

function ask(number, variables = {}) {
	const file = readdirSync(questions).find((name) => name.startsWith(`${number}-`));
	const set = Object.entries(variables).map(([name, value]) => `SET @${name} = ${typeof value === 'number' ? value : `'${value}'`};`).join('\n');
	return db.rows(`${set}\n${readFileSync(join(questions, file), 'utf8')}`, { account: 'auditor' });
}

test('every question says what it answers and is tested', () => {
	const own = readFileSync(new URL(import.meta.url), 'utf8');
	const files = readdirSync(questions).sort();
	assert.ok(files.length >= 10);
	for (const file of files) {
		const text = readFileSync(join(questions, file), 'utf8');
		assert.match(text, /^-- \S/, file);
		for (const [, name] of text.matchAll(/@([a-z_]+)/g))
			assert.match(text, new RegExp(`^-- @${name}\\s+\\S`, 'm'), `${file}: @${name} is not explained`);
		assert.ok(own.includes(`ask('${file.slice(0, 2)}'`), `${file} has no test`);
	}
});

test('the auditor reads every view and no table, and writes nothing', () => {
	reset();
	const views = db.rows(`SELECT table_name FROM information_schema.views WHERE table_schema = 'cabinet'`).map(([name]) => name);
	assert.ok(views.length >= 8);
	for (const view of views)
		assert.equal(db.errorOf(`SELECT * FROM ${view} LIMIT 1`, 'auditor'), 0, view);
	for (const [table] of tables) {
		assert.equal(db.errorOf(`SELECT * FROM ${table} LIMIT 1`, 'auditor'), 1142, table);
		assert.equal(db.errorOf(`DELETE FROM ${table}`, 'auditor'), 1142, table);
	}
	assert.equal(db.errorOf(`UPDATE v_people SET email = 'a@b.kz'`, 'auditor'), 1142);
	assert.equal(db.errorOf(`DELETE FROM v_events`, 'auditor'), 1142);
	assert.equal(db.errorOf(`INSERT INTO v_events (program, kind) VALUES ('x', 'y')`, 'auditor'), 1142);
	assert.equal(db.errorOf(`CREATE TABLE t (a INT)`, 'auditor'), 1142);
	assert.equal(db.errorOf(`DELETE HISTORY FROM v_people`, 'auditor'), 1142);
	assert.equal(db.errorOf(`SET @@timestamp = 1`, 'auditor'), 1290);
	assert.notEqual(db.errorOf(`SELECT LOAD_FILE('/etc/passwd') INTO OUTFILE '/tmp/cabinet-audit'`, 'auditor'), 0);
});

test('no view shows what would open a session', () => {
	const columns = db.rows(`SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'cabinet' AND table_name LIKE 'v\\_%'`);
	assert.ok(!columns.some(([view, column]) => view === 'v_sessions' && column === 'id'));
	assert.ok(!columns.some(([, column]) => /csr_|password|secret/.test(column)));
});

test('01 acts of a person', () => {
	reset();
	const rows = ask('01', { iin: IIN });
	const acts = rows.map((row) => row[1]);
	for (const act of ['event: login', 'session opened', 'application: new', 'application: signed', 'signed: confirmation', 'application: issued',
		'certificate issued', 'signed: revocation', 'certificate revoked', 'event: form-refused', 'session ended'])
		assert.ok(acts.includes(act), act);
	assert.deepEqual(rows.map((row) => row[0]), rows.map((row) => row[0]).sort());
	assert.ok(!acts.includes('event: other'));
	assert.deepEqual(ask('01', { iin: '000000000000' }), []);
	assert.deepEqual(ask('01', { iin: "' OR 1=1".replaceAll("'", "''") }), []);
});

test('02 certificates without confirmation', () => {
	reset();
	assert.deepEqual(ask('02'), []);
	for (const [spoil, fault] of [
		[`UPDATE certificate SET form = NULL WHERE serial = X'${serial('31')}'`, 'no document'],
		[`UPDATE certificate SET form = X'${hash('99')}' WHERE serial = X'${serial('31')}'`, 'no document'],
		[`UPDATE signed_form SET kind = 'proof' WHERE kind = 'confirmation'`, 'document of another kind'],
		[`UPDATE signed_form SET iin = '850101300017' WHERE kind = 'confirmation'`, 'document of another person'],
		[`UPDATE signed_form SET subject = '99999999261123' WHERE kind = 'confirmation'`, 'document of another application'],
		[`UPDATE certificate SET authorized_by = NULL WHERE serial = X'${serial('31')}'`, 'another signer'],
		[`UPDATE signed_form SET signer = X'${serial('66')}' WHERE kind = 'confirmation'`, 'another signer'],
		[`UPDATE certificate SET number = '99999999261123' WHERE serial = X'${serial('31')}'`, 'no application'],
	]) {
		reset(spoil);
		const rows = ask('02');
		assert.ok(rows.some((row) => row[0] === serial('31') && row[6] === fault), `${spoil}: ${JSON.stringify(rows)}`);
	}
});

test('03 revocations not on a CRL', () => {
	reset();
	assert.deepEqual(ask('03'), []);
	for (const [spoil, state] of [
		[`UPDATE revocation SET first_crl_number = NULL, first_delta_number = NULL`, 'not claimed'],
		[`UPDATE revocation SET first_crl_number = NULL, first_delta_number = NULL, verified_at = NULL`, 'not verified'],
		[`UPDATE revocation SET first_crl_number = NULL, first_delta_number = NULL, refused = 'signature'`, 'refused by the publisher'],
		[`UPDATE crl SET published_at = NULL WHERE number = 3`, 'claimed, not published'],
	]) {
		reset(spoil);
		assert.deepEqual(ask('03').map((row) => [row[0], row[8]]), [[serial('21'), state]], spoil);
	}
	assert.deepEqual(ask('03', { minutes: 600 }), []);
});

test('04 revocations without document', () => {
	reset();
	assert.deepEqual(ask('04'), []);
	for (const [spoil, fault] of [
		[`UPDATE revocation SET form = NULL`, 'no document'],
		[`UPDATE signed_form SET kind = 'login' WHERE kind = 'revocation'`, 'document of another kind'],
		[`UPDATE signed_form SET iin = '850101300017' WHERE kind = 'revocation'`, 'document of another person'],
		[`UPDATE revocation SET iin = '850101300017'`, 'no such certificate'],
	]) {
		reset(spoil);
		assert.deepEqual(ask('04').map((row) => row[5]), [fault], spoil);
	}
});

test('05 the register as of a moment', () => {
	reset(`DELETE FROM revocation`);
	const moment = db.rows(`SET time_zone = '+00:00'; SELECT NOW(6)`)[0][0];
	db.rows(`INSERT INTO revocation (ca, serial, iin, reason, revoked_at) VALUES (1, X'${serial('31')}', '${IIN}', 1, UTC_TIMESTAMP(6));
		UPDATE certificate SET purpose = 'operator' WHERE serial = X'${serial('31')}'`);
	const later = db.rows(`SET time_zone = '+00:00'; SELECT NOW(6)`)[0][0];
	const state = (as_of) => ask('05', { iin: IIN, as_of }).filter((row) => row[0] === serial('31')).map((row) => [row[2], row[7]]);
	assert.deepEqual(state(moment), [['auth', 'valid']]);
	assert.deepEqual(state(later), [['operator', 'revoked']]);
	assert.deepEqual(state('2026-01-01 00:00:00'), []);
	// any view, as of a moment, and its whole past
	assert.deepEqual(db.rows(`SET time_zone = '+00:00'; SELECT COUNT(*) FROM v_revocations FOR SYSTEM_TIME AS OF TIMESTAMP '${moment}'`, { account: 'auditor' }), [['0']]);
	assert.deepEqual(db.rows(`SELECT COUNT(*) FROM v_certificates FOR SYSTEM_TIME ALL WHERE serial = X'${serial('31')}'`, { account: 'auditor' }), [['2']]);
});

test('06 refused signatures by rule', () => {
	reset(`INSERT INTO event (program, kind, rule, iin, address) VALUES ('login', 'login-refused', 'certificate-revoked', '${IIN}', '127.0.0.2');
		INSERT INTO event (program, kind, rule, at) VALUES ('login', 'login-refused', 'old', UTC_TIMESTAMP(6) - INTERVAL 40 DAY);`);
	const rows = ask('06').map((row) => row.slice(1));
	assert.deepEqual(rows.sort(), [['form-refused', 'digest', '1', '1', '1'], ['login-refused', 'certificate-revoked', '1', '1', '1']]);
	assert.equal(ask('06', { days: 50 }).length, 3);
});

test('07 applications stuck', () => {
	reset();
	assert.deepEqual(ask('07'), []);
	reset(`UPDATE application SET status = 'signed', changed_at = UTC_TIMESTAMP(6) - INTERVAL 6 MINUTE WHERE number = '22222222261123'`);
	assert.deepEqual(ask('07').map((row) => [row[0], row[3]]), [['22222222261123', 'signed']]);
	assert.deepEqual(ask('07', { minutes: 10 }), []);
	reset(`UPDATE application SET status = 'new', changed_at = UTC_TIMESTAMP(6) - INTERVAL 25 HOUR WHERE number = '22222222261123'`);
	assert.deepEqual(ask('07').map((row) => row[3]), ['new']);
});

test('08 certificates authorized by one', () => {
	reset();
	assert.deepEqual(ask('08', { serial: serial('22') }).map((row) => [row[0], row[1]]), [['0', serial('22')], ['1', serial('31')], ['1', serial('32')]]);
	assert.deepEqual(ask('08', { serial: serial('31') }).map((row) => row[0]), ['0']);
	assert.deepEqual(ask('08', { serial: serial('77') }), []);
	// a circle, which nothing should be able to make, ends too
	reset(`UPDATE certificate SET authorized_by = X'${serial('32')}' WHERE serial = X'${serial('22')}'`);
	assert.ok(ask('08', { serial: serial('22') }).length >= 3);
});

test('09 last uses', () => {
	reset();
	const rows = Object.fromEntries(ask('09', { iin: IIN }).map((row) => [row[0], row]));
	assert.equal(rows[serial('21')][5], '1');
	assert.equal(rows[serial('22')][5], '2');
	assert.equal(rows[serial('31')][5], '0');
	assert.equal(rows[serial('31')][7], 'NULL');
	assert.ok(rows[serial('22')][6] < rows[serial('22')][7]);
});

test('10 gaps between CRLs', () => {
	reset();
	assert.deepEqual(ask('10'), []);
	for (const [spoil, kind, number, fault] of [
		[`DELETE FROM crl WHERE number = 2`, '', '3', /numbers 2 to 2 are missing/],
		[`UPDATE crl SET next_update = this_update + INTERVAL 1 SECOND WHERE number = 1`, 'base', '2', /^none was valid from/],
		[`UPDATE crl SET published_at = NULL WHERE number = 3 AND kind = 'delta'`, 'delta', '3', /^claimed and not published/],
		[`UPDATE crl SET base_number = 7 WHERE number = 3 AND kind = 'delta'`, 'delta', '3', /^its base 7 was never published/],
		[`UPDATE crl SET next_update = UTC_TIMESTAMP(6) - INTERVAL 1 SECOND WHERE number = 3 AND kind = 'delta'`, 'delta', '3', /^the last one ended/],
	]) {
		reset(spoil);
		const rows = ask('10');
		assert.ok(rows.some((row) => row[1] === kind && row[2] === number && fault.test(row[3])), `${spoil}: ${JSON.stringify(rows)}`);
	}
});

test('11 sessions after revocation', () => {
	reset();
	assert.deepEqual(ask('11'), []);
	reset(`INSERT INTO session (id, iin, serial, address, created_at, seen_at, expires_at) SELECT X'${hash('05')}', iin, serial, '127.0.0.9',
		revoked_at + INTERVAL 1 SECOND, revoked_at + INTERVAL 1 SECOND, revoked_at + INTERVAL 1 HOUR FROM revocation`);
	assert.deepEqual(ask('11').map((row) => [row[1], row[7]]), [[serial('21'), 'opened after revocation']]);
	reset(`UPDATE session SET seen_at = UTC_TIMESTAMP(6)`);
	assert.deepEqual(ask('11').map((row) => [row[1], row[7]]), [[serial('21'), 'used after revocation']]);
});

test('12 keys certified twice', () => {
	reset();
	assert.deepEqual(ask('12'), []);
	reset(`UPDATE certificate SET key_id = X'${serial('a1')}' WHERE serial IN (X'${serial('31')}', X'${serial('41')}')`);
	assert.deepEqual(ask('12'), [[serial('A1'), '2', '2', `${serial('41')},${serial('31')}`]]);
});

test('13 rows that changed', () => {
	reset();
	assert.deepEqual(ask('13'), []);
	for (const [spoil, what] of [
		[`UPDATE certificate SET full_name = 'x' WHERE serial = X'${serial('31')}'`, 'certificate'],
		[`DELETE FROM certificate WHERE serial = X'${serial('31')}'`, 'certificate'],
		[`UPDATE application_status SET at = UTC_TIMESTAMP(6) WHERE number = '22222222261123' AND status = 'signed'`, 'status'],
		[`UPDATE signed_form SET signed = 'x' WHERE kind = 'revocation'`, 'signed form'],
		[`DELETE FROM public_key WHERE purpose = 'sign'`, 'public key'],
	]) {
		reset(spoil);
		assert.deepEqual(ask('13').map((row) => row[0]), [what], spoil);
	}
});

test('14 history of an application', () => {
	reset(`UPDATE application SET status = 'installed' WHERE number = '22222222261123'`);
	assert.deepEqual(ask('14', { number: '22222222261123' }).map((row) => [row[2], row[1] === 'NULL']), [['issued', false], ['installed', true]]);
	assert.deepEqual(ask('14', { number: '00000000000000' }), []);
});

test('15 certificates without reservation', () => {
	reset();
	assert.deepEqual(ask('15'), []);
	for (const [spoil, fault] of [
		[`DELETE FROM serial_reservation WHERE purpose = 'auth'`, 'no reservation'],
		[`UPDATE serial_reservation SET state = 'kept' WHERE purpose = 'auth'`, 'reservation is kept'],
		[`UPDATE serial_reservation SET number = '99999999261123' WHERE purpose = 'auth'`, 'reserved for another application'],
		[`INSERT INTO serial_reservation (serial, ca, number, purpose, state, reserved_at) VALUES (X'${serial('55')}', 1, '33333333261123', 'auth', 'kept', UTC_TIMESTAMP(6) - INTERVAL 1 HOUR)`,
			'left half-way: kept'],
	]) {
		reset(spoil);
		assert.deepEqual(ask('15').map((row) => row[5]), [fault], spoil);
	}
});

test('16 events in another name', () => {
	const named = `UPDATE event SET account = CONCAT('cabinet_', program, '@localhost')`;
	reset(named);
	assert.deepEqual(ask('16'), []);
	reset(`${named}; UPDATE event SET account = 'cabinet_keys@localhost' WHERE kind = 'login'`);
	assert.deepEqual(ask('16').map((row) => [row[2], row[4]]), [['cabinet_keys@localhost', 'login']]);
});
