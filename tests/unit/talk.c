/* SPDX-License-Identifier: BSD-2-Clause */
#include "talk.h"

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "unit.h"

void talk_begin(struct talk *talk)
{
	int fds[2];

	memset(talk, 0, sizeof(*talk));
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds), 0);
	talk->client = fds[0];
	talk->c.fd = fds[1];
	talk->c.working.fd = fds[1];
}

void talk_hang_up(struct talk *talk)
{
	if (talk->client >= 0)
		(void)close(talk->client);
	talk->client = -1;
}

void talk_end(struct talk *talk)
{
	talk_hang_up(talk);
	(void)close(talk->c.fd);
}

void talk_send(struct talk *talk, enum mfa_frame_type type, const char *text)
{
	struct mfa_frame frame;

	mfa_frame_start(&frame, type);
	mfa_frame_put_text(&frame, MFA_FIELD_TEXT, text);
	assert_int_equal(mfa_frame_send(talk->client, &frame, 0), 0);
}

unsigned talk_recv(struct talk *talk, struct mfa_frame *frame)
{
	poll_test_fn *saved = poll_test;
	int r;

	poll_test = NULL;
	r = mfa_frame_recv(talk->client, frame, 0);
	poll_test = saved;
	return r == 0 ? (unsigned)mfa_frame_type(frame) : 0;
}
