/* SPDX-License-Identifier: BSD-2-Clause */
/* Text messages by a command, which another user runs (runner.h). */
#ifndef SENDER_COMMAND_H
#define SENDER_COMMAND_H

#include "job.h"

#define COMMANDS_MAX 8		/* at once; others wait */

/* Hands a job's message over.  Returns 0, and job->fd is what to wait for; or a negative errno: it surely was not
 * taken. */
int command_begin(struct job *job, const char *socket_path);
/* What came of it, when job->fd is readable or it has taken too long; closes it. */
struct mfa_outcome command_end(struct job *job, bool timed_out);

#endif
