/* SPDX-License-Identifier: BSD-2-Clause */
/* The service worker: notifications, and the page without a network. */

/* mfa-portal puts a digest of all files there: this file changes with any of them, and the page as a whole. */
const CACHE = 'page-@@@version@@@@@@';
const FILES = ['/', '/style.css', '/app.js', '/api.js', '/home.js', '/live.js', '/notify.js', '/pairing.js', '/passkey.js',
	'/request.js', '/screens.js', '/state.js', '/store.js', '/words.js', '/icon.svg', '/icon-192.png', '/badge-96.png',
	'/manifest.webmanifest'];

const words = {
	en: ['Sign-in request', 'Tap to answer it.'],
	nl: ['Aanmeldingsaanvraag', 'Tik om te antwoorden.'],
	fr: ['Demande de connexion', 'Touchez pour répondre.'],
};

const wrongWords = {
	en: ['Wrong codes for your account',
		'Wrong codes: {count}. If that was not you, somebody may know your password: change it.'],
	nl: ['Foute codes voor uw account',
		'Aantal foute codes: {count}. Was u dat niet, dan weet iemand misschien uw wachtwoord: verander het.'],
	fr: ['Codes faux pour votre compte',
		'Nombre de codes faux : {count}. Si ce n’était pas vous, quelqu’un connaît peut-être votre mot de passe : changez-le.'],
};

self.addEventListener('install', (event) => {
	event.waitUntil(caches.open(CACHE)
		.then((cache) => cache.addAll(FILES.map((path) => new Request(path, { cache: 'reload' })))).then(() => self.skipWaiting()));
});

self.addEventListener('activate', (event) => {
	event.waitUntil(caches.keys()
		.then((names) => Promise.all(names.filter((name) => name !== CACHE).map((name) => caches.delete(name))))
		.then(() => self.clients.claim()));
});

/* The page as it was installed, which needs no network; calls, and all else, from the network. */
self.addEventListener('fetch', (event) => {
	const { request } = event, { pathname, origin } = new URL(request.url);
	const path = request.mode === 'navigate' ? '/' : pathname;
	if (request.method === 'GET' && origin === location.origin && FILES.includes(path))
		event.respondWith(caches.open(CACHE).then((cache) => cache.match(path)).then((kept) => kept || fetch(request)));
});

function dataOf(event) {
	try {
		return event.data.json() || {};
	} catch {
		return {};	/* A request waits all the same. */
	}
}

/* Whatever comes, something is shown: a browser takes the leave away from who does not. */
self.addEventListener('push', (event) => {
	const { request, wrong, language } = dataOf(event);
	const lang = Object.hasOwn(words, language) ? language : 'en';
	const tells = Number.isSafeInteger(wrong);
	const [title, body] = (tells ? wrongWords : words)[lang];
	event.waitUntil(self.registration.showNotification(title, {
		body: body.replace('{count}', String(wrong)), lang, icon: '/icon-192.png', badge: '/badge-96.png',
		tag: tells ? 'wrong' : request || 'request', renotify: true,
		requireInteraction: true, data: { request },
	}));
});

self.addEventListener('notificationclick', (event) => {
	const request = event.notification.data?.request;
	event.notification.close();
	event.waitUntil(self.clients.matchAll({ type: 'window', includeUncontrolled: true }).then((windows) => {
		const window = windows.find((one) => one.visibilityState === 'visible') || windows[0];
		if (window) {
			window.postMessage({ type: 'look', request });
			return window.focus();
		}
		return self.clients.openWindow(request ? `/?request=${encodeURIComponent(request)}` : '/');
	}));
});

/* A page that is open subscribes again at once; another when it is opened, for it then sees that its subscription is not the
 * one that the server was told of. */
self.addEventListener('pushsubscriptionchange', (event) => {
	event.waitUntil(self.clients.matchAll({ type: 'window', includeUncontrolled: true })
		.then((windows) => windows.forEach((client) => client.postMessage({ type: 'subscribe' }))));
});
