/* SPDX-License-Identifier: BSD-2-Clause */
/* silent: a flood of clients that connect and say nothing.
 *
 *	silent COUNT SOCKET
 *
 * Opens COUNT connections and keeps them, so far as the server lets it; says
 * "ready" with their number, and stays until its standard input ends. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	int count, made = 0;
	char byte;

	if (argc != 3 || strlen(argv[2]) >= sizeof(addr.sun_path))
		return 2;
	count = atoi(argv[1]);
	strcpy(addr.sun_path, argv[2]);
	for (int i = 0; i < count; i++) {
		/* A full backlog must not stop the flood itself. */
		int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0);

		if (fd >= 0 && connect(fd, (struct sockaddr *)&addr, sizeof(addr)) == 0)
			made++;
	}
	printf("ready %d\n", made);
	(void)fflush(stdout);
	while (read(STDIN_FILENO, &byte, 1) > 0)
		;
	return 0;
}
