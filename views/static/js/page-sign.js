/* A decision with consent (confirmation of an application, revocation): tick, key, signature, and the form posts itself. */
import { keyFields } from './keyfields.js';
import { $, attempt, sentence, setError, setProgress } from './page.js';

const form = $('signed-form');
const keys = keyFields();
/* by the address, not by anything that the page says */
const kind = location.pathname.startsWith('/keys/') ? 'revocation' : 'confirmation';

$('agree').addEventListener('change', () => setError('agree'));
if ($('replace')) {
	$('replace-apply').hidden = true;
	$('replace').addEventListener('change', () => $('replace-form').submit());
}
form.addEventListener('submit', (event) => {
	if (event.submitter && event.submitter.id !== 'sign')
		return;
	event.preventDefault();
	attempt($('sign'), 'key-progress', async () => {
		if (!setError('agree', $('agree').checked ? '' : sentence('agree-required'))) {
			$('agree').focus();
			return;
		}
		const entry = await keys.choose();
		if (!entry)
			return;
		$('signed').value = await keys.sign(entry, $('document').value, kind, $('statement').textContent);
		keys.clear();
		setProgress('key-progress', sentence('sending'), 'busy');
		form.submit();
	});
});
