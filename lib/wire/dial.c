/* SPDX-License-Identifier: BSD-2-Clause */
#include "wire/dial.h"

#include <errno.h>
#include <pwd.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "wire/helper.h"

static int64_t now_ms(void)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

/* Whose server may tell this program that somebody is who he says. */
static bool believes(int fd)
{
	struct ucred peer;
	socklen_t len = sizeof(peer);
	struct passwd pw, *found = NULL;
	char buf[1024];

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) != 0 || len != sizeof(peer))
		return false;
	if (peer.uid == 0)
		return true;
	if (peer.uid == geteuid() && getuid() == geteuid() && getauxval(AT_SECURE) == 0)
		return true;
	/* A name too long for buf is not ours; files and nss-systemd need far less. */
	return getpwnam_r(MFA_USER, &pw, buf, sizeof(buf), &found) == 0 &&
	       found != NULL && peer.uid == found->pw_uid;
}

int mfa_dial_daemon(const char *path, int *out)
{
	struct timeval limit = { .tv_sec = MFA_DIAL_TIMEOUT_MS / 1000 };
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	int fd, r = 0;

	*out = -1;
	if (strlen(path) >= sizeof(addr.sun_path))
		return -ENAMETOOLONG;
	memcpy(addr.sun_path, path, strlen(path) + 1);
	fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	/* Bounds connect too, when the backlog is full. */
	(void)setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
	if (connect(fd, (const struct sockaddr *)&addr, sizeof(addr)) != 0)
		r = errno == EAGAIN ? -ETIMEDOUT : -errno;
	else if (!believes(fd))
		r = -EPERM;
	if (r != 0) {
		(void)close(fd);
		return r;
	}
	*out = fd;
	return 0;
}

static int first_frame(int fd, const struct mfa_frame *request, struct mfa_frame *reply,
		       int timeout_ms)
{
	int64_t deadline = now_ms() + timeout_ms, left;
	int r;

	r = mfa_frame_send(fd, request, timeout_ms);
	if (r != 0)
		return r;
	do {
		left = deadline - now_ms();
		r = mfa_frame_recv(fd, reply, left > 0 ? (int)left : 0);
	} while (r == -EINTR);
	return r;
}

static int try_socket(const char *path, const struct mfa_frame *request, int *fd,
		      struct mfa_frame *reply)
{
	int r = mfa_dial_daemon(path, fd);

	if (r != 0)
		return r;
	r = first_frame(*fd, request, reply, MFA_DIAL_TIMEOUT_MS);
	if (r != 0) {
		(void)close(*fd);
		*fd = -1;
	}
	return r;
}

/* Root's own socket first, which a flood by local users can't reach. */
static int try_daemon(const struct mfa_dial *dial, const struct mfa_frame *request, int *fd,
		      struct mfa_frame *reply)
{
	char path[sizeof(((struct sockaddr_un *)0)->sun_path)];
	int n, r;

	if (geteuid() == 0 || dial->helper_unprivileged) {
		n = snprintf(path, sizeof(path), "%s" MFA_ROOT_SOCKET_SUFFIX, dial->socket);
		if (n > 0 && (size_t)n < sizeof(path)) {
			r = try_socket(path, request, fd, reply);
			if (r == 0 || (r != -ENOENT && r != -ECONNREFUSED && r != -EACCES))
				return r;
		}
	}
	return try_socket(dial->socket, request, fd, reply);
}

static bool nobody_answers(int r)
{
	return r == -ENOENT || r == -ECONNREFUSED || r == -ETIMEDOUT || r == -EPIPE;
}

int mfa_dial(const struct mfa_dial *dial, const struct mfa_frame *request,
	     int *fd, struct mfa_frame *reply)
{
	int daemon, r;

	*fd = -1;
	daemon = try_daemon(dial, request, fd, reply);
	if (daemon == 0 || !nobody_answers(daemon))
		return daemon;
	if (geteuid() != 0 && !dial->helper_unprivileged)
		return daemon;
	r = mfa_helper_start(dial->helper, dial->conf, fd);
	if (r == 0) {
		r = first_frame(*fd, request, reply, 5 * MFA_DIAL_TIMEOUT_MS);
		/* ENOENT is kept for "no such helper". */
		if (r == -ENOENT || r == -ECONNREFUSED)
			r = -EPIPE;
		if (r != 0) {
			(void)close(*fd);
			*fd = -1;
		}
		return r;
	}
	/* A daemon that is there but stuck is not "nobody listens". */
	return r == -ENOENT && (daemon == -ETIMEDOUT || daemon == -EPIPE) ? daemon : r;
}
