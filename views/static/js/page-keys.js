/* One certificate after its revocation: «будет» turns to «опубликован» by itself. The page is asked again in the background, which keeps no session alive. */
import { $, BACKGROUND, fetchPage } from './page.js';

const SOON = 2000, LATER = 30000, FAILURES = 5;

const follow = async () => {
	for (let failures = 0; failures < FAILURES;) {
		const { waits } = $('effect').dataset;
		if (!waits)
			return;
		await new Promise((resolve) => { setTimeout(resolve, waits === 'soon' ? SOON : LATER); });
		const { page } = await fetchPage(location.pathname, undefined, BACKGROUND).catch(() => ({}));
		const now = page?.getElementById('effect');
		/* no network, or the session is over: what stands here was true, and stays */
		failures = now ? 0 : failures + 1;
		if (!now)
			continue;
		if (now.innerHTML !== $('effect').innerHTML)
			$('effect').replaceChildren(...[...now.children].map((item) => document.importNode(item, true)));
		$('effect').dataset.waits = now.dataset.waits ?? '';
	}
};

if ($('effect'))
	follow();
