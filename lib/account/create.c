/* SPDX-License-Identifier: BSD-2-Clause */
#include "account/create.h"

#include <errno.h>

#include "account/decoy.h"
#include "account/spelling.h"

static int any_key(void *ctx, const char *key, const struct mfa_entry *entry)
{
	(void)ctx, (void)key, (void)entry;
	return -EEXIST;
}

/* A store whose creation was killed has no id yet, and nobody's record: it may be finished.
 * Returns 0; -EALREADY: it is complete, and ring's; or -EEXIST: another's. */
static int check_unfinished(const struct mfa_vault *vault)
{
	struct mfa_entry entry;
	int r = mfa_store_get(vault->store, MFA_KEY_STORE_ID, &entry);

	mfa_entry_release(&entry);
	if (r == -ENOENT)
		return mfa_store_list(vault->store, MFA_KEY_ACCOUNT, any_key, NULL);
	if (r != 0)
		return r;
	r = mfa_vault_check_id(vault);
	return r == 0 ? -EALREADY : r == -EKEYREJECTED ? -EEXIST : r;
}

int mfa_accounts_create(const char *store_url, const struct mfa_keyring *ring)
{
	struct mfa_vault vault = { .ring = ring };
	int r = mfa_store_open(store_url, MFA_STORE_CREATE, &vault.store);

	if (r == -EEXIST) {
		r = mfa_store_open(store_url, MFA_STORE_OPEN, &vault.store);
		if (r == 0)
			r = check_unfinished(&vault);
	}
	if (r == 0)
		r = mfa_decoy_write_all(&vault);
	if (r == 0)
		r = mfa_spelling_set_folded(&vault);
	/* Last: a store without its id is refused. */
	if (r == 0)
		r = mfa_vault_write_id(&vault);
	mfa_store_close(&vault.store);
	return r == -EALREADY ? 0 : r;
}
