/*
 * The end of a session as a person meets it. Before it comes a dialog says so (#session-warning of foot.cs), and «Продолжить» asks the server.
 * What was typed is kept in this tab until the same person opens the same page after a new login: never passwords, files or what is signed.
 */
import { $, BACKGROUND, sentence } from './page.js';

const TICK = 500;
const KEPT = 'cabinet-typed', RETURN = 'cabinet-return';
const KINDS = ['text', 'email', 'search', 'tel', 'url', 'date', 'number', 'radio', 'checkbox', 'select-one', 'textarea'];

/* ---- what was typed. Storage may be forbidden: then nothing is kept, and nothing breaks. */

const read = (name) => {
	try {
		return sessionStorage.getItem(name);
	} catch {
		return null;
	}
};
const write = (name, text) => {
	try {
		if (text === null)
			sessionStorage.removeItem(name);
		else
			sessionStorage.setItem(name, text);
	} catch {
		/* a private window, or no room */
	}
};

const here = () => location.pathname + location.search;
const person = () => $('user-menu')?.dataset.iin ?? '';

/* A form with a password or a key file in it is left alone as a whole. Consent is given anew each time. */
const forms = Array.from(document.querySelectorAll('main form')).filter((form) => !form.querySelector('input[type=password], input[type=file]'));
const fields = () => forms.flatMap((form, index) => Array.from(form.elements, (field) => ({ field, form: index })))
    .filter(({ field }) => field.name && KINDS.includes(field.type) && !field.readOnly && field.name !== 'agree');
const isChoice = (field) => field.type === 'radio' || field.type === 'checkbox';

const keep = () => write(KEPT, JSON.stringify({ person: person(), page: here(), values: fields().filter(({ field }) => !isChoice(field) || field.checked)
    .map(({ field, form }) => ({ form, name: field.name, value: field.value })) }));

const restore = (kept) => {
	for (const { field, form } of fields()) {
		const value = kept.values.find((one) => one.form === form && one.name === field.name && (!isChoice(field) || one.value === field.value))?.value;
		if (isChoice(field))
			field.checked = value !== undefined;
		else if (value !== undefined)
			field.value = value;
		if (value === undefined || value === '')
			continue;
		field.dispatchEvent(new Event('change', { bubbles: true }));
		if (field.closest('details'))
			field.closest('details').open = true;
	}
};

/* Values come back only through the login that led here; a page opened in another way begins anew. */
const restoreAfterLogin = () => {
	const kept = JSON.parse(read(KEPT) ?? 'null');
	const came = read(RETURN) === here();
	write(RETURN, null);
	write(KEPT, null);
	if (came && kept?.page === here() && kept.person === person())
		restore(kept);
};

/* ---- the dialog */

const watch = (dialog) => {
	let end = Date.now() + Number(dialog.dataset.idle) * 1000, asking = false, last = false;
	const warn = Number(dialog.dataset.warn) * 1000;

	const toLogin = () => {
		keep();
		location.assign(`/login?back=${encodeURIComponent(here())}`);
	};

	/* How long it really lasts: another tab may have gone on. background: the person did nothing. */
	const ask = async (background) => {
		asking = true;
		try {
			const answer = await fetch('/session', { credentials: 'same-origin', cache: 'no-store', headers: background ? BACKGROUND : {} });
			if (new URL(answer.url).pathname === '/login')
				toLogin();
			else if (answer.ok)
				end = Date.now() + Number(await answer.text()) * 1000;
			return answer.ok;
		} catch {
			return false;
		} finally {
			asking = false;
		}
	};

	const show = () => {
		const left = Math.max(0, Math.ceil((end - Date.now()) / 1000));
		$('session-left').textContent = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, '0')}`;
	};

	const proceed = async () => {
		if (last) {
			dialog.close();
			return;
		}
		if (!await ask(false)) {
			$('session-told').textContent = sentence('network');
			return;
		}
		last = end - Date.now() <= warn;
		if (last)
			$('session-told').textContent = dialog.dataset.last;
		else
			dialog.close();
	};

	const tick = async () => {
		if (asking)
			return;
		const left = end - Date.now();
		if (left <= 0) {
			/* the server decides; when it cannot be asked, the page is closed all the same */
			await ask(true);
			if (end <= Date.now())
				toLogin();
		} else if (left <= warn && !dialog.open && !last) {
			await ask(true);
			if (end - Date.now() > warn)
				return;
			show();
			dialog.showModal();
		} else if (dialog.open && left > warn)
			dialog.close();
		else if (dialog.open)
			show();
	};

	/* Escape is an answer as well */
	dialog.addEventListener('cancel', (event) => { event.preventDefault(); proceed(); });
	$('session-continue').addEventListener('click', proceed);
	setInterval(tick, TICK);
};

const dialog = $('session-warning');
if (dialog) {
	restoreAfterLogin();
	watch(dialog);
	for (const kind of ['input', 'change', 'submit'])
		document.addEventListener(kind, (event) => { if (forms.includes(event.target.form ?? event.target)) keep(); });
	$('logout')?.form.addEventListener('submit', () => write(KEPT, null));
} else if (location.pathname === '/login') {
	const back = document.querySelector('#signed-form input[name=back]')?.value ?? '';
	write(RETURN, back || null);
	const kept = JSON.parse(read(KEPT) ?? 'null');
	if ($('session-over'))
		$('session-over').hidden = !(kept && kept.page === back);
}
