/*
 * Status without a login: the pending key signs a document of five minutes; then this application opens, and issued certificates are
 * installed right here, with the file and the password that were just given.
 */
import { offerFiles } from './finalfiles.js';
import { installPending } from './keystore.js';
import { $, attempt, csrfOf, fetchPage, fetchText, PageError, sentence, setError, setProgress } from './page.js';
import { pendingAmong, pendingFilled, tellPending } from './pendingfile.js';
import { signXml } from './xmldsig.js';

const address = `/status/${$('proof-page').dataset.number}`;

const install = async (pending, password, csrf) => {
	setProgress('proof-progress', sentence('installing'), 'busy');
	const files = await installPending(pending, password, await fetchText(`${address}/certificates`), password);
	setProgress('proof-progress', '');
	$('proof-form').hidden = true;
	$('done').hidden = false;
	$('done').focus();
	await offerFiles(files);
	const { ok } = await fetchPage(`${address}/installed`, { csrf });
	if (!ok)
		throw new PageError(sentence('not-recorded'));
	location.assign(address);
};

/* The application's page, opened by the proof; null when it was refused. */
const prove = async (key) => {
	const { page: fresh } = await fetchPage(`${address}/proof`);
	const document = fresh.getElementById('document')?.value;
	/* opened meanwhile, in another tab */
	if (!document)
		return fresh;
	const signed = await signXml(document, { pkcs8: key.pkcs8 }, { origin: location.origin, kind: 'proof' });
	const { ok, page } = await fetchPage(`${address}/proof`, { csrf: csrfOf(fresh), signed });
	return ok ? page : null;
};

const open = async () => {
	if (!pendingFilled())
		return;
	const password = $('pending-password').value;
	setProgress('proof-progress', sentence('opening'), 'busy');
	try {
		const { bytes, keys } = await pendingAmong($('pending-file').files, password);
		setProgress('proof-progress', sentence('signing'), 'busy');
		const page = await prove(keys[0].key);
		const status = page?.getElementById('status-page')?.dataset.status;
		if (!status) {
			setProgress('proof-progress', '');
			setError('pending-file', sentence('not-matching'));
		} else if (status === 'issued')
			await install(bytes, password, csrfOf(page));
		else
			location.assign(address);
	} catch (error) {
		if (error instanceof PageError)
			throw error;
		setProgress('proof-progress', '');
		tellPending(error);
	}
};

$('pending-file').addEventListener('change', () => setError('pending-file'));
$('pending-password').addEventListener('input', () => setError('pending-password'));
$('proof-form').addEventListener('submit', (event) => {
	if (event.submitter && event.submitter.id !== 'prove')
		return;
	event.preventDefault();
	attempt($('prove'), 'proof-progress', open);
});
