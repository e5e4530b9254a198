/* SPDX-License-Identifier: BSD-2-Clause */
/* The phone's own unlock (WebAuthn), where it has one. */

import { decode, encode, sha256 } from './api.js';

const TIMEOUT = 60000;
const POINT = 65;	/* bytes of an uncompressed point, with which SubjectPublicKeyInfo of P-256 ends */

export async function available() {
	return Boolean(window.PublicKeyCredential) &&
		PublicKeyCredential.isUserVerifyingPlatformAuthenticatorAvailable().catch(() => false);
}

/* A new one, for the account of a token. */
export async function make(token, account, name) {
	const credential = await navigator.credentials.create({ publicKey: {
		challenge: await sha256(`mfa-pair:${token}`),
		rp: { id: location.hostname, name },
		user: { id: decode(token), name: account, displayName: account },
		pubKeyCredParams: [{ type: 'public-key', alg: -7 }],
		authenticatorSelection: { authenticatorAttachment: 'platform', userVerification: 'required', residentKey: 'discouraged' },
		attestation: 'none',
		timeout: TIMEOUT,
	} });
	const { response } = credential;
	const key = new Uint8Array(response.getPublicKey()).slice(-POINT);
	return {
		credential: { id: encode(credential.rawId), key: encode(key) },
		attestation: { clientData: encode(response.clientDataJSON), authenticatorData: encode(response.getAuthenticatorData()) },
	};
}

/* For one answer. */
export async function use(id, text) {
	const { rawId, response } = await navigator.credentials.get({ publicKey: {
		challenge: await sha256(text),
		rpId: location.hostname,
		allowCredentials: [{ type: 'public-key', id: decode(id), transports: ['internal'] }],
		userVerification: 'required',
		timeout: TIMEOUT,
	} });
	return {
		id: encode(rawId), clientData: encode(response.clientDataJSON),
		authenticatorData: encode(response.authenticatorData), signature: encode(response.signature),
	};
}
