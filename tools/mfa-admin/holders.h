/* SPDX-License-Identifier: BSD-2-Clause */
/* Which processes have a file of the store open that no longer has its name, or may have. */
#ifndef MFA_ADMIN_HOLDERS_H
#define MFA_ADMIN_HOLDERS_H

#include <limits.h>
#include <stdbool.h>
#include <sys/types.h>

#define HOLDERS_FILES 3		/* the store, its log, its index */

struct holder {
	pid_t pid;
	char command[64];		/* as the kernel has it */
	bool hidden;			/* it can't be looked into, and may have one: its ids are the owner's or ours, and it
					 * has a store of SQLite's open */
	int fds[HOLDERS_FILES];		/* its descriptors of files that have gone; -1: of none */
	char moved_to[PATH_MAX];	/* where the store is now that it has open; "": nowhere */
};

/* Calls fn for each process that has a file of owner's open which had one of these paths, and is not what has it now;
 * also one that has the store under another name, and log or index under theirs; and one that is hidden.  Not one of a
 * container, in which these are paths of something else.  Needs root for others' processes, and for those of mfad's
 * kind, which let not even their own user look.
 * Returns 0; or a negative errno: /proc does not show all processes, so that who has what is not known. */
typedef void holders_fn(void *ctx, const struct holder *holder);
int holders_of_gone(const char *const paths[HOLDERS_FILES], uid_t owner, holders_fn *fn, void *ctx);

#endif
