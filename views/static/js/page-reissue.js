/*
 * Reissue in one page: data → keys → signature → installation. The pending keys are saved, and read back, before their requests are sent;
 * whoever is interrupted after that goes on with the saved file on the pages of the application.
 */
import { toHex } from './der.js';
import { offerFiles } from './finalfiles.js';
import { keyFields } from './keyfields.js';
import { installPending, saveFile } from './keystore.js';
import { isPlaceFilled, leaving, openStep, wireMaking } from './making.js';
import { $, attempt, BACKGROUND, csrfOf, fetchPage, fetchText, inFours, PageError, refusalOf, sentence, setError, setProgress, watchStores } from './page.js';

const POLL = 700;
const PATIENCE = 120000;
const wait = (ms) => new Promise((resolve) => { setTimeout(resolve, ms); });

const state = { folder: null, password: '', pending: null, requests: null, number: '', document: '' };

/* ---- step 3: the application's page tells what is signed */

/* The number is known only now: the saved file gets it into its name, by itself where there is a folder. */
const nameByNumber = async ({ number, pending, name, folder }) => {
	const numbered = `KEYS_${number}.p12`;
	if (folder && await saveFile(numbered, pending, folder) === 'folder')
		await folder.removeEntry(name).catch(() => {});
	$('save-numbered').hidden = Boolean(folder);
	$('save-numbered').addEventListener('click', () => saveFile(numbered, pending));
};

const showApplication = async (filed) => {
	const { number, page, requests, pending, password, folder } = filed;
	Object.assign(state, { number, requests, pending, password, folder });
	state.document = page.getElementById('document').value;
	$('statement').textContent = page.getElementById('statement').textContent;
	$('filed-number').textContent = number;
	for (const place of document.querySelectorAll('[data-from]'))
		place.textContent = page.querySelector(`[data-application=${place.dataset.from}]`)?.textContent ?? '';
	inFours($('filed-number'));
	$('status').options[0].textContent = page.querySelector('#status option')?.textContent ?? '';
	await nameByNumber(filed);
	openStep(3);
};

/* The wish about the old pair belongs to what is signed: another document, another statement, and the tick for it again. */
const showReplacement = async () => {
	$('agree').checked = false;
	const { page } = await fetchPage(`/applications/${state.number}${$('replace').checked ? '?replace=1' : ''}`);
	state.document = page.getElementById('document').value;
	$('statement').textContent = page.getElementById('statement').textContent;
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
	inFours($('application-number'));
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

/* The document asks for certificates of the keys that were made here, and of no others. */
const namesOwnKeys = async (text) => {
	const named = Array.from(new DOMParser().parseFromString(text, 'text/xml').getElementsByTagName('request'), (request) =>
		`${request.getAttribute('purpose')} ${request.textContent}`).sort();
	const made = await Promise.all(['auth', 'sign'].map(async (purpose) =>
		`${purpose} ${toHex(new Uint8Array(await crypto.subtle.digest('SHA-256', state.requests[purpose])))}`));
	return named.join() === made.join();
};

const confirm = async (keys) => {
	if (!setError('agree', $('agree').checked ? '' : sentence('agree-required'))) {
		$('agree').focus();
		return;
	}
	const entry = await keys.choose();
	if (!entry)
		return;
	if (!await namesOwnKeys(state.document))
		throw new PageError(sentence('unexpected'));
	const signed = await keys.sign(entry, state.document, 'confirmation', $('statement').textContent);
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
	const keys = keyFields();

	watchStores();
	for (const id of ['email', 'locality'])
		$(id).addEventListener('input', () => setError(id));
	$('agree').addEventListener('change', () => setError('agree'));
	$('replace').addEventListener('change', () => attempt($('replace'), 'key-progress', showReplacement));
	$('to-keys').addEventListener('click', () => isPlaceFilled() && openStep(2));
	$('reissue-form').addEventListener('submit', (event) => {
		/* Enter in a field goes on; only the two pasted requests are posted from here */
		if (event.submitter?.id === 'file-application' && ($('csr_auth').value.trim() || $('csr_sign').value.trim()))
			return;
		event.preventDefault();
		if (isPlaceFilled())
			openStep(2);
	});
	document.querySelector('[data-back="1"]').addEventListener('click', () => openStep(1));
	wireMaking({
		form: $('reissue-form'), target: /^\/applications\/(\d{14})$/, filed: showApplication, progress: 'key-progress',
		subject: () => {
			const { iin, commonName, surname, patronymic } = $('reissue').dataset;
			return { commonName, surname, iin, givenName: patronymic };
		},
	});
	$('confirm-form').addEventListener('submit', (event) => {
		event.preventDefault();
		attempt($('sign'), 'key-progress', () => confirm(keys));
	});
}
