/* SPDX-License-Identifier: BSD-2-Clause */
#include "mfad/phones/waiters.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdint.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "clock/clock.h"
#include "phone/request.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static LIST_HEAD(waiters, waiter) waiters = LIST_HEAD_INITIALIZER(waiters);

void waiter_wake(struct waiter *waiter)
{
	static const uint64_t one = 1;

	if (waiter->fd >= 0)
		(void)!write(waiter->fd, &one, sizeof(one));
}

static void on_change(void *ctx, const char *key, uint64_t version)
{
	struct waiter *w;

	(void)ctx, (void)version;
	(void)pthread_mutex_lock(&lock);
	LIST_FOREACH(w, &waiters, others)
		if (strcmp(w->key, key) == 0)
			waiter_wake(w);
	(void)pthread_mutex_unlock(&lock);
}

int waiters_open(struct mfa_store *store)
{
	return mfa_store_watch(store, MFA_KEY_PHONE, on_change, NULL);
}

int waiter_begin(struct waiter *w, const char *key)
{
	w->key = key;
	w->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (w->fd < 0)
		return -errno;
	(void)pthread_mutex_lock(&lock);
	LIST_INSERT_HEAD(&waiters, w, others);
	(void)pthread_mutex_unlock(&lock);
	return 0;
}

void waiter_end(struct waiter *w)
{
	if (w->fd < 0)
		return;
	(void)pthread_mutex_lock(&lock);
	LIST_REMOVE(w, others);
	(void)close(w->fd);
	w->fd = -1;
	(void)pthread_mutex_unlock(&lock);
}

static int64_t milliseconds(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int waiter_wait(struct waiter *w, int client, int64_t until)
{
	struct pollfd fds[2] = { { .fd = w->fd, .events = POLLIN }, { .fd = client, .events = POLLIN } };
	int64_t seconds = until - mfa_clock_now(), end = milliseconds() + seconds * 1000, left;
	uint64_t count;
	int n;

	do {
		left = end - milliseconds();
		n = poll(fds, client >= 0 ? 2 : 1, left > 0 ? (int)left : 0);
	} while (n < 0 && errno == EINTR);
	if (n <= 0)
		return 0;
	if (fds[0].revents != 0) {
		(void)!read(w->fd, &count, sizeof(count));
		return 1;
	}
	return 2;
}
