/* A new password with its rule: ticks while typing, the same value twice. */
import { $, sentence, setError } from './page.js';
import { checkPassword, strengthOf } from './password.js';

/* id: the password field, repeat: the field that must equal it. Returns () → the password, or '' with a message at a field. */
export const newPassword = (id, repeat) => {
	const rules = document.querySelector(`[data-rules="${id}"]`), strength = document.querySelector(`[data-strength="${id}"]`);
	const show = () => {
		const ticks = { ...checkPassword($(id).value), repeat: $(id).value !== '' && $(id).value === $(repeat).value };
		for (const line of rules?.querySelectorAll('[data-rule]') ?? []) {
			line.dataset.ok = ticks[line.dataset.rule] && $(id).value ? '1' : '0';
			line.querySelector('[data-state]').textContent = sentence(line.dataset.ok === '1' ? 'rule-ok' : 'rule-missing');
		}
		/* what is refused anyhow needs no praise */
		if (strength)
			strength.textContent = ticks.ok ? strength.dataset[strengthOf($(id).value)] : '';
	};
	for (const field of [id, repeat])
		$(field).addEventListener('input', () => { setError(field); show(); });
	show();
	return () => {
		if (!setError(id, checkPassword($(id).value).ok ? '' : sentence('password-weak'))) {
			$(id).focus();
			return '';
		}
		if (!setError(repeat, $(id).value === $(repeat).value ? '' : sentence('password-differs'))) {
			$(repeat).focus();
			return '';
		}
		return $(id).value;
	};
};
