/* SPDX-License-Identifier: BSD-2-Clause */
/* Who somebody is to the system (NSS). */
#ifndef MFA_IDENTITY_H
#define MFA_IDENTITY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "account/account.h"

struct mfa_identity {
	char name[MFA_ACCOUNT_NAME_MAX + 1];	/* as NSS spells it; as it was given if unknown */
	bool known;
	uint32_t uid;				/* if known */
	uint32_t gid;				/* the same: of the first group */
};

/* Looks a name up.  A directory that ignores case answers ALICE with alice, and
 * that is the account's name, so that no spelling yields a second account.
 * Returns 0 (known or surely not: out->known), -EINVAL (not a name), or another
 * negative errno: the look-up failed, and nobody may be let in by it. */
int mfa_identity_of_name(const char *name, struct mfa_identity *out);

/* Groups, by their numbers. */
struct mfa_gids {
	uint32_t *rows;
	size_t count;
};
/* All groups that somebody is in; the caller frees them.  Returns 0; -ENODATA: the system does not know the name,
 * and so not its groups; or another negative errno: the look-up failed. */
int mfa_identity_groups(const struct mfa_identity *identity, struct mfa_gids *out);
void mfa_gids_free(struct mfa_gids *gids);
bool mfa_gids_have(const struct mfa_gids *gids, uint32_t gid);
/* Whether a group is there.  Returns 0, -ENOENT (surely not) or another negative errno. */
int mfa_group_find(const char *group, uint32_t *gid);

/* The uid that stands for all those that a user namespace does not map: it may
 * be anybody. */
uint32_t mfa_identity_overflow_uid(void);

#endif
