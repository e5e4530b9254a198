/* SPDX-License-Identifier: BSD-2-Clause */
/* A syslog that throws everything away: sink SOCKET.  Without /dev/log libc
 * falls back to the console, and every figure would be the console's. */
#include <err.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	char line[8192];
	int fd;

	if (argc != 2)
		errx(2, "usage: sink SOCKET");
	snprintf(at.sun_path, sizeof(at.sun_path), "%s", argv[1]);
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0 || bind(fd, (struct sockaddr *)&at, sizeof(at)) || chmod(argv[1], 0666))
		err(1, "%s", argv[1]);
	while (read(fd, line, sizeof(line)) >= 0)
		;
	err(1, "read");
}
