/* SPDX-License-Identifier: BSD-2-Clause */
/* A store that is made beside its place, and gets there when it is whole: nobody goes on meanwhile by what is there, and
 * whoever fails or is killed has changed nothing.  Call all of it as the store's owner. */
#ifndef MFA_ADMIN_BESIDE_H
#define MFA_ADMIN_BESIDE_H

#include <limits.h>
#include <stdbool.h>

struct beside {
	char place[PATH_MAX];
	char copy[PATH_MAX];	/* where it is made */
	int lock;
};

#define BESIDE_ACCEPT ".accept"
#define BESIDE_RESTORE ".restore"

/* Removes what others have left there who were killed, and keeps others out until the end.  path: of the store; end: one
 * of the two above.  Returns 0, -EBUSY (somebody else makes one) or another negative errno. */
int beside_begin(const char *path, const char *end, struct beside *out);
/* Gives it the place of a store without its log, or (replaces is false) of one that is not there, durably.  Whoever made
 * it has closed it.  Returns 0; -EAGAIN: the log is back; -EEXIST: a store is there; -ENOSPC: not all of it got into its
 * one file; or another negative errno.  After an error of the disk it may have got there all the same. */
int beside_put(const struct beside *beside, bool replaces);
/* Removes it unless it was put, and lets others in.  *beside may be of a beside_begin that failed. */
void beside_end(struct beside *beside);
/* Calls fn with each file that lies there, of one who was killed or who is at it.  Anybody may call it who may look. */
typedef void beside_fn(void *ctx, const char *name);
void beside_each(const char *path, beside_fn *fn, void *ctx);

#endif
