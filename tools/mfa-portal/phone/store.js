/* SPDX-License-Identifier: BSD-2-Clause */
/* The phone's keys and accounts, in IndexedDB.  Keys can't be taken out of it, by this page neither. */

import { newKeys, within } from './api.js';

const NAME = 'authenticator';
const PROBE = 'probe';		/* no device is called that */
const SECONDS = 5;		/* a browser that has not opened it by then never does */

function open() {
	return new Promise((resolve, reject) => {
		const request = indexedDB.open(NAME, 1);
		request.onupgradeneeded = () => request.result.createObjectStore('accounts', { keyPath: 'device' });
		request.onsuccess = () => resolve(request.result);
		request.onerror = () => reject(request.error);
	});
}

async function run(mode, action) {
	const db = await within(SECONDS, open());
	try {
		return await new Promise((resolve, reject) => {
			const transaction = db.transaction('accounts', mode);
			const request = action(transaction.objectStore('accounts'));
			transaction.oncomplete = () => resolve(request.result);
			transaction.onerror = transaction.onabort = () => reject(transaction.error);
		});
	} finally {
		db.close();
	}
}

export const accounts = async () => (await run('readonly', (store) => store.getAll())).filter(({ device }) => device !== PROBE);
export const save = (account) => run('readwrite', (store) => store.put(account));
export const remove = (device) => run('readwrite', (store) => store.delete(device));

/* Whether this browser keeps a key (a private window may not): found out before anything is paired with it. */
export async function works() {
	try {
		await save({ device: PROBE, keys: await newKeys() });
		const kept = await run('readonly', (store) => store.get(PROBE));
		await remove(PROBE);
		return kept.keys.privateKey instanceof CryptoKey;
	} catch {
		return false;
	}
}

/* So that a phone short of space does not throw the keys away. */
export const persist = () => navigator.storage?.persist?.().catch(() => false);
