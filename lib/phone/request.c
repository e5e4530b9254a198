/* SPDX-License-Identifier: BSD-2-Clause */
#include "phone/request.h"

#include <errno.h>
#include <jansson.h>
#include <openssl/rand.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "encoding/base64url.h"
#include "json/fields.h"
#include "json/read.h"
#include "vault/vault.h"

#define FORMAT 1
#define ID_BYTES 16

int mfa_number_new(unsigned *out)
{
	const unsigned range = MFA_NUMBER_MAX - MFA_NUMBER_MIN + 1;
	uint8_t byte;

	/* Bytes of the last, incomplete round are drawn again: all numbers are equally likely. */
	do {
		if (RAND_bytes(&byte, 1) != 1)
			return -EIO;
	} while (byte >= 256 / range * range);
	*out = MFA_NUMBER_MIN + byte % range;
	return 0;
}

int mfa_phone_request_new(struct mfa_phone_request *out)
{
	uint8_t bytes[ID_BYTES];

	memset(out, 0, sizeof(*out));
	if (RAND_bytes(bytes, sizeof(bytes)) != 1 ||
	    mfa_base64url_encode(bytes, sizeof(bytes), out->id, sizeof(out->id)) != 0)
		return -EIO;
	return mfa_number_new(&out->number);
}

bool mfa_phone_request_id_valid(const char *id)
{
	uint8_t bytes[ID_BYTES];
	size_t len;

	return mfa_base64url_decode(id, strlen(id), bytes, sizeof(bytes), &len) == 0 && len == ID_BYTES;
}

void mfa_phone_request_key(const char *account, const char *id, char out[MFA_STORE_KEY_MAX + 1])
{
	(void)snprintf(out, MFA_STORE_KEY_MAX + 1, MFA_KEY_PHONE_REQUEST "%s/%s", account, id);
}

static bool parse(const struct mfa_vault_value *value, struct mfa_phone_request *out)
{
	json_t *json = mfa_json_read(value->plain, value->len);
	int64_t format, kind, state, number, device, verify;
	bool ok;

	memset(out, 0, sizeof(*out));
	ok = mfa_json_int(json, "v", FORMAT, FORMAT, &format) &&
	     mfa_json_int(json, "kind", 0, MFA_PHONE_REQUEST_TEST, &kind) &&
	     mfa_json_int(json, "state", 0, MFA_PHONE_REQUEST_REFUSING, &state) &&
	     mfa_json_int(json, "number", MFA_NUMBER_MIN, MFA_NUMBER_MAX, &number) &&
	     mfa_json_int(json, "device", 0, INT64_MAX, &device) &&
	     mfa_json_int(json, "verify", 0, MFA_VERIFY_REQUIRED, &verify) &&
	     mfa_json_int(json, "created", 0, INT64_MAX, &out->created) &&
	     mfa_json_int(json, "expires", 0, INT64_MAX, &out->expires) &&
	     json_is_boolean(json_object_get(json, "claim")) &&
	     mfa_json_copy(json_object_get(json, "id"), out->id, sizeof(out->id)) &&
	     mfa_json_copy(json_object_get(json, "account"), out->account, sizeof(out->account)) &&
	     mfa_json_copy(json_object_get(json, "host"), out->host, sizeof(out->host)) &&
	     mfa_json_copy(json_object_get(json, "service"), out->service, sizeof(out->service)) &&
	     mfa_json_copy(json_object_get(json, "address"), out->address, sizeof(out->address)) &&
	     mfa_json_copy(json_object_get(json, "command"), out->command, sizeof(out->command));
	if (ok) {
		out->kind = (enum mfa_phone_request_kind)kind;
		out->state = (enum mfa_phone_request_state)state;
		out->number = (unsigned)number;
		out->device = (uint64_t)device;
		out->verify = (enum mfa_verify_user)verify;
		out->claim = json_is_true(json_object_get(json, "claim"));
		out->by_caller = json_is_true(json_object_get(json, "by_caller"));
	}
	json_decref(json);
	return ok;
}

int mfa_phone_request_get(const struct mfa_vault *vault, const char *account, const char *id,
			  struct mfa_phone_request *out, uint64_t *version)
{
	char key[MFA_STORE_KEY_MAX + 1];
	struct mfa_vault_value value;
	int r;

	memset(out, 0, sizeof(*out));
	mfa_phone_request_key(account, id, key);
	r = mfa_vault_get(vault, key, &value);
	if (r == 0 && !parse(&value, out))
		r = -EBADMSG;
	if (version != NULL)
		*version = value.version;
	mfa_vault_value_release(&value);
	return r;
}

int mfa_phone_request_put(const struct mfa_vault *vault, const struct mfa_phone_request *c, uint64_t *version)
{
	char key[MFA_STORE_KEY_MAX + 1], *text;
	int r;

	text = mfa_json_dump(json_pack("{s:i, s:i, s:i, s:i, s:I, s:i, s:I, s:I, s:b, s:b, s:s, s:s, s:s, s:s, s:s, s:s}",
		"v", FORMAT, "kind", (int)c->kind, "state", (int)c->state, "number", (int)c->number,
		"device", (json_int_t)c->device, "verify", (int)c->verify,
		"created", (json_int_t)c->created, "expires", (json_int_t)c->expires, "claim", c->claim,
		"by_caller", c->by_caller, "id", c->id, "account", c->account, "host", c->host, "service", c->service,
		"address", c->address, "command", c->command));
	if (text == NULL)
		return -ENOMEM;
	mfa_phone_request_key(c->account, c->id, key);
	r = mfa_vault_put(vault, key, *version, text, strlen(text), c->expires, version);
	explicit_bzero(text, strlen(text));
	free(text);
	return r;
}

void mfa_phone_request_drop(const struct mfa_vault *vault, const char *account, const char *id)
{
	char key[MFA_STORE_KEY_MAX + 1];

	mfa_phone_request_key(account, id, key);
	mfa_vault_drop(vault, key);
}

struct list {
	const struct mfa_vault *vault;
	mfa_phone_request_fn *fn;
	void *ctx;
};

static int on_entry(void *ctx, const char *key, const struct mfa_entry *entry)
{
	const struct list *list = ctx;
	struct mfa_vault_value value;
	struct mfa_phone_request request;
	int r = 0;

	if (mfa_vault_open(list->vault, key, entry, &value) == 0 && parse(&value, &request))
		r = list->fn(list->ctx, &request);
	mfa_vault_value_release(&value);
	return r;
}

int mfa_phone_request_list(const struct mfa_vault *vault, const char *account, mfa_phone_request_fn *fn, void *ctx)
{
	struct list list = { vault, fn, ctx };
	char prefix[MFA_STORE_KEY_MAX + 1];

	mfa_phone_request_key(account, "", prefix);
	return mfa_store_list(vault->store, prefix, on_entry, &list);
}
