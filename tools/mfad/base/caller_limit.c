/* SPDX-License-Identifier: BSD-2-Clause */
#include "mfad/base/caller_limit.h"

#include <pthread.h>
#include <stdio.h>

#include "account/account.h"
#include "log/log.h"
#include "ratelimit/ratelimit.h"

#define HOUR 3600.0F
#define SAY_SECONDS 60

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct mfa_ratelimit *ratelimit;
static int64_t said;

/* With the lock held. */
static bool allow(const char *name, float cost, float most, float rate, int64_t now)
{
	return (ratelimit != NULL || mfa_ratelimit_new(&ratelimit) == 0) &&
	       mfa_ratelimit_allow_name(ratelimit, name, cost, most, rate, now * 1000);
}

/* With the lock held.  A cost below 0 gives back. */
static bool allow_caller(const char *caller, float cost, int64_t now)
{
	return allow(caller, cost, CALLER_LIMIT_MOST, CALLER_LIMIT_HOUR / HOUR, now);
}

static void say(const char *caller)
{
	struct mfa_log_line line;

	mfa_log_begin(&line, "callers");
	mfa_log_text(&line, "caller", caller);
	mfa_log_text(&line, "msg", "too many wrong codes over all accounts: for a while no answer that it hands over is "
		     "looked at");
	mfa_log_write(&line, LOG_WARNING);
}

bool caller_limit_take(const char *caller, int64_t now)
{
	bool taken, due;

	(void)pthread_mutex_lock(&lock);
	taken = allow_caller(caller, 1, now);
	due = !taken && (said == 0 || now < said || now - said >= SAY_SECONDS);
	if (due)
		said = now;
	(void)pthread_mutex_unlock(&lock);
	if (due)
		say(caller);
	return taken;
}

void caller_limit_give_back(const char *caller, unsigned tries, int64_t now)
{
	(void)pthread_mutex_lock(&lock);
	(void)allow_caller(caller, -(float)tries, now);
	(void)pthread_mutex_unlock(&lock);
}

void caller_limit_make_room(const char *caller, const char *account, int64_t now)
{
	char both[2 * MFA_ACCOUNT_NAME_MAX + 2];

	/* No name has a line feed in it. */
	(void)snprintf(both, sizeof(both), "%s\n%s", caller, account);
	(void)pthread_mutex_lock(&lock);
	if (allow(both, 1, 1, 1 / HOUR, now))
		(void)allow_caller(caller, -1, now);
	(void)pthread_mutex_unlock(&lock);
}
