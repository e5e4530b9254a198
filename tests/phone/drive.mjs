/* SPDX-License-Identifier: BSD-2-Clause */
/* A phone with a browser, for tests that are shell scripts: lines of JavaScript come in on standard input,
 * each is run with what stands below, and its value goes out as one line of JSON ({"error": ...} if it threw).
 *
 *	node drive.mjs FOLDER [PORT-OF-THE-PUSH-SERVICE]
 *
 * phone(name, options)	a browser of its own: {page, context, worker, cdp}
 * pushes			what the push service was sent, decrypted
 * deliver(phone, push)	hands one to the service worker
 * notifications		what was shown by way of D-Bus; click(n) clicks one */
import { createECDH, createHash, createPublicKey, randomBytes, verify } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import { createInterface } from 'node:readline';
import dbus from 'dbus-next';
import ece from 'http_ece';
import { chromium } from 'playwright-core';

const [folder, port = '0'] = process.argv.slice(2);
const axe = readFileSync(new URL('node_modules/axe-core/axe.min.js', import.meta.url), 'utf8');
const phones = {};
const subscribers = new Map();	/* by path: keys */
const pushes = [];
const notifications = [];
let service = { status: 201, delay: 0, redirect: null, garbage: false };
let notifier = null;

/* The push service (RFC 8030), with another implementation's eyes for RFC 8291 and 8292. */
function checkVapid(header, audience) {
	const [, jwt, k] = /^vapid t=([\w.-]+), ?k=([\w-]+)$/.exec(header);
	const [head, body, signature] = jwt.split('.');
	const point = Buffer.from(k, 'base64url');
	const key = createPublicKey({ format: 'jwk', key: { kty: 'EC', crv: 'P-256', x: point.subarray(1, 33).toString('base64url'),
		y: point.subarray(33).toString('base64url') } });
	const claims = JSON.parse(Buffer.from(body, 'base64url'));
	const ok = verify('sha256', Buffer.from(`${head}.${body}`), { key, dsaEncoding: 'ieee-p1363' }, Buffer.from(signature, 'base64url'));
	return { ok, alg: JSON.parse(Buffer.from(head, 'base64url')).alg, audience: claims.aud === audience, sub: claims.sub, k };
}

function onPush(request, response) {
	const chunks = [];
	request.on('data', (chunk) => chunks.push(chunk));
	request.on('end', () => {
		const keys = subscribers.get(request.url);
		let text = null;
		try {
			text = ece.decrypt(Buffer.concat(chunks), { version: 'aes128gcm', privateKey: keys.ecdh, authSecret: keys.auth.toString('base64url') })
				.toString();
		} catch (error) {
			text = `can't be decrypted: ${error.message}`;
		}
		pushes.push({ text, path: request.url, method: request.method, ttl: request.headers.ttl, urgency: request.headers.urgency,
			encoding: request.headers['content-encoding'], topic: request.headers.topic,
			vapid: checkVapid(request.headers.authorization, `https://localhost:${port}`) });
		setTimeout(() => {
			if (service.redirect)
				response.writeHead(307, { Location: service.redirect });
			else if (service.garbage)
				return response.socket.end('\x00\x01garbage\r\n\r\n');
			else
				response.writeHead(service.status);
			return response.end();
		}, service.delay);
	});
}
if (port !== '0')
	createServer({ key: readFileSync(`${folder}/push.key`), cert: readFileSync(`${folder}/push.crt`) }, onPush).listen(Number(port), '127.0.0.1');

/* Notifications, as a desktop would show them. */
class Notifier extends dbus.interface.Interface {
	constructor() { super('org.freedesktop.Notifications'); }
	GetCapabilities() { return ['actions', 'body', 'persistence']; }
	GetServerInformation() { return ['test', 'test', '1', '1.2']; }
	Notify(app, replaces, icon, summary, body) {
		notifications.push({ id: notifications.length + 1, summary, body });
		return notifications.length;
	}
	CloseNotification() {}
	ActionInvoked(id, key) { return [id, key]; }
	NotificationClosed(id, reason) { return [id, reason]; }
}
Notifier.configureMembers({
	methods: {
		GetCapabilities: { inSignature: '', outSignature: 'as' },
		GetServerInformation: { inSignature: '', outSignature: 'ssss' },
		Notify: { inSignature: 'susssasa{sv}i', outSignature: 'u' },
		CloseNotification: { inSignature: 'u', outSignature: '' },
	},
	signals: { ActionInvoked: { signature: 'us' }, NotificationClosed: { signature: 'uu' } },
});
if (process.env.DBUS_SESSION_BUS_ADDRESS) {
	const bus = dbus.sessionBus();
	notifier = new Notifier();
	await bus.requestName('org.freedesktop.Notifications');
	bus.export('/org/freedesktop/Notifications', notifier);
}
function click(id) {
	notifier.ActionInvoked(id, 'default');
	return true;
}

