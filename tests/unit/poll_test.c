/* SPDX-License-Identifier: BSD-2-Clause */
/* What waits for a socket or for its time, in a test that waits for neither. */
#undef _FORTIFY_SOURCE	/* it has a poll of its own */
#include <poll.h>
#include <time.h>

#include "talk.h"

poll_test_fn *poll_test;

int poll_really(struct pollfd *fds, nfds_t count, int timeout_ms)
{
	struct timespec left = { .tv_sec = timeout_ms / 1000, .tv_nsec = timeout_ms % 1000 * 1000000L };

	return ppoll(fds, count, timeout_ms < 0 ? NULL : &left, NULL);
}

int poll(struct pollfd *fds, nfds_t count, int timeout_ms)
{
	return poll_test != NULL ? poll_test(fds, count, timeout_ms) : poll_really(fds, count, timeout_ms);
}
