/* The service worker: notifications, and the page without a network. */

const CACHE = 'page-2';
const SECONDS = 5;	/* a network that says nothing for so long is none */
const GONE_SECONDS = 20;	/* and is not asked again for so long */
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

function fromNetwork(request) {
	const control = new AbortController();
	const timer = setTimeout(() => control.abort(), SECONDS * 1000);
	return fetch(request, { signal: control.signal }).finally(() => clearTimeout(timer));
}

const fromCache = (request) => caches.match(request.mode === 'navigate' ? '/' : new URL(request.url).pathname);

async function keep(path, response) {
	await (await caches.open(CACHE)).put(path, response);
}

let goneUntil = 0;	/* milliseconds since 1970; one file has waited for the network, and the others need not */

/* From the network, or else as it was. */
async function answer(event, path) {
	const kept = Date.now() < goneUntil && await fromCache(event.request);
	if (kept)
		return kept;
	try {
		const response = await fromNetwork(event.request);
		if (response.ok && !response.redirected && FILES.includes(path))
			event.waitUntil(keep(path, response.clone()).catch(() => {}));
		return response;
	} catch {
		goneUntil = Date.now() + GONE_SECONDS * 1000;
		return await fromCache(event.request) || Response.error();
	}
}

self.addEventListener('fetch', (event) => {
	const { pathname, origin } = new URL(event.request.url);
	if (event.request.method === 'GET' && origin === location.origin && !pathname.startsWith('/api/'))
		event.respondWith(answer(event, pathname));
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
