/* An application's status: waits while the CA works, and installs issued certificates with the saved pending keys. */
import { offerFiles } from './finalfiles.js';
import { installPending } from './keystore.js';
import { newPassword } from './newpassword.js';
import { $, attempt, BACKGROUND, fetchPage, fetchText, PageError, sentence, setError, setProgress } from './page.js';
import { pendingAmong, pendingFilled, tellPending } from './pendingfile.js';

const POLL = 1000;
const PATIENCE = 180000;

const waitOn = async () => {
	const end = Date.now() + PATIENCE, { status } = $('status-page').dataset;
	setProgress('wait-progress', sentence('waiting'), 'busy');
	while (Date.now() < end) {
		await new Promise((resolve) => { setTimeout(resolve, POLL); });
		const { page } = await fetchPage(location.pathname, undefined, BACKGROUND).catch(() => ({}));
		const now = page?.getElementById('status-page')?.dataset.status;
		/* or the session, or the proof of the key, is over: the page then says how to go on */
		if (page && now !== status && now !== 'signing') {
			location.reload();
			return;
		}
	}
	setProgress('wait-progress', sentence('still-waiting'));
};

const install = async (chosenPassword) => {
	if (!pendingFilled())
		return;
	const password = $('same-password').checked ? $('pending-password').value : chosenPassword();
	if (!password)
		return;
	setProgress('install-progress', sentence('installing'), 'busy');
	try {
		const { bytes } = await pendingAmong($('pending-file').files, $('pending-password').value);
		const pem = await fetchText($('status-page').dataset.certificates);
		const made = await installPending(bytes, $('pending-password').value, pem, password);
		setProgress('install-progress', '');
		$('install-form').hidden = true;
		$('done').hidden = false;
		$('done').focus();
		await offerFiles(made);
		$('installed-form')?.submit();
	} catch (error) {
		setProgress('install-progress', '');
		tellPending(error);
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
