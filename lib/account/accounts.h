/* SPDX-License-Identifier: BSD-2-Clause */
/* All accounts: records in a store, sealed under a keyring. */
#ifndef MFA_ACCOUNTS_H
#define MFA_ACCOUNTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "account/account.h"
#include "vault/vault.h"

/* Keys of the store. */
#define MFA_KEY_ACCOUNT "account/"	/* NAME: a sealed record */
#define MFA_KEY_UID "uid/"		/* N: the sealed name whose record has that uid */
#define MFA_KEY_DECOY "decoy/"		/* N: a record that stands in for names without one */
#define MFA_KEY_STORE_ID "meta/store"	/* the sealed id that the key file has too */
#define MFA_DECOY_COUNT 256

struct mfa_accounts;

/* Creates the store and writes into it the id that it has in common with ring, the decoys, and that names are
 * folded (spelling.h); or finishes one whose creation was killed.  Returns 0 (also if it is complete and ring's already),
 * -EEXIST (another key's), or as mfa_store_open and mfa_store_put_many. */
int mfa_accounts_create(const char *store_url, const struct mfa_keyring *ring);
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
	bool decoy;
	uint32_t name;			/* of mfa_accounts_load_or_decoy: a keyed hash of the name, never 0 */
	struct mfa_account *account;
};
/* Frees, empties. */
void mfa_record_release(struct mfa_record *record);

/* The record of a name.  Returns 0, -ENOENT; -EBADMSG (damaged, or another's),
 * -ENOKEY, -EPROTONOSUPPORT: refuse entry and change nothing; or as mfa_store_get. */
int mfa_accounts_load(struct mfa_accounts *accounts, const char *name, struct mfa_record *out);
/* The same, but a name without a record, or with one that has neither a device nor a pass that is
 * good at `now`, or that is not to count (eligible is false), gets a decoy, so that all that follows
 * takes the same path and time.  A bounded table, found by a keyed hash of the name.
 * *bare gets the record that a decoy stands in for, where there is one: nothing can be shown
 * for it, but it may be enrolled.  The caller releases both. */
int mfa_accounts_load_or_decoy(struct mfa_accounts *accounts, const char *name, bool eligible,
			       int64_t now, struct mfa_record *out, struct mfa_record *bare);
/* The record of a name, if it has a device of that id: for one who may be a stranger, and is told the same and after
 * the same work whichever names there are.  What is written in a record counts for the work only where it has the
 * device, since parsing takes longer the more there is.  Returns as mfa_accounts_load; -ENOENT also where it has
 * no such device. */
int mfa_accounts_load_device(struct mfa_accounts *accounts, const char *name, uint64_t device, struct mfa_record *out);
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

/* Makes a decoy: its key, and its record as it is before it is sealed, which the caller frees. Returns 0, -ENOMEM or
 * -EIO. */
int mfa_decoy_make(unsigned number, char key[MFA_STORE_KEY_MAX + 1], char **plain, size_t *len);

/* Makes sure that a uid belongs to one account only.  Returns 0: claimed for name, now or before;
 * -EEXIST: another account has it (and its record still does). */
int mfa_accounts_claim_uid(struct mfa_accounts *accounts, uint32_t uid, const char *name);
/* Whose uid it is.  Returns 0: nobody's or name's, at the same cost; -EEXIST: another account's. */
int mfa_accounts_check_uid(struct mfa_accounts *accounts, uint32_t uid, const char *name);

/* Unseals and parses an entry that was read under key.  Returns as mfa_accounts_load. The caller frees *out. */
int mfa_accounts_open_entry(struct mfa_accounts *accounts, const char *key,
			    const struct mfa_entry *entry, struct mfa_account **out);

/* Calls fn for each account by name.  error: 0, or why the record can't be read
 * (then account is NULL).  fn returns 0 to go on. */
typedef int mfa_accounts_list_fn(void *ctx, const char *name, struct mfa_account *account,
				 int error);
int mfa_accounts_list(struct mfa_accounts *accounts, mfa_accounts_list_fn *fn, void *ctx);

#endif
