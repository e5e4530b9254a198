/* From a scanned picture to a phone that is paired. */

import * as api from './api.js';
import * as notify from './notify.js';
import * as passkey from './passkey.js';
import { button, h, result, say, show } from './screens.js';
import * as store from './store.js';
import { language, t } from './words.js';

/* The token of an address, or one by itself.  null: it is neither. */
export function tokenOf(text) {
	const found = /(?:^|#)([A-Za-z0-9_-]{22})$/.exec(text.trim());
	return found && found[1];
}

function guessName() {
	const agent = navigator.userAgent;
	const model = /Android [\d.]+; ([^;)]+?)(?: Build|\))/.exec(agent);
	if (model && model[1] !== 'K')
		return model[1];
	return [[/iPhone/, 'iPhone'], [/iPad/, 'iPad'], [/Android/, 'Android'], [/Macintosh/, 'Mac'], [/Windows/, 'Windows'],
		[/Linux/, 'Linux']].find(([pattern]) => pattern.test(agent))?.[1] || 'Phone';
}

function explainHome(token, goOn) {
	const copied = h('p', { class: 'soft small centre', role: 'status' });
	show([
		h('h1', {}, t('home')), h('p', { class: 'soft' }, t('homeMore')),
		h('div', { class: 'card' }, h('ol', {}, h('li', {}, t('home1')), h('li', {}, t('home2')), h('li', {}, t('home3')))),
		h('div', { class: 'actions' },
			button(t('copy'), async () => {
				await navigator.clipboard.writeText(token).catch(() => {});
				copied.textContent = `${t('copied')}: ${token}`;
			}),
			copied,
			button(t('anyway'), goOn, { class: 'plain' })),
	]);
}

const refusals = { gone: ['gone', 'goneMore'], used: ['used', 'usedMore'] };

function failed(error, home) {
	const [title, more] = refusals[error.word] || ['pairFailed', error.word === 'busy' ? 'busy'
		: error.word === 'offline' ? 'offline' : 'pairFailedMore'];
	show(result(false, t(title), t(more), [t('done'), home]));
}

/* The phone shows a number, and waits until the computer has asked for it. */
function showNumber(account, number, follow) {
	show([
		h('h1', { class: 'centre' }, t('pairNumber')),
		h('div', { class: 'card' }, h('p', { class: 'number', 'aria-label': number.split('').join(' ') }, number)),
		h('p', { class: 'soft centre', role: 'status' }, t('pairWaits')),
	]);
	say(`${t('pairNumber')}: ${number.split('').join(' ')}`);
	follow(account);
}

async function claim(token, what, name, home, follow) {
	const greeting = await api.hello();
	const keys = await api.newKeys();
	let made = { credential: null, attestation: null };
	if (what.verify !== 'off' && await passkey.available()) {
		try {
			made = await passkey.make(token, what.account, greeting.name);
		} catch {
			if (what.verify === 'required')
				throw new api.Refusal('verify', 0);
		}
	} else if (what.verify === 'required') {
		show(result(false, t('noVerify'), t('noVerifyMore'), [t('done'), home]));
		return;
	}
	const subscription = await notify.subscribe(greeting.key);
	const answer = await api.pair(token, name, language, subscription, made.credential, made.attestation, keys);
	const account = { device: answer.device, account: answer.account, host: what.host, name: what.name, keys, paired: false,
		credential: made.credential && made.credential.id, endpoint: subscription && subscription.endpoint };
	await store.save(account);
	await navigator.storage?.persist?.().catch(() => {});
	showNumber(account, answer.number, follow);
}

/* home: back to the first screen.  follow: waits for the test, and for its end. */
export async function start(token, home, follow) {
	show(h('p', { class: 'soft', role: 'status' }, t('loading')));
	if (!await store.works()) {
		show(result(false, t('noStorage'), t('noStorageMore'), [t('done'), home]));
		return;
	}
	let what;
	try {
		what = await api.look(token);
	} catch (error) {
		failed(error, home);
		return;
	}
	const ask = () => {
		const input = h('input', { type: 'text', id: 'name', maxlength: 40, value: guessName(), autocomplete: 'off', required: true });
		const problem = h('p', { role: 'alert' });
		const go = h('button', { type: 'submit' }, t('pairGo'));
		const onsubmit = async (event) => {
			event.preventDefault();
			const name = input.value.trim();
			if (name === '')
				return;
			go.disabled = true;
			problem.textContent = '';
			try {
				await notify.ask();
				await claim(token, what, name, home, follow);
			} catch (error) {
				go.disabled = false;
				if (error.word === 'gone' || error.word === 'used')
					failed(error, home);
				else
					problem.textContent = t({ verify: 'verifyFailed', offline: 'offline', busy: 'busy' }[error.word] || 'failed');
			}
		};
		show([
			h('h1', {}, t('pairAsks')),
			h('p', {}, t('pairMore', { account: what.account, host: what.host })),
			h('form', { class: 'card', onsubmit },
				h('label', {}, t('deviceName'), input),
				h('p', { class: 'soft small' }, t('pairNotify')),
				what.verify !== 'off' && h('p', { class: 'soft small' }, t('pairVerify')),
				problem, go),
			h('div', { class: 'actions' }, button(t('back'), home, { class: 'plain' })),
		]);
	};
	if (notify.isApple() && !notify.isInstalled())
		explainHome(token, ask);
	else
		ask();
}

/* For who has copied the code: an app on the home screen has seen nothing of the camera's page. */
export function askForCode(home, go) {
	const input = h('input', { type: 'text', autocomplete: 'off', autocapitalize: 'none', spellcheck: 'false' });
	const problem = h('p', { role: 'alert' });
	const onsubmit = (event) => {
		event.preventDefault();
		const token = tokenOf(input.value);
		if (token)
			go(token);
		else
			problem.textContent = t('badCode');
	};
	show([
		h('h1', {}, t('addAccount')), h('p', { class: 'soft' }, t('addMore')),
		h('form', { class: 'card', onsubmit }, h('label', {}, t('code'), input), problem,
			h('button', { type: 'submit' }, t('go'))),
		h('div', { class: 'actions' }, button(t('back'), home, { class: 'plain' })),
	]);
}


