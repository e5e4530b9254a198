/* SPDX-License-Identifier: BSD-2-Clause */
/* What comes in, for as long as the page is seen. */

import * as api from './api.js';
import * as notify from './notify.js';
import { banner, plain } from './screens.js';
import { addNote, go, requests, state } from './state.js';
import * as store from './store.js';
import { language, t } from './words.js';

const RETRY = [1, 2, 5, 10, 30];	/* seconds */
const WAITERS = 4;	/* a browser opens six connections to a server at most, and answers need one */
const POLL = 8;		/* seconds, for accounts beyond those */
const SHORT = 5;	/* seconds: a wait that ends before was not waited for */

const loops = new Map();	/* by device: what ends it */

/* The request whose notification was tapped: once all accounts were heard of, it is there or it is over. */
function showWanted() {
	const found = requests().find(({ request }) => request.id === state.wanted);
	if (found) {
		state.wanted = null;
		if (state.screen !== 'request' || state.current.id !== found.request.id)
			go.request(found.account, found.request);
		return true;
	}
	if (state.accounts.every(({ device }) => state.listed.has(device))) {
		state.wanted = null;
		addNote(t('over'));
	}
	return false;
}

const signIns = (list) => list.filter(({ request }) => request.kind === 'signin');

/* Chosen when it is tapped: what waited when it was drawn may be over. */
function bannerOf(list) {
	banner(signIns(list).length > 0 && t('waits'), () => {
		const [one] = signIns(requests());
		if (one)
			go.request(one.account, one.request);
		else
			go.home();
	});
}

/* Nothing is put under a finger: a request whose answer was begun stays, and so does a form. */
function update(fresh) {
	const list = requests(), newest = list.find(({ request }) => fresh.includes(request));
	if (state.wanted && state.screen !== 'sending' && state.screen !== 'pairing' && showWanted())
		return;
	if (state.screen === 'home') {
		go.home();
	} else if (state.screen === 'form' || state.screen === 'pairing') {
		bannerOf(list);
	} else if (newest && (state.screen === 'result' || (state.screen === 'request' && !state.touched))) {
		go.request(newest.account, newest.request);
	} else if (state.screen === 'request' && !list.some(({ request }) => request.id === state.current.id)) {
		if (state.current.expires > api.now()) {
			addNote(t('over'));
			go.home();
		}
	} else if (state.screen === 'request') {
		go.older();
	}
}

async function pairingEnds(account) {
	state.pairing = null;
	await save(account, { paired: true, number: undefined });
	state.notify = await notify.state().catch(() => 'none');
	if (state.screen === 'request' && state.current.kind !== 'test')
		addNote(t('paired'));
	else
		go.ended('good', 'paired', state.notify === 'on' ? 'pairedMore' : 'pairedOpen');
	/* A subscription that was late at pairing is told now. */
	keepSubscribed().catch(() => {});
}

async function save(account, changes) {
	Object.assign(account, changes);
	/* It may have been removed meanwhile. */
	if (state.accounts.includes(account))
		await store.save(account).catch(() => {});
}

/* A request of another account's than that whose key would sign for it is not shown. */
async function arrived(account, answer) {
	const before = new Set((state.waiting.get(account.device) || []).map((request) => request.id));
	const list = answer.requests.filter((request) => request.account === account.account);
	const fresh = list.filter((request) => !before.delete(request.id));

	state.waiting.set(account.device, list);
	state.listed.add(account.device);
	if (answer.pushes === 'stopped')
		state.stopped.add(account.device);
	else
		state.stopped.delete(account.device);
	notify.tidy(before).catch(() => {});
	if (account.label !== answer.label)
		await save(account, { label: answer.label });
	if (answer.paired && state.pairing === account.device) {
		await pairingEnds(account);
		return;
	}
	if (answer.paired && !account.paired)
		await save(account, { paired: true, number: undefined });
	if (answer.paired && !answer.subscribed && account.endpoint)
		renew(account);
	const test = fresh.find((request) => request.kind === 'test');
	if (test && state.pairing === account.device && state.screen !== 'sending' && !(state.screen === 'request' && state.touched))
		go.request(account, test);
	else
		update(fresh);
}

export async function forget(account) {
	loops.get(account.device)?.abort();
	loops.delete(account.device);
	state.waiting.delete(account.device);
	state.troubles.delete(account.device);
	state.stopped.delete(account.device);
	if (state.pairing === account.device)
		state.pairing = null;
	state.accounts = state.accounts.filter((one) => one.device !== account.device);
	await store.remove(account.device).catch(() => {});
}

