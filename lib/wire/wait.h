/* SPDX-License-Identifier: BSD-2-Clause */
/* Waiting for mfad's next step; at a terminal (MFA_WAIT) the person may press Enter instead.
 * libc only: the module links this. */
#ifndef MFA_WAIT_H
#define MFA_WAIT_H

#include <stdbool.h>

#include "wire/frame.h"

/* How long a client waits for mfad between two steps: longer than mfad does for a phone. */
#define MFA_STEP_MS 330000
/* The same since mfad was last heard of, where it says WORKING each WORKING_EVERY_MS. */
#define MFA_SILENCE_MS 15000

/* The limit of mfa_wait_step that mfad's first frame sets: MFA_SILENCE_MS once it has shown that it says WORKING. */
int mfa_wait_limit(const struct mfa_frame *first);

/* The process's own terminal, for reading, if it may be read just now.  Returns a descriptor, or a
 * negative errno. */
int mfa_wait_open(void);

/* Receives the next step that is not WORKING; each of these begins the limit anew.  limit_ms: of mfa_wait_limit.
 * tty: of mfa_wait_open, or negative; a line typed there is thrown away,
 * and mfad is told that the person would rather answer.  interrupted: looked at four times a second, for
 * callers that block signals.  *worked (NULL: not asked for) gets true if mfad said WORKING meanwhile.
 * Returns 0, -ECANCELED (interrupted), -ETIMEDOUT or as mfa_frame_recv. */
int mfa_wait_step(int fd, int limit_ms, int tty, bool (*interrupted)(void), struct mfa_frame *frame, bool *worked);

#endif
