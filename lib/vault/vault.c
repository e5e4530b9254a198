/* SPDX-License-Identifier: BSD-2-Clause */
#include "vault/vault.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define DROPS_MAX 8

int mfa_vault_open(const struct mfa_vault *vault, const char *key, const struct mfa_entry *entry,
		   struct mfa_vault_value *out)
{
	*out = (struct mfa_vault_value){ .version = entry->version, .expires = entry->expires };
	return mfa_unseal(vault->ring, key, entry->value, entry->len, &out->plain, &out->len);
}

int mfa_vault_get(const struct mfa_vault *vault, const char *key, struct mfa_vault_value *out)
{
	struct mfa_entry entry;
	int r;

	memset(out, 0, sizeof(*out));
	r = mfa_store_get(vault->store, key, &entry);
	if (r != 0)
		return r;
	r = mfa_vault_open(vault, key, &entry, out);
	mfa_entry_release(&entry);
	return r;
}

bool mfa_vault_unreadable(int error)
{
	return error == -EBADMSG || error == -ENOKEY || error == -EPROTONOSUPPORT;
}

void mfa_vault_value_release(struct mfa_vault_value *value)
{
	mfa_unsealed_free(&value->plain, value->len);
	memset(value, 0, sizeof(*value));
}

int mfa_vault_put(const struct mfa_vault *vault, const char *key, uint64_t if_version, const void *plain, size_t len,
		  int64_t expires, uint64_t *version)
{
	uint8_t *sealed = NULL;
	size_t sealed_len = 0;
	int r;

	mfa_keyring_hold(vault->ring);
	r = mfa_seal(vault->ring, key, plain, len, &sealed, &sealed_len);
	if (r == 0)
		r = mfa_store_put_if(vault->store, key, if_version, sealed, sealed_len, expires, version);
	mfa_keyring_release(vault->ring);
	free(sealed);
	return r;
}

int mfa_vault_put_many(const struct mfa_vault *vault, struct mfa_put *puts, size_t count)
{
	struct mfa_put *sealed = calloc(count, sizeof(*sealed));
	size_t i;
	int r = sealed != NULL || count == 0 ? 0 : -ENOMEM;

	mfa_keyring_hold(vault->ring);
	for (i = 0; r == 0 && i < count; i++) {
		uint8_t *value = NULL;

		sealed[i] = puts[i];
		r = mfa_seal(vault->ring, puts[i].key, puts[i].value, puts[i].len, &value, &sealed[i].len);
		sealed[i].value = value;
	}
	if (r == 0 && count > 0)
		r = mfa_store_put_many(vault->store, sealed, count);
	mfa_keyring_release(vault->ring);
	for (i = 0; sealed != NULL && i < count; i++) {
		free((void *)(uintptr_t)sealed[i].value);
		puts[i].version = sealed[i].version;
		puts[i].result = sealed[i].result;
	}
	free(sealed);
	return r;
}

void mfa_vault_drop(const struct mfa_vault *vault, const char *key)
{
	struct mfa_entry entry;
	int r, tries;

	for (tries = 0; tries < DROPS_MAX; tries++) {
		if (mfa_store_get(vault->store, key, &entry) != 0)
			return;
		r = mfa_store_delete_if(vault->store, key, entry.version);
		mfa_entry_release(&entry);
		if (r != -EAGAIN)
			return;
	}
}

int mfa_vault_check_id(const struct mfa_vault *vault)
{
	struct mfa_vault_value id;
	int r = mfa_vault_get(vault, MFA_KEY_STORE_ID, &id);

	if (r == -ENOENT || r == -ENOKEY || r == -EBADMSG ||
	    (r == 0 && (id.len != MFA_STORE_ID_SIZE ||
			memcmp(id.plain, mfa_keyring_store_id(vault->ring), MFA_STORE_ID_SIZE) != 0)))
		r = -EKEYREJECTED;
	mfa_vault_value_release(&id);
	return r;
}

int mfa_vault_write_id(const struct mfa_vault *vault)
{
	return mfa_vault_put(vault, MFA_KEY_STORE_ID, 0, mfa_keyring_store_id(vault->ring), MFA_STORE_ID_SIZE, 0, NULL);
}
