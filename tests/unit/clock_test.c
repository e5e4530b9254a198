/* SPDX-License-Identifier: BSD-2-Clause */
/* A clock that tests set.  MFA_TEST_CLOCK names a file with a decimal number
 * of seconds, read at each call, so that a running daemon's time can be moved;
 * a unit test sets mfa_clock_test_now instead.  Without either: the real time.
 * Durations are real, unless a unit test sets mfa_clock_test_monotonic. */
#include "clock/clock.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

extern int64_t mfa_clock_test_now, mfa_clock_test_monotonic;
int64_t mfa_clock_test_now, mfa_clock_test_monotonic;

int64_t mfa_clock_now(void)
{
	const char *path = getenv("MFA_TEST_CLOCK");
	long long seconds;
	FILE *f;
	int n;

	if (mfa_clock_test_now != 0)
		return mfa_clock_test_now;
	if (path == NULL || (f = fopen(path, "re")) == NULL)
		return time(NULL);
	n = fscanf(f, "%lld", &seconds);
	(void)fclose(f);
	return n == 1 && seconds >= 0 ? seconds : time(NULL);
}

int64_t mfa_clock_monotonic(void)
{
	struct timespec ts;

	if (mfa_clock_test_monotonic != 0)
		return mfa_clock_test_monotonic;
	(void)clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}
