/* SPDX-License-Identifier: BSD-2-Clause */
#include "mfad/door/listener.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "log/log.h"
#include "wire/dial.h"

#define BACKLOG 4096
#define FIRST_PASSED_FD 3

static int number_from_env(const char *name)
{
	const char *text = getenv(name);
	char *end;
	long value = text != NULL ? strtol(text, &end, 10) : -1;

	return text != NULL && *end == '\0' && value >= 0 && value <= 1 << 30 ? (int)value : -1;
}

static bool is_root_path(const char *path)
{
	size_t len = strlen(path), suffix = strlen(MFA_ROOT_SOCKET_SUFFIX);

	return len > suffix && strcmp(path + len - suffix, MFA_ROOT_SOCKET_SUFFIX) == 0;
}

/* sd_listen_fds(3), without a library for it. */
static int take_passed(struct listener *out)
{
	struct sockaddr_un addr = { 0 };
	socklen_t len;
	int n = number_from_env("LISTEN_FDS"), fd, type;

	if (n <= 0 || number_from_env("LISTEN_PID") != (int)getpid())
		return 0;
	for (fd = FIRST_PASSED_FD; fd < FIRST_PASSED_FD + n; fd++) {
		int *slot;

		len = sizeof(addr) - 1;
		memset(&addr, 0, sizeof(addr));
		if (getsockname(fd, (struct sockaddr *)&addr, &len) != 0 || addr.sun_family != AF_UNIX)
			return -EINVAL;
		len = sizeof(type);
		if (getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &len) != 0 || type != SOCK_SEQPACKET)
			return -EPROTOTYPE;
		slot = &out->fds[is_root_path(addr.sun_path) ? LISTENER_ROOT : LISTENER_PUBLIC];
		if (*slot >= 0)
			return -EEXIST;
		/* Ours blocks: its threads sleep in accept(). */
		if (fcntl(fd, F_SETFD, FD_CLOEXEC) != 0 ||
		    fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) & ~O_NONBLOCK) != 0)
			return -errno;
		*slot = fd;
	}
	return n;
}

/* Whether the socket at a path is one that its owner has left behind. */
static bool left_behind(const struct sockaddr_un *addr)
{
	struct stat st;
	bool left;
	int fd;

	if (lstat(addr->sun_path, &st) != 0 || !S_ISSOCK(st.st_mode))
		return false;
	fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return false;
	left = connect(fd, (const struct sockaddr *)addr, sizeof(*addr)) != 0 &&
	       errno == ECONNREFUSED;
	(void)close(fd);
	return left;
}

static int make_socket(const char *path, mode_t mode, int *out)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	mode_t before;
	int fd, r;

	*out = -1;
	if (strlen(path) >= sizeof(addr.sun_path))
		return -ENAMETOOLONG;
	memcpy(addr.sun_path, path, strlen(path) + 1);
	fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	/* The mode must be right from the first instant. */
	before = umask((mode_t)(~mode & 0777));
	r = bind(fd, (const struct sockaddr *)&addr, sizeof(addr));
	if (r != 0 && errno == EADDRINUSE && left_behind(&addr)) {
		(void)unlink(path);
		r = bind(fd, (const struct sockaddr *)&addr, sizeof(addr));
	}
	if (r == 0)
		r = listen(fd, BACKLOG);
	r = r == 0 ? 0 : -errno;
	(void)umask(before);
	if (r != 0) {
		(void)close(fd);
		return r;
	}
	*out = fd;
	return 0;
}

/* /run is empty after a start of the machine. */
static void make_folder(const char *path)
{
	char *folder = strdup(path), *slash;

	if (folder == NULL)
		return;
	slash = strrchr(folder, '/');
	if (slash != NULL && slash != folder) {
		mode_t before = umask(022);

		*slash = '\0';
		(void)mkdir(folder, 0755);
		(void)umask(before);
	}
	free(folder);
}

static int make_both(const char *path, struct listener *out)
{
	char root[sizeof(((struct sockaddr_un *)0)->sun_path)];
	int n = snprintf(root, sizeof(root), "%s" MFA_ROOT_SOCKET_SUFFIX, path), r;

	if (n < 0 || (size_t)n >= sizeof(root))
		return -ENAMETOOLONG;
	make_folder(path);
	r = make_socket(root, 0600, &out->fds[LISTENER_ROOT]);
	if (r == 0) {
		out->paths[LISTENER_ROOT] = strdup(root);
		r = make_socket(path, 0666, &out->fds[LISTENER_PUBLIC]);
	}
	if (r == 0)
		out->paths[LISTENER_PUBLIC] = strdup(path);
	return r;
}

int listener_open(const char *path, struct listener *out)
{
	int r;

	*out = (struct listener){ .fds = { -1, -1 }, .paths = { NULL, NULL } };
	r = take_passed(out);
	if (r == 0)
		r = make_both(path, out);
	if (r >= 0)
		return 0;
	mfa_log_message(LOG_ERR, "socket", path, r);
	listener_close(out);
	return r;
}

void listener_unlink(struct listener *listener)
{
	size_t i;

	for (i = 0; i < LISTENER_COUNT; i++) {
		if (listener->paths[i] != NULL)
			(void)unlink(listener->paths[i]);
		free(listener->paths[i]);
		listener->paths[i] = NULL;
	}
}

void listener_close(struct listener *listener)
{
	size_t i;

	listener_unlink(listener);
	for (i = 0; i < LISTENER_COUNT; i++) {
		if (listener->fds[i] >= 0)
			(void)close(listener->fds[i]);
		listener->fds[i] = -1;
	}
}
