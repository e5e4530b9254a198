/* SPDX-License-Identifier: BSD-2-Clause */
/* Telling clients that a step takes long: WORKING (doc/PROTOCOL), after a second without one and then each five.
 *
 * One thread watches all conversations, for whoever is stuck in a look-up or a write can't say anything.  It also ends
 * those whose look-up in the system's directory takes longer than it may.  The thread of such a conversation
 * keeps its seat until the look-up has come back: look-ups on a few threads for all would let a directory that
 * hangs keep those out who are in /etc/passwd. */
#ifndef MFAD_WORKING_H
#define MFAD_WORKING_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/queue.h>

#include "wire/frame.h"

#define WORKING_FIRST_MS 1000
#define WORKING_EVERY_MS 5000
#define WORKING_MOST_MS 60000	/* of one step; then the client is left to its own limit */

/* A conversation as it is watched. */
struct working {
	TAILQ_ENTRY(working) others;
	int fd;
	bool knows;		/* its client understands WORKING, */
	bool told;		/* and knows that it is sent */
	bool listed;		/* from here on guarded by the watch's lock: it is watched */
	bool said;		/* its client got one, in this conversation */
	bool patient;		/* all steps may take as long as they like: of an administrator's request */
	bool unbounded;		/* this one may */
	int64_t since;		/* when it began, in milliseconds (mfa_clock_monotonic) */
	int64_t due;		/* when WORKING is to be said */
	int64_t until;		/* a look-up is under way, and must have come back by then; 0: none is */
	const char *what, *name;	/* which, for the log */
	const char *too_slow;	/* what its client is told then */
	bool given_up;		/* it was told */
};

/* request: a client's, which says whether it knows WORKING; fd is its connection.  Where the watch can't be had, it is
 * as if it did not know it. */
void working_init(struct working *working, int fd, const struct mfa_frame *request);
/* From now on the client waits for a step.  unbounded: for as long as somebody takes to answer a phone, and not for
 * WORKING_MOST_MS at most, which holds for sign-ins. */
void working_begin(struct working *working, bool unbounded);
/* It gets one, or it has gone; before fd is closed. */
void working_end(struct working *working);
/* Whether the client was told that something takes long. */
bool working_said(struct working *working);
/* Whether it was told that a look-up has taken too long. */
bool working_given_up(struct working *working);

/* Brackets a look-up while the client waits.  It must have come back within `seconds` of this step's beginning;
 * otherwise the client gets DONE with MFA_RESULT_BUSY and the text too_slow, and the log names what and name.  All of
 * them outlive the look-up. */
void working_look_up(struct working *working, unsigned seconds, const char *what, const char *name,
		     const char *too_slow);
/* Returns 0, or -ETIME: it came too late, and the client was told. */
int working_looked_up(struct working *working);

/* Looks once at all that are watched, as the thread does four times a second. */
void working_look(void);

#endif
