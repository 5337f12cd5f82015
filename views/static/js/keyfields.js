/*
 * The fields with which a key file signs on a page (macro keyfields): file, password, the keys found, the choice among them.
 * File and password stay in the page; what leaves it is the signed document alone.
 */
import { KeyFileError } from './keyerror.js';
import { readKeyFile } from './keystore.js';
import { $, inFours, PageError, sentence, setError, setProgress, shownTime } from './page.js';
import { SignError, signXml } from './xmldsig.js';

const MAX_FILE = 1 << 20;
const AT_PASSWORD = ['wrong-password'];

/* Why this key does not serve, as a code, or ''. iin: of the person signed in, when the page knows it. */
const misfit = (entry, purpose, iin) => entry.fits(purpose).reason
    ?? (iin && entry.iin && entry.iin !== iin ? 'other-person' : '');

const card = (entry, index, purpose, iin) => {
	const node = $('key-card').content.cloneNode(true);
	const reason = misfit(entry, purpose, iin);
	const set = (field, value) => { node.querySelector(`[data-field=${field}]`).textContent = value; };
	const radio = node.querySelector('input');
	radio.value = String(index);
	radio.disabled = Boolean(reason);
	set('purpose', sentence(`purpose-${entry.purpose}`));
	set('owner', entry.owner || '—');
	set('serial', entry.serial || '—');
	inFours(node.querySelector('[data-field=serial]'));
	set('issuer', entry.issuer || '—');
	set('algorithm', entry.algorithm);
	set('validity', entry.notBefore ? `${shownTime(entry.notBefore)} – ${shownTime(entry.notAfter)}` : '—');
	set('misfit', reason ? sentence(reason) : '');
	node.querySelector('[data-field=misfit]').hidden = !reason;
	return node;
};

export const keyFields = () => {
	const purpose = $('keyfields').dataset.purpose;
	const file = $('key-file'), password = $('key-password');
	const iin = purpose === 'auth' ? '' : $('user-menu')?.dataset.iin ?? '';
	let found = null;

	const forget = () => {
		found = null;
		$('keys-found').hidden = true;
		$('keys-found-list').replaceChildren();
	};
	file.addEventListener('change', () => { forget(); setError('key-file'); setProgress('key-progress', ''); });
	password.addEventListener('input', () => { forget(); setError('key-password'); });

	const filled = () => {
		const hasFile = setError('key-file', file.files.length ? file.files[0].size > MAX_FILE ? sentence('file-too-large') : '' : sentence('file-required'));
		/* an empty password is legal in PKCS#12, yet far more often forgotten than meant */
		const hasPassword = setError('key-password', password.value ? '' : sentence('password-required'));
		if (!hasFile)
			file.focus();
		else if (!hasPassword)
			password.focus();
		return hasFile && hasPassword;
	};

	const failed = (error) => {
		if (!(error instanceof KeyFileError))
			throw error;
		const field = AT_PASSWORD.includes(error.code) ? 'key-password' : 'key-file';
		setProgress('key-progress', '');
		setError(field, sentence(error.code, { detail: error.detail }));
		$(field).focus();
	};

	/* Opens the file and shows what is in it. false: a message stands at a field. */
	const list = async () => {
		forget();
		if (!filled())
			return false;
		setProgress('key-progress', sentence('opening'), 'busy');
		try {
			found = await readKeyFile(file.files[0], password.value);
		} catch (error) {
			failed(error);
			return false;
		}
		$('keys-found-list').replaceChildren(...found.map((entry, i) => card(entry, i, purpose, iin)));
		$('keys-found').hidden = false;
		const fitting = found.filter((entry) => !misfit(entry, purpose, iin));
		if (fitting.length === 1)
			$('keys-found-list').querySelector('input:enabled').checked = true;
		if (fitting.length === 0 && found.length === 1)
			setError('key-file', sentence(misfit(found[0], purpose, iin)));
		setProgress('key-progress', sentence(fitting.length === 0 ? 'none-fits' : fitting.length === 1 ? 'one-fits' : 'several-fit'),
		    fitting.length === 0 ? 'failed' : '');
		return true;
	};

	/* The key to sign with, or null when the person has to do something first. */
	const choose = async () => {
		if (!found && !await list())
			return null;
		const radio = $('keys-found-list').querySelector('input:checked:enabled');
		if (radio)
			return found[Number(radio.value)];
		($('keys-found-list').querySelector('input:enabled') ?? file).focus();
		return null;
	};

	/* The signed text of a document of this kind, with the sentence that was read if it has one. Throws PageError. */
	const sign = async (entry, text, kind, statement = undefined) => {
		setProgress('key-progress', sentence('signing'), 'busy');
		try {
			return await signXml(text, entry.key, { origin: location.origin, kind, statement });
		} catch (error) {
			if (error instanceof SignError)
				throw new PageError(sentence(error.code === 'site' ? 'wrong-site' : 'unexpected'));
			if (error instanceof KeyFileError)
				throw new PageError(sentence(error.code, { detail: error.detail }));
			throw error;
		}
	};

	$('list-keys').addEventListener('click', async () => {
		if (await list())
			($('keys-found-list').querySelector('input:enabled') ?? $('sign')).focus();
	});
	if (!globalThis.crypto?.subtle)
		setProgress('key-progress', sentence('no-crypto'), 'failed');
	return { choose, sign, clear: () => { password.value = ''; forget(); } };
};
