/* The service worker: notifications, and the page without a network. */

const CACHE = 'page-1';
const FILES = ['/', '/style.css', '/app.js', '/screens.js', '/pairing.js', '/api.js', '/store.js', '/words.js', '/notify.js',
	'/passkey.js', '/icon.svg', '/icon-192.png', '/manifest.webmanifest'];

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
		if (response.ok && FILES.includes(url.pathname)) {
			const copy = response.clone();
			event.waitUntil(caches.open(CACHE).then((cache) => cache.put(url.pathname, copy)));
		}
		return response;
	}).catch(() => caches.match(event.request.mode === 'navigate' ? '/' : url.pathname)
		.then((cached) => cached || Response.error())));
});

/* Whatever comes, something is shown: a browser takes the leave away from who does not. */
self.addEventListener('push', (event) => {
	let data = {};
	try {
		data = event.data.json();
	} catch {
		/* A request waits all the same. */
	}
	const [title, body] = words[data.language] || words.en;
	event.waitUntil(self.registration.showNotification(title, {
		body, icon: '/icon-192.png', badge: '/icon-192.png', tag: data.request || 'request', renotify: true,
		requireInteraction: true, data: { request: data.request },
	}));
});

self.addEventListener('notificationclick', (event) => {
	event.notification.close();
	event.waitUntil(self.clients.matchAll({ type: 'window', includeUncontrolled: true }).then((windows) => {
		if (windows.length > 0) {
			windows[0].postMessage({ type: 'look' });
			return windows[0].focus();
		}
		return self.clients.openWindow(event.notification.data?.request
			? `/?request=${encodeURIComponent(event.notification.data.request)}` : '/');
	}));
});

/* The page subscribes again when it is next opened. */
self.addEventListener('pushsubscriptionchange', (event) => {
	event.waitUntil(self.clients.matchAll({ type: 'window' })
		.then((windows) => windows.forEach((client) => client.postMessage({ type: 'subscribe' }))));
});