/* The Web's push without Google's: the page gets a subscription with real keys. */
const stub = ({ endpoint, p256dh, auth }) => {
	const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, '+').replace(/_/g, '/')), (c) => c.charCodeAt(0)).buffer;
	const key = 'subscribed';
	const made = (options) => ({ endpoint, options, getKey: (name) => bytes(name === 'auth' ? auth : p256dh),
		unsubscribe: async () => { localStorage.removeItem(key); return true; } });
	const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer)));
	PushManager.prototype.subscribe = async (options) => {
		localStorage.setItem(key, text(options.applicationServerKey));
		return made(options);
	};
	PushManager.prototype.getSubscription = async () => {
		const kept = localStorage.getItem(key);
		return kept ? made({ applicationServerKey: Uint8Array.from(atob(kept), (c) => c.charCodeAt(0)).buffer }) : null;
	};
};

const ARGUMENTS = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
	'--disable-component-update', '--disable-sync'];

async function phone(name, { language = 'en-GB', dark = false, notify = true, passkey = false, push = true, options = {} } = {}) {
	const context = await chromium.launchPersistentContext(`${folder}/profile.${name}`, {
		executablePath: process.env.CHROMIUM || '/usr/bin/chromium', headless: true, args: ARGUMENTS, locale: language,
		viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, colorScheme: dark ? 'dark' : 'light',
		hasTouch: true, isMobile: true, reducedMotion: 'reduce', ...options,
	});
	const origin = process.env.PORTAL || 'http://localhost:8480';
	if (notify)
		await context.grantPermissions(['notifications'], { origin });
	const ecdh = createECDH('prime256v1');
	ecdh.generateKeys();
	const auth = randomBytes(16), path = `/${randomBytes(12).toString('hex')}`;
	subscribers.set(path, { ecdh, auth });
	if (push)
		await context.addInitScript(stub, { endpoint: `https://localhost:${port}${path}`, p256dh: ecdh.getPublicKey('base64url'),
			auth: auth.toString('base64url') });
	const page = context.pages()[0] || await context.newPage();
	page.setDefaultTimeout(20000);	// as patient as the rest of a test on a busy machine
	const problems = [];
	page.on('pageerror', (error) => problems.push(error.message));
	page.on('console', (message) => { if (message.type() === 'error') problems.push(message.text()); });
	const cdp = await context.newCDPSession(page);
	if (passkey) {
		await cdp.send('WebAuthn.enable');
		await cdp.send('WebAuthn.addVirtualAuthenticator', { options: { protocol: 'ctap2', transport: 'internal',
			hasResidentKey: true, hasUserVerification: true, isUserVerified: passkey !== 'locked', automaticPresenceSimulation: true } });
	}
	phones[name] = { context, page, cdp, problems, path };
	return name;
}

/* To the service worker, as the browser's own push client would. */
async function deliver(name, text) {
	const { cdp, page } = phones[name];
	const registrations = [];
	const on = ({ registrations: list }) => registrations.push(...list);
	cdp.on('ServiceWorker.workerRegistrationUpdated', on);
	await cdp.send('ServiceWorker.enable');
	for (let i = 0; registrations.length === 0 && i < 50; i++)
		await new Promise((resolve) => setTimeout(resolve, 50));
	await cdp.send('ServiceWorker.deliverPushMessage', { origin: new URL(page.url()).origin,
		registrationId: registrations[0].registrationId, data: text });
	cdp.off('ServiceWorker.workerRegistrationUpdated', on);
	/* So that the next one hears of the registration again. */
	await cdp.send('ServiceWorker.disable');
}

/* What a screen says. */
const text = (name) => phones[name].page.locator('main').innerText();
const shows = (name, words) => phones[name].page.getByText(words).first().waitFor().then(() => true);
const press = (name, words) => phones[name].page.getByRole('button', { name: words }).first().click().then(() => true);
async function type(name, number) {
	for (const digit of String(number))
		await phones[name].page.locator('.pad').getByText(digit, { exact: true }).click();
	await phones[name].page.locator('.pad .approve').click();
	return true;
}

/* Rules of WCAG that a program can see. */
async function accessible(name) {
	await phones[name].page.evaluate(axe);
	const { violations } = await phones[name].page.evaluate(() => globalThis.axe.run(document, { resultTypes: ['violations'] }));
	return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 120)).join(' ')}`);
}
const shoot = (name, file) => phones[name].page.screenshot({ path: file, fullPage: true }).then(() => file);

async function pushed(n = 1, seconds = 8) {
	for (let i = 0; pushes.length < n && i < seconds * 20; i++)
		await new Promise((resolve) => setTimeout(resolve, 50));
	return pushes[n - 1] || null;
}
async function notified(n = 1) {
	for (let i = 0; notifications.length < n && i < 160; i++)
		await new Promise((resolve) => setTimeout(resolve, 50));
	return notifications[n - 1] || null;
}

const scope = { phone, phones, pushes, deliver, notifications, click, text, shows, press, type, accessible, shoot, pushed, notified,
	createHash, set: (more) => { service = { ...service, ...more }; return service; } };
const AsyncFunction = (async () => {}).constructor;

for await (const line of createInterface({ input: process.stdin })) {
	let value;
	try {
		value = await new AsyncFunction(...Object.keys(scope), `return (${line});`)(...Object.values(scope));
	} catch (error) {
		value = { error: error.message.split('\n')[0] };
	}
	process.stdout.write(`${JSON.stringify(value ?? null)}\n`);
}
for (const { context } of Object.values(phones))
	await context.close();
process.exit(0);
