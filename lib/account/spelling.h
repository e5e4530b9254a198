/* SPDX-License-Identifier: BSD-2-Clause */
/* How the names of accounts are spelt in a store, and who is spelt almost like somebody else.
 *
 * In a store that is folded, a name which the system does not know is kept in lower case (lib/name), so that
 * no spelling of it yields a second account.  New stores are folded; one that was made before is not until
 * an administrator says so, for that may change keys.  Names that the system knows are kept as it spells
 * them; those with capital letters are listed under their lower case, so that they are found from there. */
#ifndef MFA_SPELLING_H
#define MFA_SPELLING_H

#include <stdbool.h>

#include "account/account.h"
#include "store/store.h"
#include "vault/vault.h"

#define MFA_KEY_SPELLING "meta/names"	/* sealed: "fold".  Absent: each spelling is a name of its own */
#define MFA_KEY_ALIAS "alias/"		/* NAME in lower case, sealed: names of accounts that differ from it in
					 * case alone, each followed by a newline */

/* Whether the store is folded.  Returns 0, -EPROTONOSUPPORT (in a way that is newer), or as mfa_vault_get. */
int mfa_spelling_folded(const struct mfa_vault *vault, bool *out);
/* It is, from now on, whatever was said there before.  Returns 0 or as mfa_vault_put. */
int mfa_spelling_set_folded(const struct mfa_vault *vault);

/* Lists a name that is not all lower case.  For every account, before it is first written.  Returns 0 or as
 * mfa_vault_put; -EAGAIN: others always wrote. */
int mfa_spelling_note(const struct mfa_vault *vault, const char *name);

/* Whether there is an account whose name differs from this one in case alone: *other is one of them.
 * Returns 0: there is none; -EEXIST; or as mfa_vault_get. */
int mfa_spelling_other(const struct mfa_vault *vault, const char *name, char other[MFA_ACCOUNT_NAME_MAX + 1]);

/* Calls fn for each name of an account that is not all lower case, those that fold into the same one after
 * another.  others: how many further accounts fold into that one, lower case among them.  fn returns 0 to go
 * on.  Returns what it returned, or as mfa_store_list. */
typedef int mfa_spelling_fn(void *ctx, const char *name, const char *folded, unsigned others);
int mfa_spelling_list(struct mfa_store *store, mfa_spelling_fn *fn, void *ctx);

#endif
