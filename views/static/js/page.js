/*
 * What the scripts of all pages share: elements, sentences, errors beside fields, requests to the server and what it answers.
 */
export const $ = (id) => document.getElementById(id);

/* The sentence of a code from #texts, with its {places} filled. */
export const sentence = (code, values = {}) => ($('texts')?.getAttribute(`data-text-${code}`) ?? code)
    .replace(/\{(\w+)\}/g, (place, name) => values[name] ?? place);

/* Long numbers are read in fours; the text stays one word, for copying and searching. */
export const inFours = (node) => {
	const text = node.textContent.trim();
	if (/^(?:[0-9a-f]{40}|[0-9a-f]{64}|\d{14})$/.test(text))
		node.replaceChildren(...text.match(/.{1,4}/g).map((part) => Object.assign(document.createElement('span'), { className: 'group', textContent: part })));
};

/* An icon of the sprite and a text, as the macros of the views make them. */
const withIcon = (icon, text) => {
	const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg'), use = document.createElementNS('http://www.w3.org/2000/svg', 'use');
	svg.setAttribute('class', 'icon');
	svg.setAttribute('aria-hidden', 'true');
	use.setAttribute('href', `/static/icons/sprite.svg#${icon}`);
	svg.append(use);
	return [svg, Object.assign(document.createElement('span'), { textContent: text })];
};

/* A message at a field, or away with it. */
export const setError = (id, message = '') => {
	const input = $(id);
	let place = $(`${id}-error`);
	/* fields that are posted have a place only after the server found a fault */
	if (!place && message && input) {
		place = Object.assign(document.createElement('p'), { id: `${id}-error`, className: 'error-text' });
		input.before(place);
		input.setAttribute('aria-describedby', [input.getAttribute('aria-describedby'), place.id].filter(Boolean).join(' '));
	}
	if (place) {
		place.replaceChildren(...message ? withIcon('warning', message) : []);
		place.hidden = !message;
	}
	if (message)
		input?.setAttribute('aria-invalid', 'true');
	else
		input?.removeAttribute('aria-invalid');
	input?.closest('.field, .consent')?.classList.toggle('invalid', Boolean(message));
	return !message;
};

export const setProgress = (id, message, state = '') => {
	const place = $(id);
	if (!place)
		return;
	place.textContent = message;
	if (state)
		place.dataset.state = state;
	else
		delete place.dataset.state;
};

/* dd.MM.yyyy (HH:mm) in Asia/Almaty, as everywhere in the cabinet. */
const clock = new Intl.DateTimeFormat('ru', {
	timeZone: 'Asia/Almaty', day: '2-digit', month: '2-digit', year: 'numeric', hour: '2-digit', minute: '2-digit', hourCycle: 'h23',
});
export const shownTime = (date) => {
	const part = Object.fromEntries(clock.formatToParts(date).map(({ type, value }) => [type, value]));
	return `${part.day}.${part.month}.${part.year} (${part.hour}:${part.minute})`;
};

export class PageError extends Error {}

/* What a page asks by itself keeps no session alive. */
export const BACKGROUND = { 'X-Background': '1' };

/* The server's page as a document. Throws PageError with a sentence when there is none, or when the session is over. */
export const fetchPage = async (address, fields = undefined, headers = {}) => {
	let response;
	try {
		response = await fetch(address, fields
			? { method: 'POST', body: new URLSearchParams(fields), credentials: 'same-origin' } : { credentials: 'same-origin', cache: 'no-store', headers });
	} catch {
		throw new PageError(sentence('network'));
	}
	const path = new URL(response.url).pathname;
	if (path === '/login' && !address.startsWith('/login'))
		throw new PageError(sentence('session-ended'));
	if (response.status >= 500)
		throw new PageError(sentence('server'));
	const page = new DOMParser().parseFromString(await response.text(), 'text/html');
	return { ok: response.ok, status: response.status, path, page };
};

export const fetchText = async (address) => {
	let response;
	try {
		response = await fetch(address, { credentials: 'same-origin', cache: 'no-store' });
	} catch {
		throw new PageError(sentence('network'));
	}
	if (!response.ok)
		throw new PageError(sentence('server'));
	return response.text();
};

/* What a refused form says, in the server's words. */
export const refusalOf = (page) => Array.from(page.querySelectorAll('#summary li'), (line) => line.textContent.trim()).join(' ')
    || page.querySelector('main h1')?.textContent.trim() || sentence('unexpected');

export const csrfOf = (page = document) => page.querySelector('input[name=csrf]')?.value ?? '';

/* One try of an action that a button started: the button rests meanwhile, a failure becomes a sentence. */
export const attempt = async (button, progress, action) => {
	if (button.getAttribute('aria-busy') === 'true')
		return;
	button.setAttribute('aria-busy', 'true');
	try {
		await action();
	} catch (error) {
		setProgress(progress, error instanceof PageError ? error.message : sentence('unexpected'), 'failed');
		if (!(error instanceof PageError))
			console.error(error);
	} finally {
		button.removeAttribute('aria-busy');
	}
};

/* [data-store] radios open the [data-store-panel] that fits, and in it the [data-store-note] of the store. */
export const watchStores = () => {
	const radios = Array.from(document.querySelectorAll('input[data-store]'));
	const show = () => {
		const store = radios.find((radio) => radio.checked)?.value ?? 'PKCS12';
		for (const panel of document.querySelectorAll('[data-store-panel]'))
			panel.hidden = panel.dataset.storePanel !== (store === 'PKCS12' ? 'PKCS12' : 'program');
		for (const note of document.querySelectorAll('[data-store-note]'))
			note.hidden = note.dataset.storeNote !== store;
	};
	for (const radio of radios)
		radio.addEventListener('change', show);
	show();
};
