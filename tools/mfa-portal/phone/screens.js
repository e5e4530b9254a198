/* SPDX-License-Identifier: BSD-2-Clause */
/* What is on the screen.  All text goes in as text, never as HTML: it is other people's. */

import { now } from './api.js';
import { locale, t } from './words.js';

const LAST_SECONDS = 10;	/* said aloud */

export function h(tag, attributes = {}, ...children) {
	const element = document.createElement(tag);
	for (const [name, value] of Object.entries(attributes)) {
		if (name === 'onclick' || name === 'onsubmit' || name === 'oninput')
			element[name] = value;
		else if (value !== undefined && value !== false)
			element.setAttribute(name, value === true ? '' : value);
	}
	element.append(...children.flat(3).filter((child) => child !== null && child !== undefined && child !== false && child !== ''));
	return element;
}

const main = document.getElementById('main');
const live = document.getElementById('live');
const above = document.getElementById('banner');
let leave = () => {};

const put = (screen) => main.replaceChildren(...[screen].flat(3).filter(Boolean));

/* Another screen.  onLeave: what must end with it.  A screen reader begins at its heading. */
export function show(screen, onLeave = () => {}) {
	leave();
	leave = onLeave;
	banner(null);
	put(screen);
	scrollTo(0, 0);
	const heading = main.querySelector('h1');
	document.title = heading ? heading.textContent : t('title');
	heading?.setAttribute('tabindex', '-1');
	(heading || main).focus({ preventScroll: true });
}

/* The same screen, with something else on it: whoever is at a button of it stays there (data-key). */
export function redraw(screen) {
	const key = document.activeElement?.dataset?.key;
	put(screen);
	const same = key && [...main.querySelectorAll('[data-key]')].find((one) => one.dataset.key === key);
	const heading = main.querySelector('h1');
	heading?.setAttribute('tabindex', '-1');
	(same || heading || main).focus({ preventScroll: true });
}

/* Above the screen: what has come while something else is done.  null: nothing. */
export function banner(text, action) {
	if (!text) {
		above.replaceChildren();
	} else if (above.textContent !== text) {
		above.replaceChildren(button(text, action));
		say(text);
	}
}

/* For who does not see the screen. */
export function say(text) {
	live.textContent = '';
	setTimeout(() => { live.textContent = text; }, 50);
}

export const button = (text, onclick, attributes = {}) => h('button', { type: 'button', ...attributes, onclick }, text);

export const spell = (digits) => digits.split('').join(' ');

function svg(path, kind) {
	const ns = 'http://www.w3.org/2000/svg';
	const picture = document.createElementNS(ns, 'svg');
	picture.setAttribute('viewBox', '0 0 24 24');
	picture.setAttribute('class', `sign ${kind}`);
	picture.setAttribute('aria-hidden', 'true');
	for (const d of [].concat(path)) {
		const shape = document.createElementNS(ns, 'path');
		shape.setAttribute('d', d);
		picture.append(shape);
	}
	return picture;
}
const SIGNS = {
	good: 'M5 12.5l4.5 4.5L19 7.5',
	bad: 'M7 7l10 10M17 7L7 17',
	late: ['M12 6v6l4 2.5', 'M12 2.5a9.5 9.5 0 1 0 0 19a9.5 9.5 0 0 0 0-19'],
	calm: ['M12 2.5l8 3v6.2c0 4.8-3.3 7.8-8 9.8c-4.7-2-8-5-8-9.8V5.5z', 'M8.5 12l2.5 2.5l4.5-5'],
	off: ['M3 8.5a13 13 0 0 1 18 0', 'M6.5 12.5a8 8 0 0 1 11 0', 'M12 17.5v.1', 'M4 3l16 18'],
};
export const sign = (kind) => svg(SIGNS[kind], kind);

/* How something ended: "good", "bad" or "late".  Buttons: [text, action] each. */
export function result(kind, title, more, ...buttons) {
	say(`${title}. ${more}`);
	return [
		h('div', { class: 'card quiet' }, sign(kind), h('h1', {}, title), h('p', { class: 'soft' }, more)),
		h('div', { class: 'actions' }, buttons.map(([text, action], i) => button(text, action, i > 0 ? { class: 'plain' } : {}))),
	];
}

/* A moment of waiting. */
export const busy = (text, title) => h('div', { class: 'card quiet' }, h('div', { class: 'spinner', 'aria-hidden': 'true' }),
	title && h('h1', {}, title), h('p', { class: 'soft', role: 'status' }, text));

