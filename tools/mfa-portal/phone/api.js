/* Calls of mfa-portal, and what is signed of them. */

const encoder = new TextEncoder();

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

/* word: what the server said ("gone", "unpaired"), or "offline". */
export class Refusal extends Error {
	constructor(word, status) {
		super(word);
		this.word = word;
		this.status = status;
	}
}

async function fetchJSON(path, options) {
	let response;
	try {
		response = await fetch(path, { cache: 'no-store', credentials: 'omit', ...options });
	} catch (error) {
		throw error.name === 'AbortError' ? error : new Refusal('offline', 0);
	}
	const body = await response.json().catch(() => ({}));
	if (!response.ok)
		throw new Refusal(body.error || 'unavailable', response.status);
	return body;
}

const post = (call, body, signal) => fetchJSON(`/api/${call}`, {
	method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body), signal,
});

let offset = 0;		/* seconds that the server's clock is ahead of the phone's */

export const now = () => Math.floor(Date.now() / 1000 + offset);

export async function hello() {
	const answer = await fetchJSON('/api/hello');
	offset = answer.time - Date.now() / 1000;
	return answer;
}

/* The payload as text, and its signature by a key pair. */
async function signed(call, payload, keys, more = {}, signal) {
	const text = typeof payload === 'string' ? payload : JSON.stringify(payload);
	const signature = await crypto.subtle.sign({ name: 'ECDSA', hash: 'SHA-256' }, keys.privateKey, encoder.encode(text));
	return post(call, { payload: text, signature: encode(signature), ...more }, signal);
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
	const payload = { type: 'pair', origin: location.origin, token, time: now(), name, key, language, subscription, credential };
	return signed('pair', payload, keys, attestation ? { attestation } : {});
}

export const list = (account, signal) => again(() => signed('list', by(account, 'list'), account.keys, {}, signal));

export const wait = (ticket, signal) => post('wait', { ticket }, signal);

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
