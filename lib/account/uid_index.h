/* SPDX-License-Identifier: BSD-2-Clause */
/* Which account a uid belongs to: one at most. */
#ifndef MFA_UID_INDEX_H
#define MFA_UID_INDEX_H

#include <stdint.h>

#include "account/accounts.h"

#define MFA_KEY_UID "uid/"		/* N: the sealed name whose record has that uid */

/* Returns 0: claimed for name, now or before; -EEXIST: another account has it (and its record still does); -EAGAIN:
 * others always wrote; or as mfa_vault_get, mfa_vault_put and mfa_accounts_load. */
int mfa_uid_index_claim(struct mfa_accounts *accounts, uint32_t uid, const char *name);
/* Whose uid it is.  Returns 0: nobody's or name's, at the same cost; -EEXIST: another account's; or as above. */
int mfa_uid_index_check(struct mfa_accounts *accounts, uint32_t uid, const char *name);
/* Takes the claim back, if it is name's; a claim without its record is void in any case. */
void mfa_uid_index_drop(struct mfa_accounts *accounts, uint32_t uid, const char *name);

#endif
