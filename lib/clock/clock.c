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
