/* SPDX-License-Identifier: BSD-2-Clause */
/* crowd: many sign-ins of one account that stand at the prompt at the same time.
 *
 *	crowd COUNT SOCKET USER [ANSWER]
 *
 * A USER that ends in "+" is another one each time: "name+" is name0, name1 and so on.
 * Opens COUNT connections, asks for a sign-in on each and waits for what comes of it; says
 * "waiting" with the number of prompts that are there when all have had an answer.  With ANSWER
 * all prompts are answered at once, and it says how many answers were wrong, how many were not
 * looked at, and how many got in.  It stays until its standard input ends. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "connect.h"
#include "wire/frame.h"

#define STEP_MS 60000

static struct mfa_frame frame;

static int begin(const char *path, const char *who, int number)
{
	int fd = connect_to(path);
	size_t n = strlen(who);
	char user[256];

	if (n > 0 && who[n - 1] == '+')
		(void)snprintf(user, sizeof(user), "%.*s%d", (int)n - 1, who, number);
	else
		(void)snprintf(user, sizeof(user), "%s", who);
	mfa_frame_start(&frame, MFA_SIGNIN);
	mfa_frame_put_byte(&frame, MFA_FIELD_PROTOCOL, MFA_PROTOCOL);
	mfa_frame_put_text(&frame, MFA_FIELD_USER, user);
	mfa_frame_put_text(&frame, MFA_FIELD_SERVICE, "crowd");
	if (fd >= 0 && mfa_frame_send(fd, &frame, STEP_MS) == 0)
		return fd;
	if (fd >= 0)
		(void)close(fd);
	return -1;
}

static int at_prompt(int fd)
{
	while (mfa_frame_recv(fd, &frame, STEP_MS) == 0)
		if (mfa_frame_type(&frame) != MFA_INFO)
			return mfa_frame_type(&frame) == MFA_ASK;
	return 0;
}

static int gone(int fd)
{
	char byte;

	return recv(fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) == 0;
}

static void answer_all(const int *fds, int count, const char *answer)
{
	int wrong = 0, unseen = 0, in = 0, i;
	char text[256];

	for (i = 0; i < count; i++) {
		mfa_frame_start(&frame, MFA_ANSWER);
		mfa_frame_put_text(&frame, MFA_FIELD_TEXT, answer);
		(void)mfa_frame_send(fds[i], &frame, STEP_MS);
	}
	for (i = 0; i < count; i++) {
		if (mfa_frame_recv(fds[i], &frame, STEP_MS) != 0)
			continue;
		in += mfa_frame_type(&frame) == MFA_DONE &&
		      mfa_frame_byte(&frame, MFA_FIELD_RESULT, MFA_RESULT_COUNT) == MFA_RESULT_OK;
		if (mfa_frame_type(&frame) != MFA_ERROR)
			continue;
		(void)mfa_frame_text(&frame, MFA_FIELD_TEXT, text, sizeof(text));
		wrong += strncmp(text, "That code is not right", 22) == 0;
		unseen += strncmp(text, "Not looked at", 13) == 0;
	}
	printf("wrong %d unseen %d in %d\n", wrong, unseen, in);
}

int main(int argc, char **argv)
{
	struct rlimit many = { 65536, 65536 };
	int *fds, count, asked = 0, waiting = 0, i;
	char byte;

	if (argc < 4 || (count = atoi(argv[1])) < 1)
		return 2;
	(void)setrlimit(RLIMIT_NOFILE, &many);
	fds = calloc((size_t)count, sizeof(*fds));
	if (fds == NULL)
		return 2;
	for (i = 0; i < count; i++) {
		int fd = begin(argv[2], argv[3], i);

		if (fd >= 0 && at_prompt(fd))
			fds[asked++] = fd;
		else if (fd >= 0)
			(void)close(fd);
	}
	for (i = 0; i < asked; i++)
		if (!gone(fds[i]))
			fds[waiting++] = fds[i];
	printf("waiting %d\n", waiting);
	if (argc > 4)
		answer_all(fds, waiting, argv[4]);
	(void)fflush(stdout);
	while (read(STDIN_FILENO, &byte, 1) > 0)
		;
	free(fds);
	return 0;
}
