/* The service worker: notifications, and the page without a network. */

const CACHE = 'page-2';
const FILES = ['/', '/style.css', '/app.js', '/api.js', '/home.js', '/live.js', '/notify.js', '/pairing.js', '/passkey.js',
	'/request.js', '/screens.js', '/state.js', '/store.js', '/words.js', '/icon.svg', '/icon-192.png', '/badge-96.png',
	'/manifest.webmanifest'];

const words = {
	en: ['Sign-in request', 'Tap to answer it.'],
	nl: ['Aanmeldingsaanvraag', 'Tik om te antwoorden.'],
	fr: ['Demande de connexion', 'Touchez pour répondre.'],
};

self.addEventListener('install', (event) => {
	event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll(FILES)).then(() => self.skipWaiting()));
});

self.addEventListener('activate', (event) => {
	event.waitUntil(caches.keys()
		.then((names) => Promise.all(names.filter((name) => name !== CACHE).map((name) => caches.delete(name))))
		.then(() => self.clients.claim()));
});

/* From the network, or else as it was; calls never. */
self.addEventListener('fetch', (event) => {
	const url = new URL(event.request.url);
	if (event.request.method !== 'GET' || url.origin !== location.origin || url.pathname.startsWith('/api/'))
		return;
	event.respondWith(fetch(event.request).then((response) => {
		if (response.ok && !response.redirected && FILES.includes(url.pathname)) {
			const copy = response.clone();
			event.waitUntil(caches.open(CACHE).then((cache) => cache.put(url.pathname, copy)).catch(() => {}));
		}
		return response;
	}).catch(() => caches.match(event.request.mode === 'navigate' ? '/' : url.pathname)
		.then((cached) => cached || Response.error())));
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
	const { request, language } = dataOf(event);
	const lang = Object.hasOwn(words, language) ? language : 'en';
	const [title, body] = words[lang];
	event.waitUntil(self.registration.showNotification(title, {
		body, lang, icon: '/icon-192.png', badge: '/badge-96.png', tag: request || 'request', renotify: true,
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
