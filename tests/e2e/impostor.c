/* SPDX-License-Identifier: BSD-2-Clause */
/* impostor: plays an mfad to the module.
 *
 *	impostor SOCKET [STEP]...
 *
 * Takes a request and says the steps in order; after "ask" it waits for the answer:
 *	info, ask, wait		with a text
 *	hang-up			ends the connection
 *	silent			says nothing more, for as long as the client stays
 *	done=RESULT,...		DONE with these RESULT fields, each of one byte for each digit or [digits]:
 *				"done=" has none, "done=-" an empty one, "done=0,1" two, "done=00" one of two bytes
 * Without a step it lets everybody in (done=0).  The module must not believe it when it runs as another user than
 * root and _mfa.  Says "ready" once it listens. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "wire/frame.h"

#define WAIT_MS 60000

static struct mfa_frame frame;

static void put_result(const char *text, size_t len)
{
	uint8_t bytes[16];
	size_t i = 0, n = 0;

	while (i < len && n < sizeof(bytes)) {
		if (text[i] == '[') {
			bytes[n++] = (uint8_t)strtoul(text + i + 1, NULL, 10);
			i += strcspn(text + i, "]") + 1;
		} else if (text[i++] != '-') {
			bytes[n++] = (uint8_t)(text[i - 1] - '0');
		}
	}
	mfa_frame_put(&frame, MFA_FIELD_RESULT, bytes, n);
}

static int say_done(int fd, const char *results)
{
	size_t len;

	mfa_frame_start(&frame, MFA_DONE);
	for (; *results != '\0'; results += len + (results[len] == ',')) {
		len = strcspn(results, ",");
		put_result(results, len);
	}
	return mfa_frame_send(fd, &frame, WAIT_MS);
}

static int say(int fd, enum mfa_frame_type type)
{
	mfa_frame_start(&frame, type);
	mfa_frame_put_text(&frame, MFA_FIELD_TEXT, "code: ");
	if (type == MFA_ASK)
		mfa_frame_put_byte(&frame, MFA_FIELD_CODE, 1);
	return mfa_frame_send(fd, &frame, WAIT_MS);
}

/* Returns 0 to go on with the next step. */
static int play(int fd, const char *step)
{
	if (strncmp(step, "done=", 5) == 0)
		return say_done(fd, step + 5);
	if (strcmp(step, "info") == 0)
		return say(fd, MFA_INFO);
	if (strcmp(step, "wait") == 0)
		return say(fd, MFA_WAIT);
	if (strcmp(step, "ask") == 0)
		return say(fd, MFA_ASK) != 0 || mfa_frame_recv(fd, &frame, WAIT_MS) != 0;
	if (strcmp(step, "silent") == 0)
		(void)mfa_frame_recv(fd, &frame, WAIT_MS);
	return 1;
}

int main(int argc, char **argv)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	int sock, fd, i;

	if (argc < 2 || strlen(argv[1]) >= sizeof(addr.sun_path))
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
		if (mfa_frame_recv(fd, &frame, WAIT_MS) == 0) {
			if (argc == 2)
				(void)say_done(fd, "0");
			for (i = 2; i < argc && play(fd, argv[i]) == 0; i++)
				;
		}
		(void)close(fd);
	}
	return 1;
}
