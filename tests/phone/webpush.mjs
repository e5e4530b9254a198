/* SPDX-License-Identifier: BSD-2-Clause */
/* RFC 8291 by another implementation: 200 random messages to 200 random browsers.
 *
 *	node webpush.mjs HELPER		prints how many could be read */
import { execFileSync } from 'node:child_process';
import { createECDH, randomBytes, randomInt } from 'node:crypto';
import ece from 'http_ece';

const COUNT = 200;
const browsers = Array.from({ length: COUNT }, (_, i) => {
	const ecdh = createECDH('prime256v1');
	ecdh.generateKeys();
	return { ecdh, auth: randomBytes(16), length: [0, 1, 3993][i] ?? randomInt(3994) };
});
const input = browsers.map(({ ecdh, auth, length }) =>
	`${ecdh.getPublicKey('base64url')} ${auth.toString('base64url')} ${length}`).join('\n');
const lines = execFileSync(process.argv[2], { input, maxBuffer: 1 << 24 }).toString().replace(/\n$/, '').split('\n');
let right = 0;

lines.forEach((line, i) => {
	const [plain, body] = line.split(' ').map((text) => Buffer.from(text, 'base64url'));
	const { ecdh, auth, length } = browsers[i];
	const read = ece.decrypt(body, { version: 'aes128gcm', privateKey: ecdh, authSecret: auth.toString('base64url') });
	right += read.equals(plain) && read.length === length;
});
console.log(right);
