/* SPDX-License-Identifier: BSD-2-Clause */
/* Going on with a store whose log is missing. */
#ifndef MFA_ADMIN_ACCEPT_H
#define MFA_ADMIN_ACCEPT_H

#include <stdint.h>

#include "seal/seal.h"

struct accepted {
	uint64_t accounts;
	uint64_t unreadable;	/* of them */
	uint64_t tokens;	/* whose used codes nobody can tell any more */
};

/* Takes the store at path without the log that is missing: no code that can have been used is good again, and passes
 * end, as after a restore.  It is done in a copy beside it, which then takes its place whole: whoever is killed has
 * changed nothing.  Call it as the store's owner, and while nobody has the store open.
 * Returns 0; -EAGAIN: the log is back; or as mfa_store_open, and nothing was changed. */
int accept_without_log(const char *path, struct mfa_keyring *ring, struct accepted *out);

/* Gives a store that lies beside it, in its one file, the place of one whose log is missing, durably.  Returns 0;
 * -EAGAIN: the log is back, and nothing was changed; or another negative errno. */
int accept_put_in_place(const char *copy, const char *path);
/* Removes it, with what SQLite may have made beside it. */
void accept_remove_copy(const char *copy);

#endif
