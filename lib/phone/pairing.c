/* SPDX-License-Identifier: BSD-2-Clause */
#include "phone/pairing.h"

#include <errno.h>
#include <jansson.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "account/phone_json.h"
#include "encoding/base64url.h"
#include "json/fields.h"
#include "json/read.h"
#include "phone/request.h"
#include "vault/vault.h"

#define FORMAT 1
#define TOKEN_BYTES 16

int mfa_token_hash(const char *token, uint64_t *device, uint8_t hash[MFA_TOKEN_HASH_SIZE])
{
	uint8_t bytes[TOKEN_BYTES];
	size_t len, i;

	*device = 0;
	if (mfa_base64url_decode(token, strlen(token), bytes, sizeof(bytes), &len) != 0 || len != sizeof(bytes))
		return -EINVAL;
	if (EVP_Digest(bytes, sizeof(bytes), hash, NULL, EVP_sha256(), NULL) != 1)
		return -EIO;
	for (i = 0; i < 8; i++)
		*device = *device << 8 | hash[i];
	*device &= INT64_MAX;
	return *device != 0 ? 0 : -EINVAL;
}

int mfa_pairing_new(struct mfa_pairing *out, char token[MFA_TOKEN_SIZE])
{
	uint8_t bytes[TOKEN_BYTES];
	int r = -EIO;

	memset(out, 0, sizeof(*out));
	if (RAND_bytes(bytes, sizeof(bytes)) == 1 &&
	    mfa_base64url_encode(bytes, sizeof(bytes), token, MFA_TOKEN_SIZE) == 0)
		r = mfa_token_hash(token, &out->device, out->hash);
	explicit_bzero(bytes, sizeof(bytes));
	return r == 0 ? 0 : -EIO;
}

void mfa_device_id_format(uint64_t id, char out[MFA_DEVICE_ID_SIZE])
{
	(void)snprintf(out, MFA_DEVICE_ID_SIZE, "%016llx", (unsigned long long)id);
}

int mfa_device_id_parse(const char *text, uint64_t *out)
{
	if (strlen(text) != MFA_DEVICE_ID_SIZE - 1 || strspn(text, "0123456789abcdef") != MFA_DEVICE_ID_SIZE - 1)
		return -EINVAL;
	*out = strtoull(text, NULL, 16);
	return *out != 0 && *out <= INT64_MAX ? 0 : -EINVAL;
}

static void key_of(uint64_t device, char out[MFA_STORE_KEY_MAX + 1])
{
	(void)snprintf(out, MFA_STORE_KEY_MAX + 1, MFA_KEY_PAIRING "%016llx", (unsigned long long)device);
}

static bool claim_from_json(const json_t *json, struct mfa_pairing *out)
{
	struct mfa_phone *phone = NULL;
	int64_t number;
	bool ok = mfa_json_int(json, "number", MFA_NUMBER_MIN, MFA_NUMBER_MAX, &number) &&
		  mfa_json_copy(json_object_get(json, "name"), out->name, sizeof(out->name)) &&
		  mfa_phone_from_json(json_object_get(json, "phone"), &phone);

	if (!ok)
		return false;
	out->number = (unsigned)number;
	out->phone = *phone;
	free(phone);
	return true;
}

static bool parse(const struct mfa_vault_value *value, uint64_t device, struct mfa_pairing *out)
{
	json_t *json = mfa_json_read(value->plain, value->len);
	int64_t format, verify;
	bool ok;

	memset(out, 0, sizeof(*out));
	out->device = device;
	ok = mfa_json_int(json, "v", FORMAT, FORMAT, &format) &&
	     mfa_json_int(json, "verify", 0, MFA_VERIFY_REQUIRED, &verify) &&
	     mfa_json_int(json, "created", 0, INT64_MAX, &out->created) &&
	     mfa_json_int(json, "expires", 0, INT64_MAX, &out->expires) &&
	     mfa_json_hex(json_object_get(json, "hash"), out->hash, sizeof(out->hash)) &&
	     mfa_json_copy(json_object_get(json, "account"), out->account, sizeof(out->account)) &&
	     json_is_boolean(json_object_get(json, "claimed"));
	if (ok) {
		out->verify = (enum mfa_verify_user)verify;
		out->claimed = json_is_true(json_object_get(json, "claimed"));
		ok = !out->claimed || claim_from_json(json, out);
	}
	json_decref(json);
	return ok;
}

int mfa_pairing_get(const struct mfa_vault *vault, uint64_t device, struct mfa_pairing *out, uint64_t *version)
{
	char key[MFA_STORE_KEY_MAX + 1];
	struct mfa_vault_value value;
	int r;

	memset(out, 0, sizeof(*out));
	key_of(device, key);
	r = mfa_vault_get(vault, key, &value);
	if (r == 0 && !parse(&value, device, out))
		r = -EBADMSG;
	if (version != NULL)
		*version = value.version;
	mfa_vault_value_release(&value);
	return r;
}

int mfa_pairing_put(const struct mfa_vault *vault, const struct mfa_pairing *p, uint64_t version)
{
	char key[MFA_STORE_KEY_MAX + 1], hash[2 * MFA_TOKEN_HASH_SIZE + 1], *text;
	json_t *json;
	int r;

	mfa_hex_encode(p->hash, sizeof(p->hash), hash);
	json = json_pack("{s:i, s:i, s:I, s:I, s:s, s:s, s:b}", "v", FORMAT, "verify", (int)p->verify,
			 "created", (json_int_t)p->created, "expires", (json_int_t)p->expires,
			 "hash", hash, "account", p->account, "claimed", p->claimed);
	if (json != NULL && p->claimed) {
		(void)json_object_set_new(json, "number", json_integer(p->number));
		(void)json_object_set_new(json, "name", json_string(p->name));
		(void)json_object_set_new(json, "phone", mfa_phone_to_json(&p->phone));
	}
	text = mfa_json_dump(json);
	if (text == NULL)
		return -ENOMEM;
	key_of(p->device, key);
	r = mfa_vault_put(vault, key, version, text, strlen(text), p->expires, NULL);
	explicit_bzero(text, strlen(text));
	free(text);
	return r;
}

void mfa_pairing_drop(const struct mfa_vault *vault, uint64_t device)
{
	char key[MFA_STORE_KEY_MAX + 1];

	key_of(device, key);
	mfa_vault_drop(vault, key);
}
