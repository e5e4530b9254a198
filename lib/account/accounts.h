/* SPDX-License-Identifier: BSD-2-Clause */
/* All accounts: records in a store, sealed under a keyring. */
#ifndef MFA_ACCOUNTS_H
#define MFA_ACCOUNTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "account/account.h"
#include "vault/vault.h"

#define MFA_KEY_ACCOUNT "account/"	/* NAME: a sealed record; a key of the store */

struct mfa_accounts;

/* Opens a store that is there.  Returns 0, -EKEYREJECTED (it is not the one that this
 * key file belongs to), or as mfa_store_open.  ring must outlive *out. */
int mfa_accounts_open(const char *store_url, enum mfa_store_open_flags flags,
		      const struct mfa_keyring *ring, struct mfa_accounts **out);
void mfa_accounts_close(struct mfa_accounts **accounts);
struct mfa_store *mfa_accounts_store(struct mfa_accounts *accounts);
/* What they rest in; valid until they are closed. */
const struct mfa_vault *mfa_accounts_vault(const struct mfa_accounts *accounts);

/* A record as it was read: what is saved replaces that very version, or nothing. */
struct mfa_record {
	char key[MFA_STORE_KEY_MAX + 1];
	uint64_t version;		/* 0: not in the store yet */
	bool decoy;			/* it stands in for a name without one (decoy.h) */
	uint32_t name;			/* of mfa_accounts_load_or_decoy: a keyed hash of the name, never 0 */
	struct mfa_account *account;
};
/* The key of a name's record. */
void mfa_account_key(const char *name, char key[MFA_STORE_KEY_MAX + 1]);
/* Frees, empties. */
void mfa_record_release(struct mfa_record *record);

/* The record of a name.  Returns 0, -ENOENT; -EBADMSG (damaged, or another's),
 * -ENOKEY, -EPROTONOSUPPORT: refuse entry and change nothing; or as mfa_store_get. */
int mfa_accounts_load(struct mfa_accounts *accounts, const char *name, struct mfa_record *out);
/* Reads the same record again.  Returns -ENOENT if it has gone. */
int mfa_accounts_reload(struct mfa_accounts *accounts, struct mfa_record *record);
/* An empty record that is in no store yet.  Returns as mfa_account_new. */
int mfa_record_new(const char *name, struct mfa_record *out);

/* Returns 0 when it is durable (and record->version is the new one), -EAGAIN: somebody wrote
 * meanwhile, reload and judge again; or as mfa_store_put_if. */
int mfa_accounts_save(struct mfa_accounts *accounts, struct mfa_record *record);
/* Changes the record and saves it.  change returns 0 to save it, 1 to leave it as it is, or a negative errno that ends
 * it; where somebody else has written meanwhile it is called again with the record that is there now (again is true).
 * Returns what change returned, or as mfa_accounts_save and mfa_accounts_reload; -EBUSY when others always wrote. */
typedef int mfa_record_change(void *ctx, struct mfa_record *record, bool again);
int mfa_accounts_change(struct mfa_accounts *accounts, struct mfa_record *record, mfa_record_change *change, void *ctx);
/* Removes the record and the claim of its uid. */
int mfa_accounts_remove(struct mfa_accounts *accounts, struct mfa_record *record);

/* Several new records in one go; results[i] as mfa_accounts_save returns for records[i].
 * Returns 0 if each result is set, otherwise the error that all met. */
int mfa_accounts_save_many(struct mfa_accounts *accounts, struct mfa_record *records,
			   size_t count, int *results);

/* Unseals and parses an entry that was read under key.  Returns as mfa_accounts_load. The caller frees *out. */
int mfa_accounts_open_entry(struct mfa_accounts *accounts, const char *key,
			    const struct mfa_entry *entry, struct mfa_account **out);
/* The same, as a record, whether an account's or a decoy's.  *out is empty on error. */
int mfa_record_open(struct mfa_accounts *accounts, const char *key, const struct mfa_entry *entry,
		    struct mfa_record *out);

/* Calls fn for each account by name.  error: 0, or why the record can't be read
 * (then account is NULL).  fn returns 0 to go on. */
typedef int mfa_accounts_list_fn(void *ctx, const char *name, struct mfa_account *account,
				 int error);
int mfa_accounts_list(struct mfa_accounts *accounts, mfa_accounts_list_fn *fn, void *ctx);

#endif