/* The server does not know this phone any more, or does not after all. */
export async function lost(account) {
	const wasPairing = state.pairing === account.device;
	await forget(account);
	if (wasPairing && state.screen !== 'result') {
		go.ended('bad', 'pairFailed', 'pairFailedMore');
		return;
	}
	if (account.paired)
		addNote(t('unpaired', { account: plain(account.account) }));
	if (state.screen === 'home' || (state.screen === 'request' && !requests().some(({ request }) => request.id === state.current.id)))
		go.home();
}

function trouble(account, word) {
	if (word === state.troubles.get(account.device))
		return;
	if (word)
		state.troubles.set(account.device, word);
	else
		state.troubles.delete(account.device);
	if (state.screen === 'home')
		go.home();
}

const pause = (seconds, signal) => new Promise((resolve) => {
	const end = () => {
		clearTimeout(timer);
		signal.removeEventListener('abort', end);
		resolve();
	};
	const timer = setTimeout(end, seconds * 1000);
	signal.addEventListener('abort', end);
});

async function listen(account, ticket, signal) {
	const place = [...loops.keys()].indexOf(account.device);
	if (place >= WAITERS) {
		await pause(POLL, signal);
		return;
	}
	while (!signal.aborted) {
		const began = Date.now();
		if ((await api.wait(ticket, signal)).changed)
			return;
		/* Another page of this phone's waits, too, and the server keeps a few. */
		if (Date.now() - began < SHORT * 1000)
			await pause(POLL, signal);
	}
}

/* Later each time, and not all phones at once. */
const delay = (tries) => RETRY[Math.min(tries, RETRY.length - 1)] * (0.75 + Math.random() / 2);

async function follow(account) {
	const control = new AbortController();
	const { signal } = control;
	let tries = 0, heard = 0;	/* milliseconds since 1970 */

	loops.get(account.device)?.abort();
	loops.set(account.device, control);
	while (!signal.aborted) {
		try {
			heard = 0;
			greet(await api.greeting());
			const answer = await api.list(account, signal);
			if (signal.aborted)
				return;
			heard = Date.now();
			trouble(account, '');
			await arrived(account, answer);
			await listen(account, answer.ticket, signal);
			tries = 0;
		} catch (error) {
			if (signal.aborted)
				return;
			if (error.word === 'unpaired') {
				await lost(account);
				return;
			}
			/* A wait that was cut off, or whose ticket was too old, is no trouble: the next list tells. */
			if (heard && Date.now() - heard > SHORT * 1000)
				tries = 0;
			if (!heard)
				trouble(account, ['offline', 'busy', 'origin', 'signature'].includes(error.word) ? error.word : 'unavailable');
			await pause(delay(tries++), signal);
		}
	}
}

/* What waits is also said above a screen that was drawn just now. */
go.banner = () => bannerOf(requests());

export const greet = ({ name }) => { document.getElementById('brand').textContent = plain(name); };

export function refresh() {
	state.listed.clear();
	for (const account of state.accounts)
		follow(account);
}

export function rest() {
	for (const control of loops.values())
		control.abort();
}

export function startFollowing(account) {
	state.accounts.push(account);
	follow(account);
}

/* Accounts that another window of this page has paired meanwhile, or removed. */
export async function load() {
	const kept = await store.accounts();
	const gone = state.accounts.filter(({ device }) => !kept.some((one) => one.device === device));
	for (const account of gone)
		await forget(account);
	for (const account of kept)
		if (!state.accounts.some(({ device }) => device === account.device))
			state.accounts.push(account);
}

/* A browser may have dropped the subscription meanwhile, or have made another.  Returns whether there is one.  One at a
 * time: a second would undo what the first has made. */
let turn = Promise.resolve();
export function keepSubscribed(again = false) {
	turn = turn.catch(() => {}).then(async () => {
		if (again)
			await notify.drop();
		let problem = null;
		const { key } = await api.greeting();
		const subscription = await notify.subscribe(key);
		for (const account of state.accounts.filter(({ paired }) => paired)) {
			if (!subscription || account.endpoint === subscription.endpoint)
				continue;
			/* One that is refused keeps the others from nothing. */
			await api.subscribe(account, subscription, language)
				.then(() => save(account, { endpoint: subscription.endpoint }), (error) => { problem = error; });
		}
		state.notify = await notify.state();
		if (problem)
			throw problem;
		return subscription !== null;
	});
	return turn;
}

/* Its push service no longer knows this phone, and mfad has forgotten where it was: another subscription. */
function renew(account) {
	const old = account.endpoint;
	account.endpoint = null;
	notify.current().then((endpoint) => keepSubscribed(endpoint === old), () => {}).catch(() => {});
}
