/* SPDX-License-Identifier: BSD-2-Clause */
/* The first screen: what waits, which accounts there are, and whether notifications come. */

import * as api from './api.js';
import { forget, keepSubscribed, refresh } from './live.js';
import * as notify from './notify.js';
import { startPairing, codeForm } from './pairing.js';
import { busy, button, h, note, plain, redraw, result, show, sign } from './screens.js';
import { addNote, go, requests, state } from './state.js';
import { t } from './words.js';

let drawn = '';		/* what the first screen shows */

function accountRow(account) {
	const name = plain(account.account);
	return h('li', { class: 'row' },
		h('div', {}, h('p', {}, h('strong', {}, name)),
			h('p', { class: 'soft small' }, [account.host, account.label].filter(Boolean).map(plain).join(' · '))),
		button(t('unpair'), () => askUnpair(account), { class: 'danger', 'aria-label': `${t('unpair')}: ${name}`,
			'data-key': `unpair ${account.device}` }));
}

function notifyNote() {
	const text = { ask: 'notifyAsk', denied: 'notifyDenied', none: 'notifyNone', home: 'notifyHome' }[state.notify];
	return text && note(t('notifyOff'), t(text), state.notify === 'ask' && button(t('notifyOn'), turnOn, { 'data-key': 'notify' }));
}

function said(text, i) {
	return note('', text, button(t('dismiss'), () => {
		state.notes.splice(i, 1);
		home();
	}, { class: 'plain', 'data-key': `note ${i}` }));
}

/* Whether anything waits, as far as is known. */
function status() {
	const [[device, trouble] = []] = state.troubles;
	const account = state.accounts.find((one) => one.device === device);
	const again = button(t('refresh'), () => {
		state.notes = [];
		refresh();
		home();
	}, { class: 'plain', 'data-key': 'refresh' });

	if (trouble)
		return h('div', { class: 'card quiet' }, sign('off'), h('h1', {}, t(trouble)), h('p', { class: 'soft' }, t(`${trouble}More`, { account: plain(account?.account) })), again);
	if (state.accounts.some(({ device }) => !state.listed.has(device)))
		return busy(t('loading'));
	return h('div', { class: 'card quiet' }, sign('calm'), h('h1', {}, t('nothing')), h('p', { class: 'soft' }, t('nothingMore')), again);
}

function empty() {
	if (!state.storage)
		return [note(t('noStorage'), t('noStorageMore'))];
	return [h('h1', {}, t('welcome')), h('p', {}, t('welcomeMore')), codeForm(startPairing), h('p', { class: 'soft small' }, t('welcomeLost'))];
}

function paired() {
	return [
		state.accounts.filter((account) => state.stopped.has(account.device))
			.map((account) => note('', t('stopped', { account: plain(account.account) }))),
		status(), notifyNote(),
		h('h2', {}, t('accounts')), h('ul', { class: 'plain card' }, state.accounts.map(accountRow)),
		h('div', { class: 'actions' }, button(t('addAccount'), askForCode, { class: 'plain', 'data-key': 'add' })),
	];
}

/* The first screen, or what waits before all else.  Drawn again only if it says something else. */
function home() {
	const [first] = requests();
	if (first) {
		go.request(first.account, first.request);
		return;
	}
	const half = state.accounts.find(({ device, paired, number }) => device === state.pairing && !paired && number);
	if (half) {
		go.number(half);
		return;
	}
	const says = JSON.stringify([state.accounts.map(({ device, label }) => [device, label]), state.notes, state.notify, state.storage,
		[...state.stopped], [...state.troubles], [...state.listed]]);
	if (state.screen === 'home' && says === drawn)
		return;
	const screen = [state.notes.map(said), state.accounts.length > 0 ? paired() : empty()];
	if (state.screen === 'home' && drawn !== '')
		redraw(screen);
	else
		show(screen);
	drawn = says;
	state.screen = 'home';
	state.current = null;
}

async function turnOn() {
	await notify.ask();
	try {
		if (!await keepSubscribed() && Notification.permission === 'granted')
			addNote(t('notifyFailed'));
	} catch {
		addNote(t('sendOffline'));
	}
	state.notify = await notify.state().catch(() => 'none');
	if (state.screen === 'home')
		home();
}

function askForCode() {
	state.screen = 'form';
	show([
		h('h1', {}, t('addAccount')), h('p', {}, t('addMore')), codeForm(startPairing),
		h('div', { class: 'actions' }, button(t('back'), home, { class: 'plain' })),
	]);
	go.banner();
}

function askUnpair(account) {
	const name = plain(account.account);
	const back = button(t('back'), home, { class: 'plain' });
	const sure = button(t('unpair'), () => {
		sure.disabled = back.disabled = true;
		unpair(account);
	}, { class: 'danger sure' });
	state.screen = 'form';
	show([
		h('h1', {}, t('unpairAsks', { account: name })),
		h('p', {}, t('unpairMore', { account: name })),
		h('div', { class: 'actions' }, sure, back),
	]);
	go.banner();
}

/* A server that can't be asked goes on asking this phone, but that need not keep its account here. */
function unpairHere(account) {
	if (state.screen !== 'form') {
		addNote(`${t('unpairOffline')}: ${plain(account.account)}`);
		return;
	}
	show(result('bad', t('unpairOffline'), t('unpairOfflineMore', { account: plain(account.account) }),
		[t('again'), () => unpair(account)],
		[t('unpairHere'), () => forget(account).then(home)],
		[t('back'), home]));
}

/* A request may have been opened meanwhile. */
function leaveForm() {
	if (state.screen === 'form' || state.screen === 'home')
		home();
}

async function unpair(account) {
	try {
		await api.unpair(account);
		await forget(account);
	} catch ({ word }) {
		if (word === 'unpaired') {
			await forget(account);
		} else if (word === 'last') {
			addNote(t('unpairLast', { account: plain(account.account) }));
		} else {
			unpairHere(account);
			return;
		}
	}
	leaveForm();
}

go.home = home;
