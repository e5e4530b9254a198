/* SPDX-License-Identifier: BSD-2-Clause */
#include "remember/remember.h"

#include <errno.h>
#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "address/network.h"
#include "json/read.h"
#include "vault/vault.h"

#define FORMAT 1
#define KEY_BYTES 16
#define WRITES_MAX 8

struct success {
	uint32_t epoch;
	uint64_t device;
	int64_t time;
};

static bool session_valid(const char *session)
{
	size_t len = session != NULL ? strlen(session) : 0;

	return len > 0 && len <= MFA_SESSION_MAX &&
	       strspn(session, "0123456789abcdefghijklmnopqrstuvwxyz-.:") == len;
}

/* An address as its bytes, for it can be spelt in several ways; or the session. */
static int place_text(const struct mfa_remember_place *place, char *out, size_t size)
{
	struct mfa_address address;
	size_t i, n;

	if (place->rhost == NULL || place->rhost[0] == '\0') {
		if (!session_valid(place->session))
			return -ENOENT;
		(void)snprintf(out, size, "session %s", place->session);
		return 0;
	}
	if (mfa_address_parse(place->rhost, &address) != 0)
		return -ENOENT;
	n = (size_t)snprintf(out, size, "address ");
	for (i = 0; i < (address.v4 ? 4U : 16U); i++)
		n += (size_t)snprintf(out + n, size - n, "%02x", address.bytes[i]);
	return 0;
}

/* Neither a name nor a place has a slash, so that no two of them read the same. */
static int make_key(const struct mfa_keyring *ring, const struct mfa_remember_place *place,
		    char key[MFA_STORE_KEY_MAX + 1])
{
	char where[MFA_SESSION_MAX + 16], *text = NULL;
	uint8_t mac[32];
	size_t i, n;
	int r = place_text(place, where, sizeof(where));

	if (r != 0)
		return r;
	if (asprintf(&text, MFA_KEY_REMEMBER "%s/%s/%s", place->name, where, place->service) < 0)
		return -ENOMEM;
	r = mfa_keyring_hash_name(ring, text, mac);
	free(text);
	if (r != 0)
		return r;
	n = (size_t)snprintf(key, MFA_STORE_KEY_MAX + 1, MFA_KEY_REMEMBER);
	for (i = 0; i < KEY_BYTES; i++)
		n += (size_t)snprintf(key + n, MFA_STORE_KEY_MAX + 1 - n, "%02x", mac[i]);
	return 0;
}

static int parse(const uint8_t *plain, size_t len, struct success *out)
{
	json_int_t format = 0, epoch = -1, device = 0, time = 0;
	json_t *json = mfa_json_read(plain, len);
	int r = -EBADMSG;

	if (json != NULL &&
	    json_unpack(json, "{s:I, s:I, s:I, s:I}", "format", &format, "epoch", &epoch,
			"device", &device, "time", &time) == 0 &&
	    format == FORMAT && epoch >= 0 && epoch <= UINT32_MAX && device > 0) {
		*out = (struct success){ (uint32_t)epoch, (uint64_t)device, time };
		r = 0;
	}
	json_decref(json);
	return r;
}

static char *format(const struct success *success)
{
	json_t *json = json_pack("{s:i, s:I, s:I, s:I}", "format", FORMAT,
				 "epoch", (json_int_t)success->epoch,
				 "device", (json_int_t)success->device,
				 "time", (json_int_t)success->time);
	char *text = json != NULL ? json_dumps(json, JSON_COMPACT) : NULL;

	json_decref(json);
	return text;
}

/* A clock that was set back makes nothing last longer: what is of the future does not count. */
static bool counts(const struct success *success, const struct mfa_account *account,
		   const struct mfa_policy *policy, int64_t now)
{
	size_t i;

	if (success->epoch != account->epoch || success->time > now ||
	    now - success->time >= policy->remember)
		return false;
	for (i = 0; i < account->device_count; i++)
		if (account->devices[i].id == success->device)
			return (mfa_device_kind(&account->devices[i]) & policy->methods) != 0;
	return false;
}

int mfa_remember_find(const struct mfa_vault *vault, const struct mfa_remember_place *place,
		      const struct mfa_account *account, const struct mfa_policy *policy, int64_t now)
{
	char key[MFA_STORE_KEY_MAX + 1];
	struct success success;
	struct mfa_vault_value value = { NULL };
	int r = make_key(vault->ring, place, key);

	if (r == 0)
		r = mfa_vault_get(vault, key, &value);
	if (r == 0)
		r = parse(value.plain, value.len, &success);
	if (r == 0 && !counts(&success, account, policy, now))
		r = -ENOENT;
	mfa_vault_value_release(&value);
	return r;
}

/* Over whatever is there: the newest success counts. */
static int put(const struct mfa_vault *vault, const char *key, const char *text, int64_t expires)
{
	struct mfa_entry entry;
	int r = mfa_store_get(vault->store, key, &entry);

	if (r == -ENOENT)
		entry.version = 0;
	else if (r != 0)
		return r;
	r = mfa_vault_put(vault, key, entry.version, text, strlen(text), expires, NULL);
	mfa_entry_release(&entry);
	return r;
}

int mfa_remember_save(const struct mfa_vault *vault, const struct mfa_remember_place *place,
		      const struct mfa_account *account, const struct mfa_device *device,
		      const struct mfa_policy *policy, int64_t now)
{
	struct success success = { account->epoch, device->id, now };
	char key[MFA_STORE_KEY_MAX + 1], *text;
	int r = make_key(vault->ring, place, key), tries;

	if (r != 0)
		return r;
	text = format(&success);
	r = text != NULL ? -EAGAIN : -ENOMEM;
	for (tries = 0; r == -EAGAIN && tries < WRITES_MAX; tries++)
		r = put(vault, key, text, now + policy->remember);
	free(text);
	return r;
}
