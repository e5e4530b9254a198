/* What is on the screen.  All text goes in as text, never as HTML: it is other people's. */

import { now } from './api.js';
import { locale, t } from './words.js';

export function h(tag, attributes = {}, ...children) {
	const element = document.createElement(tag);
	for (const [name, value] of Object.entries(attributes)) {
		if (name === 'onclick' || name === 'onsubmit' || name === 'oninput')
			element[name] = value;
		else if (value !== undefined && value !== false)
			element.setAttribute(name, value === true ? '' : value);
	}
	element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
	return element;
}

const main = document.getElementById('main');
const live = document.getElementById('live');
let leave = () => {};

/* Another screen.  onLeave: what must end with it. */
export function show(screen, onLeave = () => {}) {
	leave();
	leave = onLeave;
	main.replaceChildren(...[screen].flat());
	scrollTo(0, 0);
	main.focus({ preventScroll: true });
}

/* For who does not see the screen. */
export function say(text) {
	live.textContent = '';
	setTimeout(() => { live.textContent = text; }, 50);
}

export const button = (text, onclick, attributes = {}) => h('button', { type: 'button', ...attributes, onclick }, text);

const svg = (path, bad) => {
	const ns = 'http://www.w3.org/2000/svg';
	const picture = document.createElementNS(ns, 'svg');
	picture.setAttribute('viewBox', '0 0 24 24');
	picture.setAttribute('class', bad ? 'sign bad' : 'sign');
	picture.setAttribute('aria-hidden', 'true');
	const shape = document.createElementNS(ns, 'path');
	shape.setAttribute('d', path);
	picture.append(shape);
	return picture;
};
const GOOD = 'M4 12.5l5.5 5.5L20 6.5';
const BAD = 'M6 6l12 12M18 6L6 18';

/* How something ended.  Buttons: [text, action] each. */
export function result(good, title, more, ...buttons) {
	say(`${title}. ${more}`);
	return [
		h('div', { class: 'card quiet' }, svg(good ? GOOD : BAD, !good), h('h1', {}, title), h('p', { class: 'soft' }, more)),
		h('div', { class: 'actions' }, buttons.map(([text, action], i) => button(text, action, i > 0 ? { class: 'plain' } : {}))),
	];
}

export const nothing = (refresh) => h('div', { class: 'card quiet' }, svg(GOOD),
	h('h1', {}, t('nothing')), h('p', { class: 'soft' }, t('nothingMore')),
	button(t('refresh'), refresh, { class: 'plain' }));

export const note = (title, text, ...more) => h('section', { class: 'note', 'aria-label': title || text },
	title && h('p', {}, h('strong', {}, title)), h('p', { class: title ? 'soft' : '' }, text), more);

const clock = (time) => new Intl.DateTimeFormat(locale, { hour: '2-digit', minute: '2-digit', second: '2-digit' })
	.format(new Date(time * 1000));

const term = (name, ...value) => [h('dt', {}, t(name)), h('dd', {}, ...value)];

/* What there is to know of a request. */
export function details(request) {
	return h('div', { class: 'card' },
		h('dl', {},
			term('account', request.account), term('host', request.host),
			request.kind === 'signin' && term('service', request.service),
			request.kind === 'signin' && term('address', request.address || t('here')),
			request.command && term('command', h('code', {}, request.command), ' ',
				h('span', { class: 'soft small' }, `(${t('commandClaim')})`)),
			term('when', clock(request.created))),
		request.claim && h('p', { class: 'soft small' }, t('claim', { host: request.host })));
}

/* Two digits.  onNumber(number) when they are confirmed. */
export function pad(onNumber) {
	let digits = '';
	const boxes = [h('span', { class: 'next' }), h('span')];
	const display = h('div', { class: 'digits', role: 'img', 'aria-label': t('entered', { n: '' }) }, boxes);
	const approve = button(t('approve'), () => confirm(), { class: 'approve', 'aria-disabled': 'true' });

	const draw = () => {
		boxes.forEach((box, i) => {
			box.textContent = digits[i] || '';
			box.className = i === digits.length ? 'next' : '';
		});
		display.setAttribute('aria-label', t('entered', { n: digits.split('').join(' ') }));
		approve.setAttribute('aria-disabled', String(digits.length !== 2));
		say(t('entered', { n: digits.split('').join(' ') }));
	};
	const type = (digit) => {
		if (digits.length < 2) {
			digits += digit;
			draw();
		}
	};
	const erase = () => {
		digits = digits.slice(0, -1);
		draw();
	};
	const confirm = () => {
		if (digits.length === 2)
			onNumber(digits);
	};
	const onKey = (event) => {
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

	document.addEventListener('keydown', onKey);
	return {
		parts: [display, h('div', { class: 'pad' },
			['1', '2', '3', '4', '5', '6', '7', '8', '9'].map(key),
			h('span'), key('0'), button('⌫', erase, { 'aria-label': t('erase') }), approve)],
		end: () => document.removeEventListener('keydown', onKey),
	};
}

/* How long is left, counting down. */
export function countdown(request, onEnd) {
	const whole = Math.max(1, request.expires - request.created);
	const bar = h('progress', { max: whole, 'aria-label': t('left', { n: '' }) });
	const text = h('p', { class: 'soft small' });
	const tick = () => {
		const left = Math.max(0, request.expires - now());
		bar.value = left;
		text.textContent = t('left', { n: left });
		if (left === 0)
			onEnd();
	};
	const timer = setInterval(tick, 1000);
	setTimeout(tick);
	return { parts: [h('div', { class: 'time' }, bar, text)], end: () => clearInterval(timer) };
}
