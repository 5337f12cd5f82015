/*
 * Reissue in one page: data → keys → signature → installation. The pending keys are saved, and read back, before their requests are sent;
 * whoever is interrupted after that goes on with the saved file on the pages of the application.
 */
import { makeCsr } from './csr.js';
import { equal } from './der.js';
import { offerFiles } from './finalfiles.js';
import { keyFields } from './keyfields.js';
import { generateRsaPair, keyId } from './keys.js';
import { toHex } from './der.js';
import { chooseFolder, installPending, saveFile } from './keystore.js';
import { newPassword } from './newpassword.js';
import { openP12, writeP12 } from './p12.js';
import { $, attempt, BACKGROUND, csrfOf, fetchPage, fetchText, PageError, refusalOf, sentence, setError, setProgress, watchStores } from './page.js';
import { toPem } from './x509.js';

const POLL = 700;
const PATIENCE = 120000;
const wait = (ms) => new Promise((resolve) => { setTimeout(resolve, ms); });

const state = { folder: null, password: '', pending: null, name: '', requests: null, number: '', document: '' };

/* ---- steps */

const openStep = (step) => {
	for (const section of document.querySelectorAll('section[data-step]'))
		section.hidden = section.dataset.step !== String(step);
	for (const item of $('steps').children) {
		item.toggleAttribute('aria-current', false);
		if (item.dataset.step === String(step))
			item.setAttribute('aria-current', 'step');
		if (Number(item.dataset.step) < step)
			item.dataset.done = '1';
	}
	$(`step${step}-title`).focus();
};

const task = (code, taskState, note = '') => {
	const line = $('making').querySelector(`[data-task=${code}]`);
	line.dataset.state = taskState;
	line.querySelector('[data-note]').textContent = note;
};

const leaving = (event) => event.preventDefault();

/* ---- step 1: the form's own rules, before keys are made for nothing */

const isFilled = () => {
	const email = $('email'), good = [
		setError('email', email.value && !email.checkValidity() ? sentence('email-wrong') : ''),
		setError('locality', $('locality').value ? '' : sentence('locality-required')),
	];
	if (!good[0])
		email.focus();
	else if (!good[1])
		$('locality').focus();
	return good.every(Boolean);
};

/* ---- step 2 */

const makeKeys = async () => {
	const { iin, commonName, surname, patronymic } = $('reissue').dataset;
	const subject = { commonName, surname, iin, givenName: patronymic };
	const pairs = {};
	for (const purpose of ['auth', 'sign']) {
		task(purpose, 'busy', sentence('making'));
		pairs[purpose] = await generateRsaPair();
		task(purpose, 'done');
	}
	state.requests = { csr_auth: '', csr_sign: '' };
	for (const purpose of ['auth', 'sign'])
		state.requests[`csr_${purpose}`] = toPem(await makeCsr(pairs[purpose], subject), 'CERTIFICATE REQUEST');
	const keys = await Promise.all(['auth', 'sign'].map(async (purpose) => ({
		pkcs8: pairs[purpose].pkcs8, certificate: null, chain: [], friendlyName: purpose, localKeyId: await keyId(pairs[purpose].spki),
	})));
	state.name = `KEYS_${toHex(keys[0].localKeyId).slice(0, 16)}.p12`;
	state.pending = await writeP12({ keys }, state.password);
};

/* The saved file opens with the password and holds what was made. */
const isSaved = async (bytes) => {
	if (!equal(bytes, state.pending))
		return false;
	return (await openP12(bytes, state.password)).keys.length === 2;
};

const save = async () => {
	task('save', 'busy', sentence('saving'));
	const how = await saveFile(state.name, state.pending, state.folder);
	task('save', 'done', sentence('saved', { name: state.name }));
	if (how === 'folder')
		return true;
	$('pending-file-name').textContent = state.name;
	$('pending-check').hidden = false;
	task('check', 'busy', sentence('checking'));
	$('check-pending').focus();
	return false;
};

const send = async () => {
	task('check', 'done', sentence('checked'));
	task('send', 'busy', sentence('sending'));
	const fields = new FormData($('reissue-form'));
	for (const [name, value] of Object.entries(state.requests))
		fields.set(name, value);
	const { path, page } = await fetchPage('/reissue', fields);
	const number = path.match(/^\/applications\/(\d{14})$/)?.[1];
	if (!number) {
		task('send', 'failed', refusalOf(page));
		throw new PageError(refusalOf(page));
	}
	task('send', 'done');
	state.number = number;
	state.document = page.getElementById('document').value;
	$('statement').textContent = page.getElementById('statement').textContent;
	for (const place of document.querySelectorAll('[data-from]'))
		place.textContent = place.dataset.from === 'number' ? number : page.querySelector(`[data-application=${place.dataset.from}]`)?.textContent ?? '';
	openStep(3);
};

/* ---- step 4 */

