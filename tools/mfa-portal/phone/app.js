/* SPDX-License-Identifier: BSD-2-Clause */
/* The page begins here. */

import * as api from './api.js';
import { greet, keepSubscribed, load, refresh, rest } from './live.js';
import * as notify from './notify.js';
import { startPairing, tokenOf } from './pairing.js';
import { busy, show } from './screens.js';
import { go, state } from './state.js';
import * as store from './store.js';
import { language, t } from './words.js';
import './home.js';
import './request.js';

const NOTIFY_SECONDS = 1;	/* what a slow browser says of notifications is drawn later */

/* Everything anew: the page was opened, or is seen again. */
async function look() {
	await load().catch(() => {});
	refresh();
	/* A pairing that the page was closed on goes on. */
	state.pairing ??= state.accounts.find(({ paired, number }) => !paired && number)?.device;
	if (state.screen === 'home')
		go.home();
}

async function lookAtNotifications() {
	state.notify = await notify.state().catch(() => 'none');
	if (state.screen === 'home')
		go.home();
}

document.addEventListener('visibilitychange', () => {
	if (document.visibilityState !== 'visible') {
		rest();
		return;
	}
	look();
	lookAtNotifications();
});
navigator.serviceWorker?.addEventListener('message', ({ data }) => {
	if (data.type === 'subscribe') {
		keepSubscribed().catch(() => {});
	} else {
		state.wanted = data.request || null;
		look();
	}
});
addEventListener('online', () => document.visibilityState === 'visible' && look());

async function begin() {
	const token = location.pathname === '/pair' ? tokenOf(location.hash) : null;

	document.documentElement.lang = language;
	document.getElementById('brand').textContent = t('title');
	state.wanted = new URLSearchParams(location.search).get('request');
	/* The token is for this page alone: neither history nor the address keep it. */
	if (location.pathname !== '/' || location.hash || location.search)
		history.replaceState(null, '', '/');
	state.screen = 'pairing';
	show(busy(t('loading')));
	notify.register().catch(() => {});
	api.greeting().then(greet, () => {});
	state.storage = await store.works();
	await api.within(NOTIFY_SECONDS, lookAtNotifications()).catch(() => {});
	if (!token)
		state.screen = 'home';
	await look();
	keepSubscribed().catch(() => {});
	if (token)
		await startPairing(token);
}

begin();
