/* SPDX-License-Identifier: BSD-2-Clause */
/* A conversation of mfad's with a client that the test plays. */
#ifndef MFA_TEST_TALK_H
#define MFA_TEST_TALK_H

#include <poll.h>

#include "mfad/base/conversation.h"

struct talk {
	int client;			/* -1: it has gone */
	struct conversation c;
};

/* In English, to a client whose request has been read. */
void talk_begin(struct talk *talk);
void talk_hang_up(struct talk *talk);
void talk_end(struct talk *talk);
/* From the client: a frame with a text, if that is not NULL. */
void talk_send(struct talk *talk, enum mfa_frame_type type, const char *text);
/* To the client, which must have it already; the frame that it got last stays in *frame.  Returns its type, or 0: there is none. */
unsigned talk_recv(struct talk *talk, struct mfa_frame *frame);

/* Stands in for poll(2) where it is not NULL (poll_test.c). */
typedef int poll_test_fn(struct pollfd *fds, nfds_t count, int timeout_ms);
extern poll_test_fn *poll_test;
int poll_really(struct pollfd *fds, nfds_t count, int timeout_ms);

#endif
