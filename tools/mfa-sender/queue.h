/* SPDX-License-Identifier: BSD-2-Clause */
/* The messages that are under way, in memory alone: a code that is lost is asked for again. */
#ifndef SENDER_QUEUE_H
#define SENDER_QUEUE_H

#include <poll.h>

#include "job.h"

/* An order of mfad's; what comes of it goes back over the link. */
void queue_take(struct sender *sender, const json_t *row);
/* Something was answered. */
void queue_answered(struct sender *sender);
/* Begins what is due.  Returns the milliseconds until something is, or -1. */
int queue_run(struct sender *sender);
/* What else to wait for; fds: room for COMMANDS_MAX (command.h).  Returns how many. */
size_t queue_fds(const struct sender *sender, struct pollfd *fds);
/* One of these is readable. */
void queue_ready(struct sender *sender, int fd);
/* Ends all of it; what was surely not sent is said to have failed. */
void queue_end(struct sender *sender);

#endif
