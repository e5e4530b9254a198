/* SPDX-License-Identifier: BSD-2-Clause */
/* Step 3 of a rotation of the master key (seal/rotate.h): sealing anew what rests in a vault. */
#ifndef MFA_RESEAL_H
#define MFA_RESEAL_H

#include <stdint.h>

#include "vault/vault.h"

struct mfa_reseal {
	/* Called now and then; may be NULL.  total is what there is to look at, as counted at
	 * first. */
	void (*on_progress)(void *ctx, uint64_t done, uint64_t total);
	/* An entry that can't be opened; may be NULL.  It stays as it is. */
	void (*on_unreadable)(void *ctx, const char *key, int error);
	void *ctx;
	/* Out. */
	uint64_t resealed;
	uint64_t unreadable;
};

/* Seals each entry of the store under the ring's newest key, unless it is already; keeps when it
 * expires.  Short batches, so that sign-ins go on; what somebody changes meanwhile is looked
 * at again.  Can be interrupted and run again at any time.
 *
 * Returns 0: nothing is left that an older key opens.  An entry that no key opens, because it is
 * damaged (-EBADMSG) or of a key that the ring lacks (-ENOKEY), is no reason to keep a key.
 * -EPROTONOSUPPORT: an entry is a newer version's; -EBUSY: others changed entries each time; or as
 * mfa_store_list and mfa_store_put_many. */
int mfa_vault_reseal(const struct mfa_vault *vault, struct mfa_reseal *reseal);

#endif
