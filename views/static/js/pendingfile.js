/* The saved file with pending keys: keys that were made for an application and have no certificate yet. */
import { KeyFileError } from './keyerror.js';
import { readKeyFile } from './keystore.js';
import { $, sentence, setError } from './page.js';

/* Among the chosen files, the one that holds such keys: its octets and the keys. Throws KeyFileError. */
export const pendingAmong = async (files, password) => {
	let worst = new KeyFileError('no-key');
	for (const file of files) {
		try {
			const bytes = new Uint8Array(await file.arrayBuffer());
			const keys = (await readKeyFile(bytes, password)).filter((entry) => entry.pending);
			if (keys.length)
				return { bytes, keys };
			worst = new KeyFileError('not-matching');
		} catch (error) {
			worst = error;
		}
	}
	throw worst;
};

/* #pending-file and #pending-password are filled; otherwise a message stands at the field. */
export const pendingFilled = () => {
	const good = [
		setError('pending-file', $('pending-file').files.length ? '' : sentence('file-required')),
		setError('pending-password', $('pending-password').value ? '' : sentence('password-required')),
	];
	if (good.every(Boolean))
		return true;
	$(good[0] ? 'pending-password' : 'pending-file').focus();
	return false;
};

/* What is wrong with the file, at the field it belongs to. Throws on what is no such error. */
export const tellPending = (error) => {
	if (!(error instanceof KeyFileError))
		throw error;
	const code = error.code === 'no-certificate' ? 'not-matching' : error.code;
	setError(code === 'wrong-password' ? 'pending-password' : 'pending-file', sentence(code, { detail: error.detail }));
};
