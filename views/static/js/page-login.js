/* Login: a fresh document is fetched at the moment of signing, signed with the chosen key, and posted by the form itself. */
import { keyFields } from './keyfields.js';
import { $, attempt, csrfOf, fetchPage, PageError, sentence, setProgress, watchStores } from './page.js';

const form = $('signed-form');
const keys = keyFields();
watchStores();

form.addEventListener('submit', (event) => {
	if (event.submitter && event.submitter.id !== 'sign')
		return;
	event.preventDefault();
	attempt($('sign'), 'key-progress', async () => {
		const entry = await keys.choose();
		if (!entry)
			return;
		const { page } = await fetchPage(form.dataset.document);
		const fresh = page.getElementById('document')?.value;
		if (!fresh)
			throw new PageError(sentence('unexpected'));
		const signed = await keys.sign(entry, fresh, 'login');
		keys.clear();
		setProgress('key-progress', sentence('sending'), 'busy');
		$('document').value = fresh;
		form.elements.csrf.value = csrfOf(page);
		$('signed').value = signed;
		form.submit();
	});
});
