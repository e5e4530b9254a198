/* SPDX-License-Identifier: BSD-2-Clause */
/* asks: a sign-in in mfad's own words, as a module of some version would ask for it.
 *
 *	asks [-t TYPE] [-p HEX] [-s SESSION] [-r RHOST] SOCKET SERVICE USER [ANSWER]...
 *
 * -t: another request than SIGNIN, by its number in doc/PROTOCOL.  -p: the bytes of OWN_TERMINAL; without it the field
 * is not there.  Prints each step as "say", "ask" or "done"
 * with its words or result; asks that no ANSWER is left for end it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "connect.h"
#include "wire/frame.h"

#define STEP_MS 60000

static struct mfa_frame frame;

static void put_hex(const char *hex)
{
	unsigned char bytes[16];
	size_t n = 0;
	unsigned byte;

	for (; n < sizeof(bytes) && sscanf(hex, "%2x", &byte) == 1; hex += 2)
		bytes[n++] = (unsigned char)byte;
	mfa_frame_put(&frame, MFA_FIELD_OWN_TERMINAL, bytes, n);
}

static void show(const char *what)
{
	char text[MFA_FRAME_MAX];

	(void)mfa_frame_text(&frame, MFA_FIELD_TEXT, text, sizeof(text));
	printf("%s: %s\n", what, text);
}

/* Returns the result, or -1. */
static int converse(int fd, char **answers)
{
	while (mfa_frame_recv(fd, &frame, STEP_MS) == 0) {
		switch (mfa_frame_type(&frame)) {
		case MFA_DONE:
			printf("done: %u\n", mfa_frame_byte(&frame, MFA_FIELD_RESULT, 255));
			return mfa_frame_byte(&frame, MFA_FIELD_RESULT, 255);
		case MFA_ASK:
		case MFA_ASK_ECHO:
			show("ask");
			if (*answers == NULL)
				return -1;
			mfa_frame_start(&frame, MFA_ANSWER);
			mfa_frame_put_text(&frame, MFA_FIELD_TEXT, *answers++);
			if (mfa_frame_send(fd, &frame, STEP_MS) != 0)
				return -1;
			break;
		default:
			show("say");
		}
	}
	return -1;
}

int main(int argc, char **argv)
{
	const char *presence = NULL, *session = NULL, *rhost = NULL;
	int opt, fd, type = MFA_SIGNIN;

	while ((opt = getopt(argc, argv, "+t:p:s:r:")) != -1) {
		switch (opt) {
		case 't': type = atoi(optarg); break;
		case 'p': presence = optarg; break;
		case 's': session = optarg; break;
		case 'r': rhost = optarg; break;
		default: return 2;
		}
	}
	if (argc - optind < 3)
		return 2;
	fd = connect_to(argv[optind]);
	if (fd < 0)
		return 2;
	mfa_frame_start(&frame, (enum mfa_frame_type)type);
	mfa_frame_put_byte(&frame, MFA_FIELD_PROTOCOL, MFA_PROTOCOL);
	mfa_frame_put_text(&frame, MFA_FIELD_USER, argv[optind + 2]);
	mfa_frame_put_text(&frame, MFA_FIELD_SERVICE, argv[optind + 1]);
	mfa_frame_put_text(&frame, MFA_FIELD_RHOST, rhost);
	mfa_frame_put_text(&frame, MFA_FIELD_SESSION, session);
	if (presence != NULL)
		put_hex(presence);
	if (mfa_frame_send(fd, &frame, STEP_MS) != 0)
		return 2;
	return converse(fd, argv + optind + 3) == MFA_RESULT_OK ? 0 : 1;
}
