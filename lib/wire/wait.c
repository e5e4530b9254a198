/* SPDX-License-Identifier: BSD-2-Clause */
#include "wire/wait.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdint.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define LOOK_MS 250
#define SEND_MS 10000

int mfa_wait_open(void)
{
	int fd = open("/dev/tty", O_RDONLY | O_NOCTTY | O_CLOEXEC | O_NONBLOCK);

	if (fd < 0)
		return -errno;
	/* Reading from the background would stop the program. */
	if (tcgetpgrp(fd) == getpgrp())
		return fd;
	(void)close(fd);
	return -ENOTTY;
}

static int64_t milliseconds(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* What was typed is no answer to anything yet; the prompt that comes reads the next line. */
static int had_enough(int fd, int tty, struct mfa_frame *frame)
{
	char typed[256];

	while (read(tty, typed, sizeof(typed)) > 0)
		;
	explicit_bzero(typed, sizeof(typed));
	mfa_frame_start(frame, MFA_ENOUGH);
	return mfa_frame_send(fd, frame, SEND_MS);
}

int mfa_wait_limit(const struct mfa_frame *first)
{
	return mfa_frame_type(first) == MFA_WORKING || mfa_frame_byte(first, MFA_FIELD_KNOWS_WORKING, 0) == 1
		? MFA_SILENCE_MS : MFA_STEP_MS;
}

int mfa_wait_step(int fd, int limit_ms, int tty, bool (*interrupted)(void), struct mfa_frame *frame, bool *worked)
{
	struct pollfd fds[2] = { { .fd = fd, .events = POLLIN }, { .fd = tty, .events = POLLIN } };
	int64_t until = milliseconds() + limit_ms;
	int r;

	while (milliseconds() < until) {
		r = poll(fds, fds[1].fd >= 0 ? 2 : 1, LOOK_MS);
		if (interrupted != NULL && interrupted())
			return -ECANCELED;
		if (r < 0 && errno != EINTR)
			return -errno;
		if (r <= 0)
			continue;
		if (fds[0].revents != 0) {
			r = mfa_frame_recv(fd, frame, 0);
			if (r == 0 && mfa_frame_type(frame) == MFA_WORKING) {
				until = milliseconds() + limit_ms;
				if (worked != NULL)
					*worked = true;
			} else if (r != -ETIMEDOUT && r != -EINTR && r != -EAGAIN) {
				return r;
			}
		} else if (fds[1].revents != 0) {
			fds[1].fd = -1;
			r = had_enough(fd, tty, frame);
			if (r != 0)
				return r;
		}
	}
	return -ETIMEDOUT;
}
