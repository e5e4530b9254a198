/* SPDX-License-Identifier: BSD-2-Clause */
/* Which processes have a file open that no longer has its name. */
#ifndef MFA_ADMIN_HOLDERS_H
#define MFA_ADMIN_HOLDERS_H

#include <sys/types.h>

struct holder {
	pid_t pid;
	char command[64];	/* as the kernel has it */
	int path;		/* which of the paths */
};

/* Calls fn for each process that has a file open which had one of these paths, and is not what has it now.  Needs root
 * for others' processes.  Returns 0 or a negative errno. */
typedef void holders_fn(void *ctx, const struct holder *holder);
int holders_of_gone(const char *const *paths, int count, holders_fn *fn, void *ctx);

#endif
