/* SPDX-License-Identifier: BSD-2-Clause */
/* Decoys: records that stand in for names without one, so that all that follows takes the same path and time.  A bounded
 * table, found by a keyed hash of the name. */
#ifndef MFA_DECOY_H
#define MFA_DECOY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "account/accounts.h"

#define MFA_KEY_DECOY "decoy/"		/* N: a record like any other */
#define MFA_DECOY_COUNT 256

/* The record of a name as mfa_accounts_load has it, but a name without a record, or with one that has neither a device
 * nor a pass that is good at `now`, or that is not to count (eligible is false), gets a decoy.
 * *bare gets the record that a decoy stands in for, where there is one: nothing can be shown
 * for it, but it may be enrolled.  The caller releases both. */
int mfa_accounts_load_or_decoy(struct mfa_accounts *accounts, const char *name, bool eligible,
			       int64_t now, struct mfa_record *out, struct mfa_record *bare);
/* The record of a name, if it has a device of that id: for one who may be a stranger, and is told the same and after
 * the same work whichever names there are.  What is written in a record counts for the work only where it has the
 * device, since parsing takes longer the more there is.  Returns as mfa_accounts_load; -ENOENT also where it has
 * no such device. */
int mfa_accounts_load_device(struct mfa_accounts *accounts, const char *name, uint64_t device, struct mfa_record *out);

/* Makes a decoy: its key, and its record as it is before it is sealed, which the caller frees. Returns 0, -ENOMEM or
 * -EIO. */
int mfa_decoy_make(unsigned number, char key[MFA_STORE_KEY_MAX + 1], char **plain, size_t *len);
/* Makes all of them, in the place of any that are there.  Returns 0, or as mfa_decoy_make and mfa_vault_put_many. */
int mfa_decoy_write_all(const struct mfa_vault *vault);

#endif
