/* SPDX-License-Identifier: BSD-2-Clause */
/* Where lines of the log go; nobody waits for whoever reads them.
 *
 * syslog(3) waits while /dev/log is full, for as long as that is so: each sign-in would keep its thread and its seat.
 * Here a line that can't be taken at once waits in a queue, and those after it, so that they keep their order; a thread
 * that lives only then sends them when they are read again.  What the queue has no room for is dropped and counted,
 * and the count is a line once the rest has gone.  As long as the log is read there is neither queue nor thread.
 *
 * A sink is not locked: its owner sees to that. */
#ifndef MFA_LOG_SINK_H
#define MFA_LOG_SINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MFA_SINK_LINES 512
#define MFA_SINK_LINE_MAX 1200		/* bytes of a line with what stands before it */

struct mfa_sink_line {
	size_t len;
	char text[MFA_SINK_LINE_MAX];
};

struct mfa_sink {
	const char *path;		/* of syslog's socket; NULL: fd is a file that lines are written to */
	int fd;				/* -1: not connected */
	bool stream;			/* of the socket */
	struct mfa_sink_line *queue;	/* MFA_SINK_LINES of them, once one had to wait */
	size_t first, count;
	uint64_t dropped;
};

/* Connects, if it is a socket and not connected yet.  Returns 0 or a negative errno. */
int mfa_sink_connect(struct mfa_sink *sink);
/* Sends a line (of less than MFA_SINK_LINE_MAX bytes, and a NUL) after those that wait, or has it wait, or drops it. */
void mfa_sink_write(struct mfa_sink *sink, const char *text, size_t len);
/* Sends of those that wait what can be sent now.  Returns whether none waits any more. */
bool mfa_sink_flush(struct mfa_sink *sink);
/* How many were dropped and not told of; 0 while some wait. */
uint64_t mfa_sink_dropped(const struct mfa_sink *sink);
/* Sends a line that tells of them: if it is taken they are forgotten, else they are told of later. */
void mfa_sink_tell(struct mfa_sink *sink, const char *text, size_t len);
/* Lines that wait, and the count of those that were dropped, are another's to send. */
void mfa_sink_forget(struct mfa_sink *sink);

#endif
