/* SPDX-License-Identifier: BSD-2-Clause */
/* Small records in the store, sealed under their own key of it: read, and written by version. */
#ifndef MFA_SEALED_H
#define MFA_SEALED_H

#include <stddef.h>
#include <stdint.h>

#include "seal/seal.h"
#include "store/store.h"

struct mfa_sealed {
	uint8_t *plain;			/* a zero follows */
	size_t len;
	uint64_t version;
	int64_t expires;		/* seconds since 1970; 0: never */
};

/* Returns 0 or as mfa_store_get and mfa_unseal; *out is emptied first, release it. */
int mfa_sealed_get(struct mfa_store *store, const struct mfa_keyring *ring, const char *key,
		   struct mfa_sealed *out);
/* Wipes, frees, empties. */
void mfa_sealed_release(struct mfa_sealed *sealed);
/* Returns as mfa_seal and mfa_store_put_if; version may be NULL. */
int mfa_sealed_put(struct mfa_store *store, const struct mfa_keyring *ring, const char *key,
		   uint64_t if_version, const void *plain, size_t len, int64_t expires, uint64_t *version);
/* Removes what is there, of whatever version; nothing that is gone is missed. */
void mfa_sealed_drop(struct mfa_store *store, const char *key);

#endif
