/* SPDX-License-Identifier: BSD-2-Clause */
/* Remembered sign-ins: a factor that was shown spares the next prompt for a while, for the same
 * account and service, from the same address or within the same login session. */
#ifndef MFA_REMEMBER_H
#define MFA_REMEMBER_H

#include <stdint.h>

#include "account/account.h"
#include "policy/policy.h"
#include "vault/vault.h"

/* HASH: sealed.  The hash is keyed, so that the store does not tell who signs in from where. */
#define MFA_KEY_REMEMBER "remember/"
#define MFA_SESSION_MAX 96		/* bytes of a login session's name */

/* Where somebody signs in.  On the word of root alone: mfa_policy_may_remember first. */
struct mfa_remember_place {
	const char *name;
	const char *service;
	const char *rhost;		/* an address literal; NULL or "": on this host, */
	const char *session;		/* then in this login session (lib/wire/session.h) */
};

/* Whether a success is remembered there, and counts still: not for longer than the policy says now;
 * by a device that the account still has, of a kind that the policy still takes; and nothing has
 * been forgotten since (account->epoch).
 * Returns 0: it counts; -ENOENT: no; or, which spares nobody either, as mfa_store_get and
 * mfa_unseal. */
int mfa_remember_find(const struct mfa_vault *vault, const struct mfa_remember_place *place,
		      const struct mfa_account *account, const struct mfa_policy *policy, int64_t now);

/* Remembers that a device of the account was shown there just now.
 * Returns 0, -ENOENT (there is no address or session to know the place by), or as
 * mfa_store_put_if. */
int mfa_remember_save(const struct mfa_vault *vault, const struct mfa_remember_place *place,
		      const struct mfa_account *account, const struct mfa_device *device,
		      const struct mfa_policy *policy, int64_t now);

#endif
