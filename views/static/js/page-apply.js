/* A first application: data → keys. The pending keys are saved, and read back, before their requests are sent; then its status page opens. */
import { isIin } from './iin.js';
import { isPlaceFilled, leaving, openStep, wireMaking } from './making.js';
import { $, sentence, setError, watchStores } from './page.js';

const value = (id) => $(id).value.trim();

/* The form's own rules, before keys are made for nothing: the request names the IIN. */
const isFilled = () => {
	const iin = value('iin'), isGood = $('apply').dataset.checkIin === '1' ? isIin(iin) : /^\d{12}$/.test(iin);
	const good = {
		iin: setError('iin', isGood ? '' : sentence('iin-wrong')),
		surname: setError('surname', value('surname') ? '' : sentence('required')),
		name: setError('name', value('name') ? '' : sentence('required')),
	};
	const first = Object.keys(good).find((id) => !good[id]);
	const place = isPlaceFilled();
	if (first)
		$(first).focus();
	return !first && place;
};

watchStores();
for (const id of ['iin', 'surname', 'name', 'patronymic', 'email', 'locality'])
	$(id).addEventListener('input', () => setError(id));
$('to-keys').addEventListener('click', () => isFilled() && openStep(2));
$('apply-form').addEventListener('submit', (event) => {
	/* Enter in a field goes on; only the two pasted requests are posted from here */
	if (event.submitter?.id === 'file-application' && ($('csr_auth').value.trim() || $('csr_sign').value.trim()))
		return;
	event.preventDefault();
	if (isFilled())
		openStep(2);
});
document.querySelector('[data-back="1"]').addEventListener('click', () => openStep(1));
wireMaking({
	form: $('apply-form'), target: /^\/status\/(\d{14})$/, progress: 'check-progress',
	subject: () => ({ commonName: `${value('surname')} ${value('name')}`, surname: value('surname'), iin: value('iin'), givenName: value('patronymic') }),
	filed: ({ number }) => {
		window.removeEventListener('beforeunload', leaving);
		location.assign(`/status/${number}`);
	},
});
