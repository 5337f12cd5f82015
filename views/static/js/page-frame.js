/*
 * Small services of every page: long numbers in fours, copying, showing passwords, names of chosen files, searching in a select, menus that close.
 */
import { $, inFours, sentence } from './page.js';
import './session.js';

for (const number of document.querySelectorAll('main .mono'))
	if (!number.firstElementChild && !('value' in number))
		inFours(number);

for (const button of document.querySelectorAll('[data-copy]')) {
	button.hidden = false;
	button.addEventListener('click', async () => {
		const source = $(button.dataset.copy), told = document.querySelector(`[data-copied="${button.dataset.copy}"]`);
		try {
			await navigator.clipboard.writeText((source.value ?? source.textContent).trim());
			told.textContent = sentence('copied');
		} catch {
			told.textContent = sentence('copy-failed');
		}
	});
}

for (const button of document.querySelectorAll('[data-password-toggle]')) {
	const input = $(button.dataset.passwordToggle);
	button.hidden = false;
	button.addEventListener('click', () => {
		const shown = input.type === 'text';
		input.type = shown ? 'password' : 'text';
		button.setAttribute('aria-pressed', String(!shown));
		button.querySelector('span').textContent = sentence(shown ? 'show' : 'hide');
	});
}

const size = (octets) => new Intl.NumberFormat(document.documentElement.lang, { maximumFractionDigits: octets < 10240 ? 1 : 0 }).format(octets / 1024);
for (const output of document.querySelectorAll('[data-file]')) {
	const input = $(output.dataset.file), zone = document.querySelector(`[data-drop="${output.dataset.file}"]`);
	const tell = () => {
		const [file] = input.files;
		output.textContent = !file ? sentence('no-file') : input.files.length > 1
			? sentence('files', { count: input.files.length }) : sentence('file', { name: file.name, size: size(file.size) });
		const label = zone?.querySelector('label span');
		if (label && file)
			label.textContent = sentence('choose-other');
	};
	input.addEventListener('change', tell);
	zone?.addEventListener('dragover', (event) => { event.preventDefault(); zone.dataset.over = '1'; });
	zone?.addEventListener('dragleave', () => delete zone.dataset.over);
	zone?.addEventListener('drop', (event) => {
		event.preventDefault();
		delete zone.dataset.over;
		input.files = event.dataTransfer.files;
		input.dispatchEvent(new Event('change', { bubbles: true }));
	});
}

/* Case and the letters that keyboards lack make no difference in a search. */
const plain = (text) => text.toLocaleLowerCase('ru').replaceAll('ё', 'е');
for (const search of document.querySelectorAll('[data-select-search]')) {
	const select = $(search.dataset.selectSearch), count = document.querySelector(`[data-select-count="${select.id}"]`);
	const all = Array.from(select.children, (child) => child.cloneNode(true));
	search.hidden = false;
	search.addEventListener('input', () => {
		const chosen = select.value, words = plain(search.value.trim());
		const fits = (option) => !words || option.value === '' || plain(option.textContent).includes(words) || plain(option.parentElement?.label ?? '').includes(words);
		select.replaceChildren(...all.map((child) => {
			const copy = child.cloneNode(true);
			for (const option of Array.from(copy.querySelectorAll('option')))
				if (!fits(option))
					option.remove();
			return copy;
		}).filter((copy) => copy.tagName !== 'OPTGROUP' || copy.children.length));
		const left = Array.from(select.options).filter((option) => option.value);
		if (left.some((option) => option.value === chosen))
			select.value = chosen;
		else if (words && left.length === 1)
			select.value = left[0].value;
		if (count)
			count.textContent = words ? sentence('locality-count', { count: left.length }) : '';
	});
	const clear = document.querySelector(`[data-select-clear="${select.id}"]`);
	clear.hidden = false;
	clear.addEventListener('click', () => {
		search.value = '';
		search.dispatchEvent(new Event('input', { bubbles: true }));
		select.value = '';
		select.dispatchEvent(new Event('input', { bubbles: true }));
		search.focus();
	});
}

/* Menus behind <details> close on Escape and on a click elsewhere. */
const menus = [$('user-menu'), $('menu-phone')].filter(Boolean);
document.addEventListener('keydown', (event) => {
	if (event.key !== 'Escape')
		return;
	for (const menu of menus.filter((open) => open.open)) {
		menu.open = false;
		menu.querySelector('summary').focus();
	}
});
document.addEventListener('click', (event) => {
	for (const menu of menus)
		if (menu.open && !menu.contains(event.target))
			menu.open = false;
});

/* A refused form: what was wrong is read first. */
$('summary')?.focus();
