/* The page: what waits for this phone, and what it answers. */

import * as api from './api.js';
import * as notify from './notify.js';
import * as pairing from './pairing.js';
import * as passkey from './passkey.js';
import { button, countdown, details, h, note, nothing, pad, result, say, show } from './screens.js';
import * as store from './store.js';
import { language, t } from './words.js';

const RETRY = [1000, 2000, 5000, 10000, 30000];

const state = {
	accounts: [],
	waiting: new Map(),	/* by device: the requests of an account */
	stopped: new Set(),	/* devices whose account is not asked */
	notes: [],		/* said once, on the first screen */
	trouble: '',		/* "offline", "unavailable" */
	notify: 'none',
	screen: 'home',		/* or "request", "pairing", "other" */
	request: null,		/* that is on the screen */
	pairing: null,		/* device that is being paired */
	loops: new Map(),	/* by device: what ends it */
};

document.documentElement.lang = language;
document.title = t('title');

const requests = () => state.accounts
	.flatMap((account) => (state.waiting.get(account.device) || []).map((request) => ({ account, request })))
	.filter(({ request }) => request.expires > api.now())
	.sort((a, b) => b.request.created - a.request.created);

/* The first screen. */

function accountRow(account) {
	return h('li', { class: 'row' },
		h('div', {}, h('p', {}, h('strong', {}, account.account)), h('p', { class: 'soft small' }, account.host)),
		button(t('unpair'), () => askUnpair(account), { class: 'danger', 'aria-label': `${t('unpair')}: ${account.account}` }));
}

function notifyNote() {
	const text = { ask: 'notifyAsk', denied: 'notifyDenied', none: 'notifyNone', home: 'notifyHome' }[state.notify];
	if (!text || state.accounts.length === 0)
		return null;
	return note(t('notifyOff'), t(text), state.notify === 'ask' && button(t('notifyOn'), turnOn));
}

function older(list) {
	if (list.length === 0)
		return null;
	return [h('h2', {}, t('older')), h('ul', { class: 'plain' }, list.map(({ account, request }) => h('li', {},
		button(`${request.account} · ${request.host} · ${request.service}`, () => showRequest(account, request),
			{ class: 'plain' }))))];
}

function home() {
	const list = requests();
	state.screen = 'home';
	state.request = null;
	if (list.length > 0) {
		showRequest(list[0].account, list[0].request);
		return;
	}
	const said = state.notes.splice(0);
	show([
		state.trouble && note('', t(state.trouble)),
		said.map((text) => note('', text)),
		state.accounts.filter((account) => state.stopped.has(account.device))
			.map((account) => note('', t('stopped', { account: account.account }))),
		state.accounts.length > 0 ? nothing(() => { refresh(); }) : null,
		notifyNote(),
		state.accounts.length > 0 && h('h2', {}, t('accounts')),
		state.accounts.length > 0 && h('ul', { class: 'plain card' }, state.accounts.map(accountRow)),
		state.accounts.length === 0 && h('h1', {}, t('addAccount')),
		state.accounts.length === 0 && h('p', { class: 'soft' }, t('addMore').replace(/\s*[^.]*:$/, '')),
		h('div', { class: 'actions' }, button(t('addAccount'), askForCode, { class: state.accounts.length > 0 ? 'plain' : '' })),
	].flat().filter(Boolean));
}

async function turnOn() {
	try {
		await notify.ask();
		const { key } = await api.hello();
		const subscription = await notify.subscribe(key);
		if (subscription)
			for (const account of state.accounts)
				await api.subscribe(account, subscription, language);
	} catch {
		state.notes.push(t('failed'));
	}
	state.notify = await notify.state();
	home();
}

function askForCode() {
	state.screen = 'other';
	pairing.askForCode(home, (token) => startPairing(token));
}

function askUnpair(account) {
	state.screen = 'other';
	show([
		h('h1', {}, t('unpairAsks', { account: account.account })),
		h('p', { class: 'soft' }, t('unpairMore', { account: account.account })),
		h('div', { class: 'actions' },
			button(t('back'), home),
			button(t('unpair'), () => unpair(account), { class: 'danger sure' })),
	]);
}

async function forget(account) {
	state.loops.get(account.device)?.abort();
	state.loops.delete(account.device);
	state.waiting.delete(account.device);
	state.accounts = state.accounts.filter((one) => one.device !== account.device);
	await store.remove(account.device);
}

