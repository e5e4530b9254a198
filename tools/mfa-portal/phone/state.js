/* SPDX-License-Identifier: BSD-2-Clause */
/* What the page knows, and shows. */

import { now } from './api.js';

/* The ways from one screen to another, each put here by who draws it: home(), request(account, request), older() for what
 * waits below it, ended(kind, title, more, ...buttons), number(account) of a pairing, banner() of what waits. */
export const go = {};

export const state = {
	accounts: [],
	waiting: new Map(),	/* by device: the requests of an account */
	listed: new Set(),	/* devices that have been heard of since the page was last looked at */
	over: new Set(),	/* ids of requests that have ended: a list that was under way may still hold them */
	stopped: new Set(),	/* devices whose account is not asked */
	troubles: new Map(),	/* by device: why nothing is heard of it: "offline", "unavailable", ... */
	notes: [],		/* said on the first screen, until they are dismissed */
	notify: 'none',
	storage: true,		/* whether this browser keeps keys */
	screen: 'home',		/* "request", "sending", "result", "form" or "pairing" */
	current: null,		/* the request on the screen */
	touched: false,		/* whether its answer has been begun */
	wanted: null,		/* id of the request whose notification was tapped */
	pairing: null,		/* device that is being paired */
};

/* Said on the first screen when it is drawn next, once. */
export function addNote(text) {
	if (!state.notes.includes(text))
		state.notes.push(text);
}

/* Two phones of an account may be this one, paired twice: one request is shown once. */
export function requests() {
	const seen = new Set();
	return state.accounts
		.flatMap((account) => (state.waiting.get(account.device) || []).map((request) => ({ account, request })))
		.filter(({ request }) => request.expires > now() && !state.over.has(request.id))
		.sort((a, b) => b.request.created - a.request.created)
		.filter(({ request }) => !seen.has(request.id) && seen.add(request.id));
}

