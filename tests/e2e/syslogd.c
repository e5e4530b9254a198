/* SPDX-License-Identifier: BSD-2-Clause */
/* syslogd: a syslog sink for the bed.
 *
 *	syslogd SOCKET FILE
 *
 * Listens on SOCKET (/dev/log) and appends each message to FILE as a line, its
 * <priority> first, and control characters as spaces so that a line is one message.  Returns
 * at once; the listener runs on in the background and is ready by then.  A
 * message "SYNC PATH" is not written: its PATH, a FIFO, is opened and closed,
 * which tells the reader of it that all earlier messages are in FILE. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

static int listen_on(const char *path)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	int size = 8 * 1024 * 1024;
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || strlen(path) >= sizeof(addr.sun_path))
		return -1;
	strcpy(addr.sun_path, path);
	(void)unlink(path);
	(void)setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size));
	if (bind(fd, (struct sockaddr *)&addr, sizeof(addr)) != 0 || chmod(path, 0666) != 0)
		return -1;
	return fd;
}

static void keep(int file, char *message, size_t len)
{
	const char *sync = strstr(message, "SYNC /");

	if (sync != NULL) {
		int fifo = open(sync + 5, O_WRONLY | O_CLOEXEC);

		if (fifo >= 0)
			(void)close(fifo);
		return;
	}
	while (len > 0 && (message[len - 1] == '\n' || message[len - 1] == '\0'))
		len--;
	for (size_t i = 0; i < len; i++)
		if ((unsigned char)message[i] < ' ')
			message[i] = ' ';
	message[len++] = '\n';
	if (write(file, message, len) != (ssize_t)len)
		_exit(1);
}

int main(int argc, char **argv)
{
	static char message[64 * 1024];
	int sock, file;
	ssize_t n;

	if (argc != 3)
		return 2;
	sock = listen_on(argv[1]);
	file = open(argv[2], O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
	if (sock < 0 || file < 0) {
		perror("syslogd");
		return 1;
	}
	if (daemon(0, 0) != 0)
		return 1;
	while ((n = recv(sock, message, sizeof(message) - 2, 0)) >= 0) {
		message[n] = '\0';
		keep(file, message, (size_t)n);
	}
	return 1;
}