export const note = (title, text, ...more) => h('section', { class: 'note', 'aria-label': title || text },
	title && h('h2', {}, title), h('p', {}, text), more);

/* Marks that turn the order of text around, or that nobody sees, are shown to be there. */
export const plain = (value) => String(value).replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, '\ufffd');

export const clock = (time) => new Intl.DateTimeFormat(locale, { hour: '2-digit', minute: '2-digit', second: '2-digit' })
	.format(new Date(time * 1000));

const term = (name, ...value) => [h('dt', {}, t(name)), h('dd', {}, ...value)];

/* What there is to know of a request; account is whose key will sign it. */
export function details(account, request, ...more) {
	const isSignIn = request.kind === 'signin', places = new Map([['', 'here'], ['?', 'nowhere']]);
	const place = places.has(request.address) ? t(places.get(request.address)) : plain(request.address);
	return h('div', { class: 'card request' },
		h('dl', {},
			term('account', plain(account)), term('host', plain(request.host)),
			isSignIn && term('service', plain(request.service)),
			isSignIn && term('address', place),
			request.command !== '' && term('command', h('code', {}, plain(request.command)), ' ',
				h('span', { class: 'soft small' }, `(${t('commandClaim')})`)),
			term('when', clock(request.created))),
		request.claim && h('p', { class: 'claim small' }, t('claim', { host: plain(request.host) })),
		more);
}

/* Two digits.  onNumber(number) when they are confirmed; last: buttons beside the one that confirms. */
export function pad(onNumber, { digits = '', onTouch = () => {}, last = [] } = {}) {
	const boxes = [h('span'), h('span')];
	const display = h('div', { class: 'digits', role: 'img' }, boxes);
	const confirm = () => digits.length === 2 && onNumber(digits);
	const approve = button(t('approve'), confirm, { class: 'approve' });

	const draw = () => {
		boxes.forEach((box, i) => {
			box.textContent = digits[i] || '';
			box.className = i === digits.length ? 'next' : '';
		});
		display.setAttribute('aria-label', t('entered', { n: spell(digits) }));
		approve.setAttribute('aria-disabled', String(digits.length !== 2));
	};
	const change = (to) => {
		digits = to;
		onTouch(digits !== '');
		draw();
		say(t('entered', { n: spell(digits) }));
		/* Enter then confirms, wherever the digits were tapped. */
		if (digits.length === 2)
			approve.focus({ preventScroll: true });
	};
	const type = (digit) => digits.length < 2 && change(digits + digit);
	const erase = () => change(digits.slice(0, -1));
	const onKey = (event) => {
		if (event.ctrlKey || event.metaKey || event.altKey || event.repeat)
			return;
		if (/^[0-9]$/.test(event.key))
			type(event.key);
		else if (event.key === 'Backspace')
			erase();
		else if (event.key === 'Enter' && event.target.tagName !== 'BUTTON')
			confirm();
		else
			return;
		event.preventDefault();
	};
	const key = (digit) => button(digit, () => type(digit), { 'aria-label': t('digit', { n: digit }) });
	const keys = h('div', { class: 'pad' }, ['1', '2', '3', '4', '5', '6', '7', '8', '9'].map(key),
		h('span'), key('0'), button('⌫', erase, { 'aria-label': t('erase') }), last, approve);
	const end = () => document.removeEventListener('keydown', onKey);

	document.addEventListener('keydown', onKey);
	draw();
	return {
		display, keys, end,
		/* Once it is sent nothing can be changed, nor sent twice. */
		lock: () => {
			end();
			keys.querySelectorAll('button').forEach((one) => { one.disabled = true; });
			approve.textContent = t('sending');
		},
	};
}

const lasts = (seconds) => (seconds < 60 ? t('left', { n: seconds })
	: t('leftMinutes', { n: `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}` }));

/* How long is left, counting down. */
export function countdown(request, onEnd) {
	const whole = Math.max(1, request.expires - request.created);
	const bar = h('progress', { max: whole, 'aria-label': t('time') });
	const text = h('p', { class: 'soft small' });
	const tick = () => {
		const left = Math.max(0, request.expires - now());
		bar.value = left;
		text.textContent = lasts(left);
		bar.classList.toggle('short', left <= LAST_SECONDS);
		if (left === LAST_SECONDS)
			say(lasts(left));
		if (left === 0)
			onEnd();
	};
	const timer = setInterval(tick, 1000);
	setTimeout(tick);
	return { parts: h('div', { class: 'time' }, bar, text), end: () => clearInterval(timer) };
}
