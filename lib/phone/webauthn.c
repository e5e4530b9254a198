/* SPDX-License-Identifier: BSD-2-Clause */
/* A phone's own unlock, by a passkey of its (WebAuthn level 2).  ES256 alone is taken. */
#include <errno.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>

#include "crypto/p256_openssl.h"
#include "encoding/base64url.h"
#include "json/fields.h"
#include "json/read.h"
#include "phone/call.h"

#define HASH_SIZE 32
#define FLAG_PRESENT 0x01
#define FLAG_VERIFIED 0x04
#define FLAG_CREDENTIAL 0x40
#define HEAD_SIZE (HASH_SIZE + 1 + 4)	/* rpIdHash, flags, signCount (section 6.1) */
#define AAGUID_SIZE 16

static bool hash(const void *data, size_t len, uint8_t out[HASH_SIZE])
{
	return EVP_Digest(data, len, out, NULL, EVP_sha256(), NULL) == 1;
}

/* collectedClientData (section 5.8.1). */
static bool check_client_data(const struct mfa_webauthn *w, const char *type, const char *origin,
			      const uint8_t challenge[HASH_SIZE])
{
	json_t *json = mfa_json_read(w->client_data, w->client_data_len);
	uint8_t given[HASH_SIZE];
	const char *word, *from;
	bool ok;

	ok = mfa_json_text(json_object_get(json, "type"), 32, &word) && strcmp(word, type) == 0 &&
	     mfa_json_text(json_object_get(json, "origin"), MFA_ORIGIN_MAX, &from) &&
	     strcmp(from, origin) == 0 && !json_is_true(json_object_get(json, "crossOrigin")) &&
	     mfa_json_base64url_exact(json_object_get(json, "challenge"), given, sizeof(given)) &&
	     memcmp(given, challenge, HASH_SIZE) == 0;
	json_decref(json);
	return ok;
}

/* Made for this host, with somebody there whom the phone knows. */
static bool check_head(const struct mfa_webauthn *w, const char *host)
{
	uint8_t rp[HASH_SIZE];
	const uint8_t wanted = FLAG_PRESENT | FLAG_VERIFIED;

	return w->data_len >= HEAD_SIZE && hash(host, strlen(host), rp) &&
	       memcmp(w->data, rp, HASH_SIZE) == 0 && (w->data[HASH_SIZE] & wanted) == wanted;
}

/* attestedCredentialData (section 6.5.1), with a COSE key of the one form that ES256 has (RFC 9053
 * section 7.1.1, in the order that section 6.5.1.1 asks for). */
static bool check_credential(const struct mfa_webauthn *w, const struct mfa_phone *phone)
{
	static const uint8_t before_x[] = { 0xa5, 1, 2, 3, 0x26, 0x20, 1, 0x21, 0x58, 0x20 };
	static const uint8_t before_y[] = { 0x22, 0x58, 0x20 };
	const uint8_t *at = w->data + HEAD_SIZE + AAGUID_SIZE;
	size_t wanted = HEAD_SIZE + AAGUID_SIZE + 2 + phone->credential_len + sizeof(before_x) + 32 +
			sizeof(before_y) + 32;

	if ((w->data[HASH_SIZE] & FLAG_CREDENTIAL) == 0 || w->data_len < wanted ||
	    (size_t)(at[0] << 8 | at[1]) != phone->credential_len)
		return false;
	at += 2;
	if (memcmp(at, phone->credential, phone->credential_len) != 0)
		return false;
	at += phone->credential_len;
	return memcmp(at, before_x, sizeof(before_x)) == 0 &&
	       memcmp(at + sizeof(before_x), phone->credential_key + 1, 32) == 0 &&
	       memcmp(at + sizeof(before_x) + 32, before_y, sizeof(before_y)) == 0 &&
	       memcmp(at + sizeof(before_x) + 32 + sizeof(before_y), phone->credential_key + 33, 32) == 0;
}

int mfa_webauthn_check_made(const struct mfa_call *call, const char *origin, const char *host)
{
	const struct mfa_webauthn *w = &call->webauthn;
	char text[MFA_TOKEN_SIZE + 16];
	uint8_t challenge[HASH_SIZE];
	int n = snprintf(text, sizeof(text), "mfa-pair:%s", call->token);

	if (w->given && call->phone.credential_len > 0 && hash(text, (size_t)n, challenge) &&
	    check_client_data(w, "webauthn.create", origin, challenge) && check_head(w, host) &&
	    check_credential(w, &call->phone))
		return 0;
	return -EBADMSG;
}

/* Over the authenticator's data and the hash of the client's. */
static bool check_signature(const struct mfa_webauthn *w, const uint8_t key[MFA_P256_PUBLIC_SIZE])
{
	EVP_PKEY *pkey = p256_public(key);
	EVP_MD_CTX *md = EVP_MD_CTX_new();
	uint8_t client[HASH_SIZE];
	bool ok = pkey != NULL && md != NULL && hash(w->client_data, w->client_data_len, client) &&
		  EVP_DigestVerifyInit(md, NULL, EVP_sha256(), NULL, pkey) == 1 &&
		  EVP_DigestVerifyUpdate(md, w->data, w->data_len) == 1 &&
		  EVP_DigestVerifyUpdate(md, client, sizeof(client)) == 1 &&
		  EVP_DigestVerifyFinal(md, w->signature, w->signature_len) == 1;

	EVP_MD_CTX_free(md);
	EVP_PKEY_free(pkey);
	return ok;
}

int mfa_webauthn_check_used(const struct mfa_call *call, const struct mfa_phone *phone,
			    const char *origin, const char *host)
{
	const struct mfa_webauthn *w = &call->webauthn;
	uint8_t challenge[HASH_SIZE];

	if (w->given && phone->credential_len > 0 && w->id_len == phone->credential_len &&
	    memcmp(w->id, phone->credential, w->id_len) == 0 &&
	    hash(call->payload, strlen(call->payload), challenge) &&
	    check_client_data(w, "webauthn.get", origin, challenge) && check_head(w, host) &&
	    check_signature(w, phone->credential_key))
		return 0;
	return -EBADMSG;
}
