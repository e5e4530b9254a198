/* SPDX-License-Identifier: BSD-2-Clause */
/* Going on with a store whose log is missing. */
#ifndef MFA_ADMIN_ACCEPT_H
#define MFA_ADMIN_ACCEPT_H

#include <stdbool.h>
#include <stdint.h>

#include "seal/seal.h"

struct accepted {
	uint64_t accounts;
	uint64_t unreadable;	/* of them */
	uint64_t tokens;	/* whose used codes nobody can tell any more */
};

/* Takes the store at path without the log that is missing: no code of an app that can have been used is good again, and
 * passes end, as after a restore.  Recovery codes that were used are good again, unless drop_recovery has all of them go.
 * It is done in a copy beside it, which then takes its place whole: whoever is killed has changed nothing.  Call it as
 * the store's owner, and while nobody has the store open.
 * Returns 0; -EAGAIN: the log is back; -EBUSY: somebody else is at it; or as mfa_store_open, and nothing was changed. */
int accept_without_log(const char *path, struct mfa_keyring *ring, bool drop_recovery, struct accepted *out);

#endif
