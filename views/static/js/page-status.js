/* An application's status: waits while the CA works, and installs issued certificates with the saved pending keys. */
import { offerFiles } from './finalfiles.js';
import { KeyFileError } from './keyerror.js';
import { installPending, readKeyFile } from './keystore.js';
import { newPassword } from './newpassword.js';
import { $, attempt, BACKGROUND, fetchPage, fetchText, PageError, sentence, setError, setProgress } from './page.js';

const POLL = 1000;
const PATIENCE = 180000;

const waitOn = async () => {
	const end = Date.now() + PATIENCE, { status } = $('status-page').dataset;
	setProgress('wait-progress', sentence('waiting'), 'busy');
	while (Date.now() < end) {
		await new Promise((resolve) => { setTimeout(resolve, POLL); });
		const { page } = await fetchPage(location.pathname, undefined, BACKGROUND).catch(() => ({}));
		const now = page?.getElementById('status-page')?.dataset.status;
		if (now && now !== status && now !== 'signing') {
			location.reload();
			return;
		}
	}
	setProgress('wait-progress', sentence('still-waiting'));
};

/* Among the chosen files, the one that holds the keys made for the application: keys without certificates. */
const pendingAmong = async (files, password) => {
	let worst = new KeyFileError('no-key');
	for (const file of files) {
		try {
			const bytes = new Uint8Array(await file.arrayBuffer());
			if ((await readKeyFile(bytes, password)).some((entry) => entry.pending))
				return bytes;
			worst = new KeyFileError('not-matching');
		} catch (error) {
			worst = error;
		}
	}
	throw worst;
};

const install = async (chosenPassword) => {
	const files = $('pending-file').files;
	const good = [
		setError('pending-file', files.length ? '' : sentence('file-required')),
		setError('pending-password', $('pending-password').value ? '' : sentence('password-required')),
	];
	if (!good.every(Boolean)) {
		$(good[0] ? 'pending-password' : 'pending-file').focus();
		return;
	}
	const password = $('same-password').checked ? $('pending-password').value : chosenPassword();
	if (!password)
		return;
	setProgress('install-progress', sentence('installing'), 'busy');
	try {
		const pending = await pendingAmong(files, $('pending-password').value);
		const pem = await fetchText($('status-page').dataset.certificates);
		const made = await installPending(pending, $('pending-password').value, pem, password);
		setProgress('install-progress', '');
		$('install-form').hidden = true;
		$('done').hidden = false;
		$('done').focus();
		await offerFiles(made);
		$('installed-form')?.submit();
	} catch (error) {
		if (!(error instanceof KeyFileError))
			throw error;
		setProgress('install-progress', '');
		const code = error.code === 'no-certificate' ? 'not-matching' : error.code;
		setError(code === 'wrong-password' ? 'pending-password' : 'pending-file', sentence(code, { detail: error.detail }));
	}
};

if ($('wait-progress')?.dataset.waiting)
	waitOn();
if ($('install-form')) {
	const chosenPassword = newPassword('new-password', 'new-repeat');
	$('same-password').addEventListener('change', () => { $('new-passwords').hidden = $('same-password').checked; });
	$('pending-file').addEventListener('change', () => setError('pending-file'));
	$('pending-password').addEventListener('input', () => setError('pending-password'));
	$('install-form').addEventListener('submit', (event) => {
		event.preventDefault();
		attempt($('install'), 'install-progress', () => install(chosenPassword).catch((error) => {
			throw error instanceof PageError ? error : Object.assign(new PageError(sentence('unexpected')), { cause: error });
		}));
	});
}
