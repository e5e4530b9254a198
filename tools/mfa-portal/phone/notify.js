/* SPDX-License-Identifier: BSD-2-Clause */
/* Notifications: whether they can come, and how to get them. */

import { decode, encode, within } from './api.js';

const SECONDS = 10;	/* a phone without its maker's push service may never say so */
const OLD = 300;	/* seconds: no request lasts longer */

export const isApple = () => /iPhone|iPad|iPod/.test(navigator.userAgent) ||
	(/Macintosh/.test(navigator.userAgent) && navigator.maxTouchPoints > 1);

export const isInstalled = () => navigator.standalone === true || matchMedia('(display-mode: standalone)').matches;

const supported = () => 'serviceWorker' in navigator && 'PushManager' in window && 'Notification' in window;

export const register = async () => navigator.serviceWorker?.register('/sw.js');

const registration = () => within(SECONDS, navigator.serviceWorker.ready);

/* "on", "ask", "denied", "none", or "home": an iPhone that has the page elsewhere. */
export async function state() {
	if (isApple() && !isInstalled())
		return 'home';
	if (!supported())
		return 'none';
	if (Notification.permission === 'denied')
		return 'denied';
	if (Notification.permission !== 'granted')
		return 'ask';
	return await (await registration()).pushManager.getSubscription() ? 'on' : 'ask';
}

const same = (a, b) => a && b && encode(a) === encode(b);

/* Where this browser is subscribed. */
export const current = async () => (await (await registration()).pushManager.getSubscription())?.endpoint;

/* What there is of a subscription is no longer good. */
export async function drop() {
	await (await (await registration()).pushManager.getSubscription())?.unsubscribe();
}

/* Asks for leave.  To be called first of all when a button was pressed: an iPhone forgets that it was, once anything else
 * has been waited for. */
export const ask = () => (supported() ? Notification.requestPermission().catch(() => 'denied') : Promise.resolve('denied'));

async function subscription(key) {
	const { pushManager } = await registration();
	const wanted = decode(key);
	let found = await pushManager.getSubscription();
	/* One of another server key would never be pushed to. */
	if (found && !same(found.options.applicationServerKey, wanted)) {
		await found.unsubscribe();
		found = null;
	}
	return found || pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: wanted });
}

/* Subscribes to the server's key, where there is leave.  null: no notifications. */
export async function subscribe(key) {
	if (!supported() || Notification.permission !== 'granted')
		return null;
	try {
		const made = await within(SECONDS, subscription(key));
		return { endpoint: made.endpoint, p256dh: encode(made.getKey('p256dh')), auth: encode(made.getKey('auth')) };
	} catch {
		return null;
	}
}

/* Takes away the notifications of requests that are over. */
export async function tidy(over) {
	const shown = await (await navigator.serviceWorker?.getRegistration?.())?.getNotifications?.() || [];
	shown.filter((one) => over.has(one.data?.request) || one.timestamp < Date.now() - OLD * 1000)
		.forEach((one) => one.close());
}
