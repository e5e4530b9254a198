/* The phone's keys and accounts, in IndexedDB.  Keys can't be taken out of it, by this page neither. */

const NAME = 'authenticator';

function open() {
	return new Promise((resolve, reject) => {
		const request = indexedDB.open(NAME, 1);
		request.onupgradeneeded = () => request.result.createObjectStore('accounts', { keyPath: 'device' });
		request.onsuccess = () => resolve(request.result);
		request.onerror = () => reject(request.error);
	});
}

async function run(mode, action) {
	const db = await open();
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

export const accounts = () => run('readonly', (store) => store.getAll());
export const save = (account) => run('readwrite', (store) => store.put(account));
export const remove = (device) => run('readwrite', (store) => store.delete(device));

/* Whether this browser keeps a key at all (a private window may not). */
export async function works() {
	try {
		await accounts();
		return true;
	} catch {
		return false;
	}
}
