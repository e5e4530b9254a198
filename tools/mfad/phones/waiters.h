/* SPDX-License-Identifier: BSD-2-Clause */
/* Conversations that wait for something in the store to change: a phone's answer. */
#ifndef MFAD_WAITERS_H
#define MFAD_WAITERS_H

#include <sys/queue.h>

#include "store/store.h"

struct waiter {
	LIST_ENTRY(waiter) others;
	const char *key;		/* of the store */
	int fd;				/* eventfd: readable when that has changed; -1: not waiting */
};

/* From now on changes wake whoever waits.  Returns 0 or as mfa_store_watch. */
int waiters_open(struct mfa_store *store);

/* key must outlive the wait.  Returns 0 or a negative errno. */
int waiter_begin(struct waiter *waiter, const char *key);
void waiter_end(struct waiter *waiter);
/* Wakes it for another reason. */
void waiter_wake(struct waiter *waiter);
/* Waits until the key has changed (1), the client says something or has gone (2), or until the time
 * (seconds since 1970) has come (0). */
int waiter_wait(struct waiter *waiter, int client, int64_t until);

#endif
