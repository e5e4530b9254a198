/* Notifications: whether they can come, and how to get them. */

import { encode } from './api.js';

export const isApple = () => /iPhone|iPad|iPod/.test(navigator.userAgent) ||
	(/Macintosh/.test(navigator.userAgent) && navigator.maxTouchPoints > 1);

export const isInstalled = () => navigator.standalone === true || matchMedia('(display-mode: standalone)').matches;

const supported = () => 'serviceWorker' in navigator && 'PushManager' in window && 'Notification' in window;

export const register = () => ('serviceWorker' in navigator ? navigator.serviceWorker.register('/sw.js') : Promise.resolve());

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
	const registration = await navigator.serviceWorker.ready;
	return await registration.pushManager.getSubscription() ? 'on' : 'ask';
}

const same = (a, b) => a && b && encode(a) === encode(b);

/* What there is of a subscription is no longer good. */
export async function drop() {
	const registration = await navigator.serviceWorker.ready;
	await (await registration.pushManager.getSubscription())?.unsubscribe();
}

/* Asks for leave.  To be called first of all when a button was pressed: an iPhone forgets that it was, once anything else
 * has been waited for. */
export const ask = () => (supported() ? Notification.requestPermission().catch(() => 'denied') : Promise.resolve('denied'));

/* Subscribes to the server's key, where there is leave.  null: no notifications. */
export async function subscribe(key) {
	try {
		if (!supported() || Notification.permission !== 'granted')
			return null;
		const registration = await navigator.serviceWorker.ready;
		const wanted = Uint8Array.from(atob(key.replace(/-/g, '+').replace(/_/g, '/')), (c) => c.charCodeAt(0));
		let subscription = await registration.pushManager.getSubscription();
		/* One of another server key would never be pushed to. */
		if (subscription && !same(subscription.options.applicationServerKey, wanted)) {
			await subscription.unsubscribe();
			subscription = null;
		}
		subscription ??= await registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: wanted });
		return {
			endpoint: subscription.endpoint,
			p256dh: encode(subscription.getKey('p256dh')), auth: encode(subscription.getKey('auth')),
		};
	} catch {
		return null;
	}
}
