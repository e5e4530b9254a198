/* SPDX-License-Identifier: BSD-2-Clause */
/* activate: start a daemon as systemd does, with its sockets open already.
 *
 *	activate USER PATH COMMAND [ARG]...
 *
 * Makes PATH (mode 0666) and PATH.root (mode 0600), both root's, and executes
 * COMMAND as USER with them as descriptors 3 and 4, LISTEN_FDS and LISTEN_PID. */
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define FIRST_FD 3

static int listen_at(const char *path, const char *suffix, mode_t mode, int want)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0);

	if (fd < 0 || (size_t)snprintf(addr.sun_path, sizeof(addr.sun_path), "%s%s", path, suffix) >=
	    sizeof(addr.sun_path))
		return -1;
	(void)unlink(addr.sun_path);
	if (bind(fd, (struct sockaddr *)&addr, sizeof(addr)) != 0 ||
	    chmod(addr.sun_path, mode) != 0 || listen(fd, 128) != 0)
		return -1;
	if (fd == want)
		return 0;
	if (dup2(fd, want) != want)
		return -1;
	return close(fd);
}

int main(int argc, char **argv)
{
	const struct passwd *pw = argc > 3 ? getpwnam(argv[1]) : NULL;
	char pid[24];

	if (pw == NULL) {
		(void)fprintf(stderr, "usage: activate USER PATH COMMAND [ARG]...\n");
		return 2;
	}
	(void)snprintf(pid, sizeof(pid), "%ld", (long)getpid());
	if (listen_at(argv[2], "", 0666, FIRST_FD) != 0 ||
	    listen_at(argv[2], ".root", 0600, FIRST_FD + 1) != 0 ||
	    setenv("LISTEN_FDS", "2", 1) != 0 || setenv("LISTEN_PID", pid, 1) != 0 ||
	    setgroups(0, NULL) != 0 || setresgid(pw->pw_gid, pw->pw_gid, pw->pw_gid) != 0 ||
	    setresuid(pw->pw_uid, pw->pw_uid, pw->pw_uid) != 0) {
		perror("activate");
		return 1;
	}
	(void)execvp(argv[3], argv + 3);
	perror(argv[3]);
	return 127;
}
