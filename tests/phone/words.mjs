/* SPDX-License-Identifier: BSD-2-Clause */
/* Whether the page has each of its texts in each of its languages: prints what is missing, and how many there are. */
import { readdirSync, readFileSync } from 'node:fs';

const FOLDER = new URL('../../tools/mfa-portal/phone/', import.meta.url);
Object.defineProperty(globalThis, 'navigator', { value: { languages: ['en'] } });
const { words } = await import(new URL('words.js', FOLDER));

const holes = (text) => [...text.matchAll(/\{\w+\}/g)].map(String).sort().join();
const sources = readdirSync(FOLDER).filter((name) => name.endsWith('.js') && name !== 'words.js')
	.map((name) => readFileSync(new URL(name, FOLDER), 'utf8')).join();
const asked = [...sources.matchAll(/\bt\('(\w+)'/g)].map(([, key]) => key);
const problems = [];

for (const [language, texts] of Object.entries(words)) {
	for (const key of new Set([...Object.keys(words.en), ...Object.keys(texts), ...asked]))
		if (typeof texts[key] !== 'string' || texts[key] === '')
			problems.push(`${language} has no ${key}`);
		else if (holes(texts[key]) !== holes(words.en[key]))
			problems.push(`${language}: ${key} has other values`);
}
for (const key of Object.keys(words.en))
	if (!sources.includes(`'${key}'`) && !(key.endsWith('More') && sources.includes(`'${key.slice(0, -4)}'`)))
		problems.push(`${key} is used nowhere`);
process.stdout.write(`${[...problems, Object.keys(words.en).length > 50 ? 'complete' : 'too few'].join('\n')}\n`);
