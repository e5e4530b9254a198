/* SPDX-License-Identifier: BSD-2-Clause */
#include <time.h>

#include "portal.h"

int64_t portal_ms(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int64_t portal_time(void)
{
	return (int64_t)time(NULL);
}
