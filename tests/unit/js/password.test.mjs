import './helper.mjs';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkPassword, strengthOf } from '../../../views/static/js/password.js';

const broken = (password) => Object.entries(checkPassword(password)).filter(([, holds]) => !holds).map(([tick]) => tick).sort();

test('passwords under the rule', () => {
	for (const password of ['Qwert1', 'aA1!@#', 'A1 b~-_', `aA1${'x'.repeat(29)}`])
		assert.deepEqual(broken(password), [], password);
});
test('each tick by itself', () => {
	assert.deepEqual(broken('Qwer1'), ['length', 'ok']);
	assert.deepEqual(broken(`aA1${'x'.repeat(30)}`), ['length', 'ok']);
	assert.deepEqual(broken('QWERT1'), ['lower', 'ok']);
	assert.deepEqual(broken('qwert1'), ['ok', 'upper']);
	assert.deepEqual(broken('Qwerty'), ['digit', 'ok']);
	for (const password of ['Qwerty1ы', 'Qwerty1\u00a0', 'Qwerty1\n', 'Qwerty1\u{1f511}', 'Qwerty1\0'])
		assert.deepEqual(broken(password), ['latin', 'ok'], password);
	assert.deepEqual(broken(''), ['digit', 'length', 'lower', 'ok', 'upper']);
});
test('letters and digits of other scripts do not count', () => assert.deepEqual(broken('Парол١'), ['digit', 'latin', 'lower', 'ok', 'upper']));
test('strength: what a guesser with the file meets', () => {
	for (const password of ['', 'Aa1', 'Qwerty123456', 'Aaaaaaaaa111', 'Abcdefg1234567', 'Zxcvbnm987654', 'Tr4mvy', 'Demo2026'])
		assert.equal(strengthOf(password), 'weak', password);
	for (const password of ['Aigerim1987', 'kW9uT2xLpB'])
		assert.equal(strengthOf(password), 'fair', password);
	for (const password of ['kW9uT2xLpBq7', 'Correct-Horse-Battery-9'])
		assert.equal(strengthOf(password), 'strong', password);
});