async function unpair(account) {
	try {
		await api.unpair(account);
		await forget(account);
	} catch (error) {
		if (error.word === 'unpaired')
			await forget(account);
		else
			state.notes.push(t({ last: 'unpairLast', offline: 'offline', unavailable: 'unavailable' }[error.word] || 'failed',
				{ account: account.account }));
	}
	home();
}

/* A request. */

function ended(good, title, more) {
	state.screen = 'other';
	show(result(good, t(title), t(more), [t('done'), home]));
}

async function send(account, request, decision, number) {
	const text = api.answerText(account, request, decision, number);
	let assertion = null;
	if (decision === 'approve' && request.verify !== 'off' && account.credential) {
		try {
			assertion = await passkey.use(account.credential, text);
		} catch {
			showRequest(account, request, t('verifyFailed'));
			return;
		}
	}
	try {
		const answer = await api.answer(account, text, assertion);
		forgetRequest(account, request);
		if (request.kind === 'test' && answer.result === 'approved') {
			state.screen = 'pairing';
			show(h('p', { class: 'soft', role: 'status' }, t('pairWaits')));
		} else {
			const shown = { approved: [true, 'approved', 'approvedMore'], denied: [false, 'denied', 'deniedMore'],
				wrong: [false, 'wrong', 'wrongMore'] }[answer.result];
			ended(...shown);
		}
	} catch (error) {
		const known = { expired: ['expired', 'expiredMore'], answered: ['answered', 'answeredMore'] }[error.word];
		if (known) {
			forgetRequest(account, request);
			ended(false, ...known);
		} else {
			showRequest(account, request, t({ offline: 'offline', unavailable: 'unavailable', verify: 'verifyFailed',
				busy: 'busy' }[error.word] || 'failed'));
		}
	}
}

function forgetRequest(account, request) {
	state.waiting.set(account.device, (state.waiting.get(account.device) || []).filter((one) => one.id !== request.id));
}

function askDeny(account, request) {
	state.screen = 'request';
	show([
		h('h1', {}, t('notMeAsks')), details(request), h('p', { class: 'soft' }, t('notMeMore')),
		h('div', { class: 'actions' },
			button(t('notMeSure'), (event) => {
				event.currentTarget.disabled = true;
				send(account, request, 'deny');
			}, { class: 'danger sure' }),
			button(t('back'), () => showRequest(account, request), { class: 'plain' })),
	]);
}

function showRequest(account, request, problem = '') {
	const test = request.kind === 'test';
	const keys = pad((number) => {
		keys.end();
		send(account, request, 'approve', number);
	});
	const time = countdown(request, () => {
		forgetRequest(account, request);
		ended(false, 'expired', 'expiredMore');
	});
	state.screen = 'request';
	state.request = request.id;
	show([
		h('h1', {}, t(test ? 'testAsks' : 'asks')),
		details(request),
		h('p', {}, t(test ? 'testMore' : 'numberAsks')),
		problem && h('p', { class: 'note', role: 'alert' }, problem),
		keys.parts, time.parts,
		!test && h('div', { class: 'actions' }, button(t('notMe'), () => askDeny(account, request), { class: 'danger' })),
		older(requests().filter((one) => one.request.id !== request.id)),
	].flat(2).filter(Boolean), () => {
		keys.end();
		time.end();
	});
	say(`${t(test ? 'testAsks' : 'asks')} ${request.account}, ${request.host}`);
}

/* What comes in. */

function arrived(account, answer) {
	const known = new Set((state.waiting.get(account.device) || []).map((request) => request.id));
	const fresh = answer.requests.find((request) => !known.has(request.id));

	state.waiting.set(account.device, answer.requests);
	if (answer.pushes === 'stopped')
		state.stopped.add(account.device);
	else
		state.stopped.delete(account.device);
	if (state.pairing === account.device) {
		if (answer.paired) {
			state.pairing = null;
			account.paired = true;
			store.save(account);
			ended(true, 'paired', 'pairedMore');
		} else if (fresh) {
			showRequest(account, fresh);
		}
		return;
	}
	if (answer.paired && !account.paired) {
		account.paired = true;
		store.save(account);
	}
	if (answer.paired && !answer.subscribed && account.endpoint)
		renew(account);
	const gone = state.screen === 'request' && state.request && !requests().some(({ request }) => request.id === state.request);
	if (state.screen === 'home' || (gone && !fresh))
		home();
	else if (fresh && state.screen === 'request')
		showRequest(account, fresh);
}

