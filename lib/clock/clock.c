/* SPDX-License-Identifier: BSD-2-Clause */
#include "clock/clock.h"

#include <time.h>

int64_t mfa_clock_now(void)
{
	struct timespec ts;

	if (clock_gettime(CLOCK_REALTIME, &ts) != 0 || ts.tv_sec < 0)
		return 0;
	return ts.tv_sec;
}

int64_t mfa_clock_monotonic(void)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}
