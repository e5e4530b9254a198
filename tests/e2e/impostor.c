/* impostor: a server that lets everybody in.
 *
 *	impostor SOCKET
 *
 * Answers any request with "the result is OK".  The module must not believe it
 * when it runs as another user than root and _mfa.  Says "ready" once it listens. */
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "wire/frame.h"

int main(int argc, char **argv)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	static struct mfa_frame frame;
	int sock, fd;

	if (argc != 2 || strlen(argv[1]) >= sizeof(addr.sun_path))
		return 2;
	strcpy(addr.sun_path, argv[1]);
	sock = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	if (sock < 0 || bind(sock, (struct sockaddr *)&addr, sizeof(addr)) != 0 ||
	    chmod(argv[1], 0666) != 0 || listen(sock, 16) != 0) {
		perror("impostor");
		return 1;
	}
	puts("ready");
	(void)fflush(stdout);
	while ((fd = accept(sock, NULL, NULL)) >= 0) {
		if (mfa_frame_recv(fd, &frame, 2000) == 0) {
			mfa_frame_start(&frame, MFA_DONE);
			mfa_frame_put_byte(&frame, MFA_FIELD_RESULT, MFA_RESULT_OK);
			(void)mfa_frame_send(fd, &frame, 2000);
		}
		(void)close(fd);
	}
	return 1;
}
