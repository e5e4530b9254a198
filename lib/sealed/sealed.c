/* SPDX-License-Identifier: BSD-2-Clause */
#include "sealed/sealed.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define DROPS_MAX 8

int mfa_sealed_get(struct mfa_store *store, const struct mfa_keyring *ring, const char *key,
		   struct mfa_sealed *out)
{
	struct mfa_entry entry;
	int r;

	memset(out, 0, sizeof(*out));
	r = mfa_store_get(store, key, &entry);
	if (r != 0)
		return r;
	r = mfa_unseal(ring, key, entry.value, entry.len, &out->plain, &out->len);
	out->version = entry.version;
	out->expires = entry.expires;
	mfa_entry_release(&entry);
	return r;
}

void mfa_sealed_release(struct mfa_sealed *sealed)
{
	mfa_unsealed_free(&sealed->plain, sealed->len);
	memset(sealed, 0, sizeof(*sealed));
}

int mfa_sealed_put(struct mfa_store *store, const struct mfa_keyring *ring, const char *key,
		   uint64_t if_version, const void *plain, size_t len, int64_t expires, uint64_t *version)
{
	uint8_t *sealed = NULL;
	size_t sealed_len = 0;
	int r;

	mfa_keyring_hold(ring);
	r = mfa_seal(ring, key, plain, len, &sealed, &sealed_len);
	if (r == 0)
		r = mfa_store_put_if(store, key, if_version, sealed, sealed_len, expires, version);
	mfa_keyring_release(ring);
	free(sealed);
	return r;
}

void mfa_sealed_drop(struct mfa_store *store, const char *key)
{
	struct mfa_entry entry;
	int r, tries;

	for (tries = 0; tries < DROPS_MAX; tries++) {
		if (mfa_store_get(store, key, &entry) != 0)
			return;
		r = mfa_store_delete_if(store, key, entry.version);
		mfa_entry_release(&entry);
		if (r != -EAGAIN)
			return;
	}
}
