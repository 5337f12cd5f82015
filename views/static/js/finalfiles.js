/* The two final key files: written into the chosen folder at once, or offered one by one, for a browser gives one file per click. */
import { saveFile } from './keystore.js';
import { $, sentence } from './page.js';

/* files: of installPending. Resolves when all are handed over. */
export const offerFiles = (files, folder = null) => new Promise((resolve) => {
	let left = files.length;
	const rows = files.map((file) => {
		const row = $('final-file').content.cloneNode(true).firstElementChild;
		row.querySelector('[data-field=purpose]').textContent = sentence(`purpose-${file.purpose}`);
		row.querySelector('[data-field=name]').textContent = file.name;
		const button = row.querySelector('[data-field=save]');
		let saved = false;
		const save = async (where) => {
			await saveFile(file.name, file.bytes, where);
			row.dataset.saved = '1';
			button.querySelector('span').textContent = sentence(file.purpose === 'auth' ? 'save-auth' : 'save-sign');
			if (!saved && --left === 0)
				resolve();
			saved = true;
		};
		button.querySelector('span').textContent = sentence(file.purpose === 'auth' ? 'save-auth' : 'save-sign');
		button.addEventListener('click', () => save(null));
		return { row, save };
	});
	$('final-files').replaceChildren(...rows.map(({ row }) => row));
	if (folder)
		rows.reduce((before, { save }) => before.then(() => save(folder)), Promise.resolve());
});