const showHistory = (page) => {
	$('statuses').replaceChildren(...Array.from(page.querySelectorAll('table.history tbody tr'), (source) => {
		const row = $('status-row').content.cloneNode(true).firstElementChild;
		row.querySelector('[data-field=at]').textContent = source.cells[0].textContent.trim();
		row.querySelector('[data-field=status]').textContent = (source.cells[1].querySelector('.state') ?? source.cells[1]).textContent.trim();
		return row;
	}));
};

const failedWith = (message) => {
	setProgress('wait-progress', message, 'failed');
	$('failed-link').href = `/applications/${state.number}`;
	$('failed').hidden = false;
};

const waitForCertificates = async (page) => {
	const end = Date.now() + PATIENCE;
	for (let seen = page; ;) {
		const status = seen.getElementById('status-page')?.dataset.status;
		showHistory(seen);
		if (status === 'issued' || status === 'installed')
			return true;
		if (status !== 'signed' && status !== 'signing') {
			failedWith(refusalOf(seen));
			return false;
		}
		if (Date.now() > end) {
			failedWith(sentence('still-waiting'));
			return false;
		}
		await wait(POLL);
		({ page: seen } = await fetchPage(`/status/${state.number}`, undefined, BACKGROUND));
	}
};

const install = async () => {
	setProgress('wait-progress', sentence('installing'), 'busy');
	const pem = await fetchText(`/status/${state.number}/certificates`);
	const files = await installPending(state.pending, state.password, pem, state.password);
	setProgress('wait-progress', '');
	$('application-number').textContent = state.number;
	$('done').hidden = false;
	await offerFiles(files, state.folder);
	const { ok, page } = await fetchPage(`/status/${state.number}/installed`, { csrf: csrfOf() });
	if (!ok)
		throw new PageError(sentence('not-recorded'));
	showHistory(page);
	$('files-ready').hidden = true;
	$('installed').hidden = false;
	state.password = '';
	window.removeEventListener('beforeunload', leaving);
};

const confirm = async (keys) => {
	if (!setError('agree', $('agree').checked ? '' : sentence('agree-required'))) {
		$('agree').focus();
		return;
	}
	const entry = await keys.choose();
	if (!entry)
		return;
	const signed = await keys.sign(entry, state.document, 'confirmation');
	setProgress('key-progress', sentence('sending'), 'busy');
	const { ok, page } = await fetchPage(`/applications/${state.number}/confirm`, { csrf: csrfOf(), status: 'signed', agree: '1', signed });
	if (!ok) {
		state.document = page.getElementById('document')?.value ?? state.document;
		throw new PageError(refusalOf(page));
	}
	keys.clear();
	openStep(4);
	setProgress('wait-progress', sentence('waiting'), 'busy');
	try {
		if (await waitForCertificates(page))
			await install();
	} catch (error) {
		failedWith(error instanceof PageError ? error.message : sentence('unexpected'));
		if (!(error instanceof PageError))
			throw error;
	}
};

/* ---- wiring; the page without a valid key, or without attempts, has no form */

if ($('reissue-form')) {
	const password = newPassword('pending-password', 'pending-repeat');
	const keys = keyFields();

	watchStores();
	for (const id of ['email', 'locality'])
		$(id).addEventListener('input', () => setError(id));
	$('agree').addEventListener('change', () => setError('agree'));
	$('to-keys').addEventListener('click', () => isFilled() && openStep(2));
	$('reissue-form').addEventListener('submit', (event) => {
		/* Enter in a field goes on; only the two pasted requests are posted from here */
		if (event.submitter?.id === 'file-application' && ($('csr_auth').value.trim() || $('csr_sign').value.trim()))
			return;
		event.preventDefault();
		if (isFilled())
			openStep(2);
	});
	document.querySelector('[data-back="1"]').addEventListener('click', () => openStep(1));
	$('keys-form').addEventListener('submit', (event) => {
		event.preventDefault();
		state.password = password();
		if (!state.password)
			return;
		/* the picker needs the click: before anything is awaited */
		const folder = chooseFolder();
		attempt($('make-keys'), 'key-progress', async () => {
			state.folder = await folder;
			$('keys-form').hidden = true;
			$('making').hidden = false;
			window.addEventListener('beforeunload', leaving);
			await makeKeys();
			if (await save())
				await send();
		});
	});
	$('pending-again').addEventListener('click', () => saveFile(state.name, state.pending));
	$('check-pending').addEventListener('change', () => attempt($('pending-again'), 'check-progress', async () => {
		const [file] = $('check-pending').files;
		if (!file)
			return;
		const saved = await isSaved(new Uint8Array(await file.arrayBuffer())).catch(() => false);
		if (!setError('check-pending', saved ? '' : sentence('wrong-pending', { name: state.name })))
			return;
		$('pending-check').hidden = true;
		await send();
	}));
	$('confirm-form').addEventListener('submit', (event) => {
		event.preventDefault();
		attempt($('sign'), 'key-progress', () => confirm(keys));
	});
}