async function lost(account) {
	await forget(account);
	if (state.pairing === account.device) {
		state.pairing = null;
		ended(false, 'pairFailed', 'pairFailedMore');
	} else {
		if (account.paired)
			state.notes.push(t('unpaired', { account: account.account }));
		if (state.screen === 'home' || state.screen === 'request')
			home();
	}
}

const pause = (ms, signal) => new Promise((resolve) => {
	const timer = setTimeout(resolve, ms);
	signal.addEventListener('abort', () => { clearTimeout(timer); resolve(); });
});

function trouble(word) {
	if (state.trouble === word)
		return;
	state.trouble = word;
	if (state.screen === 'home')
		home();
}

/* Hears of requests of an account for as long as the page is seen. */
async function follow(account) {
	const control = new AbortController();
	const { signal } = control;
	let tries = 0;

	state.loops.get(account.device)?.abort();
	state.loops.set(account.device, control);
	while (!signal.aborted) {
		try {
			const answer = await api.list(account, signal);
			tries = 0;
			trouble('');
			arrived(account, answer);
			while (!signal.aborted && !(await api.wait(answer.ticket, signal)).changed)
				;
		} catch (error) {
			if (signal.aborted)
				return;
			if (error.word === 'unpaired') {
				await lost(account);
				return;
			}
			if (error.word === 'ticket')
				continue;
			trouble(error.word === 'offline' ? 'offline' : error.word === 'busy' ? 'busy' : 'unavailable');
			await pause(RETRY[Math.min(tries++, RETRY.length - 1)], signal);
		}
	}
}

function followAll() {
	state.accounts.forEach((account) => { follow(account); });
}

async function refresh() {
	for (const control of state.loops.values())
		control.abort();
	state.notify = await notify.state().catch(() => 'none');
	followAll();
}

async function startPairing(token) {
	state.screen = 'pairing';
	await pairing.start(token, home, (account) => {
		state.pairing = account.device;
		state.accounts.push(account);
		follow(account);
		notify.state().then((now) => { state.notify = now; }, () => {});
	});
}

/* A browser may have dropped the subscription meanwhile, or have made another. */
async function keepSubscribed(always = false) {
	if (!always && state.notify !== 'on' && !(state.notify === 'ask' && Notification?.permission === 'granted'))
		return;
	const { key } = await api.hello();
	const subscription = await notify.subscribe(key);
	for (const account of state.accounts) {
		if (!subscription || account.endpoint === subscription.endpoint)
			continue;
		await api.subscribe(account, subscription, language);
		account.endpoint = subscription.endpoint;
		await store.save(account);
	}
	state.notify = await notify.state();
}

/* Its push service no longer knows this phone, and mfad has forgotten where it was: another subscription. */
async function renew(account) {
	account.endpoint = null;
	await notify.drop().catch(() => {});
	await keepSubscribed(true).catch(() => {});
}

document.addEventListener('visibilitychange', () => {
	if (document.visibilityState === 'visible')
		refresh();
	else
		for (const control of state.loops.values())
			control.abort();
});
navigator.serviceWorker?.addEventListener('message', (event) => {
	if (event.data.type === 'subscribe')
		keepSubscribed().catch(() => {});
	else
		refresh();
});
addEventListener('online', () => refresh());

async function begin() {
	const token = location.pathname === '/pair' ? pairing.tokenOf(location.hash) : null;

	/* The token is for this page alone: neither history nor the address keep it. */
	if (location.pathname !== '/' || location.hash || location.search)
		history.replaceState(null, '', '/');
	notify.register()?.catch(() => {});
	show(h('p', { class: 'soft', role: 'status' }, t('loading')));
	state.accounts = await store.accounts().catch(() => []);
	state.notify = await Promise.race([notify.state(), new Promise((resolve) => setTimeout(resolve, 1000, 'none'))])
		.catch(() => 'none');
	api.hello().then((greeting) => { document.getElementById('brand').textContent = greeting.name; }, () => {});
	if (token) {
		followAll();
		await startPairing(token);
		return;
	}
	home();
	followAll();
	keepSubscribed().catch(() => {});
}

begin();
