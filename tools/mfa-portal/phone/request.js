/* SPDX-License-Identifier: BSD-2-Clause */
/* A request, and the answer to it. */

import * as api from './api.js';
import { forget, lost } from './live.js';
import { tidy } from './notify.js';
import * as passkey from './passkey.js';
import { busy, button, clock, countdown, details, h, pad, plain, result, say, show } from './screens.js';
import { go, requests, state } from './state.js';
import { t } from './words.js';

const ENDS = {
	approved: ['good', 'approved', 'approvedMore'], denied: ['bad', 'denied', 'deniedMore'], wrong: ['bad', 'wrong', 'wrongMore'],
	expired: ['late', 'expired', 'expiredMore'], answered: ['late', 'answered', 'answeredMore'],
};
const PROBLEMS = { offline: 'sendOffline', unavailable: 'sendUnavailable', verify: 'verifyFailed', busy: 'busy', time: 'sendUnavailable' };

/* Buttons: [text, action] each, besides the one that leads home. */
function ended(kind, title, more, ...buttons) {
	state.screen = 'result';
	state.current = null;
	show(result(kind, t(title), t(more), ...buttons, [t('done'), () => go.home()]));
}

function over(request, end) {
	state.over.add(request.id);
	tidy(new Set([request.id])).catch(() => {});
	if (end)
		ended(...end);
}

/* A test that was not passed: the computer begins anew, with another picture. */
async function failed(account, request, more) {
	over(request, null);
	await forget(account);
	ended('bad', 'pairFailed', more);
}

/* What was answered to the test: the computer says what comes of it. */
async function tested(account, request, answer) {
	if (answer !== 'approved') {
		await failed(account, request, 'pairWrong');
		return;
	}
	over(request, null);
	/* It may have been told so already. */
	if (state.screen === 'sending') {
		state.screen = 'pairing';
		show(busy(t('pairEnds'), t('pairGoOn')));
	}
}

/* What ends without an answer of this phone's. */
function gone(account, request, end) {
	if (request.kind === 'test')
		return failed(account, request, 'pairFailedMore');
	return over(request, end);
}

async function assertion(account, request, text) {
	if (request.verify === 'off' || !account.credential)
		return null;
	return passkey.use(account.credential, text).catch(() => { throw new api.Refusal('verify', 0); });
}

/* decision: "approve" with a number, or "deny". */
async function send(account, request, decision, number) {
	const text = api.answerText(account, request, decision, number);
	state.screen = 'sending';
	/* Nothing else is begun meanwhile. */
	document.getElementById('older')?.replaceChildren();
	say(t('sending'));
	try {
		const unlocked = decision === 'approve' ? await assertion(account, request, text) : null;
		const { result: answer } = await api.answer(account, text, unlocked);
		if (!['approved', 'denied', 'wrong'].includes(answer))
			throw new api.Refusal('unavailable', 0);
		if (request.kind === 'test')
			await tested(account, request, answer);
		else
			over(request, ENDS[answer]);
	} catch (error) {
		if (ENDS[error.word]) {
			await gone(account, request, ENDS[error.word]);
		} else if (error.word === 'unpaired') {
			await lost(account);
			if (state.screen === 'sending') {
				state.screen = 'request';
				go.home();
			}
		} else {
			const problem = t(PROBLEMS[error.word] || 'failed');
			if (decision === 'deny')
				askDeny(account, request, problem);
			else
				showRequest(account, request, { problem, number });
		}
	}
}

function timer(account, request) {
	return countdown(request, () => {
		/* What is on its way may have come in time: the server says. */
		if (state.screen !== 'sending')
			gone(account, request, ENDS.expired);
	});
}

function askDeny(account, request, problem) {
	const time = timer(account, request);
	const back = button(t('back'), () => showRequest(account, request), { class: 'plain' });
	const sure = button(t('notMeSure'), () => {
		sure.disabled = back.disabled = true;
		send(account, request, 'deny');
	}, { class: 'danger sure' });

	state.screen = 'request';
	state.current = request;
	state.touched = true;
	show([
		h('h1', {}, t('notMeAsks')), details(account.account, request, time.parts), h('p', {}, t('notMeMore')),
		problem && h('p', { class: 'note', role: 'alert' }, problem),
		h('div', { class: 'actions' }, sure, back),
	], time.end);
}

/* Where a phone that was paired without a lock can't answer. */
const lacksUnlock = (account, request) => request.verify === 'required' && !account.credential;

function older(request) {
	const list = requests().filter((one) => one.request.id !== request.id);
	if (list.length === 0)
		return [];
	return [h('h2', {}, t('older')), h('ul', { class: 'plain' }, list.map(({ account, request: one }) => h('li', {},
		button([h('strong', {}, `${plain(account.account)} · ${plain(one.host)}`),
			h('span', { class: 'soft small' }, `${plain(one.service)} · ${clock(one.created)}`)],
		() => showRequest(account, one), { class: 'plain list', 'data-key': one.id }))))];
}

/* What else waits, below the request on the screen. */
function redrawOlder() {
	const place = document.getElementById('older');
	const key = document.activeElement?.dataset?.key;
	place?.replaceChildren(...older(state.current));
	if (key && place)
		[...place.querySelectorAll('[data-key]')].find((one) => one.dataset.key === key)?.focus();
}

function showRequest(account, request, { problem = '', number = '' } = {}) {
	const isTest = request.kind === 'test', title = t(isTest ? 'testAsks' : 'asks');
	const time = timer(account, request);
	const deny = !isTest && button(t('notMe'), () => askDeny(account, request), { class: 'danger' });
	const keys = pad((digits) => {
		keys.lock();
		send(account, request, 'approve', digits);
	}, { digits: number, onTouch: (is) => { state.touched = is; }, last: deny });

	state.screen = 'request';
	state.current = request;
	state.touched = number !== '';
	if (isTest)
		state.pairing = account.device;
	show([
		h('h1', {}, title), details(account.account, request, time.parts),
		lacksUnlock(account, request) && h('p', { class: 'note' }, t('verifyLacks')),
		h('div', { class: 'enter' }, h('p', {}, t(isTest ? 'testMore' : 'numberAsks')), keys.display),
		problem && h('p', { class: 'note', role: 'alert' }, problem),
		keys.keys, h('section', { id: 'older', 'aria-live': 'polite' }, older(request)),
	], () => {
		keys.end();
		time.end();
	});
	say(`${problem || title} ${plain(account.account)}, ${plain(request.host)}`);
}

Object.assign(go, { request: showRequest, older: redrawOlder, ended });
