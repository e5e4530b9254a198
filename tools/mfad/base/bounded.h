/* SPDX-License-Identifier: BSD-2-Clause */
/* What may hang, in the system's directory say, done for whoever must not. */
#ifndef MFAD_BOUNDED_H
#define MFAD_BOUNDED_H

#include <stdbool.h>

struct bounded {
	int (*run)(void *ctx);		/* returns 0 or a negative errno */
	void (*free)(void *ctx);	/* when it has come back */
	void *ctx;
};

/* Runs it on a thread of its own, and waits for at most so many seconds, or until `enough` says so (looked at a few
 * times a second; NULL: nobody does).  ctx is its own from now on.
 * Returns what it returned; -ETIME: it has not come back yet; or -EAGAIN: there is no thread to be had, and it was
 * not run. */
int bounded_run(const struct bounded *what, unsigned seconds, bool (*enough)(void));

#endif
