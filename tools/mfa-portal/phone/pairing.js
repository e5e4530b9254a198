/* SPDX-License-Identifier: BSD-2-Clause */
/* From a scanned picture to a phone that is paired. */

import * as api from './api.js';
import { forget, startFollowing } from './live.js';
import * as notify from './notify.js';
import * as passkey from './passkey.js';
import { busy, button, h, plain, say, show, spell } from './screens.js';
import { addNote, go, state } from './state.js';
import * as store from './store.js';
import { language, t } from './words.js';

const NAME_BYTES = 64;

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
	if (/Macintosh/.test(agent) && notify.isApple())
		return 'iPad';
	return [[/iPhone/, 'iPhone'], [/iPad/, 'iPad'], [/Android/, 'Android'], [/Macintosh/, 'Mac'], [/Windows/, 'Windows'],
		[/Linux/, 'Linux']].find(([pattern]) => pattern.test(agent))?.[1] || t('phone');
}

/* As much of a name as fits. */
function nameOf(text) {
	const name = Array.from(text.replace(/\p{Cc}/gu, ' ').trim());
	while (new TextEncoder().encode(name.join('')).length > NAME_BYTES)
		name.pop();
	return name.join('').trim();
}

function explainHome(token, goOn) {
	const said = h('p', { class: 'soft small centre', role: 'status' });
	const copy = async () => {
		const copied = await navigator.clipboard?.writeText(token).then(() => true, () => false);
		said.textContent = `${t(copied ? 'copied' : 'copyThis')}: ${token}`;
	};
	show([
		h('h1', {}, t('home')), h('p', { class: 'soft' }, t('homeMore')),
		h('div', { class: 'card' }, h('ol', {}, h('li', {}, t('home1')), h('li', {}, t('home2')), h('li', {}, t('home3')))),
		h('div', { class: 'actions' }, button(t('copy'), copy), said, button(t('anyway'), goOn, { class: 'plain' }),
			h('p', { class: 'soft small' }, t('anywayMore'))),
	]);
}

function failed(error, token) {
	const over = { gone: ['gone', 'goneMore'], used: ['used', 'usedMore'], origin: ['origin', 'originMore'] }[error.word];
	const later = { offline: 'sendOffline', busy: 'busy', unavailable: 'sendUnavailable' }[error.word];
	const again = [t('again'), () => startPairing(token)];
	/* A request may have been opened meanwhile. */
	if (state.screen !== 'pairing')
		addNote(t('pairFailed'));
	else if (over)
		go.ended('bad', ...over);
	else if (error.word === 'noVerify')
		go.ended('bad', 'noVerify', 'noVerifyMore', again);
	else if (later)
		go.ended('bad', 'pairFailed', later, again);
	else
		go.ended('bad', 'pairFailed', 'pairFailedMore');
}

/* The phone shows a number, and waits until the computer has asked for it. */
function showNumber(account) {
	const number = spell(account.number);
	state.screen = 'pairing';
	state.pairing = account.device;
	show([
		h('h1', { class: 'centre' }, t('pairNumber')),
		h('div', { class: 'card' }, h('p', { class: 'number', role: 'img', 'aria-label': number }, account.number)),
		h('p', { class: 'soft centre' }, t('pairWaits')),
		h('div', { class: 'actions' }, button(t('cancel'), () => forget(account).then(go.home), { class: 'plain' })),
	]);
	say(`${t('pairNumber')}: ${number}`);
	go.banner();
}

/* Also for a page that was closed while the computer waited. */
go.number = showNumber;

async function credentialFor(what, token, site) {
	const none = { credential: null, attestation: null };
	if (what.verify === 'off')
		return none;
	if (!await passkey.available()) {
		if (what.verify === 'required')
			throw new api.Refusal('noVerify', 0);
		return none;
	}
	return passkey.make(token, what.account, site).catch(() => {
		if (what.verify === 'required')
			throw new api.Refusal('verify', 0);
		return none;
	});
}

async function claim(token, what, name) {
	const { name: site, key } = await api.hello();
	const keys = await api.newKeys();
	const { credential, attestation } = await credentialFor(what, token, site);
	const subscription = await notify.subscribe(key);
	const { device, account, number } = await api.pair(token, name, language, subscription, credential, attestation, keys);
	const made = { device, account, number, host: what.host, label: name, keys, paired: false,
		credential: credential && credential.id, endpoint: subscription && subscription.endpoint };
	await store.save(made);
	store.persist();
	/* Otherwise a request was opened meanwhile, and the number comes after it. */
	state.pairing = device;
	startFollowing(made);
	if (state.screen === 'pairing')
		showNumber(made);
}

const CLAIM_PROBLEMS = { verify: 'verifyFailed', offline: 'sendOffline', unavailable: 'sendUnavailable', busy: 'busy' };

function askName(token, what) {
	const input = h('input', { type: 'text', maxlength: NAME_BYTES, value: guessName(), autocomplete: 'off', required: true });
	const problem = h('p', { role: 'alert' });
	const pair = h('button', { type: 'submit' }, t('pairGo'));
	const back = button(t('back'), () => go.home(), { class: 'plain' });
	const onsubmit = async (event) => {
		const name = nameOf(input.value);
		event.preventDefault();
		if (name === '' || pair.disabled)
			return;
		pair.disabled = back.disabled = true;
		problem.textContent = '';
		try {
			await notify.ask();
			await claim(token, what, name);
		} catch (error) {
			pair.disabled = back.disabled = false;
			if (state.screen !== 'pairing' || ['gone', 'used', 'origin', 'noVerify'].includes(error.word))
				failed(error, token);
			else
				problem.textContent = t(CLAIM_PROBLEMS[error.word] || 'failed');
		}
	};
	show([
		h('h1', {}, t('pairAsks')),
		h('p', {}, t('pairMore', { account: plain(what.account), host: plain(what.host) })),
		h('form', { class: 'card', onsubmit },
			h('label', {}, t('deviceName'), input),
			h('p', { class: 'soft small' }, t('pairNotify')),
			what.verify !== 'off' && h('p', { class: 'soft small' }, t('pairVerify')),
			problem, pair),
		h('div', { class: 'actions' }, back),
	]);
	go.banner();
}

export async function startPairing(token) {
	state.screen = 'pairing';
	show(busy(t('loading')));
	if (!await store.works()) {
		go.ended('bad', 'noStorage', 'noStorageMore');
		return;
	}
	try {
		const what = await api.look(token);
		/* A request may have been opened meanwhile. */
		if (state.screen !== 'pairing')
			return;
		if (notify.isApple() && !notify.isInstalled())
			explainHome(token, () => askName(token, what));
		else
			askName(token, what);
	} catch (error) {
		failed(error, token);
	}
}

/* For who has copied the code: an app on the home screen has seen nothing of the camera's page. */
export function codeForm(onToken) {
	const input = h('input', { type: 'text', autocomplete: 'off', autocapitalize: 'none', spellcheck: 'false' });
	const problem = h('p', { role: 'alert' });
	const onsubmit = (event) => {
		const token = tokenOf(input.value);
		event.preventDefault();
		if (token)
			onToken(token);
		else
			problem.textContent = t('badCode');
	};
	return h('form', { class: 'card', onsubmit }, h('label', {}, t('code'), input), problem, h('button', { type: 'submit' }, t('go')));
}
