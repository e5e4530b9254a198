/* SPDX-License-Identifier: BSD-2-Clause */
/* A new store of accounts. */
#ifndef MFA_ACCOUNTS_CREATE_H
#define MFA_ACCOUNTS_CREATE_H

#include "account/accounts.h"

/* Creates the store and writes into it the id that it has in common with ring, the decoys, and that names are
 * folded (spelling.h); or finishes one whose creation was killed.  Returns 0 (also if it is complete and ring's already),
 * -EEXIST (another key's), or as mfa_store_open and mfa_store_put_many. */
int mfa_accounts_create(const char *store_url, const struct mfa_keyring *ring);

#endif
