/* SPDX-License-Identifier: BSD-2-Clause */
/* A vault: a store, and the keys that what rests in it is sealed under.  Each value is sealed under its own key of the
 * store (lib/seal), so that none can be passed off as another; values are read whole, and written by version. */
#ifndef MFA_VAULT_H
#define MFA_VAULT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "seal/seal.h"
#include "store/store.h"

/* Owns neither; both must outlive it. */
struct mfa_vault {
	struct mfa_store *store;
	const struct mfa_keyring *ring;
};

struct mfa_vault_value {
	uint8_t *plain;			/* a zero follows */
	size_t len;
	uint64_t version;
	int64_t expires;		/* seconds since 1970; 0: never */
};

/* Returns 0 or as mfa_store_get and mfa_unseal; *out is emptied first, release it. */
int mfa_vault_get(const struct mfa_vault *vault, const char *key, struct mfa_vault_value *out);
/* The same of an entry that was read under key already.  Returns 0 or as mfa_unseal. */
int mfa_vault_open(const struct mfa_vault *vault, const char *key, const struct mfa_entry *entry,
		   struct mfa_vault_value *out);
/* Of the error of an entry, or of the record in it: whether it can't be read and won't be by trying again (damaged or
 * another's, a key that is not in the ring, a newer version's).  What is not so says nothing of the entry: there was no
 * memory, or the disk failed. */
bool mfa_vault_unreadable(int error);
/* Wipes, frees, empties. */
void mfa_vault_value_release(struct mfa_vault_value *value);
/* Returns as mfa_seal and mfa_store_put_if; version may be NULL. */
int mfa_vault_put(const struct mfa_vault *vault, const char *key, uint64_t if_version, const void *plain, size_t len,
		  int64_t expires, uint64_t *version);
/* Several in one go, as mfa_store_put_many: the value of each put is plain, and sealed here.  Returns 0 if each put's
 * result and version is set, otherwise the error that all met, as mfa_seal and mfa_store_put_many. */
int mfa_vault_put_many(const struct mfa_vault *vault, struct mfa_put *puts, size_t count);
/* Removes what is there, of whatever version; nothing that is gone is missed. */
void mfa_vault_drop(const struct mfa_vault *vault, const char *key);

#define MFA_KEY_STORE_ID "meta/store"	/* the sealed id that the key file has too */

/* Whether store and keys belong together.  Returns 0, -EKEYREJECTED (they do not, or the store was never finished), or
 * as mfa_vault_get. */
int mfa_vault_check_id(const struct mfa_vault *vault);
/* From now on they do.  Returns as mfa_vault_put; -EAGAIN: there is an id. */
int mfa_vault_write_id(const struct mfa_vault *vault);

#endif
