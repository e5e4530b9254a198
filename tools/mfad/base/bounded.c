/* SPDX-License-Identifier: BSD-2-Clause */
#include "mfad/base/bounded.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#include "clock/clock.h"

#define STACK_SIZE (256 * 1024)
#define LOOK_MS 250

/* The last of the two that have it frees it. */
struct run {
	struct bounded what;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	bool done, left;	/* it has come back; nobody waits for it any more */
	int result;
};

static void end(struct run *run)
{
	(void)pthread_cond_destroy(&run->changed);
	(void)pthread_mutex_destroy(&run->lock);
	free(run);
}

static void *do_it(void *arg)
{
	struct run *run = arg;
	int r = run->what.run(run->what.ctx);
	bool left;

	run->what.free(run->what.ctx);
	(void)pthread_mutex_lock(&run->lock);
	run->result = r;
	run->done = true;
	left = run->left;
	(void)pthread_cond_signal(&run->changed);
	(void)pthread_mutex_unlock(&run->lock);
	if (left)
		end(run);
	return NULL;
}

static int start(struct run *run)
{
	pthread_condattr_t clock;
	pthread_attr_t attr;
	pthread_t thread;
	int r;

	(void)pthread_mutex_init(&run->lock, NULL);
	(void)pthread_condattr_init(&clock);
	(void)pthread_condattr_setclock(&clock, CLOCK_MONOTONIC);
	(void)pthread_cond_init(&run->changed, &clock);
	(void)pthread_condattr_destroy(&clock);
	(void)pthread_attr_init(&attr);
	(void)pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
	(void)pthread_attr_setstacksize(&attr, STACK_SIZE);
	r = pthread_create(&thread, &attr, do_it, run);
	(void)pthread_attr_destroy(&attr);
	return r == 0 ? 0 : -EAGAIN;
}

/* With the lock held. */
static void wait_a_moment(struct run *run)
{
	struct timespec until;

	(void)clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_nsec += LOOK_MS * 1000000L;
	until.tv_sec += until.tv_nsec / 1000000000L;
	until.tv_nsec %= 1000000000L;
	(void)pthread_cond_timedwait(&run->changed, &run->lock, &until);
}

int bounded_run(const struct bounded *what, unsigned seconds, bool (*enough)(void))
{
	struct run *run = calloc(1, sizeof(*run));
	int64_t until = mfa_clock_monotonic() + (int64_t)seconds * 1000;
	bool done;
	int r;

	if (run == NULL) {
		what->free(what->ctx);
		return -EAGAIN;
	}
	run->what = *what;
	r = start(run);
	if (r != 0) {
		what->free(what->ctx);
		end(run);
		return r;
	}
	(void)pthread_mutex_lock(&run->lock);
	while (!run->done && mfa_clock_monotonic() < until && (enough == NULL || !enough()))
		wait_a_moment(run);
	done = run->done;
	run->left = !done;
	r = done ? run->result : -ETIME;
	(void)pthread_mutex_unlock(&run->lock);
	if (done)
		end(run);
	return r;
}
