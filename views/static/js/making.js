/*
 * The steps that reissue and a first application share: the page's sections, two key pairs made here, saved in the pending file and read back
 * before their requests go anywhere.
 */
import { makeCsr } from './csr.js';
import { equal, toHex } from './der.js';
import { generateRsaPair, keyId } from './keys.js';
import { chooseFolder, saveFile } from './keystore.js';
import { newPassword } from './newpassword.js';
import { openP12, writeP12 } from './p12.js';
import { $, attempt, fetchPage, PageError, refusalOf, sentence, setError } from './page.js';
import { toPem } from './x509.js';

export const openStep = (step) => {
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

export const task = (code, taskState, note = '') => {
	const line = $('making').querySelector(`[data-task=${code}]`);
	line.dataset.state = taskState;
	line.querySelector('[data-note]').textContent = note;
};

export const leaving = (event) => event.preventDefault();

/* E-mail and locality, before keys are made for nothing. */
export const isPlaceFilled = () => {
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

/* { name, bytes } of the pending file and the requests { auth, sign } as DER. subject: of the requests. */
const makeKeys = async (subject, password) => {
	const pairs = {}, requests = {};
	for (const purpose of ['auth', 'sign']) {
		task(purpose, 'busy', sentence('making'));
		pairs[purpose] = await generateRsaPair();
		task(purpose, 'done');
	}
	for (const purpose of ['auth', 'sign'])
		requests[purpose] = await makeCsr(pairs[purpose], subject);
	const keys = await Promise.all(['auth', 'sign'].map(async (purpose) => ({
		pkcs8: pairs[purpose].pkcs8, certificate: null, chain: [], friendlyName: purpose, localKeyId: await keyId(pairs[purpose].spki),
	})));
	return { requests, name: `KEYS_${toHex(keys[0].localKeyId).slice(0, 16)}.p12`, bytes: await writeP12({ keys }, password) };
};

/* The saved file opens with the password and holds what was made. */
const isSaved = async (bytes, made, password) => equal(bytes, made.bytes) && (await openP12(bytes, password)).keys.length === 2;

/* true: read back already. */
const save = async (made, folder) => {
	task('save', 'busy', sentence('saving'));
	const how = await saveFile(made.name, made.bytes, folder);
	task('save', 'done', sentence('saved', { name: made.name }));
	if (how === 'folder')
		return true;
	$('pending-file-name').textContent = made.name;
	$('pending-check').hidden = false;
	task('check', 'busy', sentence('checking'));
	$('check-pending').focus();
	return false;
};

/* Posts the form with the two requests. target: what the path must be afterwards; answers its number and the page. */
const send = async (form, requests, target) => {
	task('check', 'done', sentence('checked'));
	task('send', 'busy', sentence('sending'));
	const fields = new FormData(form);
	for (const [purpose, der] of Object.entries(requests))
		fields.set(`csr_${purpose}`, toPem(der, 'CERTIFICATE REQUEST'));
	let { path, page } = await fetchPage(form.getAttribute('action'), fields);
	/* sent before, and only the answer was lost: it goes on where it stopped */
	const filed = page.getElementById('already-filed')?.dataset.number;
	if (filed)
		({ path, page } = await fetchPage(`/applications/${filed}`));
	const number = path.match(target)?.[1];
	if (!number) {
		task('send', 'failed', refusalOf(page));
		throw new PageError(refusalOf(page));
	}
	task('send', 'done');
	return { number, page };
};

/*
 * Wires #keys-form and #pending-check. form: the one that is posted; subject(): of the requests; target: see send;
 * filed({ number, page, requests, pending, name, password, folder }) goes on; pending and name: of the saved file.
 */
export const wireMaking = ({ form, subject, target, filed, progress }) => {
	const password = newPassword('pending-password', 'pending-repeat');
	let made = null, chosen = '', folder = null;
	const go = async () => filed({ ...await send(form, made.requests, target), requests: made.requests, pending: made.bytes, name: made.name, password: chosen, folder });

	$('keys-form').addEventListener('submit', (event) => {
		event.preventDefault();
		chosen = password();
		if (!chosen)
			return;
		/* the picker needs the click: before anything is awaited */
		const picked = chooseFolder();
		attempt($('make-keys'), progress, async () => {
			folder = await picked;
			$('keys-form').hidden = true;
			$('making').hidden = false;
			window.addEventListener('beforeunload', leaving);
			made = await makeKeys(subject(), chosen);
			if (await save(made, folder))
				await go();
		});
	});
	$('pending-again').addEventListener('click', () => saveFile(made.name, made.bytes));
	$('check-pending').addEventListener('change', () => attempt($('pending-again'), 'check-progress', async () => {
		const [file] = $('check-pending').files;
		if (!file)
			return;
		const saved = await isSaved(new Uint8Array(await file.arrayBuffer()), made, chosen).catch(() => false);
		if (!setError('check-pending', saved ? '' : sentence('wrong-pending', { name: made.name })))
			return;
		$('pending-check').hidden = true;
		await go();
	}));
};
