/* SPDX-License-Identifier: BSD-2-Clause */
/* Calls of mfa-portal, and what is signed of them. */

const encoder = new TextEncoder();

const CALL_SECONDS = 15;
const WAIT_SECONDS = 70;	/* more than the 50 after which mfa-portal answers: a network that is gone says nothing */

export function encode(bytes) {
	let text = '';
	for (const byte of new Uint8Array(bytes))
		text += String.fromCharCode(byte);
	return btoa(text).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '');
}

export function decode(text) {
	return Uint8Array.from(atob(text.replace(/-/g, '+').replace(/_/g, '/')), (c) => c.charCodeAt(0));
}

export const sha256 = (text) => crypto.subtle.digest('SHA-256', encoder.encode(text));

/* A promise that is given up after some seconds. */
export const within = (seconds, promise) => new Promise((resolve, reject) => {
	const timer = setTimeout(() => reject(new Error('it took too long')), seconds * 1000);
	promise.then(resolve, reject).finally(() => clearTimeout(timer));
});

/* word: what the server said ("gone", "unpaired"), or "offline". */
export class Refusal extends Error {
	constructor(word, status) {
		super(word);
		this.word = word;
		this.status = status;
	}
}

/* What is no answer of mfa-portal's (a hotel's login page, a proxy's error) is "unavailable". */
async function bodyOf(response) {
	const body = await response.json().catch(() => null);
	const isObject = typeof body === 'object' && body !== null;
	if (!response.ok)
		throw new Refusal((isObject && body.error) || 'unavailable', response.status);
	if (!isObject)
		throw new Refusal('unavailable', response.status);
	return body;
}

async function fetchJSON(path, { signal, seconds = CALL_SECONDS, ...options } = {}) {
	const control = new AbortController();
	const stop = () => control.abort();
	const timer = setTimeout(stop, seconds * 1000);
	signal?.addEventListener('abort', stop);
	if (signal?.aborted)
		stop();
	try {
		return await bodyOf(await fetch(path, { cache: 'no-store', credentials: 'omit', redirect: 'error', ...options,
			signal: control.signal }));
	} catch (error) {
		throw error instanceof Refusal || signal?.aborted ? error : new Refusal('offline', 0);
	} finally {
		clearTimeout(timer);
		signal?.removeEventListener('abort', stop);
	}
}

const post = (call, body, options) => fetchJSON(`/api/${call}`, {
	method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body), ...options,
});

let offset = 0;		/* seconds that the server's clock is ahead of the phone's */
let asked = null;

export const now = () => Math.floor(Date.now() / 1000 + offset);

export async function hello() {
	const answer = await fetchJSON('/api/hello');
	offset = answer.time - Date.now() / 1000;
	return answer;
}

/* The server's greeting, asked for once for all who need the time: without it nobody knows how long a request lasts. */
export function greeting() {
	asked ??= hello();
	asked.catch(() => { asked = null; });
	return asked;
}

/* The payload as text, and its signature by a key pair. */
async function signed(call, payload, keys, more = {}, signal) {
	const text = typeof payload === 'string' ? payload : JSON.stringify(payload);
	const signature = await crypto.subtle.sign({ name: 'ECDSA', hash: 'SHA-256' }, keys.privateKey, encoder.encode(text));
	return post(call, { payload: text, signature: encode(signature), ...more }, { signal });
}

const by = (account, type) => ({ type, origin: location.origin, account: account.account, device: account.device, time: now() });

/* A clock that is off is asked for again, once. */
async function again(action) {
	try {
		return await action();
	} catch (error) {
		if (error.word !== 'time')
			throw error;
		await hello();
		return action();
	}
}

export const look = (token) => post('look', { token });

export async function pair(token, name, language, subscription, credential, attestation, keys) {
	const key = encode(await crypto.subtle.exportKey('raw', keys.publicKey));
	return again(() => signed('pair', { type: 'pair', origin: location.origin, token, time: now(), name, key, language,
		subscription, credential }, keys, attestation ? { attestation } : {}));
}

export const list = (account, signal) => again(() => signed('list', by(account, 'list'), account.keys, {}, signal));

export const wait = (ticket, signal) => post('wait', { ticket }, { signal, seconds: WAIT_SECONDS });

export const subscribe = (account, subscription, language) =>
	again(() => signed('subscribe', { ...by(account, 'subscribe'), subscription, language }, account.keys));

export const unpair = (account) => again(() => signed('unpair', by(account, 'unpair'), account.keys));

/* What was shown is signed with what was answered. */
export function answerText(account, request, decision, number) {
	const { host, service, address, command, claim, expires } = request;
	const payload = { type: 'answer', origin: location.origin, account: account.account, device: account.device,
		request: request.id, decision, host, service, address, command, claim, expires };
	if (decision === 'approve')
		payload.number = number;
	return JSON.stringify(payload);
}

export const answer = (account, text, assertion) => signed('answer', text, account.keys, assertion ? { assertion } : {});

export const newKeys = () => crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, false, ['sign', 'verify']);
