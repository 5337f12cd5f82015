/* A new password for key files: opened, written anew, read back; the old file stays where it is until the person replaces it. */
import { equal } from './der.js';
import { KeyFileError } from './keyerror.js';
import { chooseFolder, saveFile } from './keystore.js';
import { newPassword } from './newpassword.js';
import { openP12, writeP12 } from './p12.js';
import { $, attempt, sentence, setError, setProgress, watchStores } from './page.js';

/* The same keys and certificates under another password. Throws KeyFileError. */
const rewritten = async (bytes, from, to) => {
	const { keys, certificates } = await openP12(bytes, from);
	const chainFor = (key) => certificates.filter((der) => !key.certificate || !equal(der, key.certificate));
	const made = await writeP12({ keys: keys.map((key, i) => ({ ...key, chain: i === 0 ? chainFor(key) : [] })) }, to);
	const back = await openP12(made, to);
	if (back.keys.length !== keys.length || !back.keys.every((key, i) => equal(key.pkcs8, keys[i].pkcs8)))
		throw new KeyFileError('damaged', 'written file');
	return made;
};

const show = (file, bytes, note) => {
	const row = $('changed-file').content.cloneNode(true).firstElementChild;
	row.querySelector('[data-field=name]').textContent = file.name;
	row.querySelector('[data-field=note]').textContent = note;
	const button = row.querySelector('[data-field=save]');
	button.hidden = !bytes;
	button.addEventListener('click', () => saveFile(file.name, bytes));
	$('changed').append(row);
};

const change = async (files, password, folder) => {
	const old = $('old-password').value;
	let done = 0;
	$('changed').replaceChildren();
	setProgress('change-progress', sentence('changing'), 'busy');
	for (const file of files) {
		try {
			const bytes = await rewritten(new Uint8Array(await file.arrayBuffer()), old, password);
			const how = folder ? await saveFile(file.name, bytes, folder) : '';
			show(file, how === 'folder' ? null : bytes, sentence('changed'));
			done++;
		} catch (error) {
			if (!(error instanceof KeyFileError))
				throw error;
			if (files.length === 1) {
				setProgress('change-progress', '');
				setError(error.code === 'wrong-password' ? 'old-password' : 'key-files', sentence(error.code, { detail: error.detail }));
				return;
			}
			show(file, null, sentence(error.code, { detail: error.detail }));
		}
	}
	setProgress('change-progress', '');
	$('done').hidden = false;
	$('done').querySelector('.notice').hidden = done === 0;
	$('done').focus();
};

const password = newPassword('new-password', 'new-repeat');
let folder = null, folderFiles = [];

watchStores();
$('folder').hidden = !('showDirectoryPicker' in window);
$('folder').addEventListener('click', async () => {
	folder = await chooseFolder();
	folderFiles = [];
	for await (const handle of folder?.values() ?? [])
		if (handle.kind === 'file' && /\.(p12|pfx)$/i.test(handle.name))
			folderFiles.push(await handle.getFile());
	setError('key-files', folder && !folderFiles.length ? sentence('folder-refused') : '');
	document.querySelector('[data-file="key-files"]').textContent = sentence('files', { count: folderFiles.length });
});
$('key-files').addEventListener('change', () => { folder = null; folderFiles = []; setError('key-files'); });
$('old-password').addEventListener('input', () => setError('old-password'));
$('password-form').addEventListener('submit', (event) => {
	event.preventDefault();
	attempt($('change'), 'change-progress', async () => {
		const files = folderFiles.length ? folderFiles : Array.from($('key-files').files);
		if (!setError('key-files', files.length ? '' : sentence('file-required'))) {
			$('key-files').focus();
			return;
		}
		if (!setError('old-password', $('old-password').value ? '' : sentence('password-required'))) {
			$('old-password').focus();
			return;
		}
		const chosen = password();
		if (!chosen)
			return;
		if (!setError('new-password', chosen === $('old-password').value ? sentence('same-password') : ''))
			return;
		await change(files, chosen, folder);
	});
});
